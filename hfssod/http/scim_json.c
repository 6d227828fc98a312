/*
 * SCIM resources to JSON, in http; pure.  Must never say an attribute that
 * is never returned, or one that was not asked for.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/http/json.h"
#include "hfssod/http/scim_json.h"

/* --- which attributes -------------------------------------------------- */

static void
mark(struct scim_selection *s, unsigned int n, bool on)
{
	if (on)
		s->bits[n / 64] |= UINT64_C(1) << n % 64;
	else
		s->bits[n / 64] &= ~(UINT64_C(1) << n % 64);
}

bool
scim_selected(const struct scim_selection *s, enum scim_number n)
{
	return (s->bits[n / 64] & UINT64_C(1) << n % 64) != 0;
}

/* Those that are returned at least so often. */
static void
select_returned(struct scim_selection *s, bool all)
{
	const struct scim_attribute	*a;
	unsigned int			 n;

	memset(s, 0, sizeof(*s));
	for (n = 1; n < SCIM_NUMBER_MAX; n++)
		if ((a = scim_attribute(n)) != NULL)
			mark(s, n, a->returned == SCIM_ALWAYS ||
			    (all && a->returned != SCIM_NEVER));
}

void
scim_select_all(struct scim_selection *s)
{
	select_returned(s, true);
}

void
scim_select_least(struct scim_selection *s)
{
	select_returned(s, false);
}

static void
mark_below(struct scim_selection *s, enum scim_number n, bool on)
{
	const struct scim_attribute	*a = scim_attribute(n);

	if (a->returned == (on ? SCIM_NEVER : SCIM_ALWAYS))
		return;
	mark(s, n, on);
	for (a = NULL; (a = scim_attribute_next(n, a)) != NULL; )
		mark_below(s, a->number, on);
}

void
scim_select(struct scim_selection *s, enum scim_number n)
{
	const struct scim_attribute	*a = scim_attribute(n);

	if (a->returned == SCIM_NEVER)
		return;
	mark_below(s, n, true);
	while ((a = scim_attribute(a->parent)) != NULL)
		mark(s, a->number, true);
}

void
scim_deselect(struct scim_selection *s, enum scim_number n)
{
	mark_below(s, n, false);
}

/* --- what is being said ------------------------------------------------ */

static bool
wanted(const struct scim_json *as, enum scim_number n)
{
	if (as->selection != NULL)
		return scim_selected(as->selection, n);
	return scim_attribute(n)->returned != SCIM_NEVER;
}

/* "name": with the comma that stands between it and what came before. */
static void
name(struct buffer *b, const char *text, bool *first)
{
	size_t	 len = strlen(text);
	uint8_t	*from = buffer_room(b, len + 4), *p = from;

	if (!*first)
		*p++ = ',';
	*first = false;
	*p++ = '"';
	memcpy(p, text, len);
	p += len;
	*p++ = '"';
	*p++ = ':';
	buffer_grew(b, (size_t)(p - from));
}

void
scim_json_location(struct buffer *b, const char *base,
    enum scim_resource resource, const char *id)
{
	json_escaped(b, base, strlen(base));
	buffer_add(b, "/", 1);
	buffer_string(b, scim_resource_name(resource));
	buffer_add(b, "s/", 2);
	json_escaped(b, id, strlen(id));
}

static void
location(struct buffer *b, const struct scim_json *as, const char *what,
    enum scim_resource resource, const char *id, bool *first)
{
	name(b, what, first);
	buffer_add(b, "\"", 1);
	scim_json_location(b, as->base, resource, id);
	buffer_add(b, "\"", 1);
}

/* --- fields ------------------------------------------------------------ */

static void	fields(struct buffer *, const struct scim_json *,
		    const struct scim_value *, bool *);

/* The address of a group of a User, or of a member of a group. */
static void
reference(struct buffer *b, const struct scim_json *as,
    const struct scim_attribute *a, const struct scim_value *v, bool *first)
{
	const struct scim_field	*id, *type;
	enum scim_resource	 to = SCIM_RESOURCE_GROUP;

	if (a->number == SCIM_members) {
		id = scim_field(v, SCIM_members_value);
		type = scim_field(v, SCIM_members_type);
		if (type == NULL || type->count == 0 ||
		    strcmp(type->values[0].text, "Group") != 0)
			to = SCIM_RESOURCE_USER;
	} else
		id = scim_field(v, SCIM_groups_value);
	if (id != NULL && id->count > 0)
		location(b, as, "$ref", to, id->values[0].text, first);
}

static bool
has_reference(const struct scim_json *as, const struct scim_attribute *a)
{
	return (a->number == SCIM_members && wanted(as, SCIM_members_ref)) ||
	    (a->number == SCIM_groups && wanted(as, SCIM_groups_ref));
}

static void
one(struct buffer *b, const struct scim_json *as,
    const struct scim_attribute *a, const struct scim_value *v)
{
	bool	 first = true;

	if (a->type == SCIM_TYPE_BOOLEAN)
		buffer_string(b, v->truth ? "true" : "false");
	else if (a->type != SCIM_TYPE_COMPLEX)
		json_quoted(b, v->text);
	else {
		buffer_add(b, "{", 1);
		fields(b, as, v, &first);
		if (has_reference(as, a))
			reference(b, as, a, v, &first);
		buffer_add(b, "}", 1);
	}
}

