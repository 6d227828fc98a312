/*
 * Connections of http: reading, writing in order, time limits.  Must never
 * free a connection while a handler may hold it: the dead are buried at
 * the end of the turn.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/listen.h"
#include "hfssod/http/now.h"

#define READ_ROOM	4096
#define READ_ROOM_BODY	16384
#define LINGER_SECONDS	2
#define STALLED_TRIES	16		/* in one turn */

TAILQ_HEAD(conns, conn);
static struct conns	 all = TAILQ_HEAD_INITIALIZER(all);
static struct conns	 dirty = TAILQ_HEAD_INITIALIZER(dirty);
static struct conns	 stalled = TAILQ_HEAD_INITIALIZER(stalled);
static struct conns	 dead = TAILQ_HEAD_INITIALIZER(dead);
static size_t		 count;

size_t
conn_count(void)
{
	return count;
}

void
conn_mark(struct conn *c)
{
	if (c->dirty || c->dead)
		return;
	c->dirty = true;
	TAILQ_INSERT_TAIL(&dirty, c, dirty_entry);
}

void
conn_phase(struct conn *c, enum phase phase)
{
	if (c->stalled && phase != PHASE_STALLED) {
		TAILQ_REMOVE(&stalled, c, stalled_entry);
		c->stalled = false;
	}
	if (!c->stalled && phase == PHASE_STALLED) {
		TAILQ_INSERT_TAIL(&stalled, c, stalled_entry);
		c->stalled = true;
	}
	c->phase = phase;
	c->since = now_ms();
}

void
conn_kill(struct conn *c)
{
	struct call	*call;

	if (c->dead)
		return;
	conn_phase(c, PHASE_LAST);
	c->dead = true;
	event_del(&c->read);
	event_del(&c->write);
	while ((call = TAILQ_FIRST(&c->calls)) != NULL) {
		TAILQ_REMOVE(&c->calls, call, entry);
		call_free(call);
	}
	stream_close(&c->stream);
	buffer_free(&c->in);
	buffer_free(&c->out);
	intake_drop(c);
	if (c->dirty)
		TAILQ_REMOVE(&dirty, c, dirty_entry);
	TAILQ_REMOVE(&all, c, entry);
	TAILQ_INSERT_TAIL(&dead, c, entry);
	count--;
	listen_closed(&c->peer, c->counted);
}

bool
conn_oldest_body_ends(const struct conn *but)
{
	struct conn	*c, *oldest = NULL;

	TAILQ_FOREACH(c, &all, entry) {
		if (c == but || c->phase != PHASE_BODY ||
		    c->body_held == 0)
			continue;
		if (oldest == NULL || c->since < oldest->since)
			oldest = c;
	}
	if (oldest == NULL)
		return false;
	log_debug("%s: the longest on its way, to make room",
	    address_text(&oldest->peer));
	intake_timeout(oldest);
	return true;
}

bool
conn_wants(const struct conn *c)
{
	if (c->dead || c->ended)
		return false;
	if (c->phase == PHASE_HANDSHAKE || c->phase == PHASE_LINGER)
		return true;
	return c->phase < PHASE_STALLED && c->call_count < LIMIT_PIPELINE &&
	    buffer_len(&c->out) < CONN_OUT_MOST;
}

/* After anything happened: the read event, and memory not needed now. */
static void
settle(struct conn *c)
{
	bool	 want;

	if (c->dead)
		return;
	if (buffer_len(&c->in) == 0)
		buffer_free(&c->in);
	want = conn_wants(c);
	if (want != c->reading) {
		if (want)
			event_add(&c->read, NULL);
		else
			event_del(&c->read);
		c->reading = want;
	}
	if (c->ended && c->phase == PHASE_BODY)
		conn_kill(c);
	else if (c->ended && c->call_count == 0)
		conn_mark(c);
}

