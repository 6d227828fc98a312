/*
 * The queue of fetch.  Must never let one provider that does not answer
 * take the place of all others, nor answer anybody but the one who asked.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/log.h"
#include "hfssod/fetch/desk.h"
#include "hfssod/fetch/question.h"

#define WARN_MS		60000		/* at most one warning in it */

TAILQ_HEAD(questions, question);
static struct questions	 open = TAILQ_HEAD_INITIALIZER(open);
static struct questions	 waiting = TAILQ_HEAD_INITIALIZER(waiting);
static size_t		 open_count;
static size_t		 waiting_count;
static bool		 moved;		/* since the last turn */

static void
leave(struct question *q)
{
	moved = true;
	if (q->stage == STAGE_WAITING) {
		TAILQ_REMOVE(&waiting, q, entry);
		waiting_count--;
	} else {
		TAILQ_REMOVE(&open, q, entry);
		open_count--;
	}
}

static bool
may_warn(struct place *p)
{
	int64_t	 now = clock_ms();

	if (p == NULL || (p->warned != 0 && now - p->warned < WARN_MS))
		return false;
	p->warned = now;
	return true;
}

/* Never more of an address than its origin: the rest may be secret. */
static void
log_answer(const struct question *q, const struct fetch_answer *a)
{
	const char	*origin = q->to.origin[0] == '\0' ? "-" :
			    q->to.origin;
	const char	*organization = log_safe(q->ask.organization);
	const char	*connection = log_safe(q->ask.connection);

	if (a->result != FETCH_ANSWERED && may_warn(q->place))
		log_warnx("%s/%s: %s: %s: %s", organization, connection,
		    origin, fetch_result_name(a->result), a->detail);
	else
		log_debug("%s/%s: %s %s: %s %u, %zu octets, %lld ms%s%s",
		    organization, connection, q->ask.post ? "POST" : "GET",
		    origin, fetch_result_name(a->result), a->status,
		    a->body.len, (long long)(clock_ms() - q->began),
		    a->detail[0] == '\0' ? "" : ": ", a->detail);
}

static void
say(struct peer *p, const struct question *q, struct fetch_answer *a)
{
	struct writer	 w;

	a->organization = q->ask.organization;
	a->connection = q->ask.connection;
	log_answer(q, a);
	if (p == NULL)
		return;
	wire_init(&w, LIMIT_FETCH_MESSAGE);
	fetch_answer_put(&w, a);
	peer_send(p, MESSAGE_fetch_answer, q->id, &w);
	wire_free(&w);
}

void
desk_answer(struct question *q, struct fetch_answer *a)
{
	say(child_instance(q->instance), q, a);
	leave(q);
	question_free(q);
}

void
desk_ask(struct peer *p, uint64_t id, struct reader *r)
{
	struct fetch_answer	 a;
	struct bytes		 octets = { r->at, r->left };
	struct question		*q;

	q = question_new(p->instance, id, octets);
	if (q == NULL)
		fatalx("malformed fetch_get");
	if (waiting_count < LIMIT_FETCH_WAITING) {
		TAILQ_INSERT_TAIL(&waiting, q, entry);
		waiting_count++;
		moved = true;
		return;
	}
	memset(&a, 0, sizeof(a));
	a.result = FETCH_BUSY;
	a.detail = "too many questions";
	a.type = a.etag = "";
	a.max_age = -1;
	say(p, q, &a);
	question_free(q);
}

void
desk_lost(struct peer *p)
{
	struct questions	*lists[] = { &open, &waiting };
	struct question		*q, *next;
	size_t			 i;

	for (i = 0; i < 2; i++) {
		for (q = TAILQ_FIRST(lists[i]); q != NULL; q = next) {
			next = TAILQ_NEXT(q, entry);
			if (q->instance != p->instance)
				continue;
			leave(q);
			question_free(q);
		}
	}
}

/* --- whose turn it is ----------------------------------------------------- */

/*
 * A connection may have as many questions open as there is room left: one
 * whose provider hangs gets half of all, and the next finds a place.
 */
static bool
fits(const struct question *q)
{
	const struct question	*o;
	size_t			 own = 0;

	TAILQ_FOREACH(o, &open, entry) {
		if (strcmp(o->ask.organization, q->ask.organization) == 0 &&
		    strcmp(o->ask.connection, q->ask.connection) == 0)
			own++;
	}
	return own < LIMIT_FETCH_OPEN - open_count;
}

void
desk_turn(void)
{
	struct question	*q, *next;

	if (!moved)
		return;
	moved = false;
	for (q = TAILQ_FIRST(&waiting); q != NULL; q = next) {
		next = TAILQ_NEXT(q, entry);
		if (open_count == LIMIT_FETCH_OPEN)
			return;
		if (!fits(q))
			continue;
		leave(q);
		q->stage = STAGE_RESOLVING;
		TAILQ_INSERT_TAIL(&open, q, entry);
		open_count++;
		question_start(q);
	}
}
