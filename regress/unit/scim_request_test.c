/*
 * Units of hfssod/http/scim_target.c, scim_head.c, scim_query.c and
 * scim_bulk_text.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/http/scim_bulk_text.h"
#include "hfssod/http/scim_head.h"
#include "hfssod/http/scim_query.h"

#define ORG	"/api/organizations/acme"
#define V2	ORG "/scim/v2"

static struct bytes
octets(const char *text)
{
	struct bytes	 b;

	b.data = (const uint8_t *)text;
	b.len = strlen(text);
	return b;
}

/* --- addresses -------------------------------------------------------- */

static void
targets(void **state)
{
	static const struct {
		const char		*path;
		enum scim_place		 place;
		enum scim_base		 base;
		enum scim_resource	 resource;
		const char		*id;
	} good[] = {
		{ V2, SCIM_PLACE_BASE, 0, SCIM_RESOURCE_ANY, "" },
		{ V2 "/", SCIM_PLACE_BASE, 0, SCIM_RESOURCE_ANY, "" },
		{ V2 "/Users", SCIM_PLACE_ALL, 0, SCIM_RESOURCE_USER, "" },
		{ V2 "/Groups", SCIM_PLACE_ALL, 0, SCIM_RESOURCE_GROUP, "" },
		{ V2 "/Users/a1", SCIM_PLACE_ONE, 0, SCIM_RESOURCE_USER,
		    "a1" },
		{ V2 "/Users/%61%31", SCIM_PLACE_ONE, 0, SCIM_RESOURCE_USER,
		    "a1" },
		{ V2 "/Users/.search", SCIM_PLACE_SEARCH, 0,
		    SCIM_RESOURCE_USER, "" },
		{ V2 "/.search", SCIM_PLACE_SEARCH, 0, SCIM_RESOURCE_ANY,
		    "" },
		{ V2 "/Me", SCIM_PLACE_ME, 0, SCIM_RESOURCE_USER, "" },
		{ V2 "/Bulk", SCIM_PLACE_BULK, 0, SCIM_RESOURCE_ANY, "" },
		{ V2 "/ServiceProviderConfig", SCIM_PLACE_CONFIG, 0,
		    SCIM_RESOURCE_ANY, "" },
		{ ORG "/scim-provisioning/v2/Users", SCIM_PLACE_ALL,
		    SCIM_BASE_BASIC, SCIM_RESOURCE_USER, "" },
		{ ORG "/scim-groups/g1/links", SCIM_PLACE_LINKS, 0,
		    SCIM_RESOURCE_GROUP, "g1" },
		{ ORG "/scim/v1/Users", SCIM_PLACE_VERSION, 0,
		    SCIM_RESOURCE_ANY, "" }
	};
	struct scim_target	 t;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(scim_target_parse(octets(good[i].path), &t));
		if (t.place != good[i].place)
			fail_msg("another place: %s", good[i].path);
		assert_int_equal(t.base, good[i].base);
		assert_int_equal(t.resource, good[i].resource);
		assert_string_equal(t.id, good[i].id);
		assert_string_equal(t.organization, "acme");
	}
	assert_true(scim_target_parse(octets(V2 "/Schemas/urn:a%3Ab"), &t));
	assert_string_equal(t.schema, "urn:a:b");
	assert_true(scim_target_parse(octets(ORG "/scim-groups/g/links/nlp"),
	    &t));
	assert_string_equal(t.slug, "nlp");
}

