/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual CPU of a domain, Realm or ordinary, as the core sees it. The port
 * runs each vCPU in a thread of its own: it enters the guest and hands every
 * exit to vcpu_exit_realm() or vcpu_exit_guest(), which say what to do next.
 */
#ifndef REEVE_HYPERVISOR_CORE_VCPU_VCPU_H
#define REEVE_HYPERVISOR_CORE_VCPU_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/rmi.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"
#include "lib/debug.h"
#include "lib/timer.h"

struct domain;

/* One of the two EL1 timers as it was at the last exit. */
struct vcpu_timer {
	uint64_t ctl; /* CNTx_CTL_EL0: lib/timer.h */
	uint64_t cval; /* compared with the counter that the guest reads */
};

/* The registers of an ordinary guest while it does not run. */
struct vcpu_regs {
	uint64_t gprs[31];
	uint64_t pc;
	uint64_t pstate;
};

struct vcpu {
	struct domain *domain;
	unsigned index;
	/* Started by PSCI, or the boot vCPU. Guarded by domain->lock. */
	bool online;
	bool reset; /* ordinary: the port is to reset the EL1 registers */
	/* For a Realm (exit_realm_psci.c); guarded by domain->lock. */
	bool on_again; /* started before its CPU_OFF was answered */
	bool restarted; /* entered again for that reason */
	unsigned stuck; /* exits in a row without a cause */
	/* The last entry was refused; the times of the first refusal in a row
	 * and of the last, in ns. */
	bool refused;
	uint64_t refused_since;
	uint64_t refused_last;
	struct vgic_cpu gic;
	struct vcpu_timer virt;
	struct vcpu_timer phys;
	/* An ordinary guest's: */
	struct vcpu_regs regs;
	struct debug debug;
	bool debug_changed; /* the port is to load the debug registers again */
	pa_t rec; /* of a Realm */
	pa_t run; /* struct rmi_rec_run, a Non-secure page */
	uint64_t exits[CONTROL_EXIT_KINDS];
	/* Written by the port: */
	uint64_t cpu_ns; /* CPU time */
	uint32_t core; /* where it runs or last ran */
	/*
	 * It runs on that core now. Once it is false, the vCPU is not in the
	 * guest, and the port looks at the domain's state before it enters the
	 * vCPU again.
	 */
	bool running;
	/* It is in the guest. Afterwards the port calls
	 * domain_devices_poll(). */
	bool in_guest;
	bool waits; /* it is idle, waiting for an interrupt */
	/* Its EL1 timers that had not fired at the last exit run in this
	 * core's registers. */
	bool timers_run;
	void *thread;
};

enum vcpu_next {
	VCPU_RUN, /* enter the vCPU again */
	/* WFI: enter it once vcpu_awake() says so, or a timer fires. */
	VCPU_WAIT,
	/* WFE, or the entry has to be tried again: let others run first. */
	VCPU_YIELD,
	VCPU_OFF, /* PSCI CPU_OFF: do not enter it until it is online again */
	VCPU_STOP, /* its domain has ended: never enter it again */
	/*
	 * For an ordinary guest only: the port makes EL1 take an exception,
	 * then enters the vCPU again. VCPU_UNDEF is an undefined instruction
	 * (class 0). VCPU_ABORT is a synchronous external abort, of data or of
	 * an instruction as the trap was.
	 */
	VCPU_UNDEF,
	VCPU_ABORT,
};

/*
 * Answers an exit of a Realm's vCPU, after RMI_REC_ENTER returned SUCCESS. exit
 * is a copy of the exit record. Writes the flags and all gprs of *enter, for
 * the next entry, and nothing else there. Everything that the exit asks for is
 * done here: MMIO, SGIs, PSCI, RIPAS changes, pages, host calls. A guest that
 * misbehaves is stopped with domain_stop().
 */
enum vcpu_next vcpu_exit_realm(struct vcpu *vcpu,
			       const struct rmi_rec_exit *exit,
			       struct rmi_rec_enter *enter);

/*
 * Answers a refusal of RMI_REC_ENTER. x0 is the command's X0: status and index.
 */
enum vcpu_next vcpu_enter_refused(struct vcpu *vcpu, uint64_t x0);

/*
 * The EL2 syndrome registers of a synchronous exception of an ordinary guest.
 */
struct vcpu_trap {
	uint64_t esr;
	uint64_t far;
	uint64_t hpfar;
};

/* Answers a trap of an ordinary guest. vcpu->regs are the guest's registers,
 * and may be changed. */
enum vcpu_next vcpu_exit_guest(struct vcpu *vcpu, const struct vcpu_trap *trap);

/* Moves an ordinary guest's vCPU past an instruction that was emulated, which
 * ends a single step of the guest's debugger. */
void vcpu_skip(struct vcpu *vcpu);

/* Brings the levels of the timer PPIs in the vGIC up to date with vcpu->virt
 * and vcpu->phys. Called after each exit and before each entry. */
void vcpu_timers_update(struct vcpu *vcpu);

/* Returns the value of the machine's counter at which a timer of a waiting vCPU
 * fires next, or UINT64_MAX if none will. */
uint64_t vcpu_deadline(const struct vcpu *vcpu);

/* Returns true if a waiting vCPU has something to do: an interrupt that it
 * would take, or a domain that has ended or is paused. */
bool vcpu_awake(struct vcpu *vcpu);

#endif
