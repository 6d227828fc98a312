/*
 * Units of connection tests (hfssod/policy/report.c and login.c): what they
 * say, and that nothing is made of them.
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
#include "hfssod/policy/login.h"
#include "hfssod/policy/report.h"
#include "turn_fixture.h"

static const struct verb	 verb_login = { MESSAGE_login_outcome,
    MESSAGE_login_answer, login_outcome, login_refuse,
    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS };
static struct login_answer	 answer;	/* the last one */

/* Rows of every table but audit and meta, and of it the tests. */
static int64_t
rows(void)
{
	return query("SELECT (SELECT count(*) FROM account)"
	    " + (SELECT count(*) FROM identity) * 100"
	    " + (SELECT count(*) FROM membership) * 10000"
	    " + (SELECT count(*) FROM session) * 1000000"
	    " + (SELECT count(*) FROM stamp) * 100000000"
	    " + (SELECT count(*) FROM burned) * 10000000000"
	    " + (SELECT count(*) FROM grants) * 1000000000000"
	    " + (SELECT count(*) FROM check_token) * 100000000000000"
	    " + (SELECT count(*) FROM name_used) * 1000000000000000"
	    " + (SELECT count(*) FROM refusal) * 10000000000000000"
	    " + (SELECT count(*) FROM login_key) * 100000000000000000"
	    " + (SELECT count(*) FROM document) * 1000000000000000000"
	    " + (SELECT sum(login_at) FROM membership)");
}

/* One turn; by this verifier. */
static enum verdict
run(struct outcome *o, struct peer *from)
{
	struct writer	 w;
	struct reader	 r;

	login_answer_free(&answer);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, o);
	ask(&verb_login, from, &w);
	end_turn();
	assert_int_equal(sent_count, 1);
	assert_ptr_equal(sent[0].peer, &http);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(login_answer_get(&r, &answer));
	assert_string_equal(answer.session, "");
	assert_string_equal(answer.return_to, "");
	assert_int_equal(answer.expires, 0);
	assert_false(answer.restart);
	return answer.verdict;
}

/* A test, and that it left nothing. */
static enum verdict
test(struct outcome *o)
{
	int64_t		 before, audits, sessions;
	enum verdict	 v;

	o->test = true;
	before = rows();
	audits = query("SELECT count(*) FROM audit");
	sessions = (int64_t)state.sessions.by_key.count;
	v = run(o, &verifier);
	assert_true(answer.test);
	assert_int_equal(rows(), before);
	assert_int_equal(state.sessions.by_key.count, sessions);
	assert_int_equal(state.refusals.table.count, 0);
	assert_int_equal(query("SELECT count(*) FROM audit"), audits + 1);
	assert_int_equal(query("SELECT count(*) FROM audit WHERE"
	    " type = 'hfsso.connection_test' AND"
	    " id = (SELECT max(id) FROM audit)"), 1);
	return v;
}

/* How many lines have that name and a value that contains that. */
static int
says(enum report part, const char *name, const char *value)
{
	size_t	 i;
	int	 n = 0;

	for (i = 0; i < answer.report_count; i++)
		if (answer.report[i].part == part &&
		    strcmp(answer.report[i].name, name) == 0 &&
		    strstr(answer.report[i].value, value) != NULL)
			n++;
	return n;
}

static struct outcome
a_test(const char *subject, unsigned int n)
{
	static struct received	 received[2];
	static const char	*mail[] = { "ada@example.com" };
	static const char	*groups[] = { "nlp-team", "x" };
	struct outcome		 o = an_outcome(subject, n, n);

	received[0].name = "mail";
	received[0].values = (struct strings){ 1, mail };
	received[1].name = "groups";
	received[1].values = (struct strings){ 2, groups };
	o.received = received;
	o.received_count = 2;
	return o;
}

static void
of_somebody_new(void **unused)
{
	static const char	*roles[] = { "dev", "staff" };
	static const char	*groups[] = { "nlp-team", "x" };
	struct outcome		 o = a_test("ada.l", 1);

	(void)unused;
	o.identity.roles = (struct strings){ 2, roles };
	o.identity.groups = (struct strings){ 2, groups };
	o.identity.email = "ada@example.com";
	o.identity.email_vouched = true;
	o.identity.given = "Ada";
	o.identity.family = "L";
	o.check_token = (struct bytes){ (const uint8_t *)"t", 1 };
	acme_connections[0].check_every = 60;
	fixture_use();
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RESULT, "Verdict", "ok"), 1);
	assert_int_equal(says(REPORT_RESULT, "Account",
	    "ada-l, which would be made"), 1);
	assert_int_equal(says(REPORT_RESULT, "State", "enabled"), 1);
	assert_int_equal(says(REPORT_RESULT, "Session length",
	    "1000 seconds"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Subject", "ada.l"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "E-mail", "ada@example"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "E-mail vouched for", "yes"),
	    1);
	assert_int_equal(says(REPORT_IDENTITY, "Display name", "Ada L"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role", "write"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role from",
	    "role map \"dev\" to write"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Resource group",
	    "nlp write (\"nlp-team\")"), 1);
	assert_int_equal(says(REPORT_RECEIVED, "mail", "ada@example.com"), 1);
	assert_int_equal(says(REPORT_RECEIVED, "groups", ""), 2);
	/* Again: nothing was burnt. */
	assert_int_equal(test(&o), VERDICT_ok);
	/* And a real login with the same keys still counts. */
	o.test = false;
	o.received_count = 0;
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	o.test = true;
	assert_int_equal(test(&o), VERDICT_replayed);
	assert_int_equal(says(REPORT_IDENTITY, "Subject", ""), 0);
}

