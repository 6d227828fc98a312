/*
 * What policy holds, and how it gets it from the store at the start.  In
 * policy.  Must never let a session live that was revoked before.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/exchange.h"
#include "common/log.h"
#include "hfssod/policy/remap.h"
#include "hfssod/policy/state.h"

struct state	 state;

void
state_event(const char *event, const char *format, ...)
{
	va_list	 ap;

	state.event = event;
	va_start(ap, format);
	vsnprintf(state.line, sizeof(state.line), format, ap);
	va_end(ap);
}

void
state_event_more(const char *format, ...)
{
	size_t	 len = strlen(state.line);
	va_list	 ap;

	va_start(ap, format);
	vsnprintf(state.line + len, sizeof(state.line) - len, format, ap);
	va_end(ap);
}

static char	*reader_path;

void
state_reader(const char *path)
{
	free(reader_path);
	if ((reader_path = strdup(path)) == NULL)
		fatal("reader");
}

bool
state_open(void)
{
	const char	*why;

	if (state.store == NULL &&
	    (state.store = store_open_reader(reader_path, &why)) == NULL) {
		log_warnx("store can't be read: %s", why);
		return false;
	}
	return true;
}

/* The stamps of one session, while they are read. */
struct loading {
	enum step	 step;
	struct stamp	 stamps[SESSION_STAMPS];
	size_t		 count;
};

/*
 * The stamps of the session with that row.  One that ended with the time
 * before does not count; the store will know it soon (pending.h).
 */
static void
load_stamps(struct loading *l, int64_t row)
{
	struct store		*s = state.store;
	struct organization	*o;
	struct connection	*c;

	l->count = 0;
	while (l->step == STEP_ROW && store_integer(s, ST_stamps, 0) <= row) {
		o = directory_organization_id(state.directory,
		    store_integer(s, ST_stamps, 1));
		c = directory_connection_id(state.directory,
		    store_integer(s, ST_stamps, 2));
		if (store_integer(s, ST_stamps, 0) == row && o != NULL &&
		    c != NULL && !pending_has(&state.pending, o->id) &&
		    l->count < SESSION_STAMPS) {
			l->stamps[l->count].organization = o;
			l->stamps[l->count].connection = c;
			l->stamps[l->count].since =
			    store_integer(s, ST_stamps, 3);
			l->stamps[l->count++].expires =
			    store_integer(s, ST_stamps, 4);
		}
		l->step = store_next(s, ST_stamps);
	}
}

/* Sessions in the order of their rows, and whose they are. */
struct waiting {
	struct session	**list;
	int64_t		 *account;
	size_t		  count;
	size_t		  size;
};

static bool
load_row(struct waiting *w, struct loading *l)
{
	struct store	*s = state.store;
	struct session	*session;
	struct bytes	 key = store_blob(s, ST_sessions, 1);
	uint8_t		 handle[8];
	size_t		 i;

	if (key.len != SESSION_KEY ||
	    !hex_decode(store_text(s, ST_sessions, 2), handle, sizeof(handle)))
		return false;
	load_stamps(l, store_integer(s, ST_sessions, 0));
	session = session_new(l->count);
	memcpy(session->key, key.data, SESSION_KEY);
	memcpy(session->stamps, l->stamps, l->count * sizeof(l->stamps[0]));
	session->row = store_integer(s, ST_sessions, 0);
	for (i = 0; i < sizeof(handle); i++)
		session->handle = session->handle << 8 | handle[i];
	session->created = store_integer(s, ST_sessions, 4);
	session->used = session->written = store_integer(s, ST_sessions, 5);
	if (w->count == w->size) {
		w->size = w->size == 0 ? 256 : w->size * 2;
		w->list = reallocarray(w->list, w->size, sizeof(*w->list));
		w->account = reallocarray(w->account, w->size,
		    sizeof(*w->account));
		if (w->list == NULL || w->account == NULL)
			fatal("sessions");
	}
	w->list[w->count] = session;
	w->account[w->count++] = store_integer(s, ST_sessions, 3);
	return true;
}

static void
account_comes(struct account *a, void *arg)
{
	session_expect(arg, a);
}

static bool
load_sessions(void)
{
	struct waiting	 w = { NULL, NULL, 0, 0 };
	struct loading	 l = { .count = 0 };
	struct store	*s = state.store;
	struct person	*p;
	enum step	 step;
	size_t		 i;
	bool		 ok;

	ok = account_load_all(s, state.directory, account_comes,
	    &state.sessions);
	l.step = store_step(s, ST_stamps, NULL, 0);
	for (step = store_step(s, ST_sessions, NULL, 0);
	    ok && step == STEP_ROW; step = store_next(s, ST_sessions))
		ok = load_row(&w, &l);
	store_end(s, ST_sessions);
	store_end(s, ST_stamps);
	for (i = 0; i < w.count; i++) {
		state.pending.last_session = w.list[i]->row;
		p = session_person(&state.sessions, w.account[i]);
		if (p != NULL)
			session_add(&state.sessions, w.list[i], p->account);
		else
			free(w.list[i]);
	}
	free(w.list);
	free(w.account);
	return ok && !store_failed(s);
}

/* A look at the end of the audit chain: loud if it does not hold. */
static void
look_at_audit(void)
{
	int64_t	 last = 0, bad;

	if (store_step(state.store, ST_audit_last, NULL, 0) == STEP_ROW) {
		last = store_integer(state.store, ST_audit_last, 0);
		store_end(state.store, ST_audit_last);
	}
	bad = last == 0 ? 0 :
	    audit_verify(state.store, last > 200 ? last - 200 : 1, NULL);
	if (bad > 0)
		log_warnx("audit: record %lld does not continue the chain: "
		    "the store was changed from outside", (long long)bad);
}

bool
state_load(void)
{
	sessions_init(&state.sessions);
	audit_init(&state.audit);
	wire_init(&state.also_octets, LIMIT_MESSAGE);
	refusals_init(&state.refusals);
	tokens_init(&state.tokens);
	if ((state.directory = directory_load(state.store)) == NULL)
		return false;
	if (state.pending.before > 0 || state.pending.before_all)
		log_warnx("revocations were left unwritten: the sessions of "
		    "their organizations end");
	look_at_audit();
	return load_sessions();
}

void
state_free(void)
{
	effects_free(&state.effects);
	sessions_free(&state.sessions);
	refusals_free(&state.refusals);
	tokens_free(&state.tokens);
	audit_free(&state.audit);
	wire_free(&state.also_octets);
	directory_free(state.directory);
	policy_view_free(state.view);
	pending_close(&state.pending);
	store_close(state.store);
	memset(&state, 0, sizeof(state));
}

void
state_use(struct policy_view *view)
{
	directory_use(state.directory, view);
	remap_use();
	store_limit(state.store, view->store_max_pages);
	policy_view_free(state.view);
	state.view = view;
}

bool
state_bind(void)
{
	store_forget(state.store);
	/* Their connections may be gone from the configuration, or back. */
	tokens_stale(&state.tokens, 0);
	if (directory_bind(state.directory, state.store))
		return true;
	log_warnx("store: what the configuration names can't be written: %s",
	    store_error(state.store));
	store_forget(state.store);
	return false;
}
