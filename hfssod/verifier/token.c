/*
 * ID tokens and logout tokens, in verifier; pure.  Must never let one that
 * was made for another client, another login or another purpose pass.
 */
#include <string.h>

#include <openssl/evp.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/jws.h"
#include "hfssod/verifier/token.h"

#define LOGOUT_EVENT	"http://schemas.openid.net/event/backchannel-logout"

static enum verdict
fail(const char **detail, enum verdict v, const char *text)
{
	*detail = text;
	return v;
}

static bool
is_issuer(const json_t *claims, const char *issuer)
{
	const char *iss;

	return *issuer != '\0' &&
	    json_text(claims, "iss", &iss) == JSON_PRESENT &&
	    strcmp(iss, issuer) == 0;
}

/* Whether aud names us, and whether it names anybody else. */
static bool
is_audience(const json_t *claims, const char *client_id, bool *others)
{
	const json_t *aud = json_object_get(claims, "aud"), *one;
	bool us = false;
	size_t i;

	*others = false;
	if (json_is_string(aud))
		return *client_id != '\0' &&
		    strcmp(json_string_value(aud), client_id) == 0;
	json_array_foreach(aud, i, one) {
		if (!json_is_string(one))
			return false;
		if (strcmp(json_string_value(one), client_id) == 0)
			us = true;
		else
			*others = true;
	}
	return us && *client_id != '\0';
}

static enum verdict
check_audience(const struct token_rules *r, const json_t *claims,
    const char **detail)
{
	const char *azp;
	bool others;

	if (!is_audience(claims, r->client_id, &others))
		return fail(detail, VERDICT_oidc_audience,
		    "aud is missing or not ours");
	switch (json_text(claims, "azp", &azp)) {
	case JSON_ABSENT:
		if (others)
			return fail(detail, VERDICT_oidc_audience,
			    "aud has others beside us, and there is no azp");
		return VERDICT_ok;
	case JSON_PRESENT:
		if (strcmp(azp, r->client_id) != 0)
			return fail(detail, VERDICT_oidc_audience,
			    "azp is not us");
		return VERDICT_ok;
	default:
		return fail(detail, VERDICT_oidc_claims, "azp is no string");
	}
}

/*
 * exp, iat and nbf at a moment.  must_expire: exp must be there.  *until
 * is the first moment at which the same token is refused, as in SAML.
 */
static enum verdict
check_times(const json_t *claims, bool must_expire, int64_t now,
    int64_t *issued, int64_t *until, const char **detail)
{
	enum json_has has_exp, has_iat, has_nbf;
	int64_t exp, nbf;

	has_exp = json_seconds(claims, "exp", &exp);
	has_iat = json_seconds(claims, "iat", issued);
	has_nbf = json_seconds(claims, "nbf", &nbf);
	if (has_exp == JSON_WRONG || has_iat == JSON_WRONG ||
	    has_nbf == JSON_WRONG)
		return fail(detail, VERDICT_oidc_claims,
		    "exp, iat or nbf is no number of seconds");
	if (has_iat == JSON_ABSENT)
		return fail(detail, VERDICT_oidc_too_old, "iat is missing");
	if (has_exp == JSON_ABSENT && must_expire)
		return fail(detail, VERDICT_oidc_expired, "exp is missing");
	*until = *issued + LIMIT_ISSUED + LIMIT_SKEW;
	if (has_exp == JSON_PRESENT && exp + LIMIT_SKEW < *until)
		*until = exp + LIMIT_SKEW;
	if (has_exp == JSON_PRESENT && now >= exp + LIMIT_SKEW)
		return fail(detail, VERDICT_oidc_expired, "exp has passed");
	if (*issued > now + LIMIT_SKEW)
		return fail(detail, VERDICT_oidc_not_yet,
		    "iat lies in the future");
	if (has_nbf == JSON_PRESENT && nbf > now + LIMIT_SKEW)
		return fail(detail, VERDICT_oidc_not_yet,
		    "nbf lies in the future");
	if (now >= *issued + LIMIT_ISSUED + LIMIT_SKEW)
		return fail(detail, VERDICT_oidc_too_old, "iat is too old");
	return VERDICT_ok;
}

