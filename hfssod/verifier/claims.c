/*
 * Claims as attributes, in verifier; pure.  Must never let userinfo change
 * what the ID token says.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/json.h"
#include "hfssod/verifier/token.h"

/* What says something about the token and nothing about the person. */
static const char *const protocol_claims[] = { "_claim_names",
    "_claim_sources", "at_hash", "aud", "auth_time", "azp", "c_hash",
    "events", "exp", "iat", "iss", "jti", "nbf", "nonce", "s_hash", "sid" };

static bool
is_protocol(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(protocol_claims) / sizeof(protocol_claims[0]);
	    i++)
		if (strcmp(protocol_claims[i], name) == 0)
			return true;
	return false;
}

/* One value as text; NULL: it is null. */
static const char *
value_text(struct attributes *as, const json_t *j)
{
	const char *out;
	char number[64], *text;

	switch (json_typeof(j)) {
	case JSON_STRING:
		return json_string_value(j);
	case JSON_INTEGER:
		snprintf(number, sizeof(number), "%" PRId64,
		    (int64_t)json_integer_value(j));
		return attributes_own(as, number);
	case JSON_REAL:
		snprintf(number, sizeof(number), "%.17g", json_real_value(j));
		return attributes_own(as, number);
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return NULL;
	default:
		break;
	}
	if ((text = json_dumps(j, JSON_COMPACT)) == NULL)
		fatalx("json_dumps");
	out = attributes_own(as, text);
	free(text);
	return out;
}

static void
add_claim(struct attributes *as, const char *name, const json_t *j)
{
	struct attribute *a;
	const char *text;
	const json_t *one;
	size_t i;

	if (json_is_null(j) || attributes_find(as, name) != NULL)
		return;
	a = attributes_add(as, name);
	if (!json_is_array(j)) {
		if ((text = value_text(as, j)) != NULL)
			strings_add(&a->values, text);
		return;
	}
	json_array_foreach(j, i, one)
		if ((text = value_text(as, one)) != NULL)
			strings_add(&a->values, text);
}

void
token_attributes(const json_t *claims, struct attributes *as)
{
	const char *name;
	json_t *j;

	/* The iterator wants to write, and does not. */
	json_object_foreach((json_t *)(uintptr_t)claims, name, j)
		if (!is_protocol(name))
			add_claim(as, name, j);
}

/* true, or the word, as some providers have it. */
static bool
says_true(const json_t *o, const char *name)
{
	const json_t *j = json_object_get(o, name);

	return json_is_true(j) || (json_is_string(j) &&
	    strcasecmp(json_string_value(j), "true") == 0);
}

/* Whether Entra ID says so for the first so many octets of a name. */
static bool
overage_part(const json_t *claims, const char *name, size_t len)
{
	static const char source[] = ":src", groups[] = "groups";
	const char *member;
	json_t *j;

	if (json_object_getn(json_object_get(claims, "_claim_names"), name,
	    len) != NULL)
		return true;
	json_object_foreach((json_t *)(uintptr_t)claims, member, j)
		if (strncmp(member, name, len) == 0 &&
		    strncmp(member + len, source, sizeof(source) - 1) == 0)
			return true;
	return says_true(claims, "hasgroups") && len >= sizeof(groups) - 1 &&
	    strncmp(name + len - (sizeof(groups) - 1), groups,
	    sizeof(groups) - 1) == 0;
}

bool
token_overage(const json_t *claims, const char *name)
{
	const char *dot;

	if (*name == '\0')
		return false;
	for (dot = strchr(name, '.'); dot != NULL; dot = strchr(dot + 1, '.'))
		if (dot != name &&
		    overage_part(claims, name, (size_t)(dot - name)))
			return true;
	return overage_part(claims, name, strlen(name));
}

/* Whether userinfo and the ID token speak of the same address. */
static bool
same_email(const json_t *info, const struct attribute *email)
{
	const char *text;

	return json_text(info, "email", &text) == JSON_PRESENT &&
	    email->values.count == 1 &&
	    strcmp(email->values.list[0], text) == 0;
}

/*
 * Whether a name leads into one of the first so many attributes: "a.b" is
 * what "a" has as its member b, and would be found before it.
 */
static bool
leads_into(const struct attributes *as, size_t count, const char *name)
{
	size_t i, len;

	for (i = 0; i < count; i++) {
		len = strlen(as->list[i].name);
		if (strncmp(as->list[i].name, name, len) == 0 &&
		    name[len] == '.')
			return true;
	}
	return false;
}

/* What userinfo says beyond the ID token. */
static void
add_userinfo(struct attributes *as, const json_t *info)
{
	const char *name;
	size_t known = as->count;
	json_t *j;

	json_object_foreach((json_t *)(uintptr_t)info, name, j)
		if (!is_protocol(name) && !leads_into(as, known, name))
			add_claim(as, name, j);
}

enum verdict
token_userinfo(const json_t *info, struct facts *f)
{
	struct attributes *as = &f->attributes;
	const struct attribute *email;
	struct attribute *verified;
	const char *sub;

	f->detail = "";
	if (json_text(info, "sub", &sub) != JSON_PRESENT ||
	    strcmp(sub, f->name_id.value) != 0) {
		f->detail = "sub of userinfo is missing or another";
		return VERDICT_oidc_userinfo;
	}
	if (json_object_size(info) > LIMIT_CLAIMS) {
		f->detail = "userinfo has too many claims";
		return VERDICT_oidc_userinfo;
	}
	email = attributes_find(as, "email");
	if (email == NULL && attributes_find(as, "email_verified") != NULL) {
		/* It was about no address, and must not be about this one. */
		verified = attributes_add(as, "email_verified");
		strings_free(&verified->values);
		if (says_true(info, "email_verified"))
			strings_add(&verified->values, "true");
	} else if (email != NULL && !same_email(info, email))
		attributes_add(as, "email_verified");
	add_userinfo(as, info);
	return VERDICT_ok;
}
