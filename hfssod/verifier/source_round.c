/*
 * Fetching a provider's documents, in verifier.  Must never put aside a
 * good one because of a bad answer, nor fail to try again.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <openssl/evp.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/source_round.h"

#define DAY	86400
#define MOVED	60	/* seconds: discovery older than this is asked */

static void	 next(struct source *);

static const struct {
	const char	*accept;
	uint32_t	 most;
} documents[DOCUMENT_MAX] = {
	[DOCUMENT_METADATA] = { "application/samlmetadata+xml, "
	    "application/xml, text/xml, */*;q=0.1", LIMIT_FETCH_METADATA },
	[DOCUMENT_DISCOVERY] = { "application/json", LIMIT_FETCH_JSON },
	[DOCUMENT_KEYS] = { "application/jwk-set+json, application/json",
	    LIMIT_FETCH_JSON },
};

static const char *
organization(const struct source *s)
{
	return s->connection->organization->name;
}

static const char *
name(const struct source *s)
{
	return s->connection->view->name;
}

static char *
copy(const char *s)
{
	char *c;

	if ((c = strdup(s)) == NULL)
		fatal("strdup");
	return c;
}

/* --- bookkeeping -------------------------------------------------------- */

static void
set_due(struct source *s, enum document_kind kind, int64_t max_age)
{
	struct schedule_hints h;

	source_hints(s, kind, &h);
	h.max_age = max_age;
	s->documents[kind].due = clock_ms() + schedule_refresh(kind, &h,
	    clock_now(), arc4random());
}

/* The keys lie where discovery says. */
static void
follow(struct source *s)
{
	struct source_document *doc = &s->documents[DOCUMENT_KEYS];

	if (!source_has(s, DOCUMENT_KEYS) || (doc->url != NULL &&
	    strcmp(doc->url, s->discovery.jwks) == 0))
		return;
	free(doc->url);
	free(doc->etag);
	doc->url = copy(s->discovery.jwks);
	doc->etag = NULL;
	doc->due = 0;
	/* What policy has is from the address before. */
	doc->kept = 0;
	s->wanted |= 1u << DOCUMENT_KEYS;
}

static void
digest(struct bytes b, uint8_t out[SOURCE_DIGEST])
{
	if (EVP_Digest(b.data, b.len, out, NULL, EVP_sha256(), NULL) != 1)
		fatalx("source: EVP_Digest");
}

void
source_took(struct source *s, enum document_kind kind, const char *etag,
    struct bytes body)
{
	struct source_document *doc = &s->documents[kind];

	free(doc->etag);
	doc->etag = etag[0] == '\0' ? NULL : copy(etag);
	doc->fetched = clock_now();
	doc->failures = 0;
	digest(body, doc->digest);
	if (kind == DOCUMENT_DISCOVERY)
		follow(s);
}

void
source_round_refused(struct source *s, enum document_kind kind,
    const char *why)
{
	struct source_document *doc = &s->documents[kind];

	free(doc->etag);
	doc->etag = NULL;
	doc->fetched = 0;
	doc->failures++;
	doc->due = clock_ms() + schedule_retry(doc->failures, arc4random());
	doc->tried = true;
	strlcpy(doc->result, why, sizeof(doc->result));
}

/* Give a document to policy, if it does not have it, or not since long. */
static void
keep(struct source *s, enum document_kind kind, struct bytes body,
    const uint8_t old[SOURCE_DIGEST], bool replaced)
{
	struct source_document *doc = &s->documents[kind];
	struct document d;
	struct peer *policy;
	struct writer w;

	if (!replaced && doc->kept != 0 && doc->fetched - doc->kept < DAY &&
	    memcmp(old, doc->digest, SOURCE_DIGEST) == 0)
		return;
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	d.organization = organization(s);
	d.connection = name(s);
	d.kind = kind;
	d.url = doc->url;
	d.etag = doc->etag == NULL ? "" : doc->etag;
	d.fetched = doc->fetched;
	d.replaced = replaced;
	d.body = body;
	wire_init(&w, LIMIT_FETCH_MESSAGE);
	document_put(&w, &d);
	if (!w.bad) {
		peer_send(policy, MESSAGE_document_keep, 0, &w);
		doc->kept = doc->fetched;
	}
	wire_free(&w);
}

/* --- answers ------------------------------------------------------------ */

