/*
 * Logins.  In policy.  Must never make a session that outcome.h does not
 * let in; first everything is read and decided, then everything is
 * written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/left.h"
#include "hfssod/policy/login.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/report.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

/* One login, while it is decided and written. */
struct login {
	const struct outcome	*outcome;
	struct connection	*connection;
	struct burn		 burn;
	struct found		 found;
	struct member_change	 change;
	int64_t			 now;
	int64_t			 expires;
	const char		*detail;	/* for the log */
	bool			 proved;	/* the provider vouches */
	char			 cookie[SESSION_COOKIE_TEXT + 1];
};

/* --- deciding --------------------------------------------------------- */

/* Connection and group are right, and the login counts once. */
static enum verdict
decide_place(struct login *l)
{
	const struct outcome	*o = l->outcome;
	enum verdict		 v;

	v = outcome_place(o->organization, o->connection, &l->connection,
	    &l->detail);
	if (v != VERDICT_ok)
		return v;
	state_event_more(" protocol %s",
	    protocol_name(l->connection->settings->protocol));
	/* A test is for a connection that is not in use yet, too. */
	return o->test ? VERDICT_ok : outcome_enabled(l->connection);
}

static enum verdict
decide_once(struct login *l)
{
	const struct outcome	*o = l->outcome;

	l->burn = (struct burn){ o->login_key, o->message_key,
	    o->message_until };
	if (o->message_key.len != BURN_KEY || o->identity.subject[0] == '\0') {
		l->detail = "verifier gave no key or no subject";
		return VERDICT_internal;
	}
	return outcome_once(l->connection, &l->burn, l->now, &l->detail);
}

/*
 * Who was deleted never comes back by a login; but SCIM may have made
 * another one since then, for the same subject.
 */
static enum verdict
decide_ended(struct login *l)
{
	struct found	 ended = l->found;
	enum verdict	 v = VERDICT_account_ended;

	if (ended.state == ACCOUNT_DELETED &&
	    l->connection->organization->settings->mode == MODE_MANAGED)
		v = user_claim(&l->found, l->connection,
		    &l->outcome->identity);
	if (v == VERDICT_ok || v == VERDICT_unavailable)
		return v;
	l->found = ended;
	return VERDICT_account_ended;
}

/* Who is known, else who is awaited, else who may be made. */
static enum verdict
decide_account(struct login *l)
{
	const struct identity	*id = &l->outcome->identity;
	enum verdict		 v;

	if (!jit_find(&l->found, l->connection, id))
		return VERDICT_unavailable;
	if (l->found.known)
		return l->found.state != ACCOUNT_ACTIVE ? decide_ended(l) :
		    basic_allowed(&l->found, l->connection);
	v = user_claim(&l->found, l->connection, id);
	return v != VERDICT_account_unknown ? v :
	    jit_allowed(l->connection, id, &l->detail);
}

static enum verdict
decide_who(struct login *l)
{
	const struct outcome	*o = l->outcome;
	enum verdict		 v;

	l->proved = true;
	if ((v = decide_account(l)) != VERDICT_ok)
		return v;
	v = member_decide(&l->change, l->connection, &l->found, &o->identity,
	    &l->detail);
	if (v != VERDICT_ok)
		return v;
	l->expires = l->now +
	    l->connection->organization->settings->session_timeout;
	if (o->identity.session_ends != 0 &&
	    o->identity.session_ends < l->expires)
		l->expires = o->identity.session_ends;
	return l->expires > l->now ? VERDICT_ok : VERDICT_session_expired;
}

/* A test: the same, but nothing is written of it and it is a report. */
static enum verdict
decide_test(struct login *l)
{
	const struct outcome	*o = l->outcome;
	const char		*unused;
	enum verdict		 v;

	if (o->verdict != VERDICT_ok || o->identity.subject[0] == '\0')
		return o->verdict != VERDICT_ok ? o->verdict :
		    VERDICT_subject_missing;
	if ((v = decide_once(l)) != VERDICT_ok)
		return v;
	v = decide_who(l);
	/* What the maps give is of use whoever it is. */
	if (v != VERDICT_ok && v != VERDICT_unavailable &&
	    l->change.role == ROLE_NONE)
		member_decide(&l->change, l->connection, &l->found,
		    &o->identity, &unused);
	return v;
}

