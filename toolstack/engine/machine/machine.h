/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine engine: one of our CCA hosts, through its control interface. */
#ifndef REEVE_TOOLSTACK_ENGINE_MACHINE_H
#define REEVE_TOOLSTACK_ENGINE_MACHINE_H

#include "toolstack/engine/engine.h"
#include "toolstack/host/link.h"

extern const struct engine_ops engine_machine;

/* Connects to the host in a folder (see link_open()); the engine keeps a copy
 * of *folder. watch must outlive the engine. */
int machine_open(const struct folder *folder, const struct reeve_watch *watch,
		 struct engine **out, struct reeve_report *report);
/* The same over an open link, which belongs to the engine from then on, also on
 * failure. */
int machine_attach(const struct folder *folder, struct link *link,
		   const struct reeve_watch *watch, struct engine **out,
		   struct reeve_report *report);

/* Sets the watch that is asked from now on. */
void machine_watch(struct engine *engine, const struct reeve_watch *watch);

/* Waits until a domain that is being destroyed is gone. Between two looks at it
 * other clients can have the control port. */
int machine_await_gone(struct engine *engine, unsigned domid,
		       struct reeve_report *report);

#endif
