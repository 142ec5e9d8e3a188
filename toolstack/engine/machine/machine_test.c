/* SPDX-License-Identifier: BSD-3-Clause */
/* Builds a domain on a host, and goes through everything that can fail
 * there. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "abi/machine_map.h"
#include "abi/virtio.h"
#include "toolstack/engine/build.h"
#include "toolstack/engine/machine/machine.h"
#include "toolstack/host/fixture.h"
#include "toolstack/host/peer.h"

#define PATIENCE_MS 60000

/* The content: two pages, of which the second is not full. */
#define CONTENT_SIZE ((size_t)2 * GUEST_PAGE_SIZE)

struct fixture {
	struct host_fixture *host;
	struct peer peer;
	struct engine *engine;
	struct engine_domain domain;
	struct image image;
	uint8_t *content;
	unsigned until; /* questions after which the watch says stop */
	struct reeve_watch watch;
	int lock;
};

static bool go_on(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	struct fixture *f = ctx;

	(void)step;
	(void)done;
	(void)all;
	if (f->until == 0)
		return false;
	f->until--;
	return true;
}

static void ram_make(struct fixture *f)
{
	int ram = open(folder_path(&f->host->folder, "ram").text,
		       O_RDWR | O_CREAT, 0600);

	assert_true(ram >= 0);
	assert_int_equal(ftruncate(ram, PEER_RAM_SIZE), 0);
	close(ram);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	void *host;

	assert_int_equal(host_fixture_setup(&host), 0);
	f->host = host;
	assert_int_equal(folder_take(&f->host->folder, &f->lock, f->host->report),
			 REEVE_OK);
	ram_make(f);
	f->content = aligned_alloc(GUEST_PAGE_SIZE, CONTENT_SIZE);
	memset(f->content, 0, CONTENT_SIZE);
	memset(f->content, 0x5a, 5000);
	f->domain = (struct engine_domain){ .realm = true,
					    .name = "web",
					    .vcpus = 2,
					    .ram_base = GUEST_RAM0_BASE,
					    .ram_size = 1 << 25 };
	f->image = (struct image){
		.segments = { { IMAGE_KERNEL, GUEST_RAM0_BASE, f->content, 5000,
				CONTENT_SIZE } },
		.segment_count = 1,
		.banks = { { GUEST_RAM0_BASE, 1 << 25 } },
	};
	f->until = UINT32_MAX;
	f->watch = (struct reeve_watch){ go_on, f };
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	void *host = f->host;

	if (f->engine != NULL) {
		engine_machine.close(f->engine);
		peer_join(&f->peer);
	}
	close(f->lock);
	free(f->content);
	free(f);
	return host_fixture_teardown(&host);
}

static void attach(struct fixture *f)
{
	struct reeve_report *report = f->host->report;
	struct link *link;

	assert_int_equal(link_attach(peer_start(&f->peer), &f->watch,
				     PATIENCE_MS, &link, report),
			 REEVE_OK);
	assert_int_equal(machine_attach(&f->host->folder, link, &f->watch,
					&f->engine, report),
			 REEVE_OK);
}

static int build(struct fixture *f)
{
	struct engine_realm realm;

	return engine_build(&engine_machine, f->engine, &f->domain, &f->image,
			    &realm, f->host->report);
}

static void assert_destroyed(const struct fixture *f)
{
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_DESTROY], 1);
	assert_int_equal(f->peer.state, 0);
}

/* ---- It works
 * --------------------------------------------------------------- */

static void a_domain_is_built(void **state)
{
	struct fixture *f = *state;
	struct reeve_domain domain;

	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	assert_int_equal(engine_machine.built(f->engine), 3);
	assert_int_equal(
		engine_machine.next(f->engine, 3, &domain, f->host->report),
		REEVE_OK);
	assert_int_equal(domain.state, REEVE_DOMAIN_PAUSED);
	assert_string_equal(domain.name, "web");
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_DESTROY], 0);
}

