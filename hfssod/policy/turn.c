/*
 * The turn.  In policy and reader.  Must never let an answer out before
 * the commit that it tells of, nor change memory for what was not
 * committed; revocations alone count either way.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/policy/dryrun.h"
#include "hfssod/policy/state.h"
#include "hfssod/policy/sweep.h"
#include "hfssod/policy/turn.h"

#define ROUND	16		/* messages of one peer at a time */
#define ROOM	(4 * 1024 * 1024) /* octets of answers that end a turn */

/* An answer that waits for the commit. */
struct answer {
	const struct verb	*verb;
	struct peer		*peer;
	uint64_t		 id;
	uint64_t		 origin;	/* another's instance, or 0 */
	enum verdict		 verdict;
	size_t			 at;		/* in the octets of all */
	size_t			 len;
	enum message		 also;		/* to another; or none */
	uint64_t		 also_to;
	size_t			 also_len;	/* its octets follow */
	const char		*event;		/* for the log, or NULL */
	char			*line;
};

static struct {
	bool			 open;		/* a transaction was begun */
	bool			 lost;		/* and is gone */
	bool			 failed;	/* for one request of it */
	bool			 failing;	/* the store, as last seen */
	struct answer		*list;
	size_t			 count;
	size_t			 size;
	struct writer		 all;		/* octets of all answers */
	struct writer		 one;		/* of the one being written */
	bool			 ready;
	unsigned int		 first;		/* peer that begins next time */
} turn;

/* --- running ---------------------------------------------------------- */

static struct answer *
next_answer(void)
{
	if (!turn.ready) {
		wire_init(&turn.all, LIMIT_VIEW);
		wire_init(&turn.one, LIMIT_FETCH_MESSAGE);
		turn.ready = true;
	}
	if (turn.count == turn.size) {
		turn.size = turn.size == 0 ? LIMIT_TURN_MESSAGES :
		    turn.size * 2;
		turn.list = reallocarray(turn.list, turn.size,
		    sizeof(*turn.list));
		if (turn.list == NULL)
			fatal("turn");
	}
	memset(&turn.list[turn.count], 0, sizeof(turn.list[0]));
	return &turn.list[turn.count++];
}

/* Say once that the store fails, and once that it works again. */
static void
note_store(bool failed)
{
	if (failed && !turn.failing)
		log_warnx("store can't be written: %s: sign-in answers "
		    "unavailable, live sessions go on",
		    store_error(state.store));
	else if (!failed && turn.failing)
		log_info("store can be written again");
	turn.failing = failed;
}

/* The token, which policy has in memory and reader looks up. */
static enum verdict
resolve_token(const struct request *request)
{
	static struct token	 token;
	enum verdict		 v;

	if (state.directory != NULL) {
		v = tokens_find(&state.tokens, state.store, request,
		    &state.token);
		if (v != VERDICT_ok && v != VERDICT_token_missing &&
		    v != VERDICT_unavailable)
			refusal_count(&state.refusals, store_now(state.store),
			    state.tokens.where, v, &request->client);
		return v;
	}
	if (!state_open())
		return VERDICT_unavailable;
	v = token_find(state.store, request, store_now(state.store), &token);
	if (v == VERDICT_ok)
		state.token = &token;
	return v;
}

/*
 * Who it is, once for all handlers: the session of the credential, as the
 * message table demands.
 */
static enum verdict
resolve(const struct verb *verb, const struct request *request)
{
	enum message_credential	 demand;
	uint8_t			 key[SESSION_KEY];

	state.session = NULL;
	state.token = NULL;
	demand = message_info(verb->message)->credential;
	if (demand == MESSAGE_CREDENTIAL_none)
		return VERDICT_ok;
	if (demand == MESSAGE_CREDENTIAL_bearer)
		return resolve_token(request);
	if (request->credential == CREDENTIAL_SESSION &&
	    session_key(request->secret, key))
		state.session = session_find(&state.sessions, key);
	if (demand == MESSAGE_CREDENTIAL_optional)
		return VERDICT_ok;
	if (state.session == NULL)
		return VERDICT_signin_required;
	if (!session_live(state.session, store_now(state.store)))
		return VERDICT_session_expired;
	return VERDICT_ok;
}

/* Begin the transaction at the first write, and the request's part of it. */
static bool
begin_write(void)
{
	/* A savepoint without a transaction would begin and commit its own. */
	if (turn.open && !store_in_transaction(state.store))
		turn.lost = true;
	if (turn.lost)
		return false;
	if (!turn.open) {
		if (!store_begin(state.store))
			return false;
		turn.open = true;
	}
	return store_mark(state.store);
}

