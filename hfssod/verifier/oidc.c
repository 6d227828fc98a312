/*
 * The answer to a login by OpenID Connect, in verifier: from a query to
 * the one outcome that policy gets, with a token request between.  Each
 * step ends the exchange or asks something, which continues at the next
 * step.  Must keep nothing of the configuration over a wait, and no word
 * of a code or token in a detail.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/client_auth.h"
#include "hfssod/verifier/identity.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/oidc_answer.h"
#include "hfssod/verifier/oidc_check.h"
#include "hfssod/verifier/oidc_derive.h"
#include "hfssod/verifier/oidc_request.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/token.h"
#include "hfssod/verifier/vault.h"
#include "hfssod/verifier/verifier.h"

struct exchange {
	struct job		*job;
	oidc_consumed_fn	*done;
	char			*name;		/* of the connection */
	char			*issuer;	/* that was asked */
	const char		*code;		/* in consumed.form */
	bool			 rekeyed;
	bool			 other;		/* client authentication */
	bool			 proved;	/* the token is the issuer's */
	struct consumed		 consumed;
	struct token_answer	 tokens;
	struct jwt		 jwt;		/* facts point into it */
	json_t			*userinfo;	/* and into this */
	struct bytes		 check_token;	/* owned */
	struct bytes		 logout_hint;
	char			 detail[OIDC_DETAIL];
};

static void	 documents_came(void *, enum verdict, const char *);
static void	 keys_came(void *, enum verdict, const char *);
static void	 tokens_came(void *, const struct fetch_answer *);
static void	 userinfo_came(void *, const struct fetch_answer *);

static void
sealed_free(struct bytes b)
{
	if (b.data != NULL)
		freezero((void *)(uintptr_t)b.data, b.len);
}

/* The end of it: x is gone after this. */
static void
end(struct exchange *x, enum verdict v)
{
	struct consumed *c = &x->consumed;

	if (v == VERDICT_ok)
		c->outcome.verdict = v;
	else
		consume_refuse(c, v, x->detail);
	if (x->proved)
		consume_received(c);
	x->done(x->job, c);
	consume_free(c);
	token_answer_free(&x->tokens);
	jwt_free(&x->jwt);
	json_decref(x->userinfo);
	sealed_free(x->check_token);
	sealed_free(x->logout_hint);
	free(x->name);
	free(x->issuer);
	freezero(x, sizeof(*x));
}

static void
say(struct exchange *x, const char *detail)
{
	strlcpy(x->detail, detail, sizeof(x->detail));
}

/*
 * After a wait: the connection as it is now, whether it may still be used,
 * and whether anybody still waits for us.
 */
static enum verdict
resume(struct exchange *x)
{
	const struct config *config = verifier_config();
	const struct connection *c;

	c = config == NULL ? NULL :
	    config_find(config, x->job->q.organization, x->name);
	if (c != NULL && c->view->protocol != PROTOCOL_OIDC)
		c = NULL;
	x->consumed.connection = c;
	if (c == NULL)
		return VERDICT_unknown_organization;
	if (!verifier_enabled(c, x->consumed.state.test))
		return VERDICT_connection_disabled;
	/* Another provider under the same name knows nothing of this. */
	if (strcmp(c->view->issuer, x->issuer) != 0)
		return VERDICT_login_elsewhere;
	if (clock_ms() >= x->job->deadline) {
		say(x, "out of time");
		return VERDICT_provider_unreachable;
	}
	if (connection_discovery(c) == NULL)
		return VERDICT_provider_unreachable;
	return VERDICT_ok;
}

/* The same after a question; its own failure says more than the clock. */
static enum verdict
answered(struct exchange *x, const struct fetch_answer *a,
    const char *endpoint)
{
	enum verdict v = resume(x);

	if (a->result != FETCH_ANSWERED &&
	    (v == VERDICT_ok || v == VERDICT_provider_unreachable))
		v = oidc_fetched(a, endpoint, x->detail);
	return v;
}

/* --- what came ----------------------------------------------------------- */

/* The value of a parameter, NULL if there is none. */
static const char *
parameter(const struct exchange *x, const char *name)
{
	const struct form_field *f;

	f = form_find(&x->consumed.form, name, NULL);
	return f == NULL ? NULL : f->value;
}

