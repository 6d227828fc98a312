/*
 * Live sessions, asked for.  In policy.  Must never answer from anything
 * but the session that the dispatcher found, nor cache a decision.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/decision.h"
#include "hfssod/policy/logout.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

#define FORM_TOKEN	(2 * SHA256_DIGEST_LENGTH + 1)

/* --- access ----------------------------------------------------------- */

static const struct policy_application *
application(const char *host)
{
	size_t	 i;

	for (i = 0; state.view != NULL && i < state.view->application_count;
	    i++)
		if (strcmp(state.view->applications[i].host, host) == 0)
			return &state.view->applications[i];
	return NULL;
}

/* A stamp as decisions see it. */
static void
stamp_now(const struct session *s, const struct stamp *stamp,
    struct decision_stamp *d)
{
	const struct policy_organization	*po;
	const struct member			*m;

	memset(d, 0, sizeof(*d));
	d->organization = "";
	d->since = stamp->since;
	d->expires = stamp->expires;
	po = stamp->organization->settings;
	if (po == NULL || stamp->connection->settings == NULL)
		return;
	d->organization = stamp->organization->name;
	d->basic = po->mode == MODE_BASIC;
	d->timeout = po->session_timeout;
	d->idle = po->session_idle;
	m = account_member(s->person->account, stamp->organization);
	d->role = m == NULL ? ROLE_NONE : m->role;
}

/*
 * Slugs of the groups held, in a list that is used again and again.  Never
 * many more than a header may name, so that they fit into the message:
 * http cuts the list, and says so.
 */
static struct strings
slugs(const struct member *m)
{
	static const char	**list;
	static size_t		  size;
	struct strings		  s = { 0, NULL };
	size_t			  octets = 0;
	uint32_t		  i;

	if (m->held_count > size) {
		size = m->held_count;
		list = reallocarray(list, size, sizeof(*list));
		if (list == NULL)
			fatal("groups");
	}
	for (i = 0; i < m->held_count &&
	    octets <= LIMIT_HEADER_GROUPS_MOST; i++) {
		if (m->held[i].role <= ROLE_NO_ACCESS)
			continue;
		list[s.count] = m->held[i].group->slug;
		octets += strlen(list[s.count++]) + 1;
	}
	s.list = list;
	return s;
}

static void
answer_nobody(struct writer *w, enum verdict v)
{
	struct access_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	access_answer_put(w, &a);
}

static void
answer_member(struct writer *w, const struct session *s,
    const struct stamp *stamp, int64_t expires)
{
	const struct account	*account = s->person->account;
	const struct member	*m;
	struct access_answer	 a;
	char			 handle[SESSION_HANDLE];
	uint8_t			 octets[8];
	int			 i;

	m = account_member(account, stamp->organization);
	for (i = 0; i < 8; i++)
		octets[i] = s->handle >> (56 - 8 * i) & 0xff;
	hex_encode(octets, sizeof(octets), handle);
	a.verdict = VERDICT_ok;
	a.organization = stamp->organization->name;
	a.account = account->id;
	a.name = account->name;
	a.email = account->email;
	a.display_name = account->display_name;
	a.role = m->role;
	a.session = handle;
	a.expires = expires;
	a.groups = slugs(m);
	access_answer_put(w, &a);
}

enum verdict
access_check(struct request *request, struct reader *r, struct writer *w)
{
	struct decision_stamp	 stamps[SESSION_STAMPS];
	struct decision_input	 in;
	struct decision		 d;
	struct access_check	 c;
	struct session		*s = state.session;
	bool			 stale;

	if (!access_check_get(r, &c))
		fatalx("access_check is malformed");
	/* Whose account can't be looked up again is nobody, for now. */
	if ((stale = s != NULL && !member_fresh(s)))
		s = NULL;
	memset(&in, 0, sizeof(in));
	in.application = application(request->host);
	in.safe = c.safe;
	in.plain = c.plain;
	in.path = c.path;
	in.now = store_now(state.store);
	in.stamps = stamps;
	if (s != NULL) {
		in.session = true;
		in.active = s->person->account->state == ACCOUNT_ACTIVE;
		in.used = s->used;
		for (; in.stamp_count < s->stamp_count; in.stamp_count++)
			stamp_now(s, &s->stamps[in.stamp_count],
			    &stamps[in.stamp_count]);
	}
	d = decision_access(&in);
	if (stale && d.verdict != VERDICT_ok)
		d.verdict = VERDICT_unavailable;
	if (d.verdict != VERDICT_ok || d.stamp == DECISION_NOBODY)
		answer_nobody(w, d.verdict);
	else {
		s->used = in.now;
		answer_member(w, s, &s->stamps[d.stamp],
		    decision_ends(&stamps[d.stamp]));
	}
	return d.verdict;
}

void
access_refuse(struct writer *w, enum verdict v)
{
	answer_nobody(w, v);
}

/* --- a person's own session ------------------------------------------- */

