/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM under stress, and defects that are planted in it and must be found.
 * Each run is a process of its own, as its end is the finding.
 *
 * usage: stress_test [ROUNDS [SEED]]
 * With arguments only the sound RMM runs, for that many rounds; seed 0 is a
 * random one. The seeds that ran are in the output.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/stress/plant.h"
#include "tests/stress/stress.h"

#define STEPS         1000
#define ROUNDS        8
#define ROUNDS_DEFECT 100 /* it ends as soon as the defect is found */

#define OUTPUT_MAX 65536

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static unsigned rounds = ROUNDS;
static uint64_t seed = 1;

/* The standard error of a run, and how it ended. */
struct outcome {
	int status; /* of waitpid() */
	char output[OUTPUT_MAX];
};

/* Threads that take turns do so faster if no other CPU has to be woken. */
static void stay_on_one_cpu(void)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET((size_t)sched_getcpu(), &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
}

static _Noreturn void child(const struct stress_config *config,
			    const struct plant *plant, int output)
{
	dup2(output, STDERR_FILENO);
	if (!config->free)
		stay_on_one_cpu();
	plant_set(plant);
	stress_run(config);
	_exit(0);
}

static void output_read(int from, char *text)
{
	size_t length = 0;
	ssize_t more;

	do {
		more = read(from, text + length, OUTPUT_MAX - 1 - length);
		length += more > 0 ? (size_t)more : 0;
	} while (more > 0);
	text[length] = 0;
}

static void run(const struct stress_config *config, const struct plant *plant,
		struct outcome *outcome)
{
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(config, plant, ends[1]);
	close(ends[1]);
	output_read(ends[0], outcome->output);
	close(ends[0]);
	assert_int_equal(waitpid(pid, &outcome->status, 0), pid);
}

/* ---- The RMM as it is ---- */

static void holds(const struct shape *shape, bool free)
{
	const struct plant none = { PLANT_NONE, 0 };
	const struct stress_config config = { shape, free, seed, rounds, STEPS };
	static struct outcome outcome;

	run(&config, &none, &outcome);
	printf("# level %d, %s, seed %llu: %s", shape->start_level,
	       free ? "side by side" : "by turns", (unsigned long long)seed,
	       outcome.output);
	if (outcome.status != 0)
		fail_msg("the run ended with status %x", outcome.status);
}

static void turns_with_roots_at_level_1(void **state)
{
	(void)state;
	holds(&shape_level_1, false);
}

static void turns_with_roots_at_level_2(void **state)
{
	(void)state;
	holds(&shape_level_2, false);
}

static void threads_with_roots_at_level_1(void **state)
{
	(void)state;
	holds(&shape_level_1, true);
}

static void threads_with_roots_at_level_2(void **state)
{
	(void)state;
	holds(&shape_level_2, true);
}

/* ---- Planted defects ---- */

struct defect {
	const char *name;
	const struct shape *shape;
	struct plant plant;
};

/*
 * The next command decides to what a missing reference leads: a count that is
 * wrong at rest, a table that goes while it is in use, or an object that never
 * goes.
 */
static const char *const reference_findings[] = {
	"invariant broken",
	"panics: too few references",
	"still cannot destroy",
	"hardware:",
};

/*
 * "unfolded": a block is replaced by a table, and the TLB may still have the
 * block. No memory gets into wrong hands by that, at any later time: the pages
 * of the table are the block's, and whatever takes a page away (UNMAP,
 * SET_RIPAS, FOLD, DESTROY) invalidates an address in it, which drops a block
 * that contains the address, as the port names no level (TTL). To see it one
 * must ask what the architecture forbids. Without break-before-make the TLB
 * can have the block and a page of it at once, and the CPU may then take a TLB
 * conflict abort, or use a mixture of the two (DDI0487 D8, "Using
 * break-before-make when updating translation table entries"). The model looks
 * for just that, and at rest for a block where the tables have pages.
 *
 * "destroyed with its Realm": mappings of NS memory in a root table are not
 * counted, so that a Realm can be destroyed with them; the next Realm with its
 * VMID would have them.
 */
