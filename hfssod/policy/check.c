/*
 * Still there?  In policy.  Must never end anybody at the word of a
 * verifier that was not asked about him, nor because a provider could not
 * be asked.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/policy/account.h"
#include "hfssod/policy/check.h"
#include "hfssod/policy/jit.h"
#include "hfssod/policy/member.h"
#include "hfssod/policy/outcome.h"
#include "hfssod/policy/state.h"

#define EVERY_MS	1000

/* A question that is open, or whose answer is not written yet. */
struct open {
	struct open		*next;
	uint64_t		 id;
	uint64_t		 instance;	/* of the verifier */
	struct connection	*connection;
	int64_t			 identity;
	int64_t			 account;
	int64_t			 asked;		/* seconds */
	uint8_t			 hash[SHA256_DIGEST_LENGTH]; /* of its token */
	/* From here on the answer. */
	bool			 answered;
	enum check_result	 result;
	size_t			 ended;		/* sessions */
	uint8_t			*token;		/* a newer one, or NULL */
	size_t			 token_len;
	char			 detail[256];
	char			 subject[];
};

static struct {
	struct open	*list;
	int64_t		 next;		/* monotonic milliseconds */
	size_t		 first;		/* connection to begin with */
} check;

static void
open_free(struct open *o)
{
	struct open	**op;

	for (op = &check.list; *op != NULL && *op != o; op = &(*op)->next)
		;
	if (*op != NULL)
		*op = o->next;
	freezero(o->token, o->token_len);
	free(o);
}

static struct open *
open_find(uint64_t id)
{
	struct open	*o;

	for (o = check.list; o != NULL && o->id != id; o = o->next)
		;
	return o;
}

void
check_free(void)
{
	while (check.list != NULL)
		open_free(check.list);
	check.next = 0;
}

void
check_lost(uint64_t instance)
{
	struct open	*o, *next;

	for (o = check.list; o != NULL; o = next) {
		next = o->next;
		if (o->instance == instance && !o->answered)
			open_free(o);
	}
}

/* --- what follows ------------------------------------------------------ */

static void
tell(const struct open *o, const char *type)
{
	struct audit_event	 e;
	char			 account[ACCOUNT_ID + 1] = "";
	char			 name[LIMIT_NAME + 1] = "";
	struct store		*s = state.store;

	if (store_run(s, ST_account, v_int(o->account)) == STEP_ROW) {
		strlcpy(account, store_text(s, ST_account, 1),
		    sizeof(account));
		strlcpy(name, store_text(s, ST_account, 3), sizeof(name));
	}
	store_end(s, ST_account);
	memset(&e, 0, sizeof(e));
	e.organization = o->connection->organization->name;
	e.account = account;
	e.name = name;
	e.by = "identity provider";
	audit_begin(&state.audit, &e);
	record_string(&state.audit.record, "connection", o->connection->name);
	record_string(&state.audit.record, "subject", o->subject);
	if (o->result == CHECK_GONE)
		record_integer(&state.audit.record, "sessions",
		    (int64_t)o->ended);
	if (o->detail[0] != '\0')
		record_string(&state.audit.record, "detail", o->detail);
	audit_end(&state.audit, s, type);
}

/*
 * Whether the answer is about the token that counts now: a login that left
 * another one meanwhile says more.  Also how often it failed so far.
 */
static bool
token_is(const struct open *o, int64_t *failures)
{
	struct store	*s = state.store;
	struct bytes	 b;
	SHA2_CTX	 ctx;
	uint8_t		 hash[SHA256_DIGEST_LENGTH];
	bool		 is;

	if (store_run(s, ST_check_token, v_int(o->identity)) != STEP_ROW)
		return false;
	b = store_blob(s, ST_check_token, 0);
	*failures = store_integer(s, ST_check_token, 1);
	SHA256Init(&ctx);
	SHA256Update(&ctx, b.data, b.len);
	SHA256Final(hash, &ctx);
	is = memcmp(hash, o->hash, sizeof(hash)) == 0;
	store_end(s, ST_check_token);
	return is;
}

/* Whether the provider has signed him in again after we asked. */
static bool
came_back(const struct open *o)
{
	struct store	*s = state.store;
	bool		 back = false;

	if (store_run(s, ST_membership,
	    v_int(o->connection->organization->id), v_int(o->account)) ==
	    STEP_ROW)
		back = store_integer(s, ST_membership, 3) > o->asked;
	store_end(s, ST_membership);
	return back;
}

static void
write_there(struct open *o, int64_t failures)
{
	(void)failures;
	store_run(state.store, ST_check_there, v_int(o->identity),
	    v_blob(o->token, o->token_len), v_int(jit_check_since(
	    o->connection, store_now(state.store))));
}

