/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes a listing as a document that can be read again. The steps that its
 * builder always makes are written out. */
#include <json-c/json.h>

#include "toolstack/api/guest.h"
#include "toolstack/measure/listing.h"

static void add_number(struct json_object *object, const char *name,
		       uint64_t value)
{
	json_object_object_add(object, name, json_object_new_uint64(value));
}

static void add_text(struct json_object *object, const char *name,
		     const char *text)
{
	if (text != NULL)
		json_object_object_add(object, name,
				       json_object_new_string(text));
}

static struct json_object *rec_json(const struct listing_rec *rec)
{
	struct json_object *object = json_object_new_object();
	struct json_object *gprs = json_object_new_array();

	add_number(object, "flags", rec->flags);
	add_number(object, "pc", rec->pc);
	for (size_t i = 0; i < RMI_REC_CREATE_GPRS; i++)
		json_object_array_add(gprs,
				      json_object_new_uint64(rec->gprs[i]));
	json_object_object_add(object, "gprs", gprs);
	return object;
}

static struct json_object *step_json(const struct listing_step *step)
{
	struct json_object *object = json_object_new_object();

	add_text(object, "content", step->content);
	if (step->kind == LISTING_REC) {
		json_object_object_add(object, "rec", rec_json(&step->rec));
		return object;
	}
	add_number(object, "ipa", step->ipa);
	add_number(object, "size", step->size);
	if (step->kind == LISTING_RIPAS) {
		add_text(object, "ripas", "ram");
		add_number(object, "level", (uint64_t)step->level);
		return object;
	}
	if (step->loaded != 0)
		add_number(object, "loaded", step->loaded);
	add_number(object, "flags", step->flags);
	if (step->fill != 0)
		add_number(object, "fill", step->fill);
	add_text(object, "file", step->file);
	return object;
}

/* The steps replace the ranges and the boot REC of a guest of ours. */
char *reeve_listing_json(const struct reeve_listing *listing,
			 const struct reeve_measurement *measurement)
{
	struct json_object *document = measurement_to_json(measurement);
	struct json_object *ranges = json_object_new_array();

	if (document == NULL || ranges == NULL) {
		json_object_put(document);
		json_object_put(ranges);
		return NULL;
	}
	if (listing->rmm == LISTING_RMM_1_0)
		add_text(document, "rmm", "1.0");
	json_object_object_add(document, "ranges", ranges);
	json_object_object_del(document, "boot_rec");
	for (size_t i = 0; i < listing->step_count; i++) {
		const struct listing_step *step = &listing->steps[i];

		if (i + 1 == listing->step_count && step->kind == LISTING_REC)
			json_object_object_add(document, "boot_rec",
					       rec_json(&step->rec));
		else
			json_object_array_add(ranges, step_json(step));
	}
	return document_text(document);
}
