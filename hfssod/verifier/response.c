/*
 * A Response as a whole, in verifier; pure.  Decides which signature says
 * what and hands the verified Assertion on.  Must never look for an
 * Assertion anywhere but in its one place, nor read identity itself.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/verifier/assertion.h"
#include "hfssod/verifier/decrypt.h"
#include "hfssod/verifier/response.h"
#include "hfssod/verifier/signature.h"

#define STATUS		"urn:oasis:names:tc:SAML:2.0:status:"
#define SUCCESS		STATUS "Success"

/* Children of a Response (core 3.2.2), and its Signature when it has one. */
struct envelope {
	xmlNode		*root;
	xmlNode		*signature;
	const xmlNode	*status;
	xmlNode		*assertion;	/* or EncryptedAssertion */
	bool		 encrypted;
};

/* What the identity provider reports, for the log (core 3.2.2.2). */
static const struct {
	const char	*code, *detail;
} status_codes[] = {
	{ STATUS "AuthnFailed",		"status AuthnFailed" },
	{ STATUS "InvalidAttrNameOrValue", "status InvalidAttrNameOrValue" },
	{ STATUS "InvalidNameIDPolicy",	"status InvalidNameIDPolicy" },
	{ STATUS "NoAuthnContext",	"status NoAuthnContext" },
	{ STATUS "NoAvailableIDP",	"status NoAvailableIDP" },
	{ STATUS "NoPassive",		"status NoPassive" },
	{ STATUS "NoSupportedIDP",	"status NoSupportedIDP" },
	{ STATUS "PartialLogout",	"status PartialLogout" },
	{ STATUS "RequestDenied",	"status RequestDenied" },
	{ STATUS "RequestUnsupported",	"status RequestUnsupported" },
	{ STATUS "UnknownPrincipal",	"status UnknownPrincipal" },
	{ STATUS "UnsupportedBinding",	"status UnsupportedBinding" },
	{ STATUS "Requester",		"status Requester" },
	{ STATUS "Responder",		"status Responder" },
	{ STATUS "VersionMismatch",	"status VersionMismatch" },
};

static const char *
status_detail(const char *code)
{
	size_t i, count = sizeof(status_codes) / sizeof(status_codes[0]);

	for (i = 0; code != NULL && i < count; i++)
		if (strcmp(code, status_codes[i].code) == 0)
			return status_codes[i].detail;
	return NULL;
}

static enum verdict
check_status(const xmlNode *status, struct facts *facts)
{
	const xmlNode *code, *second;
	const char *value, *detail;

	code = xml_first(status);
	if (!xml_is(code, NS_SAMLP, "StatusCode") ||
	    (value = xml_attribute(code, "Value")) == NULL ||
	    xml_count(status, NS_SAMLP, "StatusCode") != 1)
		return VERDICT_saml_structure;
	if (strcmp(value, SUCCESS) == 0)
		return VERDICT_ok;
	detail = status_detail(value);
	second = xml_first(code);
	if (second != NULL &&
	    status_detail(xml_attribute(second, "Value")) != NULL)
		detail = status_detail(xml_attribute(second, "Value"));
	facts->detail = detail == NULL ? "unknown status" : detail;
	return VERDICT_saml_status;
}

/* Take the Response apart in the order of its schema. */
static enum verdict
open_envelope(const struct xml *x, struct envelope *e,
    const struct response_rules *rules)
{
	xmlNode *n;
	const char *s;

	e->root = x->root;
	if (!xml_is(x->root, NS_SAMLP, "Response") || x->responses != 1)
		return VERDICT_saml_structure;
	s = xml_attribute(x->root, "Version");
	if (s == NULL || strcmp(s, "2.0") != 0)
		return VERDICT_saml_version;
	if (xml_attribute(x->root, "ID") == NULL)
		return VERDICT_saml_id;
	if (x->objects != 0)
		return VERDICT_saml_signature_form;
	e->signature = signature_find(x->root);
	n = xml_first(x->root);
	if (xml_is(n, NS_SAML, "Issuer")) {
		s = xml_text(n);
		if (s == NULL || strcmp(s, rules->idp) != 0)
			return VERDICT_saml_issuer;
		n = xml_next(n);
	}
	if (n != NULL && n == e->signature)
		n = xml_next(n);
	if (xml_is(n, NS_SAMLP, "Extensions"))
		n = xml_next(n);
	if (!xml_is(n, NS_SAMLP, "Status"))
		return VERDICT_saml_structure;
	e->status = n;
	n = xml_next(n);
	e->assertion = n;
	e->encrypted = xml_is(n, NS_SAML, "EncryptedAssertion");
	if (n != NULL && (xml_next(n) != NULL ||
	    (!e->encrypted && !xml_is(n, NS_SAML, "Assertion"))))
		return VERDICT_saml_structure;
	return VERDICT_ok;
}

/* What the Response itself says of place, request and time. */
static enum verdict
check_envelope(const struct envelope *e, const struct response_rules *rules,
    const struct response_asked *asked, int64_t now, struct facts *facts)
{
	const char *s;

	s = xml_attribute(e->root, "Destination");
	if (s == NULL ? e->signature != NULL : strcmp(s, rules->acs) != 0)
		return VERDICT_saml_destination;
	s = xml_attribute(e->root, "InResponseTo");
	if (s != NULL &&
	    (asked->id[0] == '\0' || strcmp(s, asked->id) != 0))
		return VERDICT_saml_in_response_to;
	return assertion_issued(e->root, now, facts);
}

