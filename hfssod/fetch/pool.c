/*
 * Idle links.  Must never give a link to another connection than it was
 * opened for, whatever both are called: their CAs and pins may differ.
 */
#include <sys/queue.h>

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/clock.h"
#include "common/log.h"
#include "hfssod/fetch/pool.h"

#define POOL_MOST	64
/* Servers seldom close sooner; one that did would swallow a request. */
#define FRESH_MS	3000

struct idle {
	TAILQ_ENTRY(idle)	 entry;
	struct link		*link;
	const struct place	*place;
	char			*origin;
	int64_t			 since;
	struct event		 timer;
};

/* The freshest first. */
static TAILQ_HEAD(idles, idle)	 all = TAILQ_HEAD_INITIALIZER(all);
static size_t			 count;

static struct link *
remove_idle(struct idle *i)
{
	struct link	*l = i->link;

	TAILQ_REMOVE(&all, i, entry);
	count--;
	event_del(&i->timer);
	free(i->origin);
	free(i);
	return l;
}

static void
spoken(void *arg, const uint8_t *data, size_t len)
{
	(void)data;
	(void)len;
	/* Nobody asked. */
	link_close(remove_idle(arg));
}

static void
gone(void *arg, enum link_end how, const char *why)
{
	(void)how;
	(void)why;
	link_close(remove_idle(arg));
}

static void
late(int fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	link_close(remove_idle(arg));
}

static const struct link_user nobody = {
	.input = spoken,
	.ended = gone
};

struct link *
pool_take(const struct place *place, const char *origin, bool fresh)
{
	struct idle	*i, *next;
	struct link	*l;
	int64_t		 now = clock_ms();

	for (i = TAILQ_FIRST(&all); i != NULL; i = next) {
		next = TAILQ_NEXT(i, entry);
		if (i->place != place || strcmp(i->origin, origin) != 0 ||
		    (fresh && now - i->since > FRESH_MS))
			continue;
		l = remove_idle(i);
		if (link_quiet(l))
			return l;
		link_close(l);
	}
	return NULL;
}

void
pool_keep(struct link *l, const struct place *place, const char *origin)
{
	struct timeval	 tv = { LIMIT_FETCH_IDLE, 0 };
	struct idle	*i;

	if (count == POOL_MOST)
		link_close(remove_idle(TAILQ_LAST(&all, idles)));
	if ((i = calloc(1, sizeof(*i))) == NULL ||
	    (i->origin = strdup(origin)) == NULL)
		fatal("calloc");
	i->link = l;
	i->place = place;
	i->since = clock_ms();
	if (event_assign(&i->timer, child_base(), -1, 0, late, i) == -1)
		fatalx("event_assign");
	event_add(&i->timer, &tv);
	TAILQ_INSERT_HEAD(&all, i, entry);
	count++;
	link_use(l, &nobody, i);
}

void
pool_clear(void)
{
	struct idle	*i;

	while ((i = TAILQ_FIRST(&all)) != NULL)
		link_close(remove_idle(i));
}
