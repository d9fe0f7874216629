#!/bin/bash
# The history store: bytes per sample of the detection benchmark's histories of 1,440 samples and more (the whole file by the
# values in it), and the speed of a load on one thread, in processor time so that other work disturbs it least.
# usage: bench/store.sh [CAPTURES [HISTORIES-PER-CLASS]]
set -eu
cd "$(dirname "$0")/.."
captures=${1:-2000}
each=${2:-3}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$work"' EXIT

dotnet build bench/Leakstat.Bench -c Release --nologo -v quiet >/dev/null
dotnet build bench/Leakstat.DetectionBench -c Release --nologo -v quiet >/dev/null
bench=bench/Leakstat.Bench/bin/Release/net10.0/Leakstat.Bench

echo "Stored size"
bench/Leakstat.DetectionBench/bin/Release/net10.0/Leakstat.DetectionBench --store --each "$each"
echo
echo "Loading $captures captures of vmstat -z, vmstat -m, netstat -m, kldstat -v, swapinfo, 60 sysctls"
"$bench" spool "$work/small" "$captures" tests/data/freebsd-14.2-leak-malloc-series/01
"$bench" load "$work/small"
echo
echo "Loading $((captures / 10)) captures with all of sysctl -a, ps, dmesg"
mkdir -p "$work/large/oracle"
i=0
for ((i = 0; i < captures / 10; i++)); do
    stamp=$(printf '%(%Y-%m-%dT%H:%M:%SZ)T' $((1795201284 + i * 60)))
    cp -r tests/data/freebsd-14.2-leak-malloc-series/01 "$work/large/oracle/$stamp"
    printf '{"host": "oracle", "takenAt": "%s"}\n' "$stamp" >"$work/large/oracle/$stamp/manifest.json"
done
"$bench" load "$work/large"
