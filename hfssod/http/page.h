/*
 * The pages of http.  Values in, HTML out; each takes the buffer it adds
 * to, and text that is not escaped yet.  Pure but for the prefix in the
 * address of the stylesheet.
 */
#ifndef HTTP_PAGE_H
#define HTTP_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/exchange.h"
#include "common/verdict.h"
#include "common/view.h"
#include "hfssod/http/buffer.h"

#define PAGE_TYPE	"text/html; charset=utf-8"

/* Where our pages live ("/.hfsso"); kept, not copied. */
void	 page_prefix(const char *);

/* An error: status, a neutral sentence, the request id. */
void	 page_error(struct buffer *, int, const char *, uint64_t);

/* The sign-in page: doors to choose from, and a form for an address. */
struct chooser {
	size_t				 count;
	const struct http_door		**doors;
	const char			*return_to;	/* "" : none */
	const char			*note;		/* or NULL */
	bool				 form;		/* the e-mail form */
};
void	 page_chooser(struct buffer *, const struct chooser *);
/* "Go on to ...": a refresh and a link, for where a redirect won't do. */
void	 page_continue(struct buffer *, const char *, const char *);
/*
 * The form of the POST binding: hidden fields and a button; true: to sign
 * out.
 */
void	 page_post(struct buffer *, const struct sso_started *, bool);
/* One's own session; leaving; gone. */
void	 page_account(struct buffer *, const struct session_view *);
void	 page_leave(struct buffer *, const struct session_view *);
void	 page_signed_out(struct buffer *, enum logout_result);
/* On to the identity provider, to leave there too: a refresh and a link. */
void	 page_leaving(struct buffer *, const char *);
/* A logout message that was refused; with the request id. */
void	 page_logout_failed(struct buffer *, uint64_t);

/*
 * The report of a connection test: what a sign-in would give, who it is,
 * what was received; with the request id.
 */
void	 page_report(struct buffer *, const struct login_answer *, uint64_t);

/*
 * The address of a door's sign-in: allocated, the caller frees it.  With a
 * return address that is not "".  The first connection of an organization
 * has no name in it.
 */
char	*page_door_address(const struct http_door *, const char *);

#endif
