/*
 * Bulk in http: one operation after the other, each a write like any.
 * Must never say that an operation was done that policy did not do.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/scim_bulk_text.h"
#include "hfssod/http/scim_write.h"

struct room {
	struct buffer		 body;		/* what the JSON points into */
	size_t			 held;
	struct scim_pool	*pool;
	struct bulk		 bulk;
	size_t			 at;		/* in the steps, to be tried */
	size_t			 errors;
	struct bulk_operation	*now;
	bool			 rest;		/* its rest is tried */
	bool			 running;	/* run is on the stack */
	bool			 over;		/* now has its result */
};

static void	 run(struct call *);

static void
room_end(void *arg)
{
	struct room	*r = arg;

	buffer_free(&r->body);
	intake_forget(r->held);
	scim_pool_free(r->pool);
	free(r);
}

/* --- one operation ---------------------------------------------------- */

static void
result(struct room *r, enum verdict v, const char *detail)
{
	struct bulk_operation	*o = r->now;

	r->over = true;
	if (v != VERDICT_ok)
		r->errors++;
	if (r->rest && v == VERDICT_ok) {
		o->rest = NULL;
		return;
	}
	if (r->rest) {
		bulk_rest_failed(&r->bulk, o, detail[0] != '\0' ? detail :
		    verdict_browser(v));
		return;
	}
	o->tried = true;
	o->verdict = v;
	o->detail = scim_pool_string(r->pool, detail, strlen(detail));
	if (v != VERDICT_ok && o->method == SCIM_CREATE)
		o->id = "";
}

static void
seen(struct call *c, const struct scim_answer *a)
{
	struct room	*r = scim_of(c)->room;
	const char	*id = scim_text(&a->value, SCIM_id);

	if (a->version == 0 || id[0] == '\0')
		return;
	r->now->id = scim_pool_string(r->pool, id, strlen(id));
	r->now->version = a->version;
}

static void
done(struct call *c, const struct scim_answer *a)
{
	struct room	*r = scim_of(c)->room;

	result(r, a->verdict, a->detail);
	if (!r->running)
		run(c);
}

/* No answer to this one: what became of it, if it was asked, nobody knows. */
static void
lost(struct call *c)
{
	struct scim_call	*s = c->own;
	struct room		*r = s->room;

	scim_writing_free(&s->writing);
	if (r->now == NULL) {
		scim_refuse(c, VERDICT_unavailable, "", 0);
		return;
	}
	result(r, VERDICT_unavailable, s->sent ?
	    "The service was not available; this may have been done or not." :
	    "The service was not available; this was not done.");
	/* Not at once: the peer that is going is still on the list. */
	if (!r->running)
		scim_wait(c, run);
}

static void
follow(struct call *c, const struct scim_order *order)
{
	static const struct scim_writer	 writer = { seen, done };
	struct scim_pool		*pool = scim_pool_new();

	scim_write_follow(c, pool, order, &writer);
	scim_pool_free(pool);
}

static void
try(struct call *c)
{
	struct scim_call	*s = c->own;
	struct room		*r = s->room;
	struct bulk_operation	*o = r->now;
	struct scim_order	 order;
	const char		*why = o->detail;
	enum verdict		 v = o->refusal;

	if (v == VERDICT_ok)
		v = bulk_resolve(&r->bulk, o, &why);
	if (v != VERDICT_ok) {
		result(r, v, why);
		return;
	}
	if (o->method != SCIM_CREATE)
		o->id = o->target.id;
	memset(&order, 0, sizeof(order));
	order.method = o->method;
	order.resource = o->target.resource;
	order.id = o->target.id;
	order.body = o->data;
	order.match = o->match;
	s->sent = false;
	follow(c, &order);
}

/* What was left out of one that closes a circle, now that all are there. */
static void
try_rest(struct call *c)
{
	struct scim_call	*s = c->own;
	struct room		*r = s->room;
	struct bulk_operation	*o = r->now;
	struct scim_order	 order;
	const char		*why;
	enum verdict		 v;

	if (o->verdict != VERDICT_ok) {
		r->over = true;
		return;
	}
	if ((v = bulk_resolve_rest(&r->bulk, o, &why)) != VERDICT_ok) {
		result(r, v, why);
		return;
	}
	memset(&order, 0, sizeof(order));
	order.method = SCIM_PATCH;
	order.resource = o->target.resource;
	order.id = o->id;
	order.body = o->rest;
	s->sent = true;		/* the first part of it was done */
	follow(c, &order);
}

/* --- all of them ------------------------------------------------------ */

static void
answer(struct call *c)
{
	struct scim_call	*s = c->own;
	struct room		*r = s->room;
	struct buffer		 text = { 0 };

	bulk_end(&r->bulk);
	bulk_write(&text, &r->bulk, s->url);
	s->out.version = 0;
	scim_reply(c, 200, &text);
}

/* As long as results come at once; else done goes on. */
static void
run(struct call *c)
{
	struct scim_call	*s = c->own;
	struct room		*r = s->room;
	const struct bulk_step	*at;

	while (r->at < r->bulk.step_count &&
	    r->errors < r->bulk.most_errors) {
		at = &r->bulk.steps[r->at++];
		r->now = &r->bulk.operations[at->operation];
		r->rest = at->rest;
		r->over = false;
		r->running = true;
		if (r->rest)
			try_rest(c);
		else
			try(c);
		/* The call is still there: only its connection ends it. */
		r->running = false;
		if (!r->over)
			return;
	}
	answer(c);
}

static void
admitted(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	s->admitted = true;
	run(c);
}

bool
scim_bulk(struct call *c, const struct incoming *in)
{
	static const struct scim_next	 next = { .answer = admitted };
	struct scim_call		*s = c->own;
	struct room			*r;
	struct json			*j;
	const char			*why = NULL;
	enum verdict			 v;

	(void)in;
	if ((r = calloc(1, sizeof(*r))) == NULL)
		fatal("calloc");
	s->room = r;
	s->room_end = room_end;
	s->lost = lost;
	r->pool = scim_pool_new();
	r->held = intake_keep(c->conn, &r->body);
	j = json_read(r->pool, r->body.data == NULL ? NULL :
	    buffer_at(&r->body), buffer_len(&r->body), &why);
	v = j == NULL ? VERDICT_scim_invalid_syntax :
	    bulk_read(&r->bulk, r->pool, j, &why);
	if (v != VERDICT_ok)
		return scim_turn_away(c, v, why);
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_admit);
	return scim_send(c, &next);
}
