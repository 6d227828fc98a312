/*
 * SCIM lists, beside a model that looks at every resource: what is found,
 * in which order, how many, in slices of a few rows; and that no list's
 * statement scans.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_list.h"
#include "hfssod/policy/scim_patch.h"
#include "hfssod/policy/scim_resource.h"
#include "scim_fixture.h"

#define USERS	300
#define GROUPS	40

static char		 directory[64], path[80];
static sqlite3		*db;
static struct store	*store;
static struct scim_where where;
static int64_t		 milliseconds;
static bool		 basic;

int64_t			 __wrap_clock_ms(void);

/* A slice is as short as it can be. */
int64_t
__wrap_clock_ms(void)
{
	return milliseconds += LIMIT_SCIM_SLICE_MS;
}

enum verdict
scim_refuse(struct scim *s, enum verdict v, const char *format, ...)
{
	strlcpy(s->detail, format, sizeof(s->detail));
	return v;
}

/* --- a store full of people --------------------------------------------- */

static void
execute(const char *format, ...)
{
	va_list	 ap;
	char	*sql;

	va_start(ap, format);
	sql = sqlite3_vmprintf(format, ap);
	va_end(ap);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	sqlite3_free(sql);
}

static void
fold(sqlite3_context *context, int count, sqlite3_value **values)
{
	char	*folded;

	(void)count;
	if (sqlite3_value_type(values[0]) == SQLITE_NULL)
		return;
	folded = fold_text((const char *)sqlite3_value_text(values[0]));
	sqlite3_result_text(context, folded, -1, free);
}

/* The resource of a User as SCIM would have stored it, in hex. */
static char *
stored(int i)
{
	struct scim_value	*v;
	struct writer		 w;
	char			 text[512], *hex;
	size_t			 n;

	snprintf(text, sizeof(text), "userName=User%04d;"
	    "name[familyName=F%d;givenName=G%d];%s%s%stitle=T%d;"
	    "emails[value=u%d@x.example;primary=true];"
	    "emails[value=second%d@x.example;type=home];"
	    "enterprise[department=D%d]", i, i % 7, i % 5,
	    i % 3 == 0 ? "displayName=Name " : "",
	    i % 3 != 0 ? "" : i % 2 ? "Odd" : "Even", i % 3 ? "" : ";",
	    i % 10, i, i, i % 4);
	v = user(text);
	wire_init(&w, LIMIT_SCIM_USER);
	scim_resource_put(&w, SCIM_RESOURCE_USER, v);
	assert_non_null(hex = malloc(w.len * 2 + 1));
	for (n = 0; n < w.len; n++)
		snprintf(hex + n * 2, 3, "%02x", w.data[n]);
	wire_free(&w);
	return hex;
}

static void
add_users(void)
{
	char	*hex, display[32];
	int	 i, connection;

	for (i = 0; i < USERS; i++) {
		connection = i % 13 == 0 ? 2 : 1;
		snprintf(display, sizeof(display), "Name %s",
		    i % 2 ? "Odd" : "Even");
		/* Some are of logins only: columns are all there is. */
		hex = i % 5 == 0 ? NULL : stored(i);
		execute("INSERT INTO account (account, name, folded, state,"
		    " owner, email, email_folded, display_name, given, family,"
		    " username, username_folded, external_id, created,"
		    " modified, version, connection, display_folded, deleted,"
		    " scim)"
		    " VALUES ('%024x', 'n%d', 'n%d', %d, 1,"
		    " 'u%d@x.example', 'u%d@x.example', '%s', 'G%d', 'F%d',"
		    " 'User%04d', 'user%04d', %s, %d, %d, 1, %d, fold('%s'),"
		    " %d, %s%s%s)", (i * 7919) % 100003, i, i,
		    i % 11 == 0 ? 3 : i % 4 == 0 ? 2 : 1, i, i, display,
		    i % 5, i % 7, i, i, "NULL", 1000 + i % 50, 2000 + i % 70,
		    connection, display, i % 11 == 0, hex == NULL ? "" : "x'",
		    hex == NULL ? "NULL" : hex, hex == NULL ? "" : "'");
		if (i % 6 != 0)
			execute("UPDATE account SET external_id = 'Ext%d'"
			    " WHERE id = last_insert_rowid()", i);
		if (hex != NULL)
			execute("INSERT INTO account_email VALUES"
			    " ('second%d@x.example', last_insert_rowid())", i);
		free(hex);
	}
}

