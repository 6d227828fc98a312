/*
 * The log of SCIM requests.  In policy.  Must never have a value of what
 * was sent but the resource's name.
 */
#include <string.h>
#include <time.h>

#include "common/encode.h"
#include "common/log.h"
#include "hfssod/policy/scim_log.h"
#include "hfssod/policy/state.h"

#define EVERY	60		/* seconds between sweeps */
#define BATCH	256		/* lines of an organization that go at once */

int64_t
scim_log_clock(void)
{
	struct timespec	 ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

void
scim_log_write(struct scim *s, const char *method,
    enum scim_resource resource, const char *id, enum verdict v,
    int64_t since)
{
	char	 name[256];

	utf8_copy(name, s->name != NULL && s->name[0] != '\0' ? s->name : id,
	    sizeof(name));
	store_run(s->store, ST_scim_log_add, v_int(s->now),
	    v_int(s->organization), v_int(s->token.row),
	    v_text(log_id(s->where->request.id)), v_text(method),
	    v_text(scim_resource_name(resource)), v_text(name),
	    v_text(s->changed), v_text(verdict_name(v)),
	    v_int(scim_log_clock() - since),
	    v_text(address_text(&s->where->request.client)));
}

/* The last of an organization's oldest lines that are too old; or 0. */
static int64_t
last_old(const struct organization *o, int64_t now, size_t *count)
{
	struct store	*s = state.store;
	enum step	 step;
	int64_t		 last = 0;

	*count = 0;
	for (step = store_run(s, ST_scim_log_oldest, v_int(o->id),
	    v_int(BATCH)); step == STEP_ROW;
	    step = store_next(s, ST_scim_log_oldest)) {
		if (store_integer(s, ST_scim_log_oldest, 1) +
		    o->settings->scim_log_keep > now)
			break;
		last = store_integer(s, ST_scim_log_oldest, 0);
		(*count)++;
	}
	store_end(s, ST_scim_log_oldest);
	return last;
}

static bool
remove_old(const struct organization *o, int64_t now)
{
	struct store	*s = state.store;
	size_t		 count;
	int64_t		 last = last_old(o, now, &count);

	if (last == 0)
		return false;
	if (store_begin(s))
		store_run(s, ST_scim_log_remove, v_int(o->id), v_int(last));
	if (!store_commit(s))
		return false;
	return count == BATCH;
}

bool
scim_log_sweep(void)
{
	static int64_t		 next;
	const struct connection	*c;
	int64_t			 now = store_now(state.store);
	size_t			 n = 0;
	bool			 more = false;

	if (now < next)
		return false;
	while ((c = directory_connections(state.directory, &n)) != NULL)
		if (c->organization->settings != NULL &&
		    c->organization->settings->scim_log_keep > 0 &&
		    c->organization->id != 0)
			more |= remove_old(c->organization, now);
	store_forget(state.store);
	if (!more)
		next = now + EVERY;
	return more;
}
