/* SPDX-License-Identifier: BSD-3-Clause */
/* Inside the domain stage: reads the text of one network interface
 * (xl-network-configuration(5)), with the part "forward" of our own. */
#ifndef REEVE_TOOLSTACK_DOMAIN_VIF_H
#define REEVE_TOOLSTACK_DOMAIN_VIF_H

#include "toolstack/domain/device.h"
#include "toolstack/domain/schema.h"

/* Reads an interface up to its first fault. The texts in the result point into
 * text. Sets no entry. */
struct key_fault vif_read(const char *text, struct domain_vif *vif);

#endif
