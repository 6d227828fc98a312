/*
 * Columns of SCIM Users.  In policy.  Must never change what was sent:
 * what does not fit into a column is refused, but for parts of a name,
 * which the resource keeps whole.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/name.h"
#include "hfssod/policy/scim_profile.h"
#include "hfssod/policy/scim_resource.h"

/* --- taking ------------------------------------------------------------- */

/* Of the addresses the one that counts; NULL if there is none. */
static const struct scim_value *
main_email(const struct scim_value *v)
{
	const struct scim_field	*f = scim_field(v, SCIM_emails), *p;
	const struct scim_value	*first = NULL;
	size_t			 i;

	for (i = 0; f != NULL && i < f->count; i++) {
		if (scim_own_text(&f->values[i], SCIM_emails_value)[0] == '\0')
			continue;
		if (first == NULL)
			first = &f->values[i];
		p = scim_field(&f->values[i], SCIM_emails_primary);
		if (p != NULL && p->count > 0 && p->values[0].truth)
			return &f->values[i];
	}
	return first;
}

size_t
profile_email_count(const struct scim_value *v)
{
	const struct scim_field	*f = scim_field(v, SCIM_emails);

	return f == NULL ? 0 : f->count;
}

void
profile_emails(void *with, const struct scim_value *v,
    void (*each)(void *, const char *))
{
	const struct scim_field	*f = scim_field(v, SCIM_emails);
	const struct scim_value	*first = main_email(v);
	const char		*text;
	char			*folded;
	size_t			 i;

	for (i = 0; f != NULL && i < f->count; i++) {
		text = scim_own_text(&f->values[i], SCIM_emails_value);
		if (&f->values[i] == first || text[0] == '\0')
			continue;
		folded = fold_text(text);
		each(with, folded);
		free(folded);
	}
}

/* At most so many octets, and no part of a character. */
static const char *
cut(struct scim *s, const char *text, size_t most)
{
	size_t	 len = utf8_fit(text, most);

	return text[len] == '\0' ? text :
	    scim_pool_string(s->pool, text, len);
}

static const char *
full_name(struct scim *s, const struct scim_value *v)
{
	const char	*given, *family, *text;
	char		*both;
	size_t		 size;

	if ((text = scim_text(v, SCIM_displayName))[0] != '\0' ||
	    (text = scim_text(v, SCIM_name_formatted))[0] != '\0')
		return text;
	given = scim_text(v, SCIM_name_givenName);
	family = scim_text(v, SCIM_name_familyName);
	if (given[0] == '\0' || family[0] == '\0')
		return given[0] != '\0' ? given : family;
	size = strlen(given) + strlen(family) + 2;
	both = scim_pool_alloc(s->pool, size);
	strlcpy(both, given, size);
	strlcat(both, " ", size);
	strlcat(both, family, size);
	return both;
}

/* The resource without what has a column, or is not the client's. */
static void
body(struct scim *s, const struct scim_value *v, struct writer *w)
{
	struct scim_field	 *f, **at, *copy;
	struct scim_value	  rest = { NULL, "", false };

	at = &rest.fields;
	for (f = v->fields; f != NULL; f = f->next) {
		if (f->attribute->parent == SCIM_common ||
		    f->attribute->number == SCIM_active ||
		    f->attribute->number == SCIM_groups)
			continue;
		copy = scim_pool_alloc(s->pool, sizeof(*copy));
		*copy = *f;
		copy->next = NULL;
		*at = copy;
		at = &copy->next;
	}
	wire_init(w, LIMIT_SCIM_USER);
	scim_resource_put(w, SCIM_RESOURCE_USER, &rest);
}

static enum verdict
check(struct scim *s, const char *what, const char *text, size_t most)
{
	size_t	 len = strlen(text);

	if (len > most)
		return scim_refuse(s, VERDICT_scim_invalid_value,
		    "%s has more than %zu octets.", what, most);
	if (!utf8_plain(text, len))
		return scim_refuse(s, VERDICT_scim_invalid_value,
		    "%s has a control character.", what);
	return VERDICT_ok;
}

