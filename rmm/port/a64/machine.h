/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine as its ID registers describe it. */
#ifndef REEVE_RMM_PORT_A64_MACHINE_H
#define REEVE_RMM_PORT_A64_MACHINE_H

#include "rmm/core/rmm.h"

/* All other state of the port is in struct cpu. */
struct rmm_port {
	bool random; /* the CPUs have RNDR */
};

/* Fills in what the ID registers of the CPU say. */
void machine_identify(struct rmm_port *port, struct rmm_machine *machine);

/* hash.c: sets up the hash library, after machine_identify(). */
void hash_init(struct rmm_port *port);

#endif
