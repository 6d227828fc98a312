/*
 * XML signatures (design section 6, rules 2 and 3): whether an element is
 * signed by one of the connection's keys, and which node was digested.
 */
#ifndef VERIFIER_SIGNATURE_H
#define VERIFIER_SIGNATURE_H

#include <stdbool.h>

#include <libxml/tree.h>

#include "common/verdict.h"
#include "hfssod/verifier/key.h"

/*
 * The node whose octets were digested and found signed.  Nothing outside
 * signature.c can make one, and identity is read from nothing else.
 */
struct verified;

/*
 * The Signature of an element: the direct child right after Issuer (or the
 * first child, if there is no Issuer).  NULL if the element has none; a
 * Signature elsewhere among its children, or a second one, is not found
 * here but refused by the caller's count over the document.
 */
xmlNode		*signature_find(const xmlNode *);
/*
 * Verify the given Signature of the given element, whose document was
 * parsed by xml_parse, with the keys.  ok and a verified node that the
 * caller frees, or saml_signature_form, saml_algorithm, saml_id,
 * saml_signature and NULL.
 */
enum verdict	 signature_verify(xmlNode *, xmlNode *,
		    const struct public_keys *, struct verified **);
/*
 * Whether a signature algorithm is one of ours: the type of key it needs,
 * and libcrypto's name of its digest.
 */
bool		 signature_method(const char *, enum key_type *,
		    const char **);
/*
 * An element that lies within a verified one.  Returns a new one, or
 * NULL if it does not lie there.
 */
struct verified	*signature_within(const struct verified *, xmlNode *);
/*
 * The root of the document that was decrypted from an EncryptedAssertion
 * within a verified element.  The arguments are that verified element, the
 * EncryptedAssertion, and the root.  NULL if it does not lie there.
 */
struct verified	*signature_decrypted(const struct verified *, const xmlNode *,
		    xmlNode *);

/* Its node, to read and not to change. */
const xmlNode	*verified_node(const struct verified *);
void		 verified_free(struct verified *);

#endif
