/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The curve P-384 (SP 800-186, 3.2.1.4): y^2 = x^3 - 3x + b over the field of
 * the prime 2^384 - 2^128 - 2^96 + 2^32 - 1.
 *
 * No instruction and no address depends on a secret: one formula adds any two
 * points, also equal ones and the neutral one, and masks make the choices.
 */
#include "rmm/port/a64/p384.h"

#define LIMBS      6
#define LIMB_BYTES 8
#define FIELD_BITS 384

/* A number below the prime, least limb first. All but the constants are in
 * Montgomery's form: they stand for the number divided by 2^384. */
struct field {
	uint64_t limb[LIMBS];
};

/* The point (x / z, y / z); with z = 0 the neutral point. */
struct point {
	struct field x, y, z;
};

/* A scalar has TEETH parts of SPAN bits. table[n] is the sum of G times 2^(SPAN
 * * i) for the bits i of n. */
#define TEETH 4
#define SPAN  (FIELD_BITS / TEETH)

static const struct field prime = { {
	0x00000000ffffffff,
	0xffffffff00000000,
	0xfffffffffffffffe,
	0xffffffffffffffff,
	0xffffffffffffffff,
	0xffffffffffffffff,
} };
static const struct field curve_b = { {
	0x2a85c8edd3ec2aef,
	0xc656398d8a2ed19d,
	0x0314088f5013875a,
	0x181d9c6efe814112,
	0x988e056be3f82d19,
	0xb3312fa7e23ee7e4,
} };
static const struct field generator_x = { {
	0x3a545e3872760ab7,
	0x5502f25dbf55296c,
	0x59f741e082542a38,
	0x6e1d3b628ba79b98,
	0x8eb1c71ef320ad74,
	0xaa87ca22be8b0537,
} };
static const struct field generator_y = { {
	0x7a431d7c90ea0e5f,
	0x0a60b1ce1d7e819d,
	0xe9da3113b5f0b8c0,
	0xf8f41dbd289a147c,
	0x5d9e98bf9292dc29,
	0x3617de4a96262c6f,
} };
static const struct field zero, plain_one = { { 1 } };

/* -1 / prime modulo 2^64. */
#define PRIME_FACTOR UINT64_C(0x100000001)

/* Filled at boot and constant afterwards. */
static struct field one, b;
static struct point table[1 << TEETH];

/* ---- The field ---- */

/* Returns a if choice is 1, and other if it is 0. The compiler does not see
 * that the mask has two values only, so it makes no branch of them. */
static struct field field_select(uint64_t choice, struct field a,
				 struct field other)
{
	uint64_t mask = 0 - choice;

	__asm__("" : "+r"(mask));
	for (unsigned i = 0; i < LIMBS; i++)
		a.limb[i] = (a.limb[i] & mask) | (other.limb[i] & ~mask);
	return a;
}

/* Subtracts from *a, modulo 2^384. Returns the borrow. */
static uint64_t limbs_subtract(struct field *a, const struct field *other)
{
	uint64_t borrow = 0;

	for (unsigned i = 0; i < LIMBS; i++) {
		unsigned __int128 less =
			(unsigned __int128)a->limb[i] - other->limb[i] - borrow;

		a->limb[i] = (uint64_t)less;
		borrow = (uint64_t)(less >> 64) & 1;
	}
	return borrow;
}

/* Adds to *a, modulo 2^384. Returns the carry. */
static uint64_t limbs_add(struct field *a, const struct field *other)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < LIMBS; i++) {
		unsigned __int128 sum =
			(unsigned __int128)a->limb[i] + other->limb[i] + carry;

		a->limb[i] = (uint64_t)sum;
		carry = (uint64_t)(sum >> 64);
	}
	return carry;
}

/* Returns carry * 2^384 + a, which is below twice the prime, modulo the
 * prime. */
static struct field field_reduce(uint64_t carry, struct field a)
{
	struct field less = a;
	uint64_t borrow = limbs_subtract(&less, &prime);

	return field_select(borrow & ~carry, a, less);
}

static struct field field_add(struct field a, struct field other)
{
	uint64_t carry = limbs_add(&a, &other);

	return field_reduce(carry, a);
}

static struct field field_subtract(struct field a, struct field other)
{
	uint64_t borrow = limbs_subtract(&a, &other);
	struct field more = a;

	(void)limbs_add(&more, &prime); /* the carry and the borrow cancel */
	return field_select(borrow, more, a);
}

/* Adds factor * a to the LIMBS + 2 limbs at sum. */
static void limbs_add_product(uint64_t *sum, uint64_t factor,
			      const struct field *a)
{
	uint64_t carry = 0;

	for (unsigned i = 0; i < LIMBS; i++) {
		unsigned __int128 term =
			(unsigned __int128)factor * a->limb[i] + sum[i] + carry;

		sum[i] = (uint64_t)term;
		carry = (uint64_t)(term >> 64);
	}
	sum[LIMBS] += carry;
	sum[LIMBS + 1] += sum[LIMBS] < carry;
}

/* Montgomery's product, a * other / 2^384: after each limb of a, a multiple of
 * the prime makes the lowest limb of the sum zero. */
static struct field field_multiply(struct field a, struct field other)
{
	uint64_t sum[LIMBS + LIMBS + 1] = { 0 };
	struct field product;

