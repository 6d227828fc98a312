/*
 * SCIM trees.  In http, policy and reader.  Must never build a tree that
 * the schema does not allow from octets.
 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/log.h"
#include "common/scim_tree.h"

/* --- memory ----------------------------------------------------------- */

#define CHUNK	8192

struct chunk {
	struct chunk	*next;
	size_t		 used;
	size_t		 size;
	alignas(max_align_t) uint8_t data[];
};
struct scim_pool {
	struct chunk	*chunks;
};

struct scim_pool *
scim_pool_new(void)
{
	struct scim_pool	*p;

	if ((p = calloc(1, sizeof(*p))) == NULL)
		fatal("scim pool");
	return p;
}

void
scim_pool_free(struct scim_pool *p)
{
	struct chunk	*c;

	if (p == NULL)
		return;
	while ((c = p->chunks) != NULL) {
		p->chunks = c->next;
		free(c);
	}
	free(p);
}

static struct chunk *
chunk_new(struct scim_pool *p, size_t least)
{
	size_t		 size = least > CHUNK / 4 ? least : CHUNK;
	struct chunk	*c;

	if ((c = malloc(sizeof(*c) + size)) == NULL)
		fatal("scim pool");
	c->used = 0;
	c->size = size;
	/* What is large has a chunk of its own, behind the open one. */
	if (size != CHUNK && p->chunks != NULL) {
		c->next = p->chunks->next;
		p->chunks->next = c;
	} else {
		c->next = p->chunks;
		p->chunks = c;
	}
	return c;
}

static void *
take(struct scim_pool *p, size_t n)
{
	struct chunk	*c = p->chunks;
	void		*at;

	if (c == NULL || c->size - c->used < n)
		c = chunk_new(p, n);
	at = c->data + c->used;
	c->used += n;
	return at;
}

void *
scim_pool_alloc(struct scim_pool *p, size_t n)
{
	size_t	 align = alignof(max_align_t);
	void	*at;

	if (p->chunks != NULL)
		p->chunks->used = (p->chunks->used + align - 1) & ~(align - 1);
	if (p->chunks != NULL && p->chunks->used > p->chunks->size)
		p->chunks->used = p->chunks->size;
	at = take(p, n);
	memset(at, 0, n);
	return at;
}

char *
scim_pool_string(struct scim_pool *p, const char *text, size_t len)
{
	char	*at = take(p, len + 1);

	if (len > 0)
		memcpy(at, text, len);
	at[len] = '\0';
	return at;
}

/* --- trees ------------------------------------------------------------ */

struct scim_field *
scim_field(const struct scim_value *v, enum scim_number n)
{
	struct scim_field	*f;

	for (f = v->fields; f != NULL; f = f->next)
		if (f->attribute->number >= n)
			return f->attribute->number == n ? f : NULL;
	return NULL;
}

struct scim_field *
scim_field_make(struct scim_pool *p, struct scim_value *v, enum scim_number n)
{
	struct scim_field	**at, *f;

	for (at = &v->fields; *at != NULL; at = &(*at)->next)
		if ((*at)->attribute->number >= n)
			break;
	if (*at != NULL && (*at)->attribute->number == n)
		return *at;
	f = scim_pool_alloc(p, sizeof(*f));
	if ((f->attribute = scim_attribute(n)) == NULL)
		fatalx("no SCIM attribute has the number %d", (int)n);
	f->next = *at;
	*at = f;
	return f;
}

void
scim_field_remove(struct scim_value *v, enum scim_number n)
{
	struct scim_field	**at;

	for (at = &v->fields; *at != NULL; at = &(*at)->next)
		if ((*at)->attribute->number == n) {
			*at = (*at)->next;
			return;
		}
}

