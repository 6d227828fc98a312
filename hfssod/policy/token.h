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

#define TOKEN_ID	17	/* public: 16 hex digits and a NUL */
#define TOKEN_NAME	64

#define RIGHT_USERS	1u	/* change Users */
#define RIGHT_GROUPS	2u	/* change Groups */
#define RIGHT_READ	4u
#define RIGHT_DELETE	8u
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
 * token_elsewhere, too_many (policy only), unavailable.  The octets may
 * be the base64 of the token, too.  On a refusal the line for the log is
 * written, at most so often.
 */
enum verdict	 token_find(struct store *, const struct request *, int64_t,
		    struct token *);

#endif
