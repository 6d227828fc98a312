/* Units of answers: what is one, and everything that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hfssod/fetch/answer.h"

#define MOST		1000
#define OK		"HTTP/1.1 200 OK\r\n"

static struct answer	 answer;

/*
 * Take a text in pieces of that size, each of its own memory; at its end
 * the connection ends, if nothing was decided before.
 */
static enum answer_step
feed(const char *text, size_t len, size_t piece, bool end)
{
	enum answer_step	 step = ANSWER_MORE;
	uint8_t			*copy;
	size_t			 n;

	answer_begin(&answer, MOST);
	while (len > 0 && step == ANSWER_MORE) {
		n = len < piece ? len : piece;
		assert_non_null(copy = malloc(n));
		memcpy(copy, text, n);
		step = answer_take(&answer, copy, n);
		free(copy);
		text += n;
		len -= n;
	}
	if (step == ANSWER_DONE && len > 0)
		step = answer_take(&answer, (const uint8_t *)text, len);
	if (step == ANSWER_MORE && end)
		step = answer_end(&answer);
	return step;
}

static const size_t	 pieces[] = { 1, 2, 3, 7, 100000 };
#define PIECES		(sizeof(pieces) / sizeof(pieces[0]))

static void
good(const char *text, unsigned int status, const char *body)
{
	size_t	 i;

	for (i = 0; i < PIECES; i++) {
		if (feed(text, strlen(text), pieces[i], true) != ANSWER_DONE)
			fail_msg("%s: %s", text, answer.why);
		assert_int_equal(answer.head.status, status);
		assert_int_equal(answer.len, strlen(body));
		if (answer.len > 0)
			assert_memory_equal(answer.body, body, answer.len);
		answer_free(&answer);
	}
}

static void
refused(const char *text, size_t len, enum answer_step wanted)
{
	size_t	 i;

	for (i = 0; i < PIECES; i++) {
		if (feed(text, len, pieces[i], true) != wanted)
			fail_msg("%s", text);
		assert_non_null(answer.why);
		answer_free(&answer);
	}
}

static void
bad(const char *text)
{
	refused(text, strlen(text), ANSWER_BAD);
}

