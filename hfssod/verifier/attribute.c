/*
 * Attributes, in verifier; pure.  Must never let a value that was asked
 * for by one name answer for another.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/log.h"
#include "hfssod/verifier/attribute.h"

struct attribute *
attributes_add(struct attributes *as, const char *name)
{
	struct attribute *a;
	size_t i, size;

	for (i = 0; i < as->count; i++)
		if (strcmp(as->list[i].name, name) == 0)
			return &as->list[i];
	if (as->count == as->size) {
		size = as->size == 0 ? 16 : as->size * 2;
		a = reallocarray(as->list, size, sizeof(*a));
		if (a == NULL)
			fatal("reallocarray");
		as->list = a;
		as->size = size;
	}
	a = &as->list[as->count++];
	memset(a, 0, sizeof(*a));
	a->name = name;
	return a;
}

const struct attribute *
attributes_find(const struct attributes *as, const char *name)
{
	size_t i;

	for (i = 0; i < as->count; i++)
		if (strcmp(as->list[i].name, name) == 0)
			return &as->list[i];
	return NULL;
}

void
attributes_free(struct attributes *as)
{
	size_t i;

	for (i = 0; i < as->count; i++)
		strings_free(&as->list[i].values);
	for (i = 0; i < as->owned_count; i++)
		freezero(as->owned[i], strlen(as->owned[i]));
	free(as->list);
	free(as->owned);
	memset(as, 0, sizeof(*as));
}

const char *
attributes_own(struct attributes *as, const char *s)
{
	char **owned;

	owned = reallocarray(as->owned, as->owned_count + 1, sizeof(*owned));
	if (owned == NULL || (owned[as->owned_count] = strdup(s)) == NULL)
		fatal("reallocarray");
	as->owned = owned;
	return owned[as->owned_count++];
}

static enum verdict
add_value(struct strings *list, const char *value)
{
	size_t len;

	len = strlen(value);
	if (len == 0 || !utf8_plain(value, len))
		return VERDICT_ok;
	if (len > LIMIT_VALUE || list->count >= LIMIT_VALUES)
		return VERDICT_attribute_too_long;
	strings_add(list, value);
	return VERDICT_ok;
}

/* A scalar as text. */
static enum verdict
add_scalar(struct attributes *as, const json_t *j, struct strings *list)
{
	char number[64];

	switch (json_typeof(j)) {
	case JSON_STRING:
		return add_value(list, attributes_own(as,
		    json_string_value(j)));
	case JSON_INTEGER:
		snprintf(number, sizeof(number), "%" PRId64,
		    (int64_t)json_integer_value(j));
		return add_value(list, attributes_own(as, number));
	case JSON_REAL:
		snprintf(number, sizeof(number), "%.17g", json_real_value(j));
		return add_value(list, attributes_own(as, number));
	case JSON_TRUE:
		return add_value(list, "true");
	case JSON_FALSE:
		return add_value(list, "false");
	default:
		return VERDICT_ok;
	}
}

/*
 * Walk a path into a value.  In an object the whole rest of the path is
 * tried as one name, then what stands before its first dot, then before
 * the second, and so on.
 */
static enum verdict
walk_json(struct attributes *as, const json_t *j, const char *path,
    struct strings *list)
{
	const json_t *member;
	const char *dot;
	enum verdict v;
	size_t i;

	if (json_is_array(j)) {
		for (i = 0; i < json_array_size(j); i++) {
			v = walk_json(as, json_array_get(j, i), path, list);
			if (v != VERDICT_ok)
				return v;
		}
		return VERDICT_ok;
	}
	if (*path == '\0')
		return add_scalar(as, j, list);
	if (!json_is_object(j))
		return VERDICT_ok;
	if ((member = json_object_get(j, path)) != NULL)
		return walk_json(as, member, "", list);
	for (dot = strchr(path, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
		member = json_object_getn(j, path, (size_t)(dot - path));
		if (member != NULL)
			return walk_json(as, member, dot + 1, list);
	}
	return VERDICT_ok;
}

static enum verdict
walk_values(struct attributes *as, const struct strings *values,
    const char *path, struct strings *list)
{
	enum verdict v = VERDICT_ok;
	json_t *j;
	size_t i;

	for (i = 0; i < values->count && v == VERDICT_ok; i++) {
		j = json_loads(values->list[i], JSON_REJECT_DUPLICATES, NULL);
		if (j == NULL)
			continue;
		v = walk_json(as, j, path, list);
		json_decref(j);
	}
	return v;
}

/* The attribute whose name is so many octets of the given one. */
static const struct attribute *
find_part(const struct attributes *as, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < as->count; i++)
		if (strlen(as->list[i].name) == len &&
		    memcmp(as->list[i].name, name, len) == 0)
			return &as->list[i];
	return NULL;
}

enum verdict
attributes_values(struct attributes *as, const char *name, struct strings *list)
{
	const struct attribute *a;
	enum verdict v;
	size_t i, len;

	if ((a = attributes_find(as, name)) != NULL) {
		for (i = 0; i < a->values.count; i++) {
			v = add_value(list, a->values.list[i]);
			if (v != VERDICT_ok)
				return v;
		}
		return VERDICT_ok;
	}
	for (len = strlen(name); len > 0; len--) {
		if (name[len] != '.')
			continue;
		if ((a = find_part(as, name, len)) != NULL)
			return walk_values(as, &a->values, name + len + 1,
			    list);
	}
	return VERDICT_ok;
}

enum verdict
attributes_first(struct attributes *as, const struct strings *names,
    size_t most, const char **value)
{
	struct strings list = { 0, NULL };
	enum verdict v;
	size_t i;

	*value = "";
	for (i = 0; i < names->count; i++) {
		v = attributes_values(as, names->list[i], &list);
		if (v == VERDICT_ok && list.count > 0) {
			*value = list.list[0];
			if (strlen(*value) > most) {
				*value = "";
				v = VERDICT_attribute_too_long;
			}
		}
		if (v != VERDICT_ok || list.count > 0) {
			strings_free(&list);
			return v;
		}
		strings_free(&list);
	}
	return VERDICT_ok;
}
