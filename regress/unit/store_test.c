/* Units of hfssod/policy/store.c and schema.c: the engine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hfssod/policy/schema.h"
#include "hfssod/policy/store.h"

static char	 directory[48];
static char	 path[64];
static int64_t	 now;

int64_t	 __wrap_clock_now(void);

int64_t
__wrap_clock_now(void)
{
	return now != 0 ? now : (int64_t)time(NULL);
}

static int
begin(void **unused)
{
	(void)unused;
	now = 0;
	strlcpy(directory, "/tmp/hfssod-unit.XXXXXXXX", sizeof(directory));
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/db", directory);
	return 0;
}

static int
end(void **unused)
{
	char	 name[80];

	(void)unused;
	unlink(path);
	snprintf(name, sizeof(name), "%s-wal", path);
	unlink(name);
	snprintf(name, sizeof(name), "%s-shm", path);
	unlink(name);
	return rmdir(directory);
}

static void
execute(const char *sql)
{
	sqlite3	*db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static struct store *
opened(void)
{
	const char	*why;
	struct store	*s = store_open(path, &why);

	assert_non_null(s);
	return s;
}

static void
refused(const char *part)
{
	const char	*why;

	assert_null(store_open(path, &why));
	assert_non_null(strstr(why, part));
}

static void
versions(void **unused)
{
	(void)unused;
	store_close(opened());
	store_close(opened());
	execute("PRAGMA user_version = 99");
	refused("used by a newer one");
	execute("PRAGMA user_version = 1; PRAGMA application_id = 7");
	refused("another program");
}

/* Of our version, and not as we made it. */
static void
damaged(void **unused)
{
	(void)unused;
	store_close(opened());
	execute("DROP TABLE refusal");
	refused("no such table: refusal");
}

static void
foreign(void **unused)
{
	FILE	*f;

	(void)unused;
	execute("CREATE TABLE x (y)");
	refused("another program");
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fwrite("no database at all, but long enough to be read"
	    " as one, surely, with a header of a hundred octets or more", 1,
	    100, f), 100);
	fclose(f);
	refused("");
}

/* An upgrade happens whole or not at all. */
static void
upgrades(void **unused)
{
	static const char *const good[] = { "CREATE TABLE a (x)",
	    "CREATE TABLE b (x); INSERT INTO a VALUES (2)",
	    "INSERT INTO b SELECT x FROM a" };
	static const char *const bad[] = { "CREATE TABLE a (x)",
	    "CREATE TABLE b (x)", "INSERT INTO nowhere VALUES (1)" };
	const char	*why;
	sqlite3		*db;

	(void)unused;
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_true(schema_upgrade(db, good, 1, &why));
	assert_false(schema_upgrade(db, bad, 3, &why));
	assert_non_null(strstr(why, "nowhere"));
	assert_int_equal(sqlite3_exec(db, "SELECT * FROM b", NULL, NULL,
	    NULL), SQLITE_ERROR);
	assert_true(schema_upgrade(db, good, 3, &why));
	assert_int_equal(sqlite3_exec(db, "SELECT * FROM b", NULL, NULL,
	    NULL), SQLITE_OK);
	assert_true(schema_upgrade(db, good, 3, &why));
	assert_false(schema_upgrade(db, good, 2, &why));
	sqlite3_close(db);
}

static void
readers(void **unused)
{
	const char	*why;
	struct store	*s, *r;

	(void)unused;
	assert_null(store_open_reader(path, &why));
	s = opened();
	r = store_open_reader(path, &why);
	assert_non_null(r);
	assert_true(store_begin(r));
	assert_true(store_commit(r));
	store_close(r);
	store_close(s);
}

static enum step
add(struct store *s, const char *name)
{
	return store_run(s, ST_organization_add, v_text(name), v_text(name),
	    v_text("managed"), v_int(1));
}

static int64_t
count(struct store *s)
{
	int64_t		 n = 0;
	enum step	 step;

	for (step = store_step(s, ST_organizations, NULL, 0);
	    step == STEP_ROW; step = store_next(s, ST_organizations))
		n++;
	return n;
}

static void
transactions(void **unused)
{
	struct store	*s = opened();

	(void)unused;
	assert_true(store_begin(s));
	assert_true(store_mark(s));
	assert_int_equal(add(s, "a"), STEP_DONE);
	assert_true(store_keep(s));
	assert_true(store_mark(s));
	assert_int_equal(add(s, "b"), STEP_DONE);
	assert_int_equal(add(s, "a"), STEP_CONFLICT);
	assert_false(store_failed(s));
	assert_true(store_undo(s));
	assert_true(store_commit(s));
	assert_int_equal(count(s), 1);
	/* Sticky: after a failure nothing is done, until it is forgotten. */
	store_refuse(s, "why");
	assert_int_equal(add(s, "c"), STEP_FAILED);
	assert_false(store_begin(s));
	assert_string_equal(store_error(s), "why");
	store_forget(s);
	assert_true(store_begin(s));
	assert_int_equal(add(s, "c"), STEP_DONE);
	store_rollback(s);
	assert_int_equal(count(s), 1);
	store_close(s);
}

static void
full(void **unused)
{
	struct store	*s = opened();
	char		 name[400];
	int		 i, kept;

	(void)unused;
	store_limit(s, 1);	/* no more than there are */
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "%0300d", i);
		if (!store_begin(s) || add(s, name) != STEP_DONE ||
		    !store_commit(s))
			break;
	}
	assert_in_range(i, 1, 999);
	assert_true(store_failed(s));
	assert_non_null(strstr(store_error(s), "full"));
	store_rollback(s);
	assert_false(store_in_transaction(s));
	store_forget(s);
	kept = (int)count(s);
	assert_int_equal(kept, i);
	store_limit(s, 0);
	assert_true(store_begin(s));
	assert_int_equal(add(s, "room"), STEP_DONE);
	assert_true(store_commit(s));
	assert_int_equal(count(s), kept + 1);
	store_close(s);
}

static void
clocks(void **unused)
{
	struct store	*s = opened();

	(void)unused;
	now = 2000000000;
	assert_int_equal(store_now(s), now);
	now = 1000000000;
	assert_int_equal(store_now(s), 2000000000);
	assert_true(store_begin(s));
	assert_true(store_commit(s));
	store_close(s);
	s = opened();
	assert_int_equal(store_now(s), 2000000000);
	now = 2000000001;
	assert_int_equal(store_now(s), 2000000001);
	store_close(s);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, begin, end)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(versions), UNIT(damaged), UNIT(foreign), UNIT(upgrades),
		UNIT(readers),
		UNIT(transactions), UNIT(full), UNIT(clocks)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
