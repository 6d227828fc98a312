/*
 * hfssod-fetch: outbound HTTPS for one verifier.  It goes to the addresses
 * of that verifier's connections, and brings back what it finds there,
 * unread.  Must never accept a connection, act on anyone's word but its
 * verifier's, or know what a document means.
 */
#include <tls.h>

#include "common/child.h"
#include "common/log.h"
#include "hfssod/fetch/config.h"
#include "hfssod/fetch/desk.h"
#include "hfssod/fetch/pool.h"
#include "hfssod/fetch/resolver.h"

static void
start(const struct setup *s)
{
	(void)s;
	/* Loads what libtls and libcrypto would open files for later. */
	if (tls_init() == -1)
		fatalx("tls_init");
	tls_free(tls_client());
	resolver_init(child_base());
}

static void
commit(void)
{
	config_commit();
	pool_clear();
	resolver_servers(config_current());
}

static const struct handler handlers[] = {
	{ MESSAGE_fetch_get,	desk_ask },
	{ MESSAGE_none,		NULL }
};

static const struct child fetch = {
	.handlers = handlers,
	.start = start,
	.prepare = config_prepare,
	.commit = commit,
	.abort = config_abort,
	.lost = desk_lost,
	.turn = desk_turn
};

int
main(int argc, char **argv)
{
	child_main(argc, argv, &fetch);
}
