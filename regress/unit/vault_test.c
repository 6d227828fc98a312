/*
 * What policy keeps for us: nothing but the same connection, purpose,
 * subject and secret opens it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/evp.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/aead.h"
#include "hfssod/verifier/vault.h"

static struct organization		 org = { .name = "acme" };
static struct verifier_connection	 view = { .name = "op" };
static struct connection		 c;

static void
use_secret(const char *secret)
{
	c.secret.data = (const uint8_t *)secret;
	c.secret.len = strlen(secret);
}

static int
setup(void **state)
{
	(void)state;
	aead_start();
	org.name = "acme";
	view.name = "op";
	memset(&c, 0, sizeof(c));
	c.organization = &org;
	c.view = &view;
	use_secret("s3cret");
	return 0;
}

static void
opens(const char *purpose, const char *subject, const uint8_t *data,
    size_t len, const char *want)
{
	char *text = vault_open(&c, purpose, subject, data, len);

	if (want == NULL)
		assert_null(text);
	else {
		assert_non_null(text);
		assert_string_equal(text, want);
	}
	free(text);
}

static void
once(void **state)
{
	static const char *const texts[] = { "", "x", "refresh-token",
	    "{\"sub\":\"\xc3\xa9\"}" };
	uint8_t *data, *again;
	size_t i, len, len2;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		data = vault_close(&c, "check", "alice", texts[i], &len);
		assert_non_null(data);
		assert_int_equal(len, 1 + 24 + strlen(texts[i]) + 16);
		opens("check", "alice", data, len, texts[i]);
		/* Never twice the same. */
		again = vault_close(&c, "check", "alice", texts[i], &len2);
		assert_int_equal(len, len2);
		assert_memory_not_equal(data, again, len);
		assert_memory_not_equal(data + 1, again + 1, 24);
		free(again);
		free(data);
	}
}

static void
elsewhere(void **state)
{
	uint8_t *data;
	size_t len;

	(void)state;
	data = vault_close(&c, "check", "alice", "rt-1", &len);
	opens("hint", "alice", data, len, NULL);
	opens("check", "bob", data, len, NULL);
	opens("check", "", data, len, NULL);
	opens("", "alice", data, len, NULL);
	/* The lengths of the parts count, too. */
	opens("checka", "lice", data, len, NULL);
	view.name = "two";
	opens("check", "alice", data, len, NULL);
	view.name = "op";
	org.name = "other";
	opens("check", "alice", data, len, NULL);
	org.name = "acme";
	use_secret("S3cret");
	opens("check", "alice", data, len, NULL);
	use_secret("s3cret2");
	opens("check", "alice", data, len, NULL);
	use_secret("");
	opens("check", "alice", data, len, NULL);
	use_secret("s3cret");
	opens("check", "alice", data, len, "rt-1");
	free(data);
}

static void
damaged(void **state)
{
	uint8_t *data;
	size_t i, len;

	(void)state;
	data = vault_close(&c, "check", "alice", "rt-1", &len);
	for (i = 0; i < len * 8; i++) {
		data[i / 8] ^= (uint8_t)(1 << i % 8);
		opens("check", "alice", data, len, NULL);
		data[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < len; i++)
		opens("check", "alice", data, i, NULL);
	opens("check", "alice", NULL, 0, NULL);
	free(data);
}

static void
lengths(void **state)
{
	const size_t most = LIMIT_SEALED - 1 - 24 - 16;
	char *text = malloc(most + 2);
	uint8_t *data;
	size_t len;

	(void)state;
	memset(text, 't', most + 1);
	text[most + 1] = '\0';
	assert_null(vault_close(&c, "hint", "alice", text, &len));
	text[most] = '\0';
	data = vault_close(&c, "hint", "alice", text, &len);
	assert_non_null(data);
	assert_int_equal(len, LIMIT_SEALED);
	opens("hint", "alice", data, len, text);
	free(data);
	free(text);
}

static void
by_key(void **state)
{
	uint8_t *data;
	EVP_PKEY *key;
	size_t len;

	(void)state;
	use_secret("");
	assert_null(vault_close(&c, "check", "alice", "rt-1", &len));
	key = c.signer.key = EVP_EC_gen("P-256");
	data = vault_close(&c, "check", "alice", "rt-1", &len);
	assert_non_null(data);
	opens("check", "alice", data, len, "rt-1");
	c.signer.key = EVP_EC_gen("P-256");
	opens("check", "alice", data, len, NULL);
	EVP_PKEY_free(c.signer.key);
	c.signer.key = key;
	/* With both, the secret counts. */
	use_secret("s3cret");
	opens("check", "alice", data, len, NULL);
	free(data);
	EVP_PKEY_free(key);
}

int
main(void)
{
#define TEST(f)	cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		TEST(once), TEST(elsewhere), TEST(damaged), TEST(lengths),
		TEST(by_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
