/*
 * What this http process was configured to do: the view, and what was made
 * of it once so that no request has to.
 */
#ifndef HTTP_CONFIG_H
#define HTTP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "common/child.h"
#include "common/view.h"
#include "common/wire.h"

struct server;

/* The headers of a forward-auth answer, in the order they are written. */
enum identity_header {
	HEADER_USER,
	HEADER_EMAIL,
	HEADER_NAME,
	HEADER_GROUPS,
	HEADER_ACCOUNT,
	HEADER_ORGANIZATION,
	HEADER_ROLE,
	HEADER_SESSION,
	HEADER_EXPIRES,
	HEADER_TRUNCATED,
	HEADER_MAX
};

/* Their names for one application, each with ": " behind it. */
struct header_names {
	const char	*host;
	struct {
		char		*text;
		size_t		 len;
	} name[HEADER_MAX];
};

struct config {
	struct http_view	*view;
	struct server		*server;	/* TLS; NULL: plain HTTP */
	bool			 https;		/* the public url is */
	size_t			 prefix_len;
	size_t			 application_count;
	struct header_names	*applications;
	struct header_names	 plain;		/* where nothing is renamed */
};

/* The committed one; NULL before the first. */
const struct config	*config_current(void);

/*
 * Hooks of child.h.  prepare gives a reason for a view it can't use: a
 * certificate or key that is missing, malformed or no pair, a header name
 * that is none.
 */
const char	*config_prepare(struct reader *, const struct view_files *);
void		 config_commit(void);
void		 config_abort(void);

/* The names for an application by its host; never NULL. */
const struct header_names	*config_names(const char *);
/*
 * A door by organization and connection (empty: the organization's first);
 * NULL if there is none.
 */
const struct http_door		*config_door(struct bytes, struct bytes);

#endif
