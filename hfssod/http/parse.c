/*
 * The request head parser of http (RFC 9112 sections 2, 3, 5, 6).  It
 * refuses whatever two parsers could read in two ways.  Pure: must never
 * read or write anything but its arguments, nor allocate.
 */
#include <string.h>
#include <strings.h>

#include "hfssod/http/host.h"
#include "hfssod/http/parse.h"

static const struct {
	const char	*name;
	size_t		 len;
} fields[FIELD_MAX] = {
#define FIELD(f, n)	[f] = { n, sizeof(n) - 1 }
	FIELD(FIELD_HOST, "host"),
	FIELD(FIELD_COOKIE, "cookie"),
	FIELD(FIELD_ACCEPT, "accept"),
	FIELD(FIELD_AUTHORIZATION, "authorization"),
	FIELD(FIELD_EXPECT, "expect"),
	FIELD(FIELD_IF_MATCH, "if-match"),
	FIELD(FIELD_IF_NONE_MATCH, "if-none-match"),
	FIELD(FIELD_CONNECTION, "connection"),
	FIELD(FIELD_CONTENT_TYPE, "content-type"),
	FIELD(FIELD_CONTENT_LENGTH, "content-length"),
	FIELD(FIELD_TRANSFER_ENCODING, "transfer-encoding"),
	FIELD(FIELD_SEC_FETCH_MODE, "sec-fetch-mode"),
	FIELD(FIELD_X_REQUESTED_WITH, "x-requested-with"),
	FIELD(FIELD_X_ORIGINAL_URI, "x-original-uri"),
	FIELD(FIELD_X_ORIGINAL_METHOD, "x-original-method"),
	FIELD(FIELD_X_FORWARDED_FOR, "x-forwarded-for"),
	FIELD(FIELD_X_FORWARDED_URI, "x-forwarded-uri"),
	FIELD(FIELD_X_FORWARDED_HOST, "x-forwarded-host"),
	FIELD(FIELD_X_FORWARDED_PROTO, "x-forwarded-proto"),
	FIELD(FIELD_X_FORWARDED_METHOD, "x-forwarded-method")
#undef FIELD
};

static const char *methods[METHOD_OTHER] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS"
};

/* What an octet may be part of: 1 a token, 2 a field value, 4 a target. */
#define T	1
#define V	2
#define R	4
static const uint8_t classes[256] = {
	['\t'] = V, [' '] = V,
	['!'] = T|V|R, ['"'] = V, ['#'] = T|V, ['$'] = T|V|R,
	['%'] = T|V|R, ['&'] = T|V|R, ['\''] = T|V|R, ['('] = V|R,
	[')'] = V|R, ['*'] = T|V|R, ['+'] = T|V|R, [','] = V|R,
	['-'] = T|V|R, ['.'] = T|V|R, ['/'] = V|R,
	['0' ... '9'] = T|V|R, [':'] = V|R, [';'] = V|R, ['<'] = V,
	['='] = V|R, ['>'] = V, ['?'] = V|R, ['@'] = V|R,
	['A' ... 'Z'] = T|V|R, ['['] = V|R, ['\\'] = V, [']'] = V|R,
	['^'] = T|V, ['_'] = T|V|R, ['`'] = T|V,
	['a' ... 'z'] = T|V|R, ['{'] = V|R, ['|'] = T|V|R, ['}'] = V|R,
	['~'] = T|V|R,
	[0x80 ... 0xff] = V
};

bool
token_char(uint8_t c)
{
	return (classes[c] & T) != 0;
}

bool
bytes_are(struct bytes b, const char *text)
{
	return b.len == strlen(text) &&
	    strncasecmp((const char *)b.data, text, b.len) == 0;
}

bool
bytes_equal(struct bytes b, const char *text)
{
	return b.len == strlen(text) && memcmp(b.data, text, b.len) == 0;
}

