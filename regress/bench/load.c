/*
 * A load generator for one HTTP server on loopback, in regress only.  It
 * keeps a number of connections busy, one request at a time on each, and
 * looks at every answer: its status, and whether its head holds what it
 * should.  Nothing that is not exactly right counts.
 *
 *	load [-T] [-c connections] [-e status] [-t seconds | -o answers]
 *	    port file
 *
 * The file is a list of records: length of the request, length of what the
 * head of the answer must hold (both 32 bit, big endian), then both.  With
 * -t the requests are sent in turn for so long, without it each once, and
 * -o keeps the answers in the same form: length, octets, in their order.
 * When all connections stand it says "ready" and waits for a line.
 */
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#define ANSWER		(1 << 20) /* octets of an answer */
#define LATENCIES	200000	/* microseconds; what is above is the last */
#define CIPHER		"TLS_AES_256_GCM_SHA384"

struct record {
	const uint8_t	*data;
	size_t		 len;
	const char	*expect;
	size_t		 expect_len;
};

struct connection {
	int		 fd;
	SSL		*tls;
	size_t		 record;	/* that is under way */
	bool		 busy;
	size_t		 sent;
	uint64_t	 began;		/* nanoseconds */
	size_t		 have;
	uint8_t		 answer[ANSWER];
};

struct answer {
	uint8_t		*data;
	size_t		 len;
};

static struct record	*records;
static size_t		 record_count;
static struct answer	*answers;	/* NULL: nobody wants them */
static unsigned int	 latency[LATENCIES + 1];
static size_t		 next, good, bad, opened;
static uint64_t		 until;		/* 0: each record once */
static unsigned long	 status = 200;
static in_port_t	 port;
static SSL_CTX		*tls_ctx;
static int		 ep;

static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint32_t
number(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
records_read(const char *path)
{
	struct stat st;
	uint8_t *data;
	size_t at, len, n = 0;
	FILE *f;

	if ((f = fopen(path, "rb")) == NULL || fstat(fileno(f), &st) == -1)
		err(1, "%s", path);
	len = (size_t)st.st_size;
	if ((data = malloc(len + 1)) == NULL)
		err(1, "malloc");
	if (fread(data, 1, len, f) != len)
		err(1, "%s", path);
	fclose(f);
	for (at = 0; at + 8 <= len; n++)
		at += 8 + number(data + at) + number(data + at + 4);
	if (at != len || n == 0)
		errx(1, "%s: malformed", path);
	if ((records = calloc(n, sizeof(*records))) == NULL)
		err(1, "calloc");
	for (at = 0; at < len; record_count++) {
		struct record *r = &records[record_count];

		r->len = number(data + at);
		r->expect_len = number(data + at + 4);
		r->data = data + at + 8;
		r->expect = (const char *)r->data + r->len;
		at += 8 + r->len + r->expect_len;
	}
}

static void
connection_open(struct connection *c)
{
	struct sockaddr_in sin;
	struct epoll_event ev;
	int on = 1;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons(port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((c->fd = socket(AF_INET, SOCK_STREAM, 0)) == -1 ||
	    connect(c->fd, (struct sockaddr *)&sin, sizeof(sin)) == -1)
		err(1, "connect to port %u", port);
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (tls_ctx != NULL) {
		if ((c->tls = SSL_new(tls_ctx)) == NULL ||
		    SSL_set_fd(c->tls, c->fd) != 1 ||
		    SSL_connect(c->tls) != 1) {
			ERR_print_errors_fp(stderr);
			errx(1, "TLS handshake");
		}
	}
	if (fcntl(c->fd, F_SETFL, O_NONBLOCK) == -1)
		err(1, "fcntl");
	ev.events = EPOLLIN;
	ev.data.ptr = c;
	if (epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev) == -1)
		err(1, "epoll_ctl");
	opened++;
}

static void
connection_close(struct connection *c)
{
	SSL_free(c->tls);
	c->tls = NULL;
	close(c->fd);
	c->fd = -1;
}

/* As read and write: -1 and EAGAIN if there is nothing to do now. */
static ssize_t
tls_result(struct connection *c, int n)
{
	switch (SSL_get_error(c->tls, n)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		errno = ECONNRESET;
		return -1;
	}
}

static ssize_t
connection_read(struct connection *c, void *to, size_t len)
{
	int n;

	if (c->tls == NULL)
		return read(c->fd, to, len);
	if ((n = SSL_read(c->tls, to, (int)len)) > 0)
		return n;
	return tls_result(c, n);
}

static ssize_t
connection_write(struct connection *c, const void *from, size_t len)
{
	int n;

	if (c->tls == NULL)
		return send(c->fd, from, len, MSG_NOSIGNAL);
	if ((n = SSL_write(c->tls, from, (int)len)) > 0)
		return n;
	return tls_result(c, n);
}

static void
connection_watch(struct connection *c, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev) == -1)
		err(1, "epoll_ctl");
}

