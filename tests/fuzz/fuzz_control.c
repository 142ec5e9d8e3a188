/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for the control ports: any bytes on them, and anything that guests
 * may do meanwhile, over the RMM in process. Nothing may crash, no domain may
 * hold more than was promised to it, and once all are destroyed every page must
 * be back. The input is a program of one-byte steps with arguments that mostly
 * make sense.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "abi/rmi.h"
#include "abi/rsi.h"
#include "hypervisor/core/control/control.h"
#include "hypervisor/core/control/control_internal.h"
#include "hypervisor/core/control/dmesg.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/domain/memory.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "hypervisor/port/inprocess/host_inprocess.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/fakehost/still.h"
#include "tests/fuzz/device_steps.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rmm_invariants.h"

#define BASE      UINT64_C(0x80000000)
#define SIZE      UINT64_C(0x1000000) /* of the machine's memory: 16 MiB */
#define PAGE      ((uint64_t)GUEST_PAGE_SIZE)
#define SESSIONS  2
#define DOMIDS    8 /* domids that steps use */
#define STEPS_MAX 200
#define ENDS_MAX  100

struct run {
	struct input input;
	struct inprocess *rmm;
	struct host_inprocess port;
	struct host host;
	struct still still;
	struct dmesg dmesg;
	struct domains domains;
	struct control_session sessions[SESSIONS];
	struct device_steps devices;
	unsigned allocs; /* how many allocations from now on fail */
	uint64_t used; /* used pages while there is no domain */
	uint64_t now_ns;
};

static void must(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "fuzz_control: %s\n", what);
	abort();
}

static void bytes_take(struct input *input, void *to, size_t size)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size; i++)
		bytes[i] = byte_take(input);
}

/* ---- The machine ---- */

static void run_smc(void *ctx, struct smccc_regs *regs)
{
	inprocess_smc(ctx, regs);
}

static void *run_page(void *ctx, pa_t page)
{
	void *address = inprocess_host_page(ctx, page.value);

	must(address != NULL, "the host touches a page that is not its own");
	return address;
}

static bool run_pages_alloc(void *ctx, uint64_t count, uint64_t align,
			    pa_t *base)
{
	struct host_inprocess *port = ctx;
	struct run *run =
		(struct run *)((char *)port - offsetof(struct run, port));

	if (run->allocs > 0) {
		run->allocs--;
		return false;
	}
	return pages_alloc(&port->pages, count, align, base);
}

/* No other thread can end a wait, so that time passes with each look at it. */
static uint64_t run_now_ns(void *ctx)
{
	struct host_inprocess *port = ctx;
	struct run *run =
		(struct run *)((char *)port - offsetof(struct run, port));

	return run->now_ns += 100000000;
}

/* Checks that the runs are known and ascend, and that the place to continue is
 * behind them. */
static void memory_check(const struct control_memory *memory)
{
	uint64_t end = 0;

	must(memory->count <= CONTROL_RUNS, "too many runs");
	for (unsigned i = 0; i < memory->count; i++) {
		const struct control_run *run = &memory->runs[i];

		must(run->pages > 0 && run->kind >= CONTROL_RUN_POPULATED &&
			     run->kind <= CONTROL_RUN_PINNED,
		     "a run that is none");
		must(run->ipa >= end, "runs that do not ascend");
		end = run->ipa + run->pages * PAGE;
	}
	must(memory->next == 0 || memory->next >= end, "a map that goes back");
}

/* Checks that the runs ascend, and that none of their pages is in the Realm
 * world. */
static void trim_check(struct run *run, const struct control_trim *trim)
{
	uint64_t end = BASE;

	must(trim->count <= CONTROL_RUNS, "too many runs of free pages");
	for (unsigned i = 0; i < trim->count; i++) {
		const struct control_free_run *free = &trim->runs[i];

		must(free->pages > 0 && free->pa >= end, "no run of free pages");
		end = free->pa + free->pages * PAGE;
		must(end <= BASE + SIZE, "free pages outside of the memory");
		for (uint64_t pa = free->pa; pa < end; pa += PAGE)
			must(!inprocess_in_realm(run->rmm, pa), "a granule");
	}
	must(trim->next == 0 || trim->next >= end, "a search that goes back");
}

