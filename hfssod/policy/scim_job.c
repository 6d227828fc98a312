/*
 * Writes to groups that take more than one turn.  In policy.  Must never
 * hold up a turn: a slice, then the loop has its say.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/scim_job.h"
#include "hfssod/policy/state.h"

#define SLICE_MS	(LIMIT_SCIM_SLICE_MS / 2) /* the commit comes too */
#define BATCH		64	/* members between two looks at the clock */
#define LEFT_SECONDS	10	/* a job that nobody goes on with */

struct job {
	int64_t			 id;
	int64_t			 root;
	int64_t			 organization;
	int64_t			 connection;
	int64_t			 group;
	int64_t			 edition;
	enum job_step		 step;
	struct member_key	 at;
};

/* What each of them walks over, whom it passes by, what it does. */
static const struct {
	bool	 current;	/* the group's members; else its edition */
	bool	 others;	/* who is in the other one, too, is passed */
	bool	 look;
	bool	 below;		/* a group among them: all that is below it */
	bool	 drop;		/* the rows go */
} steps[JOB_STEP_MAX] = {
	[JOB_STAGE] =	{ false, false, false, false, false },
	[JOB_CAME] =	{ true, true, true, true, false },
	[JOB_WENT] =	{ false, true, true, true, true },
	[JOB_ALL] =	{ true, false, true, true, false },
	[JOB_EACH] =	{ true, false, true, false, false },
	[JOB_LIST] =	{ false, false, true, true, true },
	[JOB_CLEAN] =	{ false, false, false, false, true }
};

/* --- rows -------------------------------------------------------------- */

static bool
read_job(struct store *s, enum statement st, enum step step, struct job *j)
{
	memset(j, 0, sizeof(*j));
	if (step == STEP_ROW) {
		j->id = store_integer(s, st, 0);
		j->root = store_integer(s, st, 1);
		j->organization = store_integer(s, st, 2);
		j->connection = store_integer(s, st, 3);
		j->group = store_integer(s, st, 4);
		j->edition = store_integer(s, st, 5);
		j->step = (enum job_step)store_integer(s, st, 6);
		j->at.kind = (enum scim_member_kind)store_integer(s, st, 7);
		j->at.row = store_integer(s, st, 8);
	}
	store_end(s, st);
	if (step == STEP_ROW && (j->step < JOB_STAGE ||
	    j->step >= JOB_STEP_MAX))
		fatalx("a job with the step %d", (int)j->step);
	return step == STEP_ROW;
}

static bool
job_get(struct store *s, uint64_t id, struct job *j)
{
	return id <= INT64_MAX && read_job(s, ST_job_get,
	    store_run(s, ST_job_get, v_int((int64_t)id)), j);
}

int64_t
job_group_row(struct store *s)
{
	int64_t	 row = 0;

	if (store_step(s, ST_group_next, NULL, 0) == STEP_ROW)
		row = store_integer(s, ST_group_next, 0);
	store_end(s, ST_group_next);
	return row;
}

uint64_t
job_add(struct scim *s, enum job_step step, uint64_t root, int64_t group,
    int64_t edition)
{
	uint64_t	 id;

	if (store_run(s->store, ST_job_add, v_int((int64_t)root),
	    v_int(s->organization), v_int(s->connection), v_int(group),
	    v_int(edition), v_int(step), v_int(s->now)) != STEP_DONE)
		return 0;
	id = (uint64_t)store_last_row(s->store);
	if (root == 0)
		job_set(s->store, id, step, edition);
	return store_failed(s->store) ? 0 : id;
}

void
job_set(struct store *s, uint64_t id, enum job_step step, int64_t edition)
{
	store_run(s, ST_job_set, v_int((int64_t)id), v_int(edition),
	    v_int(step));
}

static bool
of_token(const struct scim *s, const struct job *j)
{
	return j->organization == s->organization &&
	    j->connection == s->connection;
}

int64_t
job_stage(struct scim *s, uint64_t id)
{
	struct job	 j;

	if (!job_get(s->store, id, &j) || !of_token(s, &j) ||
	    j.step != JOB_STAGE)
		return 0;
	return j.group;
}

void
job_give_up(struct scim *s, uint64_t id)
{
	if (job_stage(s, id) != 0)
		job_set(s->store, id, JOB_CLEAN, (int64_t)id);
}

/* Whether the connection has as many stages as it may. */
static bool
too_many_stages(struct scim *s)
{
	bool	 is = true;

	/* In a dry run's copy nobody sweeps those that are too old. */
	if (store_run(s->store, ST_job_stages, v_int(s->connection),
	    v_int(s->now - LIMIT_SCIM_STAGE_SECONDS)) == STEP_ROW)
		is = store_integer(s->store, ST_job_stages, 0) >=
		    LIMIT_SCIM_STAGES;
	store_end(s->store, ST_job_stages);
	return is;
}

/* --- a slice ----------------------------------------------------------- */

enum verdict
member_look(struct store *s, const struct member_key *key,
    struct organization *o, const char *by)
{
	int64_t	 row = key->row;

