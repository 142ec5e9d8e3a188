/* SPDX-License-Identifier: BSD-3-Clause */
/* The objects behind the public header's opaque names. */
#ifndef REEVE_TOOLSTACK_API_GUEST_H
#define REEVE_TOOLSTACK_API_GUEST_H

#include "toolstack/config/cfg.h"
#include "toolstack/domain/domain.h"
#include "toolstack/image/image.h"
#include "toolstack/reeve.h"

struct json_object;

struct reeve_guest {
	struct cfg *cfg;
	struct domain *domain;
};

struct reeve_plan {
	const struct reeve_guest *guest;
	struct image *image;
};

/* The measurement as a JSON object; NULL: out of memory. */
struct json_object *
measurement_to_json(const struct reeve_measurement *measurement);

/* The text of a document, which it frees; the caller frees the text. NULL:
 * out of memory, or document was NULL. */
char *document_text(struct json_object *document);

#endif