static void
add_groups(void)
{
	int	 i, j;

	for (i = 1; i <= GROUPS; i++) {
		execute("INSERT INTO scim_group (id, scim_group, organization,"
		    " connection, display_name, folded, external_id, edition,"
		    " members, version, created, modified) VALUES (%d,"
		    " '%024x', 1, %d, 'Group %d', 'group %d', %s, 2, 0, 3,"
		    " 5, 6)", i, i * 31 + 7, i % 9 == 0 ? 2 : 1, i % 17 * 100 +
		    i, i % 17 * 100 + i, i % 4 ? "'E'" : "NULL");
		for (j = i; j < USERS; j += GROUPS + i)
			execute("INSERT INTO scim_member VALUES"
			    " (%d, %d, 1, %d)", i, j % 3 ? 2 : 1, j);
		if (i > 1)
			execute("INSERT INTO scim_member VALUES"
			    " (%d, 2, 2, %d)", i, i / 2);
		execute("UPDATE scim_group SET members = (SELECT count(*)"
		    " FROM scim_member WHERE scim_group = %d AND edition = 2)"
		    " WHERE id = %d", i, i);
	}
}

static void
add_invitations(void)
{
	char	*hex;
	int	 i;

	for (i = 0; i < 120; i++)
		execute("INSERT INTO invitation (invitation, organization,"
		    " connection, state, username, username_folded,"
		    " external_id, email, email_folded, display_name,"
		    " display_folded, given, family, accepted, version,"
		    " created, modified) VALUES ('%024x', 1, 1, %d, 'I%03d',"
		    " 'i%03d', 'X%d', 'i%d@x.example', 'i%d@x.example', 'D',"
		    " 'd', '', '', 0, 1, 1, 1)", i * 3 + 1, 1 + i % 2, i, i, i,
		    i, i);
	/* Some have a second address. */
	for (i = 1; i <= 120; i += 5) {
		hex = stored(i);
		execute("UPDATE invitation SET scim = x'%s' WHERE id = %d",
		    hex, i);
		execute("INSERT INTO invited_email VALUES"
		    " ('second%d@x.example', %d)", i, i);
		free(hex);
	}
}

static int
begin(void **unused)
{
	const char	*why;

	pool_begin(unused);
	strlcpy(directory, "/tmp/hfssod-unit.XXXXXXXX", sizeof(directory));
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/db", directory);
	assert_non_null(store = store_open(path, &why));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_create_function(db, "fold", 1, SQLITE_UTF8,
	    NULL, fold, NULL, NULL), SQLITE_OK);
	execute("BEGIN");
	execute("INSERT INTO organization (id, name, folded, mode, present,"
	    " created) VALUES (1, 'acme', 'acme', 'managed', 1, 1)");
	execute("INSERT INTO connection (id, organization, name, present,"
	    " created) VALUES (1, 1, 'okta', 1, 1), (2, 1, 'entra', 1, 1)");
	add_users();
	add_groups();
	add_invitations();
	execute("COMMIT");
	where.organization = "acme";
	basic = false;
	return 0;
}

static int
end(void **unused)
{
	static const char *const files[] = { "", "-wal", "-shm" };
	char	 name[96];
	size_t	 i;

	store_close(store);
	sqlite3_close(db);
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "%s%s", path, files[i]);
		unlink(name);
	}
	rmdir(directory);
	return pool_end(unused);
}

/* --- asking, as http does ------------------------------------------------ */

struct found {
	enum verdict	 verdict;
	size_t		 count;
	char		 ids[USERS][32];
	int64_t		 total;
	char		 next[LIMIT_SCIM_CURSOR + 1];
	char		 previous[LIMIT_SCIM_CURSOR + 1];
	unsigned int	 slices;
	bool		 follow[USERS];
};

static void
open_scim(struct scim *s)
{
	memset(s, 0, sizeof(*s));
	s->where = &where;
	s->store = store;
	s->organization = s->connection = 1;
	s->basic = basic;
	s->pool = scim_pool_new();
}

