/*
 * Units of hfssod/policy/scim_basic.c and scim_invited.c: a basic
 * organization, whose Users are invitations of people who have an account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "hfssod/policy/decision.h"
#include "hfssod/policy/scim_user.h"
#include "user_fixture.h"

#define ADA	"userName=Ada;externalId=x1;emails[value=work@acme.com]"
#define ADA_ID	"aaaaaaaaaaaaaaaaaaaaaaaa"

/* Hub accounts: ada, who is her own; and one of an organization. */
static int
begin(void **unused)
{
	basics_begin(unused);
	execute("INSERT INTO account (account, name, folded, state, owner,"
	    " email, email_folded, display_name, given, family, username,"
	    " created) VALUES ('" ADA_ID "', 'ada', 'ada', 1, NULL,"
	    " 'Ada@home.org', 'ada@home.org', 'Ada', '', '', 'ada', 1),"
	    " ('bbbbbbbbbbbbbbbbbbbbbbbb', 'bob', 'bob', 1, 1,"
	    " 'bob@acme.com', 'bob@acme.com', 'Bob', '', '', 'bob', 1)");
	return 0;
}

static int64_t
members(void)
{
	return query("SELECT count(*) FROM membership");
}

static void
invited(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_true(active());
	assert_string_not_equal(id, ADA_ID);
	assert_string_equal(has(SCIM_userName), "Ada");
	assert_int_equal(query("SELECT count(*) FROM invitation WHERE account"
	    " = 1 AND accepted = 0 AND state = 1 AND connection = 1"), 1);
	assert_int_equal(query("SELECT mode = 'basic' FROM organization"), 1);
	assert_int_equal(query("SELECT invitations FROM connection WHERE id ="
	    " 1"), 1);
	assert_int_equal(members(), 0);
	assert_int_equal(audited("org.invite_user"), 1);
	assert_int_equal(get(id), VERDICT_ok);
	token = "entra";
	assert_int_equal(get(id), VERDICT_scim_not_found);
	assert_int_equal(delete(id), VERDICT_scim_not_found);
	assert_int_equal(put(id, ADA), VERDICT_scim_not_found);
	token = "okta";
	base = SCIM_BASE_MANAGED;
	assert_int_equal(get(id), VERDICT_not_found);
	assert_int_equal(post(ADA), VERDICT_not_found);
}

/* Nobody learns who exists. */
static void
unknown(void **unused)
{
	(void)unused;
	assert_int_equal(post("userName=nobody;externalId=x2"), VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_true(active());
	assert_int_equal(post("userName=bob;externalId=x3"), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM invitation WHERE account"
	    " IS NULL"), 2);
	assert_int_equal(sign_in("x2", "nobody", "n@home.org"),
	    VERDICT_account_unknown);
	/* An organization's account is not anybody's own. */
	assert_int_equal(sign_in("x3", "bob", "bob@acme.com"),
	    VERDICT_account_unknown);
	assert_int_equal(query("SELECT count(*) FROM account"), 2);
	assert_int_equal(members(), 0);
}

static void
conflicts(void **unused)
{
	(void)unused;
	made(ADA);
	assert_int_equal(post(ADA), VERDICT_scim_uniqueness);
	assert_int_equal(post("userName=ADA;externalId=x2"),
	    VERDICT_scim_uniqueness);
	assert_int_equal(post("userName=other;externalId=x1"),
	    VERDICT_scim_uniqueness);
	assert_int_equal(post("externalId=x4"), VERDICT_scim_invalid_value);
	assert_int_equal(query("SELECT count(*) FROM invitation"), 1);
}

