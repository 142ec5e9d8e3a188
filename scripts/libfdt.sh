#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches libfdt for the hypervisor into .cache/libfdt: libfdt.a and include/ of
# Debian's arm64 package. Works offline once cached.
#
# usage: scripts/libfdt.sh
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
cd "$(dirname "$0")/.."

. scripts/debian.sh
libfdt=$cache/libfdt

# Puts the files in place: first a complete folder, then its name.
assemble() {
	new=$tree/new
	library=$(find_one f '*/libfdt.a')
	mkdir "$new"
	mv "$library" "$new/libfdt.a"
	mv "$tree/usr/include" "$new/"
	echo "libfdt $1" >"$new/VERSION"
	rm -rf "$libfdt"
	mv "$new" "$libfdt"
}

fetch() {
	update_lists
	version=$(newest libfdt-dev)
	[ -n "$version" ] || die "Debian $suite has no libfdt-dev"
	say "downloading libfdt-dev=$version"
	unpack "libfdt-dev=$version"
	assemble "$version"
}

[ $# = 0 ] || die "usage: scripts/libfdt.sh"
[ -e "$libfdt/VERSION" ] || fetch
say "$(cat "$libfdt/VERSION") in .cache/libfdt"
