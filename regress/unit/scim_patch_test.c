/* PATCH and PUT on SCIM resources: RFC 7644 3.5.1, 3.5.2. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/policy/scim_compare.h"
#include "hfssod/policy/scim_patch.h"
#include "scim_fixture.h"

#define none	SCIM_none
#define OK	VERDICT_ok
#define TARGET	VERDICT_scim_no_target
#define VALUE	VERDICT_scim_invalid_value
#define MUTABLE	VERDICT_scim_mutability
#define PATH	VERDICT_scim_invalid_path

/* "type=work;primary=true" as a filter, "!" before it: not. */
static struct scim_filter *
filter_of(enum scim_number in, const char *text)
{
	struct scim_value	*v;
	struct scim_field	*f;
	struct scim_filter	*all = NULL, *one;

	if (text[0] == '!')
		return no(filter_of(in, text + 1));
	v = value_of(in, text);
	for (f = v->fields; f != NULL; f = f->next) {
		one = f->attribute->type == SCIM_TYPE_BOOLEAN ?
		    compare_truth(f->attribute->number, SCIM_OP_EQ,
		    f->values[0].truth) :
		    compare(f->attribute->number, SCIM_OP_EQ,
		    f->values[0].text);
		all = all == NULL ? one : both(all, one);
	}
	return all;
}

/* value: NULL is none; else fields of what the target is a part of. */
static struct scim_operation
operation(enum scim_change change, enum scim_number at, const char *filter,
    enum scim_number sub, const char *value)
{
	struct scim_operation	 op;
	enum scim_number	 target;

	memset(&op, 0, sizeof(op));
	op.change = change;
	op.path.attribute = at;
	op.path.sub = sub;
	if (filter != NULL)
		op.path.filter = filter_of(at, filter);
	target = scim_path_target(&op.path);
	op.given = value != NULL;
	op.value.text = "";
	if (value != NULL)
		op.value = *value_of(target == none ? SCIM_user :
		    scim_attribute(target)->parent, value);
	return op;
}

struct row {
	const char		*before;
	enum scim_change	 change;
	enum scim_number	 at;
	const char		*filter;
	enum scim_number	 sub;
	const char		*value;
	enum verdict		 verdict;
	const char		*after;
};

static void
run(const struct row *r, enum token_profile profile)
{
	struct scim_operation	 op;
	struct scim_value	*v = user(r->before);
	struct scim_why		 why = { "" };
	enum verdict		 verdict;

	op = operation(r->change, r->at, r->filter, r->sub, r->value);
	verdict = scim_patch(pool, SCIM_RESOURCE_USER, v, &op, profile, &why);
	if (verdict == OK)
		verdict = scim_check(pool, SCIM_RESOURCE_USER, v, &why);
	if (verdict != r->verdict)
		fail_msg("%s, %d %d %s: %s, not %s (%s)", r->before,
		    r->change, r->at, r->value, verdict_name(verdict),
		    verdict_name(r->verdict), why.text);
	if (verdict == OK)
		assert_string_equal(text_user(v), r->after);
	else
		assert_string_not_equal(why.text, "");
}

static void
run_all(const struct row *rows, size_t n, enum token_profile profile)
{
	size_t	 i;

	for (i = 0; i < n; i++)
		run(&rows[i], profile);
}
#define RUN(rows, profile) \
	run_all(rows, sizeof(rows) / sizeof((rows)[0]), profile)

