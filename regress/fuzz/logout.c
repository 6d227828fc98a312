/*
 * Fuzzer of logout messages: the octets as the query of a redirect, taken
 * apart, verified and inflated; and as a document that was verified around,
 * so that everything behind the signature is reached.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/rsa.h>

#include "common/limits.h"
#include "hfssod/verifier/crypto.h"
#include "hfssod/verifier/logout_check.h"
#include "hfssod/verifier/redirect.h"

#define NOW	INT64_C(1767323075)	/* 2026-01-02T03:04:35Z */

int	 LLVMFuzzerInitialize(int *, char ***);
int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct public_keys	 keys;
static struct key_pairs		 pairs;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	crypto_start();
	if (public_keys_add(&keys, EVP_EC_gen("P-256")) != NULL ||
	    public_keys_add(&keys, EVP_RSA_gen(2048)) != NULL)
		abort();
	return 0;
}

static void
judge(const void *data, size_t len, bool verified)
{
	const struct logout_rules rules = {
		"https://idp.example.org/metadata", &keys, &pairs,
		"https://hub.example.com/organizations/acme/saml/logout",
		verified
	};
	struct logout_facts f;
	enum verdict v;

	v = logout_check_request(&rules, NOW, data, len, &f);
	if (v == VERDICT_ok && (!verified ||
	    f.base.name_id.value[0] == '\0' ||
	    f.session_indexes.count > LIMIT_SESSION_INDEXES))
		abort();
	logout_facts_free(&f);
	v = logout_check_response(&rules,
	    "_0123456789abcdef0123456789abcdef01234567", NOW, data, len, &f);
	if (v == VERDICT_ok && (!verified || f.result == LOGOUT_HERE))
		abort();
	logout_facts_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct redirect r;
	uint8_t *xml;
	size_t len;

	if (redirect_read(&r, (struct bytes){ data, size }) == VERDICT_ok) {
		if (r.octets.len >= size ||
		    redirect_verify(&r, &keys) == VERDICT_ok)
			abort();
		if (redirect_inflate(&r, &xml, &len) == VERDICT_ok) {
			if (len > LIMIT_SAML_MESSAGE)
				abort();
			judge(xml, len, true);
			freezero(xml, len);
		}
	}
	redirect_free(&r);
	judge(data, size, true);
	judge(data, size, false);
	return 0;
}
