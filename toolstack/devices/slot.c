/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes and reads the ids of what is in a slot. */
#include "toolstack/devices/slot.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/devices/plug.h"

#define PREFIX "slot"

/* The bridge whose slots are those of the host, from device number 1 on: on a
 * PCI bridge, number 0 is its hot-plug controller's (toolstack/host/qemu.c
 * makes it). */
#define BUS "slots"

struct slot_id slot_id(unsigned slot)
{
	struct slot_id id;

	(void)snprintf(id.text, sizeof(id.text), PREFIX "%u", slot);
	return id;
}

struct slot_id slot_part_id(unsigned slot, unsigned part)
{
	struct slot_id id;

	(void)snprintf(id.text, sizeof(id.text), PREFIX "%u-%u", slot, part);
	return id;
}

struct slot_id slot_port_id(unsigned slot, unsigned part)
{
	struct slot_id id;

	(void)snprintf(id.text, sizeof(id.text), PREFIX "%u-port%u", slot, part);
	return id;
}

bool slot_of(const char *id, unsigned *slot)
{
	const char *digits = id + strlen(PREFIX);
	unsigned long number;
	char *end;

	if (strncmp(id, PREFIX, strlen(PREFIX)) != 0 || *digits < '0' ||
	    *digits > '9')
		return false;
	number = strtoul(digits, &end, 10);
	if (number >= PLUG_SLOTS_MAX || (*end != '\0' && *end != '-'))
		return false;
	*slot = (unsigned)number;
	return true;
}

void slot_address_add(struct json_object *device, unsigned slot)
{
	char address[16];

	(void)snprintf(address, sizeof(address), "%#x", slot + 1);
	json_object_object_add(device, "bus", json_object_new_string(BUS));
	json_object_object_add(device, "addr", json_object_new_string(address));
}