	if (key->kind == MEMBER_INVITATION) {
		row = 0;
		if (store_run(s, ST_invitation_holder, v_int(key->row)) ==
		    STEP_ROW)
			row = store_integer(s, ST_invitation_holder, 0);
		store_end(s, ST_invitation_holder);
	}
	if (store_failed(s))
		return VERDICT_unavailable;
	if (row == 0 || key->kind == MEMBER_GROUP)
		return VERDICT_ok;
	if (o != NULL)
		return member_regrade(row, o, by);
	return member_renew(row) ? VERDICT_ok : VERDICT_unavailable;
}

/* The edition of a group that counts now; -1 if the group is gone. */
static int64_t
edition_now(struct store *s, int64_t group)
{
	int64_t	 edition = -1;

	if (store_run(s, ST_group_row, v_int(group)) == STEP_ROW)
		edition = store_integer(s, ST_group_row, 4);
	store_end(s, ST_group_row);
	return edition;
}

static bool
look(struct store *s, const struct job *j, const struct member_key *key,
    struct organization *o, const char *by)
{
	if (key->kind != MEMBER_GROUP)
		return member_look(s, key, o, by) == VERDICT_ok;
	if (steps[j->step].below)
		store_run(s, ST_jobs_below, v_int(j->root),
		    v_int(j->organization), v_int(j->connection),
		    v_int(key->row), v_int(store_now(s)));
	return !store_failed(s);
}

/*
 * One batch, cut short when its time is over; *end says that it was the
 * last one.  False on failure.
 */
static bool
batch(struct store *s, struct job *j, const char *by, int64_t until,
    bool *end)
{
	struct organization	*o;
	struct member_list	 l = { NULL, 0, 0 };
	int64_t			 now = edition_now(s, j->group), walked, other;
	size_t			 i;
	bool			 ok;

	o = directory_organization_id(state.directory, j->organization);
	walked = steps[j->step].current ? now : j->edition;
	other = steps[j->step].current ? j->edition : now;
	ok = members_walk(s, j->group, walked, &j->at, BATCH, &l);
	*end = l.count < BATCH;
	for (i = 0; ok && steps[j->step].look && i < l.count; i++) {
		/* One who is in many groups takes long. */
		if (i > 0 && clock_ms() >= until) {
			l.count = i;
			*end = false;
			break;
		}
		if (steps[j->step].others &&
		    members_has(s, j->group, other, &l.list[i]))
			continue;
		if (o != NULL)
			ok = look(s, j, &l.list[i], o, by);
	}
	if (l.count > 0)
		j->at = l.list[l.count - 1];
	if (ok && steps[j->step].drop && l.count > 0)
		store_run(s, ST_members_remove, v_int(j->group),
		    v_int(j->edition), v_int(j->at.kind), v_int(j->at.row));
	member_list_free(&l);
	return ok && !store_failed(s);
}

/*
 * Some of a job; its row says how far it has come, and when somebody last
 * went on with it (0: nobody does).  False on failure.
 */
static bool
run(struct store *s, struct job *j, const char *by, int64_t until,
    int64_t used)
{
	bool	 end = false;

	while (!end && clock_ms() < until)
		if (!batch(s, j, by, until, &end))
			return false;
	if (end)
		store_run(s, ST_job_remove, v_int(j->id));
	else
		store_run(s, ST_job_at, v_int(j->id), v_int(j->at.kind),
		    v_int(j->at.row), v_int(used));
	return !store_failed(s);
}

/* --- handlers ---------------------------------------------------------- */

static void
answer(struct scim *s, struct writer *w, enum verdict v, uint64_t more)
{
	struct scim_answer	 a;

	memset(&a, 0, sizeof(a));
	a.verdict = v;
	a.detail = s->detail;
	a.more = v == VERDICT_ok ? more : 0;
	a.dry = s->token.dry;
	a.resource = SCIM_RESOURCE_GROUP;
	a.value.text = "";
	scim_answer_put(w, &a);
}

enum verdict
scim_continue(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_continue	 q;
	struct scim		 s;
	struct job		 j;
	enum verdict		 v;
	enum statement		 st = ST_job_first;
	int64_t			 until;
	bool			 more = false;

	(void)request;
	memset(&s, 0, sizeof(s));
	if (!scim_continue_get(r, &q))
		fatalx("scim_continue is malformed");
	until = clock_ms() + SLICE_MS;
	v = scim_open(&s, &q.where, state.store, RIGHT_GROUPS | RIGHT_DELETE);
	while (v == VERDICT_ok && q.job <= INT64_MAX && (more =
	    read_job(s.store, st, store_run(s.store, st,
	    v_int((int64_t)q.job)), &j)) && clock_ms() < until) {
		if (!of_token(&s, &j) || j.step == JOB_STAGE)
			v = VERDICT_scim_not_found;
		else if (!run(s.store, &j, s.by, until, s.now))
			v = VERDICT_unavailable;
	}
	if (store_failed(s.store))
		v = VERDICT_unavailable;
	if (v != VERDICT_unavailable)
		answer(&s, w, v, more ? q.job : 0);
	scim_close(&s);
	return v;
}