static const struct row	 adds[] = {
	{ "userName=a", SCIM_ADD, SCIM_title, NULL, none, "title=T",
	    OK, "userName=a;title=T" },
	{ "userName=a;title=U", SCIM_ADD, SCIM_title, NULL, none,
	    "title=T", OK, "userName=a;title=T" },
	/* Complex: merged. */
	{ "userName=a;name[familyName=F]", SCIM_ADD, SCIM_name, NULL,
	    none, "name[givenName=G]", OK,
	    "userName=a;name[familyName=F;givenName=G]" },
	{ "userName=a;name[familyName=F]", SCIM_ADD,
	    SCIM_name_familyName, NULL, none, "familyName=H", OK,
	    "userName=a;name[familyName=H]" },
	{ "userName=a", SCIM_ADD, SCIM_name_familyName, NULL, none,
	    "familyName=H", OK, "userName=a;name[familyName=H]" },
	/* Lists: each once. */
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=y;type=home]", OK,
	    "userName=a;emails[value=x;type=work];"
	    "emails[value=y;type=home]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=X;type=WORK]", OK,
	    "userName=a;emails[value=x;type=work]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=x]", OK,
	    "userName=a;emails[value=x;type=work]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=x;display=D;"
	    "type=work]", OK,
	    "userName=a;emails[value=x;display=D;type=work]" },
	/* Who is not primary need not say so. */
	{ "userName=a;emails[value=x;primary=false]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=X]",
	    OK, "userName=a;emails[value=x;primary=false]" },
	{ "userName=a;emails[value=x]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=x;primary=false]",
	    OK, "userName=a;emails[value=x]" },
	{ "userName=a;emails[value=x;primary=true]", SCIM_ADD,
	    SCIM_emails, NULL, none, "emails[value=y;primary=true]",
	    OK, "userName=a;emails[value=x;primary=false];"
	    "emails[value=y;primary=true]" },
	{ "userName=a", SCIM_ADD, SCIM_emails, NULL, none, "emails!",
	    OK, "userName=a" },
	/* Extensions. */
	{ "userName=a", SCIM_ADD, SCIM_department, NULL, none,
	    "department=D", OK,
	    "enterprise[department=D];userName=a" },
	{ "userName=a;enterprise[department=D]", SCIM_ADD,
	    SCIM_manager_value, NULL, none, "value=M", OK,
	    "enterprise[department=D;manager[value=M]];userName=a" },
	{ "userName=a;enterprise[department=D]", SCIM_ADD,
	    SCIM_enterprise, NULL, none,
	    "enterprise[costCenter=C]", OK,
	    "enterprise[costCenter=C;department=D];userName=a" },
	/* Without a path. */
	{ "userName=a;emails[value=x]", SCIM_ADD, none, NULL, none,
	    "title=T;emails[value=y];name[givenName=G]", OK,
	    "userName=a;name[givenName=G];title=T;emails[value=x];"
	    "emails[value=y]" },
	{ "userName=a", SCIM_ADD, none, NULL, none,
	    "groups[value=g];title=T", OK, "userName=a;title=T" },
	/* Selected. */
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, "type=work", SCIM_emails_value, "value=y",
	    OK, "userName=a;emails[value=y;type=work]" },
	{ "userName=a;emails[value=x;type=home]", SCIM_ADD,
	    SCIM_emails, "type=work", SCIM_emails_value, "value=y",
	    OK, "userName=a;emails[value=x;type=home];"
	    "emails[value=y;type=work]" },
	{ "userName=a", SCIM_ADD, SCIM_addresses,
	    "type=work;primary=true", SCIM_addresses_locality,
	    "locality=L", OK,
	    "userName=a;addresses[locality=L;type=work;primary=true]"
	},
	{ "userName=a;emails[value=x;primary=true]", SCIM_ADD,
	    SCIM_emails, "type=work;primary=true", SCIM_emails_value,
	    "value=y", OK,
	    "userName=a;emails[value=x;primary=false];"
	    "emails[value=y;type=work;primary=true]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_ADD,
	    SCIM_emails, "type=work", none,
	    "emails[display=D]", OK,
	    "userName=a;emails[value=x;display=D;type=work]" },
	/* Refused. */
	{ "userName=a", SCIM_ADD, SCIM_title, NULL, none, NULL, VALUE,
	    NULL },
	{ "userName=a", SCIM_ADD, none, NULL, none, NULL, VALUE, NULL },
	{ "userName=a", SCIM_ADD, SCIM_id, NULL, none, "id=7",
	    MUTABLE, NULL },
	{ "userName=a", SCIM_ADD, SCIM_groups, NULL, none,
	    "groups[value=g]", MUTABLE, NULL },
	{ "userName=a", SCIM_ADD, SCIM_groups_value, NULL, none,
	    "value=g", MUTABLE, NULL },
	{ "userName=a", SCIM_ADD, SCIM_manager_displayName, NULL,
	    none, "displayName=M", MUTABLE, NULL },
	{ "userName=a", SCIM_ADD, SCIM_emails, "!type=work",
	    SCIM_emails_value, "value=y", TARGET, NULL },
	{ "userName=a", SCIM_ADD, SCIM_emails, "value=y",
	    SCIM_emails_type, "type=work", TARGET, NULL },
	{ "userName=a", SCIM_ADD, SCIM_emails, NULL, none,
	    "emails[value=x;primary=true];"
	    "emails[value=y;primary=true]", OK,
	    "userName=a;emails[value=x;primary=false];"
	    "emails[value=y;primary=true]" },
	{ "userName=a;emails[value=x]", SCIM_ADD, SCIM_emails,
	    "value=x", none, "emails[type=a];emails[type=b]", VALUE,
	    NULL },
	{ "userName=a", SCIM_ADD, SCIM_emails, "type=work",
	    SCIM_photos_value, NULL, VALUE, NULL }
};

