#!/bin/sh
# CPU time that leakstat-collect costs of its own per run: everything it starts, compressor and watchers included, less the
# commands that it asks. Linux only: two control groups tell them apart. Needs root. Usage: bench/collector.sh [RUNS]
set -eu
cd "$(dirname "$0")/.."
runs=${1:-20}
root=$(pwd)

if [ -d /sys/fs/cgroup/cpuacct ]; then
    group=/sys/fs/cgroup/cpuacct/leakstat-bench
    usage() { awk '{ print $1 / 1000000 }' "$1/cpuacct.usage"; }
else
    group=/sys/fs/cgroup/leakstat-bench
    usage() { awk '/^usage_usec/ { print $2 / 1000 }' "$1/cpu.stat"; }
fi
mkdir "$group" || { echo "bench: no control group can be made" >&2; exit 1; }
# Processes belong to leaves only: the collector in one, what it asks in the other.
mkdir "$group/own" "$group/commands"
work=$(mktemp -d)
leave() {
    # A watcher sleeps on for up to a second.
    sleep 2
    rmdir "$group/own" "$group/commands" "$group"
    rm -rf "$work"
}
trap leave EXIT

tests/replay/host tests/data/freebsd-14.2-zfs-arc-full "$work/asked"
mkdir "$work/bin"
for command in "$work/asked"/*; do
    name=${command##*/}
    printf '#!/bin/sh\necho $$ >%s/commands/cgroup.procs\necho >>%s/calls\nexec %s "$@"\n' "$group" "$work" "$command" >"$work/bin/$name"
    chmod +x "$work/bin/$name"
done

# What the stand-ins cost until they are in their own group is not the collector's; a plain fork would be.
printf '#!/bin/sh\necho $$ >%s/commands/cgroup.procs\nexec true\n' "$group" >"$work/standin"
chmod +x "$work/standin"
loop() {
    before=$(usage "$group/own")
    sh -c 'echo $$ >'"$group"'/own/cgroup.procs; i=0; while [ $i -lt 200 ]; do '"$1"' & wait; i=$((i + 1)); done'
    usage "$group/own" | awk -v before="$before" '{ print ($1 - before) / 200 }'
}
standin=$(echo "$(loop "exec $work/standin") $(loop :)" | awk '{ print $1 - $2 }')

# measure SHELL LABEL ARGUMENTS...
measure() {
    shell=$1 label=$2
    shift 2
    command -v "$shell" >/dev/null 2>&1 || return 0
    before=$(usage "$group/own")
    done_runs=0
    : >"$work/calls"
    while [ "$done_runs" -lt "$runs" ]; do
        PATH=$work/bin:$PATH sh -c 'echo $$ >'"$group"'/own/cgroup.procs; exec "$@"' sh "$shell" "$root/collector/leakstat-collect" "$@" >/dev/null
        done_runs=$((done_runs + 1))
    done
    sleep 2
    after=$(usage "$group/own")
    calls=$(wc -l <"$work/calls")
    echo "$shell $label $before $after $runs $calls $standin" |
        awk '{ printf "%-6s %-12s %6.1f ms per run (%d commands asked)\n", $1, $2, ($4 - $3 - $6 * $7) / $5, $6 / $5 }'
}

for shell in dash mksh ksh93; do
    measure "$shell" spool,gzip -d "$work/spool"
    measure "$shell" spool,zstd -d "$work/spool" -c zstd
    measure "$shell" stream --stdout
    measure "$shell" stream,fast --stdout -p fast
done
