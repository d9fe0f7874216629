#!/bin/sh
# Times the mark engine on a synthetic heap: one thread, two, and a sorted array with binary search, in one run.
# --gib N: size of the heap (4). --pointers SHARE (0.1). --runs N (3). --search-seconds N: when the search is cut off (60).
set -eu
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.MarkBench -c Release --nologo -v quiet
exec bench/Leakstat.MarkBench/bin/Release/net10.0/Leakstat.MarkBench "$@"
