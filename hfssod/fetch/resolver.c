/*
 * The resolver of fetch: evdns, told what to ask by the configuration
 * alone.  Must never open a file, wait, or append a search domain.
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

#define MORE_MS		250		/* IPv6 may take longer than IPv4 */

struct lookup {
	lookup_fn		*fn;
	void			*arg;
	struct evdns_request	*asked[2];	/* IPv4, IPv6 */
	bool			 cancelled;
	unsigned int		 waiting;	/* callbacks still to come */
	struct event		 done;
	size_t			 counts[2];
	struct address		 found[2][NAMES_ADDRESSES];
	const char		*why;
};

static struct event_base	*loop;
static struct evdns_base	*dns;

static void
quiet(int is_warning, const char *text)
{
	log_debug("dns%s: %s", is_warning ? " warning" : "", log_safe(text));
}

void
resolver_init(struct event_base *base)
{
	static const char *const options[][2] = {
		{ "timeout:",		"2" },
		{ "attempts:",		"3" },
		{ "max-inflight:",	"256" },
		{ "randomize-case:",	"1" }
	};
	size_t			 i;

	loop = base;
	evdns_set_log_fn(quiet);
	if ((dns = evdns_base_new(base, EVDNS_BASE_DISABLE_WHEN_INACTIVE)) ==
	    NULL)
		fatalx("evdns_base_new");
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		if (evdns_base_set_option(dns, options[i][0],
		    options[i][1]) != 0)
			fatalx("evdns option %s", options[i][0]);
	}
}

void
resolver_servers(const struct config *c)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	size_t			 i;

	/* What is being asked is asked again of the new ones. */
	(void)evdns_base_clear_nameservers_and_suspend(dns);
	for (i = 0; i < c->server_count; i++) {
		len = socket_address(&c->servers[i].address,
		    c->servers[i].port, &ss);
		if (evdns_base_nameserver_sockaddr_add(dns,
		    (struct sockaddr *)&ss, len, 0) != 0)
			log_debug("name server %s can't be asked",
			    address_text(&c->servers[i].address));
	}
	(void)evdns_base_resume(dns);
}

/* --- one lookup ---------------------------------------------------------- */

static void
lookup_free(struct lookup *l)
{
	event_del(&l->done);
	free(l);
}

static void
finish(int fd, short what, void *arg)
{
	struct lookup	*l = arg;
	struct address	 all[2 * NAMES_ADDRESSES];
	lookup_fn	*fn = l->fn;
	const char	*why = l->why;
	void		*fn_arg = l->arg;
	size_t		 count = l->counts[0] + l->counts[1];

	(void)fd;
	(void)what;
	memcpy(all, l->found[0], l->counts[0] * sizeof(all[0]));
	memcpy(all + l->counts[0], l->found[1],
	    l->counts[1] * sizeof(all[0]));
	lookup_cancel(l);
	fn(fn_arg, all, count, count > 0 ? NULL : why);
}

static void
finish_in(struct lookup *l, int ms)
{
	struct timeval	 tv = { ms / 1000, ms % 1000 * 1000 };

	event_add(&l->done, &tv);
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
		{ DNS_ERR_TIMEOUT,	"name servers do not answer" },
		{ DNS_ERR_TRUNCATED,	"malformed or too long answer" },
		{ DNS_ERR_SERVERFAILED,	"name server failed" },
		{ DNS_ERR_REFUSED,	"name server refused" }
	};
	size_t	 i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].error == error)
			return table[i].text;
	}
	return "name server did not answer rightly";
}

static void
answered(struct lookup *l, int which, int error, int count,
    const uint8_t *addresses)
{
	struct sockaddr_in6	 in6;
	struct sockaddr_in	 in;
	int			 i;

	l->asked[which] = NULL;
	l->waiting--;
	if (l->cancelled) {
		if (l->waiting == 0)
			lookup_free(l);
		return;
	}
	if (error != DNS_ERR_NONE)
		count = 0;
	for (i = 0; i < count && i < NAMES_ADDRESSES; i++) {
		memset(&in, 0, sizeof(in));
		memset(&in6, 0, sizeof(in6));
		in.sin_family = AF_INET;
		in6.sin6_family = AF_INET6;
		if (which == 0)
			memcpy(&in.sin_addr, addresses + i * 4, 4);
		else
			memcpy(&in6.sin6_addr, addresses + i * 16, 16);
		l->found[which][l->counts[which]++] = address_of(which == 0 ?
		    (struct sockaddr *)&in : (struct sockaddr *)&in6);
	}
	/* What goes wrong with IPv4 says more, for most names. */
	if (which == 0 || l->why == NULL)
		l->why = reason(error);
	if (l->waiting == 0)
		finish_in(l, 0);
	else if (l->counts[which] > 0)
		finish_in(l, MORE_MS);
}

static void
answered_ipv4(int error, char type, int count, int ttl, void *addresses,
    void *arg)
{
	(void)ttl;
	answered(arg, 0, error, type == DNS_IPv4_A ? count : 0, addresses);
}

static void
answered_ipv6(int error, char type, int count, int ttl, void *addresses,
    void *arg)
{
	(void)ttl;
	answered(arg, 1, error, type == DNS_IPv6_AAAA ? count : 0, addresses);
}

static void
ask(struct lookup *l, const char *name)
{
	l->waiting = 2;
	l->asked[0] = evdns_base_resolve_ipv4(dns, name,
	    DNS_QUERY_NO_SEARCH, answered_ipv4, l);
	if (l->asked[0] == NULL)
		l->waiting--;
	l->asked[1] = evdns_base_resolve_ipv6(dns, name,
	    DNS_QUERY_NO_SEARCH, answered_ipv6, l);
	if (l->asked[1] == NULL)
		l->waiting--;
	if (l->waiting == 0) {
		l->why = "no name of DNS";
		finish_in(l, 0);
	}
}

struct lookup *
lookup_start(const struct config *c, const char *name, lookup_fn *fn,
    void *arg)
{
	struct lookup	*l;

	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("calloc");
	l->fn = fn;
	l->arg = arg;
	if (event_assign(&l->done, loop, -1, 0, finish, l) == -1)
		fatalx("event_assign");
	if (address_parse(name, &l->found[0][0]))
		l->counts[0] = 1;
	else
		l->counts[0] = hosts_find(c->hosts, name, l->found[0],
		    NAMES_ADDRESSES);
	if (l->counts[0] > 0)
		finish_in(l, 0);
	else if (evdns_base_count_nameservers(dns) == 0) {
		l->why = "no name server";
		finish_in(l, 0);
	} else
		ask(l, name);
	return l;
}

/* evdns calls back for what is cancelled, too: freed when it has. */
void
lookup_cancel(struct lookup *l)
{
	unsigned int	 i;

	l->cancelled = true;
	event_del(&l->done);
	if (l->waiting == 0) {
		lookup_free(l);
		return;
	}
	for (i = 0; i < 2; i++) {
		if (l->asked[i] != NULL)
			evdns_cancel_request(dns, l->asked[i]);
	}
}
