/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of a Realm: RSI, RIPAS, measurements, shared memory, host calls. */
#include <string.h>

#include "abi/rsi.h"
#include "lib/ipa.h"
#include "lib/log.h"
#include "tests/guest/probe.h"

#define MEASUREMENT_WORDS (RSI_MEASUREMENT_SIZE / 8)
#define SECRET            UINT64_C(0x5ec7e75ec7e75ec7)

static void check_version(void)
{
	struct smccc_regs regs;

	check(rsi(&regs, RSI_VERSION, RSI_ABI_VERSION_1_0, 0) == RSI_SUCCESS &&
		      regs.x[1] == RSI_ABI_VERSION_1_0 &&
		      regs.x[2] >= RSI_ABI_VERSION_1_0,
	      "RSI 1.0 is there");
	check(rsi(&regs, RSI_VERSION, 0x20000, 0) == RSI_ERROR_INPUT,
	      "RSI 2.0 is refused");
	check(rsi(&regs, RSI_FEATURES, 0, 0) == RSI_SUCCESS,
	      "features are told");
	check(rsi(&regs, 0xc40001ac, 0, 0) == SMCCC_NOT_SUPPORTED,
	      "an unknown call is not supported");
}

static void check_config(void)
{
	struct rsi_realm_config *config = (void *)spare[0];
	uint64_t address = (uintptr_t)spare[0];
	struct smccc_regs regs;
	bool rest_zero = true;

	memset(spare[0], 0xff, PAGE);
	check(rsi(&regs, RSI_REALM_CONFIG, address, 0) == RSI_SUCCESS,
	      "the configuration is told");
	check(shared_bit == ipa_shared_start((unsigned)config->ipa_width) &&
		      config->hash_algo <= 2,
	      "and makes sense");
	for (unsigned i = 0; i < sizeof(config->pad240); i++)
		rest_zero = rest_zero && config->pad240[i] == 0;
	check(rest_zero, "and leaves the rest of its page zero");
	print_hex("personalization", config->rpv, sizeof(config->rpv));
	check(rsi(&regs, RSI_REALM_CONFIG, address + 8, 0) == RSI_ERROR_INPUT,
	      "not to an odd address");
	check(rsi(&regs, RSI_REALM_CONFIG, address | shared_bit, 0) ==
		      RSI_ERROR_INPUT,
	      "nor to shared memory");
}

static void check_all_ram(void)
{
	uint64_t next = machine.ram_base;
	uint64_t end = next + machine.ram_size;
	struct smccc_regs regs;

	while (next < end) {
		if (rsi(&regs, RSI_IPA_STATE_GET, next, end) != RSI_SUCCESS ||
		    regs.x[2] != RIPAS_RAM || regs.x[1] <= next)
			break;
		next = regs.x[1];
	}
	check(next == end, "all memory has RIPAS RAM");
}

static void check_ripas(void)
{
	uint64_t page = (uintptr_t)spare[1];
	volatile uint64_t *word = (volatile uint64_t *)page;
	struct fault fault;

	check_all_ram();
	*word = SECRET;
	check(ripas_set(page, page + PAGE, RIPAS_EMPTY) == 0,
	      "a page is emptied");
	check(ripas_of(page) == RIPAS_EMPTY, "it is EMPTY then");
	try_read(page, &fault);
	check(is_external(&fault, page), "reading it is an external abort");
	try_write(page, 1, &fault);
	check(is_external(&fault, page), "and writing it");
	try_fetch(page, &fault);
	check(is_external(&fault, page), "and executing it");
	check(ripas_set(page, page + PAGE, RIPAS_RAM) == 0,
	      "it becomes RAM again");
	check(ripas_of(page) == RIPAS_RAM, "and says so");
	check(*word == 0, "its content is lost");
	*word = SECRET;
	check(*word == SECRET, "it is memory again");
}

