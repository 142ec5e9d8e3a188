/* SPDX-License-Identifier: BSD-3-Clause */
/* A connection to a host, and the requests about the domains on it. */
#include "toolstack/api/host.h"
#include "toolstack/api/attached.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/domain/domain.h"
#include "toolstack/engine/machine/machine.h"
#include "toolstack/host/record.h"
#include "toolstack/report/report.h"

int reeve_host_open(const char *name, const struct reeve_watch *watch,
		    struct reeve_host **out, struct reeve_report *report)
{
	struct reeve_host *host = calloc(1, sizeof(*host));
	int result;

	if (host == NULL)
		return REEVE_ERR_MEMORY;
	host->ops = &engine_machine;
	host->watch = watch;
	result = folder_of(name, &host->folder, report);
	if (result == REEVE_OK) {
		result = machine_open(&host->folder, watch, &host->engine,
				      report);
	}
	if (result != REEVE_OK) {
		free(host);
		return result;
	}
	*out = host;
	return REEVE_OK;
}

void reeve_host_close(struct reeve_host *host)
{
	if (host == NULL)
		return;
	host->ops->close(host->engine);
	free(host);
}

int reeve_host_ask(struct reeve_host *host, struct reeve_host_info *out,
		   struct reeve_report *report)
{
	return host->ops->host(host->engine, out, report);
}

int reeve_host_dmesg(struct reeve_host *host, uint64_t *from, char *text,
		     size_t size, size_t *got, struct reeve_report *report)
{
	return host->ops->dmesg(host->engine, from, text, size, got, report);
}

int reeve_host_trim(struct reeve_host *host, const struct reeve_watch *watch,
		    uint64_t *freed, struct reeve_report *report)
{
	int result;

	machine_watch(host->engine, watch);
	result = host->ops->trim(host->engine, freed, report);
	machine_watch(host->engine, host->watch);
	return result;
}

/* ---- Finding domains ---------------------------------------------------------- */

int reeve_domain_next(struct reeve_host *host, unsigned domid,
		      struct reeve_domain *out, struct reeve_report *report)
{
	int result = host->ops->next(host->engine, domid, out, report);

	if (result == REEVE_OK)
		record_rim_read(&host->folder, out);
	return result;
}

/* Reads a text of digits only as the id of a domain. Returns false if it is
 * something else, or 0, which is no domain's id. */
static bool domid_of(const char *text, unsigned *domid)
{
	unsigned long value;

	if (*text == '\0' || strspn(text, "0123456789") != strlen(text) ||
	    strlen(text) > 9)
		return false;
	value = strtoul(text, NULL, 10);
	*domid = (unsigned)value;
	return value != 0;
}

int host_find_name(struct reeve_host *host, const char *name,
		   struct reeve_domain *out, unsigned *dying,
		   struct reeve_report *report)
{
	struct reeve_domain domain;
	unsigned domid = 1;
	int result;

	*dying = 0;
	while ((result = host->ops->next(host->engine, domid, &domain,
					 report)) == REEVE_OK) {
		domid = domain.domid + 1;
		if (strcmp(domain.name, name) != 0)
			continue;
		if (domain.state != REEVE_DOMAIN_DYING) {
			*out = domain;
			return REEVE_OK;
		}
		*dying = domain.domid;
	}
	return result;
}

static int tell_no_domain(const char *text, unsigned dying,
			  struct reeve_report *report)
{
	char hint[64] = "see reeve list";

	if (dying != 0) {
		snprintf(hint, sizeof(hint),
			 "domain %u had that name, and is being destroyed",
			 dying);
	}
	return report_error(report, REEVE_ERR_NO_DOMAIN, NULL, NULL, hint,
			    "there is no domain %s", text);
}

int reeve_domain_find(struct reeve_host *host, const char *text,
		      struct reeve_domain *out, struct reeve_report *report)
{
	struct reeve_domain domain;
	unsigned dying = 0;
	unsigned domid;
	int result;

	if (domid_of(text, &domid)) {
		result = host->ops->next(host->engine, domid, &domain, report);
		if (result == REEVE_OK && domain.domid != domid)
			result = REEVE_ERR_NO_DOMAIN;
	} else {
		result = host_find_name(host, text, &domain, &dying, report);
	}
	if (result == REEVE_ERR_NO_DOMAIN)
		return tell_no_domain(text, dying, report);
	if (result != REEVE_OK)
		return result;
	record_rim_read(&host->folder, &domain);
	*out = domain;
	return REEVE_OK;
}

int reeve_domain_vcpu(struct reeve_host *host, unsigned domid, unsigned index,
		      struct reeve_vcpu *out, struct reeve_report *report)
{
	return host->ops->vcpu(host->engine, domid, index, out, report);
}

