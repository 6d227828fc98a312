/*
 * The content of an Assertion, in verifier; pure.  Must read nothing but
 * the verified node that it is given and what lies within.
 */
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/assertion.h"

#define BEARER		"urn:oasis:names:tc:SAML:2.0:cm:bearer"
#define TRANSIENT	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
#define UNSPECIFIED	"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

/* The children of an Assertion, each found once (core 2.3.3). */
struct parts {
	const xmlNode	*issuer;
	const xmlNode	*signature;
	const xmlNode	*subject;
	const xmlNode	*conditions;
	const xmlNode	*advice;
	const xmlNode	*authn;
};

bool
assertion_before(int64_t now, int64_t end)
{
	return now < end + LIMIT_SKEW;
}

bool
assertion_since(int64_t now, int64_t begin)
{
	return now >= begin - LIMIT_SKEW;
}

static void
lower(struct facts *facts, int64_t until)
{
	if (until < facts->until)
		facts->until = until;
}

/* Attributes of these names are optional here: "" for none. */
static const char *
optional(const xmlNode *n, const char *name)
{
	const char *s;

	s = xml_attribute(n, name);
	return s == NULL ? "" : s;
}

enum verdict
assertion_issued(const xmlNode *n, int64_t now, struct facts *facts)
{
	const char *s;
	int64_t t;

	s = xml_attribute(n, "IssueInstant");
	if (s == NULL || !clock_parse(s, &t)) {
		facts->detail = "IssueInstant is missing or malformed";
		return VERDICT_saml_structure;
	}
	if (!assertion_since(now, t))
		return VERDICT_saml_not_yet;
	if (!assertion_before(now, t + LIMIT_ISSUED))
		return VERDICT_saml_too_old;
	lower(facts, t + LIMIT_ISSUED + LIMIT_SKEW);
	return VERDICT_ok;
}

/* NotBefore and NotOnOrAfter of Conditions, each optional. */
static enum verdict
conditions_times(const xmlNode *n, int64_t now, struct facts *facts)
{
	const char *s;
	int64_t t;

	if ((s = xml_attribute(n, "NotBefore")) != NULL) {
		if (!clock_parse(s, &t))
			return VERDICT_saml_conditions;
		if (!assertion_since(now, t))
			return VERDICT_saml_not_yet;
	}
	if ((s = xml_attribute(n, "NotOnOrAfter")) != NULL) {
		if (!clock_parse(s, &t))
			return VERDICT_saml_conditions;
		if (!assertion_before(now, t))
			return VERDICT_saml_expired;
		lower(facts, t + LIMIT_SKEW);
	}
	return VERDICT_ok;
}

static bool
audience_has(const xmlNode *restriction, const char *entity_id)
{
	const xmlNode *n;
	const char *s;

	for (n = xml_first(restriction); n != NULL; n = xml_next(n))
		if (xml_is(n, NS_SAML, "Audience") &&
		    (s = xml_text(n)) != NULL && strcmp(s, entity_id) == 0)
			return true;
	return false;
}

/* Conditions (core 2.5): every one understood, every audience has us. */
static enum verdict
check_conditions(const xmlNode *conditions, const struct response_rules *rules,
    int64_t now, struct facts *facts)
{
	const xmlNode *n;
	enum verdict v;
	bool audience = false;

	if (conditions == NULL) {
		facts->detail = "there are no Conditions";
		return VERDICT_saml_conditions;
	}
	if ((v = conditions_times(conditions, now, facts)) != VERDICT_ok)
		return v;
	for (n = xml_first(conditions); n != NULL; n = xml_next(n)) {
		if (xml_is(n, NS_SAML, "AudienceRestriction")) {
			if (!audience_has(n, rules->entity_id))
				return VERDICT_saml_audience;
			audience = true;
		} else if (!xml_is(n, NS_SAML, "OneTimeUse") &&
		    !xml_is(n, NS_SAML, "ProxyRestriction"))
			/* One use is all that any assertion gets here. */
			return VERDICT_saml_conditions;
	}
	return audience ? VERDICT_ok : VERDICT_saml_audience;
}

/* One SubjectConfirmation (profiles 4.1.4.2). */
static enum verdict
check_confirmation(const xmlNode *confirmation,
    const struct response_rules *rules, const struct response_asked *asked,
    int64_t now, struct facts *facts)
{
	const xmlNode *data;
	const char *s;
	int64_t end;

	s = xml_attribute(confirmation, "Method");
	data = xml_child(confirmation, NS_SAML, "SubjectConfirmationData");
	if (s == NULL || strcmp(s, BEARER) != 0 || data == NULL ||
	    xml_count(confirmation, NS_SAML, "SubjectConfirmationData") != 1)
		return VERDICT_saml_confirmation;
	s = xml_attribute(data, "Recipient");
	if (s == NULL || strcmp(s, rules->acs) != 0)
		return VERDICT_saml_recipient;
	s = xml_attribute(data, "InResponseTo");
	if (asked->id[0] == '\0' ? s != NULL :
	    s == NULL || strcmp(s, asked->id) != 0)
		return VERDICT_saml_in_response_to;
	if (xml_attribute(data, "NotBefore") != NULL) {
		facts->detail = "NotBefore in SubjectConfirmationData";
		return VERDICT_saml_confirmation;
	}
	s = xml_attribute(data, "NotOnOrAfter");
	if (s == NULL || !clock_parse(s, &end) || !assertion_before(now, end))
		return VERDICT_saml_expired;
	lower(facts, end + LIMIT_SKEW);
	return VERDICT_ok;
}

