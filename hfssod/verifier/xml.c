/*
 * XML from outside, in verifier.  Parses octets of strangers once and
 * refuses whatever a SAML message has no need of.  Must never open a file,
 * resolve an entity, or change a tree.
 */
#include <string.h>

#include <libxml/parser.h>
#include <libxml/valid.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/xml.h"

#define PARSE_OPTIONS	(XML_PARSE_NONET | XML_PARSE_IGNORE_ENC | \
			    XML_PARSE_NOERROR | XML_PARSE_NOWARNING | \
			    XML_PARSE_COMPACT)
#define IN_SCOPE	64	/* namespace declarations in force at once */
/*
 * The levels of all nodes together.  Canonicalization looks namespaces up
 * from each node to the root, so this is what bounds its time.
 */
#define LEVELS		400000

/* How far the scan of the raw octets has come. */
struct scan {
	unsigned int	 depth;
	unsigned int	 nodes;
	unsigned int	 attributes;	/* of this tag */
	bool		 in_tag;
	bool		 closing;
	uint8_t		 quote;		/* 0: not in a value */
};

/*
 * The octet after the XML declaration; 0 if there is none.  It ends at its
 * first ">": after one that is malformed the parser goes on from there.
 */
static size_t
scan_declaration(const uint8_t *p, size_t len)
{
	const uint8_t *end;

	if (len < 7 || memcmp(p, "<?xml", 5) != 0 ||
	    (p[5] != ' ' && p[5] != '\t' && p[5] != '\r' && p[5] != '\n'))
		return 0;
	if ((end = memchr(p, '>', len)) == NULL || end[-1] != '?' ||
	    memchr(p + 1, '<', (size_t)(end - p)) != NULL)
		return 0;
	return (size_t)(end - p) + 1;
}

static enum verdict
scan_open(struct scan *s, uint8_t next)
{
	/*
	 * "<" can't stand in a tag, so these are DTDs, comments, CDATA and
	 * processing instructions, nothing else.
	 */
	if (next == '!' || next == '?')
		return VERDICT_saml_forbidden_xml;
	s->in_tag = true;
	s->attributes = 0;
	s->closing = next == '/';
	if (s->closing) {
		if (s->depth-- == 0)
			return VERDICT_saml_encoding;
		return VERDICT_ok;
	}
	if (++s->depth > LIMIT_XML_DEPTH || ++s->nodes > LIMIT_XML_NODES)
		return VERDICT_saml_too_complex;
	return VERDICT_ok;
}

/*
 * Look at the octets before the parser does, so that it never begins a
 * DTD and never meets so many attributes or levels that it becomes slow.
 * This only refuses; what is let through is judged again in the tree.
 */
static enum verdict
scan_octets(const uint8_t *p, size_t len)
{
	struct scan s;
	enum verdict v;
	const uint8_t *hit;
	size_t i;

	memset(&s, 0, sizeof(s));
	for (i = scan_declaration(p, len); i < len; i++) {
		if (!s.in_tag || s.quote != 0) {
			hit = memchr(p + i, s.in_tag ? s.quote : '<', len - i);
			if (hit == NULL)
				return s.in_tag ? VERDICT_saml_encoding :
				    VERDICT_ok;
			/* Well-formed XML has no "<" in a value. */
			if (s.in_tag && memchr(p + i, '<',
			    (size_t)(hit - p) - i) != NULL)
				return VERDICT_saml_encoding;
			i = (size_t)(hit - p);
			if (s.in_tag) {
				s.quote = 0;
				continue;
			}
			v = scan_open(&s, i + 1 < len ? p[i + 1] : 0);
			if (v != VERDICT_ok)
				return v;
		} else if (p[i] == '"' || p[i] == '\'') {
			s.quote = p[i];
			if (++s.attributes > LIMIT_XML_ATTRIBUTES)
				return VERDICT_saml_too_complex;
		} else if (p[i] == '>') {
			if (p[i - 1] == '/' && !s.closing)
				s.depth--;
			s.in_tag = false;
		} else if (p[i] == '<')
			return VERDICT_saml_encoding;
	}
	return VERDICT_ok;
}

