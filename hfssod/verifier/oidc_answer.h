/*
 * What an endpoint of an OpenID Provider answered: octets in, verdict and
 * values out.  Pure.
 */
#ifndef VERIFIER_OIDC_ANSWER_H
#define VERIFIER_OIDC_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

#include "common/provider.h"
#include "common/verdict.h"

#define OIDC_ERROR	64	/* octets of an error code that we repeat */
#define OIDC_DETAIL	192

/* An error code for log and report: printable ASCII, cut. */
void		 oidc_error_text(const char *, char [OIDC_ERROR + 1]);

/*
 * Why there was no use in an answer of that endpoint: with FETCH_ANSWERED
 * ok; else provider_unreachable, provider_busy, or provider_answer where
 * it was there and was not to be believed.  The detail is filled in.
 */
enum verdict	 oidc_fetched(const struct fetch_answer *, const char *,
		    char [OIDC_DETAIL]);

/* The token endpoint's (RFC 6749 section 5); strings point into body. */
struct token_answer {
	json_t		*body;		/* owned; secret */
	const char	*id_token;	/* "" : none */
	const char	*access_token;	/* "" : none, or no Bearer token */
	const char	*refresh_token;	/* "" : none */
	char		 detail[OIDC_DETAIL]; /* no secret in it */
};
/*
 * ok; as oidc_fetched; oidc_code (invalid_grant with status 400 alone);
 * oidc_client; oidc_error; provider_answer.  A missing ID token is no
 * matter here, one larger than LIMIT_JWT is.  token_answer_free in any
 * case.
 */
enum verdict	 token_answer_read(struct token_answer *,
		    const struct fetch_answer *);
/* Clears every text in it. */
void		 token_answer_free(struct token_answer *);
/* Give back an object with secrets (or NULL): its texts are cleared. */
void		 oidc_json_free(json_t *);

/*
 * userinfo's: an object, which is plain JSON, not signed or encrypted.
 * ok and a new reference, as oidc_fetched, or provider_answer.
 */
enum verdict	 userinfo_answer_read(const struct fetch_answer *, json_t **,
		    char [OIDC_DETAIL]);

#endif
