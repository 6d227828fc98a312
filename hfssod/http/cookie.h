/*
 * The Cookie header: ours are found and checked strictly, those of the
 * applications on the same host are passed over.  Pure.
 */
#ifndef HTTP_COOKIE_H
#define HTTP_COOKIE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire.h"
#include "hfssod/http/parse.h"

#define COOKIES_LOGIN	16		/* as many as sso_request holds */

struct cookies {
	struct bytes	 session;	/* len 0: none */
	size_t		 count;		/* unfinished logins */
	struct {
		struct bytes	 name;	/* 8 lower-case hex digits */
		struct bytes	 value;
	} login[COOKIES_LOGIN];
};

/*
 * Read one header's value.  False, and nothing found, if one of ours is
 * there twice or is malformed: a value that is empty, has an octet outside
 * base64url, or (the session's) is longer than LIMIT_TOKEN.  Unfinished
 * logins beyond COOKIES_LOGIN are passed over.
 */
bool	 cookies_parse(struct bytes, struct cookies *);
/* The same of a request: none is fine, two Cookie headers are not. */
bool	 cookies_of(const struct head *, struct cookies *);

#endif
