/* Attributes by name and by path, and the identity that they make. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/verifier/attribute.h"
#include "hfssod/verifier/identity.h"
#include "hfssod/verifier/token.h"

#define CLAIMS	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/"
#define EMAIL	"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
#define LINK	"http://schemas.microsoft.com/claims/groups.link"
#define GROUPS	"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"

static void
add(struct attributes *as, const char *name, const char *value)
{
	strings_add(&attributes_add(as, name)->values, value);
}

/* What a name finds, joined by "|"; static. */
static const char *
find(struct attributes *as, const char *name)
{
	static char out[512];
	struct strings list = { 0, NULL };
	size_t i;

	out[0] = '\0';
	assert_int_equal(attributes_values(as, name, &list), VERDICT_ok);
	for (i = 0; i < list.count; i++) {
		if (i > 0)
			strlcat(out, "|", sizeof(out));
		strlcat(out, list.list[i], sizeof(out));
	}
	strings_free(&list);
	return out;
}

static void
names(void **state)
{
	struct attributes as = { 0 };

	(void)state;
	add(&as, "groups", "a");
	add(&as, "groups", "b");
	add(&as, "user.role", "admin");
	add(&as, "user", "{\"role\":\"other\",\"x\":\"y\"}");
	add(&as, "empty", "");
	assert_string_equal(find(&as, "groups"), "a|b");
	/* The whole name first. */
	assert_string_equal(find(&as, "user.role"), "admin");
	assert_string_equal(find(&as, "user.x"), "y");
	assert_string_equal(find(&as, "Groups"), "");
	assert_string_equal(find(&as, "group"), "");
	assert_string_equal(find(&as, "groups."), "");
	assert_string_equal(find(&as, ".groups"), "");
	assert_string_equal(find(&as, "empty"), "");
	assert_string_equal(find(&as, ""), "");
	attributes_free(&as);
}

static void
json(void **state)
{
	struct attributes as = { 0 };

	(void)state;
	add(&as, "j", "{\"a\":{\"b\":[\"x\",\"y\",{\"c\":\"z\"}],"
	    "\"n\":7,\"t\":true,\"f\":false,\"r\":1.5,\"o\":null,"
	    "\"d.e\":\"dotted\",\"d\":{\"e\":\"nested\"}},\"e\":\"\"}");
	add(&as, "j", "{\"a\":{\"b\":\"w\"}}");
	add(&as, "list", "[{\"name\":\"p\"},{\"name\":\"q\"},[{\"name\":\"r\"}],"
	    "{\"other\":\"s\"},4]");
	add(&as, "broken", "{\"a\":");
	add(&as, "twice", "{\"a\":\"1\",\"a\":\"2\"}");
	add(&as, "x.y", "{\"z\":\"longest\"}");
	add(&as, "x", "{\"y\":{\"z\":\"shorter\"}}");
	assert_string_equal(find(&as, "j.a.b"), "x|y|w");
	assert_string_equal(find(&as, "j.a.b.c"), "z");
	assert_string_equal(find(&as, "j.a.n"), "7");
	assert_string_equal(find(&as, "j.a.t"), "true");
	assert_string_equal(find(&as, "j.a.f"), "false");
	assert_string_equal(find(&as, "j.a.r"), "1.5");
	assert_string_equal(find(&as, "j.a.o"), "");
	assert_string_equal(find(&as, "j.a"), "");
	assert_string_equal(find(&as, "j.a.d.e"), "dotted");
	assert_string_equal(find(&as, "j.e"), "");
	assert_string_equal(find(&as, "j.a.b.c.d"), "");
	assert_string_equal(find(&as, "list.name"), "p|q|r");
	assert_string_equal(find(&as, "broken.a"), "");
	assert_string_equal(find(&as, "twice.a"), "");
	assert_string_equal(find(&as, "x.y.z"), "longest");
	attributes_free(&as);
}

static void
sizes(void **state)
{
	struct attributes as = { 0 };
	struct strings list = { 0, NULL };
	char text[LIMIT_VALUE + 2];
	size_t i;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[LIMIT_VALUE] = '\0';
	add(&as, "long", text);
	assert_int_equal(attributes_values(&as, "long", &list), VERDICT_ok);
	strings_free(&list);
	text[LIMIT_VALUE] = 'x';
	text[LIMIT_VALUE + 1] = '\0';
	assert_int_equal(attributes_values(&as, "long", &list),
	    VERDICT_attribute_too_long);
	strings_free(&list);
	for (i = 0; i <= LIMIT_VALUES; i++)
		add(&as, "many", "v");
	assert_int_equal(attributes_values(&as, "many", &list),
	    VERDICT_attribute_too_long);
	strings_free(&list);
	add(&as, "control", "a\nb");
	add(&as, "control", "c");
	assert_string_equal(find(&as, "control"), "c");
	attributes_free(&as);
}

static struct verifier_connection
connection(void)
{
	struct verifier_connection c;

	memset(&c, 0, sizeof(c));
	c.name = "okta";
	c.subject_attribute = c.role_attribute = c.group_attribute = "";
	return c;
}

