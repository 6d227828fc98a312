/*
 * hfssod-http: the process that clients speak to.  It takes requests
 * apart, asks verifier and policy, and writes answers.  Must never see the
 * store or a key but its own TLS key, parse SAML, make an identity, or
 * keep a session.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <tls.h>

#include "common/child.h"
#include "common/log.h"
#include "hfssod/http/access.h"
#include "hfssod/http/account.h"
#include "hfssod/http/config.h"
#include "hfssod/http/conn.h"
#include "hfssod/http/listen.h"
#include "hfssod/http/now.h"
#include "hfssod/http/page.h"
#include "hfssod/http/pending.h"
#include "hfssod/http/response.h"
#include "hfssod/http/scim_call.h"
#include "hfssod/http/signout.h"
#include "hfssod/http/sso.h"

static struct event	 second;
static struct event	 end;		/* of draining */
static bool		 ticking;	/* the timer is on */
static bool		 draining;

static void
sweep(int fd, short what, void *arg)
{
	int64_t	 now;

	(void)fd;
	(void)what;
	(void)arg;
	now = now_ms();
	pending_expire(now);
	conn_sweep(now);
	listen_sweep();
}

static void
cut_off(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	log_info("%zu connections cut off", conn_count());
	child_exit();
}

/* The timer runs only while there is something to look after. */
static void
tick(void)
{
	static const struct timeval	 one = { 1, 0 };
	bool				 need;

	need = conn_count() > 0 || pending_any();
	if (need == ticking)
		return;
	if (need)
		event_add(&second, &one);
	else
		event_del(&second);
	ticking = need;
}

static void
start(const struct setup *s)
{
	(void)s;
	/* Loads what libtls and libcrypto would open files for later. */
	if (tls_init() == -1)
		fatalx("tls_init");
	tls_free(tls_server());
}

static void
unavailable(struct call *c)
{
	if (c->owner != NULL)
		c->owner->lost(c);
	else if (!account_lost(c))
		response_verdict(c, VERDICT_unavailable);
}

static void
begin(const struct setup *s)
{
	(void)s;
	pending_init(unavailable);
	if (event_assign(&second, child_base(), -1, EV_PERSIST, sweep,
	    NULL) == -1 || event_assign(&end, child_base(), -1, 0, cut_off,
	    NULL) == -1)
		fatalx("event_assign");
}

static void
commit(void)
{
	config_commit();
	page_prefix(config_current()->view->prefix);
	if (!draining && !child_setup()->check)
		listen_start();
}

static void
turn(void)
{
	conn_turn();
	while (scim_turn())
		conn_turn();
	now_forget();
	tick();
	if (draining && conn_count() == 0)
		child_exit();
}

static void
drain(uint64_t ms)
{
	struct timeval	 tv;

	log_debug("draining %zu connections", conn_count());
	draining = true;
	tv.tv_sec = (time_t)(ms / 1000);
	tv.tv_usec = (suseconds_t)(ms % 1000 * 1000);
	event_add(&end, &tv);
	response_set_last();
	listen_stop();
	conn_drain();
}

static const struct handler handlers[] = {
	{ MESSAGE_access_answer,	access_answered },
	{ MESSAGE_sso_started,		sso_started },
	{ MESSAGE_sp_metadata,		sso_metadata_got },
	{ MESSAGE_login_answer,		sso_answered },
	{ MESSAGE_logout_answer,	signout_answered },
	{ MESSAGE_session_shown,	account_shown },
	{ MESSAGE_session_ended,	account_ended },
	{ MESSAGE_scim_answer,		scim_answer_got },
	{ MESSAGE_scim_listed,		scim_listed_got },
	{ MESSAGE_scim_members_page,	scim_members_got },
	{ MESSAGE_link_changed,		scim_links_got },
	{ MESSAGE_none,			NULL }
};

static const struct child http = {
	.handlers = handlers,
	.start = start,
	.begin = begin,
	.prepare = config_prepare,
	.commit = commit,
	.abort = config_abort,
	.joined = pending_joined,
	.lost = pending_lost,
	.listening = listen_add,
	.turn = turn,
	.drain = drain
};

int
main(int argc, char **argv)
{
	child_main(argc, argv, &http);
}
