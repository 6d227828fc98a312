/*
 * SCIM Users of basic organizations: invitations.  In policy.  Must never
 * change somebody's own account, nor say whether there is one.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/record.h"
#include "hfssod/policy/brake.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_basic.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user_parts.h"
#include "hfssod/policy/state.h"

/* An invitation as it is before a change. */
struct invitation {
	int64_t			 row;
	int64_t			 account;	/* row; 0: nobody yet */
	int64_t			 accepted;
	int64_t			 created;
	int64_t			 version;
	enum account_state	 state;
	char			 external[LIMIT_SUBJECT + 1];
	char			 username[LIMIT_VALUE + 1];
	char			 id[ACCOUNT_ID + 1];
};

/* The row that the statement is at; it goes on. */
static void
take(enum statement st, struct invitation *i)
{
	struct store	*s = state.store;

	memset(i, 0, sizeof(*i));
	i->row = store_integer(s, st, USER_ROW);
	i->account = store_integer(s, st, USER_COLUMNS);
	i->accepted = store_integer(s, st, USER_COLUMNS + 1);
	i->created = store_integer(s, st, USER_CREATED);
	i->version = store_integer(s, st, USER_VERSION);
	i->state = (enum account_state)store_integer(s, st, USER_STATE);
	strlcpy(i->external, store_text(s, st, USER_EXTERNAL),
	    sizeof(i->external));
	strlcpy(i->username, store_text(s, st, USER_USERNAME),
	    sizeof(i->username));
	strlcpy(i->id, store_text(s, st, USER_ID), sizeof(i->id));
}

/* With the resource in the pool; the statement ends. */
static bool
take_value(struct scim *s, enum statement st, struct invitation *i,
    struct scim_value *v)
{
	bool	 ok;

	take(st, i);
	ok = scim_user_row(s, st, v);
	store_end(s->store, st);
	s->name = scim_text(v, SCIM_userName);
	return ok;
}

static bool
show(struct scim *s, enum statement st, struct scim_answer *a)
{
	struct invitation	 i;

	if (!take_value(s, st, &i, &a->value))
		return false;
	a->version = i.version;
	return scim_user_groups(s, i.row, &a->value);
}

bool
scim_basic_show(struct scim *s, const char *id, struct scim_answer *a)
{
	return store_run(s->store, ST_invitation, v_text(id),
	    v_int(s->connection)) == STEP_ROW && show(s, ST_invitation, a);
}

bool
scim_basic_me(struct scim *s, int64_t row, struct scim_answer *a)
{
	return store_run(s->store, ST_invitation_of, v_int(row),
	    v_int(s->organization)) == STEP_ROW &&
	    show(s, ST_invitation_of, a);
}

/* --- what SCIM and hfssoctl have in common -------------------------------- */

static void
tell(const struct invitation *i, const struct organization *o,
    const char *by, const struct request *request, const char *type)
{
	struct audit_event	 e;
	char			 account[ACCOUNT_ID + 1] = "";
	char			 name[LIMIT_NAME + 1] = "";

	basic_named(i->account, account, name);
	memset(&e, 0, sizeof(e));
	e.organization = o->name;
	e.account = account;
	e.name = name;
	e.by = by;
	e.request = request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "invitation", i->id);
	record_string(&state.audit.record, "userName", i->username);
	audit_end(&state.audit, state.store, type);
}

/* His identities for the organization go, its invitation waits again. */
static void
unlink_identities(const struct invitation *i, const struct organization *o)
{
	struct connection	*c;
	size_t			 next = 0;

	while ((c = directory_connections(state.directory, &next)) != NULL)
		if (c->organization == o)
			user_drop_identities(i->account, c);
}

void
basic_named(int64_t row, char account[ACCOUNT_ID + 1],
    char name[LIMIT_NAME + 1])
{
	struct store	*s = state.store;

	if (store_run(s, ST_account, v_int(row)) == STEP_ROW) {
		strlcpy(account, store_text(s, ST_account, 1),
		    ACCOUNT_ID + 1);
		strlcpy(name, store_text(s, ST_account, 3), LIMIT_NAME + 1);
	}
	store_end(s, ST_account);
}

static enum verdict
find_of(int64_t row, const struct organization *o, struct invitation *i)
{
	enum step	 step;

	step = store_run(state.store, ST_invitation_of, v_int(row),
	    v_int(o->id));
	if (step == STEP_ROW)
		take(ST_invitation_of, i);
	store_end(state.store, ST_invitation_of);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_no_member_named : VERDICT_unavailable;
}

