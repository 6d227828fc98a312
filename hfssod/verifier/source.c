/*
 * The set of sources, in verifier: which there are, who waits for one, and
 * what policy kept of them.  Must never make a login wait for what is
 * there, nor ask a provider that is away for every login.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>
#include <openssl/evp.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/verifier/source_room.h"
#include "hfssod/verifier/source_round.h"
#include "hfssod/verifier/status.h"

#define AWAY_MS		5000	/* a provider that was away is not asked */
#define AGAIN_MS	1000	/* and then nobody waits longer for it */
#define KEPT_MS		2000	/* how long policy's word is waited for */

static TAILQ_HEAD(, source)	 sources = TAILQ_HEAD_INITIALIZER(sources);

const struct metadata_idp *
source_idp(const struct source *s)
{
	if (!s->has_idp || (s->idp.valid_until != 0 &&
	    s->idp.valid_until <= clock_now()))
		return NULL;
	return &s->idp;
}

const struct discovery *
source_discovery(const struct source *s)
{
	return s->has_discovery ? &s->discovery : NULL;
}

const struct jwk_set *
source_keys(const struct source *s)
{
	return s->has_keys ? &s->keys : NULL;
}

/* --- who waits --------------------------------------------------------- */

static void
waiter_settle(struct source_waiter *w, enum verdict v, const char *detail)
{
	source_fn *fn = w->fn;
	void *arg = w->arg;

	event_free(w->timer);
	free(w);
	fn(arg, v, detail);
}

static void
waiter_late(int fd, short what, void *arg)
{
	struct source_waiter *w = arg;

	(void)fd;
	(void)what;
	TAILQ_REMOVE(&w->source->waiters, w, entry);
	if (connection_known(w->source->connection) && !w->strict) {
		waiter_settle(w, VERDICT_ok, "");
		return;
	}
	w->source->failed = clock_ms();
	waiter_settle(w, VERDICT_provider_unreachable,
	    "the provider has not answered in time");
}

static void
wait_for(struct source *s, time_t ms, bool strict, source_fn *fn, void *arg)
{
	struct timeval when = { ms / 1000, 0 };
	struct source_waiter *w;

	if ((w = calloc(1, sizeof(*w))) == NULL)
		fatal("calloc");
	if ((w->timer = evtimer_new(child_base(), waiter_late, w)) == NULL ||
	    evtimer_add(w->timer, &when) == -1)
		fatalx("evtimer");
	w->source = s;
	w->fn = fn;
	w->arg = arg;
	w->strict = strict;
	TAILQ_INSERT_TAIL(&s->waiters, w, entry);
}

/* Everybody who waits hears of it; who asks again now waits anew. */
static void
tell(struct source *s, enum verdict failure, const char *detail)
{
	struct source_waiters all = TAILQ_HEAD_INITIALIZER(all);
	struct source_waiter *w;
	bool known = connection_known(s->connection);

	TAILQ_CONCAT(&all, &s->waiters, entry);
	while ((w = TAILQ_FIRST(&all)) != NULL) {
		TAILQ_REMOVE(&all, w, entry);
		if (failure == VERDICT_ok ? known : known && !w->strict)
			waiter_settle(w, VERDICT_ok, "");
		else
			waiter_settle(w, failure != VERDICT_ok ? failure :
			    VERDICT_provider_unreachable, detail);
	}
}

void
source_round_ended(struct source *s)
{
	char detail[SOURCE_RESULT];

	s->failed = s->failure != VERDICT_ok ? clock_ms() : 0;
	status_send(s->connection);
	strlcpy(detail, s->detail, sizeof(detail));
	tell(s, s->failure, detail);
}

