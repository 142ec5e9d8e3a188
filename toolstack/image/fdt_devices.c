/* SPDX-License-Identifier: BSD-3-Clause */
/* The nodes for paravirtual and virtual devices. */
#include <string.h>

#include "abi/guest_map.h"
#include "lib/number.h"
#include "toolstack/image/fdt_guest.h"

/* An extended region is the guest-physical space of a bank that its RAM leaves
 * free. The guest may map foreign pages there. The banks end within the 40 bits
 * of guest-physical address that Xen has. */
#define REGION_ALIGN ((uint64_t)2 << 20)
#define REGION_MIN   ((uint64_t)64 << 20)

/* The kind of a PCI window: the first of its three address cells. */
#define PCI_WINDOW_MEM  0x02000000
#define PCI_WINDOW_PREF 0x43000000
#define PCI_BUS_MAX     255

/* Appends the space behind the bank's RAM as a region, unless it is too small.
 * Returns the new number of regions. */
static size_t put_region(const struct image_bank *bank, uint64_t bank_size,
			 struct fdt_range *regions, size_t count)
{
	uint64_t used = align_up(bank->size, REGION_ALIGN);

	if (bank_size - used < REGION_MIN)
		return count;
	regions[count] =
		(struct fdt_range){ bank->base + used, bank_size - used };
	return count + 1;
}

void fdt_put_hypervisor(struct fdt_writer *w, const struct image_bank banks[2])
{
	static const char compatible[] = "xen,xen-" FDT_XEN_VERSION "\0xen,xen";
	static const unsigned intid = GUEST_EVTCHN_PPI;
	struct fdt_range ranges[3] = { { GUEST_GNTTAB_BASE, GUEST_GNTTAB_SIZE } };
	size_t count = 1;

	count = put_region(&banks[0], GUEST_RAM0_SIZE, ranges, count);
	count = put_region(&banks[1], GUEST_RAM1_SIZE, ranges, count);
	fdt_open(w, "hypervisor");
	fdt_put(w, "compatible", compatible, sizeof(compatible));
	fdt_put_ranges(w, "reg", ranges, count);
	fdt_put_interrupts(w, &intid, 1, FDT_IRQ_LEVEL_LOW);
	fdt_close(w);
}

void fdt_put_optee(struct fdt_writer *w)
{
	fdt_open(w, "firmware");
	fdt_open(w, "optee");
	fdt_put_string(w, "compatible", "linaro,optee-tz");
	fdt_put_string(w, "method", "hvc");
	fdt_close(w);
	fdt_close(w);
}

static uint32_t high_cell(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static uint32_t low_cell(uint64_t value)
{
	return (uint32_t)value;
}

/* Each window takes three cells of PCI address, two of CPU address and two of
 * size. */
static void put_vpci_windows(struct fdt_writer *w)
{
	const uint32_t cells[] = {
		PCI_WINDOW_MEM,
		high_cell(GUEST_VPCI_MEM_BASE),
		low_cell(GUEST_VPCI_MEM_BASE),
		high_cell(GUEST_VPCI_MEM_BASE),
		low_cell(GUEST_VPCI_MEM_BASE),
		high_cell(GUEST_VPCI_MEM_SIZE),
		low_cell(GUEST_VPCI_MEM_SIZE),
		PCI_WINDOW_PREF,
		high_cell(GUEST_VPCI_PREF_BASE),
		low_cell(GUEST_VPCI_PREF_BASE),
		high_cell(GUEST_VPCI_PREF_BASE),
		low_cell(GUEST_VPCI_PREF_BASE),
		high_cell(GUEST_VPCI_PREF_SIZE),
		low_cell(GUEST_VPCI_PREF_SIZE),
	};

	fdt_put_cells(w, "ranges", cells, sizeof(cells) / sizeof(cells[0]));
}

void fdt_put_vpci(struct fdt_writer *w)
{
	static const struct fdt_range ecam = { GUEST_VPCI_ECAM_BASE,
					       GUEST_VPCI_ECAM_SIZE };
	static const uint32_t buses[] = { 0, PCI_BUS_MAX };

	fdt_open_at(w, "pcie", GUEST_VPCI_ECAM_BASE);
	fdt_put_string(w, "compatible", "pci-host-ecam-generic");
	fdt_put_string(w, "device_type", "pci");
	fdt_put_ranges(w, "reg", &ecam, 1);
	fdt_put_cells(w, "bus-range", buses, 2);
	fdt_put_cell(w, "#address-cells", 3);
	fdt_put_cell(w, "#size-cells", 2);
	fdt_put_string(w, "status", "okay");
	put_vpci_windows(w);
	fdt_close(w);
}

static void put_i2c(struct fdt_writer *w)
{
	fdt_open(w, "i2c");
	fdt_put_string(w, "compatible", "virtio,device22");
	fdt_close(w);
}

static void put_gpio(struct fdt_writer *w)
{
	fdt_open(w, "gpio");
	fdt_put_string(w, "compatible", "virtio,device29");
	fdt_put_empty(w, "gpio-controller");
	fdt_put_cell(w, "#gpio-cells", 2);
	fdt_put_empty(w, "interrupt-controller");
	fdt_put_cell(w, "#interrupt-cells", 2);
	fdt_close(w);
}

static bool type_is(const struct image_virtio *device, const char *type)
{
	return device->type != NULL && strcmp(device->type, type) == 0;
}

static void put_virtio_device(struct fdt_writer *w,
			      const struct image_virtio *device, unsigned slot)
{
	struct fdt_range range = { GUEST_VIRTIO_MMIO_BASE +
					   slot * GUEST_VIRTIO_MMIO_STEP,
				   GUEST_VIRTIO_MMIO_STEP };
	unsigned intid = GUEST_VIRTIO_MMIO_SPI + slot;
	uint32_t iommu[] = { FDT_PHANDLE_IOMMU, device->backend_domid };

	fdt_open_at(w, "virtio", range.base);
	fdt_put_string(w, "compatible", "virtio,mmio");
	fdt_put_ranges(w, "reg", &range, 1);
	fdt_put_interrupts(w, &intid, 1, FDT_IRQ_EDGE_RISING);
	fdt_put_empty(w, "dma-coherent");
	if (device->grant)
		fdt_put_cells(w, "iommus", iommu, 2);
	if (type_is(device, "virtio,device22"))
		put_i2c(w);
	else if (type_is(device, "virtio,device29"))
		put_gpio(w);
	fdt_close(w);
}

static void put_iommu(struct fdt_writer *w)
{
	fdt_open(w, "xen_iommu");
	fdt_put_string(w, "compatible", "xen,grant-dma");
	fdt_put_cell(w, "#iommu-cells", 1);
	fdt_put_cell(w, "phandle", FDT_PHANDLE_IOMMU);
	fdt_close(w);
}

void fdt_put_virtio(struct fdt_writer *w, const struct image_virtio *devices,
		    size_t count)
{
	bool grant = false;

	for (size_t i = 0; i < count; i++) {
		put_virtio_device(w, &devices[i], (unsigned)i);
		grant = grant || devices[i].grant;
	}
	if (grant)
		put_iommu(w);
}
