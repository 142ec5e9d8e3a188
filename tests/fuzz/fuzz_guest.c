/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Fuzz entry for a guest that does anything: accesses to its devices, SGIs,
 * interrupts taken and ended in any order, exits of a Realm and traps of an
 * ordinary guest with any content. The hypervisor must go on, the vGIC must
 * stay consistent, no interrupt may be forgotten, and in the end the guest must
 * be able to take all of them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "abi/psci.h"
#include "hypervisor/core/io/bus.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/port/inprocess/fake_cpu.h"
#include "hypervisor/port/inprocess/fake_guest.h"
#include "lib/dfr0.h"
#include "lib/esr.h"
#include "tests/fuzz/debug_invariants.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/vgic_invariants.h"

#define VCPUS     4
#define STEPS_MAX 400
#define UART_TX   0x20 /* the transmit interrupt */
#define VMCR_OPEN (ICH_VMCR_VENG1 | BITS_PUT(ICH_VMCR_VPMR, 0xff))

struct run {
	struct input input;
	struct fake_guest guest;
	enum vcpu_place places[VCPUS];
};

static uint64_t word_take(struct run *run)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < 8; i++)
		value = value << 8 | byte_take(&run->input);
	return value;
}

/* Puts a vCPU into a place. Kicks that it got before are forgotten. */
static void place_set(struct run *run, struct vcpu *vcpu, enum vcpu_place place)
{
	run->places[vcpu->index] = place;
	run->guest.kicks[vcpu->index] = 0;
}

/* Returns a vCPU that is out of the guest, for a step that needs one. */
static struct vcpu *come_out(struct run *run)
{
	struct vcpu *vcpu = &run->guest.vcpus[byte_take(&run->input) % VCPUS];

	if (run->places[vcpu->index] == VCPU_IN)
		vgic_save(vcpu);
	place_set(run, vcpu, VCPU_OUT);
	return vcpu;
}

static void enter_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);

	vcpu_timers_update(vcpu);
	place_set(run, vcpu, VCPU_IN);
	vgic_load(vcpu);
}

static void wait_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);

	vcpu_timers_update(vcpu);
	if (!vgic_pending(vcpu))
		place_set(run, vcpu, VCPU_WAITS);
}

/*
 * The guest takes or ends an interrupt. A maintenance interrupt makes it exit.
 */
static void cpu_interface_step(struct run *run)
{
	struct vcpu *vcpu = &run->guest.vcpus[byte_take(&run->input) % VCPUS];
	unsigned what = byte_take(&run->input);

	if (run->places[vcpu->index] != VCPU_IN)
		return;
	if (what % 2 == 0)
		fake_cpu_ack(vcpu);
	else
		fake_cpu_end(vcpu, what / 2 % 96);
	if (fake_cpu_maintenance(vcpu)) {
		vgic_save(vcpu);
		place_set(run, vcpu, VCPU_OUT);
	}
}

/* Returns an address. Registers with an effect are more likely than others. */
static uint64_t device_address_take(struct run *run)
{
	static const uint32_t bases[] = {
		GUEST_GICV3_GICD_BASE, GUEST_GICV3_GICD_BASE + GICD_IROUTER,
		GUEST_GICV3_GICR_BASE, GUEST_GICV3_GICR_BASE + GICR_SGI_BASE,
		GUEST_PL011_BASE,      GUEST_PL031_BASE,
		GUEST_PVPANIC_BASE
	};
	unsigned what = byte_take(&run->input) % 7;
	uint64_t base = bases[what];

	if (what == 0 || what == 3)
		base += (uint64_t)byte_take(&run->input) << 3;
	if (what == 2 || what == 3)
		base += byte_take(&run->input) % (VCPUS + 1) * UINT64_C(0x20000);
	return base +
	       byte_take(&run->input) * UINT64_C(4) * (what == 1 ? 2 : 1) +
	       (byte_take(&run->input) < 8 ? 1 : 0);
}

/* Checks that a domain that has ended says why, and lets it run again. */
static void end_take(struct fake_guest *guest)
{
	if (guest->stops == 0)
		return;
	require(guest->text[0] != '\0' || guest->reason != CONTROL_CRASH);
	guest->stops = 0;
	guest->domain.state = CONTROL_RUNNING;
}

static void device_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);
	struct bus_access access = {
		.ipa = ipa_make(device_address_take(run)),
		.size = 1U << byte_take(&run->input) % 4,
		.write = byte_take(&run->input) % 4 != 0,
		.value = word_take(run),
	};

	bool done = bus_access(vcpu, &access) == BUS_DONE;

	if (done && !access.write && access.size < 8)
		require(access.value >> 8 * access.size == 0);
	end_take(&run->guest);
}

static void sgi_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);
	bool likely = byte_take(&run->input) % 4 != 0;

	vgic_sgi(vcpu, word_take(run) & (likely ? 0xf00000f : UINT64_MAX));
}

static void line_step(struct run *run)
{
	unsigned what = byte_take(&run->input);

	vgic_spi_set(&run->guest.domain.vgic,
		     VGIC_PRIVATE + what % FAKE_GUEST_SPIS, (what & 0x80) != 0);
}

