/*
 * The answer to a login, in verifier.  The order of checks is sizes, login
 * cookie, connection enabled, issuer, then the XML in full.  Must give
 * exactly one outcome, and no word of an identity in one that refuses.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/consume.h"
#include "hfssod/verifier/identity.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/verifier.h"

/* Base64 of a message, with room for line breaks. */
#define ENCODED_MOST	(LIMIT_SAML_MESSAGE / 3 * 4 + 16384)
/* What a test is shown of what came. */
#define RECEIVED_OCTETS	(128 * 1024)
#define RECEIVED_VALUES	200		/* of one attribute */

static void
hash(const void *data, size_t len, uint8_t out[BURN_KEY])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		fatalx("consume: EVP_Digest");
}

/* The two parameters; RelayState may be missing. */
static enum verdict
read_form(const struct sso_request *q, struct consumed *c,
    const struct form_field **message, const char **relay)
{
	const struct form_field *f;
	bool twice;

	if (!q->post)
		return VERDICT_method_not_allowed;
	if (q->body.len > LIMIT_BODY)
		return VERDICT_too_large;
	if (!form_parse(&c->form, q->body.data, q->body.len))
		return VERDICT_bad_request;
	f = form_find(&c->form, "RelayState", &twice);
	if (twice)
		return VERDICT_duplicate_parameter;
	*relay = f == NULL ? "" : f->value;
	*message = form_find(&c->form, "SAMLResponse", &twice);
	if (twice)
		return VERDICT_duplicate_parameter;
	if (*message == NULL)
		return VERDICT_bad_request;
	if ((*message)->len > ENCODED_MOST)
		return VERDICT_too_large;
	return VERDICT_ok;
}

/*
 * The login state by RelayState.  One that is not of our form belongs to
 * no login of ours: then the answer is unsolicited, and solicited stays
 * false.
 */
static enum verdict
find_login(const struct seal_keys *keys, const struct sso_request *q,
    const char *relay, int64_t now, struct consumed *c)
{
	struct seal_context context;
	enum verdict v;

	if (!seal_is_id(relay))
		return VERDICT_ok;
	context = login_context(c->connection, "login");
	v = login_find(keys, &context, q, relay, now, &c->state,
	    &c->outcome.login_cookie);
	c->solicited = v == VERDICT_ok;
	return v;
}

static enum verdict
check_message(const struct form_field *message, int64_t now,
    struct consumed *c)
{
	const struct connection *conn = c->connection;
	const struct metadata_idp *idp = connection_idp(conn);
	struct response_rules rules;
	struct response_asked asked;
	enum verdict v;
	uint8_t *xml;
	size_t len;

	if (idp == NULL)
		return VERDICT_provider_unreachable;
	rules.idp = idp->entity_id;
	rules.keys = &idp->keys;
	rules.decrypt = &conn->organization->decrypt;
	rules.entity_id = conn->entity_id;
	rules.acs = conn->acs;
	rules.require_signed = conn->view->require_signed;
	rules.nameid_format = conn->view->nameid_format;
	rules.authn_contexts = &conn->view->authn_contexts;
	rules.force_authn = conn->view->force_authn;
	rules.subject_attribute = conn->view->subject_attribute[0] != '\0';
	asked.id = c->solicited ? c->state.id : "";
	asked.time = c->state.time;
	xml = base64_decode(message->value, message->len, &len);
	if (xml == NULL)
		return VERDICT_saml_encoding;
	v = response_check(&rules, &asked, now, xml, len, &c->facts);
	freezero(xml, len);
	c->outcome.detail = c->facts.detail;
	return v;
}

/* What makes a second use of login or message impossible. */
static void
make_keys(struct consumed *c)
{
	struct outcome *o = &c->outcome;
	struct writer w;

	if (c->solicited) {
		hash(c->state.id, SEAL_ID, c->login_key);
		o->login_key = (struct bytes){ c->login_key, BURN_KEY };
	}
	wire_init(&w, LIMIT_SAML_MESSAGE);
	wire_put_string(&w, c->facts.issuer);
	wire_put_string(&w, c->facts.assertion_id);
	hash(w.data, w.len, c->message_key);
	wire_free(&w);
	o->message_key = (struct bytes){ c->message_key, BURN_KEY };
	o->message_until = c->facts.until + 2 * LIMIT_SKEW;
}

