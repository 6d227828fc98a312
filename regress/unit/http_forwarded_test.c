/* Units of hfssod/http/forwarded.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/http/forwarded.h"

static struct head	 h;
static char		 text[16384];

/* A request with these further header lines. */
static void
head(const char *host, const char *lines)
{
	size_t	 seen = 0;

	snprintf(text, sizeof(text), "GET /auth/request HTTP/1.1\r\n"
	    "Host: %s\r\n%s\r\n", host, lines);
	assert_int_equal(head_parse(&h, text, strlen(text), &seen),
	    PARSE_DONE);
}

#define NU	"X-Original-URI: /a/b?c\r\n"
#define NM	"X-Original-Method: GET\r\n"
#define FU	"X-Forwarded-Uri: /a/b?c\r\n"
#define FM	"X-Forwarded-Method: HEAD\r\n"
#define FH	"X-Forwarded-Host: HUB.\r\n"
#define FP	"X-Forwarded-Proto: https\r\n"

static void
good(void **state)
{
	struct forwarded	 f;

	(void)state;
	head("Hub.:443", NU NM);
	assert_true(forwarded_request(&h, true, &f));
	assert_string_equal(f.host, "hub");
	assert_true(bytes_equal(f.path, "/a/b"));
	assert_true(bytes_equal(f.uri, "/a/b?c"));
	assert_true(f.plain && f.safe && f.get);
	head("hub:443", NU NM);
	assert_true(forwarded_request(&h, false, &f));
	assert_string_equal(f.host, "hub:443");
	head("hub", NU NM FH);
	assert_true(forwarded_request(&h, true, &f));
	head("other", FU FM FH);
	assert_true(forwarded_request(&h, true, &f));
	assert_string_equal(f.host, "hub");
	assert_true(f.safe && !f.get);
	head("other", FU FM FH FP);
	assert_true(forwarded_forward(&h, &f));
	assert_true(f.https);
	head("hub", "X-Original-Method: POST\r\nX-Original-URI: /\xc3\xa9\r\n");
	assert_true(forwarded_request(&h, true, &f));
	assert_false(f.safe || f.plain);
}

static void
refused(void **state)
{
	static const char *request[] = { "", NU, NM, FU, FM, FH, FU FM,
	    FU FH, FM FH, NU NU NM, NU NM NM, FU FU FM FH, FU FM FM FH,
	    FU FM FH FH, NU NM FU, NU NM FM, NU FM, FU NM,
	    NU NM "X-Forwarded-Host: other\r\n", NU NM FH FH,
	    NU NM "X-Forwarded-Host: a b\r\n",
	    NM "X-Original-URI:\r\n", NM "X-Original-URI: a\r\n",
	    NM "X-Original-URI: http://hub/\r\n",
	    NM "X-Original-URI: /a b\r\n", NM "X-Original-URI: /a#b\r\n",
	    NM "X-Original-URI: /a\tb\r\n", NM "X-Original-URI: /\x80\r\n",
	    NM "X-Original-URI: /\xc2\x85\r\n",
	    NU "X-Original-Method:\r\n", NU "X-Original-Method: G T\r\n",
	    NU "X-Original-Method: GET,GET\r\n",
	    NU "X-Original-Method: ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG\r\n",
	    FU FM "X-Forwarded-Host: a, b\r\n", FU FM "X-Forwarded-Host:\r\n",
	    FU FM "X-Forwarded-Host: a/b\r\n" };
	static const char *forward[] = { "", FU FM FH, FU FM FP, FU FH FP,
	    FM FH FP, FU FM FH FP FP, FU FM FH "X-Forwarded-Proto: \r\n",
	    FU FM FH "X-Forwarded-Proto: https, http\r\n",
	    FU FM FH "X-Forwarded-Proto: gopher\r\n", NU NM FP };
	struct forwarded	 f;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(request) / sizeof(request[0]); i++) {
		head("hub", request[i]);
		if (forwarded_request(&h, true, &f))
			fail_msg("accepted: %s", request[i]);
		assert_non_null(f.why);
	}
	for (i = 0; i < sizeof(forward) / sizeof(forward[0]); i++) {
		head("hub", forward[i]);
		if (forwarded_forward(&h, &f))
			fail_msg("accepted: %s", forward[i]);
		assert_non_null(f.why);
	}
}

static void
client(const char *peer, const char *lines, const char *want)
{
	struct network	 proxies[2];
	struct address	 a;

	assert_true(network_parse("10.0.0.0/8", &proxies[0]));
	assert_true(network_parse("::1", &proxies[1]));
	assert_true(address_parse(peer, &a));
	head("hub", lines);
	a = forwarded_client(&h, &a, proxies, 2);
	assert_string_equal(address_text(&a), want);
}

#define XFF	"X-Forwarded-For: "

static void
clients(void **state)
{
	(void)state;
	client("192.0.2.1", "", "192.0.2.1");
	client("192.0.2.1", XFF "1.2.3.4\r\n", "192.0.2.1");
	client("10.1.1.1", "", "10.1.1.1");
	client("10.1.1.1", XFF "1.2.3.4\r\n", "1.2.3.4");
	client("::1", XFF "2001:db8::2\r\n", "2001:db8::2");
	client("10.1.1.1", XFF "9.9.9.9, 1.2.3.4,10.2.2.2\r\n", "1.2.3.4");
	client("10.1.1.1", XFF "9.9.9.9\r\n" XFF "1.2.3.4, ::1\r\n",
	    "1.2.3.4");
	client("10.1.1.1", XFF "1.2.3.4\r\n" XFF "10.3.3.3\r\n", "1.2.3.4");
	client("10.1.1.1", XFF "10.3.3.3, 10.4.4.4\r\n", "10.3.3.3");
	client("10.1.1.1", XFF "1.2.3.4, junk\r\n", "10.1.1.1");
	client("10.1.1.1", XFF "1.2.3.4, junk, 10.5.5.5\r\n", "10.5.5.5");
	client("10.1.1.1", XFF "1.2.3.4,\r\n", "10.1.1.1");
	client("10.1.1.1", XFF "\r\n", "10.1.1.1");
	client("10.1.1.1", XFF "1.2.3.4:80\r\n", "10.1.1.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(refused),
		cmocka_unit_test(clients)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
