/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds a domain on a host. The host grants the pages; we fill them through
 * the file that is the machine's RAM. */
#include "toolstack/engine/machine/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/machine_map.h"
#include "toolstack/engine/machine/internal.h"
#include "toolstack/host/clock.h"
#include "toolstack/host/reply.h"
#include "toolstack/host/watch.h"

/* The longest time to wait for a control port's first reply. */
#define HELLO_PATIENCE_MS 60000
/* The pause between two looks at a domain whose state is about to change. */
#define POLL_MS     5
#define POLL_MAX_MS WATCH_STEP_MS
/* Number of bytes that are copied between two questions to the watch. */
#define COPY_STEP ((size_t)8 << 20)

static void machine_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	link_close(engine->link);
	if (engine->ram >= 0)
		close(engine->ram);
	free(engine);
}

int machine_attach(const struct folder *folder, struct link *link,
		   const struct reeve_watch *watch, struct engine **out,
		   struct reeve_report *report)
{
	struct engine *engine = calloc(1, sizeof(*engine));
	struct stat status;
	int error;

	if (engine == NULL) {
		link_close(link);
		return REEVE_ERR_MEMORY;
	}
	engine->folder = *folder;
	engine->link = link;
	engine->watch = watch;
	engine->ram = open(folder_path(folder, "ram").text, O_RDWR | O_CLOEXEC);
	if (engine->ram >= 0 && fstat(engine->ram, &status) == 0) {
		engine->ram_size = (uint64_t)status.st_size;
		*out = engine;
		return REEVE_OK;
	}
	error = errno;
	machine_close(engine);
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the RAM of the host \"%s\" cannot be opened: %s",
			    folder->name, strerror(error));
}

int machine_open(const struct folder *folder, const struct reeve_watch *watch,
		 struct engine **out, struct reeve_report *report)
{
	struct link *link;
	int result = link_open(folder, watch, HELLO_PATIENCE_MS, &link, report);

	if (result != REEVE_OK)
		return result;
	return machine_attach(folder, link, watch, out, report);
}

void machine_watch(struct engine *engine, const struct reeve_watch *watch)
{
	engine->watch = watch;
	link_watch(engine->link, watch);
}

static void machine_info(struct engine *engine, struct engine_info *info)
{
	const struct reeve_host_info *host = link_host(engine->link);

	*info = (struct engine_info){
		.name = "machine",
		.realms = host->realms,
		.max_vcpus = host->max_recs,
		.ipa_bits = host->ipa_bits,
		.hashes = host->hashes,
		.gicv3 = true,
		.debug_vuart = host->debug,
		.slots = host->slots,
	};
}

/* ---- create, load ------------------------------------------------------------ */

_Static_assert(sizeof(((struct control_create *)NULL)->devices) ==
		       ENGINE_DEVICES * sizeof(struct control_device_plan),
	       "devices");

static struct control_create create_of(const struct engine_domain *domain)
{
	struct control_create create = {
		.flags = (domain->realm ? CONTROL_CREATE_REALM : 0) |
			 (domain->vuart ? CONTROL_CREATE_VUART : 0) |
			 (domain->rtc ? CONTROL_CREATE_RTC : 0) |
			 (domain->pvpanic ? CONTROL_CREATE_PVPANIC : 0),
		.rtc_offset = domain->rtc_offset,
		.vcpus = domain->vcpus,
		.ram_size = domain->ram_size,
		.hash_algo = domain->hash_algo,
		.nr_spis = domain->nr_spis,
		.weight = domain->weight,
	};

	memcpy(create.name, domain->name,
	       strnlen(domain->name, sizeof(create.name) - 1));
	memcpy(create.uuid, domain->uuid, sizeof(create.uuid));
	memcpy(create.rpv, domain->rpv, sizeof(create.rpv));
	create.device_count = (uint32_t)domain->device_count;
	for (size_t i = 0; i < domain->device_count; i++) {
		create.devices[i] = (struct control_device_plan){
			.slot = (uint16_t)domain->devices[i].slot,
			.id = (uint16_t)domain->devices[i].virtio_id,
		};
	}
	return create;
}