static void
test_add(void **unused)
{

	(void)unused;
	RUN(adds, PROFILE_STRICT);
	RUN(adds, PROFILE_TOLERANT);
}

static const struct row	 replaces[] = {
	{ "userName=a;active=true", SCIM_REPLACE, SCIM_active, NULL,
	    none, "active=false", OK, "userName=a;active=false" },
	{ "userName=a", SCIM_REPLACE, SCIM_title, NULL, none,
	    "title=T", OK, "userName=a;title=T" },
	{ "userName=a;title=U", SCIM_REPLACE, SCIM_title, NULL, none,
	    "title!", OK, "userName=a" },
	{ "userName=a;title=U", SCIM_REPLACE, SCIM_title, NULL, none,
	    "title=", OK, "userName=a" },
	/* What a complex value doesn't say is left unchanged. */
	{ "userName=a;name[familyName=F;givenName=G]", SCIM_REPLACE,
	    SCIM_name, NULL, none, "name[givenName=H]", OK,
	    "userName=a;name[familyName=F;givenName=H]" },
	{ "userName=a;name[familyName=F;givenName=G]", SCIM_REPLACE,
	    SCIM_name, NULL, none, "name[givenName!]", OK,
	    "userName=a;name[familyName=F]" },
	{ "userName=a;emails[value=x];emails[value=y]", SCIM_REPLACE,
	    SCIM_emails, NULL, none, "emails[value=z]", OK,
	    "userName=a;emails[value=z]" },
	{ "userName=a;emails[value=x]", SCIM_REPLACE, SCIM_emails,
	    NULL, none, "emails!", OK, "userName=a" },
	{ "userName=a;emails[value=x;type=b];emails[value=y]",
	    SCIM_REPLACE, SCIM_emails_type, NULL, none, "type=c", OK,
	    "userName=a;emails[value=x;type=c];"
	    "emails[value=y;type=c]" },
	/* Selected values, all of them, and wholly. */
	{ "userName=a;emails[value=x;type=work;primary=true];"
	    "emails[value=y;type=home];emails[value=z;type=WORK]",
	    SCIM_REPLACE, SCIM_emails, "type=work", SCIM_emails_value,
	    "value=n", OK, "userName=a;"
	    "emails[value=n;type=work;primary=true];"
	    "emails[value=y;type=home];emails[value=n;type=WORK]" },
	{ "userName=a;emails[value=x;display=D;type=work]",
	    SCIM_REPLACE, SCIM_emails, "type=work", none,
	    "emails[value=n]", OK,
	    "userName=a;emails[value=n;type=work]" },
	{ "userName=a;emails[value=x;display=D;type=work]",
	    SCIM_REPLACE, SCIM_emails, "value=x", none,
	    "emails[type=home]", OK,
	    "userName=a;emails[value=x;type=home]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_REPLACE,
	    SCIM_emails, "type=work", none,
	    "emails[value=n;type=home]", OK,
	    "userName=a;emails[value=n;type=home]" },
	{ "userName=a;emails[value=x;primary=true];emails[value=y]",
	    SCIM_REPLACE, SCIM_emails, "value=y", SCIM_emails_primary,
	    "primary=true", OK,
	    "userName=a;emails[value=x;primary=false];"
	    "emails[value=y;primary=true]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_REPLACE,
	    SCIM_emails, "type=work", SCIM_emails_value, "value=", OK,
	    "userName=a" },
	/* Without a path. */
	{ "userName=a;active=true;emails[value=x]", SCIM_REPLACE,
	    none, NULL, none, "active=false;emails[value=y];"
	    "enterprise[department=D]", OK,
	    "enterprise[department=D];userName=a;active=false;"
	    "emails[value=y]" },
	{ "userName=a;title=T", SCIM_REPLACE, none, NULL, none,
	    "title!;groups!", OK, "userName=a" },
	/* Refused. */
	{ "userName=a", SCIM_REPLACE, SCIM_userName, NULL, none,
	    "userName!", VALUE, NULL },
	{ "userName=a", SCIM_REPLACE, SCIM_userName, NULL, none,
	    "userName=", VALUE, NULL },
	{ "userName=a", SCIM_REPLACE, SCIM_meta_created, NULL, none,
	    "created=2026-01-01T00:00:00Z", MUTABLE, NULL },
	{ "userName=a;emails[value=x]", SCIM_REPLACE, SCIM_emails,
	    "!value=x", SCIM_emails_value, "value=y", TARGET, NULL },
	{ "userName=a", SCIM_REPLACE, SCIM_x509Certificates, NULL,
	    none, "x509Certificates[value=%%]", VALUE, NULL },
	{ "userName=a;emails[value=x];emails[value=y]", SCIM_REPLACE,
	    SCIM_emails_primary, NULL, none, "primary=true", VALUE,
	    NULL }
};