enum verdict
assertion_name_id(const xmlNode *n, struct facts *facts)
{
	struct name_id *id = &facts->name_id;
	const char *value;

	value = xml_text(n);
	if (value == NULL || value[strspn(value, " \t\r\n")] == '\0' ||
	    strlen(value) > LIMIT_SUBJECT ||
	    !utf8_plain(value, strlen(value)))
		return VERDICT_saml_subject;
	id->value = value;
	id->format = optional(n, "Format");
	id->name_qualifier = optional(n, "NameQualifier");
	id->sp_name_qualifier = optional(n, "SPNameQualifier");
	id->sp_provided_id = optional(n, "SPProvidedID");
	if (strlen(id->format) > LIMIT_SUBJECT ||
	    strlen(id->name_qualifier) > LIMIT_SUBJECT ||
	    strlen(id->sp_name_qualifier) > LIMIT_SUBJECT ||
	    strlen(id->sp_provided_id) > LIMIT_SUBJECT)
		return VERDICT_saml_subject;
	return VERDICT_ok;
}

/* A NameID, its Format a lasting one or the one asked for. */
static enum verdict
check_name_id(const xmlNode *n, const struct response_rules *rules,
    struct facts *facts)
{
	const struct name_id *id = &facts->name_id;
	enum verdict v;

	if ((v = assertion_name_id(n, facts)) != VERDICT_ok)
		return v;
	if (rules->nameid_format[0] != '\0' &&
	    strcmp(rules->nameid_format, UNSPECIFIED) != 0 &&
	    strcmp(id->format, rules->nameid_format) != 0)
		return VERDICT_saml_nameid_format;
	if (strcmp(id->format, TRANSIENT) == 0 && !rules->subject_attribute)
		return VERDICT_saml_transient;
	return VERDICT_ok;
}

/* An unsolicited answer may name no request, in no confirmation. */
static bool
names_request(const xmlNode *subject)
{
	const xmlNode *n, *data;

	for (n = xml_first(subject); n != NULL; n = xml_next(n))
		for (data = xml_first(n); data != NULL; data = xml_next(data))
			if (xml_attribute(data, "InResponseTo") != NULL)
				return true;
	return false;
}

static enum verdict
check_subject(const xmlNode *subject, const struct response_rules *rules,
    const struct response_asked *asked, int64_t now, struct facts *facts)
{
	const xmlNode *n;
	enum verdict v, confirmed = VERDICT_saml_confirmation;
	bool named = false;

	if (subject == NULL)
		return VERDICT_saml_subject;
	if (asked->id[0] == '\0' && names_request(subject))
		return VERDICT_saml_in_response_to;
	for (n = xml_first(subject); n != NULL; n = xml_next(n)) {
		if (xml_is(n, NS_SAML, "SubjectConfirmation")) {
			if (confirmed != VERDICT_ok)
				confirmed = check_confirmation(n, rules,
				    asked, now, facts);
		} else if (xml_is(n, NS_SAML, "NameID") && !named) {
			named = true;
			v = check_name_id(n, rules, facts);
			if (v != VERDICT_ok)
				return v;
		} else {
			facts->detail = "Subject has more than a NameID";
			return VERDICT_saml_subject;
		}
	}
	if (confirmed != VERDICT_ok)
		return confirmed;
	if (!named && !rules->subject_attribute)
		return VERDICT_saml_subject;
	return VERDICT_ok;
}

/* AuthnContextClassRef; "" if there is none. */
static const char *
authn_class(const xmlNode *authn)
{
	const xmlNode *context;
	const char *s;

	context = xml_child(authn, NS_SAML, "AuthnContext");
	s = xml_text(xml_child(context, NS_SAML, "AuthnContextClassRef"));
	return s == NULL ? "" : s;
}

