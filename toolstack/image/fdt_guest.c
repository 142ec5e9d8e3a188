/* SPDX-License-Identifier: BSD-3-Clause */
/* The nodes that every guest has, and the order of all nodes. */
#include "toolstack/image/fdt_guest.h"

#include <assert.h>
#include <libfdt.h>
#include <string.h>

#include "abi/guest_map.h"
#include "lib/number.h"

/* Room for everything that does not depend on the request's texts: the nodes of
 * 128 vCPUs take 12 KiB. */
#define FDT_ROOM ((size_t)64 << 10)

/* An interrupt's target field, all CPUs. Only a GICv2 reads it. */
#define IRQ_CPU_MASK 0xf00

#define SPI_BASE 32
#define PPI_BASE 16

#define INTERRUPTS_MAX 3

/* PSCI 0.1 had no fixed function numbers, so the tree tells them. */
#define PSCI_0_1_CPU_OFF 1
#define PSCI_0_1_CPU_ON  2

#define UART_SPEED 115200
#define CLOCK_HZ   24000000

void fdt_put_interrupts(struct fdt_writer *w, const unsigned *intids,
			size_t count, enum fdt_irq_flags flags)
{
	uint32_t cells[INTERRUPTS_MAX * 3];
	uint32_t *cell = cells;

	assert(count <= INTERRUPTS_MAX);
	for (size_t i = 0; i < count; i++) {
		bool ppi = intids[i] < SPI_BASE;

		*cell++ = ppi ? 1 : 0;
		*cell++ = intids[i] - (ppi ? PPI_BASE : SPI_BASE);
		*cell++ = IRQ_CPU_MASK | (uint32_t)flags;
	}
	fdt_put_cells(w, "interrupts", cells, count * 3);
	fdt_put_cell(w, "interrupt-parent", FDT_PHANDLE_GIC);
}

static void put_root_properties(struct fdt_writer *w)
{
	static const char compatible[] =
		"xen,xenvm-" FDT_XEN_VERSION "\0xen,xenvm";

	fdt_put_string(w, "model", "XENVM-" FDT_XEN_VERSION);
	fdt_put(w, "compatible", compatible, sizeof(compatible));
	fdt_put_cell(w, "interrupt-parent", FDT_PHANDLE_GIC);
	fdt_put_cell(w, "#address-cells", 2);
	fdt_put_cell(w, "#size-cells", 2);
}

/* The end is rounded up to whole pages, as libxl does it. */
static void put_initrd(struct fdt_writer *w, const struct fdt_range *initrd)
{
	uint64_t end = align_up(initrd->base + initrd->size, GUEST_PAGE_SIZE);

	fdt_put_u64(w, "linux,initrd-start", initrd->base);
	fdt_put_u64(w, "linux,initrd-end", end);
}

static void put_chosen(struct fdt_writer *w, const struct fdt_plan *plan)
{
	const struct image_request *request = plan->request;

	fdt_open(w, "chosen");
	if (request->cmdline != NULL)
		fdt_put_string(w, "bootargs", request->cmdline);
	if (plan->initrd.size != 0)
		put_initrd(w, &plan->initrd);
	if (request->rng_seed != NULL) {
		fdt_put(w, "rng-seed", request->rng_seed,
			request->rng_seed_size);
	}
	fdt_close(w);
}

static void put_cpu(struct fdt_writer *w, unsigned vcpu)
{
	fdt_open_at(w, "cpu", GUEST_MPIDR(vcpu));
	fdt_put_string(w, "device_type", "cpu");
	fdt_put_string(w, "compatible", "arm,armv8");
	fdt_put_string(w, "enable-method", "psci");
	fdt_put_cell(w, "reg", GUEST_MPIDR(vcpu));
	fdt_close(w);
}

static void put_cpus(struct fdt_writer *w, unsigned vcpus)
{
	fdt_open(w, "cpus");
	fdt_put_cell(w, "#address-cells", 1);
	fdt_put_cell(w, "#size-cells", 0);
	for (unsigned vcpu = 0; vcpu < vcpus; vcpu++)
		put_cpu(w, vcpu);
	fdt_close(w);
}

