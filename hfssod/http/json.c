/*
 * JSON, in http; pure.  Must never let two readers of one document see two
 * things: what is ambiguous is refused.  Must never take more memory than
 * in proportion to the octets, or time than in proportion to them and
 * LIMIT_SCIM_KEYS.
 */
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/http/json.h"

struct parser {
	const char		*at;
	const char		*end;
	struct scim_pool	*pool;
	const char		*wrong;	/* NULL as long as nothing is */
	unsigned int		 depth;
	size_t			 count;	/* of values */
};

static struct json	*value(struct parser *);

static bool
refuse(struct parser *p, const char *why)
{
	if (p->wrong == NULL)
		p->wrong = why;
	return false;
}

static void
blanks(struct parser *p)
{
	while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' ||
	    *p->at == '\t' || *p->at == '\r'))
		p->at++;
}

static bool
take(struct parser *p, char c)
{
	if (p->at == p->end || *p->at != c)
		return false;
	p->at++;
	return true;
}

/* --- strings ---------------------------------------------------------- */

/* Four hex digits; -1 if they are none. */
static int
unit(struct parser *p)
{
	int	 i, digit, n = 0;

	if (p->end - p->at < 4)
		return -1;
	for (i = 0; i < 4; i++) {
		if ((digit = hex_digit(*p->at++)) == -1)
			return -1;
		n = n << 4 | digit;
	}
	return n;
}

static char *
utf8_put(char *to, unsigned int c)
{
	if (c < 0x80)
		*to++ = (char)c;
	else if (c < 0x800)
		*to++ = (char)(0xc0 | c >> 6);
	else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
	}
	if (c >= 0x80)
		*to++ = (char)(0x80 | (c & 0x3f));
	return to;
}

/* What stands behind \u; the cursor is there. */
static bool
unicode(struct parser *p, char **to)
{
	int	 high, low;

	if ((high = unit(p)) <= 0 || (high >= 0xdc00 && high <= 0xdfff))
		return refuse(p, "an escape that is no character");
	if (high >= 0xd800 && high <= 0xdbff) {
		if (!take(p, '\\') || !take(p, 'u') || (low = unit(p)) == -1 ||
		    low < 0xdc00 || low > 0xdfff)
			return refuse(p, "half a surrogate pair");
		high = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	}
	*to = utf8_put(*to, (unsigned int)high);
	return true;
}

/* The text of a string that has escapes; it never gets longer. */
static bool
unescape(struct parser *p, const char *from, const char *end,
    const char **text, size_t *len)
{
	static const char	 names[] = "\"\\/bfnrt";
	static const char	 is[] = "\"\\/\b\f\n\r\t";
	const char		*after = p->at, *name;
	char			*out, *to;
	bool			 good = true;

	out = to = scim_pool_string(p->pool, from, (size_t)(end - from));
	for (p->at = from; good && p->at < end; ) {
		if (*p->at != '\\') {
			*to++ = *p->at++;
			continue;
		}
		p->at++;
		if (*p->at == 'u') {
			p->at++;
			good = unicode(p, &to);
		} else if ((name = memchr(names, *p->at, 8)) != NULL) {
			*to++ = is[name - names];
			p->at++;
		} else
			good = refuse(p, "an unknown escape");
	}
	*to = '\0';
	*text = out;
	*len = (size_t)(to - out);
	p->at = after;
	return good;
}

/* The cursor is behind the first quote. */
static bool
string(struct parser *p, const char **text, size_t *len)
{
	const char	*from = p->at;
	bool		 escaped = false, wide = false;

	for (; p->at < p->end && *p->at != '"'; p->at++) {
		if (*p->at == '\\') {
			escaped = true;
			if (++p->at == p->end)
				break;
		}
		wide |= (uint8_t)*p->at >= 0x80;
		if ((uint8_t)*p->at < 0x20)
			return refuse(p, "a control character in a string");
	}
	if (p->at == p->end)
		return refuse(p, "a string without end");
	*text = from;
	*len = (size_t)(p->at++ - from);
	if (wide && !utf8_valid(from, *len))
		return refuse(p, "bad UTF-8");
	return !escaped || unescape(p, from, from + *len, text, len);
}

