/*
 * The validator: a SCIM resource as it is stored, and how two differ.  In
 * policy; pure.  Must never let through what a later release of the
 * schema's tables would have to forgive.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "hfssod/policy/scim_change.h"
#include "hfssod/policy/scim_compare.h"

/* --- what goes --------------------------------------------------------- */

static bool	 tidy_value(struct scim_value *, const struct scim_attribute *);

static bool
named(const struct scim_attribute *a, const char *name)
{
	return strcmp(a->name, name) == 0;
}

/* Of an entry of a list only what it is for is said, and no value. */
static bool
says_nothing(const struct scim_attribute *a, const struct scim_value *v)
{
	const struct scim_field	*f;

	if (!a->multi || scim_attribute_find(a->number, "value", 5) == NULL)
		return v->fields == NULL;
	for (f = v->fields; f != NULL; f = f->next)
		if (!named(f->attribute, "type") &&
		    !named(f->attribute, "primary"))
			return false;
	return true;
}

/* False if nothing is left of the value. */
static bool
tidy_value(struct scim_value *v, const struct scim_attribute *a)
{
	struct scim_field	*f, *next;
	size_t			 i, j;

	if (a->type == SCIM_TYPE_BOOLEAN)
		return true;
	if (a->type != SCIM_TYPE_COMPLEX)
		return v->text[0] != '\0';
	for (f = v->fields; f != NULL; f = next) {
		next = f->next;
		for (i = f->count; i-- > 0;)
			if (!tidy_value(&f->values[i], f->attribute))
				scim_field_cut(f, i);
		/* Members are many, and each is a row of its own. */
		for (i = f->count; f->attribute->number != SCIM_members &&
		    i-- > 1;)
			for (j = 0; j < i; j++)
				if (scim_value_same(f->attribute,
				    &f->values[i], &f->values[j])) {
					scim_field_cut(f, i);
					break;
				}
		if (f->count == 0 || f->attribute->number == SCIM_schemas ||
		    f->attribute->mutability == SCIM_READ_ONLY ||
		    f->attribute->mutability == SCIM_WRITE_ONLY)
			scim_field_remove(v, f->attribute->number);
	}
	return !says_nothing(a, v);
}

/* --- what must be so --------------------------------------------------- */

static bool
plain(const char *text)
{
	const unsigned char	*p = (const unsigned char *)text;

	for (; *p != '\0'; p++)
		if ((*p < 0x20 && *p != '\t' && *p != '\n' && *p != '\r') ||
		    *p == 0x7f)
			return false;
	return true;
}

static bool
base64(const char *text)
{
	uint8_t	*octets;
	size_t	 len;

	octets = base64_decode(text, strlen(text), &len);
	free(octets);
	return octets != NULL && len > 0;
}

static bool
blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static enum verdict
check_text(const struct scim_attribute *a, const char *text,
    struct scim_why *why)
{
	int64_t	 when;
	size_t	 len = strlen(text);

	if (len > LIMIT_SCIM_TEXT)
		return scim_say(why, VERDICT_scim_too_large, a, "is too long");
	/* A name stands in lists and logs, in a line; an address has some. */
	if (!utf8_valid(text, len) || !plain(text) ||
	    (a->required && !utf8_plain(text, len)))
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "has characters that are no text");
	if (a->required && blank(text))
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "is required, and blank");
	if (a->type == SCIM_TYPE_DATETIME && !clock_parse(text, &when))
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "is not a dateTime, 2026-11-22T10:00:00Z");
	if (a->type == SCIM_TYPE_BINARY && !base64(text))
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "is not base64");
	return VERDICT_ok;
}

static size_t
primaries(const struct scim_field *f)
{
	const struct scim_attribute	*a;
	const struct scim_field		*in;
	size_t				 i, n = 0;

	a = scim_attribute_find(f->attribute->number, "primary", 7);
	for (i = 0; a != NULL && i < f->count; i++)
		if ((in = scim_field(&f->values[i], a->number)) != NULL &&
		    in->values[0].truth)
			n++;
	return n;
}

static enum verdict	 check_value(const struct scim_attribute *,
			    const struct scim_value *, struct scim_why *);