static void
write_gone(struct open *o, int64_t failures)
{
	struct account	*a;
	struct store	*s = state.store;

	(void)failures;
	store_run(s, ST_check_remove, v_int(o->identity));
	if (came_back(o))
		return;
	store_run(s, ST_membership_suspend,
	    v_int(o->connection->organization->id), v_int(o->account),
	    v_int(store_now(s)));
	tell(o, "hfsso.provider_gone");
	/* He may be signed in to another organization. */
	if ((a = account_load(s, state.directory, o->account)) != NULL)
		effect_account(&state.effects, a);
}

static void
write_unknown(struct open *o, int64_t failures)
{
	int64_t	 every = o->connection->settings == NULL ? 0 :
		    o->connection->settings->check_every;
	int64_t	 wait = CHECK_RETRY << (failures < 10 ? failures : 10);

	wait += arc4random_uniform((uint32_t)(wait / 4));
	if (wait > every)
		wait = every;
	/* The one before may be used up, whatever else went wrong. */
	store_run(state.store, ST_check_later, v_int(o->identity),
	    v_blob(o->token, o->token_len),
	    v_int(store_now(state.store) - every + wait));
}

static void
write_unreadable(struct open *o, int64_t failures)
{
	(void)failures;
	store_run(state.store, ST_check_remove, v_int(o->identity));
	tell(o, "hfsso.provider_check_lost");
}

static const struct {
	const char	*name;
	void		(*write)(struct open *, int64_t);
} results[CHECK_MAX] = {
	[CHECK_THERE] = { "there", write_there },
	[CHECK_GONE] = { "gone", write_gone },
	[CHECK_UNKNOWN] = { "unknown", write_unknown },
	[CHECK_UNREADABLE] = { "unreadable", write_unreadable }
};

/* --- an answer --------------------------------------------------------- */

static void
answer_keep(struct open *o, const struct check_outcome *c)
{
	o->answered = true;
	o->result = c->result;
	strlcpy(o->detail, log_safe(c->detail), sizeof(o->detail));
	if (c->token.len == 0)
		return;
	if ((o->token = malloc(c->token.len)) == NULL)
		fatal("check");
	memcpy(o->token, c->token.data, c->token.len);
	o->token_len = c->token.len;
}

static void
describe(const struct open *o)
{
	if (o->result == CHECK_THERE || o->result == CHECK_UNKNOWN) {
		log_debug("check: organization %s connection %s subject %.64s"
		    " %s %s", o->connection->organization->name,
		    o->connection->name, log_safe(o->subject),
		    results[o->result].name, o->detail);
		return;
	}
	state_event("check", "organization %s connection %s subject %.128s"
	    " result %s sessions %zu detail %s",
	    o->connection->organization->name, o->connection->name,
	    log_safe(o->subject), results[o->result].name, o->ended,
	    o->detail);
}

/* It is committed: the question is settled. */
static void
settled(void *unused, uint64_t id)
{
	struct open	*o = open_find(id);

	(void)unused;
	if (o == NULL)
		return;
	/* There may be more of them waiting, and the provider answers. */
	if (o->result == CHECK_THERE)
		check.next = 0;
	open_free(o);
}

/* The question that this answers, if this verifier was asked it. */
static struct open *
asked(uint64_t id, const struct check_outcome *c)
{
	struct open	*o = open_find(id);

	if (o == NULL || o->answered || o->instance != state.asker ||
	    strcmp(o->connection->organization->name, c->organization) != 0 ||
	    strcmp(o->connection->name, c->connection) != 0 ||
	    strcmp(o->subject, c->subject) != 0) {
		log_warnx("check_outcome of verifier %s for %.64s/%.64s "
		    "ignored: it was not asked", state.group,
		    log_safe(c->organization), log_safe(c->connection));
		return NULL;
	}
	if (outcome_connection("check_outcome", c->organization,
	    c->connection) != NULL)
		return o;
	open_free(o);
	return NULL;
}

/* Revocations first: they count even if the store takes nothing. */
static void
run(struct open *o)
{
	int64_t	 failures = 0;
	bool	 counts = token_is(o, &failures);

	if (o->result == CHECK_GONE && (store_failed(state.store) ||
	    (counts && !came_back(o))))
		o->ended = member_stamps_end(o->account,
		    o->connection->organization);
	if (counts)
		results[o->result].write(o, failures);
	else if (!store_failed(state.store))
		log_debug("check: the token of %.64s is another now",
		    log_safe(o->subject));
}

enum verdict
check_outcome(struct request *request, struct reader *r, struct writer *w)
{
	struct check_outcome	 c;
	struct open		*o;

	(void)w;
	if (!check_outcome_get(r, &c))
		fatalx("check_outcome is malformed");
	if ((o = asked(request->id, &c)) == NULL)
		return VERDICT_ok;
	answer_keep(o, &c);
	run(o);
	describe(o);
	effect_call(&state.effects, settled, NULL, o->id);
	return store_failed(state.store) ? VERDICT_unavailable : VERDICT_ok;
}

