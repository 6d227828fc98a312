/*
 * What a reverse proxy says of the request it asks about.  Pure.
 */
#ifndef HTTP_FORWARDED_H
#define HTTP_FORWARDED_H

#include <stdbool.h>
#include <stddef.h>

#include "common/request.h"
#include "hfssod/http/host.h"
#include "hfssod/http/parse.h"

struct forwarded {
	bool		 safe;		/* GET or HEAD */
	bool		 get;
	bool		 https;
	struct bytes	 uri;		/* path and query, as sent */
	struct bytes	 path;
	bool		 plain;		/* see path_plain */
	char		 host[HOST_TEXT];
	const char	*why;		/* after false: for the log */
};

/*
 * /auth/request.  nginx: X-Original-URI, X-Original-Method and its Host
 * (with X-Forwarded-Host beside it, both must agree).  Or, when neither
 * X-Original header is there: X-Forwarded-Method, -Host and -Uri.  Each
 * exactly once.  The flag says whether the public url is https: which port
 * is the default one.
 */
bool	 forwarded_request(const struct head *, bool, struct forwarded *);
/* /auth/forward: X-Forwarded-Method, -Host, -Uri and -Proto, each once. */
bool	 forwarded_forward(const struct head *, struct forwarded *);

/*
 * The client's address: that of the socket, or, if that is one of the
 * proxies, the last of X-Forwarded-For that is not.
 */
struct address	 forwarded_client(const struct head *, const struct address *,
		    const struct network *, size_t);
bool		 forwarded_proxy(const struct address *,
		    const struct network *, size_t);

#endif
