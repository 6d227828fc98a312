/*
 * `hfssoctl member add`: what a SCIM client would POST.  In policy.  Must
 * never leave a part of somebody who was refused.
 */
#include <stdio.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/member_control.h"
#include "hfssod/policy/scim_resource.h"
#include "hfssod/policy/scim_user.h"
#include "hfssod/policy/state.h"

/* Options, and where they go in a User. */
static const struct {
	const char		*option;
	enum scim_number	 number;
} places[] = {
	{ "given",	SCIM_name_givenName },
	{ "family",	SCIM_name_familyName },
	{ "display",	SCIM_displayName },
	{ "external",	SCIM_externalId }
};

static bool
fill(struct scim *s, const struct ctl_question *q, struct scim_value *v)
{
	struct scim_value	*mail;
	const char		*text;
	size_t			 i;

	for (i = 0; i < q->options.count; i++)
		if (!utf8_plain(q->options.list[i],
		    strlen(q->options.list[i])))
			return false;
	if (!utf8_plain(q->name, strlen(q->name)))
		return false;
	scim_set_text(s->pool, v, SCIM_userName, q->name);
	for (i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		text = ctl_option(q, places[i].option);
		if (text[0] != '\0')
			scim_set_text(s->pool, v, places[i].number, text);
	}
	text = ctl_option(q, "email");
	if (text[0] != '\0') {
		mail = scim_field_add(s->pool,
		    scim_field_make(s->pool, v, SCIM_emails));
		scim_set_own_text(s->pool, mail, SCIM_emails_value, text);
	}
	return true;
}

/* A request of nobody's token: hfssoctl has every right. */
static enum verdict
open_scim(struct scim *s, struct scim_where *where,
    const struct ctl_question *q, const char *by)
{
	enum verdict	 v;

	memset(where, 0, sizeof(*where));
	where->organization = q->organization;
	where->request.host = "";
	s->where = where;
	s->store = state.store;
	s->now = store_now(state.store);
	strlcpy(s->by, by, sizeof(s->by));
	s->at = directory_organization(state.directory, q->organization);
	if (s->at == NULL || s->at->settings == NULL)
		return VERDICT_no_organization_named;
	v = person_connection(s->at, ctl_option(q, "connection"), &s->of);
	if (v == VERDICT_ok && s->of->settings == NULL)
		v = VERDICT_no_connection_named;
	if (v != VERDICT_ok)
		return v;
	s->organization = s->at->id;
	s->connection = s->of->id;
	s->basic = s->at->settings->mode == MODE_BASIC;
	s->token.rights = ~0u;
	s->token.organization = s->organization;
	s->token.connection = s->connection;
	s->pool = scim_pool_new();
	return VERDICT_ok;
}

static enum verdict
add(struct scim *s, const struct ctl_question *q, struct scim_answer *a)
{
	struct scim_write	 write;
	enum verdict		 v;
	size_t			 mark = state.effects.count;

	memset(&write, 0, sizeof(write));
	write.where = *s->where;
	write.method = SCIM_CREATE;
	write.resource = SCIM_RESOURCE_USER;
	write.id = "";
	write.value.text = "";
	if (!fill(s, q, &write.value))
		return scim_refuse(s, VERDICT_bad_request,
		    "a value is not plain text");
	store_step(s->store, ST_scim_mark, NULL, 0);
	v = s->basic ? scim_basic_write(s, &write, a) :
	    scim_user_write(s, &write, a);
	if (v == VERDICT_ok && ctl_option(q, "service")[0] == '1')
		store_run(s->store, ST_account_service,
		    v_text(scim_text(&a->value, SCIM_id)));
	if (v != VERDICT_ok && !store_failed(s->store)) {
		effects_refuse(&state.effects, mark);
		audit_forget(&state.audit);
		store_step(s->store, ST_scim_undo, NULL, 0);
	}
	store_step(s->store, ST_scim_keep, NULL, 0);
	return v;
}

/* By the account's name, which the other commands want. */
static void
say(struct scim *s, const char *id, const char *username)
{
	enum statement	 st = ST_user;

	if (s->basic)
		snprintf(s->detail, sizeof(s->detail), "%.128s is invited, as "
		    "%s: a member from the first sign-in on",
		    log_safe(username), id);
	else if (store_run(s->store, st, v_text(id), v_int(s->connection)) ==
	    STEP_ROW) {
		snprintf(s->detail, sizeof(s->detail), "%s is made, as %s",
		    store_text(s->store, st, USER_COLUMNS), id);
		store_end(s->store, st);
	}
}

enum verdict
member_add(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	struct scim_where	 where;
	struct scim_answer	 a;
	struct scim		 s;
	const char		*by;
	enum verdict		 v;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&a, 0, sizeof(a));
	a.value.text = "";
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("member add", "by %s organization %.64s username %.64s",
	    by, log_safe(q.organization), log_safe(q.name));
	if ((v = open_scim(&s, &where, &q, by)) == VERDICT_ok)
		v = ctl_option(&q, "service")[0] == '1' && s.basic ?
		    scim_refuse(&s, VERDICT_bad_request,
		    "a basic organization has no accounts of its own") :
		    add(&s, &q, &a);
	if (v == VERDICT_ok)
		say(&s, scim_text(&a.value, SCIM_id), q.name);
	v = control_answer(&q, w, v, s.detail);
	scim_pool_free(s.pool);
	return v;
}
