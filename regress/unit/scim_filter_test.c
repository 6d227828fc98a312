/* Units of hfssod/http/scim_filter_text.c and scim_path_text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "common/scim_exchange.h"
#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_path_text.h"
#include "regress/unit/scim_filter_print.h"

#define CORE	"urn:ietf:params:scim:schemas:core:2.0:User"
#define EXT	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define U	SCIM_RESOURCE_USER
#define G	SCIM_RESOURCE_GROUP

static struct scim_pool	*pool;
static char		 text[65536];

static int
begin(void **state)
{
	(void)state;
	pool = scim_pool_new();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	scim_pool_free(pool);
	return 0;
}

/* From a block of exactly that size, printed again. */
static enum verdict
filter(enum scim_resource r, bool both, const char *in, size_t len)
{
	struct scim_filter	*f;
	enum verdict		 v;
	char			*block;

	if ((block = malloc(len)) == NULL && len > 0)
		fail();
	memcpy(block, in, len);
	v = scim_filter_parse(pool, r, both, block, len, &f);
	free(block);
	if (v == VERDICT_ok)
		scim_filter_print(f, text, sizeof(text));
	else
		assert_null(f);
	return v;
}

static const struct {
	enum scim_resource	 resource;
	const char		*in;
	const char		*out;
} good[] = {
	{ U, "userName eq \"bjensen\"", "userName eq \"bjensen\"" },
	{ U, "USERNAME EQ \"B\"", "userName eq \"B\"" },
	{ U, "userName eq Bob", "userName eq \"Bob\"" },
	{ U, "userName eq bob@acme.com", "userName eq \"bob@acme.com\"" },
	{ U, "externalId eq 12345", "externalId eq \"12345\"" },
	{ U, "  userName   eq   \"a\"  ", "userName eq \"a\"" },
	{ U, "name.familyName co \"O'Malley\"",
	    "name.familyName co \"O'Malley\"" },
	{ U, CORE ":userName sw \"J\"", "userName sw \"J\"" },
	{ U, "URN:ietf:params:scim:schemas:CORE:2.0:user:name.givenName pr",
	    "name.givenName pr" },
	{ U, EXT ":department eq \"x\"", EXT ":department eq \"x\"" },
	{ U, EXT ":manager.value eq \"x\"", EXT ":manager.value eq \"x\"" },
	{ U, EXT ":manager eq \"x\"", EXT ":manager.value eq \"x\"" },
	{ U, EXT " pr", EXT " pr" },
	{ U, "title pr", "title pr" },
	{ U, "name pr", "name pr" },
	{ U, "meta.lastModified gt \"2011-05-13T04:42:34Z\"",
	    "meta.lastModified gt \"2011-05-13T04:42:34Z\"" },
	{ U, "meta.created le \"2011-05-13T04:42:34.5+02:00\"",
	    "meta.created le \"2011-05-13T04:42:34.5+02:00\"" },
	{ U, "userName gt \"m\"", "userName gt \"m\"" },
	{ U, "active eq true", "active eq true" },
	{ U, "active ne False", "active ne false" },
	{ U, "active eq \"True\"", "active eq true" },
	{ U, "externalId eq null", "not (externalId pr)" },
	{ U, "name ne null", "name pr" },
	{ U, "userName eq \"null\"", "userName eq \"null\"" },
	{ U, "userName eq \"true\"", "userName eq \"true\"" },
	{ U, "userName eq \"\"", "userName eq \"\"" },
	{ U, "userName eq \"a\\\"b\\\\c\\/d\\u00e9\\ud83d\\ude00\"",
	    "userName eq \"a\\\"b\\\\c/d\xc3\xa9\xf0\x9f\x98\x80\"" },
	{ U, "userName eq \"\\n\"", "userName eq \"\\u000a\"" },
	{ U, "emails co \"example.com\"", "emails.value co \"example.com\"" },
	{ U, "title pr and userType eq \"E\"",
	    "(title pr) and (userType eq \"E\")" },
	{ U, "title pr or userType eq \"E\" and active eq true",
	    "(title pr) or ((userType eq \"E\") and (active eq true))" },
	{ U, "title pr AND active eq true OR id pr",
	    "((title pr) and (active eq true)) or (id pr)" },
	{ U, "(title pr or id pr) and active eq true",
	    "((title pr) or (id pr)) and (active eq true)" },
	{ U, "(title pr)and(id pr)", "(title pr) and (id pr)" },
	{ U, "not (title pr) and id pr", "(not (title pr)) and (id pr)" },
	{ U, "NOT(title pr and id pr)", "not ((title pr) and (id pr))" },
	{ U, "not (not (title pr))", "not (not (title pr))" },
	{ U, "( ( title pr ) )", "title pr" },
	{ U, "title pr and id pr and active eq true and nickName pr",
	    "((title pr) and (id pr)) and ((active eq true) and "
	    "(nickName pr))" },
	{ U, "emails[type eq \"work\" and value co \"@e\"]",
	    "emails[(type eq \"work\") and (value co \"@e\")]" },
	{ U, "emails[not (type eq \"work\")] or ims[primary eq true]",
	    "(emails[not (type eq \"work\")]) or (ims[primary eq true])" },
	{ U, "emails[ type eq work ].value eq \"a@b.c\"",
	    "emails[(type eq \"work\") and (value eq \"a@b.c\")]" },
	{ U, "emails[type eq \"work\"].value pr and id pr",
	    "(emails[(type eq \"work\") and (value pr)]) and (id pr)" },
	{ U, "name[familyName eq \"a\" and givenName pr]",
	    "name[(familyName eq \"a\") and (givenName pr)]" },
	{ U, EXT ":manager[value eq \"a\"]",
	    EXT ":manager[value eq \"a\"]" },
	{ U, "groups.value eq \"a\"", "groups.value eq \"a\"" },
	{ U, "groups[display co \"x\"]", "groups[display co \"x\"]" },
	{ U, EXT ":manager.$ref pr", EXT ":manager.$ref pr" },
	{ U, "schemas eq \"" EXT "\"", "schemas eq \"" EXT "\"" },
	{ U, "userName eq \"a) or (b\"", "userName eq \"a) or (b\"" },
	{ U, "userName eq and", "userName eq \"and\"" },
	{ G, "displayName eq \"x\"", "displayName eq \"x\"" },
	{ G, "members eq \"x\"", "members.value eq \"x\"" },
	{ G, "members[value eq \"x\" and type eq \"User\"]",
	    "members[(value eq \"x\") and (type eq \"User\")]" }
};