static void content_gets_to_the_granted_pages(void **state)
{
	struct fixture *f = *state;
	uint8_t found[CONTENT_SIZE];
	int ram;

	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	ram = open(folder_path(&f->host->folder, "ram").text, O_RDONLY);
	assert_int_equal(
		pread(ram, found, sizeof(found),
		      MACHINE_HYP_BASE + MACHINE_HYP_SIZE - MACHINE_DRAM_BASE),
		sizeof(found));
	assert_memory_equal(found, f->content, sizeof(found));
	close(ram);
}

static void another_domain_can_be_built_after_it(void **state)
{
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	assert_int_equal(build(f), REEVE_OK);
	assert_int_equal(engine_machine.destroy(f->engine, f->host->report),
			 REEVE_OK);
	assert_destroyed(f);
}

static bool create_is_whole(void *ctx, const struct control_request *request,
			    struct control_reply *reply)
{
	const struct control_create *create = &request->body.create;
	bool *seen = ctx;

	(void)reply;
	if (request->op != CONTROL_DOMAIN_CREATE)
		return true;
	*seen = create->flags == (CONTROL_CREATE_REALM | CONTROL_CREATE_VUART |
				  CONTROL_CREATE_RTC | CONTROL_CREATE_PVPANIC) &&
		create->vcpus == 2 && create->ram_size == 1 << 25 &&
		create->rtc_offset == 3600 && create->weight == 99 &&
		create->nr_spis == 64 && create->hash_algo == 1 &&
		create->rpv[63] == 7 && create->uuid[15] == 9 &&
		create->device_count == 2 && create->devices[0].slot == 4 &&
		create->devices[0].id == VIRTIO_ID_BLOCK &&
		create->devices[1].slot == 30 &&
		create->devices[1].id == VIRTIO_ID_NET &&
		create->devices[2].slot == 0 && create->devices[2].id == 0 &&
		strcmp((const char *)create->name, "web") == 0;
	return true;
}

static void what_is_fixed_at_creation_is_passed_on(void **state)
{
	struct fixture *f = *state;
	bool seen = false;

	f->domain.vuart = true;
	f->domain.rtc = true;
	f->domain.pvpanic = true;
	f->domain.rtc_offset = 3600;
	f->domain.weight = 99;
	f->domain.nr_spis = 64;
	f->domain.hash_algo = 1;
	f->domain.rpv[63] = 7;
	f->domain.uuid[15] = 9;
	f->domain.device_count = 2;
	f->domain.devices[0] = (struct engine_device){ 4, VIRTIO_ID_BLOCK };
	f->domain.devices[1] = (struct engine_device){ 30, VIRTIO_ID_NET };
	f->peer.change = create_is_whole;
	f->peer.ctx = &seen;
	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	assert_true(seen);
}

static void a_device_is_told_of(void **state)
{
	struct reeve_domain_device device;
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	assert_int_equal(engine_machine.device(f->engine, 3, 2, &device,
					       f->host->report),
			 REEVE_OK);
	assert_int_equal(device.index, 2);
	assert_int_equal(device.slot, 7);
	assert_int_equal(device.virtio_id, VIRTIO_ID_BLOCK);
	assert_string_equal(device.text, "a ring has a loop");
}

static void disks_are_held(void **state)
{
	struct engine_hold hold;
	struct fixture *f = *state;

	attach(f);
	assert_int_equal(
		engine_machine.hold(f->engine, 7, &hold, f->host->report),
		REEVE_OK);
	assert_int_equal(hold.in_flight, 5);
	assert_int_equal(hold.domid, 3);
	assert_int_equal(hold.device, 2);
}

static bool refuses_holds(void *ctx, const struct control_request *request,
			  struct control_reply *reply)
{
	if (request->op == CONTROL_DISKS_HOLD)
		reply->status = *(const uint32_t *)ctx;
	return true;
}

