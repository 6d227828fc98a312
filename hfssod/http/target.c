/*
 * Paths, queries and return addresses of http.  Pure: must never rewrite a
 * path; it is taken as it is or refused.
 */
#include <stdint.h>
#include <string.h>

#include "common/limits.h"
#include "common/encode.h"
#include "hfssod/http/target.h"

static bool
unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

/*
 * What stands for itself in a plain path: printable ASCII but the percent
 * sign and \ ; ? # " < > ^ ` { | }
 */
#define P(from, to)	[from ... to] = true
static const bool	 plain[256] = {
	['!'] = true, ['$'] = true, P('&', ':'), ['='] = true,
	P('@', '['), [']'] = true, ['_'] = true, P('a', 'z'), ['~'] = true
};
#undef P

/* "." or "..", counted in characters. */
static bool
dots(size_t all, size_t dot)
{
	return all == dot && (all == 1 || all == 2);
}

bool
path_canonical(struct bytes path)
{
	size_t	 i, all, dot;

	if (path.len == 0 || path.data[0] != '/')
		return false;
	for (i = 1, all = dot = 0; i < path.len; i++) {
		if (path.data[i] == '/') {
			if (all == 0 || dots(all, dot))
				return false;
			all = dot = 0;
			continue;
		}
		if (!unreserved(path.data[i]))
			return false;
		all++;
		dot += path.data[i] == '.';
	}
	return !dots(all, dot);
}

/* The character at *at, an escape decoded; -1 if it is not plain. */
static int
plain_char(struct bytes path, size_t *at)
{
	int	 c, high, low;

	c = path.data[(*at)++];
	if (c == '%') {
		if (path.len - *at < 2)
			return -1;
		high = hex_digit((char)path.data[*at]);
		low = hex_digit((char)path.data[*at + 1]);
		*at += 2;
		if (high == -1 || low == -1)
			return -1;
		c = high * 16 + low;
		if (c < 0x20 || c == 0x7f || strchr("/\\%;", c) != NULL)
			return -1;
		return c;
	}
	return plain[c] ? c : -1;
}

bool
path_plain(struct bytes path)
{
	size_t	 at, all, dot;
	int	 c;

	if (path.len == 0 || path.data[0] != '/')
		return false;
	for (at = 1, all = dot = 0; at < path.len;) {
		if ((c = plain_char(path, &at)) == -1)
			return false;
		if (c == '/') {
			if (all == 0 || dots(all, dot))
				return false;
			all = dot = 0;
			continue;
		}
		all++;
		dot += c == '.';
	}
	return !dots(all, dot);
}

void
return_split(struct bytes query, struct return_query *r)
{
	static const char	 name[] = "return=";
	const uint8_t		*p, *end, *amp;
	size_t			 n;

	n = sizeof(name) - 1;
	r->given = r->raw = false;
	r->value.data = query.data;
	r->value.len = 0;
	r->rest = query;
	end = query.data + query.len;
	for (p = query.data; p < end; p = amp + 1) {
		if ((size_t)(end - p) >= n && memcmp(p, name, n) == 0) {
			r->given = true;
			if ((size_t)(end - p) == n || p[n] != '/')
				return;
			r->raw = true;
			r->value.data = p + n;
			r->value.len = (size_t)(end - p) - n;
			r->rest.len = (size_t)(p - query.data);
			if (r->rest.len > 0)
				r->rest.len--;	/* the "&" before it */
			return;
		}
		if ((amp = memchr(p, '&', (size_t)(end - p))) == NULL)
			return;
	}
}

static bool
origin_is(const char *value, const char *origin)
{
	size_t	 n;

	n = strlen(origin);
	return n > 0 && strncmp(value, origin, n) == 0 &&
	    (value[n] == '\0' || value[n] == '/' || value[n] == '?' ||
	    value[n] == '#');
}

bool
return_allowed(const char *value, const char *public_url,
    const struct strings *origins)
{
	size_t	 i, len;

	len = strlen(value);
	if (len == 0 || len > LIMIT_RETURN_TO)
		return false;
	for (i = 0; i < len; i++)
		if (value[i] <= 0x20 || value[i] >= 0x7f || value[i] == '\\')
			return false;
	if (value[0] == '/')
		return value[1] != '/';
	if (origin_is(value, public_url))
		return true;
	for (i = 0; i < origins->count; i++)
		if (origin_is(value, origins->list[i]))
			return true;
	return false;
}
