/*
 * Where a list goes on: the cursor of a client (RFC 9865) and what http
 * sends back between the slices of one page.  Pure.
 */
#ifndef POLICY_SCIM_CURSOR_H
#define POLICY_SCIM_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_exchange.h"
#include "hfssod/policy/scim_plan.h"

/* Behind this row: of the plan's phase, in order of key and row. */
struct scim_place {
	unsigned int	 phase;
	int64_t		 row;
	char		 key[PLAN_KEY + 1];
	bool		 begun;
};
struct scim_progress {
	struct scim_place	 at;		/* looked at so far */
	struct scim_place	 last;		/* said last */
	int64_t			 matched;
	int64_t			 said;
	int64_t			 total;		/* -1: not known yet */
	bool			 more;		/* there is one behind last */
	bool			 back;		/* a cursor: what is before */
	int64_t			 first;		/* row said first; or 0 */
	int64_t			 most;		/* to be said; 0: as asked */
	uint64_t		 job;		/* of scim_sort.h; or 0 */
};

/*
 * The number of a question: of organization, connection, base, resource,
 * filter and order.  What is of another question is refused.
 */
uint64_t	 scim_cursor_query(const struct scim *,
		    const struct scim_list *);
/* In the pool; of what is before the first row, or behind the last. */
const char	*scim_cursor_back(struct scim_pool *, uint64_t,
		    const struct scim_progress *);
const char	*scim_cursor_text(struct scim_pool *, uint64_t,
		    const struct scim_progress *);
/* The place and total of a cursor; false if it is none, or another's. */
bool		 scim_cursor_read(const char *, uint64_t,
		    struct scim_progress *);
/* The same for all of it, between slices. */
const char	*scim_progress_text(struct scim_pool *, uint64_t,
		    const struct scim_progress *);
bool		 scim_progress_read(const char *, uint64_t,
		    struct scim_progress *);

#endif