static enum verdict
decide(struct login *l)
{
	enum verdict	 v;

	if (l->outcome->verdict != VERDICT_ok)
		return l->outcome->verdict;
	if ((v = decide_place(l)) != VERDICT_ok || l->outcome->restart)
		return v;
	if ((v = decide_once(l)) != VERDICT_ok)
		return v;
	if (left_since(l->connection, &l->outcome->identity,
	    l->outcome->came)) {
		l->detail = "the provider has ended it meanwhile";
		return VERDICT_session_expired;
	}
	return decide_who(l);
}

/* --- writing ---------------------------------------------------------- */

/*
 * Whether a stamp of the browser's session so far goes on: one for another
 * organization, if it is the same account's and was not revoked just now.
 */
static bool
goes_on(const struct login *l, const struct session *old,
    const struct stamp *stamp)
{
	return old->person->row == l->found.row &&
	    stamp->organization != l->connection->organization &&
	    !effects_end(&state.effects, old->key, stamp->organization);
}

/* The session so far, and how many of its stamps go on; it ends itself. */
static struct session *
old_session(const struct login *l, int64_t *row, size_t *carried)
{
	const struct request	*r = &l->outcome->request;
	struct session		*old;
	uint8_t			 key[SESSION_KEY];
	size_t			 i;

	*carried = 0;
	if (r->credential != CREDENTIAL_SESSION || !session_key(r->secret, key))
		return NULL;
	if ((old = session_find(&state.sessions, key)) == NULL ||
	    store_run(state.store, ST_session_by_key,
	    v_blob(key, sizeof(key))) != STEP_ROW)
		return NULL;
	*row = store_integer(state.store, ST_session_by_key, 0);
	store_end(state.store, ST_session_by_key);
	for (i = 0; i < old->stamp_count; i++)
		if (goes_on(l, old, &old->stamps[i]))
			(*carried)++;
	if (*carried >= SESSION_STAMPS)
		*carried = SESSION_STAMPS - 1;
	return old;
}

/* The new session as memory will have it, with what the old one leaves. */
static struct session *
make_session(struct login *l, const struct session *old, size_t carried)
{
	struct session	*s = session_new(1 + carried);
	uint8_t		 secret[32];
	struct bytes	 text;
	char		*cookie;
	size_t		 i, n = 1;

	arc4random_buf(secret, sizeof(secret));
	cookie = base64url_encode(secret, sizeof(secret));
	explicit_bzero(secret, sizeof(secret));
	strlcpy(l->cookie, cookie, sizeof(l->cookie));
	freezero(cookie, strlen(cookie));
	text.data = (const uint8_t *)l->cookie;
	text.len = strlen(l->cookie);
	if (!session_key(text, s->key))
		fatalx("a cookie of %zu octets", text.len);
	arc4random_buf(&s->handle, sizeof(s->handle));
	s->created = s->used = s->written = l->now;
	s->stamps[0].organization = l->connection->organization;
	s->stamps[0].connection = l->connection;
	s->stamps[0].since = l->now;
	s->stamps[0].expires = l->expires;
	for (i = 0; n < s->stamp_count && i < old->stamp_count; i++)
		if (goes_on(l, old, &old->stamps[i]))
			s->stamps[n++] = old->stamps[i];
	return s;
}

