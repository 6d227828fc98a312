/*
 * Links of SCIM groups to resource groups.  In policy.  Must never take a
 * resource group over that somebody holds otherwise without being told to;
 * what people hold by a link is computed, and nothing is copied.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/link.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_log.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/state.h"

/* --- audit ------------------------------------------------------------- */

static void
tell(const struct linking *l, const char *type, const char *slug,
    const char *role)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = l->organization->name;
	e.account = e.name = "";
	e.by = l->by;
	e.request = l->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "resource_group", slug);
	record_string(&state.audit.record, "scim_group", l->id);
	record_string(&state.audit.record, "display_name", l->name);
	if (role[0] != '\0')
		record_string(&state.audit.record, "role", role);
	audit_end(&state.audit, state.store, type);
}

static void
tell_adopted(const struct linking *l, const char *slug, const char *account,
    const char *name)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = l->organization->name;
	e.account = account;
	e.name = name;
	e.by = l->by;
	e.request = l->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "resource_group", slug);
	record_string(&state.audit.record, "why", "adopted by a SCIM group");
	audit_end(&state.audit, state.store, "resource_group.remove_users");
}

/* --- links ------------------------------------------------------------- */

/* The role that the link gives; ROLE_NONE if there is no link. */
static enum role
linked(int64_t group, int64_t resource)
{
	struct store	*s = state.store;
	enum role	 role = ROLE_NONE;

	if (store_run(s, ST_link_get, v_int(group), v_int(resource)) ==
	    STEP_ROW)
		role = (enum role)store_integer(s, ST_link_get, 0);
	store_end(s, ST_link_get);
	return role;
}

static bool
any(struct store *s, enum statement st, int64_t resource)
{
	bool	 is;

	is = store_run(s, st, v_int(resource)) == STEP_ROW;
	store_end(s, st);
	return is;
}

bool
link_any(struct store *s, int64_t resource)
{
	return any(s, ST_link_any, resource);
}

/* Grants made by hand to people go; those of logins stay. */
static void
adopt(const struct linking *l, const char *slug, int64_t resource)
{
	struct store	*s = state.store;
	enum statement	 st = ST_grants_by_hand;
	char		 account[ACCOUNT_ID + 1], name[LIMIT_NAME + 1];
	int64_t		 row;

	while (store_run(s, st, v_int(resource)) == STEP_ROW) {
		row = store_integer(s, st, 0);
		strlcpy(account, store_text(s, st, 1), sizeof(account));
		strlcpy(name, store_text(s, st, 2), sizeof(name));
		store_end(s, st);
		store_run(s, ST_grant_remove, v_int(row), v_int(resource),
		    v_int(GRANT_MANUAL), v_text(""));
		tell_adopted(l, slug, account, name);
	}
}

static bool
too_many(const struct linking *l)
{
	struct store	*s = state.store;
	bool		 is = true;

	if (store_run(s, ST_links_count, v_int(l->row)) == STEP_ROW)
		is = store_integer(s, ST_links_count, 0) >= LIMIT_SCIM_LINKS;
	store_end(s, ST_links_count);
	return is;
}