static void
targets_none(void **state)
{
	static const char	*nothing[] = {
		ORG, ORG "/scim", ORG "/scim/", ORG "/scimx/v2/Users",
		V2 "/users", V2 "/Users/", V2 "/Users/a/b", V2 "/User",
		V2 "/Users/a/.search", V2 "/Me/x", V2 "/Bulk/x", V2 "/.Search",
		V2 "/Schemas/", V2 "/a/b/c/d/e/f", ORG "/scim-groups",
		ORG "/scim-groups/g", ORG "/scim-groups/g/links/a/b",
		ORG "/scim-groups/g/link"
	};
	static const char	*two_ways[] = {
		V2 "/Users//a", V2 "//Users", V2 "/Users/%2e%2e/Groups",
		V2 "/Users/..", V2 "/Users/a%2fb", V2 "/Users/%5c",
		V2 "/Users/%00", V2 "/Users/%", V2 "/Users/%2", V2 "/Users/%zz",
		V2 "/Users/a;b", V2 "/Users/%25"
	};
	struct scim_target	 t;
	char			 path[1024];
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++) {
		assert_true(scim_target_parse(octets(nothing[i]), &t));
		if (t.place != SCIM_PLACE_NONE)
			fail_msg("a place: %s", nothing[i]);
	}
	for (i = 0; i < sizeof(two_ways) / sizeof(two_ways[0]); i++)
		if (scim_target_parse(octets(two_ways[i]), &t))
			fail_msg("taken: %s", two_ways[i]);
	/* What is too long to be a name names nothing. */
	snprintf(path, sizeof(path), V2 "/Users/%0500d", 1);
	assert_true(scim_target_parse(octets(path), &t));
	assert_int_equal(t.place, SCIM_PLACE_ONE);
	assert_string_equal(t.id, "");
	snprintf(path, sizeof(path), "/api/organizations/%050d/scim/v2/Users",
	    1);
	assert_true(scim_target_parse(octets(path), &t));
	assert_string_equal(t.organization, "");
}

static void
targets_inner(void **state)
{
	static const char	*bad[] = { "", "Users", "/", "/Users/", "/Me",
		"/Users/a/b", "/Users/../Groups", "http://a/Users", "/.search",
		"/Bulk", "/Users/.search", "/Users//", "/Schemas", "//Users" };
	struct scim_target	 t;
	size_t			 i;

	(void)state;
	assert_true(scim_target_inner("/Users", 6, &t));
	assert_int_equal(t.place, SCIM_PLACE_ALL);
	assert_true(scim_target_inner("/Groups/bulkId:x", 16, &t));
	assert_string_equal(t.id, "bulkId:x");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (scim_target_inner(bad[i], strlen(bad[i]), &t))
			fail_msg("taken: %s", bad[i]);
}

/* --- headers ---------------------------------------------------------- */

static void
conditions(void **state)
{
	static const char	*bad[] = { "", "W/", "1", "W/1", "\"1", "1\"",
		"W/\"1\",", ",", "*,", "\"1\" \"2\"", "w/\"1\"", "* *",
		"W/ \"1\"" };
	struct scim_condition	 c;
	char			 many[512] = "\"1\"";
	size_t			 i;

	(void)state;
	assert_true(scim_condition_parse(octets("W/\"12\""), &c));
	assert_true(c.given && !c.any && c.count == 1);
	assert_int_equal(c.versions[0], 12);
	assert_true(scim_condition_parse(octets("\"7\" , W/\"x\",W/\"8\""),
	    &c));
	assert_int_equal(c.count, 2);
	assert_int_equal(c.versions[1], 8);
	assert_true(scim_condition_parse(octets("*"), &c));
	assert_true(c.any);
	/* Tags that are none of ours are given, and match nothing. */
	assert_true(scim_condition_parse(octets("W/\"\", \"01\", \"1.0\", "
	    "\"9999999999999999999\", \"-1\""), &c));
	assert_true(c.given && c.count == 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (scim_condition_parse(octets(bad[i]), &c))
			fail_msg("taken: %s", bad[i]);
	for (i = 0; i < SCIM_VERSIONS; i++)
		strlcat(many, ",\"1\"", sizeof(many));
	assert_false(scim_condition_parse(octets(many), &c));
}

/* --- queries ---------------------------------------------------------- */

static enum verdict
query(struct scim_pool *pool, const char *text, struct scim_query *q)
{
	const char	*why;

	return scim_query_read(pool, SCIM_RESOURCE_USER, octets(text), q,
	    &why);
}

static void
queries(void **state)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_query	 q;

	(void)state;
	assert_int_equal(query(pool, "", &q), VERDICT_ok);
	assert_true(q.start == 1 && q.count == SCIM_COUNT && !q.cursored);
	assert_int_equal(query(pool, "startIndex=-3&count=-1", &q),
	    VERDICT_ok);
	assert_true(q.start == 1 && q.count == 0);
	assert_int_equal(query(pool, "count=99999&startIndex=7", &q),
	    VERDICT_ok);
	assert_true(q.start == 7 && q.count == LIMIT_SCIM_PAGE);
	assert_int_equal(query(pool, "sortBy=emails&sortOrder=descending",
	    &q), VERDICT_ok);
	assert_int_equal(q.sort[SCIM_RESOURCE_USER], SCIM_emails_value);
	assert_true(q.descending);
	assert_int_equal(query(pool, "cursor=", &q), VERDICT_ok);
	assert_true(q.cursored && q.cursor[0] == '\0');
	assert_int_equal(query(pool, "attributes=userName,+name.givenName,x",
	    &q), VERDICT_ok);
	assert_true(scim_selected(&q.selection, SCIM_userName));
	assert_true(scim_selected(&q.selection, SCIM_id));
	assert_false(scim_selected(&q.selection, SCIM_title));
	assert_int_equal(query(pool, "excludedAttributes=title&unknown=1&"
	    "unknown=2", &q), VERDICT_ok);
	assert_false(scim_selected(&q.selection, SCIM_title));
	assert_int_equal(query(pool, "filter=userName+eq+%22a%22", &q),
	    VERDICT_ok);
	assert_true(scim_query_indexed(q.filter[SCIM_RESOURCE_USER]));
	assert_int_equal(query(pool, "filter=title+pr+and+externalId+eq+%22a"
	    "%22", &q), VERDICT_ok);
	assert_true(scim_query_indexed(q.filter[SCIM_RESOURCE_USER]));
	assert_int_equal(query(pool, "filter=title+pr+or+id+eq+%22a%22", &q),
	    VERDICT_ok);
	assert_false(scim_query_indexed(q.filter[SCIM_RESOURCE_USER]));
	assert_int_equal(query(pool, "filter=not+(id+eq+%22a%22)", &q),
	    VERDICT_ok);
	assert_false(scim_query_indexed(q.filter[SCIM_RESOURCE_USER]));
	assert_false(scim_query_indexed(NULL));
	scim_pool_free(pool);
}

