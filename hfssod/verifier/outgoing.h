/*
 * How a message of ours travels: signed within itself for a form (bindings
 * 3.5), or deflated and signed in the query of a redirect (bindings 3.4).
 * Pure.
 */
#ifndef VERIFIER_OUTGOING_H
#define VERIFIER_OUTGOING_H

#include "hfssod/verifier/key.h"

struct outgoing {
	const char		*parameter;	/* SAMLRequest, SAMLResponse */
	const char		*relay_state;	/* "" : none */
	const char		*destination;
	const struct key_pair	*key;		/* NULL: not signed */
};

/*
 * The address to send the browser to, with the document in its query,
 * deflated, and signed by RSA-SHA256 over the query.  Allocated.
 */
char	*outgoing_redirect(const struct outgoing *, const char *);
/*
 * The enveloped RSA-SHA256 Signature of a canonical document with that ID,
 * as markup.  Allocated.
 */
char	*outgoing_signature(const struct key_pair *, const char *,
	    const char *);

#endif
