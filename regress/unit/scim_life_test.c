/*
 * Units of hfssod/policy/scim_user.c and scim_user_end.c: how Users of a
 * managed organization end and come back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/scim_user.h"
#include "user_fixture.h"

#define ADA	"userName=Ada.L@acme.com;externalId=x1;displayName=Ada;" \
		"emails[value=ada@acme.com;primary=true]"
#define BOB	"userName=bob;externalId=x2"

static int64_t
accounts(void)
{
	return query("SELECT count(*) FROM account");
}

/* --- ending and coming back --------------------------------------------- */

static void
deactivate(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 2);
	execute("INSERT INTO grants SELECT a.id, r.id, 1, '', 2"
	    " FROM account AS a, resource_group AS r WHERE r.slug = 'nlp'");
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_ok);
	assert_false(active());
	assert_int_equal(reply.version, 2);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 0);
	assert_int_equal(query("SELECT count(*) FROM membership"), 1);
	assert_int_equal(query("SELECT count(*) FROM grants"), 1);
	assert_int_equal(audited("hfsso.account_deactivate"), 1);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_ended);
	/* Another identity with his names is not let in either. */
	assert_int_equal(sign_in("x7", "ada.l@acme.com", ""),
	    VERDICT_account_ended);
	sign_in_by = "entra";
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_ended);
	sign_in_by = "okta";
	fixture_restart();
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_ended);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=true"),
	    VERDICT_ok);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM grants"), 1);
	assert_int_equal(query("SELECT ended FROM account"), 0);
}

/* Okta's PUT without active suspends nobody and revives nobody. */
static void
put_without_active(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(put(id, "userName=ada;externalId=x1"), VERDICT_ok);
	assert_true(active());
	assert_int_equal(put(id, "userName=ada;externalId=x1;active=false"),
	    VERDICT_ok);
	assert_false(active());
	assert_int_equal(put(id, "userName=ada2;externalId=x1"), VERDICT_ok);
	assert_false(active());
	assert_int_equal(query("SELECT state FROM account"),
	    ACCOUNT_DEACTIVATED);
}

static void
revive(void **unused)
{
	const char	*id = made(ADA ";title=Dr");

	(void)unused;
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "active=false"),
	    VERDICT_ok);
	assert_int_equal(post("userName=ada;externalId=x1"), VERDICT_ok);
	assert_string_equal(has(SCIM_id), id);
	assert_string_equal(has(SCIM_title), "");
	assert_true(active());
	assert_int_equal(reply.version, 3);
	assert_int_equal(accounts(), 1);
	assert_int_equal(audited("hfsso.account_reactivate"), 1);
	fails(post("userName=ada;externalId=x1"), VERDICT_scim_uniqueness);
}

static void
made_inactive(void **unused)
{
	const char	*id = made(ADA ";active=false");

	(void)unused;
	assert_false(active());
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_ended);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=true"),
	    VERDICT_ok);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
}

static void
remove_and_restore(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	fixture_time = 2000000000;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	execute("INSERT INTO grants SELECT a.id, r.id, 1, '', 2"
	    " FROM account AS a, resource_group AS r WHERE r.slug = 'nlp'");
	assert_int_equal(delete(id), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	fails(get(id), VERDICT_scim_not_found);
	fails(delete(id), VERDICT_scim_not_found);
	fails(patch(id, SCIM_REPLACE, SCIM_none, "active=true"),
	    VERDICT_scim_not_found);
	assert_int_equal(query("SELECT count(*) FROM membership"), 0);
	assert_int_equal(query("SELECT count(*) FROM grants"), 0);
	assert_int_equal(query("SELECT members FROM organization"), 0);
	assert_int_equal(query("SELECT users FROM connection WHERE id = 1"),
	    0);
	assert_int_equal(audited("org.remove_user"), 1);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_ended);
	assert_int_equal(sign_in("y", "ada.l@acme.com", ""),
	    VERDICT_account_ended);
	assert_int_equal(post("userName=ada;externalId=x1"), VERDICT_ok);
	assert_string_equal(has(SCIM_id), id);
	assert_int_equal(audited("hfsso.account_restore"), 1);
	assert_int_equal(query("SELECT count(*) FROM membership"), 1);
	assert_int_equal(query("SELECT count(*) FROM grants"), 0);
	assert_int_equal(query("SELECT count(*) FROM account WHERE name ="
	    " 'Ada-L'"), 1);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
}

/* Too late: another account, and the name stays taken for ever. */
static void
forgotten(void **unused)
{
	const char	*id = made("userName=ada;externalId=x1"), *now;

	(void)unused;
	fixture_time = 2000000000;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(delete(id), VERDICT_ok);
	fixture_time += 1000;
	now = made("userName=ada;externalId=x1");
	assert_string_not_equal(now, id);
	assert_int_equal(accounts(), 2);
	assert_int_equal(query("SELECT count(*) FROM account WHERE folded ="
	    " 'ada' AND state = 3"), 1);
	assert_int_equal(query("SELECT count(*) FROM account WHERE name LIKE"
	    " 'ada-%' AND state = 1"), 1);
	/* Whoever has that subject is the new one now. */
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(sessions_of(now), 1);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(delete(now), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account WHERE state = 3"),
	    2);
	fails(get(now), VERDICT_scim_not_found);
}

