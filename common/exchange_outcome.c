/*
 * Put and get of outcomes and their answers, of logins and of logouts, side
 * by side.  http, verifier, policy; pure.  Must never let through a value
 * that its reader would have to check again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/exchange_parts.h"
#include "common/limits.h"
#include "common/log.h"

static void
identity_put(struct writer *w, const struct identity *i)
{
	wire_put_string(w, i->subject);
	name_id_put(w, &i->name_id);
	wire_put_string(w, i->email);
	wire_put_bool(w, i->email_vouched);
	wire_put_string(w, i->name);
	wire_put_string(w, i->given);
	wire_put_string(w, i->family);
	wire_put_string(w, i->username);
	wire_put_strings(w, &i->roles);
	wire_put_strings(w, &i->groups);
	wire_put_bool(w, i->roles_overage);
	wire_put_bool(w, i->groups_overage);
	wire_put_string(w, i->session_index);
	wire_put_i64(w, i->authn_instant);
	wire_put_i64(w, i->session_ends);
	wire_put_string(w, i->authn_context);
}

static void
identity_get(struct reader *r, struct identity *i)
{
	i->subject = wire_get_string(r, LIMIT_SUBJECT);
	name_id_get(r, &i->name_id);
	i->email = wire_get_string(r, LIMIT_EMAIL);
	i->email_vouched = wire_get_bool(r);
	i->name = wire_get_string(r, LIMIT_DISPLAY_NAME);
	i->given = wire_get_string(r, LIMIT_DISPLAY_NAME);
	i->family = wire_get_string(r, LIMIT_DISPLAY_NAME);
	i->username = wire_get_string(r, LIMIT_VALUE);
	i->roles = wire_get_strings(r, LIMIT_VALUES, LIMIT_VALUE);
	i->groups = wire_get_strings(r, LIMIT_VALUES, LIMIT_VALUE);
	i->roles_overage = wire_get_bool(r);
	i->groups_overage = wire_get_bool(r);
	i->session_index = wire_get_string(r, LIMIT_SUBJECT);
	i->authn_instant = wire_get_i64(r);
	i->session_ends = wire_get_i64(r);
	i->authn_context = wire_get_string(r, LIMIT_SUBJECT);
}

/* A hash to burn: BURN_KEY octets, or none. */
static struct bytes
burn_get(struct reader *r)
{
	struct bytes	 b = wire_get_bytes(r);

	if (b.len != 0 && b.len != BURN_KEY)
		r->bad = true;
	return b;
}

/* Octets that verifier sealed; longer ones are none of its. */
static struct bytes
sealed_get(struct reader *r)
{
	struct bytes	 b = wire_get_bytes(r);

	if (b.len > LIMIT_SEALED)
		r->bad = true;
	return b;
}

static void
received_put(struct writer *w, const struct outcome *o)
{
	size_t	 i;

	wire_put_bool(w, o->test);
	wire_put_u32(w, (uint32_t)o->received_count);
	for (i = 0; i < o->received_count; i++) {
		wire_put_string(w, o->received[i].name);
		wire_put_strings(w, &o->received[i].values);
	}
}

static void
received_get(struct reader *r, struct outcome *o)
{
	size_t	 i;

	o->test = wire_get_bool(r);
	o->received_count = wire_get_count(r, RECEIVED_MOST);
	if (o->received_count == 0)
		return;
	o->received = calloc(o->received_count, sizeof(*o->received));
	if (o->received == NULL)
		fatal("calloc");
	for (i = 0; i < o->received_count; i++) {
		o->received[i].name = wire_get_string(r, LIMIT_VALUE);
		o->received[i].values = wire_get_strings(r, LIMIT_VALUES,
		    LIMIT_VALUE);
	}
}

void
outcome_put(struct writer *w, const struct outcome *o)
{
	request_put(w, &o->request);
	wire_put_u64(w, o->origin);
	wire_put_i64(w, o->came);
	verdict_put(w, o->verdict);
	wire_put_string(w, o->organization);
	wire_put_string(w, o->connection);
	wire_put_string(w, o->detail);
	wire_put_bytes(w, o->login_key);
	wire_put_bytes(w, o->message_key);
	wire_put_i64(w, o->message_until);
	wire_put_string(w, o->login_cookie);
	wire_put_string(w, o->return_to);
	wire_put_bool(w, o->restart);
	identity_put(w, &o->identity);
	wire_put_bytes(w, o->check_token);
	wire_put_bytes(w, o->logout_hint);
	received_put(w, o);
}

bool
outcome_get(struct reader *r, struct outcome *o)
{
	memset(o, 0, sizeof(*o));
	request_get(r, &o->request);
	o->origin = wire_get_u64(r);
	o->came = wire_get_i64(r);
	o->verdict = verdict_get(r);
	o->organization = wire_get_string(r, EXCHANGE_NAME);
	o->connection = wire_get_string(r, EXCHANGE_NAME);
	o->detail = wire_get_string(r, 1024);
	o->login_key = burn_get(r);
	o->message_key = burn_get(r);
	o->message_until = wire_get_i64(r);
	o->login_cookie = wire_get_string(r, 8);
	o->return_to = wire_get_string(r, LIMIT_RETURN_TO);
	o->restart = wire_get_bool(r);
	identity_get(r, &o->identity);
	o->check_token = sealed_get(r);
	o->logout_hint = sealed_get(r);
	received_get(r, o);
	return wire_end(r);
}