static void type_step(struct run *run)
{
	uint8_t bytes[40] = { 0 };

	require(vuart_input(&run->guest.domain.vuart, bytes,
			    byte_take(&run->input) % sizeof(bytes)) <=
		VUART_FIFO);
	if (byte_take(&run->input) % 8 == 0) {
		(void)vuart_break(&run->guest.domain.vuart,
				  byte_take(&run->input));
	}
	require(run->guest.domain.vuart.count <= VUART_FIFO);
}

static void tick_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);

	run->guest.now += byte_take(&run->input);
	run->guest.utc += (uint32_t)word_take(run);
	vcpu->virt =
		(struct vcpu_timer){ byte_take(&run->input) % 8,
				     run->guest.now + byte_take(&run->input) };
	vcpu->phys = (struct vcpu_timer){ byte_take(&run->input) % 8,
					  word_take(run) };
	vcpu_timers_update(vcpu);
	vcpu_deadline(vcpu);
	vcpu_awake(vcpu);
}

/* The console's room changes, and the UART is told of room. */
static void drain_step(struct run *run)
{
	struct vuart *vuart = &run->guest.domain.vuart;
	unsigned before = run->guest.console_room;

	run->guest.console_room = byte_take(&run->input) % (VUART_FIFO + 1);
	if (before < VUART_FIFO / 2 &&
	    run->guest.console_room >= VUART_FIFO / 2) {
		vuart_drained(vuart);
		require(vuart->line || (vuart->mask & UART_TX) == 0);
	}
}

/* ---- Exits ---- */
/* Sets what the stand-ins answer next. */
static void answers_set(struct run *run, bool is_realm)
{
	struct fake_guest *guest = &run->guest;
	unsigned what = byte_take(&run->input);

	guest->domain.is_realm = is_realm;
	guest->memory = (enum memory_result)(what % 3);
	guest->ripas_change = (enum memory_change)((what >> 3 & 3) % 3);
	guest->x0 = (what & 0x30) != 0 ? RMI_SUCCESS : what >> 6;
}

static uint64_t fault_address_take(struct run *run)
{
	uint64_t address = byte_take(&run->input) % 4 != 0
				   ? device_address_take(run)
				   : word_take(run);

	return byte_take(&run->input) % 2 != 0 ? address | FAKE_GUEST_SHARED
					       : address;
}

static uint64_t syndrome_take(struct run *run)
{
	static const uint8_t classes[] = { ESR_EC_WFX,        ESR_EC_HVC64,
					   ESR_EC_SMC64,      ESR_EC_SYSREG,
					   ESR_EC_INST_LOWER, ESR_EC_DATA_LOWER,
					   ESR_EC_DATA_LOWER, ESR_EC_UNKNOWN };
	uint64_t any = word_take(run);

	if (any % 16 == 0)
		return word_take(run);
	if (any % 16 == 1)
		return debug_syndrome(any >> 4);
	return BITS_PUT(ESR_EC, classes[any >> 8 & 7]) | (any & 0x1ffffc0) |
	       ((any & 0xf0) != 0 ? 7 : any >> 16 & 0x3f);
}

static void after_exit(struct run *run, enum vcpu_next next)
{
	require((run->guest.stops > 0) == (next == VCPU_STOP));
	end_take(&run->guest);
}

static void enter_check(const struct rmi_rec_exit *exit,
			const struct rmi_rec_enter *enter)
{
	bool data_abort = exit->exit_reason == RMI_EXIT_SYNC &&
			  BITS_GET(exit->esr, ESR_EC) == ESR_EC_DATA_LOWER;

	switch (enter->flags) {
	case 0:
		break;
	case RMI_REC_ENTER_EMUL_MMIO:
		require(data_abort && (exit->esr & ESR_ISV) != 0);
		break;
	case RMI_REC_ENTER_INJECT_SEA:
		require(data_abort);
		break;
	default:
		require(enter->flags == RMI_REC_ENTER_RIPAS_REJECT &&
			exit->exit_reason == RMI_EXIT_RIPAS_CHANGE);
	}
	for (unsigned i = 1; i < RMI_REC_GPRS; i++)
		require(enter->gprs[i] == 0);
}

static void realm_exit_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);
	uint64_t ipa = fault_address_take(run);
	struct rmi_rec_exit exit = {
		.exit_reason = byte_take(&run->input) % 4 != 0
				       ? 0
				       : byte_take(&run->input) % 16,
		.esr = syndrome_take(run),
		.far = ipa & 0xfff,
		.hpfar = ipa >> 8,
		.gprs = { word_take(run), byte_take(&run->input),
			  word_take(run) },
		.cntv_ctl = byte_take(&run->input),
		.cntv_cval = byte_take(&run->input),
		.ripas_base = word_take(run),
	};
	struct rmi_rec_enter enter;
	enum vcpu_next next;

	answers_set(run, true);
	if (exit.exit_reason == RMI_EXIT_PSCI && byte_take(&run->input) % 8 != 0)
		exit.gprs[0] = PSCI_FID_FIRST + byte_take(&run->input) % 16;
	next = vcpu_exit_realm(vcpu, &exit, &enter);
	require(next != VCPU_UNDEF && next != VCPU_ABORT);
	enter_check(&exit, &enter);
	after_exit(run, next);
	vcpu->gic.state.vmcr = VMCR_OPEN;
}