/* It did not work: say so, and try again later. */
static void
fail(struct source *s, enum document_kind kind, enum verdict v,
    const char *why)
{
	struct source_document *doc = &s->documents[kind];
	bool told;

	told = doc->failures > 0 && strcmp(doc->result, why) == 0;
	doc->failures++;
	doc->due = clock_ms() + schedule_retry(doc->failures, arc4random());
	doc->tried = true;
	strlcpy(doc->result, why, sizeof(doc->result));
	if (s->failure == VERDICT_ok) {
		s->failure = v;
		snprintf(s->detail, sizeof(s->detail), "%s: %s",
		    document_name(kind), why);
	}
	/* Every login makes us try again: not a line for each of them. */
	if (told && (doc->failures & (doc->failures - 1)) != 0)
		return;
	log_warnx("organization \"%s\" connection \"%s\": %s from %s: %s%s",
	    organization(s), name(s), document_name(kind), log_safe(doc->url),
	    why, source_holds(s, kind) ? "; the one before stays in use" : "");
}

/* A good document; what was known before decides what is said of it. */
static void
took(struct source *s, enum document_kind kind, const struct fetch_answer *a,
    bool replaced)
{
	struct source_document *doc = &s->documents[kind];
	uint8_t old[SOURCE_DIGEST];
	bool first = doc->fetched == 0, failed = doc->failures > 0;

	memcpy(old, doc->digest, sizeof(old));
	source_took(s, kind, a->etag, a->body);
	doc->tried = true;
	strlcpy(doc->result, "ok", sizeof(doc->result));
	set_due(s, kind, a->max_age);
	if (replaced)
		doc->replaced = doc->fetched;
	keep(s, kind, a->body, old, replaced);
	if (replaced)
		log_warnx("organization \"%s\" connection \"%s\": every key "
		    "was replaced in %s from %s", organization(s), name(s),
		    document_name(kind), log_safe(doc->url));
	else if (first || failed || memcmp(old, doc->digest, sizeof(old)) != 0)
		log_info("organization \"%s\" connection \"%s\": %s %s from %s",
		    organization(s), name(s), first || failed ? "read" :
		    "read new", document_name(kind), log_safe(doc->url));
}

static void
doubt(struct source *s, enum document_kind kind)
{
	struct source_document *doc = &s->documents[kind];

	doc->due = clock_ms() + SCHEDULE_DOUBT * 1000;
	doc->tried = true;
	strlcpy(doc->result, "shares no key with the one in use: asked for "
	    "once more", sizeof(doc->result));
	log_warnx("organization \"%s\" connection \"%s\": %s from %s %s",
	    organization(s), name(s), document_name(kind), log_safe(doc->url),
	    doc->result);
	if (s->confirm && !s->again) {
		s->again = true;
		s->wanted |= 1u << kind;
	}
}

static void
same(struct source *s, enum document_kind kind, int64_t max_age)
{
	struct source_document *doc = &s->documents[kind];

	doc->fetched = clock_now();
	doc->failures = 0;
	doc->tried = true;
	strlcpy(doc->result, "ok, not changed", sizeof(doc->result));
	set_due(s, kind, max_age);
}

/*
 * There are no keys where they were: where are they now?  Not after what
 * took all the time there was, nor was never asked.
 */
static void
look_for_keys(struct source *s, enum fetch_result result)
{
	const struct source_document *doc = &s->documents[DOCUMENT_DISCOVERY];

	if (result != FETCH_TIMEOUT && result != FETCH_BUSY &&
	    result != FETCH_LOST && doc->failures == 0 &&
	    clock_now() - doc->fetched >= MOVED)
		s->wanted |= 1u << DOCUMENT_DISCOVERY;
}

/* There was no answer, or none that is any good. */
static void
unanswered(struct source *s, enum document_kind kind,
    const struct fetch_answer *a)
{
	char why[SOURCE_RESULT];
	enum verdict v = VERDICT_provider_unreachable;

	if (a->result == FETCH_ANSWERED)
		snprintf(why, sizeof(why), "answers with status %u",
		    a->status);
	else
		snprintf(why, sizeof(why), "%s%s%s",
		    fetch_result_name(a->result), a->detail[0] != '\0' ?
		    ": " : "", log_safe(a->detail));
	if (a->result == FETCH_ANSWERED || a->result == FETCH_TOO_LARGE ||
	    a->result == FETCH_MALFORMED)
		v = VERDICT_provider_answer;
	fail(s, kind, v, why);
	if (kind == DOCUMENT_KEYS)
		look_for_keys(s, a->result);
}

static void
judge(struct source *s, enum document_kind kind, const struct fetch_answer *a)
{
	const char *why = NULL;

	if (a->result == FETCH_ANSWERED && a->status == 304 &&
	    s->documents[kind].etag != NULL && source_holds(s, kind)) {
		same(s, kind, a->max_age);
		return;
	}
	if (a->result != FETCH_ANSWERED || a->status != 200) {
		unanswered(s, kind, a);
		return;
	}
	switch (source_read(s, kind, a->body.data, a->body.len, clock_now(),
	    &why)) {
	case SOURCE_USELESS:
		fail(s, kind, VERDICT_provider_answer, why);
		break;
	case SOURCE_DOUBTFUL:
		doubt(s, kind);
		break;
	case SOURCE_TAKEN:
		took(s, kind, a, false);
		break;
	case SOURCE_REPLACED:
		took(s, kind, a, true);
		break;
	}
}

