/*
 * Put and get of what goes round the ring, side by side.  http, verifier,
 * policy; pure.  Must never let through a value that its reader would have
 * to check again.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"

#define NAME		256		/* organization, connection, handle */
#define URL		8192
#define FIELD		LIMIT_LOGIN_MESSAGE

static enum verdict
verdict_get(struct reader *r)
{
	unsigned int	 v = wire_get_u16(r);

	if (v >= VERDICT_MAX) {
		r->bad = true;
		return VERDICT_internal;
	}
	return (enum verdict)v;
}

static void
verdict_put(struct writer *w, enum verdict v)
{
	wire_put_u16(w, (uint16_t)v);
}

static void
cookie_put(struct writer *w, const struct login_cookie *c)
{
	wire_put_string(w, c->name);
	wire_put_string(w, c->value);
}

static void
cookie_get(struct reader *r, struct login_cookie *c)
{
	c->name = wire_get_string(r, 8);
	c->value = wire_get_string(r, 4096);
}

#define COOKIES_MOST \
    (sizeof(((struct sso_request *)NULL)->cookies) / \
    sizeof(((struct sso_request *)NULL)->cookies[0]))

void
sso_request_put(struct writer *w, const struct sso_request *q)
{
	size_t	 i;

	request_put(w, &q->request);
	wire_put_u8(w, (uint8_t)q->endpoint);
	wire_put_u8(w, (uint8_t)q->protocol);
	wire_put_string(w, q->organization);
	wire_put_string(w, q->connection);
	wire_put_bool(w, q->post);
	wire_put_bytes(w, q->query);
	wire_put_bytes(w, q->body);
	wire_put_string(w, q->return_to);
	wire_put_u32(w, (uint32_t)q->cookie_count);
	for (i = 0; i < q->cookie_count; i++)
		cookie_put(w, &q->cookies[i]);
}

bool
sso_request_get(struct reader *r, struct sso_request *q)
{
	size_t	 i;

	memset(q, 0, sizeof(*q));
	request_get(r, &q->request);
	q->endpoint = wire_get_enum(r, ENDPOINT_MAX);
	q->protocol = wire_get_enum(r, PROTOCOL_MAX);
	q->organization = wire_get_string(r, NAME);
	q->connection = wire_get_string(r, NAME);
	q->post = wire_get_bool(r);
	q->query = wire_get_bytes(r);
	q->body = wire_get_bytes(r);
	q->return_to = wire_get_string(r, LIMIT_RETURN_TO);
	q->cookie_count = wire_get_count(r, COOKIES_MOST);
	for (i = 0; i < q->cookie_count; i++)
		cookie_get(r, &q->cookies[i]);
	return wire_end(r);
}

#define STARTED_FIELDS \
    (sizeof(((struct sso_started *)NULL)->fields) / \
    sizeof(((struct sso_started *)NULL)->fields[0]))

void
sso_started_put(struct writer *w, const struct sso_started *s)
{
	size_t	 i;

	verdict_put(w, s->verdict);
	wire_put_string(w, s->url);
	wire_put_bool(w, s->post);
	wire_put_u32(w, (uint32_t)s->field_count);
	for (i = 0; i < s->field_count; i++) {
		wire_put_string(w, s->fields[i].name);
		wire_put_string(w, s->fields[i].value);
	}
	cookie_put(w, &s->set_cookie);
	wire_put_strings(w, &s->clear);
}

static void
started_get(struct reader *r, struct sso_started *s)
{
	size_t	 i;

	memset(s, 0, sizeof(*s));
	s->verdict = verdict_get(r);
	s->url = wire_get_string(r, FIELD);
	s->post = wire_get_bool(r);
	s->field_count = wire_get_count(r, STARTED_FIELDS);
	for (i = 0; i < s->field_count; i++) {
		s->fields[i].name = wire_get_string(r, NAME);
		s->fields[i].value = wire_get_string(r, FIELD);
	}
	cookie_get(r, &s->set_cookie);
	s->clear = wire_get_strings(r, 64, 8);
}

