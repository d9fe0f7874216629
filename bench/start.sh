#!/bin/bash
# How long one full capture takes from start to end, and an empty start, side by side (needs hyperfine).
set -eu
cd "$(dirname "$0")/.."
./leakstat --version >/dev/null
hyperfine -N --warmup 3 -r 20 \
    '.build/app/leakstat --version' \
    '.build/app/leakstat diagnose samples/freebsd-14.2-fresh-boot' \
    '.build/app/leakstat diagnose tests/data/freebsd-14.2-zfs-arc-full' \
    '.build/app/leakstat diagnose samples/freebsd-14.2-leak-malloc-series'
