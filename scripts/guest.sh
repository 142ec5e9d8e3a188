#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches a guest for runs and tests into .cache/NAME: Debian's kernel for arm64
# (vmlinuz and modules/) and a static busybox. A private apt downloads and
# unpacks them and verifies Debian's signatures. The system's own packages are
# not touched. Works offline once the guest is cached.
#
# usage: scripts/guest.sh [--refresh] [NAME PACKAGE]
#   --refresh      look for newer packages even if the guest is cached
#   NAME PACKAGE   make another guest than `guest', with the kernel of that
#                  package instead of the cloud kernel
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
scripts=$(cd "$(dirname "$0")" && pwd)

# shellcheck source=scripts/debian.sh
. "$scripts/debian.sh"
oldest_kernel=6.13 # the first Linux that can be a Realm

# Prints the kernel's meta package and the packages that it leads to. All of
# them come from one source package, so they have one version.
kernel_packages() {
	todo=$kernel_package
	seen=
	while [ -n "$todo" ]; do
		package=${todo%% *}
		todo=$(echo "${todo#"$package"}" | sed 's/^ *//')
		case " $seen " in *" $package "*) continue ;; esac
		seen="$seen $package"
		todo=$(echo "$todo" "$(kernel_depends "$package=$1")" |
			sed 's/^ *//; s/ *$//')
	done
	echo "$seen"
}

kernel_depends() {
	apt-cache -c "$apt/apt.conf" show "$1" |
		sed -n '/^Depends: /{s///; s/[,|]/\n/g; p}' |
		awk '$1 ~ /^linux-(image|binary|modules)-/ { printf "%s ", $1 }'
}

# Puts the files in place: completes a new folder first, and renames it last.
assemble() {
	new=$tree/new
	vmlinuz=$(find_one f '*/vmlinuz*')
	modules=$(find_one d '*/lib/modules/*')
	program=$(find_one f '*/bin/busybox')
	mkdir -p "$new/modules"
	mv "$vmlinuz" "$new/vmlinuz"
	mv "$program" "$new/busybox"
	mv "$modules" "$new/modules/"
	printf 'linux %s\nbusybox %s\n' "$1" "$2" >"$new/VERSION"
	rm -rf "$guest-$1-$2"
	mv "$new" "$guest-$1-$2"
	ln -sfn "$(basename "$guest")-$1-$2" "$guest"
}

fetch() {
	update_lists
	kernel=$(newest "$kernel_package")
	busybox=$(newest busybox-static)
	dpkg --compare-versions "$kernel" ge "$oldest_kernel" ||
		die "the newest kernel is '$kernel', $oldest_kernel is needed"
	if [ -e "$guest-$kernel-$busybox/VERSION" ]; then
		ln -sfn "$(basename "$guest")-$kernel-$busybox" "$guest"
		return
	fi
	set -- "busybox-static=$busybox"
	for package in $(kernel_packages "$kernel"); do
		set -- "$@" "$package=$kernel"
	done
	say "downloading" "$@"
	unpack "$@"
	assemble "$kernel" "$busybox"
}

refresh=
if [ "${1-}" = --refresh ]; then
	refresh=yes
	shift
fi
case $# in
0) set -- guest linux-image-cloud-arm64 ;;
2) ;;
*) die "usage: scripts/guest.sh [--refresh] [NAME PACKAGE]" ;;
esac
guest=$cache/$1
kernel_package=$2
if [ -n "$refresh" ] || ! [ -e "$guest/VERSION" ]; then
	fetch
fi
say "$(paste -sd, "$guest/VERSION") in .cache/$1"
