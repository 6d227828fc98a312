/*
 * What an OpenID Provider says of itself (OpenID Connect Discovery 3,
 * RFC 8414).  Pure.
 */
#ifndef VERIFIER_DISCOVERY_H
#define VERIFIER_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "common/view.h"

struct discovery {
	char		*issuer;
	char		*authorization;
	char		*token;
	char		*jwks;
	char		*userinfo;	/* NULL: not offered */
	char		*end_session;	/* NULL: not offered */
	bool		 response_issuer; /* RFC 9207 */
	unsigned int	 client_auths;	/* bit of each enum client_auth */
	bool		 post_first;	/* a login found out; see source.h */
	bool		 pkce;		/* says that it knows S256 */
};

/*
 * Read the document of a connection: issuer must be the connection's,
 * exactly, and every endpoint at an allowed origin.  NULL, or why it is of
 * no use (valid until the next call): with an endpoint elsewhere the line
 * of configuration to add.  discovery_free in any case.
 */
const char	*discovery_read(struct discovery *, const void *, size_t,
		    const struct verifier_connection *);
void		 discovery_free(struct discovery *);

#endif
