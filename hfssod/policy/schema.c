/*
 * The tables.  In policy; reader only looks at the version.
 *
 * Times are seconds by the store.  A folded column is what fold_text made
 * of the column beside it.  A step, once released, is never changed: what
 * is new is a further step.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "hfssod/policy/fold.h"
#include "hfssod/policy/schema.h"

#define APPLICATION_ID	0x68667373	/* "hfss" */

static const char	 step_1[] =
    /* One row: the latest time the store has seen. */
    "CREATE TABLE meta (time INTEGER NOT NULL) STRICT;"
    "INSERT INTO meta VALUES (0);"

    /* What the configuration named once; present: it still does. */
    "CREATE TABLE organization (id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL, folded TEXT NOT NULL UNIQUE,"
    " mode TEXT NOT NULL, present INTEGER NOT NULL,"
    " created INTEGER NOT NULL,"
    " members INTEGER NOT NULL DEFAULT 0,"
    " admins INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE connection (id INTEGER PRIMARY KEY,"
    " organization INTEGER NOT NULL, name TEXT NOT NULL,"
    " present INTEGER NOT NULL, created INTEGER NOT NULL,"
    " UNIQUE (organization, name)) STRICT;"
    "CREATE TABLE resource_group (id INTEGER PRIMARY KEY,"
    " organization INTEGER NOT NULL, slug TEXT NOT NULL,"
    " folded TEXT NOT NULL, created INTEGER NOT NULL,"
    " UNIQUE (organization, folded)) STRICT;"

    /* account: the opaque id, 24 hex digits.  owner: an organization. */
    "CREATE TABLE account (id INTEGER PRIMARY KEY,"
    " account TEXT NOT NULL UNIQUE, name TEXT NOT NULL,"
    " folded TEXT NOT NULL UNIQUE, state INTEGER NOT NULL,"
    " owner INTEGER, email TEXT NOT NULL, email_folded TEXT,"
    " display_name TEXT NOT NULL, given TEXT NOT NULL,"
    " family TEXT NOT NULL, username TEXT NOT NULL,"
    " username_folded TEXT, external_id TEXT,"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX account_username ON"
    " account (owner, username_folded);"
    "CREATE UNIQUE INDEX account_external ON account (owner, external_id);"
    "CREATE INDEX account_email ON account (owner, email_folded);"
    /* A name, once used, belongs to that account for ever. */
    "CREATE TABLE name_used (folded TEXT PRIMARY KEY,"
    " account INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE identity (id INTEGER PRIMARY KEY,"
    " connection INTEGER NOT NULL, subject TEXT NOT NULL,"
    " account INTEGER NOT NULL, name_id BLOB,"
    " created INTEGER NOT NULL, UNIQUE (connection, subject)) STRICT;"
    "CREATE INDEX identity_account ON identity (account);"

    /* login_*: facts of the last login; login_values: role values. */
    "CREATE TABLE membership (organization INTEGER NOT NULL,"
    " account INTEGER NOT NULL, role INTEGER NOT NULL,"
    " source INTEGER NOT NULL, created INTEGER NOT NULL,"
    " login_at INTEGER NOT NULL, login_connection INTEGER NOT NULL,"
    " login_values BLOB,"
    " PRIMARY KEY (organization, account)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX membership_account ON membership (account);"
    /* One fact: this source gives this role; value: why. */
    "CREATE TABLE grants (account INTEGER NOT NULL,"
    " resource_group INTEGER NOT NULL, source INTEGER NOT NULL,"
    " value TEXT NOT NULL, role INTEGER NOT NULL,"
    " PRIMARY KEY (account, resource_group, source, value))"
    " STRICT, WITHOUT ROWID;"
    /* The counters are kept here, so that nothing drifts. */
    "CREATE TRIGGER member_add AFTER INSERT ON membership BEGIN"
    " UPDATE organization SET members = members + 1,"
    "  admins = admins + (new.role = 5) WHERE id = new.organization;"
    "END;"
    "CREATE TRIGGER member_role AFTER UPDATE OF role ON membership"
    " WHEN (old.role = 5) <> (new.role = 5) BEGIN"
    " UPDATE organization SET"
    "  admins = admins + (new.role = 5) - (old.role = 5)"
    "  WHERE id = new.organization;"
    "END;"
    "CREATE TRIGGER member_remove AFTER DELETE ON membership BEGIN"
    " UPDATE organization SET members = members - 1,"
    "  admins = admins - (old.role = 5) WHERE id = old.organization;"
    "END;"

    /* key: SHA-256 of the cookie, which nobody keeps. */
    "CREATE TABLE session (id INTEGER PRIMARY KEY,"
    " key BLOB NOT NULL UNIQUE, handle TEXT NOT NULL,"
    " account INTEGER NOT NULL, created INTEGER NOT NULL,"
    " used INTEGER NOT NULL) STRICT;"
    "CREATE INDEX session_account ON session (account);"
    "CREATE TABLE stamp (session INTEGER NOT NULL,"
    " organization INTEGER NOT NULL, connection INTEGER NOT NULL,"
    " since INTEGER NOT NULL, expires INTEGER NOT NULL,"
    " session_index TEXT NOT NULL, name_id BLOB,"
    " PRIMARY KEY (session, organization)) STRICT, WITHOUT ROWID;"

    /* Logins and messages that were used; until: kept so long. */
    "CREATE TABLE burned (id INTEGER PRIMARY KEY,"
    " login_key BLOB UNIQUE, message_key BLOB UNIQUE,"
    " until INTEGER NOT NULL) STRICT;"
    /* What seals login state, per verifier group; id is random. */
    "CREATE TABLE login_key (id INTEGER PRIMARY KEY,"
    " verifier TEXT NOT NULL, key BLOB NOT NULL,"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE INDEX login_key_verifier ON login_key (verifier, created);"

    /* hash: SHA-256 of the hash before and the octets of record. */
    "CREATE TABLE audit (id INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL, type TEXT NOT NULL,"
    " record BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
    "CREATE TABLE refusal (minute INTEGER NOT NULL,"
    " connection TEXT NOT NULL, verdict TEXT NOT NULL,"
    " address BLOB NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY (minute, connection, verdict, address))"
    " STRICT, WITHOUT ROWID;";

