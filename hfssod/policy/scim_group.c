/*
 * SCIM groups: made, replaced, changed, removed; and who is looked at
 * again when one has changed.  In policy.  Must never leave anybody with
 * what a group gave him when the answer is out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/state.h"

#define AT_ONCE	256	/* accounts looked at again within the write */
#define FEW	16	/* so many, whatever they are in; else so many */
#define HELD	8192	/* groups that all of them are in, by this one */

/* --- what is stored ---------------------------------------------------- */

static enum verdict
load(struct group_write *g, const char *id)
{
	struct store	*s = g->s->store;
	enum statement	 st = ST_group_get;
	enum step	 step;
	bool		 ok = true;

	step = store_run(s, st, v_text(id), v_int(g->s->connection));
	if (step == STEP_ROW) {
		g->row = store_integer(s, st, GROUP_ROW);
		strlcpy(g->id, store_text(s, st, GROUP_ID), sizeof(g->id));
		g->edition = store_integer(s, st, GROUP_EDITION);
		g->count = store_integer(s, st, GROUP_MEMBERS);
		g->version = store_integer(s, st, GROUP_VERSION);
		ok = scim_group_row(g->s, st, &g->before);
	}
	store_end(s, st);
	if (step == STEP_FAILED || !ok)
		return VERDICT_unavailable;
	if (step != STEP_ROW)
		return VERDICT_scim_not_found;
	scim_value_copy(g->s->pool, &g->now, &g->before);
	g->s->name = scim_text(&g->before, SCIM_group_displayName);
	return VERDICT_ok;
}

/* The resource without what columns or rows of their own have. */
static bool
body(struct group_write *g, struct writer *w)
{
	struct scim_value	 v = { .text = "" };

	scim_value_copy(g->s->pool, &v, &g->now);
	scim_field_remove(&v, SCIM_schemas);
	scim_field_remove(&v, SCIM_id);
	scim_field_remove(&v, SCIM_meta);
	wire_init(w, LIMIT_SCIM_USER);
	scim_resource_put(w, SCIM_RESOURCE_GROUP, &v);
	return !w->bad;
}

static enum verdict
name_taken(struct group_write *g)
{
	return scim_refuse(g->s, VERDICT_scim_uniqueness,
	    "There is a group with the displayName \"%.128s\" already.",
	    scim_text(&g->now, SCIM_group_displayName));
}

static enum verdict
write_profile(struct group_write *g, bool fresh)
{
	struct scim	*s = g->s;
	const char	*display, *external;
	struct writer	 w;
	char		*folded;
	enum step	 step = STEP_FAILED;
	bool		 fits;

	display = scim_text(&g->now, SCIM_group_displayName);
	external = scim_text(&g->now, SCIM_externalId);
	folded = fold_text(display);
	if ((fits = body(g, &w)) && fresh)
		step = store_run(s->store, ST_scim_group_add, v_int(g->row),
		    v_text(g->id), v_int(s->organization),
		    v_int(s->connection), v_text(display), v_text(folded),
		    v_text_or_null(external), v_blob(w.data, w.len),
		    v_int(s->now));
	else if (fits)
		step = store_run(s->store, ST_group_profile, v_int(g->row),
		    v_text(display), v_text(folded), v_text_or_null(external),
		    v_blob(w.data, w.len));
	wire_free(&w);
	free(folded);
	if (!fits)
		return scim_refuse(s, VERDICT_scim_too_large,
		    "The group is too large.");
	return step == STEP_DONE ? VERDICT_ok : step == STEP_CONFLICT ?
	    name_taken(g) : VERDICT_unavailable;
}

/* --- what follows ------------------------------------------------------ */

/* Whether a name of the group, or of one that it is in, is in the map. */
static bool
matters(const struct group_write *g)
{
	const struct policy_organization	*po = g->s->at->settings;
	struct store	*s = g->s->store;
	enum step	 step;
	size_t		 n = 0;
	bool		 is = false;

	if (!rolemap_has(po, ROLE_LINE_GROUP))
		return false;
	/* Of more names than are looked at, one may be there. */
	for (step = store_run(s, ST_group_names_up, v_int(g->row));
	    step == STEP_ROW && !is; step = store_next(s, ST_group_names_up))
		is = ++n == LIMIT_SCIM_HELD ||
		    rolemap_names(po, store_text(s, ST_group_names_up, 0));
	store_end(s, ST_group_names_up);
	return is;
}

