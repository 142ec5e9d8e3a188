#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches the libraries that the firmware links from Debian's arm64 packages:
# BearSSL for the RMM into .cache/bearssl, and libfdt for the hypervisor into
# .cache/libfdt. Each folder gets the static library and include/. Works offline
# once they are cached.
#
# usage: scripts/armlibs.sh
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)

# shellcheck source=scripts/debian.sh
. "$scripts/debian.sh"

# Puts the files in place: completes a new folder first, and renames it last.
assemble() {
	new=$tree/new
	library=$(find_one f "*/lib$1.a")
	mkdir "$new"
	mv "$library" "$new/"
	mv "$tree/usr/include" "$new/"
	echo "$2" >"$new/VERSION"
	rm -rf "$3"
	mv "$new" "$3"
}

# fetch LIBRARY PACKAGE FOLDER
fetch() {
	update_lists
	version=$(newest "$2")
	[ -n "$version" ] || die "Debian $suite has no $2"
	say "downloading $2=$version"
	unpack "$2=$version"
	assemble "$1" "$2 $version" "$3"
}

# want LIBRARY PACKAGE FOLDER
want() {
	[ -e "$cache/$3/VERSION" ] || fetch "$1" "$2" "$cache/$3"
	say "$(cat "$cache/$3/VERSION") in .cache/$3"
}

[ $# = 0 ] || die "usage: scripts/armlibs.sh"
want bearssl libbearssl-dev bearssl
want fdt libfdt-dev libfdt
