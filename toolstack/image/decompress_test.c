/* SPDX-License-Identifier: BSD-3-Clause */
/* Unpacks data of every format: whole, cut, damaged, doubled, followed by other
 * data, and too large. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "toolstack/image/decompress.h"
#include "toolstack/image/fixture.h"

/* Larger than one lz4 block and than the first room for output. */
#define PLAIN_SIZE ((size_t)9 << 20)
#define LIMIT      ((size_t)64 << 20)

static const char *const formats[] = { "gzip", "zstd", "xz",
				       "lzma", "lz4",  "lz4-legacy" };
#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static struct bytes plain;
static struct bytes packed[FORMAT_COUNT];

static int make_data(void **state)
{
	uint32_t random = 1;

	(void)state;
	plain = (struct bytes){ calloc(1, PLAIN_SIZE), PLAIN_SIZE };
	assert_non_null(plain.data);
	for (size_t i = 0; i < PLAIN_SIZE / 8; i++) {
		random = random * 1664525 + 1013904223;
		plain.data[i] = (uint8_t)(random >> 24);
	}
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		packed[i] = fixture_pack(formats[i], bytes_span(&plain));
	return 0;
}

static int free_data(void **state)
{
	(void)state;
	bytes_free(&plain);
	for (size_t i = 0; i < FORMAT_COUNT; i++)
		bytes_free(&packed[i]);
	return 0;
}

static enum unpack_result unpack(struct span data, size_t limit,
				 struct blob *out)
{
	const struct codec *codec = codec_recognise(data);

	*out = BLOB_NONE;
	assert_non_null(codec);
	return codec_unpack(codec, data, limit, out);
}

/* Returns the result of unpacking that fails, and checks that nothing is
 * left. */
static enum unpack_result failure(struct span data, size_t limit)
{
	struct blob out;
	enum unpack_result result = unpack(data, limit, &out);

	assert_null(out.data);
	assert_int_equal(out.mapped, 0);
	return result;
}

static void whole_data_unpacks(void **state)
{
	struct blob out;

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		assert_int_equal(unpack(bytes_span(&packed[i]), LIMIT, &out),
				 UNPACK_OK);
		assert_int_equal(out.size, plain.size);
		assert_int_equal(memcmp(out.data, plain.data, plain.size), 0);
		blob_free(&out);
	}
}

static void output_may_reach_the_limit(void **state)
{
	struct blob out;

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		assert_int_equal(unpack(bytes_span(&packed[i]), plain.size, &out),
				 UNPACK_OK);
		blob_free(&out);
	}
}

static void output_beyond_the_limit_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		assert_int_equal(failure(bytes_span(&packed[i]), plain.size - 1),
				 UNPACK_TOO_LARGE);
		assert_int_equal(failure(bytes_span(&packed[i]), 5000),
				 UNPACK_TOO_LARGE);
	}
}

static void rest_of_the_last_page_is_zero(void **state)
{
	struct span odd = { plain.data, 5000 };

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct bytes small = fixture_pack(formats[i], odd);
		struct blob out;

		assert_int_equal(unpack(bytes_span(&small), LIMIT, &out),
				 UNPACK_OK);
		assert_int_equal(out.size, 5000);
		assert_int_equal(out.mapped, 8192);
		for (size_t at = 5000; at < 8192; at++)
			assert_int_equal(out.data[at], 0);
		blob_free(&out);
		bytes_free(&small);
	}
}

static void data_cut_anywhere_is_truncated(void **state)
{
	struct span odd = { plain.data, 300 };

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct bytes small = fixture_pack(formats[i], odd);

		for (size_t size = 8; size < small.size; size++) {
			struct bytes cut =
				bytes_copy((struct span){ small.data, size });

			assert_int_equal(failure(bytes_span(&cut), LIMIT),
					 UNPACK_TRUNCATED);
			bytes_free(&cut);
		}
		bytes_free(&small);
	}
}

/* Formats with a checksum detect a flipped bit. */
static void damaged_data_is_corrupt(void **state)
{
	static const char *const checked[] = { "gzip", "xz" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bytes bad = fixture_pack(
			checked[i], (struct span){ plain.data, 300 });

		bad.data[bad.size / 2] ^= 0x10;
		assert_int_equal(failure(bytes_span(&bad), LIMIT),
				 UNPACK_CORRUPT);
		bytes_free(&bad);
	}
}

