/*
 * policy: the store, every decision.  Also reader, which is the same
 * binary with a read-only connection to the store and hfssoctl's
 * questions.  Must never parse text from the network, nor answer before
 * what it says is durable.
 */
#include <sys/stat.h>
#include <sys/time.h>

#include <event2/event.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/log.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/brake.h"
#include "hfssod/policy/check.h"
#include "hfssod/policy/connection.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/document.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/link.h"
#include "hfssod/policy/login.h"
#include "hfssod/policy/loginkey.h"
#include "hfssod/policy/logout.h"
#include "hfssod/policy/member_control.h"
#include "hfssod/policy/scim.h"
#include "hfssod/policy/scim_group.h"
#include "hfssod/policy/scim_list.h"
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "hfssod/policy/show_scim.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/sweep.h"
#include "hfssod/policy/token_control.h"
#include "hfssod/policy/turn.h"

#define DATABASE	"/hfssod.db"
#define PENDING		"/hfssod.pending"

/* What is asked, what answers.  A line is also a function below. */
#define VERBS(V) \
	V(login_outcome, login_answer, login_refuse, \
	    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS) \
	V(key_request, key_offer, key_refuse, VERB_WRITES) \
	V(access_check, access_answer, access_refuse, VERB_REQUEST) \
	V(session_show, session_shown, session_show_refuse, VERB_REQUEST) \
	V(logout_outcome, logout_answer, logout_refuse, \
	    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS) \
	V(session_end, session_ended, session_end_refuse, \
	    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS) \
	V(scim_admit, scim_answer, scim_answer_refuse, VERB_REQUEST) \
	V(scim_me, scim_answer, scim_answer_refuse, \
	    VERB_REQUEST | VERB_STORE) \
	V(scim_read, scim_answer, scim_answer_refuse, \
	    VERB_REQUEST | VERB_WRITES) \
	V(scim_write, scim_answer, scim_answer_refuse, \
	    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS) \
	V(session_revoke, ctl_result, result_refuse, \
	    VERB_WRITES | VERB_ALWAYS) \
	V(member_role, ctl_result, result_refuse, VERB_WRITES) \
	V(member_add, ctl_result, result_refuse, VERB_WRITES) \
	V(member_deactivate, ctl_result, result_refuse, \
	    VERB_WRITES | VERB_ALWAYS) \
	V(member_reactivate, ctl_result, result_refuse, VERB_WRITES) \
	V(member_delete, ctl_result, result_refuse, \
	    VERB_WRITES | VERB_ALWAYS) \
	V(member_restore, ctl_result, result_refuse, VERB_WRITES) \
	V(member_rename, ctl_result, result_refuse, VERB_WRITES) \
	V(member_unlink, ctl_result, result_refuse, VERB_WRITES) \
	V(member_relink, ctl_records, show_refuse, VERB_WRITES) \
	V(connection_rename, ctl_result, result_refuse, VERB_WRITES) \
	V(account_add, ctl_result, result_refuse, VERB_WRITES) \
	V(token_create, ctl_records, show_refuse, VERB_WRITES) \
	V(token_rotate, ctl_records, show_refuse, VERB_WRITES) \
	V(token_revoke, ctl_result, result_refuse, VERB_WRITES) \
	V(show_tokens, ctl_records, show_refuse, VERB_STORE) \
	V(show_dry_run, ctl_records, show_refuse, VERB_STORE) \
	V(scim_release, ctl_result, result_refuse, VERB_WRITES) \
	V(connection_enable, ctl_result, result_refuse, VERB_WRITES) \
	V(connection_disable, ctl_result, result_refuse, VERB_WRITES) \
	V(connection_status, none, turn_none, VERB_WRITES) \
	V(document_keep, none, turn_none, VERB_WRITES) \
	V(document_ask, document_kept, turn_none, 0) \
	V(check_outcome, none, turn_none, VERB_WRITES | VERB_ALWAYS) \
	V(scim_stage, scim_answer, scim_answer_refuse, \
	    VERB_REQUEST | VERB_WRITES) \
	V(scim_continue, scim_answer, scim_answer_refuse, \
	    VERB_REQUEST | VERB_WRITES) \
	V(scim_list, scim_listed, scim_list_refuse, \
	    VERB_REQUEST | VERB_STORE) \
	V(scim_members, scim_members_page, scim_members_refuse, \
	    VERB_REQUEST | VERB_STORE) \
	V(link_change, link_changed, link_refuse, \
	    VERB_REQUEST | VERB_WRITES) \
	V(scim_link, ctl_result, result_refuse, VERB_WRITES) \
	V(scim_unlink, ctl_result, result_refuse, VERB_WRITES) \
	V(member_grant, ctl_result, result_refuse, VERB_WRITES) \
	V(member_ungrant, ctl_result, result_refuse, VERB_WRITES) \
	V(show_scim_log, ctl_records, show_refuse, VERB_STORE) \
	V(show_drift, ctl_records, show_refuse, VERB_STORE) \
	V(show_groups, ctl_records, show_refuse, VERB_STORE) \
	V(show_group, ctl_records, show_refuse, VERB_STORE) \
	V(show_organizations, ctl_records, show_refuse, VERB_STORE) \
	V(show_members, ctl_records, show_refuse, VERB_STORE) \
	V(show_member, ctl_records, show_refuse, VERB_STORE) \
	V(show_sessions, ctl_records, show_refuse, VERB_STORE) \
	V(show_connections, ctl_records, show_refuse, VERB_STORE)

