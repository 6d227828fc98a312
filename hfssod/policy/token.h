/*
 * Bearer tokens of provisioning clients: each belongs to one connection of
 * one organization.  The store has their SHA-256 alone.
 */
#ifndef POLICY_TOKEN_H
#define POLICY_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/verdict.h"
#include "hfssod/policy/store.h"
#include "hfssod/policy/table.h"

#define TOKEN_ID	17	/* public: 16 hex digits and a NUL */
#define TOKEN_NAME	64
/* As it is shown once: the prefix, 32 octets in base64url, a NUL. */
#define TOKEN_PREFIX	"hfscim_"
#define TOKEN_SECRET	32
#define TOKEN_TEXT	51
#define TOKEN_HASH	32

#define RIGHT_USERS	1u	/* change Users */
#define RIGHT_GROUPS	2u	/* change Groups */
#define RIGHT_READ	4u
#define RIGHT_DELETE	8u	/* with one of the first two */
#define RIGHT_RELINK	16u	/* change externalId of a linked admin */
#define RIGHT_LINKS	32u	/* link groups to resource groups */
#define RIGHT_DEFAULT	(RIGHT_USERS | RIGHT_GROUPS | RIGHT_READ | RIGHT_DELETE)

/* What a token forgives: see SCIM_LIBERTY_ in scim_exchange.h. */
enum token_profile { PROFILE_TOLERANT, PROFILE_STRICT, PROFILE_ENTRA,
    PROFILE_OKTA, PROFILE_MAX };

struct token {
	int64_t			 row;
	char			 id[TOKEN_ID];
	char			 name[TOKEN_NAME + 1];
	int64_t			 organization;	/* row */
	int64_t			 connection;	/* row */
	enum token_profile	 profile;
	unsigned int		 rights;
	int64_t			 expires;
	bool			 dry;		/* works on its copy */
};

/*
 * The token that a request shows, by that store (policy's or reader's) at
 * that time: ok, or token_missing, token_unknown, token_expired,
 * token_elsewhere, unavailable.  The octets may be the base64 of the
 * token, too.  On a refusal the line for the log is written, at most so
 * often.  A connection that is gone from the configuration has no tokens;
 * one that is disabled goes on being provisioned.
 */
enum verdict	 token_find(struct store *, const struct request *, int64_t,
		    struct token *);

/*
 * policy: tokens that are in use, by their hash, so that a request costs
 * no look into the store; how often they are used, and when they last
 * were.
 */
struct tokens {
	struct table	 table;
	int64_t		 write_next;	/* last uses, written then */
	bool		 any;		/* there is one to write */
	const char	*where;		/* see tokens_find */
};
void		 tokens_init(struct tokens *);
void		 tokens_free(struct tokens *);
/*
 * As token_find, from memory where it can be; counts it as used, and may
 * be too_many.  The token is valid until the next call.  where says of a
 * known one, refused or not, "organization/connection"; else it is "".
 */
enum verdict	 tokens_find(struct tokens *, struct store *,
		    const struct request *, const struct token **);
/* What the store has of that row is another now; 0: of any. */
void		 tokens_stale(struct tokens *, int64_t);
/*
 * Last uses that the store has not: whether it is time to, write them in
 * the caller's transaction, it is committed.
 */
bool		 tokens_due(const struct tokens *, int64_t, bool);
void		 tokens_write(struct tokens *, struct store *);
void		 tokens_written(struct tokens *, int64_t);

/*
 * The hash of a token's octets; false if they can't be one.  Takes the
 * token itself and its base64.
 */
bool		 token_hash(struct bytes, uint8_t [TOKEN_HASH]);

/* Names of profiles and rights, for hfssoctl; "" and 0 beyond the last. */
const char	*token_profile_name(enum token_profile);
bool		 token_profile_parse(const char *, enum token_profile *);
/* "users,read": false if one is unknown or none is there. */
bool		 token_rights_parse(const char *, unsigned int *);
void		 token_rights_text(unsigned int, char [64]);
/*
 * "10.0.0.0/8,::1": false if one is malformed.  Whether the address is in
 * one of them; an empty list has every address, a malformed one none.
 */
bool		 token_networks_valid(const char *);
bool		 token_networks_have(const char *, const struct address *);

#endif
