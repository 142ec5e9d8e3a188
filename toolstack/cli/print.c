/* SPDX-License-Identifier: BSD-3-Clause */
/* Prints plans and measurements for a person. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/cli/cli.h"

static void print_range(const struct reeve_range *range)
{
	printf("  0x%010" PRIx64 "  0x%010" PRIx64 "  %10" PRIu64 " bytes  %s\n",
	       range->ipa, range->ipa + range->reserved, range->size,
	       range->content);
}

void cli_print_safely(const char *text)
{
	char *printable = reeve_printable(text);

	fputs(printable != NULL ? printable : "(out of memory)", stdout);
	free(printable);
}

/* Prints the first words of the kernel's banner, "Linux version 7.3.4". The
 * JSON document has the rest: who built it, and how. */
static void print_banner(const char *banner)
{
	char *words = strdup(banner);
	char *end;

	if (words == NULL)
		return;
	end = words + strcspn(words, "(");
	while (end > words && end[-1] == ' ')
		end--;
	*end = '\0';
	fputs(", ", stdout);
	cli_print_safely(words);
	free(words);
}

static void print_device(const struct reeve_device *device)
{
	printf("  0x%010" PRIx64 "  0x%010" PRIx64 "  interrupt %-11u  %s",
	       device->ipa, device->ipa + device->size, device->interrupt,
	       device->kind);
	if (device->name[0] != '\0')
		putchar(' ');
	cli_print_safely(device->name);
	puts(device->untrusted ? ", untrusted" : "");
}

void cli_print_plan(const struct reeve_plan *plan)
{
	const char *banner = reeve_plan_kernel_banner(plan);
	struct reeve_device device;
	struct reeve_range range;

	puts("  from          to            loaded            content");
	for (size_t i = 0; reeve_plan_bank(plan, i, &range); i++)
		print_range(&range);
	for (size_t i = 0; reeve_plan_segment(plan, i, &range); i++)
		print_range(&range);
	for (size_t i = 0; reeve_plan_device(plan, i, &device); i++)
		print_device(&device);
	printf("  kernel   %s", reeve_plan_kernel_format(plan));
	if (banner != NULL)
		print_banner(banner);
	printf("\n  start    pc 0x%" PRIx64 ", x0 0x%" PRIx64 " (device tree)\n",
	       reeve_plan_entry(plan), reeve_plan_dtb_ipa(plan));
}

void cli_hex_text(char *text, const uint8_t *bytes, size_t size)
{
	*text = '\0';
	for (size_t i = 0; i < size; i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static void print_hex(const char *label, const uint8_t *bytes, size_t size)
{
	printf("%-12s", label);
	for (size_t i = 0; i < size; i++)
		printf("%02x", bytes[i]);
	putchar('\n');
}

static void print_ranges(const struct reeve_measurement *m)
{
	for (size_t i = 0; i < m->range_count; i++) {
		printf("  0x%010" PRIx64 "  %8" PRIu64 " granules  %s\n",
		       m->ranges[i].ipa, reeve_range_granules(&m->ranges[i]),
		       m->ranges[i].content);
	}
	printf("  boot REC    flags 0x%" PRIx64 ", pc 0x%" PRIx64
	       ", x0 0x%" PRIx64 "\n",
	       m->rec_flags, m->rec_pc, m->rec_gprs[0]);
}

/* Prints what a measurement is, up to how much content it covers. */
static void print_result(const struct reeve_measurement *m)
{
	print_hex("RIM", m->rim, m->size);
	printf("%-12s%s\n", "Hash", m->hash);
	print_hex("RPV", m->rpv, sizeof(m->rpv));
	printf("%-12s", "Content");
}

static void print_amount(const struct reeve_measurement *m)
{
	printf("%" PRIu64 " granules, %u vCPU%s\n", m->granules, m->vcpus,
	       m->vcpus == 1 ? "" : "s");
	printf("Measured, in this order:\n"
	       "  parameters  flags0 0x%" PRIx64 ", s2sz %u, sve_vl %u, "
	       "num_bps %u, num_wps %u, pmu_num_ctrs %u, hash_algo %u\n",
	       m->flags0, m->s2sz, m->sve_vl, m->num_bps, m->num_wps,
	       m->pmu_num_ctrs, m->hash_algo);
}

void cli_print_measurement(const struct reeve_measurement *measurement)
{
	print_result(measurement);
	printf("%zu segments, ", measurement->range_count);
	print_amount(measurement);
	print_ranges(measurement);
}

void cli_print_listing(const struct reeve_measurement *measurement,
		       const char *steps)
{
	print_result(measurement);
	print_amount(measurement);
	fputs(steps, stdout);
}
