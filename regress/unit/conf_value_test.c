/* Single values of the configuration. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/reserved.h"
#include "hfssod/parent/value.h"

struct one {
	const char	*text;
	int		 good;
};

static void
all(bool (*fn)(const char *), const struct one *list)
{
	for (; list->text != NULL; list++) {
		if (fn(list->text) != (list->good == 1))
			fail_msg("\"%s\" is %s", list->text,
			    list->good == 1 ? "refused" : "accepted");
	}
}

static void
test_number(void **state)
{
	static const char *const bad[] = {
		"", "0x10", "-1", "+1", " 1", "1 ", "01", "1e3", "101",
		"99999999999999999999", "9223372036854775808", NULL
	};
	int64_t	 n;
	int	 i;

	(void)state;
	assert_true(value_number("0", 0, 100, &n));
	assert_int_equal(n, 0);
	assert_true(value_number("100", 0, 100, &n));
	assert_int_equal(n, 100);
	n = 7;
	for (i = 0; bad[i] != NULL; i++)
		assert_false(value_number(bad[i], 0, 100, &n));
	assert_int_equal(n, 7);
}

static void
test_duration(void **state)
{
	static const struct {
		const char	*text;
		int64_t		 n;
	} good[] = {
		{ "90s", 90 }, { "10m", 600 }, { "8h", 28800 },
		{ "7d", 604800 }, { "0s", 0 }, { NULL, 0 }
	};
	static const char *const bad[] = {
		"", "s", "10", "10w", "1h30m", "-1s", "1.5h", "1 h", "h1",
		"99999999999999999999d", "2147483648s", NULL
	};
	char	 text[VALUE_TEXT];
	int64_t	 n;
	int	 i;

	(void)state;
	for (i = 0; good[i].text != NULL; i++) {
		assert_true(value_duration(good[i].text, &n));
		assert_int_equal(n, good[i].n);
	}
	for (i = 0; bad[i] != NULL; i++)
		assert_false(value_duration(bad[i], &n));
	value_duration_text(90, text);
	assert_string_equal(text, "90s");
	value_duration_text(600, text);
	assert_string_equal(text, "10m");
	value_duration_text(604800, text);
	assert_string_equal(text, "7d");
	value_duration_text(0, text);
	assert_string_equal(text, "0s");
}

static void
test_size(void **state)
{
	char	 text[VALUE_TEXT];
	int64_t	 n;

	(void)state;
	assert_true(value_size("512", &n));
	assert_int_equal(n, 512);
	assert_true(value_size("3k", &n));
	assert_int_equal(n, 3072);
	assert_true(value_size("2m", &n));
	assert_int_equal(n, 2 * 1024 * 1024);
	assert_false(value_size("", &n));
	assert_false(value_size("k", &n));
	assert_false(value_size("3kb", &n));
	assert_false(value_size("3 k", &n));
	value_size_text(3072, text);
	assert_string_equal(text, "3k");
	value_size_text(3000, text);
	assert_string_equal(text, "3000");
}

static void
test_organization(void **state)
{
	static const struct one list[] = {
		{ "acme", 1 }, { "Acme-Corp", 1 }, { "a1", 1 }, { "1a", 1 },
		{ "", 0 }, { "a", 0 }, { "12345", 0 }, { "-a", 0 },
		{ "a-", 0 }, { "a--b", 0 }, { "a_b", 0 }, { "a.b", 0 },
		{ "a b", 0 }, { "a/b", 0 }, { "\303\244b", 0 },
		{ "0123456789abcdef01234567", 0 },
		{ "0123456789ABCDEF01234567", 0 },
		{ "0123456789abcdef0123456", 1 },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop", 1 },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq", 0 },
		{ NULL, 0 }
	};

	(void)state;
	all(value_organization, list);
	assert_true(reserved_word("api"));
	assert_true(reserved_word("API"));
	assert_true(reserved_word("organizations"));
	assert_false(reserved_word("acme"));
}

static bool
host(const char *text)
{
	return value_host(text, false);
}

static bool
host_port(const char *text)
{
	return value_host(text, true);
}

static void
test_host(void **state)
{
	static const struct one hosts[] = {
		{ "hub.example.com", 1 }, { "localhost", 1 }, { "a-b.c", 1 },
		{ "10.0.0.1", 1 }, { "", 0 }, { ".", 0 }, { "a.", 0 },
		{ ".a", 0 }, { "a..b", 0 }, { "-a", 0 }, { "a-", 0 },
		{ "a-.b", 0 }, { "a.-b", 0 }, { "Hub", 0 }, { "a_b", 0 },
		{ "a:443", 0 }, { "a/b", 0 }, { "a@b", 0 }, { "a b", 0 },
		{ "*.a", 0 }, { "[::1]", 0 }, { NULL, 0 }
	};
	static const struct one ports[] = {
		{ "a:8443", 1 }, { "a", 1 }, { "a:", 0 }, { "a:0", 0 },
		{ "a:65536", 0 }, { "a:08", 0 }, { "a:1:2", 0 }, { ":1", 0 },
		{ NULL, 0 }
	};

	(void)state;
	all(host, hosts);
	all(host_port, ports);
}

static void
test_origin(void **state)
{
	static const char *const bad[] = {
		"", "https://", "http://a", "https://a/", "https://a/b",
		"https://u@a", "HTTPS://a", "https://A", "https://a?b",
		"https://a#b", "//a", "a", "https://a:x", NULL
	};
	int	 i;

	(void)state;
	assert_string_equal(value_origin("https://a.b:8443"), "a.b:8443");
	for (i = 0; bad[i] != NULL; i++)
		assert_null(value_origin(bad[i]));
}

static void
test_path(void **state)
{
	static const struct one list[] = {
		{ "/static", 1 }, { "/static/css", 1 }, { "/.hfsso", 1 },
		{ "/a..b", 1 }, { "/favicon.ico", 1 }, { "", 0 }, { "/", 0 },
		{ "a", 0 }, { "/a/", 0 }, { "//a", 0 }, { "/a//b", 0 },
		{ "/.", 0 }, { "/..", 0 }, { "/a/../b", 0 }, { "/a/./b", 0 },
		{ "/a/..", 0 }, { "/a%2fb", 0 }, { "/a;b", 0 }, { "/a b", 0 },
		{ "/a?b", 0 }, { "/a#b", 0 }, { "/a\\b", 0 },
		{ "/\303\244", 0 }, { NULL, 0 }
	};

	(void)state;
	all(value_path, list);
}

static void
test_header(void **state)
{
	static const struct one list[] = {
		{ "X-WEBAUTH-USER", 1 }, { "Remote-Account", 1 }, { "", 0 },
		{ "X User", 0 }, { "X:User", 0 }, { "X_User", 0 },
		{ "-X", 0 }, { "Content-Length", 0 }, { "content-type", 0 },
		{ "Host", 0 }, { "set-cookie", 0 }, { "Cookie", 0 },
		{ "Transfer-Encoding", 0 }, { "Connection", 0 },
		{ "X-Forwarded-For", 0 }, { "Authorization", 0 },
		{ "Location", 0 }, { "X\r\nY", 0 }, { NULL, 0 }
	};

	(void)state;
	all(value_header, list);
}

static void
test_others(void **state)
{
	static const struct one slugs[] = {
		{ "nlp", 1 }, { "nlp-team", 1 }, { "a_b.c", 1 }, { "", 0 },
		{ "-a", 0 }, { "a.", 0 }, { "a b", 0 }, { "a,b", 0 },
		{ "\303\244", 0 }, { NULL, 0 }
	};
	static const struct one uris[] = {
		{ "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent", 1 },
		{ "https://a/b?c=d", 1 }, { "", 0 }, { "persistent", 0 },
		{ ":a", 0 }, { "a b:c", 0 }, { "a:\"", 0 }, { "a:<", 0 },
		{ "a:\n", 0 }, { NULL, 0 }
	};
	static const struct one labels[] = {
		{ "a", 1 }, { "okta-2", 1 }, { "", 0 }, { "a--b", 0 },
		{ "a/b", 0 }, { "a.b", 0 }, { "a\"", 0 }, { NULL, 0 }
	};

	(void)state;
	all(value_slug, slugs);
	all(value_uri, uris);
	all(value_label, labels);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_duration),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_organization),
		cmocka_unit_test(test_host),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_others)
	};

	return cmocka_run_group_tests_name("conf_value", tests, NULL, NULL);
}
