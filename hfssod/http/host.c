/*
 * Host names of http, checked and brought into one form.  Pure: must never
 * look a name up.
 */
#include <stdint.h>

#include "hfssod/http/host.h"

static bool
name_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

static bool
address_char(uint8_t c)
{
	return (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	    (c >= '0' && c <= '9') || c == '.' || c == ':';
}

/*
 * Where the name ends, and the port (0: none).  False if malformed.
 */
static bool
split(struct bytes h, size_t *name, unsigned int *port)
{
	size_t	 i;

	i = 0;
	if (h.len > 0 && h.data[0] == '[') {
		for (i = 1; i < h.len && address_char(h.data[i]); i++)
			;
		if (i < 3 || i == h.len || h.data[i] != ']')
			return false;
		i++;
	} else {
		/* No empty label but the one after a last dot. */
		for (; i < h.len && name_char(h.data[i]); i++)
			if (h.data[i] == '.' && (i == 0 ||
			    h.data[i - 1] == '.'))
				return false;
		if (i == 0)
			return false;
	}
	if (i > LIMIT_HOST)
		return false;
	*name = i;
	*port = 0;
	if (i == h.len)
		return true;
	if (h.data[i++] != ':' || h.len - i < 1 || h.len - i > 5)
		return false;
	for (; i < h.len; i++) {
		if (h.data[i] < '0' || h.data[i] > '9')
			return false;
		*port = *port * 10 + (unsigned int)(h.data[i] - '0');
	}
	return *port > 0 && *port <= 65535;
}

bool
host_valid(struct bytes h)
{
	unsigned int	 port;
	size_t		 name;

	return split(h, &name, &port);
}

bool
host_normal(struct bytes h, unsigned int normal, char *out)
{
	unsigned int	 port, unit;
	size_t		 i, n, name;

	if (!split(h, &name, &port))
		return false;
	for (i = n = 0; i < name; i++)
		out[n++] = (char)(h.data[i] >= 'A' && h.data[i] <= 'Z' ?
		    h.data[i] + ('a' - 'A') : h.data[i]);
	if (n > 1 && out[n - 1] == '.')
		n--;
	if (port != 0 && port != normal) {
		out[n++] = ':';
		for (unit = 10000; unit > port; unit /= 10)
			;
		for (; unit > 0; unit /= 10)
			out[n++] = (char)('0' + port / unit % 10);
	}
	out[n] = '\0';
	return true;
}
