#!/bin/sh
# Measures the trend detection on generated hosts and refreshes the table in docs/detection.md.
# --quick: fewer episodes, and the table is only printed. --seed N: other episodes. --speed: times the engine.
# --null: counts leaks found in random walks. --engine-only: without the usual methods. --explain: names each error.
set -eu
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.DetectionBench -c Release --nologo -v quiet
case " $* " in
    *" --quick "* | *" --engine-only "* | *" --class "*) write='' ;;
    *) write='--write docs/detection.md' ;;
esac
# shellcheck disable=SC2086
exec bench/Leakstat.DetectionBench/bin/Release/net10.0/Leakstat.DetectionBench "$@" $write
