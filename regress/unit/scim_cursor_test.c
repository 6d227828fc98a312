/* Cursors, and what goes on between slices: there and back, or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/scim_cursor.h"
#include "scim_fixture.h"

static struct scim_progress
a_progress(void)
{
	struct scim_progress	 p;

	memset(&p, 0, sizeof(p));
	p.at.phase = chance(2);
	p.at.begun = chance(2);
	p.at.row = chance(100000);
	p.last = p.at;
	p.last.begun = true;
	memset(p.last.key, 'k', chance(PLAN_KEY + 1));
	memset(p.at.key, 'a' + (int)chance(26), chance(PLAN_KEY + 1));
	p.matched = chance(1000);
	p.said = chance(1000);
	p.total = (int64_t)chance(1000) - 1;
	p.more = chance(2);
	p.job = chance(3);
	p.first = chance(3);
	p.most = chance(4);
	return p;
}

static void
test_there_and_back(void **unused)
{
	struct scim_progress	 p, q;
	const char		*text;
	int			 i;

	(void)unused;
	for (i = 0; i < 2000; i++) {
		p = a_progress();
		text = scim_progress_text(pool, 7, &p);
		assert_true(strlen(text) <= LIMIT_SCIM_AFTER);
		assert_true(scim_progress_read(text, 7, &q));
		assert_memory_equal(p.at.key, q.at.key, sizeof(p.at.key));
		assert_memory_equal(p.last.key, q.last.key,
		    sizeof(p.last.key));
		assert_int_equal(p.at.row, q.at.row);
		assert_int_equal(p.at.phase, q.at.phase);
		assert_int_equal(p.at.begun, q.at.begun);
		assert_int_equal(p.matched, q.matched);
		assert_int_equal(p.said, q.said);
		assert_int_equal(p.total, q.total);
		assert_int_equal(p.more, q.more);
		assert_int_equal(p.job, q.job);
		assert_int_equal(p.first, q.first);
		assert_int_equal(p.most, q.most);
		/* Of another question; and no cursor. */
		assert_false(scim_progress_read(text, 8, &q));
		assert_false(scim_cursor_read(text, 7, &q));
		if (p.total < 0)
			continue;
		text = scim_cursor_text(pool, 7, &p);
		assert_true(strlen(text) <= LIMIT_SCIM_CURSOR);
		assert_int_equal(strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789-_"), strlen(text));
		assert_true(scim_cursor_read(text, 7, &q));
		assert_string_equal(q.at.key, p.last.key);
		assert_int_equal(q.at.row, p.last.row);
		assert_int_equal(q.total, p.total);
		assert_int_equal(q.said, 0);
		assert_false(scim_cursor_read(text, 6, &q));
		assert_false(scim_progress_read(text, 7, &q));
	}
}

/* Every octet changed, every end cut off: refused or another place. */
static void
test_broken(void **unused)
{
	struct scim_progress	 p = a_progress(), q;
	const char		*text;
	char			*copy;
	size_t			 i, len;

	(void)unused;
	p.total = 5;
	text = scim_cursor_text(pool, 7, &p);
	len = strlen(text);
	for (i = 0; i < len; i++) {
		copy = scim_pool_string(pool, text, len);
		copy[i] = copy[i] == 'A' ? 'B' : 'A';
		if (scim_cursor_read(copy, 7, &q))
			assert_true(i > 10 && q.at.row >= 0 &&
			    q.total >= 0 && q.at.phase < 2);
		copy[i] = '\0';
		assert_false(scim_cursor_read(copy, 7, &q));
		copy[i] = '!';
		assert_false(scim_cursor_read(copy, 7, &q));
	}
	assert_false(scim_cursor_read("", 7, &q));
	assert_false(scim_cursor_read("AAAA", 7, &q));
}

static void
test_questions(void **unused)
{
	struct scim		 s;
	struct scim_list	 q;
	uint64_t		 n;

	(void)unused;
	memset(&s, 0, sizeof(s));
	memset(&q, 0, sizeof(q));
	s.organization = s.connection = 1;
	n = scim_cursor_query(&s, &q);
	/* What a page is of doesn't change with its size or place. */
	q.count = 5;
	q.start = 9;
	q.members = true;
	assert_true(scim_cursor_query(&s, &q) == n);
#define OTHER(field, value, back) \
	field = value; \
	assert_true(scim_cursor_query(&s, &q) != n); \
	field = back
	OTHER(s.organization, 2, 1);
	OTHER(s.connection, 2, 1);
	OTHER(s.token.dry, true, false);
	OTHER(q.resource, SCIM_RESOURCE_GROUP, SCIM_RESOURCE_USER);
	OTHER(q.where.base, SCIM_BASE_BASIC, SCIM_BASE_MANAGED);
	OTHER(q.sort, SCIM_title, SCIM_none);
	OTHER(q.descending, true, false);
	OTHER(q.filter, pr(SCIM_title), NULL);
	OTHER(q.cursored, true, false);
	assert_true(scim_cursor_query(&s, &q) == n);
	q.filter = pr(SCIM_title);
	n = scim_cursor_query(&s, &q);
	q.filter = pr(SCIM_nickName);
	assert_true(scim_cursor_query(&s, &q) != n);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, pool_begin, pool_end)
	const struct CMUnitTest	 tests[] = {
		T(test_there_and_back), T(test_broken), T(test_questions)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
