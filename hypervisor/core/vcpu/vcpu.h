/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual CPU of a domain, Realm or ordinary, as the core sees it. The port
 * runs each vCPU in a thread of its own: it enters the guest, and gives every
 * exit to vcpu_exit_realm() or vcpu_exit_guest(), which say what comes next.
 */
#ifndef REEVE_HYPERVISOR_CORE_VCPU_VCPU_H
#define REEVE_HYPERVISOR_CORE_VCPU_VCPU_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "abi/rmi.h"
#include "hypervisor/core/vgic/vgic.h"
#include "lib/addr.h"

struct domain;

/* One of the two EL1 timers, as it was at the last exit. */
struct vcpu_timer {
	uint64_t ctl; /* CNTx_CTL_EL0: ENABLE 0, IMASK 1, ISTATUS 2 */
	uint64_t cval; /* of the counter that the guest reads */
};

#define VCPU_TIMER_ENABLE  1
#define VCPU_TIMER_IMASK   2
#define VCPU_TIMER_ISTATUS 4

/* What the port holds while the guest does not run; an ordinary guest's. */
struct vcpu_regs {
	uint64_t gprs[31];
	uint64_t pc;
	uint64_t pstate;
};

struct vcpu {
	struct domain *domain;
	unsigned index;
	bool online; /* started by PSCI, or the boot vCPU; domain's lock */
	bool reset; /* ordinary: the port clears its EL1 registers first */
	/* A Realm's (exit_realm_psci.c); domain's lock. */
	bool on_again; /* started when its CPU_OFF was not seen yet */
	bool restarted; /* runs again for that reason */
	unsigned stuck; /* exits in a row that had no cause */
	/* Its last entry was refused; the times of the first refusal in a row
	 * and of the last, in ns. */
	bool refused;
	uint64_t refused_since;
	uint64_t refused_last;
	struct vgic_cpu gic;
	struct vcpu_timer virt;
	struct vcpu_timer phys;
	struct vcpu_regs regs; /* an ordinary guest's */
	pa_t rec; /* a Realm's */
	pa_t run; /* struct rmi_rec_run, a Non-secure page */
	uint64_t exits[CONTROL_EXIT_KINDS];
	uint64_t cpu_ns; /* the port counts it */
	uint32_t core; /* the port says where it runs or ran */
	bool running; /* the port: now, on that core */
	bool waits; /* the port: for an interrupt, with nothing to do */
	void *thread; /* the port's */
};

enum vcpu_next {
	VCPU_RUN, /* enter it again */
	/* WFI: as soon as vcpu_awake(), or when a timer fires. */
	VCPU_WAIT,
	/* WFE, or the RMM asks for time: let others run, then enter. */
	VCPU_YIELD,
	VCPU_OFF, /* PSCI CPU_OFF: until it is online again */
	VCPU_STOP, /* its domain has ended; never enter it again */
	/* An ordinary guest's: the port makes its EL1 take an exception, and
	 * enters it again. UNDEF: of class 0. ABORT: a synchronous external
	 * abort, of data or of an instruction as the trap was. */
	VCPU_UNDEF,
	VCPU_ABORT,
};

/*
 * A REC came back from RMI_REC_ENTER with SUCCESS. exit is a copy of the exit
 * record; *enter is what the next entry gets: flags and gprs, all of them
 * written, and nothing else. Everything that the exit asks for is done here:
 * MMIO, SGIs, PSCI, RIPAS changes, pages, host calls. A guest that misbehaves
 * is stopped with domain_stop().
 */
enum vcpu_next vcpu_exit_realm(struct vcpu *vcpu,
			       const struct rmi_rec_exit *exit,
			       struct rmi_rec_enter *enter);

/* RMI_REC_ENTER itself was refused: status and index as in X0. */
enum vcpu_next vcpu_enter_refused(struct vcpu *vcpu, uint64_t x0);

/* A synchronous exception of an ordinary guest: EL2's syndrome registers. */
struct vcpu_trap {
	uint64_t esr;
	uint64_t far;
	uint64_t hpfar;
};

/* vcpu->regs are the guest's, and may be changed. */
enum vcpu_next vcpu_exit_guest(struct vcpu *vcpu, const struct vcpu_trap *trap);

/*
 * After an exit, and before an entry: brings the levels of the timer PPIs in
 * the vGIC up to what vcpu->virt and vcpu->phys say.
 */
void vcpu_timers_update(struct vcpu *vcpu);

/* The counter value at which a timer of a waiting vCPU will fire next, in
 * counter ticks; UINT64_MAX: none will. */
uint64_t vcpu_deadline(const struct vcpu *vcpu);

/* Whether a waiting vCPU has something to do: an interrupt that it would take,
 * or its domain has ended or is paused. */
bool vcpu_awake(struct vcpu *vcpu);

#endif
