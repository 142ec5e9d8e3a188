/* SPDX-License-Identifier: BSD-3-Clause */
/* The initial state of an RMM, and the dispatch of RMI commands. The calls of a
 * Realm are dispatched in rsi/rsi.c. */
#include "rmm/core/rmm.h"

#include <stddef.h>

#include "abi/rmi.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"

/* The states of the RMM in which a command is served; in the others it is
 * ERROR_GLOBAL (docs/rmi.md, Life of the RMM). */
enum rmm_gate {
	GATE_INIT = 1 << RMM_INIT,
	GATE_ACTIVE = 1 << RMM_ACTIVE,
	GATE_ANY = GATE_INIT | GATE_ACTIVE,
};

struct rmi_command {
	enum rmm_gate gate;
	rmi_handler_fn *handler; /* NULL: there is no such command */
};

/* The identifiers lie close together, so a command's identifier is its index in
 * the table. */
#define INDEX(fid) ((fid) - RMI_FID_FIRST_0)

static const struct rmi_command commands[] = {
	[INDEX(RMI_VERSION)] = { GATE_ANY, rmi_version },
	[INDEX(RMI_FEATURES)] = { GATE_ANY, rmi_features },
	[INDEX(RMI_RMM_CONFIG_GET)] = { GATE_ANY, rmi_rmm_config_get },
	[INDEX(RMI_RMM_CONFIG_SET)] = { GATE_INIT, rmi_rmm_config_set },
	[INDEX(RMI_RMM_ACTIVATE)] = { GATE_INIT, rmi_rmm_activate },
	[INDEX(RMI_GRANULE_TRACKING_GET)] = { GATE_ANY,
					      rmi_granule_tracking_get },
	[INDEX(RMI_GPT_L1_CREATE)] = { GATE_ACTIVE, rmi_gpt_l1_create },
	[INDEX(RMI_GRANULE_RANGE_DELEGATE)] = { GATE_ACTIVE,
						rmi_granule_range_delegate },
	[INDEX(RMI_GRANULE_RANGE_UNDELEGATE)] = { GATE_ACTIVE,
						  rmi_granule_range_undelegate },
	[INDEX(RMI_REALM_CREATE)] = { GATE_ACTIVE, rmi_realm_create },
	[INDEX(RMI_REALM_ACTIVATE)] = { GATE_ACTIVE, rmi_realm_activate },
	[INDEX(RMI_REALM_TERMINATE)] = { GATE_ACTIVE, rmi_realm_terminate },
	[INDEX(RMI_REALM_DESTROY)] = { GATE_ACTIVE, rmi_realm_destroy },
	[INDEX(RMI_REC_CREATE)] = { GATE_ACTIVE, rmi_rec_create },
	[INDEX(RMI_REC_DESTROY)] = { GATE_ACTIVE, rmi_rec_destroy },
	[INDEX(RMI_REC_ENTER)] = { GATE_ACTIVE, rmi_rec_enter },
	[INDEX(RMI_PSCI_COMPLETE)] = { GATE_ACTIVE, rmi_psci_complete },
	[INDEX(RMI_RTT_CREATE)] = { GATE_ACTIVE, rmi_rtt_create },
	[INDEX(RMI_RTT_DESTROY)] = { GATE_ACTIVE, rmi_rtt_destroy },
	[INDEX(RMI_RTT_FOLD)] = { GATE_ACTIVE, rmi_rtt_fold },
	[INDEX(RMI_RTT_READ_ENTRY)] = { GATE_ACTIVE, rmi_rtt_read_entry },
	[INDEX(RMI_RTT_INIT_RIPAS)] = { GATE_ACTIVE, rmi_rtt_init_ripas },
	[INDEX(RMI_RTT_SET_RIPAS)] = { GATE_ACTIVE, rmi_rtt_set_ripas },
	[INDEX(RMI_RTT_DATA_MAP_INIT)] = { GATE_ACTIVE, rmi_rtt_data_map_init },
	[INDEX(RMI_RTT_DATA_MAP)] = { GATE_ACTIVE, rmi_rtt_data_map },
	[INDEX(RMI_RTT_DATA_UNMAP)] = { GATE_ACTIVE, rmi_rtt_data_unmap },
	[INDEX(RMI_RTT_UNPROT_MAP)] = { GATE_ACTIVE, rmi_rtt_unprot_map },
	[INDEX(RMI_RTT_UNPROT_UNMAP)] = { GATE_ACTIVE, rmi_rtt_unprot_unmap },
	[INDEX(RMI_OP_CONTINUE)] = { GATE_ACTIVE, rmi_op_continue },
	[INDEX(RMI_OP_MEM_DONATE)] = { GATE_ACTIVE, rmi_op_mem_donate },
	[INDEX(RMI_OP_MEM_RECLAIM)] = { GATE_ACTIVE, rmi_op_mem_reclaim },
	[INDEX(RMI_OP_CANCEL)] = { GATE_ACTIVE, rmi_op_cancel },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

_Static_assert(COMMANDS == INDEX(RMI_FID_LAST_1) + 1, "up to the last");

void rmm_init(struct rmm *rmm, struct rmm_port *port,
	      const struct rmm_machine *machine, struct granule *granules)
{
	*rmm = (struct rmm){
		.port = port,
		.machine = *machine,
		.granules = granules,
		.state = RMM_INIT,
	};
}

static const struct rmi_command *command_find(uint32_t fid)
{
	uint32_t index = INDEX(fid);

	if (index >= COMMANDS || commands[index].handler == NULL)
		return NULL;
	return &commands[index];
}

static bool gate_open(const struct rmm *rmm, const struct rmi_command *command)
{
	uint32_t state = __atomic_load_n(&rmm->state, __ATOMIC_ACQUIRE);

	return (command->gate & (1U << state)) != 0;
}

void rmm_handle_rmi(struct rmm *rmm, struct smccc_regs *regs)
{
	uint32_t fid = (uint32_t)regs->x[0] & ~(uint32_t)SMCCC_SVE_HINT;
	const struct rmi_command *command = command_find(fid);
	uint64_t results[RMI_RESULTS] = { 0 };

	if (command == NULL) {
		regs->x[0] = SMCCC_NOT_SUPPORTED;
		return;
	}
	if (gate_open(rmm, command))
		regs->x[0] = command->handler(rmm, &regs->x[1], results);
	else
		regs->x[0] = rmi_return(RMI_ERROR_GLOBAL, 0);
	for (unsigned i = 0; i < RMI_RESULTS - 1; i++)
		regs->x[1 + i] = results[i];
	/* Only this command has a result in X4; the others preserve X4. */
	if (fid == RMI_RTT_READ_ENTRY)
		regs->x[RMI_RESULTS] = results[RMI_RESULTS - 1];
}