bool
sso_started_get(struct reader *r, struct sso_started *s)
{
	started_get(r, s);
	return wire_end(r);
}

void
sso_started_free(struct sso_started *s)
{
	strings_free(&s->clear);
}

void
sp_metadata_put(struct writer *w, const struct sp_metadata *m)
{
	verdict_put(w, m->verdict);
	wire_put_bytes(w, m->document);
}

bool
sp_metadata_get(struct reader *r, struct sp_metadata *m)
{
	m->verdict = verdict_get(r);
	m->document = wire_get_bytes(r);
	return wire_end(r);
}

void
name_id_put(struct writer *w, const struct name_id *n)
{
	wire_put_string(w, n->value);
	wire_put_string(w, n->format);
	wire_put_string(w, n->name_qualifier);
	wire_put_string(w, n->sp_name_qualifier);
	wire_put_string(w, n->sp_provided_id);
}

void
name_id_get(struct reader *r, struct name_id *n)
{
	n->value = wire_get_string(r, LIMIT_SUBJECT);
	n->format = wire_get_string(r, LIMIT_SUBJECT);
	n->name_qualifier = wire_get_string(r, LIMIT_SUBJECT);
	n->sp_name_qualifier = wire_get_string(r, LIMIT_SUBJECT);
	n->sp_provided_id = wire_get_string(r, LIMIT_SUBJECT);
}

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
	o->verdict = verdict_get(r);
	o->organization = wire_get_string(r, NAME);
	o->connection = wire_get_string(r, NAME);
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
	a->organization = wire_get_string(r, NAME);
	a->connection = wire_get_string(r, NAME);
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
	l->organization = wire_get_string(r, NAME);
	l->connection = wire_get_string(r, NAME);
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
	o->organization = wire_get_string(r, NAME);
	o->connection = wire_get_string(r, NAME);
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

void
login_keys_put(struct writer *w, const struct login_keys *k)
{
	int	 i;

	for (i = 0; i < 2; i++) {
		wire_put_u64(w, k->id[i]);
		wire_put_bytes(w, k->key[i]);
	}
	wire_put_i64(w, k->renew);
}

bool
login_keys_get(struct reader *r, struct login_keys *k)
{
	int	 i;

	for (i = 0; i < 2; i++) {
		k->id[i] = wire_get_u64(r);
		k->key[i] = wire_get_bytes(r);
		if (k->key[i].len != (k->id[i] == 0 ? 0 : LOGIN_KEY))
			r->bad = true;
	}
	k->renew = wire_get_i64(r);
	return wire_end(r);
}

void
access_check_put(struct writer *w, const struct access_check *c)
{
	request_put(w, &c->request);
	wire_put_bool(w, c->safe);
	wire_put_string(w, c->path);
	wire_put_bool(w, c->plain);
}

bool
access_check_get(struct reader *r, struct access_check *c)
{
	request_get(r, &c->request);
	c->safe = wire_get_bool(r);
	c->path = wire_get_string(r, URL);
	c->plain = wire_get_bool(r);
	return wire_end(r);
}

void
access_answer_put(struct writer *w, const struct access_answer *a)
{
	verdict_put(w, a->verdict);
	wire_put_string(w, a->organization);
	wire_put_string(w, a->account);
	wire_put_string(w, a->name);
	wire_put_string(w, a->email);
	wire_put_string(w, a->display_name);
	wire_put_u8(w, (uint8_t)a->role);
	wire_put_string(w, a->session);
	wire_put_i64(w, a->expires);
	wire_put_strings(w, &a->groups);
}

