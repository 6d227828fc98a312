/*
 * Single logout.  In policy.  Must never end a session of another
 * connection, nor let the provider read Success before the end of its
 * sessions is committed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/left.h"
#include "hfssod/policy/logout.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/state.h"

#define UNSPECIFIED	"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

/* A session that is meant. */
struct meant {
	uint8_t	 key[SESSION_KEY];
	bool	 whole;			/* it has no other stamp */
};

/* One logout, while it is decided and written. */
struct logout {
	const struct logout_outcome *outcome;
	struct connection	*connection;
	struct burn		 burn;
	int64_t			 now;
	const char		*detail;
	struct meant		*list;
	size_t			 count;
	bool			 mine;		/* the asking browser's, too */
	char			 account[ACCOUNT_ID + 1];
	char			 name[LIMIT_NAME + 1];
};

/* --- whose sessions ---------------------------------------------------- */

/* Qualifiers count where both sides say something (core 8.3.7). */
static bool
qualifier_is(const char *a, const char *b)
{
	return *a == '\0' || *b == '\0' || strcmp(a, b) == 0;
}

static bool
format_is(const char *a, const char *b)
{
	if (*a == '\0')
		a = UNSPECIFIED;
	if (*b == '\0')
		b = UNSPECIFIED;
	return strcmp(a, b) == 0;
}

/* The same NameID as the one kept with a stamp. */
static bool
name_is(struct bytes kept, const struct name_id *n)
{
	struct name_id	 k;
	struct reader	 r;

	wire_read(&r, kept.data, kept.len);
	name_id_get(&r, &k);
	return wire_end(&r) && strcmp(k.value, n->value) == 0 &&
	    format_is(k.format, n->format) &&
	    qualifier_is(k.name_qualifier, n->name_qualifier) &&
	    qualifier_is(k.sp_name_qualifier, n->sp_name_qualifier) &&
	    qualifier_is(k.sp_provided_id, n->sp_provided_id);
}

/* The row at hand of that statement is one of those meant. */
static void
meant_add(struct logout *l, enum statement st)
{
	struct store	*s = state.store;
	struct bytes	 key = store_blob(s, st, 0);
	struct meant	*m;

	if (key.len != SESSION_KEY)
		return;
	l->list = reallocarray(l->list, l->count + 1, sizeof(*l->list));
	if (l->list == NULL)
		fatal("logout");
	m = &l->list[l->count++];
	memcpy(m->key, key.data, SESSION_KEY);
	m->whole = store_integer(s, st, 5) == 1;
	strlcpy(l->account, store_text(s, st, 3), sizeof(l->account));
	strlcpy(l->name, store_text(s, st, 4), sizeof(l->name));
}

/* A session that was never given an index may be any: it is meant. */
static bool
index_is(const char *kept, const struct strings *indexes)
{
	return indexes->count == 0 || *kept == '\0' ||
	    strings_has(indexes, kept);
}

/*
 * The stamps of this connection with that NameID.  What is kept begins
 * with its value; what follows that is a length of at most LIMIT_SUBJECT.
 */
static bool
find_named(struct logout *l)
{
	const struct logout_outcome	*o = l->outcome;
	struct store			*s = state.store;
	struct writer			 from, to;
	enum step			 step;

	wire_init(&from, LIMIT_MESSAGE);
	wire_init(&to, LIMIT_MESSAGE);
	wire_put_string(&from, o->name_id.value);
	wire_put_string(&to, o->name_id.value);
	wire_put_u8(&to, 1);
	for (step = store_run(s, ST_stamps_named, v_int(l->connection->id),
	    v_blob(from.data, from.len), v_blob(to.data, to.len));
	    step == STEP_ROW; step = store_next(s, ST_stamps_named))
		if (name_is(store_blob(s, ST_stamps_named, 2), &o->name_id) &&
		    index_is(store_text(s, ST_stamps_named, 1),
		    &o->session_indexes))
			meant_add(l, ST_stamps_named);
	wire_free(&from);
	wire_free(&to);
	return step == STEP_DONE;
}

