/*
 * Units of hfssod/policy/scim_members.c and scim_job.c: many members, in
 * stages, pages and slices, also over a kill.
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
#include "hfssod/policy/scim_job.h"
#include "group_fixture.h"

#define MANY	6500

static char		 ids[MANY][LIMIT_SCIM_ID + 1];
static const char	*list[MANY];

/* So many Users of okta, put straight into the store. */
static void
people(size_t count)
{
	char	 sql[900];
	size_t	 i;

	snprintf(sql, sizeof(sql), "WITH RECURSIVE n (i) AS (SELECT 0 UNION"
	    " ALL SELECT i + 1 FROM n WHERE i + 1 < %zu) INSERT INTO account"
	    " (account, name, folded, state, owner, email, display_name,"
	    " given, family, username, username_folded, created, connection,"
	    " scim) SELECT printf('%%024x', 1000 + i * 7919 %% 65536),"
	    " 'p' || i, 'p' || i, 1, 1, '', '', '', '', 'p' || i, 'p' || i,"
	    " 1, 1, NULL FROM n; INSERT INTO membership (organization, account,"
	    " role, source, created, login_at, login_connection)"
	    " SELECT 1, id, 2, 1, 1, 0, 0 FROM account", count);
	execute(sql);
	for (i = 0; i < count; i++) {
		snprintf(ids[i], sizeof(ids[i]), "%024zx",
		    1000 + i * 7919 % 65536);
		list[i] = ids[i];
	}
}

static int64_t
role_count(enum role role)
{
	char	 sql[80];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM membership WHERE"
	    " role = %d", role);
	return query(sql);
}

/* Bring the ids from one number up to another as stages. */
static uint64_t
bring(const char *group, size_t from, size_t to)
{
	uint64_t	 n = 0;
	size_t		 count;

	for (; from < to; from += count) {
		count = to - from < LIMIT_SCIM_STAGE ? to - from :
		    LIMIT_SCIM_STAGE;
		n = stage(n, group, &list[from], count);
		assert_int_not_equal(n, 0);
	}
	return n;
}

static size_t
pages(const char *id)
{
	static char	 out[MANY][LIMIT_SCIM_ID + 1];

	return group_pages(id, out, MANY);
}

static void
sweep_all(void)
{
	int	 i;

	for (i = 0; job_sweep(); i++)
		assert_true(i < 1000);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
}

static void
restart(void)
{
	fixture_restart();
	job_start();
}

/* --- stages -------------------------------------------------------------- */

static void
staged(void **unused)
{
	const char	*id;
	uint64_t	 n;

	(void)unused;
	people(MANY);
	n = bring("", 0, 5000);
	/* Nobody sees them yet. */
	assert_int_equal(query("SELECT count(*) FROM scim_group"), 0);
	works(group_write_staged("", "displayName=all", n));
	assert_true(reply.members_follow);
	assert_int_equal(reply.more, 0);
	id = has(SCIM_id);
	assert_int_equal(query("SELECT members FROM scim_group"), 5000);
	id = strdup(id);
	assert_int_equal(pages(id), 5000);
	/* Another set; a member twice counts once. */
	n = bring(id, 4000, MANY);
	assert_int_equal(stage(n, id, &list[4000], 10), n);
	if_match = (struct scim_condition){ true, false, 1, { 9 } };
	assert_int_equal(group_write_staged(id, "displayName=all", n),
	    VERDICT_scim_precondition);
	assert_int_equal(pages(id), 5000);
	/* Whose write was refused is not kept. */
	assert_int_equal(stage(n, id, &list[4000], 10), 0);
	if_match = (struct scim_condition){ true, false, 1, { 1 } };
	n = bring(id, 4000, MANY);
	works(group_write_staged(id, "displayName=all", n));
	assert_int_equal(reply.version, 2);
	assert_int_equal(pages(id), 2500);
	assert_int_equal(query("SELECT members FROM scim_group"), 2500);
	/* It is used up. */
	assert_int_equal(group_write_staged(id, "displayName=all", n),
	    VERDICT_scim_invalid_value);
	sweep_all();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 2500);
	assert_int_equal(pages(id), 2500);
	free((void *)(uintptr_t)id);
}