static void
of_a_member(void **unused)
{
	static const char	*roles[] = { "hub-admins" };
	struct outcome		 o = a_test("ada", 1);
	int64_t			 at;

	(void)unused;
	o.received_count = 0;
	o.identity.roles = (struct strings){ 1, roles };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	at = query("SELECT login_at FROM membership");
	fixture_time = clock_now() + 100;
	o = a_test("ada", 2);
	o.identity.name = "Changed";
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RESULT, "Account",
	    "ada, which is there ("), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role", "read"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role from", "no line"), 1);
	/* He stays what he is. */
	assert_int_equal(query("SELECT role FROM membership"), ROLE_ADMIN);
	assert_int_equal(query("SELECT login_at FROM membership"), at);
	assert_int_equal(query("SELECT display_name = '' FROM account"), 1);
	o = a_test("ada", 3);
	o.identity.roles_overage = o.identity.groups_overage = true;
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_IDENTITY, "Role", "admin"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role from",
	    "values of the last login"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Resource groups",
	    "those of the last login"), 1);
	execute("UPDATE membership SET suspended = 5");
	o = a_test("ada", 4);
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RESULT, "Membership", "suspended"), 1);
	assert_int_equal(query("SELECT suspended FROM membership"), 5);
}

/* Every refusal, by name; and no role taken for it. */
static void
refusals(void **unused)
{
	struct outcome	 o = an_outcome("ada", 1, 1);

	(void)unused;
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	/* His userName through another connection. */
	o = a_test("other", 2);
	o.connection = "entra";
	o.identity.username = "ada";
	assert_int_equal(test(&o), VERDICT_account_conflict);
	assert_int_equal(says(REPORT_RESULT, "Verdict", "account_conflict"),
	    1);
	assert_int_equal(says(REPORT_RESULT, "Detail", "userName"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role", "read"), 1);
	assert_int_equal(says(REPORT_RESULT, "Account", ""), 0);
	assert_int_equal(says(REPORT_RESULT, "Session length", ""), 0);
	/* Ended, and the provider gives no role: his session goes on. */
	acme.default_role = ROLE_NONE;
	fixture_use();
	o = a_test("ada", 3);
	assert_int_equal(test(&o), VERDICT_no_role);
	assert_int_equal(says(REPORT_IDENTITY, "Role", "none"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Role from", "deny"), 1);
	assert_int_equal(state.sessions.by_key.count, 1);
	acme.default_role = ROLE_READ;
	acme_connections[0].jit = false;
	fixture_use();
	o = a_test("ben", 4);
	assert_int_equal(test(&o), VERDICT_account_unknown);
	execute("UPDATE account SET state = 2");
	o = a_test("ada", 5);
	assert_int_equal(test(&o), VERDICT_account_ended);
	assert_int_equal(says(REPORT_RESULT, "Account", "deactivated"), 1);
	/* verifier's own, with what it proved. */
	o = a_test("", 6);
	o.verdict = VERDICT_attribute_required;
	o.detail = "hd is missing";
	assert_int_equal(test(&o), VERDICT_attribute_required);
	assert_int_equal(says(REPORT_RESULT, "Detail", "hd is missing"), 1);
	assert_int_equal(says(REPORT_RECEIVED, "mail", "ada@"), 1);
	assert_int_equal(says(REPORT_IDENTITY, "Subject", ""), 0);
	o = a_test("", 7);
	assert_int_equal(test(&o), VERDICT_subject_missing);
	o = a_test("ada", 8);
	o.identity.session_ends = 5;
	execute("UPDATE account SET state = 1");
	assert_int_equal(test(&o), VERDICT_session_expired);
	o = a_test("ada", 9);
	o.message_until = clock_now() - 10000;
	assert_int_equal(test(&o), VERDICT_saml_expired);
	acme_connections[0].protocol = PROTOCOL_OIDC;
	fixture_use();
	assert_int_equal(test(&o), VERDICT_oidc_expired);
	o = a_test("ada", 10);
	o.message_key.len = 0;
	assert_int_equal(test(&o), VERDICT_internal);
	o = a_test("ada", 11);
	o.restart = true;
	assert_int_equal(test(&o), VERDICT_ok);
}

/* Not in use yet, or switched off: a test goes all the same. */
static void
disabled(void **unused)
{
	struct outcome	 o = a_test("ada", 1);

	(void)unused;
	acme_connections[0].enabled = false;
	fixture_use();
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RESULT, "State",
	    "disabled in the configuration"), 1);
	o = an_outcome("ada", 1, 1);
	assert_int_equal(run_login(&o)->verdict, VERDICT_connection_disabled);
	refusals_written(&state.refusals);
	acme_connections[0].enabled = true;
	fixture_use();
	directory_connection_id(state.directory, 1)->off = true;
	o = a_test("ada", 1);
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RESULT, "State", "switched off"), 1);
	o = an_outcome("ada", 1, 1);
	assert_int_equal(run_login(&o)->verdict, VERDICT_connection_disabled);
	assert_int_equal(query("SELECT count(*) FROM account"), 0);
}