/*
 * After a handler that writes: keep its part, or take it back.  If SQLite
 * has ended the transaction by itself, the turn is lost for all.
 */
static enum verdict
end_write(enum verdict v, size_t mark)
{
	if (!store_failed(state.store) && v != VERDICT_unavailable &&
	    store_keep(state.store))
		return v;
	if (store_failed(state.store)) {
		note_store(true);
		turn.failed = true;
	}
	effects_back(&state.effects, mark);
	audit_forget(&state.audit);
	if (turn.open && !store_in_transaction(state.store))
		turn.lost = true;
	else if (turn.open && !store_undo(state.store)) {
		store_forget(state.store);
		store_rollback(state.store);
		turn.lost = true;
	}
	store_forget(state.store);
	return VERDICT_unavailable;
}

/* The request that begins the message, decoded for the dispatcher. */
static void
decode_request(const struct verb *verb, const struct peer *peer, uint64_t id,
    const struct reader *r, struct request *request)
{
	struct reader	 copy = *r;

	memset(request, 0, sizeof(*request));
	request->host = "";
	request->id = id;
	if ((verb->flags & VERB_REQUEST) == 0)
		return;
	request_get(&copy, request);
	if (copy.bad)
		fatalx("%s of %s has no request", message_name(verb->message),
		    process_kinds_name(peer->kinds));
}

/* On the token's copy of the store: nothing of the live one is touched. */
static enum verdict
run_dry(const struct verb *verb, struct request *request, struct reader *r)
{
	size_t		 mark = state.effects.count;
	enum verdict	 v;

	if ((v = dryrun_enter(state.token)) != VERDICT_ok) {
		if (v != VERDICT_unavailable)
			verb->refuse(&turn.one, v);
		return v;
	}
	v = dryrun_leave(verb->run(request, r, &turn.one));
	if (!dryrun_withdrawn())
		return v;
	if (begin_write())
		dryrun_tell(state.token, request);
	return end_write(v, mark);
}

static enum verdict
run_handler(const struct verb *verb, struct request *request,
    struct reader *r)
{
	size_t		 mark = state.effects.count;
	enum verdict	 v = VERDICT_unavailable;

	if (state.token != NULL && state.token->dry &&
	    state.directory != NULL)
		return run_dry(verb, request, r);
	if ((verb->flags & VERB_WRITES) == 0)
		return verb->run(request, r, &turn.one);
	if (begin_write())
		v = verb->run(request, r, &turn.one);
	else if (verb->flags & VERB_ALWAYS) {
		/* Nothing may be written outside of the transaction. */
		if (!store_failed(state.store))
			store_refuse(state.store, "the transaction is lost");
		v = verb->run(request, r, &turn.one);
	}
	return end_write(v, mark);
}

/* What a handler wants to be told to another, once it is committed. */
static void
add_also(struct answer *a)
{
	a->also = state.also;
	a->also_to = state.also_to;
	a->also_len = state.also_octets.len;
	wire_put_raw(&turn.all, state.also_octets.data, a->also_len);
	wire_reset(&state.also_octets);
}

void
turn_run(const struct verb *verb, struct peer *peer, uint64_t id,
    struct reader *r)
{
	struct answer	*a = next_answer();
	struct request	 request;
	enum verdict	 v;

	decode_request(verb, peer, id, r, &request);
	state.group = peer->group;
	state.asker = peer->instance;
	state.unsent = turn.all.len +
	    (peer->buf == NULL ? 0 : imsgbuf_queued(peer->buf));
	state.origin = 0;
	state.also = MESSAGE_none;
	state.event = NULL;
	wire_reset(&turn.one);
	turn.one.most = verb->answer == MESSAGE_none ? 0 :
	    message_info(verb->answer)->most;
	v = resolve(verb, &request);
	if (v != VERDICT_ok)
		verb->refuse(&turn.one, v);
	else if ((v = run_handler(verb, &request, r)) == VERDICT_unavailable) {
		wire_reset(&turn.one);
		verb->refuse(&turn.one, v);
	}
	state.session = NULL;
	state.token = NULL;
	if (turn.one.bad)
		fatalx("%s is too long", message_name(verb->answer));
	a->verb = verb;
	a->peer = peer;
	a->id = state.origin != 0 ? request.id : id;
	a->origin = state.origin;
	a->verdict = v;
	a->at = turn.all.len;
	a->len = turn.one.len;
	a->event = state.event;
	if (a->event != NULL && (a->line = strdup(state.line)) == NULL)
		fatal("turn");
	wire_put_raw(&turn.all, turn.one.data, turn.one.len);
	if (v == VERDICT_ok && state.also != MESSAGE_none)
		add_also(a);
	if (turn.all.bad)
		fatalx("the answers of a turn are too long");
}

