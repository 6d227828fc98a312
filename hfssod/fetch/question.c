/*
 * The life of a question.  Must never connect to an address that was not
 * checked, follow a redirect to where it could not have gone itself, or
 * send a form twice.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/log.h"
#include "hfssod/fetch/address.h"
#include "hfssod/fetch/head.h"
#include "hfssod/fetch/location.h"
#include "hfssod/fetch/pool.h"
#include "hfssod/fetch/question.h"

#define REQUEST_MOST	(2 * LIMIT_MESSAGE)

static void	 go(struct question *, const char *);
static void	 resolve(struct question *);
static void	 connect_next(struct question *);

/* --- the end ------------------------------------------------------------- */

/* The last thing that is done with a question, but to answer it. */
static void	 fail(struct question *, enum fetch_result, const char *, ...)
		    __attribute__((__format__(printf, 3, 4)));

static void
fail(struct question *q, enum fetch_result result, const char *fmt, ...)
{
	struct fetch_answer	 a;
	char			 detail[512];
	va_list			 ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	memset(&a, 0, sizeof(a));
	a.result = result;
	a.detail = detail;
	a.type = a.etag = "";
	a.max_age = -1;
	desk_answer(q, &a);
}

static void
succeed(struct question *q)
{
	struct fetch_answer	 a;

	memset(&a, 0, sizeof(a));
	a.result = FETCH_ANSWERED;
	a.detail = "";
	a.status = q->answer.head.status;
	a.type = q->answer.head.type;
	a.etag = q->answer.head.etag;
	a.max_age = q->answer.head.max_age;
	a.body.data = q->answer.body;
	a.body.len = q->answer.len;
	desk_answer(q, &a);
}

static void
late(int fd, short what, void *arg)
{
	static const char *const	 doing[STAGE_MAX] = {
		[STAGE_WAITING] = "waiting for others",
		[STAGE_RESOLVING] = "resolving the name",
		[STAGE_CONNECTING] = "connecting",
		[STAGE_ASKED] = "waiting for the answer"
	};
	struct question			*q = arg;

	(void)fd;
	(void)what;
	fail(q, FETCH_TIMEOUT, "%s", doing[q->stage]);
}

/* Stop whatever goes on over the network. */
static void
halt(struct question *q)
{
	if (q->lookup != NULL)
		lookup_cancel(q->lookup);
	if (q->link != NULL)
		link_close(q->link);
	q->lookup = NULL;
	q->link = NULL;
	event_del(&q->attempt);
}

void
question_free(struct question *q)
{
	halt(q);
	event_del(&q->timer);
	answer_free(&q->answer);
	config_drop(q->config);
	freezero(q->octets, q->len);
	freezero(q, sizeof(*q));
}

/* --- asking -------------------------------------------------------------- */

static void
send_request(struct question *q)
{
	struct writer	 w;

	event_del(&q->attempt);
	q->stage = STAGE_ASKED;
	answer_free(&q->answer);
	answer_begin(&q->answer, q->ask.most);
	wire_init(&w, REQUEST_MOST);
	head_write(&w, &q->ask, &q->to);
	if (w.bad)
		fatalx("request of %zu octets", w.len);
	link_write(q->link, w.data, w.len);
	wire_free(&w);
}

/* The link has done its work for this request. */
static void
put_back(struct question *q)
{
	struct link	*l = q->link;

	q->link = NULL;
	if (!q->answer.head.close && link_sent(l) &&
	    q->config == config_current())
		pool_keep(l, q->place, q->to.origin);
	else
		link_close(l);
}

static bool
redirected(const struct question *q)
{
	static const unsigned int	 statuses[] = {
		301, 302, 303, 307, 308
	};
	size_t				 i;

	if (q->ask.post || q->ask.authorization[0] != '\0' ||
	    q->answer.head.location[0] == '\0')
		return false;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (q->answer.head.status == statuses[i])
			return true;
	}
	return false;
}

