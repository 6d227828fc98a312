/*
 * SCIM lists, a slice at a time.  In policy, what an index finds at once;
 * in reader, the rest.  Must never write, nor stay away from the loop
 * longer than a slice.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssod/policy/scim_hint.h"
#include "hfssod/policy/scim_list.h"
#include "hfssod/policy/scim_resource.h"

#define ROOM	(60 * 1024)	/* octets of resources in an answer */
#define SKIM	50000		/* rows that are only counted, at a time */
#define EACH	64		/* rows between two looks at the clock */

/* --- walking ------------------------------------------------------------ */

bool
listing_late(struct listing *l)
{
	/* A row with all its members or groups may be a long one. */
	if ((++l->rows % EACH == 0 || l->needs.all_members ||
	    l->needs.groups) && clock_ms() >= l->deadline)
		l->full = true;
	return l->full;
}

static enum step
walk_begin(struct listing *l, const struct scim_walk *w)
{
	static const struct value	 beyond = { VALUE_BLOB, 0, "\xff", 1 };
	const struct scim_place		*at = &l->p.at;
	struct value			 key = l->plan.member;
	int64_t				 row = at->begun ? at->row : 0;

	/* What is bound must stay, the place moves on. */
	if (w->keyed)
		key = at->begun ? v_text(scim_pool_string(l->s->pool, at->key,
		    strlen(at->key))) :
		    w->down ? beyond : v_text(l->plan.from);
	if (w->down && !at->begun)
		row = INT64_MAX;
	return store_run(l->s->store, w->statement, v_int(l->s->connection),
	    l->plan.wanted, key, v_int(row));
}

/* This row was looked at. */
static void
place_at(struct listing *l, const struct scim_walk *w, struct scim_place *p)
{
	struct store	*s = l->s->store;

	p->phase = l->p.at.phase;
	p->begun = true;
	p->row = store_integer(s, w->statement, 0);
	if (w->keyed)
		strlcpy(p->key, store_text(s, w->statement,
		    l->plan.kind == PLAN_GROUPS ? (int)GROUP_COLUMNS :
		    (int)USER_COLUMNS), sizeof(p->key));
}

/* False: the slice ends here. */
static bool
walk_phase(struct listing *l, listing_fn *each, void *own)
{
	const struct scim_walk	*w = &l->plan.walks[l->p.at.phase];
	enum statement		 st = w->statement;
	enum step		 step;
	bool			 on = true;

	for (step = walk_begin(l, w); step == STEP_ROW && on;) {
		if (l->plan.exact || scim_item_match(l->s, l->plan.kind, st,
		    l->q->filter, &l->needs))
			on = each(l, st, own);
		if (!on)
			break;
		place_at(l, w, &l->p.at);
		if (listing_late(l))
			break;
		step = store_next(l->s->store, st);
	}
	store_end(l->s->store, st);
	return step == STEP_DONE;
}

void
listing_walk(struct listing *l, listing_fn *each, void *own)
{
	while (walk_phase(l, each, own)) {
		if (l->p.at.phase + 1 == l->plan.phases) {
			l->done = true;
			return;
		}
		l->p.at.phase++;
		l->p.at.begun = false;
		l->p.at.row = 0;
		l->p.at.key[0] = '\0';
	}
}

/* --- saying ------------------------------------------------------------- */

bool
listing_say(struct listing *l, enum statement st)
{
	struct scim_listed_item	*item = &l->answer->items[l->answer->count];
	size_t			 octets;

	if (!scim_item_build(l->s, l->plan.kind, st, l->q->members, item))
		return true;
	octets = scim_item_size(&item->value);
	if (l->answer->count > 0 && l->octets + octets > ROOM) {
		l->full = true;
		return false;
	}
	l->octets += octets;
	l->answer->count++;
	return true;
}

/*
 * A row that matches: it is before the page, in it, or behind.  False when
 * nothing is left to be said, nor to be counted in this way.
 */
