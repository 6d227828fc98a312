/*
 * Single logout in policy: which sessions end, that a message counts once,
 * and what a store that fails leaves.  Turns are real, processes are not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/logout.h"
#include "hfssod/policy/sweep.h"
#include "hfssod/policy/turn.h"
#include "policy_fixture.h"

static const struct verb verb_logout = { MESSAGE_logout_outcome,
    MESSAGE_logout_answer, logout_outcome, logout_refuse,
    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS };
static struct peer	 http = { .kinds = KIND_BROWSER, .instance = 5,
			    .group = "", .ready = true };
static struct peer	 verifier = { .kinds = KIND_VERIFIER, .instance = 6,
			    .group = "default", .ready = true };
static struct logout_answer	 answer;	/* the last one */
static struct writer		 kept;
static unsigned int		 answers;

struct peer *
child_instance(uint64_t instance)
{
	return instance == 5 ? &http : instance == 6 ? &verifier : NULL;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	(void)group;
	return kind == PROC_VERIFIER ? &verifier : NULL;
}

struct peer *
child_peers(void)
{
	return NULL;
}

unsigned int
child_dispatch(struct peer *p, unsigned int most)
{
	(void)p;
	(void)most;
	return 0;
}

const struct setup *
child_setup(void)
{
	static const struct setup	 setup = { .kinds = KIND_POLICY };

	return &setup;
}

void
peer_send(struct peer *p, enum message m, uint64_t id, const struct writer *w)
{
	(void)p;
	(void)m;
	(void)id;
	(void)w;
	fail();
}

void
sweep_due(void)
{
}

static void
catch(struct peer *p, enum message m, uint64_t id, const struct writer *w)
{
	struct reader	 r;

	assert_false(store_in_transaction(state.store));
	assert_ptr_equal(p, &http);
	assert_int_equal(m, MESSAGE_logout_answer);
	assert_int_equal(id, 77);
	wire_init(&kept, LIMIT_MESSAGE);
	wire_put_raw(&kept, w->data, w->len);
	wire_read(&r, kept.data, kept.len);
	assert_true(logout_answer_get(&r, &answer));
	answers++;
}

/* A LogoutRequest of okta for a NameID; the number makes its key. */
static struct logout_outcome
a_logout(const char *name, unsigned int n)
{
	static uint8_t		 keys[16][BURN_KEY];
	struct logout_outcome	 o;

	memset(&o, 0, sizeof(o));
	memset(keys[n % 16], 0, BURN_KEY);
	memcpy(keys[n % 16], &n, sizeof(n));
	o.request.host = "hub.example.com";
	o.request.id = 77;
	o.origin = 5;
	o.organization = "acme";
	o.connection = "okta";
	o.detail = "";
	o.message_key = (struct bytes){ keys[n % 16], BURN_KEY };
	o.message_until = clock_now() + 300;
	o.name_id = (struct name_id){ name, "", "", "", "" };
	o.started.url = "https://idp/answer";
	return o;
}

/* One turn with it. */
static enum verdict
run(const struct logout_outcome *o)
{
	struct writer	 w;
	struct reader	 r;

	logout_answer_free(&answer);
	wire_free(&kept);
	answers = 0;
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, o);
	wire_read(&r, w.data, w.len);
	turn_run(&verb_logout, &verifier, 1, &r);
	turn_end(catch);
	wire_free(&w);
	assert_int_equal(answers, 1);
	if (answer.verdict != VERDICT_ok)
		assert_string_equal(answer.started.url, "");
	return answer.verdict;
}

/* Sign somebody in with okta; his SessionIndex. */
static struct session *
sign_in(const char *name, const char *index)
{
	static unsigned int	 n = 5000;
	struct outcome		 o = an_outcome(name, n, n);

	n++;
	o.identity.session_index = index;
	o.identity.name_id.name_qualifier = "nq";
	o.identity.name_id.format = "urn:f";
	return session_of(run_login(&o));
}

static size_t
live(void)
{
	return state.sessions.by_key.count;
}

static int
begin(void **unused)
{
	int	 status = fixture_begin(unused);

	wire_init(&kept, LIMIT_MESSAGE);
	return status;
}

