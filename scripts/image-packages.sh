#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Resolves and downloads the packages of an image, and of the tools that make
# it, into .cache/image/debs, with the private apt of debian.sh. Prints a line
# for each package: essential, package or tool, and the name of its file.
# Messages go to the standard error, and lines of apt on how far a download is.
# Works offline if the lists and the packages are there; --refresh reads the
# lists anew. A download that was stopped goes on where it was.
#
# usage: scripts/image-packages.sh [--refresh] PACKAGE...
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)

# shellcheck source=scripts/debian.sh
. "$scripts/debian.sh"
debs=$cache/image/debs
tools='erofs-utils dmsetup'

# Tells why apt does not install these packages.
refuse() {
	unknown=$(sed -nE "s/^E: Unable to locate package //p
		s/^E: Package '(.*)' has no.*/\1/p" "$work/errors" | paste -sd ' ')
	[ -z "$unknown" ] || die "Debian $suite has no package $unknown"
	sed 's/^E: //' "$work/errors" "$work/order" >&2
	die "these packages do not go together: $*"
}

# Prints the files of the packages that an installation into an empty system
# takes, in apt's order.
resolve() {
	apt-get -c "$apt/apt.conf" -qq -s --no-install-recommends install "$@" \
		>"$work/order" 2>"$work/errors" || refuse "$@"
	sed -nE 's/^Inst ([^ ]+) \(([^ ]+) .*\[([a-z0-9]+)\]\)( .*)?$/\1_\2_\3.deb/p' \
		"$work/order" | sed 's/:/%3a/g'
}

download() {
	say "downloading $1" >&2
	shift
	apt-get -c "$apt/apt.conf" -o Dir::Cache::archives="$debs" \
		-o APT::Status-Fd=2 -qq -y --download-only \
		--no-install-recommends install "$@" >&2 ||
		die "cannot download: is there a network, and room in $debs?"
}

all_there() {
	sort -u "$work/package" "$work/tool" | while read -r file; do
		[ -e "$debs/$file" ] || exit 1
	done
}

refresh=
if [ "${1-}" = --refresh ]; then
	refresh=yes
	shift
fi
[ $# != 0 ] || die "usage: scripts/image-packages.sh [--refresh] PACKAGE..."
mkdir -p "$debs/partial"
if [ -n "$refresh" ] || ! ls "$apt"/state/lists/*_Packages* >/dev/null 2>&1
then
	update_lists >&2
else
	# The folder may have been moved since the lists were read.
	private_apt_config >"$apt/apt.conf"
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
resolve '?essential' >"$work/essential"
resolve '?essential' "$@" >"$work/package"
# shellcheck disable=SC2086 # a list of words
resolve $tools >"$work/tool"
if ! all_there; then
	download packages '?essential' "$@"
	# shellcheck disable=SC2086
	download "the tools that make the disk" $tools
fi
sed 's/^/essential /' "$work/essential"
grep -vxFf "$work/essential" "$work/package" | sed 's/^/package /'
sed 's/^/tool /' "$work/tool"