static bool
take(struct listing *l, enum statement st, void *unused)
{
	bool	 begun = l->q->cursored || l->p.matched + 1 >= l->q->start;

	(void)unused;
	if (begun && l->p.said < l->count) {
		if (!listing_say(l, st))
			return false;
		l->p.said++;
		place_at(l, &l->plan.walks[l->p.at.phase], &l->p.last);
		if (l->p.first == 0)
			l->p.first = l->p.last.row;
	} else if (l->p.said >= l->count)
		l->p.more = true;
	l->p.matched++;
	if (l->p.said < l->count)
		return true;
	if (l->p.total >= 0)
		l->done = !l->q->cursored || l->p.more;
	else if (l->plan.skim == ST_MAX)
		return true;
	if (l->p.total < 0 || l->done) {
		place_at(l, &l->plan.walks[l->p.at.phase], &l->p.at);
		return false;
	}
	return true;
}

/* --- counting ----------------------------------------------------------- */

/* n more rows were passed over, up to this one. */
static void
passed(struct listing *l, int64_t n, int64_t row)
{
	if (n == 0)
		return;
	l->p.at.row = row;
	l->p.at.begun = true;
	l->p.matched += n;
	if (l->p.said >= l->count)
		l->p.more = true;
}

/*
 * Pass over so many rows without looking at them.  False: there were not
 * as many.
 */
static bool
skim(struct listing *l, int64_t most)
{
	struct store	*s = l->s->store;
	enum statement	 st = l->plan.jump;
	bool		 jumped;

	if ((jumped = store_run(s, st, v_int(l->s->connection),
	    l->plan.wanted, v_int(most - 1), v_int(l->p.at.row)) == STEP_ROW))
		passed(l, most, store_integer(s, st, 0));
	store_end(s, st);
	if (jumped)
		return true;
	st = l->plan.skim;
	if (store_run(s, st, v_int(l->s->connection), l->plan.wanted,
	    v_int(most), v_int(l->p.at.row)) == STEP_ROW)
		passed(l, store_integer(s, st, 0), store_integer(s, st, 1));
	store_end(s, st);
	return false;
}

/* To the row before the first one of the page. */
static void
go_to_start(struct listing *l)
{
	int64_t	 left;
	bool	 whole = l->plan.whole;

	if (l->q->cursored || l->plan.skim == ST_MAX || l->p.said > 0)
		return;
	if (whole && !l->p.at.begun)
		scim_hint_use(l->query, l->moved, l->q->start, &l->p);
	while ((left = l->q->start - 1 - l->p.matched) > 0 && !l->full) {
		if (!skim(l, left < SKIM ? left : SKIM)) {
			l->done = true;
			break;
		}
		if (whole)
			scim_hint_keep(l->query, l->moved, &l->p);
		if (clock_ms() >= l->deadline)
			l->full = true;
	}
}

/* The rest counts for the total alone. */
static void
count_rest(struct listing *l)
{
	while (!l->done && !l->full) {
		if (!skim(l, SKIM))
			l->done = true;
		else if (clock_ms() >= l->deadline)
			l->full = true;
	}
}

static void
walk(struct listing *l)
{
	bool	 skims = l->plan.skim != ST_MAX;

	go_to_start(l);
	if (l->done || l->full)
		return;
	if (l->p.said < l->count || l->p.total >= 0 || !skims)
		listing_walk(l, take, NULL);
	if (skims && l->p.said >= l->count && l->p.total < 0)
		count_rest(l);
	if (l->done && skims && l->plan.whole && !l->q->cursored)
		scim_hint_keep(l->query, l->moved, &l->p);
}

/* --- a slice ------------------------------------------------------------ */

static void
read_counts(struct listing *l)
{
	static const int	 column[PLAN_KINDS] = {
		[PLAN_USERS] = 0, [PLAN_INVITATIONS] = 1, [PLAN_GROUPS] = 2
	};
	struct store		*s = l->s->store;

	if (store_run(s, ST_list_counts, v_int(l->s->connection)) ==
	    STEP_ROW) {
		l->p.total = store_integer(s, ST_list_counts,
		    column[l->plan.kind]);
		l->moved = store_integer(s, ST_list_counts, 3);
	}
	store_end(s, ST_list_counts);
}