static void
ask(struct scim_list *q, struct found *f)
{
	struct scim_listed	 a;
	struct scim		 s;
	char			 after[LIMIT_SCIM_AFTER + 1] = "";
	size_t			 i;

	memset(f, 0, sizeof(*f));
	q->where = where;
	if (q->cursor == NULL)
		q->cursor = "";
	if (q->start == 0)
		q->start = 1;
	do {
		open_scim(&s);
		memset(&a, 0, sizeof(a));
		a.after = a.next = a.previous = "";
		q->after = after;
		f->verdict = scim_list_find(&s, q, &a);
		for (i = 0; f->verdict == VERDICT_ok && i < a.count; i++) {
			assert_true(f->count < USERS);
			f->follow[f->count] = a.items[i].members_follow;
			strlcpy(f->ids[f->count++],
			    scim_text(&a.items[i].value, SCIM_id), 32);
		}
		strlcpy(after, a.after, sizeof(after));
		strlcpy(f->next, a.next, sizeof(f->next));
		strlcpy(f->previous, a.previous, sizeof(f->previous));
		f->total = a.total;
		scim_pool_free(s.pool);
		assert_true(++f->slices < 1000);
	} while (f->verdict == VERDICT_ok && after[0] != '\0');
	q->after = "";
}

static struct scim_list
of_users(struct scim_filter *f)
{
	struct scim_list	 q;

	memset(&q, 0, sizeof(q));
	q.resource = SCIM_RESOURCE_USER;
	q.filter = f;
	q.count = 1000;
	q.after = q.cursor = "";
	return q;
}

static struct scim_list
of_groups(struct scim_filter *f)
{
	struct scim_list	 q = of_users(f);

	q.resource = SCIM_RESOURCE_GROUP;
	q.members = true;
	return q;
}

static int64_t
number(const char *sql)
{
	sqlite3_stmt	*st;
	int64_t		 n;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(st), SQLITE_ROW);
	n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

/* --- units ---------------------------------------------------------------- */

static void
test_plans(void **unused)
{
	static const struct {
		const char	*name, *sql;
	} rows[] = {
#define STATEMENT(name, who, sql)	{ #name, sql },
#include "hfssod/policy/statement.def"
#undef STATEMENT
	};
	sqlite3_stmt	*st;
	const char	*line;
	char		 sql[8192];
	size_t		 i, seen = 0;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (strncmp(rows[i].name, "list_", 5) != 0 &&
		    strncmp(rows[i].name, "drift_", 6) != 0 &&
		    strcmp(rows[i].name, "scim_user_groups_own") != 0 &&
		    strcmp(rows[i].name, "scim_group_seen") != 0)
			continue;
		seen++;
		snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s",
		    rows[i].sql);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
		    SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			line = (const char *)sqlite3_column_text(st, 3);
			if ((strncmp(line, "SCAN", 4) == 0 &&
			    strstr(line, "subquery") == NULL) ||
			    strstr(line, "ORDER BY") != NULL)
				fail_msg("%s: %s", rows[i].name, line);
		}
		sqlite3_finalize(st);
	}
	assert_true(seen > 40);
}

static void
test_whole(void **unused)
{
	struct scim_list	 q = of_users(NULL);
	struct found		 all, f;
	int64_t			 i;

	(void)unused;
	ask(&q, &all);
	assert_int_equal(all.verdict, VERDICT_ok);
	assert_int_equal(all.total, number("SELECT count(*) FROM account"
	    " WHERE connection = 1 AND state <> 3"));
	assert_int_equal(all.count, all.total);
	assert_true(all.slices > 1);
	/* Any page is that part of it, asked for twice. */
	for (i = 1; i < all.total + 20; i += 17) {
		q.start = i;
		q.count = 10;
		ask(&q, &f);
		ask(&q, &f);
		assert_int_equal(f.total, all.total);
		assert_int_equal(f.count, i > all.total ? 0 :
		    all.total - i + 1 < 10 ? all.total - i + 1 : 10);
		if (f.count > 0)
			assert_memory_equal(f.ids[0], all.ids[i - 1],
			    f.count * sizeof(f.ids[0]));
	}
	q.count = 0;
	ask(&q, &f);
	assert_int_equal(f.count, 0);
	assert_int_equal(f.total, all.total);
	/* One that goes moves those behind it, whatever was remembered. */
	execute("UPDATE account SET state = 3 WHERE account = '%s'",
	    all.ids[3]);
	q.start = 101;
	q.count = 10;
	ask(&q, &f);
	assert_int_equal(f.total, all.total - 1);
	assert_string_equal(f.ids[0], all.ids[101]);
	execute("UPDATE account SET state = 1 WHERE account = '%s'",
	    all.ids[3]);
	ask(&q, &f);
	assert_string_equal(f.ids[0], all.ids[100]);
}

