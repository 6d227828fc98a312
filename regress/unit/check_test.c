/*
 * Units of hfssod/policy/check.c: who is asked about, and what an answer
 * does, one that was not asked for above all.
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
#include "common/provider.h"
#include "hfssod/policy/check.h"
#include "hfssod/policy/login.h"
#include "turn_fixture.h"

#define EVERY	3600

static const struct verb	 verb_check = { MESSAGE_check_outcome,
    MESSAGE_none, check_outcome, turn_none, VERB_WRITES | VERB_ALWAYS };

/* The monotonic clock: check_due goes once in a second of it. */
static int64_t	 ms;

int64_t	 __wrap_clock_ms(void);

int64_t
__wrap_clock_ms(void)
{
	return ms;
}

static size_t
live(void)
{
	return state.sessions.by_key.count;
}

/* Sign in through entra and leave this token; "" : none. */
static void
sign_in(const char *subject, const char *token)
{
	static unsigned int	 n = 100;
	struct outcome		 o = an_outcome(subject, n, n);

	n++;
	o.connection = "entra";
	o.check_token = (struct bytes){ (const uint8_t *)token,
	    strlen(token) };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
}

/* A second of housekeeping, so many seconds later; what was asked. */
static size_t
later(int64_t seconds)
{
	fixture_time += seconds;
	ms += 1000;
	forget_sent();
	check_due();
	return sent_count;
}

static struct check_start
asked(size_t i)
{
	struct check_start	 start;
	struct reader		 r;

	assert_true(i < sent_count);
	assert_int_equal(sent[i].message, MESSAGE_check_start);
	wire_read(&r, sent[i].data, sent[i].len);
	assert_true(check_start_get(&r, &start));
	return start;
}

static bool
token_is(struct bytes token, const char *text)
{
	return token.len == strlen(text) &&
	    memcmp(token.data, text, token.len) == 0;
}

/* An answer of that verifier's, without a turn's end. */
static void
say(struct peer *from, uint64_t id, struct check_outcome c)
{
	struct writer	 w;

	wire_init(&w, LIMIT_MESSAGE);
	check_outcome_put(&w, &c);
	ask_id(&verb_check, from, id, &w);
}

static struct check_outcome
an_answer(const char *subject, enum check_result result)
{
	return (struct check_outcome){ "acme", "entra", subject, result, "",
	    { NULL, 0 } };
}

/* The first that was asked is answered so. */
static void
answer(enum check_result result, const char *token)
{
	struct check_outcome	 c;
	char			 subject[64];
	uint64_t		 id = sent[0].id;

	strlcpy(subject, asked(0).subject, sizeof(subject));
	c = an_answer(subject, result);
	c.token = (struct bytes){ (const uint8_t *)token, strlen(token) };
	say(&verifier, id, c);
	end_turn();
	assert_int_equal(sent_count, 0);
}

static int64_t
tokens(void)
{
	return query("SELECT count(*) FROM check_token");
}

static int64_t
suspended(void)
{
	return query("SELECT count(*) FROM membership WHERE suspended > 0");
}

static int
begin(void **unused)
{
	fixture_begin(unused);
	acme_connections[1].check_every = EVERY;
	acme_connections[1].protocol = PROTOCOL_OIDC;
	acme.session_timeout = 100 * EVERY;
	fixture_time = clock_now();
	fixture_use();
	no_verifier = false;
	return 0;
}

static int
done(void **unused)
{
	check_free();
	forget_sent();
	return fixture_end(unused);
}

static void
there(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	/* Not yet; then once, and not again while it is open. */
	assert_int_equal(later(EVERY * 8 / 10), 0);
	assert_int_equal(later(EVERY * 2 / 10), 1);
	assert_string_equal(asked(0).organization, "acme");
	assert_string_equal(asked(0).connection, "entra");
	assert_string_equal(asked(0).subject, "ada");
	assert_true(token_is(asked(0).token, "t1"));
	assert_ptr_equal(sent[0].peer, &verifier);
	check_due();
	assert_int_equal(sent_count, 1);
	answer(CHECK_THERE, "t2");
	assert_int_equal(live(), 1);
	assert_int_equal(later(0), 0);
	assert_int_equal(later(EVERY), 1);
	assert_true(token_is(asked(0).token, "t2"));
	/* No newer one: the old one stays. */
	answer(CHECK_THERE, "");
	assert_int_equal(later(EVERY), 1);
	assert_true(token_is(asked(0).token, "t2"));
	assert_int_equal(query("SELECT count(*) FROM audit WHERE type LIKE"
	    " 'hfsso.provider%'"), 0);
}

