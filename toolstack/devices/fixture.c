/* SPDX-License-Identifier: BSD-3-Clause */
/* Starts a QEMU for tests, and asks it what it has. */
#include "toolstack/devices/fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/host/clock.h"
#include "toolstack/host/link.h"
#include "toolstack/host/share.h"

#define QEMU "qemu-system-aarch64"

/* The longest time that QEMU may take to make its socket. */
#define START_MS 60000

bool device_fixture_possible(void)
{
	return system(QEMU " --version >/dev/null 2>&1") == 0;
}

/* The machine that a host has, as far as its slots go. */
static void qemu_run(const struct device_fixture *f)
{
	char qmp[96], share[160], id[SHARE_ID];

	/* A test that fails must not leave it behind. */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)snprintf(qmp, sizeof(qmp), "unix:%s,server=on,wait=off",
		       f->socket);
	share_id(f->folder, SHARE_MAPPED, id);
	(void)snprintf(share, sizeof(share),
		       "local,id=%s,security_model=mapped-xattr,path=%s", id,
		       f->folder);
	execlp(QEMU, QEMU, "-M", "virt,its=off", "-S", "-nodefaults",
	       "-display", "none", "-m", "64", "-device",
	       "pci-bridge,id=slots,chassis_nr=1,msi=off,shpc=on", "-qmp", qmp,
	       "-fsdev", share, (char *)NULL);
	_exit(127);
}

static void connect_patiently(struct device_fixture *f)
{
	int64_t deadline = clock_ms() + START_MS;
	int fd;

	/* The socket is there a moment before QEMU listens. */
	while ((fd = link_connect(f->socket)) < 0 && clock_ms() < deadline)
		clock_pause(5);
	assert_true(fd >= 0);
	assert_int_equal(
		qmp_attach(fd, NULL, QMP_PATIENCE_MS, &f->qmp, f->report),
		REEVE_OK);
}

int device_fixture_start(void **state)
{
	struct device_fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	strcpy(f->folder, "/tmp/reeve-dev-XXXXXX");
	assert_non_null(mkdtemp(f->folder));
	(void)snprintf(f->socket, sizeof(f->socket), "%s/qmp.sock", f->folder);
	f->report = reeve_report_new();
	f->qemu = fork();
	assert_true(f->qemu >= 0);
	if (f->qemu == 0)
		qemu_run(f);
	connect_patiently(f);
	*state = f;
	return 0;
}

int device_fixture_stop(void **state)
{
	struct device_fixture *f = *state;
	char command[64];

	qmp_close(f->qmp);
	kill(f->qemu, SIGKILL);
	waitpid(f->qemu, NULL, 0);
	reeve_report_free(f->report);
	(void)snprintf(command, sizeof(command), "rm -r %s", f->folder);
	assert_int_equal(system(command), 0);
	free(f);
	return 0;
}

int device_fixture_begin(void **state)
{
	struct device_fixture *f = *state;

	reeve_report_free(f->report);
	f->report = reeve_report_new();
	return 0;
}

void device_fixture_reconnect(struct device_fixture *f)
{
	qmp_close(f->qmp);
	assert_int_equal(qmp_open(f->socket, NULL, &f->qmp, f->report),
			 REEVE_OK);
}

const char *device_fixture_file(struct device_fixture *f, const char *name,
				size_t size)
{
	static char path[64];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", f->folder, name);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	close(fd);
	return path;
}

char *device_fixture_inventory(struct device_fixture *f)
{
	static const char *const asked[][2] = {
		{ "qom-list", "/machine/peripheral" },
		{ "qom-list", "/objects" },
		{ "query-named-block-nodes", NULL },
		{ "query-chardev", NULL },
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct json_object *arguments = NULL;
		struct json_object *list;

		if (asked[i][1] != NULL) {
			arguments = json_object_new_object();
			json_object_object_add(
				arguments, "path",
				json_object_new_string(asked[i][1]));
		}
		assert_int_equal(qmp_call(f->qmp, asked[i][0], arguments, &list,
					  f->report),
				 REEVE_OK);
		fprintf(out, "%s\n", json_object_to_json_string(list));
		json_object_put(list);
	}
	fclose(out);
	return text;
}

void device_fixture_restored(struct device_fixture *f, char *before)
{
	char *after = device_fixture_inventory(f);

	assert_string_equal(after, before);
	free(after);
	free(before);
}

void device_fixture_told(struct device_fixture *f, unsigned column,
			 const char *key, const char *part)
{
	const struct reeve_diagnostic *d = reeve_report_get(f->report, 0);

	assert_int_equal(reeve_report_count(f->report), 1);
	assert_int_equal(d->severity, REEVE_ERROR);
	if (strstr(d->message, part) == NULL &&
	    (d->hint == NULL || strstr(d->hint, part) == NULL))
		fail_msg("'%s' is not in '%s'", part, d->message);
	assert_int_equal(d->column, column);
	assert_int_equal(d->line, column != 0 ? 1 : 0);
	assert_string_equal(d->key != NULL ? d->key : "", key);
	reeve_report_free(f->report);
	f->report = reeve_report_new();
}

void device_guest_read(struct device_fixture *f, struct device_guest *guest,
		       const char *text)
{
	char *whole;

	assert_true(asprintf(&whole, "%s\nname='g'\nkernel='k'\nmemory=64\n",
			     text) > 0);
	assert_int_equal(cfg_parse("text", whole, strlen(whole), NULL, 0, 0,
				   &guest->cfg, f->report),
			 REEVE_OK);
	assert_int_equal(domain_read(guest->cfg, 0, &guest->domain, f->report),
			 REEVE_OK);
	guest->plug = (struct plug_guest){ .domain = guest->domain };
	for (uint8_t i = 0; i < 16; i++)
		guest->plug.uuid[i] = i;
	free(whole);
}

void device_guest_free(struct device_guest *guest)
{
	domain_free(guest->domain);
	cfg_free(guest->cfg);
}
