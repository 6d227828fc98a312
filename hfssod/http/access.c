/*
 * Forward-auth in http, the path that every request to a hub takes.  It
 * fails closed: whatever is missing, repeated or malformed is 403.  Must
 * never decide anything: policy does.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/access.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/forwarded.h"
#include "hfssod/http/identity.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"

static struct writer	 question;
static char		 path[LIMIT_REQUEST_LINE + 1];

static void
plain_answer(struct call *c, int status)
{
	response_begin(c, status);
	buffer_string(c->to, "Cache-Control: no-store\r\n");
	response_end(c);
}

static void
refuse(struct call *c, const char *why)
{
	log_info("forward-auth refused for %s: %s %s",
	    address_text(&c->client), why, log_id(c->id));
	plain_answer(c, 403);
}

/* Ask policy.  False: it has too much to do. */
static bool
ask(struct call *c, const struct incoming *in, const struct forwarded *f)
{
	struct access_check	 check;
	struct cookies		 cookies;
	struct peer		*policy;

	if (!cookies_of(in->head, &cookies)) {
		refuse(c, "malformed or repeated session cookie");
		return true;
	}
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL) {
		plain_answer(c, 503);
		return true;
	}
	if (!pending_room(policy, sizeof(path)))
		return false;
	memcpy(c->host, f->host, strlen(f->host) + 1);
	ask_begin(c, &cookies.session, &check.request);
	memcpy(path, f->path.data, f->path.len);
	path[f->path.len] = '\0';
	check.safe = f->safe;
	check.path = path;
	check.plain = f->plain;
	if (question.most == 0)
		wire_init(&question, LIMIT_MESSAGE);
	wire_reset(&question);
	access_check_put(&question, &check);
	pending_send(c, policy, NULL, MESSAGE_access_check, &question);
	return true;
}

static bool
trusted(const struct call *c)
{
	const struct http_view	*v = config_current()->view;

	return forwarded_proxy(&c->conn->peer, v->proxies, v->proxy_count);
}

bool
access_request(struct call *c, const struct incoming *in)
{
	struct forwarded	 f;

	if (!trusted(c)) {
		refuse(c, "not asked by a configured proxy");
		return true;
	}
	if (!forwarded_request(in->head, config_current()->https, &f)) {
		refuse(c, f.why);
		return true;
	}
	return ask(c, in, &f);
}

/* A person's browser that goes to a page, so that a redirect helps. */
static bool
navigation(const struct head *h, const struct forwarded *f)
{
	struct bytes	 v;

	if (!f->get || head_times(h, FIELD_X_REQUESTED_WITH) > 0)
		return false;
	if (head_times(h, FIELD_SEC_FETCH_MODE) > 0 &&
	    (!head_once(h, FIELD_SEC_FETCH_MODE, &v) ||
	    !bytes_are(v, "navigate")))
		return false;
	return head_once(h, FIELD_ACCEPT, &v) && v.len >= 9 &&
	    memmem(v.data, v.len, "text/html", 9) != NULL;
}

/* The sign-in page that comes back to this request; kept in the call. */
static void
keep_login(struct call *c, const struct forwarded *f)
{
	const struct http_view	*v = config_current()->view;
	struct buffer		 to = { 0 };
	char			*encoded, *uri;

	/* Another host can't get the cookie: no use to send it there. */
	if (strcmp(f->host, v->public_host) != 0)
		return;
	buffer_string(&to, v->public_url);
	buffer_string(&to, v->prefix);
	buffer_string(&to, "/login");
	if (f->uri.len <= LIMIT_RETURN_TO) {
		uri = strndup((const char *)f->uri.data, f->uri.len);
		if (uri == NULL)
			fatal("strndup");
		encoded = percent_encode(uri, "");
		buffer_string(&to, "?return=");
		buffer_string(&to, encoded);
		free(encoded);
		free(uri);
	}
	call_keep(c, buffer_text(&to));
	buffer_free(&to);
}

bool
access_forward(struct call *c, const struct incoming *in)
{
	struct forwarded	 f;

	if (!trusted(c)) {
		refuse(c, "not asked by a configured proxy");
		return true;
	}
	if (!forwarded_forward(in->head, &f)) {
		refuse(c, f.why);
		return true;
	}
	if (navigation(in->head, &f))
		keep_login(c, &f);
	return ask(c, in, &f);
}

static void
signin(struct call *c)
{
	if (c->kept == NULL) {
		plain_answer(c, 401);
		return;
	}
	response_begin(c, 302);
	response_header(c, "Location", c->kept);
	response_header(c, "Cache-Control", "no-store");
	response_end(c);
}

static void
pass(struct call *c, const struct access_answer *a)
{
	static const char	 no_store[] = "Cache-Control: no-store\r\n";
	struct buffer		*b;

	b = response_begin(c, 200);
	buffer_add(b, no_store, sizeof(no_store) - 1);
	identity_headers(b, config_names(c->host), a,
	    config_current()->view->groups_max);
	response_end(c);
}

void
access_answered(struct peer *peer, uint64_t id, struct reader *r)
{
	struct access_answer	 a;
	struct call		*c;

	if (!access_answer_get(r, &a))
		fatalx("malformed access_answer");
	if ((c = pending_take(id, MESSAGE_access_answer, peer)) != NULL) {
		if (a.verdict == VERDICT_ok)
			pass(c, &a);
		else if (a.verdict == VERDICT_signin_required ||
		    a.verdict == VERDICT_session_expired)
			signin(c);
		else if (verdict_status(a.verdict) >= 500)
			plain_answer(c, 503);
		else
			plain_answer(c, 403);
	}
	access_answer_free(&a);
}
