/* Units of hfssod/policy/show.c: what hfssoctl is shown, page by page. */
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
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_page.h"
#include "policy_fixture.h"

typedef enum verdict show_fn(struct request *, struct reader *,
		    struct writer *);

/* An answer's parts; they live until the next question. */
static struct result	 result;
static char		 after[256];
static struct reader	 records;

static void
ask(show_fn *show, const char *organization, const char *name)
{
	static struct writer	 answer;
	struct ctl_question	 q = { organization, name, "", "", after, false,
	    { 0, NULL } };
	struct store		*policys = state.store;
	struct writer		 w;
	struct reader		 r;

	wire_free(&answer);
	wire_init(&answer, LIMIT_MESSAGE);
	wire_init(&w, LIMIT_MESSAGE);
	wire_put_string(&w, "uid 0");
	ctl_question_put(&w, &q);
	wire_read(&r, w.data, w.len);
	state.store = NULL;
	show(NULL, &r, &answer);
	store_close(state.store);
	state.store = policys;
	wire_free(&w);
	assert_false(answer.bad);
	wire_read(&records, answer.data, answer.len);
	assert_true(result_get(&records, &result));
	assert_true(records.left <= PAGE + 512);
	strlcpy(after, wire_get_string(&records, sizeof(after) - 1),
	    sizeof(after));
}

/* How often a string or integer of that name and value is in the answer. */
static int
count(const char *name, const char *string, int64_t integer)
{
	struct reader		 r = records;
	struct record_item	 item;
	int			 n = 0;

	while (record_next(&r, &item)) {
		if (strcmp(item.name, name) != 0)
			continue;
		if (string != NULL ? strcmp(item.string, string) == 0 :
		    integer == -1 || item.integer == integer)
			n++;
	}
	assert_false(r.bad);
	return n;
}

static int
setup(void **unused)
{
	fixture_begin(unused);
	state_reader(store_path);
	after[0] = '\0';
	return 0;
}

static void
nothing(void **unused)
{
	(void)unused;
	ask(show_organizations, "", "");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("name", "acme", 0), 1);
	assert_int_equal(count("connections", NULL, 2), 1);
	assert_int_equal(count("members", NULL, 0), 1);
	ask(show_members, "acme", "");
	assert_int_equal(result.verdict, VERDICT_ok);
	ask(show_members, "beta", "");
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
	ask(show_members, "", "");
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
	ask(show_member, "acme", "u1");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
	ask(show_member, "beta", "u1");
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
	ask(show_sessions, "", "");
	assert_int_equal(result.verdict, VERDICT_ok);
	ask(show_sessions, "acme", "u1");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
}

static void
one_member(void **unused)
{
	static const char	*values[] = { "ml", "nlp-team" };
	static const char	*dev[] = { "dev" };
	struct outcome		 o = an_outcome("u1", 1, 1);

	(void)unused;
	o.identity.groups = (struct strings){ 2, values };
	o.identity.roles = (struct strings){ 1, dev };
	o.identity.name = "Ada";
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	ask(show_member, "acme", "U1");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("display_name", "Ada", 0), 1);
	assert_int_equal(count("subject", "u1", 0), 1);
	assert_int_equal(count("role_source", "map", 0), 1);
	assert_int_equal(count("group", "nlp", 0), 1);
	assert_int_equal(count("group", "vision", 0), 1);
	assert_int_equal(count("value", "ml", 0), 2);
	assert_int_equal(count("value", "nlp-team", 0), 1);
	assert_int_equal(count("session", NULL, -1), 1);
	/* His own, of an identity, and of a session. */
	assert_int_equal(count("connection", "okta", 0), 3);
	assert_int_equal(count("user_name", "u1", 0), 1);
	assert_int_equal(count("external_id", "u1", 0), 1);
	assert_int_equal(count("linked", NULL, 0), 0);
	assert_int_equal(count("linked", NULL, -1), 1);
	assert_int_equal(count("invitation", NULL, -1), 0);
	execute("UPDATE stamp SET expires = 1");
	ask(show_member, "acme", "u1");
	assert_int_equal(count("session", NULL, -1), 0);
}

#define ACCOUNT(id, name, owner, username, external, connection) \
	"INSERT INTO account (account, name, folded, state, owner, email," \
	" display_name, given, family, username, external_id, connection," \
	" created) VALUES ('" id "', '" name "', '" name "', 1, " owner "," \
	" '', '', '', '', '" username "', " external ", " connection ", 1)"

/* Nobody's sign-in has been matched yet, and no line gives a role. */
static void
provisioned(void **unused)
{
	(void)unused;
	execute(ACCOUNT("aa", "anna", "1", "Anna Berg", "'x-1'", "2"));
	execute(ACCOUNT("bb", "berta", "99", "berta", "'x-2'", "3"));
	ask(show_member, "acme", "Anna");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("user_name", "Anna Berg", 0), 1);
	assert_int_equal(count("external_id", "x-1", 0), 1);
	assert_int_equal(count("connection", "entra", 0), 1);
	assert_int_equal(count("linked", NULL, 0), 1);
	assert_int_equal(count("active", NULL, 1), 1);
	assert_int_equal(count("role", "", 0), 1);
	assert_int_equal(count("role_source", "", 0), 1);
	assert_int_equal(count("subject", NULL, -1), 0);
	/* Whose userName is it: who asks knows names. */
	ask(show_member, "acme", "Anna Berg");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
	ask(show_member, "acme", "berta");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
	execute("UPDATE account SET linked = 77 WHERE name = 'anna'");
	ask(show_member, "acme", "anna");
	assert_int_equal(count("linked", NULL, 77), 1);
	execute("UPDATE account SET external_id = NULL, connection = NULL");
	ask(show_member, "acme", "anna");
	assert_int_equal(count("external_id", "", 0), 1);
	assert_int_equal(count("connection", "", 0), 1);
	execute("UPDATE account SET state = 3, deleted = 1");
	ask(show_member, "acme", "anna");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
}

