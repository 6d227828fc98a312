/*
 * The store's engine: one SQLite database, its statements, transactions
 * and time.  What is kept in it is in store_*.h, what the tables are in
 * schema.c, every statement in statement.def.
 *
 * Errors are sticky, as in wire.h: after a failure store_failed() is true
 * until the turn forgets it, and every further statement fails too.
 */
#ifndef POLICY_STORE_H
#define POLICY_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

struct store;

enum statement {
#define STATEMENT(name, who, sql)	ST_##name,
#include "hfssod/policy/statement.def"
#undef STATEMENT
	ST_MAX
};

/* A statement took more than this: loud, an index is missing. */
#define STORE_GUARD_MS	20

/*
 * Open or make the database: WAL, synchronous=FULL, our schema, upgraded
 * if it is older.  NULL with a reason (valid until the next call) when it
 * can't be, or is not ours, or newer than this program.
 */
struct store	*store_open(const char *, const char **);
/* Read only, for reader; NULL also while policy has not made it yet. */
struct store	*store_open_reader(const char *, const char **);
void		 store_close(struct store *);
/*
 * A copy into a new file, some pages at a time; what is written to the
 * store meanwhile is in it.  begin: NULL with a reason.  step: how it goes
 * on; end frees it, whether it was done or not.
 */
struct store_copy;
enum copying { COPY_MORE, COPY_DONE, COPY_FAILED };
struct store_copy *store_copy_begin(struct store *, const char *,
		    const char **);
enum copying	 store_copy_step(struct store_copy *, int);
void		 store_copy_end(struct store_copy *);
/* The largest number of pages it may have; 0: no limit. */
void		 store_limit(struct store *, uint32_t);

/*
 * Seconds, UTC, by the store: never less than what it said before, also
 * before a restart.
 */
int64_t		 store_now(struct store *);

/* A transaction; begin and commit are false on failure. */
bool		 store_begin(struct store *);
bool		 store_commit(struct store *);
void		 store_rollback(struct store *);
/* Whether there is one: SQLite ends it by itself after some errors. */
bool		 store_in_transaction(const struct store *);
/* One request's part of it: begin, take back, keep. */
bool		 store_mark(struct store *);
bool		 store_undo(struct store *);
bool		 store_keep(struct store *);

bool		 store_failed(const struct store *);
const char	*store_error(const struct store *);
void		 store_forget(struct store *);
/* Let every further statement fail, until forgotten. */
void		 store_refuse(struct store *, const char *);

/* What is bound to a statement's parameters, in their order. */
struct value {
	enum { VALUE_NULL, VALUE_INTEGER, VALUE_TEXT, VALUE_BLOB } type;
	int64_t		 integer;
	const void	*data;
	size_t		 len;
};
struct value	 v_int(int64_t);
struct value	 v_text(const char *);
struct value	 v_text_or_null(const char *);	/* NULL if it is "" */
struct value	 v_blob(const void *, size_t);	/* NULL if there is none */

enum step {
	STEP_ROW,		/* a row is there; go on, or store_end */
	STEP_DONE,		/* no (further) row; all is reset */
	STEP_CONFLICT,		/* a unique index refused; not sticky */
	STEP_FAILED
};
enum step	 store_step(struct store *, enum statement,
		    const struct value *, size_t);
enum step	 store_next(struct store *, enum statement);
void		 store_end(struct store *, enum statement);
/* Run with the values that follow; what they point to must stay. */
#define store_run(s, statement, ...) \
	store_step(s, statement, (const struct value[]){ __VA_ARGS__ }, \
	    sizeof((const struct value[]){ __VA_ARGS__ }) / \
	    sizeof(struct value))
/* Columns of the row; never NULL, valid until the next step. */
int64_t		 store_integer(struct store *, enum statement, int);
const char	*store_text(struct store *, enum statement, int);
struct bytes	 store_blob(struct store *, enum statement, int);
int64_t		 store_last_row(struct store *);

#endif
