#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Debian packages that are needed to build the command (build), to
# build and run the CCA host too (firmware), or for everything and the tests
# (test). If all of them are installed, it does nothing and needs no network.
#
# usage: scripts/setup.sh build|firmware|test
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=scripts/mirror.sh
. scripts/mirror.sh

# The first QEMU whose virt machine has RME. If this Debian release has an older
# one, QEMU comes from the backports.
oldest_qemu=1:8.1
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Each line is a package and its purpose.
build_packages='
gcc                  compiles
libc6-dev            the C library
meson                describes the build
ninja-build          runs the build
pkgconf              finds the libraries
libfdt-dev           device trees
libjson-c-dev        JSON output
libcbor-dev          attestation tokens
libssl-dev           hashes
zlib1g-dev           kernels packed with gzip
libzstd-dev          kernels packed with zstd
liblzma-dev          kernels packed with xz
liblz4-dev           kernels packed with lz4
python3              makes the initramfs, sums up the tests
openssl              the yardstick of the benchmark
debian-archive-keyring  verifies what guest.sh fetches
'
firmware_packages='
gcc-aarch64-linux-gnu compiles the bare-metal programs
libc6-dev-arm64-cross the C library of the program for guests
qemu-system-arm      the emulated machine
openssh-client       keys, and a shell in a guest
'
test_packages='
libcmocka-dev        unit tests
python3-pytest       end-to-end tests
device-tree-compiler reads the generated trees back
cpio                 reads the initramfs back
python3-cbor2        tests: reads our tokens
python3-cryptography  tests: verifies their signatures
zstd                 makes packed kernels for tests
lz4                  makes packed kernels for tests
xz-utils             makes packed kernels for tests
clang-19             the second compiler, and fuzzing
libclang-rt-19-dev   sanitizers and libFuzzer for clang
llvm-19              readable stack traces from clang
clang-format-19      lint: the format of the code
clang-tidy-19        lint: static analysis
man-db               tests: the manual pages
locales              tests: the library in a program with a locale
zsh                  tests: its completion
fish                 tests: its completion
shellcheck           lint: the scripts
'
# libxlutil, the parser that ours is compared with. Debian has it only for the
# architectures of Xen.
xen_packages='
libxen-dev           the configuration grammar of xl, to compare with
'

say() {
	echo "setup: $*"
}

die() {
	say "$*" >&2
	exit 1
}

wanted() {
	echo "$build_packages"
	[ "$1" != build ] || return 0
	echo "$firmware_packages"
	[ "$1" = test ] || return 0
	echo "$test_packages"
	case $architecture in
	amd64 | arm64 | armhf) echo "$xen_packages" ;;
	esac
}

# Prints the version of a package if it is installed for this machine. dpkg
# knows it once for each architecture that the machine has; a library of
# another one cannot be linked.
version() {
	# shellcheck disable=SC2016 # the format is dpkg's, not the shell's
	dpkg-query -W -f '${Architecture} ${db:Status-Status} ${Version}\n' \
		"$1" 2>/dev/null |
		awk -v native="$architecture" '$2 == "installed" &&
			($1 == native || $1 == "all") { print $3; exit }'
}

is_old_qemu() {
	! dpkg --compare-versions "$1" ge "$oldest_qemu"
}

# The keyring must know the keys of Debian 13, from which the guest comes.
is_outdated() {
	case $1 in
	debian-archive-keyring)
		! [ -e /usr/share/keyrings/debian-archive-trixie-stable.gpg ]
		;;
	qemu-system-arm) is_old_qemu "$(version "$1")" ;;
	*) return 1 ;;
	esac
}

missing() {
	wanted "$1" | while read -r package _; do
		[ -n "$package" ] || continue
		if [ -z "$(version "$package")" ] || is_outdated "$package"; then
			echo "$package"
		fi
	done
}

# Prints the command that gives the rights to install, or fails.
privilege() {
	[ "$(id -u)" != 0 ] || return 0
	if ! command -v sudo >/dev/null || ! [ -t 0 ]; then
		die "not root; install these packages, then try again:" "$@"
	fi
	say "needs to install with sudo:" "$@" >&2
	printf 'setup: go ahead? [y/N] ' >&2
	read -r answer || answer=
	case $answer in
	y | Y | yes) echo sudo ;;
	*) die "nothing was installed" ;;
	esac
}

# Runs apt-get. While another apt holds a lock, it says so and tries again, for
# ten minutes: a machine that was just switched on updates itself.
apt_get() {
	tries=60
	while ! $sudo env LC_ALL=C DEBIAN_FRONTEND=noninteractive \
		apt-get -q "$@" 2>"$work/errors"; do
		tries=$((tries - 1))
		if [ "$tries" = 0 ] ||
			! grep 'Could not get lock' "$work/errors" >"$work/lock"; then
			cat "$work/errors" >&2
			return 1
		fi
		say "waiting for another apt: $(sed 's/^E: //;q' "$work/lock")"
		sleep 10
	done
	cat "$work/errors" >&2
}

# Succeeds if QEMU is to be installed, and if this machine's apt offers one that
# is too old.
needs_backport() {
	case " $packages" in *" qemu-system-arm "*) ;; *) return 1 ;; esac
	is_old_qemu "$(apt-cache madison qemu-system-arm |
		awk -F ' *[|] *' 'NR == 1 { print $2 }')"
}

# Installs QEMU with its parts from the backports of this machine's mirror. apt
# uses these as a source for this one time only.
install_backport() {
	release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)-backports
	uri=$(mirror)
	[ -n "$uri" ] || die "apt names no Debian mirror; set REEVE_MIRROR"
	mkdir "$work/sources"
	for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
		[ ! -f "$list" ] || cp "$list" "$work/sources"
	done
	echo "deb [signed-by=$keyring] $uri $release main" \
		>"$work/sources/reeve-backports.list"
	set -- -o Dir::Etc::sourcelist=/dev/null \
		-o "Dir::Etc::sourceparts=$work/sources" \
		-o APT::Get::List-Cleanup=0
	apt_get "$@" update || say "apt-get update failed"
	apt_get -y "$@" --no-install-recommends -t "$release" \
		install qemu-system-arm
}

case ${1-} in
build | firmware | test) ;;
*) die "usage: scripts/setup.sh build|firmware|test" ;;
esac
architecture=$(dpkg --print-architecture 2>/dev/null) || architecture=
command -v dpkg-query >/dev/null ||
	die "not a Debian machine; install the like of:" \
		"$(wanted "$1" | awk '{ printf "%s ", $1 }')"

packages=$(missing "$1" | tr '\n' ' ')
[ -n "$packages" ] || exit 0
sudo=$(privilege "$packages")

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "installing $packages"
apt_get update || say "apt-get update failed; trying nevertheless"
if needs_backport; then
	install_backport
	packages=$(missing "$1" | tr '\n' ' ')
fi
# shellcheck disable=SC2086 # a list of words
[ -z "$packages" ] || apt_get -y --no-install-recommends install $packages
left=$(missing "$1" | tr '\n' ' ')
[ -z "$left" ] || die "still missing: $left"