static void a_host_that_is_too_old_holds_none(void **state)
{
	uint32_t status = CONTROL_E_REQUEST;
	struct engine_hold hold;
	struct fixture *f = *state;

	f->peer.change = refuses_holds;
	f->peer.ctx = &status;
	attach(f);
	assert_int_equal(
		engine_machine.hold(f->engine, 7, &hold, f->host->report),
		REEVE_OK);
	assert_int_equal(hold.in_flight, 0);
	assert_int_equal(reeve_report_count(f->host->report), 0);
	status = CONTROL_E_LIMIT;
	assert_int_equal(
		engine_machine.hold(f->engine, 7, &hold, f->host->report),
		REEVE_ERR_ENGINE);
	host_fixture_told(f->host, "a limit is reached");
}

static bool of_another_index(void *ctx, const struct control_request *request,
			     struct control_reply *reply)
{
	(void)ctx;
	if (request->op == CONTROL_DEVICE_INFO)
		reply->body.device.index++;
	return true;
}

static void another_device_than_asked_for_is_nonsense(void **state)
{
	struct reeve_domain_device device;
	struct fixture *f = *state;

	f->peer.change = of_another_index;
	attach(f);
	assert_int_equal(build(f), REEVE_OK);
	assert_int_equal(engine_machine.device(f->engine, 3, 2, &device,
					       f->host->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f->host, "breaks the protocol");
}

/* ---- It fails
 * --------------------------------------------------------------- */

struct fault {
	struct fixture *fixture;
	uint32_t op;
	void (*change)(struct control_reply *reply);
};

static bool with_fault(void *ctx, const struct control_request *request,
		       struct control_reply *reply)
{
	const struct fault *fault = ctx;

	if (request->op == fault->op && reply->status == CONTROL_OK)
		fault->change(reply);
	return true;
}

static void assert_fails(struct fixture *f, uint32_t op,
			 void (*change)(struct control_reply *reply),
			 int result, const char *text)
{
	struct fault fault = { f, op, change };

	f->peer.change = with_fault;
	f->peer.ctx = &fault;
	attach(f);
	assert_int_equal(build(f), result);
	host_fixture_told(f->host, text);
}

static void no_memory(struct control_reply *reply)
{
	reply->status = CONTROL_E_MEMORY;
}

static void a_host_without_memory_is_told(void **state)
{
	struct fixture *f = *state;

	assert_fails(f, CONTROL_DOMAIN_CREATE, no_memory, REEVE_ERR_ENGINE,
		     "memory");
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_DESTROY], 0);
}

static void wrong_state(struct control_reply *reply)
{
	reply->body.domain.state = CONTROL_RUNNING;
}

static void a_new_domain_that_runs_is_nonsense(void **state)
{
	assert_fails(*state, CONTROL_DOMAIN_CREATE, wrong_state, REEVE_ERR_HOST,
		     "breaks the protocol");
}

static void in_the_rmm(struct control_reply *reply)
{
	reply->body.grant.pa = MACHINE_RMM_BASE;
}

static void a_grant_of_foreign_memory_is_not_used(void **state)
{
	struct fixture *f = *state;

	assert_fails(f, CONTROL_DOMAIN_SEGMENT, in_the_rmm, REEVE_ERR_HOST,
		     "breaks the protocol");
	assert_destroyed(f);
}

static void failed(struct control_reply *reply)
{
	reply->body.domain.state = CONTROL_FAILED;
	strcpy((char *)reply->body.domain.text, "RMI_REALM_CREATE failed");
}

static void a_failed_build_is_told_and_destroyed(void **state)
{
	struct fixture *f = *state;

	assert_fails(f, CONTROL_DOMAIN_INFO, failed, REEVE_ERR_ENGINE,
		     "RMI_REALM_CREATE failed");
	assert_destroyed(f);
}

static void other_domain(struct control_reply *reply)
{
	reply->body.domain.domid = 4;
}

static void news_of_another_domain_are_nonsense(void **state)
{
	struct fixture *f = *state;

	assert_fails(f, CONTROL_DOMAIN_INFO, other_domain, REEVE_ERR_HOST,
		     "breaks the protocol");
	assert_destroyed(f);
}

