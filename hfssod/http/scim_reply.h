/*
 * The heads and errors of API answers.
 */
#ifndef HTTP_SCIM_REPLY_H
#define HTTP_SCIM_REPLY_H

#include "common/verdict.h"
#include "hfssod/http/buffer.h"

struct call;

/*
 * Begin an answer with a body: status and every header but its length.
 * What the call has prepared (scim_out.h) gives ETag and Location.
 */
void	 scim_reply_begin(struct call *, int);

/* Whole answers; the call may be gone afterwards. */
void	 scim_reply(struct call *, int, struct buffer *);	/* JSON */
void	 scim_reply_empty(struct call *, int);
/*
 * An error (RFC 7644 3.12): the detail is for the client ("" : the
 * verdict's own); seconds for Retry-After, 0 for what the status needs.
 * An answer that was begun is broken off.
 */
void	 scim_refuse(struct call *, enum verdict, const char *, uint32_t);
void	 scim_refuse_status(struct call *, int, const char *);

/* For response.c: an error of that shape, whoever found it. */
void	 scim_error_verdict(struct call *, enum verdict);
void	 scim_error_status(struct call *, int);

#endif
