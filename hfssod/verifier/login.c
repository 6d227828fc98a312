/*
 * The start of a login, in verifier.  Must not keep anything: what is to
 * be known later goes into the cookie.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/authn_request.h"
#include "hfssod/verifier/login.h"

struct seal_context
login_context(const struct connection *c, const char *purpose)
{
	struct seal_context context = { c->organization->name, c->view->name,
	    "saml", purpose };

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
	struct sso_started *s = &login->started;
	struct authn_request q;

	memset(&q, 0, sizeof(q));
	q.id = login->state.id;
	q.time = login->state.time;
	q.issuer = c->entity_id;
	q.acs = c->acs;
	q.destination = c->idp.sso[c->binding];
	q.nameid_format = c->view->nameid_format;
	q.authn_contexts = &c->view->authn_contexts;
	q.force_authn = c->view->force_authn;
	q.key = c->request_key;
	if (c->binding == BINDING_REDIRECT) {
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

void
login_begin(const struct config *config, const struct seal_keys *keys,
    const struct sso_request *q, int64_t now, struct login *login)
{
	struct sso_started *s = &login->started;
	const struct connection *c;
	struct seal_context context;

	memset(login, 0, sizeof(*login));
	c = config == NULL ? NULL :
	    config_find(config, q->organization, q->connection);
	if (c == NULL)
		s->verdict = VERDICT_unknown_organization;
	else if (!c->view->enabled)
		s->verdict = VERDICT_connection_disabled;
	else if (strlcpy(login->state.return_to, q->return_to,
	    sizeof(login->state.return_to)) >= sizeof(login->state.return_to))
		s->verdict = VERDICT_return_refused;
	else if (keys == NULL)
		s->verdict = VERDICT_unavailable;
	else
		s->verdict = VERDICT_ok;
	if (s->verdict != VERDICT_ok)
		return;
	context = login_context(c, "login");
	login_seal(keys, &context, now, login);
	choose_cleared(keys, q, &s->clear);
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