static void still_loading(struct control_reply *reply)
{
	reply->body.domain.state = CONTROL_LOADING;
}

static void a_build_that_does_not_begin_is_nonsense(void **state)
{
	struct fixture *f = *state;

	assert_fails(f, CONTROL_DOMAIN_INFO, still_loading, REEVE_ERR_HOST,
		     "breaks the protocol");
	assert_destroyed(f);
}

static void building(struct control_reply *reply)
{
	reply->body.domain.state = CONTROL_BUILDING;
}

/* The watch ends the wait, and no domain stays. */
static void a_stopped_build_is_destroyed(void **state)
{
	struct fixture *f = *state;
	struct fault fault = { f, CONTROL_DOMAIN_INFO, building };

	f->peer.change = with_fault;
	f->peer.ctx = &fault;
	attach(f);
	f->until = 5;
	assert_int_equal(build(f), REEVE_ERR_STOPPED);
	assert_int_equal(report_errors(f->host->report), 0);
	assert_destroyed(f);
}

static void a_stopped_load_is_destroyed(void **state)
{
	struct fixture *f = *state;

	attach(f);
	f->until = 0;
	assert_int_equal(build(f), REEVE_ERR_STOPPED);
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_BUILD], 0);
	assert_destroyed(f);
}

static void a_long_name_is_refused(void **state)
{
	struct fixture *f = *state;

	f->domain.name = "0123456789012345678901234567890123456789"
			 "012345678901234567890123";
	attach(f);
	assert_int_equal(build(f), REEVE_ERR_CONFIG);
	host_fixture_told(f->host, "too long");
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_CREATE], 0);
}

/* ---- Which port, and how long ---------------------------------------------- */

/* A test of the ports: what is free while the engine waits. */
struct ports {
	struct fixture *fixture;
	const char *step; /* that of the looks that count */
	unsigned looks;
	unsigned dying; /* looks at the domain until it is gone */
	const char *text; /* what it waits for while it is DYING */
	bool free[CONTROL_PORTS]; /* at the last look */
};

static void ports_look(struct ports *ports)
{
	const struct folder *folder = &ports->fixture->host->folder;

	for (unsigned i = 0; i < CONTROL_PORTS; i++) {
		long owner;
		int lock;

		ports->free[i] =
			link_claim(folder_path(folder, "control-%u.lock", i).text,
				   &lock, &owner) == 0;
		if (ports->free[i])
			close(lock);
	}
	ports->looks++;
}

static bool look_and_go_on(void *ctx, const char *step, uint64_t done,
			   uint64_t all)
{
	struct ports *ports = ctx;

	(void)done;
	(void)all;
	if (strcmp(step, ports->step) == 0)
		ports_look(ports);
	return strcmp(step, "building") != 0;
}

static bool dies_slowly(void *ctx, const struct control_request *request,
			struct control_reply *reply)
{
	struct ports *ports = ctx;

	if (request->op == CONTROL_DOMAIN_NEXT && ports->dying > 0) {
		ports->dying--;
		reply->status = CONTROL_OK;
		reply->body.domain = (struct control_domain){
			.domid = 3,
			.state = CONTROL_DYING,
			.vcpus = 1,
			.console = CONTROL_NO_CONSOLE,
			.name = "web",
		};
		if (ports->text != NULL) {
			memcpy(reply->body.domain.text, ports->text,
			       strlen(ports->text));
		}
	}
	return true;
}

static void port_listen(struct fixture *f, struct peer *peer, unsigned index)
{
	peer_listen(peer,
		    folder_path(&f->host->folder, "control-%u.sock", index).text);
}

