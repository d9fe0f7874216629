#!/bin/bash
# Usage: bench/start.sh [RUNS]
# Processor time (user + system) and time on the clock of whole runs, mean of RUNS (20): the native program,
# code compiled ahead for the .NET runtime, and an empty C program as what the machine itself takes. Goals for
# the native program: 30 ms of processor time for one full capture, 60 ms for the sample series.
set -eu
cd "$(dirname "$0")/.."
runs=${1:-20}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

LEAKSTAT_FORM='' ./leakstat --version >/dev/null
read -r app _ <.build/stamp
native=.build/$app/leakstat
[ "$(cat ".build/$app/form")" = native ] || { echo 'start: no native program here' >&2; exit 1; }
echo 'start: building for the .NET runtime beside it' >&2
eng/publish ready .build/start-ready >/dev/null
echo 'int main(void) { return 0; }' | cc -O2 -x c - -o "$work/empty"

# Prints the mean of processor time and clock in milliseconds.
measure() {
    local i TIMEFORMAT='%U %S %R'
    for i in 1 2 3; do "$@" >/dev/null; done
    { time for ((i = 0; i < runs; i++)); do "$@" >/dev/null 2>&1; done; } 2>&1 |
        awk -v runs="$runs" '{ printf "%7.1f %7.1f", ($1 + $2) * 1000 / runs, $3 * 1000 / runs }'
}

printf '%-46s %15s   %15s   %15s\n' 'milliseconds: processor, clock' native ready 'empty C program'
row() {
    local name=$1
    shift
    printf '%-46s %s   %s   %s\n' "$name" \
        "$(measure "$native" "$@")" "$(measure .build/start-ready/leakstat "$@")" "$(measure "$work/empty")"
}
row '--version' --version
row 'diagnose one capture (fresh boot)' diagnose samples/freebsd-14.2-fresh-boot
row 'diagnose one capture (ZFS, full ARC)' diagnose tests/data/freebsd-14.2-zfs-arc-full
row 'diagnose a series of 14 captures' diagnose samples/freebsd-14.2-leak-malloc-series
