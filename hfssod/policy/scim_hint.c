/*
 * Hints.  In policy and reader.  Must never be used after a list has lost
 * a row before its end: what is added comes at the end.
 */
#include <stddef.h>

#include "hfssod/policy/scim_hint.h"

#define HINTS	256

static struct hint {
	uint64_t	 query;
	int64_t		 moved;
	int64_t		 matched;	/* rows up to this one, which is in */
	int64_t		 row;
} hints[HINTS];

void
scim_hint_keep(uint64_t query, int64_t moved, const struct scim_progress *p)
{
	static unsigned int	 next;
	struct hint		*h = NULL;
	size_t			 i;

	if (p->matched == 0 || !p->at.begun)
		return;
	for (i = 0; i < HINTS; i++)
		if (hints[i].query == query && hints[i].matched == p->matched)
			h = &hints[i];
	if (h == NULL)
		h = &hints[next++ % HINTS];
	h->query = query;
	h->moved = moved;
	h->matched = p->matched;
	h->row = p->at.row;
}

void
scim_hint_use(uint64_t query, int64_t moved, int64_t start,
    struct scim_progress *p)
{
	const struct hint	*best = NULL;
	size_t			 i;

	for (i = 0; i < HINTS; i++)
		if (hints[i].query == query && hints[i].moved == moved &&
		    hints[i].matched < start &&
		    (best == NULL || hints[i].matched > best->matched))
			best = &hints[i];
	if (best == NULL)
		return;
	p->matched = best->matched;
	p->at.row = best->row;
	p->at.begun = true;
}
