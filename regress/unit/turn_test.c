/*
 * Units of hfssod/policy/turn.c with the handlers that run in it: answers
 * after the commit, and what a store that fails does to a turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/record.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/login.h"
#include "hfssod/policy/loginkey.h"
#include "hfssod/policy/logout.h"
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "turn_fixture.h"

#define VERB(name, answer, refuse, flags) static const struct verb \
    verb_##name = { MESSAGE_##name, MESSAGE_##answer, name, refuse, flags }
VERB(login_outcome, login_answer, login_refuse,
    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS);
VERB(key_request, key_offer, key_refuse, VERB_WRITES);
VERB(access_check, access_answer, access_refuse, VERB_REQUEST);
VERB(session_show, session_shown, session_show_refuse, VERB_REQUEST);
VERB(session_end, session_ended, session_end_refuse,
    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS);
VERB(session_revoke, ctl_result, result_refuse, VERB_WRITES | VERB_ALWAYS);
VERB(member_role, ctl_result, result_refuse, VERB_WRITES);

/* --- questions --------------------------------------------------------- */

static char	 cookie[64];	/* of the login that was last answered ok */

static struct request
a_request(uint64_t id)
{
	struct request	 q;

	memset(&q, 0, sizeof(q));
	q.id = id;
	q.host = "hub.example.com";
	q.credential = CREDENTIAL_SESSION;
	q.secret = (struct bytes){ (uint8_t *)cookie, strlen(cookie) };
	return q;
}

static void
ask_login(const char *subject, unsigned int n, uint64_t origin)
{
	struct outcome	 o = an_outcome(subject, n, n);
	struct writer	 w;

	o.origin = origin;
	o.request.id = n;
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, &o);
	ask(&verb_login_outcome, &verifier, &w);
}

static void
ask_access(uint64_t id)
{
	struct access_check	 c;
	struct writer		 w;

	memset(&c, 0, sizeof(c));
	c.request = a_request(id);
	c.safe = c.plain = true;
	c.path = "/x";
	wire_init(&w, LIMIT_MESSAGE);
	access_check_put(&w, &c);
	ask(&verb_access_check, &gate, &w);
}

static void
ask_end(const char *token)
{
	struct session_end	 e;
	struct writer		 w;

	e.request = a_request(9);
	e.form_token = token;
	wire_init(&w, LIMIT_MESSAGE);
	session_end_put(&w, &e);
	ask(&verb_session_end, &http, &w);
}

static void
ask_control(const struct verb *verb, const char *organization,
    const char *name, const char *role, bool force)
{
	struct ctl_question	 q = { organization, name, role, "", "", force,
	    { 0, NULL } };
	struct writer		 w;

	wire_init(&w, LIMIT_MESSAGE);
	wire_put_string(&w, "uid 0");
	ctl_question_put(&w, &q);
	ask(verb, &parent, &w);
}

/* The verdict, with which every answer here begins. */
static enum verdict
verdict(size_t i)
{
	struct reader	 r;

	assert_in_range(i, 0, sent_count - 1);
	wire_read(&r, sent[i].data, sent[i].len);
	return (enum verdict)wire_get_u16(&r);
}

static void
login(const char *subject, unsigned int n)
{
	struct login_answer	 a;
	struct reader		 r;

	ask_login(subject, n, 5);
	end_turn();
	assert_int_equal(sent_count, 1);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(login_answer_get(&r, &a));
	assert_int_equal(a.verdict, VERDICT_ok);
	strlcpy(cookie, a.session, sizeof(cookie));
}

/* An application, so that access has something to say. */
static int
setup(void **unused)
{
	static struct policy_application	 app;

	fixture_begin(unused);
	memset(&app, 0, sizeof(app));
	app.host = "hub.example.com";
	app.organization = "acme";
	state.view->applications = calloc(1, sizeof(app));
	assert_non_null(state.view->applications);
	state.view->applications[0] = app;
	state.view->application_count = 1;
	return 0;
}

/* --- the tests --------------------------------------------------------- */