/* The stamps of this connection with that session of the provider's. */
static bool
find_indexed(struct logout *l)
{
	struct store	*s = state.store;
	enum step	 step;

	for (step = store_run(s, ST_stamps_indexed, v_int(l->connection->id),
	    v_text(l->outcome->session_indexes.list[0])); step == STEP_ROW;
	    step = store_next(s, ST_stamps_indexed))
		meant_add(l, ST_stamps_indexed);
	return step == STEP_DONE;
}

/* A name, or without one exactly one session: whom the provider means. */
static bool
says_whom(const struct logout_outcome *o)
{
	return o->name_id.value[0] != '\0' || (o->session_indexes.count == 1 &&
	    o->session_indexes.list[0][0] != '\0');
}

/*
 * Front-channel: whoever knows the provider's name for a session may send
 * it.  It has no id that could be burned, and must fill no disk.
 */
static bool
unproved(const struct logout_outcome *o)
{
	return !o->response && o->message_key.len == 0 &&
	    o->name_id.value[0] == '\0';
}

static enum verdict
decide(struct logout *l)
{
	const struct logout_outcome	*o = l->outcome;
	enum verdict			 v;

	if (o->verdict != VERDICT_ok)
		return o->verdict;
	v = outcome_place(o->organization, o->connection, &l->connection,
	    &l->detail);
	if (v != VERDICT_ok)
		return v;
	l->burn = (struct burn){ o->login_key, o->message_key,
	    o->message_until };
	if ((o->message_key.len != BURN_KEY && !unproved(o)) ||
	    (o->response ? o->login_key.len != BURN_KEY : !says_whom(o))) {
		l->detail = "verifier gave no key or nobody";
		return VERDICT_internal;
	}
	if (!unproved(o) && (v = outcome_once(l->connection, &l->burn,
	    l->now, &l->detail)) != VERDICT_ok)
		return v;
	if (o->response)
		return VERDICT_ok;
	return (o->name_id.value[0] != '\0' ? find_named(l) :
	    find_indexed(l)) ? VERDICT_ok : VERDICT_unavailable;
}

/* --- writing ------------------------------------------------------------ */

static void
end_one(struct logout *l, const struct meant *m)
{
	const struct request	*r = &l->outcome->request;
	uint8_t			 key[SESSION_KEY];

	if (r->credential == CREDENTIAL_SESSION &&
	    session_key(r->secret, key) &&
	    memcmp(key, m->key, sizeof(key)) == 0)
		l->mine = m->whole;
	if (m->whole) {
		member_session_end(m->key, true);
		return;
	}
	effect_stamp(&state.effects, m->key, l->connection->organization);
	store_run(state.store, ST_stamp_remove, v_blob(m->key, SESSION_KEY),
	    v_int(l->connection->organization->id));
}

static const char *const results[LOGOUT_MAX] = {
	"", "complete", "partial", "failed"
};

static void
tell(const struct logout *l)
{
	const struct logout_outcome	*o = l->outcome;
	struct audit_event		 e;

	memset(&e, 0, sizeof(e));
	e.organization = l->connection->organization->name;
	e.account = l->account;
	e.name = l->name;
	e.by = "identity provider";
	e.request = &o->request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", l->connection->name);
	if (o->response)
		record_string(&state.audit.record, "result",
		    results[o->result]);
	else
		record_integer(&state.audit.record, "sessions",
		    (int64_t)l->count);
	audit_end(&state.audit, state.store,
	    o->response ? "hfsso.idp_logout_answer" : "hfsso.idp_logout");
}

/* Revocations first: they count even if the store takes nothing. */
static enum verdict
write_logout(struct logout *l)
{
	const bool	 bare = unproved(l->outcome);
	enum verdict	 v;
	size_t		 i;

	for (i = 0; i < l->count; i++)
		end_one(l, &l->list[i]);
	/* And a login of his that is still under way comes too late. */
	if (!bare && !l->outcome->response)
		left_note(l->connection, l->outcome->name_id.value,
		    &l->outcome->session_indexes);
	if (!bare && (v = outcome_burn(&l->burn, l->now)) != VERDICT_ok)
		return v == VERDICT_replayed ? VERDICT_unavailable : v;
	if (!bare || l->count > 0)
		tell(l);
	if (l->outcome->response)
		state_event_more(" result %s", results[l->outcome->result]);
	else
		state_event_more(" sessions %zu", l->count);
	return VERDICT_ok;
}

