/*
 * The sign-in endpoints of http.  They know nothing of SAML: query, body
 * and cookies go to the verifier of the organization as they came.  Must
 * never decode a body, nor believe anything in it.
 */
#include <stdlib.h>
#include <string.h>

#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/account.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/now.h"
#include "hfssod/http/page.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"
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
	if (!pending_room(verifier, all)) {
		freezero(block, size + 1);
		return false;
	}
	wire_init(&w, message_info(message)->most);
	sso_request_put(&w, q);
	pending_send(c, verifier, policy, message, &w);
	wire_free(&w);
	freezero(block, size + 1);
	return true;
}

/* What the endpoints have in common. */
static bool
handle(struct call *c, const struct incoming *in, enum endpoint endpoint,
    enum message message, const char *return_to)
{
	const struct http_door	*d;
	struct sso_request	 q;
	struct cookies		 cookies;

	memset(&q, 0, sizeof(q));
	d = config_door(in->part[0], in->part[1]);
	if (d == NULL) {
		response_verdict(c, VERDICT_unknown_organization);
		return true;
	}
	if (!cookies_of(in->head, &cookies)) {
		log_debug("refused cookies %s", log_id(c->id));
		response_verdict(c, VERDICT_bad_request);
		return true;
	}
	ask_host(c, in->head);
	ask_begin(c, &cookies.session, &q.request);
	q.endpoint = endpoint;
	q.organization = d->organization;
	q.connection = in->part[1].len == 0 ? "" : d->connection;
	q.post = in->head->method == METHOD_POST;
	q.query = in->head->query;
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
	done = handle(c, in, ENDPOINT_LOGIN, MESSAGE_sso_start, return_to);
	free(return_to);
	return done;
}

bool
sso_consume(struct call *c, const struct incoming *in)
{
	return handle(c, in, ENDPOINT_CONSUME, MESSAGE_sso_answer, "");
}

bool
sso_metadata(struct call *c, const struct incoming *in)
{
	return handle(c, in, ENDPOINT_METADATA, MESSAGE_sp_metadata_get, "");
}

bool
sso_logout(struct call *c, const struct incoming *in)
{
	return handle(c, in, ENDPOINT_LOGOUT, MESSAGE_sso_logout, "");
}

static void
login_cookie(struct call *c, const char *name, const char *value,
    int64_t seconds)
{
	char	 full[sizeof(LOGIN_COOKIE_PREFIX) + 8];

	if (name[0] == '\0')
		return;
	strlcpy(full, LOGIN_COOKIE_PREFIX, sizeof(full));
	strlcat(full, name, sizeof(full));
	response_cookie(c, full, value, seconds, true);
}

/* The origin of a URL, for form-action; 'none' if it has none. */
static char *
origin_of(const char *url)
{
	const char	*host;
	size_t		 len, i;
	char		*origin;

	host = strstr(url, "://");
	if (host == NULL || (strncmp(url, "https://", 8) != 0 &&
	    strncmp(url, "http://", 7) != 0))
		return strdup("'none'");
	host += 3;
	len = (size_t)(host - url) + strcspn(host, "/?#");
	if ((origin = strndup(url, len)) == NULL)
		fatal("strndup");
	for (i = 0; i < len; i++)
		if (origin[i] <= 0x20 || origin[i] >= 0x7f ||
		    strchr(";,'\"", origin[i]) != NULL) {
			free(origin);
			return strdup("'none'");
		}
	return origin;
}

/*
 * On to the identity provider.  leave: at the end of a session, whose
 * cookie goes.  What came from our own form gets a page instead of a
 * redirect, as in login.c.
 */
static void
started(struct call *c, const struct sso_started *s, bool leave, bool form)
{
	struct buffer	 page = { 0 };
	char		*origin;
	size_t		 i;

	if (s->post) {
		if ((origin = origin_of(s->url)) == NULL)
			fatal("strdup");
		page_post(&page, s, leave);
		response_begin_page(c, 200, origin);
		free(origin);
	} else if (form) {
		page_leaving(&page, s->url);
		response_begin_page(c, 200, "'none'");
	} else
		response_begin(c, 303);
	if (leave)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	login_cookie(c, s->set_cookie.name, s->set_cookie.value,
	    LIMIT_LOGIN_SECONDS);
	for (i = 0; i < s->clear.count; i++)
		login_cookie(c, s->clear.list[i], "", 0);
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
			started(c, &s, leave, leave);
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

/* Where a sign-in that succeeded ends. */
static void
arrive(struct call *c, const struct login_answer *a)
{
	const struct http_view	*v = config_current()->view;
	struct buffer		 to = { 0 };
	char			*door;

	if (a->restart) {
		door = page_door_address(a->organization, a->connection,
		    a->return_to);
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
	login_cookie(c, a->login_cookie, "", 0);
	response_redirect(c, buffer_text(&to));
	buffer_free(&to);
}

void
sso_answered(struct peer *peer, uint64_t id, struct reader *r)
{
	struct login_answer	 a;
	struct buffer		 page = { 0 };
	struct call		*c;
	int			 status;

	if (!login_answer_get(r, &a))
		fatalx("malformed login_answer");
	if ((c = pending_take(id, MESSAGE_login_answer, peer)) == NULL)
		return;
	if (a.verdict == VERDICT_ok) {
		arrive(c, &a);
		return;
	}
	status = verdict_status(a.verdict);
	page_error(&page, status, verdict_browser(a.verdict), c->id);
	response_begin_page(c, status, "'none'");
	login_cookie(c, a.login_cookie, "", 0);
	response_body(c, PAGE_TYPE, &page);
}

/* What the identity provider wanted, or has done, is done here. */
static void
logged_out(struct call *c, const struct logout_answer *a)
{
	struct buffer	 to = { 0 };
	size_t		 i;

	if (a->started.url[0] != '\0') {
		started(c, &a->started, a->ended, false);
		return;
	}
	account_address_gone(&to, a->result);
	response_begin(c, 303);
	if (a->ended)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	for (i = 0; i < a->started.clear.count; i++)
		login_cookie(c, a->started.clear.list[i], "", 0);
	response_redirect(c, buffer_text(&to));
	buffer_free(&to);
}

void
sso_logged_out(struct peer *peer, uint64_t id, struct reader *r)
{
	struct logout_answer	 a;
	struct buffer		 page = { 0 };
	struct call		*c;
	int			 status;

	if (!logout_answer_get(r, &a))
		fatalx("malformed logout_answer");
	if ((c = pending_take(id, MESSAGE_logout_answer, peer)) != NULL) {
		status = verdict_status(a.verdict);
		if (a.verdict == VERDICT_ok)
			logged_out(c, &a);
		else if (status == 403) {
			page_logout_failed(&page, c->id);
			response_begin_page(c, status, "'none'");
			response_body(c, PAGE_TYPE, &page);
		} else
			response_verdict(c, a.verdict);
	}
	logout_answer_free(&a);
}
