/* Units of common/clock.c: xs:dateTime read and written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

static void
good(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 when;
	} times[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "2026-11-21T10:00:00Z", 1795255200 },
		{ "2026-11-21T10:00:00.123456789Z", 1795255200 },
		{ "2026-11-21T12:00:00+02:00", 1795255200 },
		{ "2026-11-21T04:30:00-05:30", 1795255200 },
		{ "2024-02-29T23:59:59Z", 1709251199 },
		{ "2000-02-29T00:00:00Z", 951782400 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "9999-12-31T23:59:59Z", 253402300799 }
	};
	char	 text[CLOCK_TEXT];
	size_t	 i;
	int64_t	 when;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_true(clock_parse(times[i].text, &when));
		assert_true(when == times[i].when);
	}
	clock_format(1795255200, text);
	assert_string_equal(text, "2026-11-21T10:00:00Z");
	clock_format(0, text);
	assert_string_equal(text, "1970-01-01T00:00:00Z");
	/* Far outside: never an overrun. */
	clock_format(INT64_MAX, text);
	assert_true(strlen(text) < CLOCK_TEXT);
	clock_format(INT64_MIN, text);
	assert_true(strlen(text) < CLOCK_TEXT);
}

/* What is written is what strftime writes, over all of the years. */
static void
written(void **state)
{
	char		 text[CLOCK_TEXT], theirs[CLOCK_TEXT];
	int64_t		 when, back;
	struct tm	 tm;
	time_t		 t;

	(void)state;
	for (when = -30610224000; when < 253402300800; when += 3606001) {
		t = (time_t)when;
		assert_non_null(gmtime_r(&t, &tm));
		strftime(theirs, sizeof(theirs), "%Y-%m-%dT%H:%M:%SZ", &tm);
		clock_format(when, text);
		assert_string_equal(text, theirs);
		assert_true(clock_parse(text, &back));
		assert_true(back == when);
	}
	clock_format(-62135596800, text);
	assert_string_equal(text, "0001-01-01T00:00:00Z");
	clock_format(-62135596801, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
	clock_format(253402300800, text);
	assert_string_equal(text, "9999-12-31T23:59:59Z");
}

static void
refused(void **state)
{
	static const char *const bad[] = { "", "2026", "2026-11-21",
	    "2026-11-21T10:00:00", "2026-11-21T10:00Z", "2026-11-21 10:00:00Z",
	    "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
	    "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z",
	    "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z",
	    "2026-11-21T10:60:00Z", "2026-11-21T10:00:60Z",
	    "2026-11-21T10:00:00.Z", "2026-11-21T10:00:00z",
	    "2026-11-21T10:00:00+0200", "2026-11-21T10:00:00+15:00",
	    "2026-11-21T10:00:00+02:60", "2026-11-21T10:00:00Z ",
	    " 2026-11-21T10:00:00Z", "-2026-11-21T10:00:00Z",
	    "12026-11-21T10:00:00Z", "0000-01-01T00:00:00Z",
	    "2026-1-1T00:00:00Z", "2026-11-21T10:00:00ZZ" };
	size_t	 i;
	int64_t	 when;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(clock_parse(bad[i], &when));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(written),
		cmocka_unit_test(refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
