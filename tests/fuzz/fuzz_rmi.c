/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for the RMM: any sequence of RMI commands, and of RSI calls by
 * live RECs, on a small machine. The RMM must not panic, and every invariant
 * must hold after each step. The input is a program of one-byte steps with
 * arguments that mostly make sense.
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
#include "lib/esr.h"
#include "lib/ipa.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/rec.h"
#include "rmm/port/inprocess/inprocess.h"
#include "tests/fuzz/debug_invariants.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/rmm_invariants.h"

/* 3 MiB from 1 MiB below a 2 MiB boundary: one block fits. */
#define BASE      UINT64_C(0x80100000)
#define GRANULES  768
#define BLOCK     256 /* the first granule of that block */
#define IPA_BITS  34
#define PROTECTED ipa_shared_start(IPA_BITS)
#define STEPS_MAX 200

struct run {
	struct input input;
	struct inprocess *machine;
};

/*
 * A call, and the meaning of its arguments: r an RD, v a REC (a vCPU), g a
 * granule, n a host page, i an IPA, t the end of a range from the IPA before, l
 * a level, h a small number, f mapping flags, d a descriptor or list, x any
 * number.
 */
struct call {
	uint32_t fid;
	const char *arguments;
};

static const struct call rmi_calls[] = {
	{ RMI_VERSION, "x" },
	{ RMI_FEATURES, "x" },
	{ RMI_RMM_CONFIG_GET, "n" },
	{ RMI_RMM_CONFIG_SET, "n" },
	{ RMI_RMM_ACTIVATE, "" },
	{ RMI_GRANULE_TRACKING_GET, "gg" },
	{ RMI_GPT_L1_CREATE, "g" },
	{ RMI_GRANULE_RANGE_DELEGATE, "gt" },
	{ RMI_GRANULE_RANGE_UNDELEGATE, "gt" },
	{ RMI_REALM_CREATE, "gn" },
	{ RMI_REALM_ACTIVATE, "r" },
	{ RMI_REALM_TERMINATE, "r" },
	{ RMI_REALM_DESTROY, "r" },
	{ RMI_REC_CREATE, "rgn" },
	{ RMI_REC_DESTROY, "v" },
	{ RMI_REC_ENTER, "vn" },
	{ RMI_PSCI_COMPLETE, "vvh" },
	{ RMI_RTT_CREATE, "rgil" },
	{ RMI_RTT_DESTROY, "ril" },
	{ RMI_RTT_FOLD, "ril" },
	{ RMI_RTT_READ_ENTRY, "ril" },
	{ RMI_RTT_INIT_RIPAS, "rit" },
	{ RMI_RTT_SET_RIPAS, "rvit" },
	{ RMI_RTT_DATA_MAP_INIT, "rginx" },
	{ RMI_RTT_DATA_MAP, "ritfd" },
	{ RMI_RTT_DATA_MAP, "ritfd" },
	{ RMI_RTT_DATA_UNMAP, "ritfd" },
	{ RMI_RTT_UNPROT_MAP, "ritfd" },
	{ RMI_RTT_UNPROT_UNMAP, "ritfd" },
	{ RMI_OP_CONTINUE, "hx" },
	{ RMI_OP_MEM_DONATE, "hnx" },
	{ RMI_OP_MEM_RECLAIM, "hnx" },
	{ RMI_OP_CANCEL, "h" },
};

static const struct call rsi_calls[] = {
	{ RSI_VERSION, "x" },
	{ RSI_FEATURES, "x" },
	{ RSI_MEASUREMENT_READ, "x" },
	{ RSI_MEASUREMENT_EXTEND, "xx" },
	{ RSI_ATTEST_TOKEN_INIT, "xx" },
	{ RSI_ATTEST_TOKEN_CONTINUE, "ixx" },
	{ RSI_ATTEST_TOKEN_CONTINUE, "ihd" },
	{ RSI_REALM_CONFIG, "i" },
	{ RSI_IPA_STATE_SET, "ithh" },
	{ RSI_IPA_STATE_GET, "it" },
	{ RSI_HOST_CALL, "i" },
	{ PSCI_VERSION, "" },
	{ PSCI_CPU_SUSPEND_64, "" },
	{ PSCI_CPU_OFF, "" },
	{ PSCI_CPU_ON_32, "hix" },
	{ PSCI_CPU_ON_64, "hix" },
	{ PSCI_AFFINITY_INFO_64, "hh" },
	{ PSCI_SYSTEM_OFF, "" },
	{ PSCI_FEATURES, "x" },
};

/* The pages that head_start() uses. */
enum {
	PAGE_SCRATCH = 0,
	PAGE_RD = 1,
	PAGE_ROOT = 2,
	PAGE_TABLES = 3,
	PAGE_REC = 5, /* and REC_STEP further; their own behind each */
	REC_STEP = 8,
	PAGE_PARAMS = 24, /* not delegated from here on */
	PAGE_LIST = 25,
};

