/*
 * Sealed login state, in verifier; pure but for randomness.  Must never
 * use one derived key twice, nor give anything out of a value whose tag
 * does not verify.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/rand.h>

#include "common/encode.h"
#include "common/log.h"
#include "common/wire.h"
#include "hfssod/verifier/aead.h"
#include "hfssod/verifier/seal.h"

#define VERSION		2
#define SALT		AEAD_SALT
#define TAG		AEAD_TAG
#define HEAD		(1 + 8 + 8)		/* version, key id, time */
#define MOST		(LIMIT_RETURN_TO + 256)	/* decoded octets */
#define INFO		"hfssod login state"

void
seal_start(void)
{
	aead_start();
}

void
seal_new_id(char id[SEAL_ID + 1])
{
	uint8_t random[(SEAL_ID - 1) / 2];

	if (RAND_bytes(random, sizeof(random)) != 1)
		fatalx("RAND_bytes");
	id[0] = '_';
	hex_encode(random, sizeof(random), id + 1);
}

bool
seal_is_id(const char *s)
{
	return strlen(s) == SEAL_ID && s[0] == '_' &&
	    strspn(s + 1, "0123456789abcdef") == SEAL_ID - 1;
}

/* Associated data: the head and the context, each string with its length. */
static void
associate(struct writer *w, const uint8_t *head, const struct seal_context *c)
{
	wire_init(w, LIMIT_MESSAGE);
	wire_put_raw(w, head, HEAD);
	wire_put_string(w, c->organization);
	wire_put_string(w, c->connection);
	wire_put_string(w, c->protocol);
	wire_put_string(w, c->purpose);
	if (w->bad)
		fatalx("seal: context is too long");
}

char *
seal_close(const struct seal_keys *keys, const struct seal_context *context,
    const struct login_state *state)
{
	uint8_t derived[AEAD_DERIVED], salt[SALT], tag[TAG] = { 0 };
	struct writer w, ad;
	char *text;

	if (keys->id[0] == 0)
		fatalx("seal: no key");
	if (RAND_bytes(salt, sizeof(salt)) != 1)
		fatalx("RAND_bytes");
	wire_init(&w, MOST);
	wire_put_u8(&w, VERSION);
	wire_put_u64(&w, keys->id[0]);
	wire_put_i64(&w, state->time);
	wire_put_raw(&w, salt, sizeof(salt));
	wire_put_string(&w, state->id);
	wire_put_string(&w, state->return_to);
	wire_put_raw(&w, state->secret, SEAL_SECRET);
	wire_put_bool(&w, state->test);
	wire_put_raw(&w, tag, sizeof(tag));
	if (w.bad)
		fatalx("seal: state is too long");
	aead_derive((struct bytes){ keys->key[0], LOGIN_KEY }, INFO, salt,
	    derived);
	associate(&ad, w.data, context);
	aead_encrypt(derived, &ad, w.data + HEAD + SALT,
	    w.len - HEAD - SALT - TAG);
	text = base64url_encode(w.data, w.len);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	wire_free(&w);
	return text;
}

/* The octets of a value and which of the keys is its; NULL if unreadable. */
static uint8_t *
decode(const struct seal_keys *keys, const char *value, size_t *len,
    unsigned int *which, int64_t *when)
{
	struct reader r;
	uint8_t *data;
	uint64_t id;

	if (strlen(value) > MOST * 4 / 3 + 4 ||
	    (data = base64url_decode(value, strlen(value), len)) == NULL)
		return NULL;
	wire_read(&r, data, *len);
	if (*len >= HEAD + SALT + TAG && wire_get_u8(&r) == VERSION) {
		id = wire_get_u64(&r);
		*when = wire_get_i64(&r);
		for (*which = 0; *which < 2; ++*which)
			if (id != 0 && keys->id[*which] == id)
				return data;
	}
	free(data);
	return NULL;
}

int64_t
seal_time(const struct seal_keys *keys, const char *value)
{
	unsigned int which;
	uint8_t *data;
	int64_t when;
	size_t len;

	if ((data = decode(keys, value, &len, &which, &when)) == NULL)
		return 0;
	free(data);
	return when > 0 ? when : 0;
}

/* What was sealed, which is ours, so that it must be right. */
static void
read_state(struct login_state *state, int64_t when, const uint8_t *data,
    size_t len)
{
	struct reader r;
	size_t i;

	wire_read(&r, data, len);
	state->time = when;
	strlcpy(state->id, wire_get_string(&r, SEAL_ID), sizeof(state->id));
	strlcpy(state->return_to, wire_get_string(&r, LIMIT_RETURN_TO),
	    sizeof(state->return_to));
	for (i = 0; i < SEAL_SECRET; i++)
		state->secret[i] = wire_get_u8(&r);
	state->test = wire_get_bool(&r);
	if (!wire_end(&r) || !seal_is_id(state->id))
		fatalx("seal: sealed state is malformed");
}

enum verdict
seal_open(const struct seal_keys *keys, const struct seal_context *context,
    const char *value, int64_t now, struct login_state *state)
{
	uint8_t derived[AEAD_DERIVED], *data;
	struct writer ad;
	unsigned int which;
	int64_t when;
	size_t len, sealed;
	bool ok;

	memset(state, 0, sizeof(*state));
	if ((data = decode(keys, value, &len, &which, &when)) == NULL)
		return VERDICT_login_unknown;
	sealed = len - HEAD - SALT - TAG;
	aead_derive((struct bytes){ keys->key[which], LOGIN_KEY }, INFO,
	    data + HEAD, derived);
	associate(&ad, data, context);
	ok = aead_decrypt(derived, &ad, data + HEAD + SALT, sealed);
	explicit_bzero(derived, sizeof(derived));
	wire_free(&ad);
	if (ok)
		read_state(state, when, data + HEAD + SALT, sealed);
	freezero(data, len);
	if (!ok)
		return VERDICT_login_elsewhere;
	/* Of the future: our clock was set back; no harm in a new start. */
	if (state->time > now + LIMIT_SKEW ||
	    now >= state->time + LIMIT_LOGIN_SECONDS)
		return VERDICT_login_expired;
	return VERDICT_ok;
}
