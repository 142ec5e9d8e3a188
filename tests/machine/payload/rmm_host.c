/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host for the RMM, in the hypervisor's place, that uses only RMI. It checks
 * the commands that need no Realm to run, from one CPU and from two, and prints
 * a line of TAP for each check. It leaves a Realm of each hash algorithm for a
 * test that looks into the machine's memory, and turns the machine off.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "abi/smccc.h"
#include "lib/log.h"
#include "lib/smc.h"
#include "tests/machine/payload/host.h"
#include "tests/machine/payload/payload.h"

/* Memory to delegate, and for each CPU memory to build a Realm of. */
#define RANGE_BASE     UINT64_C(0x50000000)
#define RANGE_GRANULES 64
#define REALM_BASE(n)  (UINT64_C(0x51000000) + (n) * UINT64_C(0x100000))
#define DATA_BASE      UINT64_C(0x5a000000)
#define DATA_GRANULES  512
#define MIB2           UINT64_C(0x200000)
#define GIB1           UINT64_C(0x40000000)
#define SHARED_BASE    UINT64_C(0x58000000)
#define ROUNDS         20
/* Realms 0 and 1 are those of the CPUs, the others are left in memory. */
#define LEFT_REALM 2
#define REALMS     5

#define RMM_MEMORY  UINT64_C(MACHINE_RMM_BASE)
#define VECTOR_SIZE 8192 /* 32 registers of 256 bytes */

static uint8_t page[GRANULE] __attribute__((aligned(0x1000)));
static uint8_t pages[REALMS][GRANULE] __attribute__((aligned(0x1000)));

enum secondary_state {
	SECONDARY_STARTS,
	SECONDARY_GOOD,
	SECONDARY_BAD
};
static volatile enum secondary_state secondary_state;

static void check_version(void)
{
	struct smccc_regs regs = { { RMI_VERSION, RMI_ABI_VERSION, 0, 0, 4, 5, 6,
				     7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17 } };
	bool kept = true;

	smc_call(&regs);
	check(regs.x[0] == RMI_SUCCESS && regs.x[1] == RMI_ABI_VERSION &&
		      regs.x[2] == RMI_ABI_VERSION,
	      "RMI_VERSION is 2.0");
	for (unsigned i = 4; i < 18; i++)
		kept = kept && regs.x[i] == i;
	check(kept, "X4-X17 are kept");
	check(rmi_status(RMI_VERSION, 0x10000, 0) == RMI_ERROR_INPUT,
	      "another version is refused");
	check(rmi_status(RMI_FID_LAST_0, 0, 0) == SMCCC_NOT_SUPPORTED,
	      "an unknown command is not supported");
}

static void check_features(void)
{
	struct smccc_regs regs;
	uint64_t feature0;

	rmi(&regs, RMI_FEATURES, 0, 0);
	feature0 = regs.x[1];
	check(regs.x[0] == RMI_SUCCESS &&
		      BITS_GET(feature0, RMI_FEATURE0_S2SZ) == 48,
	      "48 bits of address space");
	rmi(&regs, RMI_FEATURES, 1, 0);
	check(BITS_GET(regs.x[1], RMI_FEATURE1_GRAN_4K) == 1, "4 KiB granules");
}

static void check_activation(void)
{
	uint64_t config = (uintptr_t)page;

	check(rmi_status(RMI_GRANULE_RANGE_DELEGATE, RANGE_BASE,
			 RANGE_BASE + GRANULE) == RMI_ERROR_GLOBAL,
	      "nothing is delegated before activation");
	memset(page, 0xff, sizeof(page));
	check(rmi_status(RMI_RMM_CONFIG_SET, config, 0) == RMI_ERROR_INPUT,
	      "a bad configuration is refused");
	check(rmi_status(RMI_RMM_CONFIG_GET, config, 0) == RMI_SUCCESS &&
		      page[0] == 0 && page[GRANULE - 1] == 0,
	      "the configuration is written to us");
	check(rmi_status(RMI_RMM_CONFIG_SET, config, 0) == RMI_SUCCESS,
	      "and read from us");
	check(rmi_status(RMI_RMM_ACTIVATE, 0, 0) == RMI_SUCCESS, "activation");
	check(rmi_status(RMI_RMM_ACTIVATE, 0, 0) == RMI_ERROR_GLOBAL,
	      "activation once only");
}

