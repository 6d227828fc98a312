/*
 * JSON to SCIM value trees, in http; pure.  Must never put into a tree
 * what a client may not write, nor guess what a value means that could
 * mean two things.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/encode.h"
#include "common/scim_exchange.h"
#include "hfssod/http/scim_bind.h"
#include "hfssod/http/scim_filter_text.h"

struct binder {
	struct scim_pool	*pool;
	unsigned int		*liberties;
	struct scim_fault	*fault;
	size_t			 octets;	/* of text that is kept */
};

static enum verdict	assign(struct binder *, struct scim_value *,
			    const struct scim_attribute *,
			    const struct json *);

static bool
is_schema(const struct scim_attribute *a)
{
	return a->parent == SCIM_none || strncmp(a->name, "urn:", 4) == 0;
}

/* "name.givenName"; of an extension its URN. */
static void
print_name(const struct scim_attribute *a, char *text, size_t size)
{
	const struct scim_attribute	*parent = scim_attribute(a->parent);

	if (parent != NULL && !is_schema(parent)) {
		print_name(parent, text, size);
		strlcat(text, ".", size);
	}
	strlcat(text, a->name, size);
}

static enum verdict
refuse(struct binder *b, enum verdict verdict, const struct scim_attribute *a,
    const char *why)
{
	char	 name[256];

	name[0] = '\0';
	print_name(a, name, sizeof(name));
	snprintf(b->fault->text, sizeof(b->fault->text), "%s: %s", name, why);
	return verdict;
}

/* --- one value -------------------------------------------------------- */

static enum verdict
truth(struct binder *b, struct scim_field *f, const struct json *j)
{
	bool	 yes = j->type == JSON_TRUE || json_is(j, "true");

	if (!yes && j->type != JSON_FALSE && !json_is(j, "false"))
		return refuse(b, VERDICT_scim_invalid_value, f->attribute,
		    "must be true or false");
	if (j->type == JSON_STRING)
		*b->liberties |= SCIM_LIBERTY_BOOLEAN;
	scim_field_add(b->pool, f)->truth = yes;
	return VERDICT_ok;
}

static bool
base64_valid(const char *text)
{
	size_t	 len;
	uint8_t	*data = base64_decode(text, strlen(text), &len);

	free(data);
	return data != NULL;
}

static enum verdict
text(struct binder *b, struct scim_field *f, const struct json *j)
{
	const struct scim_attribute	*a = f->attribute;
	const char			*s;

	if (j->type == JSON_NUMBER)
		*b->liberties |= SCIM_LIBERTY_NUMBER;
	else if (j->type != JSON_STRING)
		return refuse(b, VERDICT_scim_invalid_value, a,
		    "must be a string");
	if (j->len > (a->parent == SCIM_members ? LIMIT_SCIM_ID :
	    LIMIT_SCIM_TEXT))
		return refuse(b, VERDICT_scim_invalid_value, a, "is too long");
	if (a->parent != SCIM_members &&
	    (b->octets += j->len) > LIMIT_SCIM_USER)
		return refuse(b, VERDICT_scim_too_large, a,
		    "more text than a resource may have");
	s = json_text(b->pool, j);
	if (a->type == SCIM_TYPE_BINARY && !base64_valid(s))
		return refuse(b, VERDICT_scim_invalid_value, a,
		    "must be base64");
	scim_field_add(b->pool, f)->text = s;
	return VERDICT_ok;
}

/* One of no complex attribute; "" and null: none. */
static enum verdict
simple(struct binder *b, struct scim_field *f, const struct json *j)
{
	if (j->type == JSON_NULL)
		return VERDICT_ok;
	if (j->type == JSON_STRING && j->len == 0) {
		*b->liberties |= SCIM_LIBERTY_NULL;
		return VERDICT_ok;
	}
	return f->attribute->type == SCIM_TYPE_BOOLEAN ? truth(b, f, j) :
	    text(b, f, j);
}

/* --- complex values --------------------------------------------------- */

