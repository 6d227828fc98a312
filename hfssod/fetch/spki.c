/*
 * A walk to the public key of a certificate.  fetch; pure.  libtls has
 * verified the certificate before; this must still never believe a length.
 */
#include <sys/types.h>

#include <sha2.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "hfssod/fetch/spki.h"

#define TAG_INTEGER	0x02
#define TAG_BITS	0x03
#define TAG_SEQUENCE	0x30
#define TAG_VERSION	0xa0
#define PEM_BEGIN	"-----BEGIN CERTIFICATE-----"
#define PEM_END		"-----END CERTIFICATE-----"
#define PEM_MOST	65536
#define PIN_PREFIX	"sha256:"

/*
 * One value (X.690 10.1: definite, shortest length) off the front: all of
 * it and its content.  False if it has another tag or is not all there.
 */
static bool
take(struct bytes *from, uint8_t tag, struct bytes *all, struct bytes *content)
{
	size_t	 len, head = 2, i, n;

	if (from->len < 2 || from->data[0] != tag)
		return false;
	len = from->data[1];
	if (len & 0x80) {
		n = len & 0x7f;
		if (n == 0 || n > 3 || from->len < 2 + n ||
		    from->data[2] == 0)
			return false;
		for (i = 0, len = 0; i < n; i++)
			len = len << 8 | from->data[2 + i];
		if (len < 0x80)
			return false;
		head += n;
	}
	if (len > from->len - head)
		return false;
	all->data = from->data;
	all->len = head + len;
	content->data = from->data + head;
	content->len = len;
	from->data += all->len;
	from->len -= all->len;
	return true;
}

bool
spki_find(struct bytes certificate, struct bytes *key)
{
	static const struct {
		uint8_t	 tag;
		bool	 optional;
	} before[] = {
		{ TAG_VERSION,	true },
		{ TAG_INTEGER,	false },	/* serial number */
		{ TAG_SEQUENCE,	false },	/* algorithm */
		{ TAG_SEQUENCE,	false },	/* issuer */
		{ TAG_SEQUENCE,	false },	/* validity */
		{ TAG_SEQUENCE,	false }		/* subject */
	};
	struct bytes	 all, outer, tbs, content, rest;
	size_t		 i;

	rest = certificate;
	if (!take(&rest, TAG_SEQUENCE, &all, &outer) || rest.len != 0 ||
	    !take(&outer, TAG_SEQUENCE, &all, &tbs) ||
	    !take(&outer, TAG_SEQUENCE, &all, &content) ||
	    !take(&outer, TAG_BITS, &all, &content) || outer.len != 0)
		return false;
	for (i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		if (!take(&tbs, before[i].tag, &all, &content) &&
		    !before[i].optional)
			return false;
	}
	if (!take(&tbs, TAG_SEQUENCE, key, &content))
		return false;
	/* Algorithm and bits: that it is a key and nothing else. */
	return take(&content, TAG_SEQUENCE, &all, &rest) &&
	    take(&content, TAG_BITS, &all, &rest) && content.len == 0;
}

bool
spki_hash(const char *pem, size_t len, uint8_t hash[SPKI_HASH])
{
	SHA2_CTX	 ctx;
	struct bytes	 certificate, key;
	const char	*begin, *end;
	char		*text;
	uint8_t		*der;
	bool		 ok = false;

	begin = memmem(pem, len, PEM_BEGIN, strlen(PEM_BEGIN));
	if (begin == NULL)
		return false;
	begin += strlen(PEM_BEGIN);
	end = memmem(begin, len - (size_t)(begin - pem), PEM_END,
	    strlen(PEM_END));
	if (end == NULL || end - begin > PEM_MOST ||
	    (text = strndup(begin, (size_t)(end - begin))) == NULL)
		return false;
	der = base64_decode(text, strlen(text), &certificate.len);
	certificate.data = der;
	if (der != NULL && spki_find(certificate, &key)) {
		SHA256Init(&ctx);
		SHA256Update(&ctx, key.data, key.len);
		SHA256Final(hash, &ctx);
		ok = true;
	}
	free(der);
	free(text);
	return ok;
}

bool
spki_pinned(const char *pin, const uint8_t hash[SPKI_HASH])
{
	uint8_t	*wanted;
	size_t	 len;
	bool	 same;

	if (strncmp(pin, PIN_PREFIX, strlen(PIN_PREFIX)) == 0)
		pin += strlen(PIN_PREFIX);
	if ((wanted = base64_decode(pin, strlen(pin), &len)) == NULL)
		return false;
	same = equal_secret(wanted, len, hash, SPKI_HASH);
	free(wanted);
	return same;
}
