/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of what is in a slot, and the slot's place on QEMU's PCI bus. */
#ifndef REEVE_TOOLSTACK_DEVICES_SLOT_H
#define REEVE_TOOLSTACK_DEVICES_SLOT_H

#include <stdbool.h>

struct json_object;

/* A node of QEMU's block layer has a name of at most 31 bytes. */
#define SLOT_ID_SIZE 32

struct slot_id {
	char text[SLOT_ID_SIZE];
};

/* The id of the device in a slot, of its node, network or object; of part
 * number part, the host's end of a channel; and of that channel's port. */
struct slot_id slot_id(unsigned slot);
struct slot_id slot_part_id(unsigned slot, unsigned part);
struct slot_id slot_port_id(unsigned slot, unsigned part);

/* Reads any of these ids. Returns false if the text is none. */
bool slot_of(const char *id, unsigned *slot);

/* Adds the place of the slot to the arguments of device_add. */
void slot_address_add(struct json_object *device, unsigned slot);

#endif
