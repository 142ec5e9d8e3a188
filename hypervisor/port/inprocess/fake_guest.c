/* SPDX-License-Identifier: BSD-3-Clause */
/* The stand-ins. They assert that no lock is held where none may be. */
#include "hypervisor/port/inprocess/fake_guest.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static struct fake_guest *fake_guest_of(const struct domain *domain)
{
	return (struct fake_guest *)(uintptr_t)domain;
}

static bool lock_is_free(const struct spinlock *lock)
{
	return lock->taken == 0;
}

static void fake_guest_kick(void *ctx, struct vcpu *vcpu)
{
	struct fake_guest *guest = ctx;

	assert(lock_is_free(&guest->domain.vgic.lock));
	guest->kicks[vcpu->index]++;
}

static uint64_t fake_guest_counter(void *ctx)
{
	struct fake_guest *guest = ctx;

	return guest->now;
}

static uint64_t fake_guest_timer_ctl(void *ctx, bool physical)
{
	const struct fake_guest *guest = ctx;

	return physical ? guest->phys_ctl : guest->virt_ctl;
}

static uint64_t fake_guest_now_ns(void *ctx)
{
	struct fake_guest *guest = ctx;

	return guest->now_ns;
}

static uint64_t fake_guest_id_read(void *ctx, unsigned crm, unsigned op2)
{
	const struct fake_guest *guest = ctx;

	if (op2 != 0)
		return 0;
	return crm == 4 ? guest->pfr0 : crm == 5 ? guest->dfr0 : 0;
}

static uint32_t fake_guest_utc(void *ctx)
{
	struct fake_guest *guest = ctx;

	return guest->utc;
}

static void fake_guest_console_put(void *ctx, unsigned slot, uint8_t byte)
{
	struct fake_guest *guest = ctx;

	assert(slot == FAKE_GUEST_CONSOLE);
	assert(lock_is_free(&guest->domain.vuart.lock));
	guest->console[guest->console_size++ % FAKE_GUEST_BYTES] = byte;
}

static unsigned fake_guest_console_room(void *ctx, unsigned slot)
{
	struct fake_guest *guest = ctx;

	assert(slot == FAKE_GUEST_CONSOLE);
	return guest->console_room;
}

static void fake_guest_console_ready(void *ctx, unsigned slot)
{
	struct fake_guest *guest = ctx;

	assert(slot == FAKE_GUEST_CONSOLE);
	assert(lock_is_free(&guest->domain.vuart.lock));
	guest->console_ready++;
}

static void fake_guest_smc(void *ctx, struct smccc_regs *regs)
{
	struct fake_guest *guest = ctx;

	assert(lock_is_free(&guest->domain.lock));
	guest->calls++;
	guest->call = *regs;
	regs->x[0] = guest->x0;
}

static void fake_guest_relax(void *ctx, bool waiting)
{
	struct fake_guest *guest = ctx;

	if (waiting)
		guest->now_ns += 1000000;
}

void domain_stop(struct domain *domain, enum control_reason reason,
		 const char *format, ...)
{
	struct fake_guest *guest = fake_guest_of(domain);
	va_list arguments;

	assert(lock_is_free(&domain->lock));
	assert(lock_is_free(&domain->vgic.lock));
	domain->state = CONTROL_SHUTDOWN;
	if (guest->stops++ > 0)
		return;
	guest->reason = reason;
	va_start(arguments, format);
	vsnprintf(guest->text, sizeof(guest->text), format, arguments);
	va_end(arguments);
}

void domain_note(const struct domain *domain, const char *what)
{
	struct fake_guest *guest = fake_guest_of(domain);

	guest->notes++;
	snprintf(guest->text, sizeof(guest->text), "%s", what);
}

struct vcpu *domain_vcpu(struct domain *domain, unsigned index)
{
	return index < domain->vcpu_count ? &domain->vcpus[index] : NULL;
}

bool domain_runs(const struct domain *domain)
{
	return fake_guest_of(domain)->runs && domain->state == CONTROL_RUNNING;
}

static enum memory_result fake_guest_fault(struct domain *domain, ipa_t ipa)
{
	struct fake_guest *guest = fake_guest_of(domain);

	guest->memory_calls++;
	guest->fault = ipa;
	if (guest->memory == MEMORY_BROKEN)
		domain_stop(domain, CONTROL_CRASH, "broken");
	return guest->memory;
}

enum memory_result memory_realm_fault(struct domain *domain, ipa_t ipa)
{
	assert(domain->is_realm);
	return fake_guest_fault(domain, ipa);
}

enum memory_result memory_guest_fault(struct domain *domain, ipa_t ipa)
{
	assert(!domain->is_realm);
	return fake_guest_fault(domain, ipa);
}

bool domain_devices_show(struct domain *domain, ipa_t ipa)
{
	struct fake_guest *guest = fake_guest_of(domain);

	guest->fault = ipa;
	return guest->shows;
}

enum memory_change memory_ripas_change(struct domain *domain, struct vcpu *vcpu,
				       ipa_t base, ipa_t top, uint8_t ripas)
{
	struct fake_guest *guest = fake_guest_of(domain);

	assert(vcpu->domain == domain);
	guest->memory_calls++;
	guest->ripas_base = base;
	guest->ripas_top = top;
	guest->ripas = ripas;
	return guest->ripas_change;
}

static void fake_guest_vcpus_init(struct fake_guest *guest)
{
	for (unsigned i = 0; i < guest->domain.vcpu_count; i++) {
		guest->vcpus[i] = (struct vcpu){
			.domain = &guest->domain,
			.index = i,
			.online = i == 0,
			.rec = pa_make(0x10000 + 0x1000 * i),
		};
		vgic_cpu_init(&guest->vcpus[i]);
	}
}

void fake_guest_init(struct fake_guest *guest, unsigned vcpus, bool is_realm)
{
	memset(guest, 0, sizeof(*guest));
	guest->runs = true;
	guest->console_room = VUART_FIFO;
	guest->ops = (struct domain_ops){
		.ctx = guest,
		.now_ns = fake_guest_now_ns,
		.counter = fake_guest_counter,
		.timer_ctl = fake_guest_timer_ctl,
		.utc = fake_guest_utc,
		.vcpu_kick = fake_guest_kick,
		.id_read = fake_guest_id_read,
		.console_put = fake_guest_console_put,
		.console_room = fake_guest_console_room,
		.console_ready = fake_guest_console_ready,
	};
	guest->host = (struct host_ops){ guest, .smc = fake_guest_smc,
					 .relax = fake_guest_relax,
					 .now_ns = fake_guest_now_ns };
	guest->domain = (struct domain){
		.ops = &guest->ops,
		.state = CONTROL_RUNNING,
		.is_realm = is_realm,
		.console = FAKE_GUEST_CONSOLE,
		.vcpu_count = vcpus,
		.vcpus = guest->vcpus,
		.has_vuart = true,
		.has_rtc = true,
		.has_pvpanic = true,
		.realm.layout.ipa_bits = FAKE_GUEST_IPA_BITS,
		.realm.rmi.ops = &guest->host,
		.ram_size = UINT64_C(0x10000000),
	};
	vgic_init(&guest->domain.vgic, &guest->domain, FAKE_GUEST_LRS,
		  guest->irqs, FAKE_GUEST_SPIS);
	fake_guest_vcpus_init(guest);
	vuart_init(&guest->domain.vuart, &guest->domain);
}

unsigned fake_guest_kicks(struct fake_guest *guest)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < FAKE_GUEST_VCPUS; i++)
		sum += guest->kicks[i];
	memset(guest->kicks, 0, sizeof(guest->kicks));
	return sum;
}