void
basic_unlinked(int64_t row, const struct organization *o)
{
	struct invitation	 i;

	if (find_of(row, o, &i) == VERDICT_ok)
		store_run(state.store, ST_invitation_accept, v_int(i.row),
		    v_int(i.account), v_int(0));
}

static enum verdict
set_state(const struct invitation *i, enum account_state to,
    const char *external)
{
	int64_t	 now = store_now(state.store);

	if (store_run(state.store, ST_invitation_change, v_int(i->row),
	    v_int(to), v_text_or_null(external), v_int(i->version + 1),
	    v_int(now)) == STEP_CONFLICT)
		return VERDICT_scim_uniqueness;
	return i->account == 0 || member_renew(i->account) ? VERDICT_ok :
	    VERDICT_unavailable;
}

static enum verdict
drop(const struct invitation *i, const struct organization *o)
{
	struct store	*s = state.store;

	member_leave_groups(i->row, MEMBER_INVITATION);
	store_run(s, ST_invitation_remove, v_int(i->row));
	if (i->account == 0)
		return VERDICT_ok;
	store_run(s, ST_membership_remove, v_int(o->id), v_int(i->account));
	store_run(s, ST_grants_remove_in, v_int(i->account), v_int(o->id));
	unlink_identities(i, o);
	return member_renew(i->account) ? VERDICT_ok : VERDICT_unavailable;
}

enum verdict
basic_set_active(int64_t row, const struct organization *o, bool active,
    const char *by)
{
	struct invitation	 i;
	enum account_state	 to;
	enum verdict		 v;

	if ((v = find_of(row, o, &i)) == VERDICT_unavailable && !active)
		member_stamps_end(row, o);
	if (v != VERDICT_ok)
		return v;
	to = active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED;
	if (i.state == to)
		return VERDICT_already;
	if (!active)
		member_stamps_end(row, o);
	if ((v = set_state(&i, to, i.external)) == VERDICT_ok)
		tell(&i, o, by, NULL, active ? "hfsso.account_reactivate" :
		    "hfsso.account_deactivate");
	return store_failed(state.store) ? VERDICT_unavailable : v;
}

enum verdict
basic_remove(int64_t row, const struct organization *o, const char *by)
{
	struct invitation	 i;
	enum verdict		 v;

	if ((v = find_of(row, o, &i)) == VERDICT_unavailable)
		member_stamps_end(row, o);
	if (v != VERDICT_ok)
		return v;
	member_stamps_end(row, o);
	if ((v = drop(&i, o)) == VERDICT_ok)
		tell(&i, o, by, NULL, "org.remove_user");
	return store_failed(state.store) ? VERDICT_unavailable : v;
}

/* --- POST ----------------------------------------------------------------- */

static enum verdict
taken(struct scim *s)
{
	return scim_refuse(s, VERDICT_scim_uniqueness,
	    "There is a User with this userName or externalId.");
}

/* The row of the hub's account with that name; 0: none. */
static int64_t
hub_account(const char *folded)
{
	struct store	*s = state.store;
	int64_t		 row = 0;

	if (store_run(s, ST_claim_name, v_text(folded)) == STEP_ROW)
		row = store_integer(s, ST_claim_name, 0);
	store_end(s, ST_claim_name);
	return row;
}

static void
email_add(void *row, const char *folded)
{
	store_run(state.store, ST_invitation_email_add, v_text(folded),
	    v_int(*(const int64_t *)row));
}

static enum verdict
invite(struct scim *s, const struct profile *p, struct scim_value *v,
    struct scim_answer *a)
{
	struct profile_facts	 facts;
	struct invitation	 i;
	struct value		 account;
	enum step		 step;

