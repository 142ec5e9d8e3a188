/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What comes out of a Realm, and what the next REC_ENTER owes for it (rmi-rsi
 * 5.3 to 5.11). The vCPU is between port_rec_start() and port_rec_stop()
 * where a function has a struct rec_trap, and stopped where it has not.
 */
#ifndef REEVE_RMM_CORE_REC_EXIT_H
#define REEVE_RMM_CORE_REC_EXIT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "rmm/core/port.h"
#include "rmm/core/rec/rec.h"

/* HPFAR_EL2: bits 51:12 of the IPA. */
#define HPFAR_FIPA_SHIFT 4
#define HPFAR_FIPA_WIDTH 40

/*
 * Serves what the trap is about. true: the host has to see *exit, which is
 * zero going in; false: the Realm goes on, and *exit is still zero.
 */
bool exit_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		 struct rmi_rec_exit *exit);

/* The same for the classes of exceptions that have a file of their own. */
bool abort_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		  struct rmi_rec_exit *exit);
bool sysreg_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		   struct rmi_rec_exit *exit);

/* Takes the exception for an instruction that a Realm does not have. Returns
 * false, as the Realm goes on. */
bool exit_undefined(const struct rec_hold *hold);

/* What the host's answer to an emulatable abort, or to the read of a register,
 * does to the vCPU: rec->last says which instruction it was. */
void abort_complete(struct rec *rec, uint64_t value);
void sysreg_complete(struct rec *rec, uint64_t value);

/* Exceptions that the RMM takes to EL1: a synchronous external abort, for the
 * abort with this ESR_EL2 and FAR_EL2; an undefined instruction. */
void inject_sea(struct rec *rec, uint64_t esr, uint64_t far);
void inject_undefined(struct rec *rec);

/* Whether a vCPU may run with these list registers: none is tied to a physical
 * interrupt, no two have the same virtual one. */
bool gic_lrs_valid(const uint64_t *lr, unsigned count);

#endif