bool
access_answer_get(struct reader *r, struct access_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->verdict = verdict_get(r);
	a->organization = wire_get_string(r, NAME);
	a->account = wire_get_string(r, NAME);
	a->name = wire_get_string(r, NAME);
	a->email = wire_get_string(r, LIMIT_EMAIL);
	a->display_name = wire_get_string(r, LIMIT_DISPLAY_NAME);
	a->role = wire_get_enum(r, ROLE_MAX);
	a->session = wire_get_string(r, NAME);
	a->expires = wire_get_i64(r);
	a->groups = wire_get_strings(r, LIMIT_HEADER_GROUPS_MOST, LIMIT_SLUG);
	return wire_end(r);
}

void
access_answer_free(struct access_answer *a)
{
	strings_free(&a->groups);
}

static void
stamp_put(struct writer *w, const struct session_stamp *s)
{
	wire_put_string(w, s->organization);
	wire_put_string(w, s->connection);
	wire_put_u8(w, (uint8_t)s->role);
	wire_put_i64(w, s->since);
	wire_put_i64(w, s->expires);
	wire_put_strings(w, &s->groups);
}

static void
stamp_get(struct reader *r, struct session_stamp *s)
{
	s->organization = wire_get_string(r, NAME);
	s->connection = wire_get_string(r, NAME);
	s->role = wire_get_enum(r, ROLE_MAX);
	s->since = wire_get_i64(r);
	s->expires = wire_get_i64(r);
	s->groups = wire_get_strings(r, LIMIT_VALUES, LIMIT_SLUG + 16);
}

void
session_view_put(struct writer *w, const struct session_view *v)
{
	size_t	 i;

	verdict_put(w, v->verdict);
	wire_put_string(w, v->name);
	wire_put_string(w, v->display_name);
	wire_put_string(w, v->email);
	wire_put_string(w, v->account);
	wire_put_string(w, v->session);
	wire_put_string(w, v->form_token);
	wire_put_u32(w, (uint32_t)v->stamp_count);
	for (i = 0; i < v->stamp_count; i++)
		stamp_put(w, &v->stamps[i]);
}

bool
session_view_get(struct reader *r, struct session_view *v)
{
	size_t	 i;

	memset(v, 0, sizeof(*v));
	v->verdict = verdict_get(r);
	v->name = wire_get_string(r, NAME);
	v->display_name = wire_get_string(r, LIMIT_DISPLAY_NAME);
	v->email = wire_get_string(r, LIMIT_EMAIL);
	v->account = wire_get_string(r, NAME);
	v->session = wire_get_string(r, NAME);
	v->form_token = wire_get_string(r, 2 * LIMIT_TOKEN);
	v->stamp_count = wire_get_count(r, SESSION_STAMPS);
	for (i = 0; i < v->stamp_count; i++)
		stamp_get(r, &v->stamps[i]);
	return wire_end(r);
}

void
session_view_free(struct session_view *v)
{
	size_t	 i;

	for (i = 0; i < v->stamp_count; i++)
		strings_free(&v->stamps[i].groups);
}

void
session_end_put(struct writer *w, const struct session_end *e)
{
	request_put(w, &e->request);
	wire_put_string(w, e->form_token);
}

bool
session_end_get(struct reader *r, struct session_end *e)
{
	request_get(r, &e->request);
	e->form_token = wire_get_string(r, LIMIT_BODY_SMALL);
	return wire_end(r);
}

void
session_ended_put(struct writer *w, const struct session_ended *s)
{
	verdict_put(w, s->verdict);
	wire_put_bool(w, s->follows);
}

bool
session_ended_get(struct reader *r, struct session_ended *s)
{
	s->verdict = verdict_get(r);
	s->follows = wire_get_bool(r);
	return wire_end(r);
}

void
result_put(struct writer *w, const struct result *s)
{
	verdict_put(w, s->verdict);
	wire_put_string(w, s->detail);
}

bool
result_get(struct reader *r, struct result *s)
{
	s->verdict = verdict_get(r);
	s->detail = wire_get_string(r, 4096);
	return !r->bad;
}
