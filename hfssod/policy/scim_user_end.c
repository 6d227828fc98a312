/*
 * Beginning and end of Users: what SCIM and hfssoctl have in common.  In
 * policy.  Must never leave a session, a grant or a membership to somebody
 * who was deleted.
 */
#include <string.h>

#include "common/limits.h"
#include "common/record.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_basic.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user_parts.h"
#include "hfssod/policy/state.h"

/* --- parts --------------------------------------------------------------- */

struct emails {
	struct store	*store;
	int64_t		 row;
};

static void
email_add(void *with, const char *folded)
{
	struct emails	*e = with;

	store_run(e->store, ST_user_emails_add, v_text(folded),
	    v_int(e->row));
}

void
user_emails(struct store *s, int64_t row, const struct scim_value *v,
    bool before)
{
	struct emails	 e = { s, row };

	if (before)
		store_run(s, ST_user_emails_remove, v_int(row));
	profile_emails(&e, v, email_add);
}

void
user_drop_identities(int64_t row, const struct connection *c)
{
	store_run(state.store, ST_identity_checks_remove, v_int(row),
	    v_int(c->id));
	store_run(state.store, ST_identities_remove, v_int(row),
	    v_int(c->id));
}

void
user_remove(int64_t row, const struct organization *o, int64_t now,
    int64_t version)
{
	struct store	*s = state.store;
	bool		 admin;

	if (member_is_admin(row, o, &admin) && admin)
		store_run(s, ST_user_was_admin, v_int(row), v_int(1));
	store_run(s, ST_user_state, v_int(row), v_int(ACCOUNT_DELETED),
	    v_int(now), v_int(version), v_int(now));
	store_run(s, ST_user_grants_remove, v_int(row));
	store_run(s, ST_identity_checks_remove, v_int(row), v_int(0));
	store_run(s, ST_membership_remove, v_int(o->id), v_int(row));
	member_leave_groups(row, MEMBER_ACCOUNT);
}

enum verdict
user_join(struct organization *o, int64_t row, bool roles, int64_t now,
    const char *by)
{
	const struct policy_organization	*po = o->settings;

	if (roles && rolemap_has(po, ROLE_LINE_SCIM_ROLE))
		return member_regrade(row, o, by);
	if (po->default_role != ROLE_NONE)
		store_run(state.store, ST_membership_made, v_int(o->id),
		    v_int(row), v_int(po->default_role),
		    v_int(ROLE_SOURCE_DEFAULT), v_int(now));
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}

/* --- hfssoctl ------------------------------------------------------------ */

/* An account of the organization. */
struct owned {
	int64_t			 row;
	struct organization	*organization;
	const char		*by;
	enum account_state	 state;
	int64_t			 version;
	int64_t			 ended;
	int64_t			 connection;	/* row: whose User; or 0 */
	bool			 provisioned;	/* not made at a sign-in */
	int64_t			 now;
	char			 account[ACCOUNT_ID + 1];
	char			 name[LIMIT_NAME + 1];
};

static enum verdict
find(struct owned *u, int64_t row, const struct organization *o,
    const char *by)
{
	struct store	*s = state.store;
	enum statement	 st = ST_user_row;
	enum step	 step;

	memset(u, 0, sizeof(*u));
	u->row = row;
	u->by = by;
	u->now = store_now(s);
	u->organization = directory_organization_id(state.directory, o->id);
	step = store_run(s, st, v_int(row), v_int(o->id));
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_no_member_named :
		    VERDICT_unavailable;
	u->state = (enum account_state)store_integer(s, st, USER_STATE);
	u->version = store_integer(s, st, USER_VERSION) + 1;
	u->ended = store_integer(s, st, USER_COLUMNS + 2);
	u->connection = store_integer(s, st, USER_COLUMNS + 3);
	u->provisioned = store_blob(s, st, USER_SCIM).len > 0;
	strlcpy(u->account, store_text(s, st, USER_ID), sizeof(u->account));
	strlcpy(u->name, store_text(s, st, USER_COLUMNS), sizeof(u->name));
	store_end(s, st);
	return VERDICT_ok;
}

static void
tell(const struct owned *u, const char *type)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = u->organization->name;
	e.account = u->account;
	e.name = u->name;
	e.by = u->by;
	audit_begin(&state.audit, &e);
	audit_end(&state.audit, state.store, type);
}

static bool
is_basic(const struct organization *o)
{
	return o->settings != NULL && o->settings->mode == MODE_BASIC;
}

