#!/bin/bash
# A spool of many captures: time and memory of `leakstat diagnose`. The captures are those of the leaking series, again and
# again, a minute apart, so that every one of them is read and judged.
# usage: bench/spool.sh [CAPTURES]
set -eu
cd "$(dirname "$0")/.."
count=${1:-10000}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap 'rm -rf "$work"' EXIT
./leakstat --version >/dev/null

series=(tests/data/freebsd-14.2-leak-malloc-series/*/)
for ((i = 0; i < count; i++)); do
    stamp=$(printf '%(%Y-%m-%dT%H:%M:%SZ)T' $((1795201284 + i * 60)))
    folder="$work/spool/oracle/$stamp"
    mkdir -p "$folder"
    ln "${series[i % ${#series[@]}]}"*.txt "$folder" 2>/dev/null || cp "${series[i % ${#series[@]}]}"*.txt "$folder"
    rm -f "$folder/uptime.txt" "$folder/top.txt"
    printf '{"host": "oracle", "takenAt": "%s"}\n' "$stamp" >"$folder/manifest.json"
done

/usr/bin/time -f '%e s wall, %U s user, %M KB at most' .build/app/leakstat diagnose -q "$work/spool" >"$work/out" 2>"$work/time"
echo "$count captures, $(du -shL --apparent-size "$work/spool" | cut -f1): $(tail -n 1 "$work/time")"
