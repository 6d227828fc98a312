/* Units of DNS: what is asked, and what is taken for an answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hfssod/fetch/dns.h"
#include "hfssod/fetch/names.h"

static uint8_t		 query[DNS_QUERY], text[4096];
static size_t		 query_len, len, count;
static struct address	 list[NAMES_ADDRESSES];

#define OWNER	"\xc0\x0c"		/* the name that was asked for */
#define A	"\0\1\0\1\0\0\0\74\0\4"
#define AAAA	"\0\34\0\1\0\0\0\74\0\20"
#define CNAME	"\0\5\0\1\0\0\0\74\0"
#define V4	"\300\0\2\1"
#define V6	"\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"
#define ADD(s)	add(s, sizeof(s) - 1)

static void
ask(const char *name, enum dns_type type)
{
	query_len = dns_query(query, 0x1234, name, type);
	assert_true(query_len > 0);
}

static void
add(const void *octets, size_t n)
{
	assert_true(len + n <= sizeof(text));
	memcpy(text + len, octets, n);
	len += n;
}

/* Head and question of an answer to what was asked, with those flags. */
static void
begin(unsigned int flags, unsigned int answers)
{
	len = 0;
	add(query, query_len - 11);	/* without OPT */
	text[2] = (uint8_t)(flags >> 8);
	text[3] = (uint8_t)flags;
	text[7] = (uint8_t)answers;
	text[11] = 0;
}

/* Of memory of its own, so that a read beyond it is seen. */
static enum dns_answer
parse(void)
{
	enum dns_answer	 what;
	uint8_t		*copy;

	assert_non_null(copy = malloc(len + 1));
	memcpy(copy, text, len);
	what = dns_parse(copy, len, query, query_len, list, NAMES_ADDRESSES,
	    &count);
	free(copy);
	assert_true((what == DNS_FOUND) == (count > 0));
	return what;
}

static void
questions(void **state)
{
	static const uint8_t	 wanted[] =
	    "\x12\x34\1\0\0\1\0\0\0\0\0\1\3idp\4Test\0\0\34\0\1"
	    "\0\0\51\4\320\0\0\0\0\0\0";
	static const char *const bad[] = { "", ".", "a.", ".a", "a..b",
			    "a.b." };
	char			 name[300];
	size_t			 i;

	(void)state;
	ask("idp.Test", DNS_AAAA);
	assert_int_equal(query_len, sizeof(wanted) - 1);
	assert_memory_equal(query, wanted, query_len);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(dns_query(query, 1, bad[i], DNS_A), 0);
	/* The longest name, and label, and one more. */
	for (i = 0; i < sizeof(name); i++)
		name[i] = i % 64 == 63 ? '.' : 'x';
	name[253] = '\0';
	query_len = dns_query(query, 1, name, DNS_A);
	assert_int_equal(query_len, 12 + 255 + 4 + 11);
	assert_true(query_len <= DNS_QUERY);
	name[253] = 'x';
	name[254] = '\0';
	assert_int_equal(dns_query(query, 1, name, DNS_A), 0);
	name[63] = '\0';
	assert_true(dns_query(query, 1, name, DNS_A) > 0);
	name[63] = 'x';
	name[64] = '\0';
	assert_int_equal(dns_query(query, 1, name, DNS_A), 0);
}

static void
addresses(void **state)
{
	(void)state;
	ask("idp.test", DNS_A);
	begin(0x8180, 1);
	ADD(OWNER A V4);
	assert_int_equal(parse(), DNS_FOUND);
	assert_string_equal(address_text(&list[0]), "192.0.2.1");
	/* Two, the owner written out, in other letters. */
	begin(0x8180, 2);
	ADD("\3IDP\4tEST\0" A V4 OWNER A "\1\2\3\4");
	assert_int_equal(parse(), DNS_FOUND);
	assert_int_equal(count, 2);
	assert_string_equal(address_text(&list[1]), "1.2.3.4");
	ask("idp.test", DNS_AAAA);
	begin(0x8180, 1);
	ADD(OWNER AAAA V6);
	assert_int_equal(parse(), DNS_FOUND);
	assert_string_equal(address_text(&list[0]), "2001:db8::1");
	/* Records of other names, types and classes are passed over. */
	ask("idp.test", DNS_A);
	begin(0x8180, 4);
	ADD("\4evil\4test\0" A "\6\6\6\6" OWNER AAAA V6
	    OWNER "\0\1\0\3\0\0\0\74\0\4" "\6\6\6\6" OWNER A V4);
	assert_int_equal(parse(), DNS_FOUND);
	assert_int_equal(count, 1);
	assert_string_equal(address_text(&list[0]), "192.0.2.1");
	/* What follows the answers is not looked at. */
	begin(0x8180, 1);
	ADD(OWNER A V4 "garbage");
	assert_int_equal(parse(), DNS_FOUND);
}