/* Send what is left of the request. */
static void
connection_send(struct connection *c)
{
	const struct record *r = &records[c->record];
	bool waited = c->sent > 0;
	ssize_t n;

	while (c->sent < r->len) {
		n = connection_write(c, r->data + c->sent, r->len - c->sent);
		if (n == -1 && errno == EAGAIN) {
			connection_watch(c, EPOLLIN | EPOLLOUT);
			return;
		}
		if (n <= 0)
			err(1, "write");
		c->sent += (size_t)n;
	}
	if (waited)
		connection_watch(c, EPOLLIN);
}

/* The next request, if there is one. */
static void
connection_next(struct connection *c)
{
	c->busy = false;
	c->have = c->sent = 0;
	if (until == 0 && next == record_count)
		return;
	c->began = now();
	if (until != 0 && c->began >= until)
		return;
	c->record = next++;
	if (until != 0 && next == record_count)
		next = 0;
	c->busy = true;
	connection_send(c);
}

/* A body in chunks ends with an empty one; no JSON holds such an end. */
static size_t
chunked_length(const struct connection *c, size_t head)
{
	static const char	 last[] = "\r\n0\r\n\r\n";
	const uint8_t		*end;

	end = memmem(c->answer + head - 2, c->have - head + 2, last,
	    sizeof(last) - 1);
	return end == NULL ? 0 :
	    (size_t)(end - c->answer) + sizeof(last) - 1;
}

/*
 * Length of the whole answer, as soon as its head is there (in chunks: all
 * of it); else 0.
 */
static size_t
answer_length(const struct connection *c, size_t *head)
{
	const char *p, *end;
	size_t len = 0;

	end = memmem(c->answer, c->have, "\r\n\r\n", 4);
	if (end == NULL)
		return 0;
	*head = (size_t)(end - (const char *)c->answer) + 4;
	for (p = (const char *)c->answer; p != NULL && p < end;
	    p = memmem(p, (size_t)(end - p), "\r\n", 2)) {
		while (*p == '\r' || *p == '\n')
			p++;
		if (strncasecmp(p, "Content-Length:", 15) == 0)
			len = strtoul(p + 15, NULL, 10);
		if (strncasecmp(p, "Transfer-Encoding: chunked\r", 27) == 0)
			return chunked_length(c, *head);
	}
	return *head + len;
}

static void
answer_check(struct connection *c, size_t head, size_t len)
{
	const struct record *r = &records[c->record];
	uint64_t us = (now() - c->began) / 1000;
	bool ok;

	latency[us < LATENCIES ? us : LATENCIES]++;
	ok = head > 12 && memcmp(c->answer, "HTTP/1.1 ", 9) == 0 &&
	    strtoul((const char *)c->answer + 9, NULL, 10) == status &&
	    (r->expect_len == 0 ||
	    memmem(c->answer, head, r->expect, r->expect_len) != NULL);
	if (ok)
		good++;
	else if (bad++ == 0)
		fprintf(stderr, "load: first bad answer:\n%.*s\n",
		    len < 2000 ? (int)len : 2000, (char *)c->answer);
	if (answers != NULL) {
		struct answer *a = &answers[c->record];

		if ((a->data = malloc(len)) == NULL)
			err(1, "malloc");
		memcpy(a->data, c->answer, len);
		a->len = len;
	}
}

static void
connection_event(struct connection *c, uint32_t events)
{
	size_t len, head;
	ssize_t n;

	if ((events & EPOLLOUT) != 0)
		connection_send(c);
	for (;;) {
		n = connection_read(c, c->answer + c->have,
		    sizeof(c->answer) - c->have);
		if (n == -1 && errno == EAGAIN)
			return;
		if (n <= 0) {
			if (c->busy) {
				bad++;
				warnx("closed before the answer");
			}
			connection_close(c);
			connection_open(c);
			connection_next(c);
			return;
		}
		c->have += (size_t)n;
		len = answer_length(c, &head);
		if (len > sizeof(c->answer))
			errx(1, "answer of %zu octets", len);
		if (len != 0 && c->have > len)
			errx(1, "more than one answer");
		if (len == 0 || c->have < len)
			continue;
		answer_check(c, head, len);
		connection_next(c);
		if (c->tls == NULL)
			return;
	}
}