static void reply_check(void *ctx, const struct control_reply *reply)
{
	if (reply->status == CONTROL_OK && reply->op == CONTROL_DOMAIN_MEMORY)
		memory_check(&reply->body.memory);
	if (reply->status == CONTROL_OK && reply->op == CONTROL_HOST_TRIM)
		trim_check(ctx, &reply->body.trim);
	must(reply->magic == CONTROL_MAGIC, "a reply without its magic");
	must(reply->status <= CONTROL_E_RMM, "a status that is none");
	must((reply->status == CONTROL_OK) == (reply->text[0] == 0),
	     "a refusal without a text, or the other way round");
	must(reply->text[CONTROL_TEXT_SIZE - 1] == 0, "a text without an end");
}

/* ---- Control ---- */

static void request_send(struct run *run, unsigned session,
			 struct control_request *request)
{
	request->magic = CONTROL_MAGIC;
	request->version = CONTROL_VERSION;
	control_input(&run->sessions[session], (const uint8_t *)request,
		      sizeof(*request));
}

static void op_send(struct run *run, unsigned session, uint32_t op,
		    uint32_t domid)
{
	struct control_request request = { .op = op, .domid = domid };

	request_send(run, session, &request);
}

static void create_fill(struct input *input, struct control_create *create)
{
	uint8_t choice = byte_take(input);

	create->flags = (choice & 3) | (choice >> 6) * CONTROL_CREATE_RTC;
	if ((choice >> 6) != 0)
		create->rtc_offset = byte_take(input);
	create->vcpus = 1 + (choice >> 2 & 3);
	create->ram_size = (1 + byte_take(input)) * 16 * PAGE;
	create->hash_algo = choice >> 4 & 3;
	create->name[0] = 'a' + byte_take(input) % 16;
	create->device_count = choice >> 6;
	for (unsigned i = 0; i < create->device_count; i++) {
		create->devices[i] = (struct control_device_plan){
			byte_take(input) % (SLOTS + 2), VIRTIO_ID_BLOCK
		};
		if (create->devices[i].slot > SLOTS) {
			create->devices[i] = (struct control_device_plan){
				CONTROL_SLOT_CONSOLE, VIRTIO_ID_CONSOLE
			};
		}
	}
}

/* Returns an IPA in RAM or near it. */
static uint64_t ipa_take(struct input *input)
{
	uint64_t block = byte_take(input) % 9;
	uint64_t page = byte_take(input) % 4;

	return GUEST_RAM0_BASE - 2 * PAGE + block * (UINT64_C(1) << 20) +
	       page * PAGE;
}

static void attack_fill(struct input *input, struct control_attack_ask *inject)
{
	inject->what = byte_take(input) % CONTROL_ATTACKS;
	inject->vcpu = byte_take(input) % 4;
	if (inject->what == CONTROL_ATTACK_PAGE_LOST ||
	    inject->what == CONTROL_ATTACK_PAGE_REPLACED) {
		inject->ipa = ipa_take(input);
		inject->size = byte_take(input) % 8 * PAGE;
	}
}