/* Which logins leave what. */
static void
logins(void **unused)
{
	struct outcome	 o;

	(void)unused;
	sign_in("ada", "");
	assert_int_equal(tokens(), 0);
	sign_in("ada", "t1");
	sign_in("ada", "");
	assert_int_equal(later(EVERY), 1);
	assert_true(token_is(asked(0).token, "t1"));
	check_lost(6);
	sign_in("ada", "t2");
	assert_int_equal(tokens(), 1);
	assert_int_equal(later(EVERY), 1);
	assert_true(token_is(asked(0).token, "t2"));
	/* A connection that does not ask keeps none. */
	o = an_outcome("ben", 1, 1);
	o.check_token = (struct bytes){ (const uint8_t *)"t", 1 };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_int_equal(tokens(), 1);
	/* And asks nothing any more when told not to. */
	check_lost(6);
	acme_connections[1].check_every = 0;
	fixture_use();
	assert_int_equal(later(EVERY), 0);
	acme_connections[1].check_every = EVERY;
	fixture_use();
	execute("UPDATE account SET state = 2");
	assert_int_equal(later(EVERY), 0);
}

static void
gone(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	sign_in("ada", "t1");
	sign_in("ben", "");
	assert_int_equal(login_as("cyd"), VERDICT_ok);
	execute("UPDATE membership SET role = 5 WHERE account = 1;"
	    "INSERT INTO grants VALUES (1, 1, 1, '', 4);"
	    "UPDATE account SET display_name = 'Ada'");
	fixture_restart();
	assert_int_equal(live(), 4);
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_GONE, "");
	/* His alone, in memory and store; he keeps what he had. */
	assert_int_equal(live(), 2);
	assert_null(session_person(&state.sessions, 1));
	assert_int_equal(query("SELECT count(*) FROM session"), 2);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 2);
	assert_int_equal(suspended(), 1);
	assert_int_equal(tokens(), 0);
	assert_int_equal(query("SELECT role FROM membership"
	    " WHERE account = 1"), 5);
	assert_int_equal(query("SELECT members FROM organization"), 3);
	assert_int_equal(query("SELECT count(*) FROM grants"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.provider_gone'"), 1);
	assert_int_equal(later(EVERY), 0);
	fixture_restart();
	assert_int_equal(live(), 2);
	/* Until his next good login, which is told. */
	sign_in("ada", "t3");
	assert_int_equal(live(), 3);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.provider_back'"), 1);
	sign_in("ada", "");
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.provider_back'"), 1);
}

/* A refused login lifts nothing. */
static void
stays_suspended(void **unused)
{
	struct outcome	 o;

	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_GONE, "");
	o = an_outcome("ada", 1, 1);
	o.connection = "entra";
	o.verdict = VERDICT_attribute_required;
	assert_int_equal(run_login(&o)->verdict, VERDICT_attribute_required);
	acme.default_role = ROLE_NONE;
	fixture_use();
	o.verdict = VERDICT_ok;
	assert_int_equal(run_login(&o)->verdict, VERDICT_no_role);
	assert_int_equal(suspended(), 1);
	assert_int_equal(live(), 0);
}

/* Nothing that was not asked, of whom it was asked, counts. */
static void
forged(void **unused)
{
	struct check_outcome	 c;
	uint64_t		 id;

	(void)unused;
	sign_in("ada", "t1");
	sign_in("ben", "");
	/* Never asked. */
	say(&verifier, 1, an_answer("ada", CHECK_GONE));
	say(&verifier, 0, an_answer("ben", CHECK_GONE));
	end_turn();
	assert_int_equal(live(), 2);
	assert_int_equal(later(EVERY), 1);
	id = sent[0].id;
	/* About another, of another connection, by another, with another id. */
	say(&verifier, id, an_answer("ben", CHECK_GONE));
	say(&verifier, id, an_answer("ad", CHECK_GONE));
	say(&verifier, id + 1, an_answer("ada", CHECK_GONE));
	say(&verifier_apart, id, an_answer("ada", CHECK_GONE));
	c = an_answer("ada", CHECK_GONE);
	c.connection = "okta";
	say(&verifier, id, c);
	c.connection = "entra";
	c.organization = "beta";
	say(&verifier, id, c);
	end_turn();
	assert_int_equal(sent_count, 0);
	assert_int_equal(live(), 2);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 1);
	/* It is still open: the right one counts, once. */
	say(&verifier, id, an_answer("ada", CHECK_THERE));
	say(&verifier, id, an_answer("ada", CHECK_GONE));
	end_turn();
	say(&verifier, id, an_answer("ada", CHECK_GONE));
	end_turn();
	assert_int_equal(live(), 2);
	assert_int_equal(suspended(), 0);
}

