/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A debugger for Linux guests, with nothing but system calls: it follows a child
 * by a single step, a hardware watchpoint and a hardware breakpoint
 * (ptrace(2)), and prints what stopped the child.
 */
#include <stddef.h>
#include <stdint.h>

/* Numbers of Linux for arm64. */
#define SYS_WRITE      64
#define SYS_EXIT_GROUP 94
#define SYS_PTRACE     117
#define SYS_KILL       129
#define SYS_GETPID     172
#define SYS_CLONE      220
#define SYS_WAIT4      260

#define SIGTRAP 5
#define SIGCHLD 17
#define SIGSTOP 19

#define PTRACE_TRACEME    0
#define PTRACE_CONT       7
#define PTRACE_SINGLESTEP 9
#define PTRACE_GETSIGINFO 0x4202
#define PTRACE_GETREGSET  0x4204
#define PTRACE_SETREGSET  0x4205
#define NT_PRSTATUS       1
#define NT_ARM_HW_BREAK   0x402
#define NT_ARM_HW_WATCH   0x403

#define TRAP_TRACE  2
#define TRAP_HWBKPT 4

/* The control of a slot: on, the kind of access, which bytes. */
#define SLOT_OFF     0
#define SLOT_EXECUTE (1 | 0xf << 5)
#define SLOT_STORE   (1 | 2 << 3 | 0xff << 5)

#define EXIT_CODE 42

struct slots {
	uint32_t info; /* bits 7:0: their number */
	uint32_t pad;
	struct {
		uint64_t address;
		uint32_t control;
		uint32_t pad;
	} slot[1];
};

struct registers {
	uint64_t x[31];
	uint64_t sp;
	uint64_t pc;
	uint64_t pstate;
};

struct signal {
	int32_t number;
	int32_t error;
	int32_t code;
	int32_t pad;
	uint64_t address;
	uint64_t rest[13];
};

struct piece {
	void *base;
	uint64_t size;
};

void _start(void);

static volatile uint64_t watched;
static long child;

static long call(long number, long a, long b, long c, long d)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}

static void say(const char *text)
{
	size_t size = 0;

	while (text[size] != '\0')
		size++;
	(void)call(SYS_WRITE, 1, (long)text, (long)size, 0);
}

static _Noreturn void end(int code)
{
	for (;;)
		(void)call(SYS_EXIT_GROUP, code, 0, 0, 0);
}

static void check(int good, const char *what)
{
	say(good ? "debugger: pass: " : "debugger: FAIL: ");
	say(what);
	say("\n");
	if (!good)
		end(1);
}

__attribute__((noinline)) static void called(void)
{
	__asm__ volatile("nop");
}

static _Noreturn void follow_me(void)
{
	(void)call(SYS_PTRACE, PTRACE_TRACEME, 0, 0, 0);
	(void)call(SYS_KILL, call(SYS_GETPID, 0, 0, 0, 0), SIGSTOP, 0, 0);
	watched = 1;
	called();
	end(EXIT_CODE);
}

/* Returns the status of the child when it stops or ends. */
static int wait_child(void)
{
	int status = 0;

	(void)call(SYS_WAIT4, child, (long)&status, 0, 0);
	return status;
}

static int go_on(long how)
{
	if (call(SYS_PTRACE, how, child, 0, 0) != 0)
		return -1;
	return wait_child();
}

static int stopped_by(int status, int number)
{
	return status == (number << 8 | 0x7f);
}

static struct signal cause(void)
{
	struct signal signal = { 0 };

	(void)call(SYS_PTRACE, PTRACE_GETSIGINFO, child, 0, (long)&signal);
	return signal;
}

static uint64_t child_pc(void)
{
	struct registers registers = { .pc = 0 };
	struct piece piece = { &registers, sizeof(registers) };

	(void)call(SYS_PTRACE, PTRACE_GETREGSET, child, NT_PRSTATUS,
		   (long)&piece);
	return registers.pc;
}

static unsigned slots_count(long kind)
{
	struct slots slots = { 0 };
	struct piece piece = { &slots, sizeof(slots) };

	if (call(SYS_PTRACE, PTRACE_GETREGSET, child, kind, (long)&piece) != 0)
		return 0;
	return slots.info & 0xff;
}

static int slot_set(long kind, uint64_t address, uint32_t control)
{
	struct slots slots = { .slot = { { address, control, 0 } } };
	struct piece piece = { &slots, sizeof(slots) };

	return call(SYS_PTRACE, PTRACE_SETREGSET, child, kind, (long)&piece) ==
	       0;
}

static void check_step(void)
{
	uint64_t before = child_pc();

	check(stopped_by(go_on(PTRACE_SINGLESTEP), SIGTRAP) &&
		      cause().code == TRAP_TRACE && child_pc() != before,
	      "a step stops");
}

static void check_slot(long kind, uint64_t address, uint32_t control,
		       const char *what)
{
	struct signal signal;
	int status;

	check(slots_count(kind) >= 2 && slot_set(kind, address, control),
	      "there are two slots or more, and one is set");
	status = go_on(PTRACE_CONT);
	signal = cause();
	check(stopped_by(status, SIGTRAP) && signal.code == TRAP_HWBKPT &&
		      signal.address == address,
	      what);
	check(slot_set(kind, address, SLOT_OFF), "and is taken away");
}

void _start(void)
{
	child = call(SYS_CLONE, SIGCHLD, 0, 0, 0);
	if (child == 0)
		follow_me();
	check(stopped_by(wait_child(), SIGSTOP), "the child waits");
	check_step();
	check_slot(NT_ARM_HW_WATCH, (uintptr_t)&watched, SLOT_STORE,
		   "a watchpoint stops");
	check_slot(NT_ARM_HW_BREAK, (uintptr_t)called, SLOT_EXECUTE,
		   "a breakpoint stops");
	check(go_on(PTRACE_CONT) == EXIT_CODE << 8, "the child ends");
	say("debugger: done\n");
	end(0);
}