/* AuthnStatement (core 2.7.2). */
static enum verdict
check_authn(const xmlNode *authn, const struct response_rules *rules,
    const struct response_asked *asked, int64_t now, struct facts *facts)
{
	const char *s;

	if (authn == NULL)
		return VERDICT_saml_authn;
	s = xml_attribute(authn, "AuthnInstant");
	if (s == NULL || !clock_parse(s, &facts->authn_instant))
		return VERDICT_saml_authn;
	if (!assertion_since(now, facts->authn_instant))
		return VERDICT_saml_not_yet;
	if (rules->force_authn && asked->id[0] != '\0' &&
	    facts->authn_instant < asked->time - LIMIT_SKEW) {
		facts->detail = "authentication is older than the request";
		return VERDICT_saml_authn;
	}
	if ((s = xml_attribute(authn, "SessionNotOnOrAfter")) != NULL) {
		if (!clock_parse(s, &facts->session_ends) ||
		    facts->session_ends <= 0)
			return VERDICT_saml_authn;
		/* A session that has ended is not begun, skew or not. */
		if (now >= facts->session_ends) {
			facts->detail = "SessionNotOnOrAfter has passed";
			return VERDICT_saml_authn;
		}
	}
	facts->session_index = optional(authn, "SessionIndex");
	facts->authn_context = authn_class(authn);
	if (strlen(facts->session_index) > LIMIT_SUBJECT ||
	    strlen(facts->authn_context) > LIMIT_SUBJECT)
		return VERDICT_saml_authn;
	if (rules->authn_contexts->count > 0 &&
	    !strings_has(rules->authn_contexts, facts->authn_context)) {
		facts->detail = "authentication context is not one asked for";
		return VERDICT_saml_authn;
	}
	return VERDICT_ok;
}

/* An AttributeStatement: names and those values that are plain text. */
static enum verdict
read_attributes(const xmlNode *statement, struct facts *facts)
{
	const xmlNode *n, *value;
	struct attribute *a;
	const char *s;

	for (n = xml_first(statement); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_SAML, "Attribute")) {
			facts->detail = "an attribute is encrypted";
			return VERDICT_saml_structure;
		}
		s = xml_attribute(n, "Name");
		if (s == NULL || *s == '\0')
			return VERDICT_saml_structure;
		if (facts->attributes.count >= LIMIT_VALUES)
			return VERDICT_attribute_too_long;
		a = attributes_add(&facts->attributes, s);
		for (value = xml_first(n); value != NULL;
		    value = xml_next(value)) {
			if (!xml_is(value, NS_SAML, "AttributeValue"))
				return VERDICT_saml_structure;
			/* Structured values (eduPersonTargetedID) are none. */
			if ((s = xml_text(value)) == NULL)
				continue;
			if (a->values.count >= LIMIT_VALUES)
				return VERDICT_attribute_too_long;
			strings_add(&a->values, s);
		}
	}
	return VERDICT_ok;
}

/* Each child by its name, none twice but the statements of attributes. */
static enum verdict
find_parts(const xmlNode *assertion, struct parts *p, struct facts *facts)
{
	const struct {
		const char	*ns, *name;
		const xmlNode	**where;
	} table[] = {
		{ NS_SAML,	"Issuer",		&p->issuer },
		{ NS_DS,	"Signature",		&p->signature },
		{ NS_SAML,	"Subject",		&p->subject },
		{ NS_SAML,	"Conditions",		&p->conditions },
		{ NS_SAML,	"Advice",		&p->advice },
		{ NS_SAML,	"AuthnStatement",	&p->authn },
	};
	const xmlNode *n;
	enum verdict v;
	size_t i, count = sizeof(table) / sizeof(table[0]);

	for (n = xml_first(assertion); n != NULL; n = xml_next(n)) {
		for (i = 0; i < count; i++)
			if (xml_is(n, table[i].ns, table[i].name))
				break;
		if (i < count) {
			if (*table[i].where != NULL)
				return VERDICT_saml_structure;
			*table[i].where = n;
		} else if (xml_is(n, NS_SAML, "AttributeStatement")) {
			if ((v = read_attributes(n, facts)) != VERDICT_ok)
				return v;
		} else if (!xml_is(n, NS_SAML, "AuthzDecisionStatement") &&
		    !xml_is(n, NS_SAML, "Statement"))
			return VERDICT_saml_structure;
	}
	return VERDICT_ok;
}

enum verdict
assertion_check(const struct verified *verified,
    const struct response_rules *rules, const struct response_asked *asked,
    int64_t now, struct facts *facts)
{
	const xmlNode *a = verified_node(verified);
	struct parts p;
	enum verdict v;
	const char *s;

	memset(&p, 0, sizeof(p));
	if (!xml_is(a, NS_SAML, "Assertion"))
		return VERDICT_saml_structure;
	s = xml_attribute(a, "Version");
	if (s == NULL || strcmp(s, "2.0") != 0)
		return VERDICT_saml_version;
	if ((facts->assertion_id = xml_attribute(a, "ID")) == NULL)
		return VERDICT_saml_id;
	if ((v = find_parts(a, &p, facts)) != VERDICT_ok)
		return v;
	facts->issuer = xml_text(p.issuer);
	if (facts->issuer == NULL || strcmp(facts->issuer, rules->idp) != 0)
		return VERDICT_saml_issuer;
	if ((v = assertion_issued(a, now, facts)) != VERDICT_ok ||
	    (v = check_subject(p.subject, rules, asked, now, facts)) !=
	    VERDICT_ok ||
	    (v = check_conditions(p.conditions, rules, now, facts)) !=
	    VERDICT_ok)
		return v;
	return check_authn(p.authn, rules, asked, now, facts);
}