/* The organization has gone to another verifier meanwhile. */
static void
moved(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	acme.verifier_group = "apart";
	fixture_use();
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 1);
	assert_int_equal(suspended(), 0);
	/* And is asked about there. */
	assert_int_equal(later(1), 1);
	assert_ptr_equal(sent[0].peer, &verifier_apart);
}

/*
 * A provider may use up a token as it gives the next one: that one counts,
 * though something else kept us from knowing.
 */
static void
unknown_with_token(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_UNKNOWN, "t2");
	assert_int_equal(query("SELECT token = CAST('t2' AS BLOB)"
	    " FROM check_token"), 1);
	assert_int_equal(query("SELECT failures FROM check_token"), 1);
	assert_int_equal(live(), 1);
}

static void
unknown(void **unused)
{
	int	 i;

	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_UNKNOWN, "");
	assert_int_equal(live(), 1);
	assert_int_equal(suspended(), 0);
	/* Longer and longer, never longer than the time between checks. */
	assert_int_equal(later(CHECK_RETRY - 2), 0);
	assert_int_equal(later(CHECK_RETRY / 3), 1);
	answer(CHECK_UNKNOWN, "");
	assert_int_equal(later(2 * CHECK_RETRY - 2), 0);
	assert_int_equal(later(2 * CHECK_RETRY / 3), 1);
	for (i = 0; i < 15; i++) {
		answer(CHECK_UNKNOWN, "");
		assert_int_equal(later(EVERY), 1);
	}
	assert_int_equal(query("SELECT failures FROM check_token"), 17);
	answer(CHECK_THERE, "");
	assert_int_equal(query("SELECT failures FROM check_token"), 0);
	assert_int_equal(live(), 1);
	assert_int_equal(query("SELECT count(*) FROM audit WHERE type LIKE"
	    " 'hfsso.provider%'"), 0);
}

static void
unreadable(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_UNREADABLE, "");
	assert_int_equal(live(), 1);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 0);
	assert_int_equal(query("SELECT count(*) FROM audit WHERE"
	    " type = 'hfsso.provider_check_lost'"), 1);
}

/* A login says more than the answer about an older token. */
static void
overtaken(void **unused)
{
	struct check_start	 start;

	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	sign_in("ada", "t2");
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 2);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 1);
	assert_int_equal(later(EVERY), 1);
	start = asked(0);
	assert_true(token_is(start.token, "t2"));
	/* Without a new token: the old one is dead, he is not. */
	fixture_time++;
	sign_in("ada", "");
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 3);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 0);
}

/* Not all at once, and not one connection before all others. */
static void
batches(void **unused)
{
	char	 subject[16], token[16];
	int	 i;

	(void)unused;
	for (i = 0; i < 30; i++) {
		snprintf(subject, sizeof(subject), "user%d", i);
		snprintf(token, sizeof(token), "t%d", i);
		sign_in(subject, token);
	}
	assert_int_equal(later(EVERY), CHECKS_EACH);
	assert_int_equal(later(1), 0);
	/* An answer makes room, also before the second is over. */
	check_lost(6);
	assert_int_equal(later(1), CHECKS_EACH);
	answer(CHECK_THERE, "");
	check_due();
	assert_int_equal(sent_count, 1);
	/* The verifier is away: nothing; then those it lost are due again. */
	no_verifier = true;
	check_lost(6);
	assert_int_equal(later(1), 0);
	no_verifier = false;
	assert_int_equal(later(1), CHECKS_EACH);
	/* One that never answers is given up. */
	assert_int_equal(later(CHECK_SECONDS - 1), 0);
	assert_int_equal(later(3), CHECKS_EACH);
}

