/* Units of hfssod/http/target.c and host.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/http/host.h"
#include "hfssod/http/target.h"

static struct bytes
bytes(const char *s)
{
	struct bytes	 b;

	b.data = (const uint8_t *)s;
	b.len = strlen(s);
	return b;
}

static void
canonical(void **state)
{
	static const char *good[] = { "/", "/a", "/a/", "/.hfsso/login",
	    "/organizations/a-b_c.d~e/saml", "/...", "/a.b", "/.a" };
	static const char *bad[] = { "", "a", "//", "/a//b", "//a", "/.",
	    "/..", "/./a", "/a/../b", "/a/.", "/a/..", "/%61", "/a%2fb",
	    "/a;b", "/a b", "/a\\b", "/a:b", "/a@b", "/a+b", "/\x80" };
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!path_canonical(bytes(good[i])))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (path_canonical(bytes(bad[i])))
			fail_msg("accepted: %s", bad[i]);
}

static void
plain(void **state)
{
	static const char *good[] = { "/", "/a", "/a/", "/a/b.css",
	    "/a%20b", "/%C3%A9", "/...", "/a/..b", "/a:b@c!$&'()*+,=",
	    "/%2e%2e%2e", "/a%2eb", "/[1]" };
	static const char *bad[] = { "", "a", "//", "/a//b", "/a/%2f",
	    "/a%2Fb", "/a%5cb", "/a%5Cb", "/a%00", "/%", "/%2", "/%zz",
	    "/a;b", "/a%3bb", "/a%3Bb", "/.", "/..", "/a/./b", "/a/../b",
	    "/%2e", "/%2E%2e/b", "/.%2e/b", "/%2e./b", "/a/%2e%2e",
	    "/a\\b", "/a b", "/a%0ab", "/a%7fb", "/\x80", "/a%252e",
	    "/%25", "/a?b", "/a#b", "/a|b", "/a\"b", "/\x01" };
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!path_plain(bytes(good[i])))
			fail_msg("not plain: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (path_plain(bytes(bad[i])))
			fail_msg("plain: %s", bad[i]);
}

static void
split(const char *query, bool raw, const char *value, const char *rest)
{
	struct return_query	 q;

	return_split(bytes(query), &q);
	assert_int_equal(q.raw, raw);
	assert_int_equal(q.value.len, strlen(value));
	assert_memory_equal(q.value.data, value, q.value.len);
	assert_int_equal(q.rest.len, strlen(rest));
	assert_memory_equal(q.rest.data, rest, q.rest.len);
}

static void
returns(void **state)
{
	(void)state;
	split("", false, "", "");
	split("a=b", false, "", "a=b");
	split("return=x", false, "", "return=x");
	split("return=%2Fx&a=b", false, "", "return=%2Fx&a=b");
	split("return=", false, "", "return=");
	split("return=/", true, "/", "");
	split("return=/a?b=c&return=/d", true, "/a?b=c&return=/d", "");
	split("a=b&return=/c&d=e", true, "/c&d=e", "a=b");
	split("xreturn=/c", false, "", "xreturn=/c");
	split("a=return=/c", false, "", "a=return=/c");
	split("&return=/c", true, "/c", "");
}

static void
allowed(void **state)
{
	static const char	*origins[] = { "https://docs.example.com",
				    "" };
	static const struct strings list = { 2, origins };
	static const char *good[] = { "/", "/a", "/a//b", "/a?b=c#d",
	    "https://hub.example.com", "https://hub.example.com/",
	    "https://hub.example.com?a", "https://hub.example.com#a",
	    "https://docs.example.com/x", "/%0d%0a", "/a@b" };
	static const char *bad[] = { "", "a", "//", "//evil", "/\\evil",
	    "\\\\evil", "///evil", "http:hub", "http://hub.example.com/",
	    "https:/hub.example.com", "https://hub.example.com.evil/",
	    "https://hub.example.com@evil/", "https://hub.example.com:1/",
	    "https://hub.example.comevil", "https://evil/",
	    "https://hub.example.com\\@evil/", "/a\\b", "/a b", "/a\tb",
	    "/\t/evil", "/a\r\nb", "\t/a", " /a", "/\x80", "/\x7f",
	    "javascript:alert(1)", "data:text/html,x",
	    "HTTPS://hub.example.com/", "https://Hub.example.com/" };
	char	 text[LIMIT_RETURN_TO + 2];
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!return_allowed(good[i], "https://hub.example.com",
		    &list))
			fail_msg("refused: %s", good[i]);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (return_allowed(bad[i], "https://hub.example.com", &list))
			fail_msg("accepted: %s", bad[i]);
	memset(text, 'a', sizeof(text));
	text[0] = '/';
	text[LIMIT_RETURN_TO] = '\0';
	assert_true(return_allowed(text, "", &list));
	text[LIMIT_RETURN_TO] = 'a';
	text[LIMIT_RETURN_TO + 1] = '\0';
	assert_false(return_allowed(text, "", &list));
}

static void
normal(const char *in, unsigned int port, const char *want)
{
	char	 out[HOST_TEXT];

	if (!host_normal(bytes(in), port, out))
		fail_msg("refused: %s", in);
	assert_string_equal(out, want);
}

static void
hosts(void **state)
{
	static const char *bad[] = { "", ":80", "a:", "a:0", "a:65536",
	    "a:080080", "a: 80", "a:8x", "a/b", "a b", "a,b", "u@a", "[::1",
	    "::1", "[]", "[:]", "[::1]x", "[g::]", ".", ".a", "a..b", "a..",
	    "a%41", "\xc3\xa9", "a\x01" };
	char	 out[HOST_TEXT], text[LIMIT_HOST + 16];
	size_t	 i;

	(void)state;
	normal("Hub.Example.COM", 443, "hub.example.com");
	normal("hub:443", 443, "hub");
	normal("hub:0443", 443, "hub");
	normal("hub:443", 80, "hub:443");
	normal("hub.:80", 80, "hub");
	normal("hub.:8080", 80, "hub:8080");
	normal("hub.", 80, "hub");
	normal("127.0.0.1:8300", 80, "127.0.0.1:8300");
	normal("[2001:DB8::1]:80", 80, "[2001:db8::1]");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (host_valid(bytes(bad[i])))
			fail_msg("valid: %s", bad[i]);
		assert_false(host_normal(bytes(bad[i]), 80, out));
	}
	memset(text, 'a', sizeof(text));
	memcpy(text + LIMIT_HOST, ":65535", 7);
	normal(text, 80, text);
	memcpy(text + LIMIT_HOST, "a:65535", 8);
	assert_false(host_valid(bytes(text)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canonical),
		cmocka_unit_test(plain),
		cmocka_unit_test(returns),
		cmocka_unit_test(allowed),
		cmocka_unit_test(hosts)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