/* So many that they share places in a list's memory of groups. */
static void
add_flat_groups(void)
{
	int	 i, j;

	for (i = 100; i < 300; i++)
		execute("INSERT INTO scim_group (id, scim_group, organization,"
		    " connection, display_name, folded, edition, members,"
		    " version, created, modified) VALUES (%d, 'f%023x', 1, 1,"
		    " 'Flat %d', 'flat %d', 3, 0, 3, 5, 6)", i, i, i, i);
	for (j = 0; j < USERS; j++)
		for (i = 0; i < j % 7; i++)
			execute("INSERT INTO scim_member VALUES (%d, %d, 1,"
			    " %d)", 100 + (j * 3 + i * 64) % 200,
			    i % 3 == 2 ? 2 : 3, j);
	/* Some are in nothing else. */
	execute("DELETE FROM scim_member WHERE kind = 1 AND member %% 2 = 0"
	    " AND scim_group < 100");
}

/* How many groups a User is in; of those with that name and type. */
static int64_t
group_count(const char *id, const char *display, const char *type)
{
	char	 sql[1024];

	snprintf(sql, sizeof(sql), "WITH RECURSIVE up (id, direct) AS ("
	    "SELECT g.id, 1 FROM account AS a JOIN scim_member AS m ON"
	    " m.kind = 1 AND m.member = a.id JOIN scim_group AS g ON g.id ="
	    " m.scim_group AND g.edition = m.edition WHERE a.account = '%s'"
	    " UNION SELECT g.id, 0 FROM up JOIN scim_member AS m ON m.kind = 2"
	    " AND m.member = up.id JOIN scim_group AS g ON g.id = m.scim_group"
	    " AND g.edition = m.edition)"
	    " SELECT count(*) FROM (SELECT id, max(direct) AS d FROM up"
	    " GROUP BY id) AS x JOIN scim_group AS g ON g.id = x.id"
	    " WHERE '%s' IN ('', g.display_name) AND '%s' IN ('',"
	    " iif(x.d, 'direct', 'indirect'))", id, display, type);
	return number(sql);
}

static void
has_groups(const struct scim_value *v)
{
	const struct scim_field	*f = scim_field(v, SCIM_groups);
	const char		*id = scim_text(v, SCIM_id);
	size_t			 i;

	assert_int_equal(group_count(id, "", ""), f == NULL ? 0 : f->count);
	for (i = 0; f != NULL && i < f->count; i++)
		assert_int_equal(group_count(id,
		    scim_own_text(&f->values[i], SCIM_groups_display),
		    scim_own_text(&f->values[i], SCIM_groups_type)), 1);
}

/* Every User of a list shows all of its groups, and each once. */
static void
test_groups_of_users(void **unused)
{
	struct scim_list	 q = of_users(NULL);
	struct scim_listed	 a;
	struct scim		 s;
	char			 after[LIMIT_SCIM_AFTER + 1] = "";
	size_t			 i, seen = 0;

	(void)unused;
	add_flat_groups();
	q.where = where;
	q.start = 1;
	do {
		open_scim(&s);
		memset(&a, 0, sizeof(a));
		a.after = a.next = a.previous = "";
		q.after = after;
		assert_int_equal(scim_list_find(&s, &q, &a), VERDICT_ok);
		for (i = 0; i < a.count; i++)
			has_groups(&a.items[i].value);
		seen += a.count;
		strlcpy(after, a.after, sizeof(after));
		scim_pool_free(s.pool);
	} while (after[0] != '\0');
	assert_true(seen > 200);
}

