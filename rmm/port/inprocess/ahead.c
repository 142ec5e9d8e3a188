/* SPDX-License-Identifier: BSD-3-Clause */
/* Threads that hash granules ahead. */
#include "rmm/port/inprocess/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "abi/rsi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/measurement.h"
#include "rmm/port/inprocess/machine.h"

/* Granules that a thread takes at a time: enough that the mutex costs nothing,
 * and few enough that nobody waits long for the last chunks. */
#define CHUNK 32

/* Granules that were announced. Their chunks are taken in order. */
struct range {
	struct range *next;
	const uint8_t *data;
	size_t granules;
	size_t taken; /* chunks */
	size_t busy; /* chunks that were taken and are not done */
	bool *done; /* by chunk */
	uint8_t (*digests)[RSI_MEASUREMENT_SIZE]; /* by granule */
	uint32_t algorithm;
};

struct ahead {
	struct rmm_port *port;
	pthread_mutex_t mutex;
	pthread_cond_t more; /* there are chunks to take, or it ends */
	pthread_cond_t done; /* a chunk is done */
	struct range *ranges; /* in the order of their announcement */
	bool ending;
	unsigned count;
	pthread_t threads[HASH_THREADS];
};

static size_t chunks_of(const struct range *range)
{
	return (range->granules + CHUNK - 1) / CHUNK;
}

/* ---- With the mutex locked ---- */

static struct range *range_find(struct ahead *ahead, const uint8_t *data)
{
	struct range *range = ahead->ranges;

	while (range != NULL &&
	       (data < range->data ||
		(size_t)(data - range->data) >= range->granules * GRANULE_SIZE))
		range = range->next;
	return range;
}

/* Takes the next chunk, if there is one, and hashes it. The mutex is unlocked
 * meanwhile: nobody else writes these digests, and ahead_forget() waits. */
static bool chunk_hash(struct ahead *ahead)
{
	struct range *range = ahead->ranges;
	size_t chunk, first, end;

	while (range != NULL && range->taken == chunks_of(range))
		range = range->next;
	if (range == NULL)
		return false;
	chunk = range->taken++;
	range->busy++;
	pthread_mutex_unlock(&ahead->mutex);
	first = chunk * CHUNK;
	end = smaller(first + CHUNK, range->granules);
	for (size_t i = first; i < end; i++) {
		hash_now(ahead->port, range->algorithm,
			 range->data + i * GRANULE_SIZE, GRANULE_SIZE,
			 range->digests[i]);
	}
	pthread_mutex_lock(&ahead->mutex);
	range->done[chunk] = true;
	range->busy--;
	pthread_cond_broadcast(&ahead->done);
	return true;
}

/* ---- Threads ---- */

static void *thread_main(void *context)
{
	struct ahead *ahead = context;

	pthread_mutex_lock(&ahead->mutex);
	while (!ahead->ending) {
		if (!chunk_hash(ahead))
			pthread_cond_wait(&ahead->more, &ahead->mutex);
	}
	pthread_mutex_unlock(&ahead->mutex);
	return NULL;
}

/* The threads take no signals: those are for the threads of the program. */
static void threads_start(struct ahead *ahead, unsigned threads)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (ahead->count < smaller(threads, HASH_THREADS) &&
	       pthread_create(&ahead->threads[ahead->count], NULL, thread_main,
			      ahead) == 0)
		ahead->count++;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct ahead *ahead_start(struct rmm_port *port, unsigned threads)
{
	struct ahead *ahead = calloc(1, sizeof(*ahead));

	if (ahead == NULL)
		return NULL;
	ahead->port = port;
	pthread_mutex_init(&ahead->mutex, NULL);
	pthread_cond_init(&ahead->more, NULL);
	pthread_cond_init(&ahead->done, NULL);
	threads_start(ahead, threads);
	return ahead;
}

static void range_free(struct range *range)
{
	if (range == NULL)
		return;
	free(range->done);
	free(range->digests);
	free(range);
}

void ahead_end(struct ahead *ahead)
{
	if (ahead == NULL)
		return;
	pthread_mutex_lock(&ahead->mutex);
	ahead->ending = true;
	pthread_cond_broadcast(&ahead->more);
	pthread_mutex_unlock(&ahead->mutex);
	while (ahead->count > 0)
		pthread_join(ahead->threads[--ahead->count], NULL);
	while (ahead->ranges != NULL) {
		struct range *range = ahead->ranges;

		ahead->ranges = range->next;
		range_free(range);
	}
	pthread_cond_destroy(&ahead->done);
	pthread_cond_destroy(&ahead->more);
	pthread_mutex_destroy(&ahead->mutex);
	free(ahead);
}

/* ---- Ranges ---- */

static struct range *range_new(const void *data, uint64_t size,
			       uint32_t algorithm)
{
	struct range *range = calloc(1, sizeof(*range));

	if (range == NULL)
		return NULL;
	range->data = data;
	range->granules = size / GRANULE_SIZE;
	range->algorithm = algorithm;
	range->done = calloc(chunks_of(range), sizeof(*range->done));
	range->digests = calloc(range->granules, sizeof(*range->digests));
	if (range->done != NULL && range->digests != NULL)
		return range;
	range_free(range);
	return NULL;
}

/* If there is no memory for the digests, nothing is hashed ahead. */
void ahead_announce(struct ahead *ahead, const void *data, uint64_t size,
		    uint32_t algorithm)
{
	struct range *range = range_new(data, size, algorithm);
	struct range **end = &ahead->ranges;

	if (range == NULL)
		return;
	pthread_mutex_lock(&ahead->mutex);
	while (*end != NULL)
		end = &(*end)->next;
	*end = range;
	pthread_cond_broadcast(&ahead->more);
	pthread_mutex_unlock(&ahead->mutex);
}

void ahead_forget(struct ahead *ahead, const void *data)
{
	struct range **link = &ahead->ranges;
	struct range *range;

	pthread_mutex_lock(&ahead->mutex);
	while (*link != NULL && (*link)->data != data)
		link = &(*link)->next;
	range = *link;
	if (range != NULL) {
		*link = range->next; /* no more of its chunks is taken */
		while (range->busy != 0)
			pthread_cond_wait(&ahead->done, &ahead->mutex);
	}
	pthread_mutex_unlock(&ahead->mutex);
	range_free(range);
}

bool ahead_digest(struct ahead *ahead, uint32_t algorithm, const void *data,
		  uint8_t *digest)
{
	struct range *range;
	size_t granule;

	pthread_mutex_lock(&ahead->mutex);
	range = range_find(ahead, data);
	if (range == NULL || range->algorithm != algorithm ||
	    ((const uint8_t *)data - range->data) % GRANULE_SIZE != 0) {
		pthread_mutex_unlock(&ahead->mutex);
		return false;
	}
	granule = (size_t)((const uint8_t *)data - range->data) / GRANULE_SIZE;
	while (!range->done[granule / CHUNK]) {
		if (!chunk_hash(ahead))
			pthread_cond_wait(&ahead->done, &ahead->mutex);
	}
	memcpy(digest, range->digests[granule], hash_size(algorithm));
	pthread_mutex_unlock(&ahead->mutex);
	return true;
}
