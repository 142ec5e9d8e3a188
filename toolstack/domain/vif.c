/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads one network interface. */
#include "toolstack/domain/vif.h"

#include <string.h>

#include "toolstack/domain/entry.h"
#include "toolstack/domain/spec.h"
#include "toolstack/report/ascii.h"

#define DEVID_MAX 127
/* The least that IPv4 allows, and the most that a frame's length can say. */
#define MTU_MIN 68
#define MTU_MAX 65535
/* The longest name of an interface of Linux: IFNAMSIZ without the NUL. */
#define IFNAME_MAX 15

#define FORWARD_FORM                                                           \
	"write forward=tcp:127.0.0.1:2222:22, the host's address "             \
	"and port and the guest's port"

const char *const vif_protocol_words[] = { "tcp", "udp", NULL };

static const struct key_fault no_fault;

/* ---- mac ---------------------------------------------------------------- */

static int hex_value(char digit)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	return at != NULL ? (int)(at - digits) & 0xf : -1;
}

/* Reads one or two hexadecimal digits at the start of *rest. */
static bool mac_byte_read(struct words *rest, uint8_t *byte)
{
	unsigned value = 0;
	size_t i = 0;

	for (; i < 2 && i < rest->length && hex_value(rest->at[i]) >= 0; i++)
		value = value * 16 + (unsigned)hex_value(rest->at[i]);
	rest->at += i;
	rest->length -= i;
	*byte = (uint8_t)value;
	return i > 0;
}

static bool mac_bytes_read(struct words rest, uint8_t mac[6])
{
	for (int i = 0; i < 6; i++) {
		if (i > 0) {
			if (rest.length == 0 ||
			    (rest.at[0] != ':' && rest.at[0] != '-'))
				return false;
			rest.at++;
			rest.length--;
		}
		if (!mac_byte_read(&rest, &mac[i]))
			return false;
	}
	return rest.length == 0;
}

static struct key_fault read_mac(const struct entry_part *part, void *out)
{
	static const uint8_t nobody[6];
	struct domain_vif *vif = out;

	if (!mac_bytes_read(part->value, vif->mac)) {
		return words_fault(part->value, "is no MAC address",
				   "write six bytes, as in 00:16:3e:12:34:56");
	}
	if ((vif->mac[0] & 1) != 0 || memcmp(vif->mac, nobody, 6) == 0) {
		return words_fault(part->value, "is not the address of one card",
				   "write an even first byte, such as 02 for an "
				   "address of your own choice");
	}
	vif->has_mac = true;
	vif->mac_words = part->value;
	return no_fault;
}

/* ---- forward ------------------------------------------------------------ */

/* Takes the words before the next colon off *rest. */
static struct words field_take(struct words *rest)
{
	const char *colon =
		rest->length > 0 ? memchr(rest->at, ':', rest->length) : NULL;
	struct words field = *rest;

	if (colon == NULL) {
		*rest = (struct words){ rest->at + rest->length, 0 };
		return field;
	}
	field.length = (size_t)(colon - rest->at);
	rest->at += field.length + 1;
	rest->length -= field.length + 1;
	return field;
}

static bool port_read(struct words words, uint16_t *port)
{
	uint64_t number;

	if (!words_number(words, UINT16_MAX, &number) || number == 0)
		return false;
	*port = (uint16_t)number;
	return true;
}

/* Returns true for four decimal bytes with dots between them. */
static bool is_ipv4(struct words words)
{
	for (int i = 0; i < 4; i++) {
		const char *dot = i < 3 ? memchr(words.at, '.', words.length)
					: words.at + words.length;
		struct words byte = { .at = words.at };
		uint64_t number;

		if (dot == NULL)
			return false;
		byte.length = (size_t)(dot - words.at);
		if (byte.length > 3 || !words_number(byte, 255, &number))
			return false;
		words.at += i < 3 ? byte.length + 1 : byte.length;
		words.length -= i < 3 ? byte.length + 1 : byte.length;
	}
	return true;
}

static struct key_fault forward_fields_read(struct words rest,
					    struct vif_forward *forward)
{
	struct words protocol = field_take(&rest);
	struct words host_port;
	struct words guest_port;
	int index = words_index(protocol, vif_protocol_words);

