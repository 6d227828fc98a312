/*
 * Questions to name servers.  Each has a socket, and so a port, of its
 * own, beside its random id: what a stranger sends is hardly taken for the
 * answer.  fetch.  Must never wait, nor read more than an answer may have.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/child.h"
#include "common/log.h"
#include "hfssod/fetch/query.h"
#include "hfssod/fetch/socket.h"

#define STRANGERS_MOST	32		/* answers to another question */

struct query {
	struct server	 server;
	query_fn	*fn;
	void		*arg;
	int		 fd;
	struct event	 event;
	bool		 tcp;
	unsigned int	 strangers;
	/* A question as TCP has it, with two octets of length in front. */
	uint8_t		 octets[2 + DNS_QUERY];
	size_t		 len;		/* without them */
	size_t		 sent;
	uint8_t		*answer;	/* TCP: likewise */
	size_t		 got;
};

static void	 happened(int, short, void *);

static void
unwatch(struct query *q)
{
	if (q->fd != -1) {
		event_del(&q->event);
		close(q->fd);
	}
	q->fd = -1;
}

void
query_free(struct query *q)
{
	unwatch(q);
	free(q->answer);
	free(q);
}

static void
done(struct query *q, enum dns_answer what, const struct address *list,
    size_t count)
{
	unwatch(q);
	q->fn(q->arg, what, list, count);
}

static bool
watch(struct query *q, int fd, short what)
{
	q->fd = fd;
	if (event_assign(&q->event, child_base(), fd, what | EV_PERSIST,
	    happened, q) == -1 || event_add(&q->event, NULL) == -1)
		fatalx("event");
	return true;
}

/* --- UDP ----------------------------------------------------------------- */

/* A connected socket: answers of others, and from elsewhere, don't reach it. */
static bool
ask_udp(struct query *q)
{
	struct sockaddr_storage	 ss;
	socklen_t		 len;
	int			 fd;

	len = socket_address(&q->server.address, q->server.port, &ss);
	fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0);
	if (fd == -1)
		return false;
	if (connect(fd, (struct sockaddr *)&ss, len) == -1 ||
	    send(fd, q->octets + 2, q->len, 0) == -1) {
		close(fd);
		return false;
	}
	return watch(q, fd, EV_READ);
}

static void
ask_tcp(struct query *q)
{
	int	 fd;

	unwatch(q);
	q->tcp = true;
	if ((fd = socket_connect(&q->server.address, q->server.port)) == -1)
		done(q, DNS_FAILED, NULL, 0);
	else
		(void)watch(q, fd, EV_WRITE);
}

static void
answered(struct query *q, const uint8_t *answer, size_t len)
{
	struct address	 list[NAMES_ADDRESSES];
	enum dns_answer	 what;
	size_t		 count;

	what = dns_parse(answer, len, q->octets + 2, q->len, list,
	    NAMES_ADDRESSES, &count);
	if (what == DNS_TRUNCATED && !q->tcp)
		ask_tcp(q);
	else if (what == DNS_FOREIGN && !q->tcp &&
	    ++q->strangers < STRANGERS_MOST)
		return;
	else if (what == DNS_TRUNCATED || what == DNS_FOREIGN)
		done(q, DNS_FAILED, NULL, 0);
	else
		done(q, what, list, count);
}

static void
read_udp(struct query *q)
{
	uint8_t	 answer[DNS_UDP];
	ssize_t	 n;

	n = recv(q->fd, answer, sizeof(answer), 0);
	if (n >= 0)
		answered(q, answer, (size_t)n);
	else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
		done(q, DNS_FAILED, NULL, 0);
}

/* --- TCP (RFC 7766) ------------------------------------------------------ */

static void
write_tcp(struct query *q)
{
	ssize_t	 n;

	n = send(q->fd, q->octets + q->sent, q->len + 2 - q->sent,
	    MSG_NOSIGNAL);
	if (n == -1) {
		if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
			done(q, DNS_FAILED, NULL, 0);
		return;
	}
	q->sent += (size_t)n;
	if (q->sent < q->len + 2)
		return;
	n = q->fd;
	event_del(&q->event);
	(void)watch(q, (int)n, EV_READ);
}

static void
read_tcp(struct query *q)
{
	size_t	 wanted = 2;
	ssize_t	 n;

	if (q->answer == NULL && (q->answer = malloc(2 + DNS_TCP)) == NULL)
		fatal("malloc");
	if (q->got >= 2)
		wanted += (size_t)q->answer[0] << 8 | q->answer[1];
	n = recv(q->fd, q->answer + q->got, wanted - q->got, 0);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK ||
	    errno == EINTR))
		return;
	if (n <= 0) {
		done(q, DNS_FAILED, NULL, 0);
		return;
	}
	q->got += (size_t)n;
	if (q->got == wanted && wanted > 2)
		answered(q, q->answer + 2, wanted - 2);
	else if (q->got == 2 && q->answer[0] == 0 && q->answer[1] == 0)
		done(q, DNS_FAILED, NULL, 0);
}

static void
happened(int fd, short what, void *arg)
{
	struct query	*q = arg;

	(void)fd;
	if (!q->tcp)
		read_udp(q);
	else if (what & EV_WRITE)
		write_tcp(q);
	else
		read_tcp(q);
}

struct query *
query_start(const struct server *server, const char *name, enum dns_type type,
    query_fn *fn, void *arg)
{
	struct query	*q;
	uint16_t	 id;

	if ((q = calloc(1, sizeof(*q))) == NULL)
		fatal("calloc");
	q->fd = -1;
	q->server = *server;
	q->fn = fn;
	q->arg = arg;
	arc4random_buf(&id, sizeof(id));
	q->len = dns_query(q->octets + 2, id, name, type);
	q->octets[0] = (uint8_t)(q->len >> 8);
	q->octets[1] = (uint8_t)q->len;
	if (q->len == 0 || !ask_udp(q)) {
		query_free(q);
		return NULL;
	}
	return q;
}
