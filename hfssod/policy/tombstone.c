/*
 * What is left of deleted accounts.  In policy, between turns.  Must never
 * clear the profile of somebody who can be restored, nor forget what says
 * that he has ended.
 */
#include "hfssod/policy/state.h"
#include "hfssod/policy/tombstone.h"

#define EVERY	60		/* seconds */
#define BATCH	64		/* accounts of an organization at once */

static size_t
find_due(const struct organization *o, int64_t now, int64_t *rows)
{
	struct store	*s = state.store;
	enum statement	 st = ST_tombstones_due;
	enum step	 step;
	size_t		 n = 0;

	for (step = store_run(s, st, v_int(o->id),
	    v_int(now - o->settings->tombstone_keep), v_int(BATCH));
	    step == STEP_ROW; step = store_next(s, st))
		rows[n++] = store_integer(s, st, 0);
	return n;
}

/* True: there may be more. */
static bool
clear(const struct organization *o, int64_t now)
{
	struct store	*s = state.store;
	int64_t		 rows[BATCH];
	size_t		 count = find_due(o, now, rows), i;

	if (count == 0)
		return false;
	if (store_begin(s))
		for (i = 0; i < count; i++) {
			store_run(s, ST_user_emails_remove, v_int(rows[i]));
			store_run(s, ST_tombstone_clear, v_int(rows[i]));
		}
	return store_commit(s) && count == BATCH;
}

bool
tombstone_sweep(void)
{
	static int64_t		 next;
	const struct organization *o;
	const struct connection	*c;
	int64_t			 now = store_now(state.store);
	size_t			 n = 0;
	bool			 more = false;

	if (now < next)
		return false;
	while ((c = directory_connections(state.directory, &n)) != NULL) {
		o = c->organization;
		if (o->settings != NULL && o->id != 0 &&
		    c == directory_connection(state.directory, o, ""))
			more |= clear(o, now);
	}
	store_forget(state.store);
	if (!more)
		next = now + EVERY;
	return more;
}
