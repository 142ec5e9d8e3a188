#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Writes the reference values of the firmware that was built, for verifiers:
# a CoRIM beside each image that host start loads. build/reeve must exist.
#
# usage: scripts/references.sh [FOLDER]
#   FOLDER   the build folder of the firmware; build-firmware by default
set -eu
cd "$(dirname "$0")/.."

folder=${1:-build-firmware}/firmware/image

# references IMAGE [OPTION ...]
references() {
	image=$folder/$1
	shift
	REEVE_FIRMWARE=$image.bin build/reeve refs --platform "$@" \
		-o "$image.corim"
}

references firmware
references firmware-debug --debug-console
