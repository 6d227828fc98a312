/*
 * verifier: takes login answers apart and says what they prove.  Main, the
 * hooks, the handler table, the configuration and the keys that seal.
 * Must never open a file or a socket after its start.
 */
#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/sso.h"
#include "hfssod/verifier/status.h"
#include "hfssod/verifier/switches.h"
#include "hfssod/verifier/test.h"
#include "hfssod/verifier/verifier.h"

#define RENEW_LEAST	60		/* seconds between two key requests */
#define RENEW_AGAIN	2		/* where there was no key to be had */

static struct config	*config;	/* committed */
static struct config	*prepared;
static struct seal_keys	 keys;
static struct event	*renew;

const struct config *
verifier_config(void)
{
	return config;
}

const struct seal_keys *
verifier_keys(void)
{
	return keys.id[0] == 0 ? NULL : &keys;
}

bool
verifier_enabled(const struct connection *c, bool test)
{
	return test || (c->view->enabled &&
	    !switches_off(c->organization->name, c->view->name));
}

void
verifier_look(void)
{
	status_send_all(config);
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
	status_start();
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
	struct config *old = config;

	config = prepared;
	prepared = NULL;
	/* Sources still know the old one until they have been told. */
	sources_use(config);
	config_free(old);
	verifier_look();
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
	if (peer->kinds & KIND_FETCH)
		ask_joined(peer);
	if (peer->kinds & (KIND_POLICY | KIND_FETCH))
		sources_joined(peer);
	if (peer->kinds & KIND_POLICY)
		verifier_look();
}

static void
lost(struct peer *peer)
{
	if (peer->kinds & KIND_FETCH)
		ask_lost();
	if (peer->kinds & KIND_POLICY)
		switches_forget();
}

static const struct handler handlers[] = {
	{ MESSAGE_sso_start,		sso_start },
	{ MESSAGE_sso_answer,		sso_answer },
	{ MESSAGE_sso_logout,		sso_logout },
	{ MESSAGE_logout_start,		sso_logout_start },
	{ MESSAGE_sp_metadata_get,	sso_metadata },
	{ MESSAGE_check_start,		sso_check },
	{ MESSAGE_fetch_answer,		ask_answered },
	{ MESSAGE_document_kept,	source_kept },
	{ MESSAGE_connection_switch,	switches_set },
	{ MESSAGE_connection_refresh,	test_refresh },
	{ MESSAGE_connection_test,	test_start },
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
		.lost = lost,
	};

	child_main(argc, argv, &child);
}
