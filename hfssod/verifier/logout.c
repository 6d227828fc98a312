/*
 * Single logout, in verifier.  Must give exactly one outcome for what
 * comes in, and sign an answer only to a request that was verified.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/logout.h"
#include "hfssod/verifier/logout_message.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/verifier.h"

#define PURPOSE		"logout"
/* Base64 of a message, with room for line breaks. */
#define ENCODED_MOST	(LIMIT_SAML_MESSAGE / 3 * 4 + 16384)

/* --- ours ---------------------------------------------------------------- */

/* Redirect where it is offered; BINDING_MAX: neither. */
static enum binding
choose_binding(char *const where[BINDING_MAX])
{
	if (where[BINDING_REDIRECT] != NULL)
		return BINDING_REDIRECT;
	return where[BINDING_POST] != NULL ? BINDING_POST : BINDING_MAX;
}

/* Put a message on its way; *text is what the url or field points to. */
static void
send_by(enum binding binding, const struct logout_message *m,
    const char *relay, struct sso_started *s, char **text)
{
	if (binding == BINDING_REDIRECT) {
		*text = logout_message_redirect(m, relay);
		s->url = *text;
		return;
	}
	*text = logout_message_post(m);
	s->url = m->destination;
	s->post = true;
	s->fields[0].name = logout_message_parameter(m);
	s->fields[0].value = *text;
	s->field_count = 1;
	if (relay[0] == '\0')
		return;
	s->fields[1].name = "RelayState";
	s->fields[1].value = relay;
	s->field_count = 2;
}

static void
begin_saml(const struct connection *c, const struct seal_keys *keys,
    const struct logout_start *start, int64_t now, struct login *login)
{
	const struct metadata_idp *idp;
	struct logout_message m;
	struct seal_context context;
	enum binding binding;

	idp = connection_idp(c);
	if (idp == NULL || c->logout_key == NULL ||
	    (binding = choose_binding(idp->slo)) == BINDING_MAX)
		return;
	context = login_context(c, PURPOSE);
	login_seal(keys, &context, now, login);
	memset(&m, 0, sizeof(m));
	m.id = login->state.id;
	m.time = now;
	m.issuer = c->entity_id;
	m.destination = idp->slo[binding];
	m.key = c->logout_key;
	m.in_response_to = "";
	m.name_id = start->name_id;
	m.session_index = start->session_index;
	send_by(binding, &m, login->state.id, &login->started,
	    binding == BINDING_REDIRECT ? &login->url : &login->request);
}

void
logout_begin(const struct config *config, const struct seal_keys *keys,
    const struct logout_start *start, int64_t now, struct login *login)
{
	const struct connection *c;

	memset(login, 0, sizeof(*login));
	login->started.verdict = VERDICT_ok;
	c = config == NULL ? NULL :
	    config_find(config, start->organization, start->connection);
	if (c == NULL || !verifier_enabled(c, false) || keys == NULL)
		return;
	if (c->view->protocol == PROTOCOL_OIDC)
		oidc_logout_begin(c, keys, start, now, login);
	else
		begin_saml(c, keys, start, now, login);
}

/* Our answer to a request that was verified; none where none can be sent. */
static void
prepare_answer(struct logout *l, int64_t now)
{
	const struct connection *c = l->connection;
	const struct metadata_idp *idp;
	struct logout_message m;
	enum binding binding;

	/* It is there: the request was verified by it. */
	idp = connection_idp(c);
	binding = choose_binding(idp->slo_answer);
	if (c->logout_key == NULL || binding == BINDING_MAX)
		return;
	seal_new_id(l->id);
	memset(&m, 0, sizeof(m));
	m.id = l->id;
	m.time = now;
	m.issuer = c->entity_id;
	m.destination = idp->slo_answer[binding];
	m.key = c->logout_key;
	m.in_response_to = l->facts.base.assertion_id;
	send_by(binding, &m, l->relay, &l->outcome.started,
	    binding == BINDING_REDIRECT ? &l->url : &l->field);
}

/* --- theirs -------------------------------------------------------------- */

/* A form; RelayState may be missing. */
static enum verdict
read_form(const struct sso_request *q, struct logout *l)
{
	const struct form_field *request, *response, *f;
	bool twice[3];

	if (q->body.len > LIMIT_BODY)
		return VERDICT_too_large;
	if (!form_parse(&l->form, q->body.data, q->body.len))
		return VERDICT_bad_request;
	request = form_find(&l->form, "SAMLRequest", &twice[0]);
	response = form_find(&l->form, "SAMLResponse", &twice[1]);
	f = form_find(&l->form, "RelayState", &twice[2]);
	if (twice[0] || twice[1] || twice[2] ||
	    (request != NULL && response != NULL))
		return VERDICT_duplicate_parameter;
	l->relay = f == NULL ? "" : f->value;
	l->outcome.response = response != NULL;
	f = request != NULL ? request : response;
	if (f == NULL)
		return VERDICT_bad_request;
	l->message = f->value;
	return VERDICT_ok;
}

static enum verdict
read_query(const struct sso_request *q, struct logout *l)
{
	enum verdict v;

	if ((v = redirect_read(&l->redirect, q->query)) != VERDICT_ok)
		return v;
	l->relay = l->redirect.relay_state;
	l->outcome.response = l->redirect.response;
	l->message = l->redirect.message;
	return VERDICT_ok;
}

