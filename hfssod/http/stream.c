/*
 * Sockets and TLS of http.  TLS reads the socket through one receive
 * buffer of the process: one system call for all that came, and nothing
 * kept for an idle connection.  Must never look at what the octets mean.
 */
#include <sys/socket.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "common/log.h"
#include "hfssod/http/stream.h"

#define RAW_SIZE	32768

struct server {
	struct tls	*tls;
	unsigned int	 users;
};

/* What the socket of one stream gave and TLS did not take yet. */
static struct {
	struct stream	*owner;
	size_t		 at;
	size_t		 len;
	uint8_t		 data[RAW_SIZE];
} raw;

static ssize_t
socket_read(struct stream *s, void *buf, size_t len)
{
	ssize_t	 n;

	if (s->ended)
		return STREAM_EOF;
	if (s->drained)
		return STREAM_WANT_IN;
	do {
		n = recv(s->fd, buf, len, 0);
	} while (n == -1 && errno == EINTR);
	if (n == -1) {
		if (errno != EAGAIN && errno != EWOULDBLOCK)
			return STREAM_ERROR;
		s->drained = true;
		return STREAM_WANT_IN;
	}
	if (n == 0)
		s->ended = true;
	else if ((size_t)n < len)
		s->drained = true;
	return n;
}

static size_t
take(void *buf, size_t len, const uint8_t *from, size_t *at, size_t end)
{
	if (len > end - *at)
		len = end - *at;
	memcpy(buf, from + *at, len);
	*at += len;
	return len;
}

static void
stash_free(struct stream *s)
{
	freezero(s->stash, s->stash_len);
	s->stash = NULL;
	s->stash_at = s->stash_len = 0;
}

static ssize_t
raw_read(struct tls *tls, void *buf, size_t len, void *arg)
{
	struct stream	*s = arg;
	ssize_t		 n;

	(void)tls;
	if (s->stash != NULL) {
		n = (ssize_t)take(buf, len, s->stash, &s->stash_at,
		    s->stash_len);
		if (s->stash_at == s->stash_len)
			stash_free(s);
		return n;
	}
	if (raw.owner != s || raw.at == raw.len) {
		if (raw.owner != NULL && raw.owner != s)
			stream_rest(raw.owner);
		raw.owner = s;
		raw.at = raw.len = 0;
		n = socket_read(s, raw.data, sizeof(raw.data));
		if (n == STREAM_WANT_IN)
			return TLS_WANT_POLLIN;
		if (n <= 0)
			return n == STREAM_EOF ? 0 : -1;
		raw.len = (size_t)n;
	}
	return (ssize_t)take(buf, len, raw.data, &raw.at, raw.len);
}

static ssize_t
socket_write(struct stream *s, const void *buf, size_t len)
{
	ssize_t	 n;

	do {
		n = send(s->fd, buf, len, MSG_NOSIGNAL);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return errno == EAGAIN || errno == EWOULDBLOCK ?
		    STREAM_WANT_OUT : STREAM_ERROR;
	return n;
}

static ssize_t
raw_write(struct tls *tls, const void *buf, size_t len, void *arg)
{
	ssize_t	 n;

	(void)tls;
	n = socket_write(arg, buf, len);
	if (n == STREAM_WANT_OUT)
		return TLS_WANT_POLLOUT;
	return n < 0 ? -1 : n;
}

static ssize_t
tls_result(ssize_t n)
{
	if (n >= 0)
		return n;
	if (n == TLS_WANT_POLLIN)
		return STREAM_WANT_IN;
	if (n == TLS_WANT_POLLOUT)
		return STREAM_WANT_OUT;
	return STREAM_ERROR;
}

struct server *
server_new(struct tls *tls)
{
	struct server	*server;

	if ((server = calloc(1, sizeof(*server))) == NULL)
		fatal("calloc");
	server->tls = tls;
	server->users = 1;
	return server;
}

void
server_drop(struct server *server)
{
	if (server == NULL || --server->users > 0)
		return;
	tls_free(server->tls);
	free(server);
}

bool
stream_open(struct stream *s, int fd, struct server *server)
{
	memset(s, 0, sizeof(*s));
	s->fd = fd;
	s->shaken = server == NULL;
	if (server == NULL)
		return true;
	if (tls_accept_cbs(server->tls, &s->tls, raw_read, raw_write, s) ==
	    -1) {
		log_warnx("tls: %s", log_safe(tls_error(server->tls)));
		close(fd);
		return false;
	}
	s->server = server;
	server->users++;
	return true;
}

void
stream_close(struct stream *s)
{
	if (s->tls != NULL) {
		/* Says goodbye if that can be done at once. */
		if (s->shaken)
			(void)tls_close(s->tls);
		tls_free(s->tls);
		server_drop(s->server);
	}
	if (raw.owner == s)
		raw.owner = NULL;
	stash_free(s);
	close(s->fd);
	s->tls = NULL;
	s->server = NULL;
	s->fd = -1;
}

void
stream_ready(struct stream *s)
{
	s->drained = false;
}

void
stream_rest(struct stream *s)
{
	if (raw.owner != s)
		return;
	if (raw.at < raw.len) {
		s->stash_len = raw.len - raw.at;
		s->stash_at = 0;
		if ((s->stash = malloc(s->stash_len)) == NULL)
			fatal("malloc");
		memcpy(s->stash, raw.data + raw.at, s->stash_len);
	}
	raw.owner = NULL;
	raw.at = raw.len = 0;
}

int
stream_handshake(struct stream *s)
{
	ssize_t	 r;

	if (s->shaken)
		return 1;
	if ((r = tls_result(tls_handshake(s->tls))) < 0) {
		if (r == STREAM_ERROR)
			log_debug("tls handshake: %s",
			    log_safe(tls_error(s->tls)));
		return (int)r;
	}
	s->shaken = true;
	return 1;
}

ssize_t
stream_read(struct stream *s, void *buf, size_t len)
{
	if (s->tls != NULL)
		return tls_result(tls_read(s->tls, buf, len));
	return socket_read(s, buf, len);
}

ssize_t
stream_write(struct stream *s, const void *buf, size_t len)
{
	if (s->tls != NULL)
		return tls_result(tls_write(s->tls, buf, len));
	return socket_write(s, buf, len);
}

void
stream_finish(struct stream *s)
{
	if (s->tls != NULL)
		(void)tls_close(s->tls);
	(void)shutdown(s->fd, SHUT_WR);
}

bool
stream_discard(struct stream *s)
{
	uint8_t	 sink[4096];
	ssize_t	 n;
	int	 i;

	/* Not more than so much in one go: others wait. */
	for (i = 0; i < 16; i++) {
		n = recv(s->fd, sink, sizeof(sink), 0);
		if (n == 0)
			return false;
		if (n == -1)
			return errno == EAGAIN || errno == EINTR;
	}
	return true;
}
