/*
 * The resolver of fetch: which servers are asked for a name, and when the
 * next one.  Must never open a file, wait, or append a search domain.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "common/child.h"
#include "common/log.h"
#include "hfssod/fetch/query.h"
#include "hfssod/fetch/resolver.h"

#define TRIES_MOST	6		/* of one type */
#define TRIES_LEAST	4		/* if there is one server */
#define TRY_MS		700		/* then the next server as well */
#define LAST_TURNS	3		/* of TRY_MS, after the last try */
#define MORE_MS		250		/* IPv6 may take longer than IPv4 */

struct try {
	struct ask	*ask;
	struct query	*query;		/* NULL: ended */
	size_t		 server;
};

/* For the addresses of one type. */
struct ask {
	struct lookup	*lookup;
	enum dns_type	 type;
	bool		 done;
	enum dns_answer	 what;
	unsigned int	 tries;
	unsigned int	 live;
	unsigned int	 turns;		/* since the last try */
	struct try	 list[TRIES_MOST];
	size_t		 count;
	struct address	 found[NAMES_ADDRESSES];
};

struct lookup {
	struct config	*config;
	lookup_fn	*fn;
	void		*arg;
	char		 name[LIMIT_HOST + 1];
	struct ask	 asks[2];	/* IPv4, IPv6 */
	struct event	 next;		/* time for another try */
	struct event	 end;
	const char	*why;
};

/* Which server answered last: it is asked first. */
static size_t		 best;

void
resolver_forget(void)
{
	best = 0;
}

static void
ask_stop(struct ask *a)
{
	unsigned int	 i;

	for (i = 0; i < a->tries; i++) {
		if (a->list[i].query != NULL)
			query_free(a->list[i].query);
		a->list[i].query = NULL;
	}
	a->live = 0;
}

void
lookup_cancel(struct lookup *l)
{
	ask_stop(&l->asks[0]);
	ask_stop(&l->asks[1]);
	event_del(&l->next);
	event_del(&l->end);
	config_drop(l->config);
	free(l);
}

static void
add_timer(struct event *e, int ms)
{
	struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(e, &tv);
}

static const char *
reason(enum dns_answer what)
{
	static const char *const	 table[] = {
		[DNS_FOUND] = NULL,
		[DNS_NO_NAME] = "no such name",
		[DNS_NO_ADDRESS] = "no address",
		[DNS_TRUNCATED] = "no answer of the name servers",
		[DNS_FAILED] = "name servers failed",
		[DNS_FOREIGN] = "no answer of the name servers"
	};

	return table[what];
}

static void
finish(int fd, short what, void *arg)
{
	struct lookup	*l = arg;
	struct ask	*v4 = &l->asks[0], *v6 = &l->asks[1];
	struct address	 all[2 * NAMES_ADDRESSES];
	lookup_fn	*fn = l->fn;
	void		*fn_arg = l->arg;
	const char	*why = l->why;
	size_t		 count = v4->count + v6->count;

	(void)fd;
	(void)what;
	memcpy(all, v4->found, v4->count * sizeof(all[0]));
	memcpy(all + v4->count, v6->found, v6->count * sizeof(all[0]));
	/* What goes wrong with IPv4 says more, for most names. */
	if (why == NULL)
		why = reason(v4->what == DNS_NO_ADDRESS ? v6->what :
		    v4->what);
	lookup_cancel(l);
	fn(fn_arg, all, count, count > 0 ? NULL : why);
}

static void
ask_done(struct ask *a, enum dns_answer what)
{
	struct lookup	*l = a->lookup;

	ask_stop(a);
	a->done = true;
	a->what = what;
	if (l->asks[0].done && l->asks[1].done)
		add_timer(&l->end, 0);
	else if (a->count > 0)
		add_timer(&l->end, MORE_MS);
}

static void	 try_next(struct ask *);

static void
answered(void *arg, enum dns_answer what, const struct address *list,
    size_t count)
{
	struct try	*t = arg;
	struct ask	*a = t->ask;

	if (what == DNS_FAILED) {
		query_free(t->query);
		t->query = NULL;
		if (--a->live == 0)
			try_next(a);
		return;
	}
	best = t->server;
	if (count > 0)
		memcpy(a->found, list, count * sizeof(*list));
	a->count = count;
	ask_done(a, what);
}

static bool
tries_left(const struct ask *a)
{
	return a->tries < (a->lookup->config->server_count == 1 ?
	    TRIES_LEAST : TRIES_MOST);
}

/* One server more, while there are tries left. */
static void
try_next(struct ask *a)
{
	struct config	*c = a->lookup->config;
	struct try	*t;

	a->turns = 0;
	while (tries_left(a)) {
		t = &a->list[a->tries];
		t->ask = a;
		t->server = (best + a->tries++) % c->server_count;
		t->query = query_start(&c->servers[t->server],
		    a->lookup->name, a->type, answered, t);
		if (t->query != NULL) {
			a->live++;
			return;
		}
	}
	if (a->live == 0)
		ask_done(a, DNS_FAILED);
}

static void
again(int fd, short what, void *arg)
{
	struct lookup	*l = arg;
	struct ask	*a;

	(void)fd;
	(void)what;
	for (a = l->asks; a < l->asks + 2; a++) {
		if (a->done)
			continue;
		if (tries_left(a))
			try_next(a);
		else if (++a->turns == LAST_TURNS)
			ask_done(a, DNS_TRUNCATED);
	}
	if (!l->asks[0].done || !l->asks[1].done)
		add_timer(&l->next, TRY_MS);
}

struct lookup *
lookup_start(struct config *c, const char *name, lookup_fn *fn, void *arg)
{
	static const enum dns_type	 types[] = { DNS_A, DNS_AAAA };
	struct lookup			*l;
	struct ask			*a;
	unsigned int			 i;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("calloc");
	l->config = c;
	c->users++;
	l->fn = fn;
	l->arg = arg;
	strlcpy(l->name, name, sizeof(l->name));
	if (event_assign(&l->next, child_base(), -1, 0, again, l) == -1 ||
	    event_assign(&l->end, child_base(), -1, 0, finish, l) == -1)
		fatalx("event_assign");
	a = &l->asks[0];
	if (address_parse(name, &a->found[0]))
		a->count = 1;
	else
		a->count = hosts_find(c->hosts, name, a->found,
		    NAMES_ADDRESSES);
	if (a->count == 0 && c->server_count == 0)
		l->why = "no name server";
	if (a->count > 0 || l->why != NULL) {
		add_timer(&l->end, 0);
		return l;
	}
	for (i = 0; i < 2; i++) {
		l->asks[i].lookup = l;
		l->asks[i].type = types[i];
		try_next(&l->asks[i]);
	}
	add_timer(&l->next, TRY_MS);
	return l;
}
