/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares images with the expected ones. Each NAME.request in the data folder
 * has a NAME.dts, which begins with the plan as a comment; the device tree's
 * source follows. A request is a list of lines "key value". Its files are made
 * up, with the sizes that it gives.
 *
 *	golden_test DIR		compares all
 *	golden_test DIR NAME	prints what is expected of NAME, to be looked
 *				at and stored
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/fixture.h"

#define MIB        ((uint64_t)1 << 20)
#define VIRTIO_MAX 11

/* A request, and the objects that it points to. */
struct golden {
	struct image_request request;
	struct kernel_spec kernel;
	size_t initrd_size;
	char cmdline[128];
	char types[VIRTIO_MAX][32];
	struct image_virtio virtio[VIRTIO_MAX];
	uint8_t seed[128];
};

static const char *data_folder;

static uint64_t number(const char *text)
{
	return strtoull(text, NULL, 0);
}

static void read_virtio(struct golden *golden, const char *value)
{
	size_t at = golden->request.virtio_count++;
	struct image_virtio *device = &golden->virtio[at];
	int grant;

	assert_int_equal(sscanf(value, "%31s %d %" SCNu32, golden->types[at],
				&grant, &device->backend_domid),
			 3);
	if (strcmp(golden->types[at], "-") != 0)
		device->type = golden->types[at];
	device->grant = grant != 0;
	golden->request.virtio = golden->virtio;
}

static void read_seed(struct golden *golden, const char *value)
{
	golden->request.rng_seed_size = number(value);
	assert_true(golden->request.rng_seed_size <= sizeof(golden->seed));
	for (size_t i = 0; i < golden->request.rng_seed_size; i++)
		golden->seed[i] = (uint8_t)(0x80 + i);
	golden->request.rng_seed = golden->seed;
}

static void read_line(struct golden *golden, const char *key, const char *value)
{
	struct image_request *request = &golden->request;

	if (strcmp(key, "realm") == 0) {
		request->realm = number(value) != 0;
	} else if (strcmp(key, "xen") == 0) {
		request->xen = number(value) != 0;
	} else if (strcmp(key, "vcpus") == 0) {
		request->vcpus = (unsigned)number(value);
	} else if (strcmp(key, "memory") == 0) {
		request->ram_size = number(value) * MIB;
	} else if (strcmp(key, "gic") == 0) {
		request->gic =
			strcmp(value, "v2") == 0 ? IMAGE_GICV2 : IMAGE_GICV3;
	} else if (strcmp(key, "vuart") == 0) {
		request->vuart = number(value) != 0;
	} else if (strcmp(key, "rtc") == 0) {
		request->rtc = number(value) != 0;
	} else if (strcmp(key, "pvpanic") == 0) {
		request->pvpanic = number(value) != 0;
	} else if (strcmp(key, "optee") == 0) {
		request->optee = number(value) != 0;
	} else if (strcmp(key, "vpci") == 0) {
		request->vpci = number(value) != 0;
	} else if (strcmp(key, "cmdline") == 0) {
		request->cmdline = strcpy(golden->cmdline, value);
	} else if (strcmp(key, "kernel") == 0) {
		golden->kernel.size = number(value);
	} else if (strcmp(key, "image_size") == 0) {
		golden->kernel.image_size = number(value);
	} else if (strcmp(key, "text_offset") == 0) {
		golden->kernel.text_offset = number(value);
	} else if (strcmp(key, "initrd") == 0) {
		golden->initrd_size = number(value);
	} else if (strcmp(key, "virtio") == 0) {
		read_virtio(golden, value);
	} else if (strcmp(key, "rng_seed") == 0) {
		read_seed(golden, value);
	} else {
		fail_msg("no such key in a request: %s", key);
	}
}

static void read_request(struct golden *golden, const char *path)
{
	FILE *in = fopen(path, "r");
	char line[256], *value;

	if (in == NULL)
		abort();
	memset(golden, 0, sizeof(*golden));
	while (fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		value = line + strcspn(line, " ");
		if (*value != '\0')
			*value++ = '\0';
		read_line(golden, line, value);
	}
	fclose(in);
}

static void make_files(struct golden *golden)
{
	struct bytes kernel;

	golden->kernel.banner = "Linux version 6.13.0 (golden)\n";
	kernel = fixture_kernel(&golden->kernel);
	golden->request.kernel.path =
		fixture_file("kernel", kernel.data, kernel.size);
	bytes_free(&kernel);
	if (golden->initrd_size != 0) {
		golden->request.ramdisk.path =
			fixture_file("initrd", NULL, golden->initrd_size);
	}
}

static void print_plan(FILE *out, const struct image *image)
{
	static const char *const kinds[] = { "kernel", "initrd", "dtb" };

	fprintf(out, "/*\n");
	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];

		fprintf(out,
			" * %s: %zu bytes at 0x%" PRIx64 ", 0x%" PRIx64
			" reserved\n",
			kinds[segment->kind], segment->size, segment->ipa,
			segment->memory_size);
	}
	fprintf(out, " * entry 0x%" PRIx64 ", x0 0x%" PRIx64 "\n", image->entry,
		image->dtb_ipa);
	fprintf(out, " * least memory: %" PRIu64 " MiB\n */\n",
		image->ram_minimum / MIB);
}

/* Returns what the request gives, in the form of the expected files; the caller
 * frees it. */
static char *render(const char *request_path)
{
	struct reeve_report *report = reeve_report_new();
	struct image *image = NULL;
	struct golden golden;
	char *text = NULL, *source;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	assert_non_null(out);
	fixture_folder_make();
	read_request(&golden, request_path);
	make_files(&golden);
	assert_int_equal(image_load(&golden.request, &image, report), REEVE_OK);
	assert_int_equal(reeve_report_count(report), 0);
	source = image_dtb_source(image->dtb, image->dtb_size);
	assert_non_null(source);
	print_plan(out, image);
	fputs(source, out);
	fclose(out);
	free(source);
	image_free(image);
	reeve_report_free(report);
	fixture_folder_remove();
	return text;
}

static char *read_text(const char *path)
{
	FILE *in = fopen(path, "r");
	char *text = calloc(1, 1 << 20);

	if (in == NULL || text == NULL)
		abort();
	assert_true(fread(text, 1, (1 << 20) - 1, in) > 0);
	fclose(in);
	return text;
}

static void compare(const char *request_path)
{
	size_t stem = strlen(request_path) - strlen(".request");
	char expected_path[512];
	char *expected, *actual = render(request_path);

	snprintf(expected_path, sizeof(expected_path), "%.*s.dts", (int)stem,
		 request_path);
	expected = read_text(expected_path);
	if (strcmp(actual, expected) != 0)
		fail_msg("not as in %s:\n%s", expected_path, actual);
	free(expected);
	free(actual);
}

static void images_are_as_expected(void **state)
{
	char pattern[512];
	glob_t found;

	(void)state;
	snprintf(pattern, sizeof(pattern), "%s/*.request", data_folder);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (size_t i = 0; i < found.gl_pathc; i++)
		compare(found.gl_pathv[i]);
	globfree(&found);
}

static int print(const char *name)
{
	char path[512], *text;

	snprintf(path, sizeof(path), "%s/%s.request", data_folder, name);
	text = render(path);
	fputs(text, stdout);
	free(text);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_are_as_expected),
	};

	if (argc < 2)
		return 2;
	data_folder = argv[1];
	if (argc > 2)
		return print(argv[2]);
	return cmocka_run_group_tests_name("golden", tests, NULL, NULL);
}
