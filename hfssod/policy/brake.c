/*
 * The brake.  In policy.  Must never hold up what hfssoctl does, nor let
 * go by itself.
 */
#include <stdio.h>
#include <string.h>

#include "common/exchange.h"
#include "common/log.h"
#include "hfssod/policy/brake.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/state.h"

#define RETRY_MOST	3600	/* seconds */

struct brake {
	int64_t	 since;		/* when users were counted; 0: not yet */
	int64_t	 count;		/* within the time that ends now */
	int64_t	 users;		/* of the organization, then */
	int64_t	 held;		/* since when; 0: not */
};

static bool
get(struct store *s, int64_t organization, struct brake *b)
{
	enum step	 step;

	memset(b, 0, sizeof(*b));
	step = store_run(s, ST_brake, v_int(organization));
	if (step == STEP_ROW) {
		b->since = store_integer(s, ST_brake, 0);
		b->count = store_integer(s, ST_brake, 1);
		b->users = store_integer(s, ST_brake, 2);
		b->held = store_integer(s, ST_brake, 3);
		store_end(s, ST_brake);
	}
	return step != STEP_FAILED;
}

static bool
put(struct store *s, int64_t organization, const struct brake *b)
{
	return store_run(s, ST_brake_set, v_int(organization),
	    v_int(b->since), v_int(b->count), v_int(b->users),
	    v_int(b->held)) == STEP_DONE;
}

static int64_t
users_of(struct store *s, int64_t organization)
{
	int64_t	 n = 0;

	if (store_run(s, ST_brake_users, v_int(organization)) == STEP_ROW) {
		n = store_integer(s, ST_brake_users, 0);
		store_end(s, ST_brake_users);
	}
	return n;
}

/* So many of that many, rounded up, and never none. */
static int64_t
allowed(uint32_t percent, int64_t users)
{
	int64_t	 n = (users * percent + 99) / 100;

	return n < 1 ? 1 : n;
}

/* What happened so long ago counts no more; false on failure. */
static bool
pass(struct scim *s, struct brake *b)
{
	int64_t	 past = s->now - s->at->settings->brake_seconds, n;

	if (store_run(s->store, ST_brake_past, v_int(s->organization),
	    v_int(past)) != STEP_ROW)
		return false;
	n = store_integer(s->store, ST_brake_past, 0);
	store_end(s->store, ST_brake_past);
	if (n == 0)
		return true;
	b->count -= n;
	return store_run(s->store, ST_brake_forget, v_int(s->organization),
	    v_int(past)) == STEP_DONE;
}

static enum verdict
refuse(struct scim *s)
{
	int64_t	 wait = s->at->settings->brake_seconds;

	s->retry_after = (uint32_t)(wait > RETRY_MOST ? RETRY_MOST : wait);
	return scim_refuse(s, VERDICT_scim_brake, "More than %u %% of the "
	    "Users would be deactivated or deleted within %lld seconds; an "
	    "administrator has to release the brake.",
	    s->at->settings->brake_percent,
	    (long long)s->at->settings->brake_seconds);
}

enum verdict
brake_count(struct scim *s, bool active)
{
	const struct policy_organization	*po = s->at->settings;
	struct brake				 b;

	/* A trial goes on to its end: nothing comes of it but knowledge. */
	if (s->token.dry) {
		if (active)
			dryrun_withdraw(s->name == NULL ? "" : s->name);
		return VERDICT_ok;
	}
	if (po->brake_percent == 0)
		return VERDICT_ok;
	if (!get(s->store, s->organization, &b))
		return VERDICT_unavailable;
	if (b.held != 0)
		return refuse(s);
	if (!active)
		return VERDICT_ok;
	if (!pass(s, &b))
		return VERDICT_unavailable;
	if (b.since == 0 || s->now >= b.since + po->brake_seconds) {
		b.since = s->now;
		b.users = users_of(s->store, s->organization);
	}
	if (b.count >= allowed(po->brake_percent, b.users))
		return refuse(s);
	b.count++;
	store_run(s->store, ST_brake_add, v_int(s->organization),
	    v_int(s->now));
	return put(s->store, s->organization, &b) ? VERDICT_ok :
	    VERDICT_unavailable;
}

void
brake_hold(struct scim *s)
{
	struct brake	 b;
	char		 count[24];

	if (!get(s->store, s->organization, &b) || b.held != 0)
		return;
	b.held = s->now;
	if (!put(s->store, s->organization, &b))
		return;
	snprintf(count, sizeof(count), "%lld", (long long)b.count);
	scim_tell(s, "hfsso.scim_brake", "", "", "count", count);
	log_warnx("the SCIM brake of %s holds after %s deactivations and "
	    "deletions by %s", s->at->name, count, log_safe(s->by));
}

static void
tell_release(const struct organization *o, const char *by, int64_t count)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = o->name;
	e.account = e.name = "";
	e.by = by;
	audit_begin(&state.audit, &e);
	record_integer(&state.audit.record, "count", count);
	audit_end(&state.audit, state.store, "hfsso.scim_release");
}

static enum verdict
release(const struct ctl_question *q, const char *by, char *detail,
    size_t size)
{
	struct organization	*o;
	struct brake		 b;

	o = directory_organization(state.directory, q->organization);
	if (o == NULL || o->id == 0)
		return VERDICT_no_organization_named;
	if (!get(state.store, o->id, &b))
		return VERDICT_unavailable;
	if (b.held == 0) {
		snprintf(detail, size, "the brake of %s does not hold",
		    o->name);
		return VERDICT_already;
	}
	store_run(state.store, ST_brake_release, v_int(o->id));
	store_run(state.store, ST_brake_forget, v_int(o->id),
	    v_int(INT64_MAX));
	tell_release(o, by, b.count);
	snprintf(detail, size, "the brake of %s is released, counting begins "
	    "anew", o->name);
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}

enum verdict
scim_release(struct request *request, struct reader *r, struct writer *w)
{
	struct ctl_question	 q;
	const char		*by;
	enum verdict		 v;
	char			 detail[256] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("scim release", "by %s organization %.64s", by,
	    log_safe(q.organization));
	v = release(&q, by, detail, sizeof(detail));
	return control_answer(&q, w, v, detail);
}
