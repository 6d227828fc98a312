/*
 * What we ask of an OpenID Provider, in verifier; pure but for randomness.
 * Must never put a secret, a code or the verifier into an address.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/client_auth.h"
#include "hfssod/verifier/oidc_derive.h"
#include "hfssod/verifier/oidc_query.h"
#include "hfssod/verifier/oidc_request.h"

#define GOOGLE		"https://accounts.google.com"
#define BEARER_MOST	16384	/* octets of an access token */
#define BODY_MOST	(48 * 1024) /* the message has an address, too */

/* Whether Google: it has no offline_access, but asks in its own way. */
static bool
is_google(const struct connection *c)
{
	return strcmp(c->view->issuer, GOOGLE) == 0;
}

static void
add_word(struct writer *w, const char *word)
{
	if (w->len > 0)
		wire_put_raw(w, " ", 1);
	wire_put_raw(w, word, strlen(word));
}

/* Add a parameter that is a list of words; none without any. */
static void
add_words(struct writer *url, const char *name, struct writer *words)
{
	wire_put_u8(words, '\0');
	if (words->bad)
		url->bad = true;
	else if (words->len > 1)
		query_add(url, name, (const char *)words->data);
	wire_free(words);
}

static void
add_scope(struct writer *url, const struct connection *c)
{
	const struct strings *scopes = &c->view->scopes;
	struct writer w;
	size_t i;

	wire_init(&w, LIMIT_MESSAGE);
	add_word(&w, "openid");
	if (scopes->count == 0) {
		add_word(&w, "profile");
		add_word(&w, "email");
	}
	for (i = 0; i < scopes->count; i++)
		if (strcmp(scopes->list[i], "openid") != 0)
			add_word(&w, scopes->list[i]);
	if (c->view->check_every > 0 && !is_google(c) &&
	    !strings_has(scopes, "offline_access"))
		add_word(&w, "offline_access");
	add_words(url, "scope", &w);
}

/* How somebody is to be signed in. */
static void
add_manner(struct writer *url, const struct connection *c)
{
	const struct verifier_connection *v = c->view;
	bool google = v->check_every > 0 && is_google(c);
	struct writer w;
	char text[24];
	size_t i;

	if (v->max_age >= 0) {
		snprintf(text, sizeof(text), "%lld", (long long)v->max_age);
		query_add(url, "max_age", text);
	}
	wire_init(&w, LIMIT_MESSAGE);
	if (v->prompt[0] != '\0')
		add_word(&w, v->prompt);
	/* Google gives a refresh token only with a new consent. */
	if (google && strstr(v->prompt, "consent") == NULL)
		add_word(&w, "consent");
	add_words(url, "prompt", &w);
	if (google)
		query_add(url, "access_type", "offline");
	wire_init(&w, LIMIT_MESSAGE);
	for (i = 0; i < v->authn_contexts.count; i++)
		add_word(&w, v->authn_contexts.list[i]);
	add_words(url, "acr_values", &w);
}

char *
oidc_authorization_url(const struct connection *c, const struct discovery *d,
    const struct login_state *state)
{
	char nonce[OIDC_DERIVED + 1], challenge[OIDC_DERIVED + 1];
	struct writer w;

	oidc_nonce(state, nonce);
	oidc_challenge(state, challenge);
	query_start(&w, d->authorization);
	query_add(&w, "response_type", "code");
	query_add(&w, "client_id", c->view->client_id);
	query_add(&w, "redirect_uri", c->acs);
	add_scope(&w, c);
	query_add(&w, "state", state->id);
	query_add(&w, "nonce", nonce);
	query_add(&w, "code_challenge", challenge);
	query_add(&w, "code_challenge_method", "S256");
	add_manner(&w, c);
	return query_end(&w);
}

static void
question_start(struct oidc_question *q, const struct connection *c,
    const char *url, uint32_t milliseconds)
{
	memset(q, 0, sizeof(*q));
	q->request.organization = c->organization->name;
	q->request.connection = c->view->name;
	q->request.url = url;
	q->request.accept = "application/json";
	q->request.authorization = q->request.etag = "";
	q->request.most = LIMIT_FETCH_JSON;
	q->request.milliseconds = milliseconds;
}

/* Prove who we are, and make a request of the body. */
static const char *
token_question(struct oidc_question *q, const struct connection *c,
    const struct discovery *d, bool other, int64_t now, struct writer *body)
{
	const char *why;

	why = client_auth_add(c, d, other, now, body, &q->authorization);
	if ((q->body = query_end(body)) == NULL ||
	    strlen(q->body) > BODY_MOST)
		return "the token request is too long";
	if (why != NULL)
		return why;
	q->request.post = true;
	q->request.authorization = q->authorization;
	q->request.body.data = (const uint8_t *)q->body;
	q->request.body.len = strlen(q->body);
	return NULL;
}

const char *
oidc_ask_code(struct oidc_question *q, const struct connection *c,
    const struct discovery *d, const struct login_state *state,
    const char *code, bool other, int64_t now, uint32_t milliseconds)
{
	char verifier[OIDC_DERIVED + 1];
	struct writer w;

	question_start(q, c, d->token, milliseconds);
	oidc_verifier(state, verifier);
	query_start(&w, "");
	query_add(&w, "grant_type", "authorization_code");
	query_add(&w, "code", code);
	query_add(&w, "redirect_uri", c->acs);
	query_add(&w, "code_verifier", verifier);
	explicit_bzero(verifier, sizeof(verifier));
	return token_question(q, c, d, other, now, &w);
}

const char *
oidc_ask_refresh(struct oidc_question *q, const struct connection *c,
    const struct discovery *d, const char *token, int64_t now,
    uint32_t milliseconds)
{
	struct writer w;

	question_start(q, c, d->token, milliseconds);
	query_start(&w, "");
	query_add(&w, "grant_type", "refresh_token");
	query_add(&w, "refresh_token", token);
	return token_question(q, c, d, false, now, &w);
}

const char *
oidc_ask_userinfo(struct oidc_question *q, const struct connection *c,
    const struct discovery *d, const char *token, uint32_t milliseconds)
{
	const char *p;

	question_start(q, c, d->userinfo, milliseconds);
	/* It goes into a header field as it is (RFC 6750 section 2.1). */
	for (p = token; *p > ' ' && *p < 0x7f; p++)
		;
	if (*p != '\0' || p == token || p - token > BEARER_MOST)
		return "the access token can't be sent";
	if (asprintf(&q->authorization, "Bearer %s", token) == -1)
		fatal("asprintf");
	q->request.authorization = q->authorization;
	return NULL;
}

void
oidc_question_free(struct oidc_question *q)
{
	if (q->body != NULL)
		freezero(q->body, strlen(q->body));
	if (q->authorization != NULL)
		freezero(q->authorization, strlen(q->authorization));
	memset(q, 0, sizeof(*q));
}

char *
oidc_logout_url(const struct connection *c, const struct discovery *d,
    const char *hint, const char *state)
{
	struct writer w;

	query_start(&w, d->end_session);
	if (hint[0] != '\0')
		query_add(&w, "id_token_hint", hint);
	query_add(&w, "client_id", c->view->client_id);
	query_add(&w, "post_logout_redirect_uri", c->slo);
	query_add(&w, "state", state);
	return query_end(&w);
}
