/* Units of pins: the public key of a certificate, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "common/encode.h"
#include "hfssod/fetch/spki.h"

static uint8_t	*der, *key_der;
static int	 der_len, key_len;
static char	*pem;
static size_t	 pem_len;

/* A certificate of a fresh key, and what OpenSSL says of its key. */
static void
make(bool rsa)
{
	X509		*x = X509_new();
	EVP_PKEY	*key = rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256");
	BIO		*bio = BIO_new(BIO_s_mem());
	char		*text;

	assert_non_null(key);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN",
	    MBSTRING_ASC, (const unsigned char *)"idp.test", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	der = key_der = NULL;
	der_len = i2d_X509(x, &der);
	key_len = i2d_PUBKEY(key, &key_der);
	assert_true(der_len > 0 && key_len > 0);
	PEM_write_bio_X509(bio, x);
	pem_len = (size_t)BIO_get_mem_data(bio, &text);
	assert_non_null(pem = malloc(pem_len + 1));
	memcpy(pem, text, pem_len);
	pem[pem_len] = '\0';
	BIO_free(bio);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void
unmake(void)
{
	OPENSSL_free(der);
	OPENSSL_free(key_der);
	free(pem);
}

static void
the_key(void **state)
{
	uint8_t		 hash[SPKI_HASH], wanted[SPKI_HASH];
	struct bytes	 b, key;
	int		 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		make(i == 0);
		b.data = der;
		b.len = (size_t)der_len;
		assert_true(spki_find(b, &key));
		assert_int_equal(key.len, key_len);
		assert_memory_equal(key.data, key_der, key.len);
		assert_true(key.data > der && key.data + key.len <
		    der + der_len);
		SHA256(key_der, (size_t)key_len, wanted);
		assert_true(spki_hash(pem, pem_len, hash));
		assert_memory_equal(hash, wanted, sizeof(hash));
		unmake();
	}
}

/* Every certificate that is cut short, or has one octet more. */
static void
cut(void **state)
{
	struct bytes	 b, key;
	uint8_t		*copy;
	size_t		 n;

	(void)state;
	make(false);
	for (n = 0; n < (size_t)der_len; n++) {
		/* Of its own memory, so that a read beyond it is seen. */
		assert_non_null(copy = malloc(n + 1));
		memcpy(copy, der, n);
		b.data = copy;
		b.len = n;
		assert_false(spki_find(b, &key));
		free(copy);
	}
	assert_non_null(copy = malloc((size_t)der_len + 1));
	memcpy(copy, der, (size_t)der_len);
	copy[der_len] = 0;
	b.data = copy;
	b.len = (size_t)der_len + 1;
	assert_false(spki_find(b, &key));
	free(copy);
	unmake();
}

/* One octet is another: refused, or what is found lies within. */
static void
changed(void **state)
{
	struct bytes	 b, key;
	uint8_t		 was;
	int		 i, k;

	(void)state;
	make(false);
	b.data = der;
	b.len = (size_t)der_len;
	for (i = 0; i < der_len; i++) {
		was = der[i];
		for (k = 0; k < 256; k += 3) {
			der[i] = (uint8_t)k;
			if (spki_find(b, &key))
				assert_true(key.data >= der && key.len > 0 &&
				    key.data + key.len <= der + der_len);
		}
		der[i] = was;
	}
	unmake();
}

static void
refuse(const char *hex)
{
	uint8_t		 octets[256];
	struct bytes	 b = { octets, strlen(hex) / 2 }, key;

	assert_true(hex_decode(hex, octets, b.len));
	if (spki_find(b, &key))
		fail_msg("%s", hex);
}