static void
bodies(void **state)
{
	(void)state;
	good(OK "Content-Length: 5\r\n\r\nhello", 200, "hello");
	good(OK "content-length:5\r\n\r\nhello", 200, "hello");
	good(OK "CONTENT-LENGTH: \t 5 \t \r\n\r\nhello", 200, "hello");
	good(OK "Content-Length: 0\r\n\r\n", 200, "");
	good(OK "Content-Length: 00005\r\n\r\nhello", 200, "hello");
	good(OK "\r\nhello", 200, "hello");
	good(OK "\r\n", 200, "");
	good("HTTP/1.0 200 OK\r\n\r\nhello", 200, "hello");
	good("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", 200, "");
	good("HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n", 200, "");
	good("HTTP/1.1 404 Nicht da \xfc\r\nContent-Length: 1\r\n\r\nx", 404,
	    "x");
	good(OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	    200, "hello");
	good(OK "Transfer-Encoding: Chunked\r\n\r\n"
	    "1\r\nh\r\n00000004\r\nello\r\n0000\r\n\r\n", 200, "hello");
	good(OK "Transfer-Encoding: chunked\r\n\r\n"
	    "A\r\n0123456789\r\na\r\n0123456789\r\n0\r\n\r\n", 200,
	    "01234567890123456789");
	good(OK "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, "");
	good("HTTP/1.1 204 No Content\r\n\r\n", 204, "");
	good("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304,
	    "");
	good("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n"
	    "\r\n", 304, "");
	good(OK "Content-Encoding: identity\r\nContent-Length: 1\r\n\r\nx",
	    200, "x");
	good(OK "X-A:\r\nX-B: \r\nContent-Length: 1\r\n\r\nx", 200, "x");
	good(OK "X-A: \x80\xff\tz\r\nContent-Length: 1\r\n\r\nx", 200, "x");
	/* Interim answers. */
	good("HTTP/1.1 100 Continue\r\n\r\n" OK
	    "Content-Length: 1\r\n\r\nx", 200, "x");
	good("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n"
	    "Content-Length: 7\r\n\r\nHTTP/1.1 102 Wait\r\n\r\n" OK
	    "Content-Length: 1\r\n\r\nx", 200, "x");
}

static void
lines(void **state)
{
	static const char *const	 texts[] = {
		"", "x", "\r\n", "\n", " ", "hello", "<html>",
		"<!DOCTYPE html><p>HTTP/0.9", "HTTP", "HTTP/", "HTTP/1.1",
		"HTTP/1.1 200", "HTTP/1.1 200 OK", OK, OK "X",
		"HTTP/0.9 200 OK\r\n\r\n", "HTTP/1.2 200 OK\r\n\r\n",
		"HTTP/2 200\r\n\r\n", "HTTP/2.0 200 OK\r\n\r\n",
		"http/1.1 200 OK\r\n\r\n", "HTTP/1.1200 OK\r\n\r\n",
		"HTTP/11 200 OK\r\n\r\n", "HTTP/1.1  200 OK\r\n\r\n",
		"HTTP/1.1\t200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
		"HTTP/1.1 2000 OK\r\n\r\n", "HTTP/1.1 2x0 OK\r\n\r\n",
		"HTTP/1.1 099 OK\r\n\r\n", "HTTP/1.1 000 OK\r\n\r\n",
		"HTTP/1.1 600 OK\r\n\r\n", "HTTP/1.1 999 OK\r\n\r\n",
		"HTTP/1.1 -20 OK\r\n\r\n", "HTTP/1.1 200OK\r\n\r\n",
		"HTTP/1.1 200 O\x01K\r\n\r\n", "HTTP/1.1 200 O\x7fK\r\n\r\n",
		"HTTP/1.1 200 O\rK\r\n\r\n", "HTTP/1.1 OK\r\n\r\n",
		"\r\n" OK "\r\n", " " OK "\r\n", "ICY 200 OK\r\n\r\n",
		"SSH-2.0-OpenSSH_9.2\r\n", "220 mail ESMTP\r\n",
		"GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n",
		/* Line ends. */
		"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
		"HTTP/1.1 200 OK\n\n", OK "Content-Length: 0\n\r\n",
		OK "Content-Length: 0\r\n\n", OK "\n", OK "X: y\rZ: w\r\n\r\n",
		OK "X: y\r\r\n\r\n", "HTTP/1.1 200 OK\r\r\n\r\n",
		/* Names. */
		OK "Content-Length\r\n\r\n", OK ": x\r\n\r\n", OK ":\r\n\r\n",
		OK " X: y\r\n\r\n", OK "\tX: y\r\n\r\n",
		OK "X: y\r\n z\r\n\r\n", OK "X : y\r\n\r\n",
		OK "Content-Length : 5\r\n\r\nhello", OK "X\t: y\r\n\r\n",
		OK "(X): y\r\n\r\n", OK "X Y: z\r\n\r\n", OK "X@: y\r\n\r\n",
		OK "X\x80: y\r\n\r\n", OK "X\x01: y\r\n\r\n",
		OK "\"X\": y\r\n\r\n",
		/* Values. */
		OK "X: a\x01" "b\r\n\r\n", OK "X: a\x7f\r\n\r\n",
		OK "X: a\x1b[0m\r\n\r\n"
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bad(texts[i]);
	refused(OK "X: a\0b\r\n\r\n", 27, ANSWER_BAD);
	refused(OK "X\0: b\r\n\r\n", 26, ANSWER_BAD);
	refused("HTTP/1.1 200 \0\r\n\r\n", 18, ANSWER_BAD);
}

static void
framing(void **state)
{
	static const char *const	 texts[] = {
		/* Lengths. */
		OK "Content-Length: \r\n\r\n",
		OK "Content-Length: x\r\n\r\n",
		OK "Content-Length: -1\r\n\r\n",
		OK "Content-Length: +5\r\n\r\nhello",
		OK "Content-Length: 5.0\r\n\r\nhello",
		OK "Content-Length: 0x5\r\n\r\nhello",
		OK "Content-Length: 5, 5\r\n\r\nhello",
		OK "Content-Length: 5 5\r\n\r\nhello",
		OK "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
		OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
		OK "Content-Length: 18446744073709551621\r\n\r\nhello",
		OK "Content-Length: 9999999999999999\r\n\r\nhello",
		/* Cut short, and too much. */
		OK "Content-Length: 5\r\n\r\n",
		OK "Content-Length: 5\r\n\r\nhell",
		OK "Content-Length: 5\r\n\r\nhello!",
		OK "Content-Length: 0\r\n\r\n\r\n",
		OK "Content-Length: 5\r\n\r\nhello" OK "\r\n",
		"HTTP/1.1 204 No\r\n\r\nx", "HTTP/1.1 304 No\r\n\r\nx",
		"HTTP/1.1 304 No\r\nContent-Length: 1\r\n\r\nx",
		"HTTP/1.1 100 Continue\r\n\r\n",
		"HTTP/1.1 100 Continue\r\n\r\nhello",
		"HTTP/1.1 101 Switching Protocols\r\n\r\n" OK "\r\n",
		/* Encodings. */
		OK "Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
		OK "Content-Encoding: identity, gzip\r\n\r\nx",
		OK "Content-Encoding: br\r\n\r\nx",
		OK "Content-Encoding: identity\r\nContent-Encoding: deflate"
		    "\r\n\r\nx",
		OK "Transfer-Encoding: gzip\r\n\r\nx",
		OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: identity\r\n\r\nx",
		OK "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding:\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n",
		OK "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
		    "0\r\n\r\n",
		OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "0\r\n\r\n",
		"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		    "0\r\n\r\n",
		/* Fields that come once. */
		OK "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\n",
		OK "ETag: \"a\"\r\nETag: \"b\"\r\n\r\n",
		OK "Location: /a\r\nLocation: /b\r\n\r\n",
		OK "Content-Type: json\r\n\r\n",
		OK "Content-Type: /json\r\n\r\n",
		OK "Content-Type: application/\r\n\r\n",
		OK "Content-Type: a/b/c\r\n\r\n",
		OK "Content-Type: a/b c\r\n\r\n",
		OK "Content-Type: a /b\r\n\r\n",
		OK "Content-Type: a/ b\r\n\r\n",
		OK "Content-Type: a/b, c/d\r\n\r\n"
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		bad(texts[i]);
}

static void
chunks(void **state)
{
	static const char *const	 texts[] = {
		"", "0", "0\r", "0\r\n", "0\r\n\r", "5\r\nhello",
		"5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "5\r\nhell\r\n0\r\n\r\n",
		"5\r\nhello!\r\n0\r\n\r\n", "5\r\nhello0\r\n\r\n",
		"5\nhello\r\n0\r\n\r\n", "5\r\nhello\n0\r\n\r\n",
		"5\r\nhello\r\n0\n\n", "5\r\nhello\r\n0\r\n\n",
		"\r\n5\r\nhello\r\n0\r\n\r\n", "x\r\n", "-5\r\nhello\r\n",
		"+5\r\nhello\r\n0\r\n\r\n", "0x5\r\nhello\r\n0\r\n\r\n",
		" 5\r\nhello\r\n0\r\n\r\n", "5 \r\nhello\r\n0\r\n\r\n",
		"5;x=y\r\nhello\r\n0\r\n\r\n", "5\r\nhello\r\n0;x\r\n\r\n",
		"5;\r\nhello\r\n0\r\n\r\n", "000000005\r\nhello\r\n0\r\n\r\n",
		"100000005\r\nhello\r\n0\r\n\r\n",
		"5\r\nhello\r\n0\r\nX: y\r\n\r\n",
		"5\r\nhello\r\n0\r\n\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nx",
		"5\r\nhello\r\n\r\n0\r\n\r\n", "5\r\rhello\r\n0\r\n\r\n",
		"5\r\n\r\nhello\r\n0\r\n\r\n", "g\r\n", "5\rhello", "\n"
	};
	char	 text[256];
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(text, sizeof(text), OK "Transfer-Encoding: chunked"
		    "\r\n\r\n%s", texts[i]);
		bad(text);
	}
}

static void
too_large(void **state)
{
	char	*text;
	size_t	 i, n;

	(void)state;
	assert_non_null(text = malloc(4 * LIMIT_FETCH_HEADERS));
	/* The last octet that may come, and the first that may not. */
	n = (size_t)sprintf(text, OK "Content-Length: %d\r\n\r\n", MOST);
	memset(text + n, 'x', MOST);
	assert_int_equal(feed(text, n + MOST, 77, true), ANSWER_DONE);
	assert_int_equal(answer.len, MOST);
	answer_free(&answer);
	n = (size_t)sprintf(text, OK "Content-Length: %d\r\n\r\n", MOST + 1);
	refused(text, n, ANSWER_LARGE);
	n = (size_t)sprintf(text, OK "Content-Length: 999999999999999\r\n"
	    "\r\n");
	refused(text, n, ANSWER_LARGE);
	n = (size_t)sprintf(text, OK "\r\n");
	memset(text + n, 'x', MOST + 1);
	assert_int_equal(feed(text, n + MOST, 77, true), ANSWER_DONE);
	answer_free(&answer);
	refused(text, n + MOST + 1, ANSWER_LARGE);
	n = (size_t)sprintf(text, OK "Transfer-Encoding: chunked\r\n\r\n");
	for (i = 0; i <= MOST; i++)
		n += (size_t)sprintf(text + n, "1\r\nx\r\n");
	refused(text, n, ANSWER_LARGE);
	n = (size_t)sprintf(text, OK "Transfer-Encoding: chunked\r\n\r\n"
	    "ffffffff\r\n");
	memset(text + n, 'x', MOST + 1);
	refused(text, n + MOST + 1, ANSWER_LARGE);
	/* Heads: one line, many, interim ones without end. */
	n = (size_t)sprintf(text, OK "X: ");
	memset(text + n, 'x', LIMIT_FETCH_HEADERS);
	refused(text, n + LIMIT_FETCH_HEADERS, ANSWER_LARGE);
	for (n = 0; n < LIMIT_FETCH_HEADERS;)
		n += (size_t)sprintf(text + n, "HTTP/1.1 100 C\r\n\r\n");
	refused(text, n, ANSWER_LARGE);
	n = (size_t)sprintf(text, OK);
	for (i = 0; i <= LIMIT_HEADERS; i++)
		n += (size_t)sprintf(text + n, "X: y\r\n");
	n += (size_t)sprintf(text + n, "\r\n");
	refused(text, n, ANSWER_BAD);
	free(text);
}

/* What is said beside the body. */
static void
said(const char *fields)
{
	char	 text[1024];

	answer_free(&answer);
	snprintf(text, sizeof(text), OK "%sContent-Length: 0\r\n\r\n",
	    fields);
	if (feed(text, strlen(text), 5, true) != ANSWER_DONE)
		fail_msg("%s: %s", fields, answer.why);
}

static void
values(void **state)
{
	char	 text[600];

	(void)state;
	said("");
	assert_string_equal(answer.head.type, "");
	assert_string_equal(answer.head.etag, "");
	assert_string_equal(answer.head.location, "");
	assert_int_equal(answer.head.max_age, -1);
	assert_false(answer.head.close);
	said("Content-Type: Application/JSON; charset=utf-8\r\n");
	assert_string_equal(answer.head.type, "application/json");
	said("Content-Type: application/samlmetadata+xml\r\n");
	assert_string_equal(answer.head.type, "application/samlmetadata+xml");
	said("Content-Type:\r\n");
	assert_string_equal(answer.head.type, "");
	said("ETag: \"abc\"\r\n");
	assert_string_equal(answer.head.etag, "\"abc\"");
	said("ETag: W/\"abc\"\r\n");
	assert_string_equal(answer.head.etag, "W/\"abc\"");
	said("ETag: \"\"\r\n");
	assert_string_equal(answer.head.etag, "\"\"");
	said("Location: https://x/y\r\n");
	assert_string_equal(answer.head.location, "https://x/y");
	/* Tags that are none. */
	said("ETag: abc\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: \"\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: W/\"\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: \"a\"b\"\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: \"a b\"\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: \"a\xc3\"\r\n");
	assert_string_equal(answer.head.etag, "");
	said("ETag: w/\"a\"\r\n");
	assert_string_equal(answer.head.etag, "");
	memset(text, 'x', sizeof(text));
	memcpy(text, "ETag: \"", 7);
	memcpy(text + 590, "\"\r\n", 4);
	said(text);
	assert_string_equal(answer.head.etag, "");
	/* Whether the connection goes on. */
	said("Connection: close\r\n");
	assert_true(answer.head.close);
	said("Connection: Keep-Alive, CLOSE\r\n");
	assert_true(answer.head.close);
	said("Connection: closed, xclose\r\n");
	assert_false(answer.head.close);
	answer_free(&answer);
}

static void
ages(void **state)
{
	static const struct {
		const char	*fields;
		int64_t		 age;
	} tries[] = {
		{ "Cache-Control: max-age=60\r\n", 60 },
		{ "cache-control: PUBLIC, Max-Age=60, x=y\r\n", 60 },
		{ "Cache-Control: max-age=\"60\"\r\n", 60 },
		{ "Cache-Control: max-age=0\r\n", 0 },
		{ "Cache-Control: no-cache\r\n", 0 },
		{ "Cache-Control: max-age=60, no-store\r\n", 0 },
		{ "Cache-Control: no-store\r\nCache-Control: max-age=9\r\n",
		    0 },
		{ "Cache-Control: max-age=9\r\nCache-Control: max-age=3\r\n",
		    3 },
		{ "Cache-Control: max-age=999999999999999\r\n",
		    10LL * 365 * 86400 },
		{ "Cache-Control:\r\n", -1 },
		{ "Cache-Control: ,,,\r\n", -1 },
		{ "Cache-Control: public\r\n", -1 },
		{ "Cache-Control: max-age\r\n", -1 },
		{ "Cache-Control: max-age=\r\n", -1 },
		{ "Cache-Control: max-age=-1\r\n", -1 },
		{ "Cache-Control: max-age=x\r\n", -1 },
		{ "Cache-Control: max-age=1.5\r\n", -1 },
		{ "Cache-Control: max-age=9999999999999999\r\n", -1 },
		{ "Cache-Control: s-maxage=60\r\n", -1 },
		{ "Cache-Control: xmax-age=60\r\n", -1 },
		{ "Expires: 0\r\n", -1 }
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		said(tries[i].fields);
		if (answer.head.max_age != tries[i].age)
			fail_msg("%s", tries[i].fields);
	}
	answer_free(&answer);
}

static void
ends(void **state)
{
	static const char	 text[] = OK "Content-Length: 2\r\n\r\nab";
	size_t			 n;

	(void)state;
	assert_int_equal(feed("", 0, 1, false), ANSWER_MORE);
	assert_true(answer_nothing(&answer));
	assert_int_equal(answer_end(&answer), ANSWER_BAD);
	assert_string_equal(answer.why, "closed without an answer");
	for (n = 1; n < sizeof(text) - 1; n++) {
		assert_int_equal(feed(text, n, 1, false), ANSWER_MORE);
		assert_false(answer_nothing(&answer));
		assert_int_equal(answer_end(&answer), ANSWER_BAD);
		assert_string_equal(answer.why, "cut short");
		answer_free(&answer);
	}
	/* Till the end: nothing follows on this connection. */
	assert_int_equal(feed(OK "\r\nx", strlen(OK) + 3, 1, false),
	    ANSWER_MORE);
	assert_true(answer.head.close);
	assert_int_equal(answer_end(&answer), ANSWER_DONE);
	answer_free(&answer);
	assert_int_equal(feed("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
	    38, 1, false), ANSWER_DONE);
	assert_true(answer.head.close);
	answer_free(&answer);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(bodies),
		cmocka_unit_test(lines),
		cmocka_unit_test(framing),
		cmocka_unit_test(chunks),
		cmocka_unit_test(too_large),
		cmocka_unit_test(values),
		cmocka_unit_test(ages),
		cmocka_unit_test(ends)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
