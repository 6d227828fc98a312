/* The form in which SCIM resources are stored, and how they differ. */
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

static enum verdict
check(struct scim_value *v, enum scim_resource resource)
{
	struct scim_why	 why = { "" };
	enum verdict	 verdict;

	verdict = scim_check(pool, resource, v, &why);
	if (verdict != VERDICT_ok)
		assert_string_not_equal(why.text, "");
	assert_int_equal(scim_check(pool, resource, v, NULL), verdict);
	return verdict;
}

static void
test_tidy(void **unused)
{
	static const struct {
		const char	*sent, *kept;
	} rows[] = {
		{ "userName=a", "userName=a" },
		{ "userName=a;title=;nickName!", "userName=a" },
		{ "userName=a;name[familyName=;givenName!]", "userName=a" },
		{ "userName=a;name!;emails!", "userName=a" },
		{ "userName=a;enterprise[manager[value=]]", "userName=a" },
		{ "userName=a;enterprise[manager[value=m;displayName=M]]",
		    "enterprise[manager[value=m]];userName=a" },
		/* What is not the client's, and what is not kept. */
		{ "schemas=x;id=1;meta[version=v];userName=a;password=p;"
		    "groups[value=g]", "userName=a" },
		{ "externalId=E;userName=a;active=false",
		    "externalId=E;userName=a;active=false" },
		/* Entries that say nothing; those that say a little. */
		{ "userName=a;emails[value=;type=work;primary=true]",
		    "userName=a" },
		{ "userName=a;emails[type=work]", "userName=a" },
		{ "userName=a;emails[display=D]", "userName=a;emails[display=D]"
		},
		{ "userName=a;addresses[type=work]",
		    "userName=a;addresses[type=work]" },
		/* Doubles. */
		{ "userName=a;emails[value=x];emails[value=X];emails[value=y]",
		    "userName=a;emails[value=x];emails[value=y]" },
		{ "userName=a;emails[value=x;type=a];emails[value=x;type=b]",
		    "userName=a;emails[value=x;type=a];"
		    "emails[value=x;type=b]" },
		{ "userName=a;emails[value=x;primary=false];emails[value=x]",
		    "userName=a;emails[value=x;primary=false]" },
		{ "userName=a;emails[value=x;primary=true];emails[value=x]",
		    "userName=a;emails[value=x;primary=true];"
		    "emails[value=x]" },
		{ "userName=a;emails[value=x;primary=true];"
		    "emails[value=y;primary=false]",
		    "userName=a;emails[value=x;primary=true];"
		    "emails[value=y;primary=false]" }
	};
	struct scim_value	*v;
	size_t			 i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = user(rows[i].sent);
		assert_int_equal(check(v, SCIM_RESOURCE_USER), VERDICT_ok);
		assert_string_equal(text_user(v), rows[i].kept);
	}
	v = group("displayName=G;externalId=e;members[value=u;type=User]");
	assert_int_equal(check(v, SCIM_RESOURCE_GROUP), VERDICT_ok);
	assert_string_equal(text_group(v), "externalId=e;displayName=G;"
	    "members[value=u;type=User]");
}

static void
test_refused(void **unused)
{
	static const char *const rows[] = {
		"title=T", "", "userName=", "userName!", "userName=  \t",
		"userName=a;emails[value=x;primary=true];"
		"emails[value=y;primary=true]",
		"userName=a;x509Certificates[value=???]",
		"userName=a;x509Certificates[value=MA=]",
		"userName=\xff\xfe", "userName=a\x01", "userName=a;title=\x7f",
		"userName=a;title=\xed\xa0\x80"
	};
	size_t	 i;

	(void)unused;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(check(user(rows[i]), SCIM_RESOURCE_USER),
		    VERDICT_scim_invalid_value);
	assert_int_equal(check(group("externalId=e"), SCIM_RESOURCE_GROUP),
	    VERDICT_scim_invalid_value);
	/* The name of a group is one line, as that of a User. */
	assert_int_equal(check(group("displayName=a\r\nb"),
	    SCIM_RESOURCE_GROUP), VERDICT_scim_invalid_value);
	assert_int_equal(check(group("displayName=a\tb"),
	    SCIM_RESOURCE_GROUP), VERDICT_scim_invalid_value);
	/* Text with lines, and of any script, is text. */
	assert_int_equal(check(user("userName=\xe6\x97\xa5;"
	    "addresses[formatted=a\n\tb\r\n]"), SCIM_RESOURCE_USER),
	    VERDICT_ok);
}

