/*
 * When a provider's document is fetched again, and how often somebody may
 * make us fetch.  Pure: no clock, no randomness of its own.
 */
#ifndef VERIFIER_SCHEDULE_H
#define VERIFIER_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/provider.h"

#define SCHEDULE_LEAST	300		/* seconds */
#define SCHEDULE_MOST	86400
#define SCHEDULE_DOUBT	10		/* until a doubt is settled */

/* What a document says of how long it is good. */
struct schedule_hints {
	int64_t	 max_age;	/* Cache-Control, seconds; -1: not said */
	int64_t	 cache;		/* cacheDuration, seconds; 0: not said */
	int64_t	 valid_until;	/* seconds since the epoch; 0: not said */
};
/*
 * Milliseconds until a document that was fetched at the given moment is
 * fetched again: discovery once a day, the others as they say, within the
 * bounds above, keys each hour and metadata each six hours if they say
 * nothing; metadata that ends before half of its time is over.  Up to a
 * tenth less by the random number.
 */
int64_t	 schedule_refresh(enum document_kind, const struct schedule_hints *,
	    int64_t, uint32_t);
/*
 * Milliseconds until the next try after so many failures in a row (from
 * 1): 10 s, growing to an hour, a fifth more or less by the random number.
 */
int64_t	 schedule_retry(unsigned int, uint32_t);

/*
 * How often something may be done: three times at once, then once in ten
 * seconds.  Zeroed: never done.
 */
struct throttle {
	int64_t	 full;		/* clock_ms: nothing counts any more */
};
bool	 throttle_ready(const struct throttle *, int64_t);
/* Do it, if it may be done. */
bool	 throttle_take(struct throttle *, int64_t);

#endif