struct scim_value *
scim_field_add(struct scim_pool *p, struct scim_field *f)
{
	struct scim_value	*values;
	size_t			 size;

	if (f->count == f->size) {
		size = f->size == 0 ? 1 : f->size * 2;
		values = scim_pool_alloc(p, size * sizeof(*values));
		if (f->count > 0)
			memcpy(values, f->values, f->count * sizeof(*values));
		f->values = values;
		f->size = size;
	}
	memset(&f->values[f->count], 0, sizeof(f->values[0]));
	f->values[f->count].text = "";
	return &f->values[f->count++];
}

void
scim_field_cut(struct scim_field *f, size_t at)
{
	f->count--;
	memmove(&f->values[at], &f->values[at + 1],
	    (f->count - at) * sizeof(f->values[0]));
}

/* Where a singular value stands: in the resource or one level deeper. */
static const struct scim_value *
holder(const struct scim_value *v, const struct scim_attribute *a)
{
	const struct scim_attribute	*parent = scim_attribute(a->parent);
	const struct scim_field		*f;

	if (parent->parent == SCIM_none)
		return v;
	if ((v = holder(v, parent)) == NULL)
		return NULL;
	f = scim_field(v, parent->number);
	return f == NULL || f->count == 0 ? NULL : &f->values[0];
}

/* The same, made where it is missing. */
static struct scim_value *
maker(struct scim_pool *p, struct scim_value *v,
    const struct scim_attribute *a)
{
	const struct scim_attribute	*parent = scim_attribute(a->parent);
	struct scim_field		*f;

	if (parent->parent == SCIM_none)
		return v;
	f = scim_field_make(p, maker(p, v, parent), parent->number);
	return f->count > 0 ? &f->values[0] : scim_field_add(p, f);
}

const char *
scim_own_text(const struct scim_value *v, enum scim_number n)
{
	const struct scim_field	*f = scim_field(v, n);

	return f == NULL || f->count == 0 ? "" : f->values[0].text;
}

void
scim_set_own_text(struct scim_pool *p, struct scim_value *v,
    enum scim_number n, const char *text)
{
	struct scim_field	*f;

	if (text[0] == '\0') {
		scim_field_remove(v, n);
		return;
	}
	f = scim_field_make(p, v, n);
	f->count = 0;
	scim_field_add(p, f)->text = scim_pool_string(p, text, strlen(text));
}

const char *
scim_text(const struct scim_value *v, enum scim_number n)
{
	v = holder(v, scim_attribute(n));
	return v == NULL ? "" : scim_own_text(v, n);
}

void
scim_set_text(struct scim_pool *p, struct scim_value *v, enum scim_number n,
    const char *text)
{
	if (text[0] == '\0' && scim_text(v, n)[0] == '\0')
		return;
	scim_set_own_text(p, maker(p, v, scim_attribute(n)), n, text);
}

void
scim_value_copy(struct scim_pool *p, struct scim_value *to,
    const struct scim_value *from)
{
	const struct scim_field	*f;
	struct scim_field	**at = &to->fields, *n;
	size_t			 i;

	to->truth = from->truth;
	to->text = from->text == NULL || from->text[0] == '\0' ? "" :
	    scim_pool_string(p, from->text, strlen(from->text));
	for (f = from->fields; f != NULL; f = f->next) {
		n = scim_pool_alloc(p, sizeof(*n));
		n->attribute = f->attribute;
		n->count = n->size = f->count;
		if (f->count > 0)
			n->values = scim_pool_alloc(p,
			    f->count * sizeof(*n->values));
		for (i = 0; i < f->count; i++)
			scim_value_copy(p, &n->values[i], &f->values[i]);
		*at = n;
		at = &n->next;
	}
	*at = NULL;
}

/* --- put and get ------------------------------------------------------ */

void
scim_field_put(struct writer *w, const struct scim_field *f)
{
	size_t	 i;

	wire_put_u8(w, (uint8_t)f->attribute->number);
	wire_put_u32(w, (uint32_t)f->count);
	for (i = 0; i < f->count; i++)
		scim_value_put(w, f->attribute, &f->values[i]);
}