static void refusal_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);

	answers_set(run, true);
	after_exit(run, vcpu_enter_refused(vcpu, byte_take(&run->input)));
}

static void trap_step(struct run *run)
{
	struct vcpu *vcpu = come_out(run);
	uint64_t ipa = fault_address_take(run);
	struct vcpu_trap trap = { .esr = syndrome_take(run),
				  .far = ipa & 0xfff,
				  .hpfar = ipa >> 8 };

	answers_set(run, false);
	for (unsigned i = 0; i < 4; i++)
		vcpu->regs.gprs[i] = byte_take(&run->input);
	if (byte_take(&run->input) % 4 != 0)
		vcpu->regs.gprs[0] =
			PSCI_FID_FIRST + byte_take(&run->input) % 16;
	after_exit(run, vcpu_exit_guest(vcpu, &trap));
	vcpu->gic.state.vmcr = VMCR_OPEN;
}

static void (*const steps[])(struct run *run) = {
	enter_step,         enter_step,   wait_step,   cpu_interface_step,
	cpu_interface_step, device_step,  device_step, device_step,
	sgi_step,           line_step,    type_step,   tick_step,
	realm_exit_step,    refusal_step, trap_step,   drain_step
};

/* ---- The end ---- */
static void run_settle(struct run *run)
{
	struct fake_guest *guest = &run->guest;

	for (unsigned i = 0; i < VCPUS; i++) {
		if (run->places[i] == VCPU_IN)
			vgic_save(&guest->vcpus[i]);
		place_set(run, &guest->vcpus[i], VCPU_OUT);
	}
	for (unsigned i = 0; i < FAKE_GUEST_SPIS; i++)
		vgic_spi_set(&guest->domain.vgic, VGIC_PRIVATE + i, false);
	for (unsigned i = 0; i < VCPUS; i++) {
		guest->vcpus[i].virt.ctl = 0;
		guest->vcpus[i].phys.ctl = 0;
		vcpu_timers_update(&guest->vcpus[i]);
	}
}

/* Lets a well-behaved guest take all interrupts. None may be left. */
static void vcpu_drain(struct vcpu *vcpu)
{
	unsigned intid, rounds;

	for (rounds = 0; rounds < 4 * (VGIC_PRIVATE + FAKE_GUEST_SPIS);
	     rounds++) {
		vgic_load(vcpu);
		intid = fake_cpu_ack(vcpu);
		if (intid != FAKE_CPU_NONE)
			fake_cpu_end(vcpu, intid);
		vgic_save(vcpu);
		if (intid == FAKE_CPU_NONE)
			break;
	}
	vcpu->gic.state.vmcr = VMCR_OPEN;
	require(!vgic_pending(vcpu));
}

/* Sets the state after the start of a kernel: all interrupts are enabled, and a
 * third of the SPIs are edge-triggered. */
static void run_boot(struct run *run)
{
	struct fake_guest *guest = &run->guest;
	struct vgic_irq on = { .enabled = true, .group1 = true };

	fake_guest_init(guest, VCPUS, false);
	guest->dfr0 = dfr0_guest(5, 3);
	guest->domain.vgic.enabled = true;
	for (unsigned i = 0; i < FAKE_GUEST_SPIS; i++) {
		guest->irqs[i] = on;
		guest->irqs[i].edge = i % 3 == 0;
		guest->irqs[i].route = i % VCPUS;
	}
	for (unsigned i = 0; i < VCPUS; i++) {
		struct vcpu *vcpu = &guest->vcpus[i];

		for (unsigned j = 0; j < VGIC_PRIVATE; j++) {
			vcpu->gic.irqs[j].enabled = true;
			vcpu->gic.irqs[j].group1 = true;
		}
		vcpu->gic.awake = true;
		vcpu->gic.state.vmcr = VMCR_OPEN;
		place_set(run, vcpu, VCPU_OUT);
	}
}

static void debug_invariants(const struct fake_guest *guest)
{
	struct debug_counts counts = debug_counts(guest->dfr0);

	for (unsigned i = 0; i < VCPUS; i++)
		require(debug_is_sane(&guest->vcpus[i].debug, counts, counts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct run run;

	run.input = (struct input){ data, data + size };
	run_boot(&run);
	for (unsigned i = 0; i < STEPS_MAX && run.input.next < run.input.end;
	     i++) {
		steps[byte_take(&run.input) % (sizeof(steps) / sizeof(steps[0]))](
			&run);
		vgic_invariants(&run.guest, run.places);
		debug_invariants(&run.guest);
	}
	run_settle(&run);
	for (unsigned i = 0; i < VCPUS; i++)
		vcpu_drain(&run.guest.vcpus[i]);
	vgic_invariants(&run.guest, run.places);
	return 0;
}
