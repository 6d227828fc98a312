/*
 * Units of hfssod/policy/relink.c, connection_rename.c, member_control.c
 * and member_add.c: people, as hfssoctl changes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "ctl_fixture.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/member_control.h"

static void
nothing(struct writer *w, enum verdict v)
{
	struct result	 result = { v, "" };

	result_put(w, &result);
	wire_put_string(w, "");
}
#define VERB(name) static const struct verb verb_##name = { \
    MESSAGE_##name, MESSAGE_ctl_result, name, result_refuse, VERB_WRITES }
VERB(member_add);
VERB(member_deactivate);
VERB(member_reactivate);
VERB(member_delete);
VERB(member_restore);
VERB(member_unlink);
VERB(member_rename);
VERB(account_add);
VERB(connection_rename);
static const struct verb	 verb_member_relink = { MESSAGE_member_relink,
    MESSAGE_ctl_records, member_relink, nothing, VERB_WRITES };

/* --- subjects ----------------------------------------------------------- */

static void
one(void **unused)
{
	const char	*id = made("userName=ada;externalId=x1");

	(void)unused;
	made("userName=bob;externalId=x2");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "x2",
	    .options = "connection=okta"), VERDICT_taken);
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "x1",
	    .options = "connection=okta"), VERDICT_already);
	assert_int_equal(CTL(member_relink, .options = "old=x1 new=y1"),
	    VERDICT_ambiguous);
	assert_int_equal(CTL(member_relink, .name = "eve", .value = "y1",
	    .options = "connection=okta"), VERDICT_no_member_named);
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "",
	    .options = "connection=okta"), VERDICT_bad_request);
	assert_int_equal(sessions_of(id), 1);
	/* Through the connection that he is of. */
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "y1"),
	    VERDICT_ok);
	assert_int_equal(ctl_number("sessions_ended"), 1);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(audited("hfsso.relink"), 1);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok); /* a new one */
	assert_int_equal(query("SELECT count(*) FROM account"), 3);
	assert_int_equal(sign_in("y1", "ada", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	assert_int_equal(query("SELECT count(*) FROM account WHERE"
	    " external_id = 'y1' AND linked > 0"), 1);
}

/* Subjects may change places within a list. */
static void
swaps(void **unused)
{
	(void)unused;
	made("userName=ada;externalId=x1");
	made("userName=bob;externalId=x2");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(sign_in("x2", "bob", ""), VERDICT_ok);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "old=x1 new=x2 old=x2 new=x1"), VERDICT_ok);
	assert_int_equal(ctl_number("pairs"), 2);
	assert_int_equal(query("SELECT count(*) FROM identity AS i JOIN"
	    " account AS a ON a.id = i.account WHERE (i.subject = 'x2' AND"
	    " a.name = 'ada' AND a.external_id = 'x2') OR (i.subject = 'x1'"
	    " AND a.name = 'bob' AND a.external_id = 'x1')"), 2);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

/* Nothing is done where one pair is wrong, or where it is only checked. */
static void
whole(void **unused)
{
	static const char *const	 bad[] = {
		"connection=okta old=x1 new=y1 old=nobody new=y2",
		"connection=okta old=x1 new=x3",
		"connection=okta old=x1 new=y1 old=x1 new=y2",
		"connection=okta old=x1 new=y1 old=x2 new=y1",
		"connection=okta old=x1 old=x2 new=y1 new=y2",
		"connection=okta old=x1 new=y1 old=x2",
		"connection=okta new=y1 old=x1", "connection=okta",
		"connection=okta old= new=y1",
		"connection=entra old=x1 new=y1", "old=x1 new=y1",
		"connection=okta to=none old=x1 new=y1",
		"connection=okta to=entra old=x1 new=e1"
	};
	char	 before[32];
	size_t	 i;

	(void)unused;
	made("userName=ada;externalId=x1");
	made("userName=bob;externalId=x2");
	made("userName=carl;externalId=x3");
	token = "entra";
	made("userName=e;externalId=e1");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(CTL(member_relink, .options = bad[i]),
		    VERDICT_ok);
	snprintf(before, sizeof(before), "x1");
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "check=1 old=x1 new=y1 old=x2 new=y2"), VERDICT_ok);
	assert_int_equal(ctl_number("checked_only"), 1);
	assert_int_equal(ctl_number("sessions_ended"), 0);
	assert_int_equal(audited("hfsso.relink"), 0);
	assert_int_equal(query("SELECT count(*) FROM identity WHERE subject"
	    " = 'x1'"), 1);
	assert_int_equal(state.sessions.by_key.count, 1);
}

