/*
 * A connection and its provider, in verifier; pure.  Must never take one
 * provider for two connections of an organization.
 */
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/config.h"
#include "hfssod/verifier/source.h"

const struct metadata_idp *
connection_idp(const struct connection *c)
{
	if (c->view->protocol != PROTOCOL_SAML)
		return NULL;
	if (c->view->metadata[0] != '\0')
		return &c->idp;
	return c->source == NULL ? NULL : source_idp(c->source);
}

const struct discovery *
connection_discovery(const struct connection *c)
{
	if (c->view->protocol != PROTOCOL_OIDC || c->source == NULL)
		return NULL;
	return source_discovery(c->source);
}

const struct jwk_set *
connection_keys(const struct connection *c)
{
	if (c->view->protocol != PROTOCOL_OIDC)
		return NULL;
	if (c->view->jwks[0] != '\0')
		return &c->keys;
	return c->source == NULL ? NULL : source_keys(c->source);
}

bool
connection_known(const struct connection *c)
{
	if (c->view->protocol == PROTOCOL_SAML)
		return connection_idp(c) != NULL;
	return connection_discovery(c) != NULL && connection_keys(c) != NULL;
}

enum binding
connection_binding(const struct connection *c, const struct metadata_idp *idp)
{
	if (idp->sso[c->view->binding] != NULL)
		return c->view->binding;
	return c->view->binding == BINDING_POST ? BINDING_REDIRECT :
	    BINDING_POST;
}

const struct key_pair *
connection_request_key(const struct connection *c,
    const struct metadata_idp *idp)
{
	if (!c->view->sign_requests && !idp->wants_signed)
		return NULL;
	return c->organization->sign.count == 0 ? NULL :
	    &c->organization->sign.list[0];
}

/*
 * What its provider is called by, as far as that is known: entityID or
 * issuer.
 */
static const char *
provider(const struct connection *c)
{
	const struct metadata_idp *idp;

	if (c->view->protocol == PROTOCOL_OIDC)
		return c->view->issuer;
	return (idp = connection_idp(c)) == NULL ? NULL : idp->entity_id;
}

const char *
connection_suits(const struct connection *c, const struct metadata_idp *idp)
{
	static char reason[256];
	const struct organization *o = c->organization;
	const struct connection *k;
	const char *name, *other;
	size_t i;

	if (idp != NULL && o->sign.count == 0) {
		if (c->view->sign_requests)
			return "requests are to be signed, but there is no "
			    "key";
		if (idp->wants_signed)
			return "the identity provider wants signed requests, "
			    "but there is no key";
	}
	name = idp != NULL ? idp->entity_id : provider(c);
	for (i = 0; i < o->connection_count; i++) {
		k = &o->connections[i];
		if (k == c || k->view->protocol != c->view->protocol ||
		    (other = provider(k)) == NULL || strcmp(name, other) != 0)
			continue;
		snprintf(reason, sizeof(reason), "has the identity provider "
		    "of \"%.*s\", their messages could be confused",
		    LIMIT_CONNECTION, k->view->name);
		return reason;
	}
	return NULL;
}