static void
test_replace(void **unused)
{
	static const struct row	 created = { "userName=a", SCIM_REPLACE,
	    SCIM_emails, "type=work", SCIM_emails_value, "value=y", OK,
	    "userName=a;emails[value=y;type=work]" };
	struct row		 refused = created;

	(void)unused;
	RUN(replaces, PROFILE_STRICT);
	RUN(replaces, PROFILE_ENTRA);
	run(&created, PROFILE_TOLERANT);
	run(&created, PROFILE_ENTRA);
	run(&created, PROFILE_OKTA);
	refused.verdict = TARGET;
	run(&refused, PROFILE_STRICT);
}

static const struct row	 removes[] = {
	{ "userName=a;title=T", SCIM_REMOVE, SCIM_title, NULL, none,
	    NULL, OK, "userName=a" },
	{ "userName=a", SCIM_REMOVE, SCIM_title, NULL, none, NULL,
	    OK, "userName=a" },
	{ "userName=a;name[familyName=F;givenName=G]", SCIM_REMOVE,
	    SCIM_name_givenName, NULL, none, NULL, OK,
	    "userName=a;name[familyName=F]" },
	{ "userName=a;name[familyName=F]", SCIM_REMOVE, SCIM_name,
	    NULL, none, NULL, OK, "userName=a" },
	{ "userName=a;emails[value=x];emails[value=y]", SCIM_REMOVE,
	    SCIM_emails, NULL, none, NULL, OK, "userName=a" },
	{ "userName=a;emails[value=x];emails[value=y]", SCIM_REMOVE,
	    SCIM_emails, "value=X", none, NULL, OK,
	    "userName=a;emails[value=y]" },
	{ "userName=a;emails[value=x;type=work]", SCIM_REMOVE,
	    SCIM_emails, "value=x", SCIM_emails_type, NULL, OK,
	    "userName=a;emails[value=x]" },
	{ "userName=a;emails[value=x;display=D];"
	    "emails[value=y;display=E]", SCIM_REMOVE,
	    SCIM_emails_display, NULL, none, NULL, OK,
	    "userName=a;emails[value=x];emails[value=y]" },
	{ "userName=a;enterprise[department=D]", SCIM_REMOVE,
	    SCIM_enterprise, NULL, none, NULL, OK, "userName=a" },
	{ "userName=a;enterprise[department=D;manager[value=M]]",
	    SCIM_REMOVE, SCIM_manager, NULL, none, NULL, OK,
	    "enterprise[department=D];userName=a" },
	{ "userName=a", SCIM_REMOVE, SCIM_manager_value, NULL, none,
	    NULL, OK, "userName=a" },
	{ "userName=a;title=T", SCIM_REMOVE, SCIM_title, NULL, none,
	    "title=", OK, "userName=a" },
	/* Refused. */
	{ "userName=a", SCIM_REMOVE, none, NULL, none, NULL, TARGET,
	    NULL },
	{ "userName=a;title=T", SCIM_REMOVE, none, NULL, none,
	    "title=T", TARGET, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_userName, NULL, none, NULL,
	    MUTABLE, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_groups, NULL, none, NULL,
	    MUTABLE, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_id, NULL, none, NULL,
	    MUTABLE, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_user, NULL, none, NULL,
	    PATH, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_group_displayName, NULL,
	    none, NULL, PATH, NULL },
	{ "userName=a", SCIM_REMOVE, SCIM_members, NULL, none, NULL,
	    PATH, NULL },
	{ "userName=a;emails[value=x]", SCIM_REMOVE, SCIM_emails,
	    NULL, none, "emails!", VALUE, NULL }
};

