/*
 * A message that came in the query of a redirect (SAML bindings 3.4), with
 * its signature beside it.  Pure.
 */
#ifndef VERIFIER_REDIRECT_H
#define VERIFIER_REDIRECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/form.h"
#include "common/verdict.h"
#include "hfssod/verifier/key.h"

/* Strings point into the form, octets into the query. */
struct redirect {
	struct form	 form;
	bool		 response;	/* SAMLResponse, else SAMLRequest */
	const char	*message;	/* base64 of what was deflated */
	const char	*relay_state;	/* "" : none */
	const char	*algorithm;
	const char	*signature;	/* base64 */
	struct bytes	 octets;	/* that were signed, as they came */
};

/*
 * Take a query apart.  It begins with SAMLRequest or SAMLResponse, then
 * RelayState if there is one, SigAlg and Signature, named plainly; what
 * comes behind means nothing.  ok, bad_request, duplicate_parameter,
 * saml_encoding, saml_unsigned or saml_signature_form.  The query must
 * outlive it; redirect_free ends it, also after a refusal.
 */
enum verdict	 redirect_read(struct redirect *, struct bytes);
void		 redirect_free(struct redirect *);
/*
 * Whether one of the keys has signed these very octets: ok,
 * saml_algorithm, saml_signature_form or saml_signature.
 */
enum verdict	 redirect_verify(const struct redirect *,
		    const struct public_keys *);
/*
 * The document: ok and octets that the caller frees with freezero,
 * saml_encoding, or too_large beyond LIMIT_SAML_MESSAGE, which no deflated
 * octets make it hold more than.
 */
enum verdict	 redirect_inflate(const struct redirect *, uint8_t **,
		    size_t *);

#endif
