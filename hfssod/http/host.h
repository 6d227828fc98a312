/*
 * Names of hosts as they stand in Host and X-Forwarded-Host.  Pure.
 */
#ifndef HTTP_HOST_H
#define HTTP_HOST_H

#include <stdbool.h>
#include <stddef.h>

#include "common/limits.h"
#include "common/wire.h"

/* Room for a host, a colon, a port and a NUL. */
#define HOST_TEXT	(LIMIT_HOST + 7)

/*
 * host or host:port (RFC 3986 3.2.2 and 3.2.3): letters, digits, ".", "-"
 * and "_", or an IPv6 address in brackets; at most LIMIT_HOST octets
 * without the port, which is 1 to 65535.
 */
bool	 host_valid(struct bytes);
/*
 * The one way to write it: lower case, without one trailing dot, without
 * the port if that is the given one.  False if it is not valid.  The
 * output has room for HOST_TEXT octets.
 */
bool	 host_normal(struct bytes, unsigned int, char *);

#endif
