/* SPDX-License-Identifier: BSD-3-Clause */
/* Fuzz entry for what a QEMU sends: the input is all of it, from the greeting
 * on. One client plugs devices, looks for them and takes them out meanwhile;
 * another one asks about them. */
#include <json-c/json.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "toolstack/devices/ask.h"
#include "toolstack/devices/plug.h"

static const char text[] =
	"name='g'\nkernel='k'\nmemory=64\nvif=['bridge=lo','']\nrng=1\n"
	"channel=['name=a,connection=pty','name=b,connection=pty']\n"
	"disk=['/etc/hostname,raw,xvda,r']\n";

/* Ends every wait: nothing comes any more. */
static bool never(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)ctx;
	(void)step;
	(void)done;
	(void)all;
	return false;
}

static void use(struct qmp *qmp, const struct plug_guest *guest,
		struct reeve_report *report)
{
	bool used[PLUG_SLOTS_MAX];

	for (size_t i = 0; i < guest->domain->virtio_mmio_count; i++)
		(void)plug_device(qmp, guest, i, (unsigned)i, report);
	(void)plug_find(qmp, used, report);
	for (unsigned i = 0; i < 4; i++)
		(void)plug_empty(qmp, i, report);
}

static void end_check(const char *member, size_t size)
{
	require(memchr(member, '\0', size) != NULL);
}

static void ask(struct qmp *qmp, const struct plug_guest *guest,
		struct reeve_report *report)
{
	struct reeve_attached found = { 0 };

	(void)guest;
	for (unsigned i = 0; i < 3; i++) {
		(void)ask_disk(qmp, i, &found, report);
		(void)ask_vif(qmp, i, &found, report);
		(void)ask_channel(qmp, i, 1, &found, report);
		end_check(found.name, sizeof(found.name));
		end_check(found.format, sizeof(found.format));
		end_check(found.target, sizeof(found.target));
		end_check(found.mac, sizeof(found.mac));
	}
}

static void guest_read(struct plug_guest *guest, struct cfg **cfg,
		       struct domain **domain, struct reeve_report *report)
{
	require(cfg_parse("fuzz", text, strlen(text), NULL, 0, 0, cfg,
			  report) == REEVE_OK);
	require(domain_read(*cfg, 0, domain, report) == REEVE_OK);
	guest->domain = *domain;
}

/* Lets a client talk to a QEMU that says this, and nothing more. */
static void session(const uint8_t *data, size_t size,
		    void (*client)(struct qmp *qmp,
				   const struct plug_guest *guest,
				   struct reeve_report *report),
		    const struct plug_guest *guest)
{
	const struct reeve_watch watch = { never, NULL };
	struct reeve_report *report = reeve_report_new();
	struct qmp *qmp;
	int fds[2];

	require(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
	require(send(fds[0], data, size, 0) == (ssize_t)size);
	require(shutdown(fds[0], SHUT_WR) == 0);
	if (qmp_attach(fds[1], &watch, 1000, &qmp, report) == REEVE_OK) {
		client(qmp, guest, report);
		require(strlen(qmp_words(qmp)) < 512);
		qmp_close(qmp);
	}
	close(fds[0]);
	reeve_report_free(report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reeve_report *report = reeve_report_new();
	struct plug_guest guest = { 0 };
	struct domain *domain;
	struct cfg *cfg;

	/* A socket that nobody reads has room for that much. */
	if (size > 65536)
		size = 65536;
	guest_read(&guest, &cfg, &domain, report);
	session(data, size, use, &guest);
	session(data, size, ask, &guest);
	domain_free(domain);
	cfg_free(cfg);
	reeve_report_free(report);
	return 0;
}
