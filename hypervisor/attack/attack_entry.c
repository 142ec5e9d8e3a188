/* SPDX-License-Identifier: BSD-3-Clause */
/* Wrong entries: pages, flags, list registers. */
#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/attack/attack_internal.h"
#include "hypervisor/core/vgic/gic.h"
#include "hypervisor/core/vgic/vgic_internal.h"

/* X<n> of RMI_REC_ENTER. */
#define REC 1
#define RUN 2

#define FLAGS_DEFINED 0xff /* all of DEN0137, RmiRecEnterFlags */

/* SPIs of no device, and an INTID that is no interrupt's. */
#define SPI_UNKNOWN 987
#define SPI_OTHER   41
#define SPECIAL     1023

#define PENDING (ICH_LR_PENDING | ICH_LR_GROUP1)

static bool lr_is_free(const struct vcpu *vcpu, unsigned lr)
{
	return vcpu->gic.loaded[lr] == VGIC_NO_IRQ;
}

/*
 * Puts words into the last list registers. They belong to no interrupt of the
 * vGIC, which ignores them after the exit. Returns false if those list
 * registers are in use.
 */
static bool lrs_put(struct vcpu *vcpu, const uint64_t *words, unsigned count)
{
	unsigned first = vcpu->domain->vgic.lr_count - count;

	for (unsigned i = 0; i < count; i++) {
		if (!lr_is_free(vcpu, first + i))
			return false;
	}
	for (unsigned i = 0; i < count; i++)
		vcpu->gic.state.lr[first + i] = words[i];
	return true;
}

static bool lr_put(struct vcpu *vcpu, uint64_t word)
{
	return lrs_put(vcpu, &word, 1);
}

static bool lr_twice(struct vcpu *vcpu)
{
	const uint64_t words[] = { PENDING | SPI_OTHER,
				   ICH_LR_ACTIVE | ICH_LR_GROUP1 | SPI_OTHER };

	return lrs_put(vcpu, words, 2);
}

/* ---- Stale list registers ---- */

static unsigned lr_intid(uint64_t lr)
{
	return (unsigned)BITS_GET(lr, ICH_LR_INTID);
}

static bool intid_is_loaded(const struct vcpu *vcpu, unsigned intid)
{
	for (unsigned i = 0; i < VGIC_LRS; i++) {
		if (vcpu->gic.loaded[i] == intid)
			return true;
	}
	return false;
}

/* Puts an old list register into a free one. Returns false if it was empty or
 * its interrupt is loaded now. */
static bool stale_put(struct vcpu *vcpu, uint64_t old)
{
	if (old == 0 || intid_is_loaded(vcpu, lr_intid(old)))
		return false;
	return lr_put(vcpu, old);
}

static void stale_keep(struct attack *attack, const struct vcpu *vcpu)
{
	for (unsigned i = 0; i < vcpu->domain->vgic.lr_count; i++) {
		attack->lrs[i] = vcpu->gic.state.lr[i];
		attack->has_lrs |= attack->lrs[i] != 0;
	}
}

static bool lr_stale(struct vcpu *vcpu)
{
	struct attack *attack = attack_of(vcpu->domain);

	if (!attack->has_lrs) {
		stale_keep(attack, vcpu);
		return false;
	}
	for (unsigned i = 0; i < vcpu->domain->vgic.lr_count; i++) {
		if (stale_put(vcpu, attack->lrs[i]))
			return true;
	}
	return false;
}

/* ---- Answers to no request ---- */

static bool ripas_none(const struct vcpu *vcpu)
{
	attack_done(attack_of(vcpu->domain), attack_ripas(vcpu));
	return true;
}

static bool psci_none(const struct vcpu *vcpu)
{
	struct domain *domain = vcpu->domain;
	unsigned next = (vcpu->index + 1) % domain->vcpu_count;

	if (next == vcpu->index)
		return false;
	attack_done(
		attack_of(domain),
		attack_command(domain,
			       &(struct attack_command){
				       RMI_PSCI_COMPLETE,
				       { vcpu->rec.value,
					 domain->vcpus[next].rec.value, 0 } }));
	return true;
}

static bool lists_attack(enum control_attack_kind what, struct vcpu *vcpu)
{
	switch (what) {
	case CONTROL_ATTACK_LR_HARDWARE:
		return lr_put(vcpu, PENDING | ICH_LR_HW | SPI_OTHER);
	case CONTROL_ATTACK_LR_TWICE:
		return lr_twice(vcpu);
	case CONTROL_ATTACK_LR_UNKNOWN:
		return lr_put(vcpu, PENDING | SPI_UNKNOWN);
	case CONTROL_ATTACK_LR_SPECIAL:
		return lr_put(vcpu, PENDING | SPECIAL);
	case CONTROL_ATTACK_LR_ACTIVE:
		return lr_put(vcpu, ICH_LR_ACTIVE | ICH_LR_GROUP1 | SPI_OTHER);
	case CONTROL_ATTACK_LR_INVALID:
		return lr_put(vcpu, ~(ICH_LR_ACTIVE | ICH_LR_PENDING));
	case CONTROL_ATTACK_LR_STALE:
		return lr_stale(vcpu);
	case CONTROL_ATTACK_RIPAS_NONE:
		return ripas_none(vcpu);
	case CONTROL_ATTACK_PSCI_NONE:
		return psci_none(vcpu);
	default:
		return false;
	}
}

bool attack_entry(enum control_attack_kind what,
		  const struct attack_entry *entry)
{
	const struct realm *realm = &entry->vcpu->domain->realm;
	uint64_t *x = entry->regs->x;

	switch (what) {
	case CONTROL_ATTACK_RUN_UNALIGNED:
		x[RUN] += 8;
		return true;
	case CONTROL_ATTACK_RUN_DELEGATED:
		x[RUN] = realm->rd.base.value;
		return true;
	case CONTROL_ATTACK_RUN_NOWHERE:
		x[RUN] = 0;
		return true;
	case CONTROL_ATTACK_REC_RD:
		x[REC] = realm->rd.base.value;
		return true;
	case CONTROL_ATTACK_REC_UNDELEGATED:
		x[REC] = x[RUN];
		return true;
	case CONTROL_ATTACK_FLAGS_RESERVED:
		entry->page->flags |= ~(uint64_t)FLAGS_DEFINED;
		return true;
	case CONTROL_ATTACK_MMIO:
		entry->page->flags |= RMI_REC_ENTER_EMUL_MMIO;
		return true;
	case CONTROL_ATTACK_SEA:
		entry->page->flags |= RMI_REC_ENTER_INJECT_SEA;
		return true;
	default:
		return lists_attack(what, entry->vcpu);
	}
}
