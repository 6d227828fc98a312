/*
 * `hfssoctl show dry-run`: what a dry token's copy of the store has and
 * the live one has not, or otherwise.  In reader.  Must never write.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/token_control.h"

#define FIRST	4		/* column that is compared */
#define TEXT	512		/* octets of a value that are shown */

/*
 * What is compared, in this order.  Columns of each statement: row, opaque
 * id, organization, name, then those with a label; where there are members,
 * a number made of all of them.
 */
static const struct phase {
	char		 letter;	/* begins the continuation key */
	const char	*kind;
	enum statement	 st;
	size_t		 count;
	const char	*labels[8];
	int		 members;	/* column: how many; 0: it has none */
} phases[] = {
	{ 'a', "account", ST_dry_accounts, 7, { "state", "userName",
	    "e-mail", "displayName", "externalId", "role",
	    "resource groups" }, 0 },
	{ 'g', "group", ST_dry_groups, 4, { "displayName", "members",
	    "resource groups", "externalId" }, FIRST + 1 },
	{ 'i', "invitation", ST_dry_invitations, 3, { "state", "externalId",
	    "accepted" }, 0 }
};
#define PHASES	(sizeof(phases) / sizeof(phases[0]))

/* One of the two stores, while it is walked. */
struct side {
	struct store	*store;
	enum step	 step;
};

static int64_t
row_of(const struct side *s, const struct phase *p)
{
	return s->step == STEP_ROW ? store_integer(s->store, p->st, 0) :
	    INT64_MAX;
}

static void
put(struct writer *w, const struct phase *p, const char *name,
    const char *what, const char *live, const char *copy)
{
	char	 text[2][TEXT];

	utf8_copy(text[0], live, TEXT);
	utf8_copy(text[1], copy, TEXT);
	record_object(w, "");
	record_string(w, "kind", p->kind);
	record_string(w, "name", name);
	record_string(w, "what", what);
	record_string(w, "live", text[0]);
	record_string(w, "dry_run", text[1]);
	record_end(w);
}

/* As many members, but others: the column behind the last says who. */
static bool
swapped(const struct phase *p, struct store *live, struct store *copy)
{
	int	 who = FIRST + (int)p->count;

	return p->members != 0 && live != NULL && copy != NULL &&
	    strcmp(store_text(live, p->st, p->members),
	    store_text(copy, p->st, p->members)) == 0 &&
	    store_integer(live, p->st, who) !=
	    store_integer(copy, p->st, who);
}

/* Of only one store, or of both: what differs. */
static void
compare(struct writer *w, const struct phase *p, struct store *live,
    struct store *copy)
{
	struct store	*one = live != NULL ? live : copy;
	const char	*a, *b, *name;
	char		 text[64];
	size_t		 i;

	name = store_text(one, p->st, 3);
	if (live == NULL)
		put(w, p, name, "made", "", "made");
	else if (copy == NULL)
		put(w, p, name, "only live", "there", "");
	for (i = 0; i < p->count; i++) {
		a = live == NULL ? "" :
		    store_text(live, p->st, FIRST + (int)i);
		b = copy == NULL ? "" :
		    store_text(copy, p->st, FIRST + (int)i);
		if (strcmp(a, b) != 0)
			put(w, p, name, p->labels[i], a, b);
	}
	if (swapped(p, live, copy)) {
		snprintf(text, sizeof(text), "%s, others",
		    store_text(copy, p->st, p->members));
		put(w, p, name, "members", store_text(live, p->st,
		    p->members), text);
	}
}

static bool
is_of(const struct side *s, const struct phase *p, int64_t organization)
{
	return store_integer(s->store, p->st, 2) == organization;
}

/* The lower of the rows that both stores are at, or both if it is one. */
static void
meet(struct writer *w, const struct phase *p, struct side *live,
    struct side *copy, int64_t organization)
{
	int64_t	 a = row_of(live, p), b = row_of(copy, p);
	bool	 left = a <= b, right = b <= a, same;

