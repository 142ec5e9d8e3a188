/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Compares the parser with libxlutil, whose grammar it reads: both must refuse
 * the same texts, and read the same names, values and operators from all
 * others.
 */
#include <dirent.h>
#include <errno.h>
#include <libxlutil.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/config/cfg.h"
#include "toolstack/config/random_text.h"

enum {
	TEXT_MAX = 1 << 16,
	RANDOM_TEXTS = 30000,
	MUTANTS_PER_FILE = 150,
	SHORT_LENGTH = 4,
};

static const char *data_dir;
static FILE *nowhere;

/* ---- Texts that are the same in every run ------------------------------ */

static uint64_t random_state;

/* Pieces that random texts are made of. */
static const char *const pieces[] = {
	"a",
	"b",
	"key",
	"a.b_c",
	"vcpus",
	"a",
	"b",
	"=",
	"=",
	"=",
	"+=",
	"+=",
	"\n",
	"\n",
	"\n",
	";",
	" ",
	"\t",
	"[",
	"]",
	"[",
	"]",
	",",
	",",
	"0",
	"12",
	"0x1f",
	"08",
	"1abcx0",
	"\"x\"",
	"'y z'",
	"\"\"",
	"\"it's\"",
	"'\\n\\t\\\\'",
	"\"\\\"\"",
	"\"\\101\"",
	"\"\\0  1x\"",
	"\"\\1\"",
	"\"\\x41\"",
	"\"\\q\"",
	"# comment\n",
	"# end",
	"#",
	"true",
	"A",
	"-",
	"+",
	"\r\n",
	"\r",
	"\xc3\xa4",
	"\"\xc3\xa4\"",
	"\"",
	"'",
	"\\",
	"(",
	"a=1\n",
	"b=\"x\"\n",
	"a+=2\n",
	"a=[1,2]\n",
	"a+=[3,\n[4]]\n",
	"a=[]\n",
	"b+='y'\n",
	"a = [ 'x',\n'y',\n]\n",
	"\xef\xbb\xbf",
};

static const struct random_pieces texts = {
	pieces,
	sizeof(pieces) / sizeof(*pieces),
	24,
};

static size_t below(size_t bound)
{
	return random_below(&random_state, bound);
}

static void mutate(char *text, size_t *length)
{
	static const char bytes[] = "a1=+[],;#\"'\\ \n\r\tA-x0\xff";
	size_t at = *length != 0 ? below(*length) : 0;
	size_t cut = *length - at;

	switch (below(3)) {
	case 0:
		if (*length != 0)
			text[at] = bytes[below(sizeof(bytes) - 1)];
		break;
	case 1:
		memmove(text + at + 1, text + at, cut);
		text[at] = bytes[below(sizeof(bytes) - 1)];
		++*length;
		break;
	default:
		if (cut > 8)
			cut = below(8);
		memmove(text + at, text + at + cut, *length - at - cut);
		*length -= cut;
		break;
	}
}

/* ---- The two readers compared ------------------------------------------ */

static void fail_on(const char *text, size_t length, const char *what)
{
	print_error("%s, in the text:\n", what);
	for (size_t i = 0; i < length; i++) {
		print_error(text[i] >= ' ' && text[i] <= '~' ? "%c" : "\\x%02x",
			    (unsigned char)text[i]);
	}
	print_error("\n");
	fail();
}

static bool values_equal(const XLU_Config *theirs, XLU_ConfigValue *value,
			 const struct cfg_value *ours)
{
	XLU_ConfigList *list = NULL;
	char *text = NULL;

	if (xlu_cfg_value_type(value) == XLU_STRING) {
		return ours->form != CFG_LIST &&
		       xlu_cfg_value_get_string(theirs, value, &text, 1) == 0 &&
		       strcmp(text, ours->text) == 0;
	}
	if (ours->form != CFG_LIST ||
	    xlu_cfg_value_get_list(theirs, value, &list, 1) != 0)
		return false;
	for (size_t i = 0; i < ours->count; i++) {
		value = xlu_cfg_get_listitem2(list, (int)i);
		if (value == NULL ||
		    !values_equal(theirs, value, &ours->items[i]))
			return false;
	}
	return xlu_cfg_get_listitem2(list, (int)ours->count) == NULL;
}

static bool lists_equal(const XLU_Config *theirs, const struct cfg_setting *ours)
{
	XLU_ConfigList *list;
	int entries;

	if (xlu_cfg_get_list(theirs, ours->key, &list, &entries, 1) != 0 ||
	    (size_t)entries != ours->value.count)
		return false;
	for (int i = 0; i < entries; i++) {
		if (!values_equal(theirs, xlu_cfg_get_listitem2(list, i),
				  &ours->value.items[i]))
			return false;
	}
	return true;
}

