/*
 * Derivations of OpenID Connect, in verifier; pure.  Must never give the
 * nonce and the verifier anything in common but the secret.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/wire.h"
#include "hfssod/verifier/oidc_derive.h"

#define LABEL_NONCE	"hfssod oidc nonce"
#define LABEL_VERIFIER	"hfssod oidc code verifier"

static void
encode(const uint8_t octets[32], char out[OIDC_DERIVED + 1])
{
	char *text;

	text = base64url_encode(octets, 32);
	if (strlcpy(out, text, OIDC_DERIVED + 1) != OIDC_DERIVED)
		fatalx("oidc: base64url");
	freezero(text, OIDC_DERIVED);
}

static void
derive(const struct login_state *state, const char *label,
    char out[OIDC_DERIVED + 1])
{
	uint8_t mac[32];
	unsigned int len;

	if (HMAC(EVP_sha256(), state->secret, SEAL_SECRET,
	    (const unsigned char *)label, strlen(label), mac, &len) == NULL ||
	    len != sizeof(mac))
		fatalx("oidc: HMAC");
	encode(mac, out);
	explicit_bzero(mac, sizeof(mac));
}

static void
hash(const void *data, size_t len, uint8_t out[32])
{
	if (EVP_Digest(data, len, out, NULL, EVP_sha256(), NULL) != 1)
		fatalx("oidc: EVP_Digest");
}

void
oidc_nonce(const struct login_state *state, char out[OIDC_DERIVED + 1])
{
	derive(state, LABEL_NONCE, out);
}

void
oidc_verifier(const struct login_state *state, char out[OIDC_DERIVED + 1])
{
	derive(state, LABEL_VERIFIER, out);
}

void
oidc_challenge(const struct login_state *state, char out[OIDC_DERIVED + 1])
{
	char verifier[OIDC_DERIVED + 1];
	uint8_t digest[32];

	oidc_verifier(state, verifier);
	hash(verifier, OIDC_DERIVED, digest);
	encode(digest, out);
	explicit_bzero(verifier, sizeof(verifier));
}

void
oidc_burn_key(uint8_t key[BURN_KEY], size_t count, const char *const *parts)
{
	struct writer w;
	size_t i;

	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	for (i = 0; i < count; i++)
		wire_put_string(&w, parts[i]);
	if (w.bad)
		fatalx("oidc: key of too much");
	hash(w.data, w.len, key);
	wire_free(&w);
}

void
oidc_state_key(uint8_t key[BURN_KEY], const struct login_state *state)
{
	hash(state->id, SEAL_ID, key);
}
