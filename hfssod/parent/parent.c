/*
 * The daemon's life: start, ready, reload, stop.  In parent, which keeps
 * its privileges and therefore never touches a byte from the network.
 */
#include <sys/resource.h>

#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "hfssod/parent/background.h"
#include "hfssod/parent/children.h"
#include "hfssod/parent/control.h"
#include "hfssod/parent/generation.h"
#include "hfssod/parent/joining.h"
#include "hfssod/parent/notify.h"
#include "hfssod/parent/parent.h"
#include "hfssod/parent/place.h"

#define TEXT_MOST	4000	/* of a reason that hfssoctl is told */
#define STAGE_MS	5000	/* for a stage without a drain of its own */
#define GRACE_MS	1000	/* beyond what a child was given */

/* Who ends when: those that take in first, the store last. */
static const unsigned int	 stages[] = {
	KIND_HTTP, KIND_VERIFIER, KIND_FETCH, KIND_READER, KIND_POLICY, 0
};

static struct {
	const struct options	*options;
	struct event_base	*base;
	int			 log_fd;
	bool			 verbose;
	int64_t			 born;
	bool			 ready;
	bool			 reload_again;	/* SIGHUP came too early */
	bool			 stopping;
	bool			 staged;	/* stages have begun */
	unsigned int		 stage;
	struct event		*stage_timer;
	int			 code;		/* exit code */
} self;

static void	 stop_stage(void);

const struct options *
parent_options(void)
{
	return self.options;
}

struct event_base *
parent_base(void)
{
	return self.base;
}

int
parent_log_fd(void)
{
	return self.log_fd;
}

bool
parent_verbose(void)
{
	return self.verbose;
}

void
parent_set_verbose(bool verbose)
{
	self.verbose = verbose;
	log_setverbose(verbose);
}

bool
parent_stopping(void)
{
	return self.stopping;
}

int64_t
parent_born(void)
{
	return self.born;
}

/* SIGHUP: now, or when what is under way is done. */
static void
reload(void)
{
	char	*why;

	if (self.stopping)
		return;
	self.reload_again = !self.ready || generation_pending();
	if (self.reload_again)
		return;
	if ((why = parent_reload()) != NULL)
		log_warnx("reload: the configuration stays as it was");
	free(why);
}

static void
errors_log(const struct errors *e)
{
	size_t	 i;

	for (i = 0; i < e->count; i++)
		log_warnx("%s", e->list[i]);
}

/* --- progress ----------------------------------------------------------- */

/* Hand out listen sockets: last, so that whoever connects is served. */
static void
hand_out(void)
{
	struct seat	*s;

	TAILQ_FOREACH(s, children_seats(), entry) {
		if ((s->kinds & KIND_HTTP) == 0 || s->state != SEAT_UP ||
		    s->listening ||
		    !joining_done(s, self.ready ? KIND_POLICY : ~0u))
			continue;
		s->listening = true;
		seat_send(s, MESSAGE_listen_socket, 0,
		    place_socket(s->listen), NULL);
	}
}

void
parent_progress(void)
{
	struct seat	*s;

	hand_out();
	if (self.ready)
		return;
	TAILQ_FOREACH(s, children_seats(), entry) {
		if (s->state != SEAT_UP || !joining_done(s, ~0u) ||
		    ((s->kinds & KIND_HTTP) != 0 && !s->listening))
			return;
	}
	self.ready = true;
	log_info("ready (%lld ms)", (long long)(clock_ms() - self.born));
	notify_send("READY=1");
	background_ready();
	if (self.reload_again)
		reload();
}

void
parent_committed(void)
{
	if (self.options->check) {
		self.stopping = true;
		children_kill(~0u);
		event_base_loopbreak(self.base);
		fprintf(stderr, "configuration ok\n");
		return;
	}
	if (!self.ready)
		return;
	log_info("configuration reloaded");
	notify_send("READY=1");
	control_reloaded(NULL);
	if (self.reload_again)
		reload();
}

void
parent_aborted(const char *why)
{
	if (!self.ready) {
		parent_fail("%s: %s", self.options->path, why);
		return;
	}
	log_warnx("reload: %s", why);
	notify_send("READY=1");
	control_reloaded(why);
	if (self.reload_again)
		reload();
}

char *
parent_reload(void)
{
	struct errors	 e = { 0, NULL };
	struct conf	*c;
	char		*text;

	if (self.stopping || !self.ready || generation_pending()) {
		if ((text = strdup("not now: a reload, start or stop is "
		    "under way")) == NULL)
			fatal("reload");
		return text;
	}
	notify_reloading();
	c = conf_load(self.options->path, &self.options->macros,
	    geteuid() == 0, &e);
	if (c != NULL)
		conf_fixed(generation_conf(), c, &e);
	if (c != NULL && e.count > 0)
		conf_free(c);
	else if (c != NULL && generation_begin(c, &e)) {
		errors_free(&e);
		return NULL;
	}
	errors_log(&e);
	text = errors_text(&e, TEXT_MOST);
	errors_free(&e);
	notify_send("READY=1");
	return text;
}

