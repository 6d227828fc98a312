/* Units of hfssod/http/cookie.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/http/cookie.h"

#define S	"__Host-hfsso"
#define L	"__Host-hfsso-l-"

static struct cookies	 c;

static bool
parse(const char *text)
{
	struct bytes	 b;

	b.data = (const uint8_t *)text;
	b.len = strlen(text);
	return cookies_parse(b, &c);
}

static void
good(void **state)
{
	(void)state;
	assert_true(parse(""));
	assert_int_equal(c.session.len, 0);
	assert_true(parse("a=b; c=\"d;e\"; f; =g; h="));
	assert_int_equal(c.session.len, 0);
	assert_true(parse(S "=abc-_9"));
	assert_true(bytes_equal(c.session, "abc-_9"));
	assert_true(parse("a=b;" S "=x ;c=" S "=y"));
	assert_true(bytes_equal(c.session, "x"));
	assert_true(parse(L "0123abcd=v; " S "=s; " L "00000000=w"));
	assert_int_equal(c.count, 2);
	assert_true(bytes_equal(c.login[0].name, "0123abcd"));
	assert_true(bytes_equal(c.login[1].value, "w"));
	/* Names that only look like ours. */
	assert_true(parse(S "x=a b; x" S "=1; __host-hfsso=1; " S "-m=\"\""));
	assert_int_equal(c.session.len, 0);
}

static void
refused(void **state)
{
	static const char *bad[] = { S "=", S "= ", S "=\"a\"", S "=a b",
	    S "=a,b", S "=a%20", S "=a=b", S "=a+b", S "=a/b", S "=\xc3\xa9",
	    S "=a; " S "=a", S "=a; " S "=b", S "=a;" S "=",
	    "x=y; " S " =a; " S "=b", "\t" S "\t=a;" S "=b",
	    S "=0123456789012345678901234567890123456789012345678901234567"
	    "8901234", L "=a", L "0123abc=a", L "0123abcde=a",
	    L "0123ABCD=a", L "0123abcx=a", L "0123abcd=", L "0123abcd=a b",
	    L "0123abcd=a; " L "0123abcd=b" };
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (parse(bad[i]))
			fail_msg("accepted: %s", bad[i]);
		assert_int_equal(c.session.len, 0);
		assert_int_equal(c.count, 0);
	}
}

static void
many(void **state)
{
	char	 text[4096], one[64];
	int	 i;

	(void)state;
	text[0] = '\0';
	for (i = 0; i < 40; i++) {
		snprintf(one, sizeof(one), "%s%08x=v; ", L, (unsigned)i);
		strlcat(text, one, sizeof(text));
	}
	strlcat(text, S "=s", sizeof(text));
	assert_true(parse(text));
	assert_int_equal(c.count, COOKIES_LOGIN);
	assert_true(bytes_equal(c.session, "s"));
}

static void
headers(void **state)
{
	static struct head	 h;
	static const char	 one[] = "GET / HTTP/1.1\r\nHost: a\r\n"
				    "Cookie: " S "=a\r\n\r\n";
	static const char	 two[] = "GET / HTTP/1.1\r\nHost: a\r\n"
				    "Cookie: " S "=a\r\nCookie: x=y\r\n\r\n";
	static const char	 none[] = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	size_t			 seen;

	(void)state;
	seen = 0;
	head_parse(&h, one, sizeof(one) - 1, &seen);
	assert_true(cookies_of(&h, &c));
	assert_int_equal(c.session.len, 1);
	seen = 0;
	head_parse(&h, two, sizeof(two) - 1, &seen);
	assert_false(cookies_of(&h, &c));
	assert_int_equal(c.session.len, 0);
	seen = 0;
	head_parse(&h, none, sizeof(none) - 1, &seen);
	assert_true(cookies_of(&h, &c));
	assert_int_equal(c.session.len, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good),
		cmocka_unit_test(refused),
		cmocka_unit_test(many),
		cmocka_unit_test(headers)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
