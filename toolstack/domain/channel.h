/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside the domain stage: reads the text of one channel, or of one shared
 * folder (xl.cfg(5), channel and p9). */
#ifndef REEVE_TOOLSTACK_DOMAIN_CHANNEL_H
#define REEVE_TOOLSTACK_DOMAIN_CHANNEL_H

#include "toolstack/domain/device.h"
#include "toolstack/domain/schema.h"

/* Read an entry up to its first fault. The texts in the result point into text.
 * They set no entry. */
struct key_fault channel_read(const char *text, struct domain_channel *channel);
struct key_fault p9_read(const char *text, struct domain_p9 *folder);

#endif
