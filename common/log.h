/*
 * One line per event, to a descriptor that parent opened.  Shared by every
 * process.  Never syslog(3), never a secret, token, cookie or assertion.
 *
 * Values that came from outside must pass through log_safe.
 */
#ifndef COMMON_LOG_H
#define COMMON_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

enum log_form {
	LOG_FORM_PLAIN,		/* lines on a file or terminal */
	LOG_FORM_SYSLOG		/* RFC 3164 datagrams on a connected socket */
};

/*
 * Name this process in its lines and say where they go.  Until called,
 * lines go to descriptor 2.  The name is copied.  The form is kept for
 * the life of the process.
 */
void	 log_init(const char *, int, enum log_form);
/* Whether log_debug writes. */
void	 log_setverbose(bool);

/* log_warn adds the text of errno, log_warnx does not. */
void	 log_info(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_warn(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_warnx(const char *, ...) __attribute__((__format__(printf, 1, 2)));
void	 log_debug(const char *, ...) __attribute__((__format__(printf, 1, 2)));
/*
 * Cannot happen, broken protocol of our own peer, or a failed setup: log
 * and exit 1.  Never for what a stranger sent.
 */
void	 fatal(const char *, ...)
	    __attribute__((__format__(printf, 1, 2), __noreturn__));
void	 fatalx(const char *, ...)
	    __attribute__((__format__(printf, 1, 2), __noreturn__));

/*
 * A printable form (strvis, at most 256 octets) of text from outside, in
 * one of eight static buffers that are reused in turn.  NULL becomes "".
 */
const char	*log_safe(const char *);
const char	*log_safe_bytes(struct bytes);
/* A request id as it is shown: 16 hex digits.  Static buffer as above. */
const char	*log_id(uint64_t);

#endif