static void
filters(void **state)
{
	char	 again[sizeof(text)];
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (filter(good[i].resource, false, good[i].in,
		    strlen(good[i].in)) != VERDICT_ok)
			fail_msg("refused: %s", good[i].in);
		assert_string_equal(text, good[i].out);
		/* What was printed means the same. */
		strlcpy(again, text, sizeof(again));
		assert_int_equal(filter(good[i].resource, false, again,
		    strlen(again)), VERDICT_ok);
		assert_string_equal(text, again);
	}
}

static const char	*bad[] = {
	"", " ", "userName", "userName eq", "userName eq ", "eq \"a\"",
	"userName\teq \"a\"", "userName eq \"a", "userName eq a\"",
	"userName eq 'a'", "userName == \"a\"", "userName equals \"a\"",
	"userName eq\"a\"", "userNameeq \"a\"", "userName eq \"a\"b",
	"userName eq \"a\" \"b\"", "userName eq a b",
	"userName eq \"\\x\"", "userName eq \"\\u12\"",
	"userName eq \"\\u0000\"", "userName eq \"\\ud800\"",
	"userName eq \"\\udc00\\ud800\"", "userName eq \"\\ud800\\u0041\"",
	"userName eq \"\\", "userName eq \"\xff\"", "userName eq \"\xc0\x80\"",
	"userName eq \"a\nb\"", "userName eq \x7f",
	"userName pr \"a\"", "userName pr pr",
	"foo eq \"a\"", "name.foo eq \"a\"", "userName.foo eq \"a\"",
	"name.familyName.foo pr", "name..familyName pr", ".name pr",
	"name. pr", "userName: pr", "urn:x:userName eq \"a\"",
	CORE " pr", CORE ":", CORE ": pr", CORE ":foo pr", CORE "userName pr",
	CORE ".userName pr", EXT ":userName pr", EXT ":" CORE ":userName pr",
	"department pr", "members pr", "members.value eq \"x\"",
	"password eq \"x\"", "password pr",
	"meta.location pr", "meta.location eq \"x\"", "groups.$ref pr",
	"groups[$ref co \"x\"]", "not (meta.location pr)",
	"name eq \"x\"", "name co \"x\"", "addresses eq \"x\"",
	"meta eq \"x\"", EXT " eq \"x\"",
	"active gt true", "active co \"t\"", "active sw true",
	"active eq 1", "active eq \"yes\"", "active eq \"\"",
	"active lt \"true\"", "emails.primary ge true",
	"x509Certificates.value gt \"x\"",
	"userName eq true", "userName eq FALSE", "userName co Bob",
	"userName gt 5", "userName gt null", "name co null",
	"meta.created gt \"yesterday\"", "meta.created eq \"\"",
	"meta.created gt 2011", "meta.created co \"2011\"",
	"meta.created gt \"2011-13-13T04:42:34Z\"",
	"()", "(", ")", "(userName pr", "userName pr)", "(userName pr))",
	"not", "not userName pr", "not userName eq \"a\"", "not()",
	"and", "userName pr and", "and userName pr", "userName pr or",
	"userName pr and or id pr", "userName pr id pr",
	"userName pr & id pr", "userName eq \"a\"and id pr",
	"userName pr andid pr", "userName pr and$ref pr",
	"userName pr xor id pr", "userName pr, id pr",
	"emails[", "emails[]", "emails[type eq \"work\"", "emails]",
	"emails[type eq \"work\"]]", "emails[type eq \"work\"] eq \"x\"",
	"emails[type eq \"work\"].foo pr", "emails[type eq \"work\"].",
	"emails[type eq \"work\"].value", "emails[type eq \"work\"]value pr",
	"emails[emails.type eq \"work\"]", "emails[userName eq \"x\"]",
	"emails[emails[type pr]]", "emails [type pr]", "emails[foo pr]",
	"userName[value pr]", "name[foo pr]", "name[userName pr]",
	"meta[location pr]", "id[value pr]", EXT "[department pr]",
	CORE "[userName pr]", "[type pr]", "emails[type pr)",
	"(emails[type pr]", "emails[(type pr]", "emails[type pr or]"
};

