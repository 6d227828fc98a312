/*
 * XML from outside: one safe parse, and small ways to read the tree.  The
 * tree is never changed, never written out and never searched by XPath.
 */
#ifndef VERIFIER_XML_H
#define VERIFIER_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "common/verdict.h"

#define NS_SAML		"urn:oasis:names:tc:SAML:2.0:assertion"
#define NS_SAMLP	"urn:oasis:names:tc:SAML:2.0:protocol"
#define NS_MD		"urn:oasis:names:tc:SAML:2.0:metadata"
#define NS_DS		"http://www.w3.org/2000/09/xmldsig#"
#define NS_XENC		"http://www.w3.org/2001/04/xmlenc#"
#define NS_EXC_C14N	"http://www.w3.org/2001/10/xml-exc-c14n#"

/* A parsed document, and what was counted in all of it. */
struct xml {
	xmlDoc		*doc;
	xmlNode		*root;
	unsigned int	 responses;	/* elements called Response, */
	unsigned int	 assertions;	/* Assertion or EncryptedAssertion, */
	unsigned int	 signatures;	/* Signature, */
	unsigned int	 signed_infos;	/* SignedInfo, */
	unsigned int	 objects;	/* Object: in any namespace */
};

/*
 * Parse a message (design section 6, rule 1): UTF-8 whatever it declares,
 * no byte order mark, no DTD, comment, processing instruction, CDATA,
 * entity reference or relative namespace name, bounded in every way, every
 * attribute called ID, Id or id an NCName of at most LIMIT_SAML_ID octets
 * and unique.  ok, or saml_encoding, saml_forbidden_xml, saml_too_complex,
 * saml_id, too_large; then the struct is empty.  The octets need not
 * outlive the call.  xml_free ends it, also after a refusal.
 */
enum verdict	 xml_parse(struct xml *, const void *, size_t);
/*
 * Parse metadata that the operator gave us: as above, but a byte order
 * mark, comments and processing instructions may be there, the size limit
 * is LIMIT_FILE, and nothing is counted.  A sentence that says what is
 * wrong (static), or NULL.
 */
const char	*xml_parse_metadata(struct xml *, const void *, size_t);
void		 xml_free(struct xml *);

/* Whether it is the element of that namespace and local name. */
bool		 xml_is(const xmlNode *, const char *, const char *);
/* The first child element, the next sibling element; NULL: none. */
xmlNode		*xml_first(const xmlNode *);
xmlNode		*xml_next(const xmlNode *);
/* The first child element of that name; NULL: none. */
xmlNode		*xml_child(const xmlNode *, const char *, const char *);
/* How many child elements have that name. */
unsigned int	 xml_count(const xmlNode *, const char *, const char *);
/* Whether there is nothing but elements and white space within. */
bool		 xml_only_elements(const xmlNode *);
/*
 * The text of an element that holds one text node or nothing; NULL if it
 * holds anything else.  Points into the tree.
 */
const char	*xml_text(const xmlNode *);
/* The value of an attribute without namespace; NULL: none. */
const char	*xml_attribute(const xmlNode *, const char *);
/* Whether that attribute is there and is "true" or "1". */
bool		 xml_true(const xmlNode *, const char *);

#endif
