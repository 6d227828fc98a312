/*
 * Sockets of fetch: addresses as the system wants them, and connecting.
 */
#ifndef FETCH_SOCKET_H
#define FETCH_SOCKET_H

#include <sys/types.h>
#include <sys/socket.h>

#include "common/request.h"

/* Fill a socket address; its length. */
socklen_t	 socket_address(const struct address *, unsigned int,
		    struct sockaddr_storage *);
/*
 * A TCP socket on its way to exactly that address and port.  -1 with
 * errno if that fails at once.
 */
int		 socket_connect(const struct address *, unsigned int);
/* What came of it once it is writable: 0, or an errno. */
int		 socket_error(int);

#endif
