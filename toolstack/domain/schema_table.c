/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes the schema's table from the rows in schema_table.inc. The macros here
 * are the columns of a row. */
#include "toolstack/domain/domain.h"
#include "toolstack/domain/schema.h"
#include "toolstack/domain/spec.h"

/* The kind of value and its range. */
#define STRING  .kind = KEY_STRING, .info.type = "string"
#define BOOLEAN .kind = KEY_BOOLEAN, .info.type = "boolean"
#define ANY_NUMBER                                                             \
	.kind = KEY_NUMBER, .min = INT64_MIN, .max = INT64_MAX,                \
	.info.type = "number"
#define NUMBER(lo, hi)                                                         \
	.kind = KEY_NUMBER, .min = (lo), .max = (hi), .info.type = "number",   \
	.info.range = #lo ".." #hi
/* Any number up to hi can be read. domain_settle_cpus() deals with one below
 * the range. */
#define NUMBER_TO(hi, text)                                                    \
	.kind = KEY_NUMBER, .min = INT64_MIN, .max = (hi),                     \
	.info.type = "number", .info.range = text
#define CHOICE(rule, words)                                                    \
	.kind = KEY_CHOICE, .match = (rule), .info.type = "choice",            \
	.info.range = words
#define LIST  .kind = KEY_LIST, .info.type = "list of strings"
#define LISTS .kind = KEY_LISTS, .info.type = "list of lists"
#define STRING_OR_LIST                                                         \
	.kind = KEY_STRING_OR_LIST, .info.type = "string or list of strings"
#define CHECK(function, form) .check = (function), .info.range = form
#define PARTS(names)                                                           \
	.check = spec_parts, .parts = names,                                   \
	.info.range = "KEY=VALUE[,...] of: " names
#define NEEDS(part)   .required = part
#define UNIT(name)    .info.unit = name
#define DEFAULT(text) .info.fallback = text

/* The guests that the key is for. */
#define FOR_ANY      .guests = KEY_FOR_ANY, .info.guests = "any"
#define FOR_ORDINARY .guests = KEY_FOR_ORDINARY, .info.guests = "not a Realm"
#define FOR_REALM    .guests = KEY_FOR_REALM, .info.guests = "Realm only"
#define REFUSED      .guests = KEY_REFUSED, .info.guests = "none: cannot work on Arm"
#define FOREIGN      .guests = KEY_FOREIGN, .info.guests = "none: x86 only"
#define OBSOLETE     .guests = KEY_OBSOLETE, .info.guests = "none: obsolete"

/* The field that holds the value, and the line of help. */
#define FIELD(name)    .field = offsetof(struct domain, name)
#define NO_FIELD       .field = KEY_NO_FIELD
#define GUARD          .guard = true
#define SUCCESSOR(key) .successor = key
#define HELP(text)     .info.help = text

#define ACTIONS                                                                \
	CHOICE(KEY_EXACT, "destroy, restart, rename-restart, preserve, "       \
			  "coredump-destroy, coredump-restart, soft-reset")
#define SVE_LENGTHS                                                            \
	"disabled, hw, 128, 256, 384, 512, 640, 768, 896, 1024, 1152, "        \
	"1280, 1408, 1536, 1664, 1792, 1920, 2048"

#define KEY(key_name, ...) { .info.name = #key_name, __VA_ARGS__ }
/* A key that xl knows and that has no meaning for an Arm guest. */
#define X86(key_name, what, text)                                              \
	{ .info.name = #key_name,                                              \
	  what,                                                                \
	  FOREIGN,                                                             \
	  DEFAULT("(none)"),                                                   \
	  NO_FIELD,                                                            \
	  HELP(text) }

const struct key schema_keys[KEY_COUNT + 1] = {
#include "toolstack/domain/schema_table.inc"
	{ .info.name = NULL },
};
