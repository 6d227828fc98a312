/*
 * Units of put and get of what is said of identity providers: each value
 * comes back as it went, and no part of it passes for the whole.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/provider.h"
#include "common/view.h"

static uint8_t	 octets[LIMIT_FETCH_METADATA + 1];

/* Every part of it, and it with one octet more, is refused. */
#define REFUSES_PARTS(w, type, get, done) do {				\
	struct reader	 r_;						\
	struct type	 v_;						\
	size_t		 n_;						\
									\
	wire_put_u8((w), 0);						\
	for (n_ = 0; n_ <= (w)->len; n_++) {				\
		if (n_ == (w)->len - 1)					\
			continue;					\
		wire_read(&r_, (w)->data, n_);				\
		assert_false(get(&r_, &v_));				\
		done(&v_);						\
	}								\
	wire_free(w);							\
} while (0)
#define NOTHING(v)	(void)(v)

static void
begin(struct writer *w)
{
	wire_init(w, LIMIT_FETCH_MESSAGE);
}

static void
questions(void **state)
{
	const struct fetch_request	 q = { "acme", "okta",
	    "https://id.example/token", true, "application/json", "Basic eA==",
	    "\"1\"", { (const uint8_t *)"a=b", 3 }, 65536, 8000 };
	struct fetch_request		 got;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	begin(&w);
	fetch_request_put(&w, &q);
	wire_read(&r, w.data, w.len);
	assert_true(fetch_request_get(&r, &got));
	assert_string_equal(got.organization, "acme");
	assert_string_equal(got.connection, "okta");
	assert_string_equal(got.url, q.url);
	assert_true(got.post);
	assert_string_equal(got.accept, q.accept);
	assert_string_equal(got.authorization, q.authorization);
	assert_string_equal(got.etag, q.etag);
	assert_memory_equal(got.body.data, "a=b", 3);
	assert_int_equal(got.most, 65536);
	assert_int_equal(got.milliseconds, 8000);
	REFUSES_PARTS(&w, fetch_request, fetch_request_get, NOTHING);
}

static void
question_for_too_much(void **state)
{
	struct fetch_request	 q, got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	memset(&q, 0, sizeof(q));
	q.most = LIMIT_FETCH_METADATA + 1;
	begin(&w);
	fetch_request_put(&w, &q);
	wire_read(&r, w.data, w.len);
	assert_false(fetch_request_get(&r, &got));
	wire_free(&w);
}

static void
answers(void **state)
{
	const struct fetch_answer	 a = { "acme", "okta", FETCH_ANSWERED,
	    "detail", 304, "text/xml", "\"2\"", -1,
	    { (const uint8_t *)"xyz", 3 } };
	struct fetch_answer		 got;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	begin(&w);
	fetch_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	assert_true(fetch_answer_get(&r, &got));
	assert_int_equal(got.result, FETCH_ANSWERED);
	assert_int_equal(got.status, 304);
	assert_string_equal(got.detail, "detail");
	assert_string_equal(got.type, "text/xml");
	assert_string_equal(got.etag, "\"2\"");
	assert_true(got.max_age == -1);
	assert_int_equal(got.body.len, 3);
	REFUSES_PARTS(&w, fetch_answer, fetch_answer_get, NOTHING);
}

static void
answer_is_bounded(void **state)
{
	struct fetch_answer	 a, got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	memset(&a, 0, sizeof(a));
	a.body = (struct bytes){ octets, LIMIT_FETCH_METADATA };
	begin(&w);
	fetch_answer_put(&w, &a);
	assert_false(w.bad);
	wire_read(&r, w.data, w.len);
	assert_true(fetch_answer_get(&r, &got));
	wire_reset(&w);
	a.body.len++;
	fetch_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	assert_false(fetch_answer_get(&r, &got));
	wire_reset(&w);
	a.body.len = 0;
	a.result = FETCH_MAX;
	fetch_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	assert_false(fetch_answer_get(&r, &got));
	wire_free(&w);
}

static void
documents(void **state)
{
	const struct document	 d = { "acme", "okta", DOCUMENT_KEYS,
	    "https://id.example/keys", "", 1234567, true,
	    { (const uint8_t *)"{}", 2 } };
	struct document		 got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	begin(&w);
	document_put(&w, &d);
	wire_read(&r, w.data, w.len);
	assert_true(document_get(&r, &got));
	assert_int_equal(got.kind, DOCUMENT_KEYS);
	assert_string_equal(got.url, d.url);
	assert_string_equal(got.etag, "");
	assert_true(got.fetched == 1234567);
	assert_true(got.replaced);
	assert_int_equal(got.body.len, 2);
	REFUSES_PARTS(&w, document, document_get, NOTHING);
}

static void
connections(void **state)
{
	const struct connection_status	 s = { "acme", "okta",
	    { (const uint8_t *)"\1\0", 2 } };
	const struct connection_switch	 o = { "acme", "okta", true };
	struct connection_status	 status;
	struct connection_switch	 off;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	begin(&w);
	connection_status_put(&w, &s);
	wire_read(&r, w.data, w.len);
	assert_true(connection_status_get(&r, &status));
	assert_int_equal(status.records.len, 2);
	REFUSES_PARTS(&w, connection_status, connection_status_get, NOTHING);
	begin(&w);
	connection_switch_put(&w, &o);
	wire_read(&r, w.data, w.len);
	assert_true(connection_switch_get(&r, &off));
	assert_true(off.off);
	assert_string_equal(off.connection, "okta");
	REFUSES_PARTS(&w, connection_switch, connection_switch_get, NOTHING);
}