	if (index < 0)
		return words_fault(protocol, "is neither tcp nor udp",
				   FORWARD_FORM);
	forward->protocol = (enum vif_protocol)index;
	forward->address = field_take(&rest);
	host_port = field_take(&rest);
	guest_port = field_take(&rest);
	if (!is_ipv4(forward->address)) {
		return words_fault(forward->address,
				   "is no IPv4 address of the host",
				   FORWARD_FORM);
	}
	if (!port_read(host_port, &forward->host_port))
		return words_fault(host_port, "is no port of the host",
				   FORWARD_FORM);
	if (!port_read(guest_port, &forward->guest_port))
		return words_fault(guest_port, "is no port of the guest",
				   FORWARD_FORM);
	if (rest.length > 0)
		return words_fault(rest, "stands behind the guest's port",
				   FORWARD_FORM);
	return no_fault;
}

static struct key_fault read_forward(const struct entry_part *part, void *out)
{
	struct domain_vif *vif = out;
	struct vif_forward *forward = &vif->forwards[vif->forward_count];

	if (vif->forward_count == VIF_FORWARDS_MAX) {
		return words_fault(part->all, "is one more than 8",
				   "use a second interface");
	}
	vif->forward_count++;
	forward->all = part->value;
	return forward_fields_read(part->value, forward);
}

/* ---- The other parts ---------------------------------------------------- */

/* Judges the name of a network interface of the host. */
static struct key_fault ifname_judge(struct words name)
{
	if (name.length == 0 || name.length > IFNAME_MAX) {
		return words_fault(name, "is no name of 1 to 15 bytes",
				   "write the name that `ip link` shows");
	}
	for (size_t i = 0; i < name.length; i++) {
		if (strchr(" \t\n/:", name.at[i]) != NULL) {
			return words_fault(name, "is no name of an interface",
					   "write the name that `ip link` "
					   "shows");
		}
	}
	return no_fault;
}

static struct key_fault read_bridge(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->bridge = part->value;
	return ifname_judge(part->value);
}

static struct key_fault read_gatewaydev(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->gatewaydev = part->value;
	return ifname_judge(part->value);
}

static struct key_fault read_vifname(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->vifname = part->value;
	return ifname_judge(part->value);
}

static struct key_fault read_type(const struct entry_part *part, void *out)
{
	static const char *const types[] = { "vif", "ioemu", NULL };

	((struct domain_vif *)out)->type = part->value;
	if (words_index(part->value, types) >= 0)
		return no_fault;
	return words_fault(part->value, "is no type of an interface",
			   "write vif, or remove it");
}

static struct key_fault read_model(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->model = part->value;
	return no_fault;
}

static struct key_fault read_script(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->script = part->value;
	return no_fault;
}

static struct key_fault read_ip(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->ip = part->value;
	return no_fault;
}

static struct key_fault read_backend(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->backend = part->value;
	return no_fault;
}

static struct key_fault read_vlan(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->vlan = part->value;
	return no_fault;
}

static struct key_fault read_accel(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->accel = part->all;
	return no_fault;
}

static struct key_fault read_colo(const struct entry_part *part, void *out)
{
	struct domain_vif *vif = out;

	if (vif->colo.at == NULL)
		vif->colo = part->all;
	return no_fault;
}

static struct key_fault read_trusted(const struct entry_part *part, void *out)
{
	static const char *const answers[] = { "0", "1", NULL };
	struct domain_vif *vif = out;

	if (words_index(part->value, answers) < 0)
		return words_fault(part->value, "is neither 0 nor 1",
				   "write 0 or 1");
	if (words_are(part->value, "1"))
		vif->trusted = part->all;
	return no_fault;
}

static struct key_fault read_devid(const struct entry_part *part, void *out)
{
	struct domain_vif *vif = out;
	uint64_t number;

	if (!words_number(part->value, DEVID_MAX, &number))
		return words_fault(part->value, "is no number from 0 to 127",
				   "remove it: interfaces are numbered in their "
				   "order");
	vif->devid = (int)number;
	vif->devid_words = part->value;
	return no_fault;
}

static struct key_fault read_mtu(const struct entry_part *part, void *out)
{
	uint64_t number;

	if (!words_number(part->value, MTU_MAX, &number) || number < MTU_MIN) {
		return words_fault(part->value, "is no number from 68 to 65535",
				   "write the most bytes of a packet, such as "
				   "1500");
	}
	((struct domain_vif *)out)->mtu = (unsigned)number;
	return no_fault;
}