/*
 * "manager.value" within an extension.  In a resource scim_attribute_named
 * knows these.
 */
static const struct scim_attribute *
dotted(const struct scim_attribute *in, const struct json *j)
{
	const struct scim_attribute	*a;
	const char			*dot;
	size_t				 len;

	if ((dot = memchr(j->key, '.', j->key_len)) == NULL)
		return NULL;
	len = (size_t)(dot - j->key);
	if ((a = scim_attribute_find(in->number, j->key, len)) == NULL)
		return NULL;
	return scim_attribute_find(a->number, dot + 1, j->key_len - len - 1);
}

/*
 * Set what is more than one level below a value of in, and what is on the
 * way to it.
 */
static enum verdict
assign_below(struct binder *b, const struct scim_attribute *in,
    struct scim_value *v, const struct scim_attribute *a,
    const struct json *j)
{
	const struct scim_attribute	*chain[4];
	struct scim_field		*f;
	size_t				 n = 0;

	/* Not in it: what is common to all resources. */
	for (chain[n] = a; chain[n]->parent != in->number &&
	    chain[n]->parent != SCIM_common && n < 3; n++)
		chain[n + 1] = scim_attribute(chain[n]->parent);
	for (; n > 0; n--) {
		if (chain[n]->mutability == SCIM_READ_ONLY) {
			*b->liberties |= SCIM_LIBERTY_READ_ONLY;
			return VERDICT_ok;
		}
		if (chain[n]->multi)
			return refuse(b, VERDICT_scim_invalid_value, a,
			    "which value it belongs to is not said");
		if ((f = scim_field(v, chain[n]->number)) == NULL) {
			f = scim_field_make(b->pool, v, chain[n]->number);
			scim_field_add(b->pool, f);
		} else if (f->count == 0)
			return refuse(b, VERDICT_scim_invalid_syntax, a,
			    "is there, and null");
		v = &f->values[0];
	}
	return assign(b, v, a, j);
}

/* An attribute of a resource by another name; also its own root. */
static const struct scim_attribute *
qualified(const struct scim_attribute *root, enum scim_resource resource,
    const struct json *j)
{
	if (j->key_len == strlen(root->name) &&
	    strncasecmp(j->key, root->name, j->key_len) == 0)
		return root;
	return scim_attribute_named(resource, j->key, j->key_len);
}

/* The members of an object, whichever of them we know. */
static enum verdict
fields(struct binder *b, const struct scim_attribute *in,
    enum scim_resource resource, const struct json *o, struct scim_value *v)
{
	const struct scim_attribute	*a;
	const struct json		*j;
	enum verdict			 verdict = VERDICT_ok;

	for (j = o->child; j != NULL && verdict == VERDICT_ok; j = j->next) {
		a = scim_attribute_find(in->number, j->key, j->key_len);
		if (a != NULL) {
			verdict = assign(b, v, a, j);
			continue;
		}
		a = resource != SCIM_RESOURCE_ANY ?
		    qualified(in, resource, j) : dotted(in, j);
		if (a == NULL || (a == in && j->type != JSON_OBJECT)) {
			*b->liberties |= SCIM_LIBERTY_UNKNOWN;
			continue;
		}
		*b->liberties |= SCIM_LIBERTY_KEYS;
		verdict = a == in ? fields(b, in, resource, j, v) :
		    assign_below(b, in, v, a, j);
	}
	return verdict;
}

/*
 * Whether a string can stand for a value whose "value" it is: an id.  Of
 * other attributes a string says too little.
 */
static bool
is_reference(const struct scim_attribute *a)
{
	return a->number == SCIM_members || a->number == SCIM_manager;
}

