/*
 * hfssoctl's changes.  In policy.  Must never change anything without an
 * audit record that says who asked.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/state.h"

bool
control_question(struct reader *r, const char **by, struct ctl_question *q)
{
	*by = wire_get_string(r, CTL_BY);
	if (ctl_question_get(r, q))
		return true;
	log_warnx("a question of %s is malformed", log_safe(*by));
	return false;
}

enum verdict
control_answer(struct ctl_question *q, struct writer *w, enum verdict v,
    const char *detail)
{
	struct result	 result;

	ctl_question_free(q);
	/* The dispatcher answers that, and takes back what was written. */
	if (v == VERDICT_unavailable || store_failed(state.store))
		return VERDICT_unavailable;
	result.verdict = v;
	result.detail = detail;
	result_put(w, &result);
	return v;
}

enum verdict
control_records(struct ctl_question *q, struct writer *w, enum verdict v,
    const char *detail, const struct writer *body)
{
	struct result	 result;

	ctl_question_free(q);
	if (v == VERDICT_unavailable || store_failed(state.store))
		return VERDICT_unavailable;
	result.verdict = v;
	result.detail = detail;
	result_put(w, &result);
	wire_put_string(w, "");
	if (v == VERDICT_ok)
		wire_put_raw(w, body->data, body->len);
	else
		record_null(w, "");
	return v;
}

/* Who is meant by an organization and a name. */
struct subject {
	struct organization	*organization;
	int64_t			 row;
	char			 account[ACCOUNT_ID + 1];
	enum role		 role;
};

static enum verdict
find(const struct ctl_question *q, struct subject *s)
{
	enum step	 step;
	char		*folded;

	memset(s, 0, sizeof(*s));
	s->organization = directory_organization(state.directory,
	    q->organization);
	if (s->organization == NULL || s->organization->id == 0)
		return VERDICT_no_organization_named;
	folded = fold_text(q->name);
	step = store_run(state.store, ST_account_named, v_text(folded));
	if (step == STEP_ROW) {
		s->row = store_integer(state.store, ST_account_named, 0);
		strlcpy(s->account, store_text(state.store, ST_account_named,
		    1), sizeof(s->account));
		store_end(state.store, ST_account_named);
		step = store_run(state.store, ST_membership,
		    v_int(s->organization->id), v_int(s->row));
	}
	if (step == STEP_ROW) {
		s->role = (enum role)store_integer(state.store, ST_membership,
		    0);
		store_end(state.store, ST_membership);
	}
	free(folded);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_no_member_named : VERDICT_unavailable;
}

static void
tell(const char *type, const char *by, const char *organization,
    const char *account, const char *name, const char *key,
    const char *value)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = organization;
	e.account = account;
	e.name = name;
	e.by = by;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, key, value);
	audit_end(&state.audit, state.store, type);
}

/*
 * Without a store to look a member up, memory knows him if he has a
 * session; and a revocation may not wait.
 */
int64_t
control_row_in_memory(const char *name)
{
	struct person	*p;
	char		*wanted = fold_text(name), *is;
	int64_t		 row = 0;
	size_t		 i;

	for (i = 0; i < state.sessions.persons.size && row == 0; i++) {
		if ((p = state.sessions.persons.slots[i]) == NULL)
			continue;
		is = fold_text(p->account->name);
		if (strcmp(is, wanted) == 0)
			row = p->row;
		free(is);
	}
	free(wanted);
	return row;
}

static enum verdict
revoke_member(const struct ctl_question *q, const char *by, char *detail,
    size_t size)
{
	struct subject	 s;
	enum verdict	 v;
	char		 count[24];

	v = find(q, &s);
	if (v == VERDICT_unavailable)
		s.row = control_row_in_memory(q->name);
	else if (v != VERDICT_ok)
		return v;
	snprintf(count, sizeof(count), "%zu",
	    member_sessions_end(s.row, s.organization));
	snprintf(detail, size, "%s sessions of %s ended", count,
	    log_safe(q->name));
	tell("hfsso.session_revoke", by, q->organization, s.account, q->name,
	    "sessions", count);
	return v;
}

static enum verdict
revoke_one(const struct ctl_question *q, const char *by, char *detail,
    size_t size)
{
	struct session	*s;

	if ((s = session_by_handle(&state.sessions, q->name)) == NULL)
		return VERDICT_no_session_named;
	member_session_end(s->key, true);
	snprintf(detail, size, "session %s of %s ended", q->name,
	    s->person->account->name);
	tell("hfsso.session_revoke", by, s->stamp_count > 0 ?
	    s->stamps[0].organization->name : "", s->person->account->id,
	    s->person->account->name, "session", q->name);
	return VERDICT_ok;
}

enum verdict
session_revoke(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	const char		*by;
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("session revoke", "by %s organization %.64s name %.64s",
	    by, log_safe(q.organization), log_safe(q.name));
	v = q.organization[0] != '\0' ?
	    revoke_member(&q, by, detail, sizeof(detail)) :
	    revoke_one(&q, by, detail, sizeof(detail));
	return control_answer(&q, w, v, detail);
}

/* Whether taking this member's role away leaves no admin who can sign in. */
static enum verdict
check_last_admin(const struct subject *s, enum role role, bool force)
{
	enum step	 step;

	if (force || s->role != ROLE_ADMIN || role == ROLE_ADMIN)
		return VERDICT_ok;
	step = store_run(state.store, ST_admin_other,
	    v_int(s->organization->id), v_int(s->row));
	store_end(state.store, ST_admin_other);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_last_admin : VERDICT_unavailable;
}

static enum verdict
give_role(const struct subject *s, enum role role, const char *by,
    const char *name)
{
	struct account	*a;
	struct store	*st = state.store;

	store_run(st, ST_membership_role, v_int(s->organization->id),
	    v_int(s->row), v_int(role), v_int(ROLE_SOURCE_MANUAL));
	tell("org.change_role", by, s->organization->name, s->account, name,
	    "role", role_name(role));
	if (store_failed(st) ||
	    (a = account_load(st, state.directory, s->row)) == NULL)
		return VERDICT_unavailable;
	effect_account(&state.effects, a);
	return VERDICT_ok;
}

enum verdict
member_role(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct subject		 s;
	const char		*by;
	enum role		 role;
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("member role",
	    "by %s organization %.64s name %.64s role %.64s", by,
	    log_safe(q.organization), log_safe(q.name), log_safe(q.role));
	if (!role_parse(q.role, &role)) {
		snprintf(detail, sizeof(detail), "valid roles are %s",
		    role_names());
		return control_answer(&q, w, VERDICT_bad_request, detail);
	}
	if ((v = find(&q, &s)) == VERDICT_ok)
		v = check_last_admin(&s, role, q.force);
	if (v == VERDICT_ok)
		v = give_role(&s, role, by, q.name);
	if (v == VERDICT_ok)
		snprintf(detail, sizeof(detail), "%s is now %s",
		    log_safe(q.name), role_name(role));
	return control_answer(&q, w, v, detail);
}
