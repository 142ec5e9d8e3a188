/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The image that tests the hypervisor from inside: it attacks its own code,
 * builds a Realm, destroys it, and attacks a granule that it delegated. It logs
 * a line for each step, then a verdict, then turns the machine off.
 */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/control.h"
#include "abi/guest_map.h"
#include "hypervisor/core/realm/realm.h"
#include "hypervisor/core/rmi/failure_text.h"
#include "hypervisor/port/a64/main.h"
#include "hypervisor/port/a64/probe.h"
#include "lib/esr.h"
#include "lib/image.h"
#include "lib/log.h"
#include "tests/machine/hypervisor/verdict.h"

/* Data aborts from the current EL, on reads and on writes (WnR): granule
 * protection faults, and a permission fault at level 3. */
#define ESR_ABORT            (BITS_PUT(ESR_EC, ESR_EC_DATA_CURRENT) | ESR_IL)
#define ESR_GPF_READ         (ESR_ABORT | ESR_FSC_GPF)
#define ESR_GPF_WRITE        (ESR_ABORT | ESR_WNR | ESR_FSC_GPF)
#define ESR_PERMISSION_WRITE (ESR_ABORT | ESR_WNR | (ESR_FSC_PERMISSION + 3))

#define RAM_SIZE UINT64_C(0x400000)
#define SECRET   UINT64_C(0x5ec5e75ec5e75ec5)
#define WORDS    (RMI_GRANULE_SIZE / sizeof(uint64_t))

/* selftest_probe.S: the Realm's content, in whole pages. */
extern const char probe_image[], probe_image_end[];

struct selftest {
	struct machine *machine;
	struct host *host;
	struct realm realm;
	struct granules granules; /* for the attack */
	struct rmi_failure failure;
	uint64_t used; /* used pages before the first step */
	struct verdict verdict;
};

static void selftest_step(struct selftest *test, const char *name, bool passed)
{
	verdict_step(&test->verdict, name, passed);
}

/* Reports a step of the core, and why it failed if it did. */
static bool core_step(struct selftest *test, const char *name, bool passed,
		      const struct rmi_failure *failure)
{
	char text[CONTROL_TEXT_SIZE];

	if (!passed) {
		failure_text(failure, text, sizeof(text));
		log_line("  %s", text);
	}
	selftest_step(test, name, passed);
	return passed;
}

/* Reports an attack. The log line with the syndrome is for a person. */
static void attack_step(struct selftest *test, const char *name, uint64_t esr,
			uint64_t expected)
{
	log_line("  fault esr %llx", (unsigned long long)esr);
	selftest_step(test, name, esr == expected);
}

static void own_code_step(struct selftest *test)
{
	attack_step(test, "writing the hypervisor's code faults",
		    probe_write(pa_make((uintptr_t)image_start), 0),
		    ESR_PERMISSION_WRITE);
}

static bool selftest_realm_build(struct selftest *test)
{
	const struct realm_ram ram = { ipa_make(GUEST_RAM0_BASE), RAM_SIZE };
	const struct realm_segment segment = {
		.ipa = ram.base,
		.size = (uint64_t)(probe_image_end - probe_image),
		.source = pa_make((uintptr_t)probe_image),
	};
	const struct realm_plan plan = {
		.ram = &ram,
		.ram_count = 1,
		.segments = &segment,
		.segment_count = 1,
		.vcpus = test->machine->cores,
		.pc = ram.base.value,
		.hash_algo = RMI_HASH_SHA_256,
	};

	return realm_build(test->host, &plan, &test->realm);
}

/* Returns true if the page reads as zero. A page that was not returned faults,
 * which must not stop the test. */
static bool page_is_zero(pa_t page)
{
	uint64_t word;

	for (uint64_t at = 0; at < RMI_GRANULE_SIZE; at += sizeof(word)) {
		if (probe_read(pa_add(page, at), &word) != 0 || word != 0)
			return false;
	}
	return true;
}

static void realm_steps(struct selftest *test)
{
	struct realm *realm = &test->realm;
	const struct realm_account *account = &realm->granules.account;
	bool built = core_step(test, "build a Realm",
			       selftest_realm_build(test), &realm->failure);
	pa_t rd;

	log_line("  %u vCPUs, %llu granules, at most %llu", realm->rec_count,
		 (unsigned long long)account->total,
		 (unsigned long long)account->peak);
	if (built) {
		core_step(test, "activate it", realm_activate(realm),
			  &realm->failure);
	}
	rd = realm->rd.base;
	core_step(test, "destroy it", realm_destroy(realm), &realm->failure);
	selftest_step(test, "its descriptor reads as zero",
		      built && page_is_zero(rd));
	selftest_step(test, "every granule is back",
		      built && account->total == 0 &&
			      test->machine->pages.used == test->used);
}

static void page_fill(pa_t page, uint64_t word)
{
	uint64_t *words = (uint64_t *)(uintptr_t)page.value;

	for (size_t i = 0; i < WORDS; i++)
		words[i] = word;
}

/* Delegates a page that has content: allocating a granule for data delegates
 * it, and the allocator returns the page that was freed last. */
static bool victim_take(struct selftest *test, struct granules_range *victim)
{
	struct granules_want want = {
		.kind = GRANULES_SHARED, .unit = 1, .units = 1, .align = 1
	};
	struct granules_range written;

	if (!granules_alloc(&test->granules, &want, &written))
		return false;
	page_fill(written.base, SECRET);
	granules_free(&test->granules, GRANULES_SHARED, written);
	want.kind = GRANULES_DATA;
	return granules_alloc(&test->granules, &want, victim) &&
	       pa_equal(victim->base, written.base);
}

static void attack_steps(struct selftest *test)
{
	struct granules_range victim;
	uint64_t word = 0;

	granules_init(&test->granules, &test->machine->ops, &test->failure);
	if (!core_step(test, "delegate a granule", victim_take(test, &victim),
		       &test->failure))
		return;
	attack_step(test, "reading it faults", probe_read(victim.base, &word),
		    ESR_GPF_READ);
	selftest_step(test, "nothing was read", word == 0);
	attack_step(test, "writing it faults", probe_write(victim.base, SECRET),
		    ESR_GPF_WRITE);
	granules_free(&test->granules, GRANULES_DATA, victim);
	core_step(test, "undelegate it", test->granules.account.total == 0,
		  &test->failure);
	selftest_step(test, "it reads as zero", page_is_zero(victim.base));
	selftest_step(test, "every page is free",
		      test->machine->pages.used == test->used);
}

void host_run(struct machine *machine, struct host *host)
{
	static struct selftest test;

	test = (struct selftest){ .machine = machine,
				  .host = host,
				  .used = machine->pages.used };
	own_code_step(&test);
	realm_steps(&test);
	attack_steps(&test);
	verdict_end(&test.verdict);
}