/*
 * A name or identifier that goes further: "" if not there, else plain text
 * of at most LIMIT_SUBJECT octets.  false: it is anything else.
 */
static bool
plain_text(const json_t *claims, const char *name, const char **out)
{
	size_t len;

	switch (json_text(claims, name, out)) {
	case JSON_ABSENT:
		return true;
	case JSON_PRESENT:
		len = strlen(*out);
		return len <= LIMIT_SUBJECT && utf8_plain(*out, len);
	default:
		return false;
	}
}

static enum verdict
check_nonce(const struct token_rules *r, const json_t *claims,
    const char **detail)
{
	const char *nonce;

	if (json_text(claims, "nonce", &nonce) != JSON_PRESENT)
		return fail(detail, VERDICT_oidc_nonce, "nonce is missing");
	if (r->nonce[0] == '\0' || !equal_secret(nonce, strlen(nonce),
	    r->nonce, strlen(r->nonce)))
		return fail(detail, VERDICT_oidc_nonce, "nonce is another");
	return VERDICT_ok;
}

/* When and how the user was authenticated. */
static enum verdict
check_authn(const struct token_rules *r, const json_t *claims, int64_t now,
    int64_t issued, struct facts *f)
{
	enum json_has has;
	int64_t t;

	if (!plain_text(claims, "acr", &f->authn_context))
		return fail(&f->detail, VERDICT_oidc_claims,
		    "acr is malformed");
	if ((has = json_seconds(claims, "auth_time", &t)) == JSON_WRONG)
		return fail(&f->detail, VERDICT_oidc_claims,
		    "auth_time is no number of seconds");
	f->authn_instant = has == JSON_PRESENT ? t : issued;
	if (has == JSON_ABSENT && (r->max_age >= 0 || r->fresh))
		return fail(&f->detail, VERDICT_oidc_authn,
		    "auth_time is missing");
	if (has == JSON_PRESENT && t > now + LIMIT_SKEW)
		return fail(&f->detail, VERDICT_oidc_authn,
		    "auth_time lies in the future");
	if (r->max_age >= 0 && now - t > r->max_age + LIMIT_SKEW)
		return fail(&f->detail, VERDICT_oidc_authn,
		    "auth_time is longer ago than max age");
	if (r->fresh && t < r->asked - LIMIT_SKEW)
		return fail(&f->detail, VERDICT_oidc_authn,
		    "auth_time is before the login was begun");
	if (r->acr != NULL && r->acr->count > 0 &&
	    !strings_has(r->acr, f->authn_context))
		return fail(&f->detail, VERDICT_oidc_authn,
		    "acr is none of those asked for");
	return VERDICT_ok;
}

/*
 * The left half of a hash (OpenID Connect Core 3.1.3.6) of what came beside
 * the token.
 */
static bool
hash_fits(const struct jws_algorithm *a, const char *text, const char *claim)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len;
	uint8_t *half;
	size_t half_len;
	bool fits;

	if (EVP_Digest(text, strlen(text), hash, &len, jws_hash(a), NULL) != 1)
		fatalx("EVP_Digest");
	half = base64url_decode(claim, strlen(claim), &half_len);
	if (half == NULL)
		return false;
	fits = equal_secret(half, half_len, hash, len / 2);
	freezero(half, half_len);
	return fits;
}

static enum verdict
check_hashes(const struct token_rules *r, const json_t *claims,
    const struct jwt *jwt, const char **detail)
{
	const struct {
		const char *claim;
		const char *text;
	} hashes[] = {
		{ "at_hash", r->access_token },
		{ "c_hash", r->code }
	};
	const struct jws_algorithm *a;
	const char *alg, *claim;
	size_t i;

	if (json_text(jwt->header, "alg", &alg) != JSON_PRESENT ||
	    (a = jws_algorithm(alg)) == NULL)
		return fail(detail, VERDICT_jwt_header, "alg is missing");
	for (i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		switch (json_text(claims, hashes[i].claim, &claim)) {
		case JSON_ABSENT:
			continue;
		case JSON_PRESENT:
			break;
		default:
			return fail(detail, VERDICT_oidc_claims,
			    "at_hash or c_hash is no string");
		}
		if (hashes[i].text[0] != '\0' &&
		    !hash_fits(a, hashes[i].text, claim))
			return fail(detail, VERDICT_oidc_hash,
			    hashes[i].claim);
	}
	return VERDICT_ok;
}