static enum verdict
check_field(const struct scim_field *f, struct scim_why *why)
{
	const struct scim_attribute	*a = f->attribute;
	enum verdict			 v = VERDICT_ok;
	size_t				 i;

	if (f->count > (!a->multi ? 1 : a->number == SCIM_members ?
	    LIMIT_SCIM_VALUES : LIMIT_SCIM_MULTI))
		return scim_say(why, VERDICT_scim_too_large, a,
		    "has too many values");
	if (a->multi && a->type == SCIM_TYPE_COMPLEX && primaries(f) > 1)
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "has more than one primary value");
	for (i = 0; i < f->count && v == VERDICT_ok; i++)
		v = check_value(a, &f->values[i], why);
	return v;
}

static enum verdict
check_value(const struct scim_attribute *a, const struct scim_value *value,
    struct scim_why *why)
{
	const struct scim_field		*f;
	const struct scim_attribute	*sub = NULL;
	enum verdict			 v = VERDICT_ok;

	if (a->type == SCIM_TYPE_BOOLEAN)
		return VERDICT_ok;
	if (a->type != SCIM_TYPE_COMPLEX)
		return check_text(a, value->text, why);
	while ((sub = scim_attribute_next(a->number, sub)) != NULL)
		if (sub->required && scim_field(value, sub->number) == NULL)
			return scim_say(why, VERDICT_scim_invalid_value, sub,
			    "is required");
	for (f = value->fields; f != NULL && v == VERDICT_ok; f = f->next)
		v = check_field(f, why);
	return v;
}

enum verdict
scim_check(struct scim_pool *p, enum scim_resource resource,
    struct scim_value *value, struct scim_why *why)
{
	const struct scim_attribute	*root;
	struct writer			 w;
	enum verdict			 v;

	(void)p;
	root = scim_attribute(scim_resource_root(resource));
	tidy_value(value, root);
	if ((v = check_value(root, value, why)) != VERDICT_ok)
		return v;
	/* Members are no part of what is stored of a group. */
	if (scim_field(value, SCIM_members) != NULL)
		return VERDICT_ok;
	wire_init(&w, LIMIT_SCIM_USER);
	scim_resource_put(&w, resource, value);
	if (w.bad)
		v = scim_say(why, VERDICT_scim_too_large, NULL,
		    "the resource is too large");
	wire_free(&w);
	return v;
}

/* --- differences ------------------------------------------------------- */

struct list {
	char	*text;
	size_t	 size;
};

static void
say(struct list *l, const struct scim_attribute *a)
{
	char	 name[128];

	if (l->text[0] != '\0')
		strlcat(l->text, ", ", l->size);
	strlcat(l->text, scim_attribute_say(a, name, sizeof(name)), l->size);
}

static bool
counts(const struct scim_attribute *a)
{
	return a->mutability != SCIM_READ_ONLY && a->number != SCIM_schemas;
}

static bool
identical(const struct scim_field *a, const struct scim_field *b)
{
	size_t	 i;

	if (a == NULL || b == NULL || a->count != b->count)
		return (a == NULL || a->count == 0) &&
		    (b == NULL || b->count == 0);
	for (i = 0; i < a->count; i++)
		if (!scim_value_identical(a->attribute, &a->values[i],
		    &b->values[i]))
			return false;
	return true;
}

/* a: the attribute that these are values of; NULL is none. */
static void
compare(struct list *l, const struct scim_attribute *a,
    const struct scim_value *x, const struct scim_value *y)
{
	static const struct scim_value	 none = { .text = "" };
	const struct scim_attribute	*sub = NULL;
	const struct scim_field		*f, *g;

	while ((sub = scim_attribute_next(a->number, sub)) != NULL) {
		f = scim_field(x, sub->number);
		g = scim_field(y, sub->number);
		if (!counts(sub) || identical(f, g))
			continue;
		if (sub->multi || sub->type != SCIM_TYPE_COMPLEX)
			say(l, sub);
		else
			compare(l, sub,
			    f == NULL || f->count == 0 ? &none : f->values,
			    g == NULL || g->count == 0 ? &none : g->values);
	}
}

void
scim_difference(enum scim_resource resource, const struct scim_value *a,
    const struct scim_value *b, char *buf, size_t size)
{
	struct list	 l = { buf, size };

	buf[0] = '\0';
	compare(&l, scim_attribute(scim_resource_root(resource)), a, b);
	compare(&l, scim_attribute(SCIM_common), a, b);
}