static void
fields_put(struct writer *w, const struct scim_value *v)
{
	const struct scim_field	*f;
	size_t			 n = 0;

	for (f = v->fields; f != NULL; f = f->next)
		n++;
	wire_put_u8(w, (uint8_t)n);
	for (f = v->fields; f != NULL; f = f->next)
		scim_field_put(w, f);
}

void
scim_value_put(struct writer *w, const struct scim_attribute *a,
    const struct scim_value *v)
{
	if (a->type == SCIM_TYPE_COMPLEX)
		fields_put(w, v);
	else if (a->type == SCIM_TYPE_BOOLEAN)
		wire_put_bool(w, v->truth);
	else
		wire_put_string(w, v->text);
}

/* Whether an attribute may stand in a value of another. */
static bool
belongs(const struct scim_attribute *a, const struct scim_attribute *in)
{
	if (a->parent == in->number)
		return true;
	return a->parent == SCIM_common &&
	    (in->number == SCIM_user || in->number == SCIM_group);
}

/* Rooms that compare each value with each other rely on it. */
static size_t
values_most(const struct scim_attribute *a)
{
	if (a == NULL || !a->multi)
		return 1;
	return a->number == SCIM_members || a->number == SCIM_groups ?
	    LIMIT_SCIM_VALUES : LIMIT_SCIM_MULTI;
}

void
scim_field_get(struct reader *r, struct scim_pool *p,
    const struct scim_attribute *in, struct scim_field *f)
{
	size_t	 i, n;

	memset(f, 0, sizeof(*f));
	f->attribute = scim_attribute(wire_get_u8(r));
	n = wire_get_count(r, values_most(f->attribute));
	/* A value takes an octet at least: no more memory than octets. */
	if (f->attribute == NULL || !belongs(f->attribute, in) ||
	    n > r->left) {
		r->bad = true;
		return;
	}
	f->count = f->size = n;
	if (n > 0)
		f->values = scim_pool_alloc(p, n * sizeof(*f->values));
	for (i = 0; i < n && !r->bad; i++)
		scim_value_get(r, p, f->attribute, &f->values[i]);
}

/* The schema has four levels at most: no depth of ours to watch. */
static void
fields_get(struct reader *r, struct scim_pool *p,
    const struct scim_attribute *in, struct scim_value *v)
{
	struct scim_field	**at = &v->fields;
	unsigned int		 n, last = 0;

	for (n = wire_get_u8(r); n > 0 && !r->bad; n--) {
		*at = scim_pool_alloc(p, sizeof(**at));
		scim_field_get(r, p, in, *at);
		if (r->bad || (*at)->attribute->number <= last) {
			r->bad = true;
			*at = NULL;
			return;
		}
		last = (*at)->attribute->number;
		at = &(*at)->next;
	}
}

void
scim_value_get(struct reader *r, struct scim_pool *p,
    const struct scim_attribute *a, struct scim_value *v)
{
	memset(v, 0, sizeof(*v));
	v->text = "";
	if (a->type == SCIM_TYPE_COMPLEX)
		fields_get(r, p, a, v);
	else if (a->type == SCIM_TYPE_BOOLEAN)
		v->truth = wire_get_bool(r);
	else
		v->text = wire_get_string(r, LIMIT_SCIM_TEXT);
}

void
scim_resource_put(struct writer *w, enum scim_resource resource,
    const struct scim_value *v)
{
	scim_value_put(w, scim_attribute(scim_resource_root(resource)), v);
}

bool
scim_resource_get(struct bytes b, struct scim_pool *p,
    enum scim_resource resource, struct scim_value *v)
{
	struct reader	 r;

	wire_read(&r, b.data, b.len);
	scim_value_get(&r, p, scim_attribute(scim_resource_root(resource)), v);
	if (wire_end(&r))
		return true;
	v->fields = NULL;
	return false;
}