static enum parse
bad(struct head *h, int status, const char *why)
{
	h->status = status;
	h->why = why;
	return PARSE_BAD;
}

/*
 * Find the empty line.  Looks at line ends only, each once however slowly
 * they come; *seen is where the line begins that has no end yet.
 */
static enum parse
find_end(struct head *h, const uint8_t *p, size_t len, size_t *seen)
{
	const uint8_t	*lf;
	size_t		 line, at;
	bool		 first;

	for (line = *seen;; line = *seen = at + 1) {
		first = line == 0 || (line == 2 && memcmp(p, "\r\n", 2) == 0);
		lf = memchr(p + line, '\n', len - line);
		at = lf == NULL ? len : (size_t)(lf - p);
		if (at - line > LIMIT_REQUEST_LINE + 1 && first)
			return bad(h, 414, "request line too long");
		if (at - line > LIMIT_HEADER_LINE + 1)
			return bad(h, 431, "header line too long");
		if (at > LIMIT_REQUEST_LINE + LIMIT_HEADERS_BYTES)
			return bad(h, 431, "header too long");
		if (lf == NULL)
			return PARSE_MORE;
		if (at == line || p[at - 1] != '\r')
			return bad(h, 400, "line end without CR");
		/* One empty line may come before a request (RFC 9112 2.2). */
		if (at == line + 1 && line != 0) {
			if (first)
				return bad(h, 400, "empty lines");
			h->size = at + 1;
			return PARSE_DONE;
		}
	}
}

/* http://HOST/path?query: the host must be that of Host. */
static enum parse
absolute_form(struct head *h, struct bytes *target)
{
	struct bytes	 rest, host;
	size_t		 skip;

	rest = *target;
	if (rest.len > 7 && strncasecmp((const char *)rest.data, "http://",
	    7) == 0)
		skip = 7;
	else if (rest.len > 8 && strncasecmp((const char *)rest.data,
	    "https://", 8) == 0)
		skip = 8;
	else
		return bad(h, 400, "target is not a path");
	host.data = rest.data + skip;
	for (host.len = 0; skip + host.len < rest.len; host.len++)
		if (strchr("/?", host.data[host.len]) != NULL)
			break;
	if (host.len != h->host.len || strncasecmp((const char *)host.data,
	    (const char *)h->host.data, host.len) != 0)
		return bad(h, 400, "target has another host");
	target->data = host.data + host.len;
	target->len = rest.len - skip - host.len;
	if (target->len == 0 || target->data[0] != '/')
		return bad(h, 400, "target without a path");
	return PARSE_DONE;
}

/* Once the host is known: path and query. */
static enum parse
split_target(struct head *h, struct bytes target)
{
	const uint8_t	*mark;

	if (target.data[0] != '/' && absolute_form(h, &target) == PARSE_BAD)
		return PARSE_BAD;
	h->path = target;
	mark = memchr(target.data, '?', target.len);
	h->query.data = target.data + target.len;
	h->query.len = 0;
	if (mark != NULL) {
		h->path.len = (size_t)(mark - target.data);
		h->query.data = mark + 1;
		h->query.len = target.len - h->path.len - 1;
	}
	return PARSE_DONE;
}

static enum method
method_find(struct bytes name)
{
	unsigned int	 i;

	for (i = 0; i < METHOD_OTHER; i++)
		if (bytes_equal(name, methods[i]))
			return (enum method)i;
	return METHOD_OTHER;
}

