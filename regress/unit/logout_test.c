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

#include "common/clock.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/logout.h"
#include "turn_fixture.h"

static const struct verb verb_logout = { MESSAGE_logout_outcome,
    MESSAGE_logout_answer, logout_outcome, logout_refuse,
    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS };
static struct logout_answer	 answer;	/* the last one */

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
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, o);
	ask_id(&verb_logout, &verifier, 1, &w);
	end_turn();
	assert_int_equal(sent_count, 1);
	assert_ptr_equal(sent[0].peer, &http);
	assert_int_equal(sent[0].message, MESSAGE_logout_answer);
	assert_int_equal(sent[0].id, 77);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(logout_answer_get(&r, &answer));
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
	return fixture_begin(unused);
}

static int
end(void **unused)
{
	logout_answer_free(&answer);
	memset(&answer, 0, sizeof(answer));
	forget_sent();
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

static struct strings
one_index(const char *index)
{
	static const char	*list[2];

	list[0] = index;
	return (struct strings){ 1, list };
}

/* Somebody's session with entra that has this "sid". */
static struct session *
sign_in_entra(const char *subject, const char *sid)
{
	static unsigned int	 n = 8000;
	struct outcome		 o = an_outcome(subject, n, n);

	n++;
	o.connection = "entra";
	o.identity.session_index = sid;
	return session_of(run_login(&o));
}

/* Front-channel: anybody may say so, and fills no disk with it. */
static void
unproved(void **unused)
{
	struct logout_outcome	 o;
	int64_t			 audit, burned;

	(void)unused;
	assert_non_null(sign_in_entra("ada", "s1"));
	assert_non_null(sign_in_entra("ben", "s2"));
	audit = query("SELECT count(*) FROM audit");
	burned = query("SELECT count(*) FROM burned");
	o = a_logout("", 1);
	o.connection = "entra";
	o.message_key = (struct bytes){ NULL, 0 };
	o.message_until = 0;
	o.session_indexes = one_index("s9");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 2);
	assert_int_equal(query("SELECT count(*) FROM audit"), audit);
	o.session_indexes = one_index("s2");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM audit"), audit + 1);
	assert_int_equal(query("SELECT count(*) FROM burned"), burned);
	/* It names no person, and is no answer. */
	o.name_id.value = "ada";
	assert_int_equal(run(&o), VERDICT_internal);
	o.name_id.value = "";
	o.response = true;
	assert_int_equal(run(&o), VERDICT_internal);
	assert_int_equal(live(), 1);
	fixture_restart();
	assert_int_equal(live(), 1);
}

/* A login that came so long before now, in milliseconds. */
static enum verdict
late(const char *subject, const char *sid, int64_t before)
{
	static unsigned int	 n = 9500;
	struct outcome		 o = an_outcome(subject, n, n);

	n++;
	o.connection = "entra";
	o.came = clock_ms() - before;
	o.identity.session_index = sid;
	return run_login(&o)->verdict;
}

/* The provider ends it while we still ask who it is. */
static void
under_way(void **unused)
{
	const enum verdict	 no = VERDICT_session_expired;
	struct logout_outcome	 o;

	(void)unused;
	/* One session, whoever has it. */
	o = a_logout("", 1);
	o.connection = "entra";
	o.session_indexes = one_index("u1");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(late("uwe", "u1", 3000), no);
	assert_int_equal(late("uwe", "u2", 3000), VERDICT_ok);
	assert_int_equal(late("uwe", "", 3000), VERDICT_ok);
	assert_int_equal(late("uwe", "u1", 0), VERDICT_ok);
	/* One session of one person. */
	o.name_id.value = "ute";
	o.message_key = a_logout("", 2).message_key;
	o.session_indexes = one_index("u3");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(late("uli", "u3", 3000), VERDICT_ok);
	assert_int_equal(late("ute", "u4", 3000), VERDICT_ok);
	assert_int_equal(late("ute", "u3", 3000), no);
	assert_int_equal(late("ute", "", 3000), no);
	/* All of his, at this connection. */
	o = a_logout("uli", 3);
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(late("uli", "u5", 3000), VERDICT_ok);
	o.connection = "entra";
	o.message_key = a_logout("", 4).message_key;
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(late("uli", "u5", 3000), no);
	assert_int_equal(late("uli", "", 3000), no);
	assert_int_equal(late("uli", "u5", 0), VERDICT_ok);
	/* What proves nothing keeps nobody out. */
	o = a_logout("", 5);
	o.connection = "entra";
	o.message_key = (struct bytes){ NULL, 0 };
	o.session_indexes = one_index("u6");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(late("uwe", "u6", 3000), VERDICT_ok);
}

