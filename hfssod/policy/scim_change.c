/*
 * Setting attributes of SCIM trees, and PUT.  In policy; pure.  Must never
 * let a request write what is read-only.
 */
#include <stdio.h>
#include <string.h>

#include "hfssod/policy/scim_change.h"
#include "hfssod/policy/scim_compare.h"

enum verdict
scim_say(struct scim_why *why, enum verdict v, const struct scim_attribute *a,
    const char *text)
{
	char	 name[128] = "";

	if (why == NULL)
		return v;
	if (a != NULL)
		scim_attribute_say(a, name, sizeof(name));
	snprintf(why->text, sizeof(why->text), "%s%s%s", name,
	    name[0] == '\0' ? "" : " ", text);
	return v;
}

/* --- primary ----------------------------------------------------------- */

/* The sub-attribute of that name; SCIM_none if the attribute has none. */
static enum scim_number
part_named(const struct scim_attribute *a, const char *name)
{
	const struct scim_attribute	*sub;

	sub = scim_attribute_find(a->number, name, strlen(name));
	return sub == NULL ? SCIM_none : sub->number;
}

static bool *
truth_of(const struct scim_value *v, enum scim_number n)
{
	struct scim_field	*f;

	if (n == SCIM_none || (f = scim_field(v, n)) == NULL || f->count == 0)
		return NULL;
	return &f->values[0].truth;
}

void
scim_change_primary(struct scim_field *f, size_t at)
{
	enum scim_number	 n = part_named(f->attribute, "primary");
	const bool		*now = truth_of(&f->values[at], n);
	bool			*other;
	size_t			 i;

	if (now == NULL || !*now)
		return;
	for (i = 0; i < f->count; i++)
		if (i != at &&
		    (other = truth_of(&f->values[i], n)) != NULL)
			*other = false;
}

/* --- multi-valued ------------------------------------------------------ */

static const char *
text_of(const struct scim_value *v, enum scim_number n)
{
	const struct scim_field	*f;

	if (n == SCIM_none || (f = scim_field(v, n)) == NULL || f->count == 0)
		return "";
	return f->values[0].text;
}

/*
 * Where the value is already: one that says all of it, or one with the
 * same value for the same purpose, which is brought up to date (RFC 7643
 * 2.4: not two of the same type and value).  The count if it is nowhere.
 */
static size_t
find_value(const struct scim_field *f, const struct scim_value *v)
{
	const struct scim_attribute	*a = f->attribute, *sub;
	enum scim_number		 value, type;
	const char			*text;
	size_t				 i;

	for (i = 0; i < f->count; i++)
		if (a->type == SCIM_TYPE_COMPLEX ?
		    scim_value_within(v, &f->values[i]) :
		    scim_value_same(a, &f->values[i], v))
			return i;
	if (a->type != SCIM_TYPE_COMPLEX)
		return f->count;
	value = part_named(a, "value");
	type = part_named(a, "type");
	if ((text = text_of(v, value))[0] == '\0')
		return f->count;
	sub = scim_attribute(value);
	for (i = 0; i < f->count; i++)
		if (scim_text_compare(sub, text_of(&f->values[i], value),
		    text) == 0 && (type == SCIM_none ||
		    scim_text_compare(scim_attribute(type),
		    text_of(&f->values[i], type), text_of(v, type)) == 0))
			return i;
	return f->count;
}

static enum verdict
add_value(struct scim_pool *p, struct scim_field *f,
    const struct scim_value *sent, bool add, struct scim_why *why)
{
	struct scim_value	 copy = { .text = "" };
	size_t			 at = add ? find_value(f, sent) : f->count;
	enum verdict		 v;

	if (f->attribute->type != SCIM_TYPE_COMPLEX) {
		if (at == f->count)
			scim_value_copy(p, scim_field_add(p, f), sent);
		return VERDICT_ok;
	}
	if (at == f->count) {
		/* Through the same door: nothing read-only comes in. */
		if ((v = scim_change_fields(p, &copy, sent, false, why)) !=
		    VERDICT_ok || copy.fields == NULL)
			return v;
		*scim_field_add(p, f) = copy;
	} else if (!scim_value_within(sent, &f->values[at]) &&
	    (v = scim_change_fields(p, &f->values[at], sent, true, why)) !=
	    VERDICT_ok)
		return v;
	if (add)
		scim_change_primary(f, at);
	return VERDICT_ok;
}

