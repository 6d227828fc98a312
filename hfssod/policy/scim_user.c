/*
 * SCIM Users of managed organizations: read, PUT, PATCH and DELETE.  In
 * policy.  Must never show or change an account that belongs to another
 * connection than the token, nor write before the sessions that end are
 * among the turn's effects.
 */
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/brake.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user_parts.h"
#include "hfssod/policy/state.h"

/* --- reading ------------------------------------------------------------ */

bool
user_take(struct scim *s, enum statement st, struct user *u)
{
	struct store	*store = s->store;
	const char	*name;
	bool		 ok;

	memset(u, 0, sizeof(*u));
	u->row = store_integer(store, st, USER_ROW);
	u->state = (enum account_state)store_integer(store, st, USER_STATE);
	u->created = store_integer(store, st, USER_CREATED);
	u->version = store_integer(store, st, USER_VERSION);
	name = store_text(store, st, USER_COLUMNS);
	u->name = scim_pool_string(s->pool, name, strlen(name));
	u->linked = store_integer(store, st, USER_COLUMNS + 1);
	u->ended = store_integer(store, st, USER_COLUMNS + 2);
	u->was_admin = store_integer(store, st, USER_COLUMNS + 4) != 0;
	ok = scim_user_row(s, st, &u->value);
	store_end(store, st);
	if (!ok)
		return false;
	u->id = scim_text(&u->value, SCIM_id);
	s->name = scim_text(&u->value, SCIM_userName);
	profile_take(s, &u->value, &u->was);
	s->detail[0] = '\0';
	return true;
}

void
user_free(struct user *u)
{
	profile_free(&u->was);
}

/* ok, scim_not_found, unavailable; internal if what is stored is no User. */
static enum verdict
find(struct scim *s, const char *id, struct user *u)
{
	enum step	 step;

	memset(u, 0, sizeof(*u));
	step = store_run(s->store, ST_user, v_text(id),
	    v_int(s->connection));
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_scim_not_found :
		    VERDICT_unavailable;
	return user_take(s, ST_user, u) ? VERDICT_ok : VERDICT_internal;
}

/* The row that the statement is at, as an answer. */
static bool
show(struct scim *s, enum statement st, struct scim_answer *a)
{
	int64_t	 row = store_integer(s->store, st, USER_ROW);
	bool	 ok;

	a->version = store_integer(s->store, st, USER_VERSION);
	ok = scim_user_row(s, st, &a->value);
	store_end(s->store, st);
	return ok && scim_user_groups(s, row, &a->value);
}

bool
scim_user_show(struct scim *s, const char *id, struct scim_answer *a)
{
	if (s->basic)
		return scim_basic_show(s, id, a);
	return store_run(s->store, ST_user, v_text(id),
	    v_int(s->connection)) == STEP_ROW && show(s, ST_user, a);
}

bool
scim_user_me(struct scim *s, int64_t row, struct scim_answer *a)
{
	if (s->basic)
		return scim_basic_me(s, row, a);
	return store_run(s->store, ST_user_row, v_int(row),
	    v_int(s->organization)) == STEP_ROW && show(s, ST_user_row, a);
}

bool
user_answer(struct scim *s, struct scim_value *v, int64_t row,
    const struct profile_facts *facts, struct scim_answer *a)
{
	profile_dress(s, v, facts);
	a->value = *v;
	a->version = facts->version;
	return scim_user_groups(s, row, &a->value);
}

/* --- changing ----------------------------------------------------------- */

/* What is to become of an account, decided before anything is written. */
struct change {
	struct scim		*scim;
	struct user		*user;
	const struct profile	*now;
	enum account_state	 to;
	bool			 withdraw;	/* he may sign in no more */
	bool			 back;		/* he may again */
	bool			 unlink;	/* another externalId */
};

static bool
differ(const char *a, const char *b)
{
	return strcmp(a, b) != 0;
}

enum verdict
user_check_name(struct scim *s, const struct profile *p)
{
	const char	*fault;

	if (!s->at->settings->username_strict ||
	    (fault = profile_username_fault(p->username)) == NULL)
		return VERDICT_ok;
	return scim_refuse(s, VERDICT_scim_invalid_value,
	    "userName is no account name: %s.", fault);
}

