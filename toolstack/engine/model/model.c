/* SPDX-License-Identifier: BSD-3-Clause */
/* The model engine runs the RMM core and the hypervisor's Realm builder inside
 * this process, over plain memory. It builds, measures and activates a Realm,
 * but cannot run it. */
#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/rsi.h"
#include "hypervisor/core/realm/realm.h"
#include "hypervisor/port/inprocess/host_inprocess.h"
#include "rmm/core/measurement.h"
#include "rmm/port/inprocess/inprocess.h"
#include "toolstack/engine/engine.h"
#include "toolstack/engine/model/failure.h"
#include "toolstack/engine/model/threads.h"

/* The machine. Its memory is only reserved address space. It has room for the
 * content of the largest guest twice: once where it is lent to the machine, and
 * once where the Realm has it. */
#define MODEL_RAM_BASE 0x80000000
#define MODEL_RAM_SIZE (UINT64_C(8) << 30)
#define MODEL_PA_BITS  48
/* QEMU's CPU model `max` has 6 breakpoints and 4 watchpoints; the RMM is told
 * the numbers minus one. */
#define MODEL_NUM_BPS 5
#define MODEL_NUM_WPS 3

#define MODEL_SEGMENTS_MAX 8

struct engine {
	struct inprocess *rmm;
	struct host_inprocess machine;
	bool machine_open;
	struct host host;
	struct engine_domain domain;
	struct engine_boot boot;
	struct realm_segment segments[MODEL_SEGMENTS_MAX];
	unsigned segment_count;
	struct realm realm;
	bool realm_built;
	struct engine_realm *record; /* notes what passes to the RMM; or NULL */
};

/* ---- The machine -------------------------------------------------------- */

static void record_realm(struct engine *engine, uint64_t params)
{
	const void *page = inprocess_host_page(engine->rmm, params);

	if (page != NULL) {
		memcpy(&engine->record->params, page,
		       sizeof(engine->record->params));
	}
}

static void record_rec(struct engine *engine, uint64_t params)
{
	const struct rmi_rec_params *page =
		inprocess_host_page(engine->rmm, params);

	if (page != NULL && (page->flags & RMI_REC_FLAG_RUNNABLE) != 0)
		engine->record->boot_rec = *page;
}

/* Notes the parameters that the host passes to the RMM. */
static void record_command(struct engine *engine, const struct smccc_regs *regs)
{
	switch (regs->x[0]) {
	case RMI_REALM_CREATE:
		record_realm(engine, regs->x[2]);
		break;
	case RMI_REC_CREATE:
		record_rec(engine, regs->x[3]);
		break;
	default:
		break;
	}
}

static void model_smc(void *ctx, struct smccc_regs *regs)
{
	struct engine *engine = ctx;
	bool data = regs->x[0] == RMI_RTT_DATA_MAP_INIT;
	bool one = BITS_GET(regs->x[5], RMI_DATA_MORE) == 0;

	if (engine->record != NULL)
		record_command(engine, regs);
	inprocess_smc(engine->rmm, regs);
	if (engine->record != NULL && data && regs->x[0] == RMI_SUCCESS)
		engine->record->granules += one ? 1 : regs->x[1];
}

static void *model_page(void *ctx, pa_t page)
{
	struct engine *engine = ctx;

	return inprocess_host_page(engine->rmm, page.value);
}

static bool machine_open(struct engine *engine)
{
	static const struct rmm_machine rmm = {
		.memory_base = { MODEL_RAM_BASE },
		.memory_size = MODEL_RAM_SIZE,
		.pa_bits = MODEL_PA_BITS,
		.num_bps = MODEL_NUM_BPS,
		.num_wps = MODEL_NUM_WPS,
	};
	const struct inprocess_machine machine = {
		.base = { MODEL_RAM_BASE },
		.size = MODEL_RAM_SIZE,
		.ctx = engine,
		.smc = model_smc,
		.page = model_page,
	};

	engine->rmm = inprocess_create(&rmm);
	if (engine->rmm == NULL)
		return false;
	/* No vCPU will ever read the Realm's pages, so their content need not
	 * be kept. */
	inprocess_discard_content(engine->rmm);
	inprocess_hash_threads(engine->rmm, threads_beside());
	engine->machine_open = host_inprocess_open(&engine->machine, &machine);
	return engine->machine_open;
}

static void model_close(struct engine *engine)
{
	if (engine == NULL)
		return;
	if (engine->machine_open)
		host_inprocess_close(&engine->machine);
	if (engine->rmm != NULL)
		inprocess_destroy(engine->rmm);
	free(engine);
}

int engine_model_open(struct engine **out, struct reeve_report *report)
{
	const struct host_ram bank = { { MODEL_RAM_BASE }, MODEL_RAM_SIZE };
	struct engine *engine = calloc(1, sizeof(*engine));
	int result = REEVE_ERR_MEMORY;

	if (engine == NULL || !machine_open(engine))
		goto out;
	if (!host_init(&engine->host, &engine->machine.ops, &bank, 1)) {
		result = failure_report(&engine->host.failure, report);
		goto out;
	}
	*out = engine;
	return REEVE_OK;
out:
	model_close(engine);
	return result;
}