/* Read until there is nothing more, or enough. */
static void
fill(struct conn *c)
{
	ssize_t	 n;
	size_t	 room;

	stream_ready(&c->stream);
	while (conn_wants(c)) {
		room = c->phase == PHASE_BODY ? READ_ROOM_BODY : READ_ROOM;
		buffer_room(&c->in, room);
		n = stream_read(&c->stream, c->in.data + c->in.end,
		    buffer_spare(&c->in));
		if (n == STREAM_WANT_IN)
			break;
		if (n == STREAM_WANT_OUT) {
			event_add(&c->write, NULL);
			break;
		}
		if (n == STREAM_ERROR) {
			conn_kill(c);
			return;
		}
		if (n == STREAM_EOF) {
			c->ended = true;
			break;
		}
		buffer_grew(&c->in, (size_t)n);
		intake(c);
	}
	if (!c->dead)
		stream_rest(&c->stream);
}

static void
shake(struct conn *c)
{
	int	 r;

	stream_ready(&c->stream);
	r = stream_handshake(&c->stream);
	stream_rest(&c->stream);
	if (r == STREAM_WANT_OUT)
		event_add(&c->write, NULL);
	else if (r == 1)
		conn_phase(c, PHASE_IDLE);
	else if (r != STREAM_WANT_IN)
		conn_kill(c);
}

static void
readable(int fd, short what, void *arg)
{
	struct conn	*c = arg;

	(void)fd;
	(void)what;
	if (c->dead)
		return;
	if (c->phase == PHASE_LINGER) {
		if (!stream_discard(&c->stream))
			conn_kill(c);
		return;
	}
	if (c->phase == PHASE_HANDSHAKE)
		shake(c);
	if (!c->dead && c->phase != PHASE_HANDSHAKE)
		fill(c);
	settle(c);
}

/* Everything is written: what next? */
static void
written(struct conn *c)
{
	buffer_free(&c->out);
	c->blocked = 0;
	/* What it sent before it ended, and was left for want of room. */
	if (c->ended && c->phase < PHASE_BODY)
		intake(c);
	if (c->call_count > 0 || buffer_len(&c->out) > 0) {
		settle(c);
		return;
	}
	if (c->phase == PHASE_LAST && c->linger && !c->ended) {
		stream_finish(&c->stream);
		conn_phase(c, PHASE_LINGER);
		settle(c);
	} else if (c->phase == PHASE_LAST || c->ended)
		conn_kill(c);
	else
		settle(c);
}

static void
flush(struct conn *c)
{
	ssize_t	 n;
	bool	 was = c->reading;

	while (buffer_len(&c->out) > 0) {
		n = stream_write(&c->stream, buffer_at(&c->out),
		    buffer_len(&c->out));
		if (n == STREAM_WANT_OUT || n == STREAM_WANT_IN) {
			if (c->blocked == 0)
				c->blocked = now_ms();
			if (n == STREAM_WANT_OUT)
				event_add(&c->write, NULL);
			return;
		}
		if (n <= 0) {
			conn_kill(c);
			return;
		}
		buffer_take(&c->out, (size_t)n);
	}
	written(c);
	/*
	 * There is room again for what was left unread, which may lie where
	 * no event tells of it.
	 */
	if (!c->dead && c->reading && !was && c->phase < PHASE_STALLED) {
		intake(c);
		fill(c);
		settle(c);
	}
}

static void
writable(int fd, short what, void *arg)
{
	struct conn	*c = arg;

	(void)fd;
	(void)what;
	if (c->dead)
		return;
	if (c->phase == PHASE_HANDSHAKE)
		readable(fd, what, arg);
	else
		conn_mark(c);
}

void
conn_new(int fd, const struct address *peer, bool counted)
{
	const struct config	*config = config_current();
	struct conn		*c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("calloc");
	if (!stream_open(&c->stream, fd, config->server)) {
		listen_closed(peer, counted);
		free(c);
		return;
	}
	TAILQ_INIT(&c->calls);
	c->peer = *peer;
	c->counted = counted;
	if (event_assign(&c->read, child_base(), fd, EV_READ | EV_PERSIST,
	    readable, c) == -1 || event_assign(&c->write, child_base(), fd,
	    EV_WRITE, writable, c) == -1)
		fatalx("event_assign");
	conn_phase(c, config->server == NULL ? PHASE_IDLE : PHASE_HANDSHAKE);
	TAILQ_INSERT_TAIL(&all, c, entry);
	count++;
	settle(c);
}

