#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Shows the main job on real input: from a configuration it makes a Realm that
# runs Debian's kernel on a CCA host. build/reeve must exist.
set -eu
cd "$(dirname "$0")/.."

realm=examples/debian-realm.cfg
refused=examples/refused.cfg
# A host of its own, so that a host that runs already is left alone.
REEVE_HOST=make-run-$$
export REEVE_HOST

step() {
	printf '\n== %s\n' "$*"
}

show() {
	echo "\$ $*"
	"$@"
}

# A refused configuration gives exit code 2: neither success nor a crash.
show_refused() {
	code=0
	show "$@" || code=$?
	echo "(exit code $code)"
	[ "$code" = 2 ]
}

step "The guest: Debian's kernel for arm64, and an initramfs"
scripts/guest.sh
scripts/initrd.py
step "A configuration that must not become a Realm"
show_refused build/reeve check "$refused"
step "One that may, where what is loaded, and its measurement"
show build/reeve check "$realm"
show build/reeve measure "$realm"
step "A CCA host: our monitor, RMM and hypervisor on QEMU's RME emulation"
trap 'build/reeve host stop >/dev/null 2>&1 || :' EXIT
show build/reeve host start --debug-console
show build/reeve info
step "The Realm: built, measured, activated, and run until it powers off"
# The challenge that a verifier gives the guest to get a fresh token.
challenge=$(build/reeve token challenge)
cmdline="console=ttyAMA0 panic=-1 reeve=token challenge=$challenge"
show build/reeve create -F -c --set "cmdline=$cmdline" "$realm"
step "Its attestation token, held against what was predicted"
scratch=$(mktemp -d)
trap 'build/reeve host stop >/dev/null 2>&1 || :; rm -rf "$scratch"' EXIT
build/reeve host show-key >"$scratch/platform.pem"
cat >"$scratch/policy" <<END
# A debug host says that it is one; a verifier refuses it unless told.
lifecycle = ["secured", "non-platform-debug"]
# No software of the platform may be replaced while it runs.
live_activation = "none"
# The Realm has no devices, and shares its memory's encryption with others.
devices = "none"
mec_policy = "shared"
END
show cat "$scratch/policy"
folder=$(build/reeve host status | awk 'NR == 2 { print $NF }')
# make has written what the platform of this firmware is.
show build/reeve token verify --platform-key "$scratch/platform.pem" \
	--refs build-firmware/firmware/image/firmware-debug.corim \
	--policy "$scratch/policy" --challenge "$challenge" \
	--config "$realm" --set "cmdline=$cmdline" "$folder/console-0.log"
step "What is left of it"
show build/reeve list
show build/reeve host stop