static void
answers(void **unused)
{
	(void)unused;
	ask_login("u1", 1, 5);
	ask_login("u2", 2, 5);
	ask_login("u3", 1, 5);		/* a replay within the turn */
	assert_int_equal(state.sessions.by_key.count, 0);
	end_turn();
	assert_int_equal(sent_count, 3);
	assert_int_equal(verdict(0), VERDICT_ok);
	assert_int_equal(verdict(1), VERDICT_ok);
	assert_int_equal(verdict(2), VERDICT_replayed);
	assert_ptr_equal(sent[0].peer, &http);
	assert_int_equal(sent[0].message, MESSAGE_login_answer);
	assert_int_equal(sent[1].id, 2);
	assert_int_equal(state.sessions.by_key.count, 2);
	login("u1", 3);
	ask_access(7);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_ok);
	assert_int_equal(sent[0].id, 42);
	assert_ptr_equal(sent[0].peer, &gate);
	end_turn();
	assert_int_equal(sent_count, 0);
}

/* A verifier can't have an answer go to whom it does not belong. */
static void
wrong_origins(void **unused)
{
	(void)unused;
	ask_login("u1", 1, 6);
	ask_login("u1", 2, 7);
	ask_login("u1", 3, 99);
	ask_login("u1", 4, 0);
	end_turn();
	assert_int_equal(sent_count, 0);
}

/*
 * After its answer, what the identity provider calls the session that has
 * ended went to its verifier, for the http process that asked.
 */
static void
told_verifier(const char *name)
{
	struct logout_start	 s;
	struct session_ended	 e;
	struct reader		 r;

	assert_int_equal(sent_count, 2);
	assert_ptr_equal(sent[0].peer, &http);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(session_ended_get(&r, &e));
	assert_true(e.follows);
	assert_ptr_equal(sent[1].peer, &verifier);
	assert_int_equal(sent[1].message, MESSAGE_logout_start);
	assert_int_equal(sent[1].id, sent[0].id);
	wire_read(&r, sent[1].data, sent[1].len);
	assert_true(logout_start_get(&r, &s));
	assert_int_equal(s.origin, http.instance);
	assert_string_equal(s.organization, "acme");
	assert_string_equal(s.connection, "okta");
	assert_string_equal(s.name_id.value, name);
}

/* A session that ends without a verifier, or without a commit. */
static void
nobody_told(void **unused)
{
	struct session_ended	 e;
	struct session_view	 v;
	struct writer		 w;
	struct reader		 r;
	struct request		 q;
	char			 token[80];
	int			 i;

	(void)unused;
	for (i = 0; i < 2; i++) {
		login("u1", 10 + (unsigned int)i);
		q = a_request(1);
		wire_init(&w, LIMIT_MESSAGE);
		request_put(&w, &q);
		ask(&verb_session_show, &http, &w);
		end_turn();
		wire_read(&r, sent[0].data, sent[0].len);
		assert_true(session_view_get(&r, &v));
		strlcpy(token, v.form_token, sizeof(token));
		session_view_free(&v);
		no_verifier = i == 0;
		if (i == 1)
			execute("CREATE TRIGGER full BEFORE DELETE ON session"
			    " BEGIN SELECT RAISE(ABORT, 'full'); END");
		ask_end(token);
		end_turn();
		assert_int_equal(sent_count, 1);
		wire_read(&r, sent[0].data, sent[0].len);
		assert_true(session_ended_get(&r, &e));
		assert_false(e.follows);
		assert_int_equal(e.verdict, i == 0 ? VERDICT_ok :
		    VERDICT_unavailable);
		no_verifier = false;
	}
}

