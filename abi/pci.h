/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * PCI configuration space, as the PCI Local Bus Specification 3.0 (chapter 6)
 * and the PCI-to-PCI Bridge Architecture Specification 1.2 (chapter 3) define
 * it, as far as the hypervisor uses it: offsets, and where its registers are
 * in an ECAM (PCI Express Base Specification, 7.2.2). Little endian.
 */
#ifndef REEVE_ABI_PCI_H
#define REEVE_ABI_PCI_H

#define PCI_ECAM_BUS(n)    ((n) << 20)
#define PCI_ECAM_DEVICE(n) ((n) << 15)
#define PCI_BUSES          256
#define PCI_DEVICES        32 /* of a bus */
#define PCI_CONFIG_SIZE    0x100 /* without the extended part */

/* ---- Every function ---- */
#define PCI_VENDOR  0x00 /* 16 bits; PCI_NONE: there is no function */
#define PCI_DEVICE  0x02 /* 16 bits */
#define PCI_COMMAND 0x04 /* 16 bits */
#define PCI_STATUS  0x06 /* 16 bits */
#define PCI_HEADER  0x0e /* 8 bits */
#define PCI_BAR(n)  (0x10 + 4 * (n))
#define PCI_CAPS    0x34 /* 8 bits: offset of the first capability */
#define PCI_PIN     0x3d /* 8 bits: 1 to 4 for INTA to INTD; 0: none */

#define PCI_NONE 0xffff

#define PCI_COMMAND_MEMORY  0x0002
#define PCI_COMMAND_MASTER  0x0004
#define PCI_COMMAND_NO_INTX 0x0400 /* its interrupt stays low */

#define PCI_STATUS_CAPS 0x0010

#define PCI_HEADER_TYPE   0x7f
#define PCI_HEADER_DEVICE 0
#define PCI_HEADER_BRIDGE 1

#define PCI_BARS        6 /* of a device */
#define PCI_BRIDGE_BARS 2
#define PCI_BAR_IO      0x1
#define PCI_BAR_64      0x4 /* the next BAR is the upper half */
#define PCI_BAR_ADDRESS 0xfffffff0u

/* A capability: 8 bits what it is, 8 bits the offset of the next; 0: none. */
#define PCI_CAP_ID     0
#define PCI_CAP_NEXT   1
#define PCI_CAP_VENDOR 0x09 /* of the vendor: virtio's are such */
#define PCI_CAP_SHPC   0x0c /* Standard Hot-Plug Controller */

/* ---- Bridges ---- */
#define PCI_BRIDGE_BUSES    0x18 /* primary, secondary, highest below it */
#define PCI_BRIDGE_MEMORY   0x20 /* first and last MiB below it, in bits 15:4 */
#define PCI_BRIDGE_PREFETCH 0x24 /* the same for prefetchable memory */
#define PCI_BRIDGE_NO_RANGE 0x0000fff0 /* the first is above the last */

#endif
