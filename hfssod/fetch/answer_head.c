/*
 * The head of an answer (RFC 9110, RFC 9112).  fetch; pure.  Must never
 * let through a field that frames the body in a way not fully understood.
 */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "hfssod/fetch/answer.h"

#define AGE_MOST	(10LL * 365 * 86400)

typedef const char	*field_fn(struct answer_head *, struct bytes);

/* Octets of a token (RFC 9110 5.6.2). */
static bool
token_octet(uint8_t c)
{
	return isalnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static bool
is_token(struct bytes b)
{
	size_t	 i;

	for (i = 0; i < b.len; i++) {
		if (!token_octet(b.data[i]))
			return false;
	}
	return b.len > 0;
}

static bool
same(struct bytes b, const char *text)
{
	return b.len == strlen(text) &&
	    strncasecmp((const char *)b.data, text, b.len) == 0;
}

static struct bytes
trimmed(struct bytes b)
{
	while (b.len > 0 && (*b.data == ' ' || *b.data == '\t')) {
		b.data++;
		b.len--;
	}
	while (b.len > 0 && (b.data[b.len - 1] == ' ' ||
	    b.data[b.len - 1] == '\t'))
		b.len--;
	return b;
}

/* What stands before that octet, trimmed; the rest remains. */
static struct bytes
cut(struct bytes *rest, uint8_t at)
{
	struct bytes	 one = *rest;
	const uint8_t	*p = memchr(rest->data, at, rest->len);

	if (p != NULL)
		one.len = (size_t)(p - rest->data);
	rest->data += one.len + (p == NULL ? 0 : 1);
	rest->len -= one.len + (p == NULL ? 0 : 1);
	return trimmed(one);
}

/* Decimal digits and nothing else; at most 15 of them. */
static bool
number(struct bytes b, uint64_t *n)
{
	size_t	 i;

	for (i = 0, *n = 0; i < b.len; i++) {
		if (b.data[i] < '0' || b.data[i] > '9')
			return false;
		*n = *n * 10 + (uint64_t)(b.data[i] - '0');
	}
	return b.len > 0 && b.len <= 15;
}

static const char *
content_length(struct answer_head *h, struct bytes v)
{
	h->has_length = true;
	return number(v, &h->length) ? NULL : "malformed Content-Length";
}

static const char *
transfer_encoding(struct answer_head *h, struct bytes v)
{
	h->chunked = true;
	return same(v, "chunked") ? NULL : "unknown Transfer-Encoding";
}

static const char *
content_encoding(struct answer_head *h, struct bytes v)
{
	(void)h;
	return v.len == 0 || same(v, "identity") ? NULL :
	    "Content-Encoding that was not asked for";
}

static const char *
connection(struct answer_head *h, struct bytes v)
{
	while (v.len > 0) {
		if (same(cut(&v, ','), "close"))
			h->close = true;
	}
	return NULL;
}

static const char *
content_type(struct answer_head *h, struct bytes v)
{
	struct bytes	 type = cut(&v, ';'), one = type, two;
	const uint8_t	*slash;
	size_t		 i;

	if (type.len == 0)
		return NULL;
	if ((slash = memchr(type.data, '/', type.len)) == NULL)
		return "malformed Content-Type";
	one.len = (size_t)(slash - type.data);
	two.data = slash + 1;
	two.len = type.len - one.len - 1;
	if (type.len >= sizeof(h->type) || !is_token(one) || !is_token(two))
		return "malformed Content-Type";
	for (i = 0; i < type.len; i++)
		h->type[i] = (char)tolower(type.data[i]);
	h->type[i] = '\0';
	return NULL;
}

/* One that could not be said back as it came is none. */
static const char *
etag(struct answer_head *h, struct bytes v)
{
	struct bytes	 tag = v;
	size_t		 i;

	if (tag.len > 2 && memcmp(tag.data, "W/", 2) == 0) {
		tag.data += 2;
		tag.len -= 2;
	}
	if (v.len >= sizeof(h->etag) || tag.len < 2 || tag.data[0] != '"' ||
	    tag.data[tag.len - 1] != '"')
		return NULL;
	for (i = 1; i < tag.len - 1; i++) {
		if (tag.data[i] <= 0x20 || tag.data[i] >= 0x7f ||
		    tag.data[i] == '"')
			return NULL;
	}
	memcpy(h->etag, v.data, v.len);
	h->etag[v.len] = '\0';
	return NULL;
}

static const char *
location(struct answer_head *h, struct bytes v)
{
	if (v.len >= sizeof(h->location))
		return "Location is too long";
	memcpy(h->location, v.data, v.len);
	h->location[v.len] = '\0';
	return NULL;
}

/* The shortest life that any directive gives (RFC 9111 5.2.2). */
static const char *
cache_control(struct answer_head *h, struct bytes v)
{
	struct bytes	 value, name;
	uint64_t	 n;
	int64_t		 age;

	while (v.len > 0) {
		value = cut(&v, ',');
		name = cut(&value, '=');
		if (value.len > 2 && value.data[0] == '"' &&
		    value.data[value.len - 1] == '"') {
			value.data++;
			value.len -= 2;
		}
		if (same(name, "no-store") || same(name, "no-cache"))
			age = 0;
		else if (same(name, "max-age") && number(value, &n))
			age = n > AGE_MOST ? AGE_MOST : (int64_t)n;
		else
			continue;
		if (h->max_age == -1 || age < h->max_age)
			h->max_age = age;
	}
	return NULL;
}

static const struct {
	const char	*name;
	field_fn	*fn;
	bool		 once;
} fields[] = {
	{ "content-length",	content_length,		true },
	{ "transfer-encoding",	transfer_encoding,	true },
	{ "content-encoding",	content_encoding,	false },
	{ "connection",		connection,		false },
	{ "content-type",	content_type,		true },
	{ "etag",		etag,			true },
	{ "location",		location,		true },
	{ "cache-control",	cache_control,		false }
};

static const char *
field(struct answer_head *h, struct bytes name, struct bytes value)
{
	size_t	 i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!same(name, fields[i].name))
			continue;
		if (fields[i].once && (h->seen & 1u << i) != 0)
			return "a header field is repeated";
		h->seen |= 1u << i;
		return fields[i].fn(h, value);
	}
	return NULL;
}

