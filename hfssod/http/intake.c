/*
 * From octets to calls in http: heads, bodies, dispatch.  Must never keep
 * a pointer into a connection's octets beyond one step: they move.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/forwarded.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"
#include "hfssod/http/route.h"

/* The head that is being looked at; only ever one at a time. */
static struct head	 head;

/* Octets of all bodies that are being read, or wait for a peer. */
static size_t		 bodies;

void
intake_drop(struct conn *c)
{
	bodies -= c->body_held;
	c->body_held = 0;
	buffer_free(&c->body);
}

/*
 * Count what the body takes now.  Those that take longest make room: whoever
 * sends his form at once is done before it is his turn.  False: there is
 * none left, since all are whole and wait for a peer.
 */
static bool
hold(struct conn *c)
{
	bodies += c->body.size - c->body_held;
	c->body_held = c->body.size;
	while (bodies > LIMIT_BODIES)
		if (!conn_oldest_body_ends(c))
			return false;
	return true;
}

size_t
intake_keep(struct conn *c, struct buffer *to)
{
	size_t	 held = c->body_held;

	*to = c->body;
	memset(&c->body, 0, sizeof(c->body));
	c->body_held = 0;
	return held;
}

bool
intake_hold(size_t octets)
{
	if (bodies + octets > LIMIT_BODIES)
		return false;
	bodies += octets;
	return true;
}

void
intake_forget(size_t octets)
{
	bodies -= octets;
}

static struct call *
call_begin(struct conn *c)
{
	struct call	*call;

	call = call_new(c);
	TAILQ_INSERT_TAIL(&c->calls, call, entry);
	c->call_count++;
	c->current = call;
	call->client = c->peer;
	return call;
}

/* Nothing more will be read: what is still coming is not understood. */
static void
give_up(struct conn *c, struct call *call)
{
	call->close = true;
	c->linger = true;
	buffer_free(&c->in);
	intake_drop(c);
}

static void
malformed(struct conn *c, int status, const char *why)
{
	struct call	*call;

	log_debug("%s: %s", address_text(&c->peer), why);
	call = call_begin(c);
	give_up(c, call);
	response_status(call, status);
}

static void
note_line(struct call *call)
{
	if (!config_current()->view->access_log)
		return;
	if (asprintf(&call->line, "%.*s %.*s", (int)head.method_name.len,
	    (const char *)head.method_name.data, (int)head.path.len,
	    (const char *)head.path.data) == -1)
		fatal("asprintf");
}

/* The request is whole: hand it to its handler.  False: stalled. */
static bool
dispatch(struct conn *c)
{
	struct incoming	 in;
	struct call	*call = c->current;

	in.head = &head;
	in.body.data = c->body.data == NULL ? NULL : buffer_at(&c->body);
	in.body.len = buffer_len(&c->body);
	route_parts(call->route, &head, in.part);
	/* Another request may follow, unless the answer says otherwise. */
	if (c->phase != PHASE_STALLED)
		conn_phase(c, call->close ? PHASE_LAST : PHASE_IDLE);
	if (!call->route->fn(call, &in)) {
		conn_phase(c, PHASE_STALLED);
		return false;
	}
	/* The call may be gone by now. */
	if (c->dead)
		return true;
	if (c->phase == PHASE_STALLED)
		conn_phase(c, head.close ? PHASE_LAST : PHASE_IDLE);
	c->current = NULL;
	buffer_take(&c->in, c->head_size);
	intake_drop(c);
	return true;
}

static void
invite(struct conn *c, struct call *call)
{
	static const char	 go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (head.expect && buffer_len(&c->in) == head.size &&
	    buffer_len(&c->body) == 0) {
		buffer_add(conn_answer_buffer(call), go_on,
		    sizeof(go_on) - 1);
		conn_mark(c);
	}
}

/* Ask whether so large a body may come: the guard of its route knows. */
static bool
guard(struct conn *c, struct call *call, uint64_t octets)
{
	if (call->route->entrance == NULL || call->guarded ||
	    octets <= LIMIT_BODY_EARLY)
		return false;
	call->guarded = true;
	conn_phase(c, PHASE_GUARDED);
	call->route->entrance->guard(call);
	return true;
}

static void
expect_body(struct conn *c, struct call *call)
{
	conn_phase(c, PHASE_BODY);
	memset(&c->chunked, 0, sizeof(c->chunked));
	if (!guard(c, call, head.length))
		invite(c, call);
}

/* What is wrong with a request whose route is known: nothing, or it says. */
static bool
refused_early(struct conn *c, struct call *call, bool body)
{
	enum verdict	 v;

	if (call->route->entrance == NULL ||
	    (v = call->route->entrance->early(call, &head)) == VERDICT_ok)
		return false;
	if (body)
		give_up(c, call);
	else
		buffer_take(&c->in, head.size);
	conn_phase(c, call->close ? PHASE_LAST : PHASE_IDLE);
	c->current = NULL;
	response_verdict(call, v);
	return true;
}

