/* SPDX-License-Identifier: BSD-3-Clause */
/* The objects behind the opaque names of the public header. */
#ifndef REEVE_TOOLSTACK_API_GUEST_H
#define REEVE_TOOLSTACK_API_GUEST_H

#include <stdbool.h>

#include "toolstack/config/cfg.h"
#include "toolstack/domain/domain.h"
#include "toolstack/image/image.h"
#include "toolstack/reeve.h"

struct json_object;

struct reeve_guest {
	struct cfg *cfg;
	struct domain *domain;
	enum reeve_engine engine;
};

struct reeve_plan {
	const struct reeve_guest *guest;
	struct image *image;
};

/* Does what reeve_plan_new() does. unpack: a compressed RAM disk is unpacked,
 * to see whether it is whole. */
int plan_new(const struct reeve_guest *guest, bool unpack,
	     struct reeve_plan **out, struct reeve_report *report);

/* Returns the measurement as a JSON object, or NULL if memory is short. */
struct json_object *
measurement_to_json(const struct reeve_measurement *measurement);

/* Returns the text of a document, which the caller frees, and frees the
 * document. Returns NULL if memory is short, or if document is NULL. */
char *document_text(struct json_object *document);

#endif
