/*
 * Units of hfssod/policy/remap.c: maps that change while people are signed
 * in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/remap.h"
#include "group_fixture.h"

static int64_t			 ms, each;	/* a look at it takes so long */
static struct view_role_line	 lines[6];
static struct view_group_line	 group_lines[3];

int64_t	 __wrap_clock_ms(void);

int64_t
__wrap_clock_ms(void)
{
	return ms += each;
}

static int
begin(void **unused)
{
	each = 0;
	groups_begin(unused);
	memcpy(lines, group_roles, sizeof(lines));
	memcpy(group_lines, acme_groups, sizeof(group_lines));
	acme.role_lines = lines;
	acme.group_lines = group_lines;
	fixture_use();
	while (remap_sweep())
		;
	return 0;
}

/* A login of okta with one value of each attribute, or none. */
static enum verdict
login(const char *who, const char *role, const char *group)
{
	static unsigned int	 n = 9000;
	struct outcome		 o = an_outcome(who, n, n);

	n++;
	state.group = "default";
	if (role != NULL)
		o.identity.roles = (struct strings){ 1, &role };
	if (group != NULL)
		o.identity.groups = (struct strings){ 1, &group };
	return run_login(&o)->verdict;
}

static const char *
somebody(const char *name, const char *role, const char *group)
{
	const char	*id;
	char		 text[128];

	snprintf(text, sizeof(text), "userName=%s;externalId=%s", name, name);
	id = made(text);
	works(login(name, role, group));
	assert_int_equal(sessions_of(id), 1);
	return id;
}

/* How many slices it takes. */
static int
finish(void)
{
	int	 n = 0;

	while (remap_sweep())
		n++;
	assert_int_equal(query("SELECT maps_step FROM organization"), 0);
	return n;
}

#define STORED(role) \
    query("SELECT count(*) FROM membership WHERE role = " #role)

/* What memory has counts at once, the store follows. */
static void
at_once(void **unused)
{
	const char	*ada = somebody("ada", "dev", NULL);
	int64_t		 told = audited("org.change_role");

	(void)unused;
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	lines[1].role = ROLE_ADMIN;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	assert_int_equal(STORED(3), 1);
	finish();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	assert_int_equal(STORED(5), 1);
	assert_int_equal(query("SELECT admins FROM organization"), 1);
	assert_int_equal(audited("org.change_role"), told + 1);
	/* And away with it, though he is the last one. */
	lines[1].value = "nobody";
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_READ);
	finish();
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_int_equal(query("SELECT admins FROM organization"), 0);
	assert_int_equal(audited("org.change_role"), told + 2);
	assert_int_equal(sessions_of(ada), 1);
	/* As it is, as it stays. */
	fixture_use();
	assert_false(remap_sweep());
	assert_int_equal(audited("org.change_role"), told + 2);
}

/* Other inputs than the login's; the word elevated; the order. */
static void
scim_lines(void **unused)
{
	const char	*ada = somebody("ada", "dev", NULL), *id;

	(void)unused;
	id = group_made("displayName=root");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	lines[3].elevated = true;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	finish();
	assert_int_equal(STORED(5), 1);
	acme.role_match = ROLE_MATCH_FIRST;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	finish();
	assert_int_equal(STORED(3), 1);
}

static void
the_default(void **unused)
{
	const char	*ada = somebody("ada", "none", NULL);
	const char	*bob = somebody("bob", "dev", NULL);

	(void)unused;
	acme.default_role = ROLE_WRITE;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	assert_int_equal(role_in(bob), ROLE_CONTRIBUTOR);
	finish();
	assert_int_equal(STORED(4), 1);
	/* Deny: nobody at once, out with the next slice. */
	acme.default_role = ROLE_NONE;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_NONE);
	finish();
	assert_int_equal(sessions_of(ada), 0);
	assert_int_equal(sessions_of(bob), 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(login("ada", NULL, NULL), VERDICT_no_role);
}

