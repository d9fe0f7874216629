#!/bin/sh
# Measures the pivot of leakstat fleet on generated fleets: how often the trait that a leak is in is named, at rates that no
# single host shows, and how often one is named where nothing leaks.
# --upgrades: a third of the hosts was upgraded, another booted, and the leak came with the upgrade.
# usage: bench/fleet.sh [--leaking N] [--clean N] [--hosts N] [--threads N] [--seed N] [--upgrades] [--explain]
set -eu
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.DetectionBench -c Release --nologo -v quiet
exec bench/Leakstat.DetectionBench/bin/Release/net10.0/Leakstat.DetectionBench --fleets "$@"
