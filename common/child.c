/*
 * The life of a child: beginning, the loop by turns, the end.  Every
 * child.  Must never serve anybody before it is in its sandbox.
 */
#include <sys/types.h>

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/child_self.h"
#include "common/generation.h"
#include "common/log.h"
#include "common/sandbox.h"

#define PARENT_FD	3
#define FLUSH_MS	1000		/* at the very end */

struct child_self	 child_self;

static size_t
largest_message(void)
{
	const struct message_info	*info;
	unsigned int			 i;
	size_t				 most = 0;

	for (i = 1; i < MESSAGE_MAX; i++) {
		info = message_info(i);
		if (info->most > most)
			most = info->most;
	}
	return most;
}

/* Blocking: wait until the socket is ready for what is said. */
static void
wait_for(short events, int ms)
{
	struct pollfd	 pfd = { PARENT_FD, events, 0 };

	if (poll(&pfd, 1, ms) == -1 && errno != EINTR)
		fatal("poll");
}

static void
say_hello(void)
{
	struct writer	 w;

	wire_init(&w, 256);
	wire_put_u64(&w, message_table_hash());
	wire_put_string(&w, HFSSOD_VERSION);
	imsgbuf_put(child_self.parent.buf, MESSAGE_hello, 0, -1, w.data, w.len);
	wire_free(&w);
	while (imsgbuf_queued(child_self.parent.buf) > 0) {
		if (imsgbuf_write(child_self.parent.buf) == -1)
			exit(0);
		wait_for(POLLOUT, 100);
	}
}

/* The first message must be setup; it is kept, since setup points into it. */
static void
hear_setup(void)
{
	struct imsg	 m;
	struct reader	 r;
	int		 got;

	while ((got = imsgbuf_get(child_self.parent.buf, &m)) == 0) {
		wait_for(POLLIN, -1);
		if (imsgbuf_read(child_self.parent.buf) <= 0)
			exit(0);
	}
	if (got == -1 || m.type != MESSAGE_setup)
		fatalx("parent did not begin with setup");
	if ((child_self.setup_octets = malloc(m.data.len)) == NULL)
		fatal("malloc");
	memcpy(child_self.setup_octets, m.data.data, m.data.len);
	child_self.setup_len = m.data.len;
	wire_read(&r, child_self.setup_octets, child_self.setup_len);
	if (!setup_get(&r, &child_self.setup))
		fatalx("setup is malformed");
}

static void
signals(void)
{
	static const int	 ignored[] = { SIGHUP, SIGINT, SIGTERM, SIGPIPE,
				    SIGUSR1, SIGUSR2 };
	size_t			 i;

	/* Parent ends its children, in its order, whoever signals a group. */
	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
}

static void
begin(const struct child *ops)
{
	struct event_config	*config;
	const struct handler	*h;
	struct writer		 w;

	child_self.ops = ops;
	child_self.most = largest_message();
	for (h = ops->handlers; h->message != MESSAGE_none; h++)
		child_self.handlers[h->message] = h->fn;
	child_self.parent.kinds = KIND_PARENT;
	child_self.parent.group = "";
	child_self.parent.ready = true;
	peer_attach(&child_self.parent, PARENT_FD);
	say_hello();
	hear_setup();
	log_init(child_self.setup.name, STDERR_FILENO, child_self.setup.syslog ?
	    LOG_FORM_SYSLOG : LOG_FORM_PLAIN);
	log_setverbose(child_self.setup.verbose);
	if ((config = event_config_new()) == NULL ||
	    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK |
	    EVENT_BASE_FLAG_IGNORE_ENV) == -1 ||
	    (child_self.base = event_base_new_with_config(config)) == NULL)
		fatalx("event base");
	event_config_free(config);
	peer_watch(&child_self.parent);
	/* The first use of the time zone looks for a file. */
	tzset();
	if (ops->start != NULL)
		ops->start(&child_self.setup);
	wire_init(&w, 4);
	wire_put_u32(&w, sandbox_enter(&child_self.setup));
	if (ops->begin != NULL)
		ops->begin(&child_self.setup);
	peer_send(NULL, MESSAGE_sandboxed, 0, &w);
	wire_free(&w);
}

void
child_main(int argc, char **argv, const struct child *ops)
{
	log_init(argc > 1 ? argv[1] : getprogname(), STDERR_FILENO,
	    LOG_FORM_PLAIN);
	signals();
	begin(ops);
	peers_flush();
	/* What came with setup is already buffered. */
	peer_dispatch(&child_self.parent, (unsigned int)-1);
	for (;;) {
		peers_flush();
		peers_reap();
		if (event_base_loop(child_self.base, EVLOOP_ONCE |
		    (peers_more() ? EVLOOP_NONBLOCK : 0)) == -1)
			fatalx("event loop");
		if (ops->turn != NULL)
			ops->turn();
	}
}

void
child_exit(void)
{
	struct pollfd	 pfd;
	struct peer	*p;

	/* What was answered is worth a moment's wait. */
	for (p = child_self.peers; p != NULL; p = p->next) {
		if (peer_dead(p) || imsgbuf_write(p->buf) == -1)
			continue;
		while (imsgbuf_queued(p->buf) > 0) {
			pfd.fd = imsgbuf_fd(p->buf);
			pfd.events = POLLOUT;
			if (poll(&pfd, 1, FLUSH_MS) <= 0 ||
			    imsgbuf_write(p->buf) == -1)
				break;
		}
	}
	(void)imsgbuf_write(child_self.parent.buf);
	generation_free(child_self.staged);
	generation_free(child_self.current);
	exit(0);
}

struct event_base *
child_base(void)
{
	return child_self.base;
}

const struct setup *
child_setup(void)
{
	return &child_self.setup;
}