/* What came, each at most once (RFC 6749 section 3.1). */
static enum verdict
read_query(struct exchange *x)
{
	static const char *const once[] = { "state", "code", "iss", "error",
	    "error_description", "error_uri", "session_state" };
	const struct sso_request *q = &x->job->q;
	bool twice;
	size_t i;

	if (q->post)
		return VERDICT_method_not_allowed;
	if (q->query.len > LIMIT_REQUEST_LINE)
		return VERDICT_too_large;
	if (!form_parse(&x->consumed.form, q->query.data, q->query.len))
		return VERDICT_bad_request;
	for (i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
		form_find(&x->consumed.form, once[i], &twice);
		if (twice)
			return VERDICT_duplicate_parameter;
	}
	x->code = parameter(x, "code");
	return VERDICT_ok;
}

/* The login that this browser began, and whose it is. */
static enum verdict
find_login(struct exchange *x)
{
	const struct seal_keys *keys = verifier_keys();
	struct consumed *c = &x->consumed;
	struct seal_context context;
	const char *state;
	enum verdict v;

	state = parameter(x, "state");
	if (state == NULL || !seal_is_id(state))
		return VERDICT_login_unknown;
	if (keys == NULL)
		return VERDICT_unavailable;
	context = login_context(c->connection, "login");
	v = login_find(keys, &context, &x->job->q, state, clock_now(),
	    &c->state, &c->outcome.login_cookie);
	c->solicited = v == VERDICT_ok;
	c->outcome.test = c->solicited && c->state.test;
	return v;
}

/*
 * RFC 9207: the answer comes from the provider that was asked.  What the
 * provider itself says is looked at only then.
 */
static enum verdict
check_response(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	const char *iss = parameter(x, "iss"), *error;

	if (iss == NULL && connection_discovery(c)->response_issuer) {
		say(x, "iss is missing");
		return VERDICT_oidc_response_issuer;
	}
	if (iss != NULL && strcmp(iss, c->view->issuer) != 0)
		return VERDICT_oidc_response_issuer;
	if ((error = parameter(x, "error")) != NULL) {
		oidc_error_text(error, x->detail);
		return VERDICT_oidc_error;
	}
	if (x->code == NULL || x->code[0] == '\0')
		say(x, "no code");
	else if (strlen(x->code) > LIMIT_CODE)
		say(x, "code is too long");
	else
		return VERDICT_ok;
	return VERDICT_oidc_code;
}

static enum verdict
begin(struct exchange *x)
{
	struct consumed *c = &x->consumed;
	enum verdict v;

	if (c->connection == NULL)
		return VERDICT_unknown_organization;
	if ((x->name = strdup(c->connection->view->name)) == NULL ||
	    (x->issuer = strdup(c->connection->view->issuer)) == NULL)
		fatal("strdup");
	/* The configuration that has the other one may be gone by the end. */
	c->outcome.connection = x->name;
	if ((v = read_query(x)) != VERDICT_ok ||
	    (v = find_login(x)) != VERDICT_ok)
		return v;
	if (!verifier_enabled(c->connection, c->state.test))
		return VERDICT_connection_disabled;
	if (c->connection->source == NULL)
		return VERDICT_provider_unreachable;
	return VERDICT_ok;
}

void
oidc_consume(struct job *job, oidc_consumed_fn *done)
{
	struct exchange *x;
	enum verdict v;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		fatal("calloc");
	x->job = job;
	x->done = done;
	consume_begin(&x->consumed, verifier_config(), &job->q, job->origin);
	if ((v = begin(x)) != VERDICT_ok) {
		end(x, v);
		return;
	}
	source_wait(x->consumed.connection->source, documents_came, x);
}

/* --- the tokens ---------------------------------------------------------- */

/* Ask, if that could be written down. */
static void
ask(struct exchange *x, struct oidc_question *q, const char *why, ask_fn *fn)
{
	if (why == NULL)
		ask_fetch(&q->request, fn, x);
	oidc_question_free(q);
	if (why != NULL) {
		say(x, why);
		end(x, VERDICT_oidc_client);
	}
}

