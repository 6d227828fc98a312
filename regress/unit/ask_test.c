/* Units of questions to fetch: each has one answer, its own or ours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/verifier/ask.h"

static struct event_base	*base;
static struct peer		 fetch = { .kinds = KIND_FETCH };
static bool			 away;
static unsigned int		 sent;
static uint64_t			 sent_id;
static uint32_t			 sent_ms;

/* What was heard. */
static unsigned int		 heard;
static enum fetch_result	 result;
static uint64_t			 again;		/* asked while hearing */

struct event_base *
child_base(void)
{
	return base;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	(void)group;
	assert_int_equal(kind, PROC_FETCH);
	return away ? NULL : &fetch;
}

void
peer_send(struct peer *peer, enum message m, uint64_t id,
    const struct writer *w)
{
	struct fetch_request q;
	struct reader r;

	assert_ptr_equal(peer, &fetch);
	assert_int_equal(m, MESSAGE_fetch_get);
	wire_read(&r, w->data, w->len);
	assert_true(fetch_request_get(&r, &q));
	sent++;
	sent_id = id;
	sent_ms = q.milliseconds;
}

static const struct fetch_request question = {
	.organization = "acme", .connection = "entra",
	.url = "https://idp.example/", .accept = "", .authorization = "",
	.etag = "", .most = 1000, .milliseconds = 1,
};

static void
hear(void *arg, const struct fetch_answer *a)
{
	assert_ptr_equal(arg, &heard);
	heard++;
	result = a->result;
	assert_non_null(a->detail);
	assert_non_null(a->etag);
}

static void
hear_and_ask(void *arg, const struct fetch_answer *a)
{
	hear(arg, a);
	again = ask_fetch(&question, hear, &heard);
}

/* fetch says so. */
static void
answer(uint64_t id, const char *connection)
{
	struct fetch_answer a;
	struct writer w;
	struct reader r;

	memset(&a, 0, sizeof(a));
	a.organization = "acme";
	a.connection = connection;
	a.result = FETCH_ANSWERED;
	a.detail = a.type = a.etag = "";
	a.status = 200;
	wire_init(&w, LIMIT_FETCH_MESSAGE);
	fetch_answer_put(&w, &a);
	wire_read(&r, w.data, w.len);
	ask_answered(&fetch, id, &r);
	wire_free(&w);
}

static void
turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

static int
setup(void **state)
{
	(void)state;
	away = false;
	sent = heard = 0;
	result = FETCH_MAX;
	if (base == NULL) {
		base = event_base_new();
		ask_start();
	}
	return 0;
}

static void
answers(void **state)
{
	uint64_t id, other;

	(void)state;
	id = ask_fetch(&question, hear, &heard);
	other = ask_fetch(&question, hear, &heard);
	assert_int_not_equal(id, 0);
	assert_int_not_equal(id, other);
	assert_int_equal(sent, 2);
	turn();
	assert_int_equal(heard, 0);
	answer(id, "entra");
	assert_int_equal(heard, 1);
	assert_int_equal(result, FETCH_ANSWERED);
	/* Said twice, or of nothing: passed over. */
	answer(id, "entra");
	answer(id + 1000, "entra");
	assert_int_equal(heard, 1);
	ask_forget(other);
	answer(other, "entra");
	ask_forget(other);
	assert_int_equal(heard, 1);
}

static void
stays_away(void **state)
{
	(void)state;
	away = true;
	ask_fetch(&question, hear, &heard);
	/* Not before the asker has got its number, and its time is over. */
	assert_int_equal(heard, 0);
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(heard, 1);
	assert_int_equal(result, FETCH_LOST);
	assert_int_equal(sent, 0);
}

static void
comes_back(void **state)
{
	struct fetch_request patient = question;
	uint64_t forgotten;

	(void)state;
	patient.milliseconds = 8000;
	away = true;
	forgotten = ask_fetch(&patient, hear, &heard);
	ask_fetch(&patient, hear, &heard);
	ask_forget(forgotten);
	turn();
	assert_int_equal(heard + sent, 0);
	away = false;
	ask_joined(&fetch);
	assert_int_equal(sent, 1);
	assert_in_range(sent_ms, 6000, 8000);
	answer(sent_id, "entra");
	assert_int_equal(heard, 1);
	assert_int_equal(result, FETCH_ANSWERED);
	/* Each is sent once. */
	ask_joined(&fetch);
	assert_int_equal(sent, 1);
}

static void
falls(void **state)
{
	uint64_t forgotten;

	(void)state;
	ask_fetch(&question, hear_and_ask, &heard);
	ask_fetch(&question, hear, &heard);
	forgotten = ask_fetch(&question, hear, &heard);
	ask_lost();
	ask_forget(forgotten);
	assert_int_equal(heard, 0);
	turn();
	assert_int_equal(heard, 2);
	assert_int_equal(result, FETCH_LOST);
	/* What was asked since is of the new one. */
	assert_int_equal(sent, 4);
	answer(again, "entra");
	assert_int_equal(heard, 3);
	assert_int_equal(result, FETCH_ANSWERED);
}

static void
silence(void **state)
{
	(void)state;
	ask_fetch(&question, hear, &heard);
	/* It has a second more than fetch itself. */
	event_base_loop(base, EVLOOP_ONCE);
	assert_int_equal(heard, 1);
	assert_int_equal(result, FETCH_TIMEOUT);
	answer(sent_id, "entra");
	assert_int_equal(heard, 1);
}

static void
too_many(void **state)
{
	const unsigned int most = LIMIT_FETCH_OPEN + LIMIT_FETCH_WAITING;
	unsigned int i;

	(void)state;
	for (i = 0; i < most + 10; i++)
		ask_fetch(&question, hear, &heard);
	assert_int_equal(sent, most);
	turn();
	assert_int_equal(heard, 10);
	assert_int_equal(result, FETCH_BUSY);
	ask_lost();
	while (heard < most + 10)
		turn();
	assert_int_equal(result, FETCH_LOST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(answers, setup),
		cmocka_unit_test_setup(stays_away, setup),
		cmocka_unit_test_setup(comes_back, setup),
		cmocka_unit_test_setup(falls, setup),
		cmocka_unit_test_setup(silence, setup),
		cmocka_unit_test_setup(too_many, setup),
	};
	int failed;

	failed = cmocka_run_group_tests(tests, NULL, NULL);
	event_base_free(base);
	return failed;
}