static void
aliases(void **state)
{
	char	 name[16];
	int	 i;

	(void)state;
	ask("idp.test", DNS_A);
	begin(0x8180, 2);
	ADD(OWNER CNAME "\6" "\1x\1y\1\0" "\1x\1y\1\0" A V4);
	assert_int_equal(parse(), DNS_FAILED);
	begin(0x8180, 2);
	ADD(OWNER CNAME "\5" "\1x\1y\0" "\1X\1Y\0" A V4);
	assert_int_equal(parse(), DNS_FOUND);
	assert_int_equal(count, 1);
	/* In the wrong order. */
	begin(0x8180, 2);
	ADD("\1x\1y\0" A V4 OWNER CNAME "\5" "\1x\1y\0");
	assert_int_equal(parse(), DNS_FOUND);
	/* Of another name: not followed. */
	begin(0x8180, 2);
	ADD("\1z\0" CNAME "\5" "\1x\1y\0" "\1x\1y\0" A V4);
	assert_int_equal(parse(), DNS_NO_ADDRESS);
	/* To nothing, to itself, in a circle. */
	begin(0x8180, 1);
	ADD(OWNER CNAME "\5" "\1x\1y\0");
	assert_int_equal(parse(), DNS_NO_ADDRESS);
	begin(0x8180, 1);
	ADD(OWNER CNAME "\2" OWNER);
	assert_int_equal(parse(), DNS_FAILED);
	begin(0x8180, 2);
	ADD(OWNER CNAME "\3" "\1x\0" "\1x\0" CNAME "\2" OWNER);
	assert_int_equal(parse(), DNS_FAILED);
	/* One after another: so many, and no more. */
	for (i = 0; i < 20; i++) {
		begin(0x8180, (unsigned int)i + 2);
		ADD(OWNER CNAME "\3" "\1A\0");
		for (name[0] = 0; name[0] < i; name[0]++) {
			ADD("\1");
			add((char []){ (char)('A' + name[0]) }, 1);
			ADD("\0" CNAME "\3" "\1");
			add((char []){ (char)('B' + name[0]) }, 1);
			ADD("\0");
		}
		ADD("\1");
		add((char []){ (char)('A' + i) }, 1);
		ADD("\0" A V4);
		assert_int_equal(parse(), i < 12 ? DNS_FOUND : DNS_FAILED);
	}
}

static void
errors(void **state)
{
	static const struct {
		unsigned int	 flags;
		enum dns_answer	 what;
	} table[] = {
		{ 0x8180, DNS_FOUND }, { 0x8580, DNS_FOUND },
		{ 0x8100, DNS_FOUND }, { 0x8000, DNS_FOUND },
		{ 0x8183, DNS_NO_NAME }, { 0x8181, DNS_FAILED },
		{ 0x8182, DNS_FAILED }, { 0x8184, DNS_FAILED },
		{ 0x8185, DNS_FAILED }, { 0x818f, DNS_FAILED },
		{ 0x8380, DNS_TRUNCATED }, { 0x8383, DNS_TRUNCATED },
		{ 0x0180, DNS_FOREIGN },	/* a question */
		{ 0x0100, DNS_FOREIGN },
		{ 0xa180, DNS_FOREIGN },	/* NOTIFY */
		{ 0x8980, DNS_FOREIGN }
	};
	size_t	 i;

	(void)state;
	ask("idp.test", DNS_A);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		begin(table[i].flags, 1);
		ADD(OWNER A V4);
		assert_int_equal(parse(), table[i].what);
	}
	begin(0x8180, 0);
	assert_int_equal(parse(), DNS_NO_ADDRESS);
}