static bool
has_groups(const struct member_list *l)
{
	size_t	 i;

	for (i = 0; i < l->count; i++)
		if (l->list[i].kind == MEMBER_GROUP)
			return true;
	return false;
}

/* What is left to do about everybody that the group had or has. */
static bool
leave_jobs(struct group_write *g, bool role, bool all)
{
	struct scim	*s = g->s;
	uint64_t	 list;
	size_t		 i;

	if (g->flipped) {
		job_set(s->store, g->job, !role ? JOB_CLEAN : all ? JOB_ALL :
		    JOB_CAME, g->old);
		g->wait = role;
		return !role || job_add(s, JOB_WENT, g->job, g->row,
		    g->old) != 0;
	}
	if (all && (g->job = job_add(s, JOB_ALL, 0, g->row, 0)) == 0)
		return false;
	if ((list = job_add(s, JOB_LIST, g->job, g->row, 0)) == 0)
		return false;
	if (g->job == 0)
		g->job = list;
	job_set(s->store, list, JOB_LIST, (int64_t)list);
	for (i = 0; i < g->touched.count; i++)
		store_run(s->store, ST_member_stage, v_int(g->row),
		    v_int((int64_t)list), v_int(g->touched.list[i].kind),
		    v_int(g->touched.list[i].row));
	g->wait = true;
	return !store_failed(s->store);
}

/* Whether they are too many to be looked at within the write. */
static bool
are_many(struct group_write *g)
{
	const struct member_list	*l = &g->touched;

	return g->flipped || l->count > AT_ONCE || has_groups(l) ||
	    (l->count > FEW && members_above(g) &&
	    l->count * g->above.count > HELD);
}

/*
 * Members have come or gone, or (all) every member's role may be another:
 * a few are looked at here, many in jobs.
 */
static enum verdict
follow(struct group_write *g, bool role, bool all)
{
	static const struct member_key	 first = { 0, 0 };
	struct scim	*s = g->s;
	enum verdict	 v = VERDICT_ok;
	size_t		 i;
	bool		 many;

	if ((many = are_many(g)))
		member_renew_all();
	if (all && !many && g->count <= AT_ONCE) {
		if (!members_walk(s->store, g->row, g->edition, &first,
		    AT_ONCE, &g->touched))
			return VERDICT_unavailable;
		all = false;
		many = are_many(g);
	}
	if (g->flipped || ((all || many) && role))
		return leave_jobs(g, role, all) ? VERDICT_ok :
		    VERDICT_unavailable;
	member_list_sort(&g->touched);
	for (i = 0; i < g->touched.count && !many && v == VERDICT_ok; i++)
		v = member_look(s->store, &g->touched.list[i], role ?
		    s->at : NULL, s->by);
	return v;
}

/* "displayName, members +1 -2", for log and audit. */
static void
describe(struct group_write *g)
{
	struct scim	*s = g->s;
	size_t		 len;

	scim_difference(SCIM_RESOURCE_GROUP, &g->before, &g->now, s->changed,
	    sizeof(s->changed));
	g->profile = s->changed[0] != '\0';
	if (g->added == 0 && g->removed == 0 && !g->flipped)
		return;
	len = strlen(s->changed);
	if (g->flipped)
		snprintf(s->changed + len, sizeof(s->changed) - len,
		    "%smembers = %lld", len > 0 ? ", " : "",
		    (long long)g->count);
	else
		snprintf(s->changed + len, sizeof(s->changed) - len,
		    "%smembers +%zu -%zu", len > 0 ? ", " : "", g->added,
		    g->removed);
}

/* --- the four methods -------------------------------------------------- */

static enum verdict
why(struct scim *s, enum verdict v, const struct scim_why *w)
{
	return v == VERDICT_ok || w->text[0] == '\0' ? v :
	    scim_refuse(s, v, "%s", w->text);
}