/* libxlutil reads a number only from a setting whose operator was =. */
static bool operators_equal(const XLU_Config *theirs,
			    const struct cfg_setting *ours)
{
	long number;
	char *end;

	errno = 0;
	strtol(ours->value.text, &end, 0);
	if (*end != '\0' || end == ours->value.text || errno != 0)
		return true;
	return (xlu_cfg_get_long(theirs, ours->key, &number, 1) == 0) ==
	       (ours->op == CFG_SET);
}

static bool settings_equal(const XLU_Config *theirs,
			   const struct cfg_setting *ours)
{
	const char *text;

	if (ours->value.form == CFG_LIST)
		return lists_equal(theirs, ours);
	return xlu_cfg_get_string(theirs, ours->key, &text, 1) == 0 &&
	       strcmp(text, ours->value.text) == 0 &&
	       operators_equal(theirs, ours);
}

static bool they_have(const XLU_Config *theirs, const char *key)
{
	const char *text;

	return xlu_cfg_get_string(theirs, key, &text, 1) != ESRCH;
}

/* Returns true if each name that the text may hold is set in both or in
 * neither. */
static bool names_equal(const XLU_Config *theirs, const struct cfg *ours,
			const char *text, size_t length)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789._";
	char key[64];

	for (size_t i = 0; i < length; i++) {
		size_t size = 0;

		if (text[i] < 'a' || text[i] > 'z')
			continue;
		while (i < length && text[i] != '\0' &&
		       strchr(set, text[i]) != NULL) {
			if (size < sizeof(key) - 1)
				key[size++] = text[i];
			i++;
		}
		key[size] = '\0';
		if (they_have(theirs, key) != (cfg_find(ours, key) != NULL))
			return false;
	}
	return true;
}

static void compare_accepted(const XLU_Config *theirs, const struct cfg *ours,
			     const char *text, size_t length)
{
	if (!names_equal(theirs, ours, text, length))
		fail_on(text, length, "other names");
	for (size_t i = 0; i < cfg_count(ours); i++) {
		if (!settings_equal(theirs, cfg_at(ours, i)))
			fail_on(text, length, "another value");
	}
}

static void compare_mode(const XLU_Config *theirs, unsigned flags,
			 const char *text, size_t length)
{
	struct reeve_report *report = reeve_report_new();
	struct cfg *ours = NULL;
	int result;

	assert_non_null(report);
	result = cfg_parse("text", text, length, NULL, 0, flags, &ours, report);
	if (theirs != NULL && result != 0)
		fail_on(text, length, "refused, and libxlutil reads it");
	if (theirs == NULL && result == 0 && (flags & CFG_STRICT) != 0)
		fail_on(text, length, "read, and libxlutil refuses it");
	if (result != 0 && report_errors(report) == 0)
		fail_on(text, length, "refused without a word");
	if (theirs != NULL)
		compare_accepted(theirs, ours, text, length);
	cfg_free(ours);
	reeve_report_free(report);
}

/* Returns whether libxlutil reads the text. */
static bool compare(const char *text, size_t length)
{
	XLU_Config *theirs = xlu_cfg_init(nowhere, "text");
	bool accepted;

	assert_non_null(theirs);
	accepted = xlu_cfg_readdata(theirs, text, (int)length) == 0;
	compare_mode(accepted ? theirs : NULL, CFG_STRICT, text, length);
	compare_mode(accepted ? theirs : NULL, 0, text, length);
	xlu_cfg_destroy(theirs);
	return accepted;
}

/* ---- The tests --------------------------------------------------------- */

static void random_texts_agree(void **state)
{
	static char text[TEXT_MAX];
	size_t accepted = 0;

	(void)state;
	random_state = RANDOM_SEED;
	for (size_t i = 0; i < RANDOM_TEXTS; i++)
		accepted +=
			compare(text, random_text(&random_state, &texts, text));
	/* The random texts test little unless many are read and many are
	 * refused. */
	assert_in_range(accepted, RANDOM_TEXTS / 50, RANDOM_TEXTS / 2);
}

/* Compares on every short text of bytes that the lexer tells apart. */
static void short_texts_agree(void **state)
{
	static const char bytes[] = "a=1+[],;#\"\\ \nA";
	size_t base = sizeof(bytes) - 1;
	size_t count = 1;

	(void)state;
	for (size_t length = 0; length <= SHORT_LENGTH; length++) {
		for (size_t number = 0; number < count; number++) {
			char text[2 + SHORT_LENGTH] = "a=";
			size_t rest = number;

			for (size_t i = 0; i < length; i++, rest /= base)
				text[2 + i] = bytes[rest % base];
			compare(text + 2, length);
			compare(text, 2 + length);
		}
		count *= base;
	}
}

