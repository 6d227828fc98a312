/* Units of hfssod/policy/login.c, jit.c and member.c: logins, on a store. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "policy_fixture.h"

static const char	*nlp[] = { "nlp-team" };
static const char	*ml[] = { "x", "ml" };
static const char	*dev[] = { "dev" };
static const char	*admin[] = { "hub-admins", "dev" };

static const struct member *
member_of(const struct login_answer *a)
{
	struct session	*s = session_of(a);

	assert_non_null(s);
	return account_member(s->person->account,
	    directory_organization(state.directory, "acme"));
}

/* The first login makes account, name, membership and session. */
static void
first_login(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;
	const struct member		*m;
	struct session			*s;

	(void)unused;
	o.identity.username = "Ada.Lovelace@acme.com";
	o.identity.email = "ada@acme.com";
	o.identity.given = "Ada";
	o.identity.family = "Lovelace";
	o.identity.roles = (struct strings){ 2, admin };
	o.identity.groups = (struct strings){ 2, ml };
	o.return_to = "/models";
	a = run_login(&o);
	assert_int_equal(a->verdict, VERDICT_ok);
	assert_int_equal(strlen(a->session), SESSION_COOKIE_TEXT);
	assert_string_equal(a->return_to, "/models");
	assert_non_null(s = session_of(a));
	assert_int_equal(s->stamp_count, 1);
	assert_int_equal(s->stamps[0].expires, a->expires);
	assert_string_equal(s->person->account->name, "Ada-Lovelace");
	assert_string_equal(s->person->account->display_name, "Ada Lovelace");
	assert_int_equal(strlen(s->person->account->id), 24);
	m = member_of(a);
	assert_int_equal(m->role, ROLE_ADMIN);
	assert_int_equal(m->held_count, 2);
	assert_string_equal(m->held[0].group->slug, "nlp");
	assert_string_equal(m->held[1].group->slug, "vision");
	assert_int_equal(query("SELECT members FROM organization"), 1);
	assert_int_equal(query("SELECT admins FROM organization"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"), 4);
	assert_int_equal(query("SELECT count(*) FROM session WHERE key ="
	    " (SELECT handle FROM session)"), 0);
}

static void
second_login(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;
	const struct member		*m;
	struct account			*seen;

	(void)unused;
	o.identity.email = "old@acme.com";
	o.identity.groups = (struct strings){ 2, ml };
	o.identity.roles = (struct strings){ 1, dev };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	o = an_outcome("u1", 2, 2);
	o.identity.email = "new@acme.com";
	o.identity.groups = (struct strings){ 1, nlp };
	a = run_login(&o);
	assert_int_equal(a->verdict, VERDICT_ok);
	m = member_of(a);
	assert_int_equal(m->role, ROLE_READ);	/* nothing matches */
	assert_int_equal(m->held_count, 1);
	assert_int_equal(m->held[0].role, ROLE_WRITE);
	seen = session_of(a)->person->account;
	assert_string_equal(seen->email, "new@acme.com");
	assert_int_equal(state.sessions.persons.count, 1);
	assert_int_equal(state.sessions.by_key.count, 2);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	/* A provider that says nothing of the e-mail does not take it away. */
	assert_int_equal(login_as("u1"), VERDICT_ok);
	assert_int_equal(query("SELECT email = 'new@acme.com' FROM account"),
	    1);
}

/* Whoever signs in for ever has the newest sessions only. */
static void
many_sessions(void **unused)
{
	struct outcome			 o;
	const struct login_answer	*a;
	uint8_t				 key[3][SESSION_KEY];
	unsigned int			 i;

	(void)unused;
	assert_int_equal(login_as("u2"), VERDICT_ok);
	for (i = 0; i < LIMIT_SESSIONS + 2; i++) {
		o = an_outcome("u1", 5000 + i, 5000 + i);
		a = run_login(&o);
		assert_int_equal(a->verdict, VERDICT_ok);
		memcpy(key[i < 2 ? i : 2], session_of(a)->key, SESSION_KEY);
		if (i == 1)
			fixture_restart();
	}
	assert_int_equal(state.sessions.by_key.count, LIMIT_SESSIONS + 1);
	assert_int_equal(query("SELECT count(*) FROM session"),
	    LIMIT_SESSIONS + 1);
	assert_null(session_find(&state.sessions, key[0]));
	assert_null(session_find(&state.sessions, key[1]));
	assert_non_null(session_find(&state.sessions, key[2]));
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.session_end'"), 2);
}

static void
replays(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1), p;
	int64_t		 audits;

	(void)unused;
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	audits = query("SELECT count(*) FROM audit");
	assert_int_equal(run_login(&o)->verdict, VERDICT_replayed);
	p = an_outcome("u1", 1, 2);	/* same login, other message */
	assert_int_equal(run_login(&p)->verdict, VERDICT_replayed);
	p = an_outcome("u1", 2, 1);	/* same message, other login */
	assert_int_equal(run_login(&p)->verdict, VERDICT_replayed);
	p = an_outcome("u1", 0, 1);	/* unsolicited */
	assert_int_equal(run_login(&p)->verdict, VERDICT_replayed);
	p = an_outcome("u1", 0, 3);
	assert_int_equal(run_login(&p)->verdict, VERDICT_ok);
	p = an_outcome("u1", 0, 4);
	assert_int_equal(run_login(&p)->verdict, VERDICT_ok);
	fixture_restart();
	assert_int_equal(run_login(&o)->verdict, VERDICT_replayed);
	p = an_outcome("u1", 0, 3);
	assert_int_equal(run_login(&p)->verdict, VERDICT_replayed);
	/* Counted, not told one by one. */
	assert_int_equal(query("SELECT count(*) FROM audit"), audits + 2);
	assert_true(state.refusals.table.count > 0);
	p = an_outcome("u1", 9, 9);
	p.message_key.len = 0;
	assert_int_equal(run_login(&p)->verdict, VERDICT_internal);
	p = an_outcome("", 9, 9);
	assert_int_equal(run_login(&p)->verdict, VERDICT_internal);
}

/* A refused login burns nothing: the same one may come again. */
static void
refusal_burns_nothing(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);

	(void)unused;
	acme_connections[0].jit = false;
	fixture_use();
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_unknown);
	assert_int_equal(query("SELECT count(*) FROM burned"), 0);
	assert_int_equal(query("SELECT count(*) FROM account"), 0);
	assert_int_equal(query("SELECT count(*) FROM audit"), 1);
	acme_connections[0].jit = true;
	fixture_use();
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
}

