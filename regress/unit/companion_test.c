/* Units of addresses: what is one, and where fetch may go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "common/companion.h"
#include "common/limits.h"

static void
taken_apart(void **state)
{
	static const struct {
		const char	*text;
		bool		 tls;
		const char	*host;
		unsigned int	 port;
		const char	*origin;
		const char	*path;
	} good[] = {
		{ "https://idp.example.com", true, "idp.example.com", 443,
		    "https://idp.example.com:443", "" },
		{ "https://idp.example.com/", true, "idp.example.com", 443,
		    "https://idp.example.com:443", "/" },
		{ "https://IDP.Example.COM:8443/A/b?C=d", true,
		    "idp.example.com", 8443, "https://idp.example.com:8443",
		    "/A/b?C=d" },
		{ "https://idp.example.com?x", true, "idp.example.com", 443,
		    "https://idp.example.com:443", "?x" },
		{ "https://idp.example.com:443/x", true, "idp.example.com",
		    443, "https://idp.example.com:443", "/x" },
		{ "http://127.0.0.1:8080/x", false, "127.0.0.1", 8080,
		    "http://127.0.0.1:8080", "/x" },
		{ "http://localhost", false, "localhost", 80,
		    "http://localhost:80", "" },
		{ "https://[::1]", true, "::1", 443, "https://[::1]:443",
		    "" },
		{ "https://[2001:DB8::A]:99/x", true, "2001:db8::a", 99,
		    "https://[2001:db8::a]:99", "/x" },
		{ "https://[::ffff:127.0.0.1]/", true, "::ffff:127.0.0.1",
		    443, "https://[::ffff:127.0.0.1]:443", "/" },
		{ "https://a_b.example/", true, "a_b.example", 443,
		    "https://a_b.example:443", "/" },
		{ "https://xn--bcher-kva.example/", true,
		    "xn--bcher-kva.example", 443,
		    "https://xn--bcher-kva.example:443", "/" },
		{ "https://1.example/", true, "1.example", 443,
		    "https://1.example:443", "/" },
		{ "https://1a/", true, "1a", 443, "https://1a:443", "/" },
		{ "https://0xg/", true, "0xg", 443, "https://0xg:443", "/" },
		{ "https://a/@b:c[d]", true, "a", 443, "https://a:443",
		    "/@b:c[d]" },
		{ "https://a:65535/", true, "a", 65535, "https://a:65535",
		    "/" },
		{ "https://a:00443/", true, "a", 443, "https://a:443", "/" }
	};
	struct web_address	 a;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!web_address(good[i].text, &a))
			fail_msg("%s", good[i].text);
		assert_int_equal(a.tls, good[i].tls);
		assert_string_equal(a.host, good[i].host);
		assert_int_equal(a.port, good[i].port);
		assert_string_equal(a.origin, good[i].origin);
		assert_string_equal(a.path, good[i].path);
	}
}

static void
no_address(void **state)
{
	static const char *const bad[] = {
		"", "h", "https", "https:", "https:/", "https://",
		"https:///", "https:///x", "https://?", "https://:443",
		"https://:443/", "https:example.com", "https:/example.com",
		"//example.com", "/x", "example.com", "ftp://example.com",
		"file:///etc/passwd", "httpss://a", "http:s//a",
		"javascript:alert(1)", " https://a", "\thttps://a",
		"HTTPS://a", "Https://a", "http//a", "data:text/plain,x",
		"gopher://a/", "unix:///x", "ws://a", "wss://a",
		/* User information. */
		"https://u@a", "https://u:p@a", "https://@a",
		"https://u:1@a", "https://a:443@b/", "https://a@b:443/",
		"https://[::1]@a/", "https://a%40b/", "https://a:@b/",
		/* Ports. */
		"https://a:", "https://a:/", "https://a:0", "https://a:x",
		"https://a:65536", "https://a:99999", "https://a:100000",
		"https://a:000443", "https://a:-1", "https://a:+1",
		"https://a:44 3", "https://a:443x", "https://a:443:443",
		"https://a:0x50", "https://a:4294967739", "https://[::1]:",
		/* Hosts. */
		"https://.a", "https://a.", "https://.", "https://..",
		"https://a..b", "https://-a", "https://a-", "https://a.-b.c",
		"https://a,b", "https://a;b", "https://a!b", "https://a*",
		"https://*.a", "https://a%2eb", "https://%61/",
		"https://a$b/", "https://a&b", "https://a'b", "https://a(b",
		"https://a=b", "https://a~b", "https://a|b",
		/* Addresses in other notations. */
		"https://127.1", "https://127.0.1", "https://2130706433",
		"https://0x7f000001", "https://0x7f.0.0.1",
		"https://0x7f.1", "https://017700000001",
		"https://0177.0.0.1", "https://127.0.0.01",
		"https://127.0.0.1.1", "https://256.0.0.1",
		"https://1.2.3.256", "https://1.2.3", "https://0",
		"https://0x", "https://a.0x1", "https://a.b.1",
		"https://127.0.0.1.", "https://127..0.1",
		/* IPv6. */
		"https://::1", "https://::1/", "https://[", "https://[]",
		"https://[]/", "https://[:]", "https://[::1",
		"https://[::1/", "https://[::1]x", "https://[::1].a",
		"https://[1]", "https://[127.0.0.1]", "https://[a]",
		"https://[:::]", "https://[::g]", "https://[1::2::3]",
		"https://[::1%25eth0]", "https://[::1%eth0]",
		"https://[fe80::1%1]", "https://[v1.a]",
		"https://[::ffff:1.2.3.256]", "https://[12345::]",
		"https://[1:2:3:4:5:6:7:8:9]", "https://x[::1]",
		"https://[[::1]]",
		/* Octets. */
		"https://a/ ", "https://a/\t", "https://a/\n", "https://a/\r",
		"https://a\r\nHost: b", "https://a/\x7f", "https://a/\x80",
		"https://b\xc3\xbc" "cher.example/", "https://a/\xc3\xbc",
		"https://a\\b", "https://a/\\", "https://a\\@b/",
		"https://a#", "https://a/#x", "https://a/x?y#z",
		"https://a/\"", "https://a/<", "https://a/>", "https://a/^",
		"https://a/`", "https://a/{", "https://a/}", "https://a/|",
		"https://a\x01", "https:\\\\a", "https://a /"
	};
	struct web_address	 a;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (web_address(bad[i], &a))
			fail_msg("%s", bad[i]);
	}
}

