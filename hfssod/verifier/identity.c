/*
 * Who it is, in verifier; pure.  Must never make a subject of an e-mail
 * address or any value that was not configured to be one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/identity.h"
#include "hfssod/verifier/token.h"

#define CLAIMS		"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
#define MS_CLAIMS \
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/"
#define MS_IDENTITY	"http://schemas.microsoft.com/identity/claims/"
#define ENTRA_OVERAGE	"http://schemas.microsoft.com/claims/groups.link"
#define FORMAT_EMAIL	"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"

/*
 * What identity providers call things: Entra ID and ADFS (claims), Okta
 * (camel case), LDAP as eduPerson writes it (urn:oid), and plain names as
 * people type them into Google's and others' forms.  In this order.
 */
static const char *const default_email[] = {
	CLAIMS "emailaddress", "email", "mail",
	"urn:oid:0.9.2342.19200300.100.1.3", "emailAddress", "Email",
	"EmailAddress", "email_address", "user.email", NULL
};
static const char *const default_display_name[] = {
	MS_IDENTITY "displayname", "displayName",
	"urn:oid:2.16.840.1.113730.3.1.241", "DisplayName", "display_name",
	"cn", "urn:oid:2.5.4.3", "fullName", "full_name", "name", NULL
};
static const char *const default_given[] = {
	CLAIMS "givenname", "givenName", "firstName", "urn:oid:2.5.4.42",
	"given_name", "first_name", "FirstName", "user.firstName", NULL
};
static const char *const default_family[] = {
	CLAIMS "surname", "sn", "lastName", "urn:oid:2.5.4.4", "surname",
	"familyName", "family_name", "last_name", "LastName",
	"user.lastName", NULL
};
static const char *const default_username[] = {
	"username", "userName", "login", "uid",
	"urn:oid:0.9.2342.19200300.100.1.1", "preferred_username",
	CLAIMS "upn", CLAIMS "name", "eduPersonPrincipalName",
	"urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "sAMAccountName",
	MS_CLAIMS "windowsaccountname", "user.login", NULL
};

/* The first value by the configured names or, without any, the defaults. */
static enum verdict
first(struct attributes *as, const struct strings *names,
    const char *const *defaults, size_t most, const char **value)
{
	struct strings list = { 0, NULL };
	enum verdict v;

	if (names->count > 0)
		return attributes_first(as, names, most, value);
	for (; *defaults != NULL; defaults++)
		strings_add(&list, *defaults);
	v = attributes_first(as, &list, most, value);
	strings_free(&list);
	return v;
}

/* Every required attribute has one of its values. */
static enum verdict
check_required(const struct verifier_connection *c, struct attributes *as)
{
	struct strings values = { 0, NULL };
	enum verdict v;
	size_t i, j;
	bool has;

	for (i = 0; i < c->require_count; i++) {
		v = attributes_values(as, c->requires[i].attribute, &values);
		has = false;
		for (j = 0; v == VERDICT_ok && j < values.count && !has; j++)
			has = strings_has(&c->requires[i].values,
			    values.list[j]);
		strings_free(&values);
		if (v == VERDICT_ok && !has)
			v = VERDICT_attribute_required;
		if (v != VERDICT_ok)
			return v;
	}
	return VERDICT_ok;
}

/* NameID or sub, or the one value of the subject attribute. */
static enum verdict
make_subject(const struct verifier_connection *c, struct facts *f,
    struct identity *id)
{
	struct strings values = { 0, NULL };
	enum verdict v;
	size_t count;

	id->subject = f->name_id.value;
	if (c->subject_attribute[0] != '\0') {
		v = attributes_values(&f->attributes, c->subject_attribute,
		    &values);
		count = values.count;
		id->subject = count == 1 ? values.list[0] : "";
		strings_free(&values);
		if (v != VERDICT_ok)
			return v;
		if (count > 1)
			f->detail = "subject attribute has several values";
	}
	if (id->subject[0] == '\0' || strlen(id->subject) > LIMIT_SUBJECT)
		return VERDICT_subject_missing;
	return VERDICT_ok;
}

bool
identity_trusts(const struct strings *domains, const char *email)
{
	const char *at;
	size_t i;

	/* Exactly one "@", so that there is one domain to speak of. */
	if ((at = strchr(email, '@')) == NULL || at == email ||
	    strchr(at + 1, '@') != NULL)
		return false;
	for (i = 0; i < domains->count; i++)
		if (strcasecmp(at + 1, domains->list[i]) == 0)
			return true;
	return false;
}

