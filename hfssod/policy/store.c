/*
 * The store's engine.  In policy and reader: the only files that call
 * SQLite are this one and schema.c.  Must never write without a
 * transaction that the caller began.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/schema.h"
#include "hfssod/policy/store.h"

#define PAGES_MOST	1073741823

struct store {
	sqlite3		*db;
	bool		 reader;
	bool		 failed;
	char		 error[256];
	int64_t		 floor;		/* of time */
	int64_t		 stored;	/* of that, what the store has */
	sqlite3_stmt	*list[ST_MAX];
};

/* Who may prepare a statement. */
enum who { POLICY = 1, READER = 2, BOTH = 3 };

static const struct {
	enum who	 who;
	const char	*sql;
} statements[ST_MAX] = {
#define STATEMENT(name, who, sql)	{ who, sql },
#include "hfssod/policy/statement.def"
#undef STATEMENT
};

static char	 reason[512];

static bool
prepare_all(struct store *s)
{
	enum who	 who = s->reader ? READER : POLICY;
	size_t		 i;

	for (i = 0; i < ST_MAX; i++) {
		if ((statements[i].who & who) == 0)
			continue;
		if (sqlite3_prepare_v3(s->db, statements[i].sql, -1,
		    SQLITE_PREPARE_PERSISTENT, &s->list[i], NULL) !=
		    SQLITE_OK) {
			snprintf(reason, sizeof(reason), "%s: %s",
			    sqlite3_errmsg(s->db), statements[i].sql);
			return false;
		}
	}
	return true;
}

/*
 * Milliseconds to wait for a lock of somebody outside: policy's whole loop
 * stands still meanwhile, forward-auth too.
 */
#define WRITER_WAIT	50
#define READER_WAIT	2000

/* Settings of the connection; journal_mode answers with what it is. */
static bool
set_up(struct store *s)
{
	static const char	 common[] =
	    "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-8000;"
	    "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;"
	    "PRAGMA mmap_size=0;";
	static const char	 writer[] =
	    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	    /* 16 MB: pages that every login touches are copied seldom. */
	    "PRAGMA wal_autocheckpoint=4000;"
	    "PRAGMA journal_size_limit=67108864;";

	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_busy_timeout(s->db, s->reader ? READER_WAIT : WRITER_WAIT);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (sqlite3_exec(s->db, common, NULL, NULL, NULL) != SQLITE_OK)
		return false;
	if (s->reader)
		return sqlite3_exec(s->db, "PRAGMA query_only=ON", NULL, NULL,
		    NULL) == SQLITE_OK;
	return sqlite3_exec(s->db, writer, NULL, NULL, NULL) == SQLITE_OK;
}

static struct store *
open_with(const char *path, bool reader, const char **why)
{
	struct store	*s;
	int		 flags;

	*why = reason;
	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("store");
	s->reader = reader;
	flags = reader ? SQLITE_OPEN_READONLY :
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	if (sqlite3_open_v2(path, &s->db, flags | SQLITE_OPEN_NOMUTEX,
	    NULL) != SQLITE_OK || !set_up(s)) {
		snprintf(reason, sizeof(reason), "%s: %s", path,
		    s->db == NULL ? "out of memory" : sqlite3_errmsg(s->db));
		store_close(s);
		return NULL;
	}
	if (schema_check(s->db, reader, why)) {
		*why = reason;
		if (prepare_all(s))
			return s;
	}
	store_close(s);
	return NULL;
}

struct store *
store_open(const char *path, const char **why)
{
	struct store	*s;

	if ((s = open_with(path, false, why)) == NULL)
		return NULL;
	if (store_step(s, ST_time_get, NULL, 0) == STEP_ROW) {
		s->floor = s->stored = store_integer(s, ST_time_get, 0);
		store_end(s, ST_time_get);
	}
	return s;
}

struct store *
store_open_reader(const char *path, const char **why)
{
	return open_with(path, true, why);
}

void
store_close(struct store *s)
{
	size_t	 i;

	if (s == NULL)
		return;
	for (i = 0; i < ST_MAX; i++)
		sqlite3_finalize(s->list[i]);
	sqlite3_close(s->db);
	free(s);
}

/*
 * Pages of a copy between two times that it is brought to the disk: all of
 * it at the end would take longer than anybody may wait.
 */
