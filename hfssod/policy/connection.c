/*
 * Connections, switched and watched.  In policy.  Must never end a session
 * because its connection is switched off, nor let hfssoctl enable what the
 * configuration disables.
 */
#include <stdio.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/policy/connection.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/state.h"

/* --- switching --------------------------------------------------------- */

static void
put_switch(struct writer *w, const struct connection *c, bool off)
{
	struct connection_switch	 s;

	s.organization = c->organization->name;
	s.connection = c->name;
	s.off = off;
	connection_switch_put(w, &s);
}

void
connection_tell(struct peer *p)
{
	struct connection	*c;
	struct writer		 w;
	size_t			 i = 0;

	if ((p->kinds & KIND_VERIFIER) == 0)
		return;
	wire_init(&w, LIMIT_MESSAGE);
	while ((c = directory_connections(state.directory, &i)) != NULL) {
		if (!c->off || c->settings == NULL ||
		    strcmp(c->organization->settings->verifier_group,
		    p->group) != 0)
			continue;
		wire_reset(&w);
		put_switch(&w, c, true);
		peer_send(p, MESSAGE_connection_switch, 0, &w);
	}
	wire_free(&w);
}

/* It is committed. */
static void
switched(void *connection, uint64_t off)
{
	struct connection	*c = connection;

	c->off = off != 0;
}

/* Live sessions that were signed in through it. */
static size_t
live_through(const struct connection *c)
{
	const struct session	*s;
	int64_t			 now = store_now(state.store);
	size_t			 i, j, n = 0;

	for (i = 0; i < state.sessions.by_key.size; i++) {
		if ((s = state.sessions.by_key.slots[i]) == NULL)
			continue;
		for (j = 0; j < s->stamp_count; j++)
			if (s->stamps[j].connection == c &&
			    session_stamp_live(s, &s->stamps[j], now))
				n++;
	}
	return n;
}

static enum verdict
find(const struct ctl_question *q, struct connection **c)
{
	struct organization	*o;

	o = directory_organization(state.directory, q->organization);
	if (o == NULL || o->settings == NULL)
		return VERDICT_no_organization_named;
	if (q->name[0] == '\0')
		return VERDICT_no_connection_named;
	*c = directory_connection(state.directory, o, q->name);
	if (*c == NULL || (*c)->settings == NULL)
		return VERDICT_no_connection_named;
	return o->id == 0 || (*c)->id == 0 ? VERDICT_unavailable : VERDICT_ok;
}

/* Write it, and let the verifier of the group know once it is committed. */
static void
write_switch(struct connection *c, bool off, const char *by)
{
	struct audit_event	 e;
	struct peer		*p;

	store_run(state.store, ST_connection_switch, v_int(c->id), v_int(off));
	memset(&e, 0, sizeof(e));
	e.organization = c->organization->name;
	e.account = e.name = "";
	e.by = by;
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", c->name);
	audit_end(&state.audit, state.store,
	    off ? "org.settings.sso.disable" : "org.settings.sso.enable");
	effect_call(&state.effects, switched, c, off);
	p = child_peer(PROC_VERIFIER,
	    c->organization->settings->verifier_group);
	if (p == NULL)
		return;
	wire_reset(&state.also_octets);
	put_switch(&state.also_octets, c, off);
	state.also = MESSAGE_connection_switch;
	state.also_to = p->instance;
}

static enum verdict
switch_it(struct reader *r, struct writer *w, bool off)
{
	struct connection	*c = NULL;
	struct ctl_question	 q;
	enum verdict		 v = VERDICT_bad_request;
	const char		*by;
	char			 detail[256] = "";

	if (control_question(r, &by, &q)) {
		state_event(off ? "connection disable" : "connection enable",
		    "by %s organization %.64s connection %.64s", by,
		    log_safe(q.organization), log_safe(q.name));
		v = find(&q, &c);
	}
	if (v == VERDICT_ok && !off && !c->settings->enabled)
		v = VERDICT_configured_off;
	if (v == VERDICT_ok) {
		write_switch(c, off, by);
		snprintf(detail, sizeof(detail), "sign-in through %s of %s is "
		    "%s, %zu live sessions through it go on", c->name,
		    c->organization->name, off ? "off" : "on",
		    live_through(c));
	}
	return control_answer(&q, w, v, detail);
}

enum verdict
connection_enable(struct request *request, struct reader *r, struct writer *w)
{
	(void)request;
	return switch_it(r, w, false);
}

enum verdict
connection_disable(struct request *request, struct reader *r,
    struct writer *w)
{
	(void)request;
	return switch_it(r, w, true);
}

/* --- status ------------------------------------------------------------ */

/* One object, whole and of bounded size and depth, and nothing behind it. */
static bool
status_valid(struct bytes records)
{
	struct record_item	 item;
	struct reader		 r;
	size_t			 items = 0, depth = 0;
	bool			 array[STATUS_DEPTH + 1];

	if (records.len > STATUS_MOST)
		return false;
	wire_read(&r, records.data, records.len);
	while (record_next(&r, &item)) {
		if (items++ == STATUS_ITEMS || (depth == 0 && (items != 1 ||
		    item.type != RECORD_OBJECT || item.name[0] != '\0')))
			return false;
		if (item.type == RECORD_END) {
			if (item.name[0] != '\0')
				return false;
			depth--;
			continue;
		}
		/* What lies in an object has a name, in an array none. */
		if (depth > 0 && (item.name[0] == '\0') != array[depth])
			return false;
		if (item.type != RECORD_OBJECT && item.type != RECORD_ARRAY)
			continue;
		if (depth++ == STATUS_DEPTH)
			return false;
		array[depth] = item.type == RECORD_ARRAY;
	}
	return items > 0 && depth == 0 && !r.bad && r.left == 0;
}

enum verdict
connection_status(struct request *request, struct reader *r,
    struct writer *w)
{
	struct connection_status	 s;
	struct connection		*c;

	(void)request;
	(void)w;
	if (!connection_status_get(r, &s))
		fatalx("connection_status is malformed");
	c = outcome_connection("connection_status", s.organization,
	    s.connection);
	if (c == NULL)
		return VERDICT_ok;
	if (!status_valid(s.records)) {
		log_warnx("connection_status of verifier %s for %s/%s ignored:"
		    " it can't be shown", state.group, s.organization,
		    s.connection);
		return VERDICT_ok;
	}
	store_run(state.store, ST_connection_status, v_int(c->id),
	    v_int(store_now(state.store)),
	    v_blob(s.records.data, s.records.len));
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}