/* An absolute namespace name: a scheme, then printable ASCII. */
static bool
namespace_ok(const xmlNs *ns)
{
	const unsigned char *p = ns->href;

	/* xmlns="" takes a default namespace away; it names nothing. */
	if (p == NULL || *p == '\0')
		return ns->prefix == NULL;
	if (!((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z'))
		return false;
	while (*p != ':') {
		if (!(((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z') ||
		    (*p >= '0' && *p <= '9') || *p == '+' || *p == '-' ||
		    *p == '.'))
			return false;
		p++;
	}
	for (p++; *p != '\0'; p++)
		if (*p <= 0x20 || *p >= 0x7f ||
		    strchr("\"<>\\^`{|}", *p) != NULL)
			return false;
	return true;
}

/* An ASCII NCName that is not too long. */
static bool
id_ok(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if ((s[i] >= 'A' && s[i] <= 'Z') ||
		    (s[i] >= 'a' && s[i] <= 'z') || s[i] == '_')
			continue;
		if (i > 0 && ((s[i] >= '0' && s[i] <= '9') || s[i] == '-' ||
		    s[i] == '.'))
			continue;
		return false;
	}
	return i > 0 && i <= LIMIT_SAML_ID;
}

/* The text of an attribute; NULL if it is no plain text. */
static const char *
attribute_text(const xmlAttr *a)
{
	const xmlNode *n = a->children;

	if (n == NULL)
		return "";
	if (n->type != XML_TEXT_NODE || n->next != NULL || n->content == NULL)
		return NULL;
	return (const char *)n->content;
}

static enum verdict
walk_attributes(xmlDoc *doc, xmlNode *n, bool ids)
{
	const char *name, *value;
	xmlAttr *a;
	unsigned int count = 0;

	for (a = n->properties; a != NULL; a = a->next) {
		if (++count > LIMIT_XML_ATTRIBUTES)
			return VERDICT_saml_too_complex;
		if ((value = attribute_text(a)) == NULL)
			return VERDICT_saml_forbidden_xml;
		name = (const char *)a->name;
		if ((name[0] | 0x20) != 'i' || (name[1] | 0x20) != 'd' ||
		    name[2] != '\0')
			continue;
		/* The parser makes an ID of xml:id by itself. */
		if (a->ns != NULL) {
			if (strcmp((const char *)a->ns->href,
			    (const char *)XML_XML_NAMESPACE) == 0)
				return VERDICT_saml_forbidden_xml;
			continue;
		}
		if (!ids)
			continue;
		if (!id_ok(value) || xmlAddID(NULL, doc,
		    (const xmlChar *)value, a) == NULL)
			return VERDICT_saml_id;
	}
	return VERDICT_ok;
}

static void
walk_count(struct xml *x, const xmlNode *n)
{
	const char *name = (const char *)n->name;

	if (strcmp(name, "Assertion") == 0 ||
	    strcmp(name, "EncryptedAssertion") == 0)
		x->assertions++;
	else if (strcmp(name, "Signature") == 0)
		x->signatures++;
	else if (strcmp(name, "SignedInfo") == 0)
		x->signed_infos++;
	else if (strcmp(name, "Response") == 0)
		x->responses++;
	else if (strcmp(name, "Object") == 0)
		x->objects++;
}

/* One element: its namespaces, attributes and name. */
static enum verdict
walk_element(struct xml *x, xmlNode *n, unsigned int *scope)
{
	const xmlNs *ns;

	for (ns = n->nsDef; ns != NULL; ns = ns->next) {
		if (!namespace_ok(ns))
			return VERDICT_saml_forbidden_xml;
		if (++*scope > IN_SCOPE)
			return VERDICT_saml_too_complex;
	}
	walk_count(x, n);
	return walk_attributes(x->doc, n, true);
}

/* Every node of the document, once. */
static enum verdict
walk(struct xml *x)
{
	enum verdict v;
	const xmlNs *ns;
	xmlNode *n;
	unsigned int depth = 1, nodes = 0, levels = 0, scope = 0;

	if (x->doc->intSubset != NULL || x->doc->extSubset != NULL ||
	    x->doc->children != x->root || x->root->next != NULL)
		return VERDICT_saml_forbidden_xml;
	for (n = x->root;;) {
		levels += depth;
		/* Text stands one level below the deepest element. */
		if (++nodes > 2 * LIMIT_XML_NODES || levels > LEVELS ||
		    depth > LIMIT_XML_DEPTH + 1)
			return VERDICT_saml_too_complex;
		if (n->type == XML_ELEMENT_NODE) {
			v = walk_element(x, n, &scope);
			if (v != VERDICT_ok)
				return v;
			if (n->children != NULL) {
				n = n->children;
				depth++;
				continue;
			}
		} else if (n->type != XML_TEXT_NODE)
			return VERDICT_saml_forbidden_xml;
		for (;;) {
			if (n->type == XML_ELEMENT_NODE)
				for (ns = n->nsDef; ns != NULL; ns = ns->next)
					scope--;
			if (n == x->root)
				return VERDICT_ok;
			if (n->next != NULL) {
				n = n->next;
				break;
			}
			n = n->parent;
			depth--;
		}
	}
}

/* Run the parser; false if the octets are not namespace-well-formed. */
static bool
parse(struct xml *x, const void *data, size_t len)
{
	xmlParserCtxt *ctxt;
	bool ok;

	if ((ctxt = xmlNewParserCtxt()) == NULL)
		return false;
	x->doc = xmlCtxtReadMemory(ctxt, data, (int)len, NULL, "UTF-8",
	    PARSE_OPTIONS);
	/* A prefix without a declaration is no reason for it to fail. */
	ok = x->doc != NULL && ctxt->wellFormed == 1 &&
	    ctxt->nsWellFormed == 1;
	xmlFreeParserCtxt(ctxt);
	if (ok)
		x->root = xmlDocGetRootElement(x->doc);
	return ok && x->root != NULL;
}

enum verdict
xml_parse(struct xml *x, const void *data, size_t len)
{
	const uint8_t *p = data;
	enum verdict v;
	size_t i;

	memset(x, 0, sizeof(*x));
	if (len > LIMIT_SAML_MESSAGE)
		return VERDICT_too_large;
	/* This alone refuses UTF-16, UTF-32 and EBCDIC. */
	if (!utf8_valid(data, len))
		return VERDICT_saml_encoding;
	for (i = 0; i < len && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' ||
	    p[i] == '\n'); i++)
		continue;
	/* No byte order mark, no text before the first tag. */
	if (i == len || p[i] != '<')
		return VERDICT_saml_encoding;
	if ((v = scan_octets(p, len)) != VERDICT_ok)
		return v;
	if (!parse(x, data, len))
		v = VERDICT_saml_encoding;
	else
		v = walk(x);
	if (v != VERDICT_ok)
		xml_free(x);
	return v;
}

const char *
xml_parse_metadata(struct xml *x, const void *data, size_t len)
{
	const uint8_t *p = data;

	memset(x, 0, sizeof(*x));
	if (len > LIMIT_FILE)
		return "metadata is too large";
	if (!utf8_valid(data, len))
		return "metadata is not UTF-8";
	if (len >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0) {
		p += 3;
		len -= 3;
	}
	if (memmem(p, len, "<!DOCTYPE", 9) != NULL ||
	    memmem(p, len, "<!ENTITY", 8) != NULL)
		return "metadata has a document type";
	if (!parse(x, p, len) || x->doc->intSubset != NULL) {
		xml_free(x);
		return "metadata is not well-formed XML";
	}
	return NULL;
}

void
xml_free(struct xml *x)
{
	if (x->doc != NULL)
		xmlFreeDoc(x->doc);
	memset(x, 0, sizeof(*x));
}

bool
xml_is(const xmlNode *n, const char *ns, const char *name)
{
	return n != NULL && n->type == XML_ELEMENT_NODE &&
	    strcmp((const char *)n->name, name) == 0 && n->ns != NULL &&
	    n->ns->href != NULL &&
	    strcmp((const char *)n->ns->href, ns) == 0;
}

xmlNode *
xml_first(const xmlNode *n)
{
	xmlNode *c;

	if (n == NULL || n->type != XML_ELEMENT_NODE)
		return NULL;
	for (c = n->children; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE)
			return c;
	return NULL;
}

xmlNode *
xml_next(const xmlNode *n)
{
	xmlNode *c;

	for (c = n == NULL ? NULL : n->next; c != NULL; c = c->next)
		if (c->type == XML_ELEMENT_NODE)
			return c;
	return NULL;
}

xmlNode *
xml_child(const xmlNode *n, const char *ns, const char *name)
{
	xmlNode *c;

	for (c = xml_first(n); c != NULL; c = xml_next(c))
		if (xml_is(c, ns, name))
			return c;
	return NULL;
}

unsigned int
xml_count(const xmlNode *n, const char *ns, const char *name)
{
	const xmlNode *c;
	unsigned int count = 0;

	for (c = xml_first(n); c != NULL; c = xml_next(c))
		if (xml_is(c, ns, name))
			count++;
	return count;
}

bool
xml_only_elements(const xmlNode *n)
{
	const xmlNode *c;
	const char *p;

	for (c = n->children; c != NULL; c = c->next) {
		if (c->type == XML_ELEMENT_NODE)
			continue;
		if (c->type != XML_TEXT_NODE || c->content == NULL)
			return false;
		p = (const char *)c->content;
		if (p[strspn(p, " \t\r\n")] != '\0')
			return false;
	}
	return true;
}

const char *
xml_text(const xmlNode *n)
{
	const xmlNode *c;

	if (n == NULL || n->type != XML_ELEMENT_NODE)
		return NULL;
	if ((c = n->children) == NULL)
		return "";
	if (c->type != XML_TEXT_NODE || c->next != NULL || c->content == NULL)
		return NULL;
	return (const char *)c->content;
}

const char *
xml_attribute(const xmlNode *n, const char *name)
{
	const xmlAttr *a;

	for (a = n->properties; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
			return attribute_text(a);
	return NULL;
}

bool
xml_true(const xmlNode *n, const char *name)
{
	const char *s;

	s = xml_attribute(n, name);
	return s != NULL && (strcmp(s, "true") == 0 || strcmp(s, "1") == 0);
}
