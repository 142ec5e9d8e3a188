#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the Debian packages that building (build) or testing (test) needs.
# Does nothing, and needs no network, when they are all there.
#
# usage: scripts/setup.sh build|test
set -eu

# Each line: a package, then what it is for.
build_packages='
gcc                  compiles
libc6-dev            the C library
meson                describes the build
ninja-build          runs the build
pkgconf              finds the libraries
libfdt-dev           device trees
libjson-c-dev        JSON output
libssl-dev           hashes
zlib1g-dev           kernels packed with gzip
libzstd-dev          kernels packed with zstd
liblzma-dev          kernels packed with xz
liblz4-dev           kernels packed with lz4
python3              makes the initramfs, sums up the tests
openssl              the yardstick of the benchmark
debian-archive-keyring  verifies what guest.sh fetches
'
test_packages='
libcmocka-dev        unit tests
python3-pytest       end-to-end tests
device-tree-compiler reads the generated trees back
cpio                 reads the initramfs back
zstd                 makes packed kernels for tests
lz4                  makes packed kernels for tests
xz-utils             makes packed kernels for tests
clang-19             the second compiler, and fuzzing
libclang-rt-19-dev   sanitizers and libFuzzer for clang
llvm-19              readable stack traces from clang
clang-format-19      lint: the format of the code
clang-tidy-19        lint: static analysis
man-db               tests: the manual pages
shellcheck           lint: the scripts
'
# libxlutil, the parser to compare ours with, where Xen exists.
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
	[ "$1" = test ] || return 0
	echo "$test_packages"
	case $(dpkg --print-architecture 2>/dev/null) in
	amd64 | arm64 | armhf) echo "$xen_packages" ;;
	esac
}

is_installed() {
	# shellcheck disable=SC2016 # the format is dpkg's, not the shell's
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = \
		installed ]
}

# The keyring must know the keys of Debian 13, from which the guest comes.
is_outdated() {
	[ "$1" = debian-archive-keyring ] || return 1
	! [ -e /usr/share/keyrings/debian-archive-trixie-stable.gpg ]
}

missing() {
	wanted "$1" | while read -r package _; do
		[ -n "$package" ] || continue
		if ! is_installed "$package" || is_outdated "$package"; then
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

case ${1-} in
build | test) ;;
*) die "usage: scripts/setup.sh build|test" ;;
esac
command -v dpkg-query >/dev/null ||
	die "not a Debian machine; install the like of:" \
		"$(wanted "$1" | awk '{ printf "%s ", $1 }')"

packages=$(missing "$1" | tr '\n' ' ')
[ -n "$packages" ] || exit 0
sudo=$(privilege "$packages")

say "installing $packages"
$sudo apt-get -q update || say "apt-get update failed; trying nevertheless"
# shellcheck disable=SC2086 # a list of words each
$sudo env DEBIAN_FRONTEND=noninteractive \
	apt-get -qy --no-install-recommends install $packages
left=$(missing "$1" | tr '\n' ' ')
[ -z "$left" ] || die "still missing: $left"
