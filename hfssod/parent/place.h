/*
 * The place where the daemon runs: users, folders, sockets.  What has to be
 * there before the first child starts.
 */
#ifndef PARENT_PLACE_H
#define PARENT_PLACE_H

#include <stdbool.h>

#include "hfssod/parent/conf.h"
#include "hfssod/parent/errors.h"
#include "hfssod/parent/parent.h"

/*
 * Look at binaries, users, the chroot and the store; make the last two if
 * they are missing, but with -n make nothing of the store.  False after
 * messages.
 */
bool	 place_ready(const struct options *, const struct conf *,
	    struct errors *);
/* Bind and listen on every listen line; false after messages. */
bool	 place_listen(const struct conf *, struct errors *);
/* A copy of the socket of that listen line. */
int	 place_socket(unsigned int);
void	 place_unlisten(void);
/* A datagram socket that is connected to the system's log, or -1. */
int	 place_syslog(void);

#endif