/* What an index finds is what a look at every row finds. */
static void
same_as_scan(struct scim_filter *f, enum scim_resource resource, bool some)
{
	struct scim_list	 q = of_users(f), slow;
	struct found		 fast, scan;
	size_t			 i, j;

	q.resource = resource;
	slow = q;
	slow.filter = either(f, f);	/* no arm of an and */
	ask(&q, &fast);
	ask(&slow, &scan);
	assert_int_equal(fast.verdict, VERDICT_ok);
	assert_int_equal(fast.total, scan.total);
	assert_int_equal(fast.count, scan.count);
	assert_int_equal(scan.count, scan.total);
	assert_true((fast.count > 0) == some);
	for (i = 0; i < fast.count; i++) {
		for (j = 0; j < scan.count; j++)
			if (strcmp(fast.ids[i], scan.ids[j]) == 0)
				break;
		assert_true(j < scan.count);
	}
	/* Its second half is its second half. */
	q.start = (int64_t)(fast.count / 2 + 1);
	ask(&q, &scan);
	assert_int_equal(scan.count, fast.count - fast.count / 2);
	assert_int_equal(scan.total, fast.total);
	if (scan.count > 0)
		assert_string_equal(scan.ids[0], fast.ids[fast.count / 2]);
}

static void
test_indexes(void **unused)
{
	static const struct {
		enum scim_number n;
		enum scim_op	 op;
		const char	*text;
		bool		 some;
	} rows[] = {
		{ SCIM_userName, SCIM_OP_EQ, "uSER0017", true },
		{ SCIM_userName, SCIM_OP_EQ, "User0022", false },
		{ SCIM_userName, SCIM_OP_EQ, "User0013", false },
		{ SCIM_userName, SCIM_OP_EQ, "nobody", false },
		{ SCIM_externalId, SCIM_OP_EQ, "Ext17", true },
		{ SCIM_externalId, SCIM_OP_EQ, "ext17", false },
		{ SCIM_emails_value, SCIM_OP_EQ, "U17@X.example", true },
		{ SCIM_emails_value, SCIM_OP_EQ, "second17@x.example", true },
		{ SCIM_emails_value, SCIM_OP_EQ, "second20@x.example", false },
		{ SCIM_displayName, SCIM_OP_EQ, "NAME odd", true },
		{ SCIM_displayName, SCIM_OP_EQ, "Name", false },
		{ SCIM_displayName, SCIM_OP_SW, "name o", true },
		{ SCIM_displayName, SCIM_OP_SW, "name x", false },
		{ SCIM_userName, SCIM_OP_SW, "user00", true },
		{ SCIM_userName, SCIM_OP_SW, "User0017", true },
		{ SCIM_userName, SCIM_OP_SW, "v", false },
		{ SCIM_externalId, SCIM_OP_SW, "Ext1", true },
		{ SCIM_userName, SCIM_OP_CO, "R00", true },
		{ SCIM_title, SCIM_OP_EQ, "t3", true },
		{ SCIM_department, SCIM_OP_EQ, "d1", true }
	};
	size_t	 i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		same_as_scan(compare(rows[i].n, rows[i].op, rows[i].text),
		    SCIM_RESOURCE_USER, rows[i].some);
	same_as_scan(compare_truth(SCIM_active, SCIM_OP_EQ, true),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare_truth(SCIM_active, SCIM_OP_NE, true),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(both(compare_truth(SCIM_active, SCIM_OP_EQ, false),
	    compare(SCIM_userName, SCIM_OP_CO, "2")), SCIM_RESOURCE_USER,
	    true);
	same_as_scan(both(compare(SCIM_title, SCIM_OP_EQ, "T7"),
	    compare(SCIM_userName, SCIM_OP_EQ, "user0017")),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(within(SCIM_emails, both(compare(SCIM_emails_value,
	    SCIM_OP_EQ, "second17@x.example"), compare(SCIM_emails_type,
	    SCIM_OP_EQ, "home"))), SCIM_RESOURCE_USER, true);
	same_as_scan(pr(SCIM_groups), SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_groups_display, SCIM_OP_SW, "group 1"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_meta_resourceType, SCIM_OP_EQ, "User"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_meta_resourceType, SCIM_OP_EQ, "Group"),
	    SCIM_RESOURCE_USER, false);
	same_as_scan(compare(SCIM_meta_created, SCIM_OP_GT,
	    "1970-01-01T00:17:00Z"), SCIM_RESOURCE_USER, true);
	basic = true;
	same_as_scan(compare(SCIM_userName, SCIM_OP_EQ, "I007"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_externalId, SCIM_OP_EQ, "X7"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_displayName, SCIM_OP_EQ, "D"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_emails_value, SCIM_OP_EQ, "i7@x.example"),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_emails_value, SCIM_OP_EQ,
	    "SECOND11@x.example"), SCIM_RESOURCE_USER, true);
	same_as_scan(within(SCIM_emails, compare(SCIM_emails_value,
	    SCIM_OP_EQ, "second16@X.example")), SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_emails_value, SCIM_OP_EQ,
	    "second12@x.example"), SCIM_RESOURCE_USER, false);
	same_as_scan(compare_truth(SCIM_active, SCIM_OP_EQ, false),
	    SCIM_RESOURCE_USER, true);
	same_as_scan(compare(SCIM_userName, SCIM_OP_SW, "i00"),
	    SCIM_RESOURCE_USER, true);
}