/* By hand it stays; without any line everything does. */
static void
by_hand(void **unused)
{
	const char	*ada = somebody("ada", "dev", NULL);

	(void)unused;
	execute("UPDATE membership SET role = 5, source = 3");
	fixture_restart();
	lines[1].role = ROLE_WRITE;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	finish();
	assert_int_equal(role_in(ada), ROLE_ADMIN);
	assert_int_equal(query("SELECT source FROM membership"),
	    ROLE_SOURCE_MANUAL);
	/* Until the next login. */
	works(login("ada", "dev", NULL));
	assert_int_equal(role_in(ada), ROLE_WRITE);
	acme.role_line_count = 0;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	finish();
	assert_int_equal(role_in(ada), ROLE_WRITE);
}

static void
resource_groups(void **unused)
{
	const char	*ada = somebody("ada", NULL, "ml"), *id;

	(void)unused;
	works(ctl_ask(MESSAGE_member_grant, "ada", "nlp", "contributor", ""));
	assert_string_equal(held_by(ada), "nlp contributor,vision read,");
	/* Another role, a line less, one more for a value that gave nothing. */
	group_lines[1].value = "gone";
	group_lines[2].role = ROLE_WRITE;
	fixture_use();
	assert_string_equal(held_by(ada), "nlp contributor,vision write,");
	assert_int_equal(query("SELECT count(*) FROM grants"), 3);
	finish();
	assert_string_equal(held_by(ada), "nlp contributor,vision write,");
	assert_int_equal(query("SELECT count(*) FROM grants"), 2);
	assert_int_equal(audited("resource_group.change_role"), 2);
	works(login("ada", NULL, "other"));
	assert_string_equal(held_by(ada), "nlp contributor,");
	group_lines[0].value = "other";
	fixture_use();
	assert_string_equal(held_by(ada), "nlp write,");
	finish();
	assert_string_equal(held_by(ada), "nlp write,");
	/* A link is no line. */
	id = group_made("displayName=linked");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	works(link_to(id, "vision", ROLE_READ, true));
	acme.group_line_count = 0;
	fixture_use();
	assert_string_equal(held_by(ada), "nlp contributor,vision read,");
	finish();
	assert_string_equal(held_by(ada), "nlp contributor,vision read,");
}

/* Of a login that a program before this one saw: what gave something. */
static void
unknown_groups(void **unused)
{
	const char	*ada = somebody("ada", NULL, "ml");

	(void)unused;
	execute("UPDATE membership SET login_groups = NULL");
	group_lines[1].role = ROLE_ADMIN;
	group_lines[2].value = "other";
	fixture_use();
	assert_string_equal(held_by(ada), "nlp admin,");
	finish();
	assert_string_equal(held_by(ada), "nlp admin,");
}

static void
crowd(unsigned int count)
{
	char		 name[16];
	unsigned int	 i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "p%u", i);
		somebody(name, "dev", NULL);
	}
}

/* Killed in the middle: it goes on where it was. */
static void
killed(void **unused)
{
	const char	*last;
	int64_t		 told;

	(void)unused;
	crowd(9);
	last = somebody("last", "dev", NULL);
	told = audited("org.change_role");
	lines[1].role = ROLE_ADMIN;
	fixture_use();
	each = 3;
	assert_true(remap_sweep());
	assert_true(remap_sweep());
	assert_in_range(STORED(5), 2, 8);
	assert_int_equal(query("SELECT count(*) FROM membership, organization"
	    " WHERE account <= maps_account"), STORED(5));
	assert_int_equal(audited("org.change_role"),
	    told + STORED(5));
	fixture_restart();
	assert_int_equal(role_in(last), ROLE_ADMIN);
	assert_in_range(STORED(5), 2, 8);
	assert_true(finish() > 1);
	assert_int_equal(STORED(5), 10);
	assert_int_equal(audited("org.change_role"), told + 10);
	assert_int_equal(role_in(last), ROLE_ADMIN);
}

/* Started with another file than the one before; also without a slice. */
static void
another_file(void **unused)
{
	const char	*ada = somebody("ada", "dev", NULL);

	(void)unused;
	lines[1].role = ROLE_WRITE;
	fixture_restart();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	assert_int_equal(STORED(3), 1);
	fixture_restart();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	finish();
	assert_int_equal(STORED(4), 1);
	fixture_restart();
	assert_false(remap_sweep());
}

