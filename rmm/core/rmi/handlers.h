/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handlers of the RMI commands, listed by file. args are X1 to X6. results
 * become X1 to X4 and are zero when the handler is called. The returned value
 * becomes X0; rmi_return() in status.h builds it.
 */
#ifndef REEVE_RMM_CORE_RMI_HANDLERS_H
#define REEVE_RMM_CORE_RMI_HANDLERS_H

#include <stdint.h>

struct rmm;

typedef uint64_t rmi_handler_fn(struct rmm *rmm, const uint64_t *args,
				uint64_t *results);

/* global.c */
rmi_handler_fn rmi_version, rmi_features, rmi_rmm_config_get, rmi_rmm_config_set,
	rmi_rmm_activate, rmi_granule_tracking_get, rmi_gpt_l1_create;
/* delegate.c */
rmi_handler_fn rmi_granule_range_delegate, rmi_granule_range_undelegate;
/* realm.c */
rmi_handler_fn rmi_realm_create, rmi_realm_activate, rmi_realm_terminate,
	rmi_realm_destroy;
/* rec.c, enter.c, psci_complete.c */
rmi_handler_fn rmi_rec_create, rmi_rec_destroy, rmi_rec_enter, rmi_psci_complete;
/* sro.c */
rmi_handler_fn rmi_op_continue, rmi_op_mem_donate, rmi_op_mem_reclaim,
	rmi_op_cancel;
/* rtt_table.c */
rmi_handler_fn rmi_rtt_create, rmi_rtt_destroy, rmi_rtt_fold, rmi_rtt_read_entry;
/* ripas.c */
rmi_handler_fn rmi_rtt_init_ripas, rmi_rtt_set_ripas;
/* data.c */
rmi_handler_fn rmi_rtt_data_map_init, rmi_rtt_data_map, rmi_rtt_data_unmap;
/* unprot.c */
rmi_handler_fn rmi_rtt_unprot_map, rmi_rtt_unprot_unmap;

#endif
