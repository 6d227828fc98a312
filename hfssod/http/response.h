/*
 * Writing answers.  An answer is begun, may get headers, and is ended; the
 * connection sends it in one write when its turn has come.
 */
#ifndef HTTP_RESPONSE_H
#define HTTP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/verdict.h"
#include "hfssod/http/call.h"

/*
 * Begin: status line, Date, and Connection where needed.  The buffer takes
 * further header lines (whole, with CRLF).
 */
struct buffer	*response_begin(struct call *, int);
/*
 * A header line.  A value with a control character is left out whole,
 * which is logged: it can't have come from a right place.
 */
void		 response_header(struct call *, const char *, const char *);
/*
 * A cookie: name and value; seconds to live, 0 removes it.  SameSite is
 * Lax, or None for one that a cross-site POST must bring.
 */
void		 response_cookie(struct call *, const char *, const char *,
		    int64_t, bool);
/* End without a body: Content-Length: 0. */
void		 response_end(struct call *);
/*
 * End with a body of that type (NULL: it has been said); the body is moved
 * out of the buffer.
 */
void		 response_body(struct call *, const char *, struct buffer *);

/* Whole answers. */
/* 303 to an address; begun with response_begin(c, 303) it may have more. */
void		 response_redirect(struct call *, const char *);
/* Begin a page of ours: headers that every page has, and the CSP. */
void		 response_begin_page(struct call *, int, const char *);
/*
 * End a begun answer with nothing to see, which anybody may frame: whether
 * it is done, and whether the session cookie goes.
 */
void		 response_frame(struct call *, bool, bool);
/*
 * An error in the shape of the call: a neutral page with the request id,
 * or nothing but the status ...  An identity provider gets no status but
 * 400 and 503.
 */
void		 response_verdict(struct call *, enum verdict);
/* The same for a status that no verdict has (408, 414, 415 ...). */
void		 response_status(struct call *, int);
/* 405 with the methods that are allowed, a METHOD() set. */
void		 response_allow(struct call *, unsigned int);

/* The reason phrase of a status. */
const char	*response_reason(int);
/* The process is ending: every answer closes its connection. */
void		 response_set_last(void);

#endif