/* Nor may a change make a userName of what is another's account name. */
static enum verdict
check_rename(struct change *c)
{
	struct scim	*s = c->scim;
	const char	*why;
	enum verdict	 v;

	if (!differ(c->user->was.username, c->now->username))
		return VERDICT_ok;
	if ((v = user_check_name(s, c->now)) != VERDICT_ok ||
	    !s->at->settings->username_strict)
		return v;
	v = jit_name_allowed(c->now->username, c->user->row, &why);
	return v == VERDICT_taken ? scim_refuse(s, VERDICT_scim_uniqueness,
	    "userName is taken or reserved as an account name.") : v;
}

/*
 * Whether a login would take him for another than before: what a login is
 * matched by changes.
 */
static bool
matched_by_another(const struct change *c)
{
	const struct profile	*was = &c->user->was, *now = c->now;
	enum scim_match		 match = c->scim->of->settings->scim_match;

	if (differ(was->external, now->external))
		return true;
	if (c->user->linked != 0 || now->external[0] != '\0')
		return false;
	return (match == SCIM_MATCH_USERNAME &&
	    differ(was->username_folded, now->username_folded)) ||
	    (match == SCIM_MATCH_EMAIL &&
	    differ(was->email_folded, now->email_folded));
}

/* A token must not hand an admin's account to somebody else. */
static enum verdict
check_admin(const struct change *c)
{
	struct scim	*s = c->scim;
	bool		 admin;

	if (!matched_by_another(c) || (s->token.rights & RIGHT_RELINK))
		return VERDICT_ok;
	if (!member_is_admin(c->user->row, s->at, &admin))
		return VERDICT_unavailable;
	/* Nor one that it has deleted and brought back. */
	admin = admin || c->user->was_admin;
	return !admin ? VERDICT_ok : scim_refuse(s, VERDICT_scim_mutability,
	    "What identifies an admin at sign-in is changed only by a token "
	    "with the right relink.");
}

/* Whether another externalId parts him from an identity that he has. */
static bool
check_unlink(struct change *c)
{
	struct scim	*s = c->scim;
	enum step	 step;

	if (c->user->linked == 0 ||
	    !differ(c->user->was.external, c->now->external))
		return true;
	step = store_run(s->store, ST_identity_of, v_int(c->user->row),
	    v_int(s->connection));
	if (step == STEP_ROW)
		c->unlink = differ(store_text(s->store, ST_identity_of, 1),
		    c->now->external);
	store_end(s->store, ST_identity_of);
	return step != STEP_FAILED;
}