static void
redirect(struct question *q)
{
	struct web_address	 to;
	char			 url[LIMIT_URL + 1];

	if (q->hops++ == LIMIT_FETCH_REDIRECTS) {
		fail(q, FETCH_REFUSED, "too many redirects");
		return;
	}
	if (!location_resolve(&q->to, q->answer.head.location, url,
	    sizeof(url)) || !web_address(url, &to)) {
		fail(q, FETCH_MALFORMED, "redirect to no address");
		return;
	}
	if (q->to.tls && !to.tls) {
		fail(q, FETCH_REFUSED, "redirect from https to http");
		return;
	}
	go(q, url);
}

static void
whole(struct question *q)
{
	put_back(q);
	if (redirected(q))
		redirect(q);
	else
		succeed(q);
}

/* --- what the link says -------------------------------------------------- */

static void
ready(void *arg)
{
	send_request(arg);
}

static void
input(void *arg, const uint8_t *data, size_t len)
{
	struct question	*q = arg;

	if (q->stage != STAGE_ASKED) {
		fail(q, FETCH_MALFORMED, "answers before it is asked");
		return;
	}
	switch (answer_take(&q->answer, data, len)) {
	case ANSWER_MORE:
		break;
	case ANSWER_DONE:
		whole(q);
		break;
	case ANSWER_BAD:
		fail(q, FETCH_MALFORMED, "%s", q->answer.why);
		break;
	case ANSWER_LARGE:
		fail(q, FETCH_TOO_LARGE, "%s", q->answer.why);
		break;
	}
}

/* After the request was sent. */
static void
ended_early(struct question *q, enum link_end how, const char *why)
{
	bool	 nothing = answer_nothing(&q->answer);

	if (how == LINK_CLOSED && answer_end(&q->answer) == ANSWER_DONE) {
		q->answer.head.close = true;
		whole(q);
		return;
	}
	/* A kept link may have died at any time; a form is never repeated. */
	if (nothing && q->reused && !q->again && !q->ask.post) {
		halt(q);
		q->again = true;
		resolve(q);
		return;
	}
	fail(q, nothing ? FETCH_UNREACHABLE : FETCH_MALFORMED, "%s: %s",
	    nothing ? "no answer" : "cut short", log_safe(why));
}

static void
ended(void *arg, enum link_end how, const char *why)
{
	struct question	*q = arg;

	if (q->stage == STAGE_ASKED)
		ended_early(q, how, why);
	else if (how == LINK_UNTRUSTED)
		fail(q, FETCH_UNTRUSTED, "%s", log_safe(why));
	else {
		strlcpy(q->trouble, log_safe(why), sizeof(q->trouble));
		connect_next(q);
	}
}

static const struct link_user user = {
	.ready = ready,
	.input = input,
	.ended = ended
};

/* --- getting there ------------------------------------------------------- */

static void
slow(int fd, short what, void *arg)
{
	struct question	*q = arg;

	(void)fd;
	(void)what;
	strlcpy(q->trouble, "no connection in time", sizeof(q->trouble));
	connect_next(q);
}

/* One that does not answer must leave time for those behind it. */
static void
limit_attempt(struct question *q)
{
	struct timeval	 tv;
	int64_t		 ms;

	if (q->next == q->count)
		return;
	ms = (q->until - clock_ms()) / (int64_t)(q->count - q->next + 1);
	if (ms < 1)
		ms = 1;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(&q->attempt, &tv);
}

static void
connect_next(struct question *q)
{
	const struct address	*a;

	halt(q);
	q->stage = STAGE_CONNECTING;
	q->reused = false;
	while (q->next < q->count) {
		a = &q->addresses[q->next++];
		q->link = link_open(q->config, q->place, a, q->to.port,
		    q->to.host, q->to.tls, &user, q);
		if (q->link != NULL) {
			limit_attempt(q);
			return;
		}
		snprintf(q->trouble, sizeof(q->trouble), "%s: %s",
		    address_text(a), strerror(errno));
	}
	fail(q, FETCH_UNREACHABLE, "%s", q->trouble);
}