/* --- asking ------------------------------------------------------------ */

/*
 * What the store did not take, once more.  Memory has seen to the sessions
 * already, and pending.h to theirs in the store.
 */
static bool
write_again(void)
{
	struct open	*o, *next;
	int64_t		 failures;

	for (o = check.list; o != NULL; o = next) {
		next = o->next;
		if (!o->answered)
			continue;
		failures = 0;
		if (store_begin(state.store) && token_is(o, &failures))
			results[o->result].write(o, failures);
		if (!store_commit(state.store)) {
			audit_forget(&state.audit);
			effects_back(&state.effects, 0);
			store_forget(state.store);
			return false;
		}
		effects_apply(&state.effects, &state.sessions, NULL);
		open_free(o);
	}
	return true;
}

static void
give_up(int64_t now)
{
	struct open	*o, *next;

	for (o = check.list; o != NULL; o = next) {
		next = o->next;
		if (!o->answered && now > o->asked + CHECK_SECONDS)
			open_free(o);
	}
}

static size_t
count_open(uint64_t instance, const struct connection *c)
{
	struct open	*o;
	size_t		 n = 0;

	for (o = check.list; o != NULL; o = o->next)
		if (o->instance == instance &&
		    (c == NULL || o->connection == c))
			n++;
	return n;
}

static bool
is_open(int64_t identity)
{
	struct open	*o;

	for (o = check.list; o != NULL; o = o->next)
		if (o->identity == identity)
			return true;
	return false;
}

/* Ask about the row at hand of checks_due. */
static void
ask(struct connection *c, struct peer *p)
{
	struct store		*s = state.store;
	struct check_start	 start;
	struct writer		 w;
	struct open		*o;
	SHA2_CTX		 ctx;
	size_t			 len;

	start.organization = c->organization->name;
	start.connection = c->name;
	start.subject = store_text(s, ST_checks_due, 1);
	start.token = store_blob(s, ST_checks_due, 3);
	len = strlen(start.subject) + 1;
	if ((o = calloc(1, sizeof(*o) + len)) == NULL)
		fatal("check");
	arc4random_buf(&o->id, sizeof(o->id));
	o->instance = p->instance;
	o->connection = c;
	o->identity = store_integer(s, ST_checks_due, 0);
	o->account = store_integer(s, ST_checks_due, 2);
	o->asked = store_now(s);
	memcpy(o->subject, start.subject, len);
	SHA256Init(&ctx);
	SHA256Update(&ctx, start.token.data, start.token.len);
	SHA256Final(o->hash, &ctx);
	o->next = check.list;
	check.list = o;
	wire_init(&w, LIMIT_MESSAGE);
	check_start_put(&w, &start);
	peer_send(p, MESSAGE_check_start, o->id, &w);
	wire_free(&w);
}

/* Ask about who is due of a connection, as many as there is room for. */
static void
ask_connection(struct connection *c, int64_t now)
{
	const struct policy_organization *po = c->organization->settings;
	struct store	*s = state.store;
	struct peer	*p;
	size_t		 all, mine;
	enum step	 step;

	if (po == NULL || c->settings == NULL || c->id == 0 ||
	    c->settings->check_every <= 0 ||
	    (p = child_peer(PROC_VERIFIER, po->verifier_group)) == NULL)
		return;
	all = count_open(p->instance, NULL);
	mine = count_open(p->instance, c);
	if (all >= CHECKS_OPEN || mine >= CHECKS_EACH)
		return;
	for (step = store_run(s, ST_checks_due, v_int(c->id),
	    v_int(now - c->settings->check_every),
	    v_int(CHECKS_EACH + CHECKS_OPEN)); step == STEP_ROW &&
	    all < CHECKS_OPEN && mine < CHECKS_EACH;
	    step = store_next(s, ST_checks_due)) {
		if (is_open(store_integer(s, ST_checks_due, 0)))
			continue;
		ask(c, p);
		all++;
		mine++;
	}
	store_end(s, ST_checks_due);
}

void
check_due(void)
{
	struct connection	*c;
	int64_t			 now = clock_ms();
	size_t			 i, n, k;

	if (now < check.next || state.store == NULL || state.directory == NULL)
		return;
	check.next = now + EVERY_MS;
	if (!write_again())
		return;
	now = store_now(state.store);
	give_up(now);
	for (n = 0; directory_connections(state.directory, &n) != NULL; )
		;
	/* Not always the same one first. */
	for (i = 0; i < n; i++) {
		k = (check.first + i) % n;
		if ((c = directory_connections(state.directory, &k)) != NULL)
			ask_connection(c, now);
	}
	check.first++;
	store_forget(state.store);
}
