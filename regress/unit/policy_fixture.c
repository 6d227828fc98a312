/* For units of policy's rooms; see policy_fixture.h. */
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

#include "common/clock.h"
#include "hfssod/policy/login.h"
#include "policy_fixture.h"

struct view_role_line	 acme_roles[3] = {
	{ ROLE_LINE_VALUE, "hub-admins", ROLE_ADMIN, false },
	{ ROLE_LINE_VALUE, "dev", ROLE_WRITE, false },
	{ ROLE_LINE_VALUE, "staff", ROLE_READ, false }
};
struct view_group_line	 acme_groups[3] = {
	{ "nlp-team", "nlp", ROLE_WRITE }, { "ml", "nlp", ROLE_READ },
	{ "ml", "vision", ROLE_READ }
};
struct policy_connection acme_connections[2];
struct policy_organization acme;
int64_t			 fixture_time;
char			 store_path[64];
static char		 directory[48];

int64_t	 __wrap_clock_now(void);

int64_t
__wrap_clock_now(void)
{
	return fixture_time != 0 ? fixture_time : (int64_t)time(NULL);
}

static struct policy_view *
make_view(void)
{
	struct policy_view	*v;

	assert_non_null(v = calloc(1, sizeof(*v)));
	assert_non_null(v->organizations = calloc(1, sizeof(acme)));
	v->public_host = "hub.example.com";
	v->organization_count = 1;
	v->organizations[0] = acme;
	return v;
}

/* The arrays are this file's own. */
static void
use(struct policy_view *v)
{
	if (state.view != NULL) {
		state.view->organizations[0].role_lines = NULL;
		state.view->organizations[0].group_lines = NULL;
		state.view->organizations[0].connections = NULL;
	}
	if (v != NULL)
		state_use(v);
}

void
fixture_use(void)
{
	use(make_view());
	state_bind();
}

static void
open_store(void)
{
	const char	*why;
	char		 path[80];

	snprintf(path, sizeof(path), "%s/pending", directory);
	assert_true(pending_open(&state.pending, path));
	state.store = store_open(store_path, &why);
	assert_non_null(state.store);
	assert_true(state_load());
	state.group = "default";
	fixture_use();
}

int
fixture_begin(void **unused)
{
	(void)unused;
	fixture_time = 0;
	strlcpy(directory, "/tmp/hfssod-unit.XXXXXXXX", sizeof(directory));
	assert_non_null(mkdtemp(directory));
	snprintf(store_path, sizeof(store_path), "%s/db", directory);
	memset(acme_connections, 0, sizeof(acme_connections));
	acme_connections[0].name = "okta";
	acme_connections[1].name = "entra";
	acme_connections[0].enabled = acme_connections[1].enabled = true;
	acme_connections[0].jit = acme_connections[1].jit = true;
	memset(&acme, 0, sizeof(acme));
	acme.name = "acme";
	acme.verifier_group = "default";
	acme.session_timeout = 1000;
	acme.default_role = ROLE_READ;
	acme.role_lines = acme_roles;
	acme.role_line_count = 3;
	acme.group_lines = acme_groups;
	acme.group_line_count = 3;
	acme.connections = acme_connections;
	acme.connection_count = 2;
	open_store();
	return 0;
}

int
fixture_end(void **unused)
{
	static const char *const files[] = { "db", "db-wal", "db-shm",
	    "pending" };
	char	 path[80];
	size_t	 i;

	(void)unused;
	use(NULL);
	state_free();
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, files[i]);
		unlink(path);
	}
	rmdir(directory);
	return 0;
}

void
fixture_restart(void)
{
	use(NULL);
	state_free();
	open_store();
}

void
fixture_replace(const char *sql)
{
	static const char *const	 ends[] = { "", "-wal", "-shm" };
	char				 path[80], text[16384];
	FILE				*f;
	size_t				 i, len;

	use(NULL);
	state_free();
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", store_path, ends[i]);
		unlink(path);
	}
	assert_non_null(f = fopen(sql, "r"));
	len = fread(text, 1, sizeof(text) - 1, f);
	assert_int_equal(fclose(f), 0);
	text[len] = '\0';
	execute(text);
	open_store();
}

struct outcome
an_outcome(const char *subject, unsigned int login, unsigned int message)
{
	static uint8_t	 keys[8][2][BURN_KEY];
	static int	 next;
	struct outcome	 o;

	next = (next + 1) % 8;
	memset(&o, 0, sizeof(o));
	memset(keys[next], 0, sizeof(keys[next]));
	memcpy(keys[next][0], &login, sizeof(login));
	memcpy(keys[next][1], &message, sizeof(message));
	o.request.host = "hub.example.com";
	o.request.id = 1;
	o.origin = 5;
	o.came = clock_ms();
	o.organization = "acme";
	o.connection = "okta";
	o.detail = o.login_cookie = o.return_to = "";
	if (login != 0)
		o.login_key = (struct bytes){ keys[next][0], BURN_KEY };
	o.message_key = (struct bytes){ keys[next][1], BURN_KEY };
	o.message_until = clock_now() + 300;
	o.identity.subject = subject;
	o.identity.name_id = (struct name_id){ subject, "", "", "", "" };
	o.identity.username = subject;
	o.identity.email = o.identity.name = o.identity.given = "";
	o.identity.family = o.identity.session_index = "";
	o.identity.authn_context = "";
	return o;
}

static void
not_pending(const struct session *s, const struct organization *o)
{
	pending_add(&state.pending, s, o);
}

const struct login_answer *
run_login(const struct outcome *o)
{
	static struct login_answer	 a;
	bool				 ok;

	assert_true(store_begin(state.store));
	login_run(o, &a);
	if (a.verdict == VERDICT_unavailable) {
		store_rollback(state.store);
		ok = false;
	} else
		ok = store_commit(state.store);
	if (!ok) {
		effects_back(&state.effects, 0);
		audit_forget(&state.audit);
		a.verdict = VERDICT_unavailable;
	}
	store_forget(state.store);
	effects_apply(&state.effects, &state.sessions, not_pending);
	return &a;
}

enum verdict
login_as(const char *subject)
{
	static unsigned int	 n = 1000;
	struct outcome		 o = an_outcome(subject, n, n);

	n++;
	return run_login(&o)->verdict;
}

struct session *
session_of(const struct login_answer *a)
{
	struct bytes	 b;
	uint8_t		 key[SESSION_KEY];

	b.data = (const uint8_t *)a->session;
	b.len = strlen(a->session);
	if (!session_key(b, key))
		return NULL;
	return session_find(&state.sessions, key);
}

int64_t
query(const char *sql)
{
	sqlite3		*db;
	sqlite3_stmt	*st;
	int64_t		 n;

	assert_int_equal(sqlite3_open(store_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &st, NULL),
	    SQLITE_OK);
	n = sqlite3_step(st) == SQLITE_ROW ? sqlite3_column_int64(st, 0) : -1;
	sqlite3_finalize(st);
	sqlite3_close(db);
	return n;
}

void
execute(const char *sql)
{
	sqlite3	*db;

	assert_int_equal(sqlite3_open(store_path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}
