/* SPDX-License-Identifier: BSD-3-Clause */
/* The states of CPUs and the answers of PSCI. */
#include "monitor/core/psci.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "abi/smccc.h"

void psci_init(struct psci *psci, uint32_t cpus)
{
	*psci = (struct psci){ .cpus = cpus };
	psci->cpu[0].state = PSCI_STATE_ON;
}

static struct psci_reply reply_result(int64_t result)
{
	return (struct psci_reply){ PSCI_ACTION_RETURN, result, 0 };
}

static struct psci_reply reply_action(enum psci_action action)
{
	return (struct psci_reply){ action, PSCI_SUCCESS, 0 };
}

/* Returns the CPU with an affinity; NULL if the machine has none. */
static struct psci_cpu *cpu_find(struct psci *psci, uint64_t affinity)
{
	uint64_t index = MACHINE_CPU_INDEX(affinity);

	if (index >= psci->cpus || affinity != MACHINE_AFFINITY(index))
		return NULL;
	return &psci->cpu[index];
}

static struct psci_reply psci_version(struct psci *psci,
				      const struct psci_request *request)
{
	(void)psci;
	(void)request;
	return reply_result(PSCI_VERSION_1_1);
}

static struct psci_reply cpu_suspend(struct psci *psci,
				     const struct psci_request *request)
{
	(void)psci;
	if (BITS_GET(request->argument[0], PSCI_POWER_DOWN))
		return reply_result(PSCI_INVALID_PARAMETERS);
	return reply_action(PSCI_ACTION_STANDBY);
}

/* Never DENIED, as there is no Trusted OS (DEN0022 5.5). */
static struct psci_reply cpu_off(struct psci *psci,
				 const struct psci_request *request)
{
	psci->cpu[request->caller].state = PSCI_STATE_OFF;
	return reply_action(PSCI_ACTION_CPU_OFF);
}

static struct psci_reply cpu_on(struct psci *psci,
				const struct psci_request *request)
{
	struct psci_cpu *cpu = cpu_find(psci, request->argument[0]);

	if (cpu == NULL)
		return reply_result(PSCI_INVALID_PARAMETERS);
	if (cpu->state == PSCI_STATE_ON)
		return reply_result(PSCI_ALREADY_ON);
	if (cpu->state == PSCI_STATE_ON_PENDING)
		return reply_result(PSCI_ON_PENDING);
	if (!request->is_entry(request->argument[1]))
		return reply_result(PSCI_INVALID_ADDRESS);
	cpu->state = PSCI_STATE_ON_PENDING;
	cpu->entry = request->argument[1];
	cpu->context = request->argument[2];
	return (struct psci_reply){ PSCI_ACTION_WAKE, PSCI_SUCCESS,
				    (uint32_t)(cpu - psci->cpu) };
}

static struct psci_reply affinity_info(struct psci *psci,
				       const struct psci_request *request)
{
	static const int64_t results[] = {
		[PSCI_STATE_OFF] = PSCI_AFFINITY_OFF,
		[PSCI_STATE_ON_PENDING] = PSCI_AFFINITY_ON_PENDING,
		[PSCI_STATE_ON] = PSCI_AFFINITY_ON,
	};
	const struct psci_cpu *cpu = cpu_find(psci, request->argument[0]);

	/* DEN0022 5.7: levels above 0 are optional since PSCI 1.0. */
	if (cpu == NULL || request->argument[1] != 0)
		return reply_result(PSCI_INVALID_PARAMETERS);
	return reply_result(results[cpu->state]);
}

static struct psci_reply migrate_info_type(struct psci *psci,
					   const struct psci_request *request)
{
	(void)psci;
	(void)request;
	return reply_result(PSCI_MIGRATE_NOT_NEEDED);
}

static struct psci_reply system_off(struct psci *psci,
				    const struct psci_request *request)
{
	(void)psci;
	(void)request;
	return reply_action(PSCI_ACTION_SYSTEM_OFF);
}

static struct psci_reply system_reset(struct psci *psci,
				      const struct psci_request *request)
{
	(void)psci;
	(void)request;
	return reply_action(PSCI_ACTION_SYSTEM_RESET);
}

static struct psci_reply psci_features(struct psci *psci,
				       const struct psci_request *request);

static const struct {
	uint32_t fid;
	struct psci_reply (*call)(struct psci *psci,
				  const struct psci_request *request);
} functions[] = {
	{ PSCI_VERSION, psci_version },
	{ PSCI_CPU_SUSPEND_32, cpu_suspend },
	{ PSCI_CPU_SUSPEND_64, cpu_suspend },
	{ PSCI_CPU_OFF, cpu_off },
	{ PSCI_CPU_ON_32, cpu_on },
	{ PSCI_CPU_ON_64, cpu_on },
	{ PSCI_AFFINITY_INFO_32, affinity_info },
	{ PSCI_AFFINITY_INFO_64, affinity_info },
	{ PSCI_MIGRATE_INFO_TYPE, migrate_info_type },
	{ PSCI_SYSTEM_OFF, system_off },
	{ PSCI_SYSTEM_RESET, system_reset },
	{ PSCI_FEATURES, psci_features },
};

#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

static struct psci_reply psci_features(struct psci *psci,
				       const struct psci_request *request)
{
	uint32_t fid = (uint32_t)request->argument[0];

	(void)psci;
	if (fid == SMCCC_VERSION_FID)
		return reply_result(PSCI_SUCCESS);
	for (size_t i = 0; i < FUNCTIONS; i++) {
		if (functions[i].fid == fid)
			return reply_result(PSCI_SUCCESS);
	}
	return reply_result(PSCI_NOT_SUPPORTED);
}

/* Cuts the arguments of a 32-bit call to 32 bits (DEN0028 2.8). */
static struct psci_request request_narrow(const struct psci_request *request)
{
	struct psci_request copy = *request;

	copy.fid = (uint32_t)request->fid;
	if (copy.fid & SMCCC_FID_64)
		return copy;
	for (size_t i = 0; i < 3; i++)
		copy.argument[i] = (uint32_t)copy.argument[i];
	return copy;
}

struct psci_reply psci_call(struct psci *psci,
			    const struct psci_request *request)
{
	struct psci_request copy = request_narrow(request);

	for (size_t i = 0; i < FUNCTIONS; i++) {
		if (functions[i].fid == copy.fid)
			return functions[i].call(psci, &copy);
	}
	return reply_result(PSCI_NOT_SUPPORTED);
}

bool psci_started(struct psci *psci, uint32_t cpu)
{
	if (psci->cpu[cpu].state != PSCI_STATE_ON_PENDING)
		return false;
	psci->cpu[cpu].state = PSCI_STATE_ON;
	return true;
}