	for (unsigned i = 0; i < LIMBS; i++) {
		limbs_add_product(sum + i, a.limb[i], &other);
		limbs_add_product(sum + i, sum[i] * PRIME_FACTOR, &prime);
	}
	for (unsigned i = 0; i < LIMBS; i++)
		product.limb[i] = sum[LIMBS + i];
	return field_reduce(sum[LIMBS + LIMBS], product);
}

/* Returns 1 / a, as the power prime - 2 of a. */
static struct field field_invert(struct field a)
{
	struct field power = one, exponent = prime;

	exponent.limb[0] -= 2;
	for (unsigned i = FIELD_BITS; i-- > 0;) {
		power = field_multiply(power, power);
		if (exponent.limb[i / 64] >> i % 64 & 1)
			power = field_multiply(power, a);
	}
	return power;
}

/* Writes a number as big endian bytes. */
static void field_put(uint8_t bytes[P384_SIZE], struct field a)
{
	a = field_multiply(a, plain_one);
	for (unsigned i = 0; i < P384_SIZE; i++) {
		bytes[P384_SIZE - 1 - i] = (uint8_t)(a.limb[i / LIMB_BYTES] >>
						     8 * (i % LIMB_BYTES));
	}
}

/* ---- The curve ---- */

static struct field field_triple(struct field a)
{
	return field_add(field_add(a, a), a);
}

/* Returns a1 * b2 + a2 * b1, from the products of the numbers with the same
 * letter. */
static struct field cross(struct field a1_b1, struct field a2_b2,
			  struct field aa, struct field bb)
{
	return field_subtract(field_multiply(a1_b1, a2_b2), field_add(aa, bb));
}

/* The complete formula of Renes, Costello and Batina for a = -3. */
static struct point point_add(const struct point *p, const struct point *q)
{
	struct field xx = field_multiply(p->x, q->x);
	struct field yy = field_multiply(p->y, q->y);
	struct field zz = field_multiply(p->z, q->z);
	struct field xy =
		cross(field_add(p->x, p->y), field_add(q->x, q->y), xx, yy);
	struct field yz =
		cross(field_add(p->y, p->z), field_add(q->y, q->z), yy, zz);
	struct field xz =
		cross(field_add(p->x, p->z), field_add(q->x, q->z), xx, zz);
	struct field u = field_triple(field_subtract(xz, field_multiply(b, zz)));
	struct field v = field_triple(field_subtract(
		field_subtract(field_multiply(b, xz), xx), field_triple(zz)));
	struct field w = field_triple(field_subtract(xx, zz));
	struct field more = field_add(yy, u), less = field_subtract(yy, u);

	return (struct point){
		field_subtract(field_multiply(xy, more), field_multiply(yz, v)),
		field_add(field_multiply(more, less), field_multiply(w, v)),
		field_add(field_multiply(yz, less), field_multiply(xy, w)),
	};
}

/* Looks at all of the table, so that the addresses do not tell the index. */
static struct point table_get(uint64_t index)
{
	struct point found = table[0];

	for (uint64_t i = 1; i < 1 << TEETH; i++) {
		uint64_t equal = ((i ^ index) - 1) >> 63;

		found.x = field_select(equal, table[i].x, found.x);
		found.y = field_select(equal, table[i].y, found.y);
		found.z = field_select(equal, table[i].z, found.z);
	}
	return found;
}

/* Returns 2^768 modulo the prime, by which a number becomes Montgomery's. */
static struct field conversion_make(void)
{
	struct field power = one;

	for (unsigned i = 0; i < FIELD_BITS; i++)
		power = field_add(power, power);
	return power;
}

void p384_start(void)
{
	struct field conversion;
	struct point tooth;

	one = field_reduce(1, zero);
	conversion = conversion_make();
	b = field_multiply(curve_b, conversion);
	tooth = (struct point){ field_multiply(generator_x, conversion),
				field_multiply(generator_y, conversion), one };
	table[0] = (struct point){ zero, one, zero };
	for (unsigned n = 1; n < 1 << TEETH; n *= 2) {
		for (unsigned i = 0; i < n; i++)
			table[n + i] = point_add(&tooth, &table[i]);
		for (unsigned i = 0; i < SPAN; i++)
			tooth = point_add(&tooth, &tooth);
	}
}

static uint64_t scalar_bit(const uint8_t scalar[P384_SIZE], unsigned i)
{
	return scalar[P384_SIZE - 1 - i / 8] >> i % 8 & 1;
}

void p384_multiply(uint8_t product[2 * P384_SIZE],
		   const uint8_t scalar[P384_SIZE])
{
	struct point sum = table[0], tooth;
	struct field scale;

	for (unsigned i = SPAN; i-- > 0;) {
		uint64_t index = 0;

		for (unsigned j = 0; j < TEETH; j++)
			index |= scalar_bit(scalar, j * SPAN + i) << j;
		tooth = table_get(index);
		sum = point_add(&sum, &sum);
		sum = point_add(&sum, &tooth);
	}
	scale = field_invert(sum.z);
	field_put(product, field_multiply(sum.x, scale));
	field_put(product + P384_SIZE, field_multiply(sum.y, scale));
}
