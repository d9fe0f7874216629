#!/bin/bash
# Times opening a dump and its zone table: a made dump of 4 GiB in which nearly every page is a slab (MIB=N for another size).
# The file is read once before, so that the page cache is warm. At the end the program itself, start and printing included.
set -eu
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.DumpBench -c Release --nologo -v quiet
bench=bench/Leakstat.DumpBench/bin/Release/net10.0/Leakstat.DumpBench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$bench" make "$work" "${MIB:-4096}"
cat "$work/vmcore.0" >/dev/null
"$bench" time "$work/vmcore.0" "$work/kernel"
./leakstat --version >/dev/null
for round in 1 2 3; do
    echo "leakstat dump zones:"
    time -p ./leakstat dump "$work/vmcore.0" --kernel "$work/kernel" zones >/dev/null
done