/* Changed again in the middle: from the beginning. */
static void
again(void **unused)
{
	(void)unused;
	crowd(10);
	lines[1].role = ROLE_ADMIN;
	fixture_use();
	each = 3;
	assert_true(remap_sweep());
	assert_in_range(STORED(5), 1, 9);
	lines[1].role = ROLE_READ;
	fixture_use();
	assert_int_equal(query("SELECT maps_account FROM organization"), 0);
	finish();
	assert_int_equal(STORED(2), 10);
}

/* What else changes him meanwhile doesn't bring the old role back. */
static void
meanwhile(void **unused)
{
	const char	*ada = somebody("ada", "dev", "ml");

	(void)unused;
	lines[1].value = group_lines[1].value = group_lines[2].value = "x";
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_READ);
	works(patch(ada, SCIM_ADD, SCIM_none, "displayName=Ada"));
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_string_equal(held_by(ada), "");
	works(login("ada", "dev", "ml"));
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_string_equal(held_by(ada), "");
	finish();
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_string_equal(held_by(ada), "");
}

/* Whom SCIM made and no line gave a role: a new one makes him a member. */
static void
joins(void **unused)
{
	const char	*ada, *id;
	int64_t		 told;

	(void)unused;
	acme.default_role = ROLE_NONE;
	fixture_use();
	finish();
	ada = made("userName=ada;externalId=ada");
	made("userName=bob;externalId=bob");
	id = group_made("displayName=readers");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(query("SELECT count(*) FROM membership"), 0);
	told = audited("org.add_user");
	lines[0].value = "readers";
	fixture_use();
	each = 3;
	finish();
	assert_int_equal(query("SELECT count(*) FROM membership"), 1);
	assert_int_equal(STORED(4), 1);
	assert_int_equal(audited("org.add_user"), told + 1);
	works(login("ada", NULL, NULL));
	assert_int_equal(role_in(ada), ROLE_WRITE);
}

/* Overage keeps what was; that counts with other lines, too. */
static void
overage(void **unused)
{
	const char	*ada = somebody("ada", "dev", "ml");
	struct outcome	 o = an_outcome("ada", 8000, 8000);

	(void)unused;
	o.identity.roles_overage = o.identity.groups_overage = true;
	state.group = "default";
	works(run_login(&o)->verdict);
	lines[1].role = ROLE_WRITE;
	group_lines[2].role = ROLE_WRITE;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_WRITE);
	assert_string_equal(held_by(ada), "nlp read,vision write,");
}

/* The first lines an organization gets find what logins brought before. */
static void
first_lines(void **unused)
{
	const char	*ada;

	(void)unused;
	acme.role_line_count = acme.group_line_count = 0;
	fixture_use();
	ada = somebody("ada", "dev", "ml");
	assert_int_equal(role_in(ada), ROLE_READ);
	acme.role_line_count = 6;
	acme.group_line_count = 3;
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_CONTRIBUTOR);
	assert_string_equal(held_by(ada), "nlp read,vision read,");
}

/* One that leaves the file and comes back goes on. */
static void
gone_and_back(void **unused)
{
	const char	*ada = somebody("ada", "dev", NULL);

	(void)unused;
	lines[1].role = ROLE_READ;
	fixture_use();
	acme.name = "other";
	fixture_use();
	assert_false(remap_sweep());
	acme.name = "acme";
	fixture_use();
	assert_int_equal(role_in(ada), ROLE_READ);
	assert_int_equal(STORED(3), 1);
	while (remap_sweep())
		;
	assert_int_equal(STORED(2), 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, users_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(at_once), TEST(scim_lines), TEST(the_default),
		TEST(by_hand), TEST(resource_groups), TEST(unknown_groups),
		TEST(killed), TEST(another_file), TEST(again),
		TEST(meanwhile), TEST(joins), TEST(overage),
		TEST(first_lines), TEST(gone_and_back)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