static void
ask_tokens(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	struct oidc_question q;
	const char *why;

	why = oidc_ask_code(&q, c, connection_discovery(c),
	    &x->consumed.state, x->code, x->other, clock_now(),
	    job_left(x->job));
	ask(x, &q, why, tokens_came);
}

/*
 * A provider may offer basic and post, and take from each client the one
 * that it is registered with.  The code is not used up: who we are is
 * looked at first (RFC 6749 3.2.1).  False: there is no other to try.
 */
static bool
ask_otherwise(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	enum client_auth how;

	if (x->other || connection_discovery(c) == NULL ||
	    client_auth_choose(c, connection_discovery(c), true, &how) != NULL)
		return false;
	x->other = true;
	token_answer_free(&x->tokens);
	memset(&x->tokens, 0, sizeof(x->tokens));
	ask_tokens(x);
	return true;
}

/* The other one it was: begin with that next time, and say so. */
static void
keep_other(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	enum client_auth how;

	if (connection_discovery(c) == NULL ||
	    client_auth_choose(c, connection_discovery(c), true, &how) != NULL)
		return;
	log_info("organization \"%s\" connection \"%s\": the provider takes "
	    "%s from us, not the other that it offers",
	    c->organization->name, c->view->name, client_auth_name(how));
	source_client_auth(c->source, how);
}

static void
documents_came(void *arg, enum verdict v, const char *detail)
{
	struct exchange *x = arg;

	say(x, detail);
	if (v != VERDICT_ok || (v = resume(x)) != VERDICT_ok ||
	    (v = check_response(x)) != VERDICT_ok)
		end(x, v);
	else
		ask_tokens(x);
}

/* Whether the provider was to ask who it is, whatever session it has. */
static bool
asked_afresh(const char *prompt)
{
	size_t len;

	for (; *prompt != '\0'; prompt += len + strspn(prompt + len, " ")) {
		len = strcspn(prompt, " ");
		if (len == strlen("login") && memcmp(prompt, "login", len) == 0)
			return true;
	}
	return false;
}

/* What is asked of an ID token, and what it says. */
static enum verdict
check_token(struct exchange *x)
{
	const struct verifier_connection *v = x->consumed.connection->view;
	struct facts *f = &x->consumed.facts;
	char nonce[OIDC_DERIVED + 1];
	struct token_rules rules;
	enum verdict verdict;

	oidc_nonce(&x->consumed.state, nonce);
	memset(&rules, 0, sizeof(rules));
	rules.issuer = x->issuer;
	rules.client_id = v->client_id;
	rules.nonce = nonce;
	rules.asked = x->consumed.state.time;
	rules.max_age = v->max_age;
	rules.fresh = asked_afresh(v->prompt);
	rules.acr = &v->authn_contexts;
	rules.code = x->code;
	rules.access_token = x->tokens.access_token;
	verdict = token_check(&rules, x->jwt.claims, &x->jwt, clock_now(), f);
	/* The set that it is of may be gone at the next step. */
	x->jwt.key = NULL;
	x->proved = true;
	if (verdict != VERDICT_ok)
		say(x, f->detail);
	return verdict;
}

/* A refresh token, for check_start, and the ID token, for logout_start. */
static void
seal_tokens(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	struct outcome *o = &x->consumed.outcome;

	if (o->test)
		return;
	if (c->view->check_every > 0 && x->tokens.refresh_token[0] != '\0') {
		x->check_token.data = oidc_check_close(c,
		    o->identity.subject, x->consumed.facts.name_id.value,
		    x->tokens.refresh_token, &x->check_token.len);
		if (x->check_token.data != NULL)
			o->check_token = x->check_token;
	}
	if (connection_discovery(c)->end_session != NULL) {
		x->logout_hint.data = vault_close(c, "hint",
		    x->consumed.facts.name_id.value, x->tokens.id_token,
		    &x->logout_hint.len);
		if (x->logout_hint.data != NULL)
			o->logout_hint = x->logout_hint;
	}
}

