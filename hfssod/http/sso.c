/*
 * The sign-in endpoints of http.  They know nothing of SAML or OpenID
 * Connect: query, body and cookies go to the verifier of the organization
 * as they came.  Must never decode a body, nor believe anything in it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/account.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/crowd.h"
#include "hfssod/http/now.h"
#include "hfssod/http/page.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"
#include "hfssod/http/route.h"
#include "hfssod/http/sso.h"
#include "hfssod/http/target.h"

/* More than the fixed parts of an sso_request ever need. */
#define FIXED_PART	4096

/* Cookies as text: a block that the caller clears and frees. */
static char *
cookies_put(struct sso_request *q, const struct cookies *c, size_t *size)
{
	char	*block, *at;
	size_t	 i;

	for (i = *size = 0; i < c->count; i++)
		*size += c->login[i].name.len + c->login[i].value.len + 2;
	if ((block = calloc(1, *size + 1)) == NULL)
		fatal("calloc");
	at = block;
	for (i = 0; i < c->count; i++) {
		q->cookies[i].name = at;
		memcpy(at, c->login[i].name.data, c->login[i].name.len);
		at += c->login[i].name.len + 1;
		q->cookies[i].value = at;
		memcpy(at, c->login[i].value.data, c->login[i].value.len);
		at += c->login[i].value.len + 1;
	}
	q->cookie_count = c->count;
	return block;
}

/*
 * Ask the verifier of a door.  also: policy, when the answer comes from
 * there.  False: it has too much to do.
 */
static bool
ask(struct call *c, struct sso_request *q, const struct http_door *d,
    const struct cookies *cookies, enum message message)
{
	struct peer	*verifier, *policy = NULL;
	struct writer	 w;
	char		*block;
	size_t		 size, all;
	enum crowd_room	 room;
	bool		 ring;

	ring = (message_info(message_info(message)->answer)->from &
	    KIND_POLICY) != 0;
	verifier = child_peer(PROC_VERIFIER, d->group);
	if (ring)
		policy = child_peer(PROC_POLICY, NULL);
	if (verifier == NULL || (ring && policy == NULL)) {
		response_verdict(c, VERDICT_unavailable);
		return true;
	}
	block = cookies_put(q, cookies, &size);
	all = FIXED_PART + size + q->query.len + q->body.len +
	    strlen(q->return_to);
	room = crowd_room(d, all, pending_left(verifier));
	if (room == CROWD_STUCK)
		response_verdict(c, VERDICT_provider_busy);
	if (room != CROWD_ROOM || !pending_room(verifier, all)) {
		freezero(block, size + 1);
		return room == CROWD_STUCK;
	}
	wire_init(&w, message_info(message)->most);
	sso_request_put(&w, q);
	pending_send(c, verifier, policy, message, &w);
	crowd_join(d, c);
	wire_free(&w);
	freezero(block, size + 1);
	return true;
}

/*
 * The query as it came.  That of a login without a return address that
 * runs to its end: what is in there is of that address, not for us.
 */
static struct bytes
query_of(const struct incoming *in, enum endpoint endpoint)
{
	struct return_query	 q;

	if (endpoint != ENDPOINT_LOGIN)
		return in->head->query;
	return_split(in->head->query, &q);
	return q.rest;
}

/* The door of an address; NULL also if it speaks another protocol. */
static const struct http_door *
door_of(const struct call *c, const struct incoming *in)
{
	const struct http_door	*d;

	d = config_door(in->part[0], in->part[1]);
	return d != NULL && d->protocol == c->route->protocol ? d : NULL;
}

bool
sso_hand_over(struct call *c, const struct incoming *in,
    enum endpoint endpoint, enum message message, const char *return_to)
{
	const struct http_door	*d;
	struct sso_request	 q;
	struct cookies		 cookies;

	memset(&q, 0, sizeof(q));
	memset(&cookies, 0, sizeof(cookies));
	if ((d = door_of(c, in)) == NULL) {
		response_verdict(c, VERDICT_unknown_organization);
		return true;
	}
	/* An identity provider has none of ours. */
	if (c->shape != SHAPE_MACHINE && !cookies_of(in->head, &cookies)) {
		log_debug("refused cookies %s", log_id(c->id));
		response_verdict(c, VERDICT_bad_request);
		return true;
	}
	ask_host(c, in->head);
	ask_begin(c, &cookies.session, &q.request);
	q.endpoint = endpoint;
	q.protocol = d->protocol;
	q.organization = d->organization;
	q.connection = in->part[1].len == 0 ? "" : d->connection;
	q.post = in->head->method == METHOD_POST;
	q.query = query_of(in, endpoint);
	q.body = in->body;
	q.return_to = return_to;
	return ask(c, &q, d, &cookies, message);
}

bool
sso_login(struct call *c, const struct incoming *in)
{
	enum verdict	 v;
	char		*return_to;
	bool		 done;

	if ((return_to = ask_return(in->head->query, &v)) == NULL) {
		response_verdict(c, v);
		return true;
	}
	done = sso_hand_over(c, in, ENDPOINT_LOGIN, MESSAGE_sso_start,
	    return_to);
	free(return_to);
	return done;
}

bool
sso_consume(struct call *c, const struct incoming *in)
{
	return sso_hand_over(c, in, ENDPOINT_CONSUME, MESSAGE_sso_answer,
	    "");
}

bool
sso_metadata(struct call *c, const struct incoming *in)
{
	return sso_hand_over(c, in, ENDPOINT_METADATA,
	    MESSAGE_sp_metadata_get, "");
}

