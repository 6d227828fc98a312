/* When a child is started again, and when parent gives up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/parent/falling.h"

#define START	1000000

static void
test_delays(void **state)
{
	static const int	 want[] = {
		0, 100, 200, 400, 800, 1600, 3200, 5000, 5000
	};
	struct falling		 f;
	size_t			 i;

	(void)state;
	memset(&f, 0, sizeof(f));
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++)
		assert_int_equal(falling_died(&f, START + (int64_t)i * 10,
		    START + (int64_t)i * 10, true), want[i]);
}

static void
test_delay_begins_again(void **state)
{
	struct falling	 f;

	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(falling_died(&f, START, START, true), 0);
	assert_int_equal(falling_died(&f, START + 1, START, true), 100);
	assert_int_equal(falling_died(&f, START + 9999, START, true), 200);
	/* It lived for ten seconds. */
	assert_int_equal(falling_died(&f, START + 10000, START, true), 0);
	assert_int_equal(falling_died(&f, START + 10001, START + 10000,
	    true), 100);
}

static void
test_three_early(void **state)
{
	struct falling	 f;

	(void)state;
	memset(&f, 0, sizeof(f));
	falling_died(&f, START, START, false);
	assert_false(falling_loop(&f, START));
	falling_died(&f, START + 1, START, false);
	assert_false(falling_loop(&f, START + 1));
	falling_died(&f, START + 2, START, false);
	assert_true(falling_loop(&f, START + 2));
	/* Being ready once breaks the row. */
	memset(&f, 0, sizeof(f));
	falling_died(&f, START, START, false);
	falling_died(&f, START + 1, START, false);
	falling_died(&f, START + 2, START, true);
	falling_died(&f, START + 3, START, false);
	assert_false(falling_loop(&f, START + 3));
}

static void
test_ten_in_a_minute(void **state)
{
	struct falling	 f;
	int64_t		 at;
	int		 i;

	(void)state;
	memset(&f, 0, sizeof(f));
	for (i = 0; i < 9; i++) {
		at = START + i * 6000;
		falling_died(&f, at, at, true);
		assert_false(falling_loop(&f, at));
	}
	at = START + 9 * 6000;
	falling_died(&f, at, at, true);
	assert_true(falling_loop(&f, at));
	/* A minute after the first of them it is none any more. */
	assert_false(falling_loop(&f, START + 60000));
}

static void
test_ten_slowly(void **state)
{
	struct falling	 f;
	int64_t		 at;
	int		 i;

	(void)state;
	memset(&f, 0, sizeof(f));
	for (i = 0; i < 50; i++) {
		at = START + i * 7000;
		falling_died(&f, at, at - 6000, true);
		assert_false(falling_loop(&f, at));
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_delays),
		cmocka_unit_test(test_delay_begins_again),
		cmocka_unit_test(test_three_early),
		cmocka_unit_test(test_ten_in_a_minute),
		cmocka_unit_test(test_ten_slowly)
	};

	return cmocka_run_group_tests_name("falling", tests, NULL, NULL);
}
