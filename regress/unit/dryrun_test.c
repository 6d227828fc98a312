/*
 * Units of hfssod/policy/dryrun.c: requests of a dry token work on a copy,
 * and on nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "ctl_fixture.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/token_control.h"

static void
nothing(struct writer *w, enum verdict v)
{
	struct result	 result = { v, "" };

	result_put(w, &result);
	wire_put_string(w, "");
}
static const struct verb	 verb_token_create = { MESSAGE_token_create,
    MESSAGE_ctl_records, token_create, nothing, VERB_WRITES };
static const struct verb	 verb_token_rotate = { MESSAGE_token_rotate,
    MESSAGE_ctl_records, token_rotate, nothing, VERB_WRITES };
static const struct verb	 verb_token_revoke = { MESSAGE_token_revoke,
    MESSAGE_ctl_result, token_revoke, result_refuse, VERB_WRITES };

static char	 directory[64], path[128], id[TOKEN_ID];

static int
begin(void **unused)
{
	users_begin(unused);
	fixture_time = clock_now() + 10;
	state.view->public_url = "https://hub.example.com";
	strlcpy(directory, store_path, sizeof(directory));
	*strrchr(directory, '/') = '\0';
	dryrun_init(directory);
	dryrun_start();
	return 0;
}

static int
end(void **unused)
{
	static const char *const	 ends[] = { "", "-wal", "-shm" };
	char				 name[160];
	size_t				 i;

	dryrun_stop();
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, ends[i]);
		unlink(name);
	}
	return users_end(unused);
}

static int64_t
query_copy(const char *sql)
{
	sqlite3		*db;
	sqlite3_stmt	*st;
	int64_t		 n;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

/* A dry token for okta, whose requests are "dry"; its copy is made. */
static void
make(bool finish)
{
	int	 i;

	assert_int_equal(CTL(token_create,
	    .options = "connection=okta dry-run=1 name=try"), VERDICT_ok);
	assert_int_equal(ctl_number("dry_run"), 1);
	strlcpy(id, ctl_text("id"), sizeof(id));
	snprintf(path, sizeof(path), "%s/dry-%s.db", directory, id);
	use_secret(ctl_text("token"));
	for (i = 0; finish && i < 10000 && dryrun_due(); i++)
		;
}

static void
goes_on(void **unused)
{
	const char	*ada;
	char		 keep[32];

	(void)unused;
	ada = made("userName=ada;externalId=x1");
	strlcpy(keep, ada, sizeof(keep));
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_ok);
	make(true);
	token = "secret";
	assert_int_equal(get(keep), VERDICT_ok);
	assert_true(reply.dry);
	/* It reads its own writes, nobody else does. */
	assert_int_equal(post("userName=new;externalId=x7"), VERDICT_ok);
	assert_int_equal(get(has(SCIM_id)), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	assert_int_equal(query_copy("SELECT count(*) FROM account"), 2);
	assert_int_equal(post("userName=new;externalId=x8"),
	    VERDICT_scim_uniqueness);
	token = "okta";
	assert_int_equal(post("userName=new;externalId=x8"), VERDICT_ok);
	assert_false(reply.dry);
	/* A session lives on, audit says what would have been. */
	token = "secret";
	assert_int_equal(patch(keep, SCIM_REPLACE, SCIM_none,
	    "active=false"), VERDICT_ok);
	assert_int_equal(sessions_of(keep), 1);
	assert_int_equal(query("SELECT state FROM account WHERE name ="
	    " 'ada'"), 1);
	assert_int_equal(query_copy("SELECT state FROM account WHERE name ="
	    " 'ada'"), 2);
	assert_int_equal(audited("hfsso.dry_run_deactivate"), 1);
	assert_int_equal(audited("hfsso.account_deactivate"), 0);
	assert_int_equal(delete(keep), VERDICT_ok);
	assert_int_equal(sessions_of(keep), 1);
	assert_int_equal(get(keep), VERDICT_scim_not_found);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_log"), 2);
}