#define INVITATION(account, name, external) \
	"INSERT INTO invitation (invitation, organization, connection," \
	" account, state, username, username_folded, external_id, email," \
	" display_name, given, family, accepted, version, created, modified)" \
	" VALUES ('i-" name "', 1, 2, " account ", 1, '" name "'," \
	" '" name "', '" external "', 'work@acme.com', 'At work', '', ''," \
	" 0, 1, 1, 1)"

/* What is shown is the organization's, not what others know of him. */
static void
invited(void **unused)
{
	(void)unused;
	execute(ACCOUNT("aa", "anna", "NULL", "secret", "'other'", "1"));
	execute(INVITATION("1", "anna", "x-1"));
	execute(INVITATION("NULL", "nemo", "x-2"));
	ask(show_member, "acme", "Anna");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("invitation", "pending", 0), 1);
	assert_int_equal(count("user_name", "anna", 0), 1);
	assert_int_equal(count("external_id", "x-1", 0), 1);
	assert_int_equal(count("connection", "entra", 0), 1);
	assert_int_equal(count("linked", NULL, 0), 1);
	assert_int_equal(count("account", "aa", 0), 1);
	execute("UPDATE invitation SET accepted = 77 WHERE account = 1");
	ask(show_member, "acme", "anna");
	assert_int_equal(count("invitation", "active", 0), 1);
	assert_int_equal(count("linked", NULL, 77), 1);
	execute("UPDATE invitation SET state = 2");
	ask(show_member, "acme", "anna");
	assert_int_equal(count("invitation", "inactive", 0), 1);
	assert_int_equal(count("active", NULL, 0), 1);
	/* Nobody has that account. */
	execute("UPDATE invitation SET state = 1");
	ask(show_member, "acme", "NEMO");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("invitation", "pending", 0), 1);
	assert_int_equal(count("name", "nemo", 0), 1);
	assert_int_equal(count("account", "", 0), 1);
	assert_int_equal(count("external_id", "x-2", 0), 1);
	assert_int_equal(count("connection", "entra", 0), 1);
	assert_int_equal(count("session", NULL, -1), 0);
	execute("UPDATE invitation SET organization = 99");
	ask(show_member, "acme", "nemo");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
	ask(show_member, "acme", "anna");
	assert_int_equal(result.verdict, VERDICT_no_member_named);
}

/* A brake that only counts holds nobody. */
static void
brake(void **unused)
{
	(void)unused;
	execute("INSERT INTO brake VALUES (1, 50, 4, 20, 0)");
	ask(show_organizations, "", "");
	assert_int_equal(count("brake", NULL, -1), 1);
	assert_int_equal(count("held", NULL, -1), 0);
	execute("UPDATE brake SET held = 77");
	ask(show_organizations, "", "");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("brake", NULL, -1), 1);
	assert_int_equal(count("held", NULL, 77), 1);
	assert_int_equal(count("count", NULL, 4), 1);
	execute("UPDATE brake SET organization = 99");
	ask(show_organizations, "", "");
	assert_int_equal(count("held", NULL, -1), 0);
}

#define MANY	700

static int
all_pages(show_fn *show, const char *organization, const char *name,
    const char *key, int *pages)
{
	int	 n = 0;

	*pages = 0;
	do {
		ask(show, organization, name);
		assert_int_equal(result.verdict, VERDICT_ok);
		n += count(key, NULL, -1);
		(*pages)++;
	} while (after[0] != '\0');
	return n;
}

static void
pages(void **unused)
{
	char	 who[16];
	int	 i, n;

	(void)unused;
	for (i = 0; i < MANY; i++) {
		snprintf(who, sizeof(who), "user%d", i);
		assert_int_equal(login_as(who), VERDICT_ok);
	}
	assert_int_equal(login_as("user7"), VERDICT_ok);
	assert_int_equal(all_pages(show_members, "acme", "", "name", &n),
	    MANY);
	assert_true(n > 1);
	assert_int_equal(all_pages(show_sessions, "", "", "session", &n),
	    MANY + 1);
	assert_true(n > 1);
	assert_int_equal(all_pages(show_sessions, "acme", "", "session", &n),
	    MANY + 1);
	assert_int_equal(all_pages(show_sessions, "acme", "user7", "session",
	    &n), 2);
	assert_int_equal(n, 1);
	ask(show_organizations, "", "");
	assert_int_equal(count("members", NULL, MANY), 1);
	assert_int_equal(count("sessions", NULL, MANY + 1), 1);
}

/* A member with more groups than a page holds. */
static void
many_groups(void **unused)
{
	(void)unused;
	assert_int_equal(login_as("u1"), VERDICT_ok);
	execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 2000) INSERT INTO resource_group"
	    " (organization, slug, folded, created)"
	    " SELECT 1, 'group-' || i, 'group-' || i, 0 FROM n");
	execute("INSERT INTO grants SELECT 1, id, 1, '', 2"
	    " FROM resource_group");
	ask(show_member, "acme", "u1");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("resource_groups_truncated", NULL, 1), 1);
}

static void
no_store(void **unused)
{
	(void)unused;
	state_reader("/nonexistent/db");
	ask(show_organizations, "", "");
	assert_int_equal(result.verdict, VERDICT_unavailable);
	assert_string_equal(after, "");
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, setup, fixture_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(nothing), UNIT(one_member), UNIT(provisioned),
		UNIT(invited), UNIT(brake), UNIT(pages), UNIT(many_groups),
		UNIT(no_store)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