/* What looks at each member of a group is none of policy's. */
static void
queries_of_members(void **state)
{
	static const struct {
		const char	*text;
		bool		 indexed;
	} list[] = {
		{ "filter=id+eq+%22a%22+and+members.value+eq+%22b%22", true },
		{ "filter=id+eq+%22a%22+and+members.display+co+%22b%22",
		    false },
		{ "filter=members.type+pr+and+id+eq+%22a%22", false },
		{ "filter=id+eq+%22a%22+and+members[display+co+%22b%22]",
		    false },
		{ "filter=id+eq+%22a%22+and+not+(members.value+co+%22b%22)",
		    false }
	};
	struct scim_pool	*pool = scim_pool_new();
	struct scim_query	 q;
	const char		*why = NULL;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++) {
		assert_int_equal(scim_query_read(pool, SCIM_RESOURCE_GROUP,
		    octets(list[i].text), &q, &why), VERDICT_ok);
		assert_true(scim_query_indexed(
		    q.filter[SCIM_RESOURCE_GROUP]) == list[i].indexed);
	}
	scim_pool_free(pool);
}

static void
queries_refused(void **state)
{
	static const char	*bad[] = {
		"startIndex=x", "startIndex=1x", "startIndex=1.5",
		"startIndex=%2B1", "startIndex=99999999999", "count=0x5",
		"count=1&count=1", "filter=id+pr&filter=id+pr",
		"sortBy=nothing", "sortBy=name", "sortBy=password",
		"sortOrder=up", "attributes=a&excludedAttributes=b",
		"attributes=a+b", "attributes=%22", "excludedAttributes=a;b",
		"filter=", "filter=x", "filter=%zz", "a=%00"
	};
	struct scim_pool	*pool = scim_pool_new();
	struct scim_query	 q;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (query(pool, bad[i], &q) == VERDICT_ok)
			fail_msg("taken: %s", bad[i]);
	scim_pool_free(pool);
}

/* --- bulk ------------------------------------------------------------- */

static enum verdict
bulk(struct scim_pool *pool, const char *text, struct bulk *b)
{
	const char	*why;
	struct json	*j;

	j = json_read(pool, text, strlen(text), &why);
	assert_non_null(j);
	return bulk_read(b, pool, j, &why);
}

#define POST(id, data) \
	"{\"method\":\"POST\",\"path\":\"/Groups\",\"bulkId\":\"" id \
	"\",\"data\":" data "}"

