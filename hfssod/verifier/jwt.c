/*
 * Signed JWTs, in verifier; pure.  Must never read a claim before the
 * signature over it was verified.
 */
#include <string.h>

#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/jws.h"

/*
 * Whether the header's typ suits.  A type of its own keeps one kind of
 * token from passing for another; those that have none are told apart by
 * their claims.
 */
static bool
type_suits(const json_t *header, const char *want)
{
	static const char prefix[] = "application/", suffix[] = "+jwt";
	const char *typ;
	size_t len;

	switch (json_text(header, "typ", &typ)) {
	case JSON_ABSENT:
		return true;
	case JSON_PRESENT:
		break;
	default:
		return false;
	}
	if (strncasecmp(typ, prefix, sizeof(prefix) - 1) == 0)
		typ += sizeof(prefix) - 1;
	if (want != NULL)
		return strcasecmp(typ, want) == 0 ||
		    strcasecmp(typ, "JWT") == 0;
	len = strlen(typ);
	return len < sizeof(suffix) - 1 ||
	    strcasecmp(typ + len - (sizeof(suffix) - 1), suffix) != 0;
}

enum verdict
jwt_verify(const struct jwk_set *set, const char *text, size_t len,
    const char *typ, struct jwt *t)
{
	struct jws j;
	enum verdict v;

	memset(t, 0, sizeof(*t));
	v = jws_verify(set, text, len, &j);
	if (v == VERDICT_ok && !type_suits(j.header, typ))
		v = VERDICT_jwt_header;
	if (v == VERDICT_ok && (t->claims = json_object_read(j.payload,
	    j.payload_len)) == NULL)
		v = VERDICT_jwt_malformed;
	if (v == VERDICT_ok) {
		t->header = json_incref(j.header);
		t->key = j.key;
	}
	jws_free(&j);
	return v;
}

void
jwt_free(struct jwt *t)
{
	json_decref(t->header);
	json_decref(t->claims);
	memset(t, 0, sizeof(*t));
}
