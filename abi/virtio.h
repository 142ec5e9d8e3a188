/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual I/O Device (VIRTIO) version 1.2, OASIS: the split virtqueue (2.7),
 * the transport over MMIO (4.2) and the console device (5.3), as far as the
 * hypervisor drives them. Everything is little endian.
 */
#ifndef REEVE_ABI_VIRTIO_H
#define REEVE_ABI_VIRTIO_H

#include <stdint.h>

/* ---- Split virtqueue, 2.7: addresses are physical ---- */
struct virtq_desc {
	uint64_t addr;
	uint32_t len; /* bytes */
	uint16_t flags; /* VIRTQ_DESC_* */
	uint16_t next;
};
#define VIRTQ_DESC_WRITE 2 /* the device writes, else it reads */

struct virtq_used_elem {
	uint32_t id; /* of the descriptor */
	uint32_t len; /* bytes that the device wrote */
};

/* Alignment of the three parts, 2.7. */
#define VIRTQ_DESC_ALIGN  16
#define VIRTQ_AVAIL_ALIGN 2
#define VIRTQ_USED_ALIGN  4

/* ---- Device status, 2.1 ---- */
#define VIRTIO_STATUS_ACKNOWLEDGE 1
#define VIRTIO_STATUS_DRIVER      2
#define VIRTIO_STATUS_DRIVER_OK   4
#define VIRTIO_STATUS_FEATURES_OK 8
#define VIRTIO_STATUS_FAILED      128

#define VIRTIO_F_VERSION_1 32 /* feature bit, 6 */

/* ---- MMIO transport, 4.2.2: registers, by offset ---- */
#define VIRTIO_MMIO_MAGIC               0x000
#define VIRTIO_MMIO_VERSION             0x004
#define VIRTIO_MMIO_DEVICE_ID           0x008
#define VIRTIO_MMIO_DEVICE_FEATURES     0x010
#define VIRTIO_MMIO_DEVICE_FEATURES_SEL 0x014
#define VIRTIO_MMIO_DRIVER_FEATURES     0x020
#define VIRTIO_MMIO_DRIVER_FEATURES_SEL 0x024
#define VIRTIO_MMIO_QUEUE_SEL           0x030
#define VIRTIO_MMIO_QUEUE_NUM_MAX       0x034
#define VIRTIO_MMIO_QUEUE_NUM           0x038
#define VIRTIO_MMIO_QUEUE_READY         0x044
#define VIRTIO_MMIO_QUEUE_NOTIFY        0x050
#define VIRTIO_MMIO_INTERRUPT_STATUS    0x060
#define VIRTIO_MMIO_INTERRUPT_ACK       0x064
#define VIRTIO_MMIO_STATUS              0x070
#define VIRTIO_MMIO_QUEUE_DESC          0x080 /* low half, then high half */
#define VIRTIO_MMIO_QUEUE_DRIVER        0x090
#define VIRTIO_MMIO_QUEUE_DEVICE        0x0a0
#define VIRTIO_MMIO_CONFIG              0x100

#define VIRTIO_MMIO_MAGIC_VALUE 0x74726976 /* "virt" */
#define VIRTIO_MMIO_VERSION_2   2

/* ---- Devices, 5: the ids of those that the hypervisor drives or carries ---- */
#define VIRTIO_ID_NET     1
#define VIRTIO_ID_BLOCK   2
#define VIRTIO_ID_CONSOLE 3
#define VIRTIO_ID_ENTROPY 4
#define VIRTIO_ID_9P      9
#define VIRTIO_ID_VSOCK   19

/* ---- Console device, 5.3 ---- */
#define VIRTIO_CONSOLE_F_MULTIPORT 1 /* feature bit */

/* Offset of max_nr_ports in the configuration, 5.3.4. */
#define VIRTIO_CONSOLE_MAX_PORTS 4

/* Queues, 5.3.2: of port 0, of the control messages, of port n >= 1. */
#define VIRTIO_CONSOLE_CONTROL_IN  2
#define VIRTIO_CONSOLE_CONTROL_OUT 3
#define VIRTIO_CONSOLE_IN(n)       (2 * (n) + 2)
#define VIRTIO_CONSOLE_OUT(n)      (2 * (n) + 3)

/* Control messages, 5.3.6.2. */
struct virtio_console_control {
	uint32_t id; /* port */
	uint16_t event; /* enum virtio_console_event */
	uint16_t value;
};

enum virtio_console_event {
	VIRTIO_CONSOLE_DEVICE_READY = 0, /* to the device */
	VIRTIO_CONSOLE_DEVICE_ADD = 1,
	VIRTIO_CONSOLE_DEVICE_REMOVE = 2,
	VIRTIO_CONSOLE_PORT_READY = 3, /* to the device */
	VIRTIO_CONSOLE_CONSOLE_PORT = 4,
	VIRTIO_CONSOLE_RESIZE = 5,
	VIRTIO_CONSOLE_PORT_OPEN = 6, /* both ways */
	VIRTIO_CONSOLE_PORT_NAME = 7, /* the name follows, without a NUL */
};

_Static_assert(sizeof(struct virtq_desc) == 16, "virtq_desc");
_Static_assert(sizeof(struct virtq_used_elem) == 8, "virtq_used_elem");
_Static_assert(sizeof(struct virtio_console_control) == 8,
	       "virtio_console_control");

#endif
