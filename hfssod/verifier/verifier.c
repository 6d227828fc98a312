/*
 * verifier: takes login answers apart and says what they prove.  Main, the
 * hooks, the handler table, and all talk to other processes.  Must never
 * open a file or a socket after its start, and never answer http where
 * there is an outcome.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/verdict.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/consume.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/logout.h"
#include "hfssod/verifier/metadata_sp.h"

#define RENEW_LEAST	60		/* seconds between two key requests */
#define RENEW_AGAIN	2		/* where there was no key to be had */

static struct config	*config;	/* committed */
static struct config	*prepared;
static struct seal_keys	 keys;
static struct event	*renew;

static const struct seal_keys *
current_keys(void)
{
	return keys.id[0] == 0 ? NULL : &keys;
}

/* Ask policy for the keys, and again in a while, until the offer says when. */
static void
ask_keys(void)
{
	struct timeval again = { RENEW_LEAST, 0 };
	struct peer *policy;
	struct writer w;

	if ((policy = child_peer(PROC_POLICY, NULL)) != NULL) {
		wire_init(&w, LIMIT_MESSAGE);
		peer_send(policy, MESSAGE_key_request, 0, &w);
		wire_free(&w);
	}
	if (evtimer_add(renew, &again) == -1)
		fatal("evtimer_add");
}

static void
renew_fired(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	ask_keys();
}

static void
key_offer(struct peer *peer, uint64_t id, struct reader *r)
{
	struct timeval when = { 0, 0 };
	struct login_keys offer;
	int64_t wait, least;
	size_t i;

	(void)peer;
	(void)id;
	if (!login_keys_get(r, &offer))
		fatalx("key_offer is malformed");
	least = RENEW_LEAST;
	if (offer.id[0] == 0)
		/* What we have is still good for logins that were begun. */
		least = RENEW_AGAIN;
	else
		explicit_bzero(&keys, sizeof(keys));
	for (i = 0; i < 2 && offer.id[0] != 0; i++) {
		keys.id[i] = offer.id[i];
		if (offer.id[i] != 0)
			memcpy(keys.key[i], offer.key[i].data, LOGIN_KEY);
	}
	wait = offer.renew - clock_now();
	if (wait < least)
		wait = least;
	if (wait > 86400)
		wait = 86400;
	when.tv_sec = (time_t)wait;
	if (evtimer_add(renew, &when) == -1)
		fatal("evtimer_add");
}

static void
sso_start(struct peer *peer, uint64_t id, struct reader *r)
{
	struct sso_request q;
	struct login login;
	struct writer w;

	if (!sso_request_get(r, &q))
		fatalx("sso_start is malformed");
	login_begin(config, current_keys(), &q, clock_now(), &login);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	sso_started_put(&w, &login.started);
	peer_send(peer, MESSAGE_sso_started, id, &w);
	wire_free(&w);
	login_free(&login);
}

static void
sso_answer(struct peer *peer, uint64_t id, struct reader *r)
{
	struct peer *policy;
	struct sso_request q;
	struct consumed c;
	struct writer w;

	(void)id;
	if (!sso_request_get(r, &q))
		fatalx("sso_answer is malformed");
	/* http's own deadline answers when policy is away. */
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	consume(config, current_keys(), &q, peer->instance, clock_now(), &c);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, &c.outcome);
	if (w.bad) {
		/* JSON that maps one long message into two long lists. */
		consume_refuse(&c, VERDICT_attribute_too_long, "");
		wire_reset(&w);
		outcome_put(&w, &c.outcome);
	}
	peer_send(policy, MESSAGE_login_outcome, q.request.id, &w);
	wire_free(&w);
	consume_free(&c);
}

static void
sso_logout(struct peer *peer, uint64_t id, struct reader *r)
{
	struct peer *policy;
	struct sso_request q;
	struct logout l;
	struct writer w;

	(void)id;
	if (!sso_request_get(r, &q))
		fatalx("sso_logout is malformed");
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	logout_receive(config, current_keys(), &q, peer->instance,
	    clock_now(), &l);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, &l.outcome);
	peer_send(policy, MESSAGE_logout_outcome, q.request.id, &w);
	wire_free(&w);
	logout_free(&l);
}