/* A new stage, or the one that goes on. */
static enum verdict
stage_open(struct scim *s, const struct scim_stage *q, struct job *j)
{
	int64_t	 row = 0;

	if (q->stage != 0)
		return job_get(s->store, q->stage, j) && of_token(s, j) &&
		    j->step == JOB_STAGE ? VERDICT_ok : VERDICT_scim_not_found;
	if (q->id[0] == '\0')
		row = job_group_row(s->store);
	else if (store_run(s->store, ST_member_group, v_text(q->id),
	    v_int(s->connection)) == STEP_ROW)
		row = store_integer(s->store, ST_member_group, 0);
	store_end(s->store, ST_member_group);
	if (row == 0)
		return VERDICT_scim_not_found;
	if (too_many_stages(s))
		return VERDICT_too_many;
	memset(j, 0, sizeof(*j));
	j->group = row;
	j->id = (int64_t)job_add(s, JOB_STAGE, 0, row, 0);
	return j->id != 0 ? VERDICT_ok : VERDICT_unavailable;
}

static enum verdict
stage_write(struct scim *s, const struct scim_stage *q, const struct job *j)
{
	struct member_list	 l = { NULL, 0, 0 };
	struct member_key	 key;
	enum verdict		 v = VERDICT_ok;
	size_t			 i;

	for (i = 0; i < q->members.count && v == VERDICT_ok; i++) {
		v = member_find(s, q->members.list[i], "", &key);
		if (v == VERDICT_ok)
			v = members_held(s, &key, LIMIT_SCIM_STAGES);
		if (v == VERDICT_ok)
			member_list_add(&l, key.kind, key.row);
	}
	/* In order they go into fewer pages. */
	member_list_sort(&l);
	for (i = 0; i < l.count && v == VERDICT_ok; i++)
		store_run(s->store, ST_member_stage, v_int(j->group),
		    v_int(j->id), v_int(l.list[i].kind), v_int(l.list[i].row));
	member_list_free(&l);
	store_run(s->store, ST_job_at, v_int(j->id), v_int(0), v_int(0),
	    v_int(s->now));
	/* What was brought is of no use without the rest. */
	if (v != VERDICT_ok)
		job_set(s->store, (uint64_t)j->id, JOB_CLEAN, j->id);
	return store_failed(s->store) ? VERDICT_unavailable : v;
}

enum verdict
scim_stage(struct request *request, struct reader *r, struct writer *w)
{
	struct scim_stage	 q;
	struct scim		 s;
	struct job		 j;
	enum verdict		 v;

	(void)request;
	memset(&s, 0, sizeof(s));
	memset(&j, 0, sizeof(j));
	if (!scim_stage_get(r, &q))
		fatalx("scim_stage is malformed");
	v = scim_open(&s, &q.where, state.store, RIGHT_GROUPS);
	if (v == VERDICT_ok)
		v = stage_open(&s, &q, &j);
	if (v == VERDICT_ok)
		v = stage_write(&s, &q, &j);
	if (store_failed(s.store))
		v = VERDICT_unavailable;
	if (v != VERDICT_unavailable)
		answer(&s, w, v, (uint64_t)j.id);
	scim_stage_free(&q);
	scim_close(&s);
	return v;
}

/* --- what nobody goes on with ------------------------------------------ */

static struct {
	bool	 begun;		/* those of the time before are due */
} sweep;

static void
revoked(const struct session *s, const struct organization *o)
{
	pending_add(&state.pending, s, o);
}

void
job_start(void)
{
	sweep.begun = false;
}

static bool
due(struct job *j)
{
	struct store	*s = state.store;
	int64_t		 now = store_now(s);

	return read_job(s, ST_job_due, store_run(s, ST_job_due,
	    v_int(now - LIMIT_SCIM_STAGE_SECONDS),
	    v_int(now - LEFT_SECONDS)), j);
}

bool
job_sweep(void)
{
	struct store	*s = state.store;
	struct job	 j;
	bool		 any, ok;

	if (state.view == NULL)
		return false;
	ok = !sweep.begun ? store_begin(s) && store_step(s, ST_jobs_begin,
	    NULL, 0) == STEP_DONE : true;
	if ((any = ok && due(&j)) && (store_in_transaction(s) ||
	    store_begin(s))) {
		if (j.step == JOB_STAGE) {
			j.step = JOB_CLEAN;
			j.edition = j.id;
			job_set(s, (uint64_t)j.id, j.step, j.edition);
		}
		ok = run(s, &j, "unfinished SCIM write",
		    clock_ms() + SLICE_MS, 0);
	}
	if (store_in_transaction(s))
		ok = store_commit(s);
	if (ok)
		sweep.begun = true;
	else {
		log_debug("jobs: %s", store_error(s));
		audit_forget(&state.audit);
		effects_back(&state.effects, 0);
	}
	store_forget(s);
	effects_apply(&state.effects, &state.sessions, revoked);
	pending_note(&state.pending);
	return any && ok;
}