/* Any number that is a valid P-384 scalar. */
static const uint8_t realm_key[48] = { 0x5a };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static uint64_t word_take(struct input *input)
{
	uint64_t word = 0;

	for (unsigned i = 0; i < 8; i++)
		word |= (uint64_t)byte_take(input) << (8 * i);
	return word;
}

static uint64_t page_address(unsigned number)
{
	return BASE + (uint64_t)number * GRANULE_SIZE;
}

/* Returns one of the first pages, which all but the block use. */
static uint64_t page_take(struct input *input)
{
	return page_address(byte_take(input) % 32);
}

static uint64_t ipa_take(struct input *input)
{
	uint8_t choice = byte_take(input);
	uint64_t ipa = (uint64_t)(choice & 7) * 0x1000 +
		       (uint64_t)(choice >> 3 & 3) * 0x200000 +
		       (uint64_t)(choice >> 5 & 1) * 0x40000000;

	return choice & 0x40 ? ipa + PROTECTED : ipa;
}

static uint64_t flags_take(struct input *input)
{
	uint8_t choice = byte_take(input);

	return BITS_PUT(RMI_MAP_TYPE, choice) |
	       BITS_PUT(RMI_MAP_LIST_COUNT, choice >> 2 & 3) |
	       BITS_PUT(RMI_MAP_MEMATTR,
			choice & 0x10 ? RMI_MEMATTR_NORMAL_WB : choice >> 5) |
	       BITS_PUT(RMI_MAP_S2AP, choice >> 4);
}

/* Returns the address of a list, or a descriptor of a few pages or of the
 * block. */
static uint64_t desc_take(struct input *input)
{
	uint8_t choice = byte_take(input);
	uint64_t state = BITS_PUT(RMI_RANGE_STATE, choice >> 2);

	switch (choice & 3) {
	case 0:
		return page_take(input);
	case 1:
		return page_address(BLOCK) | BITS_PUT(RMI_RANGE_COUNT, 1) |
		       state | 1;
	default:
		return page_take(input) | state |
		       BITS_PUT(RMI_RANGE_COUNT, choice >> 3 & 7);
	}
}

static uint64_t top_take(struct input *input, uint64_t base)
{
	uint8_t choice = byte_take(input);

	return base + (choice & 0x80 ? UINT64_C(0x200000) * (choice & 3)
				     : UINT64_C(0x1000) * (choice & 15));
}

static uint64_t argument_take(struct input *input, char kind, uint64_t before)
{
	switch (kind) {
	case 'r':
		return page_address(PAGE_RD);
	case 'v':
		return page_address(PAGE_REC + byte_take(input) % 2 * REC_STEP);
	case 'g':
	case 'n':
		return page_take(input);
	case 'i':
		return ipa_take(input);
	case 't':
		return top_take(input, before);
	case 'l':
		return byte_take(input) % 4;
	case 'h':
		return byte_take(input) % 4;
	case 'f':
		return flags_take(input);
	case 'd':
		return desc_take(input);
	default:
		return byte_take(input);
	}
}

static void call_take(struct input *input, const struct call *call,
		      struct smccc_regs *regs)
{
	uint8_t odd = byte_take(input);

	memset(regs, 0, sizeof(*regs));
	regs->x[0] = call->fid;
	for (unsigned i = 0; call->arguments[i]; i++) {
		regs->x[1 + i] =
			argument_take(input, call->arguments[i], regs->x[i]);
		/* Now and then, an argument makes no sense. */
		if (odd == i)
			regs->x[1 + i] = word_take(input);
		else if (odd == 8 + i)
			regs->x[1 + i] = page_take(input);
	}
}

static void rmi_step(struct run *run, uint8_t choice)
{
	struct smccc_regs regs;

	call_take(&run->input, &rmi_calls[choice % COUNT(rmi_calls)], &regs);
	inprocess_smc(run->machine, &regs);
}

static void rsi_take(struct input *input, struct smccc_regs *regs)
{
	uint8_t choice = byte_take(input);

	call_take(input, &rsi_calls[choice % COUNT(rsi_calls)], regs);
}

static void rsi_step(struct run *run)
{
	uint64_t rec = argument_take(&run->input, 'v', 0);
	struct smccc_regs regs;
	struct rmi_rec_exit exit;
	enum rsi_outcome outcome;

	rsi_take(&run->input, &regs);
	inprocess_rsi(run->machine, rec, &regs, &outcome, &exit);
}

/* One of the choices that would be an interrupt. */
#define DEBUG_CHOICE 98

#define SMC (BITS_PUT(ESR_EC, ESR_EC_SMC64) | ESR_IL)

