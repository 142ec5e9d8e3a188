/* SPDX-License-Identifier: BSD-3-Clause */
/* The in-process machine: its creation, its two entry points (RMI and RSI), and
 * the host's view of it. */
#include "rmm/port/inprocess/inprocess.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/measurement.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/rec.h"
#include "rmm/port/inprocess/machine.h"

/* Returns zeroed memory that is only committed where it is touched, or NULL. */
static void *memory_reserve(uint64_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void *memory_share(uint64_t size, int file)
{
	void *memory =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static void memory_release(void *memory, uint64_t size)
{
	if (memory != NULL)
		munmap(memory, size);
}

static uint64_t granules_size(uint64_t memory_size)
{
	return memory_size / GRANULE_SIZE * sizeof(struct granule);
}

/* file: a file that holds the machine's memory, or -1 for private memory. */
static bool port_create(struct rmm_port *port,
			const struct rmm_machine *machine, int file)
{
	port->base = machine->memory_base.value;
	port->size = machine->memory_size;
	pthread_mutex_init(&port->tlb_mutex, NULL);
	port->memory = file < 0 ? memory_reserve(port->size)
				: memory_share(port->size, file);
	port->pas = memory_reserve(port->size / GRANULE_SIZE);
	port->touched = memory_reserve(port->size / GRANULE_SIZE);
	return port->memory != NULL && port->pas != NULL &&
	       port->touched != NULL && hashes_create(port);
}

static struct inprocess *machine_create(const struct rmm_machine *machine,
					int file)
{
	struct inprocess *inprocess = calloc(1, sizeof(*inprocess));
	struct granule *granules;

	if (inprocess == NULL)
		return NULL;
	granules = memory_reserve(granules_size(machine->memory_size));
	rmm_init(&inprocess->rmm, &inprocess->port, machine, granules);
	if (port_create(&inprocess->port, machine, file) && granules != NULL)
		return inprocess;
	inprocess_destroy(inprocess);
	return NULL;
}

struct inprocess *inprocess_create(const struct rmm_machine *machine)
{
	return machine_create(machine, -1);
}

struct inprocess *inprocess_create_shared(const struct rmm_machine *machine,
					  int file)
{
	return machine_create(machine, file);
}

void inprocess_destroy(struct inprocess *inprocess)
{
	struct rmm_port *port;

	if (inprocess == NULL)
		return;
	port = &inprocess->port;
	ahead_end(port->ahead);
	hashes_destroy(port);
	provision_forget(port);
	memory_release(inprocess->rmm.granules, granules_size(port->size));
	memory_release(port->pas, port->size / GRANULE_SIZE);
	memory_release(port->touched, port->size / GRANULE_SIZE);
	memory_release(port->memory, port->size);
	pthread_mutex_destroy(&port->tlb_mutex);
	free(inprocess);
}

void inprocess_smc(struct inprocess *inprocess, struct smccc_regs *regs)
{
	discipline_start();
	rmm_handle_rmi(&inprocess->rmm, regs);
	discipline_end(&inprocess->port);
}

/* Makes the SMC of a REC that executes. */
static enum rsi_outcome call_rsi(struct rec_hold *hold, struct smccc_regs *regs,
				 struct rmi_rec_exit *exit)
{
	enum rsi_outcome outcome;

	memset(exit, 0, sizeof(*exit));
	memcpy(hold->rec->gprs, regs->x, sizeof(regs->x));
	outcome = rmm_handle_rsi(hold, exit);
	memcpy(regs->x, hold->rec->gprs, sizeof(regs->x));
	return outcome;
}

uint64_t inprocess_rsi(struct inprocess *inprocess, uint64_t rec_pa,
		       struct smccc_regs *regs, enum rsi_outcome *outcome,
		       struct rmi_rec_exit *exit)
{
	struct rec_hold hold;
	uint64_t status;

	discipline_start();
	status = rec_hold(&inprocess->rmm, pa_make(rec_pa), &hold);
	if (status == RMI_SUCCESS) {
		status = rec_execute(&hold);
		if (status == RMI_SUCCESS) {
			*outcome = call_rsi(&hold, regs, exit);
			rec_execute_end(&hold);
		}
		rec_release(&hold);
	}
	discipline_end(&inprocess->port);
	return status;
}

void *inprocess_host_page(struct inprocess *inprocess, uint64_t pa)
{
	if (!granule_tracked(&inprocess->rmm, pa_make(pa)) ||
	    inprocess_in_realm(inprocess, pa) ||
	    lent_at(&inprocess->port, pa) != NULL)
		return NULL;
	return inprocess_peek(inprocess, pa);
}

static bool all_ns(struct inprocess *inprocess, uint64_t pa, uint64_t size)
{
	for (uint64_t done = 0; done < size; done += GRANULE_SIZE) {
		if (inprocess_host_page(inprocess, pa + done) == NULL)
			return false;
	}
	return size != 0 && is_aligned(size, GRANULE_SIZE);
}

bool inprocess_lend(struct inprocess *inprocess, uint64_t pa, const void *data,
		    uint64_t size)
{
	struct lent_range *lent = inprocess->port.lent;
	unsigned i = 0;

	while (i < LENT_RANGES && lent[i].size != 0)
		i++;
	if (i == LENT_RANGES || !all_ns(inprocess, pa, size))
		return false;
	lent[i] = (struct lent_range){ pa, size, data };
	return true;
}

void inprocess_take_back(struct inprocess *inprocess, uint64_t pa)
{
	struct lent_range *lent = inprocess->port.lent;

	for (unsigned i = 0; i < LENT_RANGES; i++) {
		if (lent[i].size != 0 && lent[i].pa == pa) {
			inprocess_hash_forget(inprocess, lent[i].data);
			lent[i].size = 0;
		}
	}
}

void inprocess_hash_threads(struct inprocess *inprocess, unsigned threads)
{
	struct rmm_port *port = &inprocess->port;

	if (port->ahead == NULL)
		port->ahead = ahead_start(port, threads);
}

void inprocess_hash_ahead(struct inprocess *inprocess, const void *data,
			  uint64_t size, uint32_t algorithm)
{
	if (inprocess->port.ahead != NULL && hash_size(algorithm) != 0)
		ahead_announce(inprocess->port.ahead, data, size, algorithm);
}

void inprocess_hash_forget(struct inprocess *inprocess, const void *data)
{
	if (inprocess->port.ahead != NULL)
		ahead_forget(inprocess->port.ahead, data);
}

void inprocess_discard_content(struct inprocess *inprocess)
{
	inprocess->port.discard_content = true;
}

uint64_t inprocess_delegated(const struct inprocess *inprocess)
{
	return __atomic_load_n(&inprocess->port.delegated, __ATOMIC_RELAXED);
}

unsigned inprocess_code_syncs(struct inprocess *inprocess)
{
	return __atomic_load_n(&inprocess->port.code_syncs, __ATOMIC_RELAXED);
}

uint64_t inprocess_code_last(struct inprocess *inprocess)
{
	return __atomic_load_n(&inprocess->port.code_last, __ATOMIC_RELAXED);
}

struct inprocess_faults *inprocess_faults(struct inprocess *inprocess)
{
	return &inprocess->port.faults;
}

struct inprocess_tlb inprocess_tlb(struct inprocess *inprocess)
{
	struct inprocess_tlb tlb;

	pthread_mutex_lock(&inprocess->port.tlb_mutex);
	tlb = inprocess->port.tlb;
	pthread_mutex_unlock(&inprocess->port.tlb_mutex);
	return tlb;
}

void inprocess_watch_tlb(struct inprocess *inprocess, inprocess_tlb_fn *watch,
			 void *context)
{
	inprocess->port.tlb_watch = watch;
	inprocess->port.tlb_context = context;
}

void inprocess_watch_entries(struct inprocess *inprocess,
			     inprocess_entry_fn *watch, void *context)
{
	inprocess->port.entry_watch = watch;
	inprocess->port.entry_context = context;
}

void inprocess_set_lr(struct inprocess *inprocess, unsigned n, uint64_t value)
{
	inprocess->port.gic_lrs[n] = value;
}

void inprocess_set_vcpu(struct inprocess *inprocess, inprocess_vcpu_fn *vcpu,
			void *context)
{
	inprocess->port.vcpu = vcpu;
	inprocess->port.vcpu_context = context;
}

void inprocess_set_panic(struct inprocess *inprocess, inprocess_panic_fn *panic)
{
	inprocess->port.panic = panic;
}

struct rmm *inprocess_rmm(struct inprocess *inprocess)
{
	return &inprocess->rmm;
}

void *inprocess_peek(struct inprocess *inprocess, uint64_t pa)
{
	return memory_touch(&inprocess->port, pa_make(pa));
}

bool inprocess_in_realm(struct inprocess *inprocess, uint64_t pa)
{
	uint64_t index = (pa - inprocess->port.base) / GRANULE_SIZE;

	return __atomic_load_n(&inprocess->port.pas[index], __ATOMIC_ACQUIRE) ==
	       PAS_REALM;
}