/* --- the other values ------------------------------------------------- */

static size_t
digits(struct parser *p)
{
	const char	*from = p->at;

	while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
		p->at++;
	return (size_t)(p->at - from);
}

/* RFC 8259 section 6. */
static bool
number(struct parser *p, struct json *v)
{
	const char	*from = p->at;

	v->type = JSON_NUMBER;
	take(p, '-');
	if (!take(p, '0') && digits(p) == 0)
		return refuse(p, "no value where one belongs");
	if (take(p, '.') && digits(p) == 0)
		return refuse(p, "a malformed number");
	if (take(p, 'e') || take(p, 'E')) {
		if (!take(p, '+'))
			take(p, '-');
		if (digits(p) == 0)
			return refuse(p, "a malformed number");
	}
	v->text = from;
	v->len = (size_t)(p->at - from);
	return true;
}

static bool
word(struct parser *p, struct json *v)
{
	static const struct {
		const char	*name;
		enum json_type	 type;
	} words[] = {
		{ "null", JSON_NULL }, { "false", JSON_FALSE },
		{ "true", JSON_TRUE }
	};
	size_t	 i, len;

	for (i = 0; i < 3; i++) {
		len = strlen(words[i].name);
		if ((size_t)(p->end - p->at) >= len &&
		    memcmp(p->at, words[i].name, len) == 0) {
			p->at += len;
			v->type = words[i].type;
			return true;
		}
	}
	return number(p, v);
}

static bool
array(struct parser *p, struct json *v)
{
	struct json	**next = &v->child;

	v->type = JSON_ARRAY;
	blanks(p);
	if (take(p, ']'))
		return true;
	for (;;) {
		if ((*next = value(p)) == NULL)
			return false;
		next = &(*next)->next;
		v->count++;
		blanks(p);
		if (take(p, ']'))
			return true;
		if (!take(p, ','))
			return refuse(p, "an array without end");
	}
}

/* FNV-1a of what a name is in any case. */
static uint32_t
name_hash(const char *name, size_t len)
{
	uint32_t	 h = 2166136261u;
	size_t		 i;

	for (i = 0; i < len; i++) {
		h ^= (uint8_t)name[i] | ((uint8_t)name[i] >= 'A' &&
		    (uint8_t)name[i] <= 'Z' ? 0x20 : 0);
		h *= 16777619u;
	}
	return h;
}

static bool
same_name(const struct json *v, const char *name, size_t len)
{
	return v->key_len == len && strncasecmp(v->key, name, len) == 0;
}

/* A member: not one of those that came before. */
static struct json *
member(struct parser *p, const struct json *o, uint32_t *hashes)
{
	const struct json	*other;
	struct json		*v;
	const char		*name;
	size_t			 i, len;
	uint32_t		 h;

	blanks(p);
	if (!take(p, '"')) {
		refuse(p, "no name where one belongs");
		return NULL;
	}
	if (!string(p, &name, &len))
		return NULL;
	h = name_hash(name, len);
	for (i = 0, other = o->child; i < o->count; i++, other = other->next)
		if (hashes[i] == h && same_name(other, name, len)) {
			refuse(p, "a name twice in one object");
			return NULL;
		}
	if (o->count == LIMIT_SCIM_KEYS) {
		refuse(p, "an object with too many members");
		return NULL;
	}
	hashes[o->count] = h;
	blanks(p);
	if (!take(p, ':')) {
		refuse(p, "a name without a value");
		return NULL;
	}
	if ((v = value(p)) != NULL) {
		v->key = name;
		v->key_len = (unsigned int)len;
	}
	return v;
}

static bool
object(struct parser *p, struct json *v)
{
	uint32_t	 hashes[LIMIT_SCIM_KEYS];
	struct json	**next = &v->child;

	v->type = JSON_OBJECT;
	blanks(p);
	if (take(p, '}'))
		return true;
	for (;;) {
		if ((*next = member(p, v, hashes)) == NULL)
			return false;
		next = &(*next)->next;
		v->count++;
		blanks(p);
		if (take(p, '}'))
			return true;
		if (!take(p, ','))
			return refuse(p, "an object without end");
	}
}

