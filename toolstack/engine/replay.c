/* SPDX-License-Identifier: BSD-3-Clause */
/* The chain of a measurement, record by record. */
#include "toolstack/engine/replay.h"

#include <stdlib.h>
#include <string.h>

#include "abi/measurement.h"
#include "hypervisor/core/rmi/rtt_layout.h"
#include "rmm/core/measurement.h"
#include "rmm/core/port.h"
#include "rmm/port/inprocess/inprocess.h"
#include "toolstack/engine/model/threads.h"

/* Only the hash functions of the machine are used. */
#define REPLAY_RAM_BASE 0x80000000
#define REPLAY_RAM_SIZE 0x100000
#define REPLAY_PA_BITS  48

struct replay {
	struct inprocess *rmm;
	struct rmm_port *port;
	struct measurements measurements;
};

struct replay *replay_open(const struct rmi_realm_params *params)
{
	static const struct rmm_machine machine = {
		.memory_base = { REPLAY_RAM_BASE },
		.memory_size = REPLAY_RAM_SIZE,
		.pa_bits = REPLAY_PA_BITS,
	};
	struct replay *replay = calloc(1, sizeof(*replay));

	if (replay == NULL)
		return NULL;
	replay->rmm = inprocess_create(&machine);
	if (replay->rmm == NULL) {
		free(replay);
		return NULL;
	}
	inprocess_hash_threads(replay->rmm, threads_beside());
	replay->port = inprocess_rmm(replay->rmm)->port;
	measurement_realm_create(replay->port, &replay->measurements, params);
	return replay;
}

void replay_close(struct replay *replay)
{
	if (replay == NULL)
		return;
	inprocess_destroy(replay->rmm);
	free(replay);
}

void replay_ahead(struct replay *replay, const void *data, uint64_t size)
{
	inprocess_hash_ahead(replay->rmm, data, size,
			     replay->measurements.algorithm);
}

void replay_forget(struct replay *replay, const void *data)
{
	inprocess_hash_forget(replay->rmm, data);
}

void replay_data(struct replay *replay, uint64_t ipa, uint64_t flags,
		 const void *granule)
{
	measurement_data_map_init(replay->port, &replay->measurements,
				  ipa_make(ipa), flags, granule);
}

static void entry_measure(struct replay *replay, uint64_t base, uint64_t top)
{
	struct measurements *m = &replay->measurements;
	struct rim_desc_ripas desc = {
		.type = RIM_DESC_RIPAS,
		.length = RIM_DESC_SIZE,
		.base = base,
		.top = top,
	};
	struct hash hash;

	memcpy(desc.rim, m->slot[0], sizeof(desc.rim));
	port_hash_start(replay->port, &hash, m->algorithm);
	port_hash_add(replay->port, &hash, &desc, sizeof(desc));
	port_hash_end(replay->port, &hash, m->slot[0]);
}

void replay_ripas(struct replay *replay, uint64_t base, uint64_t top, int level)
{
	while (base < top) {
		int fits = level;

		while (base % rtt_entry_size(fits) != 0 ||
		       top - base < rtt_entry_size(fits))
			fits++;
		entry_measure(replay, base, base + rtt_entry_size(fits));
		base += rtt_entry_size(fits);
	}
}

void replay_rec(struct replay *replay, uint64_t flags, uint64_t pc,
		const uint64_t *gprs)
{
	struct rmi_rec_params params = { .flags = flags, .pc = pc };

	memcpy(params.gprs, gprs, sizeof(params.gprs));
	if ((flags & RMI_REC_FLAG_RUNNABLE) != 0) {
		measurement_rec_create(replay->port, &replay->measurements,
				       &params);
	}
}

const uint8_t *replay_rim(const struct replay *replay)
{
	return replay->measurements.slot[0];
}

size_t replay_rim_size(const struct replay *replay)
{
	return hash_size(replay->measurements.algorithm);
}
