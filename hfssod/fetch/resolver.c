/*
 * The resolver of fetch: evdns, told what to ask by the configuration
 * alone.  Must never open a file, wait, or append a search domain.
 *
 * Each name server has an evdns_base of its own.  One base for all of them
 * would ask a silent server again before the next one, and with
 * DISABLE_WHEN_INACTIVE forget to look whether it lives again (evdns 2.1).
 * So which server is asked, and when the next one, is said here.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/fetch/resolver.h"
#include "hfssod/fetch/socket.h"

#define NEXT_MS		700		/* then the next server as well */
#define MORE_MS		250		/* IPv6 may take longer than IPv4 */

struct slot {
	struct evdns_base	*dns;
	struct server		 server;
};

/* One question to one server.  evdns calls back once for each. */
struct try {
	struct lookup		*lookup;
	struct ask		*ask;
	size_t			 slot;
	struct evdns_request	*request;	/* NULL: it has called */
};

/* For the addresses of one type. */
struct ask {
	bool			 done;
	int			 error;		/* DNS_ERR_... */
	size_t			 tries;
	size_t			 live;		/* of them, not called yet */
	struct try		 list[NAMES_SERVERS];
	size_t			 count;
	struct address		 found[NAMES_ADDRESSES];
};

struct lookup {
	lookup_fn		*fn;
	void			*arg;
	char			 name[LIMIT_HOST + 1];
	size_t			 first;		/* slot */
	struct ask		 asks[2];	/* IPv4, IPv6 */
	bool			 cancelled;
	struct event		 next;		/* time for another server */
	struct event		 done;
	const char		*why;		/* it could not be asked */
};

static struct event_base	*loop;
static struct slot		 slots[NAMES_SERVERS];
static size_t			 slot_count;	/* that have a server */
static size_t			 best;		/* answered last: asked first */

static void
quiet(int is_warning, const char *text)
{
	log_debug("dns%s: %s", is_warning ? " warning" : "", log_safe(text));
}

void
resolver_init(struct event_base *base)
{
	/*
	 * A server that gave no answer to all attempts is asked a question
	 * of evdns' own, which would tell it nothing but that we are here:
	 * as seldom as can be, since it is used all the same.
	 */
	static const char *const options[][2] = {
		{ "timeout:",			"1" },
		{ "attempts:",			"4" },
		{ "max-timeouts:",		"255" },
		{ "initial-probe-timeout:",	"3600" },
		{ "max-inflight:",		"256" },
		{ "randomize-case:",		"1" }
	};
	struct evdns_base	*dns;
	size_t			 i, j;

	loop = base;
	evdns_set_log_fn(quiet);
	for (i = 0; i < NAMES_SERVERS; i++) {
		dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE);
		if (dns == NULL)
			fatalx("evdns_base_new");
		slots[i].dns = dns;
		for (j = 0; j < sizeof(options) / sizeof(options[0]); j++) {
			if (evdns_base_set_option(dns, options[j][0],
			    options[j][1]) != 0)
				fatalx("evdns option %s", options[j][0]);
		}
	}
}

/* What is being asked there is asked again of the new one, if any. */
static void
slot_set(struct slot *s, const struct server *server)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;

	(void)evdns_base_clear_nameservers_and_suspend(s->dns);
	memset(&s->server, 0, sizeof(s->server));
	if (server != NULL) {
		len = socket_address(&server->address, server->port, &ss);
		if (evdns_base_nameserver_sockaddr_add(s->dns,
		    (struct sockaddr *)&ss, len, 0) == 0)
			s->server = *server;
		else
			log_warnx("name server %s can't be asked",
			    address_text(&server->address));
	}
	(void)evdns_base_resume(s->dns);
}

static bool
same(const struct server *a, const struct server *b)
{
	return memcmp(&a->address, &b->address, sizeof(a->address)) == 0 &&
	    a->port == b->port;
}

void
resolver_servers(const struct config *c)
{
	size_t	 i;

	for (i = 0; i < NAMES_SERVERS; i++) {
		if (i >= c->server_count) {
			if (i < slot_count)
				slot_set(&slots[i], NULL);
		} else if (i >= slot_count ||
		    !same(&slots[i].server, &c->servers[i]))
			slot_set(&slots[i], &c->servers[i]);
	}
	slot_count = c->server_count;
	best = 0;
}

/* --- one lookup ---------------------------------------------------------- */

/* evdns calls back for what is cancelled, too: freed when it has. */
static void
lookup_free(struct lookup *l)
{
	if (l->asks[0].live + l->asks[1].live > 0)
		return;
	free(l);
}

static void
ask_stop(struct ask *a)
{
	size_t	 i;

	for (i = 0; i < a->tries; i++) {
		if (a->list[i].request != NULL)
			evdns_cancel_request(slots[a->list[i].slot].dns,
			    a->list[i].request);
		a->list[i].request = NULL;
	}
	a->done = true;
}

void
lookup_cancel(struct lookup *l)
{
	l->cancelled = true;
	ask_stop(&l->asks[0]);
	ask_stop(&l->asks[1]);
	event_del(&l->next);
	event_del(&l->done);
	lookup_free(l);
}

static void
start_timer(struct event *e, int ms)
{
	struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(e, &tv);
}

static const char *
reason(int error)
{
	static const struct {
		int		 error;
		const char	*text;
	} table[] = {
		{ DNS_ERR_NONE,		"no address" },
		{ DNS_ERR_NOTEXIST,	"no such name" },
		{ DNS_ERR_NODATA,	"no address" },
		{ DNS_ERR_TIMEOUT,	"name servers do not answer or fail" },
		{ DNS_ERR_TRUNCATED,	"answer too long for a datagram" },
		{ DNS_ERR_REFUSED,	"name server refused" }
	};
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].error == error)
			return table[i].text;
	}
	return "name server did not answer rightly";
}

