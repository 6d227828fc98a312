/*
 * What an identity provider's metadata says (SAML metadata 2.4.3).  Pure.
 */
#ifndef VERIFIER_METADATA_IDP_H
#define VERIFIER_METADATA_IDP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/view.h"
#include "hfssod/verifier/key.h"

struct metadata_idp {
	char			*entity_id;
	char			*sso[BINDING_MAX];	/* NULL: not offered */
	/* SingleLogoutService: for requests, and for answers. */
	char			*slo[BINDING_MAX];	/* NULL: not offered */
	char			*slo_answer[BINDING_MAX];
	bool			 wants_signed;	/* WantAuthnRequestsSigned */
	int64_t			 valid_until;	/* seconds; 0: not said */
	int64_t			 cache;	/* cacheDuration, s; 0: not said */
	struct public_keys	 keys;		/* that sign, none twice */
};

/*
 * Parse a document; the name chooses one of an EntitiesDescriptor, "" the
 * only identity provider in it.  With keys, the whole document must be
 * signed by one of them, by the rules of signature.h.  NULL, or why it is
 * of no use (static).  metadata_idp_free must follow in both cases.
 */
const char	*metadata_idp_parse(struct metadata_idp *, const void *, size_t,
		    const char *, const struct public_keys *);
/*
 * When the last of the certificates ends, seconds; 0: none says.
 */
int64_t		 metadata_idp_expires(const struct metadata_idp *);
void		 metadata_idp_free(struct metadata_idp *);

#endif
