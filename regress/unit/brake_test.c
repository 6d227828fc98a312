/*
 * Units of hfssod/policy/brake.c: deactivations and deletions by SCIM that
 * are too many.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "ctl_fixture.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/brake.h"

#define USERS	20

static const struct verb	 verb_scim_release = { MESSAGE_scim_release,
    MESSAGE_ctl_result, scim_release, result_refuse, VERB_WRITES };

static char	 ids[USERS][32];

static int
begin(void **unused)
{
	char	 text[64];
	int	 i;

	users_begin(unused);
	fixture_time = clock_now() + 10;
	acme.brake_percent = 20;
	acme.brake_seconds = 3600;
	fixture_use();
	for (i = 0; i < USERS; i++) {
		snprintf(text, sizeof(text), "userName=u%02d;externalId=x%d",
		    i, i);
		strlcpy(ids[i], made(text), sizeof(ids[i]));
	}
	return 0;
}

static enum verdict
deactivate(int i)
{
	return patch(ids[i], SCIM_REPLACE, SCIM_none, "active=false");
}

static void
holds(void **unused)
{
	int64_t	 audits;

	(void)unused;
	assert_int_equal(deactivate(0), VERDICT_ok);
	assert_int_equal(delete(ids[1]), VERDICT_ok);
	assert_int_equal(deactivate(2), VERDICT_ok);
	/* Who was ended counts once. */
	assert_int_equal(delete(ids[2]), VERDICT_ok);
	assert_int_equal(delete(ids[3]), VERDICT_ok);
	/* 20 % of 20. */
	assert_int_equal(deactivate(4), VERDICT_scim_brake);
	assert_int_equal(reply.retry_after, 3600);
	assert_string_not_equal(reply.detail, "");
	assert_int_equal(delete(ids[4]), VERDICT_scim_brake);
	/* Nor is anything taken from who was ended before. */
	assert_int_equal(delete(ids[0]), VERDICT_scim_brake);
	assert_int_equal(query("SELECT state FROM account WHERE name ="
	    " 'u00'"), ACCOUNT_DEACTIVATED);
	assert_int_equal(audited("hfsso.scim_brake"), 1);
	audits = query("SELECT count(*) FROM audit");
	token = "entra";
	assert_int_equal(post("userName=e;externalId=e"), VERDICT_ok);
	token = "okta";
	/* What ends nobody goes on. */
	assert_int_equal(patch(ids[4], SCIM_REPLACE, SCIM_none,
	    "displayName=new"), VERDICT_ok);
	assert_int_equal(patch(ids[0], SCIM_REPLACE, SCIM_none,
	    "active=true"), VERDICT_ok);
	assert_int_equal(deactivate(0), VERDICT_scim_brake);
	assert_int_equal(query("SELECT state FROM account WHERE name ="
	    " 'u04'"), ACCOUNT_ACTIVE);
	assert_true(query("SELECT count(*) FROM audit") > audits);
	/* It does not let go by itself, nor after a restart. */
	fixture_time += 100000;
	assert_int_equal(deactivate(4), VERDICT_scim_brake);
	fixture_restart();
	assert_int_equal(deactivate(4), VERDICT_scim_brake);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
}

static void
releases(void **unused)
{
	int	 i;

	(void)unused;
	assert_int_equal(CTL(scim_release), VERDICT_already);
	for (i = 0; i < 4; i++)
		assert_int_equal(deactivate(i), VERDICT_ok);
	/* Those whom it let pass don't count as held. */
	assert_int_equal(CTL(scim_release), VERDICT_already);
	assert_int_equal(deactivate(4), VERDICT_scim_brake);
	assert_int_equal(CTL(scim_release, .organization = "nobody"),
	    VERDICT_no_organization_named);
	assert_int_equal(deactivate(4), VERDICT_scim_brake);
	assert_int_equal(CTL(scim_release), VERDICT_ok);
	assert_int_equal(audited("hfsso.scim_release"), 1);
	for (i = 4; i < 8; i++)
		assert_int_equal(deactivate(i), VERDICT_ok);
	assert_int_equal(deactivate(8), VERDICT_scim_brake);
}

static void
windows(void **unused)
{
	(void)unused;
	assert_int_equal(deactivate(0), VERDICT_ok);
	assert_int_equal(deactivate(1), VERDICT_ok);
	assert_int_equal(deactivate(2), VERDICT_ok);
	/* Somebody who is inactive already is no withdrawal. */
	assert_int_equal(deactivate(2), VERDICT_ok);
	assert_int_equal(delete(ids[2]), VERDICT_ok);
	assert_int_equal(deactivate(3), VERDICT_ok);
	fixture_time += 3600;
	assert_int_equal(deactivate(4), VERDICT_ok);
	acme.brake_percent = 0;
	fixture_use();
	assert_int_equal(deactivate(5), VERDICT_ok);
	acme.brake_percent = 1;
	fixture_use();
	/* Never none: 1 % of 20 is one. */
	fixture_time += 3600;
	assert_int_equal(deactivate(6), VERDICT_ok);
	assert_int_equal(deactivate(7), VERDICT_scim_brake);
}

/* No time of that length sees more than the share, wherever it begins. */
static void
slides(void **unused)
{
	(void)unused;
	assert_int_equal(deactivate(0), VERDICT_ok);
	fixture_time += 3599;
	assert_int_equal(deactivate(1), VERDICT_ok);
	assert_int_equal(deactivate(2), VERDICT_ok);
	assert_int_equal(deactivate(3), VERDICT_ok);
	/* The first is an hour ago, the others a second. */
	fixture_time += 1;
	assert_int_equal(deactivate(4), VERDICT_ok);
	assert_int_equal(deactivate(5), VERDICT_scim_brake);
	assert_int_equal(CTL(scim_release), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM brake_at"), 0);
	assert_int_equal(deactivate(5), VERDICT_ok);
	assert_int_equal(query("SELECT sum(count) FROM brake_at"), 1);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, users_end)
	const struct CMUnitTest tests[] = {
		TEST(holds), TEST(releases), TEST(windows), TEST(slides)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
