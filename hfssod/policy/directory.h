/*
 * What the configuration names, in memory with its numbers in the store:
 * organizations, connections, resource groups.  Nothing in it is ever
 * removed: what is gone from the file has no settings any more.
 */
#ifndef POLICY_DIRECTORY_H
#define POLICY_DIRECTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/view.h"
#include "hfssod/policy/store.h"

/* How far members have been looked at by its maps; kept in the store. */
enum maps_step { MAPS_DONE, MAPS_MEMBERS, MAPS_ACCOUNTS };
#define MAPS_HASH	32
struct maps {
	uint8_t			 hash[MAPS_HASH];
	bool			 known;		/* hash is there */
	bool			 unwritten;	/* the store has it not yet */
	enum maps_step		 step;
	int64_t			 connection;	/* these are done */
	int64_t			 account;
};
struct organization {
	int64_t			 id;		/* 0: not in the store yet */
	char			*name;
	char			*folded;
	struct maps		 maps;		/* remap.h */
	/* Of the configuration in force; NULL: it does not name it. */
	const struct policy_organization *settings;
};
struct connection {
	int64_t			 id;
	struct organization	*organization;
	char			*name;
	const struct policy_connection *settings;
	bool			 off;		/* switched off by hfssoctl */
	/* Logins that the store has not counted yet, and the last one. */
	int64_t			 logins;
	int64_t			 login_at;
};
struct group {
	int64_t			 id;
	struct organization	*organization;
	char			*slug;
	char			*folded;
};

struct directory;

/* All that the store has; NULL on failure. */
struct directory *directory_load(struct store *);
void		 directory_free(struct directory *);

/*
 * Whether a view may take force: the mode of an organization that has
 * accounts or invitations can't change, they would belong to somebody else.
 * Why not, in static storage; or NULL.
 */
const char	*directory_refuses(struct directory *, struct store *,
		    const struct policy_view *);
/*
 * A view takes force: its strings must live until the next one.  What is
 * not in the store yet is made by directory_bind, in a transaction of its
 * own; on false it is to be called again, and the new organizations can't
 * be signed in to until then.
 */
void		 directory_use(struct directory *, const struct policy_view *);
bool		 directory_bind(struct directory *, struct store *);

/* By name, as configured; NULL if there is none. */
struct organization *directory_organization(struct directory *, const char *);
/* "" is the organization's first connection. */
struct connection *directory_connection(struct directory *,
		    const struct organization *, const char *);
/*
 * It has that name from now on, as the store has committed; one that had it
 * gets the old one.
 */
void		 directory_rename(struct directory *, struct connection *,
		    const char *);
struct group	*directory_group(struct directory *,
		    const struct organization *, const char *);
/* By number; NULL if there is none. */
struct organization *directory_organization_id(struct directory *, int64_t);
struct connection *directory_connection_id(struct directory *, int64_t);
struct group	*directory_group_id(struct directory *, int64_t);
/* One after another; the number begins with 0.  NULL: no more. */
struct connection *directory_connections(struct directory *, size_t *);
struct organization *directory_organizations(struct directory *, size_t *);
/* Write how far it is, in the caller's transaction. */
void		 directory_maps_write(const struct organization *,
		    const struct maps *, struct store *);
/*
 * Logins that the store has not counted: whether it is time to, write them
 * in the caller's transaction, it is committed.
 */
bool		 directory_logins_due(struct directory *, int64_t, bool);
void		 directory_logins_write(struct directory *, struct store *);
void		 directory_logins_written(struct directory *, int64_t);
/* Whether an organization has this name, folded. */
bool		 directory_has_name(struct directory *, const char *);

#endif
