/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Virtual I/O Device (VIRTIO) version 1.2, OASIS: the split virtqueue (2.7),
 * the transports over MMIO (4.2), which guests see, and over PCI (4.1), and the
 * console device (5.3), as far as the hypervisor drives them. Everything is
 * little endian.
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
#define VIRTQ_DESC_NEXT     1 /* next is the next one of the buffer */
#define VIRTQ_DESC_WRITE    2 /* the device writes, else it reads */
#define VIRTQ_DESC_INDIRECT 4 /* the memory holds more descriptors */

#define VIRTQ_AVAIL_NO_INTERRUPT 1 /* flags of the available ring */
#define VIRTQ_USED_NO_NOTIFY     1 /* flags of the used ring */

struct virtq_used_elem {
	uint32_t id; /* of the descriptor */
	uint32_t len; /* bytes that the device wrote */
};

/*
 * Offsets in the available ring and in the used ring of a queue with so many
 * descriptors. The last word of each ring is where the other side is to be
 * notified next, if VIRTIO_F_EVENT_IDX was agreed on.
 */
#define VIRTQ_FLAGS         0
#define VIRTQ_IDX           2
#define VIRTQ_AVAIL_RING(n) (4 + 2 * (n))
#define VIRTQ_USED_RING(n)  (4 + 8 * (n))
#define VIRTQ_DESC_SIZE(n)  (16 * (n))
#define VIRTQ_AVAIL_SIZE(n) (6 + 2 * (n))
#define VIRTQ_USED_SIZE(n)  (6 + 8 * (n))

/* Alignment of the three parts, 2.7. */
#define VIRTQ_DESC_ALIGN  16
#define VIRTQ_AVAIL_ALIGN 2
#define VIRTQ_USED_ALIGN  4

/* ---- Device status, 2.1 ---- */
#define VIRTIO_STATUS_ACKNOWLEDGE 1
#define VIRTIO_STATUS_DRIVER      2
#define VIRTIO_STATUS_DRIVER_OK   4
#define VIRTIO_STATUS_FEATURES_OK 8
#define VIRTIO_STATUS_NEEDS_RESET 64
#define VIRTIO_STATUS_FAILED      128

/* Feature bits, 6. Those from 24 to 49 are about queues and transports. */
#define VIRTIO_F_INDIRECT_DESC   28
#define VIRTIO_F_EVENT_IDX       29
#define VIRTIO_F_VERSION_1       32
#define VIRTIO_F_ACCESS_PLATFORM 33 /* its memory accesses are translated */
#define VIRTIO_F_GENERIC_FIRST   24
#define VIRTIO_F_GENERIC_END     50

/* ---- MMIO transport, 4.2.2: registers, by offset ---- */
#define VIRTIO_MMIO_MAGIC               0x000
#define VIRTIO_MMIO_VERSION             0x004
#define VIRTIO_MMIO_DEVICE_ID           0x008
#define VIRTIO_MMIO_VENDOR_ID           0x00c
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
#define VIRTIO_MMIO_SHM_LEN             0x0b0 /* low half, then high half */
#define VIRTIO_MMIO_SHM_BASE            0x0b8
#define VIRTIO_MMIO_GENERATION          0x0fc
#define VIRTIO_MMIO_CONFIG              0x100

#define VIRTIO_MMIO_MAGIC_VALUE 0x74726976 /* "virt" */
#define VIRTIO_MMIO_VERSION_2   2

/* ---- PCI transport, 4.1 ---- */
#define VIRTIO_PCI_VENDOR     0x1af4
#define VIRTIO_PCI_DEVICE(id) (0x1040 + (id))

/* A capability of the vendor says where a structure is, 4.1.4. */
#define VIRTIO_PCI_CAP_TYPE     3 /* 8 bits: VIRTIO_PCI_CAP_* */
#define VIRTIO_PCI_CAP_BAR      4 /* 8 bits */
#define VIRTIO_PCI_CAP_OFFSET   8 /* 32 bits: in the BAR */
#define VIRTIO_PCI_CAP_LENGTH   12 /* 32 bits */
#define VIRTIO_PCI_CAP_MULTIPLY 16 /* of NOTIFY: 32 bits */

#define VIRTIO_PCI_CAP_COMMON 1
#define VIRTIO_PCI_CAP_NOTIFY 2
#define VIRTIO_PCI_CAP_ISR    3
#define VIRTIO_PCI_CAP_CONFIG 4
#define VIRTIO_PCI_CAPS       5 /* one past the last that is used */

/* The common structure, 4.1.4.3: offsets. */
#define VIRTIO_PCI_DEVICE_FEATURES_SEL 0x00
#define VIRTIO_PCI_DEVICE_FEATURES     0x04
#define VIRTIO_PCI_DRIVER_FEATURES_SEL 0x08
#define VIRTIO_PCI_DRIVER_FEATURES     0x0c
#define VIRTIO_PCI_NUM_QUEUES          0x12 /* 16 bits */
#define VIRTIO_PCI_STATUS              0x14 /* 8 bits */
#define VIRTIO_PCI_GENERATION          0x15 /* 8 bits */
#define VIRTIO_PCI_QUEUE_SEL           0x16 /* 16 bits */
#define VIRTIO_PCI_QUEUE_SIZE          0x18 /* 16 bits */
#define VIRTIO_PCI_QUEUE_ENABLE        0x1c /* 16 bits */
#define VIRTIO_PCI_QUEUE_NOTIFY_OFF    0x1e /* 16 bits */
#define VIRTIO_PCI_QUEUE_DESC          0x20 /* low half, then high half */
#define VIRTIO_PCI_QUEUE_DRIVER        0x28
#define VIRTIO_PCI_QUEUE_DEVICE        0x30
#define VIRTIO_PCI_COMMON_SIZE         0x38

/* Interrupt status, 4.2.2 and 4.1.4.5. */
#define VIRTIO_ISR_QUEUE  1
#define VIRTIO_ISR_CONFIG 2

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
