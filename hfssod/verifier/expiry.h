/*
 * What ends one day, and when people are warned of it.  Pure.
 */
#ifndef VERIFIER_EXPIRY_H
#define VERIFIER_EXPIRY_H

#include <stdint.h>

enum expiry {
	EXPIRY_NONE,		/* nothing to say */
	EXPIRY_SOON,		/* within 30 days, or 7: said once each */
	EXPIRY_OVER		/* over: said once a day */
};

/* What was said last; zeroed: nothing. */
struct expiry_memory {
	int64_t	 end;		/* of what */
	int64_t	 said;		/* seconds; 0: never */
};

/*
 * What to say now of what ends then (seconds; 0: it does not end), and
 * remember that it was said.  An end that moved begins anew.
 */
enum expiry	 expiry_judge(struct expiry_memory *, int64_t, int64_t);

#endif