/*
 * Whether the provider left the values of this attribute out because there
 * were too many.  In SAML, Entra ID does so with groups alone, and leaves
 * a link.
 */
static bool
overage(const struct attributes *as, const json_t *claims, const char *name)
{
	size_t len = strlen(name);

	if (claims != NULL)
		return len > 0 && token_overage(claims, name);
	return attributes_find(as, ENTRA_OVERAGE) != NULL && len >= 6 &&
	    strcmp(name + len - 6, "groups") == 0;
}

static enum verdict
make_lists(const struct verifier_connection *c, struct attributes *as,
    const json_t *claims, struct identity *id)
{
	enum verdict v = VERDICT_ok;

	if (c->role_attribute[0] != '\0')
		v = attributes_values(as, c->role_attribute, &id->roles);
	if (v == VERDICT_ok && c->group_attribute[0] != '\0')
		v = attributes_values(as, c->group_attribute, &id->groups);
	id->roles_overage = id->roles.count == 0 &&
	    overage(as, claims, c->role_attribute);
	id->groups_overage = id->groups.count == 0 &&
	    overage(as, claims, c->group_attribute);
	return v;
}

/*
 * Whether the provider itself says that the address is his (OpenID Connect
 * Core 5.1): the claim speaks of the claim "email" and of nothing else.
 */
static bool
verified(const struct verifier_connection *c, const struct attributes *as,
    const char *email)
{
	const struct attribute *claim, *says;

	if (c->protocol != PROTOCOL_OIDC || email[0] == '\0' ||
	    (claim = attributes_find(as, "email")) == NULL ||
	    (says = attributes_find(as, "email_verified")) == NULL)
		return false;
	return claim->values.count == 1 && says->values.count == 1 &&
	    strcmp(claim->values.list[0], email) == 0 &&
	    strcmp(says->values.list[0], "true") == 0;
}

static enum verdict
make_names(const struct verifier_connection *c, struct facts *f,
    struct identity *id)
{
	struct attributes *as = &f->attributes;
	enum verdict v;

	if ((v = first(as, &c->email, default_email, LIMIT_EMAIL,
	    &id->email)) != VERDICT_ok ||
	    (v = first(as, &c->display_name, default_display_name,
	    LIMIT_DISPLAY_NAME, &id->name)) != VERDICT_ok ||
	    (v = first(as, &c->given, default_given, LIMIT_DISPLAY_NAME,
	    &id->given)) != VERDICT_ok ||
	    (v = first(as, &c->family, default_family, LIMIT_DISPLAY_NAME,
	    &id->family)) != VERDICT_ok ||
	    (v = first(as, &c->username, default_username, LIMIT_VALUE,
	    &id->username)) != VERDICT_ok)
		return v;
	if (id->email[0] == '\0' &&
	    strcmp(id->name_id.format, FORMAT_EMAIL) == 0 &&
	    strlen(f->name_id.value) <= LIMIT_EMAIL)
		id->email = f->name_id.value;
	if (strchr(id->email, '@') == NULL)
		id->email = "";
	id->email_vouched = identity_trusts(&c->trust_domains, id->email) ||
	    verified(c, as, id->email);
	/* An address makes a better name than an opaque identifier. */
	if (id->username[0] == '\0')
		id->username = id->email[0] != '\0' ? id->email : id->subject;
	return VERDICT_ok;
}

enum verdict
identity_make(const struct verifier_connection *c, struct facts *f,
    const json_t *claims, struct identity *id)
{
	enum verdict v;

	memset(id, 0, sizeof(*id));
	id->email = id->name = id->given = id->family = id->username = "";
	id->subject = "";
	id->name_id = f->name_id;
	if (id->name_id.format == NULL)
		id->name_id.format = "";
	id->session_index = f->session_index;
	id->authn_instant = f->authn_instant;
	id->session_ends = f->session_ends;
	id->authn_context = f->authn_context;
	if ((v = make_subject(c, f, id)) != VERDICT_ok ||
	    (v = check_required(c, &f->attributes)) != VERDICT_ok ||
	    (v = make_lists(c, &f->attributes, claims, id)) != VERDICT_ok)
		return v;
	return make_names(c, f, id);
}

void
identity_free(struct identity *id)
{
	strings_free(&id->roles);
	strings_free(&id->groups);
}
