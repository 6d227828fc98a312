/*
 * Client authentication, in verifier; pure but for randomness.  Must never
 * send a secret where an assertion was asked for, nor nothing at all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/client_auth.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/oidc_query.h"

#define ASSERTION_TYPE \
	"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#define ASSERTION_SECONDS	60
#define AUTHORIZATION_MOST	16384

const char *
client_auth_name(enum client_auth a)
{
	static const char *const names[CLIENT_AUTH_MAX] = {
		"offered", "client_secret_basic", "client_secret_post",
		"private_key_jwt"
	};

	return (unsigned int)a < CLIENT_AUTH_MAX ? names[a] : "unknown";
}

/* Whether we have what it takes. */
static bool
able(const struct connection *c, enum client_auth a)
{
	if (a == CLIENT_AUTH_PRIVATE_KEY_JWT)
		return c->signer.key != NULL;
	return c->secret.len > 0;
}

const char *
client_auth_choose(const struct connection *c, const struct discovery *d,
    bool other, enum client_auth *out)
{
	const enum client_auth order[] = {
		CLIENT_AUTH_PRIVATE_KEY_JWT,
		d->post_first ? CLIENT_AUTH_POST : CLIENT_AUTH_BASIC,
		d->post_first ? CLIENT_AUTH_BASIC : CLIENT_AUTH_POST
	};
	size_t i;

	*out = c->view->client_auth;
	if (*out != CLIENT_AUTH_OFFERED) {
		if (other)
			return "no other is to be tried";
		if (able(c, *out))
			return NULL;
		return *out == CLIENT_AUTH_PRIVATE_KEY_JWT ?
		    "private_key_jwt is set, but there is no client key" :
		    "a secret is to be sent, but there is no client secret";
	}
	for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		*out = order[i];
		if (!able(c, *out) || (d->client_auths & 1U << *out) == 0)
			continue;
		if (!other)
			return NULL;
		other = false;
	}
	return "the provider offers no client authentication that the "
	    "client secret or key can do";
}

/*
 * RFC 6749 2.3.1: both are form-urlencoded first.  What need not be
 * escaped isn't: there are providers that do not decode "%2D".
 */
static const char *
add_basic(const struct connection *c, const char *secret,
    char **authorization)
{
	char *id, *pass, *both, *text;

	id = percent_encode(c->view->client_id, "");
	pass = percent_encode(secret, "");
	if (asprintf(&both, "%s:%s", id, pass) == -1)
		fatal("asprintf");
	text = base64_encode(both, strlen(both));
	if (asprintf(authorization, "Basic %s", text) == -1)
		fatal("asprintf");
	freezero(text, strlen(text));
	freezero(both, strlen(both));
	freezero(pass, strlen(pass));
	free(id);
	if (strlen(*authorization) <= AUTHORIZATION_MOST)
		return NULL;
	freezero(*authorization, strlen(*authorization));
	*authorization = NULL;
	return "client id and secret are too long for client_secret_basic";
}

/* RFC 7523, with the issuer as the only audience (RFC 10070). */
static const char *
add_assertion(const struct connection *c, const struct discovery *d,
    int64_t now, struct writer *body)
{
	char jti[2 * 16 + 1], *token;
	uint8_t random[16];
	json_t *claims;

	arc4random_buf(random, sizeof(random));
	hex_encode(random, sizeof(random), jti);
	claims = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}",
	    "iss", c->view->client_id, "sub", c->view->client_id,
	    "aud", d->issuer, "jti", jti, "iat", (json_int_t)now,
	    "exp", (json_int_t)(now + ASSERTION_SECONDS));
	if (claims == NULL)
		return "client id is not UTF-8";
	token = jwt_sign(&c->signer, c->view->client_key_id, claims);
	json_decref(claims);
	query_add(body, "client_id", c->view->client_id);
	query_add(body, "client_assertion_type", ASSERTION_TYPE);
	query_add(body, "client_assertion", token);
	freezero(token, strlen(token));
	return NULL;
}

const char *
client_auth_add(const struct connection *c, const struct discovery *d,
    bool other, int64_t now, struct writer *body, char **authorization)
{
	enum client_auth how;
	const char *why;
	char *secret;

	*authorization = NULL;
	if ((why = client_auth_choose(c, d, other, &how)) != NULL)
		return why;
	if (how == CLIENT_AUTH_PRIVATE_KEY_JWT)
		why = add_assertion(c, d, now, body);
	else {
		secret = strndup((const char *)c->secret.data, c->secret.len);
		if (secret == NULL)
			fatal("strndup");
		if (how == CLIENT_AUTH_BASIC)
			why = add_basic(c, secret, authorization);
		else {
			query_add(body, "client_id", c->view->client_id);
			query_add(body, "client_secret", secret);
		}
		freezero(secret, strlen(secret));
	}
	if (why == NULL && *authorization == NULL &&
	    (*authorization = strdup("")) == NULL)
		fatal("strdup");
	return why;
}
