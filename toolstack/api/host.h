/* SPDX-License-Identifier: BSD-3-Clause */
/* The connection behind the opaque name of the public header. */
#ifndef REEVE_TOOLSTACK_API_HOST_H
#define REEVE_TOOLSTACK_API_HOST_H

#include "toolstack/engine/engine.h"
#include "toolstack/host/folder.h"

struct reeve_host {
	const struct engine_ops *ops;
	struct engine *engine;
	struct folder folder;
	const struct reeve_watch *watch;
};

/* Finds the domain that has the name. A domain that is being destroyed has it
 * no more, because another one may take it: *dying is the id of such a domain,
 * or 0. Returns REEVE_ERR_NO_DOMAIN, and reports nothing, if there is none. */
int host_find_name(struct reeve_host *host, const char *name,
		   struct reeve_domain *out, unsigned *dying,
		   struct reeve_report *report);

/* Gives the memory of destroyed domains back to this computer, if possible: the
 * hypervisor may be too old for it. */
void host_memory_give_back(struct reeve_host *host,
			   const struct reeve_watch *watch);

#endif