void
source_wait(struct source *s, source_fn *fn, void *arg)
{
	if (connection_known(s->connection)) {
		fn(arg, VERDICT_ok, "");
		return;
	}
	/* Also one that lets everybody wait is away. */
	if (!s->keeping && s->failed != 0 &&
	    clock_ms() - s->failed < AWAY_MS) {
		fn(arg, VERDICT_provider_unreachable, s->detail[0] != '\0' ?
		    s->detail : "the provider was away a moment ago");
		return;
	}
	wait_for(s, s->failed != 0 ? AGAIN_MS : LIMIT_FETCH_MS, false, fn,
	    arg);
	source_round(s, SOURCE_MISSING, false);
}

bool
source_rekey_ready(const struct source *s)
{
	return s->question != 0 || throttle_ready(&s->rekeys, clock_ms());
}

static void
rekey(struct source *s, struct throttle *t, source_fn *fn, void *arg)
{
	if (!connection_known(s->connection)) {
		source_wait(s, fn, arg);
		return;
	}
	/* Whoever shares a fetch that is under way makes none. */
	if ((!source_has(s, DOCUMENT_KEYS) &&
	    !source_has(s, DOCUMENT_METADATA)) ||
	    (s->question == 0 && !throttle_take(t, clock_ms()))) {
		fn(arg, VERDICT_ok, "");
		return;
	}
	wait_for(s, LIMIT_FETCH_MS, false, fn, arg);
	source_round(s, 1u << DOCUMENT_METADATA | 1u << DOCUMENT_KEYS, true);
}

void
source_rekey(struct source *s, source_fn *fn, void *arg)
{
	rekey(s, &s->rekeys, fn, arg);
}

void
source_rekey_told(struct source *s, source_fn *fn, void *arg)
{
	rekey(s, &s->rekeys_told, fn, arg);
}

void
source_client_auth(struct source *s, enum client_auth how)
{
	s->discovery.post_first = how == CLIENT_AUTH_POST;
}

void
source_refresh(struct source *s, source_fn *fn, void *arg)
{
	wait_for(s, LIMIT_FETCH_SLOW_MS, true, fn, arg);
	source_round(s, SOURCE_ALL, true);
}

/* --- what policy kept --------------------------------------------------- */

/* Ask for the next kind from this on; false: there is none, or nobody. */
static bool
ask_kept(struct source *s, enum document_kind from)
{
	struct timeval when = { KEPT_MS / 1000, 0 };
	struct document d;
	struct peer *policy;
	struct writer w;

	for (; from < DOCUMENT_MAX; from++)
		if (source_has(s, from) && !source_holds(s, from))
			break;
	s->keeping = from < DOCUMENT_MAX;
	s->kept_kind = from;
	/* Without policy yet: wait for it, as long as for its answer. */
	if (!s->keeping || evtimer_add(s->timer, &when) == -1)
		return false;
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return true;
	memset(&d, 0, sizeof(d));
	d.organization = s->connection->organization->name;
	d.connection = s->connection->view->name;
	d.kind = from;
	d.url = d.etag = "";
	wire_init(&w, LIMIT_MESSAGE);
	document_put(&w, &d);
	peer_send(policy, MESSAGE_document_ask, 0, &w);
	wire_free(&w);
	return true;
}

/* Now the provider itself is asked. */
static void
begin(struct source *s)
{
	s->keeping = false;
	if (connection_known(s->connection)) {
		status_send(s->connection);
		tell(s, VERDICT_ok, "");
	}
	source_round(s, SOURCE_DUE, false);
}

/* A kept document takes the place of nothing, and of nothing fresher. */
static void
use_kept(struct source *s, const struct document *d)
{
	struct source_document *doc = &s->documents[d->kind];
	const char *why;

	if (d->body.len == 0 || source_holds(s, d->kind) ||
	    doc->url == NULL || strcmp(doc->url, d->url) != 0)
		return;
	if (source_read(s, d->kind, d->body.data, d->body.len, clock_now(),
	    &why) != SOURCE_TAKEN) {
		log_warnx("organization \"%s\" connection \"%s\": %s that was "
		    "kept is of no use: %s", d->organization, d->connection,
		    document_name(d->kind), why != NULL ? why : "");
		return;
	}
	source_took(s, d->kind, d->etag, d->body);
	doc->fetched = doc->kept = d->fetched;
	doc->due = 0;
	strlcpy(doc->result, "as it was kept", sizeof(doc->result));
}