/* May it connect to this address? */
static bool
permitted(const struct question *q, const struct address *a)
{
	bool	 allowed = config_allows(q->place, a);

	if (!q->to.tls)
		return address_loopback(a) && allowed;
	return allowed || !address_inside(a);
}

static void
found(void *arg, const struct address *list, size_t count, const char *why)
{
	struct question	*q = arg;
	size_t		 i;

	q->lookup = NULL;
	if (count == 0) {
		fail(q, FETCH_UNRESOLVED, "%s: %s", q->to.host, why);
		return;
	}
	q->count = q->next = 0;
	for (i = 0; i < count; i++) {
		if (permitted(q, &list[i]))
			q->addresses[q->count++] = list[i];
	}
	if (q->count > 0)
		connect_next(q);
	else if (!q->to.tls && !address_loopback(&list[0]))
		fail(q, FETCH_REFUSED, "http:// to %s",
		    address_text(&list[0]));
	else
		fail(q, FETCH_INSIDE, "%s is %s", q->to.host,
		    address_text(&list[0]));
}

static void
resolve(struct question *q)
{
	q->stage = STAGE_RESOLVING;
	q->reused = false;
	q->lookup = lookup_start(q->config, q->to.host, found, q);
}

/* To an address, the first or one of a redirect: the same rule. */
static void
go(struct question *q, const char *url)
{
	strlcpy(q->url, url, sizeof(q->url));
	if (!web_address(q->url, &q->to)) {
		fail(q, FETCH_REFUSED, "malformed address");
		return;
	}
	if (!companion_allowed(&q->place->connection->origins, q->url)) {
		fail(q, FETCH_REFUSED, "%s%s is none of its origins",
		    q->hops > 0 ? "redirect: " : "", q->to.origin);
		return;
	}
	if (q->to.tls && q->place->tls == NULL) {
		fail(q, FETCH_UNTRUSTED, "no CA file");
		return;
	}
	q->again = false;
	q->link = pool_take(q->place, q->to.origin, q->ask.post);
	if (q->link == NULL) {
		resolve(q);
		return;
	}
	q->reused = true;
	link_use(q->link, &user, q);
	send_request(q);
}

/* --- the beginning ------------------------------------------------------- */

struct question *
question_new(uint64_t instance, uint64_t id, struct bytes octets)
{
	struct question	*q;
	struct reader	 r;
	struct timeval	 tv;
	int64_t		 ms;

	if ((q = calloc(1, sizeof(*q))) == NULL ||
	    (q->octets = malloc(octets.len)) == NULL)
		fatal("calloc");
	q->instance = instance;
	q->id = id;
	q->len = octets.len;
	memcpy(q->octets, octets.data, octets.len);
	if (event_assign(&q->timer, child_base(), -1, 0, late, q) == -1 ||
	    event_assign(&q->attempt, child_base(), -1, 0, slow, q) == -1)
		fatalx("event_assign");
	wire_read(&r, q->octets, q->len);
	if (!fetch_request_get(&r, &q->ask)) {
		question_free(q);
		return NULL;
	}
	ms = q->ask.milliseconds < LIMIT_FETCH_SLOW_MS ?
	    q->ask.milliseconds : LIMIT_FETCH_SLOW_MS;
	q->began = clock_ms();
	q->until = q->began + ms;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(&q->timer, &tv);
	return q;
}

void
question_start(struct question *q)
{
	if ((q->config = config_hold()) == NULL)
		fail(q, FETCH_REFUSED, "no configuration yet");
	else if ((q->place = config_place(q->config, q->ask.organization,
	    q->ask.connection)) == NULL)
		fail(q, FETCH_REFUSED, "no such connection");
	else if (!head_valid(&q->ask))
		fail(q, FETCH_REFUSED, "a value is not printable");
	else
		go(q, q->ask.url);
}