/* The resource as a request has it, and what it says of members. */
static enum verdict
replace(struct group_write *g, const struct scim_write *w,
    const struct scim_field **members)
{
	struct scim		*s = g->s;
	struct scim_value	 sent = w->value;
	struct scim_why		 y = { "" };
	enum verdict		 v;

	*members = scim_field(&w->value, SCIM_members);
	scim_value_copy(s->pool, &sent, &w->value);
	scim_field_remove(&sent, SCIM_members);
	v = scim_replace(s->pool, SCIM_RESOURCE_GROUP, &g->now, &sent,
	    s->token.profile, &y);
	if (v == VERDICT_ok)
		v = scim_check(s->pool, SCIM_RESOURCE_GROUP, &g->now, &y);
	return why(s, v, &y);
}

/* Members that a request with the whole group brings; it is all of it. */
static enum verdict
replace_members(struct group_write *g, const struct scim_write *w,
    const struct scim_field *members)
{
	struct member_list	 list = { NULL, 0, 0 };
	enum verdict		 v;

	if (w->stage != 0)
		return members_take(g, w->stage);
	if (members != NULL && members->count > LIMIT_SCIM_PATCHED)
		return scim_refuse(g->s, VERDICT_scim_too_large,
		    "Too many members for one message.");
	v = members_find(g->s, members, &list);
	if (v == VERDICT_ok)
		v = members_replace(g, &list);
	member_list_free(&list);
	return v;
}

/* All is changed; write the group's own row, and what follows from it. */
static enum verdict
finish(struct group_write *g)
{
	struct scim	*s = g->s;
	const char	*was, *is;
	enum verdict	 v;
	bool		 renamed, role;

	describe(g);
	if (s->changed[0] == '\0')
		return VERDICT_ok;
	was = scim_text(&g->before, SCIM_group_displayName);
	is = scim_text(&g->now, SCIM_group_displayName);
	renamed = strcmp(was, is) != 0 && (rolemap_names(s->at->settings,
	    was) || rolemap_names(s->at->settings, is));
	if (g->profile && (v = write_profile(g, false)) != VERDICT_ok)
		return v;
	store_run(s->store, ST_group_touch, v_int(g->row), v_int(g->count),
	    v_int(++g->version), v_int(s->now));
	role = renamed || matters(g);
	return follow(g, role, renamed);
}

/* A stage is for the group that it was begun for. */
static bool
exists(struct group_write *g)
{
	bool	 is;

	is = store_run(g->s->store, ST_group_row, v_int(g->row)) == STEP_ROW;
	store_end(g->s->store, ST_group_row);
	return is;
}

static enum verdict
group_create(struct group_write *g, const struct scim_write *w)
{
	const struct scim_field	*members;
	struct scim		*s = g->s;
	uint8_t			 random[ACCOUNT_ID / 2];
	enum verdict		 v;

	g->before.text = g->now.text = "";
	if ((v = replace(g, w, &members)) != VERDICT_ok)
		return v;
	s->name = scim_text(&g->now, SCIM_group_displayName);
	arc4random_buf(random, sizeof(random));
	hex_encode(random, sizeof(random), g->id);
	g->row = w->stage != 0 ? job_stage(s, w->stage) :
	    job_group_row(s->store);
	if (g->row == 0 || exists(g))
		return scim_refuse(s, VERDICT_scim_invalid_value,
		    "The members of the group were not brought in time.");
	if ((v = write_profile(g, true)) != VERDICT_ok ||
	    (v = replace_members(g, w, members)) != VERDICT_ok)
		return v;
	g->version = 1;
	describe(g);
	store_run(s->store, ST_group_touch, v_int(g->row), v_int(g->count),
	    v_int(1), v_int(s->now));
	if ((v = follow(g, matters(g), false)) == VERDICT_ok)
		scim_tell(s, "org.scim.group.create", g->id, s->name,
		    "changed", s->changed);
	return v;
}

static enum verdict
group_put(struct group_write *g, const struct scim_write *w)
{
	const struct scim_field	*members;
	enum verdict		 v;

	if ((v = replace(g, w, &members)) == VERDICT_ok)
		v = replace_members(g, w, members);
	return v == VERDICT_ok ? finish(g) : v;
}

static enum verdict
group_change(struct group_write *g, const struct scim_write *w)
{
	struct scim_why	 y = { "" };
	enum verdict	 v;

	if ((v = patch_group(g, w)) == VERDICT_ok)
		v = why(g->s, scim_check(g->s->pool, SCIM_RESOURCE_GROUP,
		    &g->now, &y), &y);
	return v == VERDICT_ok ? finish(g) : v;
}

