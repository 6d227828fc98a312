/*
 * Reading X-Forwarded-* and X-Original-* in http.  Pure: must never take a
 * second reading of something that came twice.  That they come from a
 * proxy is the caller's to check.
 */
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/http/forwarded.h"
#include "hfssod/http/target.h"

#define PORT_HTTP	80
#define PORT_HTTPS	443
#define ADDRESS_TEXT	64

static bool
refuse(struct forwarded *f, const char *why)
{
	f->why = why;
	return false;
}

static bool
take_method(const struct head *h, enum field field, struct forwarded *f)
{
	struct bytes	 v;
	size_t		 i;

	if (!head_once(h, field, &v) || v.len == 0 || v.len > 32)
		return refuse(f, "forwarded method missing or repeated");
	for (i = 0; i < v.len; i++)
		if (!token_char(v.data[i]))
			return refuse(f, "malformed forwarded method");
	f->get = bytes_equal(v, "GET");
	f->safe = f->get || bytes_equal(v, "HEAD");
	return true;
}

static bool
take_uri(const struct head *h, enum field field, struct forwarded *f)
{
	const uint8_t	*mark;
	struct bytes	 v;
	unsigned int	 bad, high;
	size_t		 i;

	if (!head_once(h, field, &v))
		return refuse(f, "forwarded URI missing or repeated");
	if (v.len == 0 || v.len > LIMIT_REQUEST_LINE || v.data[0] != '/')
		return refuse(f, "malformed forwarded URI");
	for (i = bad = high = 0; i < v.len; i++) {
		bad |= v.data[i] <= 0x20 || v.data[i] == 0x7f ||
		    v.data[i] == '#';
		high |= v.data[i] >= 0x80;
	}
	if (bad)
		return refuse(f, "malformed forwarded URI");
	if (high && !utf8_plain(v.data, v.len))
		return refuse(f, "malformed forwarded URI");
	f->uri = f->path = v;
	mark = memchr(v.data, '?', v.len);
	if (mark != NULL)
		f->path.len = (size_t)(mark - v.data);
	f->plain = path_plain(f->path);
	return true;
}

static bool
take_host(const struct head *h, unsigned int port, struct forwarded *f)
{
	struct bytes	 v;

	if (!head_once(h, FIELD_X_FORWARDED_HOST, &v))
		return refuse(f, "X-Forwarded-Host missing or repeated");
	if (!host_normal(v, port, f->host))
		return refuse(f, "malformed X-Forwarded-Host");
	return true;
}

/* nginx names the host in Host; a second opinion must be the same. */
static bool
take_own_host(const struct head *h, unsigned int port, struct forwarded *f)
{
	struct bytes	 v;
	char		 other[HOST_TEXT];

	if (!host_normal(h->host, port, f->host))
		return refuse(f, "malformed Host");
	if (head_times(h, FIELD_X_FORWARDED_HOST) == 0)
		return true;
	if (!head_once(h, FIELD_X_FORWARDED_HOST, &v) ||
	    !host_normal(v, port, other) || strcmp(other, f->host) != 0)
		return refuse(f, "X-Forwarded-Host differs from Host");
	return true;
}

bool
forwarded_request(const struct head *h, bool https, struct forwarded *f)
{
	unsigned int	 port;

	f->why = NULL;
	f->https = https;
	port = https ? PORT_HTTPS : PORT_HTTP;
	if (head_times(h, FIELD_X_ORIGINAL_URI) == 0 &&
	    head_times(h, FIELD_X_ORIGINAL_METHOD) == 0)
		return take_method(h, FIELD_X_FORWARDED_METHOD, f) &&
		    take_uri(h, FIELD_X_FORWARDED_URI, f) &&
		    take_host(h, port, f);
	if (head_times(h, FIELD_X_FORWARDED_URI) > 0 ||
	    head_times(h, FIELD_X_FORWARDED_METHOD) > 0)
		return refuse(f, "both X-Original-* and X-Forwarded-*");
	return take_method(h, FIELD_X_ORIGINAL_METHOD, f) &&
	    take_uri(h, FIELD_X_ORIGINAL_URI, f) &&
	    take_own_host(h, port, f);
}

bool
forwarded_forward(const struct head *h, struct forwarded *f)
{
	struct bytes	 proto;

	f->why = NULL;
	if (!head_once(h, FIELD_X_FORWARDED_PROTO, &proto))
		return refuse(f, "X-Forwarded-Proto missing or repeated");
	f->https = bytes_are(proto, "https") || bytes_are(proto, "wss");
	if (!f->https && !bytes_are(proto, "http") && !bytes_are(proto, "ws"))
		return refuse(f, "malformed X-Forwarded-Proto");
	return take_method(h, FIELD_X_FORWARDED_METHOD, f) &&
	    take_uri(h, FIELD_X_FORWARDED_URI, f) &&
	    take_host(h, f->https ? PORT_HTTPS : PORT_HTTP, f);
}

bool
forwarded_proxy(const struct address *a, const struct network *proxies,
    size_t count)
{
	size_t	 i;

	for (i = 0; i < count; i++)
		if (network_has(&proxies[i], a))
			return true;
	return false;
}

static bool
element_parse(const uint8_t *p, const uint8_t *end, struct address *a)
{
	char	 text[ADDRESS_TEXT];
	size_t	 len;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	len = (size_t)(end - p);
	if (len == 0 || len >= sizeof(text))
		return false;
	memcpy(text, p, len);
	text[len] = '\0';
	return address_parse(text, a);
}

/*
 * Go through one header from its end.  True: *a is who it is, stop; else
 * every element was a proxy.
 */
static bool
last_of(struct bytes v, const struct network *proxies, size_t count,
    struct address *a)
{
	const uint8_t	*end, *p;
	struct address	 one;

	for (end = v.data + v.len;; end = p - 1) {
		for (p = end; p > v.data && p[-1] != ','; p--)
			;
		/* What can't be read ends the chain of trust. */
		if (!element_parse(p, end, &one))
			return true;
		*a = one;
		if (!forwarded_proxy(&one, proxies, count))
			return true;
		if (p == v.data)
			return false;
	}
}

struct address
forwarded_client(const struct head *h, const struct address *peer,
    const struct network *proxies, size_t count)
{
	struct address	 a;
	size_t		 i;

	a = *peer;
	if (head_times(h, FIELD_X_FORWARDED_FOR) == 0 ||
	    !forwarded_proxy(peer, proxies, count))
		return a;
	for (i = h->count; i-- > 0;)
		if (h->headers[i].field == FIELD_X_FORWARDED_FOR &&
		    last_of(h->headers[i].value, proxies, count, &a))
			break;
	return a;
}
