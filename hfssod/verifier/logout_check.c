/*
 * Logout messages of an identity provider, in verifier; pure.  Must read
 * nothing of a message that is not signed by the connection's provider.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssod/verifier/assertion.h"
#include "hfssod/verifier/decrypt.h"
#include "hfssod/verifier/logout_check.h"
#include "hfssod/verifier/signature.h"

#define STATUS		"urn:oasis:names:tc:SAML:2.0:status:"

/* The signature: within the message, or verified around it. */
static enum verdict
check_signature(const struct logout_rules *rules, const struct xml *x)
{
	struct verified *verified;
	enum verdict v;
	xmlNode *sig;

	if (x->objects != 0 || x->signed_infos != x->signatures)
		return VERDICT_saml_signature_form;
	if (rules->verified)
		return x->signatures == 0 ? VERDICT_ok :
		    VERDICT_saml_signature_form;
	if (x->signatures == 0)
		return VERDICT_saml_unsigned;
	sig = signature_find(x->root);
	if (x->signatures != 1 || sig == NULL)
		return VERDICT_saml_signature_form;
	v = signature_verify(x->root, sig, rules->keys, &verified);
	verified_free(verified);
	return v;
}

/*
 * All that requests and responses share; *rest is the first element that
 * is not (core 3.2.1, 3.2.2).  The root is what was verified, all of it.
 */
static enum verdict
check_common(const struct logout_rules *rules, const char *name, int64_t now,
    struct logout_facts *f, const xmlNode **rest)
{
	const struct xml *x = &f->base.outer;
	const xmlNode *n;
	enum verdict v;
	const char *s;

	if (!xml_is(x->root, NS_SAMLP, name) || x->responses != 0 ||
	    x->assertions != 0)
		return VERDICT_logout_structure;
	s = xml_attribute(x->root, "Version");
	if (s == NULL || strcmp(s, "2.0") != 0)
		return VERDICT_saml_version;
	f->base.assertion_id = xml_attribute(x->root, "ID");
	if (f->base.assertion_id == NULL)
		return VERDICT_saml_id;
	n = xml_first(x->root);
	s = xml_is(n, NS_SAML, "Issuer") ? xml_text(n) : NULL;
	if (s == NULL || strcmp(s, rules->idp) != 0)
		return VERDICT_saml_issuer;
	f->base.issuer = s;
	if ((v = check_signature(rules, x)) != VERDICT_ok)
		return v;
	s = xml_attribute(x->root, "Destination");
	if (s == NULL || strcmp(s, rules->address) != 0)
		return VERDICT_saml_destination;
	n = xml_next(n);
	if (xml_is(n, NS_DS, "Signature"))
		n = xml_next(n);
	if (xml_is(n, NS_SAMLP, "Extensions"))
		n = xml_next(n);
	*rest = n;
	return assertion_issued(x->root, now, &f->base);
}

/* An EncryptedID, in a document of its own (as verify_encrypted does). */
static enum verdict
decrypt_id(const struct logout_rules *rules, const xmlNode *n,
    struct logout_facts *f)
{
	struct xml *in = &f->base.inner;
	enum verdict v;
	uint8_t *data;
	size_t len;

	/* The ciphertext is signed: the whole message is. */
	v = decrypt_assertion(n, rules->decrypt, true, &data, &len);
	if (v != VERDICT_ok)
		return v;
	v = xml_parse(in, data, len);
	freezero(data, len);
	if (v != VERDICT_ok)
		return v == VERDICT_saml_encoding ?
		    VERDICT_saml_decryption : v;
	if (!xml_is(in->root, NS_SAML, "NameID"))
		return VERDICT_saml_subject;
	return assertion_name_id(in->root, &f->base);
}

/* Who and which sessions: the rest of a LogoutRequest (core 3.7.1). */
static enum verdict
read_subject(const struct logout_rules *rules, const xmlNode *n,
    struct logout_facts *f)
{
	enum verdict v;
	const char *s;

