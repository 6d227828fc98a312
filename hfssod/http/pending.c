/*
 * The table of calls that wait for a peer.  Must never give an answer to
 * another call than the one that asked, nor one from another instance.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/crowd.h"
#include "hfssod/http/now.h"
#include "hfssod/http/pending.h"

#define BUCKETS		1024

/* What one peer has been asked and not answered: peer->data. */
struct load {
	size_t	 count;
	size_t	 octets;
};

static struct call		*buckets[BUCKETS];
static TAILQ_HEAD(, call)	 order = TAILQ_HEAD_INITIALIZER(order);
static pending_fail_fn		*failed;

void
pending_init(pending_fail_fn *fn)
{
	failed = fn;
}

void
pending_joined(struct peer *peer)
{
	if (peer->data == NULL &&
	    (peer->data = calloc(1, sizeof(struct load))) == NULL)
		fatal("calloc");
}

bool
pending_room(const struct peer *peer, size_t octets)
{
	const struct load	*load = peer->data;

	return load->count < LIMIT_OUTSTANDING && (load->count == 0 ||
	    load->octets + octets <= LIMIT_OUTSTANDING_BYTES);
}

struct pending_left
pending_left(const struct peer *peer)
{
	const struct load	*load = peer->data;
	struct pending_left	 left = { 0, 0 };

	if (load->count < LIMIT_OUTSTANDING)
		left.count = LIMIT_OUTSTANDING - load->count;
	if (load->octets < LIMIT_OUTSTANDING_BYTES)
		left.octets = LIMIT_OUTSTANDING_BYTES - load->octets;
	return left;
}

static struct call **
bucket(uint64_t id)
{
	return &buckets[id % BUCKETS];
}

/* Into the table; the deadline begins. */
static void
put_on(struct call *c)
{
	struct call	**b;

	c->waiting.on = true;
	c->waiting.until = now_ms() + LIMIT_PEER_WAIT * 1000;
	b = bucket(c->id);
	c->waiting.next = *b;
	*b = c;
	TAILQ_INSERT_TAIL(&order, c, waiting.entry);
}

void
pending_send(struct call *c, struct peer *peer, struct peer *also,
    enum message message, const struct writer *w)
{
	struct load	*load = peer->data;

	c->waiting.answer = message_info(message)->answer;
	c->waiting.asked = peer->instance;
	c->waiting.also = also == NULL ? 0 : also->instance;
	c->waiting.instead = message == MESSAGE_session_end ?
	    MESSAGE_sso_started : MESSAGE_none;
	c->waiting.octets = w->len;
	put_on(c);
	load->count++;
	load->octets += w->len;
	peer_send(peer, message, c->id, w);
}

void
pending_follow(struct call *c)
{
	c->waiting.answer = MESSAGE_sso_started;
	c->waiting.instead = MESSAGE_sso_started;
	c->waiting.asked = c->waiting.also = 0;
	c->waiting.octets = 0;
	put_on(c);
}

static void
take_off(struct call *c)
{
	struct peer	*peer;
	struct load	*load;
	struct call	**p;

	for (p = bucket(c->id); *p != c; p = &(*p)->waiting.next)
		;
	*p = c->waiting.next;
	TAILQ_REMOVE(&order, c, waiting.entry);
	c->waiting.on = false;
	crowd_leave(c);
	if ((peer = child_instance(c->waiting.asked)) == NULL)
		return;
	load = peer->data;
	load->count--;
	load->octets -= c->waiting.octets;
}

/* Take one off; NULL if its client has left. */
static struct call *
taken(struct call *c)
{
	take_off(c);
	if (c->conn != NULL)
		return c;
	free(c);
	return NULL;
}

struct call *
pending_take(uint64_t id, enum message answer, const struct peer *from)
{
	const struct message_info	*info;
	struct call			*c;
	uint64_t			 expect;

	for (c = *bucket(id); c != NULL && c->id != id; c = c->waiting.next)
		;
	if (c == NULL) {
		log_debug("late %s %s", message_name(answer), log_id(id));
		return NULL;
	}
	/* The other way round, from a verifier that policy chose. */
	if (answer == c->waiting.instead && (from->kinds & KIND_VERIFIER))
		return taken(c);
	/* Round the ring the answer comes from the peer beyond. */
	info = message_info(answer);
	expect = c->waiting.also != 0 && (info->from & KIND_POLICY) ?
	    c->waiting.also : c->waiting.asked;
	if (c->waiting.answer != answer || from->instance != expect) {
		log_warnx("unasked %s %s dropped", message_name(answer),
		    log_id(id));
		return NULL;
	}
	return taken(c);
}

/*
 * The peer is still at work: what it was asked counts until it answers, or
 * clients that ask and leave could ask for more than there is room for.
 */
void
pending_cancel(struct call *c)
{
	struct call	*g, **p;

	if (!c->waiting.on)
		return;
	if ((g = calloc(1, sizeof(*g))) == NULL)
		fatal("calloc");
	g->id = c->id;
	g->waiting = c->waiting;
	for (p = bucket(c->id); *p != c; p = &(*p)->waiting.next)
		;
	*p = g;
	TAILQ_INSERT_AFTER(&order, c, g, waiting.entry);
	TAILQ_REMOVE(&order, c, waiting.entry);
	crowd_replace(c, g);
	c->waiting.on = false;
}

/* No answer will come. */
static void
give_up(struct call *c)
{
	if ((c = taken(c)) != NULL)
		failed(c);
}

bool
pending_any(void)
{
	return !TAILQ_EMPTY(&order);
}

void
pending_lost(struct peer *peer)
{
	struct call	*c, *next;

	for (c = TAILQ_FIRST(&order); c != NULL; c = next) {
		next = TAILQ_NEXT(c, waiting.entry);
		if (c->waiting.asked != peer->instance &&
		    c->waiting.also != peer->instance &&
		    (c->waiting.asked != 0 ||
		    (peer->kinds & KIND_VERIFIER) == 0))
			continue;
		give_up(c);
	}
	free(peer->data);
	peer->data = NULL;
}

void
pending_expire(int64_t now)
{
	struct call	*c;

	while ((c = TAILQ_FIRST(&order)) != NULL && c->waiting.until <= now) {
		log_warnx("no answer in %d seconds %s", LIMIT_PEER_WAIT,
		    log_id(c->id));
		give_up(c);
	}
}