static bool
write_session(struct login *l, struct session *s, int64_t old)
{
	const struct identity	*id = &l->outcome->identity;
	struct store		*st = state.store;
	struct writer		 w;
	char			 handle[SESSION_HANDLE];
	size_t			 i;

	session_handle(s, handle);
	store_run(st, ST_session_add, v_blob(s->key, SESSION_KEY),
	    v_text(handle), v_int(l->found.row), v_int(l->now));
	s->row = store_last_row(st);
	jit_name_id(&id->name_id, &w);
	store_run(st, ST_stamp_add, v_int(s->row),
	    v_int(l->connection->organization->id), v_int(l->connection->id),
	    v_int(l->now), v_int(l->expires), v_text(id->session_index),
	    v_blob(w.data, w.len), v_blob(l->outcome->logout_hint.data,
	    l->outcome->logout_hint.len));
	wire_free(&w);
	/* One by one: what was revoked and not written stays behind. */
	for (i = 1; i < s->stamp_count; i++)
		store_run(st, ST_stamp_carry, v_int(s->row), v_int(old),
		    v_int(s->stamps[i].organization->id));
	return !store_failed(st);
}

/* How the provider came to know him, and what its word on e-mail is worth. */
static void
tell_facts(const struct identity *id)
{
	struct writer	*w = &state.audit.record;

	if (id->authn_instant != 0)
		record_time(w, "authn_instant", id->authn_instant);
	if (id->authn_context[0] != '\0')
		record_string(w, "authn_context", id->authn_context);
	record_boolean(w, "email_vouched", id->email_vouched);
}

static void
tell(const struct login *l, const char *type, const char *key,
    const char *value, bool facts)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = l->connection->organization->name;
	e.account = l->found.account;
	e.name = l->found.name;
	e.by = "";
	e.request = &l->outcome->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", l->connection->name);
	record_string(&state.audit.record, key, value);
	if (facts)
		tell_facts(&l->outcome->identity);
	audit_end(&state.audit, state.store, type);
}

/*
 * One person signs in again and again and never leaves: what he began first
 * ends.  In memory his sessions stand in order, the newest first.
 */
static void
end_oldest(const struct login *l)
{
	struct person	*p = session_person(&state.sessions, l->found.row);
	struct session	*s;
	char		 handle[SESSION_HANDLE];
	size_t		 n = 1;

	for (s = p == NULL ? NULL : p->sessions; s != NULL; s = s->next) {
		if (++n <= LIMIT_SESSIONS)
			continue;
		session_handle(s, handle);
		member_session_end(s->key, false);
		tell(l, "hfsso.session_end", "session", handle, false);
	}
}

/* Once it is committed; the store is told now and then (sweep.c). */
static void
count_login(void *connection, uint64_t now)
{
	struct connection	*c = connection;

	c->logins++;
	c->login_at = (int64_t)now;
}

static enum verdict
write_login(struct login *l)
{
	const struct outcome	*o = l->outcome;
	struct session		*old, *s;
	struct account		*a = NULL;
	enum verdict		 v;
	char			 handle[SESSION_HANDLE];
	int64_t			 old_row = 0;
	size_t			 carried;
	bool			 ok;

	if ((v = outcome_burn(&l->burn, l->now)) != VERDICT_ok)
		return v;
	ok = l->found.claim ? user_claimed(&l->found, l->connection,
	    &o->identity, &o->request) : l->found.known ?
	    jit_refresh(&l->found, l->connection, &o->identity) :
	    jit_make(&l->found, l->connection, &o->identity, &o->request);
	if (!ok || !member_login(&l->change, l->connection, &l->found,
	    &o->identity, &o->request))
		return VERDICT_unavailable;
	/* Which SCIM User he is, and so his groups, is known from now on. */
	if (l->found.claim && (v = member_regrade(l->found.row,
	    l->connection->organization, "login")) != VERDICT_ok)
		return v;
	jit_check_keep(l->connection, l->found.identity, o->check_token);
	old = old_session(l, &old_row, &carried);
	s = make_session(l, old, carried);
	ok = write_session(l, s, old_row);
	if (old != NULL)
		member_session_end(old->key, false);
	end_oldest(l);
	session_handle(s, handle);
	tell(l, "org.sso_login", "session", handle, true);
	if (!ok || (a = account_load(state.store, state.directory,
	    l->found.row)) == NULL) {
		freezero(s, sizeof(*s));
		return VERDICT_unavailable;
	}
	state_event_more(" account %s session %s", l->found.name, handle);
	effect_add(&state.effects, s, a);
	effect_call(&state.effects, count_login, l->connection,
	    (uint64_t)l->now);
	return VERDICT_ok;
}

