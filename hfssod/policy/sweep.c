/*
 * Housekeeping.  In policy, between turns.  Must never end a session that
 * is live, nor hold up a turn: small batches.
 */
#include <sys/time.h>

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/remap.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/scim_log.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/sweep.h"
#include "hfssod/policy/tombstone.h"

#define EVERY_MS	1000
#define MORE_MS		20	/* where a batch was full */
#define BIND_MOST_MS	30000
#define BATCH		256	/* rows of each kind at a time */
#define IDLE_WRITE	60	/* seconds between writes of a last use */
#define ROUND		60	/* seconds in which all sessions are seen */

static struct {
	int64_t		 next;		/* monotonic milliseconds */
	int64_t		 bind_next;	/* likewise: what the view names */
	int64_t		 bind_wait;	/* milliseconds */
	bool		 more;		/* a batch was full */
	struct event	*clock;
	struct event	*soon;		/* with more to do, nobody asking */
} sweep = { .bind_wait = EVERY_MS };

/* What one pass over some sessions has found. */
struct found {
	int64_t		 now;
	bool		 all;
	size_t		 ended;
	uint8_t		 key[BATCH][SESSION_KEY];
	size_t		 used;
	struct session	*session[BATCH];
};

static bool
has_idle(const struct session *s)
{
	const struct policy_organization	*po;
	size_t					 i;

	for (i = 0; i < s->stamp_count; i++) {
		po = s->stamps[i].organization->settings;
		if (po != NULL && po->session_idle != 0)
			return true;
	}
	return false;
}

/*
 * A session of an organization that is gone from the file is kept until
 * its own end, since the file may be mended.
 */
static bool
ended(const struct session *s, int64_t now)
{
	size_t	 i;

	if (session_live(s, now))
		return false;
	for (i = 0; i < s->stamp_count; i++) {
		if (s->stamps[i].expires > now &&
		    (s->stamps[i].organization->settings == NULL ||
		    s->stamps[i].connection->settings == NULL))
			return false;
	}
	return true;
}

static void
look(struct session *s, void *arg)
{
	struct found	*f = arg;

	if (ended(s, f->now)) {
		if (f->ended < BATCH)
			memcpy(f->key[f->ended++], s->key, SESSION_KEY);
		return;
	}
	if (s->used >= s->written + (f->all ? 1 : IDLE_WRITE) &&
	    f->used < BATCH && has_idle(s))
		f->session[f->used++] = s;
}

static void
write_found(const struct found *f)
{
	struct store	*s = state.store;
	size_t		 i;

	for (i = 0; i < f->ended; i++) {
		store_run(s, ST_stamps_remove_key,
		    v_blob(f->key[i], SESSION_KEY));
		store_run(s, ST_session_remove_key,
		    v_blob(f->key[i], SESSION_KEY));
	}
	for (i = 0; i < f->used; i++)
		store_run(s, ST_session_used, v_int(f->session[i]->row),
		    v_int(f->session[i]->used));
}

static void
apply_found(const struct found *f)
{
	struct session	*s;
	size_t		 i;

	for (i = 0; i < f->used; i++)
		f->session[i]->written = f->session[i]->used;
	for (i = 0; i < f->ended; i++)
		if ((s = session_find(&state.sessions, f->key[i])) != NULL)
			session_drop(&state.sessions, s);
}

/*
 * The oldest burned ids that may be forgotten.  They are kept about equally
 * long, so where the first ones are still needed the later ones are too.
 */
static size_t
old_burned(int64_t now, int64_t *rows)
{
	struct store	*s = state.store;
	enum step	 step;
	size_t		 n = 0;

	for (step = store_run(s, ST_burned_oldest, v_int(BATCH));
	    step == STEP_ROW; step = store_next(s, ST_burned_oldest)) {
		if (store_integer(s, ST_burned_oldest, 1) < now)
			rows[n++] = store_integer(s, ST_burned_oldest, 0);
	}
	return n;
}

/* What a revocation that failed could not tell at its time. */
static void
tell_repeated(void)
{
	struct audit_event	 e;

	if (state.pending.key_count == 0)
		return;
	memset(&e, 0, sizeof(e));
	e.organization = e.account = e.name = "";
	e.by = "repeated";
	audit_begin(&state.audit, &e);
	record_integer(&state.audit.record, "sessions",
	    (int64_t)state.pending.key_count);
	audit_end(&state.audit, state.store, "hfsso.session_revoke");
}

