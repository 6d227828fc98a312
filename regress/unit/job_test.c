/* Units of requests that wait: each http process has its own share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/verifier/job.h"

int64_t	 __wrap_clock_ms(void);

static int64_t	 ms = 1000;
static struct job	*jobs[LIMIT_FETCH_WAITING + 1];
static size_t		 count;

int64_t
__wrap_clock_ms(void)
{
	return ms;
}

/* A message with so many octets of body; false: it may not wait. */
static bool
offer(uint64_t instance, size_t len)
{
	struct peer peer = { .instance = instance };
	struct sso_request q;
	struct writer w;
	struct reader r;
	struct job *job;

	memset(&q, 0, sizeof(q));
	q.request.id = 5;
	q.request.host = "h";
	q.organization = "acme";
	q.connection = q.return_to = "";
	q.body.data = calloc(1, len + 1);
	q.body.len = len;
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	sso_request_put(&w, &q);
	assert_false(w.bad);
	wire_read(&r, w.data, w.len);
	job = job_new(&peer, 7, &r);
	/* It keeps octets of its own. */
	wire_free(&w);
	free((void *)(uintptr_t)q.body.data);
	if (job == NULL)
		return false;
	assert_string_equal(job->q.organization, "acme");
	assert_int_equal(job->q.body.len, len);
	assert_int_equal(job->id, 7);
	assert_int_equal(job->origin, instance);
	jobs[count++] = job;
	return true;
}

static int
drop(void **state)
{
	(void)state;
	while (count > 0)
		job_free(jobs[--count]);
	return 0;
}

static void
counts(void **state)
{
	uint64_t i;

	(void)state;
	for (i = 0; i < LIMIT_OUTSTANDING; i++)
		assert_true(offer(1, 10));
	assert_false(offer(1, 10));
	assert_true(offer(2, 10));
	job_free(jobs[0]);
	jobs[0] = jobs[--count];
	assert_true(offer(1, 10));
	for (i = count; i < LIMIT_FETCH_WAITING; i++)
		assert_true(offer(3 + i % 8, 10));
	assert_false(offer(99, 10));
}

static void
octets(void **state)
{
	const size_t len = LIMIT_BODY, most = 2 * LIMIT_OUTSTANDING_BYTES;
	size_t i;

	(void)state;
	for (i = 0; i < most / (len + 1000); i++)
		assert_true(offer(1, len));
	while (offer(1, len))
		assert_true(count < LIMIT_OUTSTANDING);
	assert_true(count * len <= most);
	assert_true(offer(2, len));
}

static void
deadline(void **state)
{
	(void)state;
	assert_true(offer(1, 1));
	assert_int_equal(job_left(jobs[0]), LIMIT_FETCH_MS);
	ms += LIMIT_FETCH_MS - 5;
	assert_int_equal(job_left(jobs[0]), 5);
	ms += 100;
	assert_int_equal(job_left(jobs[0]), 1);
	job_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(counts, drop),
		cmocka_unit_test_teardown(octets, drop),
		cmocka_unit_test_teardown(deadline, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
