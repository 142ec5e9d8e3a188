#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the libFuzzer targets and gives each its number of runs, as many
# targets at a time as there are CPUs. fuzz_NAME starts from the files in
# tests/data/NAME or, without that folder, in all of tests/data. Prints one TAP
# line for each target, and before it the end of the target's output if it
# failed. The whole output is in build-fuzz/log, and the inputs that failed are
# in build-fuzz/found.
#
# usage: scripts/fuzz.sh RUNS [SEED [NAME]]
# A fixed seed gives the same runs again. Seed 0 means a random seed, and goes
# on from what earlier runs with seed 0 have learnt. With a name, only that
# target runs, as it was last built.
set -u
cd "$(dirname "$0")/.." || exit 1
runs=${1:?usage: scripts/fuzz.sh RUNS [SEED [NAME]]}
seed=${2-1}
name=${3-}
shown=60 # lines

corpora=build-fuzz/learnt
[ "$seed" = 0 ] || corpora=build-fuzz/corpora
log=build-fuzz/log
mkdir -p "$log" build-fuzz/found

if [ -z "$name" ]; then
	scripts/build.sh fuzz || exit 1
	[ "$seed" = 0 ] || rm -rf "$corpora"
	names=$(find build-fuzz -type f -name 'fuzz_*' -perm -u+x \
		-exec basename {} \; | sort)
	echo "1..$(echo "$names" | wc -l)"
	echo "$names" | xargs -n 1 -P "$(nproc)" "$0" "$runs" "$seed"
	exit
fi

export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export ASAN_OPTIONS=detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
corpus=$corpora/$name
seeds=tests/data/${name#fuzz_}
[ -d "$seeds" ] || seeds=tests/data
# One input is a whole sequence of commands with checks after each: run fewer.
case $name in
fuzz_rmi | fuzz_control | fuzz_guest | fuzz_qmp | fuzz_virtio) runs=$((runs / 10)) ;;
esac
mkdir -p "$corpus"
if "build-fuzz/tests/fuzz/$name" -runs="$runs" -seed="$seed" -timeout=60 \
	-rss_limit_mb=2048 -print_final_stats=1 \
	-artifact_prefix="build-fuzz/found/$name-" \
	"$corpus" "$seeds" >"$log/$name" 2>&1; then
	echo "ok - $name"
else
	tail -n $shown "$log/$name"
	echo "not ok - $name"
	exit 1
fi
