/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The bench of the tests of domains with devices: a table of domains whose host
 * has slots, and a driver with one queue. The devices in slots 1 and 3 are such
 * that their reset would wait for requests.
 */
#ifndef REEVE_TESTS_DOMAINS_DEVICE_BENCH_H
#define REEVE_TESTS_DOMAINS_DEVICE_BENCH_H

#include "tests/domains/realm_bench.h"
#include "tests/fakehost/driver.h"
#include "tests/fakehost/slots.h"

#define PAGE ((uint64_t)4096)
#define SIZE 16 /* descriptors of the queue */

/* Where the driver has its rings and buffers: pages from here on. */
#define SHARED (RAM + 2 * MIB)
#define DESC   SHARED
#define AVAIL  (SHARED + PAGE)
#define USED   (SHARED + 2 * PAGE)
#define DATA   (SHARED + 3 * PAGE)
#define TOP    (SHARED + 16 * PAGE)

#define DMA_SIZE (24 * MIB) /* of device_setup_dma() */

extern struct slots device_slots;
extern struct fake_request device_request; /* that was taken last */

/* Set-up for cmocka. The second divides the host's memory into a part for
 * devices, and the rest. */
int device_setup(void **state);
int device_setup_dma(void **state);

/* Returns where an address of the host is in this process. */
void *device_host_at(void *ctx, uint64_t pa, uint64_t size);

/* Puts a request for a domain with the block device in a slot into
 * table->request. */
struct control_create *device_create_body(struct table *table, const char *name,
					  uint32_t flags, unsigned slot);
/* Make a domain with that device that runs; a Realm that shares [SHARED, TOP),
 * whose driver has started. */
struct domain *device_domain(struct table *table, const char *name,
			     uint32_t flags, unsigned slot);
struct domain *device_realm(struct table *table, unsigned slot);

/* Destroys the domain. Fails unless it goes, and leaves nothing. */
void device_finish(struct table *table, struct domain *domain);

/* Returns the reply about the device. */
struct control_device *device_info(struct table *table, struct domain *domain);
/* Fails unless the device broke for that reason, and its domain runs. */
void assert_device_broken(struct table *table, struct domain *domain,
			  const char *words);

/* ---- The guest ---- */

/* driver_reg_write() and driver_reg_read(), which must not fail. */
void device_reg_write(struct domain *domain, uint64_t offset, uint32_t value);
uint32_t device_reg_read(struct domain *domain, uint64_t offset);

/* Returns where the guest's byte at an IPA is: as a Realm's shared page, or as
 * RAM of an ordinary guest. */
void *device_guest_at(struct table *table, struct domain *domain, uint64_t ipa);

/* Starts the driver, with one queue. */
void device_driver_start(struct table *table, struct domain *domain);
/* Offers one buffer, which the device writes, and notifies it. */
void device_offer(struct table *table, struct domain *domain, uint64_t address,
		  uint32_t size);
/* Returns true if the interrupt of the device is asserted. */
bool device_line(const struct domain *domain);
/* Has a Realm take shared memory back. Returns true if some of it was. */
bool device_take_back(struct table *table, struct domain *domain, uint64_t base,
		      uint64_t top);

/* ---- The host ---- */

struct fake_backend *device_of(struct domain *domain);
/* Plays the thread of the devices. */
void device_thread_run(struct domain *domain);
/* Takes the next request; answers it. */
void device_take(struct domain *domain);
void device_answer(struct domain *domain);

#endif
