/* Units of hfssod/http/crowd.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/http/crowd.h"
#include "hfssod/http/now.h"

static const struct http_door	 okta = { .organization = "acme",
				    .connection = "okta" };
static const struct http_door	 entra = { .organization = "acme",
				    .connection = "entra" };
static const struct http_door	 beta = { .organization = "beta",
				    .connection = "okta" };
static const struct pending_left all = { LIMIT_OUTSTANDING,
				    LIMIT_OUTSTANDING_BYTES };
static struct call		 calls[LIMIT_OUTSTANDING_DOOR + 1];

/* One that asked so many milliseconds ago. */
static void
join(const struct http_door *d, size_t i, int64_t ago, size_t octets)
{
	calls[i].waiting.until = now_ms() - ago + LIMIT_PEER_WAIT * 1000;
	calls[i].waiting.octets = octets;
	crowd_join(d, &calls[i]);
}

static void
leave(size_t from, size_t to)
{
	for (; from < to; from++)
		crowd_leave(&calls[from]);
}

static void
counts(void **state)
{
	struct http_door	 same = okta;
	size_t			 i, n = LIMIT_OUTSTANDING_DOOR;

	(void)state;
	for (i = 0; i < n; i++) {
		assert_int_equal(crowd_room(&okta, 1, all), CROWD_ROOM);
		join(&okta, i, 0, 1);
	}
	/* By its names, whichever generation of it. */
	same.enabled = true;
	assert_int_equal(crowd_room(&same, 1, all), CROWD_FULL);
	assert_int_equal(crowd_room(&entra, 1, all), CROWD_ROOM);
	assert_int_equal(crowd_room(&beta, 1, all), CROWD_ROOM);
	crowd_leave(&calls[7]);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_ROOM);
	crowd_leave(&calls[7]);		/* once more: nothing */
	join(&okta, n, 0, 1);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_FULL);
	/* Another in the place of one. */
	calls[7] = calls[8];
	crowd_replace(&calls[8], &calls[7]);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_FULL);
	crowd_leave(&calls[8]);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_FULL);
	leave(0, n + 1);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_ROOM);
}

static void
slow(void **state)
{
	size_t	 i, n = LIMIT_OUTSTANDING_DOOR;

	(void)state;
	join(&okta, 0, 1000, 1);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_ROOM);
	for (i = 1; i < n; i++)
		join(&okta, i, 0, 1);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_STUCK);
	join(&beta, n, 9000, 1);
	assert_int_equal(crowd_room(&beta, 1, all), CROWD_ROOM);
	crowd_leave(&calls[0]);
	join(&okta, 0, 999, 1);
	assert_int_equal(crowd_room(&okta, 1, all), CROWD_FULL);
	leave(0, n + 1);
}

static void
octets(void **state)
{
	size_t	 half = LIMIT_OUTSTANDING_BYTES / 2;

	(void)state;
	/* One alone always passes. */
	assert_int_equal(crowd_room(&okta, 2 * half, all), CROWD_ROOM);
	join(&okta, 0, 0, half - 10);
	assert_int_equal(crowd_room(&okta, 10, all), CROWD_ROOM);
	assert_int_equal(crowd_room(&okta, 11, all), CROWD_FULL);
	assert_int_equal(crowd_room(&entra, half, all), CROWD_ROOM);
	join(&okta, 1, 0, 10);
	crowd_leave(&calls[0]);
	assert_int_equal(crowd_room(&okta, half - 10, all), CROWD_ROOM);
	assert_int_equal(crowd_room(&okta, half - 9, all), CROWD_FULL);
	leave(0, 2);
}

/* Who waits at other doors leaves less room at this one, but some. */
static void
others(void **state)
{
	struct pending_left	 few = { 3, LIMIT_OUTSTANDING_BYTES };
	struct pending_left	 small = { LIMIT_OUTSTANDING, 1000 };
	struct pending_left	 none = { 0, 0 };
	size_t			 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(crowd_room(&okta, 1, few), CROWD_ROOM);
		join(&okta, i, 2000, 300);
	}
	assert_int_equal(crowd_room(&okta, 1, few), CROWD_STUCK);
	assert_int_equal(crowd_room(&okta, 100, small), CROWD_ROOM);
	assert_int_equal(crowd_room(&okta, 101, small), CROWD_STUCK);
	assert_int_equal(crowd_room(&okta, 101, all), CROWD_ROOM);
	/* Whoever has nobody there yet waits for room that all share. */
	assert_int_equal(crowd_room(&entra, 900, small), CROWD_ROOM);
	assert_int_equal(crowd_room(&entra, 1, none), CROWD_ROOM);
	leave(0, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(slow),
		cmocka_unit_test(octets),
		cmocka_unit_test(others)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
