#!/bin/bash
# What `leakstat watch` costs: processor time of a full-screen watch on a spool that gets a capture of 800 rows every
# second, at 200x50 in tmux, as a share of one processor. The first seconds (start, compilation) are left out.
# usage: bench/watch.sh [SECONDS]
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-60}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
server=leakstat-bench-$$
writer=
trap 'tmux -L "$server" kill-server 2>/dev/null || :; [ -z "$writer" ] || kill "$writer" 2>/dev/null || :; rm -rf "$work"' EXIT
./leakstat --version >/dev/null
source=tests/data/freebsd-14.2-leak-malloc-series
now=$(date +%s)

# One capture: the real ones in turn, with as many zones added as 800 rows lack, one in four of them growing.
capture() {
    local part=$work/part name
    name=$(date -u -d "@$((now + $1))" +%Y-%m-%dT%H:%M:%SZ)
    cp -r "$source/$(printf %02d $(($1 % 14 + 1)))" "$part"
    awk -v i="$1" 'BEGIN { for (z = 0; z < 445; z++)
        printf "bench_zone_%03d:         256,      0,%8d,%8d,%8d,   0,   0,   0\n", z, 1000 + z * 7 + (z % 4 ? 0 : i * z), 40 + i % 5, i * 100 }' \
        >>"$part/vmstat-z.txt"
    # Uptime and boot time of the real captures go round with them.
    sed -i "s/^kern.boottime:.*/kern.boottime: { sec = $((now - 600)), usec = 0 } -/" "$part/sysctl.txt"
    rm -f "$part/uptime.txt" "$part/top.txt"
    echo "{\"host\": \"bench\", \"takenAt\": \"$name\"}" >"$part/manifest.json"
    mv "$part" "$work/spool/bench/$name"
}

mkdir -p "$work/spool/bench"
for i in $(seq 0 29); do capture "$i"; done
(
    i=30
    while :; do
        capture "$i"
        i=$((i + 1))
        sleep 1
    done
) &
writer=$!

tmux -L "$server" -f /dev/null new-session -d -x 200 -y 50 "LC_ALL=C.UTF-8 .build/app/leakstat watch '$work/spool' --every 1s"
sleep 15
pid=$(tmux -L "$server" list-panes -F '#{pane_pid}')
pid=$(pgrep -P "$pid" leakstat || echo "$pid")
ticks() {
    cut -d' ' -f14,15 "/proc/$pid/stat" | tr ' ' + | bc
}
before=$(ticks)
start=$(date +%s.%N)
sleep "$seconds"
spent=$(echo "$(ticks) - $before" | bc)
elapsed=$(echo "$(date +%s.%N) - $start" | bc)
tmux -L "$server" capture-pane -p | sed -n '1,12p'
rss=$(awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$pid/status")
echo
awk -v spent="$spent" -v hz="$(getconf CLK_TCK)" -v elapsed="$elapsed" -v rss="$rss" \
    'BEGIN { printf "%.2f %% of one processor over %.0f s (goal: 3 %%), %d MB resident\n", spent / hz / elapsed * 100, elapsed, rss }'
