/*
 * What a verified ID token or logout token says, checked (OpenID Connect
 * Core 3.1.3.7, Back-Channel Logout 2.6).  Pure: no globals, no clock.
 * token.c judges, claims.c takes what is left as attributes.
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
 * authn_context (acr or ""), until (as response_check says it), attributes
 * (token_attributes), detail.  Strings point into the claims, which must
 * outlive the facts; facts_free must follow, whatever the verdict.  The
 * attributes are there too if a token of the issuer for us is refused;
 * nothing else but detail means anything then.
 *
 * ok, oidc_issuer, oidc_audience (aud has others than us without azp, or
 * azp is not us), oidc_expired, oidc_not_yet, oidc_too_old (older than
 * LIMIT_ISSUED), oidc_nonce, oidc_subject, oidc_claims (a wrong type, or
 * more than LIMIT_CLAIMS), oidc_hash, oidc_authn.
 */
enum verdict	 token_check(const struct token_rules *, const json_t *,
		    const struct jwt *, int64_t, struct facts *);

/*
 * Claims as attributes: strings, numbers and booleans by their name,
 * arrays of these as several values, objects and what is deeper as JSON
 * text, which attributes_values walks into.  null and protocol claims
 * (iss, aud, exp, nonce, at_hash ...) are left out, and so is what the
 * attributes have already.
 */
void		 token_attributes(const json_t *, struct attributes *);

/*
 * Whether the provider left values of a claim out because there were too
 * many (Entra ID: _claim_names with that name, or hasgroups for names that
 * end in "groups").  A name with dots is also judged by what stands before
 * each of them.
 */
bool		 token_overage(const json_t *, const char *);

/*
 * userinfo: the same sub, else oidc_userinfo; adds the attributes that the
 * ID token does not have, nor by a name with dots.  email_verified is about
 * the email beside it and counts for no other.
 */
enum verdict	 token_userinfo(const json_t *, struct facts *);

/* A logout token: whose sessions. */
struct logout_facts_oidc {
	const char	*subject;	/* "" : none */
	const char	*session;	/* sid; "" : none; never neither */
	const char	*id;		/* jti */
	int64_t		 until;		/* last moment it is acceptable */
	const char	*detail;
};
/*
 * Check the claims of a logout token for an issuer and a client at the
 * given moment.  ok, or logout_token with a detail: iss, aud, iat, jti and
 * events, sub or sid or both, no nonce.  exp is honoured; without one, as
 * before the final specification, iat bounds the age.
 */
enum verdict	 token_logout(const char *, const char *, const json_t *,
		    int64_t, struct logout_facts_oidc *);

#endif
