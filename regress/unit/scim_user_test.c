/*
 * Units of hfssod/policy/scim.c and scim_user*.c: Users of a managed
 * organization, made, read and changed, on a store, in turns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/scim_log.h"
#include "user_fixture.h"

#define ADA	"userName=Ada.L@acme.com;externalId=x1;displayName=Ada;" \
		"emails[value=ada@acme.com;primary=true]"
#define BOB	"userName=bob;externalId=x2"

static int64_t
accounts(void)
{
	return query("SELECT count(*) FROM account");
}

/* --- making and reading ------------------------------------------------- */

static void
create(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(reply.version, 1);
	assert_true(active());
	assert_string_equal(has(SCIM_userName), "Ada.L@acme.com");
	assert_string_equal(has(SCIM_externalId), "x1");
	assert_string_equal(has(SCIM_meta_version), "W/\"1\"");
	assert_int_equal(query("SELECT count(*) FROM account WHERE name ="
	    " 'Ada-L' AND folded = 'ada-l' AND state = 1 AND email ="
	    " 'ada@acme.com' AND display_folded = 'ada' AND external_id ="
	    " 'x1' AND linked = 0 AND connection = 1 AND scim IS NOT NULL"),
	    1);
	assert_int_equal(query("SELECT members FROM organization"), 1);
	assert_int_equal(query("SELECT users FROM connection WHERE id = 1"),
	    1);
	assert_int_equal(query("SELECT role FROM membership"), ROLE_READ);
	assert_int_equal(query("SELECT login_at FROM membership"), 0);
	assert_int_equal(audited("org.add_user"), 1);
	assert_int_equal(query("SELECT count(*) FROM scim_log WHERE method ="
	    " 'POST' AND result = 'ok' AND name = 'Ada.L@acme.com' AND"
	    " token = 1 AND microseconds < 10000000"), 1);
	assert_int_equal(query("SELECT count(*) FROM identity"), 0);
	assert_int_equal(get(id), VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_string_equal(has(SCIM_id), id);
	assert_string_equal(has(SCIM_displayName), "Ada");
}

/* What is read-only is ours, whatever the client says of it. */
static void
read_only(void **unused)
{
	assert_int_equal(post("userName=eve;id=000000000000000000000000;"
	    "meta[created=1999-01-01T00:00:00Z;version=9];"
	    "groups[value=g1]"), VERDICT_ok);
	(void)unused;
	assert_string_not_equal(has(SCIM_id), "000000000000000000000000");
	assert_string_equal(has(SCIM_meta_version), "W/\"1\"");
	assert_string_not_equal(has(SCIM_meta_created),
	    "1999-01-01T00:00:00Z");
	assert_null(scim_field(&reply.value, SCIM_groups));
}

static void
conflicts(void **unused)
{
	const char	*ada = made(ADA), *bob = made(BOB);

	(void)unused;
	/* An active one with this externalId; a userName in another case. */
	fails(post("userName=new;externalId=x1"), VERDICT_scim_uniqueness);
	fails(post("userName=BOB;externalId=x3"), VERDICT_scim_uniqueness);
	fails(patch(bob, SCIM_REPLACE, SCIM_none, "userName=ada.l@ACME.com"),
	    VERDICT_scim_uniqueness);
	fails(patch(bob, SCIM_REPLACE, SCIM_none, "externalId=x1"),
	    VERDICT_scim_uniqueness);
	fails(post("displayName=nobody"), VERDICT_scim_invalid_value);
	assert_int_equal(accounts(), 2);
	/* Refused ones leave their line and nothing else. */
	assert_int_equal(query("SELECT count(*) FROM scim_log WHERE result"
	    " <> 'ok'"), 5);
	assert_int_equal(query("SELECT count(*) FROM audit WHERE type <>"
	    " 'org.add_user'"), 0);
	/* The other connection has externalIds of its own, but no names. */
	token = "entra";
	fails(post("userName=bob;externalId=x9"), VERDICT_scim_uniqueness);
	assert_int_equal(post("userName=carl;externalId=x1"), VERDICT_ok);
	fails(get(ada), VERDICT_scim_not_found);
	fails(get(bob), VERDICT_scim_not_found);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

static void
others(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	token = "entra";
	fails(get(id), VERDICT_scim_not_found);
	fails(delete(id), VERDICT_scim_not_found);
	fails(put(id, BOB), VERDICT_scim_not_found);
	fails(patch(id, SCIM_REPLACE, SCIM_none, "active=false"),
	    VERDICT_scim_not_found);
	token = "okta";
	fails(get("000000000000000000000000"), VERDICT_scim_not_found);
	fails(get(""), VERDICT_scim_not_found);
	assert_int_equal(get(id), VERDICT_ok);
	assert_int_equal(reply.version, 1);
}

static void
rights(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	token = "read";
	assert_int_equal(get(id), VERDICT_ok);
	fails(post(BOB), VERDICT_token_right);
	fails(delete(id), VERDICT_token_right);
	fails(patch(id, SCIM_REPLACE, SCIM_none, "active=false"),
	    VERDICT_token_right);
	/* To delete is no right to what may not be changed. */
	token = "groups";
	assert_int_equal(get(id), VERDICT_ok);
	fails(delete(id), VERDICT_token_right);
	token = "okta";
	base = SCIM_BASE_BASIC;
	fails(get(id), VERDICT_not_found);
	fails(post(BOB), VERDICT_not_found);
	base = SCIM_BASE_MANAGED;
	token = "nobody";
	fails(post(BOB), VERDICT_token_unknown);
	assert_int_equal(accounts(), 1);
}

static void
taken_liberties(void **unused)
{
	(void)unused;
	token = "strict";
	liberties = SCIM_LIBERTY_BOOLEAN;
	fails(post(ADA), VERDICT_scim_invalid_value);
	liberties = SCIM_LIBERTY_SCHEMAS;
	fails(post(ADA), VERDICT_scim_invalid_syntax);
	liberties = SCIM_LIBERTY_UNKNOWN | SCIM_LIBERTY_READ_ONLY;
	assert_int_equal(post(ADA), VERDICT_ok);
	token = "okta";
	liberties = SCIM_LIBERTY_ALL;
	assert_int_equal(post(BOB), VERDICT_ok);
}

static void
conditions(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	if_match = (struct scim_condition){ true, false, 1, { 2 } };
	fails(patch(id, SCIM_REPLACE, SCIM_none, "title=Dr"),
	    VERDICT_scim_precondition);
	if_match = (struct scim_condition){ true, false, 0, { 0 } };
	fails(delete(id), VERDICT_scim_precondition);
	if_match = (struct scim_condition){ true, false, 2, { 7, 1 } };
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "title=Dr"),
	    VERDICT_ok);
	assert_int_equal(reply.version, 2);
	if_match = (struct scim_condition){ true, true, 0, { 0 } };
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "title=Prof"),
	    VERDICT_ok);
	if_match = (struct scim_condition){ true, false, 1, { 3 } };
	assert_int_equal(get(id), VERDICT_scim_not_modified);
	if_match = (struct scim_condition){ true, false, 1, { 2 } };
	assert_int_equal(get(id), VERDICT_ok);
	if_match = (struct scim_condition){ true, true, 0, { 0 } };
	fails(delete("000000000000000000000000"), VERDICT_scim_not_found);
}

