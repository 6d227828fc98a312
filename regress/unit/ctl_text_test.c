/* What hfssoctl shows: records to JSON to text, nothing unsafe. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/record.h"
#include "hfssoctl/blocks.h"
#include "hfssoctl/records.h"
#include "hfssoctl/text.h"

static void
expect(const json_t *j, const char *want)
{
	char	*out;
	size_t	 len;
	FILE	*f;

	f = open_memstream(&out, &len);
	assert_non_null(f);
	text_print(f, j);
	fclose(f);
	assert_string_equal(out, want);
	free(out);
}

static json_t *
read_back(const struct writer *w)
{
	struct reader	 r;

	wire_read(&r, w->data, w->len);
	return records_json(&r, false);
}

static void
test_table(void **state)
{
	struct writer	 w;
	json_t		*j;

	(void)state;
	wire_init(&w, 4096);
	record_array(&w, "");
	record_object(&w, "");
	record_string(&w, "name", "a");
	record_integer(&w, "last_login", 5);
	record_string(&w, "role", "");
	record_end(&w);
	record_object(&w, "");
	record_string(&w, "name", "longer-name");
	record_integer(&w, "last_login", 123456789012);
	record_string(&w, "role", "admin");
	record_end(&w);
	record_end(&w);
	j = read_back(&w);
	assert_non_null(j);
	expect(j,
	    "name         last login    role\n"
	    "a            5             -\n"
	    "longer-name  123456789012  admin\n");
	json_decref(j);
	wire_free(&w);
}

static void
test_object(void **state)
{
	struct writer	 w;
	json_t		*j;

	(void)state;
	wire_init(&w, 4096);
	record_object(&w, "");
	record_string(&w, "name", "ada");
	record_array(&w, "groups");
	record_object(&w, "");
	record_string(&w, "group", "nlp");
	record_array(&w, "sources");
	record_object(&w, "");
	record_string(&w, "source", "map");
	record_string(&w, "value", "x y");
	record_end(&w);
	record_end(&w);
	record_end(&w);
	record_end(&w);
	record_boolean(&w, "active", true);
	record_time(&w, "since", 1);
	record_time(&w, "never", 0);
	record_array(&w, "layers");
	record_string(&w, "", "a");
	record_string(&w, "", "b");
	record_end(&w);
	record_end(&w);
	j = read_back(&w);
	assert_non_null(j);
	expect(j,
	    "name    ada\n"
	    "active  yes\n"
	    "since   1970-01-01T00:00:01Z\n"
	    "never   -\n"
	    "layers  a,b\n"
	    "\n"
	    "groups\n"
	    "    group  sources\n"
	    "    nlp    map x y\n");
	json_decref(j);
	wire_free(&w);
}

static void
test_malformed(void **state)
{
	struct writer	 w;
	int		 i;

	(void)state;
	wire_init(&w, 4096);
	/* Nothing at all, an end alone, two values, no end, too deep. */
	assert_null(read_back(&w));
	record_end(&w);
	assert_null(read_back(&w));
	wire_reset(&w);
	record_string(&w, "", "a");
	record_string(&w, "", "b");
	assert_null(read_back(&w));
	wire_reset(&w);
	record_object(&w, "");
	assert_null(read_back(&w));
	wire_reset(&w);
	for (i = 0; i < 40; i++)
		record_array(&w, "");
	for (i = 0; i < 40; i++)
		record_end(&w);
	assert_null(read_back(&w));
	wire_reset(&w);
	wire_put_u8(&w, 200);
	wire_put_string(&w, "");
	assert_null(read_back(&w));
	wire_free(&w);
}

static void
safe(const char *in, const char *want)
{
	char	*out;

	out = text_safe(in);
	assert_string_equal(out, want);
	free(out);
}

static void
test_safe(void **state)
{
	(void)state;
	safe("", "");
	safe("plain text", "plain text");
	safe("a\033[31mb", "a\\033[31mb");
	safe("a\nb", "a\\nb");
	safe("a\tb", "a\\tb");
	safe("\177", "\\177");
	/* Not UTF-8, C1 controls, and what turns the text around. */
	safe("\377", "\\377");
	safe("\302\233", "\\302\\233");
	safe("\342\200\256x", "\\342\\200\\256x");
	safe("\342\200\213", "\\342\\200\\213");
	safe("\357\273\277", "\\357\\273\\277");
}

static void
test_safe_utf8(void **state)
{
	(void)state;
	setlocale(LC_CTYPE, "C");
	safe("\303\244", "\\303\\244");
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		skip();
	safe("\303\244", "\303\244");
	safe("\303\244\033", "\\303\\244\\033");
}

#define NOW	1790000000	/* 2026-09-21 14:13:20 UTC */

static void
key_record(struct writer *w, const char *id, int64_t expires)
{
	record_object(w, "");
	record_string(w, "algorithm", "RS256");
	record_string(w, "id", id);
	record_time(w, "expires", expires);
	record_end(w);
}