/* A response must be to a request of ours, in this browser. */
static enum verdict
find_request(const struct seal_keys *keys, const struct sso_request *q,
    int64_t now, struct logout *l)
{
	struct seal_context context;
	const char *cookie;
	enum verdict v;

	if (keys == NULL)
		return VERDICT_unavailable;
	if (!seal_is_id(l->relay))
		return VERDICT_login_unknown;
	context = login_context(l->connection, PURPOSE);
	v = login_find(keys, &context, q, l->relay, now, &l->state, &cookie);
	if (v == VERDICT_ok)
		strings_add(&l->outcome.started.clear, cookie);
	return v;
}

/* The octets of the message; what is in a query must be verified first. */
static enum verdict
open_message(const struct sso_request *q, const struct metadata_idp *idp,
    struct logout *l, uint8_t **xml, size_t *len)
{
	enum verdict v;

	if (q->post) {
		*xml = base64_decode(l->message, strlen(l->message), len);
		return *xml == NULL ? VERDICT_saml_encoding : VERDICT_ok;
	}
	v = redirect_verify(&l->redirect, &idp->keys);
	if (v != VERDICT_ok)
		return v;
	return redirect_inflate(&l->redirect, xml, len);
}

static enum verdict
check_message(const struct sso_request *q, int64_t now, struct logout *l)
{
	const struct connection *c = l->connection;
	const struct metadata_idp *idp = connection_idp(c);
	struct logout_rules rules;
	enum verdict v;
	uint8_t *xml;
	size_t len;

	if (strlen(l->message) > ENCODED_MOST)
		return VERDICT_too_large;
	if (idp == NULL)
		return VERDICT_provider_unreachable;
	if ((v = open_message(q, idp, l, &xml, &len)) != VERDICT_ok)
		return v;
	rules.idp = idp->entity_id;
	rules.keys = &idp->keys;
	rules.decrypt = &c->organization->decrypt;
	rules.address = c->slo;
	rules.verified = !q->post;
	if (l->outcome.response)
		v = logout_check_response(&rules, l->state.id, now, xml, len,
		    &l->facts);
	else
		v = logout_check_request(&rules, now, xml, len, &l->facts);
	freezero(xml, len);
	l->outcome.detail = l->facts.base.detail;
	return v;
}

static void
hash(const void *data, size_t len, uint8_t out[BURN_KEY])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		fatalx("logout: EVP_Digest");
}

/* What makes a second use of a message impossible. */
static void
make_keys(struct logout *l)
{
	struct logout_outcome *o = &l->outcome;
	struct writer w;

	if (o->response) {
		hash(l->state.id, SEAL_ID, l->login_key);
		o->login_key = (struct bytes){ l->login_key, BURN_KEY };
	}
	wire_init(&w, LIMIT_SAML_MESSAGE);
	wire_put_string(&w, PURPOSE);
	wire_put_string(&w, l->facts.base.issuer);
	wire_put_string(&w, l->facts.base.assertion_id);
	hash(w.data, w.len, l->message_key);
	wire_free(&w);
	o->message_key = (struct bytes){ l->message_key, BURN_KEY };
	o->message_until = l->facts.base.until + 2 * LIMIT_SKEW;
}

static enum verdict
judge(const struct seal_keys *keys, const struct sso_request *q, int64_t now,
    struct logout *l)
{
	struct logout_outcome *o = &l->outcome;
	enum verdict v;

	v = q->post ? read_form(q, l) : read_query(q, l);
	if (v != VERDICT_ok)
		return v;
	if (strlen(l->relay) > LIMIT_RELAY_STATE ||
	    !utf8_plain(l->relay, strlen(l->relay)))
		return VERDICT_bad_request;
	if (o->response &&
	    (v = find_request(keys, q, now, l)) != VERDICT_ok)
		return v;
	if (!verifier_enabled(l->connection, false))
		return VERDICT_connection_disabled;
	if ((v = check_message(q, now, l)) != VERDICT_ok)
		return v;
	make_keys(l);
	o->result = l->facts.result;
	if (!o->response) {
		o->name_id = l->facts.base.name_id;
		o->session_indexes = l->facts.session_indexes;
		prepare_answer(l, now);
	}
	return VERDICT_ok;
}

void
logout_open(struct logout *l, const struct config *config,
    const struct sso_request *q, uint64_t origin)
{
	struct logout_outcome *o = &l->outcome;

	memset(l, 0, sizeof(*l));
	o->request = q->request;
	o->origin = origin;
	o->organization = q->organization;
	o->connection = q->connection;
	o->detail = "";
	l->connection = login_connection(config, q);
	if (l->connection != NULL)
		o->connection = l->connection->view->name;
}

void
logout_receive(const struct config *config, const struct seal_keys *keys,
    const struct sso_request *q, uint64_t origin, int64_t now,
    struct logout *l)
{
	logout_open(l, config, q, origin);
	l->outcome.verdict = l->connection == NULL ?
	    VERDICT_unknown_organization : judge(keys, q, now, l);
}

void
logout_free(struct logout *l)
{
	strings_free(&l->outcome.started.clear);
	redirect_free(&l->redirect);
	form_free(&l->form);
	logout_facts_free(&l->facts);
	free(l->url);
	free(l->field);
	explicit_bzero(l, sizeof(*l));
}