static void
wrong_stages(void **unused)
{
	const char	*id, *other, *unknown[] = { "nobody" };
	uint64_t	 n;

	(void)unused;
	people(100);
	id = group_made("displayName=a");
	other = group_made("displayName=b");
	assert_int_equal(stage(0, "nobody", list, 10), 0);
	assert_int_equal(reply.verdict, VERDICT_scim_not_found);
	assert_int_equal(stage(77, id, list, 10), 0);
	assert_int_equal(stage(0, id, unknown, 1), 0);
	assert_int_equal(reply.verdict, VERDICT_scim_invalid_value);
	assert_non_null(strstr(reply.detail, "nobody"));
	n = stage(0, id, list, 10);
	/* It is that connection's. */
	token = "entra";
	assert_int_equal(stage(n, id, list, 1), 0);
	assert_int_equal(go_on_once(n), VERDICT_scim_not_found);
	token = "read";
	assert_int_equal(stage(0, id, list, 1), 0);
	assert_int_equal(reply.verdict, VERDICT_token_right);
	token = "okta";
	assert_int_equal(go_on_once(n), VERDICT_scim_not_found);
	works(go_on_once(4711));
	assert_int_equal(reply.more, 0);
	assert_int_equal(pages(id), 0);
	works(group_write_staged(id, "displayName=a", n));
	assert_int_equal(pages(id), 10);
	/* And for that group. */
	n = stage(0, id, list, 10);
	assert_int_equal(group_write_staged(other, "displayName=b", n),
	    VERDICT_scim_invalid_value);
	n = stage(0, id, list, 10);
	assert_int_equal(group_write_staged("", "displayName=c", n),
	    VERDICT_scim_invalid_value);
	sweep_all();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 10);
}

/* Members that no write claims: not without end, nor what is refused. */
static void
unclaimed_stages(void **unused)
{
	const char	*id, *some[] = { NULL, "nobody" };
	int		 i;

	(void)unused;
	people(10);
	id = group_made("displayName=a");
	some[0] = list[0];
	assert_int_equal(stage(0, id, some, 2), 0);
	assert_int_equal(reply.verdict, VERDICT_scim_invalid_value);
	sweep_all();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
	for (i = 0; i < LIMIT_SCIM_STAGES; i++)
		assert_int_not_equal(stage(0, id, list, 10), 0);
	assert_int_equal(stage(0, id, list, 10), 0);
	assert_int_equal(reply.verdict, VERDICT_too_many);
	/* In a copy nobody sweeps: old ones hold nobody up. */
	execute("UPDATE scim_job SET used = used - 10000");
	assert_int_not_equal(stage(0, id, list, 10), 0);
}

/* A group that a stage makes can't be in itself either. */
static void
staged_circle(void **unused)
{
	const char	*a, *b;
	uint64_t	 n;

	(void)unused;
	a = group_made("displayName=a");
	b = group_made("displayName=b");
	works(group_members(b, SCIM_ADD, with(1, a)));
	n = stage(0, a, &b, 1);
	assert_int_not_equal(n, 0);
	assert_int_equal(group_write_staged(a, "displayName=a", n),
	    VERDICT_scim_invalid_value);
	n = stage(0, a, &a, 1);
	assert_int_equal(group_write_staged(a, "displayName=a", n),
	    VERDICT_scim_invalid_value);
	assert_int_equal(pages(a), 0);
}

/* Nobody claims it: it goes after its time. */
static void
forgotten(void **unused)
{
	(void)unused;
	people(3000);
	fixture_time = clock_now();
	bring("", 0, 3000);
	job_sweep();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 3000);
	fixture_time += LIMIT_SCIM_STAGE_SECONDS - 5;
	job_sweep();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 3000);
	fixture_time += 10;
	sweep_all();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
}

/* --- what follows --------------------------------------------------------- */

static void
roles_of_many(void **unused)
{
	const char	*id;
	uint64_t	 n;

	(void)unused;
	people(MANY);
	n = bring("", 0, 5000);
	works(group_write_staged("", "displayName=writers", n));
	assert_int_not_equal(reply.more, 0);
	id = strdup(has(SCIM_id));
	assert_true(go_on() > 0);
	assert_int_equal(role_count(ROLE_WRITE), 5000);
	n = bring(id, 1500, MANY);
	works(group_write_staged(id, "displayName=writers", n));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 5000);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 5000);
	assert_int_equal(query("SELECT count(*) FROM membership WHERE role ="
	    " 4 AND account <= 1500"), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
	/* Another name means nothing to the map. */
	works(group_patch(id, SCIM_REPLACE, NULL, "displayName=readers"));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 0);
	works(group_patch(id, SCIM_REPLACE, NULL, "displayName=writers"));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 5000);
	works(group_delete(id));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
	free((void *)(uintptr_t)id);
}

/* A PATCH of a large group, and one that leaves few of many. */
static void
large_patches(void **unused)
{
	static char	 text[4000 * 42];
	const char	*id;
	size_t		 i;

	(void)unused;
	people(MANY);
	for (i = 0; i < 3000; i++) {
		strlcat(text, "members[value=", sizeof(text));
		strlcat(text, ids[i], sizeof(text));
		strlcat(text, "];", sizeof(text));
	}
	id = group_made("displayName=writers");
	works(group_members(id, SCIM_ADD, text));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 3000);
	works(group_members(id, SCIM_REMOVE, text));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 0);
	works(group_write_staged(id, "displayName=writers",
	    bring(id, 0, MANY)));
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), MANY);
	works(group_members(id, SCIM_REPLACE, with(2, ids[5], ids[6000])));
	assert_int_equal(pages(id), 2);
	go_on();
	assert_int_equal(role_count(ROLE_WRITE), 2);
	assert_int_equal(query("SELECT members FROM scim_group"), 2);
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 2);
	works(group_members(id, SCIM_REMOVE, NULL));
	assert_int_equal(role_count(ROLE_WRITE), 0);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
}

