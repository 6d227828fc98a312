/*
 * The octets of a request.  Pure.
 */
#ifndef FETCH_HEAD_H
#define FETCH_HEAD_H

#include <stdbool.h>

#include "common/companion.h"
#include "common/provider.h"
#include "common/wire.h"

/*
 * Whether every value of a question may stand in a request: printable
 * ASCII, so that none of them can end its line.
 */
bool	 head_valid(const struct fetch_request *);
/*
 * Write the request for that address, head and body.  The address is the
 * question's own, or where it was redirected to.
 */
void	 head_write(struct writer *, const struct fetch_request *,
	    const struct web_address *);

#endif
