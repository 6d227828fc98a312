/* Units of hfssod/policy/rolemap.c: role map and resource group map. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/rolemap.h"

static struct view_role_line	 role_lines[] = {
	{ ROLE_LINE_VALUE, "staff", ROLE_READ, false },
	{ ROLE_LINE_VALUE, "dev", ROLE_WRITE, false },
	{ ROLE_LINE_VALUE, "hub-admins", ROLE_ADMIN, false },
	{ ROLE_LINE_VALUE, "dev", ROLE_ADMIN, false }
};
static struct view_group_line	 group_lines[] = {
	{ "nlp", "nlp", ROLE_WRITE }, { "ml", "nlp", ROLE_READ },
	{ "ml", "vision", ROLE_READ }, { "nlp", "nlp", ROLE_ADMIN }
};

static struct policy_organization
organization(void)
{
	struct policy_organization	 o;

	memset(&o, 0, sizeof(o));
	o.name = "acme";
	o.default_role = ROLE_READ;
	o.role_lines = role_lines;
	o.role_line_count = 4;
	o.group_lines = group_lines;
	o.group_line_count = 4;
	return o;
}

static struct strings
list(const char **values, size_t count)
{
	return (struct strings){ count, values };
}

static enum role
match(const struct policy_organization *o, const struct strings *v)
{
	struct role_inputs	 in = { { v, NULL, NULL } };

	return rolemap_match(o, &in);
}

static bool
login(const struct policy_organization *o, const struct role_before *b,
    const struct strings *v, bool overage, enum role *role,
    enum role_source *source)
{
	struct role_inputs	 in = { { v, NULL, NULL } };

	return rolemap_login(o, b, &in, overage, role, source);
}

static void
first_or_highest(void **state)
{
	struct policy_organization	 o = organization();
	const char	*both[] = { "hub-admins", "x", "dev" };
	const char	*one[] = { "dev" };
	const char	*none[] = { "Dev", "dev ", "de", "develop", "" };
	struct strings	 v;

	(void)state;
	v = list(both, 3);
	assert_int_equal(match(&o, &v), ROLE_WRITE);
	o.role_match = ROLE_MATCH_HIGHEST;
	assert_int_equal(match(&o, &v), ROLE_ADMIN);
	v = list(one, 1);
	assert_int_equal(match(&o, &v), ROLE_ADMIN);
	o.role_match = ROLE_MATCH_FIRST;
	assert_int_equal(match(&o, &v), ROLE_WRITE);
	v = list(none, 5);
	assert_int_equal(match(&o, &v), ROLE_NONE);
	v = list(NULL, 0);
	assert_int_equal(match(&o, &v), ROLE_NONE);
}

static void
at_login(void **state)
{
	struct policy_organization	 o = organization();
	const char		*dev[] = { "dev" };
	struct strings		 v = list(dev, 1), none = { 0, NULL };
	struct role_before	 b = { false, ROLE_NONE, 0, &none };
	enum role		 role;
	enum role_source	 source;

	(void)state;
	assert_true(login(&o, &b, &v, false, &role, &source));
	assert_int_equal(role, ROLE_WRITE);
	assert_int_equal(source, ROLE_SOURCE_MAP);
	assert_true(login(&o, &b, &none, false, &role, &source));
	assert_int_equal(role, ROLE_READ);
	assert_int_equal(source, ROLE_SOURCE_DEFAULT);
	o.default_role = ROLE_NONE;
	assert_false(login(&o, &b, &none, false, &role, &source));
	/* A manual role holds until the next login. */
	b.member = true;
	b.role = ROLE_ADMIN;
	b.source = ROLE_SOURCE_MANUAL;
	assert_true(login(&o, &b, &v, false, &role, &source));
	assert_int_equal(role, ROLE_WRITE);
	assert_false(login(&o, &b, &none, false, &role, &source));
}

static void
too_many_values(void **state)
{
	struct policy_organization	 o = organization();
	const char		*dev[] = { "dev" };
	struct strings		 last = list(dev, 1), none = { 0, NULL };
	struct role_before	 b = { false, ROLE_NONE, 0, &none };
	enum role		 role;
	enum role_source	 source;

	(void)state;
	assert_false(login(&o, &b, &none, true, &role, &source));
	b.member = true;
	b.role = ROLE_READ;
	b.values = &last;
	assert_true(login(&o, &b, &none, true, &role, &source));
	assert_int_equal(role, ROLE_WRITE);
}

