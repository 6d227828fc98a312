/*
 * Organization roles as SCIM changes them.  In policy; what it reads also
 * in reader.  Must never give admin by a line that is not elevated, nor
 * keep a role that the map gives no more.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

/* --- what the role map looks at ---------------------------------------- */

static void
add(struct scim_pool *pool, struct strings *list, const char *text)
{
	strings_add(list, scim_pool_string(pool, text, strlen(text)));
}

/* The values of the attribute roles in a resource as it is stored. */
static void
add_roles(struct scim_pool *pool, struct bytes stored, struct strings *roles)
{
	struct scim_value	 v;
	struct scim_field	*f;
	const char		*text;
	size_t			 i;

	memset(&v, 0, sizeof(v));
	if (!scim_resource_get(stored, pool, SCIM_RESOURCE_USER, &v)) {
		log_warnx("store: what SCIM wrote of a User is malformed");
		return;
	}
	f = scim_field(&v, SCIM_roles);
	for (i = 0; f != NULL && i < f->count; i++) {
		text = scim_own_text(&f->values[i], SCIM_roles_value);
		if (text[0] != '\0')
			add(pool, roles, text);
	}
}

bool
member_scim_values(struct store *s, int64_t organization, int64_t row,
    struct scim_pool *pool, struct strings *groups, struct strings *roles)
{
	enum step	 step;

	memset(groups, 0, sizeof(*groups));
	memset(roles, 0, sizeof(*roles));
	for (step = store_run(s, ST_scim_group_names, v_int(row),
	    v_int(organization)); step == STEP_ROW;
	    step = store_next(s, ST_scim_group_names))
		add(pool, groups, store_text(s, ST_scim_group_names, 0));
	for (step = store_run(s, ST_scim_stored, v_int(row),
	    v_int(organization)); step == STEP_ROW;
	    step = store_next(s, ST_scim_stored))
		add_roles(pool, store_blob(s, ST_scim_stored, 0), roles);
	return !store_failed(s);
}

bool
member_inputs(struct member_inputs *m, const struct organization *o,
    int64_t row, const struct strings *login)
{
	const struct policy_organization	*po = o->settings;

	memset(m, 0, sizeof(*m));
	m->in.of[ROLE_LINE_VALUE] = login;
	m->in.of[ROLE_LINE_GROUP] = &m->groups;
	m->in.of[ROLE_LINE_SCIM_ROLE] = &m->roles;
	if (row == 0 || !(rolemap_has(po, ROLE_LINE_GROUP) ||
	    rolemap_has(po, ROLE_LINE_SCIM_ROLE)))
		return true;
	m->pool = scim_pool_new();
	return member_scim_values(state.store, o->id, row, m->pool,
	    &m->groups, &m->roles);
}

void
member_inputs_free(struct member_inputs *m)
{
	strings_free(&m->groups);
	strings_free(&m->roles);
	scim_pool_free(m->pool);
	m->pool = NULL;
}

/* --- giving it --------------------------------------------------------- */

/* Somebody whose role is looked at. */
struct grade {
	int64_t			 row;
	const struct organization *organization;
	const char		*by;
	bool			 member;
	enum role		 before;
	enum role_source	 source_before;
	enum role		 role;
	enum role_source	 source;
	char			 account[ACCOUNT_ID + 1];
	char			 name[LIMIT_NAME + 1];
};

/* Whether memory has him, or will have with this turn. */
static bool
in_memory(int64_t row)
{
	const struct effect	*e = state.effects.list;
	size_t			 i;

	if (session_person(&state.sessions, row) != NULL)
		return true;
	for (i = 0; i < state.effects.count; i++)
		if (e[i].type == EFFECT_ADD && e[i].account->row == row)
			return true;
	return false;
}

bool
member_fresh(const struct session *s)
{
	struct account	*a;

	if (s->person->account->epoch == grants_epoch)
		return true;
	a = account_load(state.store, state.directory, s->person->row);
	if (a == NULL)
		return false;
	/* What another request of this turn wrote is not sure yet. */
	if (store_in_transaction(state.store))
		a->epoch--;
	session_account(&state.sessions, a);
	return true;
}

bool
member_renew(int64_t row)
{
	struct account	*a;

	if (!in_memory(row))
		return !store_failed(state.store);
	if ((a = account_load(state.store, state.directory, row)) == NULL)
		return false;
	effect_account(&state.effects, a);
	return true;
}

static void
next_epoch(void *unused, uint64_t number)
{
	(void)unused;
	(void)number;
	grants_epoch++;
}

void
member_renew_all(void)
{
	effect_call(&state.effects, next_epoch, NULL, 0);
}

static void
tell(const struct grade *g, const char *type)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = g->organization->name;
	e.account = g->account;
	e.name = g->name;
	e.by = g->by;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "role", g->role == ROLE_NONE ?
	    "none" : role_name(g->role));
	record_string(&state.audit.record, "source",
	    role_source_name(g->source));
	audit_end(&state.audit, state.store, type);
}

/*
 * Who it is; whether SCIM made him for this organization, so that a role is
 * enough to make him a member.
 */
static bool
provisioned(struct grade *g)
{
	struct store	*s = state.store;
	bool		 is = false;

	if (store_run(s, ST_scim_account, v_int(g->row)) == STEP_ROW) {
		strlcpy(g->account, store_text(s, ST_scim_account, 0),
		    sizeof(g->account));
		strlcpy(g->name, store_text(s, ST_scim_account, 1),
		    sizeof(g->name));
		is = store_integer(s, ST_scim_account, 2) != ACCOUNT_DELETED &&
		    store_integer(s, ST_scim_account, 3) ==
		    g->organization->id &&
		    store_integer(s, ST_scim_account, 4) != 0;
	}
	store_end(s, ST_scim_account);
	return is;
}

