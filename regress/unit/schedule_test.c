/* Units of when documents are fetched again, and when people are warned. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>

#include "hfssod/verifier/expiry.h"
#include "hfssod/verifier/schedule.h"

#define NOW	INT64_C(1767323075)
#define DAY	INT64_C(86400)

/* Without jitter, in seconds. */
static int64_t
refresh(enum document_kind kind, int64_t max_age, int64_t cache,
    int64_t valid_until)
{
	struct schedule_hints h = { max_age, cache, valid_until };

	return schedule_refresh(kind, &h, NOW, 0) / 1000;
}

static void
refreshes(void **state)
{
	(void)state;
	/* Nobody makes discovery come more often, or never. */
	assert_int_equal(refresh(DOCUMENT_DISCOVERY, -1, 0, 0), DAY);
	assert_int_equal(refresh(DOCUMENT_DISCOVERY, 1, 0, 0), DAY);
	assert_int_equal(refresh(DOCUMENT_KEYS, -1, 0, 0), 3600);
	assert_int_equal(refresh(DOCUMENT_KEYS, 0, 0, 0), 300);
	assert_int_equal(refresh(DOCUMENT_KEYS, 1800, 0, 0), 1800);
	assert_int_equal(refresh(DOCUMENT_KEYS, INT64_C(1) << 60, 0, 0), DAY);
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 0, 0), 6 * 3600);
	assert_int_equal(refresh(DOCUMENT_METADATA, 3600, 0, 0), 3600);
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 12 * 3600, 0),
	    12 * 3600);
	assert_int_equal(refresh(DOCUMENT_METADATA, 3600, 7200, 0), 3600);
	assert_int_equal(refresh(DOCUMENT_METADATA, 7200, 3600, 0), 3600);
	/* Before half of its time is over. */
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 0, NOW + 7200), 3600);
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 0, NOW + 60), 300);
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 0, NOW - DAY), 300);
	assert_int_equal(refresh(DOCUMENT_METADATA, -1, 0, NOW + 90 * DAY),
	    6 * 3600);
}

static void
jitter(void **state)
{
	struct schedule_hints h = { -1, 0, 0 };
	int64_t wait;
	uint32_t i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		wait = schedule_refresh(DOCUMENT_KEYS, &h, NOW, i * 7919);
		assert_in_range(wait, 3240 * 1000, 3600 * 1000);
		wait = schedule_retry(1, i * 7919);
		assert_in_range(wait, 8000, 12000);
	}
}

static void
retries(void **state)
{
	int64_t before = 0, wait;
	unsigned int i;

	(void)state;
	for (i = 1; i <= 8; i++) {
		wait = schedule_retry(i, 200);
		assert_true(wait > before);
		before = wait;
	}
	assert_int_equal(schedule_retry(1, 200), 10000);
	assert_int_equal(schedule_retry(0, 200), 10000);
	assert_int_equal(schedule_retry(8, 200), 3600 * 1000);
	assert_int_equal(schedule_retry((unsigned int)-1, 200), 3600 * 1000);
}

static void
throttles(void **state)
{
	struct throttle t = { 0 };
	int64_t ms = 1000000;
	int i, done = 0;

	(void)state;
	for (i = 0; i < 10; i++)
		done += throttle_take(&t, ms);
	assert_int_equal(done, 3);
	assert_false(throttle_ready(&t, ms + 9999));
	assert_true(throttle_ready(&t, ms + 10000));
	assert_true(throttle_take(&t, ms + 10000));
	assert_false(throttle_take(&t, ms + 10000));
	/* A minute of asking ten times a second. */
	for (done = 0, i = 0; i < 600; i++)
		done += throttle_take(&t, ms + 20000 + i * 100);
	assert_in_range(done, 5, 7);
	/* After a pause it is as at the beginning. */
	for (done = 0, i = 0; i < 10; i++)
		done += throttle_take(&t, ms + 500000);
	assert_int_equal(done, 3);
}

static void
warns(void **state)
{
	struct expiry_memory m = { 0, 0 };
	int64_t end = NOW + 31 * DAY;
	int soon = 0, over = 0, hour;

	(void)state;
	assert_int_equal(expiry_judge(&m, 0, NOW), EXPIRY_NONE);
	assert_int_equal(expiry_judge(&m, end, NOW), EXPIRY_NONE);
	/* Looked at each hour: once at 30 days, once at 7, then each day. */
	for (hour = 0; hour < 31 * 24; hour++)
		switch (expiry_judge(&m, end, NOW + hour * 3600)) {
		case EXPIRY_SOON:
			soon++;
			break;
		case EXPIRY_OVER:
			over++;
			break;
		default:
			break;
		}
	assert_int_equal(soon, 2);
	assert_int_equal(over, 0);
	for (hour = 0; hour < 3 * 24; hour++)
		over += expiry_judge(&m, end, end + hour * 3600) ==
		    EXPIRY_OVER;
	assert_int_equal(over, 3);
	/* A new one, which ends later, and one that ends soon. */
	assert_int_equal(expiry_judge(&m, end + 90 * DAY, end), EXPIRY_NONE);
	assert_int_equal(expiry_judge(&m, end + DAY, end), EXPIRY_SOON);
	assert_int_equal(expiry_judge(&m, end + DAY, end), EXPIRY_NONE);
	/* After a start, what is over is said at once. */
	m.end = m.said = 0;
	assert_int_equal(expiry_judge(&m, NOW - DAY, NOW), EXPIRY_OVER);
	assert_int_equal(expiry_judge(&m, NOW - DAY, NOW), EXPIRY_NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refreshes),
		cmocka_unit_test(jitter),
		cmocka_unit_test(retries),
		cmocka_unit_test(throttles),
		cmocka_unit_test(warns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
