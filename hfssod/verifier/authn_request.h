/*
 * An AuthnRequest (SAML core 3.4.1) and how it travels: in the query of a
 * redirect (bindings 3.4) or in a form (bindings 3.5).  Pure.
 */
#ifndef VERIFIER_AUTHN_REQUEST_H
#define VERIFIER_AUTHN_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"
#include "hfssod/verifier/key.h"

struct authn_request {
	const char		*id;		/* also the RelayState */
	int64_t			 time;
	const char		*issuer;	/* our entityID */
	const char		*acs;
	const char		*destination;
	const char		*nameid_format;	/* "" : no NameIDPolicy */
	const struct strings	*authn_contexts; /* empty: none asked for */
	bool			 force_authn;
	const struct key_pair	*key;		/* NULL: not signed */
};

/*
 * The address to send the browser to, with the request in its query,
 * deflated, and signed by RSA-SHA256 over the query.  Allocated.
 */
char	*authn_request_redirect(const struct authn_request *);
/*
 * The value of SAMLRequest in a form: base64, with an enveloped RSA-SHA256
 * signature.  Allocated.
 */
char	*authn_request_post(const struct authn_request *);
/* The document itself, signed or not: for the form, and for tests. */
char	*authn_request_write(const struct authn_request *, bool);

#endif