static void
lengths(void **state)
{
	struct web_address	 a;
	char			 text[LIMIT_URL + 2], host[300];
	size_t			 i;

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text, "https://a/", 10);
	text[LIMIT_URL] = '\0';
	assert_true(web_address(text, &a));
	assert_int_equal(strlen(a.path), LIMIT_URL - 9);
	text[LIMIT_URL] = 'x';
	text[LIMIT_URL + 1] = '\0';
	assert_false(web_address(text, &a));
	/* Labels of 63 octets, 253 in all. */
	for (i = 0; i < sizeof(host); i++)
		host[i] = i % 64 == 63 ? '.' : 'h';
	snprintf(text, sizeof(text), "https://%.253s/", host);
	assert_true(web_address(text, &a));
	assert_int_equal(strlen(a.host), 253);
	assert_int_equal(strlen(a.origin), 253 + 12);
	snprintf(text, sizeof(text), "https://%.253s:65535/", host);
	assert_true(web_address(text, &a));
	assert_int_equal(strlen(a.origin), 253 + 14);
	snprintf(text, sizeof(text), "https://%.254s/", host);
	assert_false(web_address(text, &a));
	snprintf(text, sizeof(text), "https://%.300s/", host);
	assert_false(web_address(text, &a));
	snprintf(text, sizeof(text), "https://%.63s/", host);
	assert_true(web_address(text, &a));
	snprintf(text, sizeof(text), "https://%.63sh/", host);
	assert_false(web_address(text, &a));
	/* Only digits, colons and dots, but far too long for an address. */
	memset(host, ':', sizeof(host));
	snprintf(text, sizeof(text), "https://[%.252s]/", host);
	assert_false(web_address(text, &a));
}

static const char	*okta[] = { "https://acme.okta.com:443" };
static const char	*google[] = { "https://accounts.google.com:443" };
static const char	*entra[] = { "https://login.microsoftonline.com:443" };
static const char	*local[] = { "http://127.0.0.1:8080",
			    "https://[::1]:443", "https://idp.test:8443" };

#define LIST(l)		{ sizeof(l) / sizeof((l)[0]), (l) }

