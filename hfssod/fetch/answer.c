/*
 * An answer as its octets come: head, interim answers, the three ways in
 * which a body can end.  fetch; pure.  Must never hold more than it was
 * told, nor read a body in a way its head did not say.
 */
#include <sys/types.h>

#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/log.h"
#include "hfssod/fetch/answer.h"

enum state {
	STATE_HEAD,
	STATE_LENGTH,		/* so many octets */
	STATE_CLOSE,		/* until the connection ends */
	STATE_SIZE,		/* of a chunk: hex digits */
	STATE_SIZE_LF,
	STATE_DATA,
	STATE_DATA_CR,
	STATE_DATA_LF,
	STATE_LAST_CR,		/* no trailer fields */
	STATE_LAST_LF,
	STATE_DONE,
	STATE_MAX
};

#define DIGITS_MOST	8
#define BODY_FIRST	4096

static enum answer_step
bad(struct answer *a, const char *why)
{
	a->why = why;
	return ANSWER_BAD;
}

void
answer_begin(struct answer *a, size_t most)
{
	memset(a, 0, sizeof(*a));
	a->most = most;
	a->state = STATE_HEAD;
}

bool
answer_nothing(const struct answer *a)
{
	return a->head_all == 0;
}

void
answer_free(struct answer *a)
{
	freezero(a->body, a->size);
	explicit_bzero(a, sizeof(*a));
}

/* To the end of the body. */
static enum answer_step
keep(struct answer *a, const uint8_t *p, size_t len)
{
	uint8_t	*body;
	size_t	 size = a->size;

	if (len > a->most - a->len) {
		a->why = "the body is too large";
		return ANSWER_LARGE;
	}
	if (len > size - a->len) {
		if (size == 0)
			size = BODY_FIRST;
		while (size - a->len < len)
			size *= 2;
		body = recallocarray(a->body, a->size, size, 1);
		if (body == NULL)
			fatal("recallocarray");
		a->body = body;
		a->size = size;
	}
	if (len > 0)
		memcpy(a->body + a->len, p, len);
	a->len += len;
	return ANSWER_MORE;
}

/* --- the head ---------------------------------------------------------- */

/* What follows the head (RFC 9112 6.3). */
static enum answer_step
body_begins(struct answer *a)
{
	struct answer_head	*h = &a->head;

	if (h->status == 204 || h->status == 304)
		a->state = STATE_DONE;
	else if (h->chunked)
		a->state = STATE_SIZE;
	else if (h->has_length) {
		if (h->length > a->most) {
			a->why = "the body is too large";
			return ANSWER_LARGE;
		}
		a->left = h->length;
		a->state = a->left == 0 ? STATE_DONE : STATE_LENGTH;
	} else {
		h->close = true;
		a->state = STATE_CLOSE;
	}
	return ANSWER_MORE;
}

static enum answer_step
head_done(struct answer *a)
{
	const char	*why;

	why = answer_head_parse(&a->head, a->octets, a->head_len);
	explicit_bzero(a->octets, a->head_len);
	a->head_len = 0;
	if (why != NULL)
		return bad(a, why);
	if (a->head.status == 101)
		return bad(a, "switches protocols");
	if (a->head.status < 200)
		return ANSWER_MORE;
	return body_begins(a);
}

/* Octets of a head, up to its end; *used says how many were taken. */
static enum answer_step
head_octets(struct answer *a, const uint8_t *p, size_t len, size_t *used)
{
	static const char	 begin[] = "HTTP/1.";
	uint8_t			 c;

	for (*used = 0; *used < len; ) {
		if (a->head_all == sizeof(a->octets)) {
			a->why = "the head is too large";
			return ANSWER_LARGE;
		}
		c = p[(*used)++];
		if (a->head_len < sizeof(begin) - 1 &&
		    c != (uint8_t)begin[a->head_len])
			return bad(a, "not HTTP/1.1");
		a->octets[a->head_len++] = c;
		a->head_all++;
		if (c != '\n')
			continue;
		if (a->head_len < 2 || a->octets[a->head_len - 2] != '\r')
			return bad(a, "line end without CR");
		if (a->head_len >= 4 &&
		    a->octets[a->head_len - 3] == '\n')
			return head_done(a);
	}
	return ANSWER_MORE;
}

/* --- chunks ------------------------------------------------------------ */

static enum answer_step
size_octet(struct answer *a, uint8_t c)
{
	int	 digit;

	if (c == '\r' && a->digits > 0) {
		a->state = STATE_SIZE_LF;
		return ANSWER_MORE;
	}
	/* Chunk extensions mean nothing to us: refused as well. */
	if ((digit = hex_digit((char)c)) == -1 || a->digits == DIGITS_MOST)
		return bad(a, "malformed chunk");
	a->digits++;
	a->left = a->left * 16 + (uint64_t)digit;
	return ANSWER_MORE;
}

/* An octet between the data of chunks. */
static enum answer_step
chunk_octet(struct answer *a, uint8_t c)
{
	static const struct {
		uint8_t	 octet;
		int	 next;
	} steps[STATE_MAX] = {
		[STATE_DATA_CR] = { '\r', STATE_DATA_LF },
		[STATE_DATA_LF] = { '\n', STATE_SIZE },
		[STATE_LAST_CR] = { '\r', STATE_LAST_LF },
		[STATE_LAST_LF] = { '\n', STATE_DONE }
	};

	if (a->state == STATE_SIZE)
		return size_octet(a, c);
	if (a->state == STATE_SIZE_LF) {
		if (c != '\n')
			return bad(a, "malformed chunk");
		a->digits = 0;
		a->state = a->left == 0 ? STATE_LAST_CR : STATE_DATA;
		return ANSWER_MORE;
	}
	if (c != steps[a->state].octet)
		return bad(a, "malformed chunk");
	a->state = steps[a->state].next;
	return ANSWER_MORE;
}

/* Octets of a body; *used says how many were taken. */
static enum answer_step
body_octets(struct answer *a, const uint8_t *p, size_t len, size_t *used)
{
	size_t	 n = len;

	*used = 1;
	if (a->state != STATE_LENGTH && a->state != STATE_CLOSE &&
	    a->state != STATE_DATA)
		return chunk_octet(a, *p);
	if (a->state != STATE_CLOSE && n > a->left)
		n = (size_t)a->left;
	*used = n;
	if (a->state != STATE_CLOSE) {
		a->left -= n;
		if (a->left == 0)
			a->state = a->state == STATE_LENGTH ? STATE_DONE :
			    STATE_DATA_CR;
	}
	return keep(a, p, n);
}

/* --- all of it --------------------------------------------------------- */

enum answer_step
answer_take(struct answer *a, const uint8_t *p, size_t len)
{
	enum answer_step	 step;
	size_t			 used;

	while (len > 0) {
		if (a->state == STATE_DONE)
			return bad(a, "more than one answer");
		step = a->state == STATE_HEAD ?
		    head_octets(a, p, len, &used) :
		    body_octets(a, p, len, &used);
		if (step != ANSWER_MORE)
			return step;
		p += used;
		len -= used;
	}
	return a->state == STATE_DONE ? ANSWER_DONE : ANSWER_MORE;
}

enum answer_step
answer_end(struct answer *a)
{
	if (a->state == STATE_CLOSE || a->state == STATE_DONE) {
		a->state = STATE_DONE;
		return ANSWER_DONE;
	}
	return bad(a, answer_nothing(a) ? "closed without an answer" :
	    "cut short");
}