/* All of it; a verdict other than ok leaves the rest to consume_refuse. */
static enum verdict
judge(const struct seal_keys *keys, const struct sso_request *q, int64_t now,
    struct consumed *c)
{
	const struct form_field *message;
	const char *relay;
	enum verdict v;

	if ((v = read_form(q, c, &message, &relay)) != VERDICT_ok)
		return v;
	if (keys == NULL)
		return VERDICT_unavailable;
	if ((v = find_login(keys, q, relay, now, c)) != VERDICT_ok)
		return v;
	if (!verifier_enabled(c->connection, c->state.test))
		return VERDICT_connection_disabled;
	if (!c->solicited)
		switch (c->connection->view->idp_initiated) {
		case IDP_INITIATED_RESTART:
			/* It only makes us ask; nothing in it counts. */
			c->outcome.restart = true;
			return VERDICT_ok;
		case IDP_INITIATED_ACCEPT:
			break;
		default:
			return VERDICT_unsolicited;
		}
	if ((v = check_message(message, now, c)) != VERDICT_ok)
		return v;
	consume_received(c);
	v = identity_make(c->connection->view, &c->facts, NULL,
	    &c->outcome.identity);
	c->outcome.detail = c->facts.detail;
	if (v != VERDICT_ok)
		return v;
	make_keys(c);
	c->outcome.return_to = c->state.return_to;
	return VERDICT_ok;
}

void
consume_refuse(struct consumed *c, enum verdict v, const char *detail)
{
	struct outcome *o = &c->outcome;
	struct bytes none = { NULL, 0 };

	identity_free(&o->identity);
	memset(&o->identity, 0, sizeof(o->identity));
	o->verdict = v;
	o->detail = detail;
	o->login_key = o->message_key = none;
	o->message_until = 0;
	o->return_to = "";
	o->restart = false;
	o->test = c->state.test;
	o->check_token = o->logout_hint = none;
	/* A failed attempt burns nothing: the login may still be answered. */
	if (v != VERDICT_login_expired && v != VERDICT_login_elsewhere)
		o->login_cookie = "";
}

void
consume_begin(struct consumed *c, const struct config *config,
    const struct sso_request *q, uint64_t origin)
{
	struct outcome *o = &c->outcome;

	memset(c, 0, sizeof(*c));
	o->request = q->request;
	o->origin = origin;
	o->came = clock_ms();
	o->organization = q->organization;
	o->connection = q->connection;
	o->detail = o->login_cookie = o->return_to = "";
	c->connection = login_connection(config, q);
	if (c->connection != NULL)
		o->connection = c->connection->view->name;
}

void
consume_received(struct consumed *c)
{
	const struct attributes *as = &c->facts.attributes;
	struct outcome *o = &c->outcome;
	struct received *r;
	size_t i, j, octets = 0;

	if (!c->state.test)
		return;
	o->test = true;
	if ((o->received = calloc(RECEIVED_MOST, sizeof(*r))) == NULL)
		fatal("calloc");
	for (i = 0; i < as->count && o->received_count < RECEIVED_MOST; i++) {
		if (strlen(as->list[i].name) > LIMIT_VALUE ||
		    (octets += strlen(as->list[i].name)) > RECEIVED_OCTETS)
			continue;
		r = &o->received[o->received_count++];
		r->name = as->list[i].name;
		for (j = 0; j < as->list[i].values.count &&
		    j < RECEIVED_VALUES; j++) {
			octets += strlen(as->list[i].values.list[j]);
			if (octets > RECEIVED_OCTETS)
				return;
			if (strlen(as->list[i].values.list[j]) <= LIMIT_VALUE)
				strings_add(&r->values,
				    as->list[i].values.list[j]);
		}
	}
}

void
consume(const struct config *config, const struct seal_keys *keys,
    const struct sso_request *q, uint64_t origin, int64_t now,
    struct consumed *c)
{
	enum verdict v = VERDICT_unknown_organization;

	consume_begin(c, config, q, origin);
	if (c->connection != NULL)
		v = judge(keys, q, now, c);
	if (v != VERDICT_ok)
		consume_refuse(c, v, c->outcome.detail);
	else
		c->outcome.verdict = v;
}

void
consume_free(struct consumed *c)
{
	outcome_free(&c->outcome);
	form_free(&c->form);
	facts_free(&c->facts);
	explicit_bzero(c, sizeof(*c));
}