/* name_id begins with its value: found by what a LogoutRequest names. */
static const char	 step_2[] =
    "CREATE INDEX stamp_name_id ON stamp (connection, name_id);";

/*
 * Connections: how they are in the configuration, for reader; switched_off
 * is hfssoctl's.  suspended: since when the provider knows him no more.
 * hint and token are sealed by verifier.
 */
static const char	 step_3[] =
    "ALTER TABLE connection ADD COLUMN"
    " protocol TEXT NOT NULL DEFAULT 'saml';"
    "ALTER TABLE connection ADD COLUMN"
    " enabled INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE connection ADD COLUMN"
    " switched_off INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE connection ADD COLUMN"
    " logins INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE connection ADD COLUMN"
    " login_at INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE membership ADD COLUMN"
    " suspended INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE stamp ADD COLUMN hint BLOB;"
    "CREATE INDEX stamp_session_index ON"
    " stamp (connection, session_index);"
    "CREATE INDEX refusal_connection ON"
    " refusal (connection, verdict, minute, count);"
    /* Asked again when since is as old as the connection says. */
    "CREATE TABLE check_token (identity INTEGER PRIMARY KEY,"
    " connection INTEGER NOT NULL, token BLOB NOT NULL,"
    " since INTEGER NOT NULL, failures INTEGER NOT NULL) STRICT;"
    "CREATE INDEX check_token_since ON check_token (connection, since);"
    /* The last good documents of providers. */
    "CREATE TABLE document (id INTEGER PRIMARY KEY,"
    " connection INTEGER NOT NULL, kind TEXT NOT NULL,"
    " url TEXT NOT NULL, etag TEXT NOT NULL,"
    " fetched INTEGER NOT NULL, body BLOB NOT NULL,"
    " UNIQUE (connection, kind)) STRICT;"
    "CREATE TABLE connection_status (connection INTEGER PRIMARY KEY,"
    " at INTEGER NOT NULL, records BLOB NOT NULL) STRICT;";