/* Returns true if the last access took a granule protection fault. */
static bool gpf_taken(void)
{
	uint64_t esr = payload_fault;

	payload_fault = 0;
	return BITS_GET(esr, ESR_EC) == ESR_EC_DATA_CURRENT &&
	       BITS_GET(esr, ESR_FSC) == ESR_FSC_GPF;
}

static bool read_faults(uint64_t address)
{
	probe_read(address);
	return gpf_taken();
}

static bool write_faults(uint64_t address)
{
	probe_write(address, 1);
	return gpf_taken();
}

static void check_delegation(void)
{
	uint64_t last = RANGE_BASE + (RANGE_GRANULES - 1) * GRANULE;

	probe_write(last, UINT64_C(0x5ec7e75ec7e75ec7));
	check(range_move(RMI_GRANULE_RANGE_DELEGATE, RANGE_BASE, RANGE_GRANULES),
	      "a range is delegated");
	check(rmi_status(RMI_GRANULE_RANGE_DELEGATE, last, last + GRANULE) ==
		      RMI_ERROR_INPUT,
	      "a granule is delegated once only");
	check(read_faults(last), "reading it faults");
	check(write_faults(last), "writing it faults");
	check(rmi_status(RMI_RMM_CONFIG_GET, last, 0) == RMI_ERROR_INPUT,
	      "the RMM does not write to it for us");
	check(range_move(RMI_GRANULE_RANGE_UNDELEGATE, RANGE_BASE,
			 RANGE_GRANULES),
	      "the range is undelegated");
	check(probe_read(last) == 0 && payload_fault == 0,
	      "it is readable, and zero");
}

/* The RMM's own memory is tracked, but cannot be delegated or named in
 * commands. */
static void check_rmm_memory(void)
{
	check(rmi_status(RMI_RMM_CONFIG_GET, RMM_MEMORY, 0) == RMI_ERROR_INPUT,
	      "the RMM survives a refused write");
	check(rmi_status(RMI_GRANULE_RANGE_DELEGATE, RMM_MEMORY,
			 RMM_MEMORY + GRANULE) == RMI_ERROR_INPUT,
	      "the RMM's memory is not delegated");
	check(rmi_status(RMI_REALM_CREATE, RANGE_BASE, RMM_MEMORY) ==
		      RMI_ERROR_INPUT,
	      "the RMM survives a refused read");
	check(read_faults(RMM_MEMORY), "we do not read it");
}

/* Creates a Realm with 1 or 4 root tables, aligned to their size. */
static uint64_t realm_create_with(unsigned cpu, uint8_t algorithm,
				  unsigned roots)
{
	struct rmi_realm_params *params = (void *)pages[cpu];

	memset(params, 0, sizeof(*params));
	params->s2sz = roots == 1 ? 39 : 41;
	params->num_bps = 1;
	params->num_wps = 1;
	params->hash_algo = algorithm;
	params->rtt_base = REALM_BASE(cpu) + roots * GRANULE;
	params->rtt_level_start = 1;
	params->rtt_num_start = roots;
	return rmi_status(RMI_REALM_CREATE, REALM_BASE(cpu), (uintptr_t)params);
}

static uint64_t realm_create(unsigned cpu, uint8_t algorithm)
{
	return realm_create_with(cpu, algorithm, 1);
}

/* Delegates granules, creates and destroys a Realm, undelegates the
 * granules. */