static void
wrong_places(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);

	(void)unused;
	o.organization = "nobody";
	assert_int_equal(run_login(&o)->verdict, VERDICT_unknown_organization);
	o.organization = "ACME";
	assert_int_equal(run_login(&o)->verdict, VERDICT_unknown_organization);
	o.organization = "acme";
	o.connection = "okt";
	assert_int_equal(run_login(&o)->verdict, VERDICT_unknown_organization);
	o.connection = "okta";
	state.group = "other";
	assert_int_equal(run_login(&o)->verdict, VERDICT_wrong_group);
	state.group = "default";
	acme_connections[0].enabled = false;
	fixture_use();
	assert_int_equal(run_login(&o)->verdict, VERDICT_connection_disabled);
	o.connection = "";	/* the first one, which is disabled */
	assert_int_equal(run_login(&o)->verdict, VERDICT_connection_disabled);
	acme_connections[0].enabled = true;
	o.verdict = VERDICT_saml_signature;
	assert_int_equal(run_login(&o)->verdict, VERDICT_saml_signature);
	assert_int_equal(query("SELECT count(*) FROM account"), 0);
	assert_int_equal(query("SELECT count(*) FROM audit"), 0);
	assert_int_equal(state.sessions.by_key.count, 0);
}

static void
restart(void **unused)
{
	struct outcome			 o = an_outcome("u1", 0, 1);
	const struct login_answer	*a;

	(void)unused;
	o.restart = true;
	a = run_login(&o);
	assert_int_equal(a->verdict, VERDICT_ok);
	assert_true(a->restart);
	assert_string_equal(a->session, "");
	assert_string_equal(a->connection, "okta");
	assert_int_equal(query("SELECT count(*) FROM account"), 0);
	state.group = "other";
	a = run_login(&o);
	assert_int_equal(a->verdict, VERDICT_wrong_group);
	assert_false(a->restart);
	state.group = "default";
}

