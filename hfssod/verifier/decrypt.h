/*
 * XML encryption as SAML uses it: an EncryptedAssertion to the octets of
 * its Assertion.
 */
#ifndef VERIFIER_DECRYPT_H
#define VERIFIER_DECRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "common/verdict.h"
#include "hfssod/verifier/key.h"

/*
 * Decrypt with any of the keys: RSA-OAEP (MGF1 with SHA-1, as xmlenc
 * 5.4.2 says) and AES-GCM with 128 or 256 bit, or AES-CBC if the flag
 * allows it, which must be so only where a signature over the ciphertext
 * has been verified.  ok and octets that the caller frees with freezero,
 * or saml_structure and saml_algorithm (decided before any key is used),
 * or saml_decryption for everything else, whatever it was.
 */
enum verdict	 decrypt_assertion(const xmlNode *, const struct key_pairs *,
		    bool, uint8_t **, size_t *);

#endif