/* To another provider: nobody is orphaned, who has ended stays ended. */
static void
moves(void **unused)
{
	const char	*id;
	char		 ada[32], bob[32];

	(void)unused;
	strlcpy(ada, made("userName=ada;externalId=x1"), sizeof(ada));
	strlcpy(bob, made("userName=bob;externalId=x2"), sizeof(bob));
	made("userName=carl;externalId=x3");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(sign_in("x3", "carl", ""), VERDICT_ok);
	execute("INSERT INTO scim_group (scim_group, organization,"
	    " connection, display_name, folded, edition, members, version,"
	    " created, modified) VALUES ('g', 1, 1, 'G', 'g', 0, 0, 1, 1,"
	    " 1)");
	assert_int_equal(CTL(member_deactivate, .name = "carl"), VERDICT_ok);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "to=entra old=x1 new=e1 old=x2 new=e2"), VERDICT_ok);
	assert_int_equal(ctl_number("groups_moved"), 0);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "to=entra old=x3 new=e3"), VERDICT_ok);
	assert_int_equal(ctl_number("groups_moved"), 1);
	assert_int_equal(query("SELECT users * 10 + scim_groups FROM"
	    " connection WHERE name = 'entra'"), 31);
	assert_int_equal(query("SELECT users * 10 + scim_groups FROM"
	    " connection WHERE name = 'okta'"), 0);
	/* The new provider's token sees them under their ids. */
	assert_int_equal(get(ada), VERDICT_scim_not_found);
	token = "entra";
	assert_int_equal(get(ada), VERDICT_ok);
	assert_string_equal(has(SCIM_externalId), "e1");
	assert_int_equal(get(bob), VERDICT_ok);
	sign_in_by = "entra";
	assert_int_equal(sign_in("e1", "ada", ""), VERDICT_ok);
	assert_int_equal(sign_in("e2", "bob", ""), VERDICT_ok);
	assert_int_equal(sign_in("e3", "carl", ""), VERDICT_account_ended);
	assert_int_equal(query("SELECT count(*) FROM account"), 3);
	id = ada;
	assert_int_equal(sessions_of(id), 1);
}

/*
 * Somebody may sign in through two connections; the one that is taken from
 * him does not make SCIM forget the other, which is its own.
 */
static void
two_doors(void **unused)
{
	const char	*id = made("userName=ada;externalId=x1");

	(void)unused;
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "e1",
	    .options = "connection=entra"), VERDICT_ok);
	sign_in_by = "entra";
	assert_int_equal(sign_in("e1", "ada", ""), VERDICT_ok);
	assert_int_equal(CTL(member_unlink, .name = "ada",
	    .options = "connection=entra"), VERDICT_ok);
	assert_int_equal(sign_in("e1", "ada", ""), VERDICT_account_conflict);
	sign_in_by = "okta";
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_externalId,
	    "externalId=x2"), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_account_conflict);
	assert_int_equal(sign_in("x2", "ada", ""), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM identity"), 1);
}

/* A subject that he has there, and somebody else as externalId. */
static void
two_owners(void **unused)
{
	(void)unused;
	made("userName=ada;externalId=x1");
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "e1",
	    .options = "connection=entra"), VERDICT_ok);
	token = "entra";
	made("userName=bob;externalId=e1");
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "to=entra old=x1 new=e1"), VERDICT_taken);
	assert_int_equal(query("SELECT count(*) FROM account WHERE"
	    " external_id = 'x1' AND name = 'ada'"), 1);
}

/* --- basic organizations ------------------------------------------------ */

static int
basics(void **unused)
{
	basics_begin(unused);
	execute("INSERT INTO account (account, name, folded, state, owner,"
	    " email, email_folded, display_name, given, family, username,"
	    " created) SELECT substr(n || 'aaaaaaaaaaaaaaaaaaaaaaaa', 1, 24),"
	    " n, n, 1, NULL, n || '@home.org', n || '@home.org', n, '', '',"
	    " n, 1 FROM (SELECT 'ada' AS n UNION SELECT 'bob' UNION"
	    " SELECT 'carl')");
	made("userName=ada;externalId=x1");
	made("userName=bob;externalId=x2");
	made("userName=carl;externalId=x3");
	made("userName=dora;externalId=x4");	/* has no account yet */
	assert_int_equal(sign_in("x1", "", "ada@home.org"), VERDICT_ok);
	assert_int_equal(sign_in("x2", "", "bob@home.org"), VERDICT_ok);
	assert_int_equal(sign_in("x3", "", "carl@home.org"), VERDICT_ok);
	return 0;
}

/* How many of ada, bob and carl sign in, and are invited, by these. */
static int64_t
have(const char *ada, const char *bob, const char *carl)
{
	char	 sql[512];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM account AS a JOIN"
	    " identity AS i ON i.account = a.id JOIN invitation AS v ON"
	    " v.account = a.id AND v.connection = i.connection AND"
	    " v.external_id = i.subject WHERE (a.name, i.subject) IN"
	    " (VALUES ('ada', '%s'), ('bob', '%s'), ('carl', '%s'))", ada,
	    bob, carl);
	return query(sql);
}

