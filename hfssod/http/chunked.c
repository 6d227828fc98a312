/*
 * The chunked decoder of http.  Extensions and trailers mean nothing to
 * us and have been used to smuggle: refused.  Pure: must never allocate.
 */
#include <stdbool.h>
#include <string.h>

#include "common/encode.h"
#include "hfssod/http/chunked.h"

enum state {
	STATE_SIZE,		/* hex digits of a size */
	STATE_SIZE_LF,
	STATE_DATA,
	STATE_DATA_CR,
	STATE_DATA_LF,
	STATE_END_CR,		/* after the last chunk: no trailers */
	STATE_END_LF,
	STATE_DONE
};

#define DIGITS_MOST	8

static bool
size_octet(struct chunked *c, uint8_t octet)
{
	int	 digit;

	if (octet == '\r' && c->digits > 0) {
		c->state = STATE_SIZE_LF;
		return true;
	}
	if ((digit = hex_digit((char)octet)) == -1 || c->digits == DIGITS_MOST)
		return false;
	c->digits++;
	c->left = c->left * 16 + (uint64_t)digit;
	return true;
}

/* One octet that is not data; false if it may not stand here. */
static bool
step(struct chunked *c, uint8_t octet)
{
	static const struct {
		uint8_t	 octet;
		int	 next;
	} steps[STATE_DONE] = {
		[STATE_DATA_CR] = { '\r', STATE_DATA_LF },
		[STATE_DATA_LF] = { '\n', STATE_SIZE },
		[STATE_END_CR] = { '\r', STATE_END_LF },
		[STATE_END_LF] = { '\n', STATE_DONE }
	};

	if (c->state == STATE_SIZE)
		return size_octet(c, octet);
	if (c->state == STATE_SIZE_LF) {
		c->digits = 0;
		c->state = c->left == 0 ? STATE_END_CR : STATE_DATA;
		return octet == '\n';
	}
	if (octet != steps[c->state].octet)
		return false;
	c->state = steps[c->state].next;
	return true;
}

enum parse
chunked_decode(struct chunked *c, const uint8_t *in, size_t len, size_t *used,
    uint8_t *out, size_t *got)
{
	size_t	 n;

	*used = *got = 0;
	while (*used < len && c->state != STATE_DONE) {
		if (c->state != STATE_DATA) {
			if (!step(c, in[(*used)++]))
				return PARSE_BAD;
			continue;
		}
		n = len - *used;
		if (n > c->left)
			n = (size_t)c->left;
		memcpy(out + *got, in + *used, n);
		*used += n;
		*got += n;
		c->left -= n;
		if (c->left == 0)
			c->state = STATE_DATA_CR;
	}
	return c->state == STATE_DONE ? PARSE_DONE : PARSE_MORE;
}
