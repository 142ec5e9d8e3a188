#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Makes the fuzzers' first inputs: kernels/ and trees/ beside this script.
set -eu
cd "$(dirname "$0")/kernels"

# le BYTES VALUE: VALUE as that many little-endian bytes.
le() {
	count=$1 value=$2
	while [ "$count" -gt 0 ]; do
		printf '%b' "\\0$(printf %o $((value % 256)))"
		value=$((value / 256)) count=$((count - 1))
	done
}

# A header, a PE header without sections, and a banner.
{
	printf 'MZ\0\0'; le 4 0; le 8 524288; le 8 65536; le 8 10
	le 8 0; le 8 0; le 8 0; printf 'ARMd'; le 4 64
	printf 'PE\0\0'; le 2 43620; le 2 0; le 12 0; le 2 0; le 2 0
	printf 'Linux version 6.13.0 (seed)\n'
} >Image
gzip -n9 <Image >Image.gz
xz -c --check=crc32 Image >Image.xz
xz -c --format=lzma Image >Image.lzma
zstd -qc Image >Image.zst
lz4 -qc Image >Image.lz4
lz4 -qcl Image >Image.lz4-legacy
{
	printf 'MZ\0\0zimg'; le 4 64; le 4 "$(wc -c <Image.zst)"; le 8 0
	printf 'zstd22'; le 26 0; le 4 2172789709; le 4 0
	cat Image.zst
} >zboot

cd ../trees
dtc -q -I dts -O dtb -o realm-1.dtb ../realm-1.dts
dtc -q -I dts -O dtb -o partial.dtb - <<'END'
/dts-v1/;
/ {
	aliases { net = "/passthrough/nic@1"; };
	passthrough {
		ranges;
		nic@1 { reg = <1>; phandle = <1>; odd = [01 02 03]; };
	};
};
END
