/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest's IPA space as a list of areas, and its three forms: text, JSON and a
 * picture. The areas are those of a plan, or those that the hypervisor of a
 * host reports for a domain. Addresses are IPAs in bytes.
 */
#ifndef REEVE_TOOLSTACK_MAP_H
#define REEVE_TOOLSTACK_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "abi/control.h"
#include "toolstack/engine/engine.h"
#include "toolstack/reeve.h"

/* An IPA has at most 52 bits (DDI0487, FEAT_LPA2). */
#define MAP_END (UINT64_C(1) << 52)

enum map_kind {
	MAP_DEVICE,
	/* In the map of a plan. */
	MAP_KERNEL,
	MAP_INITRD,
	MAP_DTB,
	MAP_RAM, /* nothing is loaded: zeroed on first access */
	MAP_ALIAS, /* in the shared half: where RAM can be shared */
	/* In the map of a domain. */
	MAP_POPULATED,
	MAP_UNTOUCHED, /* RAM that has no memory yet */
	MAP_EMPTY,
	MAP_DESTROYED,
	MAP_SHARED,
	MAP_PINNED, /* of RAM or in the shared half: devices have it now */
	MAP_UNSHARED, /* in the shared half: nothing is mapped */
	MAP_KINDS,
};

struct map_area {
	uint64_t ipa;
	uint64_t size; /* bytes, not 0 */
	enum map_kind kind;
	char name[40];
};

struct reeve_map {
	char *name; /* printable UTF-8 */
	unsigned domid; /* 0: a plan */
	bool realm;
	unsigned vcpus;
	uint64_t ram_size;
	uint64_t shared_base; /* start of the shared half; 0: not a Realm */
	uint64_t top; /* end of the IPA space, or of the part shown */
	struct map_area *areas; /* once finished, ascending without overlap */
	size_t count;
	size_t room;
	uint64_t pages[ENGINE_PAGE_KINDS]; /* the pages of a domain, by kind */
	bool short_of_memory;
};

/* Returns NULL if memory is short. */
struct reeve_map *map_new(const char *name);

/* Adds an area. An area of size 0, or one that ends after MAP_END, is
 * left out. */
void map_put(struct reeve_map *map, enum map_kind kind, const char *name,
	     uint64_t ipa, uint64_t size);

/* Gives the area that begins at ipa another name. */
void map_rename(struct reeve_map *map, uint64_t ipa, const char *name);

/* Adds the parts of [ipa, ipa + size) in which there is no area yet, as areas
 * of kind. The areas that were added so far must be in ascending order. */
void map_fill(struct reeve_map *map, enum map_kind kind, const char *name,
	      uint64_t ipa, uint64_t size);

/*
 * The last step: sorts the areas, joins those that belong together, and cuts
 * overlaps. A top that was not set becomes a power of two above all areas.
 * Returns false if memory was short.
 */
bool map_finish(struct reeve_map *map);

/* devices.c: adds the nodes at the root of a device tree that have an address,
 * except RAM. Adds nothing if the blob is not a valid tree. */
void map_put_tree(struct reeve_map *map, const void *dtb, size_t size);
/* Adds the devices of a domain on a Reeve host (abi/guest_map.h). */
void map_put_machine(struct reeve_map *map, const struct reeve_domain *domain);

/* ---- Words and colours, by kind ---- */

struct map_look {
	const char *word; /* "kernel", "populated" ... */
	const char *key; /* the same in JSON */
	const char *ripas; /* of a Realm's area of the kind; "": none */
	const char *colour; /* #rrggbb */
};

const struct map_look *map_look(enum map_kind kind);
/* Return the words for a kind of enum control_page, or NULL if there is no such
 * kind. */
const char *map_page_word(unsigned kind);
const char *map_page_key(unsigned kind);

/* Returns the bytes of all areas of a kind. */
uint64_t map_sum(const struct reeve_map *map, enum map_kind kind);

/* Calls write(to, with) and returns the text that it printed; the caller frees
 * it. NULL: out of memory. */
char *map_print(void (*write)(FILE *to, void *with), void *with);

/* A size in words: "64 KiB", "33.5 MiB". */
struct map_text {
	char text[32];
};
struct map_text map_size_text(uint64_t bytes);
/* "Realm, 512 MiB, 2 vCPUs ..." */
struct map_title {
	char text[160];
};
struct map_title map_title(const struct reeve_map *map);

#endif