/* A Realm calls the RMM with SMC. Linux looks for RSI only if the method is
 * SMC. */
static void put_psci(struct fdt_writer *w, bool realm)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2\0arm,psci";

	fdt_open(w, "psci");
	fdt_put(w, "compatible", compatible, sizeof(compatible));
	fdt_put_string(w, "method", realm ? "smc" : "hvc");
	fdt_put_cell(w, "cpu_off", PSCI_0_1_CPU_OFF);
	fdt_put_cell(w, "cpu_on", PSCI_0_1_CPU_ON);
	fdt_close(w);
}

static void put_memory(struct fdt_writer *w, const struct image_bank *bank)
{
	struct fdt_range range = { bank->base, bank->size };

	if (bank->size == 0)
		return;
	fdt_open_at(w, "memory", bank->base);
	fdt_put_string(w, "device_type", "memory");
	fdt_put_ranges(w, "reg", &range, 1);
	fdt_close(w);
}

static void put_gic_properties(struct fdt_writer *w,
			       const struct fdt_range ranges[2])
{
	fdt_put_cell(w, "#interrupt-cells", 3);
	fdt_put_cell(w, "#address-cells", 0);
	fdt_put_empty(w, "interrupt-controller");
	fdt_put_ranges(w, "reg", ranges, 2);
	fdt_put_cell(w, "linux,phandle", FDT_PHANDLE_GIC);
	fdt_put_cell(w, "phandle", FDT_PHANDLE_GIC);
}

static void put_gicv3(struct fdt_writer *w)
{
	static const struct fdt_range ranges[] = {
		{ GUEST_GICV3_GICD_BASE, GUEST_GICV3_GICD_SIZE },
		{ GUEST_GICV3_GICR_BASE, GUEST_GICV3_GICR_SIZE },
	};

	fdt_open_at(w, "interrupt-controller", GUEST_GICV3_GICD_BASE);
	fdt_put_string(w, "compatible", "arm,gic-v3");
	put_gic_properties(w, ranges);
	fdt_close(w);
}

static void put_gicv2(struct fdt_writer *w)
{
	static const char compatible[] = "arm,cortex-a15-gic\0arm,cortex-a9-gic";
	static const struct fdt_range ranges[] = {
		{ GUEST_GICV2_GICD_BASE, GUEST_GICV2_GICD_SIZE },
		{ GUEST_GICV2_GICC_BASE, GUEST_GICV2_GICC_SIZE },
	};

	fdt_open_at(w, "interrupt-controller", GUEST_GICV2_GICD_BASE);
	fdt_put(w, "compatible", compatible, sizeof(compatible));
	put_gic_properties(w, ranges);
	fdt_close(w);
}

static void put_timer(struct fdt_writer *w)
{
	static const unsigned intids[] = { GUEST_TIMER_PHYS_S_PPI,
					   GUEST_TIMER_PHYS_NS_PPI,
					   GUEST_TIMER_VIRT_PPI };

	fdt_open(w, "timer");
	fdt_put_string(w, "compatible", "arm,armv8-timer");
	fdt_put_interrupts(w, intids, 3, FDT_IRQ_LEVEL_LOW);
	fdt_close(w);
}

static void put_uart(struct fdt_writer *w)
{
	static const struct fdt_range range = { GUEST_PL011_BASE,
						GUEST_PL011_SIZE };
	static const unsigned intid = GUEST_PL011_SPI;

	fdt_open(w, "sbsa-pl011");
	fdt_put_string(w, "compatible", "arm,sbsa-uart");
	fdt_put_ranges(w, "reg", &range, 1);
	fdt_put_interrupts(w, &intid, 1, FDT_IRQ_LEVEL_HIGH);
	fdt_put_cell(w, "current-speed", UART_SPEED);
	fdt_close(w);
}