/* Policy has ended a session; http waits for where to send its browser. */
static void
logout_start(struct peer *peer, uint64_t id, struct reader *r)
{
	struct logout_start s;
	struct peer *http;
	struct login login;
	struct writer w;

	(void)peer;
	if (!logout_start_get(r, &s))
		fatalx("logout_start is malformed");
	http = child_instance(s.origin);
	if (http == NULL || (http->kinds & KIND_BROWSER) == 0)
		return;
	logout_begin(config, current_keys(), &s, clock_now(), &login);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	sso_started_put(&w, &login.started);
	peer_send(http, MESSAGE_sso_started, id, &w);
	wire_free(&w);
	login_free(&login);
}

static void
metadata_get(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct connection *c;
	struct sp_metadata answer;
	struct metadata_sp m;
	struct sso_request q;
	struct writer w;
	char *text = NULL;

	if (!sso_request_get(r, &q))
		fatalx("sp_metadata_get is malformed");
	memset(&answer, 0, sizeof(answer));
	answer.verdict = VERDICT_unknown_organization;
	c = config == NULL ? NULL :
	    config_find(config, q.organization, q.connection);
	if (c != NULL) {
		m.entity_id = c->entity_id;
		m.acs = c->acs;
		m.slo = c->logout_key == NULL ? NULL : c->slo;
		m.nameid_format = c->view->nameid_format;
		m.requests_signed = c->request_key != NULL;
		m.assertions_signed =
		    c->view->require_signed != REQUIRE_RESPONSE;
		m.sign = &c->organization->sign;
		m.decrypt = &c->organization->decrypt;
		text = metadata_sp_write(&m);
		answer.verdict = VERDICT_ok;
		answer.document.data = (const uint8_t *)text;
		answer.document.len = strlen(text);
	}
	wire_init(&w, LIMIT_MESSAGE);
	sp_metadata_put(&w, &answer);
	if (w.bad) {
		memset(&answer, 0, sizeof(answer));
		answer.verdict = VERDICT_internal;
		wire_reset(&w);
		sp_metadata_put(&w, &answer);
	}
	peer_send(peer, MESSAGE_sp_metadata, id, &w);
	wire_free(&w);
	free(text);
}

static void
start(const struct setup *setup)
{
	(void)setup;
	crypto_start();
	jose_start();
}

static void
begin(const struct setup *setup)
{
	(void)setup;
	if ((renew = evtimer_new(child_base(), renew_fired, NULL)) == NULL)
		fatalx("evtimer_new");
}

static const char *
prepare(struct reader *r, const struct view_files *files)
{
	config_free(prepared);
	return config_build(&prepared, r, files);
}

static void
commit(void)
{
	config_free(config);
	config = prepared;
	prepared = NULL;
}

static void
abandon(void)
{
	config_free(prepared);
	prepared = NULL;
}

static void
joined(struct peer *peer)
{
	if (peer->kinds & KIND_POLICY)
		ask_keys();
}

static const struct handler handlers[] = {
	{ MESSAGE_sso_start,		sso_start },
	{ MESSAGE_sso_answer,		sso_answer },
	{ MESSAGE_sso_logout,		sso_logout },
	{ MESSAGE_logout_start,		logout_start },
	{ MESSAGE_sp_metadata_get,	metadata_get },
	{ MESSAGE_key_offer,		key_offer },
	{ MESSAGE_none,			NULL }
};

int
main(int argc, char *argv[])
{
	static const struct child child = {
		.handlers = handlers,
		.start = start,
		.begin = begin,
		.prepare = prepare,
		.commit = commit,
		.abort = abandon,
		.joined = joined,
	};

	child_main(argc, argv, &child);
}
