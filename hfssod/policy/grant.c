/*
 * Grants made by hand.  In policy.  Must never edit what a person has in a
 * resource group that a SCIM group gives; service accounts are nobody's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/link.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/state.h"

/* Who is meant, and in which resource group. */
struct edit {
	struct organization	*organization;
	struct group		*group;
	int64_t			 row;
	bool			 service;
	enum role		 before;	/* by hand; or ROLE_NONE */
	char			 account[ACCOUNT_ID + 1];
	char			 name[LIMIT_NAME + 1];
};

static enum verdict
find_member(const struct ctl_question *q, struct edit *e)
{
	enum statement	 st = ST_member_named;
	enum step	 step;
	char		*folded = fold_text(q->name);

	step = store_run(state.store, st, v_text(folded),
	    v_int(e->organization->id));
	if (step == STEP_ROW) {
		e->row = store_integer(state.store, st, 0);
		strlcpy(e->account, store_text(state.store, st, 1),
		    sizeof(e->account));
		strlcpy(e->name, store_text(state.store, st, 2),
		    sizeof(e->name));
		e->service = store_integer(state.store, st, 3) != 0;
	}
	store_end(state.store, st);
	free(folded);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_no_member_named : VERDICT_unavailable;
}

static enum verdict
find(const struct ctl_question *q, struct edit *e)
{
	struct store	*s = state.store;
	enum verdict	 v;

	memset(e, 0, sizeof(*e));
	e->organization = directory_organization(state.directory,
	    q->organization);
	if (e->organization == NULL || e->organization->id == 0)
		return VERDICT_no_organization_named;
	if ((v = find_member(q, e)) != VERDICT_ok)
		return v;
	e->group = directory_group(state.directory, e->organization,
	    q->value);
	if (e->group == NULL || e->group->id == 0)
		return VERDICT_no_group_named;
	if (!e->service && link_any(s, e->group->id))
		return VERDICT_group_synced;
	if (store_run(s, ST_grant_get, v_int(e->row), v_int(e->group->id),
	    v_int(GRANT_MANUAL), v_text("")) == STEP_ROW)
		e->before = (enum role)store_integer(s, ST_grant_get, 0);
	store_end(s, ST_grant_get);
	return VERDICT_ok;
}

static void
tell(const struct edit *e, const char *by, const char *type,
    const char *role)
{
	struct audit_event	 a;

	memset(&a, 0, sizeof(a));
	a.organization = e->organization->name;
	a.account = e->account;
	a.name = e->name;
	a.by = by;
	audit_begin(&state.audit, &a);
	record_string(&state.audit.record, "resource_group", e->group->slug);
	record_string(&state.audit.record, "source", "manual");
	if (role[0] != '\0')
		record_string(&state.audit.record, "role", role);
	audit_end(&state.audit, state.store, type);
}

static enum verdict
grant(const struct edit *e, enum role role, const char *by)
{
	if (e->before == role)
		return VERDICT_already;
	store_run(state.store, ST_grant_add, v_int(e->row),
	    v_int(e->group->id), v_int(GRANT_MANUAL), v_text(""),
	    v_int(role));
	tell(e, by, e->before == ROLE_NONE ? "resource_group.add_users" :
	    "resource_group.change_role", role_name(role));
	return member_renew(e->row) ? VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
ungrant(const struct edit *e, const char *by)
{
	if (e->before == ROLE_NONE)
		return VERDICT_already;
	store_run(state.store, ST_grant_remove, v_int(e->row),
	    v_int(e->group->id), v_int(GRANT_MANUAL), v_text(""));
	tell(e, by, "resource_group.remove_users", "");
	return member_renew(e->row) ? VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
change(struct reader *r, struct writer *w, bool give)
{
	struct ctl_question	 q;
	struct edit		 e;
	const char		*by;
	enum role		 role = ROLE_NONE;
	enum verdict		 v;
	char			 detail[256] = "";

	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event(give ? "member grant" : "member ungrant",
	    "by %s organization %.64s name %.64s resource group %.64s role "
	    "%.16s", by, log_safe(q.organization), log_safe(q.name),
	    log_safe(q.value), log_safe(q.role));
	if (give && !role_parse(q.role, &role)) {
		snprintf(detail, sizeof(detail), "valid roles are %s",
		    role_names());
		return control_answer(&q, w, VERDICT_bad_request, detail);
	}
	v = find(&q, &e);
	if (v == VERDICT_ok)
		v = give ? grant(&e, role, by) : ungrant(&e, by);
	if (v == VERDICT_ok && give)
		snprintf(detail, sizeof(detail), "%s is now %s in %s",
		    log_safe(q.name), role_name(role), e.group->slug);
	else if (v == VERDICT_ok)
		snprintf(detail, sizeof(detail), "what %s was granted in %s "
		    "is taken back", log_safe(q.name), e.group->slug);
	else if (v == VERDICT_no_group_named)
		strlcpy(detail, "no such resource group", sizeof(detail));
	return control_answer(&q, w, v, detail);
}

enum verdict
member_grant(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return change(r, w, true);
}

enum verdict
member_ungrant(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return change(r, w, false);
}
