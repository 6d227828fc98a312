/*
 * Attributes by name: paths with dots, qualified by URNs (RFC 7644 3.10).
 * In http.  Pure.
 */
#include <string.h>
#include <strings.h>

#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_name.h"

bool
scim_attribute_is_schema(const struct scim_attribute *a)
{
	return strncmp(a->name, "urn:", 4) == 0 || a->number == SCIM_common;
}

/* Whether a name begins with that URN, and where it goes on. */
static bool
qualified(const struct scim_attribute *a, const char *name, size_t len,
    size_t *rest)
{
	size_t	 n = strlen(a->name);

	if (len < n || strncasecmp(name, a->name, n) != 0 ||
	    (len > n && name[n] != ':'))
		return false;
	*rest = len > n ? n + 1 : n;
	return true;
}

const struct scim_attribute *
scim_schema_named(enum scim_resource resource, const char *name, size_t len,
    size_t *rest)
{
	const struct scim_attribute	*root, *a;

	root = scim_attribute(scim_resource_root(resource));
	if (root == NULL)
		return NULL;
	if (qualified(root, name, len, rest))
		return root;
	for (a = scim_attribute_next(root->number, NULL); a != NULL;
	    a = scim_attribute_next(root->number, a))
		if (scim_attribute_is_schema(a) &&
		    qualified(a, name, len, rest))
			return a;
	return NULL;
}

/* "name" or "name.sub" below a schema. */
static const struct scim_attribute *
below(const struct scim_attribute *in, const char *name, size_t len)
{
	const struct scim_attribute	*a;
	const char			*dot;

	if (len == 0)
		return NULL;
	dot = memchr(name, '.', len);
	if (dot == NULL)
		return scim_attribute_find(in->number, name, len);
	a = scim_attribute_find(in->number, name, (size_t)(dot - name));
	if (a == NULL || scim_attribute_is_schema(a))
		return NULL;
	return scim_attribute_find(a->number, dot + 1,
	    len - (size_t)(dot + 1 - name));
}

const struct scim_attribute *
scim_attribute_named(enum scim_resource resource, const char *name,
    size_t len)
{
	const struct scim_attribute	*in;
	size_t				 rest = 0;

	if (len == 0)
		return NULL;
	in = scim_schema_named(resource, name, len, &rest);
	if (in == NULL)
		in = scim_attribute(scim_resource_root(resource));
	else if (rest == len && name[len - 1] != ':')
		return in->parent == SCIM_none ? NULL : in;
	return in == NULL ? NULL : below(in, name + rest, len - rest);
}

const struct scim_attribute *
scim_attribute_extended(enum scim_resource resource, const char *name,
    size_t len)
{
	const struct scim_attribute	*root, *a, *found = NULL;

	root = scim_attribute(scim_resource_root(resource));
	for (a = scim_attribute_next(root->number, NULL); a != NULL &&
	    found == NULL; a = scim_attribute_next(root->number, a))
		if (scim_attribute_is_schema(a))
			found = below(a, name, len);
	return found;
}