static void
without_a_map(void **state)
{
	struct policy_organization	 o = organization();
	const char		*dev[] = { "dev" };
	struct strings		 v = list(dev, 1), none = { 0, NULL };
	struct role_before	 b = { false, ROLE_NONE, 0, &none };
	enum role		 role;
	enum role_source	 source;

	(void)state;
	o.role_line_count = 0;
	assert_true(login(&o, &b, &v, true, &role, &source));
	assert_int_equal(role, ROLE_READ);
	assert_int_equal(source, ROLE_SOURCE_DEFAULT);
	b.member = true;
	b.role = ROLE_ADMIN;
	b.source = ROLE_SOURCE_MANUAL;
	assert_true(login(&o, &b, &v, false, &role, &source));
	assert_int_equal(role, ROLE_ADMIN);
	assert_int_equal(source, ROLE_SOURCE_MANUAL);
	b.member = false;
	o.default_role = ROLE_NONE;
	assert_false(login(&o, &b, &v, false, &role, &source));
}

/* Values, SCIM groups and SCIM roles in one ordered map. */
static void
kinds(void **state)
{
	static struct view_role_line	 lines[] = {
		{ ROLE_LINE_GROUP, "ml", ROLE_READ, false },
		{ ROLE_LINE_VALUE, "dev", ROLE_WRITE, false },
		{ ROLE_LINE_SCIM_ROLE, "dev", ROLE_CONTRIBUTOR, false },
		{ ROLE_LINE_GROUP, "root", ROLE_ADMIN, false },
		{ ROLE_LINE_SCIM_ROLE, "root", ROLE_ADMIN, true }
	};
	const char	*dev[] = { "dev" }, *ml[] = { "ml" };
	const char	*root[] = { "root" };
	struct strings	 d = list(dev, 1), m = list(ml, 1);
	struct strings	 r = list(root, 1), none = { 0, NULL };
	struct role_inputs	 in;
	struct policy_organization	 o = organization();

	(void)state;
	o.role_lines = lines;
	o.role_line_count = 5;
	in = (struct role_inputs){ { &d, &m, &d } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_READ);
	assert_ptr_equal(rolemap_line(&o, &in), &lines[0]);
	in = (struct role_inputs){ { &d, &none, &d } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_WRITE);
	in = (struct role_inputs){ { NULL, NULL, &d } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_CONTRIBUTOR);
	/* A value of one kind is none of another. */
	in = (struct role_inputs){ { &m, &d, &m } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_NONE);
	in = (struct role_inputs){ { &r, &none, NULL } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_NONE);
	/* admin by SCIM needs the word. */
	in = (struct role_inputs){ { NULL, &r, NULL } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_NONE);
	in = (struct role_inputs){ { NULL, NULL, &r } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_ADMIN);
	lines[3].elevated = true;
	in = (struct role_inputs){ { NULL, &r, NULL } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_ADMIN);
	lines[3].elevated = false;
	o.role_match = ROLE_MATCH_HIGHEST;
	in = (struct role_inputs){ { &d, &m, &d } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_WRITE);
	in = (struct role_inputs){ { &d, &r, NULL } };
	assert_int_equal(rolemap_match(&o, &in), ROLE_WRITE);
	assert_true(rolemap_has(&o, ROLE_LINE_GROUP));
	assert_true(rolemap_names(&o, "ml"));
	assert_false(rolemap_names(&o, "ML"));
	assert_false(rolemap_names(&o, "dev"));
	o.role_line_count = 0;
	assert_false(rolemap_has(&o, ROLE_LINE_GROUP));
	assert_false(rolemap_names(&o, "ml"));
}

static void
groups(void **state)
{
	struct policy_organization	 o = organization();
	const char		*both[] = { "nlp", "ml", "nlp" };
	const char		*none[] = { "NLP", "m" };
	struct group_result	*r;
	struct strings		 v = list(both, 3);

	(void)state;
	assert_int_equal(groupmap_match(&o, &v, &r), 3);
	assert_string_equal(r[0].group, "nlp");
	assert_int_equal(r[0].role, ROLE_ADMIN);
	assert_string_equal(r[0].value, "nlp");
	assert_string_equal(r[1].group, "nlp");
	assert_int_equal(r[1].role, ROLE_READ);
	assert_string_equal(r[2].group, "vision");
	free(r);
	v = list(none, 2);
	assert_int_equal(groupmap_match(&o, &v, &r), 0);
	assert_null(r);
	v = list(NULL, 0);
	assert_int_equal(groupmap_match(&o, &v, &r), 0);
	assert_null(r);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(first_or_highest),
		cmocka_unit_test(at_login),
		cmocka_unit_test(too_many_values),
		cmocka_unit_test(without_a_map),
		cmocka_unit_test(kinds),
		cmocka_unit_test(groups)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