/* He is signed in to another organization too: that goes on. */
static void
elsewhere(void **unused)
{
	struct session	*s;

	(void)unused;
	sign_in("ada", "t1");
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (50, 'beta', 'beta', 'managed', 1, 0);"
	    "INSERT INTO connection (id, organization, name, present, created)"
	    " VALUES (60, 50, 'sso', 1, 0);"
	    "INSERT INTO membership VALUES (50, 1, 3, 1, 0, 0, 60, NULL, 0,"
	    " NULL);"
	    "INSERT INTO stamp SELECT session, 50, 60, since, expires, '',"
	    " name_id, hint FROM stamp");
	fixture_restart();
	s = session_person(&state.sessions, 1)->sessions;
	assert_int_equal(s->stamp_count, 2);
	assert_int_equal(s->person->account->member_count, 2);
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 1);
	assert_int_equal(s->stamp_count, 1);
	assert_string_equal(s->stamps[0].organization->name, "beta");
	/* Even a stamp that were left would have no role. */
	assert_int_equal(s->person->account->member_count, 1);
	assert_int_equal(query("SELECT organization FROM stamp"), 50);
	assert_int_equal(query("SELECT suspended FROM membership"
	    " WHERE organization = 50"), 0);
}

/* Signing in, and being found gone, in one turn. */
static void
same_turn(void **unused)
{
	static const struct verb	 verb_login = {
	    MESSAGE_login_outcome, MESSAGE_login_answer, login_outcome,
	    login_refuse, VERB_REQUEST | VERB_WRITES | VERB_ALWAYS };
	struct outcome			 o = an_outcome("ada", 1, 1);
	struct writer			 w;
	uint64_t			 id;

	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	id = sent[0].id;
	o.connection = "entra";
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, &o);
	ask(&verb_login, &verifier, &w);
	say(&verifier, id, an_answer("ada", CHECK_GONE));
	end_turn();
	assert_int_equal(sent_count, 1);
	assert_int_equal(live(), 0);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 0);
	assert_int_equal(suspended(), 1);
}

/* The store takes nothing: it holds at once, and is written later. */
static void
full_gone(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	execute("CREATE TRIGGER full BEFORE UPDATE ON membership BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 0);
	assert_true(pending_due(&state.pending));
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 1);
	/* Not asked again meanwhile. */
	assert_int_equal(later(1), 0);
	assert_int_equal(suspended(), 0);
	execute("DROP TRIGGER full");
	assert_int_equal(later(1), 0);
	assert_int_equal(suspended(), 1);
	assert_int_equal(tokens(), 0);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.provider_gone'"), 1);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	assert_int_equal(later(EVERY), 0);
}

/* A token that was replaced at the provider is not lost. */
static void
full_there(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	execute("CREATE TRIGGER full BEFORE UPDATE ON check_token BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	answer(CHECK_THERE, "t2");
	assert_int_equal(later(EVERY), 0);
	execute("DROP TRIGGER full");
	assert_int_equal(later(1), 0);
	assert_int_equal(later(EVERY), 1);
	assert_true(token_is(asked(0).token, "t2"));
	assert_int_equal(live(), 1);
}

/* Found gone, unwritten, and signed in again before it could be. */
static void
full_and_back(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	assert_int_equal(later(EVERY), 1);
	execute("CREATE TRIGGER full BEFORE UPDATE OF suspended ON membership"
	    " WHEN new.suspended > 0 BEGIN SELECT RAISE(ABORT, 'full'); END");
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 0);
	fixture_time++;
	sign_in("ada", "");
	execute("DROP TRIGGER full");
	assert_int_equal(later(1), 0);
	assert_int_equal(live(), 1);
	assert_int_equal(suspended(), 0);
	assert_int_equal(tokens(), 0);
}

/* The last admin has no protection from his provider. */
static void
last_admin(void **unused)
{
	(void)unused;
	sign_in("ada", "t1");
	execute("UPDATE membership SET role = 5");
	fixture_restart();
	assert_int_equal(later(EVERY), 1);
	answer(CHECK_GONE, "");
	assert_int_equal(live(), 0);
	assert_int_equal(suspended(), 1);
	assert_int_equal(query("SELECT admins FROM organization"), 1);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, begin, done)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(there), UNIT(logins), UNIT(gone), UNIT(stays_suspended),
		UNIT(forged), UNIT(moved), UNIT(unknown), UNIT(unreadable),
		UNIT(unknown_with_token),
		UNIT(overtaken), UNIT(batches), UNIT(elsewhere),
		UNIT(same_turn), UNIT(full_gone), UNIT(full_there),
		UNIT(full_and_back), UNIT(last_admin)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
