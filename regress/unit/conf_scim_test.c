/*
 * The words of SCIM in the configuration: what is refused and where, what
 * policy is told, and that what is printed means the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/parent/conf_view.h"
#include "hfssod/parent/value.h"
#include "conf_fixture.h"

#define ORG	HEAD "organization \"acme\" {\n"	/* then line 5 */
#define ADMIN	"role map scim-role \"a\" to admin elevated\n"
#define CONN	ORG "connection \"okta\" saml {\n" \
		"metadata file \"/m\"\n"		/* then line 7 */
#define BASIC	ORG "mode basic\nconnection \"okta\" saml {\n" \
		"metadata file \"/m\"\n"		/* then line 8 */
#define DOMAIN	"trust email domains { a.example }\n"

static const struct refusal	 list[] = {
	{ ORG "mode odd\n}\n", 5, "is not managed or basic" },
	{ ORG "mode basic\nmode basic\n}\n", 6, "twice" },
	{ ORG "username\n}\n", 5, "syntax error" },
	{ ORG "username lax\n}\n", 5, "syntax error" },
	{ ORG "username strict\nusername strict\n}\n", 6, "twice" },
	{ ORG "mode basic\nusername strict\n}\n", 4, "managed mode" },
	{ ORG "scim brake 0% per 1h\n}\n", 5, "between 1% and 100%" },
	{ ORG "scim brake 101% per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake 20 per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake 020% per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake -1% per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake 2.5% per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake 9999999999% per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake \"\" per 1h\n}\n", 5, "between 1%" },
	{ ORG "scim brake 20%\n}\n", 5, "syntax error" },
	{ ORG "scim brake 20% per 59s\n}\n", 5, "not between" },
	{ ORG "scim brake 20% per 31d\n}\n", 5, "not between" },
	{ ORG "scim brake 20% per hour\n}\n", 5, "no time like" },
	{ ORG "scim brake 9% per 1h\nscim brake 8% per 1h\n}\n", 6,
	    "twice" },
	{ ORG "tombstone keep 90\n}\n", 5, "no time like" },
	{ ORG "tombstone keep 3661d\n}\n", 5, "not between" },
	{ ORG "tombstone keep 1d\ntombstone keep 2d\n}\n", 6,
	    "twice" },
	{ ORG "scim log keep ever\n}\n", 5, "no time like" },
	{ ORG "scim log keep 3661d\n}\n", 5, "not between" },
	{ ORG "scim keep 1d\n}\n", 5, "syntax error" },
	{ ORG "resource group { \"a b\" }\n}\n", 5,
	    "is no name of a group" },
	{ ORG "resource group { a, b }\nresource group b\n}\n", 6,
	    "is there twice" },
	{ ORG "resource group\n}\n", 5, "syntax error" },
	{ ORG "match email domains { a }\n}\n", 5, "basic mode" },
	/* Admin by what a token may say. */
	{ ORG "role map group \"g\" to admin\n}\n", 5,
	    "role map group: admin by what SCIM says" },
	{ ORG "role map scim-role \"g\" to admin\n}\n", 5,
	    "needs \"elevated\"" },
	{ ORG "role map \"v\" to admin elevated\n}\n", 5,
	    "elevated is for" },
	{ ORG "role map group \"g\" to admin \"elevated\"\n}\n", 5,
	    "syntax error" },
	{ ORG "role map group \"g\" to write\n}\n", 4,
	    "leads to admin" },
	{ ORG "role map group \"g\" to king\n}\n", 5, "is not read" },
	{ ORG "role map groups \"g\" to read\n}\n", 5,
	    "syntax error" },
	{ ORG "role map group to read\n}\n", 5, "syntax error" },
	{ ORG "role map group \"g\" to read\n"
	    "role map group \"g\" to write\n" ADMIN "}\n", 6,
	    "role map group: \"g\" has a line already" },
	{ ORG ADMIN "role map \"v\" to read\n}\n", 4,
	    "needs a role attribute" },
	{ ORG ADMIN "role attribute \"r\"\n}\n", 4,
	    "with a line for one of its values" },
	/* Connections. */
	{ CONN "scim match phone\n}\n}\n", 7,
	    "is not none, username or email" },
	{ CONN "scim match email\n}\n}\n", 5,
	    "needs trust email domains" },
	{ CONN "scim match none\nscim match none\n}\n}\n", 8,
	    "twice" },
	{ BASIC "}\n}\n", 6, "basic mode needs trust email domains" },
	{ BASIC DOMAIN "jit on\n}\n}\n", 6, "not jit on" },
	{ BASIC DOMAIN "scim match username\n}\n}\n", 6,
	    "for managed mode" },
	{ NULL, 0, NULL }
};

static void
test_refused(void **state)
{
	(void)state;
	all_refused(list);
}

