/*
 * Logout by OpenID Connect, in verifier: ours at the provider and the
 * return from it (RP-Initiated Logout 1.0), the provider's through the
 * browser (Front-Channel Logout 1.0) and behind it (Back-Channel Logout
 * 1.0).  Must give exactly one outcome for what comes in, and name nobody
 * in it whom the message does not name.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/oidc_answer.h"
#include "hfssod/verifier/oidc_derive.h"
#include "hfssod/verifier/oidc_request.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/token.h"
#include "hfssod/verifier/vault.h"
#include "hfssod/verifier/verifier.h"

#define PURPOSE		"logout"
/* With a longer address, by a form: servers have limits of their own. */
#define URL_MOST	4000

/* --- ours ---------------------------------------------------------------- */

/* By a form, which every provider takes (RP-Initiated Logout 2). */
static void
send_form(const struct connection *c, struct login *login, char *hint)
{
	struct sso_started *s = &login->started;

	login->request = hint;
	s->url = connection_discovery(c)->end_session;
	s->post = true;
	s->fields[0].name = "id_token_hint";
	s->fields[0].value = login->request;
	s->fields[1].name = "client_id";
	s->fields[1].value = c->view->client_id;
	s->fields[2].name = "post_logout_redirect_uri";
	s->fields[2].value = c->slo;
	s->fields[3].name = "state";
	s->fields[3].value = login->state.id;
	s->field_count = 4;
}

void
oidc_logout_begin(const struct connection *c, const struct seal_keys *keys,
    const struct logout_start *start, int64_t now, struct login *login)
{
	const struct discovery *d = connection_discovery(c);
	struct seal_context context;
	char *hint;

	memset(login, 0, sizeof(*login));
	login->started.verdict = VERDICT_ok;
	if (keys == NULL || !verifier_enabled(c, false) || d == NULL ||
	    d->end_session == NULL)
		return;
	context = login_context(c, PURPOSE);
	login_seal(keys, &context, now, login);
	hint = vault_open(c, "hint", start->name_id.value, start->hint.data,
	    start->hint.len);
	login->url = oidc_logout_url(c, d, hint == NULL ? "" : hint,
	    login->state.id);
	login->started.url = login->url;
	if (hint != NULL && (login->url == NULL ||
	    strlen(login->url) > URL_MOST))
		send_form(c, login, hint);
	else if (hint != NULL)
		freezero(hint, strlen(hint));
}

/* --- theirs -------------------------------------------------------------- */

struct incoming {
	struct job		*job;
	oidc_logged_out_fn	*done;
	char			*name;		/* of the connection */
	const char		*token;		/* in logout.form */
	bool			 rekeyed;
	struct logout		 logout;
	struct jwt		 jwt;		/* the outcome points into it */
	char			 detail[OIDC_DETAIL];
};

static void	 keys_came(void *, enum verdict, const char *);

/* The end of it: x is gone after this. */
static void
end(struct incoming *x, enum verdict v)
{
	struct logout_outcome *o = &x->logout.outcome;

	o->verdict = v;
	o->detail = x->detail;
	x->done(x->job, &x->logout);
	logout_free(&x->logout);
	jwt_free(&x->jwt);
	free(x->name);
	freezero(x, sizeof(*x));
}

static void
say(struct incoming *x, const char *detail)
{
	strlcpy(x->detail, detail, sizeof(x->detail));
}

/* The value of a parameter that may come once; NULL if there is none. */
static const char *
parameter(const struct incoming *x, const char *name, bool *twice)
{
	const struct form_field *f;
	bool again;

	f = form_find(&x->logout.form, name, &again);
	*twice = *twice || again;
	return f == NULL ? NULL : f->value;
}

/* The browser is back from the provider, where it was sent by us. */
static enum verdict
returned(struct incoming *x, const char *state)
{
	const struct seal_keys *keys = verifier_keys();
	static const char label[] = "oidc logout";
	struct logout *l = &x->logout;
	struct logout_outcome *o = &l->outcome;
	struct seal_context context;
	const char *cookie, *parts[2];
	enum verdict v;

	o->response = true;
	o->result = LOGOUT_DONE;
	if (!seal_is_id(state))
		return VERDICT_login_unknown;
	if (keys == NULL)
		return VERDICT_unavailable;
	context = login_context(l->connection, PURPOSE);
	v = login_find(keys, &context, &x->job->q, state, clock_now(),
	    &l->state, &cookie);
	if (v != VERDICT_ok)
		return v;
	strings_add(&o->started.clear, cookie);
	oidc_state_key(l->login_key, &l->state);
	o->login_key = (struct bytes){ l->login_key, BURN_KEY };
	parts[0] = label;
	parts[1] = l->state.id;
	oidc_burn_key(l->message_key, 2, parts);
	o->message_key = (struct bytes){ l->message_key, BURN_KEY };
	o->message_until = l->state.time + LIMIT_LOGIN_SECONDS +
	    2 * LIMIT_SKEW;
	return VERDICT_ok;
}

/* Whose sessions end. */
static void
name(struct logout *l, const char *subject, const char *session)
{
	struct logout_outcome *o = &l->outcome;

	o->name_id.value = subject;
	o->name_id.format = o->name_id.name_qualifier = "";
	o->name_id.sp_name_qualifier = o->name_id.sp_provided_id = "";
	if (session[0] != '\0')
		strings_add(&l->facts.session_indexes, session);
	o->session_indexes = l->facts.session_indexes;
}

/* The provider lets a browser tell us (Front-Channel Logout 3). */
static enum verdict
front_channel(struct incoming *x, const char *iss, const char *sid)
{
	struct logout *l = &x->logout;
	size_t len = strlen(sid);

	if (strcmp(iss, l->connection->view->issuer) != 0)
		return VERDICT_oidc_response_issuer;
	if (len == 0 || len > LIMIT_SUBJECT || !utf8_plain(sid, len))
		return VERDICT_bad_request;
	/* It has no id and no proof; to end a session twice does no harm. */
	name(l, "", sid);
	return VERDICT_ok;
}

