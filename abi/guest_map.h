/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory map and interrupts of a guest, as the toolstack plans it and the
 * hypervisor emulates it. It is the map of Xen's public Arm header
 * (xen-project/xen, xen/include/public/arch-arm.h), so that a guest prepared
 * here fits a Xen host, and two devices more. All addresses are IPAs in bytes.
 */
#ifndef REEVE_ABI_GUEST_MAP_H
#define REEVE_ABI_GUEST_MAP_H

#define GUEST_PAGE_SIZE  0x1000
#define GUEST_PAGE_SHIFT 12

#define GUEST_VIRTIO_MMIO_BASE 0x02000000
#define GUEST_VIRTIO_MMIO_STEP 0x200

#define GUEST_GICV2_GICD_BASE 0x03001000
#define GUEST_GICV2_GICD_SIZE 0x1000
#define GUEST_GICV2_GICC_BASE 0x03002000
#define GUEST_GICV2_GICC_SIZE 0x2000

#define GUEST_GICV3_GICD_BASE 0x03001000
#define GUEST_GICV3_GICD_SIZE 0x10000
#define GUEST_GICV3_GICR_BASE 0x03020000
#define GUEST_GICV3_GICR_SIZE 0x1000000
#define GUEST_GICV3_GICR_STEP 0x20000 /* one vCPU's redistributor */
#define GUEST_GICV3_MAX_VCPUS 128 /* what the window holds */
#define GUEST_GICV2_MAX_VCPUS 8

#define GUEST_VPCI_ECAM_BASE 0x10000000
#define GUEST_VPCI_ECAM_SIZE 0x10000000
#define GUEST_VPCI_MEM_BASE  0x23000000
#define GUEST_VPCI_MEM_SIZE  0x10000000
#define GUEST_VPCI_PREF_BASE 0x100000000
#define GUEST_VPCI_PREF_SIZE 0x100000000

#define GUEST_PL011_BASE 0x22000000
#define GUEST_PL011_SIZE 0x1000
/* Xen has neither: they are where its map is free, each in 64 KiB of its own,
 * the largest page of a guest. */
#define GUEST_PL031_BASE   0x22010000
#define GUEST_PL031_SIZE   0x1000
#define GUEST_PVPANIC_BASE 0x22020000
#define GUEST_PVPANIC_SIZE 0x1000

#define GUEST_GNTTAB_BASE 0x38000000
#define GUEST_GNTTAB_SIZE 0x1000000
#define GUEST_MAGIC_BASE  0x39000000
#define GUEST_MAGIC_SIZE  0x1000000

#define GUEST_RAM0_BASE 0x40000000
#define GUEST_RAM0_SIZE 0xc0000000
#define GUEST_RAM1_BASE 0x200000000
#define GUEST_RAM1_SIZE 0xfe00000000

/* Interrupt numbers (INTIDs): PPIs 16..31, SPIs from 32. */
#define GUEST_TIMER_VIRT_PPI    27
#define GUEST_TIMER_PHYS_S_PPI  29
#define GUEST_TIMER_PHYS_NS_PPI 30
#define GUEST_EVTCHN_PPI        31
#define GUEST_PL011_SPI         32
#define GUEST_VIRTIO_MMIO_SPI   33 /* first of GUEST_VIRTIO_MMIO_SPIS */
#define GUEST_VIRTIO_MMIO_SPIS  11

/*
 * vCPU n has the affinity Aff0 = n mod 16, Aff1 = n div 16: at most 16 CPUs
 * an Aff0 cluster, which is what an SGI can address (GICv3). The RMM's index
 * of a REC follows the same rule (DEN0137, RmiRecMpidr).
 */
#define GUEST_MPIDR(n) (((n) & 0xf) | (((n) >> 4 & 0xff) << 8))

#endif