static void
answered(void *arg, const struct fetch_answer *a)
{
	struct source *s = arg;

	s->question = 0;
	if (a->result == FETCH_LOST && !TAILQ_EMPTY(&s->waiters)) {
		/* It is started anew at once; who waits has a deadline. */
		s->wanted |= 1u << s->kind;
		if (child_peer(PROC_FETCH, NULL) != NULL)
			next(s);
		return;
	}
	judge(s, s->kind, a);
	next(s);
}

/* --- questions ---------------------------------------------------------- */

static void
ask(struct source *s, enum document_kind kind, uint32_t ms)
{
	struct source_document *doc = &s->documents[kind];
	struct fetch_request q;

	memset(&q, 0, sizeof(q));
	q.organization = organization(s);
	q.connection = name(s);
	q.url = doc->url;
	q.accept = documents[kind].accept;
	q.authorization = q.etag = "";
	/* What policy should have again must come whole. */
	if (doc->etag != NULL && source_holds(s, kind) && !s->doubt &&
	    doc->kept != 0 && clock_now() - doc->kept < DAY)
		q.etag = doc->etag;
	q.most = documents[kind].most;
	q.milliseconds = ms;
	s->kind = kind;
	s->question = ask_fetch(&q, answered, s);
}

/* The moment of the next round. */
static void
set_timer(struct source *s)
{
	struct timeval when;
	int64_t first = INT64_MAX, wait;
	size_t i;

	for (i = 0; i < DOCUMENT_MAX; i++)
		if (source_has(s, i) && s->documents[i].url != NULL &&
		    s->documents[i].due < first)
			first = s->documents[i].due;
	if (first == INT64_MAX)
		return;
	if ((wait = first - clock_ms()) < 100)
		wait = 100;
	when.tv_sec = (time_t)(wait / 1000);
	when.tv_usec = (suseconds_t)(wait % 1000) * 1000;
	if (evtimer_add(s->timer, &when) == -1)
		fatalx("evtimer_add");
}

/* The next question of this round, or its end. */
static void
next(struct source *s)
{
	int64_t left;
	size_t i;

	for (i = 0; i < DOCUMENT_MAX; i++) {
		if ((s->wanted & 1u << i) == 0)
			continue;
		s->wanted &= ~(1u << i);
		/* Keys without discovery, of which was told already. */
		if (s->documents[i].url == NULL)
			continue;
		left = s->deadline - clock_ms();
		if (left > 0) {
			ask(s, i, (uint32_t)left);
			return;
		}
		fail(s, i, VERDICT_provider_unreachable, "no time was left");
	}
	s->confirm = s->again = false;
	set_timer(s);
	source_round_ended(s);
}

/* The kinds that are meant. */
static unsigned int
resolve(const struct source *s, unsigned int what)
{
	const struct source_document *doc;
	unsigned int kinds = 0;
	size_t i;
	bool usable;

	for (i = 0; i < DOCUMENT_MAX; i++) {
		if (!source_has(s, i))
			continue;
		doc = &s->documents[i];
		usable = i == DOCUMENT_METADATA ? source_idp(s) != NULL :
		    source_holds(s, i);
		if ((what & 1u << i) || ((what & SOURCE_MISSING) && !usable) ||
		    ((what & SOURCE_DUE) && doc->due <= clock_ms()))
			kinds |= 1u << i;
	}
	return kinds;
}

void
source_round(struct source *s, unsigned int what, bool confirm)
{
	s->wanted |= resolve(s, what);
	s->confirm = s->confirm || confirm;
	if (s->question != 0) {
		/* Many share one fetch. */
		s->wanted &= ~(1u << s->kind);
		return;
	}
	if (s->keeping || child_peer(PROC_FETCH, NULL) == NULL)
		return;
	if (s->wanted == 0 && TAILQ_EMPTY(&s->waiters)) {
		set_timer(s);
		return;
	}
	s->failure = VERDICT_ok;
	s->detail[0] = '\0';
	s->deadline = clock_ms() + (TAILQ_EMPTY(&s->waiters) ?
	    LIMIT_FETCH_SLOW_MS : LIMIT_FETCH_MS);
	next(s);
}

void
source_round_drop(struct source *s)
{
	if (s->question != 0)
		ask_forget(s->question);
	s->question = 0;
}
