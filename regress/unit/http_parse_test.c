/* Units of hfssod/http/parse.c and chunked.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/http/chunked.h"
#include "hfssod/http/parse.h"

static struct head	 h;

static char		*octets;

/*
 * Parse from a block of exactly that size, so that no octet too far is
 * read unnoticed; it is kept for the head that points into it.
 */
static enum parse
parse(const char *s, size_t len)
{
	size_t	 seen = 0;

	free(octets);
	if ((octets = malloc(len)) == NULL && len > 0)
		fail();
	memcpy(octets, s, len);
	return head_parse(&h, octets, len, &seen);
}

#define GOOD(s)	assert_int_equal(parse(s, sizeof(s) - 1), PARSE_DONE)
#define HOST	"Host: a\r\n"

static void
good(void **state)
{
	struct bytes	 v;

	(void)state;
	GOOD("GET / HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(h.method, METHOD_GET);
	assert_true(bytes_equal(h.path, "/"));
	assert_int_equal(h.query.len, 0);
	assert_true(bytes_equal(h.host, "a"));
	assert_false(h.close);
	GOOD("\r\nHEAD /a/b?c=d&e=/? HTTP/1.0\r\nhOsT:\t b:80 \t\r\n\r\nrest");
	assert_int_equal(h.method, METHOD_HEAD);
	assert_true(bytes_equal(h.path, "/a/b"));
	assert_true(bytes_equal(h.query, "c=d&e=/?"));
	assert_true(bytes_equal(h.host, "b:80"));
	assert_true(h.http10);
	assert_true(h.close);
	GOOD("POST / HTTP/1.1\r\n" HOST "Content-Length: 12\r\n"
	    "Connection: x , CLOSE\r\nExpect: 100-Continue\r\n\r\n");
	assert_int_equal(h.length, 12);
	assert_true(h.close);
	assert_true(h.expect);
	GOOD("POST / HTTP/1.1\r\n" HOST "transfer-encoding: Chunked\r\n\r\n");
	assert_true(h.chunked);
	GOOD("GET http://A/x?y HTTP/1.1\r\n" HOST "\r\n");
	assert_true(bytes_equal(h.path, "/x"));
	assert_true(bytes_equal(h.query, "y"));
	GOOD("BREW / HTTP/1.1\r\n" HOST "X:\r\nY: \r\nCookie: a\r\n"
	    "Cookie: b\r\n\r\n");
	assert_int_equal(h.method, METHOD_OTHER);
	assert_int_equal(head_times(&h, FIELD_COOKIE), 2);
	assert_false(head_once(&h, FIELD_COOKIE, &v));
	assert_true(head_once(&h, FIELD_HOST, &v));
	assert_int_equal(h.headers[1].value.len, 0);
	GOOD("GET / HTTP/1.1\r\n" HOST "X: \x80\xff\t a\r\n\r\n");
	assert_int_equal(h.size, 37);
}

static const struct {
	int		 status;
	const char	*text;
} bad[] = {
	/* request line */
	{ 400, "GET /\r\n\r\n" },
	{ 400, "GET / \r\n\r\n" },
	{ 400, "GET  / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, " GET / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1 \r\n" HOST "\r\n" },
	{ 400, "GET\t/ HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / http/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/11\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.10\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1,1\r\n" HOST "\r\n" },
	{ 400, "GET / XTTP/1.1\r\n" HOST "\r\n" },
	{ 505, "GET / HTTP/0.9\r\n" HOST "\r\n" },
	{ 505, "GET / HTTP/1.2\r\n" HOST "\r\n" },
	{ 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" },
	{ 400, "G@T / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET / /x HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /a#b HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /a\\b HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /\"<> HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /\x80 HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET /\x7f HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET x HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "CONNECT a:80 HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http://b/ HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http://a HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http://a?x HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http://a@b/ HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET ftp://a/ HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "GET http:/// HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "\rGET / HTTP/1.1\r\n" HOST "\r\n" },
	{ 400, "\nGET / HTTP/1.1\r\n" HOST "\r\n" },
	/* line ends */
	{ 400, "GET / HTTP/1.1\nHost: a\n\n" },
	{ 400, "GET / HTTP/1.1\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "\n" },
	{ 400, "GET / HTTP/1.1\r\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a\r\r\n\r\n" },
	/* headers */
	{ 400, "GET / HTTP/1.1\r\n\r\n" },
	{ 400, "GET / HTTP/1.0\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost:\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: .a\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\nHost: a..b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X : b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X\t: b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST " X: b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: b\r\n c\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: b\r\n\tc\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n X: y\r\n" HOST "\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST ": b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X(Y): b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X\x80: b\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n" },
	{ 400, "GET / HTTP/1.1\r\n" HOST "X: \x7f\r\n\r\n" },
	{ 417, "GET / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n" },
	{ 417, "GET / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
	    "Expect: 100-continue\r\n\r\n" },
	/* framing */
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n"
	    "Content-Length: 2\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n"
	    "Content-Length: 1\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1, 1\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1 2\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST
	    "Content-Length: 1844674407370955161\r\n\r\n" },
	{ 400, "POST / HTTP/1.1\r\n" HOST "Content-Length: 1\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n" },
	{ 400, "POST / HTTP/1.0\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked, chunked\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: gzip, chunked\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: identity\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding:\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: \vchunked\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked;q=1\r\n\r\n" },
	{ 501, "POST / HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: xchunked\r\n\r\n" }
};

static void
refused(void **state)
{
	size_t	 i;
	int	 status;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i].text, strlen(bad[i].text)) != PARSE_BAD)
			fail_msg("accepted: %s", bad[i].text);
		status = bad[i].status;
		/* A control character is noticed before its header's sense. */
		if (strchr(bad[i].text, '\v') != NULL)
			status = 400;
		if (h.status != status)
			fail_msg("%d, not %d: %s", h.status, status,
			    bad[i].text);
		assert_non_null(h.why);
	}
	assert_int_equal(parse("GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", 29),
	    PARSE_BAD);
	assert_int_equal(parse("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 28),
	    PARSE_BAD);
}

/* Every beginning of a good request asks for more, however it is cut. */
static void
piecemeal(void **state)
{
	static const char	 text[] = "\r\nPOST /a HTTP/1.1\r\n" HOST
				    "Content-Length: 3\r\nX: y\r\n\r\n";
	size_t			 i, seen = 0;

	(void)state;
	for (i = 0; i + 1 < sizeof(text) - 1; i++) {
		assert_int_equal(parse(text, i), PARSE_MORE);
		assert_int_equal(head_parse(&h, text, i, &seen), PARSE_MORE);
	}
	assert_int_equal(head_parse(&h, text, sizeof(text) - 1, &seen),
	    PARSE_DONE);
	assert_int_equal(h.size, sizeof(text) - 1);
	assert_int_equal(h.length, 3);
}

static void
limits(void **state)
{
	static char	 text[200000];
	size_t		 len;
	int		 i;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "GET /", 5);
	assert_int_equal(parse(text, LIMIT_REQUEST_LINE + 1), PARSE_MORE);
	assert_int_equal(parse(text, LIMIT_REQUEST_LINE + 2), PARSE_BAD);
	assert_int_equal(h.status, 414);
	memcpy(text, "GET / HTTP/1.1\r\nHost: a\r\nX: ", 28);
	assert_int_equal(parse(text, 25 + LIMIT_HEADER_LINE + 1), PARSE_MORE);
	assert_int_equal(parse(text, 25 + LIMIT_HEADER_LINE + 2), PARSE_BAD);
	assert_int_equal(h.status, 431);
	/* Many long lines. */
	for (i = 0, len = 25; i < 10; i++, len += 8002) {
		memcpy(text + len, "X: ", 3);
		memset(text + len + 3, 'a', 7997);
		memcpy(text + len + 8000, "\r\n", 2);
	}
	assert_int_equal(parse(text, len), PARSE_BAD);
	assert_int_equal(h.status, 431);
	/* As many lines as may be, and one more. */
	for (i = 0, len = 25; i < LIMIT_HEADERS - 1; i++, len += 6)
		memcpy(text + len, "X: b\r\n", 6);
	memcpy(text + len, "\r\nX: b\r\n\r\n", 10);
	assert_int_equal(parse(text, len + 2), PARSE_DONE);
	memcpy(text + len, "X: b\r\n\r\n", 8);
	assert_int_equal(parse(text, len + 8), PARSE_BAD);
	assert_int_equal(h.status, 431);
}

