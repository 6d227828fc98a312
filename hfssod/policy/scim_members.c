/*
 * Members of SCIM groups, by rows.  In policy; pages of them also in
 * reader.  Must never let a group be within itself, nor take a member that
 * the token does not see.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/state.h"

#define PAGE_OCTETS	(56 * 1024)
#define PAGE_ROWS	512

/* --- lists ------------------------------------------------------------- */

void
member_list_add(struct member_list *l, enum scim_member_kind kind,
    int64_t row)
{
	if (l->count == l->size) {
		l->size = l->size == 0 ? 16 : l->size * 2;
		l->list = reallocarray(l->list, l->size, sizeof(*l->list));
		if (l->list == NULL)
			fatal("members");
	}
	l->list[l->count].kind = kind;
	l->list[l->count++].row = row;
}

void
member_list_free(struct member_list *l)
{
	free(l->list);
	memset(l, 0, sizeof(*l));
}

static int
by_key(const void *a, const void *b)
{
	const struct member_key	*x = a, *y = b;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

void
member_list_sort(struct member_list *l)
{
	size_t	 i, n = 0;

	if (l->count < 2)
		return;
	if (heapsort(l->list, l->count, sizeof(*l->list), by_key) == -1)
		fatal("members");
	for (i = 0; i < l->count; i++)
		if (n == 0 || by_key(&l->list[n - 1], &l->list[i]) != 0)
			l->list[n++] = l->list[i];
	l->count = n;
}

/* --- who is meant ------------------------------------------------------ */

static enum step
look_up(struct scim *s, enum statement st, const char *id, int64_t *row)
{
	enum step	 step;

	step = store_run(s->store, st, v_text(id), v_int(s->connection));
	if (step == STEP_ROW)
		*row = store_integer(s->store, st, 0);
	store_end(s->store, st);
	return step;
}

enum verdict
member_find(struct scim *s, const char *id, const char *type,
    struct member_key *key)
{
	enum step	 step = STEP_DONE;

	if (strcmp(type, "Group") != 0) {
		key->kind = s->basic ? MEMBER_INVITATION : MEMBER_ACCOUNT;
		step = look_up(s, s->basic ? ST_member_invitation :
		    ST_member_account, id, &key->row);
	}
	if (step == STEP_DONE && strcmp(type, "User") != 0) {
		key->kind = MEMBER_GROUP;
		step = look_up(s, ST_member_group, id, &key->row);
	}
	if (step == STEP_FAILED)
		return VERDICT_unavailable;
	if (step == STEP_ROW)
		return VERDICT_ok;
	return scim_refuse(s, VERDICT_scim_invalid_value,
	    "There is no %s with the id \"%.64s\".", type[0] != '\0' ? type :
	    "User or Group", id);
}

enum verdict
members_find(struct scim *s, const struct scim_field *f,
    struct member_list *out)
{
	struct member_key	 key;
	enum verdict		 v;
	const char		*id, *type;
	size_t			 i;

	for (i = 0; f != NULL && i < f->count; i++) {
		id = scim_own_text(&f->values[i], SCIM_members_value);
		type = scim_own_text(&f->values[i], SCIM_members_type);
		if (strcasecmp(type, "User") == 0)
			type = "User";
		else if (strcasecmp(type, "Group") == 0)
			type = "Group";
		else if (type[0] != '\0')
			return scim_refuse(s, VERDICT_scim_invalid_value,
			    "A member is a User or a Group, not \"%.64s\".",
			    type);
		if (id[0] == '\0')
			return scim_refuse(s, VERDICT_scim_invalid_value,
			    "A member has no value.");
		if ((v = member_find(s, id, type, &key)) != VERDICT_ok)
			return v;
		member_list_add(out, key.kind, key.row);
	}
	return VERDICT_ok;
}

bool
members_has(struct store *s, int64_t group, int64_t edition,
    const struct member_key *key)
{
	bool	 has;

	has = store_run(s, ST_member_has, v_int(group), v_int(edition),
	    v_int(key->kind), v_int(key->row)) == STEP_ROW;
	store_end(s, ST_member_has);
	return has;
}

bool
members_walk(struct store *s, int64_t group, int64_t edition,
    const struct member_key *after, size_t most, struct member_list *out)
{
	enum step	 step;

	for (step = store_run(s, ST_members_walk, v_int(group),
	    v_int(edition), v_int(after->kind), v_int(after->row),
	    v_int((int64_t)most)); step == STEP_ROW;
	    step = store_next(s, ST_members_walk))
		member_list_add(out, (enum scim_member_kind)
		    store_integer(s, ST_members_walk, 0),
		    store_integer(s, ST_members_walk, 1));
	return step == STEP_DONE;
}

/* --- set operations ---------------------------------------------------- */

static enum verdict
circle(struct scim *s)
{
	return scim_refuse(s, VERDICT_scim_invalid_value,
	    "A group can't be a member of itself, nor of what it has as a "
	    "member.");
}

static enum verdict
too_high(struct scim *s)
{
	return scim_refuse(s, VERDICT_scim_invalid_value,
	    "The group is in %d groups already, also by way of others; it "
	    "can have no group as a member.", LIMIT_SCIM_HELD);
}

enum verdict
members_held(struct scim *s, const struct member_key *key, int more)
{
	enum step	 step;

	step = store_run(s->store, ST_member_held, v_int(key->kind),
	    v_int(key->row), v_int(LIMIT_SCIM_HELD + more),
	    v_int(s->connection));
	store_end(s->store, ST_member_held);
	return step == STEP_DONE ? VERDICT_ok : step == STEP_FAILED ?
	    VERDICT_unavailable : scim_refuse(s, VERDICT_scim_invalid_value,
	    "A member is in %d groups already, which is the most.",
	    LIMIT_SCIM_HELD);
}

bool
members_above(struct group_write *g)
{
	struct store	*s = g->s->store;
	enum step	 step;

	if (g->above_known)
		return true;
	for (step = store_run(s, ST_group_above, v_int(g->row));
	    step == STEP_ROW; step = store_next(s, ST_group_above))
		member_list_add(&g->above, MEMBER_GROUP,
		    store_integer(s, ST_group_above, 0));
	member_list_sort(&g->above);
	g->above_known = step == STEP_DONE;
	return g->above_known;
}

/* A group that becomes a member may not have this one above or in it. */
static enum verdict
check_circle(struct group_write *g, const struct member_key *key)
{
	if (key->kind != MEMBER_GROUP)
		return VERDICT_ok;
	if (!members_above(g))
		return VERDICT_unavailable;
	if (g->above.count >= LIMIT_SCIM_HELD)
		return too_high(g->s);
	return bsearch(key, g->above.list, g->above.count, sizeof(*key),
	    by_key) != NULL ? circle(g->s) : VERDICT_ok;
}

static enum verdict
add_one(struct group_write *g, const struct member_key *key)
{
	enum verdict	 v;
	enum step	 step;

	if ((v = check_circle(g, key)) != VERDICT_ok)
		return v;
	step = store_run(g->s->store, ST_member_add, v_int(g->row),
	    v_int(g->edition), v_int(key->kind), v_int(key->row));
	if (step == STEP_CONFLICT)
		return VERDICT_ok;
	if (step != STEP_DONE)
		return VERDICT_unavailable;
	g->count++;
	g->added++;
	member_list_add(&g->touched, key->kind, key->row);
	return members_held(g->s, key, 0);
}

static enum verdict
remove_one(struct group_write *g, const struct member_key *key)
{
	struct store	*s = g->s->store;
	enum step	 step;

	step = store_run(s, ST_member_remove, v_int(g->row),
	    v_int(g->edition), v_int(key->kind), v_int(key->row));
	store_end(s, ST_member_remove);
	if (step == STEP_ROW) {
		g->count--;
		g->removed++;
		member_list_add(&g->touched, key->kind, key->row);
	}
	return step == STEP_FAILED ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
members_add(struct group_write *g, const struct member_list *l)
{
	enum verdict	 v = VERDICT_ok;
	size_t		 i;

	for (i = 0; i < l->count && v == VERDICT_ok; i++)
		v = add_one(g, &l->list[i]);
	return v;
}

enum verdict
members_remove(struct group_write *g, const struct member_list *l)
{
	enum verdict	 v = VERDICT_ok;
	size_t		 i;

	for (i = 0; i < l->count && v == VERDICT_ok; i++)
		v = remove_one(g, &l->list[i]);
	return v;
}

/* Both are sorted: take what only one of them has. */
static enum verdict
replace_rows(struct group_write *g, const struct member_list *have,
    const struct member_list *want)
{
	enum verdict	 v = VERDICT_ok;
	size_t		 h = 0, w = 0;
	int		 order;

	while (v == VERDICT_ok && (h < have->count || w < want->count)) {
		order = h == have->count ? 1 : w == want->count ? -1 :
		    by_key(&have->list[h], &want->list[w]);
		if (order < 0)
			v = remove_one(g, &have->list[h]);
		h += order <= 0;
		w += order >= 0;
	}
	/* Added last: what left can't make a circle any more. */
	for (h = w = 0; v == VERDICT_ok && w < want->count; w++) {
		while (h < have->count &&
		    by_key(&have->list[h], &want->list[w]) < 0)
			h++;
		if (h == have->count ||
		    by_key(&have->list[h], &want->list[w]) != 0)
			v = add_one(g, &want->list[w]);
	}
	return v;
}

/*
 * The edition takes force, with so many members; the one before is left for
 * a job.
 */
static bool
flip(struct group_write *g, int64_t edition, int64_t count)
{
	if (!g->flipped) {
		g->flipped = true;
		g->old = g->edition;
	}
	g->edition = edition;
	g->count = count;
	return store_run(g->s->store, ST_group_edition, v_int(g->row),
	    v_int(edition)) == STEP_DONE;
}

/* A new edition with these, when the one before is large. */
static enum verdict
replace_edition(struct group_write *g, const struct member_list *want)
{
	uint64_t	 job;

	if ((job = job_add(g->s, JOB_CLEAN, 0, g->row, g->edition)) == 0 ||
	    !flip(g, (int64_t)job, 0))
		return VERDICT_unavailable;
	g->job = job;
	return members_add(g, want);
}

enum verdict
members_replace(struct group_write *g, struct member_list *want)
{
	static const struct member_key	 first = { 0, 0 };
	struct member_list	 have = { NULL, 0, 0 };
	enum verdict		 v;

	member_list_sort(want);
	if (!g->flipped && g->count > LIMIT_SCIM_PATCHED)
		return replace_edition(g, want);
	v = members_walk(g->s->store, g->row, g->edition, &first,
	    (size_t)g->count, &have) ? replace_rows(g, &have, want) :
	    VERDICT_unavailable;
	member_list_free(&have);
	return v;
}

enum verdict
members_clear(struct group_write *g)
{
	struct member_list	 none = { NULL, 0, 0 };

	return members_replace(g, &none);
}

enum verdict
members_take(struct group_write *g, uint64_t stage)
{
	struct store	*s = g->s->store;
	int64_t		 count = 0, edition = (int64_t)stage;
	enum step	 step;

	if (job_stage(g->s, stage) != g->row)
		return store_failed(s) ? VERDICT_unavailable :
		    scim_refuse(g->s, VERDICT_scim_invalid_value,
		    "The members of the group were not brought in time.");
	if (!members_above(g))
		return VERDICT_unavailable;
	if (g->above.count >= LIMIT_SCIM_HELD)
		return too_high(g->s);
	step = store_run(s, ST_group_above_staged, v_int(g->row),
	    v_int(edition));
	store_end(s, ST_group_above_staged);
	if (step != STEP_DONE)
		return step == STEP_ROW ? circle(g->s) : VERDICT_unavailable;
	if (store_run(s, ST_members_count, v_int(g->row), v_int(edition)) ==
	    STEP_ROW)
		count = store_integer(s, ST_members_count, 0);
	store_end(s, ST_members_count);
	if (!flip(g, edition, count))
		return VERDICT_unavailable;
	/* Its row in the table of jobs becomes the one that is left to do. */
	g->job = stage;
	return VERDICT_ok;
}

enum verdict
member_leave_groups(int64_t row, enum scim_member_kind kind)
{
	struct store	*s = state.store;

	store_run(s, ST_groups_left, v_int(kind), v_int(row),
	    v_int(store_now(s)));
	store_run(s, ST_groups_leave, v_int(kind), v_int(row));
	return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
}

/* --- pages of them ----------------------------------------------------- */

void
scim_members_refuse(struct writer *w, enum verdict v)
{
	struct scim_members_page	 p;

	memset(&p, 0, sizeof(p));
	p.verdict = v;
	p.after = "";
	scim_members_page_put(w, &p);
}

/* "kind.row", the last one said. */
static struct member_key
read_after(const char *text)
{
	struct member_key	 key = { 0, 0 };
	char			 kind[8];
	size_t			 n = strcspn(text, ".");

	if (text[n] != '.' || n >= sizeof(kind))
		return key;
	memcpy(kind, text, n);
	kind[n] = '\0';
	key.kind = (enum scim_member_kind)strtonum(kind, 0,
	    MEMBER_INVITATION, NULL);
	key.row = strtonum(text + n + 1, 0, INT64_MAX, NULL);
	return key;
}

static bool
fill_page(struct scim *s, int64_t row, const char *after,
    struct scim_members_page *p)
{
	enum statement		 st = ST_scim_group_members;
	struct member_key	 key = read_after(after);
	size_t			 octets = 0, rows = 0;
	enum step		 step;
	char			 text[48] = "";

	p->members = scim_pool_alloc(s->pool,
	    PAGE_ROWS * sizeof(*p->members));
	for (step = store_run(s->store, st, v_int(row), v_int(key.kind),
	    v_int(key.row), v_int(PAGE_ROWS)); step == STEP_ROW;
	    step = store_next(s->store, st)) {
		octets += strlen(store_text(s->store, st, MEMBER_ID)) +
		    strlen(store_text(s->store, st, MEMBER_DISPLAY)) + 64;
		if (octets > PAGE_OCTETS)
			break;
		snprintf(text, sizeof(text), "%lld.%lld",
		    (long long)store_integer(s->store, st, MEMBER_KIND),
		    (long long)store_integer(s->store, st, MEMBER_ROW));
		rows++;
		if (store_text(s->store, st, MEMBER_ID)[0] != '\0')
			scim_member_row(s, st, &p->members[p->count++]);
	}
	store_end(s->store, st);
	if (step == STEP_ROW || rows == PAGE_ROWS)
		p->after = scim_pool_string(s->pool, text, strlen(text));
	return step != STEP_FAILED;
}

enum verdict
scim_members(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_members		 q;
	struct scim_members_page	 p;
	struct scim			 s;
	struct store			*store;
	enum verdict			 v;
	int64_t				 row = 0;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&p, 0, sizeof(p));
	p.after = "";
	if (!scim_members_get(r, &q))
		fatalx("scim_members is malformed");
	if (!state_open())
		return VERDICT_unavailable;
	/* Reader: policy has put a dry run's copy in place itself. */
	store = state.directory != NULL || state.token == NULL ? state.store :
	    dryrun_store(state.store, state.token);
	if (store == NULL) {
		scim_members_refuse(w, VERDICT_token_not_ready);
		return VERDICT_token_not_ready;
	}
	/* A writer is told what he has written. */
	v = scim_open(&s, &q.where, store, RIGHT_READ | RIGHT_GROUPS);
	if (v == VERDICT_unavailable) {
		scim_close(&s);
		return VERDICT_unavailable;
	}
	if (v == VERDICT_ok && look_up(&s, ST_member_group, q.id, &row) !=
	    STEP_ROW)
		v = VERDICT_scim_not_found;
	if (v == VERDICT_ok && !fill_page(&s, row, q.after, &p))
		v = VERDICT_unavailable;
	if (v == VERDICT_ok)
		scim_members_page_put(w, &p);
	else if (v != VERDICT_unavailable)
		scim_members_refuse(w, v);
	scim_close(&s);
	return v;
}
