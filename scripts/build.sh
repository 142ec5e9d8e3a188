#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Configures one kind of build if it is new or if its options have changed, and
# then compiles it.
#
# usage: scripts/build.sh KIND [configure], where KIND is
#   release  build/        the command, at build/reeve
#   asan     build-asan/   gcc, unit tests under the sanitizers
#   clang    build-clang/  the same with clang
#   fuzz     build-fuzz/   the libFuzzer targets
#   firmware build-firmware/  the images for flash; firmware-clang uses clang
#   guest    build-guest/  reeve-guest, the program for guests
# PREFIX is used by the kinds that install something: release, firmware, guest.
set -eu
cd "$(dirname "$0")/.."

kind=${1-}
step=${2-compile}
sanitize='-Db_sanitize=address,undefined -Db_lundef=false'
dir=build-$kind
CC=clang-19
case $kind in
release)
	dir=build
	CC=gcc
	options="--buildtype=release -Dtests=false
		-Dprefix=${PREFIX:-/usr/local}"
	;;
asan)
	CC=gcc
	options=$sanitize
	;;
clang) options=$sanitize ;;
fuzz) options="$sanitize -Dtests=false -Dfuzz=true" ;;
firmware)
	scripts/armlibs.sh
	options="--cross-file firmware/gcc.ini
		-Dprefix=${PREFIX:-/usr/local}"
	;;
firmware-clang)
	scripts/armlibs.sh
	options='--cross-file firmware/clang.ini'
	;;
guest)
	scripts/armlibs.sh
	options="--cross-file guest/gcc.ini --buildtype=minsize -Dguest=true
		-Dprefix=${PREFIX:-/usr/local}"
	;;
*)
	echo "usage: scripts/build.sh" \
		"release|asan|clang|fuzz|firmware[-clang]|guest [configure]" >&2
	exit 2
	;;
esac
export CC

# A build folder records where it was made and with which options.
stamp="$PWD $CC $options"
if [ "$(cat "$dir/.options" 2>/dev/null)" != "$stamp" ]; then
	rm -rf "$dir"
	# shellcheck disable=SC2086 # a list of words
	meson setup $options "$dir"
	echo "$stamp" >"$dir/.options"
fi
if [ "$step" = configure ]; then
	exec ninja -C "$dir" build.ninja
fi
ninja -C "$dir"
[ "$kind" != release ] || ln -sf toolstack/cli/reeve build/reeve