static void
credentials(void **unused)
{
	struct session_view	 v;
	struct writer		 w;
	struct reader		 r;
	struct request		 q;
	char			 token[80];

	(void)unused;
	cookie[0] = '\0';
	ask_access(1);
	ask_end("");
	end_turn();
	assert_int_equal(verdict(0), VERDICT_signin_required);
	assert_int_equal(verdict(1), VERDICT_signin_required);
	login("u1", 1);
	q = a_request(1);
	wire_init(&w, LIMIT_MESSAGE);
	request_put(&w, &q);
	ask(&verb_session_show, &http, &w);
	end_turn();
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(session_view_get(&r, &v));
	assert_string_equal(v.name, "u1");
	assert_int_equal(v.stamp_count, 1);
	strlcpy(token, v.form_token, sizeof(token));
	session_view_free(&v);
	ask_end("");
	ask_end("0123");
	token[0] ^= 1;
	ask_end(token);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_token_mismatch);
	assert_int_equal(verdict(1), VERDICT_token_mismatch);
	assert_int_equal(verdict(2), VERDICT_token_mismatch);
	token[0] ^= 1;
	ask_end(token);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_ok);
	told_verifier("u1");
	ask_access(1);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_signin_required);
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 0);
}

/* Logins are refused, sessions go on, memory and store agree. */
static void
full_store(void **unused)
{
	unsigned int	 n;
	size_t		 i, ok = 0, refused = 0;

	(void)unused;
	login("u0", 1);
	store_limit(state.store, 1);
	for (n = 2; n < 3000 && refused == 0; n += 4) {
		char	 who[16];

		snprintf(who, sizeof(who), "user%u", n);
		ask_login(who, n, 5);
		ask_access(7);
		ask_login(who, n + 1, 5);
		ask_login("u0", n + 2, 5);
		end_turn();
		assert_int_equal(sent_count, 4);
		assert_int_equal(verdict(1), VERDICT_ok);
		for (i = 0; i < 4; i++) {
			if (verdict(i) == VERDICT_unavailable)
				refused++;
			else
				ok += i != 1;
		}
	}
	assert_true(refused > 0);
	assert_int_equal(state.sessions.by_key.count, ok + 1);
	assert_int_equal(query("SELECT count(*) FROM session"), ok + 1);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	store_limit(state.store, 0);
	login("u0", n);
	fixture_restart();
	assert_int_equal(state.sessions.by_key.count, ok + 2);
}

/* SQLite ended the transaction: nothing of the turn may count. */
static void
lost_transaction(void **unused)
{
	(void)unused;
	login("u0", 1);
	ask_login("u1", 2, 5);
	ask_access(1);
	store_rollback(state.store);	/* as SQLite would by itself */
	ask_login("u2", 3, 5);
	ask_access(1);
	end_turn();
	assert_int_equal(sent_count, 4);
	assert_int_equal(verdict(0), VERDICT_unavailable);
	assert_int_equal(verdict(1), VERDICT_ok);
	assert_int_equal(verdict(2), VERDICT_unavailable);
	assert_int_equal(verdict(3), VERDICT_ok);
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	login("u1", 2);		/* nothing was burned */
}

/* A revocation holds at once, is answered unavailable, and is repeated. */
static void
revocation_without_a_store(void **unused)
{
	(void)unused;
	login("u0", 1);
	login("u1", 2);
	ask_login("u2", 3, 5);
	store_rollback(state.store);
	ask_control(&verb_session_revoke, "acme", "u1", "", false);
	end_turn();
	assert_int_equal(sent_count, 2);
	assert_int_equal(verdict(1), VERDICT_unavailable);
	ask_access(1);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_signin_required);
	assert_int_equal(query("SELECT count(*) FROM session"), 2);
	assert_true(pending_due(&state.pending));
	assert_true(store_begin(state.store));
	pending_write(&state.pending, state.store);
	assert_true(store_commit(state.store));
	pending_written(&state.pending);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	fixture_restart();
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_true(session_live(session_person(&state.sessions,
	    1)->sessions, clock_now()));
}