static void
same_origin(void **state)
{
	static const struct {
		struct strings	 origins;
		const char	*address;
		bool		 allowed;
	} tries[] = {
		{ LIST(okta), "https://acme.okta.com/oauth2/v1/keys", true },
		{ LIST(okta), "https://acme.okta.com:443", true },
		{ LIST(okta), "https://ACME.OKTA.COM?x", true },
		{ LIST(okta), "http://acme.okta.com/", false },
		{ LIST(okta), "http://acme.okta.com:443/", false },
		{ LIST(okta), "https://acme.okta.com:8443/", false },
		{ LIST(okta), "https://okta.com/", false },
		{ LIST(okta), "https://evil.acme.okta.com/", false },
		{ LIST(okta), "https://acme.okta.com.evil.test/", false },
		{ LIST(okta), "https://xacme.okta.com/", false },
		{ LIST(okta), "https://acme.okta.comx/", false },
		{ LIST(okta), "https://acme.okta.com@evil.test/", false },
		{ LIST(okta), "https://evil.test/acme.okta.com", false },
		{ LIST(okta), "https://evil.test?acme.okta.com", false },
		{ LIST(okta), "https://evil.test#acme.okta.com", false },
		{ LIST(okta), "https://acme.okta.com\\.evil.test/", false },
		{ LIST(okta), "", false },
		{ LIST(okta), "/oauth2", false },
		{ LIST(okta), "https://oauth2.googleapis.com/token", false },
		{ LIST(okta), "https://graph.microsoft.com/", false },
		{ LIST(local), "http://127.0.0.1:8080/x", true },
		{ LIST(local), "http://127.0.0.1/x", false },
		{ LIST(local), "https://127.0.0.1:8080/x", false },
		{ LIST(local), "http://127.0.0.2:8080/x", false },
		{ LIST(local), "https://[::1]/", true },
		{ LIST(local), "https://[0:0:0:0:0:0:0:1]/", false },
		{ LIST(local), "https://idp.test:8443/", true },
		{ LIST(local), "https://idp.test/", false },
		{ { 0, NULL }, "https://acme.okta.com/", false }
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (companion_allowed(&tries[i].origins, tries[i].address) !=
		    tries[i].allowed)
			fail_msg("%s", tries[i].address);
	}
}

static void
companions(void **state)
{
	static const struct {
		struct strings	 origins;
		const char	*address;
		bool		 allowed;
	} tries[] = {
		{ LIST(google), "https://oauth2.googleapis.com/token", true },
		{ LIST(google), "https://www.googleapis.com/oauth2/v3/certs",
		    true },
		{ LIST(google),
		    "https://openidconnect.googleapis.com/v1/userinfo", true },
		{ LIST(google), "https://storage.googleapis.com/x", false },
		{ LIST(google), "https://googleapis.com/", false },
		{ LIST(google), "https://x.oauth2.googleapis.com/", false },
		{ LIST(google), "https://oauth2.googleapis.com.evil.test/",
		    false },
		{ LIST(google), "http://oauth2.googleapis.com/token", false },
		{ LIST(google), "http://oauth2.googleapis.com:443/", false },
		{ LIST(google), "https://oauth2.googleapis.com:8443/token",
		    false },
		{ LIST(google), "https://graph.microsoft.com/", false },
		{ LIST(entra), "https://graph.microsoft.com/oidc/userinfo",
		    true },
		{ LIST(entra), "https://graph.microsoft.com:443/", true },
		{ LIST(entra), "https://graph.microsoft.com:444/", false },
		{ LIST(entra), "https://oauth2.googleapis.com/token", false },
		{ LIST(entra), "https://microsoft.com/", false },
		{ LIST(entra), "https://login.microsoft.com/", false }
	};
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (companion_allowed(&tries[i].origins, tries[i].address) !=
		    tries[i].allowed)
			fail_msg("%s", tries[i].address);
	}
}

/* An origin that is http, or has another port, has no companions. */
static void
companions_of_whom(void **state)
{
	static const char	*no[] = { "http://accounts.google.com:80",
				    "https://accounts.google.com:8443",
				    "https://accounts.google.com",
				    "https://x.accounts.google.com:443",
				    "https://oauth2.googleapis.com:443" };
	struct strings		 list = LIST(no);

	(void)state;
	assert_true(companion_allowed(&list,
	    "https://oauth2.googleapis.com/token"));
	list.count = 4;
	assert_false(companion_allowed(&list,
	    "https://oauth2.googleapis.com/token"));
	assert_false(companion_allowed(&list,
	    "https://www.googleapis.com/oauth2/v3/certs"));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(taken_apart),
		cmocka_unit_test(no_address),
		cmocka_unit_test(lengths),
		cmocka_unit_test(same_origin),
		cmocka_unit_test(companions),
		cmocka_unit_test(companions_of_whom)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