/* Answers to something else. */
static void
foreign(void **state)
{
	size_t	 i;

	(void)state;
	ask("idp.test", DNS_A);
	for (i = 0; i < query_len - 11; i++) {
		/* Flags, counts of answers and of the rest may differ. */
		if (i == 2 || i == 3 || (i >= 6 && i < 12))
			continue;
		begin(0x8180, 1);
		ADD(OWNER A V4);
		text[i] ^= 1;
		assert_int_equal(parse(), DNS_FOREIGN);
		if (text[i] >= 'a' && text[i] <= 'z') {
			text[i] ^= 1 ^ 0x20;
			assert_int_equal(parse(), DNS_FOREIGN);
		}
	}
	/* Every one that is cut short is no good. */
	begin(0x8180, 1);
	ADD(OWNER A V4);
	for (; len > 0; len--) {
		if (parse() == DNS_FOUND)
			assert_int_equal(len, query_len - 11 + 16);
	}
	ask("idp.test", DNS_AAAA);
	begin(0x8180, 1);
	ADD(OWNER A V4);
	assert_int_equal(parse(), DNS_NO_ADDRESS);
}

static void
malformed(void **state)
{
	static const struct {
		const char	*octets;
		size_t		 len;
	} bad[] = {
#define BAD(s)	{ s, sizeof(s) - 1 }
		BAD(""), BAD("\xc0"), BAD("\xc0\x0c"), BAD(OWNER "\0\1"),
		BAD(OWNER "\0\1\0\1\0\0\0\74\0\3" V4),	/* three octets */
		BAD(OWNER "\0\1\0\1\0\0\0\74\0\5" V4 "x"),
		BAD(OWNER "\0\1\0\1\0\0\0\74\0\0"),
		BAD(OWNER "\0\1\0\1\0\0\0\74\0\4" "\1\2\3"),
		BAD(OWNER "\0\1\0\1\0\0\0\74\xff\xff" V4),
		/* Pointers to themselves, forwards, beyond, in circles. */
		BAD("\xc0\x1a" A V4), BAD("\xc0\x1b" A V4),
		BAD("\xc0\x20" A V4), BAD("\xff\xff" A V4),
		BAD("\1x\xc0\x1a" A V4), BAD("\1x\xc0\x1c" A V4),
		/* Kinds of labels that are none. */
		BAD("\x40" A V4), BAD("\x80" A V4), BAD("\xbf\x0c" A V4),
		BAD("\77xyz"),
		/* Names of aliases. */
		BAD(OWNER CNAME "\0"), BAD(OWNER CNAME "\1" "\1"),
		BAD(OWNER CNAME "\2" "\1x"), BAD(OWNER CNAME "\4" "\1x\0\0"),
		BAD(OWNER CNAME "\2" "\1x\0"), BAD(OWNER CNAME "\1" OWNER)
	};
	size_t	 i;

	(void)state;
	ask("idp.test", DNS_A);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(0x8180, 1);
		assert_int_equal(len, 0x1a);
		add(bad[i].octets, bad[i].len);
		if (parse() != DNS_FAILED)
			fail_msg("%zu", i);
	}
	/* More records than are there, or than anybody needs. */
	begin(0x8180, 2);
	ADD(OWNER A V4);
	assert_int_equal(parse(), DNS_FAILED);
	begin(0x8180, 1);
	text[6] = 0xff;
	ADD(OWNER A V4);
	assert_int_equal(parse(), DNS_FAILED);
	/* A name longer than names are, by pointers. */
	begin(0x8180, 1);
	for (i = 0; i < 5; i++) {
		ADD("\77");
		add(memset((char [63]){ 0 }, 'x', 63), 63);
	}
	ADD("\0" A V4);
	assert_int_equal(parse(), DNS_FAILED);
	/* More addresses than are tried. */
	begin(0x8180, 40);
	for (i = 0; i < 40; i++)
		ADD(OWNER A V4);
	assert_int_equal(parse(), DNS_FOUND);
	assert_int_equal(count, NAMES_ADDRESSES);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(addresses),
		cmocka_unit_test(aliases),
		cmocka_unit_test(errors),
		cmocka_unit_test(foreign),
		cmocka_unit_test(malformed)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
