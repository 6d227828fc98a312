/*
 * Put and get of what goes round the ring, side by side; outcomes and their
 * answers are in exchange_outcome.c.  http, verifier, policy; pure.  Must
 * never let through a value that its reader would have to check again.
 */
#include <string.h>

#include "common/exchange.h"
#include "common/exchange_parts.h"
#include "common/limits.h"

#define URL		8192
#define FIELD		LIMIT_LOGIN_MESSAGE

enum verdict
verdict_get(struct reader *r)
{
	unsigned int	 v = wire_get_u16(r);

	if (v >= VERDICT_MAX) {
		r->bad = true;
		return VERDICT_internal;
	}
	return (enum verdict)v;
}

void
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
	q->organization = wire_get_string(r, EXCHANGE_NAME);
	q->connection = wire_get_string(r, EXCHANGE_NAME);
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

void
started_get(struct reader *r, struct sso_started *s)
{
	size_t	 i;

	memset(s, 0, sizeof(*s));
	s->verdict = verdict_get(r);
	s->url = wire_get_string(r, FIELD);
	s->post = wire_get_bool(r);
	s->field_count = wire_get_count(r, STARTED_FIELDS);
	for (i = 0; i < s->field_count; i++) {
		s->fields[i].name = wire_get_string(r, EXCHANGE_NAME);
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
	a->organization = wire_get_string(r, EXCHANGE_NAME);
	a->account = wire_get_string(r, EXCHANGE_NAME);
	a->name = wire_get_string(r, EXCHANGE_NAME);
	a->email = wire_get_string(r, LIMIT_EMAIL);
	a->display_name = wire_get_string(r, LIMIT_DISPLAY_NAME);
	a->role = wire_get_enum(r, ROLE_MAX);
	a->session = wire_get_string(r, EXCHANGE_NAME);
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
	s->organization = wire_get_string(r, EXCHANGE_NAME);
	s->connection = wire_get_string(r, EXCHANGE_NAME);
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
	v->name = wire_get_string(r, EXCHANGE_NAME);
	v->display_name = wire_get_string(r, LIMIT_DISPLAY_NAME);
	v->email = wire_get_string(r, LIMIT_EMAIL);
	v->account = wire_get_string(r, EXCHANGE_NAME);
	v->session = wire_get_string(r, EXCHANGE_NAME);
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