	same = left && right && strcmp(store_text(live->store, p->st, 1),
	    store_text(copy->store, p->st, 1)) == 0;
	if (same) {
		if (is_of(live, p, organization))
			compare(w, p, live->store, copy->store);
	} else {
		if (left && is_of(live, p, organization))
			compare(w, p, live->store, NULL);
		if (right && is_of(copy, p, organization))
			compare(w, p, NULL, copy->store);
	}
	if (left)
		live->step = store_next(live->store, p->st);
	if (right)
		copy->step = store_next(copy->store, p->st);
}

/*
 * From that row on, for a while.  Returns true at the end; else *row is the
 * last one that was looked at.
 */
static bool
walk(struct page *page, const struct phase *p, struct store *copy,
    int64_t organization, int64_t *row)
{
	struct side	 live = { state.store, STEP_DONE };
	struct side	 other = { copy, STEP_DONE };
	int64_t		 end = clock_ms() + LIMIT_SCIM_SLICE_MS, a, b;
	bool		 done = true, any = false;

	live.step = store_run(live.store, p->st, v_int(organization),
	    v_int(*row));
	other.step = store_run(copy, p->st, v_int(organization),
	    v_int(*row));
	while (live.step == STEP_ROW || other.step == STEP_ROW) {
		/* The first row may take long; without it none is last. */
		if (page->body.len > PAGE || (any && clock_ms() > end)) {
			done = false;
			break;
		}
		a = row_of(&live, p);
		b = row_of(&other, p);
		*row = a < b ? a : b;
		meet(&page->body, p, &live, &other, organization);
		any = true;
	}
	store_end(live.store, p->st);
	store_end(copy, p->st);
	return done;
}

/* All phases from the key on; the next key is left in the page. */
static void
compare_all(struct page *page, struct store *copy, int64_t organization)
{
	size_t	 i = 0;
	int64_t	 row = 0;

	if (page->q.after[0] != '\0') {
		while (i < PHASES && phases[i].letter != page->q.after[0])
			i++;
		row = page_number(page->q.after + 1);
	}
	record_array(&page->body, "");
	for (; i < PHASES; i++, row = 0)
		if (!walk(page, &phases[i], copy, organization, &row)) {
			snprintf(page->after, sizeof(page->after), "%c%lld",
			    phases[i].letter, (long long)row);
			break;
		}
	record_end(&page->body);
}

/* By its id, which no two tokens share; organization 0: of any. */
static enum verdict
find(const struct page *page, int64_t *organization, struct token *t)
{
	struct store	*s = state.store;
	enum statement	 st = ST_show_dry_run;
	enum verdict	 v = VERDICT_no_token_named;

	memset(t, 0, sizeof(*t));
	if (store_run(s, st, v_text(page->q.name), v_int(*organization)) ==
	    STEP_ROW) {
		t->row = store_integer(s, st, 0);
		strlcpy(t->id, store_text(s, st, 1), sizeof(t->id));
		t->dry = true;
		if (store_integer(s, st, 2) > store_now(s))
			v = VERDICT_ok;
		*organization = store_integer(s, st, 3);
		store_end(s, st);
	}
	return v;
}

enum verdict
show_dry_run(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	struct store	*copy = NULL;
	struct token	 t;
	enum verdict	 v;
	int64_t		 id = 0;

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (p.q.organization[0] != '\0' &&
	    (v = page_organization(&p, &id)) != VERDICT_ok) ||
	    (v = find(&p, &id, &t)) != VERDICT_ok)
		return page_end(&p, v, w);
	if ((copy = dryrun_store(state.store, &t)) == NULL)
		v = VERDICT_token_not_ready;
	else if (!store_begin(copy))
		v = VERDICT_unavailable;
	else {
		compare_all(&p, copy, id);
		if (store_failed(copy)) {
			log_warnx("dry run %s: %s", t.id, store_error(copy));
			v = VERDICT_unavailable;
		}
		store_forget(copy);
		store_commit(copy);
		store_forget(copy);
	}
	return page_end(&p, v, w);
}
