/*
 * Fuzzer of fetch's reader of HTTP answers: whole and in pieces must
 * agree, nothing may grow beyond its limit, and what it says of an answer
 * must hold.  The first octet says how it is cut to pieces.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/fetch/answer.h"

#define MOST	512

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct answer	 whole, cut;

static void
demand(bool holds)
{
	if (!holds)
		abort();
}

static enum answer_step
feed(struct answer *a, const uint8_t *data, size_t len, uint32_t seed)
{
	enum answer_step	 step = ANSWER_MORE;
	uint8_t			*copy;
	size_t			 n;

	answer_begin(a, MOST);
	while (len > 0 && (step == ANSWER_MORE || step == ANSWER_DONE)) {
		n = len;
		if (seed != 0) {
			seed = seed * 1103515245 + 12345;
			n = 1 + (seed >> 16) % 37;
		}
		if (n > len)
			n = len;
		/* Its own memory: a read beyond it is seen. */
		if ((copy = malloc(n)) == NULL)
			abort();
		memcpy(copy, data, n);
		step = answer_take(a, copy, n);
		free(copy);
		data += n;
		len -= n;
		demand(a->len <= MOST && a->head_all <= LIMIT_FETCH_HEADERS);
	}
	return step == ANSWER_MORE ? answer_end(a) : step;
}

static void
plain(const char *text)
{
	for (; *text != '\0'; text++)
		demand(*text > 0x20 && *text < 0x7f);
}

static void
whole_answer(const struct answer *a)
{
	const struct answer_head	*h = &a->head;

	demand(h->status >= 200 && h->status <= 599);
	demand(h->max_age >= -1);
	demand(memchr(h->type, '\0', sizeof(h->type)) != NULL);
	demand(memchr(h->etag, '\0', sizeof(h->etag)) != NULL);
	demand(memchr(h->location, '\0', sizeof(h->location)) != NULL);
	plain(h->type);
	plain(h->etag);
	demand(strpbrk(h->location, "\r\n") == NULL);
	demand(!(h->chunked && h->has_length));
	if (h->status == 204 || h->status == 304)
		demand(a->len == 0);
	else if (h->has_length)
		demand(a->len == h->length);
	else if (!h->chunked)
		demand(h->close);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum answer_step	 one, two;

	if (len == 0)
		return 0;
	one = feed(&whole, data + 1, len - 1, 0);
	two = feed(&cut, data + 1, len - 1, data[0] + 1u);
	demand(one == two);
	if (one == ANSWER_DONE) {
		whole_answer(&whole);
		demand(whole.len == cut.len && (whole.len == 0 ||
		    memcmp(whole.body, cut.body, whole.len) == 0));
		demand(memcmp(&whole.head, &cut.head, sizeof(cut.head)) == 0);
	} else
		demand(whole.why != NULL && cut.why != NULL);
	answer_free(&whole);
	answer_free(&cut);
	return 0;
}
