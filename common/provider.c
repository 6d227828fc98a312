/*
 * Put and get of what is said of identity providers, side by side.
 * verifier, fetch, policy; pure.  Must never let through a value that its
 * reader would have to check again.
 */
#include <string.h>

#include "common/limits.h"
#include "common/provider.h"

#define NAME		256
#define DETAIL		1024
#define TYPE		256
#define FIELD		(3 * LIMIT_SECRET)	/* Basic, with both parts */

static struct bytes
most_get(struct reader *r, size_t most)
{
	struct bytes	 b = wire_get_bytes(r);

	if (b.len > most)
		r->bad = true;
	return b;
}

const char *
fetch_result_name(enum fetch_result f)
{
	static const char *const	 names[FETCH_MAX] = {
		"answered", "refused", "unresolved", "inside", "unreachable",
		"untrusted", "timeout", "too large", "malformed", "busy", "lost"
	};

	return (unsigned int)f < FETCH_MAX ? names[f] : "unknown";
}

const char *
document_name(enum document_kind k)
{
	static const char *const	 names[DOCUMENT_MAX] = {
		"metadata", "discovery", "keys"
	};

	return (unsigned int)k < DOCUMENT_MAX ? names[k] : "unknown";
}

void
fetch_request_put(struct writer *w, const struct fetch_request *q)
{
	wire_put_string(w, q->organization);
	wire_put_string(w, q->connection);
	wire_put_string(w, q->url);
	wire_put_bool(w, q->post);
	wire_put_string(w, q->accept);
	wire_put_string(w, q->authorization);
	wire_put_string(w, q->etag);
	wire_put_bytes(w, q->body);
	wire_put_u32(w, q->most);
	wire_put_u32(w, q->milliseconds);
}

bool
fetch_request_get(struct reader *r, struct fetch_request *q)
{
	memset(q, 0, sizeof(*q));
	q->organization = wire_get_string(r, NAME);
	q->connection = wire_get_string(r, NAME);
	q->url = wire_get_string(r, LIMIT_URL);
	q->post = wire_get_bool(r);
	q->accept = wire_get_string(r, TYPE);
	q->authorization = wire_get_string(r, FIELD);
	q->etag = wire_get_string(r, TYPE);
	q->body = wire_get_bytes(r);
	q->most = wire_get_u32(r);
	q->milliseconds = wire_get_u32(r);
	if (q->most > LIMIT_FETCH_METADATA)
		r->bad = true;
	return wire_end(r);
}

void
fetch_answer_put(struct writer *w, const struct fetch_answer *a)
{
	wire_put_string(w, a->organization);
	wire_put_string(w, a->connection);
	wire_put_u8(w, (uint8_t)a->result);
	wire_put_string(w, a->detail);
	wire_put_u32(w, a->status);
	wire_put_string(w, a->type);
	wire_put_string(w, a->etag);
	wire_put_i64(w, a->max_age);
	wire_put_bytes(w, a->body);
}

bool
fetch_answer_get(struct reader *r, struct fetch_answer *a)
{
	memset(a, 0, sizeof(*a));
	a->organization = wire_get_string(r, NAME);
	a->connection = wire_get_string(r, NAME);
	a->result = wire_get_enum(r, FETCH_MAX);
	a->detail = wire_get_string(r, DETAIL);
	a->status = wire_get_u32(r);
	a->type = wire_get_string(r, TYPE);
	a->etag = wire_get_string(r, TYPE);
	a->max_age = wire_get_i64(r);
	a->body = most_get(r, LIMIT_FETCH_METADATA);
	return wire_end(r);
}

void
document_put(struct writer *w, const struct document *d)
{
	wire_put_string(w, d->organization);
	wire_put_string(w, d->connection);
	wire_put_u8(w, (uint8_t)d->kind);
	wire_put_string(w, d->url);
	wire_put_string(w, d->etag);
	wire_put_i64(w, d->fetched);
	wire_put_bool(w, d->replaced);
	wire_put_bytes(w, d->body);
}

bool
document_get(struct reader *r, struct document *d)
{
	memset(d, 0, sizeof(*d));
	d->organization = wire_get_string(r, NAME);
	d->connection = wire_get_string(r, NAME);
	d->kind = wire_get_enum(r, DOCUMENT_MAX);
	d->url = wire_get_string(r, LIMIT_URL);
	d->etag = wire_get_string(r, TYPE);
	d->fetched = wire_get_i64(r);
	d->replaced = wire_get_bool(r);
	d->body = most_get(r, LIMIT_FETCH_METADATA);
	return wire_end(r);
}

void
connection_status_put(struct writer *w, const struct connection_status *s)
{
	wire_put_string(w, s->organization);
	wire_put_string(w, s->connection);
	wire_put_bytes(w, s->records);
}

bool
connection_status_get(struct reader *r, struct connection_status *s)
{
	memset(s, 0, sizeof(*s));
	s->organization = wire_get_string(r, NAME);
	s->connection = wire_get_string(r, NAME);
	s->records = wire_get_bytes(r);
	return wire_end(r);
}

void
connection_switch_put(struct writer *w, const struct connection_switch *s)
{
	wire_put_string(w, s->organization);
	wire_put_string(w, s->connection);
	wire_put_bool(w, s->off);
}

bool
connection_switch_get(struct reader *r, struct connection_switch *s)
{
	memset(s, 0, sizeof(*s));
	s->organization = wire_get_string(r, NAME);
	s->connection = wire_get_string(r, NAME);
	s->off = wire_get_bool(r);
	return wire_end(r);
}

void
check_start_put(struct writer *w, const struct check_start *c)
{
	wire_put_string(w, c->organization);
	wire_put_string(w, c->connection);
	wire_put_string(w, c->subject);
	wire_put_bytes(w, c->token);
}

bool
check_start_get(struct reader *r, struct check_start *c)
{
	memset(c, 0, sizeof(*c));
	c->organization = wire_get_string(r, NAME);
	c->connection = wire_get_string(r, NAME);
	c->subject = wire_get_string(r, LIMIT_SUBJECT);
	c->token = most_get(r, LIMIT_SEALED);
	return wire_end(r);
}

void
check_outcome_put(struct writer *w, const struct check_outcome *c)
{
	wire_put_string(w, c->organization);
	wire_put_string(w, c->connection);
	wire_put_string(w, c->subject);
	wire_put_u8(w, (uint8_t)c->result);
	wire_put_string(w, c->detail);
	wire_put_bytes(w, c->token);
}

bool
check_outcome_get(struct reader *r, struct check_outcome *c)
{
	memset(c, 0, sizeof(*c));
	c->organization = wire_get_string(r, NAME);
	c->connection = wire_get_string(r, NAME);
	c->subject = wire_get_string(r, LIMIT_SUBJECT);
	c->result = wire_get_enum(r, CHECK_MAX);
	c->detail = wire_get_string(r, DETAIL);
	c->token = most_get(r, LIMIT_SEALED);
	return wire_end(r);
}
