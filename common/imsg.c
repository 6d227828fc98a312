/*
 * Framed messages over a stream socket.  Every process.  Must never act on
 * a frame before it is whole, nor block, nor keep what was in a message
 * that has been dealt with: it may be a secret.
 */
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/imsg.h"
#include "common/log.h"

#define READ_SIZE	(64 * 1024)
#define FLAG_FD		1u
#define FDS_HELD	64		/* received, not yet claimed */
#define FDS_RECEIVE	16		/* in one read */

/* A descriptor that goes with the octets from this place in the queue. */
struct queued_fd {
	size_t		 at;
	int		 fd;
};

struct imsgbuf {
	int			 fd;
	size_t			 most;
	/* input: [start, end) of in is not yet taken, before done it is 0 */
	uint8_t			*in;
	size_t			 in_size;
	size_t			 in_done;
	size_t			 in_start;
	size_t			 in_end;
	int			 fds[FDS_HELD];
	size_t			 fd_count;
	/* output: [out_start, out_end) of out is not yet written */
	uint8_t			*out;
	size_t			 out_size;
	size_t			 out_start;
	size_t			 out_end;
	struct queued_fd	*out_fds;
	size_t			 out_fd_count;
};

struct imsgbuf *
imsgbuf_new(int fd, size_t most)
{
	struct imsgbuf	*b;

	if ((b = calloc(1, sizeof(*b))) == NULL)
		fatal("calloc");
	b->fd = fd;
	b->most = most;
	b->in_size = READ_SIZE;
	if ((b->in = malloc(b->in_size)) == NULL)
		fatal("malloc");
	return b;
}

void
imsgbuf_free(struct imsgbuf *b)
{
	size_t	 i;

	if (b == NULL)
		return;
	for (i = 0; i < b->fd_count; i++)
		close(b->fds[i]);
	for (i = 0; i < b->out_fd_count; i++)
		close(b->out_fds[i].fd);
	close(b->fd);
	freezero(b->in, b->in_size);
	freezero(b->out, b->out_size);
	free(b->out_fds);
	free(b);
}