/* OpenID Connect: a session of the provider's alone says who is meant. */
static void
ends_by_session(void **unused)
{
	static const char	*two[] = { "s1", "s2" };
	struct logout_outcome	 o;
	struct session		*s;

	(void)unused;
	assert_non_null(sign_in_entra("ada", "s1"));
	assert_non_null(sign_in_entra("ben", "s2"));
	assert_non_null(s = sign_in("cyd", "s1"));
	/* Nobody's, another connection's, or only like it. */
	o = a_logout("", 1);
	o.connection = "entra";
	o.session_indexes = one_index("s9");
	assert_int_equal(run(&o), VERDICT_ok);
	o.session_indexes = one_index("s");
	o.message_key = a_logout("", 2).message_key;
	assert_int_equal(run(&o), VERDICT_ok);
	o.session_indexes = one_index("S1");
	o.message_key = a_logout("", 3).message_key;
	assert_int_equal(run(&o), VERDICT_ok);
	o = a_logout("", 4);
	o.session_indexes = one_index("s2");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 3);
	/* Nobody, or not one. */
	o = a_logout("", 5);
	o.connection = "entra";
	assert_int_equal(run(&o), VERDICT_internal);
	o.session_indexes = one_index("");
	assert_int_equal(run(&o), VERDICT_internal);
	o.session_indexes = (struct strings){ 2, two };
	assert_int_equal(run(&o), VERDICT_internal);
	assert_int_equal(live(), 3);
	/* His, once; what was refused burnt nothing. */
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 2);
	assert_int_equal(run(&o), VERDICT_replayed);
	o.message_key = a_logout("", 6).message_key;
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 2);
	/* That of okta with the same name for it has gone on. */
	assert_ptr_equal(session_find(&state.sessions, s->key), s);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 2);
}

/* A session without a name of its own never ends by an empty one. */
static void
no_session_index(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in_entra("ada", ""));
	o = a_logout("", 1);
	o.connection = "entra";
	o.session_indexes = one_index("");
	assert_int_equal(run(&o), VERDICT_internal);
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
}

/* Both "sub" and "sid": only what is in both. */
static void
both_must_match(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in_entra("ada", "s1"));
	assert_non_null(sign_in_entra("ada", "s2"));
	assert_non_null(sign_in_entra("ben", "s3"));
	o = a_logout("ada", 1);
	o.connection = "entra";
	o.session_indexes = one_index("s3");
	assert_int_equal(run(&o), VERDICT_ok);
	o = a_logout("ben", 2);
	o.connection = "entra";
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_ok);
	o = a_logout("ada", 3);
	o.connection = "okta";
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 3);
	o = a_logout("ada", 4);
	o.connection = "entra";
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 2);
	/* "sub" alone: all that are left of his. */
	o = a_logout("ada", 5);
	o.connection = "entra";
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(live(), 1);
}