/* --- changing ----------------------------------------------------------- */

static void
same_again(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(put(id, ADA), VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "active=true;"
	    "displayName=Ada"), VERDICT_ok);
	assert_int_equal(reply.version, 1);
	assert_int_equal(audited("hfsso.account_update"), 0);
	/* The case of a userName is a change. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none,
	    "userName=ADA.L@acme.com"), VERDICT_ok);
	assert_int_equal(reply.version, 2);
	assert_string_equal(has(SCIM_userName), "ADA.L@acme.com");
	assert_int_equal(query("SELECT count(*) FROM account WHERE username ="
	    " 'ADA.L@acme.com' AND name = 'Ada-L'"), 1);
}

static void
put_replaces(void **unused)
{
	const char	*id = made(ADA ";title=Dr;name[givenName=Ada];"
	    "emails[value=a2@acme.com]");

	(void)unused;
	assert_int_equal(query("SELECT count(*) FROM account_email"), 1);
	assert_int_equal(put(id, "userName=ada;externalId=x1"), VERDICT_ok);
	assert_int_equal(reply.version, 2);
	assert_string_equal(has(SCIM_title), "");
	assert_null(scim_field(&reply.value, SCIM_emails));
	assert_true(active());
	assert_int_equal(query("SELECT count(*) FROM account_email"), 0);
	assert_int_equal(query("SELECT count(*) FROM account WHERE email = ''"
	    " AND email_folded IS NULL AND given = '' AND display_name = ''"),
	    1);
	assert_int_equal(get(id), VERDICT_ok);
	assert_int_equal(reply.version, 2);
	assert_string_equal(has(SCIM_title), "");
}

/* A live session's headers say at once what SCIM says. */
static void
live_profile(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_string_equal(account_of(id)->display_name, "Ada");
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none,
	    "displayName=Countess;emails[value=c@acme.com;primary=true]"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	assert_string_equal(account_of(id)->display_name, "Countess");
	assert_string_equal(account_of(id)->email, "c@acme.com");
}

