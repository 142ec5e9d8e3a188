/* SPDX-License-Identifier: BSD-3-Clause */
/* The machine as its registers and EL3 tell. */
#ifndef REEVE_RMM_PORT_A64_MACHINE_H
#define REEVE_RMM_PORT_A64_MACHINE_H

#include "rmm/core/rmm.h"

/* The port has no state but its CPUs'. */
struct rmm_port {
	bool random; /* the CPUs have RNDR */
};

/* Fills in what the CPU's identification registers say. */
void machine_identify(struct rmm_port *port, struct rmm_machine *machine);

#endif
