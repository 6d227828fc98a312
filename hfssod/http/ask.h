/*
 * What every question to a peer begins with.
 */
#ifndef HTTP_ASK_H
#define HTTP_ASK_H

#include <stdbool.h>

#include "common/request.h"
#include "common/verdict.h"
#include "hfssod/http/call.h"
#include "hfssod/http/cookie.h"
#include "hfssod/http/host.h"

/*
 * Fill a request from a call: its id, the client, the host (kept in the
 * call) and the session cookie if there is one.  The secret points into
 * the head.
 */
void	 ask_begin(struct call *, const struct bytes *, struct request *);
/* The host of a page: that of the request itself, brought into one form. */
void	 ask_host(struct call *, const struct head *);

/*
 * The return address in a query.  "" if none is given; NULL if the query
 * is malformed, names it twice, or it is not allowed: *v says which.  The
 * result is allocated.
 */
char	*ask_return(struct bytes, enum verdict *);

#endif
