/*
 * A request of http that waits for something from outside: its octets,
 * kept, and who waits for the answer.  Nothing of the configuration may be
 * kept with it: after every wait the connection is found again by its
 * names.
 */
#ifndef VERIFIER_JOB_H
#define VERIFIER_JOB_H

#include <sys/queue.h>

#include <stddef.h>
#include <stdint.h>

#include "common/child.h"
#include "common/exchange.h"

struct job {
	struct sso_request	 q;		/* points into octets */
	uint64_t		 id;		/* of the message */
	uint64_t		 origin;	/* instance of http */
	int64_t			 deadline;	/* clock_ms: all must be done */
	uint8_t			*octets;
	size_t			 len;
	TAILQ_ENTRY(job)	 entry;		/* job.c's */
};

/*
 * Keep a message that is an sso_request (malformed: fatal).  NULL when too
 * many wait already: LIMIT_FETCH_WAITING of all http processes, of one of
 * them LIMIT_OUTSTANDING, or twice LIMIT_OUTSTANDING_BYTES.
 */
struct job	*job_new(struct peer *, uint64_t, const struct reader *);
/* Milliseconds until then, for the next question to fetch; at least 1. */
uint32_t	 job_left(const struct job *);
void		 job_free(struct job *);

#endif