#define COPY_SYNC	512

struct store_copy {
	sqlite3		*to;
	sqlite3_backup	*backup;
	int		 written;	/* pages, since the last time */
};

/* Nobody reads a copy that was not ended: it needs no journal. */
struct store_copy *
store_copy_begin(struct store *s, const char *path, const char **why)
{
	struct store_copy	*c;

	*why = reason;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		fatal("store");
	if (sqlite3_open_v2(path, &c->to, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK &&
	    sqlite3_exec(c->to, "PRAGMA journal_mode=OFF;"
	    "PRAGMA synchronous=NORMAL; PRAGMA cache_size=-1000;", NULL, NULL,
	    NULL) == SQLITE_OK)
		c->backup = sqlite3_backup_init(c->to, "main", s->db, "main");
	if (c->backup != NULL)
		return c;
	snprintf(reason, sizeof(reason), "%s: %s", path, c->to == NULL ?
	    "out of memory" : sqlite3_errmsg(c->to));
	store_copy_end(c);
	return NULL;
}

/* What SQLite has written of a copy so far goes to the disk. */
static int
copy_sync(struct store_copy *c)
{
	sqlite3_file	*file = NULL;

	c->written = 0;
	if (sqlite3_file_control(c->to, "main", SQLITE_FCNTL_FILE_POINTER,
	    &file) != SQLITE_OK || file == NULL || file->pMethods == NULL)
		return SQLITE_IOERR;
	return file->pMethods->xSync(file, SQLITE_SYNC_NORMAL |
	    SQLITE_SYNC_DATAONLY);
}

enum copying
store_copy_step(struct store_copy *c, int pages)
{
	int	 rc = sqlite3_backup_step(c->backup, pages);

	c->written += pages;
	if (rc == SQLITE_OK && c->written >= COPY_SYNC)
		rc = copy_sync(c);
	if (rc == SQLITE_DONE) {
		rc = sqlite3_backup_finish(c->backup);
		c->backup = NULL;
		return rc == SQLITE_OK ? COPY_DONE : COPY_FAILED;
	}
	return rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED ?
	    COPY_MORE : COPY_FAILED;
}

void
store_copy_end(struct store_copy *c)
{
	if (c->backup != NULL)
		sqlite3_backup_finish(c->backup);
	sqlite3_close(c->to);
	free(c);
}

void
store_limit(struct store *s, uint32_t pages)
{
	char	 sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count=%lu",
	    (unsigned long)(pages == 0 ? PAGES_MOST : pages));
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		log_warnx("store: %s: %s", sql, sqlite3_errmsg(s->db));
}

int64_t
store_now(struct store *s)
{
	int64_t	 now = clock_now();

	if (now > s->floor)
		s->floor = now;
	return s->floor;
}

bool
store_failed(const struct store *s)
{
	return s->failed;
}

const char *
store_error(const struct store *s)
{
	return s->error;
}

void
store_forget(struct store *s)
{
	s->failed = false;
}

void
store_refuse(struct store *s, const char *why)
{
	strlcpy(s->error, why, sizeof(s->error));
	s->failed = true;
}

static enum step
fail(struct store *s, enum statement st)
{
	snprintf(s->error, sizeof(s->error), "%s (%d)", sqlite3_errmsg(s->db),
	    sqlite3_extended_errcode(s->db));
	s->failed = true;
	sqlite3_reset(s->list[st]);
	return STEP_FAILED;
}

bool
store_begin(struct store *s)
{
	if (s->failed)
		return false;
	return store_step(s, ST_begin, NULL, 0) == STEP_DONE;
}

bool
store_commit(struct store *s)
{
	/* Time is kept with whatever is written, once in a second. */
	if (!s->reader && !s->failed && store_now(s) > s->stored) {
		store_run(s, ST_time_set, v_int(s->floor));
		if (!s->failed)
			s->stored = s->floor;
	}
	if (!s->failed && store_step(s, ST_commit, NULL, 0) == STEP_DONE)
		return true;
	s->stored = 0;
	store_rollback(s);
	return false;
}

void
store_rollback(struct store *s)
{
	if (!store_in_transaction(s))
		return;
	if (sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL) != SQLITE_OK)
		log_warnx("store: rollback: %s", sqlite3_errmsg(s->db));
}