/* --- refusing --------------------------------------------------------- */

/*
 * Every refusal is counted; where the provider has vouched for somebody it
 * is an event, too.
 */
static void
refuse(struct login *l, enum verdict v)
{
	const struct outcome	*o = l->outcome;

	outcome_refused(o->organization, o->connection, v,
	    &o->request.client);
	if (!l->proved || v == VERDICT_replayed)
		return;
	tell(l, "hfsso.sso_refused", "verdict", verdict_name(v), true);
	/* The provider gives a member no role any more: he is out. */
	if (v == VERDICT_no_role && l->change.member)
		member_sessions_end(l->found.row, l->connection->organization);
}

static void
describe(const struct outcome *o)
{
	state_event(o->test ? "connection test" : "login",
	    "organization %.64s connection %.64s request %s client %s",
	    log_safe(o->organization), log_safe(o->connection),
	    log_id(o->request.id), address_text(&o->request.client));
}

/* Decide it, and write what follows. */
static enum verdict
run(struct login *l)
{
	const struct outcome	*o = l->outcome;
	enum verdict		 v = decide(l);

	if (v == VERDICT_ok && !o->restart)
		v = write_login(l);
	if (v != VERDICT_ok && v != VERDICT_unavailable)
		refuse(l, v);
	return v;
}

/*
 * A connection test.  One that is not this verifier's to make, or of no
 * connection, is refused as any login would be.
 */
static enum verdict
run_test(struct login *l, struct login_answer *a)
{
	struct tested	 r;
	enum verdict	 v = decide_place(l);

	if (v != VERDICT_ok) {
		if (v != VERDICT_unavailable)
			refuse(l, v);
		return v;
	}
	if ((v = decide_test(l)) == VERDICT_unavailable)
		return v;
	r.outcome = l->outcome;
	r.connection = l->connection;
	r.verdict = v;
	r.detail = l->detail[0] != '\0' ? l->detail : l->outcome->detail;
	r.found = &l->found;
	r.change = &l->change;
	r.proved = l->proved;
	r.length = l->expires > l->now ? l->expires - l->now : 0;
	report_make(&r, a);
	return v;
}

void
login_run(const struct outcome *o, struct login_answer *a)
{
	static struct login	 l;
	enum verdict		 v;
	bool			 in;

	explicit_bzero(&l, sizeof(l));
	l.outcome = o;
	l.detail = "";
	l.now = store_now(state.store);
	describe(o);
	memset(a, 0, sizeof(*a));
	v = o->test ? run_test(&l, a) : run(&l);
	if (store_failed(state.store))
		v = VERDICT_unavailable;
	if (v != VERDICT_ok && (l.detail[0] != '\0' || o->detail[0] != '\0'))
		state_event_more(" detail %s", log_safe(l.detail[0] != '\0' ?
		    l.detail : o->detail));
	in = v == VERDICT_ok && !o->test;
	a->verdict = v;
	a->session = in ? l.cookie : "";
	a->expires = in ? l.expires : 0;
	a->login_cookie = o->login_cookie;
	a->return_to = in ? o->return_to : "";
	a->restart = in && o->restart;
	a->organization = o->organization;
	a->connection = o->connection;
}

enum verdict
login_outcome(struct request *request, struct reader *r, struct writer *w)
{
	struct outcome		 o;
	struct login_answer	 a;

	(void)request;
	if (!outcome_get(r, &o))
		fatalx("login_outcome is malformed");
	state.origin = o.origin;
	login_run(&o, &a);
	if (a.verdict != VERDICT_unavailable)
		login_answer_put(w, &a);
	report_free();
	outcome_free(&o);
	return a.verdict;
}

void
login_refuse(struct writer *w, enum verdict v)
{
	struct login_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	a.session = a.login_cookie = a.return_to = "";
	a.organization = a.connection = "";
	login_answer_put(w, &a);
}
