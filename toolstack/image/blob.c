/* SPDX-License-Identifier: BSD-3-Clause */
/* Bytes in whole pages: blobs that grow, and files that are mapped or read
 * once. */
#include "toolstack/image/blob.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "abi/guest_map.h"
#include "lib/number.h"

/* A file that is being loaded, and where to report what is wrong with it. */
struct source {
	const struct image_file *file;
	const char *key;
	struct reeve_report *report;
	int fd;
	size_t size;
};

static void *map_anonymous(size_t size)
{
	void *data = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	/* Large pages are filled faster; without them loading is only
	 * slower. */
	if (data != MAP_FAILED)
		(void)madvise(data, size, MADV_HUGEPAGE);
	return data;
}

int blob_reserve(struct blob *blob, size_t capacity)
{
	size_t wanted = align_up(capacity, GUEST_PAGE_SIZE);
	void *data;

	if (wanted <= blob->mapped)
		return REEVE_OK;
	if (blob->mapped == 0)
		data = map_anonymous(wanted);
	else
		data = mremap(blob->data, blob->mapped, wanted, MREMAP_MAYMOVE);
	if (data == MAP_FAILED)
		return REEVE_ERR_MEMORY;
	blob->data = data;
	blob->mapped = wanted;
	return REEVE_OK;
}

void blob_trim(struct blob *blob, size_t size)
{
	size_t kept = align_up(size, GUEST_PAGE_SIZE);

	if (blob->mapped > kept) {
		/* Unmapping the end of our own mapping cannot fail. */
		(void)munmap(blob->data + kept, blob->mapped - kept);
		blob->mapped = kept;
	}
	blob->size = size;
	assert(kept == 0 || blob->data != NULL);
	if (kept > size)
		memset(blob->data + size, 0, kept - size);
	if (kept == 0)
		blob->data = NULL;
}

void blob_free(struct blob *blob)
{
	/* Neither call can fail for what the blob owns, and a failure could not
	 * be repaired here. */
	if (blob->mapped != 0)
		(void)munmap(blob->data, blob->mapped);
	if (blob->lease_fd >= 0)
		(void)close(blob->lease_fd);
	*blob = BLOB_NONE;
}

/*
 * Takes a read lease: a process that opens the file for writing, or truncates
 * it, then waits until we give the lease back by closing fd. The kernel refuses
 * the lease when some process has the file open for writing, and when the file
 * belongs to another user.
 *
 * The kernel signals a waiting writer to the lease's holder. The caller's
 * program must not see such a signal. So it is set to SIGURG, which is ignored
 * by default, and then F_SETOWN removes the addressee, which works only after
 * F_SETLEASE.
 */
static bool lease_take(int fd)
{
	return fcntl(fd, F_SETSIG, SIGURG) == 0 &&
	       fcntl(fd, F_SETLEASE, F_RDLCK) == 0 &&
	       fcntl(fd, F_SETOWN, 0) == 0;
}

static int source_error(const struct source *source, const char *what)
{
	return report_error(source->report, REEVE_ERR_IO, &source->file->place,
			    source->key, NULL, "%s: %s: %s", source->file->path,
			    what, strerror(errno));
}

static int source_open(struct source *source)
{
	source->fd = open(source->file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (source->fd < 0)
		return source_error(source, "cannot be opened");
	return REEVE_OK;
}

/* Asks for the size after the lease was taken (if it was), so that the size
 * cannot change any more. */
static int source_measure(struct source *source, size_t limit)
{
	const struct image_file *file = source->file;
	struct stat status;

	assert(source->fd >= 0);
	if (fstat(source->fd, &status) != 0)
		return source_error(source, "cannot be examined");
	if (!S_ISREG(status.st_mode)) {
		return report_error(source->report, REEVE_ERR_IO, &file->place,
				    source->key, NULL, "%s: not a regular file",
				    file->path);
	}
	if (status.st_size == 0) {
		return report_error(source->report, REEVE_ERR_IMAGE,
				    &file->place, source->key, NULL,
				    "%s: the file is empty", file->path);
	}
	if ((uintmax_t)status.st_size > limit) {
		return report_error(
			source->report, REEVE_ERR_IMAGE, &file->place,
			source->key, NULL,
			"%s: the file has %jd bytes, more than the %zu allowed",
			file->path, (intmax_t)status.st_size, limit);
	}
	source->size = (size_t)status.st_size;
	return REEVE_OK;
}

static int source_no_memory(const struct source *source)
{
	return report_error(source->report, REEVE_ERR_MEMORY,
			    &source->file->place, source->key, NULL,
			    "%s: no memory for its %zu bytes",
			    source->file->path, source->size);
}

static int source_map(const struct source *source, struct blob *blob)
{
	void *data;

	assert(source->size != 0);
	data = mmap(NULL, source->size, PROT_READ, MAP_PRIVATE, source->fd, 0);
	if (data == MAP_FAILED)
		return source_no_memory(source);
	blob->data = data;
	blob->size = source->size;
	blob->mapped = align_up(source->size, GUEST_PAGE_SIZE);
	return REEVE_OK;
}

/* Reads until the end of the file or of the room. Returns the number of bytes
 * read, or -1. */
static ssize_t source_fill(int fd, uint8_t *data, size_t room)
{
	size_t got = 0;
	ssize_t chunk;

	while (got < room) {
		chunk = read(fd, data + got, room - got);
		if (chunk < 0 && errno == EINTR)
			continue;
		if (chunk < 0)
			return -1;
		if (chunk == 0)
			break;
		got += (size_t)chunk;
	}
	return (ssize_t)got;
}

/* Reads with room for one byte more than the size, which tells whether the file
 * has grown meanwhile. */
static int source_read(const struct source *source, struct blob *blob)
{
	ssize_t got;

	if (blob_reserve(blob, source->size + 1) != REEVE_OK)
		return source_no_memory(source);
	got = source_fill(source->fd, blob->data, source->size + 1);
	if (got < 0)
		return source_error(source, "cannot be read");
	if ((size_t)got != source->size) {
		return report_error(source->report, REEVE_ERR_IO,
				    &source->file->place, source->key,
				    "try again when its writer has finished",
				    "%s: the file changed while it was read",
				    source->file->path);
	}
	blob_trim(blob, source->size);
	return REEVE_OK;
}

int blob_load(struct blob *blob, const struct image_file *file, const char *key,
	      size_t limit, struct reeve_report *report)
{
	struct source source = { file, key, report, -1, 0 };
	bool leased;
	int ret;

	*blob = BLOB_NONE;
	ret = source_open(&source);
	if (ret != REEVE_OK)
		return ret;
	leased = lease_take(source.fd);
	ret = source_measure(&source, limit);
	if (ret == REEVE_OK) {
		ret = leased ? source_map(&source, blob)
			     : source_read(&source, blob);
	}
	if (ret != REEVE_OK)
		blob_free(blob);
	if (ret == REEVE_OK && leased) {
		blob->lease_fd = source.fd;
	} else {
		(void)close(source.fd); /* nothing was written to it */
	}
	return ret;
}