static void
test_groups(void **unused)
{
	char			 member[32], child[32];
	struct scim_list	 q = of_groups(NULL);
	struct found		 f;
	size_t			 i, follow = 0;

	(void)unused;
	snprintf(member, sizeof(member), "%024x", 82 * 7919 % 100003);
	snprintf(child, sizeof(child), "%024x", 3 * 31 + 7);
	same_as_scan(compare(SCIM_members_value, SCIM_OP_EQ, member),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_members_value, SCIM_OP_EQ, child),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_members_value, SCIM_OP_EQ, "nobody"),
	    SCIM_RESOURCE_GROUP, false);
	same_as_scan(compare(SCIM_members_value, SCIM_OP_NE, child),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_members_type, SCIM_OP_EQ, "group"),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(within(SCIM_members, both(compare(SCIM_members_value,
	    SCIM_OP_EQ, child), compare(SCIM_members_type, SCIM_OP_EQ,
	    "Group"))), SCIM_RESOURCE_GROUP, true);
	same_as_scan(within(SCIM_members, both(compare(SCIM_members_value,
	    SCIM_OP_EQ, child), compare(SCIM_members_type, SCIM_OP_EQ,
	    "User"))), SCIM_RESOURCE_GROUP, false);
	same_as_scan(within(SCIM_members, no(compare(SCIM_members_value,
	    SCIM_OP_EQ, child))), SCIM_RESOURCE_GROUP, true);
	same_as_scan(pr(SCIM_members), SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_group_displayName, SCIM_OP_EQ, "GROUP 303"),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_group_displayName, SCIM_OP_SW, "group 1"),
	    SCIM_RESOURCE_GROUP, true);
	same_as_scan(compare(SCIM_externalId, SCIM_OP_EQ, "E"),
	    SCIM_RESOURCE_GROUP, true);
	ask(&q, &f);
	assert_int_equal(f.total, number("SELECT count(*) FROM scim_group"
	    " WHERE connection = 1"));
	assert_int_equal(f.count, f.total);
	/* Many members are not within the answer. */
	execute("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 200) INSERT OR IGNORE INTO scim_member"
	    " SELECT 2, 2, 1, i FROM n");
	execute("UPDATE scim_group SET members = 200 WHERE id = 2");
	ask(&q, &f);
	for (i = 0; i < f.count; i++)
		follow += f.follow[i];
	assert_int_equal(follow, 1);
	q.members = false;
	ask(&q, &f);
	for (i = 0; i < f.count; i++)
		assert_false(f.follow[i]);
}

/* --- order ---------------------------------------------------------------- */

static void
value_at(const char *id, enum scim_number n, char *key, size_t size)
{
	struct scim	 s;

	open_scim(&s);
	assert_int_equal(store_run(store, ST_list_users_id, v_int(1),
	    v_text(id), v_int(0), v_int(0)), STEP_ROW);
	scim_item_key(&s, PLAN_USERS, ST_list_users_id, n, key, size);
	store_end(store, ST_list_users_id);
	scim_pool_free(s.pool);
}