/* --- stopping ----------------------------------------------------------- */

void
parent_fail(const char *fmt, ...)
{
	char	 text[4096];
	va_list	 ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_warnx("%s", text);
	if (self.options->check)
		log_warnx("configuration refused");
	background_failed(text);
	self.code = 1;
	self.stopping = true;
	children_kill(~0u);
	event_base_loopbreak(self.base);
}

void
parent_stop(void)
{
	if (self.stopping || !self.ready) {
		log_info("stopping at once");
		self.stopping = true;
		children_kill(~0u);
		event_base_loopbreak(self.base);
		return;
	}
	log_info("stopping");
	notify_send("STOPPING=1");
	self.stopping = true;
	self.staged = true;
	place_unlisten();
	stop_stage();
}

/* Go on with the next kind of child that has a process. */
static void
stop_stage(void)
{
	struct timeval	 tv;
	int64_t		 ms;

	for (; stages[self.stage] != 0; self.stage++) {
		ms = stages[self.stage] == KIND_HTTP ?
		    generation_conf()->drain * 1000 : STAGE_MS;
		if (!children_drain(stages[self.stage], (uint64_t)ms))
			continue;
		ms += GRACE_MS;
		tv.tv_sec = ms / 1000;
		tv.tv_usec = 0;
		evtimer_add(self.stage_timer, &tv);
		return;
	}
	event_base_loopbreak(self.base);
}

static void
stage_over(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	log_warnx("children that did not end in time: killed");
	children_kill(stages[self.stage]);
}

void
parent_child_gone(void)
{
	if (!self.staged || children_alive(stages[self.stage]))
		return;
	evtimer_del(self.stage_timer);
	self.stage++;
	stop_stage();
}

/* --- signals ------------------------------------------------------------ */

static void
on_signal(int sig, short what, void *arg)
{
	(void)what;
	(void)arg;
	switch (sig) {
	case SIGCHLD:
		children_reap();
		break;
	case SIGHUP:
		reload();
		break;
	default:
		parent_stop();
		break;
	}
}

static void
signals_init(void)
{
	static const int	 heard[] = { SIGCHLD, SIGHUP, SIGTERM, SIGINT };
	struct event		*ev;
	size_t			 i;

	for (i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		ev = evsignal_new(self.base, heard[i], on_signal, NULL);
		if (ev == NULL || event_add(ev, NULL) == -1)
			fatalx("signals");
	}
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	signal(SIGUSR2, SIG_IGN);
}

/* --- the run ------------------------------------------------------------ */

/* No core with keys in it, and a descriptor for every file there is. */
static void
limits_init(void)
{
	struct rlimit	 rl = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &rl);
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0) {
		rl.rlim_cur = rl.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &rl);
	}
}

static bool
log_start(const struct options *o, struct errors *e)
{
	self.log_fd = STDERR_FILENO;
	if (o->foreground || o->check)
		return true;
	if ((self.log_fd = place_syslog()) == -1) {
		errors_add(e, NULL, "/dev/log: %s (use -d for a log on "
		    "stderr)", strerror(errno));
		return false;
	}
	return true;
}

/* All that may be refused before the first child; takes over the conf. */
static bool
begin(const struct options *o, struct conf *c, struct errors *e)
{
	if (!place_ready(o, c, e) || !log_start(o, e) ||
	    (!o->check && !place_listen(c, e))) {
		conf_free(c);
		return false;
	}
	if (!o->foreground && !o->check)
		background_enter();
	if ((self.base = event_base_new()) == NULL)
		fatalx("event base");
	self.stage_timer = evtimer_new(self.base, stage_over, NULL);
	signals_init();
	children_init(c, o->check);
	joining_init();
	if (!o->check && !control_open(c, e)) {
		conf_free(c);
		return false;
	}
	return generation_begin(c, e);
}

int
parent_run(const struct options *o, struct conf *c)
{
	struct errors	 e = { 0, NULL };
	char		*text;

	self.options = o;
	self.born = clock_ms();
	parent_set_verbose(o->verbose && !o->check);
	limits_init();
	notify_init();
	if (!begin(o, c, &e)) {
		errors_log(&e);
		text = errors_text(&e, TEXT_MOST);
		background_failed(text);
		free(text);
		errors_free(&e);
		control_close();
		return 1;
	}
	errors_free(&e);
	if (self.log_fd != STDERR_FILENO)
		log_init("parent", self.log_fd, LOG_FORM_SYSLOG);
	children_start();
	event_base_dispatch(self.base);
	/* Who starts us again finds sockets, store and binaries free. */
	children_end();
	control_close();
	log_debug("parent ends");
	return self.code;
}
