/*
 * Generations of the configuration.  In parent.  Must never send a child
 * anything that was not read when the generation was made.
 */
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/memfile.h"
#include "hfssod/parent/conf_file.h"
#include "hfssod/parent/conf_view.h"
#include "hfssod/parent/generation.h"
#include "hfssod/parent/parent.h"

#define WAIT_UP		2		/* seconds, for children to come up */
#define WAIT_PREPARED	30		/* seconds, for all answers */

/* What one seat gets. */
struct share {
	int		 view;		/* -1: none */
	struct strings	 files;		/* names; the conf's */
};

struct stored {
	const char	*name;		/* the conf's */
	int		 fd;
};

struct generation {
	uint64_t	 number;
	struct conf	*conf;
	size_t		 file_count;
	struct stored	*files;
	size_t		 share_count;
	struct share	*shares;	/* by index of the seat */
};

static struct {
	struct generation	*committed;
	struct generation	*pending;
	bool			 asked;		/* the children */
	uint64_t		 last;		/* number given */
	struct event		*timer;
} now;

static void	 pending_ask(void);
static void	 pending_commit(void);
static void	 pending_abort(const char *);
static void	 pending_timer(int, short, void *);

/* --- making one -------------------------------------------------------- */

static void
generation_free(struct generation *g)
{
	size_t	 i;

	if (g == NULL)
		return;
	for (i = 0; i < g->file_count; i++)
		close(g->files[i].fd);
	for (i = 0; i < g->share_count; i++) {
		if (g->shares[i].view != -1)
			close(g->shares[i].view);
		strings_free(&g->shares[i].files);
	}
	free(g->files);
	free(g->shares);
	conf_free(g->conf);
	free(g);
}

/* Read every file that is named; all errors are told. */
static bool
files_read(struct generation *g, struct errors *e)
{
	struct conf_file	*f;
	size_t			 before, count;
	int			 fd;

	before = e->count;
	count = 0;
	TAILQ_FOREACH(f, &g->conf->files, entry)
		count++;
	g->files = calloc(count + 1, sizeof(*g->files));
	if (g->files == NULL)
		fatal("generation");
	TAILQ_FOREACH(f, &g->conf->files, entry) {
		if ((fd = conf_file_read(f, e)) == -1)
			continue;
		g->files[g->file_count].name = f->path;
		g->files[g->file_count++].fd = fd;
	}
	return e->count == before;
}

static const struct conf_listen *
listen_number(const struct conf *c, unsigned int number)
{
	const struct conf_listen	*l;

	TAILQ_FOREACH(l, &c->listens, entry) {
		if (number-- == 0)
			return l;
	}
	fatalx("generation: a listen line is missing");
}

static void
share_make(const struct generation *g, const struct seat *s,
    struct share *share)
{
	struct writer	 w;

	share->view = -1;
	wire_init(&w, LIMIT_VIEW);
	if (s->kinds & KIND_HTTP)
		conf_view_http(g->conf, listen_number(g->conf, s->listen),
		    &w, &share->files);
	else if (s->kinds & KIND_VERIFIER)
		conf_view_verifier(g->conf, s->group, &w, &share->files);
	else if (s->kinds & KIND_FETCH)
		conf_view_fetch(g->conf, s->group, &w, &share->files);
	else if (s->kinds & KIND_POLICY)
		conf_view_policy(g->conf, &w);
	if (w.bad)
		fatalx("the configuration is too large");
	if (w.len > 0 && (share->view = memfile_make(w.data, w.len)) == -1)
		fatal("generation");
	wire_free(&w);
}

bool
generation_begin(struct conf *c, struct errors *e)
{
	struct generation	*g;
	struct seat		*s;
	struct timeval		 tv = { WAIT_UP, 0 };

	if ((g = calloc(1, sizeof(*g))) == NULL)
		fatal("generation");
	g->conf = c;
	if (!files_read(g, e)) {
		generation_free(g);
		return false;
	}
	TAILQ_FOREACH(s, children_seats(), entry)
		g->share_count++;
	g->shares = calloc(g->share_count + 1, sizeof(*g->shares));
	if (g->shares == NULL)
		fatal("generation");
	TAILQ_FOREACH(s, children_seats(), entry)
		share_make(g, s, &g->shares[s->index]);
	g->number = ++now.last;
	now.pending = g;
	now.asked = false;
	if (now.timer == NULL && (now.timer = evtimer_new(parent_base(),
	    pending_timer, NULL)) == NULL)
		fatalx("generation");
	if (now.committed != NULL) {
		evtimer_add(now.timer, &tv);
		pending_ask();
	}
	return true;
}

bool
generation_pending(void)
{
	return now.pending != NULL;
}

const struct conf *
generation_conf(void)
{
	return now.committed != NULL ? now.committed->conf :
	    now.pending->conf;
}

/* --- giving it to a child ---------------------------------------------- */

static int
again(int fd)
{
	int	 copy;

	if ((copy = fcntl(fd, F_DUPFD_CLOEXEC, 3)) == -1)
		fatal("generation");
	return copy;
}

static void
file_give(const struct generation *g, struct seat *s, const char *name)
{
	struct writer	 w;
	size_t		 i;

	for (i = 0; i < g->file_count; i++) {
		if (strcmp(g->files[i].name, name) == 0)
			break;
	}
	if (i == g->file_count)
		fatalx("generation: %s was not read", name);
	wire_init(&w, LIMIT_MESSAGE);
	wire_put_u64(&w, g->number);
	wire_put_string(&w, name);
	seat_send(s, MESSAGE_config_file, 0, again(g->files[i].fd), &w);
	wire_free(&w);
}