static enum verdict
decide(struct change *c)
{
	enum verdict	 v;

	c->to = c->now->active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED;
	c->withdraw = c->user->state == ACCOUNT_ACTIVE &&
	    c->to != ACCOUNT_ACTIVE;
	c->back = c->user->state != ACCOUNT_ACTIVE && c->to == ACCOUNT_ACTIVE;
	if ((v = check_rename(c)) != VERDICT_ok ||
	    (v = check_admin(c)) != VERDICT_ok)
		return v;
	return check_unlink(c) ? VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
taken(struct scim *s, const char *what)
{
	return scim_refuse(s, VERDICT_scim_uniqueness, "%s is taken.", what);
}

/* The columns that have an index, each only if it changes. */
static enum verdict
write_columns(struct change *c)
{
	const struct profile	*was = &c->user->was, *now = c->now;
	struct store		*s = c->scim->store;
	int64_t			 row = c->user->row;

	if (differ(was->username, now->username) && store_run(s,
	    ST_user_username, v_int(row), v_text(now->username),
	    v_text(now->username_folded)) == STEP_CONFLICT)
		return taken(c->scim, "userName");
	if (differ(was->external, now->external) && store_run(s,
	    ST_user_set_external, v_int(row),
	    v_text_or_null(now->external)) == STEP_CONFLICT)
		return taken(c->scim, "externalId");
	if (differ(was->email, now->email))
		store_run(s, ST_user_email, v_int(row), v_text(now->email),
		    v_text_or_null(now->email_folded));
	if (differ(was->display, now->display))
		store_run(s, ST_user_display, v_int(row),
		    v_text(now->display), v_text(now->display_folded));
	return VERDICT_ok;
}

static enum verdict
write_rest(struct change *c, const struct scim_value *v, int64_t version)
{
	const struct profile	*was = &c->user->was, *now = c->now;
	struct scim		*s = c->scim;
	int64_t			 row = c->user->row;
	bool			 body;

	/* A deleted one's names count again from here on. */
	if (c->to != c->user->state && store_run(s->store, ST_user_state,
	    v_int(row), v_int(c->to), v_int(c->withdraw ? s->now :
	    c->back ? 0 : c->user->ended), v_int(version), v_int(s->now)) ==
	    STEP_CONFLICT)
		return taken(s, "userName or externalId");
	body = was->body.len != now->body.len ||
	    memcmp(was->body.data, now->body.data, now->body.len) != 0;
	if (body || c->to == c->user->state)
		store_run(s->store, ST_user_body, v_int(row), body ?
		    v_blob(now->body.data, now->body.len) : v_blob(NULL, 0),
		    v_text(now->given), v_text(now->family), v_int(version),
		    v_int(s->now));
	if (body && (profile_email_count(v) > 1 ||
	    profile_email_count(&c->user->value) > 1))
		user_emails(s->store, row, v, true);
	if (c->unlink) {
		user_drop_identities(row, s->of);
		store_run(s->store, ST_user_linked, v_int(row), v_int(0));
		scim_tell(s, "hfsso.unlink", c->user->id, c->user->name,
		    "subject", was->external);
	}
	return VERDICT_ok;
}

/* Role and memory follow. */
static enum verdict
follow(struct change *c, const struct scim_value *v)
{
	const struct policy_organization	*po;
	const struct profile	*was = &c->user->was;
	struct scim		*s = c->scim;
	bool			 shown;

	po = s->at->settings;
	if (c->user->state == ACCOUNT_DELETED)
		return user_join(s->at, c->user->row,
		    scim_field(v, SCIM_roles) != NULL, s->now, s->by);
	if (rolemap_has(po, ROLE_LINE_SCIM_ROLE) ||
	    (c->back && rolemap_has(po, ROLE_LINE_GROUP)))
		return member_regrade(c->user->row, s->at, s->by);
	shown = differ(was->email, c->now->email) ||
	    differ(was->display, c->now->display);
	return !shown || c->withdraw || member_renew(c->user->row) ?
	    VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
write_change(struct change *c, const struct scim_value *v, const char *type)
{
	struct scim	*s = c->scim;
	enum verdict	 verdict;

	/* Revocations before the first write: effect.h. */
	if (c->withdraw || c->unlink)
		member_sessions_end(c->user->row, NULL);
	if ((c->withdraw && (verdict = brake_count(s, true)) != VERDICT_ok) ||
	    (verdict = write_columns(c)) != VERDICT_ok ||
	    (verdict = write_rest(c, v, c->user->version + 1)) != VERDICT_ok)
		return verdict;
	if (type == NULL)
		type = c->withdraw ? "hfsso.account_deactivate" :
		    c->back ? "hfsso.account_reactivate" :
		    "hfsso.account_update";
	scim_tell(s, type, c->user->id, c->user->name, "changed", s->changed);
	if ((verdict = follow(c, v)) != VERDICT_ok)
		return verdict;
	return store_failed(s->store) ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
user_change(struct scim *s, struct user *u, struct scim_value *v,
    const char *type, struct scim_answer *a)
{
	struct profile_facts	 facts = { u->id, true, u->created, s->now,
				    u->version + 1 };
	struct profile		 now;
	struct change		 c = { s, u, &now, u->state, false, false,
				    false };
	enum verdict		 verdict;

	verdict = profile_take(s, v, &now);
	if (verdict == VERDICT_ok && u->state != ACCOUNT_DELETED &&
	    profile_equal(&u->was, &now)) {
		profile_free(&now);
		a->value = u->value;
		a->version = u->version;
		return scim_user_groups(s, u->row, &a->value) ? VERDICT_ok :
		    VERDICT_unavailable;
	}
	scim_difference(SCIM_RESOURCE_USER, &u->value, v, s->changed,
	    sizeof(s->changed));
	if (verdict == VERDICT_ok)
		verdict = decide(&c);
	if (verdict == VERDICT_ok)
		verdict = write_change(&c, v, type);
	facts.active = now.active;
	profile_free(&now);
	if (verdict == VERDICT_ok && !user_answer(s, v, u->row, &facts, a))
		verdict = VERDICT_unavailable;
	s->name = scim_text(v, SCIM_userName);
	return verdict;
}

/* --- requests ----------------------------------------------------------- */

enum verdict
user_because(struct scim *s, enum verdict v, const struct scim_why *why)
{
	if (v != VERDICT_ok && why->text[0] != '\0')
		scim_refuse(s, v, "%s", why->text);
	return v;
}

enum verdict
user_apply(struct scim *s, const struct scim_write *w, struct scim_value *v)
{
	struct scim_why	 why = { "" };
	enum verdict	 verdict = VERDICT_ok;
	size_t		 i, work = 0;

	if (w->method == SCIM_PUT)
		verdict = scim_replace(s->pool, SCIM_RESOURCE_USER, v,
		    &w->value, s->token.profile, &why);
	for (i = 0; w->method == SCIM_PATCH && verdict == VERDICT_ok &&
	    i < w->operation_count; i++) {
		work += scim_patch_work(v, &w->operations[i]);
		verdict = work > LIMIT_SCIM_WORK ? VERDICT_scim_too_large :
		    scim_patch(s->pool, SCIM_RESOURCE_USER, v,
		    &w->operations[i], s->token.profile, &why);
	}
	if (verdict == VERDICT_ok)
		verdict = scim_check(s->pool, SCIM_RESOURCE_USER, v, &why);
	return user_because(s, verdict, &why);
}

/* active stays when it is not said, or taken away. */
static void
keep_active(struct scim *s, struct scim_value *v, const struct user *u)
{
	struct scim_field	*f = scim_field_make(s->pool, v, SCIM_active);

	if (f->count == 0)
		scim_field_add(s->pool, f)->truth = u->was.active;
}

static enum verdict
put_or_patch(struct scim *s, const struct scim_write *w, struct user *u,
    struct scim_answer *a)
{
	struct scim_value	 v;
	enum verdict		 verdict;

	scim_value_copy(s->pool, &v, &u->value);
	if ((verdict = user_apply(s, w, &v)) != VERDICT_ok)
		return verdict;
	keep_active(s, &v, u);
	return user_change(s, u, &v, NULL, a);
}

static enum verdict
delete(struct scim *s, const struct user *u)
{
	enum verdict	 v;

	member_sessions_end(u->row, NULL);
	v = brake_count(s, u->state == ACCOUNT_ACTIVE);
	if (v != VERDICT_ok)
		return v;
	user_remove(u->row, s->at, s->now, u->version + 1);
	scim_tell(s, "org.remove_user", u->id, u->name, "userName",
	    u->was.username);
	return store_failed(s->store) ? VERDICT_unavailable : VERDICT_ok;
}

/* --- when the store can't be read --------------------------------------- */

static bool
says_inactive(const struct scim_value *v)
{
	const struct scim_field	*f = scim_field(v, SCIM_active);

	return f != NULL && f->count > 0 && !f->values[0].truth;
}

/* Whether the request takes somebody's access away, as far as it says. */
static bool
withdraws(const struct scim_write *w)
{
	size_t	 i;

	if (w->method == SCIM_DELETE)
		return true;
	if (w->method == SCIM_PUT)
		return says_inactive(&w->value);
	for (i = 0; w->method == SCIM_PATCH && i < w->operation_count; i++)
		if (says_inactive(&w->operations[i].value))
			return true;
	return false;
}

static bool
signed_in_by(const struct person *p, const struct connection *c)
{
	const struct session	*t;
	size_t			 i;

	for (t = p->sessions; t != NULL; t = t->next)
		for (i = 0; i < t->stamp_count; i++)
			if (t->stamps[i].connection == c)
				return true;
	return false;
}

/*
 * Without a store to look him up, memory knows him if he has a session;
 * and a revocation may not wait.
 */
static void
withdraw_in_memory(struct scim *s, const struct scim_write *w)
{
	struct person	*p;
	size_t		 i;

	for (i = 0; i < state.sessions.persons.size; i++) {
		p = state.sessions.persons.slots[i];
		if (p != NULL && strcmp(p->account->id, w->id) == 0 &&
		    signed_in_by(p, s->of)) {
			member_sessions_end(p->row, NULL);
			return;
		}
	}
}

enum verdict
scim_user_write(struct scim *s, const struct scim_write *w,
    struct scim_answer *a)
{
	struct user	 u;
	enum verdict	 v;

	if (w->method == SCIM_CREATE)
		return user_create(s, w, a);
	v = find(s, w->id, &u);
	if (v == VERDICT_unavailable && withdraws(w))
		withdraw_in_memory(s, w);
	if (v == VERDICT_ok)
		v = scim_conditions(s, w, u.version);
	if (v == VERDICT_ok)
		v = w->method == SCIM_DELETE ? delete(s, &u) :
		    put_or_patch(s, w, &u, a);
	user_free(&u);
	return v;
}