static void
test_sizes(void **unused)
{
	struct scim_value	*v = user("userName=a"), *value;
	struct scim_field	*f;
	char			*text, number[16];
	int			 i;

	(void)unused;
	text = scim_pool_alloc(pool, LIMIT_SCIM_TEXT + 2);
	memset(text, 'x', LIMIT_SCIM_TEXT);
	scim_field_add(pool, scim_field_make(pool, v, SCIM_title))->text =
	    text;
	assert_int_equal(check(v, SCIM_RESOURCE_USER), VERDICT_ok);
	scim_field_add(pool, scim_field_make(pool, v, SCIM_nickName))->text =
	    text;
	assert_int_equal(check(v, SCIM_RESOURCE_USER),
	    VERDICT_scim_too_large);
	scim_field_remove(v, SCIM_nickName);
	text[LIMIT_SCIM_TEXT] = 'x';
	assert_int_equal(check(v, SCIM_RESOURCE_USER),
	    VERDICT_scim_too_large);
	v = user("userName=a");
	f = scim_field_make(pool, v, SCIM_roles);
	for (i = 0; i <= LIMIT_SCIM_MULTI; i++) {
		snprintf(number, sizeof(number), "%d", i);
		value = scim_field_add(pool, f);
		scim_field_add(pool, scim_field_make(pool, value,
		    SCIM_roles_value))->text = scim_pool_string(pool, number,
		    strlen(number));
		assert_int_equal(f->count, i + 1);
	}
	assert_int_equal(check(v, SCIM_RESOURCE_USER),
	    VERDICT_scim_too_large);
	scim_field_cut(f, 0);
	assert_int_equal(check(v, SCIM_RESOURCE_USER), VERDICT_ok);
}

static void
differ(const char *a, const char *b, const char *names)
{
	char	 text[256];

	scim_difference(SCIM_RESOURCE_USER, user(a), user(b), text,
	    sizeof(text));
	assert_string_equal(text, names);
	scim_difference(SCIM_RESOURCE_USER, user(b), user(a), text,
	    sizeof(text));
	assert_string_equal(text, names);
}

static void
test_difference(void **unused)
{
	char	 text[12];

	(void)unused;
	differ("userName=a", "userName=a", "");
	differ("userName=a", "userName=A", "userName");
	differ("userName=a;externalId=e", "userName=b", "userName, externalId");
	differ("userName=a;name[familyName=F;givenName=G]",
	    "userName=a;name[familyName=F]", "name.givenName");
	differ("userName=a", "userName=a;name[familyName=F;givenName=G]",
	    "name.familyName, name.givenName");
	differ("emails[value=x];emails[value=y]",
	    "emails[value=y];emails[value=x]", "emails");
	differ("emails[value=x]", "", "emails");
	differ("enterprise[department=D;manager[value=m]]",
	    "enterprise[department=E]", "department, manager.value");
	differ("active=true", "active=false", "active");
	/* Not ours to compare: what is read-only, schemas, nothing. */
	differ("id=1;meta[version=1];schemas=a;groups[value=g];title!",
	    "id=2;meta[version=2]", "");
	scim_difference(SCIM_RESOURCE_USER, user("title=a;nickName=b"),
	    user(""), text, sizeof(text));
	assert_string_equal(text, "nickName, t");
}

static void
test_properties(void **unused)
{
	struct scim_value	*v, *before;
	char			 text[256];
	int			 i;

	for (i = 0; i < 5000; i++) {
		pool_end(unused);
		pool_begin(unused);
		v = any_user();
		before = scim_pool_alloc(pool, sizeof(*before));
		if (scim_check(pool, SCIM_RESOURCE_USER, v, NULL) !=
		    VERDICT_ok)
			continue;
		scim_value_copy(pool, before, v);
		assert_int_equal(scim_check(pool, SCIM_RESOURCE_USER, v,
		    NULL), VERDICT_ok);
		assert_true(scim_value_identical(scim_attribute(SCIM_user),
		    before, v));
		assert_true(scim_value_same(scim_attribute(SCIM_user),
		    before, v));
		assert_true(scim_value_within(before, v));
		scim_difference(SCIM_RESOURCE_USER, before, v, text,
		    sizeof(text));
		assert_string_equal(text, "");
	}
}

static void
test_order(void **unused)
{
	const struct scim_attribute	*name = scim_attribute(SCIM_userName);
	const struct scim_attribute	*id = scim_attribute(SCIM_id);

	(void)unused;
	assert_true(scim_text_compare(name, "abc", "ABC") == 0);
	assert_true(scim_text_compare(name, "abc", "ABD") < 0);
	assert_true(scim_text_compare(name, "abc", "AB") > 0);
	assert_true(scim_text_compare(name, "", "A") < 0);
	assert_true(scim_text_compare(name, "\xc3\xa4x", "\xc3\x84Y") < 0);
	assert_true(scim_text_compare(name, "a\xc3\x84", "A\xc3\xa4") == 0);
	/* The Kelvin sign is a k. */
	assert_true(scim_text_compare(name, "\xe2\x84\xaa", "K") == 0);
	assert_true(scim_text_compare(name, "x\xe2\x84\xaa", "Xl") < 0);
	assert_true(scim_text_compare(id, "abc", "ABC") > 0);
	assert_true(scim_exact(scim_attribute(SCIM_x509Certificates_value)));
}

int
main(void)
{
#define T(name)	cmocka_unit_test_setup_teardown(name, pool_begin, pool_end)
	const struct CMUnitTest	 tests[] = {
		T(test_tidy), T(test_refused), T(test_sizes),
		T(test_difference), T(test_properties), T(test_order)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
