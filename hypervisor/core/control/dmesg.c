/* SPDX-License-Identifier: BSD-3-Clause */
/* The log of the hypervisor: a ring of text. */
#include "hypervisor/core/control/dmesg.h"

void dmesg_put(struct dmesg *dmesg, char c)
{
	spinlock_acquire(&dmesg->lock);
	dmesg->ring[dmesg->end++ % DMESG_SIZE] = c;
	spinlock_release(&dmesg->lock);
}

void dmesg_read(struct dmesg *dmesg, uint64_t from, struct control_dmesg *reply)
{
	uint32_t size = 0;

	spinlock_acquire(&dmesg->lock);
	if (from > dmesg->end)
		from = dmesg->end;
	if (dmesg->end - from > DMESG_SIZE)
		from = dmesg->end - DMESG_SIZE;
	for (; size < CONTROL_DMESG_SIZE && from + size < dmesg->end; size++) {
		reply->text[size] =
			(uint8_t)dmesg->ring[(from + size) % DMESG_SIZE];
	}
	spinlock_release(&dmesg->lock);
	reply->from = from;
	reply->size = size;
}
