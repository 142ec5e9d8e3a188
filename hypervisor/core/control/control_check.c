/* SPDX-License-Identifier: BSD-3-Clause */
/* Checking a request: every byte of it, before it has any effect. */
#include <stddef.h>

#include "abi/guest_map.h"
#include "abi/virtio.h"
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/control_refuse.h"
#include "hypervisor/core/domain/domain_internal.h"

#define CREATE_FLAGS                                                           \
	(CONTROL_CREATE_REALM | CONTROL_CREATE_VUART | CONTROL_CREATE_RTC |    \
	 CONTROL_CREATE_PVPANIC | CONTROL_CREATE_DMA)
#define WEIGHT_MAX 65535

/* The form of the requests of an operation. */
struct shape {
	uint8_t body; /* bytes of its part of the union */
	enum {
		DOMAIN_NONE, /* domid is 0 */
		DOMAIN_ANY, /* domid is any number */
		DOMAIN_ONE /* domid names a domain that exists */
	} domain;
};

static const struct shape shapes[CONTROL_OPS] = {
	[CONTROL_DOMAIN_CREATE] = { sizeof(struct control_create), DOMAIN_NONE },
	[CONTROL_DOMAIN_SEGMENT] = { sizeof(struct control_segment), DOMAIN_ONE },
	[CONTROL_DOMAIN_BUILD] = { sizeof(struct control_build), DOMAIN_ONE },
	[CONTROL_DOMAIN_NEXT] = { 0, DOMAIN_ANY },
	[CONTROL_DOMAIN_INFO] = { 0, DOMAIN_ONE },
	[CONTROL_VCPU_INFO] = { sizeof(struct control_vcpu_ask), DOMAIN_ONE },
	[CONTROL_DOMAIN_PAUSE] = { 0, DOMAIN_ONE },
	[CONTROL_DOMAIN_UNPAUSE] = { 0, DOMAIN_ONE },
	[CONTROL_DOMAIN_SHUTDOWN] = { sizeof(struct control_shutdown),
				      DOMAIN_ONE },
	[CONTROL_DOMAIN_RENAME] = { sizeof(struct control_rename), DOMAIN_ONE },
	[CONTROL_DOMAIN_DESTROY] = { 0, DOMAIN_ONE },
	[CONTROL_DMESG] = { sizeof(struct control_dmesg_ask), DOMAIN_NONE },
	[CONTROL_TOUCH] = { sizeof(struct control_touch_ask), DOMAIN_ANY },
	[CONTROL_DOMAIN_MEMORY] = { sizeof(struct control_memory_ask),
				    DOMAIN_ONE },
	[CONTROL_ATTACK] = { sizeof(struct control_attack_ask), DOMAIN_ONE },
	[CONTROL_DOMAIN_BREAK] = { sizeof(struct control_break), DOMAIN_ONE },
	[CONTROL_HOST_TRIM] = { sizeof(struct control_trim_ask), DOMAIN_NONE },
	[CONTROL_DEVICE_INFO] = { sizeof(struct control_device_ask), DOMAIN_ONE },
	[CONTROL_DISKS_HOLD] = { sizeof(struct control_hold_ask), DOMAIN_NONE },
};

bool control_wants_domain(uint32_t op)
{
	return shapes[op].domain == DOMAIN_ONE;
}

/* ---- Texts ---- */

/*
 * Returns the length of the UTF-8 sequence at text, which has left bytes.
 * Returns 0 if there is no sequence, or one that is not in its shortest form, a
 * surrogate, or a control character.
 */
static unsigned sequence_length(const uint8_t *text, unsigned left)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t first = text[0];
	unsigned length;
	uint32_t code;

	if (first < 0x80)
		return first >= 0x20 && first != 0x7f;
	if (first >= 0xf0)
		length = 4;
	else if (first >= 0xe0)
		length = 3;
	else
		length = 2;
	if (first < 0xc2 || first > 0xf4 || length > left)
		return 0;
	code = first & (0xffU >> (length + 1));
	for (unsigned i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || code >> 11 == 0x1b ||
	    (code >= 0x80 && code < 0xa0))
		return 0;
	return length;
}