static void
give(const struct generation *g, struct seat *s)
{
	const struct share	*share;
	struct writer		 w;
	size_t			 i;

	share = &g->shares[s->index];
	if (share->view != -1) {
		wire_init(&w, 8);
		wire_put_u64(&w, g->number);
		seat_send(s, MESSAGE_config_view, 0, again(share->view), &w);
		wire_free(&w);
	}
	for (i = 0; i < share->files.count; i++)
		file_give(g, s, share->files.list[i]);
	seat_send_u64(s, MESSAGE_config_prepare, g->number);
	s->asked = g->number;
}

/* --- the pending one ---------------------------------------------------- */

/* Whether this seat's answer is waited for. */
static bool
takes_part(const struct seat *s)
{
	return now.committed == NULL || s->state == SEAT_UP;
}

/* Ask all that are up, once all are or there was enough waiting. */
static void
pending_ask(void)
{
	struct seat	*s;
	struct timeval	 tv = { WAIT_PREPARED, 0 };

	if (evtimer_pending(now.timer, NULL)) {
		TAILQ_FOREACH(s, children_seats(), entry) {
			if (s->state != SEAT_UP)
				return;
		}
	}
	now.asked = true;
	evtimer_add(now.timer, &tv);
	TAILQ_FOREACH(s, children_seats(), entry) {
		if (s->state == SEAT_UP)
			give(now.pending, s);
	}
	pending_commit();
}

static void
pending_timer(int fd, short what, void *arg)
{
	struct seat	*s;
	char		 why[128];

	(void)fd;
	(void)what;
	(void)arg;
	if (now.pending == NULL)
		return;
	if (!now.asked) {
		pending_ask();
		return;
	}
	why[0] = '\0';
	TAILQ_FOREACH(s, children_seats(), entry) {
		if (takes_part(s) && s->prepared != now.pending->number) {
			snprintf(why, sizeof(why), "%s did not answer in time",
			    s->name);
			/* What it prepares too late is of no use. */
			seat_kill(s, "did not answer in time");
		}
	}
	if (now.pending != NULL)
		pending_abort(why);
}

/* Commit, if everybody who takes part has prepared. */
static void
pending_commit(void)
{
	struct generation	*old;
	struct seat		*s;

	TAILQ_FOREACH(s, children_seats(), entry) {
		if (takes_part(s) && s->prepared != now.pending->number)
			return;
	}
	/* A check stops here: nothing is taken into use. */
	if (parent_options()->check) {
		parent_committed();
		return;
	}
	evtimer_del(now.timer);
	old = now.committed;
	now.committed = now.pending;
	now.pending = NULL;
	TAILQ_FOREACH(s, children_seats(), entry) {
		if (s->prepared != now.committed->number)
			continue;
		seat_send_u64(s, MESSAGE_config_commit,
		    now.committed->number);
		/* Before anybody is told, and asks for what is new. */
		seat_flush(s);
		if (s->state == SEAT_BOOT)
			seat_up(s);
	}
	generation_free(old);
	parent_committed();
}

static void
pending_abort(const char *why)
{
	struct generation	*g;
	struct seat		*s;

	evtimer_del(now.timer);
	g = now.pending;
	now.pending = NULL;
	TAILQ_FOREACH(s, children_seats(), entry) {
		if (s->asked == g->number && s->state == SEAT_UP) {
			seat_send_u64(s, MESSAGE_config_abort, g->number);
			s->aborted = g->number;
			s->asked = s->prepared = now.committed == NULL ? 0 :
			    now.committed->number;
		}
	}
	parent_aborted(why);
	generation_free(g);
}

/* --- what the children say ---------------------------------------------- */

void
generation_boot(struct seat *s)
{
	give(now.committed != NULL ? now.committed : now.pending, s);
}

void
generation_prepared(struct seat *s, uint64_t number, bool ok,
    const char *why)
{
	char	 text[4200];

	if (!ok) {
		snprintf(text, sizeof(text), "%s: %s", s->name, why);
		if (now.pending != NULL && number == now.pending->number)
			pending_abort(text);
		else
			/* It took this generation before, or was away. */
			seat_kill(s, why);
		return;
	}
	s->prepared = number;
	if (now.pending != NULL && number == now.pending->number)
		pending_commit();
	else if (now.committed != NULL && number == now.committed->number) {
		if (s->state != SEAT_BOOT)
			return;
		seat_send_u64(s, MESSAGE_config_commit, number);
		seat_up(s);
		/* A reload may have waited for it, or takes it along. */
		if (now.pending != NULL && !now.asked)
			pending_ask();
		else if (now.pending != NULL)
			give(now.pending, s);
	} else {
		/* What it prepared was replaced while it did. */
		seat_send_u64(s, MESSAGE_config_abort, number);
		if (s->state == SEAT_BOOT)
			give(now.committed, s);
	}
}

void
generation_lost(struct seat *s)
{
	char	 text[128];

	if (now.pending == NULL ||
	    (now.committed != NULL && s->asked != now.pending->number))
		return;
	snprintf(text, sizeof(text), "%s died while it prepared the "
	    "configuration", s->name);
	pending_abort(text);
}