bool
store_in_transaction(const struct store *s)
{
	return sqlite3_get_autocommit(s->db) == 0;
}

bool
store_mark(struct store *s)
{
	return store_step(s, ST_mark, NULL, 0) == STEP_DONE;
}

bool
store_undo(struct store *s)
{
	/* Has to work after a failure, which stays on record. */
	bool	 failed = s->failed, ok;

	s->failed = false;
	ok = store_step(s, ST_undo, NULL, 0) == STEP_DONE &&
	    store_step(s, ST_keep, NULL, 0) == STEP_DONE;
	s->failed = failed || !ok;
	return ok;
}

bool
store_keep(struct store *s)
{
	return store_step(s, ST_keep, NULL, 0) == STEP_DONE;
}

struct value
v_int(int64_t i)
{
	return (struct value){ VALUE_INTEGER, i, NULL, 0 };
}

struct value
v_text(const char *text)
{
	return (struct value){ VALUE_TEXT, 0, text, strlen(text) };
}

struct value
v_text_or_null(const char *text)
{
	return (struct value){ text[0] == '\0' ? VALUE_NULL : VALUE_TEXT, 0,
	    text, strlen(text) };
}

struct value
v_blob(const void *data, size_t len)
{
	return (struct value){ len == 0 ? VALUE_NULL : VALUE_BLOB, 0, data,
	    len };
}

static int
bind(sqlite3_stmt *stmt, int n, const struct value *v)
{
	switch (v->type) {
	case VALUE_INTEGER:
		return sqlite3_bind_int64(stmt, n, v->integer);
	case VALUE_TEXT:
		return sqlite3_bind_text(stmt, n, v->data, (int)v->len,
		    SQLITE_STATIC);
	case VALUE_BLOB:
		return sqlite3_bind_blob(stmt, n, v->data, (int)v->len,
		    SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, n);
	}
}

enum step
store_step(struct store *s, enum statement st, const struct value *values,
    size_t count)
{
	size_t	 i;

	if (s->failed)
		return STEP_FAILED;
	if ((size_t)sqlite3_bind_parameter_count(s->list[st]) != count)
		fatalx("store: statement %d has other parameters", st);
	for (i = 0; i < count; i++)
		if (bind(s->list[st], (int)i + 1, &values[i]) != SQLITE_OK)
			return fail(s, st);
	return store_next(s, st);
}

enum step
store_next(struct store *s, enum statement st)
{
	int64_t	 began, took;
	int	 rc;

	if (s->failed)
		return STEP_FAILED;
	/* Reader may take its time, and has many rows to look at. */
	began = s->reader ? 0 : clock_ms();
	rc = sqlite3_step(s->list[st]);
	took = s->reader ? 0 : clock_ms() - began;
	/* Not the loading at the start, which is long and right. */
	if (took > STORE_GUARD_MS && st != ST_commit &&
	    store_in_transaction(s))
		log_warnx("store: slow statement, %lld ms: %s",
		    (long long)took, statements[st].sql);
	if (rc == SQLITE_ROW)
		return STEP_ROW;
	if (rc == SQLITE_DONE) {
		sqlite3_reset(s->list[st]);
		return STEP_DONE;
	}
	if (rc == SQLITE_CONSTRAINT_UNIQUE ||
	    rc == SQLITE_CONSTRAINT_PRIMARYKEY) {
		sqlite3_reset(s->list[st]);
		return STEP_CONFLICT;
	}
	return fail(s, st);
}

void
store_end(struct store *s, enum statement st)
{
	sqlite3_reset(s->list[st]);
}

int64_t
store_integer(struct store *s, enum statement st, int column)
{
	return sqlite3_column_int64(s->list[st], column);
}

const char *
store_text(struct store *s, enum statement st, int column)
{
	const char	*t;

	t = (const char *)sqlite3_column_text(s->list[st], column);
	return t == NULL ? "" : t;
}

struct bytes
store_blob(struct store *s, enum statement st, int column)
{
	struct bytes	 b;

	b.data = sqlite3_column_blob(s->list[st], column);
	b.len = b.data == NULL ? 0 :
	    (size_t)sqlite3_column_bytes(s->list[st], column);
	return b;
}

int64_t
store_last_row(struct store *s)
{
	return sqlite3_last_insert_rowid(s->db);
}