static int machine_create(struct engine *engine,
			  const struct engine_domain *domain,
			  struct reeve_report *report)
{
	struct control_request request = { .op = CONTROL_DOMAIN_CREATE };
	struct control_reply reply;
	struct reeve_domain made;
	int result;

	if (engine->building) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL, NULL,
			"the machine engine builds a domain already");
	}
	if (strlen(domain->name) >= CONTROL_NAME_SIZE) {
		return report_error(report, REEVE_ERR_CONFIG, NULL, "name",
				    "use at most 63 bytes",
				    "the name is too long");
	}
	request.body.create = create_of(domain);
	link_release(engine->link, true);
	result = machine_ask(engine, &request, &reply, report);
	if (result != REEVE_OK)
		return result;
	if (!reply_domain(&reply.body.domain, &made) ||
	    made.state != REEVE_DOMAIN_LOADING)
		return link_protocol_error(report);
	engine->domid = made.domid;
	engine->building = true;
	engine->loaded = 0;
	return REEVE_OK;
}

static int ram_write(struct engine *engine, uint64_t offset, const uint8_t *data,
		     size_t size, struct reeve_report *report)
{
	while (size > 0) {
		size_t part = size < COPY_STEP ? size : COPY_STEP;
		ssize_t n = pwrite(engine->ram, data, part, (off_t)offset);

		if (n < 0 && errno != EINTR) {
			return report_error(
				report, REEVE_ERR_IO, NULL, NULL, NULL,
				"the host's RAM cannot be filled: %s",
				strerror(errno));
		}
		if (n > 0) {
			data += n;
			size -= (size_t)n;
			offset += (size_t)n;
			engine->loaded += (size_t)n;
		}
		if (!watch_go_on(engine->watch, "loading", engine->loaded, 0))
			return REEVE_ERR_STOPPED;
	}
	return REEVE_OK;
}

static int machine_load(struct engine *engine, uint64_t ipa, const void *data,
			size_t size, struct reeve_report *report)
{
	uint64_t pages = (size + MACHINE_PAGE_SIZE - 1) / MACHINE_PAGE_SIZE;
	struct control_request request = {
		.op = CONTROL_DOMAIN_SEGMENT,
		.domid = engine->domid,
		.body.segment = { ipa, pages * MACHINE_PAGE_SIZE },
	};
	struct control_reply reply;
	const struct control_grant *grant = &reply.body.grant;
	int result = machine_ask(engine, &request, &reply, report);

	if (result != REEVE_OK)
		return result;
	if (!reply_grant(grant, pages * MACHINE_PAGE_SIZE, engine->ram_size))
		return link_protocol_error(report);
	return ram_write(engine, grant->pa - MACHINE_DRAM_BASE, data,
			 pages * MACHINE_PAGE_SIZE, report);
}

static void machine_set_boot(struct engine *engine,
			     const struct engine_boot *boot)
{
	engine->boot = *boot;
}

/* ---- finalise, destroy ---------------------------------------------------------- */

/* Returns the milliseconds to wait before the next look. A look costs the host
 * as much as building some granules. So the next look comes when half of the
 * remaining work should be done. */
static unsigned build_pause(const struct reeve_domain *domain)
{
	double done = (double)domain->progress_done;
	double left = (double)domain->progress_all - done;
	double ms = POLL_MS;

	if (done > 0)
		ms = (double)domain->uptime_ns / 1e6 * left / done / 2;
	if (ms < POLL_MS)
		return POLL_MS;
	return ms < POLL_MAX_MS ? (unsigned)ms : POLL_MAX_MS;
}

/* Looks once at the domain that is being built: fills *domain, and *built with
 * whether the build has finished. */
static int build_look(struct engine *engine, struct reeve_domain *domain,
		      bool *built, struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_INFO,
		.domid = engine->domid,
	};
	struct control_reply reply;
	int result = machine_ask(engine, &request, &reply, report);

	*built = false;
	if (result != REEVE_OK)
		return result;
	if (!reply_domain(&reply.body.domain, domain) ||
	    domain->domid != engine->domid)
		return link_protocol_error(report);
	if (domain->state == REEVE_DOMAIN_PAUSED) {
		*built = true;
		return REEVE_OK;
	}
	if (domain->state == REEVE_DOMAIN_FAILED) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "the host could not build it: %s",
				    domain->text);
	}
	if (domain->state != REEVE_DOMAIN_BUILDING)
		return link_protocol_error(report);
	if (!watch_go_on(engine->watch, "building", domain->progress_done,
			 domain->progress_all))
		return REEVE_ERR_STOPPED;
	return REEVE_OK;
}