static void damaged_structure_is_corrupt(void **state)
{
	static const struct span bad[] = {
		SPAN("\x1f\x8b\x07\0\0\0\0\0\0\0\0\0"), /* method */
		SPAN("\x28\xb5\x2f\xfd\x08\0\0\0\0\0\0"), /* reserved bit */
		SPAN("\375\067zXZ\0\xff\xff\0\0\0\0"), /* flags */
		SPAN("\x04\x22\x4d\x18\0\0\0\0\0\0\0"), /* version */
		SPAN("\x02\x21\x4c\x18\xff\xff\xff\x7f\0\0\0\0"), /* size */
		SPAN("\x02\x21\x4c\x18\x04\0\0\0\x0f\xff\xff\xff"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(failure(bad[i], LIMIT), UNPACK_CORRUPT);
}

static struct bytes joined(struct span first, struct span second)
{
	struct bytes both = { calloc(1, first.size + second.size),
			      first.size + second.size };

	assert_non_null(both.data);
	memcpy(both.data, first.data, first.size);
	memcpy(both.data + first.size, second.data, second.size);
	return both;
}

static void streams_may_follow_one_another(void **state)
{
	struct span part = { plain.data, 300 };

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT - 1; i++) {
		struct bytes one = fixture_pack(formats[i], part);
		struct bytes two = joined(bytes_span(&one), bytes_span(&one));
		struct blob out;

		assert_int_equal(unpack(bytes_span(&two), LIMIT, &out),
				 UNPACK_OK);
		assert_int_equal(out.size, 600);
		assert_memory_equal(out.data, plain.data, 300);
		assert_memory_equal(out.data + 300, plain.data, 300);
		blob_free(&out);
		bytes_free(&one);
		bytes_free(&two);
	}
}

static void other_data_behind_is_refused(void **state)
{
	static const struct span tail = SPAN("\xd0\x0d\xfe\xed tree");

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT - 1; i++) {
		struct bytes one = fixture_pack(
			formats[i], (struct span){ plain.data, 300 });
		struct bytes two = joined(bytes_span(&one), tail);

		assert_int_equal(failure(bytes_span(&two), LIMIT),
				 UNPACK_TRAILING);
		bytes_free(&one);
		bytes_free(&two);
	}
}

/* The kernel build appends the unpacked size to its lz4 files. */
static void lz4_legacy_may_end_in_its_size(void **state)
{
	struct bytes one =
		fixture_pack("lz4-legacy", (struct span){ plain.data, 300 });
	uint8_t size[4];
	struct bytes two;
	struct blob out;

	(void)state;
	put_le32(size, 300);
	two = joined(bytes_span(&one), (struct span){ size, 4 });
	assert_int_equal(unpack(bytes_span(&two), LIMIT, &out), UNPACK_OK);
	assert_int_equal(out.size, 300);
	blob_free(&out);
	two.data[two.size - 1] = 1;
	assert_int_equal(failure(bytes_span(&two), LIMIT), UNPACK_TRUNCATED);
	bytes_free(&one);
	bytes_free(&two);
}

static void zboot_knows_the_kernel_builds_names(void **state)
{
	(void)state;
	assert_string_equal(codec_of_zboot("gzip")->name, "gzip");
	assert_string_equal(codec_of_zboot("zstd22")->name, "zstd");
	assert_string_equal(codec_of_zboot("xzkern")->name, "xz");
	assert_string_equal(codec_of_zboot("lz4")->name, "lz4");
	assert_string_equal(codec_of_zboot("lzma")->name, "lzma");
	assert_null(codec_of_zboot("lzo"));
	assert_null(codec_of_zboot(""));
}

static void data_of_another_format_is_corrupt(void **state)
{
	static const char *const types[] = { "gzip", "zstd", "xz", "lz4",
					     "lzma" };
	static const struct span other = SPAN("neither of them");

	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct blob out = BLOB_NONE;

		assert_int_equal(codec_unpack(codec_of_zboot(types[i]), other,
					      LIMIT, &out),
				 UNPACK_CORRUPT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_data_unpacks),
		cmocka_unit_test(output_may_reach_the_limit),
		cmocka_unit_test(output_beyond_the_limit_is_refused),
		cmocka_unit_test(rest_of_the_last_page_is_zero),
		cmocka_unit_test(data_cut_anywhere_is_truncated),
		cmocka_unit_test(damaged_data_is_corrupt),
		cmocka_unit_test(damaged_structure_is_corrupt),
		cmocka_unit_test(streams_may_follow_one_another),
		cmocka_unit_test(other_data_behind_is_refused),
		cmocka_unit_test(lz4_legacy_may_end_in_its_size),
		cmocka_unit_test(zboot_knows_the_kernel_builds_names),
		cmocka_unit_test(data_of_another_format_is_corrupt),
	};

	return cmocka_run_group_tests_name("decompress", tests, make_data,
					   free_data);
}
