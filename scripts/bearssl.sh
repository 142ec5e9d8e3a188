#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches BearSSL for the RMM into .cache/bearssl: libbearssl.a and include/ of
# Debian's arm64 package. Works offline once cached.
#
# usage: scripts/bearssl.sh
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
cd "$(dirname "$0")/.."

. scripts/debian.sh
bearssl=$cache/bearssl

# Puts the files in place: first a complete folder, then its name.
assemble() {
	new=$tree/new
	library=$(find_one f '*/libbearssl.a')
	mkdir "$new"
	mv "$library" "$new/libbearssl.a"
	mv "$tree/usr/include" "$new/"
	echo "bearssl $1" >"$new/VERSION"
	rm -rf "$bearssl"
	mv "$new" "$bearssl"
}

fetch() {
	update_lists
	version=$(newest libbearssl-dev)
	[ -n "$version" ] || die "Debian $suite has no libbearssl-dev"
	say "downloading libbearssl-dev=$version"
	unpack "libbearssl-dev=$version"
	assemble "$version"
}

[ $# = 0 ] || die "usage: scripts/bearssl.sh"
[ -e "$bearssl/VERSION" ] || fetch
say "$(cat "$bearssl/VERSION") in .cache/bearssl"
