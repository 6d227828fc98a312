/*
 * Whether somebody who signed in is still there, in verifier: his refresh
 * token, used.  Must never say that he is gone unless the provider itself
 * has said so: an outage signs nobody out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/oidc_answer.h"
#include "hfssod/verifier/oidc_check.h"
#include "hfssod/verifier/oidc_request.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/vault.h"
#include "hfssod/verifier/verifier.h"

#define PURPOSE		"check"

struct check {
	uint64_t		 number;
	oidc_checked_fn		*done;
	int64_t			 deadline;	/* monotonic milliseconds */
	char			*organization;
	char			*name;		/* of the connection */
	char			*subject;
	json_t			*kept;		/* owned; secret */
	const char		*iss;		/* in kept: who gave it */
	const char		*sub;		/* and for whom */
	bool			 rekeyed;
	const struct connection	*connection;	/* of this turn */
	struct token_answer	 tokens;
	struct bytes		 sealed;	/* owned; the new token */
	char			 detail[OIDC_DETAIL];
};

static void	 documents_came(void *, enum verdict, const char *);
static void	 keys_came(void *, enum verdict, const char *);
static void	 tokens_came(void *, const struct fetch_answer *);

uint8_t *
oidc_check_close(const struct connection *c, const char *subject,
    const char *sub, const char *token, size_t *len)
{
	uint8_t *sealed = NULL;
	json_t *o;
	char *text;

	if (strlen(token) > LIMIT_SECRET ||
	    (o = json_pack("{s:s, s:s, s:s}", "iss", c->view->issuer,
	    "sub", sub, "token", token)) == NULL)
		return NULL;
	if ((text = json_dumps(o, JSON_COMPACT)) == NULL)
		fatal("json_dumps");
	sealed = vault_close(c, PURPOSE, subject, text, len);
	freezero(text, strlen(text));
	oidc_json_free(o);
	return sealed;
}

/* The end of it: k is gone after this. */
static void
end(struct check *k, enum check_result result)
{
	struct check_outcome o;

	memset(&o, 0, sizeof(o));
	o.organization = k->organization;
	o.connection = k->name;
	o.subject = k->subject;
	o.result = result;
	o.detail = k->detail;
	o.token = k->sealed;
	k->done(k->number, &o);
	if (k->sealed.data != NULL)
		freezero((void *)(uintptr_t)k->sealed.data, k->sealed.len);
	token_answer_free(&k->tokens);
	oidc_json_free(k->kept);
	free(k->organization);
	free(k->name);
	free(k->subject);
	freezero(k, sizeof(*k));
}

/* It could not be found out. */
static void
unknown(struct check *k, const char *detail)
{
	if (detail != k->detail)
		strlcpy(k->detail, detail, sizeof(k->detail));
	end(k, CHECK_UNKNOWN);
}

/* The connection as it is now; false: there is none, k is gone. */
static bool
find(struct check *k)
{
	const struct config *config = verifier_config();

	k->connection = config == NULL ? NULL :
	    config_find(config, k->organization, k->name);
	if (k->connection != NULL &&
	    k->connection->view->protocol == PROTOCOL_OIDC &&
	    k->connection->source != NULL &&
	    (k->iss == NULL ||
	    strcmp(k->iss, k->connection->view->issuer) == 0))
		return true;
	unknown(k, "there is no such connection");
	return false;
}

/* And it may be asked now; false: it may not, k is gone. */
static bool
resume(struct check *k)
{
	if (!find(k))
		return false;
	if (!verifier_enabled(k->connection, false))
		unknown(k, "the connection is switched off");
	else if (clock_ms() >= k->deadline)
		unknown(k, "out of time");
	else
		return true;
	return false;
}

/* Open what policy kept; false: it is of no more use. */
static bool
open_kept(struct check *k, struct bytes token)
{
	const char *text;
	char *opened;

	opened = vault_open(k->connection, PURPOSE, k->subject, token.data,
	    token.len);
	if (opened == NULL)
		return false;
	k->kept = json_object_read(opened, strlen(opened));
	freezero(opened, strlen(opened));
	/* Another provider is never shown it. */
	return k->kept != NULL &&
	    json_text(k->kept, "iss", &k->iss) == JSON_PRESENT &&
	    strcmp(k->iss, k->connection->view->issuer) == 0 &&
	    json_text(k->kept, "sub", &k->sub) == JSON_PRESENT &&
	    json_text(k->kept, "token", &text) == JSON_PRESENT;
}

