/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Any sequence of RMI commands, and of RSI calls by live RECs, on a small
 * machine: no panic, and every invariant holds after each step. The input is
 * a program of one-byte steps with arguments that mostly make sense.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "abi/rmi.h"
#include "abi/rsi.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/fuzz/rmm_invariants.h"

/* 3 MiB from 1 MiB below a 2 MiB boundary: one block fits. */
#define BASE      UINT64_C(0x80100000)
#define GRANULES  768
#define IPA_BITS  34
#define PROTECTED (UINT64_C(1) << (IPA_BITS - 1))
#define STEPS_MAX 200

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input not consumed yet; at its end it reads as zero. */
struct input {
	const uint8_t *next;
	const uint8_t *end;
};

struct run {
	struct input input;
	struct inprocess *machine;
};

static const uint32_t rmi_fids[] = { RMI_VERSION, RMI_FEATURES,
	RMI_RMM_CONFIG_GET, RMI_RMM_CONFIG_SET, RMI_RMM_ACTIVATE,
	RMI_GRANULE_TRACKING_GET, RMI_GPT_L1_CREATE, RMI_GRANULE_RANGE_DELEGATE,
	RMI_GRANULE_RANGE_UNDELEGATE, RMI_REALM_CREATE, RMI_REALM_ACTIVATE,
	RMI_REALM_TERMINATE, RMI_REALM_DESTROY, RMI_REC_CREATE, RMI_REC_DESTROY,
	RMI_REC_ENTER, RMI_PSCI_COMPLETE, RMI_RTT_CREATE, RMI_RTT_DESTROY,
	RMI_RTT_FOLD, RMI_RTT_READ_ENTRY, RMI_RTT_INIT_RIPAS, RMI_RTT_SET_RIPAS,
	RMI_RTT_DATA_MAP_INIT, RMI_RTT_DATA_MAP, RMI_RTT_DATA_UNMAP,
	RMI_RTT_UNPROT_MAP, RMI_RTT_UNPROT_UNMAP, RMI_OP_CONTINUE,
	RMI_OP_MEM_DONATE, RMI_OP_MEM_RECLAIM, RMI_OP_CANCEL };

static const uint32_t rsi_fids[] = { RSI_VERSION, RSI_FEATURES,
	RSI_MEASUREMENT_READ, RSI_MEASUREMENT_EXTEND, RSI_REALM_CONFIG,
	RSI_IPA_STATE_SET, RSI_IPA_STATE_GET, RSI_HOST_CALL, PSCI_VERSION,
	PSCI_CPU_SUSPEND_64, PSCI_CPU_OFF, PSCI_CPU_ON_32, PSCI_CPU_ON_64,
	PSCI_AFFINITY_INFO_32, PSCI_AFFINITY_INFO_64, PSCI_SYSTEM_OFF,
	PSCI_FEATURES };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint8_t byte_take(struct input *input)
{
	return input->next < input->end ? *input->next++ : 0;
}

static uint64_t word_take(struct input *input)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word |= (uint64_t)byte_take(input) << (8 * i);
	return word;
}

static uint64_t page(unsigned number)
{
	return BASE + (uint64_t)number * GRANULE_SIZE;
}

/* Pages near the start of memory, where most of the play takes place. */
static uint64_t page_take(struct input *input)
{
	return page(byte_take(input) % 64);
}

static uint64_t ipa_take(struct input *input)
{
	uint8_t choice = byte_take(input);
	uint64_t ipa = (uint64_t)(choice & 7) * 0x1000 +
		       (uint64_t)(choice >> 3 & 3) * 0x200000 +
		       (uint64_t)(choice >> 5 & 1) * 0x40000000;

	return choice & 0x40 ? ipa + PROTECTED : ipa;
}

/* One argument: what it is, then its value. */
static uint64_t argument_take(struct input *input)
{
	uint8_t kind = byte_take(input);

	switch (kind % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		return page_take(input);
	case 5:
		return page(256); /* the block's base */
	case 6:
	case 7:
	case 8:
		return ipa_take(input);
	case 9:
	case 10:
		return kind / 16;
	case 11:
		return BITS_PUT(RMI_MAP_TYPE, kind / 16) |
		       BITS_PUT(RMI_MAP_LIST_COUNT, byte_take(input)) |
		       BITS_PUT(RMI_MAP_MEMATTR, RMI_MEMATTR_NORMAL_WB) |
		       BITS_PUT(RMI_MAP_S2AP, 3);
	case 12:
	case 13:
		return page_take(input) |
		       BITS_PUT(RMI_RANGE_COUNT, byte_take(input) % 8) |
		       (uint64_t)(kind & 0x80) << 56;
	case 14:
		return page(256) | BITS_PUT(RMI_RANGE_COUNT, 1) | 1;
	default:
		return word_take(input);
	}
}

static void registers_take(
	struct input *input, struct smccc_regs *regs, unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		regs->x[i] = argument_take(input);
}

static void rmi_step(struct run *run, uint8_t choice)
{
	struct smccc_regs regs = { { rmi_fids[choice % COUNT(rmi_fids)] } };

	registers_take(&run->input, &regs, 5);
	inprocess_smc(run->machine, &regs);
}

static void rsi_take(struct input *input, struct smccc_regs *regs)
{
	uint8_t choice = byte_take(input);

	memset(regs, 0, sizeof(*regs));
	regs->x[0] = rsi_fids[choice % COUNT(rsi_fids)];
	registers_take(input, regs, 4);
}

