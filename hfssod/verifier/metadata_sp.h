/*
 * Our own metadata document, for the identity provider's administrator
 * (SAML metadata 2.4.4).  Pure.
 */
#ifndef VERIFIER_METADATA_SP_H
#define VERIFIER_METADATA_SP_H

#include <stdbool.h>

#include "hfssod/verifier/key.h"

struct metadata_sp {
	const char		*entity_id;
	const char		*acs;
	const char		*nameid_format;	/* "" : not asked for */
	bool			 requests_signed;
	bool			 assertions_signed;	/* wanted */
	const struct key_pairs	*sign;
	const struct key_pairs	*decrypt;
	const char		*slo;		/* NULL: no single logout */
};

/* The document: allocated text, the caller frees it. */
char	*metadata_sp_write(const struct metadata_sp *);

#endif