void
conn_alive(struct conn *c)
{
	if (c->phase == PHASE_LAST)
		c->since = now_ms();
}

struct buffer *
conn_answer_buffer(struct call *call)
{
	return call == TAILQ_FIRST(&call->conn->calls) ? &call->conn->out :
	    &call->out;
}

bool
conn_is_last(const struct call *call)
{
	return TAILQ_NEXT(call, entry) == NULL;
}

static void
access_line(const struct call *call)
{
	if (call->line == NULL)
		return;
	log_info("%s %s %d %zu %s", address_text(&call->client), call->line,
	    call->status, call->sent, log_id(call->id));
}

void
conn_answered(struct call *call)
{
	struct conn	*c = call->conn;

	call->done = true;
	access_line(call);
	if (call->close)
		conn_phase(c, PHASE_LAST);
	while ((call = TAILQ_FIRST(&c->calls)) != NULL) {
		buffer_move(&c->out, &call->out);
		if (!call->done)
			break;
		if (call == c->current)
			c->current = NULL;
		TAILQ_REMOVE(&c->calls, call, entry);
		c->call_count--;
		call_free(call);
	}
	conn_mark(c);
}

static void
stalled_again(void)
{
	struct conn	*c, *next;
	int		 tries;

	tries = STALLED_TRIES;
	for (c = TAILQ_FIRST(&stalled); c != NULL && tries > 0; c = next) {
		next = TAILQ_NEXT(c, stalled_entry);
		if (!intake_again(c))
			tries--;
		else
			conn_mark(c);
	}
}

void
conn_turn(void)
{
	struct conn	*c;

	stalled_again();
	while ((c = TAILQ_FIRST(&dirty)) != NULL) {
		TAILQ_REMOVE(&dirty, c, dirty_entry);
		c->dirty = false;
		flush(c);
	}
	while ((c = TAILQ_FIRST(&dead)) != NULL) {
		TAILQ_REMOVE(&dead, c, entry);
		free(c);
	}
}

static void
sweep_one(struct conn *c, int64_t now)
{
	static const int	 seconds[] = {
		[PHASE_HANDSHAKE] = LIMIT_TIME_HANDSHAKE,
		[PHASE_IDLE] = LIMIT_TIME_IDLE,
		[PHASE_HEAD] = LIMIT_TIME_HEADERS,
		[PHASE_BODY] = LIMIT_TIME_BODY,
		[PHASE_STALLED] = LIMIT_PEER_WAIT,
		[PHASE_GUARDED] = LIMIT_PEER_WAIT + LIMIT_TIME_BODY,
		[PHASE_LAST] = LIMIT_PEER_WAIT + LIMIT_TIME_WRITE,
		[PHASE_LINGER] = LINGER_SECONDS
	};

	if (c->blocked != 0 && now - c->blocked > LIMIT_TIME_WRITE * 1000) {
		conn_kill(c);
		return;
	}
	if (now - c->since <= (int64_t)seconds[c->phase] * 1000)
		return;
	if (c->phase == PHASE_IDLE && c->call_count > 0)
		return;
	if (c->phase >= PHASE_HEAD && c->phase <= PHASE_GUARDED)
		intake_timeout(c);
	else
		conn_kill(c);
}

void
conn_sweep(int64_t now)
{
	struct conn	*c, *next;

	for (c = TAILQ_FIRST(&all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		sweep_one(c, now);
	}
}

void
conn_drain(void)
{
	struct conn	*c, *next;

	for (c = TAILQ_FIRST(&all); c != NULL; c = next) {
		next = TAILQ_NEXT(c, entry);
		if (c->call_count == 0 && c->phase <= PHASE_IDLE &&
		    buffer_len(&c->out) == 0)
			conn_kill(c);
	}
}