static struct defect defects[] = {
	{ "unmapped: the TLBI is left out",
	  &shape_level_1,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_DATA_UNMAP } },
	{ "unmapped from root tables: the TLBI is left out",
	  &shape_level_2,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_DATA_UNMAP } },
	{ "unmapped: the TLBI comes after the memory is free",
	  &shape_level_1,
	  { PLANT_TLBI_LATE, RMI_RTT_DATA_UNMAP } },
	{ "no longer shared: the TLBI is left out",
	  &shape_level_1,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_UNPROT_UNMAP } },
	{ "made EMPTY: the TLBI is left out",
	  &shape_level_2,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_SET_RIPAS } },
	{ "table destroyed: the TLBI is left out",
	  &shape_level_1,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_DESTROY } },
	{ "table destroyed: the TLBI comes after it is free",
	  &shape_level_2,
	  { PLANT_TLBI_LATE, RMI_RTT_DESTROY } },
	{ "folded: the TLBI is left out",
	  &shape_level_1,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_FOLD } },
	{ "folded into a root table: the TLBI is left out",
	  &shape_level_2,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_FOLD } },
	{ "unfolded: the TLBI is left out",
	  &shape_level_1,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_CREATE } },
	{ "unfolded from a root table: the TLBI is left out",
	  &shape_level_2,
	  { PLANT_TLBI_LEFT_OUT, RMI_RTT_CREATE } },
	{ "destroyed with its Realm: the TLBI is left out",
	  &shape_level_2,
	  { PLANT_TLBI_LEFT_OUT, RMI_REALM_DESTROY } },
	{ "a reference of a new table is not taken",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_TAKEN, RMI_RTT_CREATE } },
	{ "a reference of mapped memory is not taken",
	  &shape_level_2,
	  { PLANT_REFERENCE_NOT_TAKEN, RMI_RTT_DATA_MAP } },
	{ "a reference of measured memory is not taken",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_TAKEN, RMI_RTT_DATA_MAP_INIT } },
	{ "a reference of a new REC is not taken",
	  &shape_level_2,
	  { PLANT_REFERENCE_NOT_TAKEN, RMI_OP_CONTINUE } },
	{ "a reference of a running REC is not taken",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_TAKEN, RMI_REC_ENTER } },
	{ "a reference of unmapped memory is not dropped",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_DROPPED, RMI_RTT_DATA_UNMAP } },
	{ "a reference of a destroyed table is not dropped",
	  &shape_level_2,
	  { PLANT_REFERENCE_NOT_DROPPED, RMI_RTT_DESTROY } },
	{ "a reference of a folded table is not dropped",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_DROPPED, RMI_RTT_FOLD } },
	{ "a reference of a destroyed REC is not dropped",
	  &shape_level_2,
	  { PLANT_REFERENCE_NOT_DROPPED, RMI_REC_DESTROY } },
	{ "a reference of a REC that ran is not dropped",
	  &shape_level_1,
	  { PLANT_REFERENCE_NOT_DROPPED, RMI_REC_ENTER } },
};

static bool is_found(const struct defect *defect, const char *output)
{
	if (defect->plant.kind == PLANT_TLBI_LEFT_OUT ||
	    defect->plant.kind == PLANT_TLBI_LATE)
		return strstr(output, "hardware:") != NULL;
	for (size_t i = 0; i < COUNT(reference_findings); i++) {
		if (strstr(output, reference_findings[i]) != NULL)
			return true;
	}
	return false;
}

static void defect_is_found(void **state)
{
	const struct defect *defect = *state;
	const struct stress_config config = { defect->shape, false, seed,
					      ROUNDS_DEFECT, STEPS };
	static struct outcome outcome;

	run(&config, &defect->plant, &outcome);
	printf("# %s", outcome.output);
	assert_true(WIFSIGNALED(outcome.status));
	assert_int_equal(WTERMSIG(outcome.status), SIGABRT);
	assert_true(is_found(defect, outcome.output));
}

/* ---- The runs ---- */

static const struct CMUnitTest sound[] = {
	cmocka_unit_test(turns_with_roots_at_level_1),
	cmocka_unit_test(turns_with_roots_at_level_2),
	cmocka_unit_test(threads_with_roots_at_level_1),
	cmocka_unit_test(threads_with_roots_at_level_2),
};

static int all_run(void)
{
	struct CMUnitTest tests[COUNT(sound) + COUNT(defects)];

	memcpy(tests, sound, sizeof(sound));
	for (size_t i = 0; i < COUNT(defects); i++) {
		tests[COUNT(sound) + i] = (struct CMUnitTest){
			.name = defects[i].name,
			.test_func = defect_is_found,
			.initial_state = &defects[i],
		};
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		rounds = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		seed = strtoull(argv[2], NULL, 10);
	while (seed == 0) {
		if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
			return 1;
	}
	return argc > 1 ? cmocka_run_group_tests(sound, NULL, NULL) : all_run();
}
