/*
 * SCIM lists that are sorted in memory.  In policy and reader.  Must never
 * write, nor say a row that does not match any more.
 */
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/scim_list.h"
#include "hfssod/policy/scim_sort.h"

static bool
collect(struct listing *l, enum statement st, void *own)
{
	struct scim_sorted	*sorted = own;
	char			 key[PLAN_KEY + 1];

	scim_item_key(l->s, l->plan.kind, st, l->q->sort, key, sizeof(key));
	if (!scim_sorted_add(sorted, key,
	    store_integer(l->s->store, st, 0))) {
		l->p.more = true;
		return false;
	}
	return true;
}

/* One of them, if it is there and still matches. */
static bool
say(struct listing *l, int64_t row)
{
	enum statement	 st = scim_plan_row(l->plan.kind);
	struct store	*s = l->s->store;
	bool		 on = true;

	if (store_run(s, st, v_int(l->s->connection), v_int(row), v_int(0),
	    v_int(0)) == STEP_ROW && (l->q->filter == NULL ||
	    scim_item_match(l->s, l->plan.kind, st, l->q->filter, &l->needs)))
		on = listing_say(l, st);
	store_end(s, st);
	return on;
}

static void
say_page(struct listing *l, const struct scim_sorted *sorted)
{
	size_t	 i, count = scim_sorted_count(sorted), end;

	if (l->q->cursored) {
		i = !l->p.last.begun ? 0 : scim_sorted_behind(sorted,
		    l->p.last.key, l->p.last.row);
	} else if (l->q->start - 1 > (int64_t)count - l->p.said)
		i = count;
	else
		i = (size_t)(l->q->start - 1 + l->p.said);
	end = count - i < (size_t)(l->count - l->p.said) ? count :
	    i + (size_t)(l->count - l->p.said);
	for (; i < end && !l->full; i++) {
		if (!say(l, scim_sorted_row(sorted, i)))
			break;
		l->p.said++;
		l->p.last.begun = true;
		l->p.last.row = scim_sorted_row(sorted, i);
		strlcpy(l->p.last.key, scim_sorted_key(sorted, i),
		    sizeof(l->p.last.key));
		listing_late(l);
	}
	l->done = i == end;
	l->p.more = end < count;
}

enum verdict
listing_sorted(struct listing *l)
{
	struct scim_sorted	*sorted;

	if (l->p.job == 0) {
		sorted = scim_sorted_new(l->query);
		l->p.job = scim_sorted_number(sorted);
		/* A cursor's place is one in order, not one of the walk. */
		l->p.last = l->p.at;
		memset(&l->p.at, 0, sizeof(l->p.at));
	} else if ((sorted = scim_sorted_find(l->p.job, l->query)) == NULL)
		return scim_refuse(l->s, VERDICT_unavailable,
		    "The list took too long.");
	if (!scim_sorted_ready(sorted)) {
		listing_walk(l, collect, sorted);
		if (l->p.more) {
			scim_sorted_free(sorted);
			return scim_refuse(l->s, VERDICT_scim_too_many,
			    "More than %d results can't be sorted by this "
			    "attribute.", LIMIT_SCIM_SORTED);
		}
		if (!l->done)
			return VERDICT_ok;
		l->done = false;
		scim_sorted_order(sorted, l->q->descending);
	}
	if (l->p.total < 0 || l->plan.whole)
		l->p.total = (int64_t)scim_sorted_count(sorted);
	say_page(l, sorted);
	if (l->done)
		scim_sorted_free(sorted);
	return VERDICT_ok;
}
