/*
 * The logout addresses of http.  What comes there goes to the verifier as
 * it is; only the shape of the answer is settled here.  Must never let an
 * answer to a frame or a machine say whether anybody was signed in.
 */
#include "common/exchange.h"
#include "common/form.h"
#include "common/log.h"
#include "hfssod/http/account.h"
#include "hfssod/http/page.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"
#include "hfssod/http/signout.h"
#include "hfssod/http/sso.h"

bool
signout_message(struct call *c, const struct incoming *in)
{
	return sso_hand_over(c, in, ENDPOINT_LOGOUT, MESSAGE_sso_logout, "");
}

/*
 * Whether a provider's page has it in a frame (OpenID Connect Front-Channel
 * Logout 2): it says whose session, and we have not asked for it.
 */
static bool
framed(struct bytes query)
{
	struct form	 form;
	bool		 yes;

	yes = form_parse(&form, query.data, query.len) &&
	    form_find(&form, "state", NULL) == NULL &&
	    (form_find(&form, "iss", NULL) != NULL ||
	    form_find(&form, "sid", NULL) != NULL);
	form_free(&form);
	return yes;
}

bool
signout_return(struct call *c, const struct incoming *in)
{
	if (framed(in->head->query))
		c->shape = SHAPE_FRAME;
	return sso_hand_over(c, in, ENDPOINT_LOGOUT, MESSAGE_sso_logout, "");
}

bool
signout_backchannel(struct call *c, const struct incoming *in)
{
	return sso_hand_over(c, in, ENDPOINT_BACKCHANNEL, MESSAGE_sso_logout,
	    "");
}

/* What the identity provider wanted, or has done, is done here. */
static void
done_page(struct call *c, const struct logout_answer *a)
{
	struct buffer	 to = { 0 };
	size_t		 i;

	if (a->started.url[0] != '\0') {
		sso_go(c, &a->started, a->ended, false);
		return;
	}
	account_address_gone(&to, a->result);
	response_begin(c, 303);
	if (a->ended)
		response_cookie(c, SESSION_COOKIE, "", 0, false);
	for (i = 0; i < a->started.clear.count; i++)
		sso_login_cookie(c, a->started.clear.list[i], "", 0);
	response_redirect(c, buffer_text(&to));
	buffer_free(&to);
}

/* OpenID Connect Back-Channel Logout 2.8. */
static void
done_machine(struct call *c, const struct logout_answer *a)
{
	(void)a;
	response_begin(c, 200);
	response_header(c, "Cache-Control", "no-store");
	response_end(c);
}

static void
done_frame(struct call *c, const struct logout_answer *a)
{
	response_begin(c, 200);
	response_frame(c, true, a->ended);
}

static void	(*const done[SHAPE_MAX])(struct call *,
		    const struct logout_answer *) = {
	[SHAPE_PAGE] = done_page,
	[SHAPE_MACHINE] = done_machine,
	[SHAPE_FRAME] = done_frame
};

static void
refused(struct call *c, enum verdict v)
{
	struct buffer	 page = { 0 };
	int		 status;

	status = verdict_status(v);
	if (c->shape != SHAPE_PAGE || status != 403) {
		response_verdict(c, v);
		return;
	}
	page_logout_failed(&page, c->id);
	response_begin_page(c, status, "'none'");
	response_body(c, PAGE_TYPE, &page);
}

void
signout_answered(struct peer *peer, uint64_t id, struct reader *r)
{
	struct logout_answer	 a;
	struct call		*c;

	if (!logout_answer_get(r, &a))
		fatalx("malformed logout_answer");
	c = pending_take(id, MESSAGE_logout_answer, peer);
	if (c != NULL && a.verdict == VERDICT_ok)
		done[c->shape](c, &a);
	else if (c != NULL)
		refused(c, a.verdict);
	logout_answer_free(&a);
}