static void
test_order(void **unused)
{
	static const enum scim_number	 by[] = { SCIM_id, SCIM_userName,
	    SCIM_externalId, SCIM_displayName, SCIM_title, SCIM_active,
	    SCIM_name_familyName, SCIM_emails, SCIM_meta_created,
	    SCIM_department };
	struct scim_list	 q = of_users(NULL);
	struct found		 f, part;
	char			 a[256], b[256];
	size_t			 i, j, k;
	int			 c;

	(void)unused;
	for (i = 0; i < sizeof(by) / sizeof(by[0]) * 2; i++) {
		q = of_users(NULL);
		q.sort = by[i / 2];
		q.descending = i % 2;
		ask(&q, &f);
		assert_int_equal(f.verdict, VERDICT_ok);
		assert_int_equal(f.count, f.total);
		for (j = 1; j < f.count; j++) {
			value_at(f.ids[j - 1], q.sort, a, sizeof(a));
			value_at(f.ids[j], q.sort, b, sizeof(b));
			c = strcmp(a, b);
			assert_true(q.descending ? c >= 0 : c <= 0);
			for (k = 0; k < j; k++)
				assert_string_not_equal(f.ids[k], f.ids[j]);
		}
		q.start = 51;
		q.count = 20;
		ask(&q, &part);
		assert_int_equal(part.count, 20);
		assert_int_equal(part.total, f.total);
		assert_memory_equal(part.ids[0], f.ids[50],
		    20 * sizeof(f.ids[0]));
	}
	q = of_users(compare(SCIM_displayName, SCIM_OP_EQ, "name odd"));
	q.sort = SCIM_userName;
	q.descending = true;
	ask(&q, &f);
	assert_true(f.count > 5);
	for (j = 1; j < f.count; j++) {
		value_at(f.ids[j - 1], q.sort, a, sizeof(a));
		value_at(f.ids[j], q.sort, b, sizeof(b));
		assert_true(strcmp(a, b) > 0);
	}
}

/* --- cursors -------------------------------------------------------------- */

/* Everything that lives through the walk is met once. */
static void
walk(struct scim_list q, const char *change)
{
	static bool	 seen[100003];
	struct found	 f;
	char		 cursor[LIMIT_SCIM_CURSOR + 1] = "";
	size_t		 i, count = 0;
	int64_t		 total, first = 0;
	unsigned int	 pages = 0;
	long		 id;

	memset(seen, 0, sizeof(seen));
	q.cursored = true;
	do {
		q.cursor = cursor;
		q.count = 7 + pages % 5;
		ask(&q, &f);
		assert_int_equal(f.verdict, VERDICT_ok);
		if (pages == 0)
			first = f.total;
		for (i = 0; i < f.count; i++) {
			id = strtol(f.ids[i], NULL, 16);
			assert_false(seen[id]);
			seen[id] = true;
			count++;
		}
		if (f.next[0] != '\0')
			assert_int_equal(f.count, q.count);
		strlcpy(cursor, f.next, sizeof(cursor));
		/* Somebody goes, under way: the last one that was said. */
		if (change != NULL && pages % 3 == 0 && f.count > 0)
			execute(change, f.ids[f.count - 1]);
		assert_true(++pages < 200);
	} while (cursor[0] != '\0');
	total = (int64_t)count;
	assert_int_equal(total, first);
}

static void
test_cursors(void **unused)
{
	struct scim_list	 q = of_users(NULL);

	(void)unused;
	walk(q, NULL);
	q.filter = compare_truth(SCIM_active, SCIM_OP_EQ, true);
	walk(q, NULL);
	q.filter = compare(SCIM_userName, SCIM_OP_SW, "user01");
	walk(q, NULL);
	q.filter = compare(SCIM_title, SCIM_OP_NE, "t3");
	walk(q, NULL);
	q.sort = SCIM_externalId;
	walk(q, NULL);
	q.descending = true;
	walk(q, NULL);
	q.sort = SCIM_title;
	walk(q, NULL);
	q.filter = NULL;
	q.sort = SCIM_userName;
	walk(q, NULL);
	q = of_groups(NULL);
	walk(q, NULL);
	q = of_users(NULL);
	walk(q, "UPDATE account SET state = 3 WHERE account = '%q'");
	q.sort = SCIM_userName;
	walk(q, "UPDATE account SET state = 3 WHERE account = '%q'");
	q.sort = SCIM_department;
	walk(q, "UPDATE account SET state = 3 WHERE account = '%q'");
}

