/* Units of hfssod/policy/sweep.c: what has ended leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/sweep.h"
#include "hfssod/policy/tombstone.h"
#include "policy_fixture.h"

struct event_base *
child_base(void)
{
	fail();
	return NULL;
}

/* SCIM's jobs have a unit of their own. */
bool
job_sweep(void)
{
	return false;
}

void
job_start(void)
{
}

static void
sweep_often(void)
{
	int	 i;

	for (i = 0; i < 100; i++)
		assert_true(sweep_run(false));
}

static void
sessions(void **unused)
{
	static const char	*who[] = { "u1", "u2", "u4" };
	int			 i;

	(void)unused;
	fixture_time = 2000000000;
	for (i = 0; i < 600; i++)
		assert_int_equal(login_as(who[i % 3]), VERDICT_ok);
	fixture_time += 500;
	assert_int_equal(login_as("u3"), VERDICT_ok);
	sweep_often();
	assert_int_equal(state.sessions.by_key.count, 601);
	fixture_time += 500;
	sweep_often();
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_int_equal(state.sessions.persons.count, 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
}

/* Out of the file is not ended: the file may be mended. */
static void
not_configured(void **unused)
{
	(void)unused;
	fixture_time = 2000000000;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	acme.name = "beta";
	fixture_use();
	sweep_often();
	assert_int_equal(state.sessions.by_key.count, 1);
	acme.name = "acme";
	fixture_use();
	assert_true(session_live(session_person(&state.sessions,
	    1)->sessions, fixture_time));
	acme.name = "beta";
	fixture_use();
	fixture_time += 1000;
	sweep_often();
	assert_int_equal(state.sessions.by_key.count, 0);
}

static void
last_use(void **unused)
{
	struct session	*s;

	(void)unused;
	fixture_time = 2000000000;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	s = session_person(&state.sessions, 1)->sessions;
	s->used += 100;
	fixture_time += 100;
	sweep_often();
	assert_int_equal(query("SELECT used FROM session"), 2000000000);
	acme.session_idle = 300;
	fixture_use();
	sweep_often();
	assert_int_equal(query("SELECT used FROM session"), 2000000100);
	s->used += 59;
	sweep_often();
	assert_int_equal(query("SELECT used FROM session"), 2000000100);
	s->used += 1;
	sweep_often();
	assert_int_equal(query("SELECT used FROM session"), 2000000160);
	s->used += 5;
	assert_true(sweep_run(true));
	assert_int_equal(query("SELECT used FROM session"), 2000000165);
	fixture_restart();
	assert_int_equal(session_person(&state.sessions, 1)->sessions->used,
	    2000000165);
	fixture_time = 2000000465;
	sweep_often();
	assert_int_equal(state.sessions.by_key.count, 0);
}

/* Logins are counted now and then, never twice, also where it fails once. */
static void
logins(void **unused)
{
	static const char	 count[] = "SELECT sum(logins) FROM connection";

	(void)unused;
	fixture_time = 2000000000;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	assert_int_equal(login_as("u2"), VERDICT_ok);
	assert_int_equal(query(count), 0);
	sweep_often();
	assert_int_equal(query(count), 2);
	assert_int_equal(query("SELECT max(login_at) FROM connection"),
	    2000000000);
	fixture_time += 30;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	sweep_often();
	assert_int_equal(query(count), 2);
	execute("CREATE TRIGGER full BEFORE UPDATE OF logins ON connection"
	    " BEGIN SELECT RAISE(ABORT, 'full'); END");
	fixture_time += 30;
	assert_false(sweep_run(false));
	execute("DROP TRIGGER full");
	sweep_often();
	assert_int_equal(query(count), 3);
	/* A refused one is none; and nothing is lost at the end. */
	acme_connections[0].enabled = false;
	fixture_use();
	assert_int_equal(login_as("u1"), VERDICT_connection_disabled);
	acme_connections[0].enabled = true;
	fixture_use();
	assert_int_equal(login_as("u1"), VERDICT_ok);
	assert_true(sweep_run(true));
	assert_int_equal(query(count), 4);
	fixture_restart();
	assert_int_equal(query(count), 4);
}

static void
burned(void **unused)
{
	int	 i;

	(void)unused;
	fixture_time = 2000000000;
	for (i = 0; i < 300; i++)
		assert_int_equal(login_as("u1"), VERDICT_ok);
	sweep_often();
	assert_int_equal(query("SELECT count(*) FROM burned"), 300);
	/* The latest moment it could be accepted, plus twice the skew. */
	fixture_time += LIMIT_LOGIN_SECONDS + 2 * LIMIT_SKEW;
	sweep_often();
	assert_int_equal(query("SELECT count(*) FROM burned"), 300);
	fixture_time += 1;
	sweep_often();
	assert_int_equal(query("SELECT count(*) FROM burned"), 0);
}

static void
refusals_and_revocations(void **unused)
{
	struct outcome	 o;

	(void)unused;
	fixture_time = 2000000040;
	o = an_outcome("u1", 1, 1);
	o.verdict = VERDICT_saml_signature;
	assert_int_equal(run_login(&o)->verdict, VERDICT_saml_signature);
	sweep_often();
	assert_int_equal(query("SELECT count(*) FROM refusal"), 0);
	fixture_time += 60;
	sweep_often();
	assert_int_equal(query("SELECT count FROM refusal"), 1);
	assert_int_equal(state.refusals.table.count, 0);
	assert_int_equal(login_as("u1"), VERDICT_ok);
	pending_add(&state.pending,
	    session_person(&state.sessions, 1)->sessions, NULL);
	assert_true(sweep_run(false));
	assert_false(pending_due(&state.pending));
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)

/* A deleted account with everything. */
static void
bury(const char *subject, int64_t ended)
{
	char	 sql[512];

	assert_int_equal(login_as(subject), VERDICT_ok);
	snprintf(sql, sizeof(sql), "UPDATE account SET scim = x'00',"
	    " email = 'a@b', email_folded = 'a@b', display_name = 'A B',"
	    " display_folded = 'a b', given = 'A', family = 'B',"
	    " external_id = '%s', username = 'n%s', username_folded = 'n%s'"
	    " WHERE id = (SELECT account FROM identity WHERE subject = '%s')",
	    subject, subject, subject, subject);
	execute(sql);
	snprintf(sql, sizeof(sql), "INSERT INTO account_email"
	    " SELECT 'c@d', account FROM identity WHERE subject = '%s';"
	    " UPDATE account SET state = 3, ended = %lld WHERE id ="
	    " (SELECT account FROM identity WHERE subject = '%s')",
	    subject, (long long)ended, subject);
	execute(sql);
}

#define FULL \
    "scim IS NOT NULL AND email = 'a@b' AND email_folded = 'a@b' AND" \
    " display_name = 'A B' AND display_folded = 'a b' AND given = 'A'" \
    " AND family = 'B'"
#define BARE \
    "scim IS NULL AND email = '' AND email_folded IS NULL AND" \
    " display_name = '' AND display_folded = '' AND given = ''" \
    " AND family = ''"
#define ACCOUNTS(what)	query("SELECT count(*) FROM account WHERE " what)

static void
tombstones(void **unused)
{
	int64_t	 names;

	(void)unused;
	acme.tombstone_keep = 1000;
	fixture_use();
	fixture_time = 2000000000;
	bury("u1", fixture_time);
	bury("u2", fixture_time + 500);
	assert_int_equal(login_as("u3"), VERDICT_ok);
	execute("UPDATE account SET scim = x'00', email = 'x' WHERE id ="
	    " (SELECT account FROM identity WHERE subject = 'u3')");
	names = query("SELECT count(DISTINCT name) FROM account");
	fixture_time += 999;
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS(FULL), 2);
	/* Not before its minute; then u1 alone. */
	fixture_time += 1;
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS(FULL), 2);
	fixture_time += 60;
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS(FULL), 1);
	assert_int_equal(ACCOUNTS(BARE " AND state = 3 AND ended = 2000000000"
	    " AND external_id = 'u1' AND username = 'nu1'"), 1);
	assert_int_equal(query("SELECT count(*) FROM account_email"), 1);
	fixture_time += 500;
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS(BARE), 2);
	assert_int_equal(query("SELECT count(*) FROM account_email"), 0);
	/* The living keep theirs; nobody's name is free; ended is ended. */
	assert_int_equal(ACCOUNTS("scim = x'00' AND email = 'x'"), 1);
	assert_int_equal(query("SELECT count(DISTINCT name) FROM account"),
	    names);
	assert_int_equal(query("SELECT count(*) FROM identity"), 3);
	assert_int_equal(login_as("u1"), VERDICT_account_ended);
	assert_int_equal(login_as("u2"), VERDICT_account_ended);
	assert_int_equal(login_as("u3"), VERDICT_ok);
}

