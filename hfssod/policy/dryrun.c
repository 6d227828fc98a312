/*
 * Dry runs.  In policy and reader.  Must never let a dry token's request
 * reach the live store, nor what is in memory.
 */
#include <sys/queue.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/state.h"

#define SLICE_MS	4	/* of copying, in one turn */
#define PAGES		32	/* at a time */
#define NAME_MOST	256

/* In the store as token.copy. */
enum { WAITS = 1, READY = 2, FAILED };

struct dry {
	int64_t		 row;
	char		 id[TOKEN_ID];
	int64_t		 expires;
	int		 step;
	struct store	*store;		/* open as long as it is there */
	bool		 tried;		/* to open it, and couldn't */
	struct audit	 audit;
	TAILQ_ENTRY(dry) entry;
};

static struct {
	char			 directory[1024];
	TAILQ_HEAD(, dry)	 list;
	struct dry		*copying;
	struct store_copy	*copy;
	/* Of the request that is being run. */
	struct dry		*now;
	struct store		*live;
	struct audit		 audit;
	size_t			 mark;
	bool			 withdrawn;
	char			 name[NAME_MOST];
	/* reader */
	struct store		*open;
	int64_t			 open_row;
} dry = { .list = TAILQ_HEAD_INITIALIZER(dry.list) };

/* --- files -------------------------------------------------------------- */

void
dryrun_init(const char *directory)
{
	strlcpy(dry.directory, directory, sizeof(dry.directory));
}

static void
path_of(const char *id, const char *end, char *path, size_t size)
{
	snprintf(path, size, "%s/dry-%s.db%s", dry.directory, id, end);
}

static void
remove_files(const char *id)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-journal" };
	char	 path[1100];
	size_t	 i;

	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		path_of(id, ends[i], path, sizeof(path));
		if (unlink(path) == -1 && errno != ENOENT)
			log_warn("dry run: %s", path);
	}
}

/* --- the list ----------------------------------------------------------- */

static void
add(enum statement st)
{
	struct dry	*d;

	if ((d = calloc(1, sizeof(*d))) == NULL)
		fatal("dry run");
	d->row = store_integer(state.store, st, 0);
	strlcpy(d->id, store_text(state.store, st, 1), sizeof(d->id));
	d->expires = store_integer(state.store, st, 2);
	d->step = (int)store_integer(state.store, st, 4);
	audit_init(&d->audit);
	TAILQ_INSERT_TAIL(&dry.list, d, entry);
}

static void
stop_copying(void)
{
	if (dry.copy != NULL)
		store_copy_end(dry.copy);
	dry.copy = NULL;
	dry.copying = NULL;
}

static void
drop(struct dry *d, bool files)
{
	if (dry.copying == d)
		stop_copying();
	store_close(d->store);
	audit_free(&d->audit);
	if (files)
		remove_files(d->id);
	TAILQ_REMOVE(&dry.list, d, entry);
	free(d);
}

static struct dry *
find(int64_t row)
{
	struct dry	*d;

	TAILQ_FOREACH(d, &dry.list, entry) {
		if (d->row == row)
			return d;
	}
	return NULL;
}

void
dryrun_start(void)
{
	struct store	*s = state.store;
	enum statement	 st = ST_dry_runs;
	enum step	 step;

	for (step = store_step(s, st, NULL, 0); step == STEP_ROW;
	    step = store_next(s, st)) {
		if (store_integer(s, st, 3) == 0 &&
		    store_integer(s, st, 2) > store_now(s))
			add(st);
		/* A copy that was not ended is begun again. */
		if (store_integer(s, st, 3) != 0 ||
		    store_integer(s, st, 2) <= store_now(s) ||
		    store_integer(s, st, 4) != READY)
			remove_files(store_text(s, st, 1));
	}
	store_forget(s);
}

void
dryrun_stop(void)
{
	while (!TAILQ_EMPTY(&dry.list))
		drop(TAILQ_FIRST(&dry.list), false);
	store_close(dry.open);
	dry.open = NULL;
	dry.open_row = 0;
}

void
dryrun_begin(void *unused, uint64_t row)
{
	(void)unused;
	if (store_run(state.store, ST_dry_run, v_int((int64_t)row)) ==
	    STEP_ROW) {
		add(ST_dry_run);
		store_end(state.store, ST_dry_run);
	}
	store_forget(state.store);
}

void
dryrun_end(void *unused, uint64_t row)
{
	struct dry	*d = find((int64_t)row);

	(void)unused;
	if (d != NULL)
		drop(d, true);
}

/* --- copying ------------------------------------------------------------ */

static void
begin_copy(void)
{
	struct dry	*d;
	const char	*why;
	char		 path[1100];

	TAILQ_FOREACH(d, &dry.list, entry) {
		if (d->step == WAITS)
			break;
	}
	if (d == NULL)
		return;
	remove_files(d->id);
	path_of(d->id, "", path, sizeof(path));
	if ((dry.copy = store_copy_begin(state.store, path, &why)) == NULL) {
		log_warnx("dry run %s: %s", d->id, why);
		d->step = FAILED;
		return;
	}
	dry.copying = d;
}

/* It is said in the store, so that reader knows it, too. */
static void
end_copy(bool done)
{
	struct dry	*d = dry.copying;
	struct store	*s = state.store;

	stop_copying();
	d->step = FAILED;
	if (!done)
		log_warnx("dry run %s: the store can't be copied", d->id);
	else if (store_begin(s)) {
		store_run(s, ST_dry_ready, v_int(d->row));
		/* Else it is copied again. */
		d->step = store_commit(s) ? READY : WAITS;
	} else
		d->step = WAITS;
	store_forget(s);
	if (d->step == READY)
		log_info("dry run %s: its copy is ready", d->id);
	else
		remove_files(d->id);
}