/* *realm stays empty: a host knows nothing about a Realm's measurement. */
static int machine_finalise(struct engine *engine, struct engine_realm *realm,
			    struct reeve_report *report)
{
	struct control_request request = {
		.op = CONTROL_DOMAIN_BUILD,
		.domid = engine->domid,
		.body.build = { engine->boot.pc, engine->boot.x0 },
	};
	struct reeve_domain domain;
	bool built = false;
	int result = machine_ask(engine, &request, NULL, report);

	if (realm != NULL)
		*realm = (struct engine_realm){ 0 };
	while (result == REEVE_OK && !built) {
		result = build_look(engine, &domain, &built, report);
		if (result == REEVE_OK && !built)
			clock_pause(build_pause(&domain));
	}
	engine->building = !built;
	return result;
}

/* Shows the watch a domain that is being destroyed, or what that waits for. */
static bool destruction_go_on(const struct engine *engine,
			      const struct reeve_domain *domain)
{
	char step[sizeof("destroying: ") + sizeof(domain->text)];

	if (domain->state != REEVE_DOMAIN_DYING || domain->text[0] == '\0') {
		return watch_go_on(engine->watch, "destroying",
				   domain->progress_done, domain->progress_all);
	}
	(void)snprintf(step, sizeof(step), "destroying: %s", domain->text);
	return watch_go_on(engine->watch, step, 0, 0);
}

int machine_await_gone(struct engine *engine, unsigned domid,
		       struct reeve_report *report)
{
	unsigned pause = POLL_MS;

	for (;;) {
		struct reeve_domain domain = { 0 };
		int result = machine_next(engine, domid, &domain, report);

		if (result == REEVE_ERR_NO_DOMAIN ||
		    (result == REEVE_OK && domain.domid != domid))
			return REEVE_OK;
		if (result != REEVE_OK)
			return result;
		link_release(engine->link, false);
		if (!destruction_go_on(engine, &domain))
			return REEVE_ERR_STOPPED;
		clock_pause(pause);
		pause = pause * 2 < POLL_MAX_MS ? pause * 2 : POLL_MAX_MS;
	}
}

/* Shows the caller's watch what goes on, but does not let it end the wait. */
static bool firm_go_on(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	const struct engine *engine = ctx;

	(void)watch_go_on(engine->caller, step, done, all);
	return true;
}

/* No watch can end the wait here, because a half-built domain must not stay on
 * the host. */
static int machine_destroy(struct engine *engine, struct reeve_report *report)
{
	const struct reeve_watch firm = { firm_go_on, engine };
	unsigned domid = engine->domid;
	int result;

	if (domid == 0)
		return REEVE_OK;
	engine->domid = 0;
	engine->building = false;
	engine->caller = engine->watch;
	machine_watch(engine, &firm);
	result = machine_act(engine, domid, ENGINE_DESTROY, report);
	if (result == REEVE_OK)
		result = machine_await_gone(engine, domid, report);
	machine_watch(engine, engine->caller);
	return result;
}

static unsigned machine_built(const struct engine *engine)
{
	return engine->domid;
}

const struct engine_ops engine_machine = {
	.close = machine_close,
	.info = machine_info,
	.create = machine_create,
	.load = machine_load,
	.set_boot = machine_set_boot,
	.finalise = machine_finalise,
	.destroy = machine_destroy,
	.built = machine_built,
	.host = machine_host,
	.next = machine_next,
	.vcpu = machine_vcpu,
	.device = machine_device,
	.memory = machine_memory,
	.act = machine_act,
	.shutdown = machine_shutdown,
	.rename = machine_rename,
	.sysrq = machine_sysrq,
	.hold = machine_hold,
	.trim = machine_trim,
	.dmesg = machine_dmesg,
	.console = machine_console,
};
