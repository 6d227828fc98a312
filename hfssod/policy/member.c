/*
 * Memberships at login and after.  In policy.  Must never make a manual
 * grant from what a provider says, nor keep what it has taken back.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
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

/* A resource group's fact of the login map, stored or wanted. */
struct fact {
	int64_t		 group;
	enum role	 role;
	char		*value;
};

static int
by_group_and_value(const void *a, const void *b)
{
	const struct fact	*x = a, *y = b;

	if (x->group != y->group)
		return x->group < y->group ? -1 : 1;
	return strcmp(x->value, y->value);
}

static struct fact *
fact_add(struct fact *list, size_t *count, int64_t group, enum role role,
    const char *value)
{
	if ((list = reallocarray(list, *count + 1, sizeof(*list))) == NULL ||
	    (list[*count].value = strdup(value)) == NULL)
		fatal("grants");
	list[*count].group = group;
	list[(*count)++].role = role;
	return list;
}

static void
facts_free(struct fact *list, size_t count)
{
	size_t	 i;

	for (i = 0; i < count; i++)
		free(list[i].value);
	free(list);
}

static struct fact *
facts_stored(const struct connection *c, int64_t row, size_t *count)
{
	struct store	*s = state.store;
	struct fact	*list = NULL;
	enum step	 step;

	*count = 0;
	for (step = store_run(s, ST_grants_of, v_int(row),
	    v_int(c->organization->id), v_int(GRANT_LOGIN)); step == STEP_ROW;
	    step = store_next(s, ST_grants_of))
		list = fact_add(list, count, store_integer(s, ST_grants_of, 0),
		    (enum role)store_integer(s, ST_grants_of, 1),
		    store_text(s, ST_grants_of, 2));
	return list;
}

static struct fact *
facts_wanted(const struct connection *c, const struct identity *id,
    size_t *count)
{
	struct group_result	*results;
	struct group		*g;
	struct fact		*list = NULL;
	size_t			 i, n;

	*count = 0;
	n = groupmap_match(c->organization->settings, &id->groups, &results);
	for (i = 0; i < n; i++) {
		g = directory_group(state.directory, c->organization,
		    results[i].group);
		if (g != NULL && g->id != 0)
			list = fact_add(list, count, g->id, results[i].role,
			    results[i].value);
	}
	free(results);
	if (*count > 1 &&
	    heapsort(list, *count, sizeof(*list), by_group_and_value) == -1)
		fatal("grants");
	return list;
}

/* Both lists are sorted alike: take what only one of them has. */
static bool
facts_replace(int64_t row, const struct fact *have, size_t have_count,
    const struct fact *want, size_t want_count)
{
	struct store	*s = state.store;
	size_t		 h = 0, w = 0;
	bool		 changed = false;
	int		 order;

	while (h < have_count || w < want_count) {
		order = h == have_count ? 1 : w == want_count ? -1 :
		    by_group_and_value(&have[h], &want[w]);
		if (order < 0) {
			store_run(s, ST_grant_remove, v_int(row),
			    v_int(have[h].group), v_int(GRANT_LOGIN),
			    v_text(have[h].value));
			changed = true;
		} else if (order > 0 || have[h].role != want[w].role) {
			store_run(s, ST_grant_add, v_int(row),
			    v_int(want[w].group), v_int(GRANT_LOGIN),
			    v_text(want[w].value), v_int(want[w].role));
			changed = true;
		}
		h += order <= 0;
		w += order >= 0;
	}
	return changed;
}

/*
 * The results of this login replace those of the one before; manual
 * grants stay.  "Too many groups" keeps what was.
 */
static void
login_groups(const struct connection *c, const struct found *f,
    const struct identity *id, const struct request *request)
{
	struct fact	*have, *want;
	size_t		 have_count, want_count;

	if (id->groups_overage)
		return;
	have = facts_stored(c, f->row, &have_count);
	want = facts_wanted(c, id, &want_count);
	if (facts_replace(f->row, have, have_count, want, want_count))
		tell("resource_group.change_role", c, f, request, "source",
		    "login map");
	facts_free(have, have_count);
	facts_free(want, want_count);
}

/* The values that count at the next overage; kept only with a role map. */
static void
login_values(const struct member_change *m, const struct connection *c,
    const struct found *f, const struct identity *id, struct writer *w)
{
	struct store	*s = state.store;
	struct bytes	 b;

	wire_init(w, LIMIT_LOGIN_MESSAGE);
	if (c->organization->settings->role_line_count == 0)
		return;
	if (!id->roles_overage) {
		wire_put_strings(w, &id->roles);
		return;
	}
	if (m->member && store_run(s, ST_membership,
	    v_int(c->organization->id), v_int(f->row)) == STEP_ROW) {
		b = store_blob(s, ST_membership, 2);
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
	struct writer	 w;
	int64_t		 org = c->organization->id, now = store_now(s);

	/* From here on the role says whether he is an admin. */
	store_run(s, ST_user_was_admin, v_int(f->row), v_int(0));
	login_values(m, c, f, id, &w);
	if (!m->member)
		store_run(s, ST_membership_add, v_int(org), v_int(f->row),
		    v_int(m->role), v_int(m->source), v_int(now), v_int(c->id),
		    v_blob(w.data, w.len));
	else
		store_run(s, ST_membership_login, v_int(org), v_int(f->row),
		    v_int(now), v_int(c->id), v_blob(w.data, w.len));
	wire_free(&w);
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
