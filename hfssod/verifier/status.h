/*
 * How a connection is: told to policy for hfssoctl, and to the log when
 * something is about to end.
 */
#ifndef VERIFIER_STATUS_H
#define VERIFIER_STATUS_H

#include "hfssod/verifier/config.h"

/* Tell policy of one connection, or of all. */
void	 status_send(const struct connection *);
void	 status_send_all(struct config *);
/* Of every connection again each hour, by verifier_look. */
void	 status_start(void);

#endif