static void body_fill(struct input *input, struct control_request *request)
{
	switch (request->op) {
	case CONTROL_DOMAIN_CREATE:
		create_fill(input, &request->body.create);
		break;
	case CONTROL_DOMAIN_SEGMENT:
		request->body.segment.ipa = ipa_take(input) + 2 * PAGE;
		request->body.segment.size = 1 + byte_take(input) * 1000ULL;
		break;
	case CONTROL_DOMAIN_MEMORY:
		request->body.memory.from = ipa_take(input);
		break;
	case CONTROL_DOMAIN_BUILD:
		request->body.build.pc = ipa_take(input);
		break;
	case CONTROL_DOMAIN_RENAME:
		request->body.rename.name[0] = 'a' + byte_take(input) % 16;
		break;
	case CONTROL_ATTACK:
		attack_fill(input, &request->body.attack);
		break;
	case CONTROL_HOST_TRIM:
		request->body.trim.from =
			byte_take(input) % 16 * (SIZE / 16) + BASE;
		request->body.trim.pages = byte_take(input) * 16ULL;
		break;
	case CONTROL_DISKS_HOLD:
		request->body.hold.ms = byte_take(input) * 30U;
		break;
	case CONTROL_DOMAIN_BREAK:
	case CONTROL_DOMAIN_SHUTDOWN:
	case CONTROL_VCPU_INFO:
	case CONTROL_TOUCH:
		request->body.bytes[0] = byte_take(input) & 3;
		break;
	default:
		break;
	}
}

static void request_step(struct run *run)
{
	struct input *input = &run->input;
	struct control_request request = { 0 };
	uint8_t choice = byte_take(input);

	request.op = byte_take(input) % (CONTROL_OPS + 1);
	if (request.op >= CONTROL_DOMAIN_SEGMENT)
		request.domid = choice % DOMIDS;
	if (request.op == CONTROL_DMESG || request.op == CONTROL_HOST_TRIM ||
	    request.op == CONTROL_DISKS_HOLD)
		request.domid = 0;
	body_fill(input, &request);
	if (choice >= 224) { /* one byte of it is replaced */
		((uint8_t *)&request)[byte_take(input)] = byte_take(input);
	}
	request_send(run, choice / DOMIDS % SESSIONS, &request);
}

static void bytes_step(struct run *run)
{
	uint8_t bytes[32];
	size_t size = byte_take(&run->input) % sizeof(bytes);

	bytes_take(&run->input, bytes, size);
	control_input(&run->sessions[size % SESSIONS], bytes, size);
}

static void session_step(struct run *run)
{
	uint8_t choice = byte_take(&run->input);
	struct control_session *session = &run->sessions[choice % SESSIONS];

	if (choice & 2)
		control_close(session);
	if (choice & 4)
		control_open(session);
	if (choice & 8)
		op_send(run, choice % SESSIONS, CONTROL_HELLO, 0);
}

static void work_step(struct run *run)
{
	run->still.work = false;
	domains_work(&run->domains);
}

/* ---- Guests ---- */

/* Returns the domain that the input names if it runs, else NULL. */
static struct domain *running_take(struct run *run)
{
	struct domain *domain =
		domain_get(&run->domains, byte_take(&run->input) % DOMIDS);

	if (domain == NULL)
		return NULL;
	domain_put(domain); /* no other thread could free it */
	return domain_runs(domain) ? domain : NULL;
}

static void fault_step(struct run *run)
{
	struct domain *domain = running_take(run);
	ipa_t ipa = ipa_make(ipa_take(&run->input));

	if (domain == NULL)
		return;
	if (!domain->is_realm) {
		(void)memory_guest_fault(domain, ipa);
	} else if (byte_take(&run->input) & 1) {
		(void)memory_realm_fault(domain,
					 realm_alias(&domain->realm, ipa));
	} else {
		(void)memory_realm_fault(domain, ipa);
	}
}

/* Stands in for the code of a Realm. */
static void vcpu_idle(void *context, struct rec *rec, struct rec_trap *trap)
{
	(void)context;
	(void)rec;
	(void)trap;
}

static void vcpu_enter(struct run *run, const struct vcpu *vcpu)
{
	struct smccc_regs regs = { .x = { RMI_REC_ENTER, vcpu->rec.value,
					  vcpu->run.value } };

	inprocess_smc(run->rmm, &regs);
}