/* What a browser brings. */
static enum verdict
judge_query(struct incoming *x)
{
	const struct sso_request *q = &x->job->q;
	const char *state, *iss, *sid;
	bool twice = false;

	if (q->post)
		return VERDICT_method_not_allowed;
	if (q->query.len > LIMIT_REQUEST_LINE)
		return VERDICT_too_large;
	if (!form_parse(&x->logout.form, q->query.data, q->query.len))
		return VERDICT_bad_request;
	state = parameter(x, "state", &twice);
	iss = parameter(x, "iss", &twice);
	sid = parameter(x, "sid", &twice);
	if (twice || (state != NULL && sid != NULL))
		return VERDICT_duplicate_parameter;
	if (!verifier_enabled(x->logout.connection, false))
		return VERDICT_connection_disabled;
	if (state != NULL)
		return returned(x, state);
	if (iss == NULL || sid == NULL)
		return VERDICT_bad_request;
	return front_channel(x, iss, sid);
}

/* --- back-channel -------------------------------------------------------- */

/* The one logout_token of a form (Back-Channel Logout 2.5). */
static enum verdict
read_form(struct incoming *x)
{
	const struct sso_request *q = &x->job->q;
	bool twice = false;

	if (!q->post)
		return VERDICT_method_not_allowed;
	if (q->body.len > LIMIT_JWT + LIMIT_BODY_SMALL)
		return VERDICT_too_large;
	if (!form_parse(&x->logout.form, q->body.data, q->body.len))
		return VERDICT_bad_request;
	x->token = parameter(x, "logout_token", &twice);
	if (twice)
		return VERDICT_duplicate_parameter;
	if (x->token == NULL)
		return VERDICT_bad_request;
	if (strlen(x->token) > LIMIT_JWT)
		return VERDICT_too_large;
	if (!verifier_enabled(x->logout.connection, false))
		return VERDICT_connection_disabled;
	if (x->logout.connection->source == NULL)
		return VERDICT_provider_unreachable;
	return VERDICT_ok;
}

/* What a token that was verified says. */
static enum verdict
check_token(struct incoming *x)
{
	const struct verifier_connection *view = x->logout.connection->view;
	struct logout *l = &x->logout;
	struct logout_facts_oidc f;
	const char *parts[3];
	enum verdict v;

	v = token_logout(view->issuer, view->client_id, x->jwt.claims,
	    clock_now(), &f);
	if (v != VERDICT_ok) {
		say(x, f.detail);
		return v;
	}
	name(l, f.subject, f.session);
	parts[0] = "oidc logout token";
	parts[1] = view->issuer;
	parts[2] = f.id;
	oidc_burn_key(l->message_key, 3, parts);
	l->outcome.message_key = (struct bytes){ l->message_key, BURN_KEY };
	l->outcome.message_until = f.until + 2 * LIMIT_SKEW;
	return VERDICT_ok;
}

static void
judge_token(struct incoming *x)
{
	const struct connection *c = x->logout.connection;
	const struct jwk_set *keys = connection_keys(c);
	enum verdict v = VERDICT_jwt_key;

	if (keys != NULL)
		v = jwt_verify(keys, x->token, strlen(x->token),
		    "logout+jwt", &x->jwt);
	if (v == VERDICT_jwt_key && !x->rekeyed && c->view->jwks[0] == '\0') {
		jwt_free(&x->jwt);
		memset(&x->jwt, 0, sizeof(x->jwt));
		x->rekeyed = true;
		source_rekey(c->source, keys_came, x);
		return;
	}
	if (v == VERDICT_ok)
		v = check_token(x);
	end(x, v);
}

/* After a wait: the connection as it is now. */
static enum verdict
resume(struct incoming *x)
{
	const struct config *config = verifier_config();
	const struct connection *c;

	c = config == NULL ? NULL :
	    config_find(config, x->job->q.organization, x->name);
	if (c != NULL && c->view->protocol != PROTOCOL_OIDC)
		c = NULL;
	x->logout.connection = c;
	if (c == NULL)
		return VERDICT_unknown_organization;
	if (!verifier_enabled(c, false))
		return VERDICT_connection_disabled;
	if (clock_ms() < x->job->deadline)
		return VERDICT_ok;
	say(x, "out of time");
	return VERDICT_provider_unreachable;
}

static void
keys_came(void *arg, enum verdict v, const char *detail)
{
	struct incoming *x = arg;

	say(x, detail);
	if (v != VERDICT_ok || (v = resume(x)) != VERDICT_ok)
		end(x, v);
	else
		judge_token(x);
}

void
oidc_logout(struct job *job, oidc_logged_out_fn *done)
{
	struct incoming *x;
	enum verdict v;

	if ((x = calloc(1, sizeof(*x))) == NULL)
		fatal("calloc");
	x->job = job;
	x->done = done;
	logout_open(&x->logout, verifier_config(), &job->q, job->origin);
	if (x->logout.connection == NULL) {
		end(x, VERDICT_unknown_organization);
		return;
	}
	x->name = strdup(x->logout.connection->view->name);
	if (x->name == NULL)
		fatal("strdup");
	/* The configuration that has the other one may be gone by the end. */
	x->logout.outcome.connection = x->name;
	if (job->q.endpoint != ENDPOINT_BACKCHANNEL)
		end(x, judge_query(x));
	else if ((v = read_form(x)) != VERDICT_ok)
		end(x, v);
	else
		source_wait(x->logout.connection->source, keys_came, x);
}