static char *
copy(const char *text)
{
	char *p;

	if ((p = strdup(text)) == NULL)
		fatal("strdup");
	return p;
}

void
oidc_check(uint64_t number, const struct check_start *s, oidc_checked_fn *done)
{
	struct check *k;

	if ((k = calloc(1, sizeof(*k))) == NULL)
		fatal("calloc");
	k->number = number;
	k->done = done;
	k->deadline = clock_ms() + LIMIT_FETCH_SLOW_MS;
	k->organization = copy(s->organization);
	k->name = copy(s->connection);
	k->subject = copy(s->subject);
	if (!resume(k))
		return;
	if (!open_kept(k, s->token)) {
		strlcpy(k->detail, "sealed with another secret, or given by "
		    "another provider", sizeof(k->detail));
		end(k, CHECK_UNREADABLE);
		return;
	}
	source_wait(k->connection->source, documents_came, k);
}

static void
documents_came(void *arg, enum verdict v, const char *detail)
{
	const struct discovery *d;
	struct oidc_question q;
	struct check *k = arg;
	const char *token, *why;
	int64_t left;

	if (v != VERDICT_ok) {
		unknown(k, detail);
		return;
	}
	if (!resume(k))
		return;
	if ((d = connection_discovery(k->connection)) == NULL) {
		unknown(k, "nothing is known of the provider");
		return;
	}
	left = k->deadline - clock_ms();
	json_text(k->kept, "token", &token);
	why = oidc_ask_refresh(&q, k->connection, d, token, clock_now(),
	    (uint32_t)left);
	if (why == NULL)
		ask_fetch(&q.request, tokens_came, k);
	oidc_question_free(&q);
	if (why != NULL)
		unknown(k, why);
}

/*
 * An ID token may come again, and then it is of the same user (OpenID
 * Connect Core 12.2).  NULL, or what is wrong.
 */
static const char *
check_claims(const struct check *k, const json_t *claims)
{
	const struct verifier_connection *v = k->connection->view;
	const char *text;

	if (json_text(claims, "iss", &text) != JSON_PRESENT ||
	    strcmp(text, v->issuer) != 0)
		return "the new ID token is of another issuer";
	if (!json_lists(claims, "aud", v->client_id))
		return "the new ID token is for another client";
	if (json_text(claims, "sub", &text) != JSON_PRESENT ||
	    strcmp(text, k->sub) != 0)
		return "the new ID token is of somebody else";
	return NULL;
}

static void
verify(struct check *k)
{
	const struct connection *c = k->connection;
	const struct jwk_set *keys = connection_keys(c);
	const char *token = k->tokens.id_token, *why;
	enum verdict v = VERDICT_jwt_key;
	struct jwt jwt;

	memset(&jwt, 0, sizeof(jwt));
	if (keys != NULL)
		v = jwt_verify(keys, token, strlen(token), NULL, &jwt);
	why = v == VERDICT_ok ? check_claims(k, jwt.claims) : verdict_log(v);
	jwt_free(&jwt);
	if (v == VERDICT_jwt_key && !k->rekeyed && c->view->jwks[0] == '\0') {
		k->rekeyed = true;
		source_rekey_told(c->source, keys_came, k);
	} else if (why != NULL)
		unknown(k, why);
	else
		end(k, CHECK_THERE);
}

static void
keys_came(void *arg, enum verdict v, const char *detail)
{
	struct check *k = arg;

	if (v != VERDICT_ok)
		unknown(k, detail);
	else if (find(k))
		verify(k);
}

/* The old one may be used up with this, whatever follows. */
static void
keep_new(struct check *k)
{
	if (k->tokens.refresh_token[0] == '\0')
		return;
	k->sealed.data = oidc_check_close(k->connection, k->subject, k->sub,
	    k->tokens.refresh_token, &k->sealed.len);
	if (k->sealed.data == NULL)
		k->sealed.len = 0;
}

static void
tokens_came(void *arg, const struct fetch_answer *a)
{
	struct check *k = arg;
	enum verdict v;

	/* What it says counts even if we would not ask any more. */
	if (!find(k))
		return;
	v = token_answer_read(&k->tokens, a);
	strlcpy(k->detail, k->tokens.detail, sizeof(k->detail));
	if (v == VERDICT_oidc_code) {
		end(k, CHECK_GONE);
		return;
	}
	if (v != VERDICT_ok) {
		unknown(k, k->detail);
		return;
	}
	keep_new(k);
	if (k->tokens.id_token[0] == '\0')
		end(k, CHECK_THERE);
	else
		verify(k);
}
