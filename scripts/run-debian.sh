#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Shows the second example: a Debian of which every byte is measured, as a Realm,
# and a shell in it that its host cannot read. build/reeve must exist. The image
# stays in debian/.
set -eu
cd "$(dirname "$0")/.."

image=debian
# A host of its own, so that a host that runs already is left alone.
REEVE_HOST=make-debian-$$
export REEVE_HOST

step() {
	printf '\n== %s\n' "$*"
}

show() {
	began=$(date +%s)
	echo "\$ $*"
	"$@"
	echo "($(($(date +%s) - began)) s)"
}

# A guest that is not the expected one: exit code 1, and no shell.
show_refused() {
	code=0
	echo "\$ $*"
	"$@" || code=$?
	echo "(exit code $code)"
	[ "$code" = 1 ]
}

step "An image, made of Debian's packages; the first time takes minutes"
show build/reeve image build examples/debian/image.toml -o "$image"
step "A CCA host: our monitor, RMM and hypervisor on QEMU's RME emulation"
scratch=$(mktemp -d)
trap 'build/reeve host stop >/dev/null 2>&1 || :; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
show build/reeve host start
step "The image as a Realm, whose measurement covers every byte of it"
show build/reeve create "$image/guest.cfg"
step "A shell, when the Realm has booted and has proved what it is"
cat >"$scratch/policy" <<END
# No software of the platform may be replaced while it runs.
live_activation = "none"
# The Realm has no devices, and shares its memory's encryption with others.
devices = "none"
mec_policy = "shared"
END
show cat "$scratch/policy"
# No events: nothing in this guest measures more.
show build/reeve ssh --wait debian --config "$image/guest.cfg" \
	--events /dev/null --policy "$scratch/policy" -- \
	'uname -srm; cat /etc/debian_version'
step "The verifier expects another configuration: no shell"
show_refused build/reeve ssh debian --config "$image/guest.cfg" \
	--set vcpus=1 -- uname
step "What is left of it"
show build/reeve host stop
