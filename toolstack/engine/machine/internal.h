/* SPDX-License-Identifier: BSD-3-Clause */
/* Declarations that the files of the machine engine share. */
#ifndef REEVE_TOOLSTACK_ENGINE_MACHINE_INTERNAL_H
#define REEVE_TOOLSTACK_ENGINE_MACHINE_INTERNAL_H

#include "toolstack/engine/machine/machine.h"

struct engine {
	struct folder folder;
	struct link *link;
	const struct reeve_watch *watch;
	const struct reeve_watch *caller; /* during machine_destroy() */
	int ram; /* file of the machine's RAM; -1: not open yet */
	uint64_t ram_size; /* bytes */
	unsigned domid; /* of the domain that was made last; 0: none */
	bool building; /* the domain is not finalised yet */
	struct engine_boot boot;
	uint64_t loaded; /* bytes, for the watch */
};

/* Sends a request about a domain and waits for the reply. reply may be NULL if
 * only its status matters. Also reports REEVE_ERR_NO_DOMAIN, which link_call()
 * does not. */
int machine_ask(struct engine *engine, struct control_request *request,
		struct control_reply *reply, struct reeve_report *report);

/* The operations on domains that exist (running.c). */
int machine_host(struct engine *engine, struct reeve_host_info *out,
		 struct reeve_report *report);
int machine_next(struct engine *engine, unsigned domid,
		 struct reeve_domain *out, struct reeve_report *report);
int machine_vcpu(struct engine *engine, unsigned domid, unsigned index,
		 struct reeve_vcpu *out, struct reeve_report *report);
int machine_device(struct engine *engine, unsigned domid, unsigned index,
		   struct reeve_domain_device *out, struct reeve_report *report);
int machine_memory(struct engine *engine, unsigned domid, uint64_t from,
		   struct engine_memory *out, struct reeve_report *report);
int machine_act(struct engine *engine, unsigned domid, enum engine_act act,
		struct reeve_report *report);
int machine_shutdown(struct engine *engine, unsigned domid,
		     enum reeve_reason reason, struct reeve_report *report);
int machine_rename(struct engine *engine, unsigned domid, const char *name,
		   struct reeve_report *report);
int machine_sysrq(struct engine *engine, unsigned domid, char key,
		  struct reeve_report *report);
int machine_hold(struct engine *engine, unsigned ms, struct engine_hold *out,
		 struct reeve_report *report);
int machine_trim(struct engine *engine, uint64_t *freed,
		 struct reeve_report *report);
int machine_dmesg(struct engine *engine, uint64_t *from, char *text,
		  size_t size, size_t *got, struct reeve_report *report);
int machine_console(struct engine *engine, unsigned slot, int *fd, int *lock,
		    struct reeve_report *report);

#endif
