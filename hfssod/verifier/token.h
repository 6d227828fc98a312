/*
 * What a verified ID token or logout token says, checked (OpenID Connect
 * Core 3.1.3.7, Back-Channel Logout 2.6).  Pure: no globals, no clock.
 */
#ifndef VERIFIER_TOKEN_H
#define VERIFIER_TOKEN_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "common/verdict.h"
#include "common/wire.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/response.h"

/* What we demand; everything is lent. */
struct token_rules {
	const char		*issuer;
	const char		*client_id;
	const char		*nonce;		/* of the login */
	int64_t			 asked;		/* when it was begun */
	int64_t			 max_age;	/* -1: not asked for */
	bool			 fresh;		/* prompt was login */
	const struct strings	*acr;		/* acceptable; empty: any */
	const char		*code;		/* for c_hash; "" : none */
	const char		*access_token;	/* for at_hash; "" : none */
};

/*
 * Check the claims of an ID token at the given moment and fill in facts:
 * issuer, assertion_id (jti, or "" without one), name_id.value (sub),
 * session_index (sid or ""), authn_instant (auth_time, else iat),
 * authn_context (acr or ""), until (the last moment it is acceptable),
 * attributes (token_attributes), detail.  Strings point into the claims,
 * which must outlive the facts.
 *
 * ok, oidc_issuer, oidc_audience (aud has others than us without azp, or
 * azp is not us), oidc_expired, oidc_not_yet, oidc_too_old (older than
 * LIMIT_ISSUED), oidc_nonce, oidc_subject, oidc_claims, oidc_hash,
 * oidc_authn.
 */
enum verdict	 token_check(const struct token_rules *, const json_t *,
		    const struct jwt *, int64_t, struct facts *);

/*
 * Claims as attributes: strings, numbers and booleans by their name,
 * arrays of these as several values, objects and what is deeper as JSON
 * text, which attributes_values walks into.  null and protocol claims
 * (iss, aud, exp, nonce, at_hash ...) are left out.
 */
void		 token_attributes(const json_t *, struct attributes *);

/*
 * Whether the provider left values of a claim out because there were too
 * many (Entra ID: _claim_names with that name, or hasgroups).
 */
bool		 token_overage(const json_t *, const char *);

/*
 * userinfo: the same sub, else oidc_userinfo; adds the attributes that the
 * ID token does not have.
 */
enum verdict	 token_userinfo(const json_t *, struct facts *);

/* A logout token: whose sessions. */
struct logout_facts_oidc {
	const char	*subject;	/* "" : none */
	const char	*session;	/* sid; "" : none; never both */
	const char	*id;		/* jti */
	int64_t		 until;		/* last moment it is acceptable */
	const char	*detail;
};
/*
 * ok, or logout_token with a detail: iss, aud, iat, exp, jti, events,
 * no nonce, sub or sid.
 */
enum verdict	 token_logout(const char *issuer, const char *client_id,
		    const json_t *, int64_t, struct logout_facts_oidc *);

#endif
