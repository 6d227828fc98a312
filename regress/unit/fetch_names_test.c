/* Units of resolv.conf, hosts files and name servers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hfssod/fetch/names.h"

static struct bytes
octets(const char *text)
{
	struct bytes	 b = { (const uint8_t *)text, strlen(text) };

	return b;
}

static void
servers(void **state)
{
	static const struct {
		const char	*text;
		const char	*address;
		unsigned int	 port;
	} good[] = {
		{ "192.0.2.1", "192.0.2.1", 53 },
		{ "192.0.2.1:5353", "192.0.2.1", 5353 },
		{ "192.0.2.1:65535", "192.0.2.1", 65535 },
		{ "2001:db8::1", "2001:db8::1", 53 },
		{ "::1", "::1", 53 },
		{ "[::1]", "::1", 53 },
		{ "[2001:db8::1]:5353", "2001:db8::1", 5353 }
	};
	static const char *const bad[] = {
		"", ":", ":53", "x", "dns.example.com", "192.0.2.1:",
		"192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:x",
		"192.0.2.1:-1", "192.0.2.1: 53", "192.0.2.1:+53",
		"192.0.2.1 ", " 192.0.2.1", "192.0.2", "192.0.2.1.1",
		"192.0.2.256", "[", "[]", "[]:53", "[::1", "[::1]x",
		"[::1]:", "[::1]:0", "[::1]:x", "[::1]53", "[192.0.2.1]",
		"[192.0.2.1]:53", "::1]:53", "fe80::1%eth0", ":::1",
		"1:2:3:4:5:6:7:8:9",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb:cccc"
	};
	struct server	 s;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(server_parse(good[i].text, &s));
		assert_string_equal(address_text(&s.address),
		    good[i].address);
		assert_int_equal(s.port, good[i].port);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (server_parse(bad[i], &s))
			fail_msg("%s", bad[i]);
	}
}

/* The servers of a text, joined by blanks. */
static void
expect(const char *text, const char *wanted)
{
	struct server	 list[NAMES_SERVERS];
	char		 found[512] = "";
	size_t		 n, i;

	n = resolv_conf_servers(octets(text), list, NAMES_SERVERS);
	for (i = 0; i < n; i++) {
		if (i > 0)
			strlcat(found, " ", sizeof(found));
		strlcat(found, address_text(&list[i].address),
		    sizeof(found));
	}
	assert_string_equal(found, wanted);
}

static void
resolv_conf(void **state)
{
	(void)state;
	expect("nameserver 192.0.2.1\n", "192.0.2.1");
	expect("nameserver 192.0.2.1", "192.0.2.1");
	expect("search x.test\nnameserver 192.0.2.1\r\n"
	    "nameserver\t2001:db8::1 # two\noptions edns0\n",
	    "192.0.2.1 2001:db8::1");
	expect("  nameserver   192.0.2.1  \n", "192.0.2.1");
	expect("nameserver [::1]:53\n", "::1");
	/* None that is understood: the local one. */
	expect("", "127.0.0.1");
	expect("\n\n\n", "127.0.0.1");
	expect("# nameserver 192.0.2.1\n; nameserver 192.0.2.2\n",
	    "127.0.0.1");
	expect("nameserver\n", "127.0.0.1");
	expect("nameserver x\n", "127.0.0.1");
	expect("nameserver192.0.2.1\n", "127.0.0.1");
	expect("Nameserver 192.0.2.1\n", "127.0.0.1");
	expect("nameserver 192.0.2.1.1\nnameserver fe80::1%eth0\n",
	    "127.0.0.1");
	expect("nameservers 192.0.2.1\n", "127.0.0.1");
	/* No more than there is room for. */
	expect("nameserver 1.0.0.1\nnameserver 1.0.0.2\nnameserver 1.0.0.3\n"
	    "nameserver 1.0.0.4\nnameserver 1.0.0.5\nnameserver 1.0.0.6\n"
	    "nameserver 1.0.0.7\nnameserver 1.0.0.8\nnameserver 1.0.0.9\n",
	    "1.0.0.1 1.0.0.2 1.0.0.3 1.0.0.4 1.0.0.5 1.0.0.6 1.0.0.7 "
	    "1.0.0.8");
}

static size_t
find(const char *text, const char *name, struct address *list)
{
	return hosts_find(octets(text), name, list, NAMES_ADDRESSES);
}

static void
hosts(void **state)
{
	static const char	 text[] =
	    "# hosts\n127.0.0.1 localhost\n::1\tlocalhost ip6-localhost\n"
	    "192.0.2.1 IDP.test idp # idp.comment\n  192.0.2.2 idp.test\n"
	    "192.0.2.3 idp.test.evil xidp.test\n#192.0.2.4 idp.test\n"
	    "not-an-address idp.test\n192.0.2.5\n192.0.2.6 a a a";
	struct address		 list[NAMES_ADDRESSES];

	(void)state;
	assert_int_equal(find(text, "localhost", list), 2);
	assert_string_equal(address_text(&list[0]), "127.0.0.1");
	assert_string_equal(address_text(&list[1]), "::1");
	assert_int_equal(find(text, "idp.test", list), 2);
	assert_string_equal(address_text(&list[0]), "192.0.2.1");
	assert_string_equal(address_text(&list[1]), "192.0.2.2");
	assert_int_equal(find(text, "idp", list), 1);
	assert_int_equal(find(text, "a", list), 1);
	assert_int_equal(find(text, "idp.comment", list), 0);
	assert_int_equal(find(text, "idp.tes", list), 0);
	assert_int_equal(find(text, "dp.test", list), 0);
	assert_int_equal(find(text, "test", list), 0);
	assert_int_equal(find(text, "", list), 0);
	assert_int_equal(find(text, "192.0.2.5", list), 0);
	assert_int_equal(find(text, "127.0.0.1", list), 0);
	assert_int_equal(find("", "a", list), 0);
	assert_int_equal(find("\n", "a", list), 0);
	assert_int_equal(find("192.0.2.1", "a", list), 0);
	assert_int_equal(find("192.0.2.1a", "a", list), 0);
}

static void
odd_texts(void **state)
{
	static const uint8_t	 nul[] = "192.0.2.1 a\0b\n192.0.2.2 a\n";
	struct bytes		 b = { nul, sizeof(nul) - 1 };
	struct address		 list[NAMES_ADDRESSES];
	char			*text;
	size_t			 i;

	(void)state;
	assert_int_equal(hosts_find(b, "a", list, NAMES_ADDRESSES), 1);
	assert_string_equal(address_text(&list[0]), "192.0.2.2");
	/* A word without end is none. */
	assert_non_null(text = malloc(100001));
	memset(text, 'a', 100000);
	memcpy(text, "192.0.2.1 ", 10);
	text[100000] = '\0';
	assert_int_equal(find(text, "a", list), 0);
	/* More addresses than are tried. */
	for (i = 0; i < 1000; i++)
		memcpy(text + i * 12, "192.0.2.1 a\n", 12);
	text[12000] = '\0';
	assert_int_equal(find(text, "a", list), NAMES_ADDRESSES);
	assert_int_equal(hosts_find(octets(text), "a", list, 1), 1);
	assert_int_equal(hosts_find(octets(text), "a", list, 0), 0);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(servers),
		cmocka_unit_test(resolv_conf),
		cmocka_unit_test(hosts),
		cmocka_unit_test(odd_texts)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
