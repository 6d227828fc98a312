/*
 * Units of hfssod/policy/link.c and grant.c: what SCIM groups give in
 * resource groups, with sessions that live meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "group_fixture.h"

/* A User of okta who has signed in. */
static const char *
somebody(const char *name)
{
	const char	*id;
	char		 text[128];

	snprintf(text, sizeof(text), "userName=%s;externalId=%s", name, name);
	id = made(text);
	works(sign_in(name, name, ""));
	assert_int_equal(sessions_of(id), 1);
	return id;
}

/* --- what a link gives --------------------------------------------------- */

static void
given(void **unused)
{
	const char	*ada = somebody("ada"), *bob = somebody("bob"), *id;

	(void)unused;
	id = group_made("displayName=ml");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_string_equal(held_by(ada), "");
	works(link_to(id, "vision", ROLE_WRITE, false));
	assert_string_equal(links, "vision write,");
	assert_string_equal(held_by(ada), "vision write,");
	assert_string_equal(held_by(bob), "");
	works(group_members(id, SCIM_ADD, with(1, bob)));
	assert_string_equal(held_by(bob), "vision write,");
	/* Nothing is copied. */
	assert_int_equal(query("SELECT count(*) FROM grants"), 0);
	/* Another role, for all at once. */
	works(link_to(id, "vision", ROLE_READ, false));
	assert_string_equal(held_by(ada), "vision read,");
	assert_string_equal(held_by(bob), "vision read,");
	works(link_to(id, "nlp", ROLE_ADMIN, false));
	assert_string_equal(held_by(ada), "nlp admin,vision read,");
	works(unlink_from(id, "vision"));
	assert_string_equal(links, "nlp admin,");
	assert_string_equal(held_by(ada), "nlp admin,");
	assert_int_equal(unlink_from(id, "vision"), VERDICT_scim_not_found);
	works(group_members(id, SCIM_REMOVE, with(1, ada)));
	assert_string_equal(held_by(ada), "");
	works(patch(bob, SCIM_REPLACE, SCIM_active, "active=false"));
	assert_int_equal(sessions_of(bob), 0);
	works(group_delete(id));
	assert_int_equal(query("SELECT count(*) FROM scim_link"), 0);
	assert_int_equal(audited("resource_group.scim_link"), 2);
	assert_int_equal(audited("resource_group.scim_link_role"), 1);
	assert_int_equal(audited("resource_group.scim_unlink"), 1);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

/* The highest of what several groups give, as long as they do. */
static void
highest(void **unused)
{
	const char	*ada = somebody("ada"), *a, *b, *c;

	(void)unused;
	a = group_made("displayName=a");
	b = group_made("displayName=b");
	c = group_made("displayName=c");
	works(group_members(a, SCIM_ADD, with(1, ada)));
	works(group_members(b, SCIM_ADD, with(1, ada)));
	works(group_members(c, SCIM_ADD, with(1, ada)));
	works(link_to(a, "nlp", ROLE_READ, false));
	works(link_to(b, "nlp", ROLE_WRITE, false));
	works(link_to(c, "nlp", ROLE_CONTRIBUTOR, false));
	assert_string_equal(held_by(ada), "nlp write,");
	works(group_members(b, SCIM_REMOVE, with(1, ada)));
	assert_string_equal(held_by(ada), "nlp contributor,");
	works(group_delete(c));
	assert_string_equal(held_by(ada), "nlp read,");
	works(unlink_from(a, "nlp"));
	assert_string_equal(held_by(ada), "");
}

static void
nested(void **unused)
{
	const char	*ada = somebody("ada"), *low, *middle, *top;

	(void)unused;
	low = group_made("displayName=low");
	middle = group_made("displayName=middle");
	top = group_made("displayName=top");
	works(group_members(low, SCIM_ADD, with(1, ada)));
	works(link_to(top, "nlp", ROLE_WRITE, false));
	works(link_to(low, "vision", ROLE_READ, false));
	assert_string_equal(held_by(ada), "vision read,");
	works(group_members(top, SCIM_ADD, with(1, middle)));
	works(group_members(middle, SCIM_ADD, with(1, low)));
	assert_string_equal(held_by(ada), "nlp write,vision read,");
	/* All the sessions at a start see the same. */
	fixture_restart();
	assert_string_equal(held_by(ada), "nlp write,vision read,");
	works(group_members(middle, SCIM_REMOVE, with(1, low)));
	assert_string_equal(held_by(ada), "vision read,");
	works(group_members(top, SCIM_ADD, with(1, low)));
	assert_string_equal(held_by(ada), "nlp write,vision read,");
	works(group_delete(low));
	assert_string_equal(held_by(ada), "");
	fixture_restart();
	assert_string_equal(held_by(ada), "");
}

/* When the store can't be read, what may be stale does not count. */
static void
no_store(void **unused)
{
	const char	*ada = somebody("ada"), *id;
	struct session	*s;

	(void)unused;
	id = group_made("displayName=a");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	s = session_person(&state.sessions, account_of(ada)->row)->sessions;
	assert_true(member_fresh(s));
	works(link_to(id, "nlp", ROLE_READ, false));
	store_refuse(state.store, "test");
	assert_false(member_fresh(s));
	store_forget(state.store);
	assert_true(member_fresh(s));
	store_refuse(state.store, "test");
	assert_true(member_fresh(s));
	store_forget(state.store);
}

/* --- what a link needs --------------------------------------------------- */

static void
refused(void **unused)
{
	const char	*id = group_made("displayName=a");

	(void)unused;
	assert_int_equal(link_to("nobody", "nlp", ROLE_READ, false),
	    VERDICT_scim_not_found);
	assert_int_equal(link_to(id, "no slug", ROLE_READ, false),
	    VERDICT_scim_not_found);
	assert_int_equal(link_to(id, "other", ROLE_READ, false),
	    VERDICT_scim_not_found);
	assert_int_equal(link_to(id, "nlp", ROLE_NONE, false),
	    VERDICT_scim_invalid_value);
	token = "okta";
	assert_int_equal(link_to(id, "nlp", ROLE_READ, false),
	    VERDICT_token_right);
	assert_int_equal(unlink_from(id, "nlp"), VERDICT_token_right);
	token = "entra";
	assert_int_equal(link_to(id, "nlp", ROLE_READ, false),
	    VERDICT_token_right);
	token = "nobody";
	assert_int_equal(link_to(id, "nlp", ROLE_READ, false),
	    VERDICT_token_unknown);
	assert_int_equal(query("SELECT count(*) FROM scim_link"), 0);
	assert_int_equal(query("SELECT count(*) FROM resource_group"), 2);
}

/* A resource group that people have otherwise is taken over when told to. */
static void
adopted(void **unused)
{
	const char	*ada = somebody("ada"), *bob = somebody("bob"), *id;

	(void)unused;
	id = group_made("displayName=ml");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	works(ctl_ask(MESSAGE_member_grant, "bob", "nlp", "write", ""));
	assert_string_equal(held_by(bob), "nlp write,");
	assert_int_equal(link_to(id, "nlp", ROLE_READ, false),
	    VERDICT_group_not_empty);
	assert_int_equal(ctl_ask(MESSAGE_scim_link, "ml", "nlp", "read", ""),
	    VERDICT_group_not_empty);
	assert_string_equal(held_by(ada), "");
	works(ctl_ask(MESSAGE_scim_link, "ML", "nlp", "read", "adopt=1"));
	assert_string_equal(held_by(ada), "nlp read,");
	assert_string_equal(held_by(bob), "");
	assert_int_equal(audited("resource_group.remove_users"), 1);
	/* People are not edited there any more. */
	assert_int_equal(ctl_ask(MESSAGE_member_grant, "bob", "nlp", "write",
	    ""), VERDICT_group_synced);
	assert_int_equal(ctl_ask(MESSAGE_member_ungrant, "ada", "nlp", "",
	    ""), VERDICT_group_synced);
	/* Service accounts are. */
	execute("UPDATE account SET service = 1 WHERE name = 'bob'");
	works(ctl_ask(MESSAGE_member_grant, "bob", "nlp", "write", ""));
	assert_string_equal(held_by(bob), "nlp write,");
	works(ctl_ask(MESSAGE_scim_unlink, "ml", "nlp", "", ""));
	assert_string_equal(held_by(ada), "");
	assert_string_equal(held_by(bob), "nlp write,");
	/* They are in nobody's way either. */
	works(ctl_ask(MESSAGE_scim_link, id, "nlp", "read", ""));
	works(ctl_ask(MESSAGE_member_ungrant, "bob", "nlp", "", ""));
	assert_string_equal(held_by(bob), "");
}

/* What the login map gives stays beside it. */
static void
login_map(void **unused)
{
	struct outcome	 o;
	const char	*team[] = { "nlp-team" }, *ada, *id;

	(void)unused;
	ada = made("userName=ada;externalId=ada");
	o = an_outcome("ada", 1, 1);
	state.group = "default";
	o.identity.groups = (struct strings){ 1, team };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_string_equal(held_by(ada), "nlp write,");
	id = group_made("displayName=ml");
	works(group_members(id, SCIM_ADD, with(1, ada)));
	assert_int_equal(link_to(id, "nlp", ROLE_ADMIN, false),
	    VERDICT_group_not_empty);
	works(link_to(id, "nlp", ROLE_ADMIN, true));
	assert_string_equal(held_by(ada), "nlp admin,");
	works(unlink_from(id, "nlp"));
	assert_string_equal(held_by(ada), "nlp write,");
}

static void
by_hand(void **unused)
{
	const char	*ada = somebody("ada");

	(void)unused;
	works(ctl_ask(MESSAGE_member_grant, "ada", "nlp", "read", ""));
	assert_string_equal(held_by(ada), "nlp read,");
	assert_int_equal(ctl_ask(MESSAGE_member_grant, "ADA", "nlp", "read",
	    ""), VERDICT_already);
	works(ctl_ask(MESSAGE_member_grant, "ada", "NLP", "admin", ""));
	assert_string_equal(held_by(ada), "nlp admin,");
	assert_int_equal(ctl_ask(MESSAGE_member_grant, "ada", "nlp", "boss",
	    ""), VERDICT_bad_request);
	assert_int_equal(ctl_ask(MESSAGE_member_grant, "eve", "nlp", "read",
	    ""), VERDICT_no_member_named);
	assert_int_equal(ctl_ask(MESSAGE_member_grant, "ada", "other",
	    "read", ""), VERDICT_no_group_named);
	assert_int_equal(ctl_ask(MESSAGE_scim_link, "ml", "nlp", "read", ""),
	    VERDICT_no_group_named);
	works(ctl_ask(MESSAGE_member_ungrant, "ada", "nlp", "", ""));
	assert_int_equal(ctl_ask(MESSAGE_member_ungrant, "ada", "nlp", "",
	    ""), VERDICT_already);
	assert_string_equal(held_by(ada), "");
	assert_int_equal(audited("resource_group.add_users"), 1);
	assert_int_equal(audited("resource_group.change_role"), 1);
	assert_int_equal(audited("resource_group.remove_users"), 1);
}

/* In a basic organization members of groups are invitations. */
static void
basic(void **unused)
{
	const char	*ada, *zoe, *id, *role;
	char		 text[256];

	(void)unused;
	execute("INSERT INTO account (account, name, folded, state, owner,"
	    " email, email_folded, display_name, given, family, username,"
	    " created) VALUES ('aaaaaaaaaaaaaaaaaaaaaaaa', 'ada', 'ada', 1,"
	    " NULL, 'a@home.org', 'a@home.org', '', '', '', 'ada', 1)");
	acme.role_lines = group_roles;
	acme.role_line_count = 1;
	fixture_use();
	token = "relink";
	ada = made("userName=ada;externalId=x1");
	zoe = made("userName=zoe;externalId=x2");
	role = group_made("displayName=writers");
	snprintf(text, sizeof(text), "displayName=ml;%s", with(3, ada, zoe,
	    role));
	id = group_made(text);
	works(group_members(role, SCIM_ADD, with(2, ada, zoe)));
	assert_int_equal(group_members(id, SCIM_ADD,
	    with(1, "aaaaaaaaaaaaaaaaaaaaaaaa")), VERDICT_scim_invalid_value);
	works(link_to(id, "nlp", ROLE_READ, false));
	works(sign_in("x1", "", "a@home.org"));
	assert_string_equal(held_by("aaaaaaaaaaaaaaaaaaaaaaaa"), "nlp read,");
	assert_int_equal(role_in("aaaaaaaaaaaaaaaaaaaaaaaa"), ROLE_WRITE);
	/* Made after the invitation: the same. */
	execute("INSERT INTO account (account, name, folded, state, owner,"
	    " email, email_folded, display_name, given, family, username,"
	    " created) VALUES ('bbbbbbbbbbbbbbbbbbbbbbbb', 'zoe', 'zoe', 1,"
	    " NULL, 'z@home.org', 'z@home.org', '', '', '', 'zoe', 1)");
	works(sign_in("x2", "", "z@home.org"));
	assert_int_equal(role_in("bbbbbbbbbbbbbbbbbbbbbbbb"), ROLE_WRITE);
	assert_string_equal(held_by("bbbbbbbbbbbbbbbbbbbbbbbb"), "nlp read,");
	fixture_restart();
	assert_string_equal(held_by("bbbbbbbbbbbbbbbbbbbbbbbb"), "nlp read,");
	works(group_members(role, SCIM_REMOVE, with(1, ada)));
	assert_int_equal(role_in("aaaaaaaaaaaaaaaaaaaaaaaa"), ROLE_READ);
	works(group_members(id, SCIM_REMOVE, with(1, ada)));
	assert_string_equal(held_by("aaaaaaaaaaaaaaaaaaaaaaaa"), "");
	/* The invitation is taken back: out of all groups. */
	works(delete(zoe));
	assert_int_equal(sessions_of("bbbbbbbbbbbbbbbbbbbbbbbb"), 0);
	assert_int_equal(query("SELECT sum(members) FROM scim_group"), 1);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 1);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, groups_begin, users_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(given), TEST(highest), TEST(nested), TEST(no_store),
		TEST(refused), TEST(adopted), TEST(login_map), TEST(by_hand),
		cmocka_unit_test_setup_teardown(basic, basics_begin,
		    users_end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