/*
 * SCIM.  account: scim is the resource as SCIM wrote it (scim_tree.h), NULL
 * for one that only logins made; connection is whose token or login made
 * it; ended, when it was deactivated or deleted; linked, when its
 * externalId was matched to an identity; was_admin, that he was one until
 * SCIM ended it, and has not signed in since.  The names of a deleted
 * account are free for others, so their indexes leave it out.  fold is ours.
 */
static const char	 step_4[] =
    "ALTER TABLE account ADD COLUMN scim BLOB;"
    "ALTER TABLE account ADD COLUMN version INTEGER NOT NULL DEFAULT 1;"
    "ALTER TABLE account ADD COLUMN modified INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN ended INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN linked INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN was_admin INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN deleted INTEGER NOT NULL DEFAULT 0;"
    "UPDATE account SET deleted = 1 WHERE state = 3;"
    "ALTER TABLE account ADD COLUMN service INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE account ADD COLUMN display_folded TEXT;"
    "ALTER TABLE account ADD COLUMN connection INTEGER;"
    "UPDATE account SET modified = created, linked = created,"
    " display_folded = fold(display_name), connection ="
    " (SELECT min(i.connection) FROM identity AS i"
    "  WHERE i.account = account.id);"
    "DROP INDEX account_username;"
    "DROP INDEX account_external;"
    "DROP INDEX account_email;"
    "CREATE INDEX account_owner_email ON account (owner, email_folded);"
    "CREATE UNIQUE INDEX account_username ON"
    " account (owner, username_folded) WHERE deleted = 0;"
    "CREATE UNIQUE INDEX account_external ON"
    " account (connection, external_id) WHERE deleted = 0;"
    "CREATE INDEX account_ended_external ON"
    " account (owner, external_id) WHERE deleted = 1;"
    "CREATE INDEX account_ended_username ON"
    " account (owner, username_folded) WHERE deleted = 1;"
    "CREATE INDEX account_display ON account (connection, display_folded);"
    "CREATE INDEX account_state ON account (connection, state);"
    "CREATE INDEX account_listed ON account (connection, id, state)"
    " WHERE deleted = 0;"
    /* Deleted ones whose profile is still there. */
    "CREATE INDEX account_tombstone ON account (owner, ended)"
    " WHERE state = 3 AND (scim IS NOT NULL OR email <> ''"
    " OR display_name <> '' OR given <> '' OR family <> '');"
    /* Names that accounts have are theirs anyhow; these they had. */
    "CREATE TRIGGER account_renamed AFTER UPDATE OF folded ON account"
    " WHEN old.folded <> new.folded BEGIN"
    " INSERT OR IGNORE INTO name_used VALUES (old.folded, old.id);"
    "END;"
    "CREATE TRIGGER account_gone AFTER DELETE ON account BEGIN"
    " INSERT OR IGNORE INTO name_used VALUES (old.folded, old.id);"
    "END;"
    /* Further e-mail addresses; the first is the account's own column. */
    "CREATE TABLE account_email (folded TEXT NOT NULL,"
    " account INTEGER NOT NULL, PRIMARY KEY (folded, account))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX account_email_account ON account_email (account);"

    /*
     * Of the last login, for the resource group map.  maps: a hash of the
     * role map and that one which all were last looked at by; maps_step,
     * which of them are still to be, behind the other two.
     */
    "ALTER TABLE membership ADD COLUMN login_groups BLOB;"
    "ALTER TABLE organization ADD COLUMN maps BLOB;"
    "ALTER TABLE organization ADD COLUMN maps_step"
    " INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE organization ADD COLUMN maps_connection"
    " INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE organization ADD COLUMN maps_account"
    " INTEGER NOT NULL DEFAULT 0;"
    "CREATE INDEX membership_admin ON membership (organization)"
    " WHERE role = 5;"

    /* Basic organizations: account NULL is one that there is not. */
    "CREATE TABLE invitation (id INTEGER PRIMARY KEY,"
    " invitation TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL,"
    " connection INTEGER NOT NULL, account INTEGER, state INTEGER NOT NULL,"
    " username TEXT NOT NULL, username_folded TEXT NOT NULL,"
    " external_id TEXT, email TEXT NOT NULL, email_folded TEXT,"
    " display_name TEXT NOT NULL, display_folded TEXT,"
    " given TEXT NOT NULL, family TEXT NOT NULL,"
    " accepted INTEGER NOT NULL, scim BLOB, version INTEGER NOT NULL,"
    " created INTEGER NOT NULL, modified INTEGER NOT NULL,"
    " UNIQUE (organization, username_folded)) STRICT;"
    "CREATE UNIQUE INDEX invitation_external ON"
    " invitation (connection, external_id);"
    "CREATE INDEX invitation_account ON invitation (account);"
    "CREATE INDEX invitation_email ON invitation (connection, email_folded);"
    /* Further addresses, as in account_email. */
    "CREATE TABLE invited_email (folded TEXT NOT NULL,"
    " invitation INTEGER NOT NULL, PRIMARY KEY (folded, invitation))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX invited_email_invitation ON invited_email (invitation);"
    "CREATE TRIGGER invitation_gone AFTER DELETE ON invitation BEGIN"
    " DELETE FROM invited_email WHERE invitation = old.id;"
    "END;"
    "CREATE INDEX invitation_display ON"
    " invitation (connection, display_folded);"
    "CREATE INDEX invitation_state ON invitation (connection, state);"
    "CREATE INDEX invitation_listed ON invitation (connection);"

    /*
     * Groups.  Only the members of the group's edition count: a new
     * edition is written in parts and takes force in one row.  kind: 1 an
     * account, 2 a group, 3 an invitation.
     */
    "CREATE TABLE scim_group (id INTEGER PRIMARY KEY,"
    " scim_group TEXT NOT NULL UNIQUE, organization INTEGER NOT NULL,"
    " connection INTEGER NOT NULL, display_name TEXT NOT NULL,"
    " folded TEXT NOT NULL, external_id TEXT, edition INTEGER NOT NULL,"
    " members INTEGER NOT NULL, scim BLOB, version INTEGER NOT NULL,"
    " created INTEGER NOT NULL, modified INTEGER NOT NULL,"
    " UNIQUE (organization, folded)) STRICT;"
    "CREATE INDEX scim_group_connection ON scim_group (connection, id);"
    "CREATE INDEX scim_group_external ON"
    " scim_group (connection, external_id);"
    "CREATE TABLE scim_member (scim_group INTEGER NOT NULL,"
    " edition INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " member INTEGER NOT NULL,"
    " PRIMARY KEY (scim_group, edition, kind, member))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX scim_member_of ON"
    " scim_member (kind, member, scim_group, edition);"
    "CREATE TABLE scim_link (scim_group INTEGER NOT NULL,"
    " resource_group INTEGER NOT NULL, role INTEGER NOT NULL,"
    " created INTEGER NOT NULL, PRIMARY KEY (scim_group, resource_group))"
    " STRICT, WITHOUT ROWID;"
    "CREATE INDEX scim_link_resource ON scim_link (resource_group);"
    "CREATE INDEX grants_resource ON grants (resource_group, source);"
    /* A write that goes on over several turns; what is kept is its own. */
    "CREATE TABLE scim_job (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " root INTEGER NOT NULL, organization INTEGER NOT NULL,"
    " connection INTEGER NOT NULL, scim_group INTEGER NOT NULL,"
    " edition INTEGER NOT NULL, step INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, member INTEGER NOT NULL,"
    " used INTEGER NOT NULL) STRICT;"
    "CREATE INDEX scim_job_root ON scim_job (root, id);"
    "CREATE INDEX scim_job_group ON scim_job (scim_group);"
    "CREATE INDEX scim_job_stage ON scim_job (connection) WHERE step = 1;"

    /* hash: SHA-256 of the token, which nobody keeps.  copy: a dry run. */
    "CREATE TABLE token (id INTEGER PRIMARY KEY,"
    " token TEXT NOT NULL UNIQUE, hash BLOB NOT NULL UNIQUE,"
    " organization INTEGER NOT NULL, connection INTEGER NOT NULL,"
    " name TEXT NOT NULL, profile INTEGER NOT NULL,"
    " rights INTEGER NOT NULL, networks TEXT NOT NULL,"
    " last_four TEXT NOT NULL, created INTEGER NOT NULL,"
    " expires INTEGER NOT NULL, revoked INTEGER NOT NULL DEFAULT 0,"
    " used INTEGER NOT NULL DEFAULT 0, used_from TEXT NOT NULL DEFAULT '',"
    " copy INTEGER NOT NULL DEFAULT 0,"
    " rate INTEGER NOT NULL DEFAULT 0,"
    " lifetime INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE INDEX token_organization ON token (organization, id);"
    "CREATE TABLE brake (organization INTEGER PRIMARY KEY,"
    " since INTEGER NOT NULL, count INTEGER NOT NULL,"
    " users INTEGER NOT NULL, held INTEGER NOT NULL) STRICT;"
    /* What the count is made of, by the second, as long as it counts. */
    "CREATE TABLE brake_at (organization INTEGER NOT NULL,"
    " at INTEGER NOT NULL, count INTEGER NOT NULL,"
    " PRIMARY KEY (organization, at)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE scim_log (id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " organization INTEGER NOT NULL, token INTEGER NOT NULL,"
    " client TEXT NOT NULL, request TEXT NOT NULL,"
    " method TEXT NOT NULL, resource TEXT NOT NULL,"
    " name TEXT NOT NULL, changed TEXT NOT NULL, result TEXT NOT NULL,"
    " microseconds INTEGER NOT NULL) STRICT;"
    "CREATE INDEX scim_log_organization ON scim_log (organization, id);"

    /*
     * Counters, so that a total is one row.  moved: how often a list lost
     * one, or had one back, elsewhere than at its end.
     */
    "ALTER TABLE connection ADD COLUMN moved INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE connection ADD COLUMN users INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE connection ADD COLUMN invitations"
    " INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE connection ADD COLUMN scim_groups"
    " INTEGER NOT NULL DEFAULT 0;"
    "UPDATE connection SET users = (SELECT count(*) FROM account AS a"
    " WHERE a.connection = connection.id AND a.state <> 3);"
    "CREATE TRIGGER user_add AFTER INSERT ON account"
    " WHEN new.connection IS NOT NULL BEGIN"
    " UPDATE connection SET users = users + (new.state <> 3)"
    "  WHERE id = new.connection;"
    "END;"
    /* Of its own, so that the indexes do not move with every state. */
    "CREATE TRIGGER account_deleted AFTER UPDATE OF state ON account"
    " WHEN (old.state = 3) <> (new.state = 3) BEGIN"
    " UPDATE account SET deleted = (new.state = 3) WHERE id = new.id;"
    "END;"
    "CREATE TRIGGER user_change AFTER UPDATE OF state, connection"
    " ON account WHEN old.connection IS NOT new.connection"
    "  OR (old.state = 3) <> (new.state = 3) BEGIN"
    " UPDATE connection SET users = users - (old.state <> 3),"
    "  moved = moved + 1"
    "  WHERE id = old.connection;"
    " UPDATE connection SET users = users + (new.state <> 3),"
    "  moved = moved + 1"
    "  WHERE id = new.connection;"
    "END;"
    "CREATE TRIGGER invitation_add AFTER INSERT ON invitation BEGIN"
    " UPDATE connection SET invitations = invitations + 1"
    "  WHERE id = new.connection;"
    "END;"
    "CREATE TRIGGER invitation_remove AFTER DELETE ON invitation BEGIN"
    " UPDATE connection SET invitations = invitations - 1,"
    "  moved = moved + 1"
    "  WHERE id = old.connection;"
    "END;"
    "CREATE TRIGGER invitation_move AFTER UPDATE OF connection"
    " ON invitation WHEN old.connection <> new.connection BEGIN"
    " UPDATE connection SET invitations = invitations - 1"
    "  WHERE id = old.connection;"
    " UPDATE connection SET invitations = invitations + 1"
    "  WHERE id = new.connection;"
    "END;"
    "CREATE TRIGGER scim_group_move AFTER UPDATE OF connection"
    " ON scim_group WHEN old.connection <> new.connection BEGIN"
    " UPDATE connection SET scim_groups = scim_groups - 1"
    "  WHERE id = old.connection;"
    " UPDATE connection SET scim_groups = scim_groups + 1"
    "  WHERE id = new.connection;"
    "END;"
    "CREATE TRIGGER scim_group_add AFTER INSERT ON scim_group BEGIN"
    " UPDATE connection SET scim_groups = scim_groups + 1"
    "  WHERE id = new.connection;"
    "END;"
    "CREATE TRIGGER scim_group_remove AFTER DELETE ON scim_group BEGIN"
    " UPDATE connection SET scim_groups = scim_groups - 1,"
    "  moved = moved + 1"
    "  WHERE id = old.connection;"
    "END;";