static void
test_defaults(void **state)
{
	struct conf_organization	*o;
	struct conf_connection		*n;
	struct conf			*c;

	(void)state;
	c = good(CONN "}\n}\n");
	o = TAILQ_FIRST(&c->organizations);
	n = TAILQ_FIRST(&o->connections);
	assert_int_equal(o->mode, MODE_MANAGED);
	assert_false(o->username_strict);
	assert_int_equal(o->brake_percent, 0);
	assert_int_equal(o->tombstone_keep, 90 * 86400);
	assert_int_equal(o->scim_log_keep, 90 * 86400);
	assert_int_equal(n->scim_match, SCIM_MATCH_NONE);
	assert_true(n->jit);
	conf_free(c);
	c = good(BASIC DOMAIN "}\n}\n");
	n = TAILQ_FIRST(&TAILQ_FIRST(&c->organizations)->connections);
	assert_false(n->jit);
	conf_free(c);
}

static const char	 whole[] = ORG
    "mode managed\nusername strict\nscim brake 20% per 1h\n"
    "tombstone keep 30d\nscim log keep 0s\n"
    "resource group \"nlp\"\nresource group { vision, \"a.b_c\" }\n"
    "role match highest\nrole attribute \"r\"\n"
    "role map \"ops\" to admin\n"
    "role map group \"ML \\\"Engineers\\\"\" to write\n"
    "role map group \"ops\" to read\n"
    "role map scim-role \"owner\" to admin elevated\n"
    "connection \"okta\" saml {\nmetadata file \"/m\"\n" DOMAIN
    "scim match email\nattribute username { scim username }\n}\n}\n"
    "organization \"beta\" {\nmode basic\n"
    "connection \"idp\" saml {\nmetadata file \"/n\"\n" DOMAIN "}\n}\n";

static void
test_view(void **state)
{
	struct policy_organization	*o;
	struct policy_view		*v;
	struct conf			*c;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	c = good(whole);
	wire_init(&w, LIMIT_VIEW);
	conf_view_policy(c, &w);
	conf_free(c);
	wire_read(&r, w.data, w.len);
	v = policy_view_get(&r);
	assert_non_null(v);
	assert_string_equal(v->public_url, "https://hub.example");
	o = &v->organizations[0];
	assert_int_equal(o->mode, MODE_MANAGED);
	assert_true(o->username_strict);
	assert_int_equal(o->brake_percent, 20);
	assert_int_equal(o->brake_seconds, 3600);
	assert_int_equal(o->tombstone_keep, 30 * 86400);
	assert_int_equal(o->scim_log_keep, 0);
	assert_int_equal(o->groups.count, 3);
	assert_string_equal(o->groups.list[2], "a.b_c");
	assert_int_equal(o->role_line_count, 4);
	assert_int_equal(o->role_lines[0].kind, ROLE_LINE_VALUE);
	assert_int_equal(o->role_lines[1].kind, ROLE_LINE_GROUP);
	assert_string_equal(o->role_lines[1].value, "ML \"Engineers\"");
	assert_false(o->role_lines[2].elevated);
	assert_int_equal(o->role_lines[3].kind, ROLE_LINE_SCIM_ROLE);
	assert_int_equal(o->role_lines[3].role, ROLE_ADMIN);
	assert_true(o->role_lines[3].elevated);
	assert_int_equal(o->connections[0].scim_match, SCIM_MATCH_EMAIL);
	o = &v->organizations[1];
	assert_int_equal(o->mode, MODE_BASIC);
	assert_false(o->connections[0].jit);
	policy_view_free(v);
	wire_free(&w);
}

static char *
print(const struct conf *c)
{
	struct writer	 w;
	char		*text;

	wire_init(&w, LIMIT_VIEW);
	conf_print(c, &w);
	text = strndup((const char *)w.data, w.len);
	assert_non_null(text);
	wire_free(&w);
	return text;
}

static void
test_print(void **state)
{
	struct conf	*c;
	char		*first, *second;

	(void)state;
	c = good(whole);
	first = print(c);
	conf_free(c);
	c = good(first);
	second = print(c);
	conf_free(c);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "\tscim brake 20% per 1h\n"));
	assert_non_null(strstr(first,
	    "\trole map scim-role \"owner\" to admin elevated\n"));
	free(first);
	free(second);
}

static void
test_percent(void **state)
{
	static const char *const	 bad[] = {
		"", "%", "0%", "101%", "1000%", "01%", "1", "1%%", " 1%",
		"1% ", "1.5%", "-1%", "+1%", "1e1%", NULL
	};
	int64_t	 n;
	int	 i;

	(void)state;
	assert_true(value_percent("1%", &n));
	assert_int_equal(n, 1);
	assert_true(value_percent("100%", &n));
	assert_int_equal(n, 100);
	for (i = 0; bad[i] != NULL; i++)
		assert_false(value_percent(bad[i], &n));
	assert_int_equal(n, 100);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_view),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_percent)
	};

	return cmocka_run_group_tests_name("conf_scim", tests, conf_begin,
	    conf_end);
}