static struct facts
new_facts(const char *value, const char *format)
{
	struct facts f;

	memset(&f, 0, sizeof(f));
	f.detail = "";
	f.name_id = (struct name_id){ value, format, "", "", "" };
	f.session_index = f.authn_context = "";
	return f;
}

static void
defaults(void **state)
{
	static const struct {
		const char *email, *name, *given, *family, *username;
	} t[] = {
		{ CLAIMS "emailaddress",
		    "http://schemas.microsoft.com/identity/claims/displayname",
		    CLAIMS "givenname", CLAIMS "surname", CLAIMS "name" },
		{ "email", "displayName", "firstName", "lastName", "login" },
		{ "urn:oid:0.9.2342.19200300.100.1.3",
		    "urn:oid:2.16.840.1.113730.3.1.241", "urn:oid:2.5.4.42",
		    "urn:oid:2.5.4.4", "urn:oid:0.9.2342.19200300.100.1.1" },
		{ "mail", "cn", "givenName", "sn", "uid" },
	};
	struct verifier_connection c = connection();
	struct identity id;
	struct facts f;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		f = new_facts("alice-id", "");
		add(&f.attributes, t[i].email, "alice@example.org");
		add(&f.attributes, t[i].name, "Alice Ä");
		add(&f.attributes, t[i].given, "Alice");
		add(&f.attributes, t[i].family, "Ä");
		add(&f.attributes, t[i].username, "alice");
		assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
		assert_string_equal(id.subject, "alice-id");
		assert_string_equal(id.email, "alice@example.org");
		assert_string_equal(id.name, "Alice Ä");
		assert_string_equal(id.given, "Alice");
		assert_string_equal(id.family, "Ä");
		assert_string_equal(id.username, "alice");
		assert_false(id.email_vouched);
		identity_free(&id);
		facts_free(&f);
	}
}

static void
email(void **state)
{
	struct verifier_connection c = connection();
	struct facts f = new_facts("bob@example.org", EMAIL);
	struct identity id;

	(void)state;
	strings_add(&c.trust_domains, "example.org");
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_string_equal(id.email, "bob@example.org");
	assert_string_equal(id.username, "bob@example.org");
	assert_true(id.email_vouched);
	identity_free(&id);
	f.name_id.format = "";
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_string_equal(id.email, "");
	assert_false(id.email_vouched);
	identity_free(&id);
	facts_free(&f);
	assert_true(identity_trusts(&c.trust_domains, "a@EXAMPLE.org"));
	assert_false(identity_trusts(&c.trust_domains, "a@sub.example.org"));
	assert_false(identity_trusts(&c.trust_domains, "a@evilexample.org"));
	assert_false(identity_trusts(&c.trust_domains, "a@evil@example.org"));
	assert_false(identity_trusts(&c.trust_domains,
	    "a@example.org@evil.org"));
	assert_false(identity_trusts(&c.trust_domains, "@example.org"));
	assert_false(identity_trusts(&c.trust_domains, "example.org"));
	assert_false(identity_trusts(&c.trust_domains, ""));
	strings_free(&c.trust_domains);
}

/* What an ID token says; the claims are freed with them. */
static struct facts
token_facts(const char *text, json_t **claims)
{
	struct facts f = new_facts("sub-1", "");

	if ((*claims = json_loads(text, 0, NULL)) == NULL)
		fail_msg("not JSON: %s", text);
	token_attributes(*claims, &f.attributes);
	f.name_id.format = NULL;
	return f;
}

static void
claims(void **state)
{
	static const struct {
		const char	*text;
		bool		 vouched;
	} t[] = {
		{ "{\"email\":\"a@x.org\",\"email_verified\":true}", true },
		/* As some write it. */
		{ "{\"email\":\"a@x.org\",\"email_verified\":\"true\"}", true },
		{ "{\"email\":\"a@x.org\",\"email_verified\":false}", false },
		{ "{\"email\":\"a@x.org\",\"email_verified\":1}", false },
		{ "{\"email\":\"a@x.org\",\"email_verified\":[true,true]}",
		    false },
		{ "{\"email\":\"a@x.org\"}", false },
		/* It speaks of the claim "email" alone. */
		{ "{\"mail\":\"a@x.org\",\"email_verified\":true}", false },
		{ "{\"email\":[\"a@x.org\",\"b@x.org\"],"
		    "\"email_verified\":true}", false },
	};
	struct verifier_connection c = connection();
	struct identity id;
	struct facts f;
	json_t *json;
	size_t i;

	(void)state;
	c.protocol = PROTOCOL_OIDC;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		f = token_facts(t[i].text, &json);
		assert_int_equal(identity_make(&c, &f, json, &id), VERDICT_ok);
		assert_string_equal(id.email, "a@x.org");
		if (id.email_vouched != t[i].vouched)
			fail_msg("%s", t[i].text);
		identity_free(&id);
		facts_free(&f);
		json_decref(json);
	}
	/* An attribute of SAML that is called so vouches for nothing. */
	c.protocol = PROTOCOL_SAML;
	f = token_facts(t[0].text, &json);
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_false(id.email_vouched);
	identity_free(&id);
	facts_free(&f);
	json_decref(json);
}

