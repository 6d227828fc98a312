/*
 * Identity headers of http, as cheap as can be: they are written for every
 * request to a hub.  Pure.  Must never leave one out.
 */
#include <string.h>

#include "common/role.h"
#include "hfssod/http/identity.h"

static uint8_t *
encode(uint8_t *to, const char *s, size_t len)
{
	static const char	 hex[] = "0123456789ABCDEF";
	uint8_t			 c;
	size_t			 i;

	/* Mostly nothing needs it. */
	for (i = 0; i < len && s[i] > 0x20 && s[i] < 0x7f && s[i] != '%'; i++)
		;
	memcpy(to, s, i);
	for (to += i; i < len; i++) {
		c = (uint8_t)s[i];
		if ((c > 0x20 && c < 0x7f && c != '%') ||
		    (c == 0x20 && i > 0 && i + 1 < len)) {
			*to++ = c;
			continue;
		}
		*to++ = '%';
		*to++ = (uint8_t)hex[c >> 4];
		*to++ = (uint8_t)hex[c & 15];
	}
	return to;
}

static void
put(struct buffer *b, const struct header_names *names,
    enum identity_header which, const char *value)
{
	size_t	 len, name;
	uint8_t	*start, *p;

	len = strlen(value);
	name = names->name[which].len;
	p = start = buffer_room(b, name + 3 * len + 2);
	memcpy(p, names->name[which].text, name);
	p = encode(p + name, value, len);
	*p++ = '\r';
	*p++ = '\n';
	buffer_grew(b, (size_t)(p - start));
}

static void
put_expires(struct buffer *b, const struct header_names *names, int64_t when)
{
	const char	*text = names->name[HEADER_EXPIRES].text;

	buffer_add(b, text, names->name[HEADER_EXPIRES].len);
	if (when > 0)
		buffer_number(b, (uint64_t)when);
	buffer_add(b, "\r\n", 2);
}

static void
put_groups(struct buffer *b, const struct header_names *names,
    const struct strings *groups, uint32_t most)
{
	size_t	 i, len, sum;
	uint8_t	*start, *p;

	buffer_add(b, names->name[HEADER_GROUPS].text,
	    names->name[HEADER_GROUPS].len);
	for (i = sum = 0; i < groups->count; i++) {
		len = strlen(groups->list[i]);
		p = start = buffer_room(b, 3 * len + 1);
		if (i > 0)
			*p++ = ',';
		p = encode(p, groups->list[i], len);
		sum += (size_t)(p - start);
		if (sum > most)
			break;
		buffer_grew(b, (size_t)(p - start));
	}
	buffer_add(b, "\r\n", 2);
	put(b, names, HEADER_TRUNCATED, i < groups->count ? "1" : "");
}

void
identity_headers(struct buffer *b, const struct header_names *names,
    const struct access_answer *a, uint32_t most)
{
	put(b, names, HEADER_USER, a->name);
	put(b, names, HEADER_EMAIL, a->email);
	put(b, names, HEADER_NAME, a->display_name);
	put_groups(b, names, &a->groups, most);
	put(b, names, HEADER_ACCOUNT, a->account);
	put(b, names, HEADER_ORGANIZATION, a->organization);
	put(b, names, HEADER_ROLE, role_name(a->role));
	put(b, names, HEADER_SESSION, a->session);
	put_expires(b, names, a->expires);
}