void
sso_login_cookie(struct call *c, const char *name, const char *value,
    int64_t seconds)
{
	char	 full[sizeof(LOGIN_COOKIE_PREFIX) + 8];

	if (name[0] == '\0')
		return;
	strlcpy(full, LOGIN_COOKIE_PREFIX, sizeof(full));
	strlcat(full, name, sizeof(full));
	response_cookie(c, full, value, seconds, true);
}

/*
 * Where the form of a page may go: to the origin of its URL; and, since
 * browsers hold the whole chain of redirects against form-action, over any
 * other that the identity provider has, back to us.
 */
static void
form_action(struct buffer *b, const char *url)
{
	const char	*host;
	size_t		 len, i;

	host = strstr(url, "://");
	if (host == NULL || (strncmp(url, "https://", 8) != 0 &&
	    strncmp(url, "http://", 7) != 0))
		goto none;
	host += 3;
	len = (size_t)(host - url) + strcspn(host, "/?#");
	for (i = 0; i < len; i++)
		if (url[i] <= 0x20 || url[i] >= 0x7f ||
		    strchr(";,'\"", url[i]) != NULL)
			goto none;
	buffer_add(b, url, len);
	buffer_string(b, " 'self' https:");
	return;
none:
	buffer_string(b, "'none'");
}

void
sso_go(struct call *c, const struct sso_started *s, bool leave, bool form)
{
	struct buffer	 page = { 0 }, action = { 0 };
	size_t		 i;

	if (s->post) {
		page_post(&page, s, leave);
		form_action(&action, s->url);
		response_begin_page(c, 200, buffer_text(&action));
		buffer_free(&action);
	} else if (form) {
		page_leaving(&page, s->url);
		response_begin_page(c, 200, "'none'");
	} else
		response_begin(c, 303);
	if (leave)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	sso_login_cookie(c, s->set_cookie.name, s->set_cookie.value,
	    LIMIT_LOGIN_SECONDS);
	for (i = 0; i < s->clear.count; i++)
		sso_login_cookie(c, s->clear.list[i], "", 0);
	if (!s->post && !form)
		response_redirect(c, s->url);
	else
		response_body(c, PAGE_TYPE, &page);
}

void
sso_started(struct peer *peer, uint64_t id, struct reader *r)
{
	struct sso_started	 s;
	struct call		*c;
	bool			 leave;

	if (!sso_started_get(r, &s))
		fatalx("malformed sso_started");
	if ((c = pending_take(id, MESSAGE_sso_started, peer)) != NULL) {
		leave = account_leaving(c);
		if (leave && (s.verdict != VERDICT_ok || s.url[0] == '\0'))
			account_gone(c);
		else if (s.verdict == VERDICT_ok)
			sso_go(c, &s, leave, leave);
		else
			response_verdict(c, s.verdict);
	}
	sso_started_free(&s);
}

void
sso_metadata_got(struct peer *peer, uint64_t id, struct reader *r)
{
	struct sp_metadata	 m;
	struct buffer		 body = { 0 };
	struct call		*c;

	if (!sp_metadata_get(r, &m))
		fatalx("malformed sp_metadata");
	if ((c = pending_take(id, MESSAGE_sp_metadata, peer)) == NULL)
		return;
	if (m.verdict != VERDICT_ok) {
		response_verdict(c, m.verdict);
		return;
	}
	buffer_bytes(&body, m.document);
	response_begin(c, 200);
	response_header(c, "X-Content-Type-Options", "nosniff");
	response_body(c, "application/samlmetadata+xml", &body);
}

static struct bytes
octets(const char *text)
{
	struct bytes	 b;

	b.data = (const uint8_t *)text;
	b.len = strlen(text);
	return b;
}

/* Where a sign-in that succeeded ends. */
static void
arrive(struct call *c, const struct login_answer *a)
{
	const struct http_view	*v = config_current()->view;
	const struct http_door	*d;
	struct buffer		 to = { 0 };
	char			*door;

	if (a->restart) {
		d = config_door(octets(a->organization),
		    octets(a->connection));
		if (d == NULL) {
			response_verdict(c, VERDICT_unknown_organization);
			return;
		}
		door = page_door_address(d, a->return_to);
		buffer_string(&to, door);
		free(door);
	} else if (return_allowed(a->return_to, v->public_url, &v->origins))
		buffer_string(&to, a->return_to);
	else {
		buffer_string(&to, v->prefix);
		buffer_string(&to, "/account");
	}
	response_begin(c, 303);
	if (!a->restart && a->session[0] != '\0')
		response_cookie(c, SESSION_COOKIE, a->session,
		    a->expires - now_seconds(), false);
	sso_login_cookie(c, a->login_cookie, "", 0);
	response_redirect(c, buffer_text(&to));
	buffer_free(&to);
}

/* A page: why not, or what would be. */
static void
stay(struct call *c, const struct login_answer *a)
{
	struct buffer	 page = { 0 };
	int		 status;

	status = verdict_status(a->verdict);
	if (a->test)
		page_report(&page, a, c->id);
	else
		page_error(&page, status, verdict_browser(a->verdict), c->id);
	response_begin_page(c, status, "'none'");
	sso_login_cookie(c, a->login_cookie, "", 0);
	response_body(c, PAGE_TYPE, &page);
}

void
sso_answered(struct peer *peer, uint64_t id, struct reader *r)
{
	struct login_answer	 a;
	struct call		*c;

	if (!login_answer_get(r, &a))
		fatalx("malformed login_answer");
	c = pending_take(id, MESSAGE_login_answer, peer);
	if (c != NULL && a.verdict == VERDICT_ok && !a.test)
		arrive(c, &a);
	else if (c != NULL)
		stay(c, &a);
	login_answer_free(&a);
}