static int
end(void **unused)
{
	logout_answer_free(&answer);
	memset(&answer, 0, sizeof(answer));
	wire_free(&kept);
	return fixture_end(unused);
}

/* --- tests --------------------------------------------------------------- */

static void
ends_by_name(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	assert_non_null(sign_in("ada", "_2"));
	assert_non_null(sign_in("ben", "_3"));
	/* Not him, or not wholly: nothing ends, and that is no error. */
	o = a_logout("ad", 1);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_string_equal(answer.started.url, "https://idp/answer");
	o = a_logout("ada", 2);
	assert_int_equal(run(&o), VERDICT_ok);
	o = a_logout("ada", 3);
	o.name_id.format = "urn:f";
	o.name_id.name_qualifier = "other";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 3);
	/* Of another connection: a name means nothing there. */
	o = a_logout("ada", 4);
	o.name_id.format = "urn:f";
	o.connection = "entra";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 3);
	/* A wrong SessionIndex, then the right one among others. */
	o = a_logout("ada", 5);
	o.name_id.format = "urn:f";
	strings_add(&o.session_indexes, "_9");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 3);
	strings_add(&o.session_indexes, "_2");
	assert_int_equal(run(&o), VERDICT_replayed);
	assert_int_equal(live(), 3);
	memset((void *)(uintptr_t)o.message_key.data, 6, BURN_KEY);
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 2);
	strings_free(&o.session_indexes);
	/* Without one: all that is left of his; a qualifier may be omitted. */
	o = a_logout("ada", 7);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.idp_logout'"), 7);
	fixture_restart();
	assert_int_equal(live(), 1);
	assert_int_equal(run(&o), VERDICT_replayed);
}

static void
refuses(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	o.organization = "nobody";
	assert_int_equal(run(&o), VERDICT_unknown_organization);
	o.organization = "acme";
	o.connection = "none";
	assert_int_equal(run(&o), VERDICT_unknown_organization);
	o.connection = "okta";
	verifier.group = "apart";
	assert_int_equal(run(&o), VERDICT_wrong_group);
	verifier.group = "default";
	o.message_until = clock_now() - 1000;
	assert_int_equal(run(&o), VERDICT_saml_expired);
	o.message_until = clock_now() + 300;
	o.message_key.len = 0;
	assert_int_equal(run(&o), VERDICT_internal);
	o.message_key.len = BURN_KEY;
	o.name_id.value = "";
	assert_int_equal(run(&o), VERDICT_internal);
	o.name_id.value = "ada";
	o.verdict = VERDICT_saml_signature;
	assert_int_equal(run(&o), VERDICT_saml_signature);
	o.response = true;
	o.verdict = VERDICT_ok;
	assert_int_equal(run(&o), VERDICT_internal);
	assert_int_equal(live(), 1);
	assert_int_equal(query("SELECT count(*) FROM burned"), 1);
	/* None of it was burnt. */
	o.response = false;
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 0);
}

/* The provider never named the session's index: no Success beside it. */
static void
no_index(void **unused)
{
	static const char	*index[] = { "_9" };
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", ""));
	assert_non_null(sign_in("ada", "_1"));
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	o.session_indexes = (struct strings){ 1, index };
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"
	    " WHERE session_index = '_1'"), 1);
}

/* A connection that is off lets nobody in, but who is in may be put out. */
static void
disabled(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	assert_non_null(sign_in("ben", "_2"));
	acme_connections[0].enabled = false;
	fixture_use();
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
	acme_connections[0].enabled = true;
	fixture_use();
	directory_connection_id(state.directory, 1)->off = true;
	o = a_logout("ben", 2);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 0);
}

/* An answer that is too long to be passed on does no harm. */
static void
long_answer(void **unused)
{
	struct logout_outcome	 o;
	char			*text;

	(void)unused;
	assert_non_null(text = malloc(100001));
	memset(text, 'x', 100000);
	text[100000] = '\0';
	o = a_logout("ada", 1);
	o.started.url = text;
	assert_int_equal(run(&o), VERDICT_internal);
	free(text);
}

