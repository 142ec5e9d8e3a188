#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches the hypervisors of other projects that the tests run on our firmware,
# from Debian's packages for arm64, into .cache/foreign: Xen (xen), and QEMU for
# guests of KVM (qemu/), with the libraries that it loads and no others. Works
# offline once they are cached.
#
# usage: scripts/foreign.sh
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)

# shellcheck source=scripts/debian.sh
. "$scripts/debian.sh"
xen_package='xen-hypervisor-4.20-arm64'
qemu_package='qemu-system-arm'
emulator=usr/bin/qemu-system-aarch64

# Prints a package and all that it depends on, each with its version: what apt
# would install on a machine that has nothing.
closure() {
	apt-get -c "$apt/apt.conf" -qq -s --no-install-recommends \
		-o APT::Get::Show-User-Simulation-Note=0 install "$1" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1=\2/p'
}

# Prints the libraries that the program or library in the unpacked tree needs.
needed() {
	aarch64-linux-gnu-readelf -d "$1" 2>/dev/null |
		sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

# Prints the file of that name in the tree's folders of libraries.
library() {
	find "$tree/usr/lib/aarch64-linux-gnu" "$tree/lib/aarch64-linux-gnu" \
		-maxdepth 1 -name "$1" 2>/dev/null | head -n 1
}

# Copies the emulator and all libraries that it leads to into a folder.
emulator_take() {
	mkdir -p "$1/lib"
	cp "$tree/$emulator" "$1/qemu"
	todo=$(needed "$tree/$emulator")
	while [ -n "$todo" ]; do
		next=
		for name in $todo; do
			[ ! -e "$1/lib/$name" ] || continue
			file=$(library "$name")
			[ -n "$file" ] || die "no package has $name"
			cp -L "$file" "$1/lib/$name"
			next="$next $(needed "$file")"
		done
		todo=$(echo "$next" | tr -s ' \n' '  ' | sed 's/^ *//; s/ *$//')
	done
}

# Puts the files in place: completes a new folder first, and renames it last.
assemble() {
	new=$tree/new
	mkdir "$new"
	hypervisor=$(find_one f '*/boot/xen-*-arm64')
	mv "$hypervisor" "$new/xen"
	emulator_take "$new/qemu"
	printf '%s\n%s\n' "$1" "$2" >"$new/VERSION"
	rm -rf "$cache/foreign"
	mv "$new" "$cache/foreign"
}

fetch() {
	update_lists
	xen=$xen_package=$(newest $xen_package)
	# shellcheck disable=SC2046 # a list of words
	set -- $(closure $qemu_package)
	[ $# -gt 1 ] || die "Debian $suite cannot install $qemu_package"
	for qemu; do
		case $qemu in $qemu_package=*) break ;; esac
	done
	say "downloading $xen, $qemu and its libraries"
	unpack "$xen" "$@"
	assemble "$xen" "$qemu"
}

[ $# = 0 ] || die "usage: scripts/foreign.sh"
[ -e "$cache/foreign/VERSION" ] || fetch
say "$(paste -sd, "$cache/foreign/VERSION") in .cache/foreign"