/* Destroys a domain, and waits until it is gone. */
static void destroy_slowly(struct ports *ports)
{
	struct fixture *f = ports->fixture;
	const struct reeve_watch watch = { look_and_go_on, ports };
	struct peer peer = { .state = CONTROL_PAUSED,
			     .change = dies_slowly,
			     .ctx = ports };
	struct reeve_report *report = f->host->report;
	struct engine *engine;

	port_listen(f, &peer, CONTROL_PORTS - 1);
	assert_int_equal(machine_open(&f->host->folder, &watch, &engine, report),
			 REEVE_OK);
	assert_int_equal(engine_machine.act(engine, 3, ENGINE_DESTROY, report),
			 REEVE_OK);
	assert_int_equal(machine_await_gone(engine, 3, report), REEVE_OK);
	engine_machine.close(engine);
	peer_unlisten(&peer);
	assert_int_equal(peer.asked[CONTROL_HELLO], 4);
}

static void a_destruction_leaves_the_ports_to_others(void **state)
{
	struct ports ports = { *state, "destroying", .dying = 3 };

	destroy_slowly(&ports);
	assert_int_equal(ports.looks, 3);
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		assert_true(ports.free[i]);
}

static void a_destruction_tells_what_it_waits_for(void **state)
{
	struct ports ports = { *state, "destroying: a disk is slow", .dying = 3,
			       .text = "a disk is slow" };

	destroy_slowly(&ports);
	assert_int_equal(ports.looks, 3);
}

/* While a domain is built its port is kept. It is not the last one, which is
 * left to clients that need a port for a moment. */
static void a_build_leaves_a_port_to_others(void **state)
{
	struct fixture *f = *state;
	struct ports ports = { f, "building" };
	const struct reeve_watch watch = { look_and_go_on, &ports };
	struct fault fault = { f, CONTROL_DOMAIN_INFO, building };
	struct peer last = { 0 };
	struct peer builder = { .change = with_fault, .ctx = &fault };
	struct engine_realm realm;
	struct engine *engine;

	port_listen(f, &last, CONTROL_PORTS - 1);
	port_listen(f, &builder, CONTROL_PORTS - 2);
	assert_int_equal(machine_open(&f->host->folder, &watch, &engine,
				      f->host->report),
			 REEVE_OK);
	assert_int_equal(engine_build(&engine_machine, engine, &f->domain,
				      &f->image, &realm, f->host->report),
			 REEVE_ERR_STOPPED);
	engine_machine.close(engine);
	peer_unlisten(&builder);
	peer_unlisten(&last);
	assert_int_equal(ports.looks, 1);
	for (unsigned i = 0; i < CONTROL_PORTS; i++)
		assert_int_equal(ports.free[i], i != CONTROL_PORTS - 2);
	assert_int_equal(builder.asked[CONTROL_DOMAIN_CREATE], 1);
	assert_int_equal(last.asked[CONTROL_DOMAIN_CREATE], 0);
}

/* ---- Domains that exist -------------------------------------------------------- */

static void verbs_of_a_missing_domain_are_told(void **state)
{
	struct fixture *f = *state;
	struct reeve_report **report = &f->host->report;
	struct reeve_vcpu vcpu;

	attach(f);
	assert_int_equal(engine_machine.act(f->engine, 9, ENGINE_PAUSE, *report),
			 REEVE_ERR_NO_DOMAIN);
	host_fixture_told(f->host, "there is no domain 9");
	assert_int_equal(
		engine_machine.shutdown(f->engine, 9, REEVE_POWEROFF, *report),
		REEVE_ERR_NO_DOMAIN);
	host_fixture_told(f->host, "there is no domain 9");
	assert_int_equal(engine_machine.rename(f->engine, 9, "x", *report),
			 REEVE_ERR_NO_DOMAIN);
	host_fixture_told(f->host, "there is no domain 9");
	assert_int_equal(engine_machine.vcpu(f->engine, 9, 0, &vcpu, *report),
			 REEVE_ERR_NO_DOMAIN);
	host_fixture_told(f->host, "there is no domain 9");
}

