/*
 * From what was proved to who it is: attribute names, required values,
 * group overage.  Pure.
 */
#ifndef VERIFIER_IDENTITY_H
#define VERIFIER_IDENTITY_H

#include <jansson.h>

#include "common/exchange.h"
#include "common/verdict.h"
#include "common/view.h"
#include "hfssod/verifier/response.h"

/*
 * Fill in the identity from the facts as the connection's settings say.
 * claims are those of the ID token that they are of, NULL with SAML.
 * Strings point into the facts or the settings; identity_free frees the
 * lists, also after a refusal.  ok, attribute_required, attribute_too_long
 * or subject_missing.
 */
enum verdict	 identity_make(const struct verifier_connection *,
		    struct facts *, const json_t *, struct identity *);
void		 identity_free(struct identity *);

/* Whether the domain of an e-mail address is one of the list. */
bool		 identity_trusts(const struct strings *, const char *);

#endif
