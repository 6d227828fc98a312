/*
 * Units of hfssod/http/scim_write.c: what is brought ahead of a large
 * group, where one write follows the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/scim_write.h"

#define LARGE	(LIMIT_SCIM_STAGE + 1)

/* --- what http has beside it ------------------------------------------- */

static struct scim_call	 scim;
static struct call	 call;
static bool		 full;		/* no room to hold anything */
static size_t		 held;
static enum message	 asked;		/* the last question */
static struct scim_next	 next;
static enum verdict	 verdict;	/* of the last one that is done */

bool
intake_hold(size_t n)
{
	if (!full)
		held += n;
	return !full;
}

void
intake_forget(size_t n)
{
	assert_true(n <= held);
	held -= n;
}

void
scim_where_of(const struct call *c, struct scim_where *w)
{
	(void)c;
	memset(w, 0, sizeof(*w));
	w->request.host = "";
	w->organization = "acme";
}

struct writer *
scim_question(struct call *c, enum process peer, enum message message)
{
	(void)c;
	assert_int_equal(peer, PROC_POLICY);
	asked = message;
	wire_reset(&scim.question);
	return &scim.question;
}

bool
scim_send(struct call *c, const struct scim_next *n)
{
	scim_follow(c, n);
	return true;
}

void
scim_follow(struct call *c, const struct scim_next *n)
{
	(void)c;
	next = *n;
}

bool
scim_turn_away(struct call *c, enum verdict v, const char *detail)
{
	(void)c;
	(void)detail;
	verdict = v;
	return true;
}

/* --- one that writes ---------------------------------------------------- */

static void
seen(struct call *c, const struct scim_answer *a)
{
	(void)c;
	assert_int_equal(a->verdict, VERDICT_ok);
}

static void
done(struct call *c, const struct scim_answer *a)
{
	(void)c;
	verdict = a->verdict;
}

static int
begin(void **unused)
{
	(void)unused;
	memset(&scim, 0, sizeof(scim));
	memset(&call, 0, sizeof(call));
	scim.pool = scim_pool_new();
	wire_init(&scim.question, LIMIT_SCIM_MESSAGE);
	call.own = &scim;
	full = false;
	held = 0;
	asked = MESSAGE_none;
	verdict = VERDICT_MAX;
	return 0;
}

static int
end(void **unused)
{
	(void)unused;
	scim_writing_free(&scim.writing);
	assert_int_equal(held, 0);
	wire_free(&scim.question);
	scim_pool_free(scim.pool);
	return 0;
}

/* POST of a group with so many members, whose ids begin with a letter. */
static void
follow(char letter, size_t count)
{
	static const struct scim_writer	 writer = { seen, done };
	struct scim_pool		*pool = scim_pool_new();
	struct scim_order		 o;
	struct buffer			 text = { 0 };
	const char			*why;
	size_t				 i;

	buffer_string(&text, "{\"displayName\":\"x\",\"members\":[");
	for (i = 0; i < count; i++)
		buffer_printf(&text, "%s{\"value\":\"%c%zu\"}", i > 0 ? "," :
		    "", letter, i);
	buffer_string(&text, "]}");
	memset(&o, 0, sizeof(o));
	o.method = SCIM_CREATE;
	o.resource = SCIM_RESOURCE_GROUP;
	o.id = "";
	o.body = json_read(pool, buffer_at(&text), buffer_len(&text), &why);
	assert_non_null(o.body);
	scim_write_follow(&call, pool, &o, &writer);
	buffer_free(&text);
	scim_pool_free(pool);
}

/* How many ids the stage brings, all of which begin with the letter. */
static size_t
brought(char letter)
{
	struct scim_stage	 s;
	struct reader		 r;
	size_t			 i, n;

	assert_int_equal(asked, MESSAGE_scim_stage);
	wire_read(&r, scim.question.data, scim.question.len);
	memset(&s, 0, sizeof(s));
	assert_true(scim_stage_get(&r, &s));
	for (i = 0; i < s.members.count; i++)
		assert_int_equal(s.members.list[i][0], letter);
	n = s.members.count;
	scim_stage_free(&s);
	return n;
}

static void
answer(uint64_t more)
{
	struct scim_answer	 a;

	memset(&a, 0, sizeof(a));
	a.detail = "";
	a.more = more;
	a.value.text = "";
	next.answer(&call, &a);
}

/* All stages, then the write that names them. */
static void
goes_on(char letter, size_t count)
{
	size_t	 n;

	for (n = brought(letter); n < count; n += brought(letter))
		answer(7);
	assert_int_equal(n, count);
	answer(7);
	assert_int_equal(asked, MESSAGE_scim_write);
	assert_int_equal(held, 0);
	answer(0);
	assert_int_equal(verdict, VERDICT_ok);
}

/* --- tests -------------------------------------------------------------- */

static void
small(void **unused)
{
	(void)unused;
	follow('a', LIMIT_SCIM_STAGE);
	assert_int_equal(asked, MESSAGE_scim_write);
	assert_int_equal(held, 0);
	answer(0);
	assert_int_equal(verdict, VERDICT_ok);
}

static void
large(void **unused)
{
	(void)unused;
	follow('a', LARGE);
	assert_true(held > 0);
	goes_on('a', LARGE);
	follow('b', 3 * LARGE);
	goes_on('b', 3 * LARGE);
}

/* What one could not bring is no part of the next. */
static void
no_room(void **unused)
{
	(void)unused;
	full = true;
	follow('a', LARGE);
	assert_int_equal(verdict, VERDICT_unavailable);
	assert_int_equal(asked, MESSAGE_none);
	full = false;
	verdict = VERDICT_MAX;
	follow('b', LARGE);
	goes_on('b', LARGE);
}

/* One that was refused under way leaves nothing either. */
static void
refused(void **unused)
{
	struct scim_answer	 a;

	(void)unused;
	follow('a', 2 * LARGE);
	memset(&a, 0, sizeof(a));
	a.verdict = VERDICT_scim_invalid_value;
	a.detail = "";
	a.value.text = "";
	next.answer(&call, &a);
	assert_int_equal(verdict, VERDICT_scim_invalid_value);
	assert_int_equal(held, 0);
	follow('b', LARGE);
	goes_on('b', LARGE);
}

#define TEST(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		TEST(small), TEST(large), TEST(no_room), TEST(refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
