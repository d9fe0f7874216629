#!/bin/bash
# Samples per second by remote write into a real VictoriaMetrics on this machine: encoded, compressed, queued, sent.
# usage: bench/remote-write.sh [HOSTS [SAMPLES]]
set -eu
cd "$(dirname "$0")/.."
hosts=${1:-20}
samples=${2:-240}
port=${PORT:-18499}
work=$(mktemp -d -p "${TMPDIR:-/tmp}")
engine=
trap '[ -z "$engine" ] || kill "$engine"; rm -rf "$work"' EXIT
dotnet build bench/Leakstat.Bench -c Release --nologo -v quiet >/dev/null
bench=bench/Leakstat.Bench/bin/Release/net10.0
"$bench/Leakstat.Bench" fleet "$work/fleet.db" "$hosts" "$samples" 1766 tests/data/freebsd-14.2-leak-malloc-series/01
victoria-metrics -storageDataPath="$work/vm" -httpListenAddr="127.0.0.1:$port" -retentionPeriod=100y >"$work/vm.log" 2>&1 &
engine=$!
until curl -fs "http://127.0.0.1:$port/health" >/dev/null; do sleep 0.1; done

run() {
    /usr/bin/time -f '%e' "$bench/leakstat" history export --store "$work/fleet.db" "${@:2}" >"$work/$1.out" 2>"$work/$1.time"
}
run sent --remote-write "http://127.0.0.1:$port" --json
run queued --remote-write "http://127.0.0.1:$port" --queue "$work/queue" --json
for form in sent queued; do
    sed -n 's/.*"samples": \([0-9]*\).*/\1/p' "$work/$form.out" | awk -v form="$form" -v seconds="$(tail -n 1 "$work/$form.time")" \
        '{ printf "%s: %d samples in %.1f s, %d samples/s, store read included\n", form, $1, seconds, $1 / seconds }'
done
"$bench/Leakstat.Bench" remote-write "http://127.0.0.1:$port" "$hosts" tests/data/freebsd-14.2-leak-malloc-series/01
curl -fs "http://127.0.0.1:$port/internal/force_flush" >/dev/null
/usr/bin/time -f '%e s wall, %U s user, %M KB at most' "$bench/leakstat" fleet --from "http://127.0.0.1:$port" --last 3650d \
    >"$work/out" 2>"$work/time"
echo "fleet --from: $(tail -n 1 "$work/time")"
/usr/bin/time -f '%e s wall, %U s user, %M KB at most' "$bench/leakstat" fleet --store "$work/fleet.db" >"$work/out" 2>"$work/time"
echo "fleet --store: $(tail -n 1 "$work/time")"

# Workers of one thread each: one judges all hosts, then two judge half of them each, at the same time.
worker() {
    DOTNET_PROCESSOR_COUNT=1 "$bench/leakstat" fleet --from "http://127.0.0.1:$port" --last 3650d --shard "$1" >"$work/worker" 2>&1 || :
}
began=$(date +%s%N)
worker 1/1
between=$(date +%s%N)
worker 1/2 &
first=$!
worker 2/2
wait "$first"
echo "workers: $began $between $(date +%s%N)" | awk '{ one = ($3 - $2) / 1e9; two = ($4 - $3) / 1e9
    printf "one worker %.1f s, two %.1f s: %.2f times as fast\n", one, two, one / two }'
echo "on disk: $(du -sh --apparent-size "$work/vm" | cut -f1)"