static void
bulk_order(void **state)
{
	struct scim_pool	*pool = scim_pool_new();
	struct bulk		 b;
	const char		*why;

	(void)state;
	assert_int_equal(bulk(pool, "{\"Operations\":["
	    POST("a", "{\"members\":[{\"value\":\"bulkId:b\"}]}") ","
	    POST("b", "{\"x\":\"bulkId:c\"}") "," POST("c", "{}") "]}", &b),
	    VERDICT_ok);
	assert_int_equal(b.count, 3);
	assert_int_equal(b.step_count, 3);
	assert_true(b.steps[0].operation == 2 && b.steps[1].operation == 1 &&
	    b.steps[2].operation == 0);
	assert_true(b.most_errors == SIZE_MAX);
	/* Not before the other is made, nor when it was not. */
	assert_int_equal(bulk_resolve(&b, &b.operations[1], &why),
	    VERDICT_scim_conflict);
	b.operations[2].tried = true;
	b.operations[2].verdict = VERDICT_scim_invalid_value;
	assert_int_equal(bulk_resolve(&b, &b.operations[1], &why),
	    VERDICT_scim_conflict);
	b.operations[2].verdict = VERDICT_ok;
	b.operations[2].id = "0123";
	assert_int_equal(bulk_resolve(&b, &b.operations[1], &why),
	    VERDICT_ok);
	assert_string_equal(json_text(pool, json_member(b.operations[1].data,
	    "x")), "0123");
	scim_pool_free(pool);
}

static void
bulk_references(void **state)
{
	struct scim_pool	*pool = scim_pool_new();
	struct bulk		 b;
	const char		*why;

	(void)state;
	assert_int_equal(bulk(pool, "{\"failOnErrors\":2,\"Operations\":["
	    "{\"method\":\"patch\",\"path\":\"/Groups/bulkId:g\",\"data\":{"
	    "\"Operations\":[{\"path\":\"members[value eq \\\"bulkId:g\\\" "
	    "or value eq \\\"bulkId:g\\\"]\"}]}}," POST("g", "{}") "]}", &b),
	    VERDICT_ok);
	assert_int_equal(b.most_errors, 2);
	assert_int_equal(b.steps[0].operation, 1);
	b.operations[1].tried = true;
	b.operations[1].id = "id";
	assert_int_equal(bulk_resolve(&b, &b.operations[0], &why),
	    VERDICT_ok);
	assert_string_equal(b.operations[0].target.id, "id");
	assert_string_equal(json_text(pool, json_member(json_member(
	    b.operations[0].data, "Operations")->child, "path")),
	    "members[value eq \"id\" or value eq \"id\"]");
	/* A circle, also of one; a name that there is not. */
	assert_int_equal(bulk(pool, "{\"Operations\":["
	    POST("a", "{\"x\":\"bulkId:b\"}") ","
	    POST("b", "{\"x\":\"bulkId:a\"}") ","
	    POST("c", "{\"x\":\"bulkId:c\"}") ","
	    POST("d", "{\"x\":\"bulkId:none\"}") "]}", &b), VERDICT_ok);
	assert_int_equal(b.operations[0].refusal, VERDICT_scim_conflict);
	assert_int_equal(b.operations[2].refusal, VERDICT_scim_conflict);
	assert_int_equal(b.operations[3].refusal, VERDICT_ok);
	assert_int_equal(bulk_resolve(&b, &b.operations[3], &why),
	    VERDICT_scim_invalid_value);
	scim_pool_free(pool);
}

#define ENTERPRISE \
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
#define BOSS(id, boss) \
	"{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"" id \
	"\",\"data\":{\"userName\":\"" id "\",\"" ENTERPRISE \
	"\":{\"department\":\"d\",\"manager\":{\"value\":\"bulkId:" boss \
	"\"},\"division\":\"e\"}}}"

static void
made(struct bulk_operation *o, const char *id)
{
	o->tried = true;
	o->verdict = VERDICT_ok;
	o->id = id;
	o->version = 1;
}

