/*
 * Links: sockets and TLS of fetch.  Must never connect to another address
 * than it was given, send an octet before certificate, name and pin were
 * found right, nor look at what the octets mean.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/fetch/link.h"
#include "hfssod/fetch/socket.h"
#include "hfssod/fetch/spki.h"

#define READ_ROOM	16384
#define READS_MOST	8		/* in one go: others wait */

enum phase {
	PHASE_CONNECT,
	PHASE_SHAKE,
	PHASE_OPEN,
	PHASE_ENDED
};

/* What an operation came to, when it is no number of octets. */
#define WANT_IN		(-2)
#define WANT_OUT	(-3)
#define FAILED		(-1)

struct link {
	struct config		*config;
	const struct place	*place;
	const struct link_user	*user;
	void			*arg;
	enum phase		 phase;
	int			 fd;
	struct tls		*tls;		/* NULL: plain */
	struct event		 read;
	struct event		 write;
	struct writer		 out;
	size_t			 sent;
	unsigned int		 busy;		/* calls under way */
	bool			 dead;		/* freed when they return */
};

static void
link_free(struct link *l)
{
	event_del(&l->read);
	event_del(&l->write);
	if (l->tls != NULL) {
		/* Says goodbye if that can be done at once. */
		if (l->phase == PHASE_OPEN)
			(void)tls_close(l->tls);
		tls_free(l->tls);
	}
	close(l->fd);
	wire_free(&l->out);
	config_drop(l->config);
	free(l);
}

void
link_close(struct link *l)
{
	l->user = NULL;
	l->dead = true;
	if (l->busy == 0)
		link_free(l);
}

static void
enter(struct link *l)
{
	l->busy++;
}

/* True if the link is gone. */
static bool
leave(struct link *l)
{
	if (--l->busy > 0 || !l->dead)
		return l->dead;
	link_free(l);
	return true;
}

static void
end(struct link *l, enum link_end how, const char *why)
{
	const struct link_user	*user = l->user;

	event_del(&l->read);
	event_del(&l->write);
	l->phase = PHASE_ENDED;
	if (user != NULL)
		user->ended(l->arg, how, why);
}

/* --- octets -------------------------------------------------------------- */

static ssize_t
tls_result(ssize_t n)
{
	if (n == TLS_WANT_POLLIN)
		return WANT_IN;
	if (n == TLS_WANT_POLLOUT)
		return WANT_OUT;
	return n < 0 ? FAILED : n;
}