/* Plays a vCPU that makes calls, and traps for other reasons, while there is
 * input. */
static void vcpu_play(void *context, struct rec *rec, struct rec_trap *trap)
{
	struct run *run = context;
	uint8_t choice = byte_take(&run->input);
	struct smccc_regs regs;

	if (run->input.next >= run->input.end)
		return;
	if (choice & 1) {
		rsi_take(&run->input, &regs);
		memcpy(rec->gprs, regs.x, sizeof(regs.x));
		*trap = (struct rec_trap){ .esr = SMC };
		return;
	}
	if (choice == DEBUG_CHOICE) {
		rec->gprs[0] = word_take(&run->input);
		*trap = (struct rec_trap){
			.esr = debug_syndrome(word_take(&run->input)),
		};
		return;
	}
	/*
	 * SErrors and uncontained aborts would stop the RMM: they are left out.
	 */
	trap->kind = (enum rec_trap_kind)(choice / 2 % 3);
	trap->esr = BITS_PUT(ESR_EC, choice / 4) |
		    (word_take(&run->input) & 0x3ffe7ff);
	trap->far = word_take(&run->input);
	trap->hpfar = ipa_take(&run->input) >> 8;
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
			memory[i - 1] = desc_take(input);
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
	/* EL3 may refuse only pages that are not in the Realm PAS. */
	if (faults->el3_refuses &&
	    inprocess_in_realm(run->machine, faults->el3_refuses))
		faults->el3_refuses = 0;
}

static void fuzz_step(struct run *run)
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

static void rmi_call(struct run *run, const uint64_t words[5])
{
	struct smccc_regs regs = { { 0 } };

	memcpy(regs.x, words, 5 * sizeof(words[0]));
	inprocess_smc(run->machine, &regs);
}

/* Creates the REC with that index. The boot vCPU is runnable. */
static void rec_create(struct run *run, unsigned index)
{
	const unsigned rec = PAGE_REC + index * REC_STEP;
	const uint64_t setup[][5] = {
		{ RMI_REC_CREATE, page_address(PAGE_RD), page_address(rec),
		  page_address(PAGE_PARAMS) },
		{ RMI_OP_MEM_DONATE, 0, page_address(PAGE_LIST), 1 },
		{ RMI_OP_CONTINUE, 0, 0 },
	};
	struct rmi_rec_params *params =
		inprocess_host_page(run->machine, page_address(PAGE_PARAMS));
	uint64_t *list =
		inprocess_host_page(run->machine, page_address(PAGE_LIST));

	params->flags = index == 0 ? RMI_REC_FLAG_RUNNABLE : 0;
	params->mpidr = index;
	list[0] = page_address(rec + 1) |
		  BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES);
	for (size_t i = 0; i < COUNT(setup); i++)
		rmi_call(run, setup[i]);
}

/*
 * Creates a Realm in state NEW with tables for its first 2 MiB and two vCPUs.
 */
static void head_start(struct run *run)
{
	const uint64_t rd = page_address(PAGE_RD);
	const uint64_t setup[][5] = {
		{ RMI_GRANULE_RANGE_DELEGATE, rd, page_address(PAGE_PARAMS) },
		{ RMI_GRANULE_RANGE_DELEGATE, page_address(BLOCK),
		  page_address(GRANULES) },
		{ RMI_REALM_CREATE, rd, page_address(PAGE_SCRATCH) },
		{ RMI_RTT_CREATE, rd, page_address(PAGE_TABLES), 0, 2 },
		{ RMI_RTT_CREATE, rd, page_address(PAGE_TABLES + 1), 0, 3 },
	};
	struct rmi_realm_params *realm =
		inprocess_host_page(run->machine, page_address(PAGE_SCRATCH));

	realm_params_fill(&run->input, realm);
	realm->rtt_base = page_address(PAGE_ROOT);
	for (size_t i = 0; i < COUNT(setup); i++)
		rmi_call(run, setup[i]);
	rec_create(run, 0);
	rec_create(run, 1);
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
	inprocess_set_vcpu(run.machine, vcpu_play, &run);
	if ((start & 8) != 0 &&
	    !inprocess_provision(run.machine, realm_key, "platform", 8))
		abort();
	if (start & 1)
		rmi_call(&run, (const uint64_t[5]){ RMI_RMM_ACTIVATE });
	if ((start & 3) == 3)
		head_start(&run);
	if ((start & 7) == 7) {
		rmi_call(&run, (const uint64_t[5]){ RMI_REALM_ACTIVATE,
						    page_address(PAGE_RD) });
	}
	for (unsigned i = 0; i < STEPS_MAX && run.input.next < run.input.end;
	     i++)
		fuzz_step(&run);
	inprocess_destroy(run.machine);
	return 0;
}
