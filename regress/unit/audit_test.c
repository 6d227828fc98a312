/* Units of hfssod/policy/audit.c, refusal.c and pending.c, on a store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/record.h"
#include "policy_fixture.h"

static void
write_some(int n)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = "acme";
	e.account = e.name = "";
	e.by = "uid 0";
	assert_true(store_begin(state.store));
	for (; n > 0; n--) {
		audit_begin(&state.audit, &e);
		record_integer(&state.audit.record, "n", n);
		audit_end(&state.audit, state.store, "test.event");
	}
	assert_true(store_commit(state.store));
}

static void
holds(void **unused)
{
	int64_t	 n;

	(void)unused;
	assert_int_equal(audit_verify(state.store, 1, &n), 0);
	assert_int_equal(n, 0);
	write_some(5);
	fixture_restart();
	write_some(5);
	assert_int_equal(audit_verify(state.store, 1, &n), 0);
	assert_int_equal(n, 10);
	assert_int_equal(audit_verify(state.store, 6, &n), 0);
	assert_int_equal(n, 5);
}

static void
shows(void **unused)
{
	static const struct {
		const char	*sql;
		int64_t		 bad;
	} t[] = {
		{ "UPDATE audit SET type = 'x' WHERE id = 3", 3 },
		{ "UPDATE audit SET at = at + 1 WHERE id = 3", 3 },
		{ "UPDATE audit SET record = x'00' WHERE id = 10", 10 },
		{ "UPDATE audit SET hash = zeroblob(32) WHERE id = 4", 4 },
		{ "UPDATE audit SET hash = x'00' WHERE id = 4", 4 },
		{ "DELETE FROM audit WHERE id = 1", 2 },
		{ "DELETE FROM audit WHERE id = 5", 6 },
		{ "UPDATE audit SET id = 11 WHERE id = 10", 11 }
	};
	size_t	 i;

	(void)unused;
	write_some(10);
	execute("CREATE TABLE copy AS SELECT * FROM audit");
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		execute(t[i].sql);
		assert_int_equal(audit_verify(state.store, 1, NULL), t[i].bad);
		execute("DELETE FROM audit; INSERT INTO audit"
		    " SELECT * FROM copy");
	}
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

/* What was rolled back leaves no hole. */
static void
undone(void **unused)
{
	struct audit_event	 e;

	(void)unused;
	write_some(2);
	memset(&e, 0, sizeof(e));
	e.organization = e.account = e.name = e.by = "";
	assert_true(store_begin(state.store));
	audit_begin(&state.audit, &e);
	audit_end(&state.audit, state.store, "test.lost");
	store_rollback(state.store);
	audit_forget(&state.audit);
	write_some(2);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	assert_int_equal(query("SELECT max(id) FROM audit"), 4);
}

static void
refusals(void **unused)
{
	struct address	 a;
	unsigned int	 i;

	(void)unused;
	memset(&a, 0, sizeof(a));
	for (i = 0; i < 10000; i++) {
		memcpy(a.octets, &i, sizeof(i));
		refusal_count(&state.refusals, 6000, "acme/okta",
		    VERDICT_saml_signature, &a);
		refusal_count(&state.refusals, 6000, i % 2 ? "x/y" : "z/",
		    VERDICT_saml_expired, &a);
	}
	assert_true(state.refusals.table.count <= REFUSALS_MOST + 2);
	assert_false(refusals_due(&state.refusals, 6059));
	assert_true(refusals_due(&state.refusals, 6060));
	assert_true(store_begin(state.store));
	refusals_write(&state.refusals, state.store);
	assert_true(store_commit(state.store));
	refusals_written(&state.refusals);
	assert_int_equal(query("SELECT sum(count) FROM refusal"), 20000);
	assert_int_equal(query("SELECT count(DISTINCT minute) FROM refusal"),
	    1);
	/* The same minute again adds to its rows. */
	memset(&a, 0, sizeof(a));
	refusal_count(&state.refusals, 6001, "acme/okta",
	    VERDICT_saml_signature, &a);
	assert_true(store_begin(state.store));
	refusals_write(&state.refusals, state.store);
	assert_true(store_commit(state.store));
	assert_int_equal(query("SELECT sum(count) FROM refusal"), 20001);
}

static void
keep_pending(const struct session *s, const struct organization *o)
{
	pending_add(&state.pending, s, o);
}

/* A revocation that the store did not take, and a restart. */
static void
revocation_over_a_restart(void **unused)
{
	(void)unused;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	assert_int_equal(login_as("u2"), VERDICT_ok);
	effect_drop(&state.effects,
	    session_person(&state.sessions, 1)->sessions->key, true);
	effects_back(&state.effects, 0);
	effects_apply(&state.effects, &state.sessions, keep_pending);
	pending_note(&state.pending);
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_true(pending_due(&state.pending));
	fixture_restart();
	/* Of this organization nobody's session is left. */
	assert_true(state.pending.before > 0);
	assert_int_equal(state.sessions.by_key.count, 2);
	assert_false(session_live(session_person(&state.sessions,
	    1)->sessions, 0));
	assert_false(session_live(session_person(&state.sessions,
	    2)->sessions, 0));
	/* One that begins now is not ended with them. */
	assert_int_equal(login_as("u2"), VERDICT_ok);
	assert_true(store_begin(state.store));
	pending_write(&state.pending, state.store);
	assert_true(store_commit(state.store));
	pending_written(&state.pending);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
	fixture_restart();
	assert_false(pending_due(&state.pending));
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
}

/* Written in the end: nothing is left of it. */
static void
revocation_repeated(void **unused)
{
	(void)unused;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	assert_int_equal(login_as("u2"), VERDICT_ok);
	effect_drop(&state.effects,
	    session_person(&state.sessions, 1)->sessions->key, true);
	effects_back(&state.effects, 0);
	effects_apply(&state.effects, &state.sessions, keep_pending);
	pending_note(&state.pending);
	assert_true(store_begin(state.store));
	pending_write(&state.pending, state.store);
	assert_true(store_commit(state.store));
	pending_written(&state.pending);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	fixture_restart();
	assert_false(pending_due(&state.pending));
	assert_true(session_live(session_person(&state.sessions,
	    2)->sessions, 0));
}

static void
damaged_file(void **unused)
{
	static const char	 junk[] = "hfssod-p and then something else";
	int			 fd;

	(void)unused;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	fd = state.pending.fd;
	assert_int_equal(pwrite(fd, junk, sizeof(junk), 0), sizeof(junk));
	fixture_restart();
	assert_true(state.pending.before_all);
	assert_false(session_live(session_person(&state.sessions,
	    1)->sessions, 0));
	assert_true(store_begin(state.store));
	pending_write(&state.pending, state.store);
	assert_true(store_commit(state.store));
	assert_int_equal(query("SELECT count(*) FROM stamp"), 0);
}

/* A second policy on the same store does not begin. */
static void
one_to_a_store(void **unused)
{
	char		 path[80];
	struct pending	 p;
	int		 status;
	pid_t		 pid;

	(void)unused;
	snprintf(path, sizeof(path), "%.*s/pending",
	    (int)(strlen(store_path) - 3), store_path);
	if ((pid = fork()) == 0)
		_exit(pending_open(&p, path) ? 1 : 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(holds), UNIT(shows), UNIT(undone), UNIT(refusals),
		UNIT(revocation_over_a_restart), UNIT(revocation_repeated),
		UNIT(damaged_file), UNIT(one_to_a_store)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