/* --- chunked ------------------------------------------------------------ */

/* Decode in pieces of a size; the result, and how much was taken. */
static enum parse
decode(const char *in, size_t len, size_t piece, char *out, size_t *outlen,
    size_t *taken)
{
	struct chunked	 c;
	size_t		 used, got, n;
	enum parse	 r = PARSE_MORE;

	memset(&c, 0, sizeof(c));
	*outlen = *taken = 0;
	while (*taken < len && r == PARSE_MORE) {
		n = len - *taken < piece ? len - *taken : piece;
		r = chunked_decode(&c, (const uint8_t *)in + *taken, n, &used,
		    (uint8_t *)out + *outlen, &got);
		*taken += used;
		*outlen += got;
		assert_true(r != PARSE_MORE || used == n);
	}
	return r;
}

static void
chunked_good(void **state)
{
	static const char	 in[] = "5\r\nhello\r\n00A\r\n, you all!\r\n"
				    "0\r\n\r\nGET";
	char			 out[64];
	size_t			 len, taken, piece;

	(void)state;
	for (piece = 1; piece < sizeof(in); piece++) {
		assert_int_equal(decode(in, sizeof(in) - 1, piece, out, &len,
		    &taken), PARSE_DONE);
		assert_int_equal(len, 15);
		assert_memory_equal(out, "hello, you all!", 15);
		assert_int_equal(taken, sizeof(in) - 1 - 3);
	}
	assert_int_equal(decode("0\r\n\r\n", 5, 9, out, &len, &taken),
	    PARSE_DONE);
	assert_int_equal(len, 0);
}

static void
chunked_refused(void **state)
{
	static const char	*in[] = {
		"\r\n", "g\r\n", " 1\r\na\r\n", "1 \r\na\r\n", "1;x=y\r\na\r\n",
		"1\na\n0\n\n", "1\r\nab\r\n", "1\r\na\n0\r\n\r\n",
		"1\r\na\r0\r\n\r\n", "0x1\r\na\r\n", "-1\r\n", "+1\r\n",
		"000000001\r\na\r\n", "fffffffff\r\n", "0\r\nX: y\r\n\r\n",
		"0\r\n\n", "0\r\rx", "1\rXa\r\n", ";\r\n", "1,1\r\na"
	};
	char	 out[64];
	size_t	 i, len, taken, piece;

	(void)state;
	for (i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		for (piece = 1; piece < 20; piece += 9)
			if (decode(in[i], strlen(in[i]), piece, out, &len,
			    &taken) != PARSE_BAD)
				fail_msg("accepted: %s", in[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(refused),
		cmocka_unit_test(piecemeal),
		cmocka_unit_test(limits),
		cmocka_unit_test(chunked_good),
		cmocka_unit_test(chunked_refused)
	};
	int	 failed;

	failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(octets);
	return failed;
}
