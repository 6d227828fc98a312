/*
 * Text encodings, strict.  http, verifier, policy, hfssoctl; pure.  Must
 * never accept two spellings of one value where a canonical one exists.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/log.h"

static const char standard[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static char *
encode(const uint8_t *in, size_t len, const char *alphabet, bool pad)
{
	char		*out, *p;
	size_t		 i;
	uint32_t	 v;

	if ((out = malloc(len / 3 * 4 + 5)) == NULL)
		fatal("malloc");
	for (i = 0, p = out; i + 2 < len; i += 3) {
		v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 |
		    in[i + 2];
		*p++ = alphabet[v >> 18];
		*p++ = alphabet[v >> 12 & 63];
		*p++ = alphabet[v >> 6 & 63];
		*p++ = alphabet[v & 63];
	}
	if (i < len) {
		v = (uint32_t)in[i] << 16;
		if (i + 1 < len)
			v |= (uint32_t)in[i + 1] << 8;
		*p++ = alphabet[v >> 18];
		*p++ = alphabet[v >> 12 & 63];
		if (i + 1 < len)
			*p++ = alphabet[v >> 6 & 63];
		else if (pad)
			*p++ = '=';
		if (pad)
			*p++ = '=';
	}
	*p = '\0';
	return out;
}

/* The value of each character, or -1; -2 for white space. */
static void
values(int8_t table[256], const char *alphabet, bool space)
{
	unsigned int	 i;

	memset(table, -1, 256);
	for (i = 0; i < 64; i++)
		table[(unsigned char)alphabet[i]] = (int8_t)i;
	if (space)
		table[' '] = table['\t'] = table['\r'] = table['\n'] = -2;
}

/*
 * Whole groups of four characters, for as long as there is nothing else:
 * nearly all of a long message.  How many characters were taken.
 */
static size_t
decode_groups(const int8_t *table, const char *in, size_t len, uint8_t *out)
{
	const unsigned char	*p = (const unsigned char *)in;
	size_t			 i;
	uint32_t		 v;
	int			 a, b, c, d;

	for (i = 0; len - i >= 4; i += 4, p += 4) {
		a = table[p[0]];
		b = table[p[1]];
		c = table[p[2]];
		d = table[p[3]];
		if ((a | b | c | d) < 0)
			break;
		v = (uint32_t)a << 18 | (uint32_t)b << 12 |
		    (uint32_t)c << 6 | (uint32_t)d;
		*out++ = v >> 16 & 0xff;
		*out++ = v >> 8 & 0xff;
		*out++ = v & 0xff;
	}
	return i;
}

static uint8_t *
decode(const char *in, size_t len, const char *alphabet, bool pad,
    size_t *outlen)
{
	int8_t		 table[256];
	uint8_t		*out;
	uint32_t	 acc = 0;
	size_t		 i, n = 0, count = 0, padding = 0, taken;
	int		 v;

	values(table, alphabet, pad);
	if ((out = malloc(len / 4 * 3 + 4)) == NULL)
		fatal("malloc");
	for (i = 0; i < len; i++) {
		if (count % 4 == 0 && padding == 0) {
			taken = decode_groups(table, in + i, len - i, out + n);
			count += taken;
			n += taken / 4 * 3;
			if ((i += taken) == len)
				break;
		}
		if (pad && in[i] == '=') {
			padding++;
			continue;
		}
		v = table[(unsigned char)in[i]];
		if (v == -2)
			continue;
		if (v == -1 || padding > 0)
			goto bad;
		acc = acc << 6 | (uint32_t)v;
		if (++count % 4 == 0) {
			out[n++] = acc >> 16 & 0xff;
			out[n++] = acc >> 8 & 0xff;
			out[n++] = acc & 0xff;
			acc = 0;
		}
	}
	if (count % 4 == 1 || (pad && padding != (4 - count % 4) % 4))
		goto bad;
	if (count % 4 == 2) {
		if (acc & 0xf)
			goto bad;
		out[n++] = acc >> 4 & 0xff;
	} else if (count % 4 == 3) {
		if (acc & 0x3)
			goto bad;
		out[n++] = acc >> 10 & 0xff;
		out[n++] = acc >> 2 & 0xff;
	}
	out[n] = '\0';
	*outlen = n;
	return out;
bad:
	freezero(out, len / 4 * 3 + 4);
	return NULL;
}

char *
base64_encode(const void *data, size_t len)
{
	return encode(data, len, standard, true);
}