/* A line without its CRLF. */
static const char *
line(struct answer_head *h, struct bytes text)
{
	const uint8_t	*colon = memchr(text.data, ':', text.len);
	struct bytes	 name = text, value = text;
	size_t		 i;

	if (colon == NULL)
		return "header line without a colon";
	name.len = (size_t)(colon - text.data);
	value.data = colon + 1;
	value.len = text.len - name.len - 1;
	/* Folded lines and white space before the colon as well. */
	if (!is_token(name))
		return "malformed header name";
	for (i = 0; i < value.len; i++) {
		if ((value.data[i] < 0x20 && value.data[i] != '\t') ||
		    value.data[i] == 0x7f)
			return "control character in a header";
	}
	return field(h, name, trimmed(value));
}

static const char *
status_line(struct answer_head *h, struct bytes text)
{
	const uint8_t	*p = text.data;
	size_t		 i;

	if (text.len < 12 || memcmp(p, "HTTP/1.", 7) != 0 ||
	    (p[7] != '0' && p[7] != '1') || p[8] != ' ')
		return "not HTTP/1.1";
	h->http10 = h->close = p[7] == '0';
	for (i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9')
			return "malformed status";
		h->status = h->status * 10 + (unsigned int)(p[i] - '0');
	}
	if (h->status < 100 || h->status > 599 ||
	    (text.len > 12 && p[12] != ' '))
		return "malformed status";
	for (i = 12; i < text.len; i++) {
		if ((p[i] < 0x20 && p[i] != '\t') || p[i] == 0x7f)
			return "control character in the status line";
	}
	return NULL;
}

const char *
answer_head_parse(struct answer_head *h, const uint8_t *p, size_t len)
{
	struct bytes	 rest = { p, len }, text;
	const uint8_t	*end;
	const char	*why;
	unsigned int	 count = 0;

	memset(h, 0, sizeof(*h));
	h->max_age = -1;
	for (;; count++) {
		end = memmem(rest.data, rest.len, "\r\n", 2);
		if (end == NULL)
			return "head without an end";
		text.data = rest.data;
		text.len = (size_t)(end - rest.data);
		rest.data += text.len + 2;
		rest.len -= text.len + 2;
		if (text.len == 0 && count > 0)
			break;
		if (count > LIMIT_HEADERS)
			return "too many header fields";
		if ((why = count == 0 ? status_line(h, text) :
		    line(h, text)) != NULL)
			return why;
	}
	if (rest.len != 0)
		return "malformed head";
	if (h->chunked && (h->has_length || h->http10))
		return "Transfer-Encoding beside Content-Length or HTTP/1.0";
	return NULL;
}