#define VERB_FUNCTION(name, answer, refuse, flags) \
static void \
on_##name(struct peer *peer, uint64_t id, struct reader *r) \
{ \
	static const struct verb	 verb = { MESSAGE_##name, \
	    MESSAGE_##answer, name, refuse, flags }; \
	turn_run(&verb, peer, id, r); \
}
VERBS(VERB_FUNCTION)

#define VERB_HANDLER(name, answer, refuse, flags) { MESSAGE_##name, on_##name },
static const struct handler handlers[] = {
	VERBS(VERB_HANDLER)
	{ MESSAGE_none, NULL }
};

/* A view that was prepared and waits for commit. */
static struct policy_view	*prepared;

/*
 * Before the sandbox: SQLite opens /dev/urandom at its first need.  One
 * thread needs none of its locks, and nobody reads its statistics.
 */
static void
start(const struct setup *setup)
{
	uint8_t	 octet;

	(void)setup;
	umask(S_IRWXG | S_IRWXO);
	if (sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK ||
	    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) != SQLITE_OK ||
	    sqlite3_initialize() != SQLITE_OK)
		fatalx("sqlite3_initialize");
	sqlite3_randomness(sizeof(octet), &octet);
}

/*
 * The store, within the sandbox.  As root this process is chrooted into
 * its directory.  `hfssod -n` asks about the configuration only and leaves
 * the store of a running daemon alone.
 */
static void
begin(const struct setup *setup)
{
	char		 path[1024], pending[1024];
	const char	*directory, *why;

	directory = setup->root[0] != '\0' ? "" : setup->store;
	if ((size_t)snprintf(path, sizeof(path), "%s%s", directory,
	    DATABASE) >= sizeof(path) ||
	    (size_t)snprintf(pending, sizeof(pending), "%s%s", directory,
	    PENDING) >= sizeof(pending))
		fatalx("store: path is too long");
	if (setup->check)
		return;
	dryrun_init(directory);
	if (setup->kinds & KIND_READER) {
		state_reader(path);
		return;
	}
	if (!pending_open(&state.pending, pending))
		fatal("store: %s", pending);
	if ((state.store = store_open(path, &why)) == NULL)
		fatalx("store: %s", why);
	if (!state_load())
		fatalx("store: %s", store_error(state.store));
	dryrun_start();
	sweep_start();
}

static const char *
prepare(struct reader *r, const struct view_files *files)
{
	(void)files;
	if (child_setup()->kinds & KIND_READER)
		return NULL;
	policy_view_free(prepared);
	if ((prepared = policy_view_get(r)) == NULL)
		return "the policy view is malformed";
	/* `hfssod -n` looks at no store. */
	return state.directory == NULL ? NULL :
	    directory_refuses(state.directory, state.store, prepared);
}

static void
commit(void)
{
	struct peer	*p;

	if (prepared == NULL)
		return;
	if (state.directory == NULL)
		policy_view_free(prepared);
	else {
		state_use(prepared);
		state_bind();
		sweep_now();
		for (p = child_peers(); p != NULL; p = p->next)
			if (p->ready)
				connection_tell(p);
	}
	prepared = NULL;
}

static void
joined(struct peer *p)
{
	if (state.directory != NULL)
		connection_tell(p);
}

static void
lost(struct peer *p)
{
	check_lost(p->instance);
}

/* Nothing to do here: the loop has woken up. */
static void
wake(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
}

static void
each_turn(void)
{
	static const struct timeval	 soon = { 0, 10000 };
	static struct event		*timer;

	turn_hook();
	if ((child_setup()->kinds & KIND_POLICY) == 0)
		return;
	check_due();
	if (!dryrun_due() && !sweep_soon())
		return;
	if (timer == NULL &&
	    (timer = evtimer_new(child_base(), wake, NULL)) == NULL)
		fatalx("policy: no timer");
	evtimer_add(timer, &soon);
}

static void
abandon(void)
{
	policy_view_free(prepared);
	prepared = NULL;
}

/* Everything that was answered is committed; write what may wait. */
static void
drain(uint64_t ms)
{
	(void)ms;
	turn_hook();
	dryrun_stop();
	if (state.directory == NULL)
		store_close(state.store);	/* reader, or hfssod -n */
	else {
		if (!sweep_run(true))
			log_warnx("store: %s: what waits is not written",
			    store_error(state.store));
		state_free();
	}
	child_exit();
}

int
main(int argc, char **argv)
{
	static const struct child	 child = {
		.handlers = handlers,
		.start = start,
		.begin = begin,
		.prepare = prepare,
		.commit = commit,
		.abort = abandon,
		.joined = joined,
		.lost = lost,
		.turn = each_turn,
		.drain = drain,
		.pulled = true
	};

	child_main(argc, argv, &child);
}
