/*
 * Identity provider metadata, in verifier; pure.  Who gave us the document
 * vouches for it, the operator's file or TLS: a signature in it is looked
 * at only where there is a key to verify it with, and then must be there.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/metadata_idp.h"
#include "hfssod/verifier/signature.h"
#include "hfssod/verifier/xml.h"

#define PROTOCOL	"urn:oasis:names:tc:SAML:2.0:protocol"
#define BINDING		"urn:oasis:names:tc:SAML:2.0:bindings:"
#define LOCATION_MOST	2048

/* The entities of a document that are identity providers. */
struct search {
	const char	*name;		/* the one that is wanted, or "" */
	const xmlNode	*entity;	/* found */
	const xmlNode	*role;		/* its IDPSSODescriptor */
	unsigned int	 count;
};

/* The role that speaks SAML 2.0; NULL: none. */
static const xmlNode *
find_role(const xmlNode *entity)
{
	const xmlNode *n;
	const char *s, *p;
	size_t len = strlen(PROTOCOL);

	for (n = xml_first(entity); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_MD, "IDPSSODescriptor"))
			continue;
		s = xml_attribute(n, "protocolSupportEnumeration");
		for (p = s; p != NULL && (p = strstr(p, PROTOCOL)) != NULL;
		    p += len)
			if ((p == s || p[-1] == ' ') &&
			    (p[len] == '\0' || p[len] == ' '))
				return n;
	}
	return NULL;
}

static void
search_entity(struct search *s, const xmlNode *entity)
{
	const xmlNode *role;
	const char *id;

	id = xml_attribute(entity, "entityID");
	if (id == NULL || (role = find_role(entity)) == NULL ||
	    (s->name[0] != '\0' && strcmp(id, s->name) != 0))
		return;
	s->count++;
	s->entity = entity;
	s->role = role;
}

/* Groups of entities may hold groups; the parser bounds the depth. */
static void
search_group(struct search *s, const xmlNode *group)
{
	const xmlNode *n;

	for (n = xml_first(group); n != NULL; n = xml_next(n)) {
		if (xml_is(n, NS_MD, "EntityDescriptor"))
			search_entity(s, n);
		else if (xml_is(n, NS_MD, "EntitiesDescriptor"))
			search_group(s, n);
	}
}

static const char *
find_entity(const xmlNode *root, const char *name, struct search *s)
{
	memset(s, 0, sizeof(*s));
	s->name = name;
	if (xml_is(root, NS_MD, "EntityDescriptor"))
		search_entity(s, root);
	else if (xml_is(root, NS_MD, "EntitiesDescriptor"))
		search_group(s, root);
	else
		return "file is no SAML 2.0 metadata";
	if (s->count == 1)
		return NULL;
	if (s->count > 1)
		return name[0] == '\0' ?
		    "metadata has several identity providers, choose one" :
		    "metadata has that identity provider twice";
	return name[0] == '\0' ? "metadata has no identity provider" :
	    "metadata does not have that identity provider";
}

/* An address that a browser may be sent to. */
static bool
location_ok(const char *s)
{
	size_t i, len = strlen(s);

	if (len > LOCATION_MOST || (strncmp(s, "https://", 8) != 0 &&
	    strncmp(s, "http://", 7) != 0))
		return false;
	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] <= 0x20 ||
		    (unsigned char)s[i] >= 0x7f ||
		    strchr("\"<>\\^`{|}#", s[i]) != NULL)
			return false;
	return true;
}

static char *
copy(const char *s)
{
	char *c;

	if ((c = strdup(s)) == NULL)
		fatal("strdup");
	return c;
}

/* Which of our bindings an element of an endpoint is for; BINDING_MAX: none. */
static size_t
endpoint_binding(const xmlNode *n)
{
	static const char *const names[BINDING_MAX] = {
		[BINDING_REDIRECT] = BINDING "HTTP-Redirect",
		[BINDING_POST] = BINDING "HTTP-POST",
	};
	const char *s;
	size_t i;

	s = xml_attribute(n, "Binding");
	for (i = 0; i < BINDING_MAX; i++)
		if (s != NULL && strcmp(s, names[i]) == 0 &&
		    xml_attribute(n, "Location") != NULL)
			return i;
	return BINDING_MAX;
}