void
outcome_free(struct outcome *o)
{
	size_t	 i;

	for (i = 0; i < o->received_count; i++)
		strings_free(&o->received[i].values);
	free(o->received);
	o->received = NULL;
	o->received_count = 0;
	strings_free(&o->identity.roles);
	strings_free(&o->identity.groups);
}

void
login_answer_put(struct writer *w, const struct login_answer *a)
{
	size_t	 i;

	verdict_put(w, a->verdict);
	wire_put_string(w, a->session);
	wire_put_i64(w, a->expires);
	wire_put_string(w, a->login_cookie);
	wire_put_string(w, a->return_to);
	wire_put_bool(w, a->restart);
	wire_put_string(w, a->organization);
	wire_put_string(w, a->connection);
	wire_put_bool(w, a->test);
	wire_put_u32(w, (uint32_t)a->report_count);
	for (i = 0; i < a->report_count; i++) {
		wire_put_u8(w, (uint8_t)a->report[i].part);
		wire_put_string(w, a->report[i].name);
		wire_put_string(w, a->report[i].value);
	}
}

bool
login_answer_get(struct reader *r, struct login_answer *a)
{
	size_t	 i;

	a->verdict = verdict_get(r);
	a->session = wire_get_string(r, LIMIT_TOKEN);
	a->expires = wire_get_i64(r);
	a->login_cookie = wire_get_string(r, 8);
	a->return_to = wire_get_string(r, LIMIT_RETURN_TO);
	a->restart = wire_get_bool(r);
	a->organization = wire_get_string(r, EXCHANGE_NAME);
	a->connection = wire_get_string(r, EXCHANGE_NAME);
	a->test = wire_get_bool(r);
	a->report = NULL;
	a->report_count = wire_get_count(r, REPORT_MOST);
	if (a->report_count > 0 && (a->report = calloc(a->report_count,
	    sizeof(*a->report))) == NULL)
		fatal("calloc");
	for (i = 0; i < a->report_count; i++) {
		a->report[i].part = wire_get_enum(r, REPORT_MAX);
		a->report[i].name = wire_get_string(r, LIMIT_VALUE);
		a->report[i].value = wire_get_string(r, LIMIT_VALUE);
	}
	return wire_end(r);
}

void
login_answer_free(struct login_answer *a)
{
	free(a->report);
	a->report = NULL;
	a->report_count = 0;
}

void
logout_start_put(struct writer *w, const struct logout_start *l)
{
	wire_put_u64(w, l->request);
	wire_put_u64(w, l->origin);
	wire_put_string(w, l->organization);
	wire_put_string(w, l->connection);
	name_id_put(w, &l->name_id);
	wire_put_string(w, l->session_index);
	wire_put_bytes(w, l->hint);
}

bool
logout_start_get(struct reader *r, struct logout_start *l)
{
	l->request = wire_get_u64(r);
	l->origin = wire_get_u64(r);
	l->organization = wire_get_string(r, EXCHANGE_NAME);
	l->connection = wire_get_string(r, EXCHANGE_NAME);
	name_id_get(r, &l->name_id);
	l->session_index = wire_get_string(r, LIMIT_SUBJECT);
	l->hint = sealed_get(r);
	return wire_end(r);
}

void
logout_outcome_put(struct writer *w, const struct logout_outcome *o)
{
	request_put(w, &o->request);
	wire_put_u64(w, o->origin);
	verdict_put(w, o->verdict);
	wire_put_string(w, o->organization);
	wire_put_string(w, o->connection);
	wire_put_string(w, o->detail);
	wire_put_bool(w, o->response);
	wire_put_u8(w, (uint8_t)o->result);
	wire_put_bytes(w, o->login_key);
	wire_put_bytes(w, o->message_key);
	wire_put_i64(w, o->message_until);
	name_id_put(w, &o->name_id);
	wire_put_strings(w, &o->session_indexes);
	sso_started_put(w, &o->started);
}

bool
logout_outcome_get(struct reader *r, struct logout_outcome *o)
{
	memset(o, 0, sizeof(*o));
	request_get(r, &o->request);
	o->origin = wire_get_u64(r);
	o->verdict = verdict_get(r);
	o->organization = wire_get_string(r, EXCHANGE_NAME);
	o->connection = wire_get_string(r, EXCHANGE_NAME);
	o->detail = wire_get_string(r, 1024);
	o->response = wire_get_bool(r);
	o->result = wire_get_enum(r, LOGOUT_MAX);
	o->login_key = burn_get(r);
	o->message_key = burn_get(r);
	o->message_until = wire_get_i64(r);
	name_id_get(r, &o->name_id);
	o->session_indexes = wire_get_strings(r, LIMIT_SESSION_INDEXES,
	    LIMIT_SUBJECT);
	started_get(r, &o->started);
	return wire_end(r);
}

void
logout_outcome_free(struct logout_outcome *o)
{
	strings_free(&o->session_indexes);
	sso_started_free(&o->started);
}

void
logout_answer_put(struct writer *w, const struct logout_answer *a)
{
	verdict_put(w, a->verdict);
	wire_put_bool(w, a->ended);
	wire_put_u8(w, (uint8_t)a->result);
	sso_started_put(w, &a->started);
}

bool
logout_answer_get(struct reader *r, struct logout_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->verdict = verdict_get(r);
	a->ended = wire_get_bool(r);
	a->result = wire_get_enum(r, LOGOUT_MAX);
	started_get(r, &a->started);
	return wire_end(r);
}

void
logout_answer_free(struct logout_answer *a)
{
	sso_started_free(&a->started);
}
