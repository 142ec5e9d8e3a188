#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs the reference values of the images, which scripts/references.sh
# writes after the build, beside them. Meson sets both variables.
#
# usage: firmware/image/install_references.sh FOLDER
set -eu

folder=${DESTDIR-}$1
mkdir -p "$folder"
for name in firmware firmware-debug; do
	install -m 644 "$MESON_BUILD_ROOT/firmware/image/$name.corim" \
		"$folder/$name.corim"
done