/* A Realm asks for a RIPAS change. The RMM has to check what the exit says; the
 * hypervisor does not. */
static void ripas_step(struct run *run)
{
	struct input *input = &run->input;
	struct domain *domain = running_take(run);
	uint64_t base = ipa_take(input);
	uint64_t top = ipa_take(input);
	uint8_t choice = byte_take(input);
	struct smccc_regs regs = { .x = { RSI_IPA_STATE_SET, base, top,
					  choice & 1, choice >> 1 & 1 } };
	struct rmi_rec_exit exit = { 0 };
	enum rsi_outcome outcome = RSI_RETURN;
	struct vcpu *vcpu;

	if (domain == NULL || !domain->is_realm)
		return;
	vcpu = domain_vcpu(domain, 0);
	(void)inprocess_rsi(run->rmm, vcpu->rec.value, &regs, &outcome, &exit);
	if (outcome != RSI_EXIT)
		return;
	(void)memory_ripas_change(domain, vcpu, ipa_make(exit.ripas_base),
				  ipa_make(exit.ripas_top), exit.ripas_value);
	vcpu_enter(run, vcpu);
}

static void stop_step(struct run *run)
{
	struct domain *domain = running_take(run);

	if (domain != NULL)
		domain_stop(domain, CONTROL_POWEROFF, "it wanted to");
}

/* ---- All of it ---- */

/* Whatever has become of a domain, each of its devices can be asked for. */
static void devices_ask(const struct domain *domain)
{
	struct control_device info;

	for (unsigned i = 0; i < domain->create.device_count; i++) {
		memset(&info, 0, sizeof(info));
		control_device_fill(domain, i, &info);
		must(info.slot == domain->create.devices[i].slot,
		     "another device is told");
	}
}

static void domains_check(struct run *run)
{
	uint64_t promised = 0;
	uint64_t taken = 0;

	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		const struct domain *domain = &run->domains.table[i];

		if (domain->domid == 0)
			continue;
		promised += domain->promised;
		if (domain_is_there(domain))
			devices_ask(domain);
		device_steps_check(&run->devices);
		must(domain_pages_held(domain) <=
			     domain->promised + domain->dma_promised,
		     "a domain holds more than was promised to it");
		must(domain->users == 0, "a domain is still looked at");
		must(domain->memory_lock.taken == 0, "a domain is locked");
	}
	for (unsigned i = 0; i < SESSIONS; i++) {
		const struct control_session *session = &run->sessions[i];

		for (unsigned j = 0; j < session->taken_count; j++)
			taken += session->taken[j].pages;
	}
	must(promised == run->domains.promised, "the promises do not add up");
	must(taken == run->domains.trimmed, "what was taken does not add up");
	must(promised + taken <= run->domains.config.pages,
	     "too much was promised, or taken");
	must(disks_held_until(&run->domains) <=
		     run->now_ns + CONTROL_HOLD_MS * UINT64_C(1000000),
	     "disks are held for too long");
}

static void fuzz_step(struct run *run)
{
	uint8_t choice = byte_take(&run->input);

	if (choice < 100)
		request_step(run);
	else if (choice < 150)
		fault_step(run);
	else if (choice < 170)
		ripas_step(run);
	else if (choice < 190)
		device_step(&run->devices, &run->domains, running_take(run),
			    &run->input);
	else if (choice < 220)
		work_step(run);
	else if (choice < 230)
		session_step(run);
	else if (choice < 240)
		bytes_step(run);
	else if (choice < 248)
		stop_step(run);
	else
		run->allocs = byte_take(&run->input) % 4;
	domains_check(run);
}

