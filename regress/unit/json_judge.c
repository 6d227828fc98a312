/*
 * What jansson says of our JSON.  A file of its own: names of its header
 * are ours, too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "regress/unit/json_judge.h"

bool
judge_reads(const void *data, size_t len)
{
	json_t	*j;

	j = json_loadb(data, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
	    NULL);
	json_decref(j);
	return j != NULL;
}

static const json_t *
at(const json_t *j, char *path)
{
	const char	*step;

	for (step = strtok(path, ">"); step != NULL && j != NULL;
	    step = strtok(NULL, ">"))
		j = json_is_array(j) ? json_array_get(j,
		    (size_t)atoi(step)) : json_object_get(j, step);
	return j;
}

bool
judge_has(const char *text, const char *path, const char *value)
{
	json_t		*all = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const json_t	*j;
	char		 copy[256], is[32] = "", said[512] = "";

	if (all == NULL)
		return false;
	snprintf(copy, sizeof(copy), "%s", path);
	j = at(all, copy);
	if (json_is_string(j))
		snprintf(said, sizeof(said), "%s", json_string_value(j));
	else if (json_is_array(j))
		snprintf(said, sizeof(said), "%zu", json_array_size(j));
	else if (json_is_integer(j))
		snprintf(is, sizeof(is), "%lld",
		    (long long)json_integer_value(j));
	else if (j != NULL)
		snprintf(is, sizeof(is), "%s", json_is_true(j) ? "true" :
		    json_is_false(j) ? "false" : "object");
	json_decref(all);
	return strcmp(said[0] != '\0' ? said : is, value) == 0;
}
