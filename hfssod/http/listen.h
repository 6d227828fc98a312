/*
 * Listen sockets, and how many connections there may be.
 */
#ifndef HTTP_LISTEN_H
#define HTTP_LISTEN_H

#include <stdbool.h>

#include "common/request.h"

/* A socket from parent; accepted from once there is a configuration. */
void	 listen_add(int);
/* There is one now. */
void	 listen_start(void);
/* A connection ended: room for another; the flag as conn_new had it. */
void	 listen_closed(const struct address *, bool);
/* About once a second: try again after descriptors ran out. */
void	 listen_sweep(void);
/* Accept no more, for ever. */
void	 listen_stop(void);

#endif