/* Killed before the commit: neither burnt nor ended; after it: both. */
static void
killed(void **unused)
{
	struct logout_outcome	 o;
	struct writer		 w, out;
	struct reader		 r;

	(void)unused;
	assert_non_null(sign_in_entra("ada", "s1"));
	o = a_logout("", 1);
	o.connection = "entra";
	o.session_indexes = one_index("s1");
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	wire_init(&out, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, &o);
	wire_read(&r, w.data, w.len);
	assert_true(store_begin(state.store));
	assert_int_equal(logout_outcome(&o.request, &r, &out), VERDICT_ok);
	wire_free(&w);
	wire_free(&out);
	store_rollback(state.store);
	effects_free(&state.effects);
	fixture_restart();
	assert_int_equal(live(), 1);
	assert_int_equal(query("SELECT count(*) FROM burned"), 1);
	assert_int_equal(run(&o), VERDICT_ok);
	fixture_restart();
	assert_int_equal(live(), 0);
	assert_int_equal(run(&o), VERDICT_replayed);
}

/* The store takes nothing: gone at once, also by session. */
static void
full_by_session(void **unused)
{
	struct logout_outcome	 o;

	(void)unused;
	assert_non_null(sign_in_entra("ada", "s1"));
	execute("CREATE TRIGGER full BEFORE DELETE ON stamp BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	o = a_logout("", 1);
	o.connection = "entra";
	o.session_indexes = one_index("s1");
	assert_int_equal(run(&o), VERDICT_unavailable);
	assert_int_equal(live(), 0);
	assert_true(pending_due(&state.pending));
	execute("DROP TRIGGER full");
	assert_int_equal(run(&o), VERDICT_ok);
	assert_int_equal(run(&o), VERDICT_replayed);
}

/* What goes to the provider when somebody leaves here. */
static void
follows(const char *name, const char *hint, bool expected)
{
	static unsigned int	 n = 9000;
	struct outcome		 o = an_outcome("ada", n, n);
	struct logout_start	 start;
	struct reader		 r;
	struct session		*s;

	n++;
	o.connection = "entra";
	o.identity.session_index = "s1";
	o.identity.name_id.value = name;
	o.logout_hint = (struct bytes){ (const uint8_t *)hint, strlen(hint) };
	assert_non_null(s = session_of(run_login(&o)));
	wire_reset(&state.also_octets);
	state.also = MESSAGE_none;
	assert_int_equal(logout_follow(s, &o.request), expected);
	if (!expected)
		return;
	assert_int_equal(state.also, MESSAGE_logout_start);
	assert_int_equal(state.also_to, 6);
	wire_read(&r, state.also_octets.data, state.also_octets.len);
	assert_true(logout_start_get(&r, &start));
	assert_string_equal(start.connection, "entra");
	assert_string_equal(start.name_id.value, name);
	assert_string_equal(start.session_index, "s1");
	assert_int_equal(start.hint.len, strlen(hint));
	if (*hint != '\0')
		assert_memory_equal(start.hint.data, hint, strlen(hint));
}

static void
hints(void **unused)
{
	(void)unused;
	follows("ada", "sealed", true);
	follows("ada", "", true);
	follows("", "sealed", true);
	follows("", "", false);
	state.also = MESSAGE_none;
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
		cmocka_unit_test_setup_teardown(ends_by_session, begin, end),
		cmocka_unit_test_setup_teardown(unproved, begin, end),
		cmocka_unit_test_setup_teardown(under_way, begin, end),
		cmocka_unit_test_setup_teardown(no_session_index, begin, end),
		cmocka_unit_test_setup_teardown(both_must_match, begin, end),
		cmocka_unit_test_setup_teardown(killed, begin, end),
		cmocka_unit_test_setup_teardown(full_by_session, begin, end),
		cmocka_unit_test_setup_teardown(hints, begin, end),
		cmocka_unit_test_setup_teardown(long_answer, begin, end),
		cmocka_unit_test_setup_teardown(one_stamp, begin, end),
		cmocka_unit_test_setup_teardown(full_store, begin, end),
		cmocka_unit_test_setup_teardown(pending_stamp, begin, end),
		cmocka_unit_test_setup_teardown(responses, begin, end)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
