/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The exits of a Realm, and how the next RMI_REC_ENTER completes them
 * (docs/rmi.md, Realm exits). A function with a struct rec_trap or a rec_hold
 * is called between port_rec_start() and port_rec_stop(); for the others the
 * registers of the vCPU are in struct rec.
 */
#ifndef REEVE_RMM_CORE_REC_EXIT_H
#define REEVE_RMM_CORE_REC_EXIT_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "lib/esr.h"
#include "rmm/core/port.h"
#include "rmm/core/rec/rec.h"

/*
 * Serves a trap. Returns true if the host has to see *exit, and false if the
 * Realm goes on. *exit is zero before the call, and still is if the result is
 * false.
 */
bool exit_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		 struct rmi_rec_exit *exit);

/* Do the same for the classes of exceptions that have a file of their own. */
bool abort_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		  struct rmi_rec_exit *exit);
bool sysreg_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		   struct rmi_rec_exit *exit);

/* Lets the Realm take the exception for an undefined instruction. Returns
 * false, as the Realm goes on. */
bool exit_undefined(const struct rec_hold *hold);

/* Complete the instruction that caused the last exit, which was an emulatable
 * abort or the read of a register; value is the host's answer. */
void abort_complete(struct rec *rec, uint64_t value);
void sysreg_complete(struct rec *rec, uint64_t value);

/* Take an exception to EL1 in the Realm's place: a synchronous external abort
 * (SEA) for the abort with this ESR_EL2 and FAR_EL2, or an undefined
 * instruction. */
void inject_sea(struct rec *rec, uint64_t esr, uint64_t far);
void inject_undefined(struct rec *rec);

/* Returns whether a vCPU may run with these list registers: none is tied to a
 * physical interrupt, and no two have the same virtual interrupt. */
bool gic_lrs_valid(const uint64_t *lr, unsigned count);

#endif
