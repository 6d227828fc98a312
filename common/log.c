/*
 * Log lines to one descriptor.  Every process.  Must never call syslog(3),
 * open anything, or let text from outside through unescaped.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>
#include <vis.h>

#include "common/clock.h"
#include "common/log.h"

#define LINE		2048
#define SAFE_TEXT	256
#define BUFFERS		8

static char		 name[64] = "hfssod";
static int		 log_fd = STDERR_FILENO;
static enum log_form	 form = LOG_FORM_PLAIN;
static bool		 verbose;

void
log_init(const char *process, int fd, enum log_form f)
{
	strlcpy(name, process, sizeof(name));
	log_fd = fd;
	form = f;
}

void
log_setverbose(bool v)
{
	verbose = v;
}

static void	 line(int, int, const char *, const char *, va_list)
		    __attribute__((__format__(printf, 4, 0)));

/* One line, in one write: lines of several processes do not mix. */
static void
line(int priority, int error, const char *what, const char *fmt, va_list ap)
{
	char	 buf[LINE], when[CLOCK_TEXT];
	int	 len, n;

	if (form == LOG_FORM_SYSLOG)
		len = snprintf(buf, sizeof(buf), "<%d>hfssod[%ld]: %s: %s",
		    LOG_AUTH | priority, (long)getpid(), name, what);
	else {
		clock_format(clock_now(), when);
		len = snprintf(buf, sizeof(buf), "%s %s[%ld]: %s", when, name,
		    (long)getpid(), what);
	}
	n = vsnprintf(buf + len, sizeof(buf) - (size_t)len - 1, fmt, ap);
	if (n > 0)
		len += n;
	if (len > LINE - 2)
		len = LINE - 2;
	if (error != 0) {
		n = snprintf(buf + len, sizeof(buf) - (size_t)len - 1, ": %s",
		    strerror(error));
		if (n > 0)
			len += n;
		if (len > LINE - 2)
			len = LINE - 2;
	}
	if (form == LOG_FORM_PLAIN)
		buf[len++] = '\n';
	/* A log that can't be written must not stop anybody. */
	if (write(log_fd, buf, (size_t)len) == -1)
		return;
}

#define LINE_OF(function, priority, error, what)			\
void									\
function(const char *fmt, ...)						\
{									\
	va_list	 ap;							\
	int	 saved = errno;						\
									\
	va_start(ap, fmt);						\
	line(priority, error, what, fmt, ap);				\
	va_end(ap);							\
	errno = saved;							\
}

LINE_OF(log_info, LOG_INFO, 0, "")
LINE_OF(log_warn, LOG_WARNING, saved, "")
LINE_OF(log_warnx, LOG_WARNING, 0, "")

void
log_debug(const char *fmt, ...)
{
	va_list	 ap;

	if (!verbose)
		return;
	va_start(ap, fmt);
	line(LOG_DEBUG, 0, "", fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list	 ap;
	int	 saved = errno;

	va_start(ap, fmt);
	line(LOG_CRIT, saved, "fatal: ", fmt, ap);
	va_end(ap);
	exit(1);
}

void
fatalx(const char *fmt, ...)
{
	va_list	 ap;

	va_start(ap, fmt);
	line(LOG_CRIT, 0, "fatal: ", fmt, ap);
	va_end(ap);
	exit(1);
}

static char *
buffer(void)
{
	static char		 buffers[BUFFERS][SAFE_TEXT + 1];
	static unsigned int	 next;

	return buffers[next++ % BUFFERS];
}

const char *
log_safe_bytes(struct bytes bytes)
{
	char	*out = buffer();
	char	 one[8];
	size_t	 i, len, used = 0;

	for (i = 0; i < bytes.len; i++) {
		vis(one, (char)bytes.data[i], VIS_CSTYLE | VIS_NL | VIS_TAB,
		    i + 1 < bytes.len ? (char)bytes.data[i + 1] : '\0');
		len = strlen(one);
		if (used + len > SAFE_TEXT)
			break;
		memcpy(out + used, one, len);
		used += len;
	}
	out[used] = '\0';
	return out;
}

const char *
log_safe(const char *text)
{
	struct bytes	 bytes = { NULL, 0 };

	if (text != NULL) {
		bytes.data = (const uint8_t *)text;
		bytes.len = strnlen(text, SAFE_TEXT);
	}
	return log_safe_bytes(bytes);
}

const char *
log_id(uint64_t id)
{
	char	*out = buffer();

	snprintf(out, SAFE_TEXT, "%016" PRIx64, id);
	return out;
}
