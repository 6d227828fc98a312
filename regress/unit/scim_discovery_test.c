/*
 * ServiceProviderConfig, ResourceTypes and Schemas.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "common/limits.h"
#include "hfssod/http/scim_discovery.h"
#include "regress/unit/json_judge.h"

#define URL	"https://h/api/organizations/o/scim/v2"
#define CORE	"urn:ietf:params:scim:schemas:core:2.0:"
#define ENT	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define LIST	"urn:ietf:params:scim:api:messages:2.0:ListResponse"

static const struct scim_service	 managed = { URL,
    SCIM_BASE_MANAGED, false };
static const struct scim_service	 basic = { URL,
    SCIM_BASE_BASIC, false };
static const struct scim_service	 dry = { URL,
    SCIM_BASE_MANAGED, true };

struct line {
	const char	*path, *value;
};

static void
has(struct buffer *b, const struct line *lines, size_t n)
{
	size_t	 i;

	assert_true(judge_reads(buffer_at(b), buffer_len(b)));
	for (i = 0; i < n; i++)
		if (!judge_has(buffer_text(b), lines[i].path, lines[i].value))
			fail_msg("%s is not %s in %s", lines[i].path,
			    lines[i].value, buffer_text(b));
	buffer_free(b);
}
#define HAS(b, lines)	has(b, lines, sizeof(lines) / sizeof((lines)[0]))

static void
config(void **state)
{
	static const struct line	 lines[] = {
		{ "schemas", "1" },
		{ "schemas>0", CORE "ServiceProviderConfig" },
		{ "patch>supported", "true" },
		{ "bulk>supported", "true" },
		{ "bulk>maxOperations", "1000" },
		{ "bulk>maxPayloadSize", "16777216" },
		{ "filter>supported", "true" },
		{ "filter>maxResults", "1000" },
		{ "changePassword>supported", "false" },
		{ "sort>supported", "true" },
		{ "etag>supported", "true" },
		{ "pagination>cursor", "true" },
		{ "pagination>index", "true" },
		{ "authenticationSchemes", "1" },
		{ "authenticationSchemes>0>type", "oauthbearertoken" },
		{ "authenticationSchemes>0>primary", "true" },
		{ "meta>resourceType", "ServiceProviderConfig" },
		{ "meta>location", URL "/ServiceProviderConfig" },
		{ "urn:ietf:params:scim:schemas:extension:hfssod:2.0:"
		    "ServiceProviderConfig>dryRun", "" }
	};
	static const struct line	 dry_lines[] = {
		{ "schemas", "2" },
		{ "urn:ietf:params:scim:schemas:extension:hfssod:2.0:"
		    "ServiceProviderConfig>dryRun", "true" }
	};
	struct buffer	 b = { 0 };

	(void)state;
	scim_discovery_config(&b, &managed);
	assert_null(strstr(buffer_text(&b), "DRY"));
	HAS(&b, lines);
	scim_discovery_config(&b, &dry);
	assert_non_null(strstr(buffer_text(&b), "DRY RUN"));
	HAS(&b, dry_lines);
}

static void
types(void **state)
{
	static const struct line	 all[] = {
		{ "schemas>0", LIST }, { "totalResults", "2" },
		{ "itemsPerPage", "2" }, { "startIndex", "1" },
		{ "Resources", "2" },
		{ "Resources>0>id", "User" }, { "Resources>1>id", "Group" }
	};
	static const struct line	 user[] = {
		{ "schemas>0", CORE "ResourceType" }, { "id", "User" },
		{ "name", "User" }, { "endpoint", "/Users" },
		{ "schema", CORE "User" }, { "schemaExtensions", "1" },
		{ "schemaExtensions>0>schema", ENT },
		{ "schemaExtensions>0>required", "false" },
		{ "meta>location", URL "/ResourceTypes/User" },
		{ "meta>resourceType", "ResourceType" }
	};
	static const struct line	 group[] = {
		{ "id", "Group" }, { "endpoint", "/Groups" },
		{ "schema", CORE "Group" }, { "schemaExtensions", "0" }
	};
	static const char *const	 none[] = { "", "user", "Users", "Me",
		"User ", "ServiceProviderConfig", CORE "User" };
	struct buffer			 b = { 0 };
	size_t				 i;

	(void)state;
	scim_discovery_types(&b, &managed);
	HAS(&b, all);
	assert_true(scim_discovery_type(&b, &managed, "User"));
	HAS(&b, user);
	assert_true(scim_discovery_type(&b, &managed, "Group"));
	HAS(&b, group);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(scim_discovery_type(&b, &managed, none[i]));
	assert_int_equal(buffer_len(&b), 0);
}

static void
schemas(void **state)
{
	static const struct line	 all[] = {
		{ "schemas>0", LIST }, { "totalResults", "3" },
		{ "Resources", "3" }, { "Resources>0>id", CORE "User" },
		{ "Resources>1>id", CORE "Group" }, { "Resources>2>id", ENT }
	};
	static const struct line	 user[] = {
		{ "schemas>0", CORE "Schema" }, { "id", CORE "User" },
		{ "name", "User" },
		{ "attributes>0>name", "userName" },
		{ "attributes>0>type", "string" },
		{ "attributes>0>multiValued", "false" },
		{ "attributes>0>required", "true" },
		{ "attributes>0>caseExact", "false" },
		{ "attributes>0>mutability", "readWrite" },
		{ "attributes>0>returned", "default" },
		{ "attributes>0>uniqueness", "server" },
		{ "attributes>1>name", "name" },
		{ "attributes>1>type", "complex" },
		{ "attributes>1>subAttributes", "6" },
		{ "attributes>1>subAttributes>2>name", "givenName" },
		{ "meta>resourceType", "Schema" },
		{ "meta>location", URL "/Schemas/" CORE "User" }
	};
	static const struct line	 enterprise[] = {
		{ "name", "EnterpriseUser" }, { "attributes", "6" },
		{ "attributes>5>name", "manager" },
		{ "attributes>5>subAttributes>1>name", "$ref" },
		{ "attributes>5>subAttributes>1>type", "reference" },
		{ "attributes>5>subAttributes>1>referenceTypes>0", "User" },
		{ "attributes>5>subAttributes>2>mutability", "readOnly" }
	};
	static const struct line	 group[] = {
		{ "name", "Group" }, { "attributes", "2" },
		{ "attributes>0>uniqueness", "server" },
		{ "attributes>1>name", "members" },
		{ "attributes>1>multiValued", "true" },
		{ "attributes>1>subAttributes>0>mutability", "immutable" },
		{ "attributes>1>subAttributes>1>referenceTypes>1", "Group" },
		{ "attributes>1>subAttributes>2>canonicalValues", "2" }
	};
	static const char *const	 none[] = { "", "User", "urn:", CORE,
		CORE "Users", CORE "Use", CORE "User:userName",
		CORE "ServiceProviderConfig" };
	struct buffer			 b = { 0 };
	size_t				 i;

	(void)state;
	scim_discovery_schemas(&b, &managed);
	assert_null(strstr(buffer_text(&b), "\"externalId\""));
	HAS(&b, all);
	assert_true(scim_discovery_schema(&b, &managed, CORE "User"));
	HAS(&b, user);
	assert_true(scim_discovery_schema(&b, &managed, CORE "user"));
	HAS(&b, user);
	assert_true(scim_discovery_schema(&b, &managed, ENT));
	HAS(&b, enterprise);
	assert_true(scim_discovery_schema(&b, &managed, CORE "Group"));
	HAS(&b, group);
	for (i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(scim_discovery_schema(&b, &managed, none[i]));
	assert_int_equal(buffer_len(&b), 0);
}

/* An invitation's profile is the account's; groups are as ever. */
static void
basic_mode(void **state)
{
	static const struct line	 user[] = {
		{ "attributes>0>mutability", "immutable" },
		{ "attributes>1>subAttributes>2>mutability", "immutable" },
		{ "attributes>10>name", "active" },
		{ "attributes>10>mutability", "readWrite" }
	};
	static const struct line	 group[] = {
		{ "attributes>0>mutability", "readWrite" },
		{ "attributes>1>mutability", "readWrite" }
	};
	struct buffer			 b = { 0 };

	(void)state;
	assert_true(scim_discovery_schema(&b, &basic, CORE "User"));
	HAS(&b, user);
	assert_true(scim_discovery_schema(&b, &basic, CORE "Group"));
	HAS(&b, group);
}

/* Every attribute of the table is said, and only those. */
static void
complete(void **state)
{
	struct buffer	 b = { 0 };
	const char	*at;
	size_t		 names = 0, lines = 0;
	unsigned int	 n;

	(void)state;
	scim_discovery_schemas(&b, &managed);
	for (at = buffer_text(&b); (at = strstr(at, "\"mutability\":")) !=
	    NULL; at++)
		names++;
	for (n = SCIM_userName; n < SCIM_NUMBER_MAX; n++)
		lines += scim_attribute(n) != NULL;
	assert_int_equal(names, lines);
	buffer_free(&b);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(config),
		cmocka_unit_test(types),
		cmocka_unit_test(schemas),
		cmocka_unit_test(basic_mode),
		cmocka_unit_test(complete)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
