/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests of stateful operations: one command against a scripted RMM. */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_COMMAND_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_rmm.h"

#define HANDLE 7
#define GO_ON  RMI_INCOMPLETE
#define END    { 0 }

/* Runs REC_CREATE, the command of all scripts. */
static inline bool run(struct fake *fake, const struct reply *script)
{
	fake_play(fake, script);
	return ask_rec_create(&fake->rmi, pa_make(0x1000), pa_make(0x2000),
			      pa_make(0x3000));
}

static inline bool resume(struct fake *fake, const struct reply *script)
{
	fake_play(fake, script);
	return rmi_resume(&fake->rmi);
}

static inline void assert_failed(const struct fake *fake,
				 enum rmi_failure_kind kind, uint32_t fid,
				 uint32_t course)
{
	assert_int_equal(fake->failure.kind, kind);
	assert_int_equal(fake->failure.fid, fid);
	assert_int_equal(fake->failure.course, course);
}

#endif