static bool is_name(const uint8_t name[CONTROL_NAME_SIZE])
{
	unsigned end = 0;

	while (end < CONTROL_NAME_SIZE && name[end] != 0) {
		unsigned length =
			sequence_length(name + end, CONTROL_NAME_SIZE - end);

		if (length == 0)
			return false;
		end += length;
	}
	if (end == 0 || end == CONTROL_NAME_SIZE)
		return false;
	for (unsigned i = end; i < CONTROL_NAME_SIZE; i++) {
		if (name[i] != 0)
			return false;
	}
	return true;
}

/* ---- Operations ---- */

/* Each check returns NULL, or what is wrong with a body. */
static const char *name_check(const uint8_t name[CONTROL_NAME_SIZE])
{
	if (!is_name(name)) {
		return "a name is UTF-8 without control characters, ended by "
		       "zeros";
	}
	return NULL;
}

/* The devices whose requests are buffers and nothing else, which are those that
 * can be carried. */
static bool device_is_carried(uint16_t id)
{
	switch (id) {
	case VIRTIO_ID_NET:
	case VIRTIO_ID_BLOCK:
	case VIRTIO_ID_CONSOLE:
	case VIRTIO_ID_ENTROPY:
	case VIRTIO_ID_9P:
	case VIRTIO_ID_VSOCK:
		return true;
	default:
		return false;
	}
}

static bool slot_is_named_before(const struct control_create *create,
				 unsigned index)
{
	for (unsigned i = 0; i < index; i++) {
		if (create->devices[i].slot == create->devices[index].slot)
			return true;
	}
	return false;
}

static const char *devices_check(const struct control_create *create)
{
	unsigned count = create->device_count;

	if (count > CONTROL_DEVICES)
		return "a domain has at most 11 devices";
	for (unsigned i = 0; i < count; i++) {
		if (!device_is_carried(create->devices[i].id))
			return "a device of a kind that is not carried";
		if (create->devices[i].slot == CONTROL_SLOT_CONSOLE &&
		    create->devices[i].id != VIRTIO_ID_CONSOLE)
			return "only a console is without a slot";
		if (slot_is_named_before(create, i))
			return "two devices are in one slot";
	}
	for (unsigned i = count; i < CONTROL_DEVICES; i++) {
		if (create->devices[i].slot != 0 || create->devices[i].id != 0)
			return "devices are named beyond their number";
	}
	return NULL;
}

static const char *create_body_check(const struct control_create *create)
{
	if (create->flags & ~(uint32_t)CREATE_FLAGS)
		return "reserved bits of create are set";
	if (create->rtc_offset != 0 && !(create->flags & CONTROL_CREATE_RTC))
		return "an offset of no clock";
	if (create->ram_size == 0 || create->ram_size > GUEST_RAM0_SIZE ||
	    create->ram_size % GUEST_PAGE_SIZE != 0)
		return "RAM is whole pages, up to 3 GiB";
	if (name_check(create->name) != NULL)
		return name_check(create->name);
	if (create->vcpus == 0)
		return "a domain has at least one vCPU";
	if (create->nr_spis > VGIC_SPIS)
		return "more interrupts than a GIC has";
	if (create->weight > WEIGHT_MAX)
		return "the weight is more than 65535";
	return devices_check(create);
}

static const char *segment_body_check(const struct control_segment *segment)
{
	if (segment->ipa % GUEST_PAGE_SIZE != 0)
		return "a segment begins with a page";
	return segment->size == 0 ? "a segment is not empty" : NULL;
}

static const char *shutdown_body_check(const struct control_shutdown *shutdown)
{
	if (shutdown->zero != 0)
		return "reserved bits of shutdown are set";
	switch (shutdown->reason) {
	case CONTROL_POWEROFF:
	case CONTROL_REBOOT:
	case CONTROL_CRASH:
		return NULL;
	default:
		return "no reason to shut down";
	}
}