static void
filters_refused(void **state)
{
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (filter(U, false, bad[i], strlen(bad[i])) !=
		    VERDICT_scim_invalid_filter)
			fail_msg("not refused: %s", bad[i]);
	assert_int_equal(filter(U, false, "userName pr\0", 12),
	    VERDICT_scim_invalid_filter);
	assert_int_equal(filter(U, false, "userName eq \"a\0b\"", 17),
	    VERDICT_scim_invalid_filter);
	assert_int_equal(filter(G, false, "userName pr", 11),
	    VERDICT_scim_invalid_filter);
}

/* Of all beginnings of a filter one alone is a filter of its own. */
static void
filters_cut(void **state)
{
	static const char	 in[] = "not (emails[type eq \"w\\u00e9\"].value "
		"co \"x\" or " EXT ":manager pr) and active eq true";
	size_t			 n, first;

	(void)state;
	first = sizeof(in) - 1 - strlen(" and active eq true");
	for (n = 0; n < sizeof(in) - 1; n++)
		assert_int_equal(filter(U, false, in, n), n == first ||
		    n == first + 1 ? VERDICT_ok :
		    VERDICT_scim_invalid_filter);
	assert_int_equal(filter(U, false, in, n), VERDICT_ok);
}

static void
filters_both(void **state)
{
	static const char	 in[] = "userName eq \"a\" or displayName eq "
		"\"b\" or members[value eq \"x\"]";

	(void)state;
	assert_int_equal(filter(U, true, in, sizeof(in) - 1), VERDICT_ok);
	assert_string_equal(text, "((userName eq \"a\") or (displayName eq "
	    "\"b\")) or (NEVER)");
	assert_int_equal(filter(G, true, in, sizeof(in) - 1), VERDICT_ok);
	assert_string_equal(text, "((NEVER) or (displayName eq \"b\")) or "
	    "(members[value eq \"x\"])");
	/* The other type's rules are kept, too. */
	assert_int_equal(filter(G, true, "active gt true", 14),
	    VERDICT_scim_invalid_filter);
	assert_int_equal(filter(G, true, "foo pr", 6),
	    VERDICT_scim_invalid_filter);
}

