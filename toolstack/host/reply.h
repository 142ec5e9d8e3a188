/* SPDX-License-Identifier: BSD-3-Clause */
/* Replies of a host. They are taken as hostile: found in a stream that may hold
 * any bytes, checked, and turned into the structures of reeve.h. These
 * functions work on the caller's copy. */
#ifndef REEVE_TOOLSTACK_HOST_REPLY_H
#define REEVE_TOOLSTACK_HOST_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "toolstack/reeve.h"

/* A stream of replies, among which there may be any other bytes. */
struct reply_stream {
	uint8_t bytes[2 * sizeof(struct control_reply)];
	size_t filled;
};

/* Returns the room at the end of the stream. There is room whenever
 * reply_take() has returned false. */
uint8_t *reply_room(struct reply_stream *stream, size_t *size);
/* Takes the next reply with that cookie; everything before it is dropped.
 * Returns false if more bytes are needed. */
bool reply_take(struct reply_stream *stream, uint64_t cookie,
		struct control_reply *reply);

/* No host has more slots: a bus has 32 devices of 8 functions. */
#define REPLY_SLOTS_MAX 256

/* Copies a text up to its NUL. A byte that is not part of printable UTF-8
 * becomes '?'. */
void reply_text(char *to, size_t size, const uint8_t *from, size_t from_size);

/* Convert a part of a reply. They return false if abi/control.h does not allow
 * one of the values; *out is written in any case. */
bool reply_host(const struct control_host *from, struct reeve_host_info *out);
bool reply_domain(const struct control_domain *from, struct reeve_domain *out);
bool reply_vcpu(const struct control_vcpu *from, struct reeve_vcpu *out);

bool reply_device(const struct control_device *from,
		  struct reeve_domain_device *out);

/* Returns true if a grant for size bytes (whole pages) may be written to: it is
 * page-aligned, has that size, lies in RAM of ram_size bytes, and not where
 * firmware lies. */
bool reply_grant(const struct control_grant *grant, uint64_t size,
		 uint64_t ram_size);

/* Returns true if the pages of a reply to CONTROL_HOST_TRIM, asked for from that
 * PA on, may be dropped: its runs ascend, and lie where a grant may lie. */
bool reply_trim(const struct control_trim *trim, uint64_t asked,
		uint64_t ram_size);

#endif