static void
checks(void **state)
{
	const struct check_start	 s = { "acme", "google", "1234",
	    { (const uint8_t *)"sealed", 6 } };
	const struct check_outcome	 o = { "acme", "google", "1234",
	    CHECK_GONE, "invalid_grant", { NULL, 0 } };
	struct check_start		 start;
	struct check_outcome		 outcome;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	begin(&w);
	check_start_put(&w, &s);
	wire_read(&r, w.data, w.len);
	assert_true(check_start_get(&r, &start));
	assert_string_equal(start.subject, "1234");
	assert_memory_equal(start.token.data, "sealed", 6);
	REFUSES_PARTS(&w, check_start, check_start_get, NOTHING);
	begin(&w);
	check_outcome_put(&w, &o);
	wire_read(&r, w.data, w.len);
	assert_true(check_outcome_get(&r, &outcome));
	assert_int_equal(outcome.result, CHECK_GONE);
	assert_string_equal(outcome.detail, "invalid_grant");
	assert_int_equal(outcome.token.len, 0);
	REFUSES_PARTS(&w, check_outcome, check_outcome_get, NOTHING);
}

static void
sealed_is_bounded(void **state)
{
	struct check_start	 s, got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	memset(&s, 0, sizeof(s));
	s.token = (struct bytes){ octets, LIMIT_SEALED + 1 };
	begin(&w);
	check_start_put(&w, &s);
	wire_read(&r, w.data, w.len);
	assert_false(check_start_get(&r, &got));
	wire_free(&w);
}

static void
reports(void **state)
{
	struct report_line	 lines[] = {
	    { REPORT_RESULT, "Role", "admin" },
	    { REPORT_RECEIVED, "groups", "<b>" } };
	struct login_answer	 a, got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	memset(&a, 0, sizeof(a));
	a.test = true;
	a.report_count = 2;
	a.report = lines;
	begin(&w);
	login_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	assert_true(login_answer_get(&r, &got));
	assert_true(got.test);
	assert_int_equal(got.report_count, 2);
	assert_int_equal(got.report[1].part, REPORT_RECEIVED);
	assert_string_equal(got.report[1].value, "<b>");
	login_answer_free(&got);
	REFUSES_PARTS(&w, login_answer, login_answer_get, login_answer_free);
}

static void
received_values(void **state)
{
	const char		*values[] = { "a", "b" };
	struct received		 list[] = {
	    { "groups", { 2, values } }, { "email", { 0, NULL } } };
	struct outcome		 o, got;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	memset(&o, 0, sizeof(o));
	o.test = true;
	o.received_count = 2;
	o.received = list;
	o.check_token = (struct bytes){ octets, 40 };
	o.logout_hint = (struct bytes){ octets, 50 };
	begin(&w);
	outcome_put(&w, &o);
	wire_read(&r, w.data, w.len);
	assert_true(outcome_get(&r, &got));
	assert_int_equal(got.received_count, 2);
	assert_int_equal(got.received[0].values.count, 2);
	assert_string_equal(got.received[0].values.list[1], "b");
	assert_int_equal(got.check_token.len, 40);
	assert_int_equal(got.logout_hint.len, 50);
	outcome_free(&got);
	REFUSES_PARTS(&w, outcome, outcome_get, outcome_free);
}

static void
fetch_views(void **state)
{
	const char		*origins[] = { "https://id.example:443" };
	struct network		 allow[1];
	struct fetch_connection	 c;
	struct fetch_view	 v, *got;
	struct reader		 r;
	struct writer		 w;
	size_t			 n;

	(void)state;
	assert_true(network_parse("10.0.0.0/8", &allow[0]));
	memset(&c, 0, sizeof(c));
	c.organization = "acme";
	c.name = "okta";
	c.origins = (struct strings){ 1, origins };
	c.allow_count = 1;
	c.allow = allow;
	memset(&v, 0, sizeof(v));
	v.group = "default";
	v.connection_count = 1;
	v.connections = &c;
	begin(&w);
	fetch_view_put(&w, &v);
	wire_read(&r, w.data, w.len);
	assert_non_null(got = fetch_view_get(&r));
	assert_string_equal(got->connections[0].origins.list[0], origins[0]);
	assert_memory_equal(&got->connections[0].allow[0], &allow[0],
	    sizeof(allow[0].address));
	assert_int_equal(got->connections[0].allow[0].bits, 104);
	fetch_view_free(got);
	for (n = 0; n < w.len; n++) {
		wire_read(&r, w.data, n);
		assert_null(fetch_view_get(&r));
	}
	wire_free(&w);
}

static void
names(void **state)
{
	unsigned int	 i, k;

	(void)state;
	for (i = 0; i < FETCH_MAX; i++)
		for (k = 0; k < i; k++)
			assert_string_not_equal(fetch_result_name(i),
			    fetch_result_name(k));
	assert_string_equal(fetch_result_name(FETCH_MAX), "unknown");
	assert_string_equal(document_name(DOCUMENT_DISCOVERY), "discovery");
	assert_string_equal(document_name(DOCUMENT_MAX), "unknown");
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(question_for_too_much),
		cmocka_unit_test(answers),
		cmocka_unit_test(answer_is_bounded),
		cmocka_unit_test(documents),
		cmocka_unit_test(connections),
		cmocka_unit_test(checks),
		cmocka_unit_test(sealed_is_bounded),
		cmocka_unit_test(reports),
		cmocka_unit_test(received_values),
		cmocka_unit_test(fetch_views),
		cmocka_unit_test(names)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
