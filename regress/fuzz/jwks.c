/*
 * Fuzzer of JWK sets: what is taken has the types, sizes and names that it
 * says, and none that gives away a private key is.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/verifier/jws.h"

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	jose_start();
	return 0;
}

static void
judge(const struct jwk *k)
{
	static const struct {
		int id, least, most;
	} kinds[JWK_TYPE_MAX] = {
		[JWK_RSA] = { EVP_PKEY_RSA, 2048, 8192 },
		[JWK_P256] = { EVP_PKEY_EC, 256, 256 },
		[JWK_P384] = { EVP_PKEY_EC, 384, 384 },
		[JWK_ED25519] = { EVP_PKEY_ED25519, 253, 256 }
	};
	const struct jws_algorithm *a;
	int bits = EVP_PKEY_get_bits(k->key);

	if (k->type >= JWK_TYPE_MAX ||
	    EVP_PKEY_get_base_id(k->key) != kinds[k->type].id ||
	    bits < kinds[k->type].least || bits > kinds[k->type].most)
		abort();
	if (k->alg[0] != '\0' && ((a = jws_algorithm(k->alg)) == NULL ||
	    a->type != k->type))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char token[] = "eyJhbGciOiJSUzI1NiJ9.e30.AAAA";
	struct jwk_set set;
	struct jws j;
	const char *why;
	size_t i;

	why = jwk_set_read(&set, data, size);
	if (set.count > LIMIT_JWKS || (why == NULL) != (set.count > 0))
		abort();
	for (i = 0; i < set.count; i++)
		judge(&set.list[i]);
	if (why == NULL && !jwk_set_shares(&set, &set))
		abort();
	if (jws_verify(&set, token, sizeof(token) - 1, &j) == VERDICT_ok)
		abort();
	jws_free(&j);
	jwk_set_free(&set);
	return 0;
}