static void bad_names_are_not_sent(void **state)
{
	struct fixture *f = *state;
	char name[CONTROL_NAME_SIZE + 1];

	memset(name, 'x', sizeof(name));
	name[CONTROL_NAME_SIZE] = '\0';
	attach(f);
	assert_int_equal(engine_machine.rename(f->engine, 3, "", f->host->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f->host, "is no name");
	assert_int_equal(
		engine_machine.rename(f->engine, 3, name, f->host->report),
		REEVE_ERR_ARGUMENT);
	host_fixture_told(f->host, "is no name");
	assert_int_equal(f->peer.asked[CONTROL_DOMAIN_RENAME], 0);
}

static void the_log_is_read_to_its_end(void **state)
{
	struct fixture *f = *state;
	uint64_t from = 0;
	char text[8];
	size_t got;

	attach(f);
	assert_int_equal(engine_machine.dmesg(f->engine, &from, text,
					      sizeof(text), &got,
					      f->host->report),
			 REEVE_OK);
	assert_int_equal(got, 2);
	assert_memory_equal(text, "ok", 2);
	assert_int_equal(from, 2);
	assert_int_equal(engine_machine.dmesg(f->engine, &from, text,
					      sizeof(text), &got,
					      f->host->report),
			 REEVE_OK);
	assert_int_equal(got, 0);
}

static void log_too_long(struct control_reply *reply)
{
	reply->body.dmesg.size = CONTROL_DMESG_SIZE + 1;
}

static void a_log_beyond_the_reply_is_nonsense(void **state)
{
	struct fixture *f = *state;
	struct fault fault = { f, CONTROL_DMESG, log_too_long };
	uint64_t from = 0;
	char text[8];
	size_t got;

	f->peer.change = with_fault;
	f->peer.ctx = &fault;
	attach(f);
	assert_int_equal(engine_machine.dmesg(f->engine, &from, text,
					      sizeof(text), &got,
					      f->host->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f->host, "breaks the protocol");
}

static void a_taken_console_names_its_owner(void **state)
{
	struct fixture *f = *state;
	struct folder_path path =
		folder_path(&f->host->folder, "console-5.lock");
	char text[64];
	int lock, fd, other;
	long owner;

	attach(f);
	assert_int_equal(link_claim(path.text, &lock, &owner), 0);
	assert_int_equal(engine_machine.console(f->engine, 5, &fd, &other,
						f->host->report),
			 REEVE_ERR_HOST);
	snprintf(text, sizeof(text), "already taken by process %ld",
		 (long)getpid());
	host_fixture_told(f->host, text);
	close(lock);
	/* The console is free again, but this folder has no socket. */
	assert_int_equal(engine_machine.console(f->engine, 5, &fd, &other,
						f->host->report),
			 REEVE_ERR_HOST);
	host_fixture_told(f->host, "cannot be reached");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_domain_is_built),
		TEST(content_gets_to_the_granted_pages),
		TEST(another_domain_can_be_built_after_it),
		TEST(what_is_fixed_at_creation_is_passed_on),
		TEST(a_device_is_told_of),
		TEST(another_device_than_asked_for_is_nonsense),
		TEST(disks_are_held),
		TEST(a_host_that_is_too_old_holds_none),
		TEST(a_host_without_memory_is_told),
		TEST(a_new_domain_that_runs_is_nonsense),
		TEST(a_grant_of_foreign_memory_is_not_used),
		TEST(a_failed_build_is_told_and_destroyed),
		TEST(news_of_another_domain_are_nonsense),
		TEST(a_build_that_does_not_begin_is_nonsense),
		TEST(a_stopped_build_is_destroyed),
		TEST(a_stopped_load_is_destroyed),
		TEST(a_long_name_is_refused),
		TEST(a_destruction_leaves_the_ports_to_others),
		TEST(a_destruction_tells_what_it_waits_for),
		TEST(a_build_leaves_a_port_to_others),
		TEST(verbs_of_a_missing_domain_are_told),
		TEST(bad_names_are_not_sent),
		TEST(the_log_is_read_to_its_end),
		TEST(a_log_beyond_the_reply_is_nonsense),
		TEST(a_taken_console_names_its_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
