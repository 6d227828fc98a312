/*
 * Requests of http that wait, in verifier.  Must keep nothing that a
 * reload could take away.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/job.h"

static TAILQ_HEAD(, job)	 jobs = TAILQ_HEAD_INITIALIZER(jobs);

/* Whether one more may wait; an http process fills its own share alone. */
static bool
room(uint64_t origin, size_t len)
{
	const struct job *job;
	size_t all = 0, its = 0, octets = len;

	TAILQ_FOREACH(job, &jobs, entry) {
		all++;
		if (job->origin != origin)
			continue;
		its++;
		octets += job->len;
	}
	return all < LIMIT_FETCH_WAITING && its < LIMIT_OUTSTANDING &&
	    octets <= 2 * LIMIT_OUTSTANDING_BYTES;
}

struct job *
job_new(struct peer *peer, uint64_t id, const struct reader *r)
{
	struct reader copy;
	struct job *job;

	if (!room(peer->instance, r->left))
		return NULL;
	if ((job = calloc(1, sizeof(*job))) == NULL ||
	    (job->octets = malloc(r->left)) == NULL)
		fatal("malloc");
	memcpy(job->octets, r->at, r->left);
	job->len = r->left;
	job->id = id;
	job->origin = peer->instance;
	job->deadline = clock_ms() + LIMIT_FETCH_MS;
	wire_read(&copy, job->octets, job->len);
	if (!sso_request_get(&copy, &job->q))
		fatalx("request of http is malformed");
	TAILQ_INSERT_TAIL(&jobs, job, entry);
	return job;
}

uint32_t
job_left(const struct job *job)
{
	int64_t left;

	left = job->deadline - clock_ms();
	if (left < 1)
		return 1;
	return left > LIMIT_FETCH_MS ? LIMIT_FETCH_MS : (uint32_t)left;
}

void
job_free(struct job *job)
{
	if (job == NULL)
		return;
	TAILQ_REMOVE(&jobs, job, entry);
	freezero(job->octets, job->len);
	explicit_bzero(job, sizeof(*job));
	free(job);
}