static bool
write_all(struct found *f, const int64_t *rows, size_t burned, bool refusals,
    bool logins, bool tokens)
{
	struct store	*s = state.store;
	size_t		 i;

	if (!store_begin(s))
		return false;
	pending_write(&state.pending, s);
	tell_repeated();
	write_found(f);
	for (i = 0; i < burned; i++)
		store_run(s, ST_burned_remove, v_int(rows[i]));
	if (refusals)
		refusals_write(&state.refusals, s);
	if (logins)
		directory_logins_write(state.directory, s);
	if (tokens)
		tokens_write(&state.tokens, s);
	return store_commit(s);
}

bool
sweep_run(bool all)
{
	static struct found	 f;
	int64_t			 rows[BATCH];
	size_t			 burned, slots;
	bool			 refusals, logins, tokens, ok;

	memset(&f, 0, sizeof(f));
	f.now = store_now(state.store);
	f.all = all;
	slots = state.sessions.by_key.size;
	sessions_some(&state.sessions, all ? slots : slots / ROUND + 64, look,
	    &f);
	burned = old_burned(f.now, rows);
	sweep.more = burned == BATCH;
	refusals = all ? state.refusals.table.count > 0 :
	    refusals_due(&state.refusals, f.now);
	logins = directory_logins_due(state.directory, f.now, all);
	tokens = tokens_due(&state.tokens, f.now, all);
	if (f.ended == 0 && f.used == 0 && burned == 0 && !refusals &&
	    !logins && !tokens && !pending_due(&state.pending)) {
		store_forget(state.store);
		return true;
	}
	if ((ok = write_all(&f, rows, burned, refusals, logins,
	    tokens))) {
		apply_found(&f);
		if (pending_due(&state.pending)) {
			pending_written(&state.pending);
			log_info("revocations that waited are written");
		}
		if (refusals)
			refusals_written(&state.refusals);
		if (logins)
			directory_logins_written(state.directory, f.now);
		if (tokens)
			tokens_written(&state.tokens, f.now);
	} else {
		audit_forget(&state.audit);
		log_debug("sweep: %s", store_error(state.store));
	}
	store_forget(state.store);
	return ok;
}

/* Nothing to do here: the loop has woken up, and its hook will look. */
static void
tick(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

void
sweep_start(void)
{
	struct timeval	 every = { EVERY_MS / 1000, 0 };

	sweep.clock = event_new(child_base(), -1, EV_PERSIST, tick, NULL);
	if (sweep.clock == NULL || event_add(sweep.clock, &every) == -1)
		fatalx("sweep: no timer");
	if ((sweep.soon = evtimer_new(child_base(), tick, NULL)) == NULL)
		fatalx("sweep: no timer");
	job_start();
}

/* Every second; less often while the store can't be written. */
static void
bind_view(int64_t now)
{
	if (state_bind())
		sweep.bind_wait = EVERY_MS;
	else if (sweep.bind_wait < BIND_MOST_MS)
		sweep.bind_wait *= 2;
	sweep.bind_next = now + sweep.bind_wait;
}

bool
sweep_soon(void)
{
	return sweep.more;
}

void
sweep_now(void)
{
	sweep.next = 0;
}

void
sweep_due(void)
{
	static const struct timeval	 soon = { 0, MORE_MS * 1000 };
	int64_t				 now = clock_ms();

	if (now < sweep.next || state.store == NULL ||
	    state.directory == NULL)
		return;
	pending_note(&state.pending);
	if (state.view != NULL && now >= sweep.bind_next)
		bind_view(now);
	sweep_run(false);
	if (remap_sweep())
		sweep.more = true;
	if (job_sweep())
		sweep.more = true;
	if (scim_log_sweep())
		sweep.more = true;
	if (tombstone_sweep())
		sweep.more = true;
	sweep.next = now + (sweep.more ? MORE_MS : EVERY_MS);
	if (sweep.more && sweep.soon != NULL)
		event_add(sweep.soon, &soon);
}
