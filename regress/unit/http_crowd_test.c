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
		assert_int_equal(crowd_room(&okta, 1), CROWD_ROOM);
		join(&okta, i, 0, 1);
	}
	/* By its names, whichever generation of it. */
	same.enabled = true;
	assert_int_equal(crowd_room(&same, 1), CROWD_FULL);
	assert_int_equal(crowd_room(&entra, 1), CROWD_ROOM);
	assert_int_equal(crowd_room(&beta, 1), CROWD_ROOM);
	crowd_leave(&calls[7]);
	assert_int_equal(crowd_room(&okta, 1), CROWD_ROOM);
	crowd_leave(&calls[7]);		/* once more: nothing */
	join(&okta, n, 0, 1);
	assert_int_equal(crowd_room(&okta, 1), CROWD_FULL);
	/* Another in the place of one. */
	calls[7] = calls[8];
	crowd_replace(&calls[8], &calls[7]);
	assert_int_equal(crowd_room(&okta, 1), CROWD_FULL);
	crowd_leave(&calls[8]);
	assert_int_equal(crowd_room(&okta, 1), CROWD_FULL);
	leave(0, n + 1);
	assert_int_equal(crowd_room(&okta, 1), CROWD_ROOM);
}

static void
slow(void **state)
{
	size_t	 i, n = LIMIT_OUTSTANDING_DOOR;

	(void)state;
	join(&okta, 0, 1000, 1);
	assert_int_equal(crowd_room(&okta, 1), CROWD_ROOM);
	for (i = 1; i < n; i++)
		join(&okta, i, 0, 1);
	assert_int_equal(crowd_room(&okta, 1), CROWD_STUCK);
	join(&beta, n, 9000, 1);
	assert_int_equal(crowd_room(&beta, 1), CROWD_ROOM);
	crowd_leave(&calls[0]);
	join(&okta, 0, 999, 1);
	assert_int_equal(crowd_room(&okta, 1), CROWD_FULL);
	leave(0, n + 1);
}

static void
octets(void **state)
{
	size_t	 half = LIMIT_OUTSTANDING_BYTES / 2;

	(void)state;
	/* One alone always passes. */
	assert_int_equal(crowd_room(&okta, 2 * half), CROWD_ROOM);
	join(&okta, 0, 0, half - 10);
	assert_int_equal(crowd_room(&okta, 10), CROWD_ROOM);
	assert_int_equal(crowd_room(&okta, 11), CROWD_FULL);
	assert_int_equal(crowd_room(&entra, half), CROWD_ROOM);
	join(&okta, 1, 0, 10);
	crowd_leave(&calls[0]);
	assert_int_equal(crowd_room(&okta, half - 10), CROWD_ROOM);
	assert_int_equal(crowd_room(&okta, half - 9), CROWD_FULL);
	leave(0, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(slow),
		cmocka_unit_test(octets)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