/* An identifier that another account has never leads to that account. */
static void
conflicts(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);

	(void)unused;
	o.identity.username = "ada";
	o.identity.email = "Ada@acme.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	o = an_outcome("u1", 2, 2);	/* externalId, other connection */
	o.connection = "entra";
	o.identity.username = "";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_conflict);
	o = an_outcome("u2", 3, 3);
	o.identity.username = "ADA";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_conflict);
	o = an_outcome("u2", 4, 4);
	o.identity.email = "ada@ACME.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_conflict);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	assert_int_equal(query("SELECT count(*) FROM identity"), 1);
	o = an_outcome("u2", 5, 5);
	o.identity.email = "b@acme.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	/* Later changes do not take what is another's. */
	o = an_outcome("u2", 6, 6);
	o.identity.username = "Ada";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account"
	    " WHERE username = 'u2'"), 1);
}

static void
ended_is_ended(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);

	(void)unused;
	o.identity.username = "ada";
	o.identity.email = "ada@acme.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	execute("UPDATE account SET state = 2");
	o = an_outcome("u1", 2, 2);
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_ended);
	o = an_outcome("u9", 3, 3);
	o.identity.username = "ADA";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_ended);
	o = an_outcome("u9", 4, 4);
	o.connection = "entra";
	o.identity.email = "ADA@acme.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_ended);
	o = an_outcome("u1", 5, 5);
	o.connection = "entra";
	execute("UPDATE account SET state = 3");
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_ended);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	/* And its name is nobody else's. */
	o = an_outcome("u7", 6, 6);
	o.identity.username = "a.d.a";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	execute("DELETE FROM account WHERE state = 3");
	o = an_outcome("u8", 7, 7);
	o.identity.username = "ada";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account"
	    " WHERE folded = 'ada'"), 0);
	assert_int_equal(query("SELECT count(*) FROM account"
	    " WHERE folded LIKE 'ada-______'"), 1);
}

static void
names(void **unused)
{
	struct outcome	 o;
	static const char *const	 wish[] = { "API", "acme", "a.b",
				    "A_B", "a-b" };
	unsigned int	 i;

	(void)unused;
	for (i = 0; i < 5; i++) {
		o = an_outcome("", i + 1, i + 1);
		o.identity.subject = wish[i];
		o.identity.username = wish[i];
		assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	}
	assert_int_equal(query("SELECT count(*) FROM account WHERE folded IN"
	    " ('api', 'acme')"), 0);
	assert_int_equal(query("SELECT count(*) FROM account"
	    " WHERE folded = 'a-b'"), 1);
	assert_int_equal(query("SELECT count(*) FROM account"
	    " WHERE folded LIKE 'a-b-______'"), 2);
}

static void
no_role(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);

	(void)unused;
	acme.default_role = ROLE_NONE;
	fixture_use();
	assert_int_equal(run_login(&o)->verdict, VERDICT_no_role);
	assert_int_equal(query("SELECT count(*) FROM account"), 0);
	o.identity.roles = (struct strings){ 1, dev };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_int_equal(state.sessions.by_key.count, 1);
	/* The provider takes it back: refused, and out everywhere. */
	o = an_outcome("u1", 2, 2);
	assert_int_equal(run_login(&o)->verdict, VERDICT_no_role);
	assert_int_equal(state.sessions.by_key.count, 0);
	assert_int_equal(query("SELECT count(*) FROM session"), 0);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 0);
}

static void
overage(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;

	(void)unused;
	o.identity.roles_overage = true;
	assert_int_equal(run_login(&o)->verdict, VERDICT_no_role);
	o.identity.roles_overage = false;
	o.identity.groups_overage = true;
	assert_int_equal(run_login(&o)->verdict, VERDICT_no_role);
	o.identity.groups_overage = false;
	o.identity.roles = (struct strings){ 1, dev };
	o.identity.groups = (struct strings){ 2, ml };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	o = an_outcome("u1", 2, 2);
	o.identity.roles_overage = o.identity.groups_overage = true;
	a = run_login(&o);
	assert_int_equal(a->verdict, VERDICT_ok);
	assert_int_equal(member_of(a)->role, ROLE_WRITE);
	assert_int_equal(member_of(a)->held_count, 2);
	/* Still the values of the last login that had any. */
	o = an_outcome("u1", 3, 3);
	o.identity.roles_overage = true;
	a = run_login(&o);
	assert_int_equal(member_of(a)->role, ROLE_WRITE);
	assert_int_equal(member_of(a)->held_count, 0);
}

