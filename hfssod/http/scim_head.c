/*
 * Header fields of API requests.  In http.  Pure: must never say what a
 * token means.
 */
#include <string.h>
#include <strings.h>

#include "hfssod/http/scim_head.h"

/* b64token (RFC 6750 2.1). */
static bool
token_octet(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("-._~+/=", c) !=
	    NULL);
}

bool
scim_head_bearer(const struct head *h, struct bytes *token, bool *shown)
{
	static const char	 scheme[] = "Bearer ";
	struct bytes		 v;
	size_t			 i, n = sizeof(scheme) - 1;

	*shown = head_times(h, FIELD_AUTHORIZATION) > 1;
	if (!head_once(h, FIELD_AUTHORIZATION, &v) || v.len < n ||
	    strncasecmp((const char *)v.data, scheme, n) != 0)
		return false;
	*shown = true;
	while (n < v.len && v.data[n] == ' ')
		n++;
	token->data = v.data + n;
	token->len = v.len - n;
	if (token->len == 0 || token->len > LIMIT_BEARER)
		return false;
	for (i = 0; i < token->len; i++)
		if (!token_octet(token->data[i]))
			return false;
	return true;
}

bool
scim_head_json(const struct head *h)
{
	struct bytes	 v;
	size_t		 i;

	if (!head_once(h, FIELD_CONTENT_TYPE, &v))
		return false;
	for (i = 0; i < v.len; i++)
		if (strchr("; \t", v.data[i]) != NULL)
			break;
	v.len = i;
	return bytes_are(v, "application/scim+json") ||
	    bytes_are(v, "application/json");
}

/* The octets between the quotes of a tag: is it a version of ours? */
static bool
version(const uint8_t *p, size_t len, int64_t *v)
{
	size_t	 i;

	if (len == 0 || len > 18 || (p[0] == '0' && len > 1))
		return false;
	for (i = 0, *v = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*v = *v * 10 + (p[i] - '0');
	}
	return true;
}

static const uint8_t *
blank(const uint8_t *p, const uint8_t *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* One entity tag, weak or not; NULL if it is none. */
static const uint8_t *
tag(const uint8_t *p, const uint8_t *end, struct scim_condition *c)
{
	const uint8_t	*quote;
	int64_t		 v;

	if (end - p > 2 && (memcmp(p, "W/", 2) == 0))
		p += 2;
	if (p == end || *p++ != '"' ||
	    (quote = memchr(p, '"', (size_t)(end - p))) == NULL)
		return NULL;
	if (version(p, (size_t)(quote - p), &v)) {
		if (c->count == SCIM_VERSIONS)
			return NULL;
		c->versions[c->count++] = v;
	}
	return quote + 1;
}

/* Add what one header says. */
static bool
add(struct bytes b, struct scim_condition *c)
{
	const uint8_t	*p = b.data, *end = b.data + b.len;

	c->given = true;
	for (;;) {
		p = blank(p, end);
		if (p < end && *p == '*') {
			c->any = true;
			p++;
		} else if (p == end || (p = tag(p, end, c)) == NULL)
			return false;
		p = blank(p, end);
		if (p == end)
			return true;
		if (*p++ != ',')
			return false;
	}
}

bool
scim_condition_parse(struct bytes b, struct scim_condition *c)
{
	memset(c, 0, sizeof(*c));
	return add(b, c);
}

bool
scim_head_condition(const struct head *h, enum field f,
    struct scim_condition *c)
{
	size_t	 i;

	memset(c, 0, sizeof(*c));
	if (head_times(h, f) == 0)
		return true;
	for (i = 0; i < h->count; i++)
		if (h->headers[i].field == f && !add(h->headers[i].value, c))
			return false;
	return true;
}