int reeve_domain_device(struct reeve_host *host, unsigned domid, unsigned index,
			struct reeve_domain_device *out,
			struct reeve_report *report)
{
	return host->ops->device(host->engine, domid, index, out, report);
}

const char *reeve_exit_name(unsigned kind)
{
	static const char *const names[REEVE_EXIT_KINDS] = {
		"irq",  "mmio",  "fault",     "wfx",  "sysreg",
		"psci", "ripas", "host_call", "other"
	};

	return kind < REEVE_EXIT_KINDS ? names[kind] : NULL;
}

/* ---- Changing domains
 * ------------------------------------------------------ */

int reeve_domain_pause(struct reeve_host *host, unsigned domid,
		       struct reeve_report *report)
{
	return host->ops->act(host->engine, domid, ENGINE_PAUSE, report);
}

int reeve_domain_unpause(struct reeve_host *host, unsigned domid,
			 struct reeve_report *report)
{
	return host->ops->act(host->engine, domid, ENGINE_UNPAUSE, report);
}

int reeve_domain_shutdown(struct reeve_host *host, unsigned domid,
			  enum reeve_reason reason, struct reeve_report *report)
{
	return host->ops->shutdown(host->engine, domid, reason, report);
}

int reeve_domain_rename(struct reeve_host *host, unsigned domid,
			const char *name, struct reeve_report *report)
{
	const char *fault = domain_name_fault(name);
	int result;

	if (fault != NULL) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL,
				    "use 1 to 63 bytes of UTF-8, without "
				    "control characters",
				    "\"%s\" is no name for a domain: it %s",
				    name, fault);
	}
	result = host->ops->rename(host->engine, domid, name, report);
	if (result == REEVE_OK && domain_name_is_number(name)) {
		report_add(report, REEVE_WARNING, NULL, NULL,
			   "put a letter in it",
			   "a name of digits only cannot be told from a "
			   "guest's number");
	}
	return result;
}

int reeve_domain_sysrq(struct reeve_host *host, unsigned domid, char key,
		       struct reeve_report *report)
{
	return host->ops->sysrq(host->engine, domid, key, report);
}

void host_memory_give_back(struct reeve_host *host,
			   const struct reeve_watch *watch)
{
	struct reeve_report *unheard = reeve_report_new();
	uint64_t freed;

	if (unheard != NULL)
		(void)reeve_host_trim(host, watch, &freed, unheard);
	reeve_report_free(unheard);
}

int reeve_domain_destroy(struct reeve_host *host, unsigned domid,
			 const struct reeve_watch *watch,
			 struct reeve_report *report)
{
	struct reeve_domain domain = { 0 };
	int result = REEVE_OK;

	machine_watch(host->engine, watch);
	/* If it is not there, the next request says so. */
	(void)host->ops->next(host->engine, domid, &domain, report);
	if (domain.domid != domid)
		domain.devices = 0;
	if (domain.devices > 0)
		result = attached_await_others(host, watch, domid, report);
	if (result == REEVE_OK) {
		result = host->ops->act(host->engine, domid, ENGINE_DESTROY,
					report);
	}
	if (result == REEVE_OK)
		result = machine_await_gone(host->engine, domid, report);
	if (result == REEVE_OK && domain.devices > 0)
		attached_reap(host, watch, report);
	machine_watch(host->engine, host->watch);
	if (result == REEVE_OK)
		host_memory_give_back(host, watch);
	if (result == REEVE_OK || result == REEVE_ERR_NO_DOMAIN)
		record_rim_remove(&host->folder, domid);
	return result;
}

int reeve_domain_console(struct reeve_host *host,
			 const struct reeve_domain *domain,
			 enum reeve_console which, int *fd, int *lock,
			 struct reeve_report *report)
{
	static const char *const names[] = {
		[REEVE_CONSOLE_ANY] = "console",
		[REEVE_CONSOLE_HVC] = "virtio console",
		[REEVE_CONSOLE_UART] = "UART",
	};
	unsigned slot = domain->console;

	if (which == REEVE_CONSOLE_HVC ||
	    (which == REEVE_CONSOLE_ANY && domain->hvc != REEVE_NO_CONSOLE))
		slot = domain->hvc;
	if (slot == REEVE_NO_CONSOLE) {
		return report_error(
			report, REEVE_ERR_HOST, NULL, NULL,
			which == REEVE_CONSOLE_HVC
				? "write console=hvc0 on its command line"
				: "write vuart=\"sbsa_uart\" in its "
				  "configuration",
			"the domain \"%s\" has no %s", domain->name,
			names[which]);
	}
	return host->ops->console(host->engine, slot, fd, lock, report);
}