/* What makes a second use of login or code impossible. */
static void
make_keys(struct exchange *x)
{
	struct consumed *c = &x->consumed;
	struct outcome *o = &c->outcome;
	const char *parts[4];

	oidc_state_key(c->login_key, &c->state);
	o->login_key = (struct bytes){ c->login_key, BURN_KEY };
	parts[0] = "oidc";
	parts[1] = c->facts.issuer;
	parts[2] = x->code;
	parts[3] = c->facts.assertion_id;
	oidc_burn_key(c->message_key, 4, parts);
	o->message_key = (struct bytes){ c->message_key, BURN_KEY };
	o->message_until = c->facts.until + 2 * LIMIT_SKEW;
	o->return_to = c->state.return_to;
}

/* Everything is proved: who is it? */
static void
finish(struct exchange *x)
{
	struct consumed *c = &x->consumed;
	struct identity *id = &c->outcome.identity;
	enum verdict v;

	v = identity_make(c->connection->view, &c->facts, x->jwt.claims, id);
	if (v != VERDICT_ok) {
		say(x, c->facts.detail);
		end(x, v);
		return;
	}
	make_keys(x);
	seal_tokens(x);
	end(x, VERDICT_ok);
}

static void
ask_userinfo(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	struct oidc_question q;
	const char *why;

	if (connection_discovery(c)->userinfo == NULL) {
		say(x, "the provider has no userinfo endpoint");
		end(x, VERDICT_provider_answer);
		return;
	}
	why = oidc_ask_userinfo(&q, c, connection_discovery(c),
	    x->tokens.access_token, job_left(x->job));
	if (why != NULL) {
		say(x, why);
		oidc_question_free(&q);
		end(x, VERDICT_provider_answer);
		return;
	}
	ask(x, &q, NULL, userinfo_came);
}

/* Verify the ID token; with a key that we don't have, ask for the keys. */
static void
verify(struct exchange *x)
{
	const struct connection *c = x->consumed.connection;
	const struct jwk_set *keys = connection_keys(c);
	const char *token = x->tokens.id_token;
	enum verdict v = VERDICT_jwt_key;

	if (keys != NULL)
		v = jwt_verify(keys, token, strlen(token), NULL, &x->jwt);
	if (v == VERDICT_jwt_key && !x->rekeyed && c->view->jwks[0] == '\0') {
		jwt_free(&x->jwt);
		memset(&x->jwt, 0, sizeof(x->jwt));
		x->rekeyed = true;
		source_rekey_told(c->source, keys_came, x);
		return;
	}
	if (v != VERDICT_ok || (v = check_token(x)) != VERDICT_ok)
		end(x, v);
	else if (c->view->userinfo)
		ask_userinfo(x);
	else
		finish(x);
}

static void
keys_came(void *arg, enum verdict v, const char *detail)
{
	struct exchange *x = arg;

	say(x, detail);
	if (v != VERDICT_ok || (v = resume(x)) != VERDICT_ok)
		end(x, v);
	else
		verify(x);
}

static void
tokens_came(void *arg, const struct fetch_answer *a)
{
	struct exchange *x = arg;
	enum verdict v;

	if ((v = answered(x, a, "token endpoint")) == VERDICT_ok) {
		v = token_answer_read(&x->tokens, a);
		say(x, x->tokens.detail);
		if (v == VERDICT_oidc_client && ask_otherwise(x))
			return;
		if (v == VERDICT_ok && x->other)
			keep_other(x);
	}
	if (v == VERDICT_ok && x->tokens.id_token[0] == '\0')
		v = VERDICT_oidc_no_token;
	if (v != VERDICT_ok)
		end(x, v);
	else
		verify(x);
}

static void
userinfo_came(void *arg, const struct fetch_answer *a)
{
	struct exchange *x = arg;
	enum verdict v;

	if ((v = answered(x, a, "userinfo")) == VERDICT_ok)
		v = userinfo_answer_read(a, &x->userinfo, x->detail);
	if (v == VERDICT_ok) {
		v = token_userinfo(x->userinfo, &x->consumed.facts);
		say(x, x->consumed.facts.detail);
	}
	if (v != VERDICT_ok)
		end(x, v);
	else
		finish(x);
}

/* --- the request --------------------------------------------------------- */

void
oidc_request(const struct connection *c, struct login *login)
{
	login->url = oidc_authorization_url(c, connection_discovery(c),
	    &login->state);
	login->started.url = login->url;
	if (login->url == NULL)
		login->started.verdict = VERDICT_internal;
}
