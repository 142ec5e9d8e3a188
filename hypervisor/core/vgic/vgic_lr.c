/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * List registers: which interrupts a vCPU takes along into the guest, and what
 * became of them (IHI0069, 6.4 and 12.5).
 *
 * When there are more interrupts than list registers, active ones are loaded
 * first, by priority, but one register is kept for the most urgent pending one.
 * A maintenance interrupt reports that more interrupts can be loaded: NPIE is
 * set if pending ones are left out, LRENPIE if active ones are. When the guest
 * ends an active interrupt that is in no list register, the hardware only
 * counts the EOI (EOIcount); the EOI then belongs to the most urgent of those
 * that were left out, since a guest ends the interrupt with the highest
 * priority first.
 */
#include "abi/bits.h"
#include "hypervisor/core/vgic/vgic_internal.h"

/* The most urgent interrupts of a kind. */
struct picks {
	unsigned limit;
	unsigned count; /* number of refs, at most limit */
	unsigned all; /* how many were offered */
	struct irq_ref refs[VGIC_LRS];
};

struct choice {
	struct vcpu *vcpu;
	struct picks active;
	struct picks pending;
};

/* Offers an interrupt. Interrupts of equal priority stay in the order of their
 * INTIDs. */
static void picks_add(struct picks *picks, const struct irq_ref *ref)
{
	unsigned place = picks->count;

	picks->all++;
	while (place > 0 &&
	       picks->refs[place - 1].irq->priority > ref->irq->priority)
		place--;
	if (place == picks->limit)
		return;
	if (picks->count < picks->limit)
		picks->count++;
	for (unsigned i = picks->count - 1; i > place; i--)
		picks->refs[i] = picks->refs[i - 1];
	picks->refs[place] = *ref;
}

/* Initializes all but refs, which is most of the structure. */
static void picks_init(struct picks *picks, unsigned limit)
{
	picks->limit = limit;
	picks->count = 0;
	picks->all = 0;
}

static void choice_consider(const struct irq_ref *ref, void *ctx)
{
	struct choice *choice = ctx;

	if (irq_target(ref) != choice->vcpu)
		return;
	if (ref->irq->active)
		picks_add(&choice->active, ref);
	else if (irq_is_signalled(ref))
		picks_add(&choice->pending, ref);
}

/*
 * Returns the content of a list register for an interrupt. An active
 * level-triggered interrupt is not marked pending, even while its line is high:
 * the level is read again at its EOI. An active edge-triggered one can have
 * latched another edge. If the line is low now, the EOI need not end the
 * guest's run to read the level: line_set() kicks if the line rises.
 */
static uint64_t lr_word(const struct irq_ref *ref)
{
	const struct vgic_irq *irq = ref->irq;
	bool pending =
		irq->active ? irq->edge && irq->pending : irq_is_pending(irq);

	return ref->intid | BITS_PUT(ICH_LR_PRIORITY, irq->priority) |
	       ICH_LR_GROUP1 | (irq->level && !irq->edge ? ICH_LR_EOI : 0) |
	       (irq->active ? ICH_LR_ACTIVE : 0) |
	       (pending ? ICH_LR_PENDING : 0);
}

static void lr_fill(struct vcpu *vcpu, unsigned number,
		    const struct irq_ref *ref)
{
	struct vgic_irq *irq = ref->irq;
	uint64_t word = lr_word(ref);

	vcpu->gic.state.lr[number] = word;
	vcpu->gic.loaded[number] = (uint16_t)ref->intid;
	irq->lr = (uint8_t)(number + 1);
	irq->holder = vcpu->index;
	irq->lr_overruled = false;
	irq->lr_eoi = (word & ICH_LR_EOI) != 0;
	irq->lr_latched = (word & ICH_LR_PENDING) != 0 && irq->pending;
	if (irq->lr_latched)
		irq->pending = false;
}

/* Returns how many active interrupts are loaded, if not all fit. */
static unsigned active_share(const struct choice *choice, unsigned lr_count)
{
	unsigned most = lr_count - (choice->pending.all > 0 ? 1 : 0);

	return choice->active.count < most ? choice->active.count : most;
}

