/*
 * Calls of the API in http: their beginning, and their questions to policy
 * and reader.  Must never say what a token may, nor answer anybody of an
 * organization before policy has.
 */
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/now.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/scim_call.h"
#include "hfssod/http/scim_head.h"
#include "hfssod/http/scim_write.h"

/* Calls that wait for room. */
static TAILQ_HEAD(waiting_head, scim_call)	 waiting =
    TAILQ_HEAD_INITIALIZER(waiting);

/* --- beginning and end ------------------------------------------------ */

static void
end(void *arg)
{
	struct scim_call	*s = arg;

	if (s->waiting)
		TAILQ_REMOVE(&waiting, s, entry);
	if (s->room_end != NULL)
		s->room_end(s->room);
	scim_writing_free(&s->writing);
	scim_out_free(&s->out);
	wire_free(&s->question);
	freezero(s->secret, s->secret_len);
	free(s->url);
	scim_pool_free(s->pool);
	free(s);
}

static void
lost(struct call *c)
{
	struct scim_call	*s = c->own;

	if (s->lost != NULL)
		s->lost(c);
	else
		scim_refuse(c, VERDICT_unavailable, "", 0);
}

static const struct call_owner	 owner = { end, lost };

struct scim_call *
scim_of(const struct call *c)
{
	return c->owner == &owner ? c->own : NULL;
}

static char *
base_url(const struct scim_target *t)
{
	char	*url;

	if (asprintf(&url, "%s/api/organizations/%s/%s",
	    config_current()->view->public_url, t->organization,
	    t->base == SCIM_BASE_BASIC ? "scim-provisioning/v2" :
	    "scim/v2") == -1)
		fatal("asprintf");
	return url;
}

static void
secret_keep(struct scim_call *s, enum credential credential, struct bytes b)
{
	s->credential = credential;
	if ((s->secret = malloc(b.len)) == NULL)
		fatal("malloc");
	memcpy(s->secret, b.data, b.len);
	s->secret_len = b.len;
}

/* Who asks: a bearer token; for /Me also a session. */
static enum verdict
credential(struct scim_call *s, const struct head *h)
{
	struct cookies	 cookies;
	struct bytes	 token;
	bool		 shown;

	if (scim_head_bearer(h, &token, &shown)) {
		secret_keep(s, CREDENTIAL_BEARER, token);
		return VERDICT_ok;
	}
	if (shown)
		return VERDICT_token_unknown;
	if (s->target.place != SCIM_PLACE_ME)
		return VERDICT_token_missing;
	if (!cookies_of(h, &cookies))
		return VERDICT_bad_request;
	if (cookies.session.len == 0)
		return VERDICT_token_missing;
	secret_keep(s, CREDENTIAL_SESSION, cookies.session);
	return VERDICT_ok;
}

enum verdict
scim_early(struct call *c, const struct head *h)
{
	struct scim_call	*s;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		fatal("calloc");
	c->owner = &owner;
	c->own = s;
	s->call = c;
	s->pool = scim_pool_new();
	s->method = h->method;
	s->until = now_ms() + LIMIT_SCIM_SECONDS * 1000;
	wire_init(&s->question, LIMIT_SCIM_MESSAGE);
	scim_out_init(&s->out);
	ask_host(c, h);
	if (!scim_target_parse(h->path, &s->target))
		return VERDICT_bad_request;
	s->url = base_url(&s->target);
	return credential(s, h);
}

/* --- questions -------------------------------------------------------- */

void
scim_where_of(const struct call *c, struct scim_where *w)
{
	const struct scim_call	*s = c->own;

	w->request.id = c->id;
	w->request.client = c->client;
	w->request.host = c->host;
	w->request.credential = s->credential;
	w->request.secret.data = (const uint8_t *)s->secret;
	w->request.secret.len = s->secret_len;
	w->organization = s->target.organization;
	w->base = s->target.base;
}

struct writer *
scim_question(struct call *c, enum process peer, enum message message)
{
	struct scim_call	*s = c->own;

	s->peer = peer;
	s->message = message;
	s->prepared = true;
	wire_reset(&s->question);
	return &s->question;
}

void
scim_question_where(struct call *c, enum process peer, enum message message)
{
	struct scim_where	 w;

	scim_where_of(c, &w);
	scim_where_put(scim_question(c, peer, message), &w);
}

/* True: sent, or there is no use in it, and the call is answered. */
static bool
try_send(struct call *c)
{
	struct scim_call	*s = c->own;
	struct peer		*peer;

	if (s->question.bad || s->question.len >
	    message_info(s->message)->most) {
		scim_refuse(c, VERDICT_scim_too_large, "", 0);
		return true;
	}
	if ((peer = child_peer(s->peer, NULL)) == NULL ||
	    (now_ms() > s->until && !s->out.begun)) {
		lost(c);
		return true;
	}
	if (!pending_room(peer, s->question.len))
		return false;
	s->prepared = false;
	s->sent = true;
	pending_send(c, peer, NULL, s->message, &s->question);
	/* Many calls wait: none with room for what it asked. */
	wire_free(&s->question);
	wire_init(&s->question, LIMIT_SCIM_MESSAGE);
	return true;
}

bool
scim_send(struct call *c, const struct scim_next *next)
{
	struct scim_call	*s = c->own;

	s->next = *next;
	return try_send(c);
}

static void
again(struct call *c)
{
	if (!try_send(c))
		scim_wait(c, again);
}

void
scim_follow(struct call *c, const struct scim_next *next)
{
	struct scim_call	*s = c->own;

	s->next = *next;
	again(c);
}