/* The bus clock of a PrimeCell, without which Linux leaves the device alone. No
 * register depends on its rate; this is the rate on QEMU's machines. */
static void put_clock(struct fdt_writer *w)
{
	fdt_open(w, "apb-pclk");
	fdt_put_string(w, "compatible", "fixed-clock");
	fdt_put_cell(w, "#clock-cells", 0);
	fdt_put_cell(w, "clock-frequency", CLOCK_HZ);
	fdt_put_cell(w, "phandle", FDT_PHANDLE_CLOCK);
	fdt_close(w);
}

/* Without an interrupt: the alarm has none (hypervisor/core/io/vrtc.h). */
static void put_rtc(struct fdt_writer *w)
{
	static const char compatible[] = "arm,pl031\0arm,primecell";
	static const struct fdt_range range = { GUEST_PL031_BASE,
						GUEST_PL031_SIZE };

	put_clock(w);
	fdt_open_at(w, "rtc", GUEST_PL031_BASE);
	fdt_put(w, "compatible", compatible, sizeof(compatible));
	fdt_put_ranges(w, "reg", &range, 1);
	fdt_put_cell(w, "clocks", FDT_PHANDLE_CLOCK);
	fdt_put_string(w, "clock-names", "apb_pclk");
	fdt_close(w);
}

static void put_pvpanic(struct fdt_writer *w)
{
	static const struct fdt_range range = { GUEST_PVPANIC_BASE,
						GUEST_PVPANIC_SIZE };

	fdt_open_at(w, "pvpanic", GUEST_PVPANIC_BASE);
	fdt_put_string(w, "compatible", "qemu,pvpanic-mmio");
	fdt_put_ranges(w, "reg", &range, 1);
	fdt_close(w);
}

static void put_tree(struct fdt_writer *w, const struct fdt_plan *plan)
{
	const struct image_request *request = plan->request;

	fdt_open(w, "");
	put_root_properties(w);
	put_chosen(w, plan);
	put_cpus(w, request->vcpus);
	put_psci(w, request->realm);
	put_memory(w, &plan->banks[0]);
	put_memory(w, &plan->banks[1]);
	if (request->gic == IMAGE_GICV2)
		put_gicv2(w);
	else
		put_gicv3(w);
	put_timer(w);
	if (!request->realm && request->xen)
		fdt_put_hypervisor(w, plan->banks);
	if (request->vuart)
		put_uart(w);
	if (request->rtc)
		put_rtc(w);
	if (request->pvpanic)
		put_pvpanic(w);
	if (request->optee)
		fdt_put_optee(w);
	if (request->vpci)
		fdt_put_vpci(w);
	fdt_put_virtio(w, request->virtio, request->virtio_count);
	if (plan->partial.size != 0)
		fdt_put_partial(w, plan->partial);
	fdt_close(w);
}

/* Returns an upper bound of the tree's size. The size that a partial tree adds
 * is not known beforehand, because its names are stored anew. */
static size_t tree_room(const struct fdt_plan *plan)
{
	const char *cmdline = plan->request->cmdline;
	size_t length = cmdline != NULL ? strlen(cmdline) : 0;
	size_t seed = plan->request->rng_seed_size;

	if (plan->partial.size != 0 || length > FDT_SIZE_MAX / 4 ||
	    seed > FDT_SIZE_MAX / 4)
		return FDT_SIZE_MAX;
	return FDT_ROOM + length + seed;
}

int fdt_guest_write(const struct fdt_plan *plan, struct blob *out)
{
	size_t room = tree_room(plan);
	struct fdt_writer w;

	if (blob_reserve(out, room) != REEVE_OK)
		return REEVE_ERR_MEMORY;
	fdt_writer_start(&w, out->data, room);
	put_tree(&w, plan);
	fdt_writer_finish(&w);
	if (w.error != 0) {
		blob_free(out);
		return REEVE_ERR_IMAGE;
	}
	blob_trim(out, fdt_totalsize(out->data));
	return REEVE_OK;
}
