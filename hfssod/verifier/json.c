/*
 * JSON from outside, in verifier; pure.  Must never let two readers of one
 * document see two things: what is ambiguous is refused.
 */
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/verifier/json.h"

/* Seconds since 1970 that make sense: until the year 36812. */
#define SECONDS_END	(INT64_C(1) << 40)

/*
 * Whether no bracket stands deeper than the limit.  The reader itself
 * recurses, so this is looked at first; that the brackets match is its
 * business.
 */
static bool
shallow(const char *p, size_t len)
{
	bool quoted = false;
	size_t depth = 0, i;

	for (i = 0; i < len; i++) {
		switch (p[i]) {
		case '"':
			quoted = !quoted;
			break;
		case '\\':
			if (quoted)
				i++;
			break;
		case '{':
		case '[':
			if (!quoted && ++depth > LIMIT_JSON_DEPTH)
				return false;
			break;
		case '}':
		case ']':
			if (!quoted && depth > 0)
				depth--;
			break;
		default:
			break;
		}
	}
	return true;
}

json_t *
json_object_read(const void *data, size_t len)
{
	json_t *o;

	if (len < 2 || len > LIMIT_FETCH_JSON || !utf8_valid(data, len) ||
	    !shallow(data, len))
		return NULL;
	o = json_loadb(data, len, JSON_REJECT_DUPLICATES, NULL);
	if (o != NULL && !json_is_object(o)) {
		json_decref(o);
		return NULL;
	}
	return o;
}

enum json_has
json_text(const json_t *o, const char *name, const char **out)
{
	const json_t *m = json_object_get(o, name);

	*out = "";
	if (m == NULL || json_is_null(m))
		return JSON_ABSENT;
	if (!json_is_string(m) || json_string_length(m) == 0)
		return JSON_WRONG;
	*out = json_string_value(m);
	return JSON_PRESENT;
}

enum json_has
json_seconds(const json_t *o, const char *name, int64_t *out)
{
	const json_t *m = json_object_get(o, name);
	double d;

	*out = 0;
	if (m == NULL || json_is_null(m))
		return JSON_ABSENT;
	if (!json_is_number(m))
		return JSON_WRONG;
	if (json_is_integer(m)) {
		if (json_integer_value(m) < 0 ||
		    json_integer_value(m) >= SECONDS_END)
			return JSON_WRONG;
		*out = json_integer_value(m);
		return JSON_PRESENT;
	}
	d = json_real_value(m);
	if (!(d >= 0 && d < (double)SECONDS_END))
		return JSON_WRONG;
	*out = (int64_t)d;
	return JSON_PRESENT;
}

bool
json_lists(const json_t *o, const char *name, const char *want)
{
	const json_t *m = json_object_get(o, name), *one;
	size_t i;

	if (json_is_string(m))
		return strcmp(json_string_value(m), want) == 0;
	json_array_foreach(m, i, one)
		if (json_is_string(one) &&
		    strcmp(json_string_value(one), want) == 0)
			return true;
	return false;
}