static bool
empty(const struct ask *a)
{
	return a->error == DNS_ERR_NONE || a->error == DNS_ERR_NODATA;
}

static void
finish(int fd, short what, void *arg)
{
	struct lookup	*l = arg;
	struct ask	*v4 = &l->asks[0], *v6 = &l->asks[1];
	struct address	 all[2 * NAMES_ADDRESSES];
	lookup_fn	*fn = l->fn;
	const char	*why = l->why;
	void		*fn_arg = l->arg;
	size_t		 count = v4->count + v6->count;

	(void)fd;
	(void)what;
	memcpy(all, v4->found, v4->count * sizeof(all[0]));
	memcpy(all + v4->count, v6->found, v6->count * sizeof(all[0]));
	/* What goes wrong with IPv4 says more, for most names. */
	if (why == NULL)
		why = reason(empty(v4) ? v6->error : v4->error);
	lookup_cancel(l);
	fn(fn_arg, all, count, count > 0 ? NULL : why);
}

static void
ask_done(struct lookup *l, struct ask *a, int error)
{
	ask_stop(a);
	a->error = error;
	if (l->asks[0].done && l->asks[1].done)
		start_timer(&l->done, 0);
	else if (a->count > 0)
		start_timer(&l->done, MORE_MS);
}

static void
take(struct ask *a, bool v4, int count, const uint8_t *octets)
{
	struct sockaddr_in6	 in6;
	struct sockaddr_in	 in;
	int			 i;

	for (i = 0; i < count && i < NAMES_ADDRESSES; i++) {
		memset(&in, 0, sizeof(in));
		memset(&in6, 0, sizeof(in6));
		in.sin_family = AF_INET;
		in6.sin6_family = AF_INET6;
		if (v4)
			memcpy(&in.sin_addr, octets + i * 4, 4);
		else
			memcpy(&in6.sin6_addr, octets + i * 16, 16);
		a->found[a->count++] = address_of(v4 ?
		    (struct sockaddr *)&in : (struct sockaddr *)&in6);
	}
}

/* Whether there is nothing that another server might know better. */
static bool
final(int error)
{
	return error == DNS_ERR_NONE || error == DNS_ERR_NODATA ||
	    error == DNS_ERR_NOTEXIST || error == DNS_ERR_TRUNCATED;
}

static void	 try_next(struct lookup *, struct ask *, int);

static void
answered(int error, char type, int count, int ttl, void *addresses,
    void *arg)
{
	struct try	*t = arg;
	struct lookup	*l = t->lookup;
	struct ask	*a = t->ask;
	bool		 v4 = a == &l->asks[0];

	(void)ttl;
	t->request = NULL;
	a->live--;
	if (l->cancelled)
		lookup_free(l);
	else if (a->done)
		return;
	else if (final(error)) {
		best = t->slot;
		if (error == DNS_ERR_NONE &&
		    type == (v4 ? DNS_IPv4_A : DNS_IPv6_AAAA))
			take(a, v4, count, addresses);
		ask_done(l, a, error);
	} else if (a->live == 0)
		try_next(l, a, error);
}

/* One server more, while there are any; or that was all: error. */
static void
try_next(struct lookup *l, struct ask *a, int error)
{
	struct evdns_base	*dns;
	struct try		*t;

	while (a->tries < slot_count) {
		t = &a->list[a->tries];
		t->lookup = l;
		t->ask = a;
		t->slot = (l->first + a->tries++) % slot_count;
		dns = slots[t->slot].dns;
		t->request = a == &l->asks[0] ?
		    evdns_base_resolve_ipv4(dns, l->name, DNS_QUERY_NO_SEARCH,
		    answered, t) :
		    evdns_base_resolve_ipv6(dns, l->name, DNS_QUERY_NO_SEARCH,
		    answered, t);
		if (t->request != NULL) {
			a->live++;
			return;
		}
		l->why = "no name of DNS";
	}
	if (a->live == 0)
		ask_done(l, a, error);
}

static void
another(int fd, short what, void *arg)
{
	struct lookup	*l = arg;
	size_t		 i;

	(void)fd;
	(void)what;
	for (i = 0; i < 2; i++) {
		if (!l->asks[i].done)
			try_next(l, &l->asks[i], DNS_ERR_TIMEOUT);
	}
	start_timer(&l->next, NEXT_MS);
}

struct lookup *
lookup_start(const struct config *c, const char *name, lookup_fn *fn,
    void *arg)
{
	struct lookup	*l;
	struct ask	*a;
	size_t		 i;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("calloc");
	l->fn = fn;
	l->arg = arg;
	l->first = best;
	strlcpy(l->name, name, sizeof(l->name));
	if (event_assign(&l->next, loop, -1, 0, another, l) == -1 ||
	    event_assign(&l->done, loop, -1, 0, finish, l) == -1)
		fatalx("event_assign");
	a = &l->asks[0];
	if (address_parse(name, &a->found[0]))
		a->count = 1;
	else
		a->count = hosts_find(c->hosts, name, a->found,
		    NAMES_ADDRESSES);
	if (a->count == 0 && slot_count == 0)
		l->why = "no name server";
	if (a->count > 0 || l->why != NULL) {
		start_timer(&l->done, 0);
		return l;
	}
	for (i = 0; i < 2; i++)
		try_next(l, &l->asks[i], DNS_ERR_UNKNOWN);
	start_timer(&l->next, NEXT_MS);
	return l;
}
