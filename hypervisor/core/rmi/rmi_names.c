/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of the RMI: one table of commands and one of statuses. */
#include "hypervisor/core/rmi/rmi_names.h"

#include <stddef.h>

#include "abi/rmi.h"

#define COMMAND(name, decimal, ...) { name, #name, { __VA_ARGS__ }, decimal }

static const struct rmi_command commands[] = {
	COMMAND(RMI_VERSION, 0, "revision"),
	COMMAND(RMI_RTT_DATA_MAP_INIT, 0, "rd", "data", "ipa", "src", "flags"),
	COMMAND(RMI_REALM_ACTIVATE, 0, "rd"),
	COMMAND(RMI_REALM_CREATE, 0, "rd", "params"),
	COMMAND(RMI_REALM_DESTROY, 0, "rd"),
	COMMAND(RMI_REC_CREATE, 0, "rd", "rec", "params"),
	COMMAND(RMI_REC_DESTROY, 0, "rec"),
	COMMAND(RMI_REC_ENTER, 0, "rec", "run"),
	COMMAND(RMI_RTT_CREATE, 1 << 3, "rd", "rtt", "ipa", "level"),
	COMMAND(RMI_RTT_DESTROY, 1 << 2, "rd", "ipa", "level"),
	COMMAND(RMI_RTT_READ_ENTRY, 1 << 2, "rd", "ipa", "level"),
	COMMAND(RMI_PSCI_COMPLETE, 1 << 2, "calling", "target", "status"),
	COMMAND(RMI_FEATURES, 1 << 0, "index"),
	COMMAND(RMI_RTT_FOLD, 1 << 2, "rd", "ipa", "level"),
	COMMAND(RMI_RTT_INIT_RIPAS, 0, "rd", "base", "top"),
	COMMAND(RMI_RTT_SET_RIPAS, 0, "rd", "rec", "base", "top"),
	COMMAND(RMI_RMM_CONFIG_SET, 0, "config"),
	COMMAND(RMI_GRANULE_TRACKING_GET, 0, "start", "end"),
	COMMAND(RMI_RMM_CONFIG_GET, 0, "config"),
	COMMAND(RMI_GRANULE_RANGE_DELEGATE, 0, "base", "top"),
	COMMAND(RMI_GRANULE_RANGE_UNDELEGATE, 0, "base", "top"),
	COMMAND(RMI_GPT_L1_CREATE, 0, "pa"),
	COMMAND(RMI_RTT_DATA_MAP, 0, "rd", "base", "top", "flags", "oaddr"),
	COMMAND(RMI_RTT_DATA_UNMAP, 0, "rd", "base", "top", "flags", "oaddr"),
	COMMAND(RMI_RTT_UNPROT_MAP, 0, "rd", "base", "top", "flags", "oaddr"),
	COMMAND(RMI_RTT_UNPROT_UNMAP, 0, "rd", "base", "top", "flags", "oaddr"),
	COMMAND(RMI_REALM_TERMINATE, 0, "rd"),
	COMMAND(RMI_RMM_ACTIVATE, 0, NULL),
	COMMAND(RMI_OP_CONTINUE, 1 << 0, "handle", "flags"),
	COMMAND(RMI_OP_MEM_DONATE, 1 << 0 | 1 << 2, "handle", "list", "count"),
	COMMAND(RMI_OP_MEM_RECLAIM, 1 << 0 | 1 << 2, "handle", "list", "count"),
	COMMAND(RMI_OP_CANCEL, 1 << 0, "handle"),
};

#define STATUS(name) [name] = #name

static const char *const statuses[] = {
	STATUS(RMI_SUCCESS),        STATUS(RMI_ERROR_INPUT),
	STATUS(RMI_ERROR_REALM),    STATUS(RMI_ERROR_REC),
	STATUS(RMI_ERROR_RTT),      STATUS(RMI_ERROR_NOT_SUPPORTED),
	STATUS(RMI_ERROR_DEVICE),   STATUS(RMI_ERROR_RTT_AUX),
	STATUS(RMI_ERROR_PSMMU_ST), STATUS(RMI_ERROR_DPT),
	STATUS(RMI_BUSY),           STATUS(RMI_ERROR_GLOBAL),
	STATUS(RMI_ERROR_TRACKING), STATUS(RMI_INCOMPLETE),
	STATUS(RMI_BLOCKED),        STATUS(RMI_ERROR_GPT),
	STATUS(RMI_ERROR_GRANULE),  [0xff] = "SMCCC_NOT_SUPPORTED",
};

const struct rmi_command *rmi_command(uint32_t fid)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (commands[i].fid == fid)
			return &commands[i];
	}
	return NULL;
}

const char *rmi_command_name(uint32_t fid)
{
	const struct rmi_command *command = rmi_command(fid);

	return command != NULL ? command->name : "unknown RMI command";
}

const char *rmi_status_name(unsigned status)
{
	if (status >= sizeof(statuses) / sizeof(statuses[0]) ||
	    statuses[status] == NULL)
		return "unknown RMI status";
	return statuses[status];
}
