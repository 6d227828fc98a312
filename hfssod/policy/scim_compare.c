/*
 * Comparing SCIM values.  In policy and reader; pure.  Must never change
 * what it compares.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_compare.h"

bool
scim_exact(const struct scim_attribute *a)
{
	return a->exact || a->type == SCIM_TYPE_BINARY;
}

static int
lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

static int
folded_compare(const char *a, const char *b)
{
	char	*x = fold_text(a), *y = fold_text(b);
	int	 order = strcmp(x, y);

	free(x);
	free(y);
	return order;
}

/* Most text is ASCII, and costs no memory. */
static int
compare_without_case(const char *a, const char *b)
{
	const unsigned char	*x = (const unsigned char *)a;
	const unsigned char	*y = (const unsigned char *)b;

	for (; *x < 0x80 && *y < 0x80; x++, y++)
		if (lower(*x) != lower(*y) || *x == '\0')
			return lower(*x) - lower(*y);
	return folded_compare((const char *)x, (const char *)y);
}

int
scim_text_compare(const struct scim_attribute *at, const char *a,
    const char *b)
{
	return scim_exact(at) ? strcmp(a, b) : compare_without_case(a, b);
}

/* Every value of the one is among those of the other, as often. */
static bool
field_same(const struct scim_field *a, const struct scim_field *b)
{
	size_t	 i, j, same, there;

	if (a->count != b->count)
		return false;
	if (a->count == 1)
		return scim_value_same(a->attribute, &a->values[0],
		    &b->values[0]);
	for (i = 0; i < a->count; i++) {
		for (j = same = there = 0; j < a->count; j++) {
			same += scim_value_same(a->attribute, &a->values[i],
			    &a->values[j]);
			there += scim_value_same(a->attribute, &a->values[i],
			    &b->values[j]);
		}
		if (same != there)
			return false;
	}
	return true;
}

static const struct scim_field *
with_value(const struct scim_field *f)
{
	while (f != NULL && f->count == 0)
		f = f->next;
	return f;
}

/* RFC 7643, 2.4: who does not say that he is primary is not. */
static const struct scim_field *
with_meaning(const struct scim_field *f)
{
	while ((f = with_value(f)) != NULL &&
	    f->attribute->type == SCIM_TYPE_BOOLEAN && !f->values[0].truth &&
	    strcmp(f->attribute->name, "primary") == 0)
		f = f->next;
	return f;
}

static bool
fields_match(const struct scim_field *a, const struct scim_field *b,
    const struct scim_field *(*next)(const struct scim_field *),
    bool (*match)(const struct scim_field *, const struct scim_field *))
{
	for (;;) {
		a = next(a);
		b = next(b);
		if (a == NULL || b == NULL)
			return a == b;
		if (a->attribute != b->attribute || !match(a, b))
			return false;
		a = a->next;
		b = b->next;
	}
}

bool
scim_value_same(const struct scim_attribute *at, const struct scim_value *a,
    const struct scim_value *b)
{
	if (at->type == SCIM_TYPE_COMPLEX)
		return fields_match(a->fields, b->fields, with_meaning,
		    field_same);
	if (at->type == SCIM_TYPE_BOOLEAN)
		return a->truth == b->truth;
	return scim_text_compare(at, a->text, b->text) == 0;
}

bool
scim_value_within(const struct scim_value *part, const struct scim_value *of)
{
	const struct scim_field	*f, *g;

	for (f = with_meaning(part->fields); f != NULL;
	    f = with_meaning(f->next)) {
		g = scim_field(of, f->attribute->number);
		if (g == NULL || !field_same(f, g))
			return false;
	}
	return true;
}

static bool
field_identical(const struct scim_field *a, const struct scim_field *b)
{
	size_t	 i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++)
		if (!scim_value_identical(a->attribute, &a->values[i],
		    &b->values[i]))
			return false;
	return true;
}

bool
scim_value_identical(const struct scim_attribute *at,
    const struct scim_value *a, const struct scim_value *b)
{
	if (at->type == SCIM_TYPE_COMPLEX)
		return fields_match(a->fields, b->fields, with_value,
		    field_identical);
	if (at->type == SCIM_TYPE_BOOLEAN)
		return a->truth == b->truth;
	return strcmp(a->text, b->text) == 0;
}

const char *
scim_attribute_say(const struct scim_attribute *a, char *buf, size_t size)
{
	const struct scim_attribute	*up = scim_attribute(a->parent);

	if (up == NULL || up->parent == SCIM_none ||
	    up->number == SCIM_enterprise)
		snprintf(buf, size, "%s", a->name);
	else
		snprintf(buf, size, "%s.%s", up->name, a->name);
	return buf;
}
