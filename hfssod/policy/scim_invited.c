/*
 * Sign-in to basic organizations: who is invited, and by his first sign-in
 * accepts.  In policy.  Must never let an identity provider choose the
 * account: its e-mail address has to be the account's, and vouched for.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_basic.h"
#include "hfssod/policy/scim_claim.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/state.h"

/* What an invitation says of whom it invites. */
struct invited {
	int64_t			 row;
	int64_t			 account;	/* 0: by his userName */
	int64_t			 accepted;
	enum account_state	 state;
	char			 username[LIMIT_VALUE + 1];
};

static enum step
find(const struct connection *c, const char *subject, struct invited *i)
{
	enum statement	 st = ST_invitation_external;
	struct store	*s = state.store;
	enum step	 step;

	memset(i, 0, sizeof(*i));
	step = store_run(s, st, v_int(c->id), v_text(subject));
	if (step == STEP_ROW) {
		i->row = store_integer(s, st, USER_ROW);
		i->account = store_integer(s, st, USER_COLUMNS);
		i->accepted = store_integer(s, st, USER_COLUMNS + 1);
		i->state = (enum account_state)store_integer(s, st,
		    USER_STATE);
		strlcpy(i->username, store_text(s, st, USER_USERNAME),
		    sizeof(i->username));
		store_end(s, st);
	}
	return step;
}

/* The account may have been made after the invitation. */
static enum verdict
account(const struct invited *i, struct found *f)
{
	struct store	*s = state.store;
	enum statement	 st = i->account != 0 ? ST_claim_account :
			    ST_claim_name;
	enum step	 step;
	char		*folded;

	folded = fold_text(i->username);
	step = i->account != 0 ? store_run(s, st, v_int(i->account)) :
	    store_run(s, st, v_text(folded));
	if (step == STEP_ROW)
		claim_take(f, st);
	store_end(s, st);
	free(folded);
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_account_unknown :
		    VERDICT_unavailable;
	return f->state == ACCOUNT_ACTIVE ? VERDICT_ok :
	    VERDICT_account_ended;
}

static bool
same_email(const struct found *f, const struct identity *id)
{
	char	*a = fold_text(f->email), *b = fold_text(id->email);
	bool	 same;

	same = id->email_vouched && a[0] != '\0' && strcmp(a, b) == 0;
	free(a);
	free(b);
	return same;
}

enum verdict
basic_claim(struct found *f, const struct connection *c,
    const struct identity *id)
{
	struct store	*s = state.store;
	struct invited	 i;
	enum verdict	 v;
	enum step	 step;

	step = find(c, id->subject, &i);
	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_account_unknown :
		    VERDICT_unavailable;
	if (i.state != ACCOUNT_ACTIVE)
		return VERDICT_account_ended;
	if ((v = account(&i, f)) != VERDICT_ok)
		return v;
	f->invitation = i.row;
	if (i.accepted != 0 || !same_email(f, id))
		return VERDICT_account_conflict;
	/* One account, one identity of a connection. */
	step = store_run(s, ST_identity_of, v_int(f->row), v_int(c->id));
	store_end(s, ST_identity_of);
	return step == STEP_ROW ? VERDICT_account_conflict :
	    step == STEP_DONE ? VERDICT_ok : VERDICT_unavailable;
}

bool
basic_claimed(struct found *f, const struct connection *c,
    const struct identity *id, const struct request *request)
{
	struct store	*s = state.store;

	store_run(s, ST_invitation_accept, v_int(f->invitation),
	    v_int(f->row), v_int(store_now(s)));
	return claim_identity(f, c, id, request, "org.invite.accept");
}

enum verdict
basic_allowed(const struct found *f, const struct connection *c)
{
	struct store		*s = state.store;
	enum account_state	 is = ACCOUNT_ACTIVE;
	enum step		 step;

	if (c->organization->settings->mode != MODE_BASIC)
		return VERDICT_ok;
	step = store_run(s, ST_invitation_of, v_int(f->row),
	    v_int(c->organization->id));
	if (step == STEP_ROW)
		is = (enum account_state)store_integer(s, ST_invitation_of,
		    USER_STATE);
	store_end(s, ST_invitation_of);
	if (step == STEP_FAILED)
		return VERDICT_unavailable;
	return is == ACCOUNT_ACTIVE ? VERDICT_ok : VERDICT_account_ended;
}
