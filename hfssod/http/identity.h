/*
 * The identity headers of a forward-auth answer.  Pure.
 */
#ifndef HTTP_IDENTITY_H
#define HTTP_IDENTITY_H

#include <stdint.h>

#include "common/exchange.h"
#include "hfssod/http/buffer.h"
#include "hfssod/http/config.h"

/*
 * Write the whole set under the given names, each header always, empty
 * where there is nothing to say, so that no copy of the client's can pass.
 * Values are percent-encoded outside printable ASCII, and "%" itself, and
 * a space at either end.  At most so many octets of group names, never
 * half a one; then X-Hfsso-Groups-Truncated is 1.
 */
void	 identity_headers(struct buffer *, const struct header_names *,
	    const struct access_answer *, uint32_t);

#endif
