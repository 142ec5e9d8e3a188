#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Shows the main job on real input: from a configuration to a built and
# measured Realm. build/reeve must be there.
set -eu
cd "$(dirname "$0")/.."

realm=examples/debian-realm.cfg
refused=examples/refused.cfg

step() {
	printf '\n== %s\n' "$*"
}

show() {
	echo "\$ $*"
	"$@"
}

# A refused configuration is exit code 2, neither success nor a crash.
show_refused() {
	code=0
	show "$@" || code=$?
	echo "(exit code $code)"
	[ "$code" = 2 ]
}

step "The guest: Debian's kernel for arm64, and an initramfs"
scripts/guest.sh
scripts/initrd.py
step "Is the configuration fit for a Realm?"
show build/reeve check "$realm"
step "The device tree that the guest will see"
show build/reeve dtb "$realm" --source
step "The guest with every default, and where what is loaded"
show build/reeve create -n "$realm"
step "The Realm, built by the RMM in this process, and its measurement"
show build/reeve measure "$realm"
step "A configuration that must not become a Realm"
show_refused build/reeve check "$refused"
