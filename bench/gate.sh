#!/bin/sh
# How often the gate finds a leak of one item per round, and how often it fails a clean run, on noise replayed from real captures.
# usage: bench/gate.sh [RUNS [ROUNDS]]
set -eu
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.Bench -c Release --nologo -v quiet >/dev/null
bench/Leakstat.Bench/bin/Release/net10.0/Leakstat.Bench gate "${1:-20000}" "${2:-20}" \
    tests/data/freebsd-14.2-leak-malloc-series tests/data/freebsd-14.2-healthy-load-series