static enum verdict
done(void)
{
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
user_deactivate(int64_t row, const struct organization *o, const char *by)
{
	struct owned	 u;
	enum verdict	 v;

	if (is_basic(o))
		return basic_set_active(row, o, false, by);
	v = find(&u, row, o, by);
	/* Without a store to look at, a revocation may not wait. */
	if (v == VERDICT_unavailable)
		member_sessions_end(row, o);
	if (v != VERDICT_ok)
		return v;
	if (u.state != ACCOUNT_ACTIVE)
		return u.state == ACCOUNT_DELETED ? VERDICT_no_member_named :
		    VERDICT_already;
	member_sessions_end(row, NULL);
	store_run(state.store, ST_user_state, v_int(row),
	    v_int(ACCOUNT_DEACTIVATED), v_int(u.now), v_int(u.version),
	    v_int(u.now));
	tell(&u, "hfsso.account_deactivate");
	return done();
}

enum verdict
user_reactivate(int64_t row, const struct organization *o, const char *by)
{
	struct owned	 u;
	enum verdict	 v;

	if (is_basic(o))
		return basic_set_active(row, o, true, by);
	if ((v = find(&u, row, o, by)) != VERDICT_ok)
		return v;
	if (u.state != ACCOUNT_DEACTIVATED)
		return u.state == ACCOUNT_DELETED ? VERDICT_no_member_named :
		    VERDICT_already;
	store_run(state.store, ST_user_state, v_int(row),
	    v_int(ACCOUNT_ACTIVE), v_int(0), v_int(u.version), v_int(u.now));
	tell(&u, "hfsso.account_reactivate");
	return member_regrade(row, u.organization, by);
}

enum verdict
user_delete(int64_t row, const struct organization *o, const char *by)
{
	struct owned	 u;
	enum verdict	 v;

	if (is_basic(o))
		return basic_remove(row, o, by);
	v = find(&u, row, o, by);
	if (v == VERDICT_unavailable)
		member_sessions_end(row, o);
	if (v != VERDICT_ok)
		return v;
	if (u.state == ACCOUNT_DELETED)
		return VERDICT_already;
	member_sessions_end(row, NULL);
	user_remove(row, o, u.now, u.version);
	tell(&u, "org.remove_user");
	return done();
}

enum verdict
user_restore(int64_t row, const struct organization *o, const char *by)
{
	struct owned	 u;
	enum verdict	 v;

	if (is_basic(o))
		return VERDICT_no_member_named;
	if ((v = find(&u, row, o, by)) != VERDICT_ok)
		return v;
	if (u.state != ACCOUNT_DELETED)
		return VERDICT_already;
	if (o->settings != NULL &&
	    u.ended + o->settings->tombstone_keep <= u.now)
		return VERDICT_account_ended;
	if (store_run(state.store, ST_user_state, v_int(row),
	    v_int(ACCOUNT_ACTIVE), v_int(0), v_int(u.version), v_int(u.now)) ==
	    STEP_CONFLICT)
		return VERDICT_taken;
	tell(&u, "hfsso.account_restore");
	if (u.organization->settings == NULL)
		return done();
	return user_join(u.organization, row, u.provisioned, u.now, by);
}

enum verdict
user_unlink(int64_t row, const struct organization *o,
    const struct connection *only, const char *by)
{
	struct store		*s = state.store;
	struct connection	*c;
	struct owned		 u;
	enum verdict		 v;
	bool			 had = false;
	size_t			 next = 0;

	memset(&u, 0, sizeof(u));
	if (!is_basic(o) && (v = find(&u, row, o, by)) != VERDICT_ok)
		return v;
	if (is_basic(o))
		basic_named(row, u.account, u.name);
	u.by = by;
	u.organization = directory_organization_id(state.directory, o->id);
	while (!had && (c = directory_connections(state.directory, &next)) !=
	    NULL) {
		if (c->organization != o || (only != NULL && c != only))
			continue;
		had = store_run(s, ST_identity_of, v_int(row),
		    v_int(c->id)) == STEP_ROW;
		store_end(s, ST_identity_of);
	}
	if (!had)
		return store_failed(s) ? VERDICT_unavailable :
		    VERDICT_no_identity_named;
	member_stamps_end(row, o);
	for (next = 0; (c = directory_connections(state.directory, &next)) !=
	    NULL;)
		if (c->organization == o && (only == NULL || c == only))
			user_drop_identities(row, c);
	/* Linked he is to his own connection's subject. */
	if (is_basic(o))
		basic_unlinked(row, o);
	else if (only == NULL || only->id == u.connection)
		store_run(s, ST_user_linked, v_int(row), v_int(0));
	tell(&u, "hfsso.unlink");
	return done();
}
