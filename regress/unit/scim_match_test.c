/* Filters on SCIM resources: RFC 7644 3.4.2.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/scim_patch.h"
#include "scim_fixture.h"

static const char	 bjensen[] =
    "id=2819c223;externalId=Ext-7;meta[created=2026-05-13T04:42:34Z;"
    "lastModified=2026-06-01T00:00:00Z;version=W/\"3\"];userName=bJensen;"
    "name[familyName=Jensen;givenName=\xc3\x84sa];title=Tour Guide;"
    "active=true;emails[value=bjensen@Example.com;type=work;primary=true];"
    "emails[value=babs@home.example;type=home];"
    "enterprise[department=Tours;manager[value=26118915]]";

static void
ask(const struct scim_filter *f, bool yes)
{
	const struct scim_value	*v = user(bjensen);

	if (scim_match(f, v) != yes)
		fail_msg("operator %d of attribute %d with \"%s\" says %d",
		    f->op, f->attribute, f->text, !yes);
}

static void
test_text(void **unused)
{
	static const struct {
		enum scim_number n;
		enum scim_op	 op;
		const char	*text;
		bool		 yes;
	} rows[] = {
		{ SCIM_userName, SCIM_OP_EQ, "BJENSEN", true },
		{ SCIM_userName, SCIM_OP_EQ, "bjense", false },
		{ SCIM_userName, SCIM_OP_NE, "BJENSEN", false },
		{ SCIM_userName, SCIM_OP_CO, "JEN", true },
		{ SCIM_userName, SCIM_OP_CO, "", true },
		{ SCIM_userName, SCIM_OP_SW, "bj", true },
		{ SCIM_userName, SCIM_OP_SW, "jen", false },
		{ SCIM_userName, SCIM_OP_EW, "SEN", true },
		{ SCIM_userName, SCIM_OP_EW, "bJensen.", false },
		{ SCIM_userName, SCIM_OP_GT, "BJ", true },
		{ SCIM_userName, SCIM_OP_GT, "bjensen", false },
		{ SCIM_userName, SCIM_OP_GE, "bjensen", true },
		{ SCIM_userName, SCIM_OP_LT, "BK", true },
		{ SCIM_userName, SCIM_OP_LE, "bj", false },
		/* Case counts where the schema says so. */
		{ SCIM_externalId, SCIM_OP_EQ, "Ext-7", true },
		{ SCIM_externalId, SCIM_OP_EQ, "ext-7", false },
		{ SCIM_externalId, SCIM_OP_SW, "ext", false },
		{ SCIM_id, SCIM_OP_EQ, "2819C223", false },
		/* Letters beyond ASCII have cases, too. */
		{ SCIM_name_givenName, SCIM_OP_EQ, "\xc3\xa4SA", true },
		{ SCIM_name_givenName, SCIM_OP_SW, "\xc3\xa4", true },
		{ SCIM_name_givenName, SCIM_OP_CO, "\xc3\xa4s", true },
		{ SCIM_name_givenName, SCIM_OP_EQ, "asa", false },
		/* Lists: any value. */
		{ SCIM_emails_value, SCIM_OP_EQ, "BABS@home.example", true },
		{ SCIM_emails_value, SCIM_OP_EW, "example.com", true },
		{ SCIM_emails_value, SCIM_OP_NE, "babs@home.example", true },
		{ SCIM_emails_value, SCIM_OP_NE, "else@home.example", true },
		{ SCIM_manager_value, SCIM_OP_NE, "26118915", false },
		{ SCIM_emails_type, SCIM_OP_EQ, "other", false },
		/* What has no value. */
		{ SCIM_nickName, SCIM_OP_EQ, "", false },
		{ SCIM_nickName, SCIM_OP_CO, "", false },
		{ SCIM_nickName, SCIM_OP_NE, "x", true },
		{ SCIM_nickName, SCIM_OP_LT, "x", false },
		{ SCIM_phoneNumbers_value, SCIM_OP_NE, "1", true },
		/* Extensions, and their parts. */
		{ SCIM_department, SCIM_OP_EQ, "tours", true },
		{ SCIM_manager_value, SCIM_OP_EQ, "26118915", true },
		{ SCIM_manager_value, SCIM_OP_EQ, "2611891", false },
		{ SCIM_costCenter, SCIM_OP_EQ, "tours", false },
		/* Moments, whatever they are written like. */
		{ SCIM_meta_created, SCIM_OP_EQ, "2026-05-13T06:42:34+02:00",
		    true },
		{ SCIM_meta_created, SCIM_OP_EQ, "2026-05-13T04:42:34.000Z",
		    true },
		{ SCIM_meta_created, SCIM_OP_EQ, "2026-05-13T04:42:34.5Z",
		    false },
		{ SCIM_meta_created, SCIM_OP_LT, "2026-05-13T04:42:34.5Z",
		    true },
		{ SCIM_meta_created, SCIM_OP_GE, "2026-05-13T04:42:34.5Z",
		    false },
		{ SCIM_meta_created, SCIM_OP_GT, "2026-05-13T04:42:33Z",
		    true },
		{ SCIM_meta_created, SCIM_OP_GT, "yesterday", false },
		{ SCIM_meta_lastModified, SCIM_OP_GE, "2026-06-01T00:00:00Z",
		    true },
		{ SCIM_meta_lastModified, SCIM_OP_SW, "2026-06", true },
		/* Not a User's. */
		{ SCIM_group_displayName, SCIM_OP_EQ, "bjensen", false },
		{ SCIM_members_value, SCIM_OP_EQ, "2819c223", false },
		/* Nothing to compare with text. */
		{ SCIM_active, SCIM_OP_EQ, "true", false },
		{ SCIM_name, SCIM_OP_EQ, "Jensen", false },
		{ SCIM_user, SCIM_OP_EQ, "x", false }
	};
	size_t	 i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ask(compare(rows[i].n, rows[i].op, rows[i].text), rows[i].yes);
}