/* The request line without its CRLF; *target is what stood in it. */
static enum parse
request_line(struct head *h, const uint8_t *p, const uint8_t *end,
    struct bytes *target)
{
	h->method_name.data = p;
	while (p < end && classes[*p] & T)
		p++;
	h->method_name.len = (size_t)(p - h->method_name.data);
	if (h->method_name.len == 0 || h->method_name.len > 32)
		return bad(h, 400, "malformed method");
	if (p == end || *p++ != ' ')
		return bad(h, 400, "no space after method");
	target->data = p;
	while (p < end && classes[*p] & R)
		p++;
	target->len = (size_t)(p - target->data);
	if (target->len == 0 || p == end || *p++ != ' ')
		return bad(h, 400, "malformed target");
	if (end - p != 8 || memcmp(p, "HTTP/", 5) != 0 || p[6] != '.' ||
	    p[5] < '0' || p[5] > '9' || p[7] < '0' || p[7] > '9')
		return bad(h, 400, "malformed version");
	if (p[5] != '1' || p[7] > '1')
		return bad(h, 505, "version is not 1.0 or 1.1");
	h->http10 = p[7] == '0';
	h->close = h->http10;
	h->method = method_find(h->method_name);
	return PARSE_DONE;
}

static enum field
field_find(struct bytes name)
{
	unsigned int	 i;

	/* All begin with a letter: no call for most of those that are not. */
	for (i = 0; i < FIELD_MAX; i++)
		if (fields[i].len == name.len &&
		    (name.data[0] | 0x20) == fields[i].name[0] &&
		    strncasecmp(fields[i].name, (const char *)name.data,
		    name.len) == 0)
			break;
	return (enum field)i;
}

/*
 * Skip what may be in a field value; most of a head is that, so eight
 * octets are looked at together.  The carries of the subtraction can only
 * make one look closer.
 */
static const uint8_t *
skip_value(const uint8_t *p, const uint8_t *end)
{
	static const uint64_t	 ones = 0x0101010101010101;
	uint64_t		 x, y, low, del;

	for (; end - p >= 8; p += 8) {
		memcpy(&x, p, 8);
		y = x ^ (ones * 0x7f);
		low = (x - ones * 0x20) & ~x;
		del = (y - ones) & ~y;
		if ((low | del) & (ones * 0x80))
			break;
	}
	while (p < end && classes[*p] & V)
		p++;
	return p;
}

/*
 * One header line, of octets that end with CRLF; *next is where the one
 * after it begins.
 */