static void
control(void **unused)
{
	char	 handle[SESSION_HANDLE];

	(void)unused;
	login("u0", 1);
	login("u1", 2);
	ask_control(&verb_member_role, "acme", "u1", "admin", false);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_ok);
	assert_ptr_equal(sent[0].peer, &parent);
	assert_int_equal(session_person(&state.sessions,
	    2)->account->members[0].role, ROLE_ADMIN);
	/* One who can't sign in is nobody to fall back on. */
	execute("UPDATE membership SET role = 5; UPDATE account SET state = 2"
	    " WHERE name = 'u0'");
	ask_control(&verb_member_role, "acme", "u1", "read", false);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_last_admin);
	execute("UPDATE account SET state = 1; UPDATE membership SET role = 2"
	    " WHERE account = 1");
	ask_control(&verb_member_role, "acme", "u1", "read", false);
	ask_control(&verb_member_role, "acme", "u1", "owner", false);
	ask_control(&verb_member_role, "acme", "u9", "read", false);
	ask_control(&verb_member_role, "beta", "u1", "read", false);
	ask_control(&verb_session_revoke, "", "0000", "", false);
	ask_control(&verb_session_revoke, "acme", "u9", "", false);
	ask_control(&verb_session_revoke, "beta", "u1", "", false);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_last_admin);
	assert_int_equal(verdict(1), VERDICT_bad_request);
	assert_int_equal(verdict(2), VERDICT_no_member_named);
	assert_int_equal(verdict(3), VERDICT_no_organization_named);
	assert_int_equal(verdict(4), VERDICT_no_session_named);
	assert_int_equal(verdict(5), VERDICT_no_member_named);
	assert_int_equal(verdict(6), VERDICT_no_organization_named);
	ask_control(&verb_member_role, "acme", "U1", "read", true);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_ok);
	assert_int_equal(query("SELECT admins FROM organization"), 0);
	session_handle(session_person(&state.sessions, 2)->sessions, handle);
	ask_control(&verb_session_revoke, "", handle, "", false);
	end_turn();
	assert_int_equal(verdict(0), VERDICT_ok);
	assert_int_equal(state.sessions.by_key.count, 1);
	/* A login and its revocation in the same turn. */
	ask_login("u0", 3, 5);
	ask_control(&verb_session_revoke, "acme", "u0", "", false);
	end_turn();
	assert_int_equal(verdict(1), VERDICT_ok);
	assert_int_equal(state.sessions.by_key.count, 0);
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
	assert_int_equal(query("SELECT count(*) FROM audit WHERE type ="
	    " 'hfsso.session_revoke'"), 2);
}

/* The answer's strings point into what was sent last. */
static void
keys(struct login_keys *k)
{
	struct writer	 w;
	struct reader	 r;

	wire_init(&w, 1);
	ask(&verb_key_request, &verifier, &w);
	end_turn();
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(login_keys_get(&r, k));
}

static void
login_keys(void **unused)
{
	struct login_keys	 a, b;
	uint8_t			 key[LOGIN_KEY];

	(void)unused;
	fixture_time = 2000000000;
	keys(&a);
	assert_true(a.id[0] != 0);
	assert_true(a.id[1] == 0);
	assert_int_equal(a.renew, fixture_time + 86400);
	memcpy(key, a.key[0].data, LOGIN_KEY);
	fixture_restart();
	keys(&b);
	assert_true(a.id[0] == b.id[0]);
	assert_memory_equal(b.key[0].data, key, LOGIN_KEY);
	/* Another group has another key. */
	verifier.group = "other";
	keys(&b);
	assert_true(a.id[0] != b.id[0]);
	assert_memory_not_equal(b.key[0].data, key, LOGIN_KEY);
	verifier.group = "default";
	/* The next day: a new one, and the old one beside it. */
	fixture_time += 86400;
	keys(&b);
	assert_true(b.id[0] != a.id[0]);
	assert_true(b.id[1] == a.id[0]);
	assert_memory_equal(b.key[1].data, key, LOGIN_KEY);
	fixture_time += 3 * 86400;
	keys(&b);
	assert_true(b.id[1] == 0);
}

static int
done(void **unused)
{
	forget_sent();
	return fixture_end(unused);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, setup, done)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(answers), UNIT(wrong_origins), UNIT(nobody_told),
		UNIT(credentials),
		UNIT(full_store), UNIT(lost_transaction),
		UNIT(revocation_without_a_store), UNIT(control),
		UNIT(login_keys)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