/* One of a complex attribute.  A member of no id is not no member. */
static enum verdict
complex(struct binder *b, struct scim_field *f, const struct json *j)
{
	const struct scim_attribute	*of;
	struct scim_value		*v;

	if (j->type == JSON_NULL || (j->type == JSON_STRING && j->len == 0)) {
		if (f->attribute->number == SCIM_members)
			return refuse(b, VERDICT_scim_invalid_value,
			    f->attribute, "one of them is empty");
		*b->liberties |= SCIM_LIBERTY_NULL;
		return VERDICT_ok;
	}
	if (j->type == JSON_OBJECT) {
		v = scim_field_add(b->pool, f);
		return fields(b, f->attribute, SCIM_RESOURCE_ANY, j, v);
	}
	if (!is_reference(f->attribute) || j->type != JSON_STRING)
		return refuse(b, VERDICT_scim_invalid_value, f->attribute,
		    "must be an object");
	of = scim_attribute_find(f->attribute->number, "value", 5);
	*b->liberties |= SCIM_LIBERTY_SINGLE;
	v = scim_field_add(b->pool, f);
	return simple(b, scim_field_make(b->pool, v, of->number), j);
}

static enum verdict
one_value(struct binder *b, struct scim_field *f, const struct json *j)
{
	return f->attribute->type == SCIM_TYPE_COMPLEX ? complex(b, f, j) :
	    simple(b, f, j);
}

/* --- fields ----------------------------------------------------------- */

/*
 * The only value of an array that stands where one belongs.  Entra ID
 * sends [{"value": "x"}], which is "x" for a simple attribute.  NULL: there
 * is not one.
 */
static const struct json *
only(const struct scim_attribute *a, const struct json *j)
{
	if (j->count != 1 || j->child->type == JSON_ARRAY ||
	    j->child->type == JSON_NULL)
		return NULL;
	j = j->child;
	return j->type == JSON_OBJECT && a->type != SCIM_TYPE_COMPLEX ?
	    json_member(j, "value") : j;
}

/* What there is one of. */
static enum verdict
singular(struct binder *b, struct scim_field *f, const struct json *j)
{
	if (j->type == JSON_ARRAY) {
		*b->liberties |= SCIM_LIBERTY_SINGLE;
		if ((j = only(f->attribute, j)) == NULL)
			return refuse(b, VERDICT_scim_invalid_value,
			    f->attribute, "must be one value, no array");
	}
	if (j->type == JSON_NULL)
		return VERDICT_ok;
	return one_value(b, f, j);
}

static enum verdict
plural(struct binder *b, struct scim_field *f, const struct json *j)
{
	enum verdict	 verdict = VERDICT_ok;

	if (j->type == JSON_NULL)
		return VERDICT_ok;
	if (j->type != JSON_ARRAY) {
		*b->liberties |= SCIM_LIBERTY_SINGLE;
		return one_value(b, f, j);
	}
	if (j->count > (f->attribute->number == SCIM_members ?
	    LIMIT_SCIM_VALUES : LIMIT_SCIM_MULTI))
		return refuse(b, VERDICT_scim_too_large, f->attribute,
		    "has too many values");
	if (j->count > 1) {
		f->size = j->count;
		f->values = scim_pool_alloc(b->pool,
		    f->size * sizeof(*f->values));
	}
	for (j = j->child; j != NULL && verdict == VERDICT_ok; j = j->next)
		verdict = one_value(b, f, j);
	return verdict;
}

/*
 * The field of an attribute.  What was there before came by another name
 * of it: parts of a complex value come together, anything else was said
 * twice.
 */
static enum verdict
field(struct binder *b, struct scim_value *v, const struct scim_attribute *a,
    bool one, const struct json *j)
{
	struct scim_field	*f;

	if ((f = scim_field(v, a->number)) != NULL) {
		if (a->type == SCIM_TYPE_COMPLEX && !a->multi &&
		    f->count == 1 && j->type == JSON_OBJECT)
			return fields(b, a, SCIM_RESOURCE_ANY, j,
			    &f->values[0]);
		return refuse(b, VERDICT_scim_invalid_syntax, a,
		    "is there twice");
	}
	f = scim_field_make(b->pool, v, a->number);
	return a->multi && !one ? plural(b, f, j) : singular(b, f, j);
}