static enum parse
header_line(struct head *h, const uint8_t *p, const uint8_t *end,
    const uint8_t **next)
{
	struct header	*v;

	if (h->count == LIMIT_HEADERS)
		return bad(h, 431, "too many headers");
	v = &h->headers[h->count];
	v->name.data = p;
	while (p < end && classes[*p] & T)
		p++;
	v->name.len = (size_t)(p - v->name.data);
	/* Covers obs-fold and white space before the colon as well. */
	if (v->name.len == 0 || p == end || *p++ != ':')
		return bad(h, 400, "malformed header name");
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	v->value.data = p;
	p = skip_value(p, end);
	if (end - p < 2 || p[0] != '\r' || p[1] != '\n')
		return bad(h, 400, "control character in a header");
	*next = p + 2;
	while (p > v->value.data && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	v->value.len = (size_t)(p - v->value.data);
	v->field = field_find(v->name);
	if (v->field != FIELD_MAX && h->times[v->field]++ == 0)
		h->first[v->field] = (uint8_t)h->count;
	h->count++;
	return PARSE_DONE;
}

static enum parse
check_length(struct head *h)
{
	struct bytes	 v;
	uint64_t	 n;
	size_t		 i;

	if (h->times[FIELD_CONTENT_LENGTH] > 1)
		return bad(h, 400, "repeated Content-Length");
	v = h->headers[h->first[FIELD_CONTENT_LENGTH]].value;
	if (v.len == 0 || v.len > 15)
		return bad(h, 400, "malformed Content-Length");
	for (i = 0, n = 0; i < v.len; i++) {
		if (v.data[i] < '0' || v.data[i] > '9')
			return bad(h, 400, "malformed Content-Length");
		n = n * 10 + (uint64_t)(v.data[i] - '0');
	}
	h->length = n;
	return PARSE_DONE;
}

/* How the body is framed (RFC 9112 6.3): no two ways, ever. */
static enum parse
check_framing(struct head *h)
{
	if (h->times[FIELD_TRANSFER_ENCODING] == 0) {
		if (h->times[FIELD_CONTENT_LENGTH] == 0)
			return PARSE_DONE;
		return check_length(h);
	}
	if (h->times[FIELD_CONTENT_LENGTH] > 0)
		return bad(h, 400, "Content-Length and Transfer-Encoding");
	if (h->http10)
		return bad(h, 400, "Transfer-Encoding in HTTP/1.0");
	if (h->times[FIELD_TRANSFER_ENCODING] > 1 ||
	    !bytes_are(h->headers[h->first[FIELD_TRANSFER_ENCODING]].value,
	    "chunked"))
		return bad(h, 501, "unknown Transfer-Encoding");
	h->chunked = true;
	return PARSE_DONE;
}

/* Whether a list of tokens (RFC 9110 5.6.1) has that one. */
static bool
list_has(struct bytes list, const char *token)
{
	struct bytes	 one;
	size_t		 at, end;

	for (at = 0; at < list.len; at = end + 1) {
		for (end = at; end < list.len && list.data[end] != ','; end++)
			;
		one.data = list.data + at;
		one.len = end - at;
		while (one.len > 0 && (*one.data == ' ' || *one.data == '\t')) {
			one.data++;
			one.len--;
		}
		while (one.len > 0 && (one.data[one.len - 1] == ' ' ||
		    one.data[one.len - 1] == '\t'))
			one.len--;
		if (bytes_are(one, token))
			return true;
	}
	return false;
}

static enum parse
check_headers(struct head *h)
{
	struct bytes	 expect;
	size_t		 i;

	if (h->times[FIELD_HOST] != 1)
		return bad(h, 400, "missing or repeated Host");
	h->host = h->headers[h->first[FIELD_HOST]].value;
	if (!host_valid(h->host))
		return bad(h, 400, "malformed Host");
	if (h->times[FIELD_CONNECTION] > 0)
		for (i = 0; i < h->count; i++)
			if (h->headers[i].field == FIELD_CONNECTION &&
			    list_has(h->headers[i].value, "close"))
				h->close = true;
	if (h->times[FIELD_EXPECT] > 0) {
		if (!head_once(h, FIELD_EXPECT, &expect) ||
		    !bytes_are(expect, "100-continue"))
			return bad(h, 417, "unknown Expect");
		h->expect = !h->http10;
	}
	return check_framing(h);
}

enum parse
head_parse(struct head *h, const void *data, size_t len, size_t *seen)
{
	const uint8_t	*p, *end, *lf;
	struct bytes	 target;
	enum parse	 r;

	h->status = 0;
	if ((r = find_end(h, data, len, seen)) != PARSE_DONE)
		return r;
	h->count = 0;
	h->chunked = h->expect = false;
	h->length = 0;
	memset(h->times, 0, sizeof(h->times));
	p = data;
	end = p + h->size - 2;
	if (p[0] == '\r' && p[1] == '\n')
		p += 2;
	lf = memchr(p, '\n', (size_t)(end - p));
	if (lf == NULL)
		return bad(h, 400, "no request line");
	if (request_line(h, p, lf - 1, &target) == PARSE_BAD)
		return PARSE_BAD;
	for (p = lf + 1; p < end;)
		if (header_line(h, p, end, &p) == PARSE_BAD)
			return PARSE_BAD;
	if (check_headers(h) == PARSE_BAD)
		return PARSE_BAD;
	return split_target(h, target);
}

bool
head_once(const struct head *h, enum field f, struct bytes *value)
{
	if (h->times[f] != 1)
		return false;
	*value = h->headers[h->first[f]].value;
	return true;
}

unsigned int
head_times(const struct head *h, enum field f)
{
	return h->times[f];
}
