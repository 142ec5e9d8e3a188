/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The emulated machine: QEMU's `virt` board with secure=on, virtualization=on,
 * gic-version=3 (hw/arm/virt.c, QEMU 8.1 to 10.0), and how our firmware divides
 * its memory (docs/machine.md, Physical map). All addresses are physical, in
 * bytes. Plain constants, for C, assembly and linker scripts.
 */
#ifndef REEVE_ABI_MACHINE_MAP_H
#define REEVE_ABI_MACHINE_MAP_H

#define MACHINE_PAGE_SIZE  0x1000
#define MACHINE_PAGE_SHIFT 12

/* ---- The board ---- */
#define MACHINE_FLASH0_BASE 0x00000000 /* Secure and Root only; the firmware */
#define MACHINE_FLASH0_SIZE 0x04000000
#define MACHINE_FLASH1_BASE 0x04000000
#define MACHINE_FLASH1_SIZE 0x04000000

#define MACHINE_GICD_BASE 0x08000000
#define MACHINE_GICD_SIZE 0x00010000
#define MACHINE_ITS_BASE  0x08080000
#define MACHINE_ITS_SIZE  0x00020000
#define MACHINE_GICR_BASE 0x080a0000
#define MACHINE_GICR_SIZE 0x00f60000
#define MACHINE_GICR_STEP 0x00020000 /* one CPU: RD frame, SGI frame */

#define MACHINE_UART0_BASE        0x09000000 /* PL011, every world */
#define MACHINE_RTC_BASE          0x09010000
#define MACHINE_FW_CFG_BASE       0x09020000
#define MACHINE_UART1_BASE        0x09040000 /* PL011, Secure and Root only */
#define MACHINE_SMMU_BASE         0x09050000 /* SMMUv3, with iommu=smmuv3 */
#define MACHINE_SMMU_SIZE         0x00020000
#define MACHINE_SEC_GPIO          0x090b0000 /* PL061, Secure and Root only */
#define MACHINE_VIRTIO_BASE       0x0a000000 /* slots of devices without PCIe */
#define MACHINE_VIRTIO_SIZE       0x00004000
#define MACHINE_PLATFORM_BUS_BASE 0x0c000000
#define MACHINE_PLATFORM_BUS_SIZE 0x02000000
#define MACHINE_DEVICES_END       0x0e000000
#define MACHINE_PCIE_BASE         0x10000000 /* BARs of PCIe devices */
#define MACHINE_PCIE_END          0x3eff0000

/* Above DRAM of up to 255 GiB: with configuration of PCIe, for 256 buses. */
#define MACHINE_HIGH_IO_BASE 0x4000000000
#define MACHINE_HIGH_IO_SIZE 0x40000000
#define MACHINE_ECAM_BASE    0x4010000000
#define MACHINE_ECAM_SIZE    0x10000000

#define MACHINE_SECURE_RAM_BASE 0x0e000000
#define MACHINE_SECURE_RAM_SIZE 0x01000000
/* Within it: the monitor from its start, then its granule tables. */
#define MACHINE_MONITOR_BASE MACHINE_SECURE_RAM_BASE
#define MACHINE_MONITOR_SIZE 0x00400000

/* One bank; its size is in the device tree, which QEMU puts at its start. */
#define MACHINE_DRAM_BASE 0x40000000
#define MACHINE_DTB_BASE  MACHINE_DRAM_BASE
#define MACHINE_DTB_MAX   0x001f0000

/* Interrupts: INTIDs. */
#define MACHINE_UART0_INTID        33
#define MACHINE_PCIE_INTID         35 /* the first of four; level */
#define MACHINE_PCIE_INTIDS        4
#define MACHINE_GIC_MAINT_INTID    25
#define MACHINE_TIMER_HYP_INTID    26
#define MACHINE_TIMER_VIRT_INTID   27
#define MACHINE_TIMER_HYPV_INTID   28
#define MACHINE_TIMER_PHYS_S_INTID 29
#define MACHINE_TIMER_PHYS_INTID   30

#define MACHINE_UART_CLOCK_HZ 24000000
#define MACHINE_UART_BAUD     115200

/* CPU n has the affinity Aff0 = n mod 16, Aff1 = n div 16. */
#define MACHINE_MAX_CPUS     32
#define MACHINE_AFFINITY(n)  (((n) & 0xf) | ((n) >> 4) << 8)
#define MACHINE_CPU_INDEX(m) (((m) & 0xf) | ((m) >> 8 & 0xff) << 4)

/* The physical address space that the granule protection tables cover. */
#define MACHINE_PPS_BITS 40

/* ---- Our division of DRAM: 2 MiB aligned, except the first ---- */
/*
 * Root: what EL3 tells the SMMU, which cannot read secure RAM.
 */
#define MACHINE_SMMU_TABLES_BASE 0x401f0000
#define MACHINE_SMMU_TABLES_SIZE 0x00010000

/*
 * Realm: the RMM. The file and its bss from the start (entry: the first
 * byte), then what RMM_EL3_RESERVE_MEMORY hands out, then the page shared
 * with EL3 (boot manifest).
 */
#define MACHINE_RMM_BASE       0x40200000
#define MACHINE_RMM_SIZE       0x02000000
#define MACHINE_RMM_IMAGE_SIZE 0x00800000
#define MACHINE_RMM_POOL_BASE  (MACHINE_RMM_BASE + MACHINE_RMM_IMAGE_SIZE)
#define MACHINE_RMM_SHARED     (MACHINE_RMM_BASE + MACHINE_RMM_SIZE - 0x1000)
#define MACHINE_RMM_POOL_SIZE  (MACHINE_RMM_SHARED - MACHINE_RMM_POOL_BASE)

/*
 * Non-secure: the hypervisor's file and bss from the start (entry: the first
 * byte); the rest of DRAM is the hypervisor's to divide. The size is that of
 * ours; another hypervisor's file can be larger.
 */
#define MACHINE_HYP_BASE 0x42200000
#define MACHINE_HYP_SIZE 0x00800000

#endif
