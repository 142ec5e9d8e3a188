/* SPDX-License-Identifier: BSD-3-Clause */
/* Functions of struct domain_ops that the hypervisor and the images that test
 * it from inside have in common. ctx is the struct machine. */
#ifndef REEVE_HYPERVISOR_PORT_A64_MACHINE_DOMAINS_H
#define REEVE_HYPERVISOR_PORT_A64_MACHINE_DOMAINS_H

#include <stdbool.h>
#include <stdint.h>

struct domains;

uint64_t machine_now_ns(void *ctx);
uint64_t machine_counter(void *ctx);
uint64_t machine_timer_ctl(void *ctx, bool physical);
uint32_t machine_utc(void *ctx);
void machine_tlb_flush(void *ctx, unsigned vmid);
uint64_t machine_pages_used(void *ctx);
/* Returns 0 for a register of which guest_id_view() shows nothing. */
uint64_t machine_id_read(void *ctx, unsigned crm, unsigned op2);

/*
 * Makes the thread that calls domains_work() after each machine_work_kick().
 * domains need not be initialized yet. Returns false if there is no memory.
 */
bool machine_worker_start(struct domains *domains);
void machine_work_kick(void *ctx);

#endif
