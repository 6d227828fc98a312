/* Units of what a request looks like, and where redirects lead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/fetch/head.h"
#include "hfssod/fetch/location.h"

static struct fetch_request
question(void)
{
	struct fetch_request	 q;

	memset(&q, 0, sizeof(q));
	q.organization = "acme";
	q.connection = "okta";
	q.url = "https://idp.test/x";
	q.accept = q.authorization = q.etag = "";
	return q;
}

static void
expect(const struct fetch_request *q, const char *url, const char *wanted)
{
	struct web_address	 to;
	struct writer		 w;

	assert_true(web_address(url, &to));
	wire_init(&w, LIMIT_MESSAGE);
	head_write(&w, q, &to);
	assert_false(w.bad);
	assert_int_equal(w.len, strlen(wanted));
	assert_memory_equal(w.data, wanted, w.len);
	wire_free(&w);
}

#define AGENT		"User-Agent: hfssod/test\r\n"
#define REST		"Accept-Encoding: identity\r\nConnection: keep-alive\r\n"

static void
requests(void **state)
{
	struct fetch_request	 q = question();

	(void)state;
	expect(&q, "https://idp.test/a?b", "GET /a?b HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: */*\r\n" REST "\r\n");
	expect(&q, "https://idp.test", "GET / HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: */*\r\n" REST "\r\n");
	expect(&q, "https://idp.test?b", "GET /?b HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: */*\r\n" REST "\r\n");
	expect(&q, "http://idp.test:443/", "GET / HTTP/1.1\r\n"
	    "Host: idp.test:443\r\n" AGENT "Accept: */*\r\n" REST "\r\n");
	expect(&q, "https://[::1]:8443/", "GET / HTTP/1.1\r\n"
	    "Host: [::1]:8443\r\n" AGENT "Accept: */*\r\n" REST "\r\n");
	q.accept = "application/json";
	q.authorization = "Bearer x";
	q.etag = "W/\"1\"";
	expect(&q, "https://idp.test/", "GET / HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: application/json\r\n" REST
	    "Authorization: Bearer x\r\nIf-None-Match: W/\"1\"\r\n\r\n");
	q.post = true;
	q.body.data = (const uint8_t *)"a=b&c=d";
	q.body.len = 7;
	expect(&q, "https://idp.test/", "POST / HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: application/json\r\n" REST
	    "Authorization: Bearer x\r\n"
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: 7\r\n\r\na=b&c=d");
	q.body.len = 0;
	q.authorization = "";
	expect(&q, "https://idp.test/", "POST / HTTP/1.1\r\n"
	    "Host: idp.test\r\n" AGENT "Accept: application/json\r\n" REST
	    "Content-Type: application/x-www-form-urlencoded\r\n"
	    "Content-Length: 0\r\n\r\n");
}

static void
values(void **state)
{
	static const char *const bad[] = { "a\rb", "a\nb", "a\r\nb: c",
			    "\t", "\x7f", "\x80", "\xc3\xbc", "a\x01" };
	struct fetch_request	 q = question();
	size_t			 i;

	(void)state;
	assert_true(head_valid(&q));
	q.authorization = "Basic a=~ !";
	assert_true(head_valid(&q));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		q = question();
		q.url = bad[i];
		assert_false(head_valid(&q));
		q = question();
		q.accept = bad[i];
		assert_false(head_valid(&q));
		q = question();
		q.authorization = bad[i];
		assert_false(head_valid(&q));
		q = question();
		q.etag = bad[i];
		assert_false(head_valid(&q));
	}
}

static void
redirects(void **state)
{
	static const struct {
		const char	*base;
		const char	*to;
		const char	*wanted;	/* NULL: refused */
	} tries[] = {
		{ "https://a/x", "https://b/y?z", "https://b/y?z" },
		{ "https://a/x", "http://b/y", "http://b/y" },
		{ "https://a/x", "/y", "https://a:443/y" },
		{ "https://a:99/x?q", "/", "https://a:99/" },
		{ "http://a/x", "//b/y", "http://b/y" },
		{ "https://a/x", "//b/y", "https://b/y" },
		{ "https://[::1]/x", "/y", "https://[::1]:443/y" },
		{ "https://a/x", "/y#z", "https://a:443/y" },
		{ "https://a/x", "https://b#/c", "https://b" },
		/* No address, but that is for others to say. */
		{ "https://a/x", "https://u@b/", "https://u@b/" },
		{ "https://a/x", "//", "https://" },
		{ "https://a/x", "", NULL },
		{ "https://a/x", "y", NULL },
		{ "https://a/x", "../y", NULL },
		{ "https://a/x", "?y", NULL },
		{ "https://a/x", "#y", NULL },
		{ "https://a/x", "ftp://b/", NULL },
		{ "https://a/x", "javascript:1", NULL },
		{ "https://a/x", "file:///etc/passwd", NULL },
		{ "https://a/x", "HTTP://b/", NULL },
		{ "https://a/x", " https://b/", NULL },
		{ "https://a/x", "\\\\b\\y", NULL }
	};
	struct web_address	 base;
	char			 out[64];
	bool			 ok;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		assert_true(web_address(tries[i].base, &base));
		ok = location_resolve(&base, tries[i].to, out, sizeof(out));
		if (ok != (tries[i].wanted != NULL))
			fail_msg("%s", tries[i].to);
		if (ok)
			assert_string_equal(out, tries[i].wanted);
	}
	assert_true(web_address("https://a/", &base));
	assert_true(location_resolve(&base, "/234567", out, 21));
	assert_false(location_resolve(&base, "/234567", out, 20));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(values),
		cmocka_unit_test(redirects)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
