/* Units of hfssod/policy/show_scim.c, show_drift.c: log and drift. */
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
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_scim.h"
#include "policy_fixture.h"

typedef enum verdict show_fn(struct request *, struct reader *,
		    struct writer *);

/* All pages of an answer, one after the other. */
static struct result	 result;
static struct writer	 pages[64];
static size_t		 page_count;

static void
ask(show_fn *show, const char *organization, const char *days)
{
	struct ctl_question	 q = { organization, "", "", "", "", false,
	    { 0, NULL } };
	struct store		*policys = state.store;
	struct writer		 w;
	struct reader		 r;
	char			 after[256] = "";

	for (; page_count > 0; page_count--)
		wire_free(&pages[page_count - 1]);
	if (days != NULL)
		strings_add(&q.options, days);
	do {
		q.after = after;
		wire_init(&pages[page_count], LIMIT_MESSAGE);
		wire_init(&w, LIMIT_MESSAGE);
		wire_put_string(&w, "uid 0");
		ctl_question_put(&w, &q);
		wire_read(&r, w.data, w.len);
		state.store = NULL;
		show(NULL, &r, &pages[page_count]);
		store_close(state.store);
		state.store = policys;
		wire_free(&w);
		wire_read(&r, pages[page_count].data, pages[page_count].len);
		assert_true(result_get(&r, &result));
		strlcpy(after, wire_get_string(&r, sizeof(after) - 1),
		    sizeof(after));
		assert_true(++page_count < 64);
	} while (after[0] != '\0');
	strings_free(&q.options);
}

/* How often a string or integer of that name and value is in the answer. */
static int
count(const char *name, const char *string, int64_t integer)
{
	struct reader		 r;
	struct record_item	 item;
	size_t			 i;
	int			 n = 0;

	for (i = 0; i < page_count; i++) {
		wire_read(&r, pages[i].data, pages[i].len);
		assert_true(result_get(&r, &result));
		wire_get_string(&r, 255);
		while (record_next(&r, &item))
			if (strcmp(item.name, name) == 0 && (string != NULL ?
			    strcmp(item.string, string) == 0 :
			    integer == -1 || item.integer == integer))
				n++;
		assert_false(r.bad);
	}
	return n;
}

static int
setup(void **unused)
{
	fixture_begin(unused);
	state_reader(store_path);
	return 0;
}

static int
teardown(void **unused)
{
	for (; page_count > 0; page_count--)
		wire_free(&pages[page_count - 1]);
	return fixture_end(unused);
}

static void
test_log(void **unused)
{
	struct reader		 r;
	struct record_item	 item;
	int64_t			 last = INT64_MAX;

	(void)unused;
	ask(show_scim_log, "acme", NULL);
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("result", NULL, -1), 0);
	ask(show_scim_log, "beta", NULL);
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
	execute("INSERT INTO token (id, token, hash, organization, connection,"
	    " name, profile, rights, networks, last_four, created, expires)"
	    " VALUES (1, '0123456789abcdef', x'01', 1, 1, 'okta', 0, 15, '',"
	    " 'abcd', 1, 2)");
	execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 1000) INSERT INTO scim_log (at, organization,"
	    " token, client, request, method, resource, name, changed,"
	    " result, microseconds) SELECT i, 1 + (i = 7), 1, '192.0.2.1',"
	    " 'r', 'PATCH', 'User', 'ada', 'active', 'ok', i FROM n");
	ask(show_scim_log, "acme", NULL);
	assert_true(page_count > 1);
	assert_int_equal(count("token", "okta", 0), 999);
	assert_int_equal(count("client", "192.0.2.1", 0), 999);
	assert_int_equal(count("microseconds", NULL, 7), 0);
	assert_int_equal(count("microseconds", NULL, 1000), 1);
	/* The newest first. */
	wire_read(&r, pages[0].data, pages[0].len);
	assert_true(result_get(&r, &result));
	wire_get_string(&r, 255);
	while (record_next(&r, &item))
		if (strcmp(item.name, "microseconds") == 0) {
			assert_true(item.integer < last);
			last = item.integer;
		}
}

static void
sign_in(const char *subject, unsigned int n, const char *role)
{
	struct outcome	 o = an_outcome(subject, n, n);

	if (role != NULL)
		o.identity.roles = (struct strings){ 1, &role };
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
}