/* A tombstone's userName is free, and its restore may meet another. */
static void
restore_taken(void **unused)
{
	const char	*id = made("userName=ada;externalId=x1");

	(void)unused;
	assert_int_equal(delete(id), VERDICT_ok);
	assert_int_equal(post("userName=ada;externalId=x2"), VERDICT_ok);
	assert_string_not_equal(has(SCIM_id), id);
	fails(post("userName=ada;externalId=x1"), VERDICT_scim_uniqueness);
	assert_int_equal(query("SELECT count(*) FROM account WHERE state = 3"),
	    1);
	/* Another connection does not bring him back. */
	token = "entra";
	assert_int_equal(post("userName=ada3;externalId=x1"), VERDICT_ok);
	assert_string_not_equal(has(SCIM_id), id);
}

/* --- failing ------------------------------------------------------------- */

/* The store takes nothing: 503, but whoever was to go is gone. */
static void
store_fails(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	execute("CREATE TRIGGER no BEFORE UPDATE ON account BEGIN"
	    " SELECT raise(FAIL, 'full'); END");
	fails(patch(id, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_unavailable);
	assert_int_equal(sessions_of(id), 0);
	assert_true(pending_due(&state.pending));
	assert_int_equal(query("SELECT state FROM account"), ACCOUNT_ACTIVE);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(query("SELECT count(*) FROM scim_log WHERE method ="
	    " 'PATCH'"), 0);
	assert_int_equal(post(BOB), VERDICT_ok);
}

/* Nor can it be read: memory knows him, if the token may. */
static void
store_gone(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	token = "entra";
	assert_int_equal(get(id), VERDICT_scim_not_found);
	store_refuse(state.store, "gone");
	fails(delete(id), VERDICT_unavailable);
	assert_int_equal(sessions_of(id), 1);
	token = "okta";
	assert_int_equal(get(id), VERDICT_ok);
	store_refuse(state.store, "gone");
	fails(patch(id, SCIM_REPLACE, SCIM_none, "title=x"),
	    VERDICT_unavailable);
	assert_int_equal(sessions_of(id), 1);
	store_refuse(state.store, "gone");
	fails(patch(id, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_unavailable);
	assert_int_equal(sessions_of(id), 0);
}

/* A refused withdrawal ends no session. */
static void
brake(void **unused)
{
	const char	*a = made(ADA), *b = made(BOB);

	(void)unused;
	acme.brake_percent = 1;
	acme.brake_seconds = 3600;
	fixture_use();
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(sign_in("x2", "", ""), VERDICT_ok);
	assert_int_equal(delete(a), VERDICT_ok);
	assert_int_equal(patch(b, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_scim_brake);
	assert_true(reply.retry_after > 0);
	assert_int_equal(delete(b), VERDICT_scim_brake);
	assert_int_equal(sessions_of(b), 1);
	assert_false(pending_due(&state.pending));
	assert_int_equal(audited("hfsso.scim_brake"), 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
}

/* --- hfssoctl ------------------------------------------------------------ */

static enum verdict
by_hand(enum verdict (*change)(int64_t, const struct organization *,
    const char *), const char *id)
{
	struct organization	*o;
	enum verdict		 v;
	char			 sql[96];

	o = directory_organization(state.directory, "acme");
	snprintf(sql, sizeof(sql), "SELECT id FROM account WHERE account ="
	    " '%s'", id);
	assert_true(store_begin(state.store));
	v = change(query(sql), o, "uid 0");
	assert_true(store_commit(state.store));
	effects_apply(&state.effects, &state.sessions, NULL);
	return v;
}

static void
by_hfssoctl(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(by_hand(user_deactivate, id), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(by_hand(user_deactivate, id), VERDICT_already);
	assert_int_equal(get(id), VERDICT_ok);
	assert_false(active());
	assert_int_equal(reply.version, 2);
	assert_int_equal(by_hand(user_restore, id), VERDICT_already);
	assert_int_equal(by_hand(user_reactivate, id), VERDICT_ok);
	assert_int_equal(by_hand(user_reactivate, id), VERDICT_already);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(by_hand(user_delete, id), VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(get(id), VERDICT_scim_not_found);
	assert_int_equal(by_hand(user_reactivate, id),
	    VERDICT_no_member_named);
	assert_int_equal(by_hand(user_restore, id), VERDICT_ok);
	assert_int_equal(get(id), VERDICT_ok);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(by_hand(user_deactivate,
	    "000000000000000000000000"), VERDICT_no_member_named);
	assert_int_equal(by_hand(user_delete, id), VERDICT_ok);
	fixture_time = 4000000000;
	assert_int_equal(by_hand(user_restore, id), VERDICT_account_ended);
}

#define T(name) cmocka_unit_test_setup_teardown(name, users_begin, users_end)

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		T(deactivate), T(put_without_active), T(revive),
		T(made_inactive), T(remove_and_restore), T(forgotten),
		T(restore_taken), T(store_fails), T(store_gone), T(brake),
		T(by_hfssoctl)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