static void check_ripas_errors(void)
{
	uint64_t page = (uintptr_t)spare[1];

	check(ripas_set(page + 8, page + PAGE, RIPAS_RAM) == RSI_ERROR_INPUT,
	      "a RIPAS change of an odd range is refused");
	check(ripas_set(page, page + PAGE, 2) == RSI_ERROR_INPUT,
	      "and one to no RIPAS of ours");
	check(ripas_set(page | shared_bit, (page | shared_bit) + PAGE,
			RIPAS_RAM) == RSI_ERROR_INPUT,
	      "and one of shared memory");
	check(ripas_of(page) == RIPAS_RAM, "which change nothing");
}

static bool measurement_read(uint64_t index, uint8_t *digest)
{
	struct smccc_regs regs;

	if (rsi(&regs, RSI_MEASUREMENT_READ, index, 0) != RSI_SUCCESS)
		return false;
	memcpy(digest, &regs.x[1], RSI_MEASUREMENT_SIZE);
	return true;
}

static uint64_t measurement_extend(uint64_t index, uint64_t size)
{
	struct smccc_regs regs = { { RSI_MEASUREMENT_EXTEND, index, size } };

	for (unsigned i = 0; i < MEASUREMENT_WORDS; i++)
		regs.x[3 + i] = SECRET + i;
	guest_smc(&regs);
	return regs.x[0];
}

static void check_measurements(void)
{
	static const uint8_t zero[RSI_MEASUREMENT_SIZE];
	uint8_t rim[RSI_MEASUREMENT_SIZE], rem[RSI_MEASUREMENT_SIZE];
	uint8_t again[RSI_MEASUREMENT_SIZE];

	check(measurement_read(0, rim), "the initial measurement is read");
	print_hex("RIM", rim, sizeof(rim));
	check(memcmp(rim, zero, sizeof(rim)) != 0, "it is not zero");
	check(measurement_read(1, rem) && memcmp(rem, zero, sizeof(rem)) == 0,
	      "an extensible one is zero at first");
	check(measurement_extend(1, 64) == RSI_SUCCESS &&
		      measurement_read(1, rem) &&
		      memcmp(rem, zero, sizeof(rem)) != 0,
	      "it is extended");
	check(measurement_extend(1, 64) == RSI_SUCCESS &&
		      measurement_read(1, again) &&
		      memcmp(rem, again, sizeof(rem)) != 0,
	      "each time to another value");
	print_hex("REM", again, sizeof(again));
	check(measurement_extend(0, 64) == RSI_ERROR_INPUT &&
		      measurement_extend(5, 64) == RSI_ERROR_INPUT &&
		      measurement_extend(1, 65) == RSI_ERROR_INPUT,
	      "bad extensions are refused");
	check(measurement_read(0, again) && memcmp(rim, again, sizeof(rim)) == 0,
	      "the initial measurement stays");
	check(!measurement_read(5, again), "there is no sixth");
}

static void check_shared(void)
{
	uint64_t page = (uintptr_t)spare[2];
	volatile uint64_t *private = (volatile uint64_t *)page;
	volatile uint64_t *shared = (volatile uint64_t *)(page + SHARED_WINDOW);

	*private = SECRET;
	if (!check(ripas_set(page, page + PAGE, RIPAS_EMPTY) == 0,
		   "a page is shared"))
		return;
	check(*shared != SECRET, "what it held stays private");
	*shared = 0x1234;
	check(*shared == 0x1234, "the shared page is writable");
	check(ripas_set(page, page + PAGE, RIPAS_RAM) == 0, "it is taken back");
	check(*private == 0, "and begins at zero");
}

static void check_host_call(void)
{
	static struct rsi_host_call call __attribute__((aligned(256)));
	struct smccc_regs regs;

	call.imm = 0x77;
	call.gprs[0] = SECRET;
	check(rsi(&regs, RSI_HOST_CALL, (uintptr_t)&call, 0) == RSI_SUCCESS,
	      "the host answers a call");
	log_line("host call: %lx", call.gprs[0]);
	check(rsi(&regs, RSI_HOST_CALL, (uintptr_t)&call + 8, 0) ==
		      RSI_ERROR_INPUT,
	      "not one at an odd address");
}

void check_realm(void)
{
	check_version();
	check_config();
	check_ripas();
	check_ripas_errors();
	check_measurements();
	check_shared();
	check_host_call();
}
