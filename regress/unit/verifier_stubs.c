/*
 * What pure rooms of verifier ask of those that talk, for units without
 * them: no documents by address, nothing switched off, no OpenID Connect.
 */
#include <stdbool.h>
#include <stddef.h>

#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/verifier.h"

const struct metadata_idp *
source_idp(const struct source *s)
{
	(void)s;
	return NULL;
}

const struct discovery *
source_discovery(const struct source *s)
{
	(void)s;
	return NULL;
}

const struct jwk_set *
source_keys(const struct source *s)
{
	(void)s;
	return NULL;
}

bool
verifier_enabled(const struct connection *c, bool test)
{
	return c->view->enabled || test;
}

void
oidc_request(const struct connection *c, struct login *login)
{
	(void)c;
	(void)login;
}

void
oidc_logout_begin(const struct connection *c, const struct seal_keys *keys,
    const struct logout_start *start, int64_t now, struct login *login)
{
	(void)c;
	(void)keys;
	(void)start;
	(void)now;
	(void)login;
}
