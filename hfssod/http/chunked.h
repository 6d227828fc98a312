/*
 * Transfer-Encoding: chunked (RFC 9112 7.1), strictly.  Pure.
 */
#ifndef HTTP_CHUNKED_H
#define HTTP_CHUNKED_H

#include <stddef.h>
#include <stdint.h>

#include "hfssod/http/parse.h"

/* All zero is the beginning of a body. */
struct chunked {
	int		 state;
	unsigned int	 digits;	/* of the size so far */
	uint64_t	 left;		/* of this chunk */
};

/*
 * Decode octets.  *used says how many were taken; what they hold goes to
 * out, which has room for as many as came in, and *got says how many.
 * PARSE_MORE: all was taken, go on.  PARSE_DONE: the body ended at *used.
 * PARSE_BAD: chunk extensions, trailers, white space, more than eight
 * digits of size, and everything malformed.
 */
enum parse	 chunked_decode(struct chunked *, const uint8_t *, size_t,
		    size_t *, uint8_t *, size_t *);

#endif
