/* Units of common/wire.c: what goes in comes out, anything else is bad. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/wire.h"

static void
round_trip(void **state)
{
	static const char	*words[] = { "one", "", "three" };
	struct strings		 in = { 3, words }, out;
	struct bytes		 b = { (const uint8_t *)"a\0b", 3 };
	struct writer		 w;
	struct reader		 r;

	(void)state;
	wire_init(&w, 4096);
	wire_put_u8(&w, 200);
	wire_put_u16(&w, 60000);
	wire_put_u32(&w, 4000000000u);
	wire_put_u64(&w, UINT64_MAX - 1);
	wire_put_i64(&w, INT64_MIN);
	wire_put_bool(&w, true);
	wire_put_string(&w, "text");
	wire_put_string(&w, NULL);
	wire_put_bytes(&w, b);
	wire_put_strings(&w, &in);
	assert_false(w.bad);
	wire_read(&r, w.data, w.len);
	assert_int_equal(wire_get_u8(&r), 200);
	assert_int_equal(wire_get_u16(&r), 60000);
	assert_int_equal(wire_get_u32(&r), 4000000000u);
	assert_true(wire_get_u64(&r) == UINT64_MAX - 1);
	assert_true(wire_get_i64(&r) == INT64_MIN);
	assert_true(wire_get_bool(&r));
	assert_string_equal(wire_get_string(&r, 4), "text");
	assert_string_equal(wire_get_string(&r, 0), "");
	b = wire_get_bytes(&r);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 3);
	out = wire_get_strings(&r, 3, 5);
	assert_int_equal(out.count, 3);
	assert_true(strings_has(&out, "three"));
	assert_false(strings_has(&out, "two"));
	strings_free(&out);
	assert_true(wire_end(&r));
	wire_free(&w);
}

static void
writer_has_a_maximum(void **state)
{
	struct writer	 w;

	(void)state;
	wire_init(&w, 5);
	wire_put_u32(&w, 1);
	assert_false(w.bad);
	wire_put_u16(&w, 1);
	assert_true(w.bad);
	assert_int_equal(w.len, 4);
	/* Sticky: what would fit does not go in either. */
	wire_put_u8(&w, 1);
	assert_int_equal(w.len, 4);
	wire_reset(&w);
	wire_put_u8(&w, 1);
	assert_false(w.bad);
	wire_free(&w);
}

/* A short one after a long one leaves nothing of it. */
static void
reset_clears(void **state)
{
	struct writer	 w;

	(void)state;
	wire_init(&w, 1000);
	wire_put_string(&w, "a secret");
	wire_reset(&w);
	wire_reset(&w);
	wire_put_string(&w, "");
	assert_memory_equal(w.data, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	wire_free(&w);
	wire_reset(&w);
}

static void
every_truncation_is_bad(void **state)
{
	struct writer	 w;
	struct reader	 r;
	size_t		 len;
	uint8_t		*copy;

	(void)state;
	wire_init(&w, 4096);
	wire_put_string(&w, "hello");
	wire_put_u32(&w, 7);
	for (len = 0; len < w.len; len++) {
		assert_non_null(copy = malloc(len + 1));
		memcpy(copy, w.data, len);
		wire_read(&r, copy, len);
		(void)wire_get_string(&r, 100);
		(void)wire_get_u32(&r);
		assert_false(wire_end(&r));
		free(copy);
	}
	wire_free(&w);
}

static void
what_is_left_is_bad(void **state)
{
	struct reader	 r;

	(void)state;
	wire_read(&r, "\1\2", 2);
	assert_int_equal(wire_get_u8(&r), 1);
	assert_false(wire_end(&r));
}

static void
bad_values(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
	} strings[] = {
		{ "\0\0\0\2ab", 6 },		/* no NUL */
		{ "\0\0\0\2abc", 7 },		/* not a NUL */
		{ "\0\0\0\2a\0\0", 7 },		/* NUL within */
		{ "\xff\xff\xff\xff" "ab", 6 },	/* length beyond the end */
		{ "\0\0\0\4abcd\0", 9 }		/* longer than allowed */
	};
	struct reader	 r;
	struct strings	 list;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		wire_read(&r, strings[i].octets, strings[i].len);
		assert_string_equal(wire_get_string(&r, 3), "");
		assert_true(r.bad);
	}
	wire_read(&r, "\2", 1);
	assert_false(wire_get_bool(&r));
	assert_true(r.bad);
	wire_read(&r, "\5", 1);
	assert_int_equal(wire_get_enum(&r, 5), 0);
	assert_true(r.bad);
	/* A count that no such input can hold allocates nothing. */
	wire_read(&r, "\0\xff\xff\xff", 4);
	list = wire_get_strings(&r, SIZE_MAX, 10);
	assert_int_equal(list.count, 0);
	assert_null(list.list);
	assert_true(r.bad);
}

static void
errors_are_sticky(void **state)
{
	struct reader	 r;

	(void)state;
	wire_read(&r, "\2\0\0\0\1", 5);
	(void)wire_get_bool(&r);
	assert_true(r.bad);
	assert_int_equal(wire_get_u32(&r), 0);
	assert_int_equal(wire_get_bytes(&r).len, 0);
	assert_false(wire_end(&r));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(writer_has_a_maximum),
		cmocka_unit_test(reset_clears),
		cmocka_unit_test(every_truncation_is_bad),
		cmocka_unit_test(what_is_left_is_bad),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(errors_are_sticky)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