static void
describe(const struct logout_outcome *o)
{
	state_event("logout",
	    "organization %.64s connection %.64s request %s client %s",
	    log_safe(o->organization), log_safe(o->connection),
	    log_id(o->request.id), address_text(&o->request.client));
}

/* Decide, write, and what to answer. */
static enum verdict
run(const struct logout_outcome *o, struct logout_answer *a)
{
	struct logout	 l;
	enum verdict	 v;

	memset(&l, 0, sizeof(l));
	memset(a, 0, sizeof(*a));
	l.outcome = o;
	l.detail = "";
	l.now = store_now(state.store);
	describe(o);
	if ((v = decide(&l)) == VERDICT_ok)
		v = write_logout(&l);
	if (v != VERDICT_ok && v != VERDICT_unavailable)
		outcome_refused(o->organization, o->connection, v,
		    &o->request.client);
	if (l.connection != NULL)
		state_event_more(" protocol %s",
		    protocol_name(l.connection->settings->protocol));
	if (store_failed(state.store))
		v = VERDICT_unavailable;
	if (v != VERDICT_ok && (l.detail[0] != '\0' || o->detail[0] != '\0'))
		state_event_more(" detail %s", log_safe(l.detail[0] != '\0' ?
		    l.detail : o->detail));
	a->verdict = v;
	if (v == VERDICT_ok) {
		a->ended = l.mine;
		a->result = o->result;
		a->started = o->started;
	}
	free(l.list);
	return v;
}

enum verdict
logout_outcome(struct request *request, struct reader *r, struct writer *w)
{
	struct logout_outcome	 o;
	struct logout_answer	 a;
	enum verdict		 v;

	(void)request;
	if (!logout_outcome_get(r, &o))
		fatalx("logout_outcome is malformed");
	state.origin = o.origin;
	a = (struct logout_answer){ .started = o.started };
	logout_answer_put(w, &a);
	if (w->bad) {
		o.verdict = VERDICT_internal;
		o.detail = "the answer of verifier is too long";
	}
	wire_reset(w);
	v = run(&o, &a);
	if (v != VERDICT_unavailable)
		logout_answer_put(w, &a);
	logout_outcome_free(&o);
	return v;
}

void
logout_refuse(struct writer *w, enum verdict v)
{
	struct logout_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	logout_answer_put(w, &a);
}

/* --- the other way ------------------------------------------------------ */

bool
logout_follow(const struct session *s, const struct request *request)
{
	struct store		*st = state.store;
	const struct stamp	*newest = NULL;
	struct logout_start	 out;
	struct reader		 r;
	struct bytes		 kept;
	struct peer		*p;
	size_t			 i;

	for (i = 0; i < s->stamp_count; i++)
		if (s->stamps[i].connection->settings != NULL &&
		    s->stamps[i].organization->settings != NULL &&
		    (newest == NULL || s->stamps[i].since > newest->since))
			newest = &s->stamps[i];
	if (newest == NULL || (p = child_peer(PROC_VERIFIER,
	    newest->organization->settings->verifier_group)) == NULL ||
	    store_run(st, ST_stamp_names, v_int(s->row),
	    v_int(newest->organization->id)) != STEP_ROW)
		return false;
	memset(&out, 0, sizeof(out));
	out.request = request->id;
	out.origin = state.asker;
	out.organization = newest->organization->name;
	out.connection = newest->connection->name;
	out.session_index = store_text(st, ST_stamp_names, 0);
	out.hint = store_blob(st, ST_stamp_names, 2);
	kept = store_blob(st, ST_stamp_names, 1);
	wire_read(&r, kept.data, kept.len);
	name_id_get(&r, &out.name_id);
	if (wire_end(&r) &&
	    (out.name_id.value[0] != '\0' || out.hint.len > 0)) {
		wire_reset(&state.also_octets);
		logout_start_put(&state.also_octets, &out);
		state.also = MESSAGE_logout_start;
		state.also_to = p->instance;
	}
	store_end(st, ST_stamp_names);
	return state.also == MESSAGE_logout_start;
}
