/*
 * What begins every message of an http process: which request it is, who
 * the client seems to be, and what he showed.  The octets of the
 * credential are as the client sent them; only policy says what they mean.
 */
#ifndef COMMON_REQUEST_H
#define COMMON_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"

enum credential {
	CREDENTIAL_NONE,
	CREDENTIAL_SESSION,	/* value of the session cookie */
	CREDENTIAL_BEARER,	/* bearer token */
	CREDENTIAL_MAX
};

/* A client's address; IPv4 is mapped into IPv6 (RFC 4291 2.5.5.2). */
struct address {
	uint8_t		 octets[16];
};

struct request {
	uint64_t	 id;		/* shown to people as 16 hex digits */
	struct address	 client;
	const char	*host;		/* lower case; port if not default */
	enum credential	 credential;
	struct bytes	 secret;	/* its octets */
};

/* Put and get; what is got points into the reader's octets. */
void	 request_put(struct writer *, const struct request *);
void	 request_get(struct reader *, struct request *);

/* The address as text, in a static buffer (eight, reused in turn). */
const char	*address_text(const struct address *);
/* From a struct sockaddr; all zero for a family that is not Internet. */
struct sockaddr;
struct address	 address_of(const struct sockaddr *);
/* From text, IPv4 or IPv6; false if it is neither. */
bool		 address_parse(const char *, struct address *);

/*
 * Whom to count a client as: IPv4 is one, of IPv6 the first 64 bits, since
 * one client has all the addresses behind them (RFC 4291 2.5.4).
 */
struct address	 address_counted(const struct address *);

/* A network: the address and how many leading bits count (of 128). */
struct network {
	struct address	 address;
	unsigned int	 bits;
};
/* "10.0.0.0/8", "::1" (a single address); false if malformed. */
bool		 network_parse(const char *, struct network *);
bool		 network_has(const struct network *, const struct address *);

#endif
