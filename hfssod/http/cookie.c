/*
 * The cookie parser of http.  It splits as RFC 6265 section 5.4 joins, and
 * refuses when it can't be sure which value is meant.  Pure: must never
 * guess.
 */
#include <stdint.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "hfssod/http/cookie.h"

#define LOGIN_NAME	8
#define LOGIN_VALUE	4096

/* The alphabet of base64url. */
static const bool	 alphabet[256] = {
	['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true,
	['-'] = true, ['_'] = true
};

static bool
value_valid(struct bytes v, size_t most)
{
	size_t	 i;

	if (v.len == 0 || v.len > most)
		return false;
	for (i = 0; i < v.len && alphabet[v.data[i]]; i++)
		;
	return i == v.len;
}

static bool
login_name_valid(struct bytes n)
{
	size_t	 i;

	if (n.len != LOGIN_NAME)
		return false;
	for (i = 0; i < n.len; i++)
		if (!((n.data[i] >= '0' && n.data[i] <= '9') ||
		    (n.data[i] >= 'a' && n.data[i] <= 'f')))
			return false;
	return true;
}

static bool
login_add(struct cookies *c, struct bytes name, struct bytes value)
{
	size_t	 i;

	if (!login_name_valid(name) || !value_valid(value, LOGIN_VALUE))
		return false;
	for (i = 0; i < c->count; i++)
		if (memcmp(c->login[i].name.data, name.data, name.len) == 0)
			return false;
	if (c->count < COOKIES_LOGIN) {
		c->login[c->count].name = name;
		c->login[c->count++].value = value;
	}
	return true;
}

/* One name=value; false if it is one of ours and not right. */
static bool
pair(struct cookies *c, struct bytes name, struct bytes value)
{
	static const size_t	 session = sizeof(SESSION_COOKIE) - 1;
	static const size_t	 login = sizeof(LOGIN_COOKIE_PREFIX) - 1;

	if (name.len < session || memcmp(name.data, SESSION_COOKIE,
	    session) != 0)
		return true;
	if (name.len == session) {
		if (c->session.len > 0 || !value_valid(value, LIMIT_TOKEN))
			return false;
		c->session = value;
		return true;
	}
	if (name.len < login || memcmp(name.data, LOGIN_COOKIE_PREFIX,
	    login) != 0)
		return true;
	name.data += login;
	name.len -= login;
	return login_add(c, name, value);
}

static struct bytes
trimmed(const uint8_t *p, const uint8_t *end)
{
	struct bytes	 b;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	b.data = p;
	b.len = (size_t)(end - p);
	return b;
}

bool
cookies_parse(struct bytes header, struct cookies *c)
{
	const uint8_t	*p, *end, *stop, *eq;

	c->session.data = NULL;
	c->session.len = c->count = 0;
	end = header.data + header.len;
	for (p = header.data; p < end; p = stop + 1) {
		stop = memchr(p, ';', (size_t)(end - p));
		if (stop == NULL)
			stop = end;
		eq = memchr(p, '=', (size_t)(stop - p));
		if (eq == NULL)
			continue;
		if (!pair(c, trimmed(p, eq), trimmed(eq + 1, stop))) {
			c->session.len = c->count = 0;
			return false;
		}
	}
	return true;
}

bool
cookies_of(const struct head *h, struct cookies *c)
{
	struct bytes	 value;

	c->session.data = NULL;
	c->session.len = c->count = 0;
	if (head_times(h, FIELD_COOKIE) == 0)
		return true;
	return head_once(h, FIELD_COOKIE, &value) && cookies_parse(value, c);
}