uint8_t *
base64_decode(const char *text, size_t len, size_t *outlen)
{
	return decode(text, len, standard, true, outlen);
}

char *
base64url_encode(const void *data, size_t len)
{
	return encode(data, len, url, false);
}

uint8_t *
base64url_decode(const char *text, size_t len, size_t *outlen)
{
	return decode(text, len, url, false, outlen);
}

void
hex_encode(const void *data, size_t len, char *out)
{
	static const char	 digits[] = "0123456789abcdef";
	const uint8_t		*p = data;

	while (len-- > 0) {
		*out++ = digits[*p >> 4];
		*out++ = digits[*p++ & 15];
	}
	*out = '\0';
}

int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool
hex_decode(const char *text, uint8_t *out, size_t len)
{
	int	 hi, lo;

	while (len-- > 0) {
		if ((hi = hex_digit(*text)) == -1)
			return false;
		if ((lo = hex_digit(text[1])) == -1)
			return false;
		*out++ = (uint8_t)(hi << 4 | lo);
		text += 2;
	}
	return *text == '\0';
}

/* The character at p (RFC 3629 section 4) and its length; 0 if malformed. */
static size_t
utf8_next(const uint8_t *p, size_t len, uint32_t *c)
{
	static const uint32_t	 least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t			 n, i;

	if (p[0] < 0x80) {
		*c = p[0];
		return 1;
	}
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if ((p[0] & 0xf0) == 0xe0)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*c = p[0] & (0x7fu >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c <= 0xdfff))
		return 0;
	return n;
}

#define EACH(octet)	(0x0101010101010101u * (octet))

/*
 * Whether eight octets are ASCII without NUL and, if plain, without
 * control characters: with the high bits clear, a borrow reaches a high
 * bit only where an octet is smaller than what is taken away.
 */
static bool
ascii_eight(const uint8_t *p, bool plain)
{
	uint64_t	 v;

	memcpy(&v, p, sizeof(v));
	if ((v & EACH(0x80)) != 0 ||
	    ((v - EACH(plain ? 0x20u : 0x01u)) & EACH(0x80)) != 0)
		return false;
	return !plain || (((v ^ EACH(0x7fu)) - EACH(0x01u)) & EACH(0x80)) == 0;
}

static bool
utf8_check(const void *data, size_t len, bool plain)
{
	const uint8_t	*p = data;
	size_t		 n;
	uint32_t	 c;

	for (; len > 0; p += n, len -= n) {
		if (len >= 8 && ascii_eight(p, plain)) {
			n = 8;
			continue;
		}
		if ((n = utf8_next(p, len, &c)) == 0 || c == 0)
			return false;
		if (plain && (c < 0x20 || (c >= 0x7f && c < 0xa0)))
			return false;
	}
	return true;
}

bool
utf8_valid(const void *data, size_t len)
{
	return utf8_check(data, len, false);
}

bool
utf8_plain(const void *data, size_t len)
{
	return utf8_check(data, len, true);
}

size_t
utf8_fit(const char *text, size_t most)
{
	size_t	 len = strlen(text);

	if (len <= most)
		return len;
	for (len = most; len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80;)
		len--;
	return len;
}

void
utf8_copy(char *to, const char *text, size_t size)
{
	size_t	 len = utf8_fit(text, size - 1);

	memcpy(to, text, len);
	to[len] = '\0';
}

char *
percent_encode(const char *text, const char *also)
{
	static const char	 digits[] = "0123456789ABCDEF";
	static const char	 unreserved[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789-._~";
	const unsigned char	*p;
	char			*out, *q;

	if ((out = malloc(strlen(text) * 3 + 1)) == NULL)
		fatal("malloc");
	for (p = (const unsigned char *)text, q = out; *p != '\0'; p++) {
		if (strchr(unreserved, *p) != NULL || strchr(also, *p) != NULL)
			*q++ = (char)*p;
		else {
			*q++ = '%';
			*q++ = digits[*p >> 4];
			*q++ = digits[*p & 15];
		}
	}
	*q = '\0';
	return out;
}

bool
equal_secret(const void *a, size_t alen, const void *b, size_t blen)
{
	const volatile uint8_t	*p = a, *q = b;
	unsigned int		 differ = 0;
	size_t			 i;

	if (alen != blen)
		return false;
	for (i = 0; i < alen; i++)
		differ |= p[i] ^ q[i];
	return differ == 0;
}