/* Who it is and of which session. */
static enum verdict
check_names(const json_t *claims, struct facts *f)
{
	/* A logout token is signed by the same keys. */
	if (json_object_get(claims, "events") != NULL)
		return fail(&f->detail, VERDICT_oidc_claims,
		    "it has events, so it is no ID token");
	if (!plain_text(claims, "sub", &f->name_id.value) ||
	    f->name_id.value[0] == '\0') {
		f->name_id.value = "";
		return fail(&f->detail, VERDICT_oidc_subject, "");
	}
	if (!plain_text(claims, "sid", &f->session_index))
		return fail(&f->detail, VERDICT_oidc_claims,
		    "sid is malformed");
	if (!plain_text(claims, "jti", &f->assertion_id))
		return fail(&f->detail, VERDICT_oidc_claims,
		    "jti is malformed");
	return VERDICT_ok;
}

enum verdict
token_check(const struct token_rules *r, const json_t *claims,
    const struct jwt *jwt, int64_t now, struct facts *f)
{
	enum verdict v;
	int64_t issued;

	memset(f, 0, sizeof(*f));
	f->detail = f->issuer = f->assertion_id = f->session_index =
	    f->authn_context = "";
	f->name_id = (struct name_id){ "", "", "", "", "" };
	if (json_object_size(claims) > LIMIT_CLAIMS)
		return fail(&f->detail, VERDICT_oidc_claims,
		    "there are too many claims");
	if (!is_issuer(claims, r->issuer))
		return fail(&f->detail, VERDICT_oidc_issuer, "");
	f->issuer = r->issuer;
	if ((v = check_audience(r, claims, &f->detail)) != VERDICT_ok)
		return v;
	/* From here on it is for us, and a test may show what it says. */
	token_attributes(claims, &f->attributes);
	if ((v = check_times(claims, true, now, &issued, &f->until,
	    &f->detail)) != VERDICT_ok ||
	    (v = check_nonce(r, claims, &f->detail)) != VERDICT_ok ||
	    (v = check_names(claims, f)) != VERDICT_ok ||
	    (v = check_authn(r, claims, now, issued, f)) != VERDICT_ok)
		return v;
	return check_hashes(r, claims, jwt, &f->detail);
}

enum verdict
token_logout(const char *issuer, const char *client_id, const json_t *claims,
    int64_t now, struct logout_facts_oidc *f)
{
	const enum verdict no = VERDICT_logout_token;
	int64_t issued;
	bool others;

	memset(f, 0, sizeof(*f));
	f->subject = f->session = f->id = f->detail = "";
	if (!is_issuer(claims, issuer))
		return fail(&f->detail, no, "iss is missing or another");
	if (!is_audience(claims, client_id, &others))
		return fail(&f->detail, no, "aud is missing or not ours");
	if (check_times(claims, false, now, &issued, &f->until,
	    &f->detail) != VERDICT_ok)
		return no;
	if (!json_is_object(json_object_get(json_object_get(claims, "events"),
	    LOGOUT_EVENT)))
		return fail(&f->detail, no,
		    "events is missing or has no logout");
	/* So that no ID token is one (Back-Channel Logout 2.4). */
	if (json_object_get(claims, "nonce") != NULL)
		return fail(&f->detail, no, "it has a nonce");
	if (!plain_text(claims, "jti", &f->id) || f->id[0] == '\0')
		return fail(&f->detail, no, "jti is missing or malformed");
	if (!plain_text(claims, "sub", &f->subject) ||
	    !plain_text(claims, "sid", &f->session))
		return fail(&f->detail, no, "sub or sid is malformed");
	if (f->subject[0] == '\0' && f->session[0] == '\0')
		return fail(&f->detail, no, "there is neither sub nor sid");
	return VERDICT_ok;
}
