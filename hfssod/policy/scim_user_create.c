/*
 * SCIM Users: POST to a managed organization.  In policy.  Must never
 * bring back a deleted account with what it was granted before.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_claim.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user_parts.h"
#include "hfssod/policy/state.h"

/* Who has this externalId already; at first nobody. */
struct before {
	bool		 there;		/* the user is */
	struct user	 user;
	bool		 old;		/* and one who was deleted long ago */
};

enum verdict
user_check(struct scim *s, struct scim_value *v)
{
	struct scim_why	 why = { "" };

	scim_field_remove(v, SCIM_id);
	scim_field_remove(v, SCIM_meta);
	scim_field_remove(v, SCIM_groups);
	scim_field_remove(v, SCIM_schemas);
	return user_because(s, scim_check(s->pool, SCIM_RESOURCE_USER, v,
	    &why), &why);
}

/* The first row is a live one if there is one, else who went last. */
static enum verdict
find(struct scim *s, const char *external, struct before *b)
{
	enum statement	 st = ST_user_external;
	enum step	 step;
	int64_t		 ended;

	memset(b, 0, sizeof(*b));
	if (external[0] == '\0')
		return VERDICT_ok;
	step = store_run(s->store, st, v_int(s->organization),
	    v_text(external), v_int(s->connection));
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_ok : VERDICT_unavailable;
	ended = store_integer(s->store, st, USER_COLUMNS + 2);
	if (store_integer(s->store, st, USER_STATE) == ACCOUNT_DELETED &&
	    ended + s->at->settings->tombstone_keep <= s->now) {
		b->old = true;
		store_end(s->store, st);
		return VERDICT_ok;
	}
	b->there = user_take(s, st, &b->user);
	return b->there ? VERDICT_ok : VERDICT_internal;
}

/* An identity as jit.h wants one to make a name of. */
static struct identity
wish(const struct profile *p)
{
	struct identity	 id;

	memset(&id, 0, sizeof(id));
	id.subject = p->external;
	id.username = p->username;
	id.email = p->email;
	id.name = p->display;
	id.given = id.family = "";
	return id;
}

static enum verdict
name_it(struct scim *s, const struct profile *p, struct found *f)
{
	struct identity	 id = wish(p);

	if (!jit_propose(f, &id))
		return VERDICT_unavailable;
	if (s->at->settings->username_strict &&
	    strcmp(f->name, p->username) != 0)
		return scim_refuse(s, VERDICT_scim_uniqueness,
		    "userName is taken or reserved as an account name.");
	return VERDICT_ok;
}

static enum verdict
insert(struct scim *s, const struct profile *p, struct found *f)
{
	char		*folded = fold_text(f->name);
	enum step	 step;

	step = store_run(s->store, ST_user_add, v_text(f->account),
	    v_text(f->name), v_text(folded),
	    v_int(p->active ? ACCOUNT_ACTIVE : ACCOUNT_DEACTIVATED),
	    v_int(s->organization), v_int(s->connection), v_text(p->email),
	    v_text_or_null(p->email_folded), v_text(p->display),
	    v_text(p->display_folded), v_text(p->given), v_text(p->family),
	    v_text(p->username), v_text(p->username_folded),
	    v_text_or_null(p->external), v_blob(p->body.data, p->body.len),
	    v_int(s->now), v_int(p->active ? 0 : s->now));
	f->row = store_last_row(s->store);
	free(folded);
	return step == STEP_DONE ? VERDICT_ok : step != STEP_CONFLICT ?
	    VERDICT_unavailable : scim_refuse(s, VERDICT_scim_uniqueness,
	    "userName is taken.");
}

static enum verdict
make(struct scim *s, const struct profile *p, struct scim_value *v,
    bool old, struct scim_answer *a)
{
	struct profile_facts	 facts;
	struct found		 f;
	enum verdict		 verdict;

	if ((verdict = name_it(s, p, &f)) != VERDICT_ok ||
	    (verdict = insert(s, p, &f)) != VERDICT_ok)
		return verdict;
	/* Whoever had that externalId long ago has it no more. */
	if (old)
		claim_free(s->connection, p->external);
	if (profile_email_count(v) > 1)
		user_emails(s->store, f.row, v, false);
	scim_tell(s, "org.add_user", f.account, f.name, "userName",
	    p->username);
	verdict = user_join(s->at, f.row, scim_field(v, SCIM_roles) != NULL,
	    s->now, s->by);
	if (verdict != VERDICT_ok || store_failed(s->store))
		return VERDICT_unavailable;
	facts = (struct profile_facts){ scim_pool_string(s->pool, f.account,
	    strlen(f.account)), p->active, s->now, s->now, 1 };
	profile_dress(s, v, &facts);
	a->value = *v;
	a->version = 1;
	return VERDICT_ok;
}

/* Of somebody who is there, or who was and may come back. */
static enum verdict
meet(struct scim *s, struct user *u, struct scim_value *v,
    struct scim_answer *a)
{
	struct profile_facts	 facts = { u->id, true, u->created,
				    u->created, u->version };

	if (u->state == ACCOUNT_ACTIVE)
		return scim_refuse(s, VERDICT_scim_uniqueness,
		    "There is an active User with this externalId.");
	/* What differs is what was sent, not what is ours. */
	facts.active = scim_field(v, SCIM_active) == NULL ||
	    scim_field(v, SCIM_active)->values[0].truth;
	profile_dress(s, v, &facts);
	return user_change(s, u, v, u->state == ACCOUNT_DELETED ?
	    "hfsso.account_restore" : NULL, a);
}

enum verdict
user_create(struct scim *s, const struct scim_write *w,
    struct scim_answer *a)
{
	struct scim_value	 v = w->value;
	struct profile		 p;
	struct before		 b;
	enum verdict		 verdict;

	s->name = scim_text(&v, SCIM_userName);
	if ((verdict = user_check(s, &v)) != VERDICT_ok)
		return verdict;
	verdict = profile_take(s, &v, &p);
	if (verdict == VERDICT_ok)
		verdict = user_check_name(s, &p);
	memset(&b, 0, sizeof(b));
	if (verdict == VERDICT_ok)
		verdict = find(s, p.external, &b);
	if (verdict == VERDICT_ok)
		verdict = b.there ? meet(s, &b.user, &v, a) :
		    make(s, &p, &v, b.old, a);
	s->name = scim_text(&v, SCIM_userName);
	if (verdict == VERDICT_ok && !b.there)
		scim_difference(SCIM_RESOURCE_USER,
		    &(struct scim_value){ NULL, "", false }, &v, s->changed,
		    sizeof(s->changed));
	user_free(&b.user);
	profile_free(&p);
	return verdict;
}