static void
claim_names(void **state)
{
	struct verifier_connection c = connection();
	struct identity id;
	struct facts f;
	json_t *json;

	(void)state;
	c.protocol = PROTOCOL_OIDC;
	c.subject_attribute = "oid";
	c.group_attribute = "groups";
	c.role_attribute = "roles";
	f = token_facts("{\"sub\":\"sub-1\",\"oid\":\"o-1\","
	    "\"name\":\"Alice A\",\"given_name\":\"Alice\","
	    "\"family_name\":\"A\",\"preferred_username\":\"alice\","
	    "\"roles\":[\"admin\"],\"_claim_names\":{\"groups\":\"src1\"},"
	    "\"_claim_sources\":{\"src1\":{\"endpoint\":\"https://x\"}}}",
	    &json);
	assert_int_equal(identity_make(&c, &f, json, &id), VERDICT_ok);
	assert_string_equal(id.subject, "o-1");
	/* The provider itself calls him by "sub". */
	assert_string_equal(id.name_id.value, "sub-1");
	assert_string_equal(id.name_id.format, "");
	assert_string_equal(id.name, "Alice A");
	assert_string_equal(id.given, "Alice");
	assert_string_equal(id.family, "A");
	assert_string_equal(id.username, "alice");
	assert_int_equal(id.roles.count, 1);
	assert_false(id.roles_overage);
	assert_true(id.groups_overage);
	identity_free(&id);
	facts_free(&f);
	json_decref(json);
	/* Without the subject that was configured, "sub" is none. */
	f = token_facts("{\"sub\":\"sub-1\"}", &json);
	assert_int_equal(identity_make(&c, &f, json, &id),
	    VERDICT_subject_missing);
	identity_free(&id);
	facts_free(&f);
	json_decref(json);
}

static void
subject(void **state)
{
	struct verifier_connection c = connection();
	struct facts f = new_facts("transient", "");
	struct identity id;

	(void)state;
	c.subject_attribute = "oid";
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_subject_missing);
	identity_free(&id);
	add(&f.attributes, "oid", "1234");
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_string_equal(id.subject, "1234");
	identity_free(&id);
	add(&f.attributes, "oid", "5678");
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_subject_missing);
	identity_free(&id);
	facts_free(&f);
	f = new_facts("", "");
	c.subject_attribute = "";
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_subject_missing);
	identity_free(&id);
	facts_free(&f);
}

static void
required(void **state)
{
	struct view_require hd = { "hd", { 0, NULL } };
	struct verifier_connection c = connection();
	struct facts f = new_facts("x", "");
	struct identity id;

	(void)state;
	strings_add(&hd.values, "acme.com");
	c.requires = &hd;
	c.require_count = 1;
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_attribute_required);
	add(&f.attributes, "hd", "evil.com");
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_attribute_required);
	add(&f.attributes, "HD", "acme.com");
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_attribute_required);
	add(&f.attributes, "hd", "ACME.com");
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_attribute_required);
	add(&f.attributes, "hd", "acme.com");
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	identity_free(&id);
	facts_free(&f);
	strings_free(&hd.values);
}

static void
lists(void **state)
{
	struct verifier_connection c = connection();
	struct facts f = new_facts("x", "");
	struct identity id;

	(void)state;
	c.role_attribute = "role";
	c.group_attribute = GROUPS;
	add(&f.attributes, "role", "admin");
	add(&f.attributes, LINK, "https://graph.example/x");
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_true(id.groups_overage);
	assert_false(id.roles_overage);
	assert_int_equal(id.roles.count, 1);
	identity_free(&id);
	/* A role of its own is not among the groups that were left out. */
	c.role_attribute = "roles";
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_false(id.roles_overage);
	identity_free(&id);
	c.role_attribute = GROUPS;
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_true(id.roles_overage);
	identity_free(&id);
	add(&f.attributes, GROUPS, "g");
	assert_int_equal(identity_make(&c, &f, NULL, &id), VERDICT_ok);
	assert_false(id.groups_overage);
	assert_int_equal(id.groups.count, 1);
	identity_free(&id);
	facts_free(&f);
}

static void
too_long(void **state)
{
	struct verifier_connection c = connection();
	struct facts f = new_facts("x", "");
	struct identity id;
	char text[LIMIT_DISPLAY_NAME + 2];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	add(&f.attributes, "displayName", text);
	assert_int_equal(identity_make(&c, &f, NULL, &id),
	    VERDICT_attribute_too_long);
	identity_free(&id);
	facts_free(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(json),
		cmocka_unit_test(sizes),
		cmocka_unit_test(defaults),
		cmocka_unit_test(email),
		cmocka_unit_test(claims),
		cmocka_unit_test(claim_names),
		cmocka_unit_test(subject),
		cmocka_unit_test(required),
		cmocka_unit_test(lists),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
