/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread that carries the requests of a domain's devices, for struct
 * slot_ops. ctx is not used. */
#ifndef REEVE_HYPERVISOR_PORT_A64_DEVICE_THREAD_H
#define REEVE_HYPERVISOR_PORT_A64_DEVICE_THREAD_H

#include "hypervisor/core/domain/domain.h"

void device_thread_start(void *ctx, struct domain *domain, pa_t pages);
void device_thread_kick(void *ctx, struct domain *domain);
void device_thread_until(void *ctx, struct domain *domain, uint64_t ns);
void device_thread_end(void *ctx, struct domain *domain);

#endif