static const char *const	 steps[] = { step_1, step_2, step_3, step_4 };
#define STEPS	(sizeof(steps) / sizeof(steps[0]))

static char	 reason[512];

/* The number that a pragma gives; -1 on failure. */
static int
number(sqlite3 *db, const char *pragma)
{
	sqlite3_stmt	*st;
	int		 n = -1;

	if (sqlite3_prepare_v2(db, pragma, -1, &st, NULL) != SQLITE_OK)
		return -1;
	if (sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int(st, 0);
	sqlite3_finalize(st);
	return n;
}

static bool
run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return true;
	snprintf(reason, sizeof(reason), "schema: %s", sqlite3_errmsg(db));
	return false;
}

/* The version of the database; -1 if it is not ours or can't be read. */
static int
version(sqlite3 *db)
{
	int	 id, v, tables;

	id = number(db, "PRAGMA application_id");
	v = number(db, "PRAGMA user_version");
	tables = number(db, "SELECT count(*) FROM sqlite_schema");
	if (id == -1 || v == -1 || tables == -1) {
		snprintf(reason, sizeof(reason), "store can't be read: %s",
		    sqlite3_errmsg(db));
		return -1;
	}
	if (id != APPLICATION_ID && (id != 0 || v != 0 || tables != 0)) {
		snprintf(reason, sizeof(reason),
		    "store is the database of another program");
		return -1;
	}
	return v;
}