static struct json *
value(struct parser *p)
{
	struct json	*v;
	bool		 good;

	if (++p->count > LIMIT_SCIM_JSON) {
		refuse(p, "too many values");
		return NULL;
	}
	v = scim_pool_alloc(p->pool, sizeof(*v));
	blanks(p);
	if (take(p, '"')) {
		v->type = JSON_STRING;
		return string(p, &v->text, &v->len) ? v : NULL;
	}
	if (p->at == p->end || (*p->at != '{' && *p->at != '['))
		return word(p, v) ? v : NULL;
	if (p->depth == LIMIT_SCIM_DEPTH) {
		refuse(p, "too many levels");
		return NULL;
	}
	p->depth++;
	good = *p->at++ == '{' ? object(p, v) : array(p, v);
	p->depth--;
	return good ? v : NULL;
}

struct json *
json_read(struct scim_pool *pool, const void *data, size_t len,
    const char **wrong)
{
	struct parser	 p = { .at = data, .end = (const char *)data + len,
	    .pool = pool };
	struct json	*v = NULL;

	if (len > LIMIT_SCIM_BODY)
		refuse(&p, "too much");
	else if (len == 0)
		refuse(&p, "nothing");
	else if ((v = value(&p)) != NULL) {
		blanks(&p);
		if (p.at != p.end)
			refuse(&p, "something behind it");
	}
	*wrong = p.wrong;
	return p.wrong == NULL ? v : NULL;
}

/* --- looking ---------------------------------------------------------- */

struct json *
json_member(const struct json *o, const char *name)
{
	struct json	*v;
	size_t		 len = strlen(name);

	if (o == NULL || o->type != JSON_OBJECT)
		return NULL;
	for (v = o->child; v != NULL; v = v->next)
		if (same_name(v, name, len))
			return v;
	return NULL;
}

bool
json_is(const struct json *v, const char *text)
{
	return v != NULL && v->type == JSON_STRING && v->len == strlen(text) &&
	    strncasecmp(v->text, text, v->len) == 0;
}

const char *
json_text(struct scim_pool *pool, const struct json *v)
{
	if (v == NULL || (v->type != JSON_STRING && v->type != JSON_NUMBER) ||
	    v->len == 0)
		return "";
	return scim_pool_string(pool, v->text, v->len);
}

/* --- writing ---------------------------------------------------------- */

static void
escape(struct buffer *b, uint8_t c)
{
	static const char	 names[] = "\"\\\b\f\n\r\t", is[] = "\"\\bfnrt";
	static const char	 hex[] = "0123456789abcdef";
	const char		*name;
	char			 out[6] = { '\\', 'u', '0', '0' };

	if (c != '\0' && (name = strchr(names, c)) != NULL) {
		out[1] = is[name - names];
		buffer_add(b, out, 2);
		return;
	}
	out[4] = hex[c >> 4];
	out[5] = hex[c & 15];
	buffer_add(b, out, 6);
}

/* What can't stand in a string as it is: controls, quote, backslash, DEL. */
static const bool	 escaped[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	['"'] = 1, ['\\'] = 1, [0x7f] = 1
};

void
json_escaped(struct buffer *b, const char *text, size_t len)
{
	size_t	 i, from;

	for (i = from = 0; i < len; i++)
		if (escaped[(uint8_t)text[i]]) {
			buffer_add(b, text + from, i - from);
			escape(b, (uint8_t)text[i]);
			from = i + 1;
		}
	buffer_add(b, text + from, len - from);
}

void
json_octets(struct buffer *b, const char *text, size_t len)
{
	/* Room for all of it at once, most have nothing to escape. */
	buffer_room(b, len + 2);
	buffer_add(b, "\"", 1);
	json_escaped(b, text, len);
	buffer_add(b, "\"", 1);
}

void
json_quoted(struct buffer *b, const char *text)
{
	json_octets(b, text, strlen(text));
}