/* A session that is signed in elsewhere too loses only this stamp. */
static void
one_stamp(void **unused)
{
	struct logout_outcome	 o;
	struct organization	*beta;
	struct session		*s;

	(void)unused;
	assert_non_null(s = sign_in("ada", "_1"));
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (50, 'beta', 'beta', 'managed', 1, 0);"
	    "INSERT INTO connection (id, organization, name, present, created)"
	    " VALUES (60, 50, 'sso', 1, 0);"
	    "INSERT INTO stamp SELECT session, 50, 60, since, expires, '',"
	    " name_id, hint FROM stamp");
	fixture_restart();
	beta = directory_organization_id(state.directory, 50);
	assert_non_null(beta);
	s = session_person(&state.sessions, 1)->sessions;
	assert_int_equal(s->stamp_count, 2);
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
	assert_int_equal(s->stamp_count, 1);
	assert_ptr_equal(s->stamps[0].organization, beta);
	assert_int_equal(query("SELECT organization FROM stamp"), 50);
	assert_false(answer.ended);
}

/* The store takes nothing: it ends at once, but Success is not said. */
static void
full_store(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	execute("CREATE TRIGGER full BEFORE INSERT ON burned BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_unavailable);
	assert_int_equal(live(), 0);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_true(pending_due(&state.pending));
	/* Nothing was burnt: it may be said again. */
	execute("DROP TRIGGER full");
	assert_int_equal(run(&o), VERDICT_ok);
	/* And a restart does not bring it back. */
	fixture_restart();
	assert_false(session_person(&state.sessions, 1) != NULL &&
	    session_live(session_person(&state.sessions, 1)->sessions,
	    clock_now()));
}

/* The same where only a stamp ends: the other one is kept all through. */
static void
pending_stamp(void **unused)
{
	struct logout_outcome	 o;
	struct session		*s;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (50, 'beta', 'beta', 'managed', 1, 0);"
	    "INSERT INTO connection (id, organization, name, present, created)"
	    " VALUES (60, 50, 'sso', 1, 0);"
	    "INSERT INTO stamp SELECT session, 50, 60, since, expires, '',"
	    " name_id, hint FROM stamp;"
	    "CREATE TRIGGER full BEFORE DELETE ON stamp BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	fixture_restart();
	o = a_logout("ada", 1);
	o.name_id.format = "urn:f";
	assert_int_equal(run(&o), VERDICT_unavailable);
	s = session_person(&state.sessions, 1)->sessions;
	assert_int_equal(s->stamp_count, 1);
	assert_int_equal(state.pending.key_count, 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 2);
	execute("DROP TRIGGER full");
	assert_true(store_begin(state.store));
	pending_write(&state.pending, state.store);
	assert_true(store_commit(state.store));
	pending_written(&state.pending);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
	assert_int_equal(query("SELECT organization FROM stamp"), 50);
}

/* What the provider answers to us is told, once. */
static void
responses(void **unused)
{
	static const uint8_t	 key[BURN_KEY] = { 9 };
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in("ada", "_1"));
	o = a_logout("ada", 1);
	o.response = true;
	o.result = LOGOUT_PARTIAL;
	o.login_key = (struct bytes){ key, BURN_KEY };
	o.started.url = "";
	strings_add(&o.started.clear, "12345678");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(answer.result, LOGOUT_PARTIAL);
	assert_int_equal(answer.started.clear.count, 1);
	assert_int_equal(live(), 1);
	assert_int_equal(run(&o), VERDICT_replayed);
	o.message_key = a_logout("ada", 2).message_key;
	assert_int_equal(run(&o), VERDICT_replayed);
	strings_free(&o.started.clear);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test_setup_teardown(ends_by_name, begin, end),
		cmocka_unit_test_setup_teardown(refuses, begin, end),
		cmocka_unit_test_setup_teardown(no_index, begin, end),
		cmocka_unit_test_setup_teardown(disabled, begin, end),
		cmocka_unit_test_setup_teardown(long_answer, begin, end),
		cmocka_unit_test_setup_teardown(one_stamp, begin, end),
		cmocka_unit_test_setup_teardown(full_store, begin, end),
		cmocka_unit_test_setup_teardown(pending_stamp, begin, end),
		cmocka_unit_test_setup_teardown(responses, begin, end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
