/*
 * Where fetch may go for a connection.  One rule for the two that need it:
 * verifier refuses an endpoint elsewhere when it is announced, fetch when
 * it is asked to go there.  Pure.
 */
#ifndef COMMON_COMPANION_H
#define COMMON_COMPANION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire.h"

/* An address taken apart; see address_split. */
struct web_address {
	bool		 tls;		/* https, else http */
	char		 host[256];	/* lower case; IPv6 without brackets */
	unsigned int	 port;
	char		 origin[288];	/* "https://host:port" */
	const char	*path;		/* "/..." with the query; or "" */
};
/*
 * Take "https://host[:port][/path][?query]" apart (RFC 3986).  False for
 * any other scheme than https and http, user information, a fragment, an
 * empty or malformed host or port, octets outside of printable ASCII, a
 * backslash, or more than LIMIT_URL octets.  path points into the text.
 */
bool	 web_address(const char *, struct web_address *);

/*
 * Whether an address lies at one of the origins, or at a companion of one:
 * providers whose endpoints are known to lie elsewhere (Google, Entra ID).
 * A companion is https on port 443 only.
 */
bool	 companion_allowed(const struct strings *, const char *);

#endif
