/* SPDX-License-Identifier: BSD-3-Clause */
/* The virtual interface of the interrupt controller, which is the host's. */
#ifndef REEVE_RMM_PORT_A64_GIC_H
#define REEVE_RMM_PORT_A64_GIC_H

/* After a run: list registers signal nothing to what runs next. */
void gic_disable(void);

#endif