static bool realm_round(unsigned cpu, uint8_t algorithm)
{
	uint64_t rd = REALM_BASE(cpu);

	return range_move(RMI_GRANULE_RANGE_DELEGATE, rd, 2) &&
	       realm_create(cpu, algorithm) == RMI_SUCCESS &&
	       rmi_status(RMI_GRANULE_RANGE_UNDELEGATE, rd, rd + GRANULE) ==
		       RMI_ERROR_INPUT &&
	       rmi_status(RMI_REALM_DESTROY, rd, 0) == RMI_ERROR_REALM &&
	       rmi_status(RMI_REALM_TERMINATE, rd, 0) == RMI_SUCCESS &&
	       rmi_status(RMI_REALM_DESTROY, rd, 0) == RMI_SUCCESS &&
	       range_move(RMI_GRANULE_RANGE_UNDELEGATE, rd, 2);
}

static void check_realms(void)
{
	check(realm_round(0, RMI_HASH_SHA_256), "a Realm with SHA-256");
	check(realm_round(0, RMI_HASH_SHA_384), "a Realm with SHA-384");
	check(realm_round(0, RMI_HASH_SHA_512), "a Realm with SHA-512");
}

static void check_vectors(void)
{
	static uint8_t before[VECTOR_SIZE] __attribute__((aligned(16)));
	static uint8_t after[VECTOR_SIZE] __attribute__((aligned(16)));
	bool good;

	for (unsigned i = 0; i < VECTOR_SIZE; i++)
		before[i] = (uint8_t)(i * 7 + (i >> 8) + 1);
	vectors_load(before);
	good = realm_round(0, RMI_HASH_SHA_512);
	vectors_store(after);
	check(good && memcmp(before, after, VECTOR_SIZE) == 0,
	      "hashing keeps our vector registers");
}

/* Both CPUs move the same granules at once. Each move succeeds on one of
 * them. */
static bool shared_round(void)
{
	for (unsigned i = 0; i < 8; i++) {
		uint64_t granule = SHARED_BASE + i * GRANULE;
		uint64_t status = rmi_status(RMI_GRANULE_RANGE_DELEGATE,
					     granule, granule + GRANULE);

		if (status == RMI_SUCCESS) {
			status = rmi_status(RMI_GRANULE_RANGE_UNDELEGATE,
					    granule, granule + GRANULE);
		} else if (status == RMI_ERROR_INPUT) {
			status = RMI_SUCCESS;
		}
		if (status != RMI_SUCCESS)
			return false;
	}
	return true;
}

static bool realm_rounds(unsigned cpu)
{
	bool good = true;

	for (unsigned i = 0; i < ROUNDS && good; i++)
		good = realm_round(cpu, RMI_HASH_SHA_256) && shared_round();
	return good;
}

void host_secondary(void)
{
	secondary_state = realm_rounds(1) ? SECONDARY_GOOD : SECONDARY_BAD;
	secondary_off();
}

/* The second CPU is started, and started again after it was off. */
static void check_two_cpus(void)
{
	for (unsigned i = 0; i < 2; i++) {
		bool good;

		secondary_state = SECONDARY_STARTS;
		good = secondary_start();
		check(good, "the second CPU starts");
		if (!good)
			return;
		good = realm_rounds(0);
		secondary_wait_off();
		check(good && secondary_state == SECONDARY_GOOD,
		      "two CPUs build Realms at once");
	}
}

/* Prints what a command costs, in ticks. With QEMU's -icount shift=0 a tick is
 * an instruction. Returns false if the command fails. */
static bool measured(const char *name, const uint64_t words[6])
{
	struct smccc_regs regs;
	uint64_t start = sysreg_read(cntpct_el0);
	uint64_t status = rmi_call(&regs, words);

	log_line_unlocked("%s: %lu ticks", name,
			  sysreg_read(cntpct_el0) - start);
	return status == RMI_SUCCESS;
}

#define measured_rmi(name, ...)                                                \
	measured(name, (const uint64_t[6]){ __VA_ARGS__ })

