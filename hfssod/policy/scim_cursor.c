/*
 * Cursors.  In policy and reader; pure.  A cursor is a place, not a right:
 * one that a client makes up shows it nothing that its token doesn't.  Must
 * never be taken for another question's.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/policy/scim_cursor.h"

#define CURSOR		1	/* the first octet: what it is */
#define PROGRESS	2
#define BACK		3

/* FNV-1a, 64 bits: to tell questions apart, not to keep a secret. */
static uint64_t
hash(const uint8_t *p, size_t len)
{
	uint64_t	 h = 0xcbf29ce484222325u;

	while (len-- > 0)
		h = (h ^ *p++) * 0x100000001b3u;
	return h;
}

uint64_t
scim_cursor_query(const struct scim *s, const struct scim_list *q)
{
	struct writer	 w;
	uint64_t	 h;

	wire_init(&w, LIMIT_SCIM_MESSAGE);
	wire_put_i64(&w, s->organization);
	wire_put_i64(&w, s->connection);
	wire_put_bool(&w, s->token.dry);
	wire_put_i64(&w, s->token.dry ? s->token.row : 0);
	wire_put_u8(&w, (uint8_t)q->where.base);
	wire_put_u8(&w, (uint8_t)q->resource);
	scim_filter_put(&w, q->filter);
	wire_put_u8(&w, (uint8_t)q->sort);
	wire_put_bool(&w, q->descending);
	wire_put_bool(&w, q->cursored);
	h = hash(w.data, w.len);
	wire_free(&w);
	return h;
}

static void
place_put(struct writer *w, const struct scim_place *p)
{
	wire_put_u8(w, (uint8_t)p->phase);
	wire_put_bool(w, p->begun);
	wire_put_i64(w, p->row);
	wire_put_string(w, p->key);
}

static void
place_get(struct reader *r, struct scim_place *p)
{
	p->phase = wire_get_enum(r, 2);
	p->begun = wire_get_bool(r);
	p->row = wire_get_i64(r);
	strlcpy(p->key, wire_get_string(r, PLAN_KEY), sizeof(p->key));
}

static const char *
finish(struct scim_pool *p, struct writer *w)
{
	const char	*text;
	char		*encoded;

	encoded = base64url_encode(w->data, w->len);
	text = scim_pool_string(p, encoded, strlen(encoded));
	free(encoded);
	wire_free(w);
	return text;
}

const char *
scim_cursor_text(struct scim_pool *pool, uint64_t query,
    const struct scim_progress *p)
{
	struct writer	 w;

	wire_init(&w, LIMIT_SCIM_CURSOR);
	wire_put_u8(&w, CURSOR);
	wire_put_u64(&w, query);
	place_put(&w, &p->last);
	wire_put_i64(&w, p->total);
	return finish(pool, &w);
}

const char *
scim_cursor_back(struct scim_pool *pool, uint64_t query,
    const struct scim_progress *p)
{
	struct scim_place	 first = { .row = p->first, .begun = true };
	struct writer		 w;

	wire_init(&w, LIMIT_SCIM_CURSOR);
	wire_put_u8(&w, BACK);
	wire_put_u64(&w, query);
	place_put(&w, &first);
	wire_put_i64(&w, p->total);
	return finish(pool, &w);
}

const char *
scim_progress_text(struct scim_pool *pool, uint64_t query,
    const struct scim_progress *p)
{
	struct writer	 w;

	wire_init(&w, LIMIT_SCIM_AFTER);
	wire_put_u8(&w, PROGRESS);
	wire_put_u64(&w, query);
	place_put(&w, &p->at);
	place_put(&w, &p->last);
	wire_put_i64(&w, p->matched);
	wire_put_i64(&w, p->said);
	wire_put_i64(&w, p->total);
	wire_put_bool(&w, p->more);
	wire_put_u64(&w, p->job);
	wire_put_i64(&w, p->first);
	wire_put_i64(&w, p->most);
	return finish(pool, &w);
}

/* Its octets, if it is this, of that question; NULL if not. */
static uint8_t *
begin(const char *text, uint8_t what, uint64_t query, struct reader *r)
{
	uint8_t	*octets;
	size_t	 len;

	if ((octets = base64url_decode(text, strlen(text), &len)) == NULL)
		return NULL;
	wire_read(r, octets, len);
	if (wire_get_u8(r) == what && wire_get_u64(r) == query && !r->bad)
		return octets;
	free(octets);
	return NULL;
}

bool
scim_cursor_read(const char *text, uint64_t query, struct scim_progress *p)
{
	struct reader	 r;
	uint8_t		*octets;
	bool		 ok;

	memset(p, 0, sizeof(*p));
	if ((octets = begin(text, CURSOR, query, &r)) == NULL) {
		p->back = true;
		if ((octets = begin(text, BACK, query, &r)) == NULL)
			return false;
	}
	place_get(&r, &p->at);
	p->last = p->at;
	p->total = wire_get_i64(&r);
	ok = wire_end(&r) && p->at.row >= 0 && p->total >= 0 && p->at.begun;
	free(octets);
	return ok;
}

bool
scim_progress_read(const char *text, uint64_t query, struct scim_progress *p)
{
	struct reader	 r;
	uint8_t		*octets;
	bool		 ok;

	memset(p, 0, sizeof(*p));
	if ((octets = begin(text, PROGRESS, query, &r)) == NULL)
		return false;
	place_get(&r, &p->at);
	place_get(&r, &p->last);
	p->matched = wire_get_i64(&r);
	p->said = wire_get_i64(&r);
	p->total = wire_get_i64(&r);
	p->more = wire_get_bool(&r);
	p->job = wire_get_u64(&r);
	p->first = wire_get_i64(&r);
	p->most = wire_get_i64(&r);
	ok = wire_end(&r) && p->at.row >= 0 && p->last.row >= 0 &&
	    p->matched >= 0 && p->said >= 0 && p->total >= -1 &&
	    p->first >= 0 && p->most >= 0;
	free(octets);
	return ok;
}