/* What is refused leaves no note, and the chains don't mix. */
static void
refused(void **unused)
{
	char	 ada[32];

	(void)unused;
	strlcpy(ada, made("userName=ada;externalId=x1"), sizeof(ada));
	made("userName=bob;externalId=x2");
	acme.brake_percent = 50;
	acme.brake_seconds = 100;
	fixture_use();
	make(true);
	token = "secret";
	assert_int_equal(delete(ada), VERDICT_ok);
	assert_int_equal(audited("hfsso.dry_run_deactivate"), 1);
	assert_int_equal(post("userName=ada2;externalId=x2"),
	    VERDICT_scim_uniqueness);
	assert_int_equal(patch("000000000000000000000000", SCIM_REPLACE,
	    SCIM_none, "active=false"), VERDICT_scim_not_found);
	assert_int_equal(audited("hfsso.dry_run_deactivate"), 1);
	token = "okta";
	/* The live brake was not touched. */
	assert_int_equal(delete(ada), VERDICT_ok);
	assert_int_equal(audited("hfsso.scim_brake"), 0);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

static void
waits(void **unused)
{
	(void)unused;
	made("userName=ada;externalId=x1");
	make(false);
	token = "secret";
	assert_int_equal(post("userName=eve;externalId=x9"),
	    VERDICT_token_not_ready);
	/* What is written while it is copied is in it. */
	token = "okta";
	assert_int_equal(post("userName=late;externalId=x3"), VERDICT_ok);
	while (dryrun_due())
		;
	token = "secret";
	assert_int_equal(post("userName=late;externalId=x4"),
	    VERDICT_scim_uniqueness);
	assert_int_equal(query("SELECT copy FROM token WHERE copy > 0"), 2);
}

/* A restart goes on with a copy that was ended, and makes another anew. */
static void
restarts(void **unused)
{
	(void)unused;
	make(true);
	token = "secret";
	assert_int_equal(post("userName=eve;externalId=x9"), VERDICT_ok);
	dryrun_stop();
	fixture_restart();
	dryrun_start();
	assert_int_equal(post("userName=eve;externalId=x10"),
	    VERDICT_scim_uniqueness);
	dryrun_stop();
	execute("UPDATE token SET copy = 1 WHERE copy > 0");
	fixture_restart();
	dryrun_start();
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(post("userName=eve;externalId=x10"),
	    VERDICT_token_not_ready);
	while (dryrun_due())
		;
	assert_int_equal(post("userName=eve;externalId=x10"), VERDICT_ok);
}

static void
ends(void **unused)
{
	(void)unused;
	make(true);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(CTL(token_rotate, .name = id), VERDICT_bad_request);
	assert_int_equal(CTL(token_revoke, .name = id), VERDICT_ok);
	assert_int_equal(access(path, F_OK), -1);
	token = "secret";
	assert_int_equal(post("userName=eve;externalId=x9"),
	    VERDICT_token_unknown);
	make(true);
	assert_int_equal(access(path, F_OK), 0);
	fixture_time += 7 * 86400;
	dryrun_due();
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(post("userName=eve;externalId=x9"),
	    VERDICT_token_expired);
	/* A leftover of one that ended while nobody ran. */
	make(true);
	dryrun_stop();
	fixture_time += 8 * 86400;
	fixture_restart();
	dryrun_start();
	assert_int_equal(access(path, F_OK), -1);
}

/* --- what differs ------------------------------------------------------- */

static const struct verb	 verb_show_dry_run = { MESSAGE_show_dry_run,
    MESSAGE_ctl_records, show_dry_run, show_refuse, VERB_STORE };

/* By reader, which has a store of its own. */
static enum verdict
shown_to(const struct ctl *c)
{
	struct store	*live = state.store;
	enum verdict	 v;

	state_reader(store_path);
	state.store = NULL;
	v = ctl(&verb_show_dry_run, c);
	store_close(state.store);
	state.store = live;
	return v;
}
#define shown(...)	shown_to(&(const struct ctl){ __VA_ARGS__ })

static void
differs(void **unused)
{
	char	 ada[32];

	(void)unused;
	strlcpy(ada, made("userName=ada;externalId=x1"), sizeof(ada));
	made("userName=bob;externalId=x2");
	assert_int_equal(shown(.name = "none"),
	    VERDICT_no_token_named);
	make(false);
	assert_int_equal(shown(.name = id),
	    VERDICT_token_not_ready);
	while (dryrun_due())
		;
	assert_int_equal(shown(.name = id), VERDICT_ok);
	assert_string_equal(ctl_text("kind"), "");
	token = "secret";
	assert_int_equal(patch(ada, SCIM_REPLACE, SCIM_none,
	    "active=false"), VERDICT_ok);
	assert_int_equal(shown(.name = id), VERDICT_ok);
	assert_string_equal(ctl_text("kind"), "account");
	assert_string_equal(ctl_text("name"), "ada");
	assert_string_equal(ctl_text("what"), "state");
	assert_string_equal(ctl_text("live"), "active");
	assert_string_equal(ctl_text("dry_run"), "inactive");
	assert_int_equal(patch(ada, SCIM_REPLACE, SCIM_none,
	    "active=true"), VERDICT_ok);
	assert_int_equal(post("userName=newbie;externalId=x9"), VERDICT_ok);
	assert_int_equal(shown(.name = id), VERDICT_ok);
	assert_string_equal(ctl_text("name"), "newbie");
	assert_string_equal(ctl_text("what"), "made");
	/* Another one took the same row in the live store. */
	token = "okta";
	assert_int_equal(post("userName=late;externalId=x8"), VERDICT_ok);
	assert_int_equal(shown(.name = id), VERDICT_ok);
	assert_string_equal(ctl_text("name"), "late");
	assert_string_equal(ctl_text("what"), "only live");
	assert_int_equal(shown(.name = id,
	    .organization = "other"), VERDICT_no_organization_named);
}

/* A group of so many that to look at it takes more than a page may. */
static void
gets_on(void **unused)
{
	char	 after[sizeof(ctl_after)] = "";
	int	 pages = 0;

	(void)unused;
	execute("INSERT INTO scim_group VALUES (1, 'g', 1, 1, 'All', 'all',"
	    " NULL, 1, 150000, NULL, 1, 1, 1)");
	execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 150000)"
	    " INSERT INTO scim_member SELECT 1, 1, 1, i FROM n");
	make(true);
	execute("DELETE FROM scim_member WHERE member = 7");
	do {
		strlcpy(after, ctl_after, sizeof(after));
		assert_int_equal(shown(.name = id, .after = after),
		    VERDICT_ok);
		assert_true(++pages < 20);
	} while (ctl_after[0] != '\0' && ctl_text("kind")[0] == '\0');
	assert_string_equal(ctl_text("kind"), "group");
	assert_string_equal(ctl_text("name"), "All");
}

/* Reader's side: the copy, when it is ready, and only for its token. */
static void
reading(void **unused)
{
	struct token	 t;
	struct store	*live = state.store, *copy;

	(void)unused;
	memset(&t, 0, sizeof(t));
	assert_ptr_equal(dryrun_store(live, &t), live);
	make(false);
	t.dry = true;
	t.row = query("SELECT id FROM token WHERE copy > 0");
	strlcpy(t.id, id, sizeof(t.id));
	assert_null(dryrun_store(live, &t));
	while (dryrun_due())
		;
	copy = dryrun_store(live, &t);
	assert_non_null(copy);
	assert_ptr_not_equal(copy, live);
	assert_ptr_equal(dryrun_store(live, &t), copy);
	assert_int_equal(CTL(token_revoke, .name = id), VERDICT_ok);
	assert_null(dryrun_store(live, &t));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(goes_on), TEST(refused), TEST(waits), TEST(restarts),
		TEST(ends), TEST(reading), TEST(differs), TEST(gets_on)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
