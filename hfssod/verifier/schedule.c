/*
 * Times of refreshing, in verifier; pure.  Must never give a stranger's
 * word the power to make us ask without pause, or never again.
 */
#include <stddef.h>

#include "hfssod/verifier/schedule.h"

#define DAY		86400
#define HOUR		3600
#define THROTTLE_EVERY	10000	/* milliseconds */
#define THROTTLE_BURST	3

int64_t
schedule_refresh(enum document_kind kind, const struct schedule_hints *h,
    int64_t now, uint32_t random)
{
	int64_t wait;

	switch (kind) {
	case DOCUMENT_DISCOVERY:
		wait = DAY;
		break;
	case DOCUMENT_KEYS:
		wait = h->max_age >= 0 ? h->max_age : HOUR;
		break;
	default:
		wait = h->max_age >= 0 ? h->max_age : 6 * HOUR;
		if (h->cache > 0 && (h->max_age < 0 || h->cache < wait))
			wait = h->cache;
		if (h->valid_until != 0 && (h->valid_until - now) / 2 < wait)
			wait = (h->valid_until - now) / 2;
		break;
	}
	if (wait < SCHEDULE_LEAST)
		wait = SCHEDULE_LEAST;
	if (wait > SCHEDULE_MOST)
		wait = SCHEDULE_MOST;
	/* Not everybody at the same moment. */
	return wait * 1000 - wait * (random % 101);
}

int64_t
schedule_retry(unsigned int failures, uint32_t random)
{
	static const int64_t waits[] = { 10, 30, 60, 120, 300, 600, 1800,
	    3600 };
	size_t n = sizeof(waits) / sizeof(waits[0]);

	if (failures == 0)
		failures = 1;
	if (failures < n)
		n = failures;
	return waits[n - 1] * (800 + random % 401);
}

/* Each time it is done fills a bucket, which empties as time goes by. */
bool
throttle_ready(const struct throttle *t, int64_t ms)
{
	return t->full <= ms + (THROTTLE_BURST - 1) * THROTTLE_EVERY;
}

bool
throttle_take(struct throttle *t, int64_t ms)
{
	if (!throttle_ready(t, ms))
		return false;
	t->full = (t->full > ms ? t->full : ms) + THROTTLE_EVERY;
	return true;
}