static size_t
repeat(const char *piece, size_t times, const char *last)
{
	size_t	 i;

	text[0] = '\0';
	for (i = 0; i < times; i++)
		strlcat(text, piece, sizeof(text));
	return strlcat(text, last, sizeof(text));
}

static void
filters_limits(void **state)
{
	char	*in;
	size_t	 len;

	(void)state;
	/* 100 terms are 199 nodes, and the tree is flat. */
	len = repeat("id pr or ", 99, "id pr");
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len), VERDICT_ok);
	free(in);
	len = repeat("id pr or ", 100, "id pr");
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len),
	    VERDICT_scim_too_complex);
	free(in);
	len = repeat("(", 32, "id pr");
	len = strlcat(text, "))))))))))))))))))))))))))))))))", sizeof(text));
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len), VERDICT_ok);
	free(in);
	len = repeat("(", 8000, "id pr");
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len),
	    VERDICT_scim_too_complex);
	free(in);
	len = repeat("not (", 1500, "id pr");
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len),
	    VERDICT_scim_too_complex);
	free(in);
	len = repeat("a", LIMIT_SCIM_FILTER + 1, "");
	in = strdup(text);
	assert_int_equal(filter(U, false, in, len),
	    VERDICT_scim_too_complex);
	free(in);
}

/* A tree that no filter of ours prints deeper than it may travel. */
static struct scim_filter *
random_filter(unsigned int *seed, unsigned int depth, bool within)
{
	static const char	*leaves[] = { "title pr", "active eq true",
		"userName sw \"a\\\"\"", "name.givenName ne \"x\"",
		"meta.created gt \"2020-01-01T00:00:00Z\"",
		EXT ":manager.value eq \"1\"", "emails.type ew \"k\"" };
	struct scim_filter	*f;
	const char		*leaf;

	*seed = *seed * 1103515245 + 12345;
	if (depth == 0 || (*seed >> 16) % 4 == 0) {
		leaf = within ? "type co \"x\"" :
		    leaves[(*seed >> 18) % (sizeof(leaves) /
		    sizeof(leaves[0]))];
		if (within) {
			size_t	 used;
			bool	 single;

			assert_int_equal(scim_filter_parse_within(pool,
			    scim_attribute(SCIM_emails), leaf, strlen(leaf),
			    &used, &single, &f), VERDICT_ok);
			return f;
		}
		assert_int_equal(scim_filter_parse(pool, U, false, leaf,
		    strlen(leaf), &f), VERDICT_ok);
		return f;
	}
	f = scim_pool_alloc(pool, sizeof(*f));
	f->text = "";
	f->op = (enum scim_op)((*seed >> 16) % (within ? 3 : 4));
	if (f->op == SCIM_OP_WITHIN) {
		f->attribute = SCIM_emails;
		within = true;
	}
	f->left = random_filter(seed, depth - 1, within);
	if (f->op == SCIM_OP_AND || f->op == SCIM_OP_OR)
		f->right = random_filter(seed, depth - 1, within);
	return f;
}

