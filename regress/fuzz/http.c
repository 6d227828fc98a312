/*
 * Fuzzer of http's request parser: whole and in pieces must agree, what it
 * points to must lie in the input, and what is built on it must not fall.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/http/chunked.h"
#include "hfssod/http/forwarded.h"
#include "hfssod/http/parse.h"
#include "hfssod/http/target.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct head	 whole, cut;

static void
inside(struct bytes b, const uint8_t *data, size_t len)
{
	if (b.data < data || b.data + b.len > data + len)
		abort();
}

static void
body(const uint8_t *data, size_t len)
{
	struct chunked	 one, two;
	uint8_t		*a, *b;
	size_t		 i, used, got, n, took, more;
	enum parse	 r, s = PARSE_MORE;

	if ((a = malloc(len + 1)) == NULL || (b = malloc(len + 1)) == NULL)
		abort();
	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	r = chunked_decode(&one, data, len, &used, a, &got);
	for (i = n = 0; i < len && s == PARSE_MORE; i++) {
		s = chunked_decode(&two, data + i, 1, &took, b + n, &more);
		n += more;
	}
	if (r != s || (r != PARSE_BAD && (n != got ||
	    memcmp(a, b, n) != 0)) || (r == PARSE_DONE && used != i))
		abort();
	free(a);
	free(b);
}

static void
use(const struct head *h, const uint8_t *data, size_t len)
{
	struct network		 proxy;
	struct address		 peer;
	struct forwarded	 f;
	size_t			 i;

	inside(h->path, data, len);
	inside(h->query, data, len);
	inside(h->host, data, len);
	for (i = 0; i < h->count; i++) {
		inside(h->headers[i].name, data, len);
		inside(h->headers[i].value, data, len);
	}
	if (h->path.len == 0 || h->path.data[0] != '/' || h->size > len)
		abort();
	/* Canonical is a narrower word than plain. */
	if (path_canonical(h->path) && !path_plain(h->path))
		abort();
	if (forwarded_request(h, true, &f))
		inside(f.path, data, len);
	if (forwarded_forward(h, &f))
		inside(f.uri, data, len);
	memset(&peer, 0, sizeof(peer));
	memset(&proxy, 0, sizeof(proxy));
	(void)forwarded_client(h, &peer, &proxy, 1);
	if (h->chunked)
		body(data + h->size, len - h->size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum parse	 r, s;
	size_t		 i, seen;

	seen = 0;
	r = head_parse(&whole, data, len, &seen);
	s = PARSE_MORE;
	seen = 0;
	for (i = 0; i <= len && s == PARSE_MORE; i += 1 + i / 16)
		s = head_parse(&cut, data, i, &seen);
	if (s == PARSE_MORE)
		s = head_parse(&cut, data, len, &seen);
	if (r != s || (r == PARSE_BAD && whole.status != cut.status) ||
	    (r == PARSE_DONE && whole.size != cut.size))
		abort();
	if (r == PARSE_DONE)
		use(&whole, data, len);
	return 0;
}