	if (xml_is(n, NS_SAML, "NameID"))
		v = assertion_name_id(n, &f->base);
	else if (xml_is(n, NS_SAML, "EncryptedID"))
		v = decrypt_id(rules, n, f);
	else
		v = VERDICT_saml_subject;
	if (v != VERDICT_ok)
		return v;
	for (n = xml_next(n); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_SAMLP, "SessionIndex"))
			return VERDICT_logout_structure;
		s = xml_text(n);
		if (s == NULL || *s == '\0' || strlen(s) > LIMIT_SUBJECT)
			return VERDICT_logout_structure;
		if (f->session_indexes.count == LIMIT_SESSION_INDEXES)
			return VERDICT_saml_too_complex;
		strings_add(&f->session_indexes, s);
	}
	return VERDICT_ok;
}

static void
begin(struct logout_facts *f)
{
	memset(f, 0, sizeof(*f));
	f->base.detail = "";
	f->base.name_id = (struct name_id){ "", "", "", "", "" };
	f->base.until = INT64_MAX;
}

enum verdict
logout_check_request(const struct logout_rules *rules, int64_t now,
    const void *data, size_t len, struct logout_facts *f)
{
	const xmlNode *rest;
	enum verdict v;
	const char *s;
	int64_t end;

	begin(f);
	if ((v = xml_parse(&f->base.outer, data, len)) != VERDICT_ok ||
	    (v = check_common(rules, "LogoutRequest", now, f, &rest)) !=
	    VERDICT_ok)
		return v;
	s = xml_attribute(f->base.outer.root, "NotOnOrAfter");
	if (s != NULL) {
		if (!clock_parse(s, &end) || !assertion_before(now, end))
			return VERDICT_saml_expired;
		if (end + LIMIT_SKEW < f->base.until)
			f->base.until = end + LIMIT_SKEW;
	}
	return read_subject(rules, rest, f);
}

/*
 * PartialLogout stands below Success (core 3.7.3.2); some put it in its
 * place.
 */
static enum verdict
read_status(const xmlNode *status, enum logout_result *result)
{
	const xmlNode *code, *second;
	const char *value, *below;

	code = xml_first(status);
	if (!xml_is(status, NS_SAMLP, "Status") ||
	    !xml_is(code, NS_SAMLP, "StatusCode") ||
	    (value = xml_attribute(code, "Value")) == NULL ||
	    xml_count(status, NS_SAMLP, "StatusCode") != 1)
		return VERDICT_logout_structure;
	second = xml_first(code);
	below = second == NULL ? NULL : xml_attribute(second, "Value");
	if (strcmp(value, STATUS "PartialLogout") == 0 ||
	    (strcmp(value, STATUS "Success") == 0 && below != NULL &&
	    strcmp(below, STATUS "PartialLogout") == 0))
		*result = LOGOUT_PARTIAL;
	else if (strcmp(value, STATUS "Success") == 0)
		*result = LOGOUT_DONE;
	else
		*result = LOGOUT_FAILED;
	return VERDICT_ok;
}

enum verdict
logout_check_response(const struct logout_rules *rules, const char *id,
    int64_t now, const void *data, size_t len, struct logout_facts *f)
{
	const xmlNode *rest;
	enum verdict v;
	const char *s;

	begin(f);
	if ((v = xml_parse(&f->base.outer, data, len)) != VERDICT_ok ||
	    (v = check_common(rules, "LogoutResponse", now, f, &rest)) !=
	    VERDICT_ok)
		return v;
	s = xml_attribute(f->base.outer.root, "InResponseTo");
	if (s == NULL || strcmp(s, id) != 0)
		return VERDICT_saml_in_response_to;
	if (rest != NULL && xml_next(rest) != NULL)
		return VERDICT_logout_structure;
	return read_status(rest, &f->result);
}

void
logout_facts_free(struct logout_facts *f)
{
	strings_free(&f->session_indexes);
	facts_free(&f->base);
}