/* So many rows before this one, at most; *first: the first of them. */
static int64_t
before(struct listing *l, int64_t row, int64_t most, int64_t *first)
{
	struct store	*s = l->s->store;
	enum statement	 st = l->plan.back;
	int64_t		 n = 0;

	if (store_run(s, st, v_int(l->s->connection), v_int(row),
	    v_int(most)) == STEP_ROW) {
		n = store_integer(s, st, 0);
		if (n > 0)
			*first = store_integer(s, st, 1);
	}
	store_end(s, st);
	return n;
}

/* The page before a row; where there is nothing more, the first one. */
static void
turn_back(struct listing *l)
{
	int64_t	 first = 1;

	l->p.most = before(l, l->p.at.row, l->count, &first);
	l->p.at.row = first - 1;
	l->p.at.begun = first > 1;
	l->p.last = l->p.at;
	l->p.back = false;
}

/* Where the question goes on. */
static enum verdict
resume(struct listing *l)
{
	l->p.total = -1;
	if (l->q->after[0] != '\0') {
		if (!scim_progress_read(l->q->after, l->query, &l->p) ||
		    l->p.at.phase >= (l->plan.phases == 0 ? 1 :
		    l->plan.phases))
			return VERDICT_bad_request;
	} else if (l->q->cursored && l->q->cursor[0] != '\0') {
		if (!scim_cursor_read(l->q->cursor, l->query, &l->p) ||
		    l->p.at.phase >= l->plan.phases ||
		    (l->p.back && l->plan.back == ST_MAX))
			return scim_refuse(l->s, VERDICT_scim_invalid_cursor,
			    "The cursor is none of this query.");
		if (l->p.back)
			turn_back(l);
	}
	if (l->p.most > 0 && l->p.most < l->count)
		l->count = l->p.most;
	return VERDICT_ok;
}

static void
finish(struct listing *l)
{
	struct scim_listed	*a = l->answer;
	int64_t			 row;

	if (!l->done) {
		a->after = scim_progress_text(l->s->pool, l->query, &l->p);
		return;
	}
	a->total = l->p.total >= 0 ? l->p.total : l->p.matched;
	l->p.total = a->total;
	if (l->q->cursored && l->p.more && l->p.said > 0)
		a->next = scim_cursor_text(l->s->pool, l->query, &l->p);
	if (l->q->cursored && l->plan.back != ST_MAX && l->p.first > 0 &&
	    before(l, l->p.first, 1, &row) > 0)
		a->previous = scim_cursor_back(l->s->pool, l->query, &l->p);
}

enum verdict
scim_list_find(struct scim *s, const struct scim_list *q,
    struct scim_listed *a)
{
	struct listing	 l;
	enum verdict	 v;

	memset(&l, 0, sizeof(l));
	l.s = s;
	l.q = q;
	l.answer = a;
	l.count = q->count < 0 ? 0 : q->count > LIMIT_SCIM_PAGE ?
	    LIMIT_SCIM_PAGE : q->count;
	l.deadline = clock_ms() + LIMIT_SCIM_SLICE_MS;
	a->items = scim_pool_alloc(s->pool,
	    (size_t)(l.count + 1) * sizeof(*a->items));
	s->seen = scim_pool_alloc(s->pool, sizeof(*s->seen));
	s->seen->pool = s->pool;
	l.query = scim_cursor_query(s, q);
	if (!scim_plan(s, q, &l.plan) ||
	    !scim_item_needs(s, q->filter, &l.needs))
		return VERDICT_unavailable;
	if ((v = resume(&l)) != VERDICT_ok)
		return v;
	if (l.plan.whole)
		read_counts(&l);
	if (l.plan.empty)
		l.done = true;
	else if (l.plan.sorted)
		v = listing_sorted(&l);
	else if (l.count == 0 && l.p.total >= 0)
		l.done = true;
	else
		walk(&l);
	if (store_failed(s->store))
		return VERDICT_unavailable;
	if (v == VERDICT_ok)
		finish(&l);
	return v;
}
