/* SPDX-License-Identifier: BSD-3-Clause */
/* From the entry by the firmware to a host that is ready. */
#include "hypervisor/port/a64/main.h"

#include "abi/machine_map.h"
#include "hypervisor/core/rmi/failure_text.h"
#include "hypervisor/port/a64/core.h"
#include "hypervisor/port/a64/mmu.h"
#include "hypervisor/port/a64/power.h"
#include "hypervisor/port/a64/thread.h"
#include "lib/image.h"
#include "lib/log.h"
#include "lib/pl011.h"

static struct machine machine;
static struct host host;

struct dmesg hypervisor_dmesg;

static void uart_put(char c)
{
	pl011_put(MACHINE_UART0_BASE, c);
}

static void log_put(char c)
{
	uart_put(c);
	dmesg_put(&hypervisor_dmesg, c);
}

static _Noreturn void start_give_up(const char *why)
{
	log_line_unlocked("cannot start: %s", why);
	power_off();
}

static void memory_start(uint64_t fdt, struct board *board)
{
	const char *why = board_read((const void *)(uintptr_t)fdt, board);

	/* Our own monitor loads the image below all memory that is used. */
	if (why == NULL && !board_reserve(board, (uintptr_t)image_start,
					  (uintptr_t)(image_end - image_start)))
		why = "the device tree reserves too many ranges";
	if (why == NULL)
		why = machine_open(&machine, board);
	if (why != NULL)
		start_give_up(why);
	log_line("%llu MiB of memory from %llx, %llu MiB more for devices",
		 (unsigned long long)(machine.ram.size >> 20),
		 (unsigned long long)machine.ram.base.value,
		 (unsigned long long)(machine.dma.size >> 20));
}

/* Starts the use of the RMM. Without an RMM that can be used, the host has
 * ordinary guests only. */
static void rmm_start(void)
{
	if (!host_init(&host, &machine.ops, &machine.ram, 1)) {
		failure_text(&host.failure, machine.rmm_text,
			     sizeof(machine.rmm_text));
		log_line("%s", machine.rmm_text);
		return;
	}
	log_line("RMI %llu.%llu, %llu MiB for Realms",
		 (unsigned long long)(host.info.version_lower >> 16),
		 (unsigned long long)(host.info.version_lower & 0xffff),
		 (unsigned long long)(host.info.ram_bytes >> 20));
}

void hypervisor_main(uint64_t fdt)
{
	struct board board;

	pl011_init(MACHINE_UART0_BASE);
	log_init("hypervisor", uart_put);
	/* TF-A's BL31 names no device tree to BL33. QEMU has put it there. */
	if (fdt == 0)
		fdt = MACHINE_DTB_BASE;
	if (!mmu_prepare(fdt))
		start_give_up("the image or the device tree cannot be mapped");
	mmu_enable();
	log_init("hypervisor", log_put); /* the log takes a lock from now on */
	memory_start(fdt, &board);
	threads_init(&machine.ops);
	machine.cores = cores_start(&board);
	log_line("%u of %u cores run", machine.cores, board.cpu_count);
	rmm_start();
	host_run(&machine, &host);
}
