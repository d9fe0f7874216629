#!/bin/sh
# How fast 1 GB of aggregated stacks is read back, and in how much memory; beside it awk, which only adds up the values.
set -eu
cd "$(dirname "$0")/.."
./leakstat --version >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
awk -v size="${1:-1000000000}" 'BEGIN {
    srand(1)
    split("kernel zfs.ko if_ix.ko pf.ko leakmod.ko", modules, " ")
    for (i = 0; i < 3000; i++)
        frame[i] = sprintf("              %s`func_%d+0x%x\n", modules[1 + int(rand() * 5)], i, 16 + int(rand() * 4000))
    for (i = 0; i < 20000; i++) {
        depth = 5 + int(rand() * 16)
        for (j = 0; j < depth; j++) stack[i] = stack[i] frame[int(rand() * 3000)]
    }
    while (written < size) {
        entry = sprintf("  type%-40d\n%s%16d\n", int(rand() * 40), stack[int(rand() * 20000)], 1 + int(rand() * 100000))
        written += length(entry)
        printf "%s", entry
    }
}' >"$work/aggregation.txt"
ls -l "$work/aggregation.txt" | awk '{ print $5 / 1e6 " MB" }'
awk '{ print "load " $1 " on '"$(nproc)"' processors" }' /proc/loadavg
for command in ".build/app/leakstat trace -q --read $work/aggregation.txt" \
    "awk NF==1&&\$1+0==\$1{sum+=\$1}END{print+sum} $work/aggregation.txt"; do
    # shellcheck disable=SC2086
    /usr/bin/time -f "%e s, %U s user, %S s system, %M kB" $command >/dev/null
done
