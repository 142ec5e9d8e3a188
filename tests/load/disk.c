/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests of a disk by Linux's asynchronous I/O (io_submit(2)). */
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "tests/load/load.h"

#define ALIGN 4096

/* A load that runs. */
struct run {
	const struct load *load;
	int fd;
	uint64_t blocks; /* of the disk */
	aio_context_t context;
	uint8_t *buffer; /* of all requests */
	struct iocb requests[LOAD_DEPTH];
	uint64_t begun, ended;
	uint64_t random; /* the last number */
};

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000U + (uint64_t)now.tv_nsec;
}

/* Numbers without an order that a cache could follow, the same in each run. */
static uint64_t random_next(struct run *run)
{
	run->random ^= run->random << 13;
	run->random ^= run->random >> 7;
	run->random ^= run->random << 17;
	return run->random;
}

static void request_fill(struct run *run, unsigned place)
{
	const struct load *load = run->load;
	uint64_t block = load->random ? random_next(run) : run->begun;
	uint8_t *buffer = run->buffer + (size_t)place * load->block;

	run->requests[place] = (struct iocb){
		.aio_data = place,
		.aio_lio_opcode = load->write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD,
		.aio_fildes = (uint32_t)run->fd,
		.aio_buf = (uint64_t)(uintptr_t)buffer,
		.aio_nbytes = load->block,
		.aio_offset = (int64_t)(block % run->blocks * load->block),
	};
	run->begun++;
}

static int submit(const struct run *run, struct iocb **list, unsigned count)
{
	long done;

	if (count == 0)
		return 0;
	done = syscall(SYS_io_submit, run->context, (long)count, list);
	if (done >= 0 && done != (long)count)
		errno = EAGAIN;
	return done == (long)count ? 0 : -1;
}

static int begin(struct run *run)
{
	struct iocb *list[LOAD_DEPTH];
	unsigned count = 0;

	while (count < run->load->depth && run->begun < run->load->requests) {
		request_fill(run, count);
		list[count] = &run->requests[count];
		count++;
	}
	return submit(run, list, count);
}

/* Takes the answers that are there, at least one, and begins as many requests. */
static int turn(struct run *run)
{
	struct io_event events[LOAD_DEPTH];
	struct iocb *list[LOAD_DEPTH];
	unsigned count = 0;
	long done = syscall(SYS_io_getevents, run->context, 1L,
			    (long)run->load->depth, events, NULL);

	if (done < 1)
		return -1;
	for (long i = 0; i < done; i++) {
		if (events[i].res != run->load->block) {
			errno = EIO;
			return -1;
		}
		run->ended++;
		if (run->begun == run->load->requests)
			continue;
		request_fill(run, (unsigned)events[i].data);
		list[count++] = &run->requests[events[i].data];
	}
	return submit(run, list, count);
}

static int all(struct run *run, uint64_t *taken)
{
	uint64_t start = now_ns();

	if (begin(run) != 0)
		return -1;
	while (run->ended < run->load->requests) {
		if (turn(run) != 0)
			return -1;
	}
	*taken = now_ns() - start;
	return 0;
}

static int size_read(struct run *run)
{
	uint64_t size;

	if (ioctl(run->fd, BLKGETSIZE64, &size) != 0)
		return -1;
	run->blocks = size / run->load->block;
	errno = EINVAL;
	return run->blocks == 0 ? -1 : 0;
}

static int prepare(struct run *run)
{
	const struct load *load = run->load;
	size_t size = (size_t)load->depth * load->block;
	void *buffer;

	if (load->depth == 0 || load->depth > LOAD_DEPTH || load->block == 0) {
		errno = EINVAL;
		return -1;
	}
	run->fd = open(load->device,
		       O_DIRECT | (load->write ? O_RDWR : O_RDONLY));
	if (run->fd < 0 || size_read(run) != 0)
		return -1;
	errno = posix_memalign(&buffer, ALIGN, size);
	if (errno != 0)
		return -1;
	run->buffer = buffer;
	/* The memory is there before time counts. */
	memset(buffer, 0x5a, size);
	return (int)syscall(SYS_io_setup, load->depth, &run->context);
}

int load_disk(const struct load *load, uint64_t *taken)
{
	struct run run = { .load = load, .fd = -1, .random = 88172645463325252U };
	int result = prepare(&run);

	if (result == 0)
		result = all(&run, taken);
	if (run.context != 0)
		(void)syscall(SYS_io_destroy, run.context);
	free(run.buffer);
	if (run.fd >= 0)
		(void)close(run.fd);
	return result;
}
