/*
 * Memberships at login and after.  In policy.  Must never make a manual
 * grant from what a provider says, nor keep what it has taken back.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/fact.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

_Static_assert(ROLE_ADMIN == 5, "the store's counters know admin as 5");

const char *
grant_source_name(int source)
{
	return source == GRANT_MANUAL ? "manual" :
	    source == GRANT_LOGIN ? "login map" :
	    source == GRANT_LINK ? "SCIM group" : "";
}

enum verdict
member_decide(struct member_change *m, const struct connection *c,
    const struct found *f, const struct identity *id, const char **why)
{
	const struct policy_organization	*po = c->organization->settings;
	struct store		*s = state.store;
	struct member_inputs	 inputs;
	struct role_before	 before;
	struct strings		 values = { 0, NULL };
	struct reader		 r;
	struct bytes		 b;
	enum step		 step = STEP_DONE;
	bool			 ok, read;

	memset(m, 0, sizeof(*m));
	if (f->known)
		step = store_run(s, ST_membership, v_int(c->organization->id),
		    v_int(f->row));
	if (step == STEP_FAILED)
		return VERDICT_unavailable;
	if (step == STEP_ROW) {
		m->member = true;
		m->before = (enum role)store_integer(s, ST_membership, 0);
		m->source_before =
		    (enum role_source)store_integer(s, ST_membership, 1);
		m->suspended = store_integer(s, ST_membership, 4) != 0;
		b = store_blob(s, ST_membership, 2);
		wire_read(&r, b.data, b.len);
		if (b.len > 0)
			values = wire_get_strings(&r, LIMIT_VALUES,
			    LIMIT_VALUE);
	}
	before.member = m->member;
	before.role = m->before;
	before.source = m->source_before;
	before.values = &values;
	read = member_inputs(&inputs, c->organization, f->known ? f->row : 0,
	    &id->roles);
	ok = rolemap_login(po, &before, &inputs.in, id->roles_overage,
	    &m->role, &m->source);
	member_inputs_free(&inputs);
	strings_free(&values);
	store_end(s, ST_membership);
	if (!read)
		return VERDICT_unavailable;
	if (!ok)
		*why = id->roles_overage && po->role_line_count > 0 ?
		    "the provider sends too many values" : "no line matches";
	if (ok && !m->member && id->groups_overage &&
	    po->group_line_count > 0) {
		*why = "the provider sends too many groups";
		ok = false;
	}
	return ok ? VERDICT_ok : VERDICT_no_role;
}

static void
tell(const char *type, const struct connection *c, const struct found *f,
    const struct request *request, const char *key, const char *value)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = f->account;
	e.name = f->name;
	e.by = "login";
	e.request = request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, key, value);
	audit_end(&state.audit, state.store, type);
}

/*
 * The results of this login replace those of the one before; manual
 * grants stay.  "Too many groups" keeps what was.
 */
static void
login_groups(const struct connection *c, const struct found *f,
    const struct identity *id, const struct request *request)
{
	struct facts	 have, want;

	if (id->groups_overage)
		return;
	facts_stored(c->organization, f->row, &have);
	facts_wanted(c->organization, &id->groups, &want);
	if (facts_replace(f->row, &have, &want))
		tell("resource_group.change_role", c, f, request, "source",
		    "login map");
	facts_free(&have);
	facts_free(&want);
}

/*
 * The values that count until the next login, whatever becomes of the maps;
 * "too many values" keeps those of the one before (column: where they are).
 */
static void
login_values(const struct member_change *m, const struct connection *c,
    const struct found *f, const struct strings *values, bool overage,
    int column, struct writer *w)
{
	struct store	*s = state.store;
	struct bytes	 b;

	wire_init(w, LIMIT_LOGIN_MESSAGE);
	if (!overage) {
		wire_put_strings(w, values);
		return;
	}
	if (m->member && store_run(s, ST_membership,
	    v_int(c->organization->id), v_int(f->row)) == STEP_ROW) {
		b = store_blob(s, ST_membership, column);
		wire_put_raw(w, b.data, b.len);
		store_end(s, ST_membership);
	}
}