/* Proves that a form came from a page that had the cookie. */
static void
form_token(struct bytes cookie, char token[FORM_TOKEN])
{
	static const char	 label[] = "hfssod form token";
	SHA2_CTX		 ctx;
	uint8_t			 hash[SHA256_DIGEST_LENGTH];

	SHA256Init(&ctx);
	SHA256Update(&ctx, (const uint8_t *)label, sizeof(label));
	SHA256Update(&ctx, cookie.data, cookie.len);
	SHA256Final(hash, &ctx);
	hex_encode(hash, sizeof(hash), token);
}

/* "slug role" of each group; the texts are freed with the list. */
static void
groups_of(const struct member *m, struct strings *out)
{
	char		*text;
	uint32_t	 i;

	for (i = 0; m != NULL && i < m->held_count && i < LIMIT_VALUES; i++) {
		if (asprintf(&text, "%s %s", m->held[i].group->slug,
		    role_name(m->held[i].role)) == -1)
			fatal("groups");
		strings_add(out, text);
	}
}

static void
show_stamps(const struct session *s, struct session_view *v)
{
	const struct member	*m;
	struct session_stamp	*out;
	struct decision_stamp	 d;
	int64_t			 now = store_now(state.store);
	size_t			 i;

	for (i = 0; i < s->stamp_count && v->stamp_count < SESSION_STAMPS;
	    i++) {
		if (!session_stamp_live(s, &s->stamps[i], now))
			continue;
		stamp_now(s, &s->stamps[i], &d);
		out = &v->stamps[v->stamp_count++];
		m = account_member(s->person->account,
		    s->stamps[i].organization);
		out->organization = s->stamps[i].organization->name;
		out->connection = s->stamps[i].connection->name;
		out->role = d.role;
		out->since = d.since;
		out->expires = decision_ends(&d);
		groups_of(m, &out->groups);
	}
}

static void
free_groups(struct session_view *v)
{
	struct strings	*g;
	size_t		 i, j;

	for (i = 0; i < v->stamp_count; i++) {
		g = &v->stamps[i].groups;
		for (j = 0; j < g->count; j++)
			free((void *)(uintptr_t)g->list[j]);
		strings_free(g);
	}
}

enum verdict
session_show(struct request *request, struct reader *r, struct writer *w)
{
	const struct account	*a;
	struct session_view	 v;
	struct request		 again;
	char			 token[FORM_TOKEN], handle[SESSION_HANDLE];

	request_get(r, &again);
	if (!wire_end(r))
		fatalx("session_show is malformed");
	if (!member_fresh(state.session))
		return VERDICT_unavailable;
	a = state.session->person->account;
	memset(&v, 0, sizeof(v));
	form_token(request->secret, token);
	session_handle(state.session, handle);
	v.verdict = VERDICT_ok;
	v.name = a->name;
	v.display_name = a->display_name;
	v.email = a->email;
	v.account = a->id;
	v.session = handle;
	v.form_token = token;
	show_stamps(state.session, &v);
	session_view_put(w, &v);
	free_groups(&v);
	if (w->bad) {
		/* More groups than a message holds: without them. */
		wire_reset(w);
		session_view_put(w, &v);
	}
	session_view_free(&v);
	explicit_bzero(token, sizeof(token));
	return VERDICT_ok;
}

void
session_show_refuse(struct writer *w, enum verdict verdict)
{
	struct session_view	 v;

	memset(&v, 0, sizeof(v));
	v.verdict = verdict;
	session_view_put(w, &v);
}

static void
tell_end(const struct session *s, const struct request *request)
{
	struct audit_event	 e;
	char			 handle[SESSION_HANDLE];

	memset(&e, 0, sizeof(e));
	e.organization = s->stamp_count > 0 ?
	    s->stamps[0].organization->name : "";
	e.account = s->person->account->id;
	e.name = s->person->account->name;
	e.by = "";
	e.request = request;
	session_handle(s, handle);
	state_event("sign-out", "account %s session %s request %s client %s",
	    e.name, handle, log_id(request->id),
	    address_text(&request->client));
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "session", handle);
	audit_end(&state.audit, state.store, "hfsso.session_end");
}

enum verdict
session_end(struct request *request, struct reader *r, struct writer *w)
{
	struct session_end	 e;
	struct session_ended	 ended;
	char			 token[FORM_TOKEN];

	if (!session_end_get(r, &e))
		fatalx("session_end is malformed");
	form_token(request->secret, token);
	if (!equal_secret(token, strlen(token), e.form_token,
	    strlen(e.form_token))) {
		session_end_refuse(w, VERDICT_token_mismatch);
		return VERDICT_token_mismatch;
	}
	explicit_bzero(token, sizeof(token));
	ended.verdict = VERDICT_ok;
	ended.follows = logout_follow(state.session, request);
	member_session_end(state.session->key, true);
	tell_end(state.session, request);
	session_ended_put(w, &ended);
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}

void
session_end_refuse(struct writer *w, enum verdict v)
{
	struct session_ended	 ended;

	ended.verdict = v;
	ended.follows = false;
	session_ended_put(w, &ended);
}

void
result_refuse(struct writer *w, enum verdict v)
{
	struct result	 result;

	result.verdict = v;
	result.detail = "";
	result_put(w, &result);
}