/* Whether there is anything of a value to say. */
static bool
any(const struct scim_json *as, const struct scim_attribute *a,
    const struct scim_value *v)
{
	const struct scim_field	*f;
	size_t			 i;

	if (a->type != SCIM_TYPE_COMPLEX || has_reference(as, a))
		return true;
	for (f = v->fields; f != NULL; f = f->next)
		for (i = 0; wanted(as, f->attribute->number) && i < f->count;
		    i++)
			if (any(as, f->attribute, &f->values[i]))
				return true;
	return false;
}

static void
field(struct buffer *b, const struct scim_json *as,
    const struct scim_field *f, bool *first)
{
	bool	 begun = false;
	size_t	 i;

	for (i = 0; i < f->count; i++) {
		if (!any(as, f->attribute, &f->values[i]))
			continue;
		if (!begun) {
			name(b, f->attribute->name, first);
			if (f->attribute->multi)
				buffer_add(b, "[", 1);
		} else
			buffer_add(b, ",", 1);
		begun = true;
		one(b, as, f->attribute, &f->values[i]);
	}
	if (begun && f->attribute->multi)
		buffer_add(b, "]", 1);
}

/* What is made elsewhere than by the tree. */
static bool
made(enum scim_number n)
{
	return n == SCIM_schemas || n == SCIM_meta || n == SCIM_members ||
	    n == SCIM_groups_ref || n == SCIM_members_ref;
}

static void
fields(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v, bool *first)
{
	const struct scim_field	*f;

	for (f = v->fields; f != NULL; f = f->next)
		if (!made(f->attribute->number) &&
		    wanted(as, f->attribute->number))
			field(b, as, f, first);
}

/* --- resources --------------------------------------------------------- */

/* An extension counts if it has something to say, selected or not. */
static bool
is_extension(const struct scim_field *f)
{
	static const struct scim_json	 all = { "", SCIM_RESOURCE_USER, NULL,
	    0 };
	const struct scim_attribute	*a = f->attribute;

	return a->type == SCIM_TYPE_COMPLEX && a->number < SCIM_schemas &&
	    f->count > 0 && any(&all, a, &f->values[0]);
}

static void
schemas(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v)
{
	const struct scim_field	*f;

	buffer_string(b, "\"schemas\":[\"");
	buffer_string(b,
	    scim_attribute(scim_resource_root(as->resource))->name);
	for (f = v->fields; f != NULL; f = f->next)
		if (is_extension(f)) {
			buffer_string(b, "\",\"");
			buffer_string(b, f->attribute->name);
		}
	buffer_string(b, "\"]");
}

static void
text(struct buffer *b, const struct scim_json *as, enum scim_number n,
    const char *value, bool *first)
{
	if (value[0] == '\0' || !wanted(as, n))
		return;
	name(b, scim_attribute(n)->name, first);
	json_quoted(b, value);
}

static void
meta(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v)
{
	char	 version[32] = "";
	bool	 first = true;

	if (as->version != 0)
		snprintf(version, sizeof(version), "W/\"%lld\"",
		    (long long)as->version);
	buffer_string(b, ",\"meta\":{");
	text(b, as, SCIM_meta_resourceType, scim_resource_name(as->resource),
	    &first);
	text(b, as, SCIM_meta_created, scim_text(v, SCIM_meta_created),
	    &first);
	text(b, as, SCIM_meta_lastModified,
	    scim_text(v, SCIM_meta_lastModified), &first);
	if (wanted(as, SCIM_meta_location))
		location(b, as, "location", as->resource,
		    scim_text(v, SCIM_id), &first);
	text(b, as, SCIM_meta_version, version, &first);
	buffer_string(b, "}");
}

void
scim_json_begin(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v)
{
	bool	 first = false;

	buffer_add(b, "{", 1);
	schemas(b, as, v);
	fields(b, as, v, &first);
	if (wanted(as, SCIM_meta))
		meta(b, as, v);
}

void
scim_json_members(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v, size_t count, bool *opened)
{
	const struct scim_attribute	*a = scim_attribute(SCIM_members);
	size_t				 i;

	if (!wanted(as, SCIM_members))
		return;
	for (i = 0; i < count; i++) {
		if (!any(as, a, &v[i]))
			continue;
		buffer_string(b, *opened ? "," : ",\"members\":[");
		*opened = true;
		one(b, as, a, &v[i]);
	}
}

void
scim_json_end(struct buffer *b, bool opened)
{
	buffer_string(b, opened ? "]}" : "}");
}

void
scim_json_resource(struct buffer *b, const struct scim_json *as,
    const struct scim_value *v)
{
	const struct scim_field	*members = scim_field(v, SCIM_members);
	bool			 opened = false;

	scim_json_begin(b, as, v);
	if (members != NULL)
		scim_json_members(b, as, members->values, members->count,
		    &opened);
	scim_json_end(b, opened);
}
