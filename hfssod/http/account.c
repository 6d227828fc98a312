/*
 * The account and logout pages of http.  Must never end a session without
 * the form token of that session.
 */
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/exchange.h"
#include "common/form.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/http/account.h"
#include "hfssod/http/ask.h"
#include "hfssod/http/config.h"
#include "hfssod/http/page.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"

enum purpose {
	PURPOSE_NONE,
	PURPOSE_ACCOUNT,
	PURPOSE_LEAVE,		/* ask: really? */
	PURPOSE_END,		/* the session is to end */
	PURPOSE_ENDED		/* it has; the verifier may know where next */
};

#define QUESTION_MOST	1024

/* To a page of ours; the session cookie goes if it is worth nothing. */
static void
go(struct call *c, const char *page, const char *query, bool clear)
{
	const char	*prefix = config_current()->view->prefix;
	struct buffer	 to = { 0 };
	char		*encoded;

	buffer_string(&to, prefix);
	buffer_string(&to, page);
	if (query != NULL) {
		if ((encoded = percent_encode(prefix, "")) == NULL)
			fatal("percent_encode");
		buffer_printf(&to, "?return=%s%s", encoded, query);
		free(encoded);
	}
	response_begin(c, 303);
	if (clear)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	response_redirect(c, buffer_text(&to));
	buffer_free(&to);
}

/* Nobody is signed in here. */
static void
nobody(struct call *c, enum purpose purpose, bool clear)
{
	if (purpose == PURPOSE_ACCOUNT)
		go(c, "/login", "%2Faccount", clear);
	else
		go(c, "/signed-out", NULL, clear);
}

/* Begin a question to policy; NULL when it was answered already. */
static struct peer *
begin(struct call *c, const struct incoming *in, enum purpose purpose,
    struct request *r)
{
	struct cookies	 cookies;
	struct peer	*policy;

	c->purpose = purpose;
	if (!cookies_of(in->head, &cookies)) {
		response_verdict(c, VERDICT_bad_request);
		return NULL;
	}
	if (cookies.session.len == 0) {
		nobody(c, purpose, false);
		return NULL;
	}
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL) {
		response_verdict(c, VERDICT_unavailable);
		return NULL;
	}
	ask_host(c, in->head);
	ask_begin(c, &cookies.session, r);
	return policy;
}

static bool
show(struct call *c, const struct incoming *in, enum purpose purpose)
{
	struct request	 r;
	struct writer	 w;
	struct peer	*policy;

	if ((policy = begin(c, in, purpose, &r)) == NULL)
		return true;
	if (!pending_room(policy, QUESTION_MOST))
		return false;
	wire_init(&w, LIMIT_MESSAGE);
	request_put(&w, &r);
	pending_send(c, policy, NULL, MESSAGE_session_show, &w);
	wire_free(&w);
	return true;
}

bool
account_page(struct call *c, const struct incoming *in)
{
	return show(c, in, PURPOSE_ACCOUNT);
}

bool
account_leave(struct call *c, const struct incoming *in)
{
	return show(c, in, PURPOSE_LEAVE);
}

/* The form token; NULL if the form is not ours. */
static char *
token_of(const struct incoming *in)
{
	const struct form_field	*f;
	struct form		 form;
	char			*token = NULL;
	bool			 twice;

	if (form_parse(&form, in->body.data, in->body.len)) {
		f = form_find(&form, "token", &twice);
		if (f != NULL && !twice && f->len > 0 &&
		    f->len <= 2 * LIMIT_TOKEN &&
		    (token = strdup(f->value)) == NULL)
			fatal("strdup");
	}
	form_free(&form);
	return token;
}

bool
account_left(struct call *c, const struct incoming *in)
{
	struct session_end	 e;
	struct writer		 w;
	struct peer		*policy;
	char			*token;

	if ((policy = begin(c, in, PURPOSE_END, &e.request)) == NULL)
		return true;
	if (!pending_room(policy, QUESTION_MOST))
		return false;
	if ((token = token_of(in)) == NULL) {
		response_verdict(c, VERDICT_token_mismatch);
		return true;
	}
	e.form_token = token;
	wire_init(&w, LIMIT_MESSAGE);
	session_end_put(&w, &e);
	pending_send(c, policy, NULL, MESSAGE_session_end, &w);
	wire_free(&w);
	freezero(token, strlen(token));
	return true;
}

/* What the identity provider said of its own session, for the query. */
static const char *const results[LOGOUT_MAX] = {
	"", "?idp=done", "?idp=partial", "?idp=failed"
};

bool
account_signed_out(struct call *c, const struct incoming *in)
{
	const struct bytes	 query = in->head->query;
	struct buffer		 page = { 0 };
	enum logout_result	 result;

	for (result = LOGOUT_MAX - 1; result > LOGOUT_HERE; result--)
		if (query.len == strlen(results[result]) - 1 &&
		    memcmp(query.data, results[result] + 1, query.len) == 0)
			break;
	page_signed_out(&page, result);
	response_begin_page(c, 200, "'self'");
	response_body(c, PAGE_TYPE, &page);
	return true;
}

void
account_shown(struct peer *peer, uint64_t id, struct reader *r)
{
	struct session_view	 v;
	struct buffer		 page = { 0 };
	struct call		*c;

	if (!session_view_get(r, &v))
		fatalx("malformed session_shown");
	if ((c = pending_take(id, MESSAGE_session_shown, peer)) == NULL)
		goto done;
	if (v.verdict == VERDICT_signin_required ||
	    v.verdict == VERDICT_session_expired) {
		nobody(c, (enum purpose)c->purpose, true);
		goto done;
	}
	if (v.verdict != VERDICT_ok) {
		response_verdict(c, v.verdict);
		goto done;
	}
	if (c->purpose == PURPOSE_LEAVE)
		page_leave(&page, &v);
	else
		page_account(&page, &v);
	response_begin_page(c, 200, "'self'");
	response_body(c, PAGE_TYPE, &page);
done:
	session_view_free(&v);
}

void
account_address_gone(struct buffer *b, enum logout_result result)
{
	buffer_string(b, config_current()->view->prefix);
	buffer_string(b, "/signed-out");
	buffer_string(b, results[result]);
}

void
account_gone(struct call *c)
{
	go(c, "/signed-out", NULL, true);
}

bool
account_leaving(const struct call *c)
{
	return c->purpose == PURPOSE_END || c->purpose == PURPOSE_ENDED;
}

bool
account_lost(struct call *c)
{
	if (c->purpose != PURPOSE_ENDED)
		return false;
	account_gone(c);
	return true;
}

void
account_ended(struct peer *peer, uint64_t id, struct reader *r)
{
	struct session_ended	 ended;
	struct call		*c;

	if (!session_ended_get(r, &ended))
		fatalx("malformed session_ended");
	if ((c = pending_take(id, MESSAGE_session_ended, peer)) == NULL)
		return;
	if (ended.verdict == VERDICT_ok && ended.follows) {
		c->purpose = PURPOSE_ENDED;
		pending_follow(c);
	} else if (ended.verdict == VERDICT_ok ||
	    ended.verdict == VERDICT_signin_required ||
	    ended.verdict == VERDICT_session_expired)
		account_gone(c);
	else
		response_verdict(c, ended.verdict);
}