	memset(&i, 0, sizeof(i));
	jit_id(i.id);
	strlcpy(i.username, p->username, sizeof(i.username));
	i.account = hub_account(p->username_folded);
	account = i.account == 0 ? v_text_or_null("") : v_int(i.account);
	step = store_run(s->store, ST_invitation_add, v_text(i.id),
	    v_int(s->organization), v_int(s->connection), account,
	    v_int(p->active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED),
	    v_text(p->username), v_text(p->username_folded),
	    v_text_or_null(p->external), v_text(p->email),
	    v_text_or_null(p->email_folded), v_text(p->display),
	    v_text(p->display_folded), v_text(p->given), v_text(p->family),
	    v_blob(p->body.data, p->body.len), v_int(s->now));
	if (step != STEP_DONE)
		return step == STEP_CONFLICT ? taken(s) : VERDICT_unavailable;
	i.row = store_last_row(s->store);
	scim_difference(SCIM_RESOURCE_USER,
	    &(struct scim_value){ NULL, "", false }, v, s->changed,
	    sizeof(s->changed));
	profile_emails(&i.row, v, email_add);
	tell(&i, s->at, s->by, &s->where->request, "org.invite_user");
	facts = (struct profile_facts){ scim_pool_string(s->pool, i.id,
	    ACCOUNT_ID), p->active, s->now, s->now, 1 };
	profile_dress(s, v, &facts);
	a->value = *v;
	a->version = 1;
	return VERDICT_ok;
}

/* --- changing ------------------------------------------------------------- */

/* Another externalId: whoever signed in with the one before is parted. */
static enum verdict
part(struct scim *s, const struct invitation *i)
{
	bool		 admin;

	if (i->account == 0 || i->accepted == 0)
		return VERDICT_ok;
	if (!member_is_admin(i->account, s->at, &admin))
		return VERDICT_unavailable;
	if (admin && (s->token.rights & RIGHT_RELINK) == 0)
		return scim_refuse(s, VERDICT_scim_mutability,
		    "What identifies an admin at sign-in is changed only by a "
		    "token with the right relink.");
	member_stamps_end(i->account, s->at);
	unlink_identities(i, s->at);
	store_run(s->store, ST_invitation_accept, v_int(i->row),
	    v_int(i->account), v_int(0));
	tell(i, s->at, s->by, &s->where->request, "hfsso.unlink");
	return VERDICT_ok;
}

static enum verdict
change(struct scim *s, const struct invitation *i, bool active,
    const char *external)
{
	enum account_state	 to;
	enum verdict		 v = VERDICT_ok;
	const char		*type = "hfsso.account_update";

	to = active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED;
	if (i->state == ACCOUNT_ACTIVE && !active) {
		type = "hfsso.account_deactivate";
		/* Before the first write: effect.h. */
		if (i->account != 0)
			member_stamps_end(i->account, s->at);
		v = brake_count(s, true);
	} else if (i->state != to)
		type = "hfsso.account_reactivate";
	if (v == VERDICT_ok && strcmp(i->external, external) != 0)
		v = part(s, i);
	if (v == VERDICT_ok)
		v = set_state(i, to, external);
	if (v == VERDICT_scim_uniqueness)
		return taken(s);
	if (v == VERDICT_ok)
		tell(i, s->at, s->by, &s->where->request, type);
	return store_failed(s->store) ? VERDICT_unavailable : v;
}

static enum verdict
answer_with(struct scim *s, const struct invitation *i,
    struct scim_value *v, bool active, struct scim_answer *a)
{
	struct profile_facts	 facts = { scim_pool_string(s->pool, i->id,
				    strlen(i->id)), active, i->created,
				    s->now, i->version + 1 };

	return user_answer(s, v, i->row, &facts, a) ? VERDICT_ok :
	    VERDICT_unavailable;
}

/* What may be written, from what the profile will be. */
static enum verdict
apply(struct scim *s, const struct invitation *i, struct scim_value *before,
    struct scim_value *v, const struct profile *now, struct scim_answer *a)
{
	enum verdict	 verdict;
	bool		 was = i->state == ACCOUNT_ACTIVE;

	if (was == now->active && strcmp(i->external, now->external) == 0) {
		a->value = *before;
		a->version = i->version;
		return scim_user_groups(s, i->row, &a->value) ? VERDICT_ok :
		    VERDICT_unavailable;
	}
	scim_difference(SCIM_RESOURCE_USER, before, v, s->changed,
	    sizeof(s->changed));
	verdict = change(s, i, now->active, now->external);
	return verdict != VERDICT_ok ? verdict :
	    answer_with(s, i, v, now->active, a);
}

/* PUT: of what is said only the two that may be written. */
static void
put_fields(struct scim *s, const struct scim_value *sent,
    struct scim_value *v)
{
	const struct scim_field	*f = scim_field(sent, SCIM_active);
	struct scim_field	*to;

	if (scim_text(sent, SCIM_externalId)[0] != '\0')
		scim_set_text(s->pool, v, SCIM_externalId,
		    scim_text(sent, SCIM_externalId));
	if (f == NULL || f->count == 0)
		return;
	to = scim_field_make(s->pool, v, SCIM_active);
	to->count = 0;
	scim_field_add(s->pool, to)->truth = f->values[0].truth;
}