static void
too_long(void **unused)
{
	char	 text[LIMIT_VALUE + 64];
	const char *id = made(ADA);

	(void)unused;
	memset(text, 'a', sizeof(text));
	memcpy(text, "userName=", 9);
	text[sizeof(text) - 1] = '\0';
	fails(post(text), VERDICT_scim_invalid_value);
	memcpy(text, "externalId=", 11);
	fails(patch(id, SCIM_REPLACE, SCIM_none, text),
	    VERDICT_scim_invalid_value);
	/* A long name is kept whole, and cut where it is shown. */
	memcpy(text, "displayName=", 12);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, text),
	    VERDICT_ok);
	assert_int_equal(strlen(has(SCIM_displayName)),
	    sizeof(text) - 1 - 12);
	assert_int_equal(query("SELECT length(display_name) FROM account"),
	    LIMIT_DISPLAY_NAME);
	fails(post("userName=a\tb"), VERDICT_scim_invalid_value);
	fails(post("userName=ok;emails[value=a\nb]"),
	    VERDICT_scim_invalid_value);
}

static void
strict_names(void **unused)
{
	static const char *const	 bad[] = { "a", "a_b", "-ab", "ab-",
	    "a--b", "123", "0123456789abcdef01234567",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "J\303\266rg" };
	char				 text[80];
	const char			*id;
	size_t				 i;

	(void)unused;
	acme.username_strict = true;
	fixture_use();
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "userName=%s", bad[i]);
		fails(post(text), VERDICT_scim_invalid_value);
		assert_non_null(strstr(reply.detail, "userName"));
	}
	fails(post("userName=admin"), VERDICT_scim_uniqueness);
	fails(post("userName=Acme"), VERDICT_scim_uniqueness);
	id = made("userName=ada-l;externalId=x1");
	fails(patch(id, SCIM_REPLACE, SCIM_none, "userName=a_b"),
	    VERDICT_scim_invalid_value);
	assert_int_equal(accounts(), 1);
}

/* --- roles --------------------------------------------------------------- */

static void
default_deny(void **unused)
{
	const char	*id;

	(void)unused;
	acme.default_role = ROLE_NONE;
	fixture_use();
	id = made(ADA);
	assert_int_equal(query("SELECT count(*) FROM membership"), 0);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_no_role);
	assert_int_equal(get(id), VERDICT_ok);
	assert_true(active());
}

static struct view_role_line	 lines[2] = {
	{ ROLE_LINE_SCIM_ROLE, "boss", ROLE_ADMIN, false },
	{ ROLE_LINE_SCIM_ROLE, "dev", ROLE_WRITE, false }
};

static void
scim_roles(void **unused)
{
	const char	*id;

	(void)unused;
	acme.role_lines = lines;
	acme.role_line_count = 2;
	fixture_use();
	id = made(ADA ";roles[value=dev]");
	assert_int_equal(query("SELECT role FROM membership"), ROLE_WRITE);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	/* Not elevated: a stolen token makes no admin. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none,
	    "roles[value=boss]"), VERDICT_ok);
	assert_int_equal(query("SELECT role FROM membership"), ROLE_READ);
	assert_int_equal(account_of(id)->members[0].role, ROLE_READ);
	lines[0].elevated = true;
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none,
	    "roles[value=boss];title=x"), VERDICT_ok);
	assert_int_equal(account_of(id)->members[0].role, ROLE_ADMIN);
	assert_int_equal(query("SELECT admins FROM organization"), 1);
	lines[0].elevated = false;
	acme.role_lines = acme_roles;
	fixture_use();
}

/* --- the log -------------------------------------------------------------- */

/* Lines go when they are older than the organization keeps them. */
static void
retention(void **unused)
{
	(void)unused;
	acme.scim_log_keep = 100;
	fixture_use();
	fixture_time = 2000000000;
	made(ADA);
	fixture_time += 90;
	made(BOB);
	assert_false(scim_log_sweep());
	assert_int_equal(query("SELECT count(*) FROM scim_log"), 2);
	fixture_time += 60;
	assert_false(scim_log_sweep());
	assert_int_equal(query("SELECT count(*) FROM scim_log"), 1);
	execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 300) INSERT INTO scim_log (id, at,"
	    " organization, token, request, method, resource, name, changed,"
	    " result, microseconds, client) SELECT i + 10, 5, 1, 1, '', '',"
	    " '', '', '', '', 0, '' FROM n");
	fixture_time += 100;
	assert_true(scim_log_sweep());
	while (scim_log_sweep())
		continue;
	assert_int_equal(query("SELECT count(*) FROM scim_log"), 0);
	fixture_time = 0;
}

#define T(name) cmocka_unit_test_setup_teardown(name, users_begin, users_end)

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		T(create), T(read_only), T(conflicts), T(others), T(rights),
		T(taken_liberties), T(conditions), T(same_again),
		T(put_replaces), T(live_profile), T(too_long),
		T(strict_names), T(default_deny), T(scim_roles), T(retention)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
