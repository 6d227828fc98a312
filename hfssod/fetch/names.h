/*
 * The texts that say how names resolve: resolv.conf(5), hosts(5), and the
 * name servers of the configuration.  Pure.
 */
#ifndef FETCH_NAMES_H
#define FETCH_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/request.h"
#include "common/wire.h"

#define NAMES_SERVERS	8		/* no more are asked */
#define NAMES_ADDRESSES	16		/* no more are tried for a name */

/* A name server. */
struct server {
	struct address	 address;
	unsigned int	 port;
};

/*
 * "192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:5353".
 * False if it is none of these.
 */
bool	 server_parse(const char *, struct server *);
/*
 * The name servers of a resolv.conf, in order, at most so many; returns
 * how many.  Lines that are not understood are passed over, as everybody
 * does.  Without any it is 127.0.0.1, as resolv.conf(5) says.
 */
size_t	 resolv_conf_servers(struct bytes, struct server *, size_t);
/*
 * The addresses of a name (lower case) in a hosts file, in order, at most
 * so many; returns how many.
 */
size_t	 hosts_find(struct bytes, const char *, struct address *, size_t);

#endif
