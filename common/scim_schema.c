/*
 * The SCIM schema's tables.  In http, policy and reader.  Must never give
 * a number another meaning.
 */
#include <string.h>
#include <strings.h>

#include "common/scim_schema.h"

#define MULTI		1u
#define REQUIRED	2u
#define EXACT		4u
#define NONE		SCIM_UNIQUE_NONE
#define SERVER		SCIM_UNIQUE_SERVER

static const struct scim_attribute	 table[] = {
#define ATTRIBUTE(number, tag, parent, name, type, flags, mutability, \
    returned, unique, values, description) \
	{ SCIM_##tag, SCIM_##parent, name, SCIM_TYPE_##type, \
	    ((flags) & MULTI) != 0, ((flags) & REQUIRED) != 0, \
	    ((flags) & EXACT) != 0, SCIM_##mutability, SCIM_##returned, \
	    unique, values, description },
#include "common/scim_attribute.def"
#undef ATTRIBUTE
};
#define LINES	(sizeof(table) / sizeof(table[0]))

/* By number: one more than the line's place, 0 for a number that is none. */
static uint8_t	 place[SCIM_NUMBER_MAX];

_Static_assert(LINES < 255, "place is too narrow");

static const struct {
	const char		*name;
	enum scim_number	 root;
} resources[SCIM_RESOURCE_MAX] = {
	{ "User",	SCIM_user },
	{ "Group",	SCIM_group },
	{ "",		SCIM_none }
};

const char *
scim_resource_name(enum scim_resource r)
{
	return (unsigned int)r < SCIM_RESOURCE_MAX ? resources[r].name : "";
}

enum scim_number
scim_resource_root(enum scim_resource r)
{
	return (unsigned int)r < SCIM_RESOURCE_MAX ? resources[r].root :
	    SCIM_none;
}

const struct scim_attribute *
scim_attribute(unsigned int number)
{
	size_t	 i;

	if (place[SCIM_common] == 0)
		for (i = 0; i < LINES; i++)
			place[table[i].number] = (uint8_t)(i + 1);
	if (number >= SCIM_NUMBER_MAX || place[number] == 0)
		return NULL;
	return &table[place[number] - 1];
}

static const struct scim_attribute *
below(enum scim_number parent, const char *name, size_t len)
{
	size_t	 i;

	for (i = 0; i < LINES; i++)
		if (table[i].parent == parent &&
		    strncasecmp(table[i].name, name, len) == 0 &&
		    table[i].name[len] == '\0')
			return &table[i];
	return NULL;
}

const struct scim_attribute *
scim_attribute_find(enum scim_number parent, const char *name, size_t len)
{
	const struct scim_attribute	*a;

	if (len == 0 || memchr(name, '\0', len) != NULL)
		return NULL;
	if ((a = below(parent, name, len)) != NULL)
		return a;
	if (parent == SCIM_user || parent == SCIM_group)
		return below(SCIM_common, name, len);
	return NULL;
}

const struct scim_attribute *
scim_attribute_next(enum scim_number parent, const struct scim_attribute *a)
{
	a = a == NULL ? table : a + 1;
	for (; a < table + LINES; a++)
		if (a->parent == parent)
			return a;
	return NULL;
}

bool
scim_attribute_of(const struct scim_attribute *a, enum scim_resource r)
{
	while (a->parent != SCIM_none)
		a = scim_attribute(a->parent);
	return r == SCIM_RESOURCE_ANY || a->number == SCIM_common ||
	    a->number == scim_resource_root(r);
}