/* A head is there. */
static bool
request(struct conn *c)
{
	const struct http_view	*v = config_current()->view;
	struct call		*call;
	bool			 body;
	int			 status;

	c->seen = 0;
	c->head_size = head.size;
	call = call_begin(c);
	call->head = head.method == METHOD_HEAD;
	call->http10 = head.http10;
	call->close = head.close;
	call->client = forwarded_client(&head, &c->peer, v->proxies,
	    v->proxy_count);
	note_line(call);
	body = head.chunked || head.length > 0;
	if ((status = route_admit(&head, call)) == 0) {
		if (refused_early(c, call, body))
			return true;
		if (!body)
			return dispatch(c);
		expect_body(c, call);
		return true;
	}
	if (body)
		give_up(c, call);
	else
		buffer_take(&c->in, head.size);
	conn_phase(c, call->close ? PHASE_LAST : PHASE_IDLE);
	c->current = NULL;
	if (status == 405)
		response_allow(call, call->allow);
	else if (status == 404)
		response_verdict(call, VERDICT_not_found);
	else
		response_status(call, status);
	return true;
}

/* The head of the request whose body is being read, once more. */
static void
head_again(struct conn *c)
{
	size_t	 seen = 0;

	if (head_parse(&head, buffer_at(&c->in), c->head_size, &seen) !=
	    PARSE_DONE)
		fatalx("a head changed");
}

static void
body_refused(struct conn *c, int status)
{
	struct call	*call = c->current;

	c->current = NULL;
	give_up(c, call);
	response_status(call, status);
}

/* What came after the head: take the body's part of it.  True: whole. */
static bool
body(struct conn *c)
{
	enum parse	 r;
	uint8_t		*from, *to;
	size_t		 len, used, got, most;

	most = c->current->route->body_most;
	from = buffer_at(&c->in) + c->head_size;
	len = buffer_len(&c->in) - c->head_size;
	if (head.chunked) {
		to = buffer_room(&c->body, len);
		r = chunked_decode(&c->chunked, from, len, &used, to, &got);
		buffer_grew(&c->body, got);
		if (r == PARSE_BAD) {
			log_debug("%s: malformed chunk",
			    address_text(&c->peer));
			body_refused(c, 400);
			return false;
		}
	} else {
		used = (size_t)head.length - buffer_len(&c->body);
		if (used > len)
			used = len;
		buffer_add(&c->body, from, used);
		r = buffer_len(&c->body) == head.length ? PARSE_DONE :
		    PARSE_MORE;
	}
	if (buffer_len(&c->body) > most) {
		body_refused(c, 413);
		return false;
	}
	if (!hold(c)) {
		body_refused(c, 503);
		return false;
	}
	/* What follows the body moves up to the head. */
	memmove(from, from + used, len - used);
	c->in.end -= used;
	if (r == PARSE_DONE)
		return true;
	(void)guard(c, c->current, buffer_len(&c->body));
	return false;
}

/* One step; false when more octets or time are needed. */
static bool
step(struct conn *c)
{
	if (c->phase == PHASE_BODY) {
		head_again(c);
		return body(c) && dispatch(c);
	}
	if (c->phase > PHASE_BODY || c->call_count >= LIMIT_PIPELINE ||
	    buffer_len(&c->in) == 0)
		return false;
	switch (head_parse(&head, buffer_at(&c->in), buffer_len(&c->in),
	    &c->seen)) {
	case PARSE_MORE:
		if (c->phase == PHASE_IDLE)
			conn_phase(c, PHASE_HEAD);
		return false;
	case PARSE_BAD:
		malformed(c, head.status, head.why);
		return false;
	case PARSE_DONE:
		break;
	}
	return request(c);
}

void
intake(struct conn *c)
{
	while (!c->dead && buffer_len(&c->out) < CONN_OUT_MOST && step(c))
		;
}

bool
intake_again(struct conn *c)
{
	head_again(c);
	if (!dispatch(c))
		return false;
	intake(c);
	return true;
}

void
intake_go_on(struct call *call)
{
	struct conn	*c = call->conn;

	head_again(c);
	conn_phase(c, PHASE_BODY);
	invite(c, call);
	conn_mark(c);
}

void
intake_abandon(struct call *call)
{
	struct conn	*c = call->conn;

	if (call != c->current || c->phase != PHASE_GUARDED)
		return;
	c->current = NULL;
	give_up(c, call);
}

void
intake_timeout(struct conn *c)
{
	struct call	*call = c->current;
	bool		 stalled = c->phase == PHASE_STALLED ||
			    c->phase == PHASE_GUARDED;

	c->current = NULL;
	if (call == NULL)
		call = call_begin(c);
	pending_cancel(call);
	give_up(c, call);
	if (stalled)
		response_verdict(call, VERDICT_unavailable);
	else
		response_status(call, 408);
}
