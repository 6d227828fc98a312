/*
 * SCIM text for units.
 */
#include <string.h>

#include "regress/unit/scim_text_fixture.h"

void
text_begin(struct text_fixture *t)
{
	memset(t, 0, sizeof(*t));
	t->pool = scim_pool_new();
}

void
text_end(struct text_fixture *t)
{
	scim_pool_free(t->pool);
	buffer_free(&t->out);
}

void
text_again(struct text_fixture *t)
{
	text_end(t);
	text_begin(t);
}

enum verdict
text_bind(struct text_fixture *t, enum scim_resource r, const char *text)
{
	const char	*wrong;
	struct json	*j;

	text_again(t);
	j = json_read(t->pool, text, strlen(text), &wrong);
	return j == NULL ? VERDICT_internal : scim_bind(t->pool, r, j,
	    &t->value, &t->liberties, &t->fault);
}

enum verdict
text_patch(struct text_fixture *t, enum scim_resource r, const char *text)
{
	const char	*wrong;
	struct json	*j;

	text_again(t);
	j = json_read(t->pool, text, strlen(text), &wrong);
	return j == NULL ? VERDICT_internal : scim_patch_read(t->pool, r, j,
	    &t->patch, &t->liberties, &t->fault);
}

static void	tree(struct buffer *, const struct scim_value *);

static void
one(struct buffer *b, const struct scim_attribute *a,
    const struct scim_value *v)
{
	if (a->type == SCIM_TYPE_BOOLEAN)
		buffer_string(b, v->truth ? "true" : "false");
	else if (a->type != SCIM_TYPE_COMPLEX)
		buffer_string(b, v->text);
	else {
		buffer_string(b, "{");
		tree(b, v);
		buffer_string(b, "}");
	}
}

static void
tree(struct buffer *b, const struct scim_value *v)
{
	const struct scim_field	*f;
	const char		*name;
	size_t			 i;

	for (f = v->fields; f != NULL; f = f->next) {
		name = f->attribute->name;
		if (f != v->fields)
			buffer_string(b, " ");
		buffer_string(b, f->attribute->number == SCIM_enterprise ?
		    "enterprise" : name);
		if (f->attribute->type != SCIM_TYPE_COMPLEX || f->count == 0)
			buffer_string(b, "=");
		if (f->count == 0)
			buffer_string(b, "-");
		if (f->attribute->multi && f->count > 0)
			buffer_string(b, "[");
		for (i = 0; i < f->count; i++)
			one(b, f->attribute, &f->values[i]);
		if (f->attribute->multi && f->count > 0)
			buffer_string(b, "]");
	}
}

const char *
text_tree(struct text_fixture *t, const struct scim_value *v)
{
	buffer_free(&t->out);
	tree(&t->out, v);
	return buffer_text(&t->out);
}

static void
operation(struct buffer *b, const struct scim_operation *o)
{
	static const char	*const names[] = { "add", "replace", "remove" };

	buffer_string(b, names[o->change]);
	if (o->path.attribute != SCIM_none) {
		buffer_string(b, " ");
		if (scim_attribute(o->path.attribute)->parent >= SCIM_schemas)
			buffer_printf(b, "%s.", scim_attribute(
			    scim_attribute(o->path.attribute)->parent)->name);
		buffer_string(b, scim_attribute(o->path.attribute)->name);
	}
	if (o->path.filter != NULL)
		buffer_string(b, "(f)");
	if (o->path.sub != SCIM_none)
		buffer_printf(b, ".%s", scim_attribute(o->path.sub)->name);
	if (!o->given)
		return;
	buffer_string(b, ": ");
	tree(b, &o->value);
}

const char *
text_operations(struct text_fixture *t)
{
	size_t	 i;

	buffer_free(&t->out);
	for (i = 0; i < t->patch.count; i++) {
		if (i > 0)
			buffer_string(&t->out, "; ");
		operation(&t->out, &t->patch.operations[i]);
	}
	return buffer_text(&t->out);
}