/* fold(text), for a step that makes a folded column. */
static void
fold(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char	*text;
	char		*folded;

	(void)count;
	text = (const char *)sqlite3_value_text(values[0]);
	if (text == NULL)
		return;
	folded = fold_text(text);
	sqlite3_result_text(context, folded, -1, free);
}

bool
schema_upgrade(sqlite3 *db, const char *const *list, size_t count,
    const char **why)
{
	char	 set[96];
	int	 v;
	size_t	 i;

	*why = reason;
	if ((v = version(db)) == -1)
		return false;
	if ((size_t)v > count) {
		snprintf(reason, sizeof(reason), "store has schema version %d,"
		    " this program knows up to %zu: it was used by a newer one",
		    v, count);
		return false;
	}
	if ((size_t)v == count)
		return true;
	snprintf(set, sizeof(set), "PRAGMA application_id=%d;"
	    "PRAGMA user_version=%zu;", APPLICATION_ID, count);
	if (sqlite3_create_function(db, "fold", 1, SQLITE_UTF8 |
	    SQLITE_DETERMINISTIC, NULL, fold, NULL, NULL) != SQLITE_OK ||
	    !run(db, "BEGIN IMMEDIATE"))
		return false;
	for (i = (size_t)v; i < count; i++)
		if (!run(db, list[i]))
			goto undo;
	if (run(db, set) && run(db, "COMMIT"))
		return true;
undo:
	sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool
schema_check(sqlite3 *db, bool reader, const char **why)
{
	int	 v;

	if (!reader)
		return schema_upgrade(db, steps, STEPS, why);
	*why = reason;
	if ((v = version(db)) == -1)
		return false;
	if ((size_t)v == STEPS)
		return true;
	snprintf(reason, sizeof(reason), "store has schema version %d", v);
	return false;
}
