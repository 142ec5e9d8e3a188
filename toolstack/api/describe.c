/* SPDX-License-Identifier: BSD-3-Clause */
/* The JSON documents that reeve(1) describes: a measurement, and everything
 * about a guest. */
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include "abi/rmi.h"
#include "toolstack/api/guest.h"
#include "toolstack/report/utf8.h"
#include "toolstack/token/hex.h"

static void describe_number(struct json_object *object, const char *name,
			    uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

static void describe_text(struct json_object *object, const char *name,
			  const char *text)
{
	size_t length;
	char *utf8 = NULL;

	if (text != NULL)
		utf8 = utf8_repair(text, strlen(text), &length);
	if (utf8 != NULL) {
		json_object_object_add(object, name,
				       json_object_new_string(utf8));
	}
	free(utf8);
}

static void describe_hex(struct json_object *object, const char *name,
			 const uint8_t *bytes, size_t size)
{
	char *text = hex_text((struct span){ bytes, size });

	describe_text(object, name, text);
	free(text);
}

static struct json_object *parameters_json(const struct reeve_measurement *m)
{
	struct json_object *object = json_object_new_object();

	describe_number(object, "flags0", m->flags0);
	describe_number(object, "s2sz", m->s2sz);
	describe_number(object, "sve_vl", m->sve_vl);
	describe_number(object, "num_bps", m->num_bps);
	describe_number(object, "num_wps", m->num_wps);
	describe_number(object, "pmu_num_ctrs", m->pmu_num_ctrs);
	describe_number(object, "hash_algo", m->hash_algo);
	return object;
}

static struct json_object *boot_rec_json(const struct reeve_measurement *m)
{
	struct json_object *object = json_object_new_object();
	struct json_object *gprs = json_object_new_array();

	describe_number(object, "flags", m->rec_flags);
	describe_number(object, "pc", m->rec_pc);
	for (size_t i = 0; i < RMI_REC_CREATE_GPRS; i++) {
		json_object_array_add(gprs,
				      json_object_new_uint64(m->rec_gprs[i]));
	}
	json_object_object_add(object, "gprs", gprs);
	return object;
}

static struct json_object *measured_range_json(const struct reeve_range *range)
{
	struct json_object *object = json_object_new_object();

	describe_text(object, "content", range->content);
	describe_number(object, "ipa", range->ipa);
	describe_number(object, "size", reeve_range_measured(range));
	describe_number(object, "loaded", range->size);
	describe_number(object, "flags", RMI_DATA_MEASURE_CONTENT);
	describe_text(object, "file", range->file);
	return object;
}

struct json_object *measurement_to_json(const struct reeve_measurement *m)
{
	struct json_object *object = json_object_new_object();
	struct json_object *ranges = json_object_new_array();

	describe_hex(object, "rim", m->rim, m->size);
	describe_text(object, "hash", m->hash);
	describe_hex(object, "rpv", m->rpv, sizeof(m->rpv));
	describe_number(object, "granule_size", RMI_GRANULE_SIZE);
	describe_number(object, "granules", m->granules);
	describe_number(object, "vcpus", m->vcpus);
	json_object_object_add(object, "parameters", parameters_json(m));
	for (size_t i = 0; i < m->range_count; i++) {
		json_object_array_add(ranges,
				      measured_range_json(&m->ranges[i]));
	}
	json_object_object_add(object, "ranges", ranges);
	json_object_object_add(object, "boot_rec", boot_rec_json(m));
	return object;
}

char *document_text(struct json_object *document)
{
	const char *text;
	char *copy = NULL;

	if (document == NULL)
		return NULL;
	text = json_object_to_json_string_ext(
		document,
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	if (text != NULL)
		copy = strdup(text);
	json_object_put(document);
	return copy;
}

char *reeve_measurement_json(const struct reeve_measurement *measurement)
{
	return document_text(measurement_to_json(measurement));
}

static struct json_object *range_json(const struct reeve_range *range)
{
	struct json_object *object = json_object_new_object();

	describe_text(object, "content", range->content);
	describe_number(object, "ipa", range->ipa);
	describe_number(object, "loaded", range->size);
	describe_number(object, "reserved", range->reserved);
	return object;
}

static struct json_object *kernel_json(const struct image_kernel_info *kernel)
{
	struct json_object *object = json_object_new_object();

	describe_text(object, "format", kernel->format);
	describe_text(object, "banner", kernel->banner);
	describe_number(object, "text_offset", kernel->text_offset);
	describe_number(object, "image_size", kernel->image_size);
	describe_number(object, "page_size", kernel->page_size);
	return object;
}

static struct json_object *device_json(const struct reeve_device *device)
{
	struct json_object *object = json_object_new_object();

	describe_text(object, "kind", device->kind);
	describe_text(object, "name", device->name);
	describe_number(object, "ipa", device->ipa);
	describe_number(object, "size", device->size);
	describe_number(object, "interrupt", device->interrupt);
	json_object_object_add(object, "untrusted",
			       json_object_new_boolean(device->untrusted));
	return object;
}

static struct json_object *devices_json(const struct reeve_plan *plan)
{
	struct json_object *devices = json_object_new_array();
	struct reeve_device device;

	for (size_t i = 0; reeve_plan_device(plan, i, &device); i++)
		json_object_array_add(devices, device_json(&device));
	return devices;
}

static struct json_object *plan_json(const struct reeve_plan *plan)
{
	struct json_object *object = json_object_new_object();
	struct json_object *banks = json_object_new_array();
	struct json_object *segments = json_object_new_array();
	struct reeve_range range;

	for (size_t i = 0; reeve_plan_bank(plan, i, &range); i++)
		json_object_array_add(banks, range_json(&range));
	json_object_object_add(object, "banks", banks);
	for (size_t i = 0; reeve_plan_segment(plan, i, &range); i++)
		json_object_array_add(segments, range_json(&range));
	json_object_object_add(object, "segments", segments);
	json_object_object_add(object, "devices", devices_json(plan));
	json_object_object_add(object, "kernel",
			       kernel_json(&plan->image->kernel));
	describe_number(object, "entry", plan->image->entry);
	describe_number(object, "dtb", plan->image->dtb_ipa);
	return object;
}

char *reeve_describe_json(const struct reeve_guest *guest,
			  const struct reeve_plan *plan,
			  const struct reeve_measurement *measurement)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "domain", domain_to_json(guest->domain));
	if (plan != NULL)
		json_object_object_add(object, "plan", plan_json(plan));
	if (measurement != NULL) {
		json_object_object_add(object, "measurement",
				       measurement_to_json(measurement));
	}
	return document_text(object);
}
