#!/bin/bash
# A fleet over ssh: 50 hosts behind one sshd on loopback, replayed, three of them dead, silent or hanging. Prints when the
# others were done.
# usage: bench/collect.sh [HOSTS]
set -eu
cd "$(dirname "$0")/.."
count=${1:-50}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
trap '[ ! -f "$work/sshd/pid" ] || kill "$(cat "$work/sshd/pid")" 2>/dev/null || :; rm -rf "$work"' EXIT
./leakstat --version >/dev/null
port=$(sh tests/replay/sshd "$work/sshd" tests/data/freebsd-14.2-leak-malloc-series/01 "$count")
echo hang >"$work/sshd/hosts/127.0.0.2"
echo silent >"$work/sshd/hosts/127.0.0.3"
for i in $(seq "$count"); do
    case $i in 1) echo 127.0.0.1:1 ;; *) echo "$(id -un)@127.0.0.$i:$port" ;; esac
done >"$work/hosts"
start=$(date +%s.%N)
.build/app/leakstat collect -i "$work/hosts" -o "$work/spool" --once -v --limit 60s --ssh "ssh -F $work/sshd/ssh_config.known" \
    2> >(while IFS= read -r line; do echo "$(date +%s.%N) $line"; done >"$work/log") &
pid=$!
whole=0
while kill -0 "$pid" 2>/dev/null && [ "$whole" -lt $((count - 3)) ]; do
    sleep 0.2
    whole=$(grep -c 'Z$' "$work/log" || :)
done
last=$(grep 'Z$' "$work/log" | tail -n 1 | cut -d' ' -f1)
kill "$pid" 2>/dev/null || :
wait "$pid" 2>/dev/null || :
[ -n "$last" ] || cat "$work/log"
awk -v n="$whole" -v all="$count" -v a="$start" -v b="$last" 'BEGIN { printf "%d of %d hosts done after %.1f s (goal: 20 s)\n", n, all, b - a }'