/* The values that his last login brought; the membership's row is there. */
static struct strings
login_values(void)
{
	struct strings	 values = { 0, NULL };
	struct reader	 r;
	struct bytes	 b = store_blob(state.store, ST_membership, 2);

	if (b.len > 0) {
		wire_read(&r, b.data, b.len);
		values = wire_get_strings(&r, LIMIT_VALUES, LIMIT_VALUE);
	}
	return values;
}

bool
member_is_admin(int64_t row, const struct organization *o, bool *admin)
{
	struct store		*s = state.store;
	struct role_inputs	 in;
	struct strings		 values;
	enum step		 step;

	*admin = false;
	step = store_run(s, ST_membership, v_int(o->id), v_int(row));
	if (step == STEP_ROW) {
		memset(&in, 0, sizeof(in));
		values = login_values();
		in.of[ROLE_LINE_VALUE] = &values;
		*admin = store_integer(s, ST_membership, 0) == ROLE_ADMIN ||
		    rolemap_match(o->settings, &in) == ROLE_ADMIN;
		strings_free(&values);
	}
	store_end(s, ST_membership);
	return step != STEP_FAILED;
}

/* What the map gives now; the membership's row is there, or there is none. */
static bool
decide(struct grade *g)
{
	const struct policy_organization	*po;
	struct member_inputs	 inputs;
	struct role_before	 before;
	struct strings		 values = { 0, NULL };
	bool			 ok;

	po = g->organization->settings;
	if (g->member)
		values = login_values();
	before.member = g->member;
	before.role = g->before;
	before.source = g->source_before;
	before.values = &values;
	ok = member_inputs(&inputs, g->organization, g->row, &values);
	if (ok && !rolemap_login(po, &before, &inputs.in, false, &g->role,
	    &g->source)) {
		g->role = ROLE_NONE;
		g->source = ROLE_SOURCE_DEFAULT;
	}
	member_inputs_free(&inputs);
	strings_free(&values);
	return ok;
}

static void
change(struct grade *g)
{
	struct store	*s = state.store;

	if (g->role == g->before && g->source == g->source_before)
		return;
	/* The provider's withdrawal counts at once, whatever else. */
	if (g->role == ROLE_NONE)
		member_stamps_end(g->row, g->organization);
	store_run(s, ST_membership_role, v_int(g->organization->id),
	    v_int(g->row), v_int(g->role), v_int(g->source));
	if (g->role == g->before)
		return;
	/* What was given by hand can't be seen in the map any more. */
	if (g->before == ROLE_ADMIN &&
	    g->source_before == ROLE_SOURCE_MANUAL)
		store_run(s, ST_user_was_admin, v_int(g->row), v_int(1));
	provisioned(g);		/* for his name */
	tell(g, "org.change_role");
}

static void
join(struct grade *g)
{
	struct store	*s = state.store;

	if (g->role == ROLE_NONE)
		return;
	store_run(s, ST_membership_made, v_int(g->organization->id),
	    v_int(g->row), v_int(g->role), v_int(g->source),
	    v_int(store_now(s)));
	tell(g, "org.add_user");
}

/* What changed maps say of a member; what was given by hand stays. */
static bool
look_again(struct grade *g)
{
	const struct policy_organization	*po;
	struct store	*s = state.store;
	enum step	 step;
	bool		 ok = true;

	po = g->organization->settings;
	step = store_run(s, ST_membership, v_int(g->organization->id),
	    v_int(g->row));
	g->member = step == STEP_ROW;
	if (g->member) {
		g->role = g->before =
		    (enum role)store_integer(s, ST_membership, 0);
		g->source = g->source_before =
		    (enum role_source)store_integer(s, ST_membership, 1);
		if (g->source_before != ROLE_SOURCE_MANUAL &&
		    po->role_line_count > 0)
			ok = decide(g);
	}
	store_end(s, ST_membership);
	return ok && !store_failed(s);
}

bool
member_mapped(int64_t row, const struct organization *o, enum role *role)
{
	struct grade	 g = { .row = row, .organization = o };

	if (!look_again(&g))
		return false;
	*role = g.role;
	return true;
}

bool
member_remap(int64_t row, const struct organization *o, const char *by)
{
	struct grade	 g = { .row = row, .organization = o, .by = by };

	if (!look_again(&g))
		return false;
	if (g.member)
		change(&g);
	return !store_failed(state.store);
}

enum verdict
member_regrade(int64_t row, struct organization *o, const char *by)
{
	const struct policy_organization	*po = o->settings;
	struct store	*s = state.store;
	struct grade	 g = { .row = row, .organization = o, .by = by };
	enum step	 step;
	bool		 ok = true;

	if (po == NULL)
		return VERDICT_ok;
	step = store_run(s, ST_membership, v_int(o->id), v_int(row));
	g.member = step == STEP_ROW;
	if (g.member) {
		g.before = (enum role)store_integer(s, ST_membership, 0);
		g.source_before =
		    (enum role_source)store_integer(s, ST_membership, 1);
		/* A map that SCIM has no say in is the login's alone. */
		if (rolemap_has(po, ROLE_LINE_GROUP) ||
		    rolemap_has(po, ROLE_LINE_SCIM_ROLE)) {
			ok = decide(&g);
			store_end(s, ST_membership);
			if (ok)
				change(&g);
		}
	} else if (step == STEP_DONE && po->mode == MODE_MANAGED &&
	    provisioned(&g)) {
		if ((ok = decide(&g)))
			join(&g);
	}
	store_end(s, ST_membership);
	return ok && member_renew(row) && !store_failed(s) ? VERDICT_ok :
	    VERDICT_unavailable;
}