static const char *attack_body_check(const struct control_attack_ask *attack)
{
	if (attack->what >= CONTROL_ATTACKS)
		return "an unknown attack";
	if ((attack->ipa | attack->size) % GUEST_PAGE_SIZE != 0)
		return "an attack is about whole pages";
	return NULL;
}

static const char *touch_body_check(const struct control_touch_ask *touch)
{
	if (touch->device > 1 || touch->write > 1)
		return "reserved bits are set";
	return NULL;
}

static const char *break_body_check(const struct control_break *brk)
{
	if (brk->zero != 0)
		return "reserved bits are set";
	return brk->byte > UINT8_MAX ? "a byte is below 256" : NULL;
}

static const char *trim_body_check(const struct control_trim_ask *trim)
{
	if (trim->from % GUEST_PAGE_SIZE != 0)
		return "a range begins with a page";
	return trim->pages > CONTROL_TRIM_PAGES ? "too many pages at a time"
						: NULL;
}

static const char *hold_body_check(const struct control_hold_ask *hold)
{
	if (hold->zero != 0)
		return "reserved bits are set";
	return hold->ms > CONTROL_HOLD_MS ? "disks are not held for so long"
					  : NULL;
}

static const char *body_check(const struct control_request *request)
{
	switch (request->op) {
	case CONTROL_DOMAIN_CREATE:
		return create_body_check(&request->body.create);
	case CONTROL_DOMAIN_SEGMENT:
		return segment_body_check(&request->body.segment);
	case CONTROL_DOMAIN_SHUTDOWN:
		return shutdown_body_check(&request->body.shutdown);
	case CONTROL_VCPU_INFO:
		return request->body.vcpu.zero != 0 ? "reserved bits are set"
						    : NULL;
	case CONTROL_DOMAIN_RENAME:
		return name_check(request->body.rename.name);
	case CONTROL_TOUCH:
		return touch_body_check(&request->body.touch);
	case CONTROL_DOMAIN_MEMORY:
		return request->body.memory.from % GUEST_PAGE_SIZE != 0
			       ? "a range begins with a page"
			       : NULL;
	case CONTROL_ATTACK:
		return attack_body_check(&request->body.attack);
	case CONTROL_DOMAIN_BREAK:
		return break_body_check(&request->body.brk);
	case CONTROL_HOST_TRIM:
		return trim_body_check(&request->body.trim);
	case CONTROL_DEVICE_INFO:
		return request->body.device.zero != 0 ? "reserved bits are set"
						      : NULL;
	case CONTROL_DISKS_HOLD:
		return hold_body_check(&request->body.hold);
	default:
		return NULL;
	}
}

static const char *frame_check(const struct control_request *request)
{
	const struct shape *shape;

	if (request->op == 0 || request->op >= CONTROL_OPS)
		return "an unknown operation";
	shape = &shapes[request->op];
	if (request->zero != 0)
		return "reserved bits are set";
	if (shape->domain == DOMAIN_NONE && request->domid != 0)
		return "the operation is about no domain";
	for (size_t i = shape->body; i < sizeof(request->body.bytes); i++) {
		if (request->body.bytes[i] != 0)
			return "bytes that the operation does not use are set";
	}
	return body_check(request);
}

enum control_status control_check(const struct control_request *request,
				  char *text)
{
	const char *why;

	if (request->version != CONTROL_VERSION) {
		return control_refuse(text, CONTROL_E_VERSION,
				      "this host speaks version %u, not %u",
				      CONTROL_VERSION, request->version);
	}
	why = frame_check(request);
	if (why != NULL)
		return control_refuse(text, CONTROL_E_REQUEST, "%s", why);
	if (request->op == CONTROL_DOMAIN_CREATE &&
	    request->body.create.vcpus > CONTROL_VCPUS) {
		return control_refuse(text, CONTROL_E_LIMIT,
				      "a domain has at most %u vCPUs",
				      CONTROL_VCPUS);
	}
	return CONTROL_OK;
}
