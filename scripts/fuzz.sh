#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Builds the libFuzzer targets and gives each its number of runs, starting
# from the files in tests/data/NAME for fuzz_NAME, or in all of tests/data. One
# TAP line per target; what was found is in build-fuzz/found.
#
# usage: scripts/fuzz.sh RUNS [SEED]
# A fixed seed gives the same runs again. Seed 0 is a random one, and goes on
# from what earlier runs with it have learnt.
set -u
cd "$(dirname "$0")/.." || exit 1
runs=${1:?usage: scripts/fuzz.sh RUNS [SEED]}
seed=${2-1}

scripts/build.sh fuzz || exit 1
corpora=build-fuzz/learnt
if [ "$seed" != 0 ]; then
	corpora=build-fuzz/corpora
	rm -rf "$corpora"
fi
mkdir -p build-fuzz/found
export ASAN_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19
export ASAN_OPTIONS=detect_leaks=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

number=0
failed=0
for target in $(find build-fuzz -type f -name 'fuzz_*' -perm -u+x | sort); do
	name=${target##*/}
	number=$((number + 1))
	corpus=$corpora/$name
	seeds=tests/data/${name#fuzz_}
	[ -d "$seeds" ] || seeds=tests/data
	count=$runs
	# One input is a whole sequence of commands, audited after each.
	case $name in
	fuzz_rmi | fuzz_control | fuzz_guest) count=$((runs / 10)) ;;
	esac
	mkdir -p "$corpus"
	if "$target" -runs="$count" -seed="$seed" -timeout=60 -rss_limit_mb=2048 \
		-print_final_stats=1 -artifact_prefix="build-fuzz/found/$name-" \
		"$corpus" "$seeds" 2>&1; then
		echo "ok $number - $name"
	else
		failed=1
		echo "not ok $number - $name"
	fi
done
echo "1..$number"
exit $failed
