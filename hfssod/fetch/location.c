/*
 * Resolving a Location.  fetch; pure.  Must never guess: what is not an
 * address, and not a path, is refused.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/fetch/location.h"

bool
location_resolve(const struct web_address *base, const char *to, char *out,
    size_t size)
{
	const char	*scheme = base->tls ? "https:" : "http:";
	int		 n;

	if (strncmp(to, "//", 2) == 0)
		n = snprintf(out, size, "%s%s", scheme, to);
	else if (to[0] == '/')
		n = snprintf(out, size, "%s%s", base->origin, to);
	else if (strncmp(to, "https://", 8) == 0 ||
	    strncmp(to, "http://", 7) == 0)
		n = snprintf(out, size, "%s", to);
	else
		return false;
	if (n < 0 || (size_t)n >= size)
		return false;
	out[strcspn(out, "#")] = '\0';
	return true;
}