/* One PATCH that takes many away and brings some of them back. */
static void
taken_and_brought(void **unused)
{
	struct scim_operation	 ops[2];
	struct scim_write	 q;
	const char		*id;
	size_t			 i;

	(void)unused;
	people(MANY);
	id = group_made("displayName=writers");
	works(group_write_staged(id, "displayName=writers",
	    bring(id, 0, MANY)));
	go_on();
	memset(&q, 0, sizeof(q));
	memset(ops, 0, sizeof(ops));
	for (i = 0; i < 2; i++)
		ops[i].path.attribute = SCIM_members;
	ops[0].change = SCIM_REMOVE;
	ops[0].value.text = "";
	ops[1].change = SCIM_ADD;
	ops[1].given = true;
	ops[1].value = *group(with(2, ids[7], ids[6000]));
	q.method = SCIM_PATCH;
	q.resource = SCIM_RESOURCE_GROUP;
	q.id = id;
	q.operation_count = 2;
	q.operations = ops;
	works(ask_write(&q));
	go_on();
	assert_int_equal(query("SELECT members FROM scim_group"), 2);
	assert_int_equal(role_count(ROLE_WRITE), 2);
	works(group_get(id));
	assert_int_equal(scim_field(&reply.value, SCIM_members)->count, 2);
	/* All that there are can be taken away again. */
	works(group_members(id, SCIM_REMOVE, NULL));
	go_on();
	assert_int_equal(query("SELECT count(*) FROM scim_member"), 0);
	assert_int_equal(role_count(ROLE_WRITE), 0);
}

/* kill -9 between taking force and the end: the next start goes on. */
static void
killed(void **unused)
{
	const char	*id;
	uint64_t	 n, job;

	(void)unused;
	people(MANY);
	id = strdup(group_made("displayName=writers"));
	n = bring(id, 0, 4000);
	works(group_write_staged(id, "displayName=writers", n));
	job = reply.more;
	assert_int_not_equal(job, 0);
	works(go_on_once(job));
	restart();
	assert_int_equal(pages(id), 4000);
	sweep_all();
	assert_int_equal(role_count(ROLE_WRITE), 4000);
	works(go_on_once(job));
	assert_int_equal(reply.more, 0);
	/* Before it took force: nothing has happened. */
	n = bring(id, 4000, MANY);
	restart();
	assert_int_equal(pages(id), 4000);
	works(group_write_staged(id, "displayName=writers", n));
	restart();
	assert_int_equal(pages(id), MANY - 4000);
	sweep_all();
	assert_int_equal(role_count(ROLE_WRITE), MANY - 4000);
	assert_int_equal(query("SELECT count(*) FROM scim_member"),
	    MANY - 4000);
	assert_int_equal(audit_verify(state.store, 1, NULL), 0);
	free((void *)(uintptr_t)id);
}

/* Two PUTs, the second before the first is done; and a PATCH between. */
static void
overlapping(void **unused)
{
	const char	*id;
	uint64_t	 first, second;

	(void)unused;
	people(MANY);
	id = strdup(group_made("displayName=writers"));
	works(group_write_staged(id, "displayName=writers",
	    bring(id, 0, 5000)));
	first = reply.more;
	works(go_on_once(first));
	works(group_members(id, SCIM_ADD, with(1, ids[6400])));
	assert_int_equal(reply.more, 0);
	works(group_members(id, SCIM_REMOVE, with(1, ids[3])));
	works(group_write_staged(id, "displayName=writers",
	    bring(id, 4000, 6000)));
	second = reply.more;
	/* By turns, the later one ahead. */
	while (first != 0 || second != 0) {
		if (second != 0) {
			works(go_on_once(second));
			second = reply.more;
		}
		if (first != 0) {
			works(go_on_once(first));
			first = reply.more;
		}
	}
	assert_int_equal(pages(id), 2000);
	assert_int_equal(role_count(ROLE_WRITE), 2000);
	assert_int_equal(query("SELECT count(*) FROM membership AS m"
	    " JOIN scim_member AS s ON s.kind = 1 AND s.member = m.account"
	    " WHERE m.role = 4"), 2000);
	assert_int_equal(query("SELECT count(*) FROM scim_job"), 0);
	free((void *)(uintptr_t)id);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, groups_begin, users_end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(staged), TEST(wrong_stages),
		TEST(unclaimed_stages), TEST(staged_circle),
		TEST(forgotten), TEST(roles_of_many), TEST(large_patches),
		TEST(taken_and_brought),
		TEST(killed), TEST(overlapping)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