static const char *
read_locations(struct metadata_idp *m, const xmlNode *role)
{
	const xmlNode *n;
	const char *location;
	size_t i;

	for (n = xml_first(role); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_MD, "SingleSignOnService") ||
		    (i = endpoint_binding(n)) == BINDING_MAX ||
		    m->sso[i] != NULL)
			continue;
		location = xml_attribute(n, "Location");
		if (!location_ok(location))
			return "metadata has a malformed "
			    "SingleSignOnService address";
		m->sso[i] = copy(location);
	}
	if (m->sso[BINDING_REDIRECT] == NULL && m->sso[BINDING_POST] == NULL)
		return "metadata has no SingleSignOnService by redirect "
		    "or POST";
	return NULL;
}

/* SingleLogoutService, where ResponseLocation is for answers (2.2.2). */
static const char *
read_logout(struct metadata_idp *m, const xmlNode *role)
{
	const xmlNode *n;
	const char *location, *answer;
	size_t i;

	for (n = xml_first(role); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_MD, "SingleLogoutService") ||
		    (i = endpoint_binding(n)) == BINDING_MAX ||
		    m->slo[i] != NULL)
			continue;
		location = xml_attribute(n, "Location");
		answer = xml_attribute(n, "ResponseLocation");
		if (answer == NULL)
			answer = location;
		if (!location_ok(location) || !location_ok(answer))
			return "metadata has a malformed "
			    "SingleLogoutService address";
		m->slo[i] = copy(location);
		m->slo_answer[i] = copy(answer);
	}
	return NULL;
}

/* The certificates of one KeyDescriptor; why one of them is of no use. */
static const char *
read_certificates(struct metadata_idp *m, const xmlNode *descriptor)
{
	const xmlNode *info, *data, *n;
	const char *text, *why = NULL, *w;
	uint8_t *der;
	size_t len;

	info = xml_child(descriptor, NS_DS, "KeyInfo");
	for (data = xml_first(info); data != NULL; data = xml_next(data)) {
		if (!xml_is(data, NS_DS, "X509Data"))
			continue;
		for (n = xml_first(data); n != NULL; n = xml_next(n)) {
			if (!xml_is(n, NS_DS, "X509Certificate"))
				continue;
			text = xml_text(n);
			der = text == NULL ? NULL :
			    base64_decode(text, strlen(text), &len);
			w = der == NULL ? "not a certificate" :
			    public_keys_certificate(&m->keys, der, len);
			free(der);
			if (w != NULL)
				why = w;
		}
	}
	return why;
}

/* Every key that may sign: those marked so, and those without a mark. */
static const char *
read_keys(struct metadata_idp *m, const xmlNode *role)
{
	const xmlNode *n;
	const char *use, *why = NULL, *w;

	for (n = xml_first(role); n != NULL; n = xml_next(n)) {
		if (!xml_is(n, NS_MD, "KeyDescriptor"))
			continue;
		use = xml_attribute(n, "use");
		if (use != NULL && strcmp(use, "signing") != 0)
			continue;
		if ((w = read_certificates(m, n)) != NULL)
			why = w;
	}
	/* One bad certificate among good ones does no harm. */
	if (m->keys.count > 0)
		return NULL;
	return why != NULL ? why : "metadata has no signing certificate";
}

/* One that can't be read is no word that it is good for ever. */
static const char *
read_valid_until(struct metadata_idp *m, const xmlNode *n)
{
	const char *s;
	int64_t t;

	if ((s = xml_attribute(n, "validUntil")) == NULL)
		return NULL;
	if (!clock_parse(s, &t))
		return "metadata has a malformed validUntil";
	/* 0 is for metadata that does not end. */
	if (t < 1)
		t = 1;
	if (m->valid_until == 0 || t < m->valid_until)
		m->valid_until = t;
	return NULL;
}

/* The number before a unit of a duration; false if it is not there. */
static bool
duration_part(const char **p, char unit, int64_t *n)
{
	const char *s = *p;

	for (*n = 0; *s >= '0' && *s <= '9' && s - *p < 9; s++)
		*n = *n * 10 + (*s - '0');
	if (s == *p || *s != unit) {
		*n = 0;
		return false;
	}
	*p = s + 1;
	return true;
}

/*
 * xs:duration in seconds, a month of 30 days and a year of 365, without
 * fractions; 0 if it is none of these.
 */