enum verdict
link_put(const struct linking *l, const char *slug, enum role role,
    bool take)
{
	struct store	*s = state.store;
	struct group	*g;
	enum role	 before;
	int64_t		 id;

	g = directory_group(state.directory, l->organization, slug);
	if (g == NULL || g->id == 0)
		return VERDICT_no_group_named;
	id = g->id;
	if ((before = linked(l->row, id)) == role)
		return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
	if (before == ROLE_NONE && too_many(l))
		return store_failed(s) ? VERDICT_unavailable :
		    VERDICT_too_large;
	if (!link_any(s, id) && !take && any(s, ST_grants_of_people, id))
		return VERDICT_group_not_empty;
	if (take)
		adopt(l, g->slug, id);
	store_run(s, ST_link_put, v_int(l->row), v_int(id), v_int(role),
	    v_int(store_now(s)));
	tell(l, before == ROLE_NONE ? "resource_group.scim_link" :
	    "resource_group.scim_link_role", g->slug, role_name(role));
	member_renew_all();
	return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
link_remove(const struct linking *l, const char *slug)
{
	struct store	*s = state.store;
	struct group	*g;

	g = directory_group(state.directory, l->organization, slug);
	if (g == NULL || g->id == 0 || linked(l->row, g->id) == ROLE_NONE)
		return store_failed(s) ? VERDICT_unavailable :
		    VERDICT_no_group_named;
	store_run(s, ST_link_remove, v_int(l->row), v_int(g->id));
	tell(l, "resource_group.scim_unlink", g->slug, "");
	member_renew_all();
	return store_failed(s) ? VERDICT_unavailable : VERDICT_ok;
}

/* --- the API ----------------------------------------------------------- */

void
link_refuse(struct writer *w, enum verdict v)
{
	struct link_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	a.detail = "";
	link_answer_put(w, &a);
}

/* All links of the group; the answer's strings are in the pool. */
static bool
show(struct scim *s, int64_t row, struct link_answer *a)
{
	enum statement	 st = ST_links;
	const char	*slug;
	enum step	 step;

	a->links = scim_pool_alloc(s->pool,
	    LIMIT_SCIM_LINKS * sizeof(*a->links));
	for (step = store_run(s->store, st, v_int(row));
	    step == STEP_ROW && a->count < LIMIT_SCIM_LINKS;
	    step = store_next(s->store, st)) {
		slug = store_text(s->store, st, 0);
		a->links[a->count].slug = scim_pool_string(s->pool, slug,
		    strlen(slug));
		a->links[a->count++].role =
		    (enum role)store_integer(s->store, st, 1);
	}
	store_end(s->store, st);
	return !store_failed(s->store);
}

static enum verdict
api_group(struct scim *s, const char *id, struct linking *l)
{
	enum statement	 st = ST_group_get;
	const char	*text;

	memset(l, 0, sizeof(*l));
	l->organization = s->at;
	l->by = s->by;
	l->request = &s->where->request;
	if (store_run(s->store, st, v_text(id), v_int(s->connection)) ==
	    STEP_ROW) {
		l->row = store_integer(s->store, st, GROUP_ROW);
		text = store_text(s->store, st, GROUP_ID);
		l->id = scim_pool_string(s->pool, text, strlen(text));
		text = store_text(s->store, st, GROUP_DISPLAY);
		l->name = scim_pool_string(s->pool, text, strlen(text));
	}
	store_end(s->store, st);
	return l->row != 0 ? VERDICT_ok : VERDICT_scim_not_found;
}

/* As the API says it. */
static enum verdict
api_verdict(struct scim *s, enum verdict v)
{
	switch (v) {
	case VERDICT_bad_request:
		return scim_refuse(s, VERDICT_scim_invalid_value,
		    "That is no role.");
	case VERDICT_group_not_empty:
		return scim_refuse(s, v, "The resource group has members; "
		    "\"adopt\": true takes them over.");
	case VERDICT_no_group_named:
		return scim_refuse(s, VERDICT_scim_not_found,
		    "There is no such resource group, or no link to it.");
	default:
		return v;
	}
}

static enum verdict
api_run(struct scim *s, const struct link_request *q, struct link_answer *a)
{
	struct linking	 l;
	enum verdict	 v;

	if ((v = api_group(s, q->group, &l)) != VERDICT_ok)
		return v;
	s->name = l.name;
	if (q->change == LINK_PUT)
		v = q->role == ROLE_NONE ? VERDICT_bad_request :
		    link_put(&l, q->slug, q->role, q->adopt);
	else if (q->change == LINK_REMOVE)
		v = link_remove(&l, q->slug);
	v = api_verdict(s, v);
	if (v == VERDICT_ok && !show(s, l.row, a))
		v = VERDICT_unavailable;
	return v;
}

/* A change of a link is a write like any other. */
static void
note(struct scim *s, const struct link_request *q, enum verdict v,
    int64_t began)
{
	if (q->change == LINK_SHOW || s->by[0] == '\0' ||
	    v == VERDICT_unavailable)
		return;
	if (v == VERDICT_ok)
		snprintf(s->changed, sizeof(s->changed), "link to %.64s",
		    q->slug);
	scim_log_write(s, q->change == LINK_PUT ? "PUT" : "DELETE",
	    SCIM_RESOURCE_GROUP, q->group, v, began);
}

enum verdict
link_change(struct request *request, struct reader *r, struct writer *w)
{
	struct organization	*o;
	struct link_request	 q;
	struct link_answer	 a;
	struct scim		 s;
	enum verdict		 v;
	int64_t			 began = scim_log_clock();

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	if (!link_request_get(r, &q))
		fatalx("link_change is malformed");
	/* The address is the same for both modes. */
	o = directory_organization(state.directory, q.where.organization);
	if (o != NULL && o->settings != NULL)
		q.where.base = o->settings->mode == MODE_BASIC ?
		    SCIM_BASE_BASIC : SCIM_BASE_MANAGED;
	v = scim_open(&s, &q.where, state.store, q.change == LINK_SHOW ?
	    RIGHT_LINKS | RIGHT_READ : RIGHT_LINKS);
	if (v == VERDICT_ok)
		v = api_run(&s, &q, &a);
	note(&s, &q, v, began);
	if (store_failed(s.store))
		v = VERDICT_unavailable;
	a.verdict = v;
	a.detail = s.detail;
	if (v != VERDICT_ok)
		a.count = 0;
	if (v != VERDICT_unavailable)
		link_answer_put(w, &a);
	scim_close(&s);
	return v;
}

/* --- hfssoctl ---------------------------------------------------------- */

/* By displayName (however it is written) or id, of any connection. */
static enum verdict
named(const struct ctl_question *q, struct linking *l, char id[ACCOUNT_ID + 1],
    char **name)
{
	enum statement	 st = ST_group_named;
	char		*folded;

	l->organization = directory_organization(state.directory,
	    q->organization);
	if (l->organization == NULL || l->organization->id == 0)
		return VERDICT_no_organization_named;
	folded = fold_text(q->name);
	if (store_run(state.store, st, v_int(l->organization->id),
	    v_text(folded), v_text(q->name)) == STEP_ROW) {
		l->row = store_integer(state.store, st, 0);
		strlcpy(id, store_text(state.store, st, 1), ACCOUNT_ID + 1);
		if ((*name = strdup(store_text(state.store, st, 2))) == NULL)
			fatal("scim link");
	}
	store_end(state.store, st);
	free(folded);
	l->id = id;
	l->name = *name;
	return l->row != 0 ? VERDICT_ok : VERDICT_no_group_named;
}

/* What came of it, where that is not plain; role: "" of an unlink. */
static void
ctl_say(const struct linking *l, const char *slug, const char *role,
    enum verdict v, char *text, size_t size)
{
	char	 name[65];

	utf8_copy(name, l->name == NULL ? "" : l->name, sizeof(name));
	if (v == VERDICT_ok && role[0] != '\0')
		snprintf(text, size, "whoever is in %s is now %s in %.64s",
		    name, role, slug);
	else if (v == VERDICT_ok)
		snprintf(text, size, "%s gives nothing in %.64s any more",
		    name, slug);
	else if (v == VERDICT_no_group_named)
		strlcpy(text, l->row == 0 ? "no such SCIM group" :
		    role[0] != '\0' ? "no such resource group" :
		    "it is not linked to such a resource group", size);
	else if (v == VERDICT_group_not_empty)
		strlcpy(text, "the resource group has members; -adopt takes "
		    "it over", size);
}

static enum verdict
ctl(struct reader *r, struct writer *w, bool put)
{
	struct ctl_question	 q;
	struct linking		 l;
	const char		*by;
	enum verdict		 v;
	enum role		 role = ROLE_NONE;
	char			 id[ACCOUNT_ID + 1] = "", detail[256] = "";
	char			*name = NULL;

	memset(&l, 0, sizeof(l));
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event(put ? "scim link" : "scim unlink", "by %s organization "
	    "%.64s group %.64s resource group %.64s role %.16s", by,
	    log_safe(q.organization), log_safe(q.name), log_safe(q.value),
	    log_safe(q.role));
	l.by = by;
	v = named(&q, &l, id, &name);
	if (v == VERDICT_ok && put && !role_parse(q.role, &role)) {
		snprintf(detail, sizeof(detail), "valid roles are %s",
		    role_names());
		v = VERDICT_bad_request;
	}
	if (v == VERDICT_ok)
		v = put ? link_put(&l, q.value, role,
		    ctl_option(&q, "adopt")[0] != '\0') :
		    link_remove(&l, q.value);
	ctl_say(&l, q.value, put ? role_name(role) : "", v, detail,
	    sizeof(detail));
	free(name);
	return control_answer(&q, w, v, detail);
}

enum verdict
scim_link(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return ctl(r, w, true);
}

enum verdict
scim_unlink(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return ctl(r, w, false);
}