static ssize_t
receive(struct link *l, void *buf, size_t len)
{
	ssize_t	 n;

	if (l->tls != NULL)
		return tls_result(tls_read(l->tls, buf, len));
	do {
		n = recv(l->fd, buf, len, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK ? WANT_IN :
		    FAILED;
	return n;
}

static ssize_t
transmit(struct link *l, const void *buf, size_t len)
{
	ssize_t	 n;

	if (l->tls != NULL)
		return tls_result(tls_write(l->tls, buf, len));
	do {
		n = send(l->fd, buf, len, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK ? WANT_OUT :
		    FAILED;
	return n;
}

static const char *
trouble(const struct link *l)
{
	const char	*why = l->tls != NULL ? tls_error(l->tls) : NULL;

	return why != NULL ? why : strerror(errno);
}

static void
flush(struct link *l)
{
	ssize_t	 n;

	while (l->sent < l->out.len) {
		n = transmit(l, l->out.data + l->sent, l->out.len - l->sent);
		if (n == WANT_OUT || n == WANT_IN) {
			if (n == WANT_OUT)
				event_add(&l->write, NULL);
			return;
		}
		if (n <= 0) {
			/* An answer may have come before; reading tells. */
			log_debug("write: %s", log_safe(trouble(l)));
			break;
		}
		l->sent += (size_t)n;
	}
	if (l->sent == l->out.len) {
		explicit_bzero(l->out.data, l->out.len);
		wire_reset(&l->out);
		l->sent = 0;
	}
}

/* Read until there is nothing more, or it is somebody else's turn. */
static void
fill(struct link *l)
{
	uint8_t	 buf[READ_ROOM];
	ssize_t	 n = WANT_IN;
	int	 i;

	for (i = 0; i < READS_MOST && l->user != NULL; i++) {
		n = receive(l, buf, sizeof(buf));
		if (n <= 0)
			break;
		l->user->input(l->arg, buf, (size_t)n);
		explicit_bzero(buf, (size_t)n);
	}
	if (l->user == NULL)
		return;
	if (n > 0)
		/* What TLS holds already makes no socket readable. */
		event_active(&l->read, EV_READ, 0);
	else if (n == WANT_OUT)
		event_add(&l->write, NULL);
	else if (n == 0)
		end(l, LINK_CLOSED, "closed");
	else if (n == FAILED)
		end(l, LINK_BROKEN, trouble(l));
}

/* --- beginning ----------------------------------------------------------- */

/* A pin of the connection is on the certificate, or there are no pins. */
static bool
pinned(struct link *l)
{
	const struct strings	*pins = &l->place->connection->pins;
	const uint8_t		*pem;
	uint8_t			 hash[SPKI_HASH];
	size_t			 len, i;

	if (pins->count == 0)
		return true;
	pem = tls_peer_cert_chain_pem(l->tls, &len);
	if (pem == NULL || !spki_hash((const char *)pem, len, hash))
		return false;
	for (i = 0; i < pins->count; i++) {
		if (spki_pinned(pins->list[i], hash))
			return true;
	}
	return false;
}

/* libtls tells apart in words alone. */
static bool
distrust(const char *why)
{
	return strncmp(why, "certificate verification failed", 31) == 0 ||
	    strstr(why, "not present in server certificate") != NULL ||
	    strstr(why, "certificate verify failed") != NULL;
}

static void
opened(struct link *l)
{
	l->phase = PHASE_OPEN;
	event_add(&l->read, NULL);
	if (l->user != NULL)
		l->user->ready(l->arg);
}

static void
shake(struct link *l)
{
	const char	*why;
	ssize_t		 n;

	if ((n = tls_result(tls_handshake(l->tls))) == WANT_IN)
		event_add(&l->read, NULL);
	else if (n == WANT_OUT)
		event_add(&l->write, NULL);
	else if (n == FAILED) {
		why = trouble(l);
		end(l, distrust(why) ? LINK_UNTRUSTED : LINK_BROKEN, why);
	} else if (!pinned(l))
		end(l, LINK_UNTRUSTED, "the key is not the pinned one");
	else
		opened(l);
}

static void
connected(struct link *l)
{
	int	 error;

	if ((error = socket_error(l->fd)) != 0)
		end(l, LINK_BROKEN, strerror(error));
	else if (l->tls == NULL)
		opened(l);
	else {
		l->phase = PHASE_SHAKE;
		shake(l);
	}
}

static void
happened(int fd, short what, void *arg)
{
	struct link	*l = arg;

	(void)fd;
	enter(l);
	if (l->phase == PHASE_CONNECT)
		connected(l);
	else if (l->phase == PHASE_SHAKE)
		shake(l);
	else if (l->phase == PHASE_OPEN) {
		if (what & EV_WRITE || l->out.len > 0)
			flush(l);
		fill(l);
	}
	(void)leave(l);
}

/* TLS, with the name of the host, over a socket not yet connected. */
static bool
secure(struct link *l, const char *host)
{
	if (l->place->tls == NULL) {
		errno = EPROTONOSUPPORT;
		return false;
	}
	if ((l->tls = tls_client()) == NULL)
		fatalx("tls_client");
	if (tls_configure(l->tls, l->place->tls) == -1 ||
	    tls_connect_socket(l->tls, l->fd, host) == -1) {
		log_warnx("tls: %s", log_safe(tls_error(l->tls)));
		errno = EPROTO;
		return false;
	}
	return true;
}

struct link *
link_open(struct config *config, const struct place *place,
    const struct address *address, unsigned int port, const char *host,
    bool tls, const struct link_user *user, void *arg)
{
	struct link	*l;
	int		 fd, saved;

	if ((fd = socket_connect(address, port)) == -1)
		return NULL;
	if ((l = calloc(1, sizeof(*l))) == NULL)
		fatal("calloc");
	l->fd = fd;
	l->config = config;
	config->users++;
	l->place = place;
	l->user = user;
	l->arg = arg;
	wire_init(&l->out, LIMIT_MESSAGE + LIMIT_MESSAGE);
	if (event_assign(&l->read, child_base(), fd, EV_READ | EV_PERSIST,
	    happened, l) == -1 || event_assign(&l->write, child_base(), fd,
	    EV_WRITE, happened, l) == -1)
		fatalx("event_assign");
	if (tls && !secure(l, host)) {
		saved = errno;
		link_free(l);
		errno = saved;
		return NULL;
	}
	event_add(&l->write, NULL);
	return l;
}

void
link_write(struct link *l, const void *data, size_t len)
{
	wire_put_raw(&l->out, data, len);
	if (l->out.bad)
		fatalx("request of %zu octets", len);
	enter(l);
	flush(l);
	(void)leave(l);
}

bool
link_sent(const struct link *l)
{
	return l->out.len == 0;
}

void
link_use(struct link *l, const struct link_user *user, void *arg)
{
	l->user = user;
	l->arg = arg;
}

bool
link_quiet(struct link *l)
{
	uint8_t	 octet;

	/* Tickets of TLS 1.3 are taken in here, and are no word of HTTP. */
	return l->phase == PHASE_OPEN && link_sent(l) &&
	    receive(l, &octet, 1) == WANT_IN;
}
