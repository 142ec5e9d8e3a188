#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Fetches the guest for runs and tests into .cache/guest: Debian's arm64 cloud
# kernel (vmlinuz and modules/) and a static busybox. They are downloaded and
# unpacked by a private apt, which verifies Debian's signatures; the system's
# own packages are not touched. Works offline once cached.
#
# usage: scripts/guest.sh [--refresh]
#   --refresh      look for newer packages even if there is a cached guest
#   REEVE_MIRROR   URI of a Debian mirror, if not that of this machine's apt
set -eu
cd "$(dirname "$0")/.."

suite=trixie
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
kernel_package=linux-image-cloud-arm64
oldest_kernel=6.13 # the first Linux that can be a Realm
cache=$PWD/.cache
apt=$cache/apt
guest=$cache/guest
# shellcheck source=scripts/mirror.sh
. scripts/mirror.sh

say() {
	echo "guest: $*"
}

die() {
	say "$*" >&2
	exit 1
}

# Everything that differs from the machine's apt: where it keeps its state,
# what it reads, for which architecture. Proxies and the like stay.
private_apt_config() {
	cat <<END
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "arm64";
APT::Architectures { "arm64"; };
APT::Sandbox::User "";
APT::Update::Error-Mode "any";
Dir::State "$apt/state";
Dir::State::status "$apt/status";
Dir::Cache "$apt/cache";
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Acquire::Languages "none";
END
}

private_apt_sources() {
	echo "deb [arch=arm64 signed-by=$keyring] $1 $suite main"
	echo "deb [arch=arm64 signed-by=$keyring] $1 $suite-backports main"
}

update_lists() {
	uri=$(mirror)
	[ -n "$uri" ] || die "apt names no Debian mirror; set REEVE_MIRROR"
	say "reading the package lists of Debian $suite from" \
		"$(echo "$uri" | sed 's,//[^/]*@,//,')"
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	private_apt_config >"$apt/apt.conf"
	private_apt_sources "$uri" >"$apt/sources.list"
	apt-get -c "$apt/apt.conf" -qq update ||
		die "cannot read them; is there a network?"
}

# The newest version of a package.
newest() {
	apt-cache -c "$apt/apt.conf" madison "$1" |
		awk -F ' *[|] *' 'NR == 1 { print $2 }'
}

# The packages that the kernel's meta package leads to, itself included; all
# of one source and so of one version.
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

# Downloads packages, verified by apt, and unpacks them into the tree.
unpack() {
	(cd "$tree" && apt-get -c "$apt/apt.conf" -qq download "$@") ||
		die "cannot download: $*"
	for deb in "$tree"/*.deb; do
		dpkg-deb -x "$deb" "$tree"
	done
}

# The one path of that type and shape below the unpacked tree.
find_one() {
	found=$(find "$tree" -type "$1" -path "$2" -prune)
	[ -e "$found" ] || die "not exactly one $2 in the packages"
	echo "$found"
}

# Puts the files in place: first a complete folder, then its name.
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
	ln -sfn "guest-$1-$2" "$guest"
}

fetch() {
	update_lists
	kernel=$(newest $kernel_package)
	busybox=$(newest busybox-static)
	dpkg --compare-versions "$kernel" ge "$oldest_kernel" ||
		die "the newest kernel is '$kernel', $oldest_kernel is needed"
	if [ -e "$guest-$kernel-$busybox/VERSION" ]; then
		ln -sfn "guest-$kernel-$busybox" "$guest"
		return
	fi
	set -- "busybox-static=$busybox"
	for package in $(kernel_packages "$kernel"); do
		set -- "$@" "$package=$kernel"
	done
	say "downloading" "$@"
	tree=$(mktemp -d "$cache/unpack.XXXXXX")
	trap 'rm -rf "$tree"' EXIT
	unpack "$@"
	assemble "$kernel" "$busybox"
}

case ${1-} in
'' | --refresh) ;;
*) die "usage: scripts/guest.sh [--refresh]" ;;
esac
if [ "${1-}" = --refresh ] || ! [ -e "$guest/VERSION" ]; then
	fetch
fi
say "$(paste -sd, "$guest/VERSION") in .cache/guest"