/* Moves *rest past the first suffix that it begins with; the longer ones stand
 * first. */
static bool suffix_take(struct words *rest, const char *const *suffixes)
{
	for (; *suffixes != NULL; suffixes++) {
		size_t length = strlen(*suffixes);

		if (rest->length >= length &&
		    memcmp(rest->at, *suffixes, length) == 0) {
			rest->at += length;
			rest->length -= length;
			return true;
		}
	}
	return false;
}

/* Takes a number from 1 to UINT32_MAX. */
static bool number_take(struct words *rest, uint64_t *number)
{
	size_t digits = 0;

	*number = 0;
	while (digits < rest->length && ascii_is_digit(rest->at[digits]) &&
	       *number <= UINT32_MAX) {
		*number = *number * 10 + (uint64_t)(rest->at[digits] - '0');
		digits++;
	}
	rest->at += digits;
	rest->length -= digits;
	return *number > 0 && *number <= UINT32_MAX;
}

/* Returns true for a time in which a rate is counted, such as 20ms: seconds
 * without a unit, and at most UINT32_MAX microseconds. */
static bool is_interval(struct words rest)
{
	static const char *const milli[] = { "ms", "m", NULL };
	static const char *const micro[] = { "us", "u", NULL };
	static const char *const whole[] = { "s", NULL };
	uint64_t number;
	uint64_t most = UINT32_MAX;

	if (!number_take(&rest, &number))
		return false;
	if (suffix_take(&rest, milli))
		most /= 1000;
	else if (!suffix_take(&rest, micro) &&
		 (rest.length == 0 || suffix_take(&rest, whole)))
		most /= 1000000;
	return rest.length == 0 && number <= most;
}

/* Returns true for a rate such as 10Mb/s or 1MB/s@20ms. */
static bool is_rate(struct words rest)
{
	static const char *const units[] = { "GB/s", "MB/s", "KB/s",
					     "B/s",  "Gb/s", "Mb/s",
					     "Kb/s", "b/s",  NULL };
	static const char *const at[] = { "@", NULL };
	uint64_t number;

	if (!number_take(&rest, &number) || !suffix_take(&rest, units))
		return false;
	return rest.length == 0 || (suffix_take(&rest, at) && is_interval(rest));
}

static struct key_fault read_rate(const struct entry_part *part, void *out)
{
	((struct domain_vif *)out)->rate = part->value;
	if (is_rate(part->value))
		return no_fault;
	return words_fault(part->value, "is no rate",
			   "write it as in 10Mb/s or 1MB/s@20ms");
}

/* ---- The whole ---------------------------------------------------------- */

/* netdev is the old name of gatewaydev. */
static const struct entry_row rows[] = {
	{ "mac", read_mac, false },
	{ "bridge", read_bridge, false },
	{ "forward", read_forward, true },
	{ "type", read_type, false },
	{ "model", read_model, false },
	{ "vifname", read_vifname, false },
	{ "script", read_script, false },
	{ "ip", read_ip, false },
	{ "backend", read_backend, false },
	{ "rate", read_rate, false },
	{ "devid", read_devid, false },
	{ "mtu", read_mtu, false },
	{ "gatewaydev", read_gatewaydev, false },
	{ "netdev", read_gatewaydev, false },
	{ "vlan", read_vlan, false },
	{ "accel", read_accel, false },
	{ "trusted", read_trusted, false },
	{ "forwarddev", read_colo, false },
	{ "colo_*", read_colo, true },
	{ NULL, NULL, false },
};

/* A bridge and a user network exclude each other. */
static struct key_fault network_check(const struct domain_vif *vif)
{
	if (vif->forward_count > 0 && vif->bridge.at != NULL) {
		return words_fault(vif->forwards[0].all,
				   "is for a network without a bridge",
				   "remove it, or remove bridge: on a bridge the "
				   "guest has an address of its own");
	}
	return no_fault;
}

struct key_fault vif_read(const char *text, struct domain_vif *vif)
{
	struct key_fault fault;

	*vif = (struct domain_vif){ .devid = -1 };
	fault = entry_read(text, rows, vif);
	return fault.what != NULL ? fault : network_check(vif);
}

struct key_fault spec_vif(const struct key *key, const char *text)
{
	struct domain_vif vif;

	(void)key;
	return vif_read(text, &vif);
}