static bool
same_body(const struct profile *a, const struct profile *b)
{
	return a->body.len == b->body.len &&
	    memcmp(a->body.data, b->body.data, a->body.len) == 0;
}

static enum verdict
put_or_patch(struct scim *s, const struct scim_write *w,
    const struct invitation *i, struct scim_value *before,
    struct scim_answer *a)
{
	struct scim_value	 v;
	struct profile		 was, now;
	enum verdict		 verdict = VERDICT_ok;

	scim_value_copy(s->pool, &v, before);
	if (w->method == SCIM_PUT)
		put_fields(s, &w->value, &v);
	else if ((verdict = user_apply(s, w, &v)) != VERDICT_ok)
		return verdict;
	profile_take(s, before, &was);
	s->detail[0] = '\0';
	verdict = profile_take(s, &v, &now);
	if (scim_field(&v, SCIM_active) == NULL)
		now.active = i->state == ACCOUNT_ACTIVE;
	if (verdict == VERDICT_ok && !same_body(&was, &now))
		verdict = scim_refuse(s, VERDICT_scim_mutability,
		    "Only active and externalId of a User may be changed "
		    "here: the account is the user's own.");
	if (verdict == VERDICT_ok)
		verdict = apply(s, i, before, &v, &now, a);
	profile_free(&was);
	profile_free(&now);
	return verdict;
}

/* --- POST, and the rest --------------------------------------------------- */

/* One with this externalId that is not active is invited again. */
static enum verdict
again(struct scim *s, const struct profile *p, struct scim_answer *a)
{
	struct invitation	 i;
	struct scim_value	 v;
	enum verdict		 verdict;

	if (!take_value(s, ST_invitation_external, &i, &v))
		return VERDICT_internal;
	if (i.state == ACCOUNT_ACTIVE)
		return taken(s);
	if (p->active && (verdict = change(s, &i, true, i.external)) !=
	    VERDICT_ok)
		return verdict;
	if (p->active)
		strlcpy(s->changed, "active", sizeof(s->changed));
	else
		i.version--;	/* nothing changes */
	return answer_with(s, &i, &v, p->active, a);
}

static enum verdict
create(struct scim *s, const struct scim_write *w, struct scim_answer *a)
{
	struct scim_value	 v = w->value;
	struct profile		 p;
	enum verdict		 verdict;
	enum step		 step = STEP_DONE;

	s->name = scim_text(&v, SCIM_userName);
	if ((verdict = user_check(s, &v)) != VERDICT_ok)
		return verdict;
	if ((verdict = profile_take(s, &v, &p)) == VERDICT_ok &&
	    p.external[0] != '\0')
		step = store_run(s->store, ST_invitation_external,
		    v_int(s->connection), v_text(p.external));
	if (step == STEP_FAILED)
		verdict = VERDICT_unavailable;
	if (verdict == VERDICT_ok)
		verdict = step == STEP_ROW ? again(s, &p, a) :
		    invite(s, &p, &v, a);
	store_end(s->store, ST_invitation_external);
	profile_free(&p);
	return verdict;
}

static enum verdict
delete(struct scim *s, const struct invitation *i)
{
	enum verdict	 v;

	if (i->account != 0)
		member_stamps_end(i->account, s->at);
	v = brake_count(s, i->state == ACCOUNT_ACTIVE);
	if (v == VERDICT_ok)
		v = drop(i, s->at);
	if (v == VERDICT_ok)
		tell(i, s->at, s->by, &s->where->request, "org.remove_user");
	return store_failed(s->store) ? VERDICT_unavailable : v;
}

enum verdict
scim_basic_write(struct scim *s, const struct scim_write *w,
    struct scim_answer *a)
{
	struct invitation	 i;
	struct scim_value	 before;
	enum verdict		 v;
	enum step		 step;

	if (w->method == SCIM_CREATE)
		return create(s, w, a);
	step = store_run(s->store, ST_invitation, v_text(w->id),
	    v_int(s->connection));
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_scim_not_found :
		    VERDICT_unavailable;
	if (!take_value(s, ST_invitation, &i, &before))
		return VERDICT_internal;
	if ((v = scim_conditions(s, w, i.version)) != VERDICT_ok)
		return v;
	return w->method == SCIM_DELETE ? delete(s, &i) :
	    put_or_patch(s, w, &i, &before, a);
}