static void
shapes(void **state)
{
	struct bytes	 b, key;
	uint8_t		 octets[64];

	(void)state;
	refuse("");
	refuse("30");
	refuse("3000");
	refuse("3080");				/* indefinite length */
	refuse("30800000");
	refuse("3081003000");			/* not the shortest length */
	refuse("308101");
	refuse("30820001ff");
	refuse("3083000001ff");
	refuse("30840000000130");		/* more than three octets */
	refuse("30ff");
	refuse("3088ffffffffffffffff");
	refuse("3084ffffffff");
	refuse("3003020101");
	refuse("3102" "3000");			/* a set */
	/* The least of the right shape: a key of no bits. */
	refuse("301a" "3012" "020100" "3000" "3000" "3000" "3000"
	    "3005" "3000" "030100" "3000" "030200");
	assert_true(hex_decode("301b" "3012" "020100" "3000" "3000" "3000"
	    "3000" "3005" "3000" "030100" "3000" "03030000ff", octets, 29));
	b.data = octets;
	b.len = 29;
	assert_true(spki_find(b, &key));
	assert_int_equal(key.len, 7);
	/* The same with a value missing, or of another type. */
	refuse("3019" "3010" "020100" "3000" "3000" "3000"
	    "3005" "3000" "030100" "3000" "03030000ff");
	refuse("301b" "3012" "040100" "3000" "3000" "3000" "3000"
	    "3005" "3000" "030100" "3000" "03030000ff");
	refuse("301b" "3012" "020100" "3000" "3000" "3000" "3000"
	    "3005" "3000" "040100" "3000" "03030000ff");
	refuse("301b" "3012" "020100" "3000" "3000" "3000" "3000"
	    "3105" "3000" "030100" "3000" "03030000ff");
	/* Something beside algorithm and bits. */
	refuse("301d" "3014" "020100" "3000" "3000" "3000" "3000"
	    "3007" "3000" "030100" "0500" "3000" "03030000ff");
	/* Something after the signature. */
	refuse("301d" "3012" "020100" "3000" "3000" "3000" "3000"
	    "3005" "3000" "030100" "3000" "03030000ff" "0500");
}

static void
texts(void **state)
{
	static const char *const bad[] = {
		"", "x", "-----BEGIN CERTIFICATE-----",
		"-----BEGIN CERTIFICATE----------END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----",
		"-----END CERTIFICATE-----\nMAA=\n-----BEGIN CERTIFICATE-----",
		"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----"
	};
	uint8_t	 hash[SPKI_HASH], second[SPKI_HASH];
	char	*two;
	size_t	 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(spki_hash(bad[i], strlen(bad[i]), hash));
	make(false);
	assert_true(spki_hash(pem, pem_len, hash));
	assert_false(spki_hash(pem, pem_len - 30, second));
	assert_false(spki_hash(pem, 40, second));
	/* Of a chain the first one counts. */
	two = pem;
	OPENSSL_free(der);
	OPENSSL_free(key_der);
	make(false);
	assert_non_null(two = realloc(two, strlen(two) + pem_len + 1));
	memcpy(two + strlen(two), pem, pem_len + 1);
	assert_true(spki_hash(two, strlen(two), second));
	assert_memory_equal(hash, second, sizeof(hash));
	free(two);
	unmake();
}

static void
pins(void **state)
{
	static const char *const bad[] = { "", "sha256:", "x", "sha256:x",
			    "SHA256:", "sha256//" };
	uint8_t		 hash[SPKI_HASH];
	char		*pin, text[128];
	size_t		 i;

	(void)state;
	for (i = 0; i < sizeof(hash); i++)
		hash[i] = (uint8_t)(i * 7);
	assert_non_null(pin = base64_encode(hash, sizeof(hash)));
	assert_true(spki_pinned(pin, hash));
	snprintf(text, sizeof(text), "sha256:%s", pin);
	assert_true(spki_pinned(text, hash));
	snprintf(text, sizeof(text), "sha256/%s", pin);
	assert_false(spki_pinned(text, hash));
	snprintf(text, sizeof(text), "sha1:%s", pin);
	assert_false(spki_pinned(text, hash));
	snprintf(text, sizeof(text), "%.43s", pin);
	assert_false(spki_pinned(text, hash));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(spki_pinned(bad[i], hash));
	for (i = 0; i < sizeof(hash); i++) {
		hash[i] ^= 1;
		assert_false(spki_pinned(pin, hash));
		hash[i] ^= 1;
	}
	free(pin);
	pin = base64_encode(hash, sizeof(hash) - 1);
	assert_false(spki_pinned(pin, hash));
	free(pin);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(the_key),
		cmocka_unit_test(cut),
		cmocka_unit_test(changed),
		cmocka_unit_test(shapes),
		cmocka_unit_test(texts),
		cmocka_unit_test(pins)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
