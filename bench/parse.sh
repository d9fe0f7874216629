#!/bin/bash
# Reading vmstat -z: leakstat beside awk (text) and jq (JSON) doing the same extraction: name, used and free of every
# zone, added up. Rates are of processor time, so that other work on the machine disturbs them least.
# usage: bench/parse.sh [MEGABYTES]
set -eu
cd "$(dirname "$0")/.."
megabytes=${1:-64}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C

dotnet build bench/Leakstat.Bench -c Release --nologo -v quiet >/dev/null
bench=bench/Leakstat.Bench/bin/Release/net10.0/Leakstat.Bench
data=tests/data/freebsd-14.2-zfs-arc-full
"$bench" generate "$work/z.txt" "$megabytes" "$data/vmstat-z.txt"
"$bench" generate "$work/z.json" "$megabytes" "$data/vmstat-z.json"

# Prints processor seconds of a command as its last word.
timed() {
    local TIMEFORMAT='%U %S'
    { time "$@" >"$work/out"; } 2>"$work/time"
    awk '{ print $1 + $2 }' "$work/time"
}

row() {
    printf '%-10s %-5s %10s %9s %14s %14s %7s %12s\n' "$@"
}

ours() {
    read -r rate seconds used free names allocated size < <("$bench" parse "vmstat-z/$1" "$work/z.$2")
    row leakstat "$1" "$rate" "$seconds" "$used" "$free" "$names" "$allocated"
}

theirs() {
    local tool=$1 form=$2 file=$3 seconds
    shift 3
    seconds=$(timed "$@" "$file")
    read -r used free names <"$work/out"
    row "$tool" "$form" "$(awk -v s="$seconds" -v b="$(stat -c %s "$file")" 'BEGIN { printf "%.0f", b / 1e6 / s }')" \
        "$seconds" "$used" "$free" "$names" -
}

row tool form MB/s seconds used free names bytes/row
ours text txt
theirs "$(basename "$(readlink -f "$(command -v awk)")")" text "$work/z.txt" awk '
    match($0, /:[^:]*$/) {
        n = split(substr($0, RSTART + 1), f, ",")
        if (n >= 7) { seen[substr($0, 1, RSTART - 1)] = 1; used += f[3]; free += f[4] }
    }
    END { for (name in seen) names++; printf "%.0f %.0f %d\n", used, free, names }'
ours json json
if command -v jq >/dev/null 2>&1; then
    theirs jq json "$work/z.json" jq -nr '
        reduce (inputs.vmstat["memory-zone-statistics"].zone[]) as $z ({u: 0, f: 0, n: {}};
            .u += $z.used | .f += $z.free | .n[$z.name] = 1) | "\(.u) \(.f) \(.n | length)"'
fi
echo "bytes/row: allocated after warm-up; $size of them are the row in the table's array, the rest is per table"
