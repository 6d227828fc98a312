/*
 * Fuzzer of signed JWTs: the octets as a token, which is never one of ours;
 * and, up to the first line's end, as a header and the rest as claims, which
 * are then signed as they stand.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/jose.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct jwk	 keys[2];
static struct jwk_set	 set = { 2, keys, 0 };

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char none[] = "", kid[] = "k";

	(void)argc;
	(void)argv;
	jose_start();
	keys[0] = (struct jwk){ JWK_ED25519, kid, none,
	    EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), { 0 } };
	keys[1] = (struct jwk){ JWK_P256, kid, none, EVP_EC_gen("P-256"),
	    { 1 } };
	if (keys[0].key == NULL || keys[1].key == NULL)
		abort();
	return 0;
}

/* What was taken must be what jose.h promises. */
static void
judge(const char *token, size_t len, const char *typ, bool ours)
{
	static const char *const never[] = { "crit", "b64", "zip", "enc" };
	struct jwt t;
	size_t i;

	if (jwt_verify(&set, token, len, typ, &t) == VERDICT_ok) {
		if (!ours || len > LIMIT_JWT || t.key != &keys[0] ||
		    !json_is_object(t.header) || !json_is_object(t.claims))
			abort();
		for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
			if (json_object_get(t.header, never[i]) != NULL)
				abort();
	} else if (t.claims != NULL || t.header != NULL)
		abort();
	jwt_free(&t);
}

static void
sign(const uint8_t *data, size_t header, size_t size)
{
	unsigned char sig[64];
	size_t len = sizeof(sig);
	char *first, *second, *third, *text, *token;
	EVP_MD_CTX *ctx;

	first = base64url_encode(data, header);
	second = base64url_encode(data + header + 1, size - header - 1);
	if (asprintf(&text, "%s.%s", first, second) == -1 ||
	    (ctx = EVP_MD_CTX_new()) == NULL ||
	    EVP_DigestSignInit(ctx, NULL, NULL, NULL, keys[0].key) != 1 ||
	    EVP_DigestSign(ctx, sig, &len, (unsigned char *)text,
	    strlen(text)) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	third = base64url_encode(sig, len);
	if (asprintf(&token, "%s.%s", text, third) == -1)
		abort();
	judge(token, strlen(token), NULL, true);
	judge(token, strlen(token), "logout+jwt", true);
	free(first);
	free(second);
	free(third);
	free(text);
	free(token);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end;

	judge((const char *)data, size, NULL, false);
	if (size > 0 && (end = memchr(data, '\n', size)) != NULL)
		sign(data, (size_t)(end - data), size);
	return 0;
}