/* All his addresses are found; they go when the invitation does. */
static void
addresses(void **unused)
{
	const char	*id = made(ADA ";emails[value=Two@acme.com];"
	    "emails[value=three@acme.com]");

	(void)unused;
	assert_int_equal(query("SELECT count(*) FROM invited_email WHERE"
	    " folded IN ('two@acme.com', 'three@acme.com') AND invitation ="
	    " (SELECT id FROM invitation WHERE email_folded ="
	    " 'work@acme.com')"), 2);
	assert_int_equal(query("SELECT count(*) FROM invited_email"), 2);
	assert_int_equal(delete(id), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM invited_email"), 0);
}

/* The first sign-in, with an address that is the account's own. */
static void
accepted(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x9", "ada", "ada@home.org"),
	    VERDICT_account_unknown);
	assert_int_equal(sign_in("x1", "ada", "work@acme.com"),
	    VERDICT_account_conflict);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_account_conflict);
	sign_in_by = "entra";
	assert_int_equal(sign_in("x1", "ada", "ada@home.org"),
	    VERDICT_account_unknown);
	sign_in_by = "okta";
	assert_int_equal(members(), 0);
	assert_int_equal(query("SELECT count(*) FROM identity"), 0);
	assert_int_equal(sign_in("x1", "whoever", "ADA@home.org"),
	    VERDICT_ok);
	assert_int_equal(members(), 1);
	assert_int_equal(sessions_of(ADA_ID), 1);
	assert_int_equal(query("SELECT accepted <> 0 FROM invitation"), 1);
	assert_int_equal(audited("org.invite.accept"), 1);
	/* The account is hers: nothing of it changes. */
	assert_string_equal(account_of(ADA_ID)->email, "Ada@home.org");
	assert_int_equal(sign_in("x1", "other", "other@acme.com"),
	    VERDICT_ok);
	assert_string_equal(account_of(ADA_ID)->email, "Ada@home.org");
	assert_string_equal(account_of(ADA_ID)->name, "ada");
	assert_int_equal(get(id), VERDICT_ok);
}

static void
not_vouched(void **unused)
{
	struct outcome	 o = an_outcome("x1", 1, 1);

	(void)unused;
	made(ADA);
	state.group = "default";
	o.identity.email = "ada@home.org";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_conflict);
	assert_int_equal(members(), 0);
}

/* The account was made after the invitation. */
static void
later(void **unused)
{
	(void)unused;
	assert_int_equal(post("userName=Zoe;externalId=z1"), VERDICT_ok);
	execute("INSERT INTO account (account, name, folded, state, owner,"
	    " email, email_folded, display_name, given, family, username,"
	    " created) VALUES ('cccccccccccccccccccccccc', 'zoe', 'zoe', 1,"
	    " NULL, 'z@home.org', 'z@home.org', '', '', '', 'zoe', 1)");
	assert_int_equal(sign_in("z1", "", "z@home.org"), VERDICT_ok);
	assert_int_equal(sessions_of("cccccccccccccccccccccccc"), 1);
}

static void
profile_is_hers(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "userName=eve"),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_ADD, SCIM_none, "title=Dr"),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_REMOVE, SCIM_emails, ""),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "userName=Ada"),
	    VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_int_equal(put(id, "userName=eve;title=Dr;externalId=x1"),
	    VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_string_equal(has(SCIM_userName), "Ada");
	assert_string_equal(has(SCIM_title), "");
	assert_int_equal(put(id, "userName=ada;externalId=x2"), VERDICT_ok);
	assert_int_equal(reply.version, 2);
	assert_string_equal(has(SCIM_externalId), "x2");
}

static void
inactive(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_ok);
	assert_false(active());
	assert_int_equal(sessions_of(ADA_ID), 0);
	assert_int_equal(sign_in("x1", "", "ada@home.org"),
	    VERDICT_account_ended);
	/* The account itself is as it was. */
	assert_int_equal(query("SELECT state FROM account WHERE id = 1"), 1);
	assert_int_equal(put(id, "userName=ada"), VERDICT_ok);
	assert_false(active());
	assert_int_equal(post(ADA), VERDICT_ok);
	assert_string_equal(has(SCIM_id), id);
	assert_true(active());
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(members(), 1);
}

static void
pending_inactive(void **unused)
{
	(void)unused;
	made(ADA ";active=false");
	assert_int_equal(sign_in("x1", "", "ada@home.org"),
	    VERDICT_account_ended);
	assert_int_equal(members(), 0);
}

