/* Time, and its text.  Every process. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "common/clock.h"

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z. */
#define FIRST_SECOND	INT64_C(-62135596800)
#define LAST_SECOND	INT64_C(253402300799)

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

/* The date of so many days since the epoch, from year 0 on. */
static void
date(int64_t day, int *y, int *m, int *d)
{
	int64_t	 era, doe, yoe, doy, mp;

	day += 719468;
	era = day / 146097;
	doe = day - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	*d = (int)(doy - (153 * mp + 2) / 5 + 1);
	*m = (int)(mp < 10 ? mp + 3 : mp - 9);
	*y = (int)(yoe + era * 400 + (*m <= 2));
}

/* Exactly n digits; where the next character goes. */
static char *
put_digits(char *p, int value, int n)
{
	int	 i;

	for (i = n; i-- > 0; value /= 10)
		p[i] = (char)('0' + value % 10);
	return p + n;
}

/* strftime would do, in ten times the time: lists have many of them. */
void
clock_format(int64_t when, char *buf)
{
	int64_t	 day, second;
	int	 y, m, d;
	char	*p = buf;

	if (when < FIRST_SECOND || when > LAST_SECOND)
		when = LAST_SECOND;
	day = when / 86400;
	second = when % 86400;
	if (second < 0) {
		second += 86400;
		day--;
	}
	date(day, &y, &m, &d);
	p = put_digits(p, y, 4);
	*p++ = '-';
	p = put_digits(p, m, 2);
	*p++ = '-';
	p = put_digits(p, d, 2);
	*p++ = 'T';
	p = put_digits(p, (int)(second / 3600), 2);
	*p++ = ':';
	p = put_digits(p, (int)(second / 60 % 60), 2);
	*p++ = ':';
	p = put_digits(p, (int)(second % 60), 2);
	*p++ = 'Z';
	*p = '\0';
}