/* The cost of content for a page, and of memory for all pages of a table. */
static void measure_data(uint64_t rd)
{
	uint64_t all = DATA_BASE | BITS_PUT(RMI_RANGE_COUNT, DATA_GRANULES);
	bool good = range_move(RMI_GRANULE_RANGE_DELEGATE, DATA_BASE,
			       DATA_GRANULES);

	check(good &&
		      measured_rmi("RTT_DATA_MAP_INIT", RMI_RTT_DATA_MAP_INIT,
				   rd, DATA_BASE, 0, (uintptr_t)page,
				   RMI_DATA_MEASURE_CONTENT) &&
		      rmi_do(RMI_RTT_DATA_UNMAP, rd, 0, GRANULE,
			     RMI_ADDR_TYPE_SINGLE, 0) == RMI_SUCCESS,
	      "a page with content is mapped and unmapped");
	check(good && measured_rmi("RTT_DATA_MAP of 512 pages", RMI_RTT_DATA_MAP,
				   rd, 0, MIB2, RMI_ADDR_TYPE_SINGLE, all),
	      "all entries of a table get pages");
	check(good && measured_rmi("RTT_DATA_UNMAP of 512 pages",
				   RMI_RTT_DATA_UNMAP, rd, 0, MIB2,
				   RMI_ADDR_TYPE_SINGLE, 0),
	      "and lose them");
	check(range_move(RMI_GRANULE_RANGE_UNDELEGATE, DATA_BASE, DATA_GRANULES),
	      "which the host has back");
}

/* The cost of commands on a table, each of whose 512 entries they look at. */
static void measure_tables(void)
{
	uint64_t rd = REALM_BASE(0);
	uint64_t upper = rd + 8 * GRANULE, lower = rd + 9 * GRANULE;
	bool good = range_move(RMI_GRANULE_RANGE_DELEGATE, rd, 10) &&
		    realm_create_with(0, RMI_HASH_SHA_256, 4) == RMI_SUCCESS &&
		    rmi_do(RMI_RTT_CREATE, rd, upper, 0, 2) == RMI_SUCCESS;

	check(good && measured_rmi("RTT_INIT_RIPAS of 1 GiB",
				   RMI_RTT_INIT_RIPAS, rd, 0, GIB1),
	      "all entries of a table become RAM");
	check(good && measured_rmi("RTT_CREATE", RMI_RTT_CREATE, rd, lower, 0, 3),
	      "a table is created");
	measure_data(rd);
	check(good && measured_rmi("RTT_DESTROY", RMI_RTT_DESTROY, rd, 0, 3),
	      "and destroyed");
	check(good && rmi_do(RMI_RTT_DESTROY, rd, 0, 2) == RMI_SUCCESS &&
		      rmi_status(RMI_REALM_TERMINATE, rd, 0) == RMI_SUCCESS &&
		      measured_rmi("REALM_DESTROY of 4 root tables",
				   RMI_REALM_DESTROY, rd) &&
		      range_move(RMI_GRANULE_RANGE_UNDELEGATE, rd, 10),
	      "nothing stays of it");
}

/* Leaves a Realm for each algorithm, whose RD this program cannot read. */
static void leave_realms(void)
{
	for (unsigned i = 0; i < 3; i++) {
		unsigned place = LEFT_REALM + i;
		bool good = range_move(RMI_GRANULE_RANGE_DELEGATE,
				       REALM_BASE(place), 2) &&
			    realm_create(place, (uint8_t)i) == RMI_SUCCESS;

		check(good, "a Realm stays");
		log_line_unlocked("algorithm %u: RD at %lx", i,
				  REALM_BASE(place));
	}
}

void host_primary(void)
{
	console_init("host");
	vectors_open();
	check_version();
	check_features();
	check_activation();
	check_delegation();
	check_rmm_memory();
	check_realms();
	check_vectors();
	check_two_cpus();
	measure_tables();
	leave_realms();
	checks_end();
	machine_off();
}
