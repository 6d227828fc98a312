/*
 * Units of hfssod/policy/regrade.c: organization roles by SCIM groups and
 * SCIM roles, with sessions that live meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/access.h"
#include "group_fixture.h"

/* A login of okta with one value of the role attribute, or none. */
static enum verdict
login(const char *who, const char *value)
{
	static unsigned int	 n = 9000;
	struct outcome		 o = an_outcome(who, n, n);

	n++;
	state.group = "default";
	if (value != NULL)
		o.identity.roles = (struct strings){ 1, &value };
	return run_login(&o)->verdict;
}

static const char *
somebody(const char *name, const char *value)
{
	const char	*id;
	char		 text[128];

	snprintf(text, sizeof(text), "userName=%s;externalId=%s", name, name);
	id = made(text);
	works(login(name, value));
	assert_int_equal(sessions_of(id), 1);
	return id;
}

static void
up_and_down(void **unused)
{
	const char	*ada = somebody("ada", "staff"), *id;

	(void)unused;
	assert_int_equal(role_in(ada), ROLE_READ);
	id = group_made("displayName=writers");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	assert_int_equal(query("SELECT source FROM membership"),
	    ROLE_SOURCE_MAP);
	assert_int_equal(audited("org.change_role"), 1);
	/* A login changes nothing of it. */
	works(login("ada", "dev"));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(group_members(id, SCIM_REMOVE, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	works(login("ada", NULL));
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_int_equal(query("SELECT source FROM membership"),
	    ROLE_SOURCE_DEFAULT);
	assert_int_equal(sessions_of(ada), 3);
}

/* Names are compared exactly; a group's name may come and go. */
static void
renamed(void **unused)
{
	const char	*ada = somebody("ada", NULL), *id;

	(void)unused;
	id = group_made("displayName=Writers");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_READ);
	works(group_patch(id, SCIM_ADD, NULL, "displayName=writers"));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(group_patch(id, SCIM_REPLACE, NULL, "displayName=others"));
	assert_int_equal(role_in(ada), ROLE_READ);
	works(group_patch(id, SCIM_REPLACE, NULL, "displayName=writers"));
	works(group_delete(id));
	assert_int_equal(role_in(ada), ROLE_READ);
}

/* A group in a group: its members have the upper one's name, too. */
static void
nested(void **unused)
{
	const char	*ada = somebody("ada", NULL), *low, *top;

	(void)unused;
	low = group_made("displayName=low");
	works(group_members(low, SCIM_ADD, with(1, ada)));
	top = group_made("displayName=writers");
	works(group_members(top, SCIM_ADD, with(1, low)));
	go_on();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(group_members(low, SCIM_REMOVE, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_READ);
	works(group_members(low, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(group_patch(top, SCIM_REPLACE, NULL, "displayName=x"));
	go_on();
	assert_int_equal(role_in(ada), ROLE_READ);
	works(group_patch(top, SCIM_REPLACE, NULL, "displayName=writers"));
	go_on();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(group_delete(low));
	assert_int_equal(role_in(ada), ROLE_READ);
	works(group_members(top, SCIM_ADD, with(1, ada)));
	works(group_delete(top));
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
}

/* A stolen token makes no admin. */
static void
elevated(void **unused)
{
	const char	*ada = somebody("ada", NULL), *root, *chiefs;

	(void)unused;
	root = group_made("displayName=root");
	works(group_members(root, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_READ);
	works(login("ada", NULL));
	assert_int_equal(role_in(ada), ROLE_READ);
	chiefs = group_made("displayName=chiefs");
	works(group_members(chiefs, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	assert_int_equal(query("SELECT admins FROM organization"), 1);
	/* Nor is the provider's withdrawal resisted: the last one goes. */
	works(group_members(chiefs, SCIM_REMOVE, NULL));
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_int_equal(query("SELECT admins FROM organization"), 0);
}

static void
scim_roles(void **unused)
{
	const char	*ada, *bob;

	(void)unused;
	bob = made("userName=bob;externalId=bob;roles[value=editor]");
	ada = somebody("ada", NULL);
	assert_int_equal(query("SELECT count(*) FROM membership WHERE role ="
	    " 4"), 1);
	works(login("bob", NULL));
	assert_int_equal(role_in(bob), ROLE_WRITE);
	works(patch(ada, SCIM_ADD, SCIM_none, "roles[value=editor]"));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	works(patch(ada, SCIM_REPLACE, SCIM_none, "roles[value=Editor]"));
	assert_int_equal(role_in(ada), ROLE_READ);
}

/* By hand it holds until SCIM or a login says something of it. */
static void
by_hand(void **unused)
{
	const char	*ada = somebody("ada", NULL), *other, *id;

	(void)unused;
	execute("UPDATE membership SET role = 5, source = 3");
	fixture_restart();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	other = group_made("displayName=no line");
	works(group_members(other, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	id = group_made("displayName=writers");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_WRITE);
}

/* Without a line that matches, and deny by default: out at once. */
static void
denied(void **unused)
{
	const char	*ada, *bob, *id;
	char		 text[128];

	(void)unused;
	acme.default_role = ROLE_NONE;
	fixture_use();
	ada = made("userName=ada;externalId=ada");
	assert_int_equal(query("SELECT count(*) FROM membership"), 0);
	assert_int_equal(login("ada", NULL), VERDICT_no_role);
	/* The first role makes the member. */
	snprintf(text, sizeof(text), "displayName=writers;%s", with(1, ada));
	id = group_made(text);
	assert_int_equal(query("SELECT role FROM membership"), ROLE_WRITE);
	assert_int_equal(query("SELECT members FROM organization"), 1);
	works(login("ada", NULL));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	/* And with the last one he is out. */
	works(group_members(id, SCIM_REMOVE, NULL));
	assert_int_equal(sessions_of(ada), 0);
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
	assert_int_equal(query("SELECT role FROM membership"), ROLE_NONE);
	assert_int_equal(login("ada", NULL), VERDICT_no_role);
	works(login("ada", "staff"));
	assert_int_equal(role_in(ada), ROLE_READ);
	/* One who never came: nothing to end. */
	bob = made("userName=bob;externalId=bob");
	works(group_members(id, SCIM_ADD, with(1, bob)));
	works(group_delete(id));
	assert_int_equal(query("SELECT role FROM membership AS m JOIN account"
	    " AS a ON a.id = m.account WHERE a.name = 'bob'"), ROLE_NONE);
	assert_int_equal(role_in(ada), ROLE_READ);
}

/* Where the map has no line for SCIM, SCIM has no say. */
static void
login_only(void **unused)
{
	const char	*ada, *id;

	(void)unused;
	acme.role_lines = &group_roles[1];
	acme.role_line_count = 1;
	fixture_use();
	ada = somebody("ada", "dev");
	id = group_made("displayName=writers");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	works(group_delete(id));
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
}

/* What was read of one organization is nothing to another. */
static void
values_of(void **unused)
{
	struct strings	 groups, roles;
	const char	*ada, *id;

	(void)unused;
	ada = made("userName=ada;externalId=x;roles[value=r1];"
	    "roles[value=r2]");
	id = group_made("displayName=g1");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_true(member_scim_values(state.store, 1, 1, pool, &groups,
	    &roles));
	assert_int_equal(groups.count, 1);
	assert_string_equal(groups.list[0], "g1");
	assert_int_equal(roles.count, 2);
	strings_free(&groups);
	strings_free(&roles);
	assert_true(member_scim_values(state.store, 2, 1, pool, &groups,
	    &roles));
	assert_int_equal(groups.count, 0);
	assert_int_equal(roles.count, 0);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, groups_begin, users_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(up_and_down), TEST(renamed), TEST(nested),
		TEST(elevated), TEST(scim_roles), TEST(by_hand),
		TEST(denied), TEST(login_only), TEST(values_of)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
