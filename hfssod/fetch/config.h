/*
 * The configuration of fetch by generations.  A question keeps the one it
 * began with until it ends, also over a reload.
 */
#ifndef FETCH_CONFIG_H
#define FETCH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/child.h"
#include "common/view.h"
#include "hfssod/fetch/names.h"

struct tls_config;

/* A connection, and what belongs to it. */
struct place {
	const struct fetch_connection *connection;
	struct tls_config *tls;		/* NULL: no CA, no https */
	int64_t		 warned;	/* clock_ms of the last warning */
};

struct config {
	unsigned int	 users;
	struct fetch_view *view;
	size_t		 place_count;
	struct place	*places;
	struct bytes	 hosts;		/* the file's octets */
	size_t		 server_count;	/* name servers */
	struct server	 servers[NAMES_SERVERS];
	/* config.c's own. */
	uint8_t		*octets;	/* what the view points into */
	size_t		 len;
	size_t		 trust_count;
	struct trust	*trusts;
};

/* Hooks of child.h. */
const char	*config_prepare(struct reader *, const struct view_files *);
void		 config_commit(void);
void		 config_abort(void);

/* The committed one, with one user more; NULL before the first commit. */
struct config	*config_hold(void);
/* The committed one, to be looked at. */
const struct config *config_current(void);
/* One user less; the last frees it.  NULL is fine. */
void		 config_drop(struct config *);

/* A connection by organization and name; NULL if there is none. */
struct place	*config_place(struct config *, const char *, const char *);
/* Whether a connection's configuration allows this inner address. */
bool		 config_allows(const struct place *, const struct address *);

#endif