/* The same of what a client may write; anything else is dropped. */
static enum verdict
assign(struct binder *b, struct scim_value *v, const struct scim_attribute *a,
    const struct json *j)
{
	if (a->mutability == SCIM_READ_ONLY) {
		*b->liberties |= SCIM_LIBERTY_READ_ONLY;
		return VERDICT_ok;
	}
	if (a->mutability == SCIM_WRITE_ONLY || a->number == SCIM_schemas ||
	    a->number == SCIM_members_ref)
		return VERDICT_ok;
	return field(b, v, a, false, j);
}

/* --- resources -------------------------------------------------------- */

static enum verdict
schema(struct binder *b, enum scim_resource resource, const struct json *j,
    bool *own)
{
	const struct scim_attribute	*a;
	enum scim_number		 root = scim_resource_root(resource);
	size_t				 i;

	if (j->type != JSON_STRING)
		return refuse(b, VERDICT_scim_invalid_value,
		    scim_attribute(SCIM_schemas), "must be strings");
	if (json_is(j, scim_attribute(root)->name)) {
		*own = true;
		return VERDICT_ok;
	}
	a = scim_attribute_find(root, j->text, j->len);
	if (a != NULL && is_schema(a))
		return VERDICT_ok;
	for (i = 0; i < SCIM_RESOURCE_ANY; i++)
		if (json_is(j, scim_attribute(
		    scim_resource_root((enum scim_resource)i))->name)) {
			*b->liberties |= SCIM_LIBERTY_SCHEMAS;
			return VERDICT_ok;
		}
	*b->liberties |= SCIM_LIBERTY_UNKNOWN;
	return VERDICT_ok;
}

static enum verdict
schemas(struct binder *b, enum scim_resource resource, const struct json *j)
{
	enum verdict	 verdict = VERDICT_ok;
	bool		 own = false;

	if (j != NULL && j->type == JSON_STRING)
		verdict = schema(b, resource, j, &own);
	else if (j != NULL && j->type == JSON_ARRAY)
		for (j = j->child; j != NULL && verdict == VERDICT_ok;
		    j = j->next)
			verdict = schema(b, resource, j, &own);
	else if (j != NULL && j->type != JSON_NULL)
		verdict = refuse(b, VERDICT_scim_invalid_value,
		    scim_attribute(SCIM_schemas), "must be an array");
	if (!own)
		*b->liberties |= SCIM_LIBERTY_SCHEMAS;
	return verdict;
}

enum verdict
scim_bind_part(struct scim_pool *pool, enum scim_resource resource,
    const struct json *j, struct scim_value *v, unsigned int *liberties,
    struct scim_fault *fault)
{
	struct binder	 b = { pool, liberties, fault, 0 };

	memset(v, 0, sizeof(*v));
	v->text = "";
	fault->text[0] = '\0';
	if (j->type != JSON_OBJECT) {
		strlcpy(fault->text, "a resource must be an object",
		    sizeof(fault->text));
		return VERDICT_scim_invalid_syntax;
	}
	return fields(&b, scim_attribute(scim_resource_root(resource)),
	    resource, j, v);
}

enum verdict
scim_bind(struct scim_pool *pool, enum scim_resource resource,
    const struct json *j, struct scim_value *v, unsigned int *liberties,
    struct scim_fault *fault)
{
	struct binder	 b = { pool, liberties, fault, 0 };
	enum verdict	 verdict;

	verdict = scim_bind_part(pool, resource, j, v, liberties, fault);
	if (verdict != VERDICT_ok)
		return verdict;
	return schemas(&b, resource, json_member(j, "schemas"));
}

enum verdict
scim_bind_field(struct scim_pool *pool, enum scim_number number, bool one,
    const struct json *j, struct scim_value *v, unsigned int *liberties,
    struct scim_fault *fault)
{
	struct binder	 b = { pool, liberties, fault, 0 };

	memset(v, 0, sizeof(*v));
	v->text = "";
	fault->text[0] = '\0';
	return field(&b, v, scim_attribute(number), one, j);
}
