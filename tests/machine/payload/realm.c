/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A program in place of the RMM, at R-EL2. It boots by the RMM-EL3 interface,
 * and then serves the requests in payload.h.
 */
#include "abi/rmm_el3.h"
#include "lib/log.h"
#include "tests/machine/payload/payload.h"

#define TOKEN(cpu) (0x1000 + (cpu))

/* The pattern in all registers of this world that are not words of a
 * request. */
#define REALM_PATTERN UINT64_C(0x5ea1000000000000)

#define CALL_WORDS 9 /* of REQ_COMPLETE: the identifier and eight results */

static unsigned general_leaks;

static uint64_t list_sum(const struct rmm_el3_list *list, unsigned words)
{
	const uint64_t *word = (const uint64_t *)list->pointer;
	uint64_t total = list->count + list->pointer + list->checksum;

	for (unsigned i = 0; i < words; i++)
		total += word[i];
	return total;
}

static void cold_boot(uint64_t version, uint64_t cpus, uint64_t shared)
{
	const struct rmm_el3_manifest *manifest =
		(const struct rmm_el3_manifest *)shared;
	const struct rmm_el3_bank *bank =
		(const struct rmm_el3_bank *)manifest->dram.pointer;

	log_line_unlocked("cold boot, version %llx, %llu CPUs, manifest %x",
			  (unsigned long long)version, (unsigned long long)cpus,
			  manifest->version);
	log_line_unlocked("memory %llx + %llx, sums %llx %llx",
			  (unsigned long long)bank->base,
			  (unsigned long long)bank->size,
			  (unsigned long long)list_sum(&manifest->dram, 2),
			  (unsigned long long)list_sum(&manifest->consoles, 6));
}

static void smc_proxy(uint64_t x[GENERAL_REGISTERS])
{
	uint64_t call[GENERAL_REGISTERS];

	general_fill(call, 0, REALM_PATTERN);
	for (unsigned i = 0; i < 6; i++)
		call[i] = x[i + 1];
	smc_all(call);
	for (unsigned i = 0; i < 4; i++)
		x[i + 1] = call[i];
}

static void request_serve(uint64_t x[GENERAL_REGISTERS])
{
	switch ((uint32_t)x[0]) {
	case REALM_ECHO:
		for (unsigned i = 1; i < 8; i++)
			x[i] = ~x[i];
		break;
	case REALM_FILL:
		el2_fill(x[1]);
		break;
	case REALM_CHECK:
		x[1] = el2_changed();
		x[2] = general_leaks;
		break;
	case REALM_SMC:
		smc_proxy(x);
		break;
	case REALM_READ:
		payload_fault = 0;
		x[1] = probe_read(x[1]);
		x[2] = payload_fault;
		break;
	case REALM_WRITE:
		payload_fault = 0;
		probe_write(x[1], x[2]);
		x[2] = payload_fault;
		break;
	case REALM_LIST:
		x[1] = sysreg_read(ICH_LR_EL2(0));
		x[2] = sysreg_read(ICH_VMCR_EL2);
		break;
	default:
		x[0] = UINT64_MAX;
		return;
	}
	x[0] = 0;
}

/* Returns the results in X1-X8, and gets the next request in X0-X7. */
static void request_complete(uint64_t x[GENERAL_REGISTERS])
{
	for (unsigned i = CALL_WORDS - 1; i > 0; i--)
		x[i] = x[i - 1];
	x[0] = RMM_EL3_REQ_COMPLETE;
	general_fill(x, CALL_WORDS, REALM_PATTERN);
	smc_all(x);
	general_leaks += general_changed(x, CALL_WORDS, REALM_PATTERN);
}

void payload_main(uint64_t cpu, uint64_t x1, uint64_t x2, uint64_t x3)
{
	uint64_t x[GENERAL_REGISTERS];

	console_init("realm");
	if (cpu == 0) {
		cold_boot(x1, x2, x3);
	} else {
		log_line_unlocked("warm boot of CPU %llu, token %llx",
				  (unsigned long long)cpu,
				  (unsigned long long)x1);
	}
	general_fill(x, 0, REALM_PATTERN);
	x[0] = RMM_EL3_BOOT_COMPLETE;
	x[1] = RMM_EL3_BOOT_OK;
	x[2] = TOKEN(cpu);
	smc_all(x);
	for (;;) {
		request_serve(x);
		request_complete(x);
	}
}