static void
manual(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;

	(void)unused;
	o.identity.groups = (struct strings){ 1, nlp };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	execute("UPDATE membership SET role = 4, source = 3");
	execute("INSERT INTO grants SELECT account, resource_group, 1, '', 5"
	    " FROM grants");
	o = an_outcome("u1", 2, 2);
	a = run_login(&o);
	assert_int_equal(member_of(a)->role, ROLE_READ);
	/* The login's fact is gone, the manual one is not. */
	assert_int_equal(member_of(a)->held_count, 1);
	assert_int_equal(member_of(a)->held[0].role, ROLE_ADMIN);
	/* Without a map a manual role stays. */
	acme.role_line_count = 0;
	fixture_use();
	execute("UPDATE membership SET role = 4, source = 3");
	o = an_outcome("u1", 3, 3);
	a = run_login(&o);
	assert_int_equal(member_of(a)->role, ROLE_WRITE);
}

static void
timeouts(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;
	struct session			*s;

	(void)unused;
	fixture_time = 2000000000;
	o.message_until = fixture_time + 60;
	a = run_login(&o);
	assert_int_equal(a->expires, fixture_time + 1000);
	o = an_outcome("u1", 2, 2);
	o.identity.session_ends = fixture_time + 10;
	a = run_login(&o);
	assert_int_equal(a->expires, fixture_time + 10);
	s = session_of(a);
	assert_true(session_live(s, fixture_time + 9));
	assert_false(session_live(s, fixture_time + 10));
	o = an_outcome("u1", 3, 3);
	o.identity.session_ends = fixture_time + 100000;
	a = run_login(&o);
	assert_int_equal(a->expires, fixture_time + 1000);
	s = session_of(a);
	acme.session_timeout = 50;
	fixture_use();
	assert_true(session_live(s, fixture_time + 49));
	assert_false(session_live(s, fixture_time + 50));
	acme.session_timeout = 1000;
	acme.session_idle = 20;
	fixture_use();
	assert_false(session_live(s, fixture_time + 20));
	s->used = fixture_time + 10;
	assert_true(session_live(s, fixture_time + 29));
	o = an_outcome("u1", 4, 4);
	o.identity.session_ends = fixture_time;
	assert_int_equal(run_login(&o)->verdict, VERDICT_session_expired);
}

static void
old_session(void **unused)
{
	struct outcome	 o = an_outcome("u1", 1, 1);
	char		 cookie[64];

	(void)unused;
	strlcpy(cookie, run_login(&o)->session, sizeof(cookie));
	o = an_outcome("u1", 2, 2);
	o.request.credential = CREDENTIAL_SESSION;
	o.request.secret = (struct bytes){ (uint8_t *)cookie, strlen(cookie) };
	assert_string_not_equal(run_login(&o)->session, cookie);
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_int_equal(query("SELECT count(*) FROM session"), 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
	/* A cookie that nobody gave out is not taken over. */
	o = an_outcome("u1", 3, 3);
	memset(cookie, 'A', 43);
	o.request.credential = CREDENTIAL_SESSION;
	o.request.secret = (struct bytes){ (uint8_t *)cookie, 43 };
	assert_string_not_equal(run_login(&o)->session, cookie);
	assert_int_equal(state.sessions.by_key.count, 2);
}

/* Stamps of other organizations go over to the new session. */
static void
carried_stamps(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;
	struct session			*s;
	char				 cookie[64];

	(void)unused;
	strlcpy(cookie, run_login(&o)->session, sizeof(cookie));
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (77, 'beta', 'beta', 'managed', 1, 0)");
	execute("INSERT INTO connection (id, organization, name,"
	    " present, created) VALUES (77, 77, 'x', 1, 0)");
	execute("INSERT INTO stamp SELECT session, 77, 77, since, expires, '',"
	    " NULL, NULL FROM stamp");
	fixture_restart();
	o = an_outcome("u1", 2, 2);
	o.request.credential = CREDENTIAL_SESSION;
	o.request.secret = (struct bytes){ (uint8_t *)cookie, strlen(cookie) };
	a = run_login(&o);
	assert_non_null(s = session_of(a));
	assert_int_equal(s->stamp_count, 2);
	assert_int_equal(s->stamps[1].organization->id, 77);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 2);
	/* Another person's session gives nothing, and ends. */
	strlcpy(cookie, a->session, sizeof(cookie));
	o = an_outcome("u2", 3, 3);
	o.request.credential = CREDENTIAL_SESSION;
	o.request.secret = (struct bytes){ (uint8_t *)cookie, strlen(cookie) };
	a = run_login(&o);
	assert_int_equal(session_of(a)->stamp_count, 1);
	assert_int_equal(state.sessions.by_key.count, 1);
	assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
}