/*
 * Few members: their rows go, and they are looked at again.  Many: their
 * rows, which count no more without the group, are left for a job.
 */
static enum verdict
remove_members(struct group_write *g, bool role)
{
	static const struct member_key	 first = { 0, 0 };
	struct store	*s = g->s->store;

	if (g->count <= AT_ONCE) {
		if (!members_walk(s, g->row, g->edition, &first, AT_ONCE,
		    &g->touched))
			return VERDICT_unavailable;
		store_run(s, ST_members_remove, v_int(g->row),
		    v_int(g->edition), v_int(INT64_MAX), v_int(0));
		return VERDICT_ok;
	}
	member_renew_all();
	g->job = job_add(g->s, role ? JOB_LIST : JOB_CLEAN, 0, g->row,
	    g->edition);
	g->wait = role;
	return g->job != 0 ? VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
group_delete(struct group_write *g, const struct scim_write *w)
{
	struct scim	*s = g->s;
	enum verdict	 v;
	bool		 role = matters(g);

	(void)w;
	if ((v = remove_members(g, role)) != VERDICT_ok)
		return v;
	if ((v = member_leave_groups(g->row, MEMBER_GROUP)) != VERDICT_ok)
		return v;
	store_run(s->store, ST_group_links_remove, v_int(g->row));
	store_run(s->store, ST_scim_group_remove, v_int(g->row));
	if (g->job == 0)
		v = follow(g, role, false);
	if (v == VERDICT_ok)
		scim_tell(s, "org.scim.group.delete", g->id, s->name, "", "");
	return v;
}

static enum verdict (*const	 methods[SCIM_METHOD_MAX])(
		    struct group_write *, const struct scim_write *) = {
	[SCIM_CREATE] = group_create,
	[SCIM_PUT] = group_put,
	[SCIM_PATCH] = group_change,
	[SCIM_DELETE] = group_delete
};

enum verdict
scim_group_write(struct scim *s, const struct scim_write *w,
    struct scim_answer *a)
{
	struct group_write	 g;
	enum verdict		 v = VERDICT_ok;

	memset(&g, 0, sizeof(g));
	g.s = s;
	if (w->method != SCIM_CREATE && (v = load(&g, w->id)) == VERDICT_ok)
		v = scim_conditions(s, w, g.version);
	if (v == VERDICT_ok)
		v = methods[w->method](&g, w);
	if (v == VERDICT_ok && s->changed[0] != '\0' &&
	    w->method != SCIM_CREATE && w->method != SCIM_DELETE)
		scim_tell(s, "org.scim.group.update", g.id, s->name,
		    "changed", s->changed);
	member_list_free(&g.touched);
	member_list_free(&g.above);
	if (store_failed(s->store))
		return VERDICT_unavailable;
	if (v == VERDICT_ok && w->method != SCIM_DELETE &&
	    !scim_group_show(s, g.id, w->method != SCIM_PATCH, a))
		return VERDICT_unavailable;
	if (v == VERDICT_ok && g.wait)
		a->more = g.job;
	return v;
}

bool
scim_group_show(struct scim *s, const char *id, bool members,
    struct scim_answer *a)
{
	enum statement	 st = ST_group_get;
	int64_t		 row = 0, count = 0;
	bool		 ok = false, all = false;

	if (store_run(s->store, st, v_text(id), v_int(s->connection)) ==
	    STEP_ROW) {
		row = store_integer(s->store, st, GROUP_ROW);
		count = store_integer(s->store, st, GROUP_MEMBERS);
		a->version = store_integer(s->store, st, GROUP_VERSION);
		ok = scim_group_row(s, st, &a->value);
	}
	store_end(s->store, st);
	if (!ok)
		return false;
	a->resource = SCIM_RESOURCE_GROUP;
	a->members_follow = false;
	if (count == 0)
		return true;
	if (members && count <= LIMIT_SCIM_INLINE &&
	    !scim_group_members(s, row, LIMIT_SCIM_INLINE, &a->value, &all))
		return false;
	a->members_follow = !all;
	return true;
}
