/*
 * The words of SCIM filters and paths.  In http.  Pure: must never read
 * beyond the octets it was given, nor hand out text that is no UTF-8.
 */
#include <string.h>
#include <strings.h>

#include "common/encode.h"
#include "hfssod/http/scim_word.h"

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* ATTRNAME and URNs (RFC 7644 3.4.2.2), with the dots of "name.formatted". */
static bool
name_char(char c)
{
	return letter(c) || (c >= '0' && c <= '9') ||
	    (c != '\0' && strchr("-_$:.", c) != NULL);
}

static void
skip(struct scim_text *t, size_t n)
{
	t->at += n;
	t->len -= n;
}

bool
scim_space(struct scim_text *t)
{
	size_t	 n = 0;

	while (n < t->len && t->at[n] == ' ')
		n++;
	skip(t, n);
	return n > 0;
}

bool
scim_take(struct scim_text *t, char c)
{
	if (t->len == 0 || t->at[0] != c)
		return false;
	skip(t, 1);
	return true;
}

static struct scim_text
while_it_is(struct scim_text *t, bool (*is)(char))
{
	struct scim_text	 word = { t->at, 0 };

	while (word.len < t->len && is(t->at[word.len]))
		word.len++;
	skip(t, word.len);
	return word;
}

struct scim_text
scim_letters(struct scim_text *t)
{
	return while_it_is(t, letter);
}

struct scim_text
scim_attribute_text(struct scim_text *t)
{
	return while_it_is(t, name_char);
}

bool
scim_text_is(struct scim_text t, const char *word)
{
	return t.len == strlen(word) && strncasecmp(t.at, word, t.len) == 0;
}

/* Four hex digits; -1 if they are none. */
static int
four(const struct scim_text *t)
{
	int	 i, digit, value;

	if (t->len < 4)
		return -1;
	for (i = value = 0; i < 4; i++) {
		if ((digit = hex_digit(t->at[i])) == -1)
			return -1;
		value = value * 16 + digit;
	}
	return value;
}

/* What follows "\u", also the second half of a pair; 0 if malformed. */
static unsigned int
code_point(struct scim_text *t)
{
	int	 high, low;

	if ((high = four(t)) == -1)
		return 0;
	skip(t, 4);
	if (high < 0xd800 || high > 0xdfff)
		return (unsigned int)high;
	if (high > 0xdbff || !scim_take(t, '\\') || !scim_take(t, 'u') ||
	    (low = four(t)) < 0xdc00 || low > 0xdfff)
		return 0;
	skip(t, 4);
	return 0x10000 + ((unsigned int)(high - 0xd800) << 10) +
	    (unsigned int)(low - 0xdc00);
}

static char *
utf8_put(char *to, unsigned int c)
{
	if (c < 0x80)
		*to++ = (char)c;
	else if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
		*to++ = (char)(0x80 | (c & 0x3f));
	} else if (c < 0x10000) {
		*to++ = (char)(0xe0 | c >> 12);
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	} else {
		*to++ = (char)(0xf0 | c >> 18);
		*to++ = (char)(0x80 | (c >> 12 & 0x3f));
		*to++ = (char)(0x80 | (c >> 6 & 0x3f));
		*to++ = (char)(0x80 | (c & 0x3f));
	}
	return to;
}

/* What follows "\"; NULL if it is no escape. */
static char *
escape(struct scim_text *t, char *to)
{
	static const char	 from[] = "\"\\/bfnrt";
	static const char	 into[] = "\"\\/\b\f\n\r\t";
	const char		*found;
	unsigned int		 c;

	if (t->len == 0)
		return NULL;
	if (scim_take(t, 'u')) {
		if ((c = code_point(t)) == 0)
			return NULL;
		return utf8_put(to, c);
	}
	if (t->at[0] == '\0' || (found = strchr(from, t->at[0])) == NULL)
		return NULL;
	skip(t, 1);
	*to++ = into[found - from];
	return to;
}

/* Behind the first quote.  No escape is shorter than what it stands for. */
static bool
string(struct scim_pool *pool, struct scim_text *t, struct scim_word *w)
{
	const char	*end;
	char		*text, *to;

	for (end = t->at; end < t->at + t->len && *end != w->quote; end++)
		if (*end == '\\' && ++end == t->at + t->len)
			return false;
	text = to = scim_pool_string(pool, t->at, (size_t)(end - t->at));
	for (;;) {
		if (t->len == 0 || (unsigned char)t->at[0] < 0x20)
			return false;
		if (scim_take(t, w->quote))
			break;
		if (scim_take(t, '\\')) {
			if ((to = escape(t, to)) == NULL)
				return false;
			continue;
		}
		*to++ = t->at[0];
		skip(t, 1);
	}
	*to = '\0';
	w->text = text;
	return utf8_valid(text, (size_t)(to - text));
}

/* What is not ASCII is quoted, and not by a word processor's quotes. */
static bool
bare(char c)
{
	return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f &&
	    strchr("\"'\\()[]{},", c) == NULL;
}

bool
scim_word(struct scim_pool *pool, struct scim_text *t, struct scim_word *w)
{
	struct scim_text	 word;

	w->quote = '\0';
	if (t->len > 0 && (t->at[0] == '"' || t->at[0] == '\'')) {
		w->quote = t->at[0];
		skip(t, 1);
		return string(pool, t, w);
	}
	word = while_it_is(t, bare);
	w->text = scim_pool_string(pool, word.at, word.len);
	return word.len > 0 && utf8_valid(word.at, word.len);
}