/* Compares on every string of an octal escape and three bytes after it. */
static void octal_escapes_agree(void **state)
{
	static const char bytes[] = "018a +-\t\v\\n";
	size_t base = sizeof(bytes) - 1;

	(void)state;
	for (size_t number = 0; number < base * base * base * base; number++) {
		char text[] = "a=\"\\1....\"";
		size_t rest = number;

		for (size_t i = 5; i < 9; i++, rest /= base)
			text[i] = bytes[rest % base];
		compare(text, strlen(text));
		text[8] = '"';
		compare(text, 9);
	}
}

struct nest {
	const char *before;
	const char *open; /* once for each level */
	const char *middle;
	const char *close; /* once for each level */
	const char *after;
};

static size_t nested_text(const struct nest *nest, size_t levels, char *text)
{
	char *end = stpcpy(text, nest->before);

	for (size_t i = 0; i < levels; i++)
		end = stpcpy(end, nest->open);
	end = stpcpy(end, nest->middle);
	for (size_t i = 0; i < levels; i++)
		end = stpcpy(end, nest->close);
	return (size_t)(stpcpy(end, nest->after) - text);
}

static void deep_lists_agree(void **state)
{
	static const struct nest nests[] = {
		{ "a=", "[", "", "]", "\n" },
		{ "a=", "[", "\n", "]", "\n" },
		{ "a=", "[", "1", "]", "" },
		{ "a=", "[", "1\n", "]", "" },
		{ "a=", "[", "1,", "]", "" },
		{ "a=", "[", "1,\n", "]", "" },
		{ "a=", "[", "1,2", "]", "" },
		{ "a=", "[", "1,2\n", "]", "" },
		{ "a=", "[\n", "", "]\n", "" },
		{ "a=", "[1,", "", "]", "" },
		{ "a=", "[1,", "\n", "]", "" },
		{ "a=", "[1,", "1\n", "]", "" },
		{ "a=", "[1,", "[]", "]", "" },
		{ "a=", "[1,", "[1,\n]", "]", "" },
		{ "a=", "[1,\n", "", "]", "" },
		{ "a=", "[1,2,", "", ",]", "" },
		{ "a=[1,", "[", "\n", "]", "]" },
		{ "a=[1,", "[", "1\n", "]", "]" },
		{ "a=[1,", "[", "1,\n", "]", "]" },
		{ "a=[1,[1,", "[", "1,2\n", "]", "]]" },
		{ "b=1\na=[1,[1,[1,", "[", "", "]", "]]]" },
	};
	static char text[TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(nests) / sizeof(*nests); i++) {
		for (size_t levels = 1990; levels < 2003; levels++)
			compare(text, nested_text(&nests[i], levels, text));
		for (size_t levels = 4985; levels < 5000; levels++)
			compare(text, nested_text(&nests[i], levels, text));
	}
}

static size_t file_read(const char *name, char *text)
{
	char path[4096];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", data_dir, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	length = fread(text, 1, TEXT_MAX / 2, file);
	assert_true(feof(file));
	fclose(file);
	return length;
}

/* Returns false for a text with a NUL byte, on which libxlutil would abort. */
static bool library_survives(const char *text, size_t length)
{
	return memchr(text, '\0', length) == NULL;
}

static void file_compare(const char *name)
{
	static char original[TEXT_MAX], text[TEXT_MAX];
	size_t length = file_read(name, original);

	if (!library_survives(original, length))
		return;
	compare(original, length);
	for (size_t i = 0; i < MUTANTS_PER_FILE; i++) {
		size_t changes = 1 + below(3);
		size_t changed = length;

		memcpy(text, original, length);
		while (changes-- != 0)
			mutate(text, &changed);
		compare(text, changed);
	}
}

static int is_config(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot != NULL && strcmp(dot, ".cfg") == 0;
}

static void files_and_mutants_agree(void **state)
{
	struct dirent **names;
	int count = scandir(data_dir, &names, is_config, alphasort);

	(void)state;
	assert_true(count > 0);
	random_state = 0x2545f4914f6cdd1d;
	for (int i = 0; i < count; i++) {
		file_compare(names[i]->d_name);
		free(names[i]);
	}
	free(names);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_texts_agree),
		cmocka_unit_test(short_texts_agree),
		cmocka_unit_test(octal_escapes_agree),
		cmocka_unit_test(deep_lists_agree),
		cmocka_unit_test(files_and_mutants_agree),
	};
	int failed;

	if (argc != 2)
		return 2;
	data_dir = argv[1];
	nowhere = fopen("/dev/null", "w");
	if (nowhere == NULL)
		return 2;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	fclose(nowhere);
	return failed;
}