/* --- waiting ---------------------------------------------------------- */

void
scim_wait(struct call *c, void (*resume)(struct call *))
{
	struct scim_call	*s = c->own;

	s->resume = resume;
	s->waiting = true;
	TAILQ_INSERT_TAIL(&waiting, s, entry);
}

bool
scim_turn(void)
{
	struct scim_call	*s;
	void			 (*resume)(struct call *);
	bool			 did = false;
	size_t			 n = 0;

	/* Each once: who waits again stands behind them. */
	TAILQ_FOREACH(s, &waiting, entry)
		n++;
	for (; n > 0 && (s = TAILQ_FIRST(&waiting)) != NULL; n--) {
		TAILQ_REMOVE(&waiting, s, entry);
		s->waiting = false;
		/* It was answered while it waited: its time was over. */
		if (s->call->done)
			continue;
		resume = s->resume;
		if (resume != again && scim_out_full(s->call)) {
			scim_wait(s->call, resume);
			continue;
		}
		did = did || resume != again;
		resume(s->call);
	}
	return did;
}

/* --- answers ---------------------------------------------------------- */

/*
 * The call that an answer belongs to, with what is to be done; NULL if
 * there is none.
 */
static struct call *
answered(uint64_t id, enum message message, const struct peer *from,
    struct scim_next *next)
{
	struct scim_call	*s;
	struct call		*c;

	if ((c = pending_take(id, message, from)) == NULL)
		return NULL;
	if ((s = scim_of(c)) == NULL)
		fatalx("%s for a call that asked nothing of the kind",
		    message_name(message));
	*next = s->next;
	memset(&s->next, 0, sizeof(s->next));
	conn_alive(c->conn);
	return c;
}

void
scim_answer_got(struct peer *peer, uint64_t id, struct reader *r)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_answer	 a;
	struct scim_next	 next;
	struct call		*c;

	if (!scim_answer_get(r, pool, &a))
		fatalx("malformed scim_answer");
	c = answered(id, MESSAGE_scim_answer, peer, &next);
	if (c != NULL) {
		scim_of(c)->dry = scim_of(c)->dry || a.dry;
		next.answer(c, &a);
	}
	scim_pool_free(pool);
}

void
scim_listed_got(struct peer *peer, uint64_t id, struct reader *r)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_listed	 l;
	struct scim_next	 next;
	struct call		*c;

	if (!scim_listed_get(r, pool, &l))
		fatalx("malformed scim_listed");
	c = answered(id, MESSAGE_scim_listed, peer, &next);
	if (c != NULL) {
		scim_of(c)->dry = scim_of(c)->dry || l.dry;
		next.listed(c, &l);
	}
	scim_pool_free(pool);
}

void
scim_members_got(struct peer *peer, uint64_t id, struct reader *r)
{
	struct scim_pool		*pool = scim_pool_new();
	struct scim_members_page	 p;
	struct scim_next		 next;
	struct call			*c;

	if (!scim_members_page_get(r, pool, &p))
		fatalx("malformed scim_members_page");
	c = answered(id, MESSAGE_scim_members_page, peer, &next);
	if (c != NULL)
		next.members(c, &p);
	scim_pool_free(pool);
}

void
scim_links_got(struct peer *peer, uint64_t id, struct reader *r)
{
	struct link_answer	 a;
	struct scim_next	 next;
	struct call		*c;

	if (!link_answer_get(r, &a))
		fatalx("malformed link_changed");
	c = answered(id, MESSAGE_link_changed, peer, &next);
	if (c != NULL)
		next.links(c, &a);
	link_answer_free(&a);
}

/* --- leave to go on --------------------------------------------------- */

static void
guarded(struct call *c, const struct scim_answer *a)
{
	struct scim_call	*s = c->own;

	if (a->verdict != VERDICT_ok) {
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
		return;
	}
	s->admitted = true;
	intake_go_on(c);
}

void
scim_guard(struct call *c)
{
	static const struct scim_next	 next = { .answer = guarded };
	struct scim_call		*s = c->own;

	/* A person has no body to send that we would read. */
	if (s->credential != CREDENTIAL_BEARER) {
		scim_refuse(c, VERDICT_scim_too_large, "", 0);
		return;
	}
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_admit);
	scim_follow(c, &next);
}

static void
refuse_now(struct call *c)
{
	struct scim_call	*s = c->own;

	if (s->refusal_status != 0)
		scim_refuse_status(c, s->refusal_status, s->detail);
	else
		scim_refuse(c, s->refusal, s->detail, 0);
}

static void
turned_away(struct call *c, const struct scim_answer *a)
{
	if (a->verdict != VERDICT_ok)
		scim_refuse(c, a->verdict, a->detail, a->retry_after);
	else
		refuse_now(c);
}

static bool
turn_away(struct call *c, enum verdict v, int status, const char *detail)
{
	static const struct scim_next	 next = { .answer = turned_away };
	struct scim_call		*s = c->own;

	s->refusal = v;
	s->refusal_status = status;
	s->detail = detail == NULL ? "" : detail;
	if (s->admitted || s->credential == CREDENTIAL_SESSION) {
		refuse_now(c);
		return true;
	}
	scim_question_where(c, PROC_POLICY, MESSAGE_scim_admit);
	return scim_send(c, &next);
}

bool
scim_turn_away(struct call *c, enum verdict v, const char *detail)
{
	return turn_away(c, v, 0, detail);
}

bool
scim_turn_away_status(struct call *c, int status, const char *detail)
{
	return turn_away(c, VERDICT_bad_request, status, detail);
}
