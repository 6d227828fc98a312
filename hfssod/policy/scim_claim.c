/*
 * The first sign-in of somebody whom SCIM made.  In policy.  Must never
 * take him for a User of another connection, nor for one who has an
 * identity already.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/record.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_basic.h"
#include "hfssod/policy/scim_claim.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

static void
text(char *to, size_t size, enum statement st, int column)
{
	strlcpy(to, store_text(state.store, st, column), size);
}

int64_t
claim_take(struct found *f, enum statement st)
{
	struct store	*s = state.store;

	memset(f, 0, sizeof(*f));
	f->row = store_integer(s, st, 0);
	text(f->account, sizeof(f->account), st, 1);
	f->state = (enum account_state)store_integer(s, st, 2);
	text(f->name, sizeof(f->name), st, 3);
	text(f->email, sizeof(f->email), st, 4);
	text(f->display_name, sizeof(f->display_name), st, 5);
	text(f->given, sizeof(f->given), st, 6);
	text(f->family, sizeof(f->family), st, 7);
	text(f->username, sizeof(f->username), st, 8);
	f->known = f->claim = f->own = true;
	return store_integer(s, st, 9);
}

/*
 * The one that the statement finds, if there is exactly one: account_unknown
 * if there is none or he has been claimed before.
 */
static enum verdict
found_by(struct found *f, enum statement st, enum step step)
{
	int64_t	 linked;

	if (step != STEP_ROW)
		return step == STEP_DONE ? VERDICT_account_unknown :
		    VERDICT_unavailable;
	linked = claim_take(f, st);
	step = store_next(state.store, st);
	store_end(state.store, st);
	if (step == STEP_FAILED)
		return VERDICT_unavailable;
	if (step == STEP_ROW)
		return VERDICT_account_conflict;
	if (linked != 0)
		return VERDICT_account_unknown;
	return f->state == ACCOUNT_ACTIVE ? VERDICT_ok :
	    VERDICT_account_ended;
}

/* Those without an externalId, as the connection says. */
static enum verdict
by_setting(struct found *f, const struct connection *c,
    const struct identity *id)
{
	enum scim_match	 match = c->settings->scim_match;
	enum statement	 st = match == SCIM_MATCH_USERNAME ?
			    ST_claim_username : ST_claim_email;
	const char	*said = match == SCIM_MATCH_USERNAME ? id->username :
			    id->email;
	enum verdict	 v;
	char		*folded;

	if (match == SCIM_MATCH_NONE || said[0] == '\0' ||
	    (match == SCIM_MATCH_EMAIL && !id->email_vouched))
		return VERDICT_account_unknown;
	folded = fold_text(said);
	v = found_by(f, st, store_run(state.store, st, v_int(c->id),
	    v_int(c->organization->id), v_text(folded)));
	free(folded);
	return v;
}

enum verdict
user_claim(struct found *f, const struct connection *c,
    const struct identity *id)
{
	enum verdict	 v;

	if (c->organization->settings->mode == MODE_BASIC)
		v = basic_claim(f, c, id);
	else {
		v = found_by(f, ST_claim_external, store_run(state.store,
		    ST_claim_external, v_int(c->id), v_text(id->subject)));
		if (v == VERDICT_account_unknown)
			v = by_setting(f, c, id);
	}
	/* Who may not be claimed is nobody, to those who go on. */
	if (v == VERDICT_account_unknown)
		memset(f, 0, sizeof(*f));
	return v;
}

void
claim_free(int64_t connection, const char *subject)
{
	store_run(state.store, ST_subject_unlinked, v_int(connection),
	    v_text(subject));
	store_run(state.store, ST_identity_remove_subject,
	    v_int(connection), v_text(subject));
}

bool
claim_identity(struct found *f, const struct connection *c,
    const struct identity *id, const struct request *request,
    const char *type)
{
	struct store		*s = state.store;
	struct audit_event	 e;
	struct writer		 w;

	jit_name_id(&id->name_id, &w);
	store_run(s, ST_identity_add, v_int(c->id), v_text(id->subject),
	    v_int(f->row), v_blob(w.data, w.len), v_int(store_now(s)));
	f->identity = store_last_row(s);
	wire_free(&w);
	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = f->account;
	e.name = f->name;
	e.by = "login";
	e.request = request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", c->name);
	record_string(&state.audit.record, "subject", id->subject);
	audit_end(&state.audit, s, type);
	return !store_failed(s);
}

bool
user_claimed(struct found *f, const struct connection *c,
    const struct identity *id, const struct request *request)
{
	if (f->invitation != 0)
		return basic_claimed(f, c, id, request);
	claim_free(c->id, id->subject);
	store_run(state.store, ST_user_linked, v_int(f->row),
	    v_int(store_now(state.store)));
	return claim_identity(f, c, id, request, "hfsso.link");
}