/* Invitations change places, too, and move along chains of any order. */
static void
invited(void **unused)
{
	(void)unused;
	assert_int_equal(have("x1", "x2", "x3"), 3);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "old=x1 new=x2 old=x2 new=x1"), VERDICT_ok);
	assert_int_equal(have("x2", "x1", "x3"), 3);
	assert_int_equal(query("SELECT count(*) FROM invitation WHERE"
	    " version = 2"), 2);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "old=x2 new=x1 old=x1 new=y1"), VERDICT_ok);
	assert_int_equal(have("x1", "y1", "x3"), 3);
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "old=x1 new=x3 old=x3 new=y1 old=y1 new=x1"), VERDICT_ok);
	assert_int_equal(have("x3", "x1", "y1"), 3);
	assert_int_equal(sign_in("x3", "", ""), VERDICT_ok);
	/* To the other one: what is called so here is nobody's there. */
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "to=entra old=x3 new=x1 old=x1 new=x3"), VERDICT_ok);
	assert_int_equal(have("x1", "x3", "y1"), 3);
	assert_int_equal(query("SELECT count(*) FROM invitation WHERE"
	    " connection = 2"), 2);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

/* One by whom somebody else is invited is said to be taken. */
static void
invited_other(void **unused)
{
	(void)unused;
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "old=x1 new=x2 old=x2 new=x4"), VERDICT_taken);
	assert_non_null(strstr(ctl_detail, "x2: the new subject is somebody "
	    "else's"));
	assert_int_equal(CTL(member_relink, .name = "ada", .value = "x4",
	    .options = "connection=okta"), VERDICT_taken);
	token = "entra";
	made("userName=eve;externalId=e1");
	assert_int_equal(CTL(member_relink, .options = "connection=okta "
	    "to=entra check=1 old=x1 new=e1"), VERDICT_taken);
	assert_int_equal(have("x1", "x2", "x3"), 3);
	assert_int_equal(query("SELECT count(*) FROM invitation WHERE"
	    " version = 1"), 5);
	assert_int_equal(audited("hfsso.relink"), 0);
}

/* --- names of connections ----------------------------------------------- */

