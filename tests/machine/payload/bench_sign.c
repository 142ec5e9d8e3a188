/* SPDX-License-Identifier: BSD-3-Clause */
/* One signature by BearSSL in one call, to compare with the cost of a token. */
#include <bearssl.h>

#include <string.h>

#include "lib/a64.h"
#include "lib/log.h"
#include "tests/machine/payload/bench.h"

#define P384_SIZE 48

/* CPTR_EL2 with E2H = 0: only the reserved-one bits, so that nothing traps. */
#define CPTR_RES1 UINT64_C(0x22ff)

/* Functions that BearSSL's build calls besides string functions. */
void *__memcpy_chk(void *to, const void *from, size_t size, size_t room);
void *__memset_chk(void *to, int byte, size_t size, size_t room);
uintptr_t __stack_chk_guard = 0x5a5a5a5a;
_Noreturn void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
	log_line_unlocked("a stack is overwritten");
	for (;;)
		wfi();
}

static void room_check(size_t size, size_t room)
{
	if (size > room)
		log_line_unlocked("a copy is larger than its place");
}

void *__memcpy_chk(void *to, const void *from, size_t size, size_t room)
{
	room_check(size, room);
	return memcpy(to, from, size);
}

void *__memset_chk(void *to, int byte, size_t size, size_t room)
{
	room_check(size, room);
	return memset(to, byte, size);
}

uint64_t bench_sign(void)
{
	static uint8_t scalar[P384_SIZE] = { [1] = 0x5a, [47] = 1 };
	static const uint8_t digest[P384_SIZE] = { 1, 2, 3 };
	const br_ec_private_key key = { BR_EC_secp384r1, scalar,
					sizeof(scalar) };
	uint8_t signature[2 * P384_SIZE];
	uint64_t start;
	size_t size;

	sysreg_write(CPTR_EL2, CPTR_RES1);
	isb();
	start = sysreg_read(cntvct_el0);
	size = br_ecdsa_i31_sign_raw(&br_ec_prime_i31, &br_sha384_vtable,
				     digest, &key, signature);
	return size == sizeof(signature) ? sysreg_read(cntvct_el0) - start : 0;
}