/* Many go in small steps, and none is looked at twice. */
static void
many_tombstones(void **unused)
{
	int	 i;

	(void)unused;
	acme.tombstone_keep = 1000;
	fixture_use();
	fixture_time = 2000100000;
	execute("WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 1199) INSERT INTO account (id, account, name,"
	    " folded, state, owner, email, display_name, given, family,"
	    " username, created, ended) SELECT i, 'a' || i, 'n' || i,"
	    " 'n' || i, 3, 1, 'e', '', '', '', '', 1, 2000000000 + i FROM n");
	for (i = 1; i <= 3; i++) {
		assert_true(tombstone_sweep());
		assert_int_equal(ACCOUNTS("email = ''"), 64 * i);
	}
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS("email = ''"), 200);
	/* Out of the file is not forgotten: the file may be mended. */
	execute("UPDATE account SET email = 'e'");
	acme.name = "beta";
	fixture_use();
	fixture_time += 60;
	assert_false(tombstone_sweep());
	assert_int_equal(ACCOUNTS("email = ''"), 0);
	acme.name = "acme";
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(sessions), UNIT(not_configured), UNIT(last_use),
		UNIT(logins),
		UNIT(burned), UNIT(refusals_and_revocations),
		UNIT(tombstones), UNIT(many_tombstones)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