static void
test_truth_and_null(void **unused)
{
	(void)unused;
	ask(compare_truth(SCIM_active, SCIM_OP_EQ, true), true);
	ask(compare_truth(SCIM_active, SCIM_OP_EQ, false), false);
	ask(compare_truth(SCIM_active, SCIM_OP_NE, false), true);
	ask(compare_truth(SCIM_active, SCIM_OP_GT, false), false);
	ask(compare_truth(SCIM_userName, SCIM_OP_EQ, true), false);
	ask(compare_null(SCIM_nickName, SCIM_OP_EQ), true);
	ask(compare_null(SCIM_nickName, SCIM_OP_NE), false);
	ask(compare_null(SCIM_userName, SCIM_OP_EQ), false);
	ask(compare_null(SCIM_userName, SCIM_OP_NE), true);
	ask(compare_null(SCIM_userName, SCIM_OP_GT), false);
	ask(pr(SCIM_userName), true);
	ask(pr(SCIM_emails), true);
	ask(pr(SCIM_emails_value), true);
	ask(pr(SCIM_emails_display), false);
	ask(pr(SCIM_enterprise), true);
	ask(pr(SCIM_manager), true);
	ask(pr(SCIM_photos), false);
	ask(pr(SCIM_nickName), false);
	/* A primary that is not said is false. */
	ask(compare_truth(SCIM_emails_primary, SCIM_OP_EQ, false), true);
	ask(within(SCIM_emails, both(compare(SCIM_emails_type, SCIM_OP_EQ,
	    "home"), compare_truth(SCIM_emails_primary, SCIM_OP_EQ, false))),
	    true);
	ask(within(SCIM_emails, both(compare(SCIM_emails_type, SCIM_OP_EQ,
	    "home"), compare_truth(SCIM_emails_primary, SCIM_OP_NE, false))),
	    false);
	ask(compare_truth(SCIM_photos_primary, SCIM_OP_EQ, false), false);
}

static void
test_logic(void **unused)
{
	struct scim_filter	*work, *babs, *never;

	(void)unused;
	work = compare(SCIM_emails_type, SCIM_OP_EQ, "work");
	babs = compare(SCIM_emails_value, SCIM_OP_SW, "babs");
	ask(both(work, babs), true);
	/* Of one value both are not true. */
	ask(within(SCIM_emails, both(work, babs)), false);
	ask(within(SCIM_emails, either(work, babs)), true);
	ask(within(SCIM_emails, both(work, no(babs))), true);
	ask(no(within(SCIM_emails, both(work, babs))), true);
	ask(within(SCIM_photos, no(compare(SCIM_photos_type, SCIM_OP_EQ,
	    "photo"))), false);
	ask(within(SCIM_name, compare(SCIM_name_familyName, SCIM_OP_EQ,
	    "jensen")), true);
	ask(within(SCIM_manager, pr(SCIM_manager_value)), true);
	/* What is below another attribute is not below this one. */
	ask(within(SCIM_emails, compare(SCIM_userName, SCIM_OP_EQ,
	    "bjensen")), false);
	never = within(SCIM_emails, pr(SCIM_emails_value));
	never->op = SCIM_OP_NEVER;
	ask(never, false);
	ask(no(never), true);
	ask(either(never, work), true);
}

static void
test_properties(void **unused)
{
	const struct scim_value	*v;
	struct scim_filter	*f, *g;
	int			 i;

	for (i = 0; i < 20000; i++) {
		if (i % 500 == 0) {
			pool_end(unused);
			pool_begin(unused);
		}
		v = any_user();
		f = any_filter(3);
		g = any_filter(2);
		assert_int_equal(scim_match(no(f), v), !scim_match(f, v));
		assert_int_equal(scim_match(both(f, g), v),
		    scim_match(f, v) && scim_match(g, v));
		assert_int_equal(scim_match(no(either(f, g)), v),
		    scim_match(both(no(f), no(g)), v));
		assert_int_equal(scim_match(both(f, f), v),
		    scim_match(f, v));
	}
}

/* Orders are orders: one of less, equal, greater where there is a value. */
static void
test_orders(void **unused)
{
	const struct scim_value	*v;
	struct scim_filter	*f;
	enum scim_op		 ops[] = { SCIM_OP_LT, SCIM_OP_EQ, SCIM_OP_GT };
	char			 text[8];
	int			 i, j, n;

	for (i = 0; i < 5000; i++) {
		if (i % 500 == 0) {
			pool_end(unused);
			pool_begin(unused);
		}
		v = any_user();
		snprintf(text, sizeof(text), "%c", 'A' + (int)chance(60));
		for (j = n = 0; j < 3; j++) {
			f = compare(SCIM_userName, ops[j], text);
			n += scim_match(f, v);
		}
		assert_int_equal(n, 1);
	}
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, pool_begin, pool_end)
	const struct CMUnitTest	 tests[] = {
		T(test_text), T(test_truth_and_null), T(test_logic),
		T(test_properties), T(test_orders)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