static void rsi_step(struct run *run)
{
	uint64_t rec = page_take(&run->input);
	struct smccc_regs regs;
	struct rmi_rec_exit exit;
	enum rsi_outcome outcome;

	rsi_take(&run->input, &regs);
	inprocess_rsi(run->machine, rec, &regs, &outcome, &exit);
}

/* A vCPU that makes one call when it is entered. */
static void vcpu(void *context, struct rec *rec,
	const struct rmi_rec_enter *enter, struct rmi_rec_exit *exit)
{
	struct run *run = context;
	struct smccc_regs regs;

	(void)enter;
	rec->last_abort = (enum rec_abort)(byte_take(&run->input) % 3);
	rsi_take(&run->input, &regs);
	rmm_handle_rsi(inprocess_rmm(run->machine), rec, &regs, exit);
	memcpy(rec->gprs, regs.x, sizeof(regs.x));
}

static void realm_params_fill(struct input *input, void *to)
{
	struct rmi_realm_params *params = to;

	*params = (struct rmi_realm_params){
		.s2sz = IPA_BITS,
		.num_bps = 1,
		.num_wps = 1,
		.hash_algo = byte_take(input) % 4,
		.rtt_base = page_take(input),
		.rtt_level_start = 1,
		.rtt_num_start = 1,
	};
}

static void rec_params_fill(struct input *input, void *to)
{
	struct rmi_rec_params *params = to;

	*params = (struct rmi_rec_params){
		.flags = byte_take(input) & 1,
		.mpidr = byte_take(input),
		.pc = ipa_take(input),
	};
}

/* The host writes to one of its pages. */
static void host_step(struct run *run)
{
	struct input *input = &run->input;
	uint64_t pa = page_take(input);
	uint64_t *memory = inprocess_host_page(run->machine, pa);

	if (!memory)
		return;
	switch (byte_take(input) % 4) {
	case 0:
		realm_params_fill(input, memory);
		break;
	case 1:
		rec_params_fill(input, memory);
		break;
	case 2:
		for (unsigned i = byte_take(input) % 8; i > 0; i--)
			memory[i - 1] = argument_take(input);
		break;
	default:
		memory[byte_take(input)] = word_take(input);
		break;
	}
}

static void faults_step(struct run *run)
{
	struct inprocess_faults *faults = inprocess_faults(run->machine);
	uint8_t choice = byte_take(&run->input);

	*faults = (struct inprocess_faults){
		.el3_refuses = choice & 1 ? page_take(&run->input) : 0,
		.ns_faults = choice & 2 ? page_take(&run->input) : 0,
		.no_random = (choice & 4) != 0,
		.interrupt_every = choice >> 3 & 3,
	};
	/* EL3 only refuses what it may refuse: pages that are not Realm's. */
	if (faults->el3_refuses &&
		inprocess_in_realm(run->machine, faults->el3_refuses))
		faults->el3_refuses = 0;
}

static void step(struct run *run)
{
	uint8_t choice = byte_take(&run->input);

	if (choice < 160)
		rmi_step(run, choice);
	else if (choice < 200)
		rsi_step(run);
	else if (choice < 250)
		host_step(run);
	else
		faults_step(run);
	rmm_invariants_check(run->machine);
}

static void call(struct run *run, const uint64_t words[5])
{
	struct smccc_regs regs = { { 0 } };

	memcpy(regs.x, words, 5 * sizeof(words[0]));
	inprocess_smc(run->machine, &regs);
}

/* A Realm in state NEW with tables for its first 2 MiB, and a vCPU. */
static void head_start(struct run *run)
{
	const uint64_t rd = page(1), root = page(2), rec = page(5);
	const uint64_t setup[][5] = {
		{ RMI_GRANULE_RANGE_DELEGATE, rd, page(16) },
		{ RMI_REALM_CREATE, rd, page(0) },
		{ RMI_RTT_CREATE, rd, page(3), 0, 2 },
		{ RMI_RTT_CREATE, rd, page(4), 0, 3 },
		{ RMI_REC_CREATE, rd, rec, page(16) },
		{ RMI_OP_MEM_DONATE, 0, page(17), 1 },
		{ RMI_OP_CONTINUE, 0, 0 },
	};
	struct rmi_realm_params *realm =
		inprocess_host_page(run->machine, page(0));
	struct rmi_rec_params *params =
		inprocess_host_page(run->machine, page(16));
	uint64_t *list = inprocess_host_page(run->machine, page(17));

	realm_params_fill(&run->input, realm);
	realm->rtt_base = root;
	params->flags = RMI_REC_FLAG_RUNNABLE;
	list[0] = page(6) | BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES);
	for (size_t i = 0; i < COUNT(setup); i++)
		call(run, setup[i]);
	rmm_invariants_check(run->machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rmm_machine machine = {
		.memory_base = { BASE },
		.memory_size = (uint64_t)GRANULES * GRANULE_SIZE,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};
	struct run run = { .input = { data, data + size } };
	uint8_t start = byte_take(&run.input);

	run.machine = inprocess_create(&machine);
	if (!run.machine)
		abort();
	inprocess_set_vcpu(run.machine, vcpu, &run);
	if (start & 1)
		call(&run, (const uint64_t[5]){ RMI_RMM_ACTIVATE });
	if ((start & 3) == 3)
		head_start(&run);
	if ((start & 7) == 7)
		call(&run, (const uint64_t[5]){ RMI_REALM_ACTIVATE, page(1) });
	for (unsigned i = 0; i < STEPS_MAX && run.input.next < run.input.end;
		i++)
		step(&run);
	inprocess_destroy(run.machine);
	return 0;
}
