/* Units of hfssod/policy/sweep.c: what has ended leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/sweep.h"
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

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(sessions), UNIT(not_configured), UNIT(last_use),
		UNIT(logins),
		UNIT(burned), UNIT(refusals_and_revocations)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
