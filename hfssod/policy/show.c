/*
 * What hfssoctl is shown.  In reader.  Must never write, nor answer a
 * decision: what it reads may be older than what policy knows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/state.h"

/* --- organizations ---------------------------------------------------- */

/* Since when, and after how many. */
static void
put_brake(struct writer *w, int64_t held, int64_t count)
{
	if (held == 0) {
		record_null(w, "brake");
		return;
	}
	record_object(w, "brake");
	record_time(w, "held", held);
	record_integer(w, "count", count);
	record_end(w);
}

static void
put_organization(struct writer *w, enum statement st)
{
	struct store	*s = state.store;
	int64_t		 sessions = 0;

	if (store_run(s, ST_show_sessions_count, v_int(store_integer(s, st, 2)),
	    v_int(store_now(s))) == STEP_ROW)
		sessions = store_integer(s, ST_show_sessions_count, 0);
	store_end(s, ST_show_sessions_count);
	record_object(w, "");
	record_string(w, "name", store_text(s, st, 1));
	record_string(w, "mode", store_integer(s, st, 4) != 0 ?
	    store_text(s, st, 3) : "absent");
	record_integer(w, "members", store_integer(s, st, 5));
	record_integer(w, "admins", store_integer(s, st, 6));
	record_integer(w, "sessions", sessions);
	record_integer(w, "connections", store_integer(s, st, 7));
	put_brake(w, store_integer(s, st, 8), store_integer(s, st, 9));
	record_end(w);
}

enum verdict
show_organizations(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	enum statement	 st = ST_show_organizations;
	enum verdict	 v;

	(void)request;
	if ((v = page_begin(&p, r)) == VERDICT_ok)
		page_rows(&p, st, store_run(state.store, st,
		    v_text(p.q.after)), put_organization);
	return page_end(&p, v, w);
}

/* --- members ---------------------------------------------------------- */

static void
put_member(struct writer *w, enum statement st)
{
	struct store	*s = state.store;

	record_object(w, "");
	record_string(w, "name", store_text(s, st, 1));
	record_string(w, "display_name", store_text(s, st, 2));
	record_string(w, "email", store_text(s, st, 3));
	record_string(w, "role", role_name((enum role)store_integer(s, st, 4)));
	record_string(w, "role_source",
	    role_source_name((int)store_integer(s, st, 5)));
	record_boolean(w, "active", store_integer(s, st, 6) == ACCOUNT_ACTIVE);
	page_time(w, "last_login", store_integer(s, st, 7));
	page_time(w, "suspended", store_integer(s, st, 8));
	record_end(w);
}

enum verdict
show_members(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return show_of_organization(r, w, ST_show_members, 0, put_member);
}

/* --- one member ------------------------------------------------------- */

static const char *
invitation_name(enum account_state is, int64_t accepted)
{
	if (is != ACCOUNT_ACTIVE)
		return "inactive";
	return accepted != 0 ? "active" : "pending";
}

/* What sign-ins are matched to; invitation: of nobody's account, or 0. */
static void
put_provisioned(struct writer *w, int64_t row, int64_t organization,
    int64_t invitation)
{
	struct store	*s = state.store;
	enum statement	 st = ST_show_provisioned;
	bool		 any;
	int64_t		 is = 0, linked = 0;

	any = store_run(s, st, v_int(row), v_int(organization),
	    v_int(invitation)) == STEP_ROW;
	record_string(w, "user_name", any ? store_text(s, st, 0) : "");
	record_string(w, "external_id", any ? store_text(s, st, 1) : "");
	record_string(w, "connection", any ? store_text(s, st, 2) : "");
	if (any) {
		linked = store_integer(s, st, 3);
		is = store_integer(s, st, 4);
	}
	store_end(s, st);
	page_time(w, "linked", linked);
	if (is != 0)
		record_string(w, "invitation",
		    invitation_name((enum account_state)is, linked));
}

static void
put_identities(struct writer *w, int64_t row, int64_t organization)
{
	struct store	*s = state.store;
	enum step	 step;

	record_array(w, "identities");
	for (step = store_run(s, ST_show_identities, v_int(row),
	    v_int(organization)); step == STEP_ROW;
	    step = store_next(s, ST_show_identities)) {
		record_object(w, "");
		record_string(w, "connection",
		    store_text(s, ST_show_identities, 0));
		record_string(w, "subject",
		    store_text(s, ST_show_identities, 1));
		record_time(w, "created",
		    store_integer(s, ST_show_identities, 2));
		record_end(w);
	}
	record_end(w);
}

/* The sources of one group; the effective role is the highest of them. */
struct sources {
	char		 slug[LIMIT_SLUG + 1];
	enum role	 role;
	struct writer	 list;
};