static void
connection_record(struct writer *w)
{
	record_array(w, "");
	record_object(w, "");
	record_string(w, "organization", "acme");
	record_string(w, "name", "okta");
	record_string(w, "protocol", "oidc");
	record_string(w, "state", "on");
	record_string(w, "issuer", "https://idp.test\033[2J");
	record_integer(w, "logins", 12);
	record_time(w, "last_login", NOW - 300);
	record_time(w, "never", 0);
	record_object(w, "refused");
	record_integer(w, "jwt_signature", 3);
	record_integer(w, "oidc_nonce", 1);
	record_end(w);
	record_array(w, "none");
	record_end(w);
	record_object(w, "status");
	record_string(w, "error", "");
	record_array(w, "documents");
	record_object(w, "");
	record_string(w, "kind", "discovery");
	record_string(w, "url",
	    "https://idp.test/a-rather-long-name/.well-known/openid");
	record_time(w, "fetched", NOW - 30);
	record_time(w, "next", NOW + 86399);
	record_string(w, "error", "timeout");
	record_end(w);
	record_end(w);
	record_object(w, "expires");
	record_time(w, "certificate", NOW + 6 * 86400);
	record_time(w, "client_secret", NOW + 40 * 86400);
	record_end(w);
	record_object(w, "addresses");
	record_string(w, "login", "https://hub.test/a");
	record_string(w, "backchannel_logout", "https://hub.test/b");
	record_end(w);
	record_array(w, "keys");
	key_record(w, "one", NOW + 31 * 86400);
	key_record(w, "two", NOW + 29 * 86400);
	key_record(w, "three", NOW - 3 * 86400);
	key_record(w, "four", 0);
	record_end(w);
	record_end(w);
	record_end(w);
	record_object(w, "");
	record_string(w, "organization", "acme");
	record_string(w, "name", "idp");
	record_end(w);
	record_end(w);
}

static void
test_blocks(void **state)
{
	struct writer	 w;
	json_t		*j;
	char		*out;
	size_t		 len;
	FILE		*f;

	(void)state;
	setenv("TZ", "UTC", 1);
	wire_init(&w, 4096);
	connection_record(&w);
	j = read_back(&w);
	assert_non_null(j);
	f = open_memstream(&out, &len);
	assert_non_null(f);
	blocks_print(f, j, NOW);
	fclose(f);
	assert_string_equal(out,
	    "acme  okta  oidc  on\n"
	    "    issuer      https://idp.test\\033[2J\n"
	    "    logins      12\n"
	    "    last login  2026-09-21 14:08 (5m ago)\n"
	    "    never       -\n"
	    "    refused  jwt signature 3  oidc nonce 1\n"
	    "    documents\n"
	    "        discovery  https://idp.test/a-rather-long-name/"
	    ".well-known/openid\n"
	    "            fetched 2026-09-21 14:12 (30s ago)\n"
	    "            next 2026-09-22 14:13 (in 23h 59m)  error timeout\n"
	    "    expires\n"
	    "        certificate    2026-09-27 14:13 (6d left !)\n"
	    "        client secret  2026-10-31 14:13 (40d left)\n"
	    "    addresses\n"
	    "        login               https://hub.test/a\n"
	    "        backchannel logout  https://hub.test/b\n"
	    "    keys\n"
	    "        RS256  one  expires 2026-10-22 14:13 (31d left)\n"
	    "        RS256  two  expires 2026-10-20 14:13 (29d left !)\n"
	    "        RS256  three  expires 2026-09-18 14:13 (over for 3d !)\n"
	    "        RS256  four\n"
	    "\n"
	    "acme  idp\n");
	free(out);
	json_decref(j);
	wire_free(&w);
}

/* Tokens: what somebody called one is not to be trusted either. */
static void
test_tokens(void **state)
{
	struct writer	 w;
	json_t		*j;
	char		*out;
	size_t		 len;
	FILE		*f;

	(void)state;
	setenv("TZ", "UTC", 1);
	wire_init(&w, 4096);
	record_array(&w, "");
	record_object(&w, "");
	record_string(&w, "id", "5e9907857b923f73");
	record_string(&w, "name", "ci\n\342\200\256");
	record_string(&w, "connection", "okta");
	record_string(&w, "state", "live");
	record_boolean(&w, "dry_run", false);
	record_string(&w, "from", "");
	record_string(&w, "last_four", "Qk84");
	record_time(&w, "expires", NOW + 86400);
	record_time(&w, "last_used", 0);
	record_end(&w);
	record_end(&w);
	j = read_back(&w);
	assert_non_null(j);
	f = open_memstream(&out, &len);
	assert_non_null(f);
	blocks_print(f, j, NOW);
	fclose(f);
	assert_string_equal(out,
	    "okta  ci\\n\\342\\200\\256  live\n"
	    "    id         5e9907857b923f73\n"
	    "    dry run    no\n"
	    "    from       -\n"
	    "    last four  Qk84\n"
	    "    expires    2026-09-22 14:13 (24h 0m left !)\n"
	    "    last used  -\n");
	free(out);
	json_decref(j);
	wire_free(&w);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_object),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_safe),
		cmocka_unit_test(test_safe_utf8),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_tokens)
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
