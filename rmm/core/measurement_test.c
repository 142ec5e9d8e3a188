/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arithmetic of measurements, compared with vectors from an independent
 * program (tests/rim_vectors.py, which describes the format).
 */
#include "rmm/fixture/fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rmm/core/measurement.h"

/* One line: a name, up to 7 numbers, and the slot's 64 bytes in hex. */
struct vector {
	char name[8];
	uint64_t args[7];
	char slot[2 * RSI_MEASUREMENT_SIZE + 1];
};

static bool vector_parse(const char *line, struct vector *vector)
{
	char word[2 * RSI_MEASUREMENT_SIZE + 1];
	unsigned count = 0;
	int used;

	if (sscanf(line, "%7s%n", vector->name, &used) != 1)
		return false;
	for (line += used; sscanf(line, "%128s%n", word, &used) == 1;
	     line += used) {
		if (strlen(word) == 2 * RSI_MEASUREMENT_SIZE)
			strcpy(vector->slot, word);
		else if (count < 7)
			vector->args[count++] = strtoull(word, NULL, 16);
	}
	return true;
}

static void assert_slot(const uint8_t *slot, const char *hex)
{
	char text[2 * RSI_MEASUREMENT_SIZE + 1];

	for (unsigned i = 0; i < RSI_MEASUREMENT_SIZE; i++)
		snprintf(&text[2 * (size_t)i], 3, "%02x", slot[i]);
	assert_string_equal(text, hex);
}

static void realm_step(struct rmm_port *port, struct measurements *m,
		       const uint64_t *args)
{
	struct rmi_realm_params params;

	/* Every field that is not measured differs from zero. */
	memset(&params, 0xa5, sizeof(params));
	params.hash_algo = (uint8_t)args[0];
	params.flags0 = args[1];
	params.s2sz = (uint32_t)args[2];
	params.sve_vl = (uint32_t)args[3];
	params.num_bps = (uint32_t)args[4];
	params.num_wps = (uint32_t)args[5];
	params.pmu_num_ctrs = (uint32_t)args[6];
	measurement_realm_create(port, m, &params);
}

static void data_step(struct rmm_port *port, struct measurements *m,
		      const uint64_t *args)
{
	uint8_t content[GRANULE_SIZE];

	for (uint64_t i = 0; i < sizeof(content); i++)
		content[i] = (uint8_t)(args[2] + i * 31);
	measurement_data_map_init(port, m, ipa_make(args[0]), args[1], content);
}

static void rec_step(struct rmm_port *port, struct measurements *m,
		     const uint64_t *args)
{
	struct rmi_rec_params params;

	memset(&params, 0xa5, sizeof(params));
	params.flags = args[0];
	params.pc = args[1];
	for (unsigned i = 0; i < RMI_REC_CREATE_GPRS; i++)
		params.gprs[i] = args[2] + i;
	measurement_rec_create(port, m, &params);
}

static void extend_step(struct rmm_port *port, struct measurements *m,
			const uint64_t *args)
{
	uint8_t value[RSI_MEASUREMENT_SIZE];

	for (uint64_t i = 0; i < sizeof(value); i++)
		value[i] = (uint8_t)(args[2] + i);
	measurement_extend(port, m, (unsigned)args[0], value, args[1]);
}

/* Does one step. Returns the slot that it changes. */
static const uint8_t *step(struct rmm_port *port, struct measurements *m,
			   const struct vector *vector)
{
	if (strcmp(vector->name, "realm") == 0) {
		realm_step(port, m, vector->args);
	} else if (strcmp(vector->name, "data") == 0) {
		data_step(port, m, vector->args);
	} else if (strcmp(vector->name, "rec") == 0) {
		rec_step(port, m, vector->args);
	} else if (strcmp(vector->name, "extend") == 0) {
		extend_step(port, m, vector->args);
		return m->slot[vector->args[0]];
	} else {
		fail_msg("unknown step %s", vector->name);
	}
	return m->slot[0];
}

static void each_step_gives_the_vector(void **state)
{
	struct fixture *f = *state;
	struct rmm_port *port = inprocess_rmm(f->machine)->port;
	struct measurements m;
	struct vector vector = { 0 };
	char line[512];
	unsigned lines = 0;
	FILE *file = fopen(RIM_VECTORS, "r");

	assert_non_null(file);
	memset(&m, 0xff, sizeof(m));
	while (fgets(line, sizeof(line), file) != NULL) {
		assert_true(vector_parse(line, &vector));
		print_message("# %s", line);
		assert_slot(step(port, &m, &vector), vector.slot);
		lines++;
	}
	fclose(file);
	assert_int_equal(lines, 33);
}

static void sizes_are_those_of_sha_2(void **state)
{
	(void)state;
	assert_int_equal(hash_size(RMI_HASH_SHA_256), 32);
	assert_int_equal(hash_size(RMI_HASH_SHA_384), 48);
	assert_int_equal(hash_size(RMI_HASH_SHA_512), 64);
	assert_int_equal(hash_size(3), 0);
	assert_int_equal(hash_size(UINT32_MAX), 0);
}

/* ---- Measurements by commands ---- */

static const struct measurements *measured(struct fixture *f)
{
	return &((const struct rd *)peek(f, PAGE_RD))->measurements;
}

static void create_measures_the_parameters(void **state)
{
	struct fixture *f = *state;
	struct measurements expected;

	fixture_realm(f);
	measurement_realm_create(inprocess_rmm(f->machine)->port, &expected,
				 fixture_realm_params(f));
	assert_memory_equal(measured(f), &expected, sizeof(expected));
}

static void only_runnable_recs_are_measured(void **state)
{
	struct fixture *f = *state;
	struct measurements before;
	struct rmi_rec_params params = { .flags = RMI_REC_FLAG_RUNNABLE,
					 .pc = 0x80000 };

	fixture_realm(f);
	before = *measured(f);
	fixture_rec(f, 0, 0);
	assert_memory_equal(measured(f), &before, sizeof(before));
	fixture_rec(f, 1, RMI_REC_FLAG_RUNNABLE);
	measurement_rec_create(inprocess_rmm(f->machine)->port, &before,
			       &params);
	assert_memory_equal(measured(f), &before, sizeof(before));
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(each_step_gives_the_vector),
		test(sizes_are_those_of_sha_2),
		test(create_measures_the_parameters),
		test(only_runnable_recs_are_measured),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
