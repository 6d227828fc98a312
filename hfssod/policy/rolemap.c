/*
 * Role map and resource group map.  In policy; pure.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/rolemap.h"

const char *
role_source_name(int source)
{
	switch (source) {
	case ROLE_SOURCE_DEFAULT:
		return "default";
	case ROLE_SOURCE_MAP:
		return "map";
	case ROLE_SOURCE_MANUAL:
		return "manual";
	default:
		return "";
	}
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/*
 * The values in order, so that a thousand values and a thousand lines stay
 * cheap.  heapsort, since glibc's qsort asks the system for its memory
 * size, which the sandbox does not allow.
 */
static const char **
sorted(const struct strings *values)
{
	const char	**list;

	if ((list = calloc(values->count + 1, sizeof(*list))) == NULL)
		fatal("role map");
	if (values->count > 0)
		memcpy(list, values->list, values->count * sizeof(*list));
	if (values->count > 1 &&
	    heapsort(list, values->count, sizeof(*list), compare) == -1)
		fatal("role map");
	return list;
}

static bool
has(const char **list, size_t count, const char *value)
{
	return bsearch(&value, list, count, sizeof(*list), compare) != NULL;
}

const char *
role_line_name(enum role_line kind)
{
	static const char *const	 names[ROLE_LINE_MAX] = {
		[ROLE_LINE_VALUE] = "",
		[ROLE_LINE_GROUP] = "group ",
		[ROLE_LINE_SCIM_ROLE] = "scim-role "
	};

	return kind < ROLE_LINE_MAX ? names[kind] : "";
}

bool
rolemap_has(const struct policy_organization *org, enum role_line kind)
{
	size_t	 i;

	for (i = 0; i < org->role_line_count; i++)
		if (org->role_lines[i].kind == kind)
			return true;
	return false;
}

bool
rolemap_names(const struct policy_organization *org, const char *group)
{
	size_t	 i;

	for (i = 0; i < org->role_line_count; i++)
		if (org->role_lines[i].kind == ROLE_LINE_GROUP &&
		    strcmp(org->role_lines[i].value, group) == 0)
			return true;
	return false;
}

/* A stolen token must not make an admin: such a line has to say so. */
static bool
counts(const struct view_role_line *line)
{
	return line->kind == ROLE_LINE_VALUE || line->role != ROLE_ADMIN ||
	    line->elevated;
}

const struct view_role_line *
rolemap_line(const struct policy_organization *org,
    const struct role_inputs *in)
{
	const struct view_role_line	 *line, *best = NULL;
	const char			**list[ROLE_LINE_MAX] = { NULL };
	size_t				  i;

	if (org->role_line_count == 0)
		return NULL;
	for (i = 0; i < ROLE_LINE_MAX; i++)
		if (in->of[i] != NULL && in->of[i]->count > 0)
			list[i] = sorted(in->of[i]);
	for (i = 0; i < org->role_line_count; i++) {
		line = &org->role_lines[i];
		if (list[line->kind] == NULL || !counts(line) ||
		    !has(list[line->kind], in->of[line->kind]->count,
		    line->value))
			continue;
		if (best == NULL || line->role > best->role)
			best = line;
		if (org->role_match == ROLE_MATCH_FIRST)
			break;
	}
	for (i = 0; i < ROLE_LINE_MAX; i++)
		free(list[i]);
	return best;
}

enum role
rolemap_match(const struct policy_organization *org,
    const struct role_inputs *in)
{
	const struct view_role_line	*line = rolemap_line(org, in);

	return line == NULL ? ROLE_NONE : line->role;
}

bool
rolemap_login(const struct policy_organization *org,
    const struct role_before *before, const struct role_inputs *inputs,
    bool overage, enum role *role, enum role_source *source)
{
	struct role_inputs	 in = *inputs;

	if (org->role_line_count == 0) {
		*role = before->member ? before->role : org->default_role;
		*source = before->member ? before->source :
		    ROLE_SOURCE_DEFAULT;
		return *role != ROLE_NONE;
	}
	if (overage) {
		if (!before->member)
			return false;
		in.of[ROLE_LINE_VALUE] = before->values;
	}
	*source = ROLE_SOURCE_MAP;
	if ((*role = rolemap_match(org, &in)) == ROLE_NONE) {
		*role = org->default_role;
		*source = ROLE_SOURCE_DEFAULT;
	}
	return *role != ROLE_NONE;
}

/* Add a result, or raise the role of the one that is there. */
static void
add(struct group_result *list, size_t *count,
    const struct view_group_line *line)
{
	size_t	 i;

	for (i = 0; i < *count; i++) {
		if (strcmp(list[i].group, line->group) != 0 ||
		    strcmp(list[i].value, line->value) != 0)
			continue;
		if (line->role > list[i].role)
			list[i].role = line->role;
		return;
	}
	list[i].group = line->group;
	list[i].role = line->role;
	list[i].value = line->value;
	(*count)++;
}

size_t
groupmap_match(const struct policy_organization *org,
    const struct strings *values, struct group_result **out)
{
	const char	**list;
	size_t		  i, count = 0;

	*out = NULL;
	if (org->group_line_count == 0 || values->count == 0)
		return 0;
	if ((*out = calloc(org->group_line_count, sizeof(**out))) == NULL)
		fatal("group map");
	list = sorted(values);
	for (i = 0; i < org->group_line_count; i++)
		if (has(list, values->count, org->group_lines[i].value))
			add(*out, &count, &org->group_lines[i]);
	free(list);
	if (count == 0) {
		free(*out);
		*out = NULL;
	}
	return count;
}
