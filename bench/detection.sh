#!/bin/sh
# Measures the trend detection on generated hosts and refreshes the tables in docs/detection.md.
#
# Without --family: the engine alone on the series of the first shapes, with its time to detect.
# --quick: fewer episodes, and the table is only printed. --seed N: other episodes. --speed: times the engine.
# --null: counts leaks found in random walks. --engine-only: without the usual methods. --explain: names each error.
#
# --family shapes|mechanisms|real|all: hosts with captures, judged as leakstat detect judges them, beside simple rules.
# --noise DIR: folder of measured memory (minute,percent) that the family real takes. --hosts N: of each class.
# --class TEXT[;TEXT]: classes that begin so. --classes: lists them. --hourly N: healthy hosts of each class that are
# looked at every hour; the others are looked at whenever they have a quarter more captures. --one-look: at the end only.
# --time: time to detect of steady leaks, too. --minutes N: begins no host after so long. --threads N: at once (2).
# --without KIND[,KIND]: takes evidence away (onesided, retention, survival, floor, boots, share, owner, company,
# saturation, counters, slope). --fit A,B --test C: confidence fitted on two families, tested on the third.
# --sensitivity: puts the slowest leak that is said to be named into --hosts healthy hosts, and counts how often it is.
# --write DIR: writes the hosts as spools with their truth, and no more.
set -eu
case " $* " in
    *" --help "* | *" -h "*)
        sed -n '2,/^set -eu$/{/^#/s/^# \{0,1\}//p;}' "$0"
        exit 0
        ;;
esac
cd "$(dirname "$0")/.."
dotnet build bench/Leakstat.DetectionBench -c Release --nologo -v quiet
case " $* " in
    *" --quick "* | *" --engine-only "* | *" --class "* | *" --classes "* | *" --write "* | *" --fit "* | *" --sensitivity "*) page='' ;;
    *) page='--page docs/detection.md' ;;
esac
# The native program that users run is compiled fully; so is what is timed.
case " $* " in
    *" --speed "*) export DOTNET_TieredCompilation=0 DOTNET_ReadyToRun=0 ;;
esac
# shellcheck disable=SC2086
exec bench/Leakstat.DetectionBench/bin/Release/net10.0/Leakstat.DetectionBench "$@" $page