static struct source *
find(const char *organization, const char *connection)
{
	struct source *s;

	TAILQ_FOREACH(s, &sources, entry)
		if (strcmp(s->connection->organization->name,
		    organization) == 0 &&
		    strcmp(s->connection->view->name, connection) == 0)
			break;
	return s;
}

void
source_kept(struct peer *peer, uint64_t id, struct reader *r)
{
	struct document d;
	struct source *s;

	(void)peer;
	(void)id;
	if (!document_get(r, &d))
		fatalx("document_kept is malformed");
	s = find(d.organization, d.connection);
	/* Reloaded in between, or too late. */
	if (s == NULL || !s->keeping || s->kept_kind != d.kind)
		return;
	use_kept(s, &d);
	if (!ask_kept(s, d.kind + 1))
		begin(s);
}

static void
timer_fired(int fd, short what, void *arg)
{
	struct source *s = arg;

	(void)fd;
	(void)what;
	if (s->keeping)
		begin(s);
	else
		source_round(s, SOURCE_DUE, false);
}

void
sources_joined(const struct peer *peer)
{
	struct source *s;
	size_t i;

	TAILQ_FOREACH(s, &sources, entry) {
		if ((peer->kinds & KIND_FETCH) && !s->keeping)
			source_round(s, SOURCE_MISSING | SOURCE_DUE, false);
		if ((peer->kinds & KIND_POLICY) == 0)
			continue;
		/* Who knows what the one before had written. */
		for (i = 0; i < DOCUMENT_MAX; i++)
			s->documents[i].kept = 0;
		if (s->keeping)
			(void)ask_kept(s, s->kept_kind);
		else if (!connection_known(s->connection))
			(void)ask_kept(s, 0);
	}
}

/* --- which there are ---------------------------------------------------- */

/* What must be the same for a source to live on. */
static void
settings(const struct connection *c, uint8_t out[SOURCE_DIGEST])
{
	const struct verifier_connection *v = c->view;
	struct writer w;
	size_t i;

	wire_init(&w, LIMIT_VIEW);
	wire_put_string(&w, c->organization->name);
	wire_put_string(&w, v->name);
	wire_put_u8(&w, (uint8_t)v->protocol);
	wire_put_string(&w, v->metadata_url);
	wire_put_string(&w, v->idp_entity_id);
	wire_put_string(&w, v->issuer);
	wire_put_string(&w, v->discovery_url);
	wire_put_bool(&w, v->jwks[0] != '\0');
	wire_put_strings(&w, &v->origins);
	for (i = 0; i < c->metadata_signer.count; i++)
		wire_put_raw(&w, c->metadata_signer.list[i].fingerprint,
		    sizeof(c->metadata_signer.list[i].fingerprint));
	if (w.bad || EVP_Digest(w.data, w.len, out, NULL, EVP_sha256(),
	    NULL) != 1)
		fatalx("source: EVP_Digest");
	wire_free(&w);
}

static char *
copy(const char *s)
{
	char *c;

	if ((c = strdup(s)) == NULL)
		fatal("strdup");
	return c;
}

static struct source *
source_new(const struct connection *c, const uint8_t same[SOURCE_DIGEST])
{
	const struct verifier_connection *v = c->view;
	struct source *s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("calloc");
	if ((s->timer = evtimer_new(child_base(), timer_fired, s)) == NULL)
		fatalx("evtimer_new");
	TAILQ_INIT(&s->waiters);
	memcpy(s->same, same, SOURCE_DIGEST);
	s->connection = c;
	if (v->protocol == PROTOCOL_SAML)
		s->documents[DOCUMENT_METADATA].url = copy(v->metadata_url);
	else
		s->documents[DOCUMENT_DISCOVERY].url = copy(v->discovery_url);
	return s;
}