int
imsgbuf_fd(const struct imsgbuf *b)
{
	return b->fd;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

static void
put32(uint8_t *p, uint32_t v)
{
	p[0] = v >> 24 & 0xff;
	p[1] = v >> 16 & 0xff;
	p[2] = v >> 8 & 0xff;
	p[3] = v & 0xff;
}

/* The frame that was taken last has been dealt with. */
static void
forget_taken(struct imsgbuf *b)
{
	explicit_bzero(b->in + b->in_done, b->in_start - b->in_done);
	b->in_done = b->in_start;
}

/* Room to read into: move what is left to the front, grow for a long frame. */
static void
make_room(struct imsgbuf *b)
{
	uint8_t	*in;
	size_t	 left, need, size, cleared, len = 0;

	forget_taken(b);
	left = b->in_end - b->in_start;
	need = READ_SIZE;
	if (left >= 4)
		len = get32(b->in + b->in_start);
	/* imsgbuf_get refuses one that is too long. */
	if (len <= b->most && IMSG_HEADER + len > need)
		need = IMSG_HEADER + len;
	size = b->in_size;
	if (need > size || (left == 0 && size > READ_SIZE)) {
		size = need;
		if ((in = malloc(size)) == NULL)
			fatal("malloc");
		memcpy(in, b->in + b->in_start, left);
		/* The rest of it is clear: it may be many megabytes. */
		explicit_bzero(b->in + b->in_start, left);
		free(b->in);
		b->in = in;
		b->in_size = size;
	} else if (b->in_start > 0 && left > 0) {
		memmove(b->in, b->in + b->in_start, left);
		cleared = b->in_start < left ? left : b->in_start;
		explicit_bzero(b->in + cleared, b->in_end - cleared);
	}
	b->in_done = b->in_start = 0;
	b->in_end = left;
}

/* Keep what descriptors came; too many at once are a broken peer: -1. */
static int
take_fds(struct imsgbuf *b, struct msghdr *mh)
{
	struct cmsghdr	*c;
	size_t		 n, i;
	int		 fd, rv = 0;

	for (c = CMSG_FIRSTHDR(mh); c != NULL; c = CMSG_NXTHDR(mh, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
			if (b->fd_count < FDS_HELD)
				b->fds[b->fd_count++] = fd;
			else {
				close(fd);
				rv = -1;
			}
		}
	}
	if (mh->msg_flags & MSG_CTRUNC)
		rv = -1;
	return rv;
}

int
imsgbuf_read(struct imsgbuf *b)
{
	union {
		struct cmsghdr	 align;
		char		 buf[CMSG_SPACE(sizeof(int) * FDS_RECEIVE)];
	} control;
	struct msghdr	 mh;
	struct iovec	 iov;
	ssize_t		 n;

	make_room(b);
	if (b->in_end == b->in_size)
		return 1;
	memset(&mh, 0, sizeof(mh));
	iov.iov_base = b->in + b->in_end;
	iov.iov_len = b->in_size - b->in_end;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	mh.msg_control = control.buf;
	mh.msg_controllen = sizeof(control.buf);
	n = recvmsg(b->fd, &mh, MSG_CMSG_CLOEXEC);
	if (n == -1)
		return errno == EAGAIN || errno == EINTR ? 1 : -1;
	if (n == 0)
		return 0;
	b->in_end += (size_t)n;
	if (mh.msg_controllen > 0 && take_fds(b, &mh) == -1) {
		errno = EMSGSIZE;
		return -1;
	}
	return 1;
}

int
imsgbuf_get(struct imsgbuf *b, struct imsg *m)
{
	const uint8_t	*p = b->in + b->in_start;
	size_t		 left = b->in_end - b->in_start, len;
	unsigned int	 flags;

	forget_taken(b);
	/* At once: room is made for what the length says. */
	if (left >= 4 && get32(p) > b->most)
		return -1;
	if (left < IMSG_HEADER)
		return 0;
	len = get32(p);
	flags = (unsigned int)p[6] << 8 | p[7];
	if ((flags & ~FLAG_FD) != 0)
		return -1;
	if (left - IMSG_HEADER < len)
		return 0;
	m->type = (unsigned int)p[4] << 8 | p[5];
	m->id = (uint64_t)get32(p + 8) << 32 | get32(p + 12);
	m->data.data = p + IMSG_HEADER;
	m->data.len = len;
	m->fd = -1;
	if (flags & FLAG_FD) {
		if (b->fd_count == 0)
			return -1;
		m->fd = b->fds[0];
		memmove(b->fds, b->fds + 1, --b->fd_count * sizeof(b->fds[0]));
	}
	b->in_start += IMSG_HEADER + len;
	return 1;
}

static uint8_t *
out_room(struct imsgbuf *b, size_t len)
{
	uint8_t	*out;
	size_t	 size, used;
	size_t	 i;

	if (b->out_size - b->out_end >= len)
		return b->out + b->out_end;
	used = b->out_end - b->out_start;
	if (b->out_start > 0 && b->out_size - used >= len &&
	    used <= b->out_start) {
		memcpy(b->out, b->out + b->out_start, used);
		explicit_bzero(b->out + b->out_start, used);
	} else {
		size = b->out_size == 0 ? 4096 : b->out_size;
		while (size - used < len)
			size *= 2;
		if ((out = malloc(size)) == NULL)
			fatal("malloc");
		if (used > 0)
			memcpy(out, b->out + b->out_start, used);
		freezero(b->out, b->out_size);
		b->out = out;
		b->out_size = size;
	}
	for (i = 0; i < b->out_fd_count; i++)
		b->out_fds[i].at -= b->out_start;
	b->out_start = 0;
	b->out_end = used;
	return b->out + used;
}

void
imsgbuf_put(struct imsgbuf *b, unsigned int type, uint64_t id, int fd,
    const void *data, size_t len)
{
	uint8_t		*p;
	void		*list;

	if (len > UINT32_MAX - IMSG_HEADER)
		fatalx("message of %zu octets", len);
	p = out_room(b, IMSG_HEADER + len);
	if (fd != -1) {
		list = reallocarray(b->out_fds, b->out_fd_count + 1,
		    sizeof(*b->out_fds));
		if (list == NULL)
			fatal("reallocarray");
		b->out_fds = list;
		b->out_fds[b->out_fd_count].at = b->out_end;
		b->out_fds[b->out_fd_count++].fd = fd;
	}
	put32(p, (uint32_t)len);
	p[4] = type >> 8 & 0xff;
	p[5] = type & 0xff;
	p[6] = 0;
	p[7] = fd != -1 ? FLAG_FD : 0;
	put32(p + 8, (uint32_t)(id >> 32));
	put32(p + 12, (uint32_t)id);
	if (len > 0)
		memcpy(p + IMSG_HEADER, data, len);
	b->out_end += IMSG_HEADER + len;
}

/*
 * One write: up to the next descriptor's frame, or from it with the
 * descriptor, so that every descriptor goes with its own frame's octets.
 */
static ssize_t
write_once(struct imsgbuf *b)
{
	union {
		struct cmsghdr	 align;
		char		 buf[CMSG_SPACE(sizeof(int))];
	} control;
	struct msghdr	 mh;
	struct iovec	 iov;
	struct cmsghdr	*c;
	size_t		 end = b->out_end;
	ssize_t		 n;
	bool		 with;

	with = b->out_fd_count > 0 && b->out_fds[0].at == b->out_start;
	if (b->out_fd_count > (with ? 1u : 0u))
		end = b->out_fds[with ? 1 : 0].at;
	memset(&mh, 0, sizeof(mh));
	iov.iov_base = b->out + b->out_start;
	iov.iov_len = end - b->out_start;
	mh.msg_iov = &iov;
	mh.msg_iovlen = 1;
	if (with) {
		memset(&control, 0, sizeof(control));
		mh.msg_control = control.buf;
		mh.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&mh);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &b->out_fds[0].fd, sizeof(int));
	}
	if ((n = sendmsg(b->fd, &mh, MSG_NOSIGNAL)) <= 0)
		return n;
	if (with) {
		close(b->out_fds[0].fd);
		memmove(b->out_fds, b->out_fds + 1,
		    --b->out_fd_count * sizeof(*b->out_fds));
	}
	explicit_bzero(b->out + b->out_start, (size_t)n);
	b->out_start += (size_t)n;
	return n;
}

int
imsgbuf_write(struct imsgbuf *b)
{
	ssize_t	 n;

	while (b->out_start < b->out_end) {
		if ((n = write_once(b)) == -1) {
			if (errno == EINTR)
				continue;
			return errno == EAGAIN ? 0 : -1;
		}
	}
	b->out_start = b->out_end = 0;
	return 0;
}

size_t
imsgbuf_queued(const struct imsgbuf *b)
{
	return b->out_end - b->out_start;
}
