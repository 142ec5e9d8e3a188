/* SPDX-License-Identifier: BSD-3-Clause */
/* The registers of the real-time clock, and its alarm. */
#include "hypervisor/core/io/vrtc.h"

#include "hypervisor/core/domain/domain.h"

/* DDI0224, "Summary of registers": offsets from the base. */
#define RTCDR   0x000
#define RTCMR   0x004
#define RTCLR   0x008
#define RTCCR   0x00c
#define RTCIMSC 0x010
#define RTCRIS  0x014
#define RTCMIS  0x018
#define RTCICR  0x01c
#define RTCID   0xfe0 /* eight identification registers, a byte in each word */
#define RTCEND  0x1000

#define CR_START 1 /* the clock runs; once set it stays set */
#define INT_RTC  1

/* RTCPeriphID0 to 3 and RTCPCellID0 to 3. */
static const uint8_t ids[8] = { 0x31, 0x10, 0x04, 0x00, 0x0d, 0xf0, 0x05, 0xb1 };

void vrtc_init(struct vrtc *vrtc, uint32_t offset)
{
	*vrtc = (struct vrtc){ .offset = offset };
}

/*
 * Raises the alarm if the clock has come to the match since it was last looked
 * at. A clock that has gone back, as the machine's may, has passed nothing.
 */
static void vrtc_catch_up(struct vrtc *vrtc, uint32_t clock)
{
	uint32_t passed = clock - vrtc->seen;
	uint32_t left = vrtc->match - vrtc->seen;

	if (passed <= INT32_MAX && left != 0 && left <= passed)
		vrtc->alarm = true;
	vrtc->seen = clock;
}

static uint32_t vrtc_reg_read(const struct vrtc *vrtc, uint64_t offset)
{
	switch (offset) {
	case RTCDR:
		return vrtc->seen;
	case RTCMR:
		return vrtc->match;
	case RTCLR:
		return vrtc->load;
	case RTCCR:
		return CR_START;
	case RTCIMSC:
		return vrtc->mask ? INT_RTC : 0;
	case RTCRIS:
		return vrtc->alarm ? INT_RTC : 0;
	case RTCMIS:
		return vrtc->alarm && vrtc->mask ? INT_RTC : 0;
	default:
		if (offset >= RTCID && offset % 4 == 0)
			return ids[(offset - RTCID) / 4];
		return 0;
	}
}

static void vrtc_reg_write(struct vrtc *vrtc, uint64_t offset, uint32_t value)
{
	switch (offset) {
	case RTCMR:
		vrtc->match = value;
		vrtc->alarm |= vrtc->seen == value;
		break;
	case RTCLR:
		vrtc->load = value;
		vrtc->offset += value - vrtc->seen;
		vrtc->seen = value;
		vrtc->alarm |= vrtc->match == value;
		break;
	case RTCIMSC:
		vrtc->mask = (value & INT_RTC) != 0;
		break;
	case RTCICR:
		if ((value & INT_RTC) != 0)
			vrtc->alarm = false;
		break;
	}
}

bool vrtc_access(struct vcpu *vcpu, uint64_t offset, unsigned size, bool write,
		 uint64_t *value)
{
	const struct domain_ops *ops = vcpu->domain->ops;
	struct vrtc *vrtc = &vcpu->domain->vrtc;
	uint32_t utc;

	if (offset >= RTCEND || size > 4 || offset % size != 0)
		return false;
	utc = ops->utc(ops->ctx);
	spinlock_acquire(&vrtc->lock);
	vrtc_catch_up(vrtc, utc + vrtc->offset);
	if (write)
		vrtc_reg_write(vrtc, offset, (uint32_t)*value);
	else
		*value = vrtc_reg_read(vrtc, offset);
	spinlock_release(&vrtc->lock);
	return true;
}
