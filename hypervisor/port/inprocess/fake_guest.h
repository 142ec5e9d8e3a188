/* SPDX-License-Identifier: BSD-3-Clause */
/* For tests: a domain with a few vCPUs. The test plays their threads, their
 * console, the memory and the RMM. This stands in for domain.h and memory.h. */
#ifndef REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_GUEST_H
#define REEVE_HYPERVISOR_PORT_INPROCESS_FAKE_GUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/memory.h"
#include "lib/ipa.h"

#define FAKE_GUEST_VCPUS    20 /* two clusters, the second not full */
#define FAKE_GUEST_SPIS     64
#define FAKE_GUEST_LRS      4
#define FAKE_GUEST_IPA_BITS 33
#define FAKE_GUEST_SHARED   ipa_shared_start(FAKE_GUEST_IPA_BITS)
#define FAKE_GUEST_CONSOLE  3
#define FAKE_GUEST_BYTES    64

struct fake_guest {
	struct domain domain; /* first: the stand-ins find the rest from it */
	struct domain_ops ops;
	struct host_ops host;
	struct vcpu vcpus[FAKE_GUEST_VCPUS];
	struct vgic_irq irqs[FAKE_GUEST_SPIS];
	uint64_t now; /* the counter */
	uint64_t virt_ctl, phys_ctl; /* CNTV_CTL_EL0, CNTP_CTL_EL0 */
	uint64_t now_ns; /* the clock */
	uint64_t pfr0, dfr0; /* the CPU's ID registers; the others are 0 */
	uint32_t utc; /* the wall clock */
	unsigned console_room; /* of the console, for the guest's output */
	bool runs; /* what domain_runs() returns until the domain ends */
	/* Records of what the code under test did. */
	unsigned kicks[FAKE_GUEST_VCPUS];
	uint8_t console[FAKE_GUEST_BYTES];
	size_t console_size;
	unsigned console_ready;
	unsigned stops;
	enum control_reason reason; /* of the first stop */
	unsigned notes;
	char text[CONTROL_TEXT_SIZE]; /* of the first stop, or of a note */
	/* Memory: the answers to give, and the last request. */
	enum memory_result memory;
	bool shows; /* registers of devices */
	enum memory_change ripas_change;
	ipa_t fault;
	ipa_t ripas_base, ripas_top;
	uint8_t ripas;
	unsigned memory_calls;
	/* The RMM: the answer to every call, and the last call. */
	uint64_t x0;
	struct smccc_regs call;
	unsigned calls;
};

/* Initializes every field, with vcpus vCPUs. Only the first is online. */
void fake_guest_init(struct fake_guest *guest, unsigned vcpus, bool is_realm);

/* Returns how many kicks all vCPUs got since the last call. */
unsigned fake_guest_kicks(struct fake_guest *guest);

#endif
