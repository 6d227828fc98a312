/*
 * Where a redirect leads.  Pure.
 */
#ifndef FETCH_LOCATION_H
#define FETCH_LOCATION_H

#include <stdbool.h>
#include <stddef.h>

#include "common/companion.h"

/*
 * The absolute address that a Location (RFC 9110 10.2.2) means at an
 * address, without its fragment, into a buffer of that size.  False if it
 * is relative to the path (nobody needs that) or does not fit; what it is
 * otherwise is for web_address to say.
 */
bool	 location_resolve(const struct web_address *, const char *, char *,
	    size_t);

#endif