/* Whether the signatures that are there are all that must be. */
static bool
signed_enough(enum require_signed require, bool response, bool assertion)
{
	switch (require) {
	case REQUIRE_RESPONSE:
		return response;
	case REQUIRE_ASSERTION:
		return assertion;
	case REQUIRE_BOTH:
		return response && assertion;
	default:
		return response || assertion;
	}
}

/* The Assertion as it stands in the Response. */
static enum verdict
verify_plain(const struct xml *x, const struct envelope *e,
    const struct response_rules *rules, const struct verified *response,
    struct verified **verified)
{
	unsigned int count;
	xmlNode *sig;

	sig = signature_find(e->assertion);
	count = (e->signature != NULL ? 1 : 0) + (sig != NULL ? 1 : 0);
	if (x->signatures != count || x->signed_infos != count)
		return VERDICT_saml_signature_form;
	if (!signed_enough(rules->require_signed, response != NULL,
	    sig != NULL))
		return VERDICT_saml_unsigned;
	if (sig != NULL)
		return signature_verify(e->assertion, sig, rules->keys,
		    verified);
	*verified = signature_within(response, e->assertion);
	return *verified == NULL ? VERDICT_saml_unsigned : VERDICT_ok;
}

/*
 * The Assertion in an EncryptedAssertion, in a document of its own.  A
 * fragment that needs namespace prefixes of the Response is refused: it
 * would mean one thing here and another there.
 */
static enum verdict
verify_encrypted(const struct xml *x, const struct envelope *e,
    const struct response_rules *rules, const struct verified *response,
    struct facts *facts, struct verified **verified)
{
	struct xml *in = &facts->inner;
	enum verdict v;
	uint8_t *data;
	xmlNode *sig;
	size_t len;

	if (x->signatures != (e->signature != NULL) ||
	    x->signed_infos != x->signatures)
		return VERDICT_saml_signature_form;
	v = decrypt_assertion(e->assertion, rules->decrypt, response != NULL,
	    &data, &len);
	if (v != VERDICT_ok)
		return v;
	v = xml_parse(in, data, len);
	freezero(data, len);
	if (v != VERDICT_ok)
		return v == VERDICT_saml_encoding ?
		    VERDICT_saml_decryption : v;
	if (!xml_is(in->root, NS_SAML, "Assertion") || in->assertions != 1 ||
	    in->responses != 0)
		return VERDICT_saml_structure;
	sig = signature_find(in->root);
	if (in->objects != 0 || in->signatures != (sig != NULL) ||
	    in->signed_infos != in->signatures)
		return VERDICT_saml_signature_form;
	if (!signed_enough(rules->require_signed, response != NULL,
	    sig != NULL))
		return VERDICT_saml_unsigned;
	if (sig != NULL)
		return signature_verify(in->root, sig, rules->keys, verified);
	*verified = signature_decrypted(response, e->assertion, in->root);
	return *verified == NULL ? VERDICT_saml_unsigned : VERDICT_ok;
}

/* From an envelope in order to the verified Assertion, and its content. */
static enum verdict
check_signed(const struct xml *x, const struct envelope *e,
    const struct response_rules *rules, const struct response_asked *asked,
    int64_t now, struct facts *facts)
{
	struct verified *response = NULL, *assertion = NULL;
	enum verdict v;

	if (e->signature != NULL) {
		v = signature_verify(e->root, e->signature, rules->keys,
		    &response);
		if (v != VERDICT_ok)
			return v;
	}
	if (e->encrypted)
		v = verify_encrypted(x, e, rules, response, facts, &assertion);
	else
		v = verify_plain(x, e, rules, response, &assertion);
	if (v == VERDICT_ok)
		v = assertion_check(assertion, rules, asked, now, facts);
	verified_free(response);
	verified_free(assertion);
	return v;
}

enum verdict
response_check(const struct response_rules *rules,
    const struct response_asked *asked, int64_t now, const void *data,
    size_t len, struct facts *facts)
{
	struct envelope e;
	enum verdict v;

	memset(facts, 0, sizeof(*facts));
	memset(&e, 0, sizeof(e));
	facts->detail = "";
	facts->name_id = (struct name_id){ "", "", "", "", "" };
	facts->until = INT64_MAX;
	if ((v = xml_parse(&facts->outer, data, len)) != VERDICT_ok ||
	    (v = open_envelope(&facts->outer, &e, rules)) != VERDICT_ok ||
	    (v = check_status(e.status, facts)) != VERDICT_ok)
		return v;
	if (e.assertion == NULL || facts->outer.assertions != 1)
		return VERDICT_saml_structure;
	v = check_envelope(&e, rules, asked, now, facts);
	if (v != VERDICT_ok)
		return v;
	return check_signed(&facts->outer, &e, rules, asked, now, facts);
}

void
facts_free(struct facts *facts)
{
	attributes_free(&facts->attributes);
	xml_free(&facts->inner);
	xml_free(&facts->outer);
	memset(facts, 0, sizeof(*facts));
}