static void
put_group(struct writer *w, struct sources *g)
{
	if (g->slug[0] == '\0')
		return;
	record_object(w, "");
	record_string(w, "group", g->slug);
	record_string(w, "role", role_name(g->role));
	record_array(w, "sources");
	wire_put_raw(w, g->list.data, g->list.len);
	record_end(w);
	record_end(w);
	wire_reset(&g->list);
	g->role = ROLE_NONE;
}

/* Returns whether all fitted. */
static bool
put_groups(struct writer *w, int64_t row, int64_t organization)
{
	struct store	*s = state.store;
	struct sources	 g;
	enum role	 role;
	enum step	 step;

	memset(&g, 0, sizeof(g));
	wire_init(&g.list, LIMIT_MESSAGE);
	record_array(w, "resource_groups");
	for (step = store_run(s, ST_show_grants, v_int(row),
	    v_int(organization)); step == STEP_ROW;
	    step = store_next(s, ST_show_grants)) {
		if (w->len + g.list.len > PAGE)
			break;
		if (strcmp(g.slug, store_text(s, ST_show_grants, 0)) != 0) {
			put_group(w, &g);
			strlcpy(g.slug, store_text(s, ST_show_grants, 0),
			    sizeof(g.slug));
		}
		role = (enum role)store_integer(s, ST_show_grants, 2);
		if (role > g.role)
			g.role = role;
		record_object(&g.list, "");
		record_string(&g.list, "source", grant_source_name(
		    (int)store_integer(s, ST_show_grants, 1)));
		record_string(&g.list, "role", role_name(role));
		record_string(&g.list, "value",
		    store_text(s, ST_show_grants, 3));
		record_end(&g.list);
	}
	store_end(s, ST_show_grants);
	put_group(w, &g);
	record_end(w);
	wire_free(&g.list);
	return step != STEP_ROW;
}

static void
put_sessions(struct writer *w, int64_t row, int64_t organization)
{
	struct store	*s = state.store;
	enum step	 step;

	record_array(w, "sessions");
	for (step = store_run(s, ST_show_stamps, v_int(row),
	    v_int(organization), v_int(store_now(s)));
	    step == STEP_ROW && w->len < PAGE + 4096;
	    step = store_next(s, ST_show_stamps)) {
		record_object(w, "");
		record_string(w, "session", store_text(s, ST_show_stamps, 0));
		record_string(w, "connection",
		    store_text(s, ST_show_stamps, 1));
		record_time(w, "since", store_integer(s, ST_show_stamps, 2));
		record_time(w, "expires", store_integer(s, ST_show_stamps, 3));
		record_end(w);
	}
	store_end(s, ST_show_stamps);
	record_end(w);
}

static void
put_whole_member(struct page *p, int64_t organization, enum statement st)
{
	struct store	*s = state.store;
	struct writer	*w = &p->body;
	int64_t		 row = store_integer(s, st, 0);

	record_object(w, "");
	record_string(w, "name", store_text(s, st, 2));
	record_string(w, "account", store_text(s, st, 1));
	record_string(w, "organization", p->q.organization);
	record_string(w, "display_name", store_text(s, st, 3));
	record_string(w, "email", store_text(s, st, 4));
	record_boolean(w, "active", store_integer(s, st, 5) == ACCOUNT_ACTIVE);
	record_string(w, "role", role_name((enum role)store_integer(s, st, 6)));
	record_string(w, "role_source",
	    role_source_name((int)store_integer(s, st, 7)));
	put_provisioned(w, row, organization, store_integer(s, st, 10));
	put_identities(w, row, organization);
	if (!put_groups(w, row, organization))
		record_boolean(w, "resource_groups_truncated", true);
	put_sessions(w, row, organization);
	page_time(w, "last_login", store_integer(s, st, 8));
	page_time(w, "suspended", store_integer(s, st, 9));
	record_end(w);
}

enum verdict
show_member(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	enum statement	 st = ST_show_member;
	enum step	 step;
	enum verdict	 v;
	char		*folded;
	int64_t		 id = 0;

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (v = page_organization(&p, &id)) != VERDICT_ok)
		return page_end(&p, v, w);
	folded = fold_text(p.q.name);
	step = store_run(state.store, st, v_text(folded), v_int(id));
	if (step == STEP_DONE) {
		st = ST_show_invited;
		step = store_run(state.store, st, v_text(folded), v_int(id));
	}
	if (step == STEP_ROW)
		put_whole_member(&p, id, st);
	else
		v = VERDICT_no_member_named;
	store_end(state.store, st);
	free(folded);
	return page_end(&p, v, w);
}

/* --- sessions --------------------------------------------------------- */

static void
put_session(struct writer *w, enum statement st)
{
	struct store	*s = state.store;

	record_object(w, "");
	record_string(w, "session", store_text(s, st, 1));
	record_string(w, "member", store_text(s, st, 2));
	record_string(w, "organization", store_text(s, st, 3));
	record_string(w, "connection", store_text(s, st, 4));
	record_time(w, "since", store_integer(s, st, 5));
	record_time(w, "expires", store_integer(s, st, 6));
	record_end(w);
}