static void run_open(struct run *run)
{
	const struct rmm_machine machine = {
		.memory_base = { BASE },
		.memory_size = SIZE,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};
	const struct host_ram bank = { { BASE }, SIZE };
	struct inprocess_machine below = {
		.base = { BASE }, .size = SIZE, .smc = run_smc, .page = run_page
	};

	run->rmm = below.ctx = inprocess_create(&machine);
	must(run->rmm != NULL && host_inprocess_open(&run->port, &below),
	     "no memory");
	run->port.ops.pages_alloc = run_pages_alloc;
	run->port.ops.now_ns = run_now_ns;
	must(host_init(&run->host, &run->port.ops, &bank, 1), "no RMM");
	inprocess_set_vcpu(run->rmm, vcpu_idle, NULL);
	run->used = run->port.pages.used;
}

static void domains_open(struct run *run)
{
	const struct domains_config config = {
		.host = &run->host,
		.ops = &run->still.ops,
		.dmesg = &run->dmesg,
		.pages = pages_unused(&run->port.pages),
		.thread_pages = 4,
		.cores = 1,
		.lr_count = 4,
		.debug = true,
		.slots = SLOTS,
		.slot_ops = &run->devices.slots.ops,
	};

	device_steps_init(&run->devices, run->rmm);
	still_init(&run->still, &run->port.pages);
	domains_init(&run->domains, &config);
	for (unsigned i = 0; i < SESSIONS; i++) {
		control_init(&run->sessions[i], &run->domains, reply_check, run);
		control_open(&run->sessions[i]);
		op_send(run, i, CONTROL_HELLO, 0);
	}
}

/* Starts a Realm and an ordinary guest. */
static void head_start(struct run *run)
{
	for (uint32_t domid = 1; domid <= 2; domid++) {
		struct control_request create = { .op = CONTROL_DOMAIN_CREATE };
		struct control_request load = { .op = CONTROL_DOMAIN_SEGMENT,
						.domid = domid };

		create.body.create = (struct control_create){
			.flags = domid == 1 ? CONTROL_CREATE_REALM : 0,
			.vcpus = 1,
			.ram_size = 5 << 20,
			.name = { (uint8_t)('a' + domid) },
			.device_count = 1,
			.devices = { { (uint16_t)domid, VIRTIO_ID_BLOCK } },
		};
		load.body.segment.ipa = GUEST_RAM0_BASE + (4 << 20);
		load.body.segment.size = 2 * PAGE;
		request_send(run, 0, &create);
		request_send(run, 0, &load);
		op_send(run, 0, CONTROL_DOMAIN_BUILD, domid);
		work_step(run);
		op_send(run, 0, CONTROL_DOMAIN_UNPAUSE, domid);
	}
}

static void all_destroy(struct run *run)
{
	run->allocs = 0;
	for (unsigned i = 0; i < SESSIONS; i++)
		control_close(&run->sessions[i]);
	device_steps_end(&run->devices);
	for (unsigned i = 0; i < CONTROL_DOMAINS; i++) {
		if (domain_is_there(&run->domains.table[i]))
			domain_destroy(&run->domains.table[i]);
	}
	/* The slots of one may have to wait for the disks of another. */
	for (unsigned i = 0; i < ENDS_MAX && run->domains.promised > 0; i++)
		work_step(run);
	domains_check(run);
	must(run->domains.promised == 0, "a domain is left");
	must(run->port.pages.used == run->used, "a page is lost");
	must(inprocess_delegated(run->rmm) == 0, "a granule is lost");
	must(run->still.threads == 0, "a thread is left");
	must(run->devices.slots.threads == 0, "a device's thread is left");
	rmm_invariants_check(run->rmm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run *run = calloc(1, sizeof(*run));

	must(run != NULL, "no memory");
	run->input = (struct input){ data, data + size };
	run_open(run);
	domains_open(run);
	if (byte_take(&run->input) & 1)
		head_start(run);
	for (unsigned i = 0; i < STEPS_MAX && run->input.next < run->input.end;
	     i++)
		fuzz_step(run);
	rmm_invariants_check(run->rmm);
	all_destroy(run);
	host_inprocess_close(&run->port);
	inprocess_destroy(run->rmm);
	free(run);
	return 0;
}
