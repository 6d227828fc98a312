/*
 * People, as hfssoctl makes, changes and ends them.  In policy.  Must
 * never take an organization's last admin by hand without being forced.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/member_control.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

/* --- who ---------------------------------------------------------------- */

enum verdict
person_find(const struct ctl_question *q, struct person_found *p)
{
	struct store	*s = state.store;
	enum statement	 st = ST_person;
	enum step	 step;
	char		*folded;

	memset(p, 0, sizeof(*p));
	p->organization = directory_organization(state.directory,
	    q->organization);
	if (p->organization == NULL || p->organization->id == 0)
		return VERDICT_no_organization_named;
	folded = fold_text(q->name);
	step = store_run(s, st, v_text(folded), v_int(p->organization->id));
	if (step == STEP_ROW) {
		p->row = store_integer(s, st, 0);
		strlcpy(p->account, store_text(s, st, 1), sizeof(p->account));
		strlcpy(p->name, store_text(s, st, 2), sizeof(p->name));
		p->state = (int)store_integer(s, st, 3);
		p->role = (enum role)store_integer(s, st, 4);
		p->connection = directory_connection_id(state.directory,
		    store_integer(s, st, 5));
		store_end(s, st);
	}
	free(folded);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_no_member_named : VERDICT_unavailable;
}

enum verdict
person_connection(struct organization *o, const char *name,
    struct connection **c)
{
	if (o->settings == NULL)
		return VERDICT_no_organization_named;
	if (name[0] == '\0' && o->settings->connection_count > 1)
		return VERDICT_ambiguous;
	*c = directory_connection(state.directory, o, name);
	if (*c == NULL)
		return VERDICT_no_connection_named;
	return (*c)->id == 0 ? VERDICT_unavailable : VERDICT_ok;
}

void
person_tell(const struct person_found *p, const char *by, const char *type,
    const char *key, const char *value, const char *key2, const char *value2)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = p->organization == NULL ? "" : p->organization->name;
	e.account = p->account;
	e.name = p->name;
	e.by = by;
	audit_begin(&state.audit, &e);
	if (key != NULL)
		record_string(&state.audit.record, key, value);
	if (key2 != NULL)
		record_string(&state.audit.record, key2, value2);
	audit_end(&state.audit, state.store, type);
}

/* Nobody but him is an admin who can sign in. */
static enum verdict
check_last_admin(const struct person_found *p, bool force)
{
	enum step	 step;

	if (force || p->role != ROLE_ADMIN || p->state != ACCOUNT_ACTIVE)
		return VERDICT_ok;
	step = store_run(state.store, ST_admin_other,
	    v_int(p->organization->id), v_int(p->row));
	store_end(state.store, ST_admin_other);
	return step == STEP_ROW ? VERDICT_ok : step == STEP_DONE ?
	    VERDICT_last_admin : VERDICT_unavailable;
}

/* --- ends, and returns -------------------------------------------------- */

typedef enum verdict user_fn(int64_t, const struct organization *,
		    const char *);

/*
 * The store can't say who it is, but memory may: his sessions end at once,
 * and the rest is asked for again.
 */
static void
end_in_memory(const struct ctl_question *q)
{
	struct organization	*o;
	int64_t			 row;

	o = directory_organization(state.directory, q->organization);
	row = control_row_in_memory(q->name);
	if (o != NULL && row != 0)
		member_sessions_end(row, o);
}

/* What these have in common; done: "is deactivated". */
static enum verdict
end(struct reader *r, struct writer *w, const char *event, user_fn *fn,
    bool guarded, const char *done)
{
	struct ctl_question	 q;
	struct person_found	 p;
	const char		*by;
	enum verdict		 v;
	char			 detail[256] = "";

	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event(event, "by %s organization %.64s name %.64s", by,
	    log_safe(q.organization), log_safe(q.name));
	if ((v = person_find(&q, &p)) == VERDICT_ok && guarded)
		v = check_last_admin(&p, q.force);
	if (v == VERDICT_ok)
		v = fn(p.row, p.organization, by);
	else if (v == VERDICT_unavailable && guarded)
		end_in_memory(&q);
	if (v == VERDICT_ok)
		snprintf(detail, sizeof(detail), "%s %s", p.name, done);
	return control_answer(&q, w, v, detail);
}

enum verdict
member_deactivate(struct request *request, struct reader *r,
    struct writer *w)
{
	(void)request;
	return end(r, w, "member deactivate", user_deactivate, true,
	    "is deactivated, his sessions have ended");
}

enum verdict
member_reactivate(struct request *request, struct reader *r,
    struct writer *w)
{
	(void)request;
	return end(r, w, "member reactivate", user_reactivate, false,
	    "is active again");
}

enum verdict
member_delete(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return end(r, w, "member delete", user_delete, true,
	    "is deleted, his sessions have ended");
}

enum verdict
member_restore(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return end(r, w, "member restore", user_restore, false,
	    "is restored, without what was granted before");
}