static void
removed(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	execute("INSERT INTO grants SELECT 1, id, 1, '', 2"
	    " FROM resource_group WHERE slug = 'nlp'");
	execute("INSERT INTO grants VALUES (1, 999, 1, '', 2)");
	assert_int_equal(delete(id), VERDICT_ok);
	assert_int_equal(sessions_of(ADA_ID), 0);
	assert_int_equal(members(), 0);
	assert_int_equal(query("SELECT count(*) FROM invitation"), 0);
	assert_int_equal(query("SELECT count(*) FROM identity"), 0);
	/* What she has elsewhere is not this organization's. */
	assert_int_equal(query("SELECT count(*) FROM grants"), 1);
	assert_int_equal(query("SELECT state FROM account WHERE id = 1"), 1);
	assert_int_equal(sign_in("x1", "", "ada@home.org"),
	    VERDICT_account_unknown);
	assert_int_equal(get(id), VERDICT_scim_not_found);
	/* Invited again: another invitation. */
	assert_string_not_equal(made(ADA), id);
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
}

static void
parted(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	execute("UPDATE membership SET role = 5");
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=e1"),
	    VERDICT_scim_mutability);
	assert_int_equal(sessions_of(ADA_ID), 1);
	token = "relink";
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=e1"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(ADA_ID), 0);
	assert_int_equal(audited("hfsso.unlink"), 1);
	assert_int_equal(sign_in("x1", "", "ada@home.org"),
	    VERDICT_account_unknown);
	assert_int_equal(sign_in("e1", "", "eve@acme.com"),
	    VERDICT_account_conflict);
	assert_int_equal(sign_in("e1", "", "ada@home.org"), VERDICT_ok);
}

/* Its stamp proves nothing outside of the organization. */
static void
gate_only(void **unused)
{
	struct policy_application	 any = { .name = "any", .host = "h",
					    .organization = "" };
	struct decision_stamp		 stamp = { "acme", true, ROLE_ADMIN,
					    0, 1000, 1000, 0 };
	struct decision_input		 in = { &any, true, true, "/", true,
					    true, 1, 1, 1, &stamp };

	(void)unused;
	assert_int_equal(decision_access(&in).verdict,
	    VERDICT_no_organization);
	any.organization = "acme";
	assert_int_equal(decision_access(&in).verdict, VERDICT_ok);
	any.organization = "";
	stamp.basic = false;
	assert_int_equal(decision_access(&in).verdict, VERDICT_ok);
}

static void
by_hfssoctl(void **unused)
{
	struct organization	*o;

	(void)unused;
	made(ADA);
	o = directory_organization(state.directory, "acme");
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	assert_true(store_begin(state.store));
	assert_int_equal(user_deactivate(2, o, "uid 0"),
	    VERDICT_no_member_named);
	assert_int_equal(user_reactivate(1, o, "uid 0"), VERDICT_already);
	assert_int_equal(user_deactivate(1, o, "uid 0"), VERDICT_ok);
	assert_int_equal(user_restore(1, o, "uid 0"),
	    VERDICT_no_member_named);
	assert_true(store_commit(state.store));
	effects_apply(&state.effects, &state.sessions, NULL);
	assert_int_equal(sessions_of(ADA_ID), 0);
	assert_int_equal(sign_in("x1", "", "ada@home.org"),
	    VERDICT_account_ended);
	assert_true(store_begin(state.store));
	assert_int_equal(user_unlink(1, o, NULL, "uid 0"), VERDICT_ok);
	assert_int_equal(user_unlink(1, o, NULL, "uid 0"),
	    VERDICT_no_identity_named);
	assert_int_equal(user_reactivate(1, o, "uid 0"), VERDICT_ok);
	assert_true(store_commit(state.store));
	effects_apply(&state.effects, &state.sessions, NULL);
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	assert_true(store_begin(state.store));
	assert_int_equal(user_delete(1, o, "uid 0"), VERDICT_ok);
	assert_int_equal(user_delete(1, o, "uid 0"), VERDICT_no_member_named);
	assert_true(store_commit(state.store));
	effects_apply(&state.effects, &state.sessions, NULL);
	assert_int_equal(sessions_of(ADA_ID), 0);
	assert_int_equal(members(), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, begin, users_end)

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		T(invited), T(unknown), T(conflicts), T(addresses),
		T(accepted),
		T(not_vouched), T(later), T(profile_is_hers), T(inactive),
		T(pending_inactive), T(removed), T(parted), T(gate_only),
		T(by_hfssoctl)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