/* Managers of each other: one is made without, then it is set. */
static void
bulk_circle(void **state)
{
	struct scim_pool	*pool = scim_pool_new();
	struct bulk		 b;
	struct json		*in;
	const char		*why;
	size_t			 i;

	(void)state;
	assert_int_equal(bulk(pool, "{\"Operations\":[" BOSS("a", "b") ","
	    BOSS("b", "c") "," BOSS("c", "a") "," BOSS("d", "d") ","
	    BOSS("e", "a") "]}", &b), VERDICT_ok);
	assert_int_equal(b.step_count, 7);
	for (i = 0; i < 5; i++)
		assert_int_equal(b.operations[i].refusal, VERDICT_ok);
	for (i = 0; i < 3; i++)
		assert_int_equal(b.steps[i].operation, 2 - i);
	assert_true(b.steps[3].rest && b.steps[3].operation == 2);
	assert_true(!b.steps[4].rest && b.steps[4].operation == 3);
	assert_true(b.steps[5].rest && b.steps[5].operation == 3);
	assert_true(b.operations[0].rest == NULL);
	/* What stood beside it stays. */
	in = json_member(b.operations[2].data, ENTERPRISE);
	assert_int_equal(in->count, 2);
	assert_null(json_member(in, "manager"));
	assert_non_null(json_member(in, "department"));
	assert_non_null(json_member(in, "division"));
	assert_int_equal(bulk_resolve(&b, &b.operations[2], &why),
	    VERDICT_ok);
	made(&b.operations[2], "id-c");
	assert_int_equal(bulk_resolve_rest(&b, &b.operations[2], &why),
	    VERDICT_scim_conflict);
	made(&b.operations[0], "id-a");
	assert_int_equal(bulk_resolve_rest(&b, &b.operations[2], &why),
	    VERDICT_ok);
	in = json_member(b.operations[2].rest, "Operations")->child;
	assert_string_equal(json_text(pool, json_member(in, "path")),
	    ENTERPRISE ":manager");
	assert_string_equal(json_text(pool, json_member(json_member(in,
	    "value"), "value")), "id-a");
	/* It was not set: an error, though it is there. */
	bulk_end(&b);
	assert_int_equal(b.operations[0].verdict, VERDICT_ok);
	assert_int_equal(b.operations[2].verdict, VERDICT_scim_conflict);
	assert_string_equal(b.operations[2].id, "id-c");
	scim_pool_free(pool);
}

/* Circles that are no managers': nothing of them is made. */
static void
bulk_circle_refused(void **state)
{
	static const char	*bad[] = {
		POST("a", "{\"members\":[{\"value\":\"bulkId:a\"}]}"),
		POST("a", "{\"" ENTERPRISE "\":{\"manager\":{\"value\":"
		    "\"bulkId:a\"}}}"),
		"{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\","
		    "\"data\":{\"manager\":{\"value\":\"bulkId:a\"}}}",
		"{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\","
		    "\"data\":{\"" ENTERPRISE "\":[{\"manager\":{\"value\":"
		    "\"bulkId:a\"}}]}}",
		"{\"method\":\"POST\",\"path\":\"/Users\",\"bulkId\":\"a\","
		    "\"data\":{\"" ENTERPRISE "\":{\"manager\":[{\"value\":"
		    "\"bulkId:a\"}]}}}"
	};
	struct scim_pool	*pool = scim_pool_new();
	struct bulk		 b;
	char			 text[512];
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "{\"Operations\":[%s]}", bad[i]);
		assert_int_equal(bulk(pool, text, &b), VERDICT_ok);
		assert_int_equal(b.operations[0].refusal,
		    VERDICT_scim_conflict);
		assert_int_equal(b.step_count, 1);
	}
	scim_pool_free(pool);
}

static void
bulk_refused(void **state)
{
	static const char	*bad[] = {
		"[]", "5", "{}", "{\"Operations\":{}}", "{\"Operations\":[1]}",
		"{\"Operations\":[{}]}", "{\"Operations\":[null]}",
		"{\"Operations\":[{\"method\":\"POST\"}]}",
		"{\"Operations\":[{\"method\":\"GET\",\"path\":\"/Users\"}]}",
		"{\"Operations\":[{\"method\":5,\"path\":\"/Users\"}]}",
		"{\"Operations\":[{\"method\":\"PUT\",\"path\":5}]}",
		"{\"Operations\":[" POST("a", "{}") "," POST("a", "{}") "]}"
	};
	struct scim_pool	*pool = scim_pool_new();
	struct bulk		 b;
	size_t			 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (bulk(pool, bad[i], &b) == VERDICT_ok)
			fail_msg("taken: %s", bad[i]);
	scim_pool_free(pool);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(targets),
		cmocka_unit_test(targets_none),
		cmocka_unit_test(targets_inner),
		cmocka_unit_test(conditions),
		cmocka_unit_test(queries),
		cmocka_unit_test(queries_of_members),
		cmocka_unit_test(queries_refused),
		cmocka_unit_test(bulk_order),
		cmocka_unit_test(bulk_references),
		cmocka_unit_test(bulk_circle),
		cmocka_unit_test(bulk_circle_refused),
		cmocka_unit_test(bulk_refused)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