static struct store *
opened(struct dry *d)
{
	const char	*why;
	char		 path[1100];

	if (d->store != NULL)
		return d->store;
	path_of(d->id, "", path, sizeof(path));
	if ((d->store = store_open(path, &why)) == NULL)
		log_warnx("dry run %s: %s", d->id, why);
	else if (state.view != NULL)
		store_limit(d->store, state.view->store_max_pages);
	return d->store;
}

/* reader can't open a copy that nobody has open: there is no -shm. */
static void
keep_open(struct dry *d)
{
	if (d->step == READY && d->store == NULL && !d->tried &&
	    state.view != NULL)
		d->tried = opened(d) == NULL;
}

static bool
slice(void)
{
	enum copying	 c = COPY_MORE;
	struct dry	*d;
	int64_t		 end = clock_ms() + SLICE_MS;

	if (dry.copy == NULL)
		begin_copy();
	if (dry.copy == NULL)
		return false;
	while (c == COPY_MORE && clock_ms() < end)
		c = store_copy_step(dry.copy, PAGES);
	if (c == COPY_MORE)
		return true;
	d = dry.copying;
	end_copy(c == COPY_DONE);
	keep_open(d);
	return !TAILQ_EMPTY(&dry.list);
}

bool
dryrun_due(void)
{
	struct dry	*d, *next;
	int64_t		 now;

	if (state.store == NULL || TAILQ_EMPTY(&dry.list))
		return false;
	now = store_now(state.store);
	for (d = TAILQ_FIRST(&dry.list); d != NULL; d = next) {
		next = TAILQ_NEXT(d, entry);
		if (d->expires <= now) {
			log_info("dry run %s has ended", d->id);
			drop(d, true);
		} else
			keep_open(d);
	}
	return slice();
}

/* --- a request ---------------------------------------------------------- */

enum verdict
dryrun_enter(const struct token *token)
{
	struct dry	*d = find(token->row);

	if (d == NULL || d->step != READY)
		return VERDICT_token_not_ready;
	if (opened(d) == NULL)
		return VERDICT_unavailable;
	if (!store_begin(d->store)) {
		store_forget(d->store);
		return VERDICT_unavailable;
	}
	dry.now = d;
	dry.live = state.store;
	dry.audit = state.audit;
	dry.mark = state.effects.count;
	dry.withdrawn = false;
	state.store = d->store;
	state.audit = d->audit;
	return VERDICT_ok;
}

enum verdict
dryrun_leave(enum verdict v)
{
	struct dry	*d = dry.now;

	if (v == VERDICT_unavailable || store_failed(d->store) ||
	    !store_commit(d->store)) {
		log_warnx("dry run %s: %s", d->id, store_error(d->store));
		store_forget(d->store);
		store_rollback(d->store);
		store_forget(d->store);
		audit_forget(&state.audit);
		v = VERDICT_unavailable;
	}
	/* Nobody's session ends by what was only tried. */
	effects_refuse(&state.effects, dry.mark);
	state.also = MESSAGE_none;
	d->audit = state.audit;
	state.audit = dry.audit;
	state.store = dry.live;
	dry.now = NULL;
	if (v != VERDICT_ok)
		dry.withdrawn = false;
	return v;
}

void
dryrun_withdraw(const char *name)
{
	dry.withdrawn = true;
	utf8_copy(dry.name, name, sizeof(dry.name));
}

bool
dryrun_withdrawn(void)
{
	return dry.withdrawn;
}

void
dryrun_tell(const struct token *token, const struct request *request)
{
	struct audit_event	 e;
	struct organization	*o;
	char			 by[TOKEN_NAME + 8];

	o = directory_organization_id(state.directory, token->organization);
	snprintf(by, sizeof(by), "token %s", token->name[0] != '\0' ?
	    token->name : token->id);
	memset(&e, 0, sizeof(e));
	e.organization = o == NULL ? "" : o->name;
	e.account = e.name = "";
	e.by = by;
	e.request = request;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "token", token->id);
	record_string(&state.audit.record, "userName", dry.name);
	audit_end(&state.audit, state.store, "hfsso.dry_run_deactivate");
	dry.withdrawn = false;
}

/* --- reader ------------------------------------------------------------- */

static bool
is_ready(struct store *live, int64_t row)
{
	bool	 ready = false;

	if (store_run(live, ST_dry_run, v_int(row)) == STEP_ROW) {
		ready = store_integer(live, ST_dry_run, 4) == READY &&
		    store_integer(live, ST_dry_run, 3) == 0;
		store_end(live, ST_dry_run);
	}
	return ready;
}

struct store *
dryrun_store(struct store *live, const struct token *token)
{
	const char	*why;
	char		 path[1100];

	if (!token->dry)
		return live;
	if (!is_ready(live, token->row))
		return NULL;
	if (dry.open != NULL && dry.open_row == token->row &&
	    !store_failed(dry.open))
		return dry.open;
	store_close(dry.open);
	path_of(token->id, "", path, sizeof(path));
	if ((dry.open = store_open_reader(path, &why)) == NULL)
		log_warnx("dry run %s: %s", token->id, why);
	dry.open_row = token->row;
	return dry.open;
}