/* Whose sessions are asked for: 0 and 0 are all. */
static enum verdict
find_whose(const struct page *p, int64_t *organization, int64_t *row)
{
	enum verdict	 v;
	enum step	 step;
	char		*folded;

	*organization = *row = 0;
	if (p->q.organization[0] == '\0')
		return VERDICT_ok;
	if ((v = page_organization(p, organization)) != VERDICT_ok ||
	    p->q.name[0] == '\0')
		return v;
	folded = fold_text(p->q.name);
	step = store_run(state.store, ST_show_member, v_text(folded),
	    v_int(*organization));
	if (step == STEP_ROW)
		*row = store_integer(state.store, ST_show_member, 0);
	store_end(state.store, ST_show_member);
	free(folded);
	return step == STEP_ROW ? VERDICT_ok : VERDICT_no_member_named;
}

enum verdict
show_sessions(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	struct store	*s;
	enum statement	 st = ST_show_sessions;
	enum verdict	 v;
	int64_t		 org, row, after[2] = { 0, 0 };
	char		 first[32];

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (v = find_whose(&p, &org, &row)) != VERDICT_ok)
		return page_end(&p, v, w);
	s = state.store;
	/* "session.organization", the last one shown. */
	strlcpy(first, p.q.after, sizeof(first));
	first[strcspn(first, ".")] = '\0';
	after[0] = page_number(first);
	if (strchr(p.q.after, '.') != NULL)
		after[1] = page_number(strchr(p.q.after, '.') + 1);
	page_rows(&p, st, store_run(s, st, v_int(after[0]), v_int(after[1]),
	    v_int(store_now(s)), v_int(org), v_int(row)), put_session);
	return page_end(&p, v, w);
}

/* --- connections ------------------------------------------------------ */

/* Refusals by verdict, as far back as they are kept. */
static void
put_refusals(struct writer *w, const char *organization,
    const char *connection)
{
	struct store	*s = state.store;
	enum step	 step;
	char		 where[96];

	snprintf(where, sizeof(where), "%s/%s", organization, connection);
	record_object(w, "refusals");
	for (step = store_run(s, ST_show_refusals, v_text(where),
	    v_int(store_now(s) - REFUSALS_KEPT)); step == STEP_ROW;
	    step = store_next(s, ST_show_refusals))
		record_integer(w, store_text(s, ST_show_refusals, 0),
		    store_integer(s, ST_show_refusals, 1));
	store_end(s, ST_show_refusals);
	record_end(w);
}

/* The object that verifier sent, under a name; connection.c looked at it. */
static void
put_status(struct writer *w)
{
	struct bytes		 b;
	struct reader		 r;
	struct record_item	 item;

	b = store_blob(state.store, ST_show_connections, 9);
	wire_read(&r, b.data, b.len);
	if (!record_next(&r, &item) || item.type != RECORD_OBJECT) {
		record_null(w, "status");
		return;
	}
	record_object(w, "status");
	wire_put_raw(w, r.at, r.left);
}

static void
put_connection(struct writer *w, enum statement st)
{
	struct store	*s = state.store;

	record_object(w, "");
	record_string(w, "organization", store_text(s, st, 1));
	record_string(w, "name", store_text(s, st, 2));
	record_string(w, "protocol", store_text(s, st, 3));
	record_string(w, "state", store_integer(s, st, 4) == 0 ? "disabled" :
	    store_integer(s, st, 5) != 0 ? "switched off" : "enabled");
	record_integer(w, "logins", store_integer(s, st, 6));
	page_time(w, "last_login", store_integer(s, st, 7));
	put_refusals(w, store_text(s, st, 1), store_text(s, st, 2));
	page_time(w, "status_at", store_integer(s, st, 8));
	put_status(w);
	record_end(w);
}

enum verdict
show_connections(struct request *request, struct reader *r, struct writer *w)
{
	struct page	 p;
	enum statement	 st = ST_show_connections;
	enum step	 step;
	enum verdict	 v;
	const char	*folded;
	int64_t		 id = 0;
	char		 first[32];

	(void)request;
	if ((v = page_begin(&p, r)) != VERDICT_ok ||
	    (p.q.organization[0] != '\0' &&
	    (v = page_organization(&p, &id)) != VERDICT_ok))
		return page_end(&p, v, w);
	/* "number organization", of the last one shown. */
	strlcpy(first, p.q.after, sizeof(first));
	first[strcspn(first, " ")] = '\0';
	folded = strchr(p.q.after, ' ');
	step = store_run(state.store, st, v_text(folded == NULL ? "" :
	    folded + 1), v_int(page_number(first)), v_int(id),
	    v_text(p.q.name));
	if (step == STEP_DONE && p.q.name[0] != '\0')
		v = VERDICT_no_connection_named;
	page_rows(&p, st, step, put_connection);
	return page_end(&p, v, w);
}
