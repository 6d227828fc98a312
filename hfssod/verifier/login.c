/*
 * The start of a login, in verifier.  Must not keep anything: what is to
 * be known later goes into the cookie.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/encode.h"
#include "common/form.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/authn_request.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/verifier.h"

const struct connection *
login_connection(const struct config *config, const struct sso_request *q)
{
	const struct connection *c;

	c = config == NULL ? NULL :
	    config_find(config, q->organization, q->connection);
	return c != NULL && c->view->protocol == q->protocol ? c : NULL;
}

struct seal_context
login_context(const struct connection *c, const char *purpose)
{
	struct seal_context context = { c->organization->name, c->view->name,
	    protocol_name(c->view->protocol), purpose };

	return context;
}

enum verdict
login_find(const struct seal_keys *keys, const struct seal_context *context,
    const struct sso_request *q, const char *relay, int64_t now,
    struct login_state *state, const char **name)
{
	const struct login_cookie *cookie = NULL;
	enum verdict v;
	size_t i;

	*name = "";
	for (i = 0; i < q->cookie_count && cookie == NULL; i++)
		if (strlen(q->cookies[i].name) == 8 &&
		    memcmp(q->cookies[i].name, relay + 1, 8) == 0)
			cookie = &q->cookies[i];
	if (cookie == NULL)
		return VERDICT_login_unknown;
	v = seal_open(keys, context, cookie->value, now, state);
	if (v == VERDICT_login_expired || v == VERDICT_login_elsewhere)
		/* Of no more use to the browser. */
		*name = cookie->name;
	if (v != VERDICT_ok)
		return v;
	if (!equal_secret(state->id, SEAL_ID, relay, SEAL_ID))
		return VERDICT_login_unknown;
	*name = cookie->name;
	return VERDICT_ok;
}

void
login_seal(const struct seal_keys *keys, const struct seal_context *context,
    int64_t now, struct login *login)
{
	seal_new_id(login->state.id);
	login->state.time = now;
	if (RAND_bytes(login->state.secret, SEAL_SECRET) != 1)
		fatalx("RAND_bytes");
	login->cookie = seal_close(keys, context, &login->state);
	memcpy(login->cookie_name, login->state.id + 1, 8);
	login->started.set_cookie.name = login->cookie_name;
	login->started.set_cookie.value = login->cookie;
}

/*
 * With one more, a browser would hold too many unfinished logins: name
 * those to remove, the unreadable first, then the oldest.
 */
static void
choose_cleared(const struct seal_keys *keys, const struct sso_request *q,
    struct strings *clear)
{
	int64_t times[sizeof(q->cookies) / sizeof(q->cookies[0])];
	size_t i, oldest, left;

	for (i = 0; i < q->cookie_count; i++)
		times[i] = seal_time(keys, q->cookies[i].value);
	for (left = q->cookie_count; left >= LIMIT_LOGIN_COOKIES; left--) {
		oldest = 0;
		for (i = 1; i < q->cookie_count; i++)
			if (times[i] < times[oldest])
				oldest = i;
		strings_add(clear, q->cookies[oldest].name);
		times[oldest] = INT64_MAX;
	}
}

static void
write_request(const struct connection *c, struct login *login)
{
	const struct metadata_idp *idp = connection_idp(c);
	enum binding binding = connection_binding(c, idp);
	struct sso_started *s = &login->started;
	struct authn_request q;

	memset(&q, 0, sizeof(q));
	q.id = login->state.id;
	q.time = login->state.time;
	q.issuer = c->entity_id;
	q.acs = c->acs;
	q.destination = idp->sso[binding];
	q.nameid_format = c->view->nameid_format;
	q.authn_contexts = &c->view->authn_contexts;
	q.force_authn = c->view->force_authn;
	q.key = connection_request_key(c, idp);
	if (binding == BINDING_REDIRECT) {
		login->url = authn_request_redirect(&q);
		s->url = login->url;
		return;
	}
	login->request = authn_request_post(&q);
	s->url = q.destination;
	s->post = true;
	s->fields[0].name = "SAMLRequest";
	s->fields[0].value = login->request;
	s->fields[1].name = "RelayState";
	s->fields[1].value = login->state.id;
	s->field_count = 2;
}

/* The token of a connection test in the query, if there is one. */
static enum verdict
read_test(const struct connection *c, const struct seal_keys *keys,
    const struct sso_request *q, int64_t now, bool *test)
{
	const struct form_field *f;
	struct seal_context context;
	struct login_state state;
	struct form form;
	enum verdict v = VERDICT_ok;
	bool twice;

	*test = false;
	if (q->query.len == 0)
		return VERDICT_ok;
	if (!form_parse(&form, q->query.data, q->query.len)) {
		form_free(&form);
		return VERDICT_bad_request;
	}
	f = form_find(&form, "test", &twice);
	if (twice)
		v = VERDICT_duplicate_parameter;
	else if (f != NULL && keys == NULL)
		v = VERDICT_unavailable;
	else if (f != NULL) {
		context = login_context(c, "test");
		/* LIMIT_TEST_SECONDS are those of a login. */
		if (seal_open(keys, &context, f->value, now,
		    &state) != VERDICT_ok || !state.test)
			v = VERDICT_login_unknown;
		*test = v == VERDICT_ok;
		explicit_bzero(&state, sizeof(state));
	}
	form_free(&form);
	return v;
}

/* Whether the connection can be used for a login now. */
static enum verdict
check(const struct connection *c, const struct seal_keys *keys,
    const struct sso_request *q, int64_t now, struct login_state *state)
{
	enum verdict v;

	if (c == NULL)
		return VERDICT_unknown_organization;
	if ((v = read_test(c, keys, q, now, &state->test)) != VERDICT_ok)
		return v;
	if (!verifier_enabled(c, state->test))
		return VERDICT_connection_disabled;
	if (strlcpy(state->return_to, q->return_to,
	    sizeof(state->return_to)) >= sizeof(state->return_to))
		return VERDICT_return_refused;
	if (keys == NULL)
		return VERDICT_unavailable;
	return connection_known(c) ? VERDICT_ok :
	    VERDICT_provider_unreachable;
}

void
login_begin(const struct config *config, const struct seal_keys *keys,
    const struct sso_request *q, int64_t now, struct login *login)
{
	struct sso_started *s = &login->started;
	const struct connection *c;
	struct seal_context context;

	memset(login, 0, sizeof(*login));
	c = login_connection(config, q);
	s->verdict = check(c, keys, q, now, &login->state);
	if (s->verdict != VERDICT_ok)
		return;
	context = login_context(c, "login");
	login_seal(keys, &context, now, login);
	choose_cleared(keys, q, &s->clear);
	if (c->view->protocol == PROTOCOL_OIDC)
		oidc_request(c, login);
	else
		write_request(c, login);
}

void
login_free(struct login *login)
{
	sso_started_free(&login->started);
	free(login->url);
	free(login->request);
	free(login->cookie);
	explicit_bzero(login, sizeof(*login));
}
