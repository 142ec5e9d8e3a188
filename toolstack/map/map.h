/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A guest's IPA space as areas, planned or as a host tells it, and its three
 * forms: text, JSON, a picture. Addresses are IPAs in bytes.
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

/* No IPA has more bits (DDI0487, FEAT_LPA2). */
#define MAP_END (UINT64_C(1) << 52)

enum map_kind {
	MAP_DEVICE,
	/* Planned. */
	MAP_KERNEL,
	MAP_INITRD,
	MAP_DTB,
	MAP_RAM, /* nothing is loaded: zeroed when it is touched */
	MAP_ALIAS, /* of the shared half: where RAM can be shared */
	/* Of a domain. */
	MAP_POPULATED,
	MAP_UNTOUCHED, /* RAM, nothing behind it yet */
	MAP_EMPTY,
	MAP_DESTROYED,
	MAP_SHARED,
	MAP_UNSHARED, /* of the shared half: nothing is mapped */
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
	unsigned domid; /* 0: as planned */
	bool realm;
	unsigned vcpus;
	uint64_t ram_size;
	uint64_t shared_base; /* where the shared half begins; 0: no Realm */
	uint64_t top; /* where the IPA space ends, or what is of interest */
	struct map_area *areas; /* ascending, no overlap, once finished */
	size_t count;
	size_t room;
	uint64_t pages[ENGINE_PAGE_KINDS]; /* of a domain: what it holds */
	bool short_of_memory;
};

/* NULL: out of memory. */
struct reeve_map *map_new(const char *name);

/* Puts an area; one of size 0, or that ends behind MAP_END, is left out. */
void map_put(struct reeve_map *map, enum map_kind kind, const char *name,
	     uint64_t ipa, uint64_t size);

/* Puts [ipa, ipa + size) as kind where nothing else has been put. Before it,
 * all there has to be in ascending order. */
void map_fill(struct reeve_map *map, enum map_kind kind, const char *name,
	      uint64_t ipa, uint64_t size);

/* The last step: sorts, joins what belongs together, cuts what overlaps. A top
 * that was not set becomes a power of two behind all. false: out of memory. */
bool map_finish(struct reeve_map *map);

/* devices.c: the nodes at the root of a device tree that have an address, RAM
 * aside; a blob that is none has none. */
void map_put_tree(struct reeve_map *map, const void *dtb, size_t size);
/* The devices of a domain on a host of ours (abi/guest_map.h). */
void map_put_machine(struct reeve_map *map, bool vuart);

/* ---- Words and colours, by kind ---- */

struct map_look {
	const char *word; /* "kernel", "populated" ... */
	const char *key; /* the same in JSON */
	const char *ripas; /* of such an area of a Realm; "": none */
	const char *colour; /* #rrggbb */
};

const struct map_look *map_look(enum map_kind kind);
/* The words for enum control_page; NULL: no such kind. */
const char *map_page_word(unsigned kind);
const char *map_page_key(unsigned kind);

/* Bytes of all areas of a kind. */
uint64_t map_sum(const struct reeve_map *map, enum map_kind kind);

/* What write() prints with what it is given, to be freed; NULL: out of memory. */
char *map_print(void (*write)(FILE *to, void *with), void *with);

/* A size as a person says it: "64 KiB", "33.5 MiB". */
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
