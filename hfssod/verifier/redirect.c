/*
 * Messages in a query, in verifier; pure.  Must verify the octets as they
 * came and never octets put together again, nor inflate what is not
 * verified (the caller's order).
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <zlib.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/redirect.h"
#include "hfssod/verifier/signature.h"

#define DEFLATE	"urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"

/* Whatever may be given once at most. */
static const char *const single[] = {
	"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature",
	"SAMLEncoding"
};

/* Whether the field's name stands in the query as it is, unescaped. */
static bool
plain_name(const struct form_field *f, struct bytes query)
{
	size_t len = strlen(f->name), at = (size_t)(f->raw.data - query.data);

	return at > len && f->raw.data[-1] == '=' &&
	    memcmp(f->raw.data - 1 - len, f->name, len) == 0 &&
	    (at == len + 1 || f->raw.data[-2 - (ssize_t)len] == '&');
}

/* The next field, if it is the one of that name. */
static const struct form_field *
take(const struct redirect *r, struct bytes query, size_t *next,
    const char *name)
{
	const struct form_field *f = &r->form.field[*next];

	if (*next >= r->form.count || strcmp(f->name, name) != 0 ||
	    !plain_name(f, query))
		return NULL;
	++*next;
	return f;
}

static enum verdict
check_single(const struct redirect *r)
{
	const struct form_field *f;
	size_t i;
	bool twice;

	for (i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		f = form_find(&r->form, single[i], &twice);
		if (twice)
			return VERDICT_duplicate_parameter;
		if (f != NULL && strcmp(single[i], "SAMLEncoding") == 0 &&
		    strcmp(f->value, DEFLATE) != 0)
			return VERDICT_saml_encoding;
	}
	if (form_find(&r->form, "SAMLRequest", NULL) != NULL &&
	    form_find(&r->form, "SAMLResponse", NULL) != NULL)
		return VERDICT_duplicate_parameter;
	return VERDICT_ok;
}

enum verdict
redirect_read(struct redirect *r, struct bytes query)
{
	const struct form_field *message, *relay, *algorithm, *signature;
	enum verdict v;
	size_t next = 0;

	memset(r, 0, sizeof(*r));
	if (!form_parse(&r->form, query.data, query.len))
		return VERDICT_bad_request;
	if ((v = check_single(r)) != VERDICT_ok)
		return v;
	message = take(r, query, &next, "SAMLRequest");
	r->response = message == NULL;
	if (r->response &&
	    (message = take(r, query, &next, "SAMLResponse")) == NULL)
		return VERDICT_bad_request;
	relay = take(r, query, &next, "RelayState");
	algorithm = take(r, query, &next, "SigAlg");
	signature = take(r, query, &next, "Signature");
	if (form_find(&r->form, "Signature", NULL) == NULL)
		return VERDICT_saml_unsigned;
	if (algorithm == NULL || signature == NULL || (relay == NULL &&
	    form_find(&r->form, "RelayState", NULL) != NULL))
		return VERDICT_saml_signature_form;
	r->message = message->value;
	r->relay_state = relay == NULL ? "" : relay->value;
	r->algorithm = algorithm->value;
	r->signature = signature->value;
	r->octets.data = query.data;
	r->octets.len = (size_t)(signature->raw.data - query.data) -
	    strlen("&Signature=");
	return VERDICT_ok;
}

void
redirect_free(struct redirect *r)
{
	form_free(&r->form);
	memset(r, 0, sizeof(*r));
}

/*
 * ECDSA as XML signatures have it, two numbers of the curve's size, to the
 * DER that libcrypto wants; NULL if it is not that.  Freed by OPENSSL_free.
 */
static unsigned char *
to_der(const EVP_PKEY *key, const uint8_t *value, size_t *len)
{
	unsigned char *der = NULL;
	ECDSA_SIG *sig;
	BIGNUM *r, *s;
	size_t size = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
	int n;

	if (*len != 2 * size)
		return NULL;
	r = BN_bin2bn(value, (int)size, NULL);
	s = BN_bin2bn(value + size, (int)size, NULL);
	if ((sig = ECDSA_SIG_new()) == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(sig, r, s) != 1)
		fatalx("redirect: ECDSA_SIG");
	n = i2d_ECDSA_SIG(sig, &der);
	ECDSA_SIG_free(sig);
	if (n <= 0)
		return NULL;
	*len = (size_t)n;
	return der;
}

/* One is success; everything else is not. */
static bool
verify_one(const struct redirect *r, const struct public_key *key,
    const char *digest, const uint8_t *value, size_t len)
{
	unsigned char *der = NULL;
	EVP_MD_CTX *ctx;
	bool ok;

	if (key->type == KEY_EC) {
		if ((der = to_der(key->key, value, &len)) == NULL)
			return false;
		value = der;
	}
	if ((ctx = EVP_MD_CTX_new()) == NULL)
		fatalx("EVP_MD_CTX_new");
	ok = EVP_DigestVerifyInit_ex(ctx, NULL, digest, NULL, NULL, key->key,
	    NULL) == 1 && EVP_DigestVerify(ctx, value, len, r->octets.data,
	    r->octets.len) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	ERR_clear_error();
	return ok;
}

enum verdict
redirect_verify(const struct redirect *r, const struct public_keys *keys)
{
	enum key_type type;
	const char *digest;
	uint8_t *value;
	size_t i, len;
	bool fits = false, ok = false;

	if (!signature_method(r->algorithm, &type, &digest))
		return VERDICT_saml_algorithm;
	value = base64_decode(r->signature, strlen(r->signature), &len);
	if (value == NULL || len == 0) {
		free(value);
		return VERDICT_saml_signature_form;
	}
	for (i = 0; i < keys->count && !ok; i++) {
		if (keys->list[i].type != type)
			continue;
		fits = true;
		ok = verify_one(r, &keys->list[i], digest, value, len);
	}
	free(value);
	if (ok)
		return VERDICT_ok;
	return fits ? VERDICT_saml_signature : VERDICT_saml_algorithm;
}

enum verdict
redirect_inflate(const struct redirect *r, uint8_t **out, size_t *outlen)
{
	z_stream z;
	uint8_t *in;
	size_t len;
	int done;

	*out = NULL;
	if ((in = base64_decode(r->message, strlen(r->message), &len)) == NULL)
		return VERDICT_saml_encoding;
	memset(&z, 0, sizeof(z));
	if (inflateInit2(&z, -MAX_WBITS) != Z_OK ||
	    (*out = malloc(LIMIT_SAML_MESSAGE + 1)) == NULL)
		fatal("inflate");
	z.next_in = in;
	z.avail_in = (uInt)len;
	z.next_out = *out;
	z.avail_out = LIMIT_SAML_MESSAGE + 1;
	done = inflate(&z, Z_FINISH);
	*outlen = LIMIT_SAML_MESSAGE + 1 - z.avail_out;
	len = z.avail_in;
	inflateEnd(&z);
	free(in);
	if (done == Z_STREAM_END && len == 0 &&
	    *outlen <= LIMIT_SAML_MESSAGE)
		return VERDICT_ok;
	freezero(*out, LIMIT_SAML_MESSAGE + 1);
	*out = NULL;
	return *outlen > LIMIT_SAML_MESSAGE ? VERDICT_too_large :
	    VERDICT_saml_encoding;
}
