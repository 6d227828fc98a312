/* Units of hfssod/policy/name.c: account names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/name.h"

static void
legal(void **state)
{
	static const char *const good[] = { "ab", "Ada-Lovelace", "a1", "1a",
	    "0123456789abcdef0123456", "0123456789abcdef01234567a",
	    "0123456789abcdef0123456z", "1-2",
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop" };
	static const char *const bad[] = { "", "a", "-a", "a-", "a--b", "12",
	    "a b", "a.b", "a_b", "a@b", "\xc3\xa4" "a", "a/b", "a%2fb", "--",
	    "0123456789abcdef01234567", "0123456789ABCDEF01234567",
	    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq" };
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(name_legal(good[i]));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(name_legal(bad[i]));
}

static void
proposals(void **state)
{
	static const struct {
		const char	*username, *email, *display_name, *name;
		bool		 exact;
	} t[] = {
		/* Dots, underscores and the domain may go. */
		{ "ada", "", "", "ada", true },
		{ "Ada.Lovelace", "", "", "Ada-Lovelace", true },
		{ "ada_lovelace@acme.com", "x@y", "", "ada-lovelace", true },
		{ "a.b_c-d", "", "", "a-b-c-d", true },
		{ "ada..l", "", "", "ada-l", true },
		{ ".ada.", "", "", "ada", true },
		{ "", "grace.h@acme.com", "Grace H", "grace-h", true },
		/* Anything else asks for a suffix. */
		{ "ada lovelace", "", "", "ada-lovelace", false },
		{ "ada--l", "", "", "ada-l", false },
		{ "-ada", "", "", "ada", false },
		{ "ada-", "", "", "ada", false },
		{ "ACME\\ada", "", "", "ada", false },
		{ "j\xc3\xb6rg", "", "", "jorg", false },
		{ "\xc5\x81ukasz", "", "", "Lukasz", false },
		{ "a", "", "", "a", false },
		{ "12345", "", "", "12345", false },
		{ "0123456789abcdef01234567", "", "",
		    "0123456789abcdef01234567", false },
		{ "ada/../x", "", "", "ada-x", false },
		{ "", "", "Ada Lovelace", "Ada-Lovelace", false },
		/* Nothing usable: the next wish. */
		{ "\xe6\x97\xa5\xe6\x9c\xac", "ada@x", "", "ada", true },
		{ "@acme.com", "", "", "user", false },
		{ "...", "@", "--", "user", false },
		{ "", "", "", "user", false },
		{ "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopq", "", "",
		    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnop", false }
	};
	struct name_wish	 w;
	struct name_proposal	 p;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		w.username = t[i].username;
		w.email = t[i].email;
		w.display_name = t[i].display_name;
		name_propose(&w, &p);
		assert_string_equal(p.name, t[i].name);
		assert_int_equal(p.exact, t[i].exact);
	}
}

static void
suffixes(void **state)
{
	static const char	 id[] = "0123456789abcdef01234567";
	char			 out[LIMIT_NAME + 1];
	unsigned int		 i;

	(void)state;
	assert_true(name_suffix("ada", id, 0, out));
	assert_string_equal(out, "ada-234567");
	assert_true(name_suffix("ada", id, 1, out));
	assert_string_equal(out, "ada-01234567");
	for (i = 0; name_suffix("abcdefghijklmnop-qrstuvwxyz-abcdefghijklmn",
	    id, i, out); i++) {
		assert_true(name_legal(out));
		assert_true(strlen(out) <= LIMIT_NAME);
	}
	assert_int_equal(i, 10);
	assert_true(name_suffix("12345", id, 0, out));
	assert_true(name_legal(out));
	assert_true(name_suffix("a", id, 0, out));
	assert_true(name_legal(out));
}

static void
reserved(void **state)
{
	const char	*list[] = { "nlp-bot" };
	struct strings	 more = { 1, list }, none = { 0, NULL };

	(void)state;
	assert_true(name_reserved("API", &none));
	assert_true(name_reserved("organizations", &none));
	assert_true(name_reserved("NLP-bot", &more));
	assert_false(name_reserved("nlp-bot", &none));
	assert_false(name_reserved("ada", &more));
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(legal),
		cmocka_unit_test(proposals),
		cmocka_unit_test(suffixes),
		cmocka_unit_test(reserved)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
