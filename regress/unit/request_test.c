/* Units of common/request.c: addresses and networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/request.h"

static bool
in(const char *net, const char *addr)
{
	struct network	 n;
	struct address	 a;

	assert_true(network_parse(net, &n));
	assert_true(address_parse(addr, &a));
	return network_has(&n, &a);
}

static void
networks(void **state)
{
	(void)state;
	assert_true(in("10.0.0.0/8", "10.255.1.2"));
	assert_false(in("10.0.0.0/8", "11.0.0.1"));
	assert_true(in("127.0.0.1", "127.0.0.1"));
	assert_false(in("127.0.0.1", "127.0.0.2"));
	assert_true(in("192.168.4.0/22", "192.168.7.255"));
	assert_false(in("192.168.4.0/22", "192.168.8.0"));
	assert_true(in("0.0.0.0/0", "8.8.8.8"));
	assert_false(in("0.0.0.0/0", "::1"));
	assert_true(in("2001:db8::/33", "2001:db8:7fff::1"));
	assert_false(in("2001:db8::/33", "2001:db8:8000::1"));
	assert_true(in("::/0", "10.0.0.1"));
	assert_true(in("::ffff:10.0.0.0/104", "10.2.3.4"));
}

static void
refused(void **state)
{
	static const char *const bad[] = { "", "10", "10.0.0", "10.0.0.0/33",
	    "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129", "::g",
	    "10.0.0.256", "localhost", "10.0.0.1/8/8", " 10.0.0.1",
	    "11111111111111111111111111111111111111111111111111111111" };
	struct network	 n;
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(network_parse(bad[i], &n));
}

/* Whether two clients are counted as one. */
static bool
same(const char *one, const char *other)
{
	struct address	 a, b;

	assert_true(address_parse(one, &a));
	assert_true(address_parse(other, &b));
	a = address_counted(&a);
	b = address_counted(&b);
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void
counted(void **state)
{
	(void)state;
	assert_true(same("10.0.0.1", "10.0.0.1"));
	assert_false(same("10.0.0.1", "10.0.0.2"));
	assert_true(same("10.0.0.1", "::ffff:10.0.0.1"));
	assert_true(same("2001:db8::1", "2001:db8::ffff:1:2:3"));
	assert_false(same("2001:db8:0:1::1", "2001:db8:0:2::1"));
	assert_false(same("::1", "::ffff:0.0.0.1"));
}

static void
text(void **state)
{
	struct address	 a;

	(void)state;
	assert_true(address_parse("192.0.2.1", &a));
	assert_string_equal(address_text(&a), "192.0.2.1");
	assert_true(address_parse("2001:db8::1", &a));
	assert_string_equal(address_text(&a), "2001:db8::1");
}

static void
round_trip(void **state)
{
	struct request	 in_ = { .id = 77, .host = "hub.example.com",
			    .credential = CREDENTIAL_SESSION,
			    .secret = { (const uint8_t *)"xyz", 3 } }, out;
	struct writer	 w;
	struct reader	 r;

	(void)state;
	assert_true(address_parse("192.0.2.9", &in_.client));
	wire_init(&w, 4096);
	request_put(&w, &in_);
	wire_read(&r, w.data, w.len);
	request_get(&r, &out);
	assert_true(wire_end(&r));
	assert_int_equal(out.id, 77);
	assert_string_equal(out.host, in_.host);
	assert_int_equal(out.credential, CREDENTIAL_SESSION);
	assert_int_equal(out.secret.len, 3);
	assert_memory_equal(&out.client, &in_.client, sizeof(out.client));
	/* An unknown kind of credential is not read as none. */
	w.data[8 + 16 + 4 + strlen(in_.host) + 1] = CREDENTIAL_MAX;
	wire_read(&r, w.data, w.len);
	request_get(&r, &out);
	assert_false(wire_end(&r));
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(networks),
		cmocka_unit_test(refused),
		cmocka_unit_test(counted),
		cmocka_unit_test(text),
		cmocka_unit_test(round_trip)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
