/* SPDX-License-Identifier: BSD-3-Clause */
/* The services of RMM-EL3 and FIRME, on the machine. */
#include "monitor/services.h"

#include <string.h>

#include "abi/machine_map.h"
#include "abi/smccc.h"
#include "lib/spinlock.h"
#include "monitor/core/firme.h"
#include "monitor/core/manifest.h"
#include "monitor/core/provision.h"
#include "monitor/gpc.h"
#include "monitor/panic.h"

static struct reserve reserve = {
	.next = MACHINE_RMM_POOL_BASE,
	.end = MACHINE_RMM_POOL_BASE + MACHINE_RMM_POOL_SIZE,
};
static struct spinlock reserve_lock;

/*
 * The provisioned part, copied from flash; the state of the token's delivery;
 * the lock of both.
 */
static uint8_t part[PROVISION_PART_SIZE] __attribute__((aligned(8)));
static struct provisioned provisioned;
static struct spinlock provisioned_lock;

void services_init(const struct firmware_header *header)
{
	const struct firmware_part *from = &header->part[FIRMWARE_PROVISION];
	const char *fault;

	memcpy(part, (const void *)from->offset, from->size);
	fault = provision_open(&provisioned, part, from->size);
	if (fault != NULL)
		panic(fault);
}

static int granule_move(uint64_t pa, enum gpi from, enum gpi to)
{
	static const int status[] = {
		[GPT_OK] = RMM_EL3_OK,
		[GPT_BAD_ADDRESS] = RMM_EL3_E_BAD_ADDR,
		[GPT_BAD_GPI] = RMM_EL3_E_BAD_PAS,
	};
	const struct gpt_move move = { pa, 1, from, to };
	uint64_t done;

	return status[gpc_move(&move, &done)];
}

static int service_reserve(struct frame *frame)
{
	uint64_t pa = 0;
	int status;

	spinlock_acquire(&reserve_lock);
	status = reserve_memory(&reserve, frame->x[1], frame->x[2], &pa);
	spinlock_release(&reserve_lock);
	if (status == RMM_EL3_OK)
		frame->x[1] = pa;
	return status;
}

/* Feature register 0: EL3 does not sign tokens. There is no other. */
static int service_features(struct frame *frame)
{
	if (frame->x[1] != 0)
		return RMM_EL3_E_INVALID;
	frame->x[1] = 0;
	return RMM_EL3_OK;
}

/*
 * Returns the buffer that X1 and X2 name. core/provision.c checks that it lies
 * in the page that the RMM shares with EL3.
 */
static struct provision_buffer buffer_of(const struct frame *frame)
{
	return (struct provision_buffer){
		.page = (uint8_t *)MACHINE_RMM_SHARED,
		.page_pa = MACHINE_RMM_SHARED,
		.pa = frame->x[1],
		.size = frame->x[2],
	};
}

static int service_realm_key(struct frame *frame)
{
	const struct provision_buffer buffer = buffer_of(frame);
	uint64_t length;
	int status;

	spinlock_acquire(&provisioned_lock);
	status = provision_realm_key(&provisioned, &buffer, frame->x[3],
				     &length);
	spinlock_release(&provisioned_lock);
	if (status == RMM_EL3_OK)
		frame->x[1] = length;
	return status;
}

static int service_token(struct frame *frame)
{
	const struct provision_buffer buffer = buffer_of(frame);
	struct provision_token_part sent;
	int status;

	spinlock_acquire(&provisioned_lock);
	status = provision_token(&provisioned, &buffer, frame->x[3], &sent);
	spinlock_release(&provisioned_lock);
	if (status == RMM_EL3_OK) {
		frame->x[1] = sent.length;
		frame->x[2] = sent.left;
	}
	return status;
}

/*
 * docs/machine.md, Runtime services. All other calls answer E_UNKNOWN: signing
 * by EL3, and features that the machine lacks (memory encryption contexts, PCIe
 * link encryption).
 */
static int service_dispatch(struct frame *frame)
{
	switch ((uint32_t)frame->x[0]) {
	case RMM_EL3_DELEGATE:
		return granule_move(frame->x[1], GPI_NON_SECURE, GPI_REALM);
	case RMM_EL3_UNDELEGATE:
		return granule_move(frame->x[1], GPI_REALM, GPI_NON_SECURE);
	case RMM_EL3_REALM_KEY:
		return service_realm_key(frame);
	case RMM_EL3_PLAT_TOKEN:
		return service_token(frame);
	case RMM_EL3_FEATURES:
		return service_features(frame);
	case RMM_EL3_RESERVE_MEMORY:
		return service_reserve(frame);
	default:
		return RMM_EL3_E_UNKNOWN;
	}
}

void services_rmm(struct frame *frame)
{
	frame->x[0] = (uint64_t)(int64_t)service_dispatch(frame);
}

static int firme_gpi_set(struct frame *frame, enum world caller)
{
	uint64_t asked = frame->x[2];
	struct gpt_move move;
	uint64_t done = 0;
	int status = firme_move_check(&frame->x[1], caller, &move);

	if (status == FIRME_OK)
		status = firme_move_status(gpc_move(&move, &done), done, asked);
	frame->x[1] = done;
	return status;
}

void services_firme(struct frame *frame, enum world caller)
{
	uint64_t *x = frame->x;

	switch ((uint32_t)x[0] & ~(uint32_t)SMCCC_SVE_HINT) {
	case FIRME_VERSION:
		x[0] = (uint64_t)firme_version(x[1]);
		return;
	case FIRME_FEATURES:
		x[0] = (uint64_t)(int64_t)firme_features(x[1], x[2], &x[1]);
		return;
	case FIRME_GPI_SET:
		x[0] = (uint64_t)(int64_t)firme_gpi_set(frame, caller);
		return;
	default:
		x[0] = SMCCC_NOT_SUPPORTED;
	}
}
