/* Units of hfssod/policy/decision.c: who may do what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "hfssod/policy/decision.h"

static const char		*prefixes[] = { "/static", "/p/a/" };
static struct policy_application application;
static struct decision_stamp	 stamps[3];

/* Somebody signed in to acme with write, at a plain path. */
static struct decision_input
usual(void)
{
	struct decision_input	 in;

	memset(&application, 0, sizeof(application));
	application.host = "hub.example.com";
	application.organization = "acme";
	application.least_role = ROLE_READ;
	application.public_prefixes.count = 2;
	application.public_prefixes.list = prefixes;
	memset(stamps, 0, sizeof(stamps));
	stamps[0].organization = "acme";
	stamps[0].role = ROLE_WRITE;
	stamps[0].since = 1000;
	stamps[0].expires = 2000;
	stamps[0].timeout = 1000;
	memset(&in, 0, sizeof(in));
	in.application = &application;
	in.safe = in.plain = in.session = in.active = true;
	in.path = "/models/x";
	in.used = 1100;
	in.now = 1200;
	in.stamp_count = 1;
	in.stamps = stamps;
	return in;
}

static void
is(const struct decision_input *in, enum verdict v, size_t stamp)
{
	struct decision	 d = decision_access(in);

	assert_int_equal(d.verdict, v);
	if (v == VERDICT_ok)
		assert_int_equal(d.stamp, stamp);
}

static void
sessions(void **state)
{
	struct decision_input	 in = usual();

	(void)state;
	is(&in, VERDICT_ok, 0);
	in.plain = false;	/* no rule reads the segments of a member */
	is(&in, VERDICT_ok, 0);
	in.session = false;
	is(&in, VERDICT_signin_required, 0);
	in = usual();
	in.active = false;
	is(&in, VERDICT_account_ended, 0);
	in = usual();
	in.application = NULL;
	is(&in, VERDICT_unknown_application, 0);
	in = usual();
	in.path = "*";
	is(&in, VERDICT_ambiguous_path, 0);
	in.path = "";
	is(&in, VERDICT_ambiguous_path, 0);
}

static void
times(void **state)
{
	struct decision_input	 in = usual();

	(void)state;
	in.now = 1999;
	is(&in, VERDICT_ok, 0);
	in.now = 2000;
	is(&in, VERDICT_session_expired, 0);
	in = usual();
	stamps[0].timeout = 200;	/* a reload with a shorter one */
	is(&in, VERDICT_session_expired, 0);
	stamps[0].timeout = 201;
	is(&in, VERDICT_ok, 0);
	stamps[0].timeout = 100000;	/* a longer one gives nothing */
	in.now = 2000;
	is(&in, VERDICT_session_expired, 0);
	in = usual();
	stamps[0].idle = 100;
	is(&in, VERDICT_session_expired, 0);
	stamps[0].idle = 101;
	is(&in, VERDICT_ok, 0);
}

static void
organizations(void **state)
{
	struct decision_input	 in = usual();

	(void)state;
	application.organization = "other";
	is(&in, VERDICT_no_organization, 0);
	in = usual();
	stamps[0].organization = "";	/* gone from the configuration */
	is(&in, VERDICT_no_organization, 0);
	in = usual();
	stamps[0].role = ROLE_NONE;	/* no member any more */
	is(&in, VERDICT_no_organization, 0);
	in = usual();
	in.stamp_count = 0;
	is(&in, VERDICT_no_organization, 0);
	/* Any organization: the best stamp counts, a live one first. */
	in = usual();
	application.organization = "";
	stamps[1] = stamps[0];
	stamps[1].organization = "beta";
	stamps[1].role = ROLE_ADMIN;
	in.stamp_count = 2;
	is(&in, VERDICT_ok, 1);
	stamps[1].expires = 1100;
	is(&in, VERDICT_ok, 0);
	stamps[0].expires = 1100;
	is(&in, VERDICT_session_expired, 0);
}

static void
roles(void **state)
{
	struct decision_input	 in = usual();
	enum role		 least;

	(void)state;
	for (least = ROLE_NONE; least < ROLE_MAX; least++) {
		application.least_role = least;
		if (least <= ROLE_WRITE)
			is(&in, VERDICT_ok, 0);
		else
			is(&in, VERDICT_role_too_low, 0);
	}
	stamps[0].role = ROLE_NO_ACCESS;
	application.least_role = ROLE_READ;
	is(&in, VERDICT_role_too_low, 0);
	application.least_role = ROLE_NONE;
	is(&in, VERDICT_ok, 0);
}

static void
public_paths(void **state)
{
	struct decision_input	 in = usual();

	(void)state;
	in.path = "/static/a.css";
	is(&in, VERDICT_ok, 0);
	in.session = false;
	is(&in, VERDICT_ok, DECISION_NOBODY);
	in.path = "/static";
	is(&in, VERDICT_ok, DECISION_NOBODY);
	in.path = "/p/a/b";
	is(&in, VERDICT_ok, DECISION_NOBODY);
	in.path = "/p/a";
	is(&in, VERDICT_signin_required, 0);
	in.path = "/statics";
	is(&in, VERDICT_signin_required, 0);
	in.path = "/stati";
	is(&in, VERDICT_signin_required, 0);
	in.path = "/";
	is(&in, VERDICT_signin_required, 0);
	in.path = "/x/static/";
	is(&in, VERDICT_signin_required, 0);
	in.path = "/static/a.css";
	in.plain = false;	/* "/static/%2e%2e/secret" */
	is(&in, VERDICT_signin_required, 0);
	in.plain = true;
	in.safe = false;	/* POST */
	is(&in, VERDICT_signin_required, 0);
	/* Somebody without the role is nobody there, not refused. */
	in = usual();
	in.path = "/static/a.css";
	stamps[0].role = ROLE_NO_ACCESS;
	is(&in, VERDICT_ok, DECISION_NOBODY);
	in.application = NULL;
	is(&in, VERDICT_unknown_application, 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(sessions),
		cmocka_unit_test(times),
		cmocka_unit_test(organizations),
		cmocka_unit_test(roles),
		cmocka_unit_test(public_paths)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