/* A verifier of another group learns nothing. */
static void
strangers(void **unused)
{
	struct outcome	 o = a_test("ada", 1);

	(void)unused;
	assert_int_equal(login_as("ada"), VERDICT_ok);
	o.test = true;
	assert_int_equal(run(&o, &verifier_apart), VERDICT_wrong_group);
	assert_false(answer.test);
	assert_int_equal(answer.report_count, 0);
	o.verdict = VERDICT_saml_signature;
	assert_int_equal(run(&o, &verifier_apart), VERDICT_wrong_group);
	assert_int_equal(answer.report_count, 0);
	o.connection = "none";
	assert_int_equal(run(&o, &verifier), VERDICT_unknown_organization);
	assert_int_equal(answer.report_count, 0);
	o.connection = "okta";
	o.verdict = VERDICT_ok;
	execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	assert_int_equal(run(&o, &verifier), VERDICT_unavailable);
	assert_int_equal(answer.report_count, 0);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.connection_test'"), 0);
}

/* More than a page or a message holds is cut, and said to be. */
static void
much(void **unused)
{
	static struct received	 received[RECEIVED_MOST];
	const char		*list[400];
	char			 value[LIMIT_VALUE + 1];
	struct outcome		 o = an_outcome("ada", 1, 1);
	size_t			 i;

	(void)unused;
	memset(value, 'x', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	for (i = 0; i < 400; i++)
		list[i] = value;
	received[0].name = "long";
	received[0].values = (struct strings){ 400, list };
	o.received = received;
	o.received_count = 1;
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(says(REPORT_RECEIVED, "long", value), 400);
	assert_int_equal(says(REPORT_RECEIVED, "...", ""), 0);
	for (i = 0; i < 3; i++)
		received[i] = (struct received){ "short", { 400, list } };
	for (i = 0; i < 400; i++)
		list[i] = "y";
	o.received_count = 3;
	assert_int_equal(test(&o), VERDICT_ok);
	assert_int_equal(answer.report_count, REPORT_MOST);
	assert_int_equal(says(REPORT_RECEIVED, "...", "lines do not fit"), 1);
}

/* Octets too many for the message, by one room's own limit. */
static void
too_much(void **unused)
{
	struct received		 received[2];
	const char		*list[900];
	char			 name[LIMIT_VALUE + 1];
	struct outcome		 o = an_outcome("ada", 1, 1);
	struct login_answer	 a;
	struct writer		 w;
	size_t			 i;

	(void)unused;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (i = 0; i < 900; i++)
		list[i] = name;
	received[0] = received[1] = (struct received){ name, { 900, list } };
	o.received = received;
	o.received_count = 2;
	o.test = true;
	assert_true(store_begin(state.store));
	login_run(&o, &a);
	assert_true(store_commit(state.store));
	assert_int_equal(a.verdict, VERDICT_ok);
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	login_answer_put(&w, &a);
	assert_false(w.bad);
	assert_in_range(w.len, LIMIT_LOGIN_MESSAGE - 32768,
	    LIMIT_LOGIN_MESSAGE - 8192);
	assert_string_equal(a.report[a.report_count - 1].name, "...");
	wire_free(&w);
	report_free();
}

static int
done(void **unused)
{
	login_answer_free(&answer);
	memset(&answer, 0, sizeof(answer));
	forget_sent();
	return fixture_end(unused);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, done)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(of_somebody_new), UNIT(of_a_member), UNIT(refusals),
		UNIT(disabled), UNIT(strangers), UNIT(much), UNIT(too_much)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