static void
test_remove(void **unused)
{
	static const struct row	 entra[] = {
		{ "userName=a;emails[value=x;type=b];emails[value=y]",
		    SCIM_REMOVE, SCIM_emails, NULL, none, "emails[value=x]",
		    OK, "userName=a;emails[value=y]" },
		{ "userName=a;emails[value=x]", SCIM_REMOVE, SCIM_emails,
		    NULL, none, "emails[value=z]", OK,
		    "userName=a;emails[value=x]" },
		{ "userName=a;emails[value=x;type=b]", SCIM_REMOVE,
		    SCIM_emails, NULL, none, "emails[value=x;type=c]", OK,
		    "userName=a;emails[value=x;type=b]" },
		{ "userName=a;emails[value=x]", SCIM_REMOVE, SCIM_emails,
		    "value=z", none, NULL, OK, "userName=a;emails[value=x]" }
	};
	static const size_t	 count = sizeof(entra) / sizeof(entra[0]);
	struct row		 row;
	size_t			 i;

	(void)unused;
	RUN(removes, PROFILE_STRICT);
	RUN(removes, PROFILE_OKTA);
	RUN(entra, PROFILE_TOLERANT);
	RUN(entra, PROFILE_ENTRA);
	RUN(entra, PROFILE_OKTA);
	for (i = 0; i < count; i++) {
		row = entra[i];
		row.verdict = i == count - 1 ? TARGET : VALUE;
		run(&row, PROFILE_STRICT);
	}
}

static void
test_put(void **unused)
{
	static const struct {
		const char	*before, *sent;
		enum verdict	 verdict;
		const char	*after;
	} rows[] = {
		{ "externalId=e;userName=a;title=T;active=false",
		    "userName=b", OK, "externalId=e;userName=b;active=false" },
		{ "userName=a;active=false", "userName=a;active=true", OK,
		    "userName=a;active=true" },
		{ "userName=a;active=false", "userName=a;active!", OK,
		    "userName=a;active=false" },
		{ "externalId=e;userName=a", "externalId!;userName=a", OK,
		    "userName=a" },
		{ "externalId=e;userName=a", "externalId=f;userName=a", OK,
		    "externalId=f;userName=a" },
		{ "userName=a;name[familyName=F;givenName=G]",
		    "userName=a;name[givenName=H]", OK,
		    "userName=a;name[givenName=H]" },
		{ "userName=a;emails[value=x];enterprise[department=D]",
		    "userName=a;emails[value=y]", OK,
		    "userName=a;emails[value=y]" },
		{ "id=1;userName=a", "id=2;userName=a;groups[value=g];"
		    "meta[version=x]", OK, "userName=a" },
		{ "userName=a", "password=secret;userName=a", OK,
		    "userName=a" },
		{ "userName=a", "title=T", VALUE, NULL },
		{ "userName=a", "userName!", VALUE, NULL },
		{ "userName=a", "", VALUE, NULL }
	};
	struct scim_value	*v, *sent;
	struct scim_why		 why;
	enum verdict		 verdict;
	size_t			 i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = user(rows[i].before);
		sent = user(rows[i].sent);
		verdict = scim_replace(pool, SCIM_RESOURCE_USER, v, sent,
		    PROFILE_OKTA, &why);
		if (verdict == OK)
			verdict = scim_check(pool, SCIM_RESOURCE_USER, v,
			    &why);
		assert_int_equal(verdict, rows[i].verdict);
		if (verdict == OK)
			assert_string_equal(text_user(v), rows[i].after);
	}
	/* To the letter: what is not said is not there. */
	v = user("externalId=e;userName=a;active=false");
	assert_int_equal(scim_replace(pool, SCIM_RESOURCE_USER, v,
	    user("userName=a"), PROFILE_STRICT, &why), OK);
	assert_string_equal(text_user(v), "userName=a;active=false");
}

/* --- properties -------------------------------------------------------- */

static struct scim_value *
checked(const struct scim_value *v)
{
	struct scim_value	*copy = scim_pool_alloc(pool, sizeof(*copy));

	scim_value_copy(pool, copy, v);
	if (scim_check(pool, SCIM_RESOURCE_USER, copy, NULL) != OK)
		return NULL;
	return copy;
}

/* A User that is as it would be stored, and one of its attributes. */
static struct scim_value *
stored_user(void)
{
	struct scim_value	*v;

	while ((v = checked(any_user())) == NULL)
		continue;
	return v;
}

static const struct scim_field *
any_field(const struct scim_value *v)
{
	const struct scim_field	*f = v->fields;
	unsigned int		 n;

	for (n = chance(8); n > 0 && f->next != NULL; n--)
		f = f->next;
	return f;
}