static enum verdict
change_values(struct scim_pool *p, struct scim_value *in,
    const struct scim_field *sent, bool add, struct scim_why *why)
{
	struct scim_field	*f;
	enum verdict		 v = VERDICT_ok;
	size_t			 i;

	if (!add)
		scim_field_remove(in, sent->attribute->number);
	f = scim_field_make(p, in, sent->attribute->number);
	for (i = 0; i < sent->count && v == VERDICT_ok; i++)
		v = add_value(p, f, &sent->values[i], add, why);
	if (f->count == 0)
		scim_field_remove(in, sent->attribute->number);
	return v;
}

/* --- singular ---------------------------------------------------------- */

static enum verdict
change_complex(struct scim_pool *p, struct scim_value *in,
    const struct scim_field *sent, bool add, struct scim_why *why)
{
	struct scim_field	*f;
	enum verdict		 v;

	f = scim_field_make(p, in, sent->attribute->number);
	if (f->count == 0)
		scim_field_add(p, f);
	v = scim_change_fields(p, &f->values[0], &sent->values[0], add, why);
	if (f->values[0].fields == NULL)
		scim_field_remove(in, sent->attribute->number);
	return v;
}

static enum verdict
unassign(struct scim_value *in, const struct scim_attribute *a,
    struct scim_why *why)
{
	if (a->required && a->number != SCIM_schemas)
		return scim_say(why, VERDICT_scim_invalid_value, a,
		    "is required");
	if (a->mutability == SCIM_IMMUTABLE &&
	    scim_field(in, a->number) != NULL)
		return scim_say(why, VERDICT_scim_mutability, a,
		    "can't be changed once it is set");
	scim_field_remove(in, a->number);
	return VERDICT_ok;
}

enum verdict
scim_change_field(struct scim_pool *p, struct scim_value *in,
    const struct scim_field *sent, bool add, struct scim_why *why)
{
	const struct scim_attribute	*a = sent->attribute;
	struct scim_field		*f;

	if (a->mutability == SCIM_READ_ONLY)
		return VERDICT_ok;
	if (sent->count == 0)
		return a->multi && add ? VERDICT_ok : unassign(in, a, why);
	if (a->multi)
		return change_values(p, in, sent, add, why);
	if (a->type == SCIM_TYPE_COMPLEX)
		return change_complex(p, in, sent, add, why);
	if (a->type != SCIM_TYPE_BOOLEAN && sent->values[0].text[0] == '\0')
		return unassign(in, a, why);
	f = scim_field(in, a->number);
	if (a->mutability == SCIM_IMMUTABLE && f != NULL && f->count > 0 &&
	    !scim_value_same(a, &f->values[0], &sent->values[0]))
		return scim_say(why, VERDICT_scim_mutability, a,
		    "can't be changed once it is set");
	f = scim_field_make(p, in, a->number);
	f->count = 0;
	scim_value_copy(p, scim_field_add(p, f), &sent->values[0]);
	return VERDICT_ok;
}

enum verdict
scim_change_fields(struct scim_pool *p, struct scim_value *in,
    const struct scim_value *sent, bool add, struct scim_why *why)
{
	const struct scim_field	*f;
	enum verdict		 v = VERDICT_ok;

	for (f = sent->fields; f != NULL && v == VERDICT_ok; f = f->next)
		v = scim_change_field(p, in, f, add, why);
	return v;
}

/* --- PUT --------------------------------------------------------------- */

/*
 * What is left as it is when a PUT doesn't say it: what is not the
 * client's; active (Okta leaves it out); externalId (so it does), which
 * holds the link to whoever signs in, unless the client is strict.
 */
static bool
stays(const struct scim_attribute *a, const struct scim_field *sent,
    bool strict)
{
	if (a->mutability == SCIM_READ_ONLY || a->number == SCIM_schemas)
		return true;
	if (a->number == SCIM_active)
		return sent == NULL || sent->count == 0;
	return sent == NULL && ((a->number == SCIM_externalId && !strict) ||
	    a->mutability == SCIM_IMMUTABLE);
}

enum verdict
scim_replace(struct scim_pool *p, enum scim_resource resource,
    struct scim_value *v, const struct scim_value *sent,
    enum token_profile profile, struct scim_why *why)
{
	const struct scim_field	*f;
	struct scim_field	*next;
	enum verdict		 verdict = VERDICT_ok;
	bool			 strict = profile == PROFILE_STRICT;

	(void)resource;
	for (f = v->fields; f != NULL; f = next) {
		next = f->next;
		if (f->attribute->mutability != SCIM_IMMUTABLE &&
		    !stays(f->attribute,
		    scim_field(sent, f->attribute->number), strict))
			scim_field_remove(v, f->attribute->number);
	}
	for (f = sent->fields; f != NULL && verdict == VERDICT_ok;
	    f = f->next)
		if (!stays(f->attribute, f, strict))
			verdict = scim_change_field(p, v, f, false, why);
	return verdict;
}
