/* Units of inner addresses: both edges of every network. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "hfssod/fetch/address.h"

static void
check(const char *const *list, size_t count, bool inside)
{
	struct address	 a;
	size_t		 i;

	for (i = 0; i < count; i++) {
		if (!address_parse(list[i], &a))
			fail_msg("%s is no address", list[i]);
		if (address_inside(&a) != inside)
			fail_msg("%s is %s", list[i], inside ? "inside" :
			    "outside");
	}
}

#define CHECK(l, inside)	check(l, sizeof(l) / sizeof((l)[0]), inside)

static void
ipv4(void **state)
{
	static const char *const in[] = {
		"0.0.0.0", "0.0.0.1", "0.255.255.255", "10.0.0.0",
		"10.255.255.255", "100.64.0.0", "100.127.255.255",
		"127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0",
		"169.254.169.254", "169.254.255.255", "172.16.0.0",
		"172.31.255.255", "192.0.0.0", "192.0.0.8", "192.0.0.255",
		"192.0.2.0", "192.0.2.255", "192.31.196.1", "192.52.193.1",
		"192.88.99.1", "192.168.0.0", "192.168.255.255",
		"192.175.48.1", "198.18.0.0", "198.19.255.255",
		"198.51.100.0", "198.51.100.255", "203.0.113.0",
		"203.0.113.255", "224.0.0.0", "224.0.0.1", "239.255.255.255",
		"240.0.0.0", "255.255.255.254", "255.255.255.255"
	};
	static const char *const out[] = {
		"1.0.0.0", "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0",
		"100.63.255.255", "100.128.0.0", "126.255.255.255",
		"128.0.0.0", "169.253.255.255", "169.255.0.0",
		"172.15.255.255", "172.32.0.0", "191.255.255.255",
		"192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0",
		"198.17.255.255", "198.20.0.0", "198.51.99.255",
		"198.51.101.0", "203.0.112.255", "203.0.114.0",
		"223.255.255.255"
	};

	(void)state;
	CHECK(in, true);
	CHECK(out, false);
}

static void
ipv6(void **state)
{
	static const char *const in[] = {
		"::", "::1", "::2", "::ffff:0:0", "::ffff:127.0.0.1",
		"::ffff:10.1.2.3", "::ffff:255.255.255.255",
		/* IPv4-compatible, and translated (RFC 2765). */
		"::127.0.0.1", "::8.8.8.8", "::ffff:0:127.0.0.1",
		"::ffff:0:8.8.8.8", "100::1", "100:0:0:1::1", "1::1",
		"1fff:ffff::1", "2001:db8::", "2001:db8:ffff::1",
		"2001:1::1", "2001:2::1", "2001:10::1", "2001:20::1",
		"2001:1ff::1", "2620:4f:8000::1", "3ffe::1", "3fff::1",
		"3fff:fff::1", "4000::1", "5f00::1", "64:ff9b:1::1",
		"fc00::", "fd00::1", "fdff:ffff::1", "fe00::1", "fe80::1",
		"febf::1", "fec0::1", "feff::1", "ff00::", "ff02::1",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	};
	static const char *const out[] = {
		"2000::1", "2001:200::1", "2001:4860:4860::8888",
		"2001:db7:ffff::1", "2001:db9::1", "2003::1",
		"2600::1", "2606:4700::1111", "2620:4f:7fff::1",
		"2620:4f:8001::1", "2a00:1450::1", "3000::1", "3fef::1",
		"3fff:1000::1", "::ffff:8.8.8.8", "::ffff:1.1.1.1"
	};

	(void)state;
	CHECK(in, true);
	CHECK(out, false);
}

/* Addresses that lead to one of IPv4. */
static void
carried(void **state)
{
	static const char *const in[] = {
		"64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1",
		"64:ff9b::169.254.169.254", "64:ff9b::192.168.1.1",
		"64:ff9b::0.0.0.0", "64:ff9b::255.255.255.255",
		"64:ff9b:0:0:0:1:8.8.8.8",	/* not the well-known /96 */
		"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1",
		"2002:a9fe:a9fe::1", "2002::1",
		/* Teredo: an inner client (inverted), an inner server. */
		"2001:0:808:808:0:0:80ff:fffe", "2001:0:808:808::f5ff:fffe",
		"2001:0:7f00:1::f7f7:f7f7", "2001:0:a00:1:0:0:f7f7:f7f7",
		"2001::1"
	};
	static const char *const out[] = {
		"64:ff9b::8.8.8.8", "64:ff9b::1.1.1.1", "2002:808:808::1",
		"2001:0:808:808::f7f7:f7f7"
	};

	(void)state;
	CHECK(in, true);
	CHECK(out, false);
}

static void
loopback(void **state)
{
	static const char *const yes[] = { "127.0.0.0", "127.0.0.1",
			    "127.255.255.255", "::1", "::ffff:127.0.0.1" };
	static const char *const no[] = { "126.255.255.255", "128.0.0.0",
			    "0.0.0.0", "::", "::2", "::127.0.0.1",
			    "64:ff9b::127.0.0.1", "2002:7f00:1::", "10.0.0.1",
			    "::ffff:0:127.0.0.1", "fe80::1", "1::1" };
	struct address	 a;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		assert_true(address_parse(yes[i], &a));
		assert_true(address_loopback(&a));
	}
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		assert_true(address_parse(no[i], &a));
		assert_false(address_loopback(&a));
	}
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(ipv4),
		cmocka_unit_test(ipv6),
		cmocka_unit_test(carried),
		cmocka_unit_test(loopback)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
