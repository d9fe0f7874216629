#!/bin/sh
# Usage: bench/serve.sh [HOSTS] [SECONDS]
# Measures leakstat serve: pushes that are stored a second, how long one takes at 200 a second, memory and the first
# byte of the fleet page with that many hosts (1000). Server and clients share the processors.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$root/eng/publish" serve "$work/serve"
dotnet build "$root/bench/Leakstat.ServeBench" -c Release --nologo -v quiet -p:RunAnalyzers=false >&2
dotnet "$root/bench/Leakstat.ServeBench/bin/Release/net10.0/Leakstat.ServeBench.dll" \
    "$work/serve/leakstat-serve.dll" "$root/samples/freebsd-14.2-fresh-boot" "$work" "${1:-1000}" "${2:-10}"