static void
answers_write(const char *path)
{
	uint8_t len[4];
	size_t i;
	FILE *f;

	if ((f = fopen(path, "wb")) == NULL)
		err(1, "%s", path);
	for (i = 0; i < record_count; i++) {
		len[0] = (uint8_t)(answers[i].len >> 24);
		len[1] = (uint8_t)(answers[i].len >> 16);
		len[2] = (uint8_t)(answers[i].len >> 8);
		len[3] = (uint8_t)answers[i].len;
		fwrite(len, sizeof(len), 1, f);
		if (answers[i].len > 0)
			fwrite(answers[i].data, answers[i].len, 1, f);
	}
	if (fclose(f) != 0)
		err(1, "%s", path);
}

static unsigned int
percentile(size_t count, double part)
{
	unsigned int i;
	double sum = 0;

	for (i = 0; i < LATENCIES; i++)
		if ((sum += latency[i]) >= part * (double)count)
			break;
	return i;
}

static void
tls_start(void)
{
	tls_ctx = SSL_CTX_new(TLS_client_method());
	if (tls_ctx == NULL ||
	    SSL_CTX_set_min_proto_version(tls_ctx, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(tls_ctx, CIPHER) != 1)
		errx(1, "TLS");
	SSL_CTX_set_verify(tls_ctx, SSL_VERIFY_NONE, NULL);
}

static bool
busy(const struct connection *c, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (c[i].busy)
			return true;
	return false;
}

static void
run(struct connection *list, size_t count, double seconds)
{
	struct epoll_event ev[64];
	uint64_t began = now(), late;
	double wall;
	size_t i;
	int n, k;

	if (seconds > 0)
		until = began + (uint64_t)(seconds * 1e9);
	late = began + (uint64_t)((seconds + 120) * 1e9);
	for (i = 0; i < count; i++)
		connection_next(&list[i]);
	while (busy(list, count)) {
		if ((n = epoll_wait(ep, ev, 64, 10000)) == -1 &&
		    errno != EINTR)
			err(1, "epoll_wait");
		if (n == 0 || now() > late)
			errx(1, "no answer, after %zu", good + bad);
		for (k = 0; k < n; k++)
			connection_event(ev[k].data.ptr, ev[k].events);
	}
	wall = (double)(now() - began) / 1e9;
	printf("good %zu bad %zu seconds %.3f p50 %u p99 %u reopened %zu\n",
	    good, bad, wall, percentile(good + bad, 0.5),
	    percentile(good + bad, 0.99), opened - count);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct connection *list;
	const char *keep = NULL;
	size_t count = 32, i;
	double seconds = 0;
	bool tls = false;
	int ch;

	while ((ch = getopt(argc, argv, "Tc:e:t:o:")) != -1) {
		if (ch == 'T')
			tls = true;
		else if (ch == 'c')
			count = strtoul(optarg, NULL, 10);
		else if (ch == 'e')
			status = strtoul(optarg, NULL, 10);
		else if (ch == 't')
			seconds = strtod(optarg, NULL);
		else if (ch == 'o')
			keep = optarg;
		else
			return 2;
	}
	if (argc - optind != 2 || count == 0 || (keep != NULL && seconds > 0))
		errx(2, "usage: load [-T] [-c connections] [-e status] "
		    "[-t seconds | -o answers] port file");
	port = (in_port_t)strtoul(argv[optind], NULL, 10);
	records_read(argv[optind + 1]);
	if (seconds <= 0 && count > record_count)
		count = record_count;
	if (keep != NULL && (answers = calloc(record_count,
	    sizeof(*answers))) == NULL)
		err(1, "calloc");
	if (tls)
		tls_start();
	if ((ep = epoll_create1(EPOLL_CLOEXEC)) == -1)
		err(1, "epoll_create1");
	if ((list = calloc(count, sizeof(*list))) == NULL)
		err(1, "calloc");
	for (i = 0; i < count; i++)
		connection_open(&list[i]);
	printf("ready\n");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	run(list, count, seconds);
	if (keep != NULL)
		answers_write(keep);
	return bad == 0 ? 0 : 1;
}
