/*
 * Questions to fetch, in verifier.  Must never leave one without an
 * answer, nor give one the answer of another connection.
 */
#include <sys/tree.h>

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/ask.h"

#define GRACE	1000		/* milliseconds more than fetch has */
#define AWAY	2000		/* milliseconds until fetch must be back */
#define OPEN	(LIMIT_FETCH_OPEN + LIMIT_FETCH_WAITING)

struct question {
	RB_ENTRY(question)	 entry;
	uint64_t		 id;
	char			*organization;
	char			*connection;
	ask_fn			*fn;
	void			*arg;
	struct event		*timer;		/* then we answer ourselves: */
	enum fetch_result	 otherwise;
	/* While fetch is away: what it will be asked, and since when. */
	struct writer		 held;
	bool			 holds;
	int64_t			 since;		/* monotonic milliseconds */
};
RB_HEAD(questions, question);

static struct questions	 questions = RB_INITIALIZER(&questions);
static size_t		 count;
static uint64_t		 last;

RB_PROTOTYPE(questions, question, entry, question_compare)

static int
question_compare(const struct question *a, const struct question *b)
{
	return a->id < b->id ? -1 : a->id > b->id;
}

RB_GENERATE(questions, question, entry, question_compare)

/* An id that nobody can guess the start of; never 0. */
void
ask_start(void)
{
	arc4random_buf(&last, sizeof(last));
}

static struct question *
question_find(uint64_t id)
{
	struct question key;

	key.id = id;
	return RB_FIND(questions, &questions, &key);
}

static void
question_free(struct question *q)
{
	RB_REMOVE(questions, &questions, q);
	count--;
	event_free(q->timer);
	if (q->holds)
		wire_free(&q->held);
	free(q->organization);
	free(q->connection);
	free(q);
}

/* It is answered: the question is gone before anybody hears of it. */
static void
settle(struct question *q, const struct fetch_answer *a)
{
	ask_fn *fn = q->fn;
	void *arg = q->arg;

	question_free(q);
	fn(arg, a);
}

static void
timer_fired(int fd, short what, void *arg)
{
	struct question *q = arg;
	struct fetch_answer a;

	(void)fd;
	(void)what;
	memset(&a, 0, sizeof(a));
	a.organization = a.connection = a.type = a.etag = "";
	a.detail = q->otherwise == FETCH_LOST ? "fetch is away" : "";
	a.max_age = -1;
	a.result = q->otherwise;
	settle(q, &a);
}

/* Our own answer, after so many milliseconds. */
static void
otherwise(struct question *q, enum fetch_result result, uint32_t ms)
{
	struct timeval when;

	q->otherwise = result;
	when.tv_sec = ms / 1000;
	when.tv_usec = (suseconds_t)(ms % 1000) * 1000;
	if (evtimer_add(q->timer, &when) == -1)
		fatalx("evtimer_add");
}

static struct question *
question_new(const struct fetch_request *request, ask_fn *fn, void *arg)
{
	struct question *q;

	if ((q = calloc(1, sizeof(*q))) == NULL ||
	    (q->organization = strdup(request->organization)) == NULL ||
	    (q->connection = strdup(request->connection)) == NULL)
		fatal("malloc");
	if ((q->timer = evtimer_new(child_base(), timer_fired, q)) == NULL)
		fatalx("evtimer_new");
	q->fn = fn;
	q->arg = arg;
	do {
		q->id = ++last;
	} while (q->id == 0 || RB_INSERT(questions, &questions, q) != NULL);
	count++;
	return q;
}

static void
send_it(struct question *q, struct peer *fetch, const struct writer *w,
    uint32_t ms)
{
	peer_send(fetch, MESSAGE_fetch_get, q->id, w);
	otherwise(q, FETCH_TIMEOUT, ms + GRACE);
}

uint64_t
ask_fetch(const struct fetch_request *request, ask_fn *fn, void *arg)
{
	struct question *q;
	struct peer *fetch;
	struct writer w;

	q = question_new(request, fn, arg);
	if (count > OPEN) {
		otherwise(q, FETCH_BUSY, 0);
		return q->id;
	}
	wire_init(&w, LIMIT_MESSAGE);
	fetch_request_put(&w, request);
	if (w.bad)
		/* What we were told to send is longer than may be sent. */
		otherwise(q, FETCH_TOO_LARGE, 0);
	else if ((fetch = child_peer(PROC_FETCH, NULL)) != NULL)
		send_it(q, fetch, &w, request->milliseconds);
	else {
		/* It may be back in a moment. */
		q->held = w;
		q->holds = true;
		q->since = clock_ms();
		otherwise(q, FETCH_LOST, request->milliseconds < AWAY ?
		    request->milliseconds : AWAY);
		return q->id;
	}
	wire_free(&w);
	return q->id;
}

/* The rest of its time is what fetch has for it. */
static void
send_held(struct question *q, struct peer *fetch)
{
	struct fetch_request request;
	struct reader r;
	struct writer w;
	int64_t left;

	wire_read(&r, q->held.data, q->held.len);
	if (!fetch_request_get(&r, &request))
		fatalx("a question that was held is malformed");
	left = request.milliseconds - (clock_ms() - q->since);
	request.milliseconds = left > 0 ? (uint32_t)left : 1;
	wire_init(&w, LIMIT_MESSAGE);
	fetch_request_put(&w, &request);
	send_it(q, fetch, &w, request.milliseconds);
	wire_free(&w);
	wire_free(&q->held);
	q->holds = false;
}

void
ask_joined(struct peer *fetch)
{
	struct question *q;

	RB_FOREACH(q, questions, &questions)
		if (q->holds)
			send_held(q, fetch);
}

void
ask_forget(uint64_t id)
{
	struct question *q;

	if ((q = question_find(id)) != NULL)
		question_free(q);
}

void
ask_answered(struct peer *peer, uint64_t id, struct reader *r)
{
	struct fetch_answer a;
	struct question *q;

	(void)peer;
	if (!fetch_answer_get(r, &a))
		fatalx("fetch_answer is malformed");
	if ((q = question_find(id)) == NULL) {
		log_debug("answer of fetch to no open question");
		return;
	}
	if (strcmp(q->organization, a.organization) != 0 ||
	    strcmp(q->connection, a.connection) != 0)
		fatalx("fetch answers for another connection");
	settle(q, &a);
}

void
ask_lost(void)
{
	struct question *q;

	/* From the loop, since who hears of it may ask or forget. */
	RB_FOREACH(q, questions, &questions)
		if (q->otherwise == FETCH_TIMEOUT)
			otherwise(q, FETCH_LOST, 0);
}