static void
renames(void **unused)
{
	const char	*id;

	(void)unused;
	id = made("userName=ada;externalId=x1");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(CTL(connection_rename, .name = "okta",
	    .value = "okta"), VERDICT_already);
	assert_int_equal(CTL(connection_rename, .name = "none",
	    .value = "new"), VERDICT_no_connection_named);
	assert_int_equal(CTL(connection_rename, .name = "okta",
	    .value = "a b"), VERDICT_bad_request);
	/* entra has a token of its own. */
	assert_int_equal(CTL(connection_rename, .name = "okta",
	    .value = "entra"), VERDICT_taken);
	assert_int_equal(CTL(connection_rename, .name = "okta",
	    .value = "workforce"), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	acme_connections[0].name = "workforce";
	fixture_use();
	assert_int_equal(get(id), VERDICT_ok);
	assert_int_equal(query("SELECT id FROM connection WHERE name ="
	    " 'workforce'"), 1);
	sign_in_by = "workforce";
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM identity"), 1);
	fixture_restart();
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(audited("hfsso.connection_rename"), 1);
}

/* The file was reloaded first: the new name has a row, but nobody. */
static void
renames_late(void **unused)
{
	const char	*id;

	(void)unused;
	id = made("userName=ada;externalId=x1");
	acme_connections[0].name = "workforce";
	fixture_use();
	assert_int_equal(get(id), VERDICT_token_unknown);
	assert_int_equal(CTL(connection_rename, .name = "okta",
	    .value = "workforce"), VERDICT_ok);
	state_bind();
	assert_int_equal(get(id), VERDICT_ok);
	sign_in_by = "workforce";
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	fixture_restart();
	assert_int_equal(get(id), VERDICT_ok);
}

/* --- people ------------------------------------------------------------- */

static void
adds(void **unused)
{
	(void)unused;
	assert_int_equal(CTL(member_add, .name = "Ada.L@acme.com"),
	    VERDICT_ambiguous);
	assert_int_equal(CTL(member_add, .name = "Ada.L@acme.com",
	    .options = "connection=okta email=ada@acme.com given=Ada "
	    "external=x1"), VERDICT_ok);
	assert_non_null(strstr(ctl_detail, "is made"));
	assert_int_equal(CTL(member_add, .name = "ada.l@ACME.com",
	    .options = "connection=okta"), VERDICT_scim_uniqueness);
	assert_int_equal(CTL(member_add, .name = "x\x07",
	    .options = "connection=okta"), VERDICT_bad_request);
	assert_int_equal(query("SELECT count(*) FROM account WHERE name ="
	    " 'Ada-L' AND email = 'ada@acme.com' AND given = 'Ada'"), 1);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	assert_int_equal(query("SELECT members FROM organization"), 1);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(CTL(member_add, .name = "robot", .options =
	    "connection=okta service=1"), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account WHERE service"
	    " = 1 AND connection IS NULL"), 1);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

static void
ends(void **unused)
{
	char	 id[32];

	(void)unused;
	strlcpy(id, made("userName=ada;externalId=x1"), sizeof(id));
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	/* The only one who could give it back. */
	execute("UPDATE membership SET role = 5");
	assert_int_equal(CTL(member_deactivate, .name = "ada"),
	    VERDICT_last_admin);
	assert_int_equal(CTL(member_delete, .name = "ada"),
	    VERDICT_last_admin);
	assert_int_equal(sessions_of(id), 1);
	assert_int_equal(CTL(member_deactivate, .name = "ada",
	    .force = true), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(CTL(member_deactivate, .name = "ada",
	    .force = true), VERDICT_already);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_account_ended);
	assert_int_equal(CTL(member_reactivate, .name = "ADA"), VERDICT_ok);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(CTL(member_delete, .name = "ada", .force = true),
	    VERDICT_ok);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_account_ended);
	assert_int_equal(CTL(member_restore, .name = "ada"), VERDICT_ok);
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	assert_int_equal(CTL(member_unlink, .name = "ada"), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(CTL(member_unlink, .name = "ada"),
	    VERDICT_no_identity_named);
	assert_int_equal(CTL(member_deactivate, .name = "ada",
	    .organization = "nobody"), VERDICT_no_organization_named);
	assert_int_equal(CTL(member_delete, .name = "eve"),
	    VERDICT_no_member_named);
}

static void
names(void **unused)
{
	static const char *const	 bad[] = { "a", "-a", "1234", "a b",
		"a--b", "0123456789abcdef01234567", "" };
	char	 id[32];
	size_t	 i;

	(void)unused;
	strlcpy(id, made("userName=ada;externalId=x1"), sizeof(id));
	made("userName=bob;externalId=x2");
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(CTL(member_rename, .name = "ada",
		    .value = bad[i]), VERDICT_bad_request);
	assert_int_equal(CTL(member_rename, .name = "ada", .value = "BOB"),
	    VERDICT_taken);
	assert_int_equal(CTL(member_rename, .name = "ada", .value = "acme"),
	    VERDICT_taken);
	assert_int_equal(CTL(member_rename, .name = "ada", .value = "ada"),
	    VERDICT_already);
	assert_int_equal(CTL(member_rename, .name = "ada",
	    .value = "lovelace"), VERDICT_ok);
	assert_string_equal(account_of(id)->name, "lovelace");
	/* The old name stays his: nobody else's, but his again. */
	assert_int_equal(CTL(member_rename, .name = "bob", .value = "ada"),
	    VERDICT_taken);
	assert_int_equal(CTL(member_rename, .name = "lovelace",
	    .value = "Ada"), VERDICT_ok);
	assert_int_equal(audited("hfsso.account_rename"), 2);
	assert_int_equal(query("SELECT count(*) FROM name_used"), 2);
}

static void
hub_accounts(void **unused)
{
	(void)unused;
	assert_int_equal(CTL(account_add, .name = "grace",
	    .value = "grace@x.org", .options = "display=Grace"), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account WHERE name ="
	    " 'grace' AND owner IS NULL AND connection IS NULL AND scim IS"
	    " NULL AND email = 'grace@x.org'"), 1);
	assert_int_equal(CTL(account_add, .name = "GRACE",
	    .value = "g@x.org"), VERDICT_taken);
	assert_int_equal(CTL(account_add, .name = "gr ace",
	    .value = "g@x.org"), VERDICT_bad_request);
	assert_int_equal(CTL(account_add, .name = "other", .value = "x.org"),
	    VERDICT_bad_request);
	assert_int_equal(CTL(account_add, .name = "other", .value = "a@b@c"),
	    VERDICT_bad_request);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	/* A managed organization has no power over it. */
	assert_int_equal(CTL(member_delete, .name = "grace"),
	    VERDICT_no_member_named);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, users_begin, \
    users_end)
#define BASIC(name) cmocka_unit_test_setup_teardown(name, basics, users_end)
	const struct CMUnitTest tests[] = {
		TEST(one), TEST(swaps), TEST(whole), TEST(moves), TEST(two_doors),
		TEST(two_owners), BASIC(invited), BASIC(invited_other),
		TEST(renames), TEST(renames_late),
		TEST(adds), TEST(ends), TEST(names), TEST(hub_accounts)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