static void
filters_random(void **state)
{
	struct scim_filter	*f;
	unsigned int		 seed = 4711, i;
	char			 first[sizeof(text)];

	(void)state;
	for (i = 0; i < 2000; i++) {
		f = random_filter(&seed, 5, false);
		scim_filter_print(f, first, sizeof(first));
		if (strlen(first) > LIMIT_SCIM_FILTER)
			continue;
		assert_int_equal(filter(U, false, first, strlen(first)),
		    VERDICT_ok);
		assert_string_equal(text, first);
	}
}

/* --- paths ------------------------------------------------------------ */

static unsigned int	 liberties;

static enum verdict
path(enum scim_resource r, const char *in, size_t len)
{
	struct scim_path	 p;
	enum verdict		 v;
	char			*block;

	if ((block = malloc(len)) == NULL && len > 0)
		fail();
	memcpy(block, in, len);
	liberties = 0;
	v = scim_path_parse(pool, r, block, len, &p, &liberties);
	free(block);
	if (v == VERDICT_ok)
		scim_path_print(&p, text, sizeof(text));
	else
		assert_int_equal(p.attribute, SCIM_none);
	return v;
}

static const struct {
	enum scim_resource	 resource;
	const char		*in;
	const char		*out;
	unsigned int		 liberties;
} good_paths[] = {
	{ U, "", "", 0 },
	{ U, "userName", "userName", 0 },
	{ U, "USERNAME", "userName", 0 },
	{ U, "name", "name", 0 },
	{ U, "name.givenName", "name.givenName", 0 },
	{ U, "emails", "emails", 0 },
	{ U, "emails.value", "emails.value", 0 },
	{ U, "emails[type eq \"work\"]", "emails[type eq \"work\"]", 0 },
	{ U, "emails[type eq \"work\"].value",
	    "emails[type eq \"work\"].value", 0 },
	{ U, "addresses[type eq \"work\" and primary eq true].locality",
	    "addresses[(type eq \"work\") and (primary eq true)].locality",
	    0 },
	{ U, CORE ":userName", "userName", 0 },
	{ U, CORE ":emails[value pr].type", "emails[value pr].type", 0 },
	{ U, EXT ":manager.value", EXT ":manager.value", 0 },
	{ U, EXT ":department", EXT ":department", 0 },
	{ U, EXT, EXT, SCIM_LIBERTY_PATH },
	{ U, CORE, "", SCIM_LIBERTY_PATH },
	{ U, "/userName", "userName", SCIM_LIBERTY_PATH },
	{ U, "id", "id", 0 },
	/* Of one schema only, so its URN can be missed. */
	{ U, "manager", EXT ":manager", SCIM_LIBERTY_PATH },
	{ U, "Department", EXT ":department", SCIM_LIBERTY_PATH },
	{ U, "manager.value", EXT ":manager.value", SCIM_LIBERTY_PATH },
	{ U, "emails[type eq 'a\"b' or type eq \"a'b\"].value",
	    "emails[(type eq \"a\\\"b\") or (type eq \"a'b\")].value",
	    SCIM_LIBERTY_PATH },
	{ U, "emails[type eq \"a'b\"]", "emails[type eq \"a'b\"]", 0 },
	{ G, "members", "members", 0 },
	{ G, "members[value eq \"2819c223\"]", "members[value eq "
	    "\"2819c223\"]", 0 },
	{ G, "displayName", "displayName", 0 }
};