static void
test_drift(void **unused)
{
	(void)unused;
	sign_in("u1", 1, NULL);
	sign_in("u2", 2, NULL);
	/* u1 is SCIM's, u2 was never provisioned. */
	execute("UPDATE account SET scim = x'00' WHERE username = 'u1'");
	ask(show_drift, "acme", NULL);
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("what", NULL, -1), 1);
	assert_int_equal(count("what", "not provisioned", 0), 1);
	assert_int_equal(count("member", "u2", 0), 1);
	execute("UPDATE membership SET login_at = login_at - 8 * 86400");
	ask(show_drift, "acme", "days=7");
	assert_int_equal(count("what", "unseen", 0), 1);
	assert_int_equal(count("member", "u1", 0), 1);
	ask(show_drift, "acme", "days=9");
	assert_int_equal(count("what", "unseen", 0), 0);
	execute("UPDATE membership SET login_at = 0");
	execute("UPDATE account SET created = 5");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", NULL, -1), 1);
	assert_int_equal(count("detail",
	    "provisioned, but never signed in", 0), 1);
	/* Who is switched off need not be seen; nor a program. */
	execute("UPDATE account SET state = 2");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", NULL, -1), 0);
	execute("UPDATE account SET state = 1, service = 1");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", NULL, -1), 0);
	ask(show_drift, "beta", NULL);
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
}

static void
test_groups(void **unused)
{
	(void)unused;
	sign_in("u1", 1, "Dev");
	execute("UPDATE account SET scim = x'00'");
	/* A login that speaks of no SCIM group speaks of other things. */
	execute("INSERT INTO scim_group (id, scim_group, organization,"
	    " connection, display_name, folded, edition, members, version,"
	    " created, modified) VALUES (1, 'aa', 1, 1, 'Staff', 'staff', 1,"
	    " 1, 1, 1, 1)");
	execute("INSERT INTO scim_member VALUES (1, 1, 1,"
	    " (SELECT id FROM account))");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", NULL, -1), 0);
	/* Of one that SCIM has not, and of none that it has. */
	execute("INSERT INTO scim_group (id, scim_group, organization,"
	    " connection, display_name, folded, edition, members, version,"
	    " created, modified) VALUES (2, 'bb', 1, 1, 'dev', 'dev', 1, 0,"
	    " 1, 1, 1)");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", "groups", 0), 2);
	assert_int_equal(count("group", "Dev", 0), 1);
	assert_int_equal(count("group", "Staff", 0), 1);
	execute("INSERT INTO scim_member VALUES (2, 1, 1,"
	    " (SELECT id FROM account))");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", "groups", 0), 1);
	assert_int_equal(count("group", "Staff", 0), 1);
}

static void
test_orphans(void **unused)
{
	(void)unused;
	sign_in("u1", 1, NULL);
	execute("UPDATE account SET scim = x'00'");
	execute("INSERT INTO scim_group (id, scim_group, organization,"
	    " connection, display_name, folded, edition, members, version,"
	    " created, modified) VALUES (1, 'aa', 1, 1, 'Staff', 'staff', 2,"
	    " 1, 1, 1, 1)");
	/* Of the edition in force only. */
	execute("INSERT INTO scim_member VALUES (1, 1, 1, 777)");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", NULL, -1), 0);
	execute("INSERT INTO scim_member VALUES (1, 2, 1, 777),"
	    " (1, 2, 2, 778), (1, 2, 3, 779)");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", "orphan", 0), 3);
	assert_int_equal(count("group", "Staff", 0), 3);
	execute("DELETE FROM scim_member");
	execute("UPDATE connection SET present = 0");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", "orphan", 0), 1);
	execute("UPDATE connection SET present = 1");
	execute("DELETE FROM membership");
	ask(show_drift, "acme", NULL);
	assert_int_equal(count("what", "orphan", 0), 1);
	assert_int_equal(count("member", "u1", 0), 1);
}

/* What is shown over several pages is shown once. */
static void
test_pages(void **unused)
{
	(void)unused;
	execute("INSERT INTO scim_group (id, scim_group, organization,"
	    " connection, display_name, folded, edition, members, version,"
	    " created, modified) VALUES (1, 'aa', 1, 1, 'Staff', 'staff', 2,"
	    " 1, 1, 1, 1), (2, 'bb', 1, 1, 'Devs', 'devs', 1, 1, 1, 1, 1),"
	    " (3, 'cc', 99, 1, 'Other', 'other', 1, 1, 1, 1, 1)");
	execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 900) INSERT INTO scim_member"
	    " SELECT g.id, g.edition, 1 + n.i % 3, 5000 + n.i"
	    " FROM scim_group AS g CROSS JOIN n");
	ask(show_drift, "acme", NULL);
	assert_true(page_count > 2);
	assert_int_equal(count("what", "orphan", 0), 1800);
	assert_int_equal(count("group", "Staff", 0), 900);
	assert_int_equal(count("group", "Devs", 0), 900);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest	 tests[] = {
		T(test_log), T(test_drift), T(test_groups), T(test_orphans),
		T(test_pages)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