static int64_t
duration(const char *s)
{
	static const struct {
		char	 unit;
		int64_t	 seconds;
	} parts[] = { { 'Y', 31536000 }, { 'M', 2592000 }, { 'D', 86400 },
	    { 'T', 0 }, { 'H', 3600 }, { 'M', 60 }, { 'S', 1 } };
	int64_t n, sum = 0;
	size_t i;

	if (*s++ != 'P' || *s == '\0')
		return 0;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].unit == 'T') {
			if (*s == '\0')
				break;
			if (*s++ != 'T')
				return 0;
		} else if (duration_part(&s, parts[i].unit, &n))
			sum += n * parts[i].seconds;
	}
	return *s == '\0' ? sum : 0;
}

static void
read_cache(struct metadata_idp *m, const xmlNode *n)
{
	const char *s;
	int64_t t;

	s = xml_attribute(n, "cacheDuration");
	if (s != NULL && (t = duration(s)) > 0 &&
	    (m->cache == 0 || t < m->cache))
		m->cache = t;
}

/* The whole document is signed by one of the keys; NULL, or why not. */
static const char *
check_signature(struct xml *x, const struct public_keys *keys)
{
	struct verified *verified;
	xmlAttr *attr;
	xmlNode *sig;
	enum verdict v;

	attr = xmlHasProp(x->root, (const xmlChar *)"ID");
	if (attr == NULL || attr->children == NULL ||
	    attr->children->content == NULL)
		return "metadata has no ID that a signature could be for";
	if ((sig = signature_find(x->root)) == NULL)
		return "metadata is not signed";
	if (xmlAddID(NULL, x->doc, attr->children->content, attr) == NULL)
		return "metadata has an ID that is none";
	v = signature_verify(x->root, sig, keys, &verified);
	verified_free(verified);
	switch (v) {
	case VERDICT_ok:
		return NULL;
	case VERDICT_saml_signature:
		return "metadata's signature is not that of the configured "
		    "signer";
	case VERDICT_saml_algorithm:
		return "metadata is signed with an algorithm that is not "
		    "allowed, or with another type of key";
	default:
		return "metadata's signature has a form that is not allowed";
	}
}

/* How long it is good, by the role and by everything that it lies in. */
static const char *
read_times(struct metadata_idp *m, const xmlNode *role)
{
	const xmlNode *n;
	const char *why;

	for (n = role; n != NULL && n->type == XML_ELEMENT_NODE;
	    n = n->parent) {
		if ((why = read_valid_until(m, n)) != NULL)
			return why;
		read_cache(m, n);
	}
	return NULL;
}

static const char *
read_entity(struct metadata_idp *m, const struct search *s)
{
	const char *why, *id;

	id = xml_attribute(s->entity, "entityID");
	if (*id == '\0' || strlen(id) > LIMIT_SUBJECT ||
	    !utf8_plain(id, strlen(id)))
		return "metadata has a malformed entityID";
	m->entity_id = copy(id);
	if ((why = read_locations(m, s->role)) != NULL ||
	    (why = read_logout(m, s->role)) != NULL ||
	    (why = read_keys(m, s->role)) != NULL)
		return why;
	m->wants_signed = xml_true(s->role, "WantAuthnRequestsSigned");
	return read_times(m, s->role);
}

const char *
metadata_idp_parse(struct metadata_idp *m, const void *data, size_t len,
    const char *name, const struct public_keys *signer)
{
	struct search s;
	struct xml x;
	const char *why;

	memset(m, 0, sizeof(*m));
	if ((why = xml_parse_metadata(&x, data, len)) != NULL)
		return why;
	if ((signer == NULL || (why = check_signature(&x, signer)) == NULL) &&
	    (why = find_entity(x.root, name, &s)) == NULL)
		why = read_entity(m, &s);
	xml_free(&x);
	return why;
}

int64_t
metadata_idp_expires(const struct metadata_idp *m)
{
	int64_t last = 0;
	size_t i;

	for (i = 0; i < m->keys.count; i++)
		if (m->keys.list[i].expires > last)
			last = m->keys.list[i].expires;
	return last;
}

void
metadata_idp_free(struct metadata_idp *m)
{
	size_t i;

	free(m->entity_id);
	for (i = 0; i < BINDING_MAX; i++) {
		free(m->sso[i]);
		free(m->slo[i]);
		free(m->slo_answer[i]);
	}
	public_keys_free(&m->keys);
	memset(m, 0, sizeof(*m));
}
