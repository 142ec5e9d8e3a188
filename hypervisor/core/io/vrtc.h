/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A real-time clock (PL031, Arm DDI0224) at GUEST_PL031_BASE. It counts the
 * seconds since 1970 as the machine does, and a guest that sets it changes the
 * distance of its own clock only. It goes on while the guest is paused.
 *
 * The alarm has no interrupt: nothing would run at the moment of the match. The
 * device tree says so, and a driver then offers no alarm. A guest that polls
 * sees it in RTCRIS.
 */
#ifndef REEVE_HYPERVISOR_CORE_IO_VRTC_H
#define REEVE_HYPERVISOR_CORE_IO_VRTC_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/spinlock.h"

struct vcpu;

struct vrtc {
	struct spinlock lock;
	uint32_t offset; /* seconds beyond the machine's clock, modulo 2^32 */
	uint32_t load; /* RTCLR, as it was last written */
	uint32_t match; /* RTCMR */
	uint32_t seen; /* the clock when the alarm was last looked at */
	bool alarm; /* RTCRIS */
	bool mask; /* RTCIMSC */
};

/* Starts the clock that many seconds beyond the machine's. */
void vrtc_init(struct vrtc *vrtc, uint32_t offset);

/* Carries out an access by the guest, like vgic_gicd_access(). */
bool vrtc_access(struct vcpu *vcpu, uint64_t offset, unsigned size, bool write,
		 uint64_t *value);

#endif
