/*
 * `hfssoctl connection rename`: identities hang on a connection's number,
 * its name is the configuration's.  In policy.  Must never join the people
 * of two connections.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/connection.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/member_control.h"
#include "hfssod/policy/state.h"

/* Names of the configuration's grammar. */
static bool
name_valid(const char *name)
{
	static const char	 letters[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	size_t			 len = strlen(name);

	return len > 0 && len <= LIMIT_CONNECTION &&
	    strspn(name, letters) == len;
}

/* It is committed. */
static void
renamed(void *name, uint64_t row)
{
	struct connection	*c;
	struct peer		*p;

	c = directory_connection_id(state.directory, (int64_t)row);
	if (c != NULL)
		directory_rename(state.directory, c, name);
	tokens_stale(&state.tokens, 0);
	for (p = child_peers(); p != NULL; p = p->next)
		if (p->ready)
			connection_tell(p);
}

/* Whether this turn has renamed one already: there is room for one name. */
static bool
renaming(void)
{
	size_t	 i;

	for (i = 0; i < state.effects.count; i++)
		if (state.effects.list[i].type == EFFECT_CALL &&
		    state.effects.list[i].call == renamed)
			return true;
	return false;
}

/* Whether anybody or anything hangs on it. */
static enum verdict
check_empty(const struct connection *c)
{
	struct store	*s = state.store;
	bool		 used = true;

	if (c->id == 0)
		return VERDICT_unavailable;
	if (store_run(s, ST_connection_used, v_int(c->id)) == STEP_ROW) {
		used = store_integer(s, ST_connection_used, 0) != 0;
		store_end(s, ST_connection_used);
	}
	return store_failed(s) ? VERDICT_unavailable :
	    used ? VERDICT_taken : VERDICT_ok;
}

/*
 * Names are unique: the other one's goes by a name that there can't be.
 * What the configuration says of a name goes with it, see directory_rename;
 * a name that it does not have is there until the next reload.
 */
static void
write_names(const struct connection *c, const struct connection *other,
    const char *name)
{
	struct store	*s = state.store;
	char		*before = c->name;

	if (other == NULL) {
		store_run(s, ST_connection_name, v_int(c->id), v_text(name),
		    v_int(c->settings != NULL));
		return;
	}
	store_run(s, ST_connection_name, v_int(other->id), v_text(" "),
	    v_int(0));
	store_run(s, ST_connection_name, v_int(c->id), v_text(name),
	    v_int(other->settings != NULL));
	store_run(s, ST_connection_name, v_int(other->id), v_text(before),
	    v_int(c->settings != NULL));
}

static void
tell(const struct connection *c, const char *name, const char *by)
{
	struct audit_event	 e;

	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = e.name = "";
	e.by = by;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", c->name);
	record_string(&state.audit.record, "to", name);
	audit_end(&state.audit, state.store, "hfsso.connection_rename");
}

static enum verdict
change(const struct ctl_question *q, const char *by, char *detail,
    size_t size)
{
	static char		 name[LIMIT_CONNECTION + 1];
	struct organization	*o;
	struct connection	*c, *other;
	enum verdict		 v;

	if (renaming())
		return VERDICT_unavailable;
	o = directory_organization(state.directory, q->organization);
	if (o == NULL || o->id == 0)
		return VERDICT_no_organization_named;
	c = q->name[0] == '\0' ? NULL :
	    directory_connection(state.directory, o, q->name);
	if (c == NULL || c->id == 0)
		return VERDICT_no_connection_named;
	if (!name_valid(q->value)) {
		snprintf(detail, size, "that is no name of a connection");
		return VERDICT_bad_request;
	}
	other = directory_connection(state.directory, o, q->value);
	if (other == c)
		return VERDICT_already;
	if (other != NULL && (v = check_empty(other)) != VERDICT_ok) {
		snprintf(detail, size, "%s has people, groups or tokens of "
		    "its own", other->name);
		return v;
	}
	write_names(c, other, q->value);
	tell(c, q->value, by);
	strlcpy(name, q->value, sizeof(name));
	effect_call(&state.effects, renamed, name, (uint64_t)c->id);
	snprintf(detail, size, "what belonged to %s belongs to %s%s", q->name,
	    q->value, other != NULL && other->settings != NULL ? "" :
	    ", which the configuration in force does not name: name it "
	    "there, and reload");
	return VERDICT_ok;
}

enum verdict
connection_rename(struct request *request, struct reader *r,
    struct writer *w)
{
	struct ctl_question	 q;
	const char		*by;
	enum verdict		 v;
	char			 detail[512] = "";

	(void)request;
	if (!control_question(r, &by, &q))
		return control_answer(&q, w, VERDICT_bad_request, "");
	state_event("connection rename",
	    "by %s organization %.64s connection %.64s to %.64s", by,
	    log_safe(q.organization), log_safe(q.name), log_safe(q.value));
	v = change(&q, by, detail, sizeof(detail));
	return control_answer(&q, w, v, detail);
}