/* To the end and back: the same pages, the other way round. */
static void
walk_back(struct scim_list q)
{
	static char	 met[USERS][32];
	struct found	 f;
	char		 cursor[LIMIT_SCIM_CURSOR + 1] = "";
	size_t		 i, count = 0, left;

	q.cursored = true;
	q.count = 7;
	q.cursor = cursor;
	do {
		ask(&q, &f);
		assert_int_equal(f.verdict, VERDICT_ok);
		assert_int_equal(f.previous[0] == '\0', count == 0);
		for (i = 0; i < f.count; i++)
			strlcpy(met[count++], f.ids[i], 32);
		strlcpy(cursor, f.next, sizeof(cursor));
	} while (cursor[0] != '\0');
	assert_int_equal(count, f.total);
	for (left = count - f.count; left > 0; left -= f.count) {
		strlcpy(cursor, f.previous, sizeof(cursor));
		assert_string_not_equal(cursor, "");
		q.count = 5 + left % 3;
		ask(&q, &f);
		assert_int_equal(f.verdict, VERDICT_ok);
		assert_true(f.count > 0 && f.count <= left);
		assert_true((int)f.count == q.count || f.count == left);
		for (i = 0; i < f.count; i++)
			assert_string_equal(f.ids[i],
			    met[left - f.count + i]);
		assert_string_not_equal(f.next, "");
	}
	assert_string_equal(f.previous, "");
	/* And forth again. */
	strlcpy(cursor, f.next, sizeof(cursor));
	left = f.count;
	ask(&q, &f);
	assert_string_equal(f.ids[0], met[left]);
}

static void
test_back(void **unused)
{
	struct scim_list	 q = of_users(NULL);
	struct found		 f;
	char			 cursor[LIMIT_SCIM_CURSOR + 1];

	(void)unused;
	walk_back(q);
	walk_back(of_groups(NULL));
	basic = true;
	walk_back(q);
	basic = false;
	/* Without a filter and in the order of rows alone. */
	q.cursored = true;
	q.count = 3;
	q.cursor = cursor;
	cursor[0] = '\0';
	ask(&q, &f);
	strlcpy(cursor, f.next, sizeof(cursor));
	ask(&q, &f);
	strlcpy(cursor, f.previous, sizeof(cursor));
	q.sort = SCIM_userName;
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	q.sort = SCIM_none;
	/* Who was before is gone: the first page there is. */
	execute("UPDATE account SET state = 3 WHERE connection = 1 AND id <"
	    " 100");
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_ok);
	assert_int_equal(f.count, 3);
	assert_string_equal(f.previous, "");
	q.filter = pr(SCIM_userName);
	cursor[0] = '\0';
	ask(&q, &f);
	strlcpy(cursor, f.next, sizeof(cursor));
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_ok);
	assert_string_equal(f.previous, "");
}

static void
test_refused(void **unused)
{
	struct scim_list	 q = of_users(NULL);
	struct found		 f;
	char			 next[LIMIT_SCIM_CURSOR + 1];
	size_t			 i;

	(void)unused;
	q.cursored = true;
	q.count = 10;
	ask(&q, &f);
	strlcpy(next, f.next, sizeof(next));
	assert_string_not_equal(next, "");
	q.cursor = next;
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_ok);
	/* Another question's. */
	q.sort = SCIM_userName;
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	q.sort = SCIM_none;
	q.filter = pr(SCIM_userName);
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	q.filter = NULL;
	q.resource = SCIM_RESOURCE_GROUP;
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	q.resource = SCIM_RESOURCE_USER;
	/* None at all. */
	q.cursor = "x";
	ask(&q, &f);
	assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	for (i = 0; i < strlen(next); i += 5) {
		q.cursor = next + i + 1;
		ask(&q, &f);
		assert_int_equal(f.verdict, VERDICT_scim_invalid_cursor);
	}
	/* Nobody else's people: connection 2 has its own. */
	q = of_users(compare(SCIM_userName, SCIM_OP_EQ, "User0013"));
	ask(&q, &f);
	assert_int_equal(f.total, 0);
	q = of_users(compare(SCIM_userName, SCIM_OP_CO, "User0013"));
	ask(&q, &f);
	assert_int_equal(f.total, 0);
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest	 tests[] = {
		T(test_plans), T(test_whole), T(test_groups_of_users),
		T(test_indexes), T(test_groups),
		T(test_order), T(test_cursors), T(test_back), T(test_refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