/*
 * But no stamp that was revoked: neither in this very turn, nor before and
 * not yet written.
 */
static void
revoked_stamps(void **unused)
{
	struct outcome		 o;
	struct organization	*beta;
	struct session		*s;
	char			 cookie[64];
	unsigned int		 i;

	(void)unused;
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (77, 'beta', 'beta', 'managed', 1, 0)");
	execute("INSERT INTO connection (id, organization, name,"
	    " present, created) VALUES (77, 77, 'x', 1, 0)");
	for (i = 0; i < 3; i++) {
		o = an_outcome("u1", 2 * i + 1, 2 * i + 1);
		strlcpy(cookie, run_login(&o)->session, sizeof(cookie));
		execute("INSERT INTO stamp SELECT session, 77, 77, since,"
		    " expires, '', NULL, NULL FROM stamp");
		fixture_restart();
		beta = directory_organization_id(state.directory, 77);
		s = session_person(&state.sessions, 1)->sessions;
		assert_int_equal(s->stamp_count, 2);
		if (i == 0)
			effect_stamp(&state.effects, s->key, beta);
		else if (i == 1)
			effect_drop(&state.effects, s->key, true);
		else
			session_stamp_drop(&state.sessions, s, beta);
		o = an_outcome("u1", 2 * i + 2, 2 * i + 2);
		o.request.credential = CREDENTIAL_SESSION;
		o.request.secret = (struct bytes){ (uint8_t *)cookie,
		    strlen(cookie) };
		assert_non_null(s = session_of(run_login(&o)));
		assert_int_equal(s->stamp_count, 1);
		assert_ptr_not_equal(s->stamps[0].organization, beta);
		assert_int_equal(query("SELECT count(*) FROM stamp"), 1);
		execute("DELETE FROM stamp; DELETE FROM session");
		fixture_restart();
	}
}

static void
after_a_restart(void **unused)
{
	struct outcome			 o = an_outcome("u1", 1, 1);
	const struct login_answer	*a;
	struct login_answer		 copy;
	char				 cookie[64];
	unsigned int			 i;
	struct session			*s;

	(void)unused;
	o.identity.email = "a@acme.com";
	o.identity.groups = (struct strings){ 2, ml };
	a = run_login(&o);
	strlcpy(cookie, a->session, sizeof(cookie));
	for (i = 0; i < 300; i++)
		assert_int_equal(login_as(i % 2 ? "u1" : "u2"), VERDICT_ok);
	fixture_restart();
	memset(&copy, 0, sizeof(copy));
	copy.session = cookie;
	assert_non_null(s = session_of(&copy));
	assert_string_equal(s->person->account->email, "a@acme.com");
	assert_int_equal(state.sessions.by_key.count, 301);
	assert_int_equal(state.sessions.persons.count, 2);
	assert_true(session_live(s, clock_now()));
	/* What is gone from the file does not count, and comes back with it. */
	acme.name = "beta";
	fixture_use();
	assert_false(session_live(s, clock_now()));
	acme.name = "acme";
	fixture_use();
	assert_true(session_live(s, clock_now()));
	acme.connection_count = 1;
	acme_connections[0].name = "other";
	fixture_use();
	assert_false(session_live(s, clock_now()));
}

static void
clock_runs_back(void **unused)
{
	struct outcome	 o;

	(void)unused;
	fixture_time = 2000000000;
	o = an_outcome("u1", 1, 1);
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	fixture_restart();
	fixture_time = 1500000000;
	assert_true(store_now(state.store) >= 2000000000);
	assert_int_equal(run_login(&o)->verdict, VERDICT_replayed);
	/* What the store would have forgotten does not come in. */
	o = an_outcome("u1", 2, 2);
	assert_int_equal(run_login(&o)->verdict, VERDICT_saml_expired);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(first_login), UNIT(second_login), UNIT(many_sessions),
		UNIT(replays),
		UNIT(refusal_burns_nothing), UNIT(wrong_places),
		UNIT(restart), UNIT(conflicts), UNIT(ended_is_ended),
		UNIT(names), UNIT(no_role), UNIT(overage), UNIT(manual),
		UNIT(timeouts), UNIT(old_session), UNIT(carried_stamps),
		UNIT(revoked_stamps),
		UNIT(after_a_restart), UNIT(clock_runs_back)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
