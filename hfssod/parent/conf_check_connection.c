/*
 * The cross checks of a connection: names, domains, and what only SAML
 * knows.  In parent.  Pure.
 */
#include <string.h>
#include <strings.h>

#include "hfssod/parent/conf_check.h"
#include "hfssod/parent/value.h"

#define CLAIMS	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"

static void
fold_all(struct conf *c, struct strings *list)
{
	size_t	 i;

	for (i = 0; i < list->count; i++)
		list->list[i] = conf_folded(c, list->list[i]);
	conf_unique(list);
}

static bool
same_text(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

/* Whether an organization has the same identity provider twice. */
static bool
same_provider(const struct conf_connection *a,
    const struct conf_connection *b)
{
	if (a->protocol != b->protocol)
		return false;
	if (a->protocol == PROTOCOL_OIDC)
		return same_text(a->issuer, b->issuer) ||
		    same_text(a->discovery_url, b->discovery_url);
	return (same_text(a->metadata, b->metadata) ||
	    same_text(a->metadata_url, b->metadata_url)) &&
	    strcmp(a->idp_entity_id, b->idp_entity_id) == 0;
}

/*
 * An e-mail address is nobody's for ever, and some providers let people
 * write it themselves.
 */
static void
check_subject(struct conf_connection *n, struct errors *e)
{
	static const char *const	 emails[] = {
		"email", "mail", "emailAddress", "email_address",
		"preferred_username", "urn:oid:0.9.2342.19200300.100.1.3",
		CLAIMS "emailaddress"
	};
	size_t	 i;

	for (i = 0; i < sizeof(emails) / sizeof(emails[0]); i++) {
		if (strcasecmp(n->subject_attribute, emails[i]) == 0)
			errors_add(e, &n->at, "subject attribute: \"%s\" may "
			    "be given to somebody else, and is no subject",
			    n->subject_attribute);
	}
}

/* Two connections of an organization whose messages could be confused. */
static void
check_confusable(struct conf_organization *o, struct conf_connection *n,
    struct errors *e)
{
	struct conf_connection	*k;

	for (k = TAILQ_FIRST(&o->connections); k != n;
	    k = TAILQ_NEXT(k, entry)) {
		if (strcasecmp(k->name, n->name) == 0) {
			errors_add(e, &n->at, "connection \"%s\": also in "
			    "line %d", n->name, k->at.line);
		} else if (same_provider(k, n)) {
			errors_add(e, &n->at, "connection \"%s\": has the "
			    "identity provider of \"%s\", their messages "
			    "could be confused", n->name, k->name);
		}
	}
}

/* The connection before this one that has the same e-mail domain. */
static struct conf_connection *
domain_before(struct conf *c, struct conf_connection *n, const char *domain)
{
	struct conf_organization	*o;
	struct conf_connection		*k;

	TAILQ_FOREACH(o, &c->organizations, entry) {
		TAILQ_FOREACH(k, &o->connections, entry) {
			if (k == n)
				return NULL;
			if (strings_has(&k->domains, domain))
				return k;
		}
	}
	return NULL;
}

/* An e-mail domain leads to one connection only. */
static void
check_domains(struct conf *c, struct conf_connection *n, struct errors *e)
{
	struct conf_connection	*k;
	size_t			 i;

	for (i = 0; i < n->domains.count; i++) {
		if (!value_host(n->domains.list[i], false))
			errors_add(e, &n->at, "login domains: \"%s\" is no "
			    "domain", n->domains.list[i]);
		k = domain_before(c, n, n->domains.list[i]);
		if (k != NULL)
			errors_add(e, &n->at, "login domains: \"%s\" is also "
			    "in connection \"%s\", %s line %d",
			    n->domains.list[i], k->name, k->at.file,
			    k->at.line);
	}
}

static void
check_saml(const struct conf *c, const struct conf_organization *o,
    const struct conf_connection *n, struct errors *e)
{
	if (n->metadata[0] == '\0' && n->metadata_url[0] == '\0')
		errors_add(e, &n->at, "connection \"%s\" has no metadata "
		    "file and no metadata url", n->name);
	if (n->metadata[0] != '\0' && n->metadata_url[0] != '\0')
		errors_add(e, &n->at, "connection \"%s\": metadata file or "
		    "metadata url, not both", n->name);
	if (n->sign_requests && o->sign.count == 0 && c->sign.count == 0)
		errors_add(e, &n->at, "connection \"%s\": sign requests needs "
		    "a saml sign key", n->name);
	if (n->entity_id[0] != '\0' && !value_uri(n->entity_id))
		errors_add(e, &n->at, "entity id: \"%s\" is no URI",
		    n->entity_id);
	if (n->nameid_format[0] != '\0' && !value_uri(n->nameid_format))
		errors_add(e, &n->at, "nameid format: \"%s\" is no URI",
		    n->nameid_format);
	if (strcmp(n->nameid_format,
	    "urn:oasis:names:tc:SAML:2.0:nameid-format:transient") == 0)
		errors_add(e, &n->at, "nameid format: a transient identifier "
		    "is no subject");
}

/* SAML names a context by a URI, OpenID Connect by any word. */
static void
check_contexts(const struct conf_connection *n, struct errors *e)
{
	const char	*text;
	size_t		 i;

	for (i = 0; i < n->authn_contexts.count; i++) {
		text = n->authn_contexts.list[i];
		if (n->protocol == PROTOCOL_SAML && !value_uri(text))
			errors_add(e, &n->at, "authn context: \"%s\" is no "
			    "URI", text);
		if (n->protocol == PROTOCOL_OIDC && !value_scope(text))
			errors_add(e, &n->at, "authn context: \"%s\" is not "
			    "one word", text);
	}
}

/*
 * What SCIM says must find the one account that it means.  In basic mode
 * people bring their own account: none is made at login, and the e-mail
 * address, vouched for, shows that it is theirs.
 */
static void
check_scim(const struct conf_organization *o, struct conf_connection *n,
    struct errors *e)
{
	bool	 vouched;

	vouched = n->trust_domains.count > 0;
	if (n->scim_match == SCIM_MATCH_EMAIL && !vouched)
		errors_add(e, &n->at, "connection \"%s\": scim match email "
		    "needs trust email domains", n->name);
	if (o->mode != MODE_BASIC)
		return;
	if (n->scim_match != SCIM_MATCH_NONE)
		errors_add(e, &n->at, "connection \"%s\": scim match is for "
		    "managed mode", n->name);
	if (n->jit && strings_has(&n->seen, "jit"))
		errors_add(e, &n->at, "connection \"%s\": in basic mode no "
		    "account is made at login; not jit on", n->name);
	n->jit = false;
	if (n->protocol == PROTOCOL_SAML && !vouched)
		errors_add(e, &n->at, "connection \"%s\": basic mode needs "
		    "trust email domains, or nobody could be let in",
		    n->name);
}

void
check_connection(struct conf *c, struct conf_organization *o,
    struct conf_connection *n, struct errors *e)
{
	size_t	 i;

	if (!value_label(n->name))
		errors_add(e, &n->at, "connection \"%s\": a name has 1 to 42 "
		    "letters, digits and inner dashes", n->name);
	if (n->protocol == PROTOCOL_SAML)
		check_saml(c, o, n, e);
	check_contexts(n, e);
	fold_all(c, &n->domains);
	fold_all(c, &n->trust_domains);
	for (i = 0; i < n->trust_domains.count; i++) {
		if (!value_host(n->trust_domains.list[i], false))
			errors_add(e, &n->at, "trust email domains: \"%s\" is "
			    "no domain", n->trust_domains.list[i]);
	}
	check_scim(o, n, e);
	check_provider(c, o, n, e);
	check_subject(n, e);
	check_confusable(o, n, e);
	check_domains(c, n, e);
}