static void model_info(struct engine *engine, struct engine_info *info)
{
	const struct host_info *host = &engine->host.info;

	*info = (struct engine_info){
		.name = "model",
		.realms = true,
		.max_vcpus = host->max_recs,
		.ipa_bits = host->ipa_bits,
		.hashes = host->hashes,
		.gicv3 = true,
		.slots = ENGINE_DEVICES,
		/* The engine also stands in for a host with the debug console,
		 * so that a guest for such a host can be measured. */
		.debug_vuart = true,
	};
}

/* ---- The domain --------------------------------------------------------- */

static int model_create(struct engine *engine,
			const struct engine_domain *domain,
			struct reeve_report *report)
{
	if (engine->domain.vcpus != 0) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL, NULL,
				    "the model engine holds a domain already");
	}
	engine->domain = *domain;
	return REEVE_OK;
}

static uint64_t pages_of(uint64_t size)
{
	return (size + RMI_GRANULE_SIZE - 1) / RMI_GRANULE_SIZE;
}

static int model_load(struct engine *engine, uint64_t ipa, const void *data,
		      size_t size, struct reeve_report *report)
{
	const struct host_ops *ops = &engine->machine.ops;
	struct realm_segment *segment;
	uint64_t pages = pages_of(size);
	pa_t base;

	if (engine->segment_count == MODEL_SEGMENTS_MAX ||
	    !ops->pages_alloc(ops->ctx, pages, 1, &base)) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "the model engine has no room for %zu bytes",
				    size);
	}
	if (!inprocess_lend(engine->rmm, base.value, data,
			    pages * RMI_GRANULE_SIZE)) {
		ops->pages_free(ops->ctx, base, pages);
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "the model engine cannot load %zu bytes",
				    size);
	}
	segment = &engine->segments[engine->segment_count++];
	*segment = (struct realm_segment){
		.ipa = ipa_make(ipa),
		.size = size,
		.source = base,
	};
	inprocess_hash_ahead(engine->rmm, data, pages * RMI_GRANULE_SIZE,
			     engine->domain.hash_algo);
	return REEVE_OK;
}

static void model_set_boot(struct engine *engine, const struct engine_boot *boot)
{
	engine->boot = *boot;
}

static int realm_make(struct engine *engine, struct reeve_report *report)
{
	const struct realm_ram ram = { ipa_make(engine->domain.ram_base),
				       engine->domain.ram_size };
	struct realm_plan plan = {
		.ram = &ram,
		.ram_count = 1,
		.segments = engine->segments,
		.segment_count = engine->segment_count,
		.vcpus = engine->domain.vcpus,
		.pc = engine->boot.pc,
		.gprs = { engine->boot.x0 },
		.hash_algo = engine->domain.hash_algo,
	};

	memcpy(plan.rpv, engine->domain.rpv, sizeof(plan.rpv));
	if (!realm_build(&engine->host, &plan, &engine->realm))
		return failure_report(&engine->realm.failure, report);
	engine->realm_built = true;
	if (!realm_activate(&engine->realm))
		return failure_report(&engine->realm.failure, report);
	return REEVE_OK;
}

/* Reads the RIM as the boot vCPU would: with RSI_MEASUREMENT_READ of slot 0. */
static int rim_read(struct engine *engine, uint8_t *rim,
		    struct reeve_report *report)
{
	struct smccc_regs regs = { .x = { RSI_MEASUREMENT_READ } };
	struct rmi_rec_exit exit;
	enum rsi_outcome outcome;
	uint64_t status =
		inprocess_rsi(engine->rmm, engine->realm.recs.base.value, &regs,
			      &outcome, &exit);

	if (status != RMI_SUCCESS || outcome != RSI_RETURN ||
	    regs.x[0] != RSI_SUCCESS) {
		return report_error(
			report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
			"the Realm's boot vCPU cannot read its measurement");
	}
	memcpy(rim, &regs.x[1], RSI_MEASUREMENT_SIZE);
	return REEVE_OK;
}

static int model_finalise(struct engine *engine, struct engine_realm *realm,
			  struct reeve_report *report)
{
	int result;

	if (!engine->domain.realm) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL,
				    NULL, "the model engine builds Realms only");
	}
	memset(realm, 0, sizeof(*realm));
	engine->record = realm;
	result = realm_make(engine, report);
	engine->record = NULL;
	if (result != REEVE_OK)
		return result;
	realm->rim_size = hash_size(engine->domain.hash_algo);
	return rim_read(engine, realm->rim, report);
}

static int model_destroy(struct engine *engine, struct reeve_report *report)
{
	const struct host_ops *ops = &engine->machine.ops;
	int result = REEVE_OK;

	if (engine->realm_built && !realm_destroy(&engine->realm))
		result = failure_report(&engine->realm.failure, report);
	while (engine->segment_count > 0) {
		const struct realm_segment *segment =
			&engine->segments[--engine->segment_count];

		inprocess_take_back(engine->rmm, segment->source.value);
		ops->pages_free(ops->ctx, segment->source,
				pages_of(segment->size));
	}
	engine->realm_built = false;
	engine->domain = (struct engine_domain){ 0 };
	if (result == REEVE_OK && inprocess_delegated(engine->rmm) != 0) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "the RMM kept granules of a destroyed Realm");
	}
	return result;
}

const struct engine_ops engine_model = {
	.close = model_close,
	.info = model_info,
	.create = model_create,
	.load = model_load,
	.set_boot = model_set_boot,
	.finalise = model_finalise,
	.destroy = model_destroy,
};
