/* SPDX-License-Identifier: BSD-3-Clause */
/* The thread of each vCPU. The functions are for struct domain_ops. */
#ifndef REEVE_HYPERVISOR_PORT_A64_VCPU_THREAD_H
#define REEVE_HYPERVISOR_PORT_A64_VCPU_THREAD_H

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/sched.h"
#include "hypervisor/core/vcpu/vcpu.h"

void vcpu_thread_start(void *ctx, struct vcpu *vcpu, pa_t pages);
void vcpu_thread_kick(void *ctx, struct vcpu *vcpu);
void vcpu_thread_end(void *ctx, struct vcpu *vcpu);

/* Has a vCPU of the domain that is in the guest leave it, to call
 * domain_devices_poll(). Returns false if none is. The devices interrupt the
 * core of a vCPU of the domain from now on. */
bool vcpu_thread_interrupt(const struct domain *domain);

/* Returns the group in which the threads of a domain share its weight. */
struct sched_group *vcpu_thread_group(const struct domain *domain);

#endif