static struct scim_operation
with_field(enum scim_change change, const struct scim_field *f)
{
	struct scim_operation	 op;
	struct scim_field	*copy = scim_pool_alloc(pool, sizeof(*copy));

	*copy = *f;
	copy->next = NULL;
	memset(&op, 0, sizeof(op));
	op.change = change;
	op.path.attribute = f->attribute->number;
	op.given = true;
	op.value.text = "";
	op.value.fields = copy;
	return op;
}

static enum verdict
patch(struct scim_value *v, const struct scim_operation *op)
{
	return scim_patch(pool, SCIM_RESOURCE_USER, v, op, PROFILE_TOLERANT,
	    NULL);
}

static void
same(const struct scim_value *a, const struct scim_value *b)
{
	char	 text[256];

	scim_difference(SCIM_RESOURCE_USER, a, b, text, sizeof(text));
	if (text[0] != '\0')
		fail_msg("%s: %s | %s", text, text_user(a), text_user(b));
}

static void
test_properties(void **unused)
{
	struct scim_value	*v, *once, *twice, *back;
	const struct scim_field	*f;
	struct scim_operation	 op;
	int			 i;

	for (i = 0; i < 4000; i++) {
		pool_end(unused);
		pool_begin(unused);
		v = stored_user();
		f = any_field(stored_user());
		/* replace twice is replace; so is add. */
		op = with_field(chance(2) ? SCIM_REPLACE : SCIM_ADD, f);
		once = checked(v);
		assert_int_equal(patch(once, &op), OK);
		assert_non_null(once = checked(once));
		twice = checked(once);
		assert_int_equal(patch(twice, &op), OK);
		assert_non_null(twice = checked(twice));
		same(once, twice);
		/* What was replaced is there: replacing with its own self. */
		op = with_field(SCIM_REPLACE, any_field(v));
		back = checked(v);
		assert_int_equal(patch(back, &op), OK);
		same(checked(back), v);
		/* PUT of itself changes nothing. */
		back = checked(v);
		assert_int_equal(scim_replace(pool, SCIM_RESOURCE_USER, back,
		    v, PROFILE_STRICT, NULL), OK);
		same(checked(back), v);
	}
}

/* What is added where nothing is, and removed again, leaves nothing. */
static void
test_add_remove(void **unused)
{
	struct scim_value	*v, *now;
	const struct scim_field	*f;
	struct scim_operation	 op;
	int			 i;

	for (i = 0; i < 4000; i++) {
		pool_end(unused);
		pool_begin(unused);
		v = stored_user();
		f = any_field(stored_user());
		if (f->attribute->required)
			continue;
		scim_field_remove(v, f->attribute->number);
		now = checked(v);
		op = with_field(SCIM_ADD, f);
		assert_int_equal(patch(now, &op), OK);
		op.change = SCIM_REMOVE;
		op.given = f->attribute->multi && chance(2);
		assert_int_equal(patch(now, &op), OK);
		same(checked(now), v);
	}
}

/* Whatever comes, it ends; what is read-only never changes. */
static void
test_anything(void **unused)
{
	const struct scim_attribute	*a;
	struct scim_value		*v;
	struct scim_operation		 op;
	struct scim_field		*f;
	int				 i;

	for (i = 0; i < 20000; i++) {
		if (i % 100 == 0) {
			pool_end(unused);
			pool_begin(unused);
		}
		v = stored_user();
		scim_set_text(pool, v, SCIM_id, "7");
		memset(&op, 0, sizeof(op));
		op.change = chance(SCIM_CHANGE_MAX);
		while ((a = scim_attribute(chance(SCIM_NUMBER_MAX))) == NULL)
			continue;
		op.path.attribute = a->number;
		if (chance(3) == 0)
			op.path.filter = any_filter(2);
		op.given = chance(4) != 0;
		op.value.text = "";
		if (op.given) {
			f = scim_field_make(pool, &op.value, a->number);
			if (chance(4) != 0)
				scim_value_copy(pool, scim_field_add(pool, f),
				    any_user());
		}
		patch(v, &op);
		assert_string_equal(scim_text(v, SCIM_id), "7");
		checked(v);
	}
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, pool_begin, pool_end)
	const struct CMUnitTest	 tests[] = {
		T(test_add), T(test_replace), T(test_remove), T(test_put),
		T(test_properties), T(test_add_remove), T(test_anything)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