bool
member_login(const struct member_change *m, const struct connection *c,
    const struct found *f, const struct identity *id,
    const struct request *request)
{
	struct store	*s = state.store;
	struct writer	 w, groups;
	int64_t		 org = c->organization->id, now = store_now(s);

	/* From here on the role says whether he is an admin. */
	store_run(s, ST_user_was_admin, v_int(f->row), v_int(0));
	login_values(m, c, f, &id->roles, id->roles_overage, 2, &w);
	login_values(m, c, f, &id->groups, id->groups_overage, 5, &groups);
	if (!m->member)
		store_run(s, ST_membership_add, v_int(org), v_int(f->row),
		    v_int(m->role), v_int(m->source), v_int(now), v_int(c->id),
		    v_blob(w.data, w.len), v_blob(groups.data, groups.len));
	else
		store_run(s, ST_membership_login, v_int(org), v_int(f->row),
		    v_int(now), v_int(c->id), v_blob(w.data, w.len),
		    v_blob(groups.data, groups.len));
	wire_free(&w);
	wire_free(&groups);
	if (!m->member)
		tell("org.sso_join", c, f, request, "role", role_name(m->role));
	else if (m->role != m->before || m->source != m->source_before) {
		store_run(s, ST_membership_role, v_int(org), v_int(f->row),
		    v_int(m->role), v_int(m->source));
		if (m->role != m->before)
			tell("org.change_role", c, f, request, "role",
			    role_name(m->role));
	}
	if (m->suspended)
		tell("hfsso.provider_back", c, f, request, "connection",
		    c->name);
	login_groups(c, f, id, request);
	return !store_failed(s);
}

void
member_session_end(const uint8_t key[SESSION_KEY], bool revoke)
{
	effect_drop(&state.effects, key, revoke);
	store_run(state.store, ST_stamps_remove_key, v_blob(key, SESSION_KEY));
	store_run(state.store, ST_session_remove_key, v_blob(key, SESSION_KEY));
}

static bool
has_stamp(const struct session *s, const struct organization *o)
{
	size_t	 i;

	for (i = 0; i < s->stamp_count; i++)
		if (o == NULL || s->stamps[i].organization == o)
			return true;
	return o == NULL;
}

static void
revoke(const struct session *s, const struct organization *o, bool whole)
{
	uint8_t	 key[SESSION_KEY];

	/* The effect that it may lie in moves. */
	memcpy(key, s->key, sizeof(key));
	if (whole || s->stamp_count == 1) {
		member_session_end(key, true);
		return;
	}
	effect_stamp(&state.effects, key, o);
	store_run(state.store, ST_stamp_remove, v_blob(key, SESSION_KEY),
	    v_int(o->id));
}

static size_t
revoke_all(int64_t row, const struct organization *o, bool whole)
{
	struct person	*p = session_person(&state.sessions, row);
	struct session	*s;
	size_t		 i, count = state.effects.count, ended = 0;

	for (s = p == NULL ? NULL : p->sessions; s != NULL; s = s->next) {
		if (!has_stamp(s, o))
			continue;
		revoke(s, o, whole);
		ended++;
	}
	/* Those of this very turn are not in memory yet. */
	for (i = 0; i < count; i++) {
		s = state.effects.list[i].session;
		if (s == NULL || state.effects.list[i].account->row != row ||
		    !has_stamp(s, o))
			continue;
		revoke(s, o, whole);
		ended++;
	}
	return ended;
}

size_t
member_sessions_end(int64_t row, const struct organization *o)
{
	return revoke_all(row, o, true);
}

size_t
member_stamps_end(int64_t row, const struct organization *o)
{
	return revoke_all(row, o, false);
}