static void choice_load(struct vcpu *vcpu, const struct choice *choice)
{
	unsigned lr_count = vcpu->domain->vgic.lr_count;
	unsigned active = active_share(choice, lr_count);
	unsigned number = 0;
	unsigned pending;

	for (; number < active; number++)
		lr_fill(vcpu, number, &choice->active.refs[number]);
	for (pending = 0; pending < choice->pending.count && number < lr_count;
	     pending++, number++)
		lr_fill(vcpu, number, &choice->pending.refs[pending]);
	vcpu->gic.state.hcr =
		ICH_HCR_EN |
		(active < choice->active.all ? ICH_HCR_LRENPIE : 0) |
		(pending < choice->pending.all ? ICH_HCR_NPIE : 0);
}

void vgic_load(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	struct choice choice;

	choice.vcpu = vcpu;
	picks_init(&choice.active, vgic->lr_count);
	picks_init(&choice.pending, vgic->lr_count);
	spinlock_acquire(&vgic->lock);
	irqs_visit(vcpu, choice_consider, &choice);
	choice_load(vcpu, &choice);
	spinlock_release(&vgic->lock);
}

/* Takes an interrupt out of a list register. A write by the guest to the
 * interrupt's registers meanwhile prevails over the list register. */
static void lr_fold(struct vcpu *vcpu, unsigned number, struct kicks *kicks)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	unsigned intid = vcpu->gic.loaded[number];
	uint64_t word = vcpu->gic.state.lr[number];
	struct irq_ref ref;
	struct vgic_irq *irq;

	vcpu->gic.state.lr[number] = 0;
	vcpu->gic.loaded[number] = VGIC_NO_IRQ;
	if (!irq_find(vgic, intid < VGIC_PRIVATE ? vcpu : NULL, intid, &ref))
		return;
	irq = ref.irq;
	if ((word & ICH_LR_PENDING) != 0 && irq->lr_latched)
		irq->pending = true;
	if (!irq->lr_overruled)
		irq->active = (word & ICH_LR_ACTIVE) != 0;
	irq->lr = 0;
	irq_changed(&ref, false, kicks);
}

/* Offers an active interrupt that was in no list register and that the guest
 * may have ended. */
static void ended_consider(const struct irq_ref *ref, void *ctx)
{
	struct choice *choice = ctx;

	if (ref->irq->active && ref->irq->lr == 0 &&
	    irq_target(ref) == choice->vcpu)
		picks_add(&choice->active, ref);
}

static void fold_ended(struct vcpu *vcpu, unsigned count, struct kicks *kicks)
{
	struct choice choice;

	choice.vcpu = vcpu;
	picks_init(&choice.active, count < VGIC_LRS ? count : VGIC_LRS);
	irqs_visit(vcpu, ended_consider, &choice);
	for (unsigned i = 0; i < choice.active.count; i++) {
		choice.active.refs[i].irq->active = false;
		irq_changed(&choice.active.refs[i], false, kicks);
	}
}

void vgic_save(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	struct vgic_state *state = &vcpu->gic.state;
	unsigned ended = (unsigned)BITS_GET(state->hcr, ICH_HCR_EOICOUNT);
	struct kicks kicks = { .caller = vcpu };

	spinlock_acquire(&vgic->lock);
	/* First the interrupts that were left out, while it is known which they
	 * are: those without a list register. */
	if (ended > 0)
		fold_ended(vcpu, ended, &kicks);
	for (unsigned i = 0; i < vgic->lr_count; i++)
		lr_fold(vcpu, i, &kicks);
	state->hcr = 0;
	spinlock_release(&vgic->lock);
	kicks_send(&kicks, vcpu->domain);
}

struct search {
	struct vcpu *vcpu;
	bool found;
};

static void signal_consider(const struct irq_ref *ref, void *ctx)
{
	struct search *search = ctx;
	uint64_t mask = BITS_GET(search->vcpu->gic.state.vmcr, ICH_VMCR_VPMR);

	if (irq_is_signalled(ref) && ref->irq->priority < mask &&
	    irq_target(ref) == search->vcpu)
		search->found = true;
}

bool vgic_pending(struct vcpu *vcpu)
{
	struct vgic *vgic = &vcpu->domain->vgic;
	struct search search = { .vcpu = vcpu };

	if ((vcpu->gic.state.vmcr & ICH_VMCR_VENG1) == 0)
		return false;
	spinlock_acquire(&vgic->lock);
	irqs_visit(vcpu, signal_consider, &search);
	spinlock_release(&vgic->lock);
	return search.found;
}