static void
paths(void **state)
{
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(good_paths) / sizeof(good_paths[0]); i++) {
		if (path(good_paths[i].resource, good_paths[i].in,
		    strlen(good_paths[i].in)) != VERDICT_ok)
			fail_msg("refused: %s", good_paths[i].in);
		assert_string_equal(text, good_paths[i].out);
		assert_int_equal(liberties, good_paths[i].liberties);
	}
}

static const struct {
	const char	*in;
	enum verdict	 verdict;
} bad_paths[] = {
	{ " ", VERDICT_scim_invalid_path },
	{ "foo", VERDICT_scim_invalid_path },
	{ "userName ", VERDICT_scim_invalid_path },
	{ " userName", VERDICT_scim_invalid_path },
	{ "userName.foo", VERDICT_scim_invalid_path },
	{ "name.", VERDICT_scim_invalid_path },
	{ "name/givenName", VERDICT_scim_invalid_path },
	{ "//userName", VERDICT_scim_invalid_path },
	{ "/", VERDICT_scim_invalid_path },
	{ "emails[", VERDICT_scim_invalid_filter },
	{ "emails[]", VERDICT_scim_invalid_filter },
	{ "emails[0]", VERDICT_scim_invalid_filter },
	{ "emails[type]", VERDICT_scim_invalid_filter },
	{ "emails[type eq \"work\"", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"]]", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"].", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"].foo", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"]value", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"].value.x", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"][value pr]", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\"].value[value pr]",
	    VERDICT_scim_invalid_path },
	{ "emails.value[value pr]", VERDICT_scim_invalid_path },
	{ "emails[foo pr]", VERDICT_scim_invalid_filter },
	{ "emails[userName pr]", VERDICT_scim_invalid_filter },
	{ "name[givenName pr]", VERDICT_scim_invalid_path },
	{ "userName[value pr]", VERDICT_scim_invalid_path },
	{ "userName eq \"x\"", VERDICT_scim_invalid_path },
	{ "departments", VERDICT_scim_invalid_path },
	{ "manager.foo", VERDICT_scim_invalid_path },
	{ "emails[type eq 'work\"]", VERDICT_scim_invalid_filter },
	{ "emails[type eq 'work]", VERDICT_scim_invalid_filter },
	{ "emails[type eq work']", VERDICT_scim_invalid_filter },
	{ EXT ":", VERDICT_scim_invalid_path },
	{ EXT ":foo", VERDICT_scim_invalid_path },
	{ CORE ":department", VERDICT_scim_invalid_path },
	{ "urn:x", VERDICT_scim_invalid_path },
	{ "members", VERDICT_scim_invalid_path },
	{ "emails[type eq \"work\" and]", VERDICT_scim_invalid_filter },
	{ "emails[primary gt true]", VERDICT_scim_invalid_filter }
};

static void
paths_refused(void **state)
{
	size_t	 i, len;
	char	*in;

	(void)state;
	for (i = 0; i < sizeof(bad_paths) / sizeof(bad_paths[0]); i++)
		if (path(U, bad_paths[i].in, strlen(bad_paths[i].in)) !=
		    bad_paths[i].verdict)
			fail_msg("not refused so: %s", bad_paths[i].in);
	assert_int_equal(path(U, "userName\0", 9),
	    VERDICT_scim_invalid_path);
	len = repeat("a", LIMIT_SCIM_FILTER + 1, "");
	in = strdup(text);
	assert_int_equal(path(U, in, len), VERDICT_scim_invalid_path);
	free(in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(filters, begin, end),
		cmocka_unit_test_setup_teardown(filters_refused, begin, end),
		cmocka_unit_test_setup_teardown(filters_cut, begin, end),
		cmocka_unit_test_setup_teardown(filters_both, begin, end),
		cmocka_unit_test_setup_teardown(filters_limits, begin, end),
		cmocka_unit_test_setup_teardown(filters_random, begin, end),
		cmocka_unit_test_setup_teardown(paths, begin, end),
		cmocka_unit_test_setup_teardown(paths_refused, begin, end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