static void
source_free(struct source *s)
{
	size_t i;

	source_round_drop(s);
	source_forget(s);
	event_free(s->timer);
	for (i = 0; i < DOCUMENT_MAX; i++) {
		free(s->documents[i].url);
		free(s->documents[i].etag);
	}
	free(s);
}

static bool
needs_source(const struct connection *c)
{
	return c->view->protocol == PROTOCOL_OIDC ||
	    c->view->metadata[0] == '\0';
}

/* The sources before this commit, while the new ones are put together. */
static TAILQ_HEAD(, source)	 before = TAILQ_HEAD_INITIALIZER(before);

static void
use_connection(struct connection *c)
{
	uint8_t same[SOURCE_DIGEST];
	struct source *s;

	if (!needs_source(c))
		return;
	settings(c, same);
	TAILQ_FOREACH(s, &before, entry)
		if (memcmp(s->same, same, sizeof(same)) == 0)
			break;
	if (s != NULL)
		TAILQ_REMOVE(&before, s, entry);
	else
		s = source_new(c, same);
	TAILQ_INSERT_TAIL(&sources, s, entry);
	s->connection = c;
	c->source = s;
}

/* With the others as they are now. */
static void
check_connection(struct connection *c)
{
	const char *why;

	if (c->source == NULL || !c->source->has_idp ||
	    (why = connection_suits(c, &c->source->idp)) == NULL)
		return;
	log_warnx("organization \"%s\" connection \"%s\": metadata is not used "
	    "any more: %s", c->organization->name, c->view->name, why);
	source_round_refused(c->source, DOCUMENT_METADATA, why);
	source_forget(c->source);
}

void
sources_use(struct config *config)
{
	struct source *s;

	TAILQ_CONCAT(&before, &sources, entry);
	config_each(config, use_connection);
	config_each(config, check_connection);
	while ((s = TAILQ_FIRST(&before)) != NULL) {
		TAILQ_REMOVE(&before, s, entry);
		tell(s, VERDICT_provider_unreachable,
		    "the connection has changed");
		source_free(s);
	}
	TAILQ_FOREACH(s, &sources, entry)
		if (!s->begun) {
			s->begun = true;
			if (!ask_kept(s, 0))
				begin(s);
		}
}

/* --- how they are ------------------------------------------------------- */

bool
source_failing(const struct source *s)
{
	size_t i;

	for (i = 0; i < DOCUMENT_MAX; i++)
		if (s->documents[i].failures > 0)
			return true;
	return false;
}

static void
put_document(struct writer *w, const struct source *s, enum document_kind kind)
{
	const struct source_document *doc = &s->documents[kind];
	int64_t wait;

	record_object(w, "");
	record_string(w, "kind", document_name(kind));
	if (doc->url != NULL)
		record_string(w, "url", log_safe(doc->url));
	if (doc->fetched != 0)
		record_time(w, "fetched", doc->fetched);
	if (doc->result[0] != '\0')
		record_string(w, "result", doc->result);
	wait = doc->due - clock_ms();
	if (doc->tried)
		record_time(w, "next", clock_now() + (wait > 0 ?
		    wait / 1000 : 0));
	if (doc->replaced != 0)
		record_time(w, "replaced", doc->replaced);
	record_end(w);
}

void
source_records(const struct source *s, struct writer *w)
{
	size_t i;

	record_array(w, "documents");
	for (i = 0; i < DOCUMENT_MAX; i++)
		if (source_has(s, i))
			put_document(w, s, i);
	record_end(w);
	for (i = 0; i < DOCUMENT_MAX; i++)
		if (s->documents[i].failures > 0) {
			record_string(w, "error", s->documents[i].result);
			return;
		}
}
