/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Writes a device tree blob as source text. The blob does not tell the types of
 * its values. A value that can be a list of strings is written as strings,
 * otherwise as cells if its size allows, otherwise as bytes. dtc compiles each
 * of these to the same bytes.
 */
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/image/fdt_check.h"
#include "toolstack/image/image.h"

/* Real trees are not so deep, and the indentation of a deeper one would take
 * too much memory. */
#define DEPTH_MAX 64

static const char name_bytes[] = "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789,._+*#?@-";

/* Returns true if dtc accepts this as the name of a node or property. */
static bool is_name(const char *name)
{
	return name[0] != '\0' && strspn(name, name_bytes) == strlen(name);
}

static bool is_printable(char byte)
{
	return byte >= ' ' && byte <= '~';
}

/* Returns true if the value is a list of printable strings, each with its NUL.
 * An empty string is accepted only if it is the only one. */
static bool is_strings(const char *value, size_t size)
{
	if (size == 0 || value[size - 1] != '\0')
		return false;
	for (size_t i = 0; i < size; i++) {
		bool empty = value[i] == '\0' && (i == 0 || value[i - 1] == 0);

		if (value[i] != '\0' && !is_printable(value[i]))
			return false;
		if (empty && size != 1)
			return false;
	}
	return true;
}

static void write_string(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void write_strings(FILE *out, const char *value, size_t size)
{
	for (size_t at = 0; at < size; at += strlen(value + at) + 1) {
		fputs(at != 0 ? ", " : "", out);
		write_string(out, value + at);
	}
}

static void write_cells(FILE *out, const char *value, size_t size)
{
	fdt32_t cell;

	for (size_t at = 0; at < size; at += sizeof(cell)) {
		memcpy(&cell, value + at, sizeof(cell));
		fprintf(out, "%s0x%" PRIx32, at != 0 ? " " : "<",
			fdt32_to_cpu(cell));
	}
	fputc('>', out);
}

static void write_bytes(FILE *out, const char *value, size_t size)
{
	for (size_t at = 0; at < size; at++) {
		fprintf(out, "%s%02x", at != 0 ? " " : "[",
			(unsigned)(unsigned char)value[at]);
	}
	fputc(']', out);
}

static void write_property_value(FILE *out, const char *value, size_t size)
{
	if (is_strings(value, size))
		write_strings(out, value, size);
	else if (size % sizeof(fdt32_t) == 0)
		write_cells(out, value, size);
	else
		write_bytes(out, value, size);
}

static void write_indent(FILE *out, int depth)
{
	while (depth-- > 0)
		fputc('\t', out);
}

static bool write_property(FILE *out, const void *fdt, int offset, int depth)
{
	const char *name;
	int size;
	const char *value = fdt_getprop_by_offset(fdt, offset, &name, &size);

	if (value == NULL || !is_name(name))
		return false;
	write_indent(out, depth);
	fputs(name, out);
	if (size != 0) {
		fputs(" = ", out);
		write_property_value(out, value, (size_t)size);
	}
	fputs(";\n", out);
	return true;
}

/* Only the root has no name. */
static bool open_node(FILE *out, const void *fdt, int offset, int depth)
{
	const char *name = fdt_get_name(fdt, offset, NULL);

	if (name == NULL || depth >= DEPTH_MAX)
		return false;
	if (depth == 0 && name[0] != '\0')
		return false;
	if (depth > 0 && !is_name(name))
		return false;
	fputc('\n', out);
	write_indent(out, depth);
	fprintf(out, "%s {\n", depth == 0 ? "/" : name);
	return true;
}

static void close_node(FILE *out, int depth)
{
	write_indent(out, depth);
	fputs("};\n", out);
}

static bool write_nodes(FILE *out, const void *fdt)
{
	int offset = 0, next = 0, depth = 0;
	bool ok = true, heading = false; /* properties precede subnodes */
	uint32_t tag;

	do {
		tag = fdt_next_tag(fdt, offset, &next);
		if (tag == FDT_BEGIN_NODE) {
			ok = open_node(out, fdt, offset, depth++);
			heading = true;
		} else if (tag == FDT_PROP) {
			ok = heading && write_property(out, fdt, offset, depth);
		} else if (tag == FDT_END_NODE) {
			close_node(out, --depth);
			heading = false;
		}
		offset = next;
	} while (ok && tag != FDT_END && next >= 0);
	return ok && tag == FDT_END && depth == 0;
}

static bool write_reservations(FILE *out, const void *fdt)
{
	int count = fdt_num_mem_rsv(fdt);
	uint64_t base, size;

	for (int i = 0; i < count; i++) {
		if (fdt_get_mem_rsv(fdt, i, &base, &size) != 0)
			return false;
		fprintf(out, "/memreserve/ 0x%" PRIx64 " 0x%" PRIx64 ";\n",
			base, size);
	}
	return count >= 0;
}

char *image_dtb_source(const void *dtb, size_t size)
{
	char *text = NULL;
	size_t length;
	bool ok;
	FILE *out;

	if (fdt_blob_check((struct span){ dtb, size }) != NULL)
		return NULL;
	out = open_memstream(&text, &length);
	if (out == NULL)
		return NULL;
	fputs("/dts-v1/;\n", out);
	ok = write_reservations(out, dtb) && write_nodes(out, dtb);
	ok = ferror(out) == 0 && ok;
	ok = fclose(out) == 0 && ok;
	if (ok)
		return text;
	free(text);
	return NULL;
}