enum verdict
profile_take(struct scim *s, const struct scim_value *v, struct profile *p)
{
	const struct scim_value	*email = main_email(v);
	const struct scim_field	*f = scim_field(v, SCIM_active);
	enum verdict		 verdict;

	memset(p, 0, sizeof(*p));
	p->username = scim_text(v, SCIM_userName);
	p->external = scim_text(v, SCIM_externalId);
	p->email = email == NULL ? "" :
	    scim_own_text(email, SCIM_emails_value);
	p->display = cut(s, full_name(s, v), LIMIT_DISPLAY_NAME);
	p->given = cut(s, scim_text(v, SCIM_name_givenName),
	    LIMIT_DISPLAY_NAME);
	p->family = cut(s, scim_text(v, SCIM_name_familyName),
	    LIMIT_DISPLAY_NAME);
	p->active = f == NULL || f->count == 0 || f->values[0].truth;
	p->username_folded = fold_text(p->username);
	p->email_folded = fold_text(p->email);
	p->display_folded = fold_text(p->display);
	body(s, v, &p->body);
	if ((verdict = check(s, "userName", p->username, LIMIT_VALUE)) !=
	    VERDICT_ok || (verdict = check(s, "externalId", p->external,
	    LIMIT_SUBJECT)) != VERDICT_ok || (verdict = check(s,
	    "An e-mail address", p->email, LIMIT_EMAIL)) != VERDICT_ok ||
	    (verdict = check(s, "displayName", p->display,
	    LIMIT_DISPLAY_NAME)) != VERDICT_ok)
		return verdict;
	if (p->username[0] == '\0')
		return scim_refuse(s, VERDICT_scim_invalid_value,
		    "userName is required.");
	if (p->body.bad)
		return scim_refuse(s, VERDICT_scim_too_large,
		    "The User has more than %d octets.", LIMIT_SCIM_USER);
	return VERDICT_ok;
}

void
profile_free(struct profile *p)
{
	free(p->username_folded);
	free(p->email_folded);
	free(p->display_folded);
	wire_free(&p->body);
	memset(p, 0, sizeof(*p));
}

bool
profile_equal(const struct profile *a, const struct profile *b)
{
	return a->active == b->active &&
	    strcmp(a->external, b->external) == 0 &&
	    a->body.len == b->body.len &&
	    memcmp(a->body.data, b->body.data, a->body.len) == 0;
}

/* --- the Hub's rules of names ------------------------------------------- */

const char *
profile_username_fault(const char *name)
{
	size_t	 i, len = strlen(name);

	if (len < LIMIT_NAME_LEAST || len > LIMIT_NAME)
		return "it has to have 2 to 42 characters";
	for (i = 0; i < len; i++)
		if (!isascii((unsigned char)name[i]) ||
		    (!isalnum((unsigned char)name[i]) && name[i] != '-'))
			return "it may have letters, digits and dashes only";
	if (name[0] == '-' || name[len - 1] == '-')
		return "it may not begin or end with a dash";
	if (strstr(name, "--") != NULL)
		return "it may not have two dashes in a row";
	if (strspn(name, "0123456789") == len)
		return "it may not be of digits alone";
	return name_legal(name) ? NULL :
	    "it may not be 24 hexadecimal digits";
}

/* --- what only we know -------------------------------------------------- */

static struct scim_value *
single(struct scim *s, struct scim_value *v, enum scim_number n)
{
	struct scim_field	*f = scim_field_make(s->pool, v, n);

	f->count = 0;
	return scim_field_add(s->pool, f);
}

void
profile_dress(struct scim *s, struct scim_value *v,
    const struct profile_facts *facts)
{
	struct scim_field	*f;
	struct scim_value	*m;

	scim_field_remove(v, SCIM_groups);
	single(s, v, SCIM_id)->text = facts->id;
	single(s, v, SCIM_active)->truth = facts->active;
	m = single(s, v, SCIM_meta);
	single(s, m, SCIM_meta_created)->text =
	    scim_time(s->pool, facts->created);
	single(s, m, SCIM_meta_lastModified)->text =
	    scim_time(s->pool, facts->modified);
	single(s, m, SCIM_meta_version)->text =
	    scim_version(s->pool, facts->version);
	single(s, v, SCIM_schemas)->text = scim_attribute(SCIM_user)->name;
	if (scim_field(v, SCIM_enterprise) == NULL)
		return;
	f = scim_field(v, SCIM_schemas);
	scim_field_add(s->pool, f)->text =
	    scim_attribute(SCIM_enterprise)->name;
}
