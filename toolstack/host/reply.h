/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a host says, taken as hostile: found in a stream of any bytes, checked,
 * and turned into the structures of reeve.h. Works on the caller's copy.
 */
#ifndef REEVE_TOOLSTACK_HOST_REPLY_H
#define REEVE_TOOLSTACK_HOST_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/control.h"
#include "toolstack/reeve.h"

/* A stream of replies, and of whatever else. */
struct reply_stream {
	uint8_t bytes[2 * sizeof(struct control_reply)];
	size_t filled;
};

/* Room at the end of the stream, never none after reply_take() was false. */
uint8_t *reply_room(struct reply_stream *stream, size_t *size);
/* The next reply with that cookie; what comes before it is dropped. */
bool reply_take(struct reply_stream *stream, uint64_t cookie,
		struct control_reply *reply);

/* Copies a text up to its NUL; what is not printable UTF-8 becomes '?'. */
void reply_text(char *to, size_t size, const uint8_t *from, size_t from_size);

/* false: a value is none that abi/control.h allows. *out is written anyway. */
bool reply_host(const struct control_host *from, struct reeve_host_info *out);
bool reply_domain(const struct control_domain *from, struct reeve_domain *out);
bool reply_vcpu(const struct control_vcpu *from, struct reeve_vcpu *out);

/*
 * Whether a grant for size bytes (whole pages) may be written: page-aligned,
 * of that size, in RAM of ram_size bytes, and not where firmware lies.
 */
bool reply_grant(const struct control_grant *grant, uint64_t size,
		 uint64_t ram_size);

#endif