enum verdict
member_unlink(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct person_found	 p;
	struct connection	*c = NULL;
	const char		*by, *name;
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	name = ctl_option(&q, "connection");
	state_event("member unlink",
	    "by %s organization %.64s name %.64s connection %.64s", by,
	    log_safe(q.organization), log_safe(q.name), log_safe(name));
	v = person_find(&q, &p);
	if (v == VERDICT_ok && name[0] != '\0')
		v = person_connection(p.organization, name, &c);
	if (v == VERDICT_ok)
		v = user_unlink(p.row, p.organization, c, by);
	if (v == VERDICT_ok)
		snprintf(detail, sizeof(detail), "%s has no identity%s%s any "
		    "more, his sessions have ended", p.name,
		    c == NULL ? "" : " of ", c == NULL ? "" : c->name);
	return control_answer(&q, w, v, detail);
}

/* --- names -------------------------------------------------------------- */

static enum verdict
rename_to(const struct person_found *p, const char *name, const char *by)
{
	struct store	*s = state.store;
	struct account	*a;
	char		*folded = fold_text(name);

	store_run(s, ST_account_name, v_int(p->row), v_text(name),
	    v_text(folded));
	/* One that was his before is his already. */
	store_run(s, ST_name_use, v_text(folded), v_int(p->row));
	free(folded);
	person_tell(p, by, "hfsso.account_rename", "to", name, NULL, NULL);
	if (store_failed(s) ||
	    (a = account_load(s, state.directory, p->row)) == NULL)
		return VERDICT_unavailable;
	effect_account(&state.effects, a);
	return VERDICT_ok;
}

enum verdict
member_rename(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct person_found	 p;
	const char		*by, *why = "";
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("member rename",
	    "by %s organization %.64s name %.64s new %.64s", by,
	    log_safe(q.organization), log_safe(q.name), log_safe(q.value));
	if ((v = person_find(&q, &p)) == VERDICT_ok &&
	    strcmp(p.name, q.value) == 0)
		v = VERDICT_already;
	if (v == VERDICT_ok)
		v = jit_name_allowed(q.value, p.row, &why);
	if (v == VERDICT_ok)
		v = rename_to(&p, q.value, by);
	if (v == VERDICT_ok)
		snprintf(detail, sizeof(detail), "%s is now %s; nobody else "
		    "gets the old name", p.name, q.value);
	return control_answer(&q, w, v, v == VERDICT_ok ? detail : why);
}

/* --- hub accounts ------------------------------------------------------- */

/* What an account without an owner is made of. */
static bool
insert(struct person_found *p, const char *email, const char *display)
{
	struct store	*s = state.store;
	struct value	 none = v_text_or_null("");
	uint8_t		 random[ACCOUNT_ID / 2];
	char		*folded = fold_text(p->name);
	char		*mail = fold_text(email), *shown = fold_text(display);
	int64_t		 now = store_now(s);

	arc4random_buf(random, sizeof(random));
	hex_encode(random, sizeof(random), p->account);
	store_run(s, ST_user_add, v_text(p->account), v_text(p->name),
	    v_text(folded), v_int(ACCOUNT_ACTIVE), none, none, v_text(email),
	    v_text_or_null(mail), v_text(display), v_text_or_null(shown),
	    v_text(""), v_text(""), v_text(p->name), v_text(folded), none,
	    v_blob(NULL, 0), v_int(now), v_int(0));
	p->row = store_last_row(s);
	store_run(s, ST_name_use, v_text(folded), v_int(p->row));
	free(folded);
	free(mail);
	free(shown);
	return !store_failed(s);
}

/* One @ with something before it, and a domain behind. */
static bool
is_email(const char *text)
{
	const char	*at = strchr(text, '@');

	return at != NULL && at != text && at[1] != '\0' &&
	    strchr(at + 1, '@') == NULL && strlen(text) <= LIMIT_EMAIL &&
	    strpbrk(text, " \t<>,;\"") == NULL &&
	    utf8_plain(text, strlen(text));
}

enum verdict
account_add(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct person_found	 p;
	const char		*by, *why = "", *display;
	enum verdict		 v = VERDICT_ok;
	char			 detail[256] = "";

	(void)request;
	memset(&p, 0, sizeof(p));
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("account add", "by %s name %.64s", by, log_safe(q.name));
	display = ctl_option(&q, "display");
	strlcpy(p.name, q.name, sizeof(p.name));
	if (state.view == NULL)
		v = VERDICT_unavailable;
	else if (!is_email(q.value) || strlen(display) > LIMIT_DISPLAY_NAME ||
	    !utf8_plain(display, strlen(display))) {
		v = VERDICT_bad_request;
		why = "that is no e-mail address, or no name to show";
	} else
		v = jit_name_allowed(q.name, 0, &why);
	if (v == VERDICT_ok && !insert(&p, q.value, display))
		v = VERDICT_unavailable;
	if (v == VERDICT_ok) {
		person_tell(&p, by, "hfsso.account_create", "email", q.value,
		    NULL, NULL);
		snprintf(detail, sizeof(detail), "account %s (%s) is made",
		    p.name, p.account);
	}
	return control_answer(&q, w, v, v == VERDICT_ok ? detail : why);
}
