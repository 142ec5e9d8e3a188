/* SPDX-License-Identifier: BSD-3-Clause */
/* The arithmetic of the RIM and the REMs. */
#include "rmm/core/measurement.h"

#include <string.h>

#include "abi/measurement.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"

#define RIM 0

uint32_t hash_size(uint32_t algorithm)
{
	switch (algorithm) {
	case RMI_HASH_SHA_256:
		return 32;
	case RMI_HASH_SHA_384:
		return 48;
	case RMI_HASH_SHA_512:
		return 64;
	default:
		return 0;
	}
}

/* Writes a digest into a 64-byte field. The bytes after the digest are zero
 * already. */
static void hash_into(struct rmm_port *port, uint32_t algorithm,
		      const void *data, size_t size, uint8_t *field)
{
	struct hash hash;

	port_hash_start(port, &hash, algorithm);
	port_hash_add(port, &hash, data, size);
	port_hash_end(port, &hash, field);
}

void measurement_realm_create(struct rmm_port *port, struct measurements *m,
			      const struct rmi_realm_params *params)
{
	struct rmi_realm_params measured = {
		.flags0 = params->flags0,
		.s2sz = params->s2sz,
		.sve_vl = params->sve_vl,
		.num_bps = params->num_bps,
		.num_wps = params->num_wps,
		.pmu_num_ctrs = params->pmu_num_ctrs,
		.hash_algo = params->hash_algo,
	};

	*m = (struct measurements){ .algorithm = params->hash_algo };
	hash_into(port, m->algorithm, &measured, sizeof(measured), m->slot[RIM]);
}

void measurement_data_map_init(struct rmm_port *port, struct measurements *m,
			       ipa_t ipa, uint64_t flags, const void *content)
{
	struct rim_desc_data desc = {
		.type = RIM_DESC_DATA,
		.length = RIM_DESC_SIZE,
		.ipa = ipa.value,
		.flags = flags,
	};

	memcpy(desc.rim, m->slot[RIM], sizeof(desc.rim));
	if (flags & RMI_DATA_MEASURE_CONTENT) {
		hash_into(port, m->algorithm, content, GRANULE_SIZE,
			  desc.content);
	}
	hash_into(port, m->algorithm, &desc, sizeof(desc), m->slot[RIM]);
}

void measurement_rec_create(struct rmm_port *port, struct measurements *m,
			    const struct rmi_rec_params *params)
{
	struct rmi_rec_params measured = {
		.flags = params->flags,
		.pc = params->pc,
	};
	struct rim_desc_rec desc = {
		.type = RIM_DESC_REC,
		.length = RIM_DESC_SIZE,
	};

	memcpy(measured.gprs, params->gprs, sizeof(measured.gprs));
	memcpy(desc.rim, m->slot[RIM], sizeof(desc.rim));
	hash_into(port, m->algorithm, &measured, sizeof(measured), desc.params);
	hash_into(port, m->algorithm, &desc, sizeof(desc), m->slot[RIM]);
}

void measurement_extend(struct rmm_port *port, struct measurements *m,
			unsigned index, const uint8_t *value, size_t size)
{
	struct hash hash;

	port_hash_start(port, &hash, m->algorithm);
	port_hash_add(port, &hash, m->slot[index], hash_size(m->algorithm));
	port_hash_add(port, &hash, value, size);
	port_hash_end(port, &hash, m->slot[index]);
}
