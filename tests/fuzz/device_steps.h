/* SPDX-License-Identifier: BSD-3-Clause */
/* Steps of fuzz_control by a domain's devices, their driver and the devices of
 * the host behind them. */
#ifndef REEVE_TESTS_FUZZ_DEVICE_STEPS_H
#define REEVE_TESTS_FUZZ_DEVICE_STEPS_H

#include "rmm/port/inprocess/inprocess.h"
#include "tests/fakehost/slots.h"
#include "tests/fuzz/fuzz.h"

struct device_steps {
	struct slots slots;
	struct inprocess *rmm;
	/* The request that the device in a slot took last; count 0: none. */
	struct fake_request requests[SLOTS];
};

void device_steps_init(struct device_steps *steps, struct inprocess *rmm);

/* Takes one step. domain runs, or is NULL: then only host's devices and threads
 * do something. */
void device_step(struct device_steps *steps, struct domains *domains,
		 struct domain *domain, struct input *input);

/* Aborts if a device has a request with a page that is not the host's. */
void device_steps_check(struct device_steps *steps);

/* Has each device of the host say that it is broken, so that it is reset
 * whatever is under way. */
void device_steps_end(struct device_steps *steps);

#endif
