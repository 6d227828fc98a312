/* Time, and its text.  Every process. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

int64_t
clock_now(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec;
}

int64_t
clock_ms(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Days since the epoch of a date of the Gregorian calendar. */
static int64_t
days(int64_t y, int64_t m, int64_t d)
{
	int64_t	 era, yoe, doy, doe;

	if (m <= 2)
		y--;
	era = (y >= 0 ? y : y - 399) / 400;
	yoe = y - era * 400;
	doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
	return era * 146097 + doe - 719468;
}

/* Exactly n digits; their value, or -1. */
static int
digits(const char **p, int n)
{
	int	 value = 0;

	while (n-- > 0) {
		if (**p < '0' || **p > '9')
			return -1;
		value = value * 10 + (*(*p)++ - '0');
	}
	return value;
}

static int
days_of_month(int y, int m)
{
	static const int	 n[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
				    31, 30, 31 };

	if (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)))
		return 29;
	return n[m - 1];
}

/* "Z" or "+hh:mm" to the end of the text; the offset in seconds. */
static bool
zone(const char *p, int64_t *offset)
{
	int	 h, m, sign;

	*offset = 0;
	if (strcmp(p, "Z") == 0)
		return true;
	if (*p != '+' && *p != '-')
		return false;
	sign = *p++ == '+' ? 1 : -1;
	if ((h = digits(&p, 2)) < 0 || h > 14 || *p++ != ':')
		return false;
	if ((m = digits(&p, 2)) < 0 || m > 59 || *p != '\0')
		return false;
	*offset = sign * (h * 3600 + m * 60);
	return true;
}

bool
clock_parse(const char *text, int64_t *when)
{
	const char	*p = text;
	int		 y, mo, d, h, mi, s;
	int64_t		 offset;

	if ((y = digits(&p, 4)) < 1 || *p++ != '-')
		return false;
	if ((mo = digits(&p, 2)) < 1 || mo > 12 || *p++ != '-')
		return false;
	if ((d = digits(&p, 2)) < 1 || d > days_of_month(y, mo) || *p++ != 'T')
		return false;
	if ((h = digits(&p, 2)) < 0 || h > 23 || *p++ != ':')
		return false;
	if ((mi = digits(&p, 2)) < 0 || mi > 59 || *p++ != ':')
		return false;
	if ((s = digits(&p, 2)) < 0 || s > 59)
		return false;
	if (*p == '.') {
		if (digits((p++, &p), 1) < 0)
			return false;
		while (*p >= '0' && *p <= '9')
			p++;
	}
	if (!zone(p, &offset))
		return false;
	*when = days(y, mo, d) * 86400 + h * 3600 + mi * 60 + s - offset;
	return true;
}

void
clock_format(int64_t when, char *buf)
{
	struct tm	 tm;
	time_t		 t = (time_t)when;

	if (gmtime_r(&t, &tm) == NULL || tm.tm_year > 8099 ||
	    tm.tm_year < -1899)
		strlcpy(buf, "9999-12-31T23:59:59Z", CLOCK_TEXT);
	else
		strftime(buf, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