void
turn_none(struct writer *w, enum verdict v)
{
	(void)w;
	(void)v;
}

/* --- ending ----------------------------------------------------------- */

static void
log_answer(const struct answer *a, enum verdict v)
{
	if (a->event == NULL)
		return;
	if (v == VERDICT_ok)
		log_info("%s ok: %s", a->event, a->line);
	else
		log_warnx("%s refused: %s (%s): %s", a->event,
		    verdict_name(v), verdict_log(v), a->line);
}

/*
 * To whom: the peer that asked, or the http process that verifier had it
 * from.  What verifier says of that one is only a number: it must be a
 * process that may get such an answer, else it goes nowhere.
 */
static struct peer *
receiver(const struct answer *a)
{
	struct peer	*p;

	if (a->verb->message != MESSAGE_login_outcome &&
	    a->verb->message != MESSAGE_logout_outcome)
		return a->peer;
	p = child_instance(a->origin);
	if (p == NULL || (p->kinds & message_info(a->verb->answer)->to) == 0) {
		log_debug("an answer for http %llu, which is gone",
		    (unsigned long long)a->origin);
		return NULL;
	}
	return p;
}

static void
send_also(const struct answer *a, turn_send_fn *send)
{
	struct writer	 w;
	struct peer	*p;

	if ((p = child_instance(a->also_to)) == NULL)
		return;
	memset(&w, 0, sizeof(w));
	w.data = turn.all.data + a->at + a->len;
	w.len = a->also_len;
	send(p, a->also, a->id, &w);
}

static void
send_answer(struct answer *a, bool failed, turn_send_fn *send)
{
	struct writer	 w;
	struct peer	*p = receiver(a);
	enum verdict	 v = a->verdict;

	memset(&w, 0, sizeof(w));
	w.data = turn.all.data + a->at;
	w.len = a->len;
	if (failed && (a->verb->flags & (VERB_WRITES | VERB_STORE))) {
		v = VERDICT_unavailable;
		wire_reset(&turn.one);
		turn.one.most = LIMIT_MESSAGE;
		a->verb->refuse(&turn.one, v);
		w = turn.one;
	}
	log_answer(a, v);
	if (p != NULL && a->verb->answer != MESSAGE_none)
		send(p, a->verb->answer, a->id, &w);
	if (!failed && a->also != MESSAGE_none)
		send_also(a, send);
	free(a->line);
}

static void
revoked(const struct session *s, const struct organization *o)
{
	pending_add(&state.pending, s, o);
}

void
turn_end(turn_send_fn *send)
{
	bool	 failed = turn.lost;
	size_t	 i;

	if (turn.open && !turn.lost)
		failed = !store_commit(state.store);
	if (turn.open)
		note_store(failed || turn.failed);
	if (failed) {
		audit_forget(&state.audit);
		effects_back(&state.effects, 0);
		tokens_stale(&state.tokens, 0);
	}
	if (state.store != NULL) {
		store_rollback(state.store);
		store_forget(state.store);
	}
	effects_apply(&state.effects, &state.sessions, revoked);
	pending_note(&state.pending);
	for (i = 0; i < turn.count; i++)
		send_answer(&turn.list[i], failed, send);
	if (turn.ready) {
		/* A new session's cookie may have been among them. */
		wire_reset(&turn.all);
		wire_reset(&turn.one);
	}
	turn.count = 0;
	turn.open = turn.lost = turn.failed = false;
}

/* Round robin over all peers, beginning with another one each time. */
static void
pull(void)
{
	struct peer	*p;
	unsigned int	 n, got, total = (unsigned int)turn.count, skip, i;
	int64_t		 end = clock_ms() + LIMIT_TURN_MS;

	skip = turn.first++;
	for (p = child_peers(), n = 0; p != NULL; p = p->next)
		n++;
	if (n == 0)
		return;
	skip %= n;
	do {
		got = 0;
		for (i = 0, p = child_peers(); p != NULL; p = p->next, i++)
			if (i >= skip && turn.all.len < ROOM)
				got += child_dispatch(p, ROUND);
		for (i = 0, p = child_peers(); i < skip; p = p->next, i++)
			if (turn.all.len < ROOM)
				got += child_dispatch(p, ROUND);
		total += got;
	} while (got > 0 && !turn.lost && total < LIMIT_TURN_MESSAGES &&
	    clock_ms() < end);
}

void
turn_hook(void)
{
	/* Reader's other peers than parent: http with its lists. */
	if (child_setup()->kinds & (KIND_POLICY | KIND_READER))
		pull();
	if (turn.count > 0)
		turn_end(peer_send);
	if (child_setup()->kinds & KIND_POLICY)
		sweep_due();
}
