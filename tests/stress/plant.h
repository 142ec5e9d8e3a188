/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The seam between the RMM's core and its port, and between its own files,
 * where the linker puts functions of ours (--wrap): there the model of the
 * hardware learns of TLB maintenance and of RECs, threads take turns, and a
 * defect can be planted that the RMM does not have.
 */
#ifndef REEVE_TESTS_STRESS_PLANT_H
#define REEVE_TESTS_STRESS_PLANT_H

#include <stdint.h>

struct hardware;

enum plant_kind {
	PLANT_NONE,
	PLANT_TLBI_LEFT_OUT, /* of each such command */
	PLANT_TLBI_LATE, /* only when the command is over */
	PLANT_REFERENCE_NOT_TAKEN, /* once */
	PLANT_REFERENCE_NOT_DROPPED, /* once */
};

struct plant {
	enum plant_kind kind;
	uint64_t fid; /* the command in which the defect is */
};

/* Before any thread is started. */
void plant_set(const struct plant *plant);
void plant_hardware(struct hardware *hardware);

/* Around each RMI call of this thread. */
void plant_call_begin(uint64_t fid);
void plant_call_end(void);

#endif
