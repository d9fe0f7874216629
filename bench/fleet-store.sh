#!/bin/bash
# leakstat fleet over a store of many hosts: time and memory.
# usage: bench/fleet-store.sh [HOSTS [SAMPLES [SERIES]]]   (SERIES: as many as the capture has that hosts are made of, or fewer)
set -eu
cd "$(dirname "$0")/.."
hosts=${1:-200}
samples=${2:-240}
series=${3:-1766}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$work"' EXIT
dotnet build bench/Leakstat.Bench -c Release --nologo -v quiet >/dev/null
bench=bench/Leakstat.Bench/bin/Release/net10.0
"$bench/Leakstat.Bench" fleet "$work/fleet.db" "$hosts" "$samples" "$series" tests/data/freebsd-14.2-leak-malloc-series/01
"$bench/leakstat" history list --store "$work/fleet.db" | tail -n 2
/usr/bin/time -f '%e s wall, %U s user, %M KB at most' "$bench/leakstat" fleet --store "$work/fleet.db" >"$work/out" 2>"$work/time"
head -n 2 "$work/out"
echo "fleet, $hosts hosts of $samples samples: $(tail -n 1 "$work/time")"
/usr/bin/time -f '%e s wall, %U s user, %M KB at most' "$bench/leakstat" fleet --store "$work/fleet.db" --json --html "$work/fleet.html" \
    >"$work/out" 2>"$work/time"
echo "with --json and --html ($(du -h --apparent-size "$work/out" "$work/fleet.html" | cut -f1 | tr '\n' ' ')): $(tail -n 1 "$work/time")"
