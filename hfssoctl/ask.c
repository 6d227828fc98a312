/* The conversation with hfssod.  In hfssoctl. */
#include <sys/socket.h>
#include <sys/un.h>

#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssoctl/ask.h"

struct imsgbuf *
ask_open(const char *path)
{
	struct sockaddr_un	 sun;
	struct imsgbuf		*b;
	struct writer		 w;
	int			 fd;

	memset(&sun, 0, sizeof(sun));
	sun.sun_family = AF_UNIX;
	if (strlcpy(sun.sun_path, path, sizeof(sun.sun_path)) >=
	    sizeof(sun.sun_path)) {
		warnx("%s: name too long", path);
		return NULL;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sun,
	    sizeof(sun)) == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		warn("%s: is hfssod running?", path);
		if (fd != -1)
			close(fd);
		return NULL;
	}
	b = imsgbuf_new(fd, LIMIT_MESSAGE);
	wire_init(&w, 256);
	wire_put_u64(&w, message_table_hash());
	wire_put_string(&w, HFSSOD_VERSION);
	imsgbuf_put(b, MESSAGE_hello, 0, -1, w.data, w.len);
	wire_free(&w);
	return b;
}

/* One step: write what waits, read what comes.  -1: closed. */
static int
step(struct imsgbuf *b, int ms)
{
	struct pollfd	 pfd;

	pfd.fd = imsgbuf_fd(b);
	pfd.events = POLLIN;
	if (imsgbuf_queued(b) > 0)
		pfd.events |= POLLOUT;
	if (poll(&pfd, 1, ms) <= 0)
		return 0;
	if ((pfd.revents & POLLOUT) != 0 && imsgbuf_write(b) == -1)
		return -1;
	if ((pfd.revents & (POLLIN | POLLHUP)) != 0 && imsgbuf_read(b) <= 0)
		return -1;
	return 0;
}

bool
ask(struct imsgbuf *b, enum message message, const struct writer *w,
    int seconds, struct imsg *m)
{
	int64_t	 until;
	int	 n;

	imsgbuf_put(b, message, 1, -1, w == NULL ? NULL : w->data,
	    w == NULL ? 0 : w->len);
	until = clock_ms() + (int64_t)seconds * 1000;
	while ((n = imsgbuf_get(b, m)) == 0) {
		if (clock_ms() > until) {
			warnx("hfssod did not answer in time");
			return false;
		}
		if (step(b, 1000) == -1) {
			warnx("hfssod closed the connection: it ends, refuses "
			    "this user, or is of another version");
			return false;
		}
	}
	if (n == -1 || m->id != 1 || m->fd != -1 ||
	    (m->type != MESSAGE_ctl_result &&
	    m->type != MESSAGE_ctl_records)) {
		warnx("hfssod answered something that was not asked for");
		return false;
	}
	return true;
}

void
ask_until_end(struct imsgbuf *b)
{
	while (step(b, 1000) != -1)
		continue;
}
