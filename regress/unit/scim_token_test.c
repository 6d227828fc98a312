/*
 * Units of hfssod/policy/token.c and token_control.c: tokens made, shown,
 * used, rotated and revoked, on a store, in turns.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/encode.h"
#include "ctl_fixture.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/token_control.h"

#define VERB(name, answer, refuse) static const struct verb \
    verb_##name = { MESSAGE_##name, MESSAGE_##answer, name, refuse, \
    VERB_WRITES }
static void
nothing(struct writer *w, enum verdict v)
{
	struct result	 result = { v, "" };

	result_put(w, &result);
	wire_put_string(w, "");
}
VERB(token_create, ctl_records, nothing);
VERB(token_rotate, ctl_records, nothing);
VERB(token_revoke, ctl_result, result_refuse);

static char	 secret[80], id[TOKEN_ID];
static int64_t	 ms;		/* what clock_ms says; 0: the real one */

int64_t	 __real_clock_ms(void);
int64_t	 __wrap_clock_ms(void);

int64_t
__wrap_clock_ms(void)
{
	return ms != 0 ? ms : __real_clock_ms();
}

static int
begin(void **unused)
{
	ms = 0;
	users_begin(unused);
	state.view->public_url = "https://hub.example.com";
	return 0;
}

/* One is made; its octets and id are kept. */
static void
make(const char *options)
{
	assert_int_equal(CTL(token_create, .options = options), VERDICT_ok);
	strlcpy(secret, ctl_text("token"), sizeof(secret));
	strlcpy(id, ctl_text("id"), sizeof(id));
}

static enum verdict
use(const char *from)
{
	return bearer(secret, strlen(secret), from);
}

/* --- making ------------------------------------------------------------- */

static void
created(void **unused)
{
	(void)unused;
	make("connection=okta name=Okta");
	assert_int_equal(strlen(secret), TOKEN_TEXT - 1);
	assert_int_equal(strlen(id), TOKEN_ID - 1);
	assert_memory_equal(secret, TOKEN_PREFIX, sizeof(TOKEN_PREFIX) - 1);
	assert_string_equal(ctl_text("url"), "https://hub.example.com/api/"
	    "organizations/acme/scim/v2");
	assert_true(ctl_number("expires") > clock_now() + 364 * 86400);
	assert_int_equal(use("192.0.2.1"), VERDICT_ok);
	/* The store has not the octets, nor has the audit. */
	assert_int_equal(query("SELECT count(*) FROM token WHERE name ="
	    " 'Okta' AND length(hash) = 32 AND rights = 15 AND profile = 0"
	    " AND length(last_four) = 4 AND copy = 0"), 1);
	assert_int_equal(audited("hfsso.token_create"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE instr(record, 'hfscim_')"), 0);
}

static void
refused_options(void **unused)
{
	static const char *const	 bad[] = {
		"connection=okta expires=0", "connection=okta expires=x",
		"connection=okta expires=999999999999",
		"connection=okta expires=-5", "connection=okta profile=azure",
		"connection=okta rights=users,root", "connection=okta rights=,",
		"connection=okta from=10.0.0.0/33", "connection=okta from=",
		"connection=okta from=10.0.0.0/8 from=example.com",
		"connection=okta from=10.0.0.0/8,", "connection=okta rate=x",
		"connection=okta dry-run=1 expires=700000",
		"connection=okta name=a\x01" "b"
	};
	size_t	 i;

	(void)unused;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(CTL(token_create, .options = bad[i]),
		    VERDICT_bad_request);
	assert_int_equal(CTL(token_create, .options = ""),
	    VERDICT_ambiguous);
	assert_int_equal(CTL(token_create, .options = "connection=none"),
	    VERDICT_no_connection_named);
	assert_int_equal(CTL(token_create, .organization = "nobody",
	    .options = "connection=okta"), VERDICT_no_organization_named);
	assert_int_equal(query("SELECT count(*) FROM token WHERE lifetime"
	    " > 0"), 0);
	assert_int_equal(audited("hfsso.token_create"), 0);
}

/* --- using -------------------------------------------------------------- */

static void
octets(void **unused)
{
	char	*base64, text[1200];

	(void)unused;
	make("connection=okta");
	base64 = base64_encode(secret, strlen(secret));
	assert_int_equal(bearer(base64, strlen(base64), "::1"), VERDICT_ok);
	free(base64);
	base64 = base64url_encode(secret, strlen(secret));
	assert_int_equal(bearer(base64, strlen(base64), "::1"), VERDICT_ok);
	free(base64);
	assert_int_equal(bearer("", 0, "::1"), VERDICT_token_missing);
	assert_int_equal(bearer(secret, strlen(secret) - 1, "::1"),
	    VERDICT_token_unknown);
	assert_int_equal(bearer(secret, strlen(secret) + 1, "::1"),
	    VERDICT_token_unknown);
	strlcpy(text, secret, sizeof(text));
	text[0] = 'H';
	assert_int_equal(bearer(text, strlen(text), "::1"),
	    VERDICT_token_unknown);
	strlcpy(text, secret, sizeof(text));
	text[20] = '\0';
	assert_int_equal(bearer(text, strlen(secret), "::1"),
	    VERDICT_token_unknown);
	text[20] = (char)0xff;
	assert_int_equal(bearer(text, strlen(secret), "::1"),
	    VERDICT_token_unknown);
	memset(text, 'A', sizeof(text));
	assert_int_equal(bearer(text, sizeof(text), "::1"),
	    VERDICT_token_unknown);
	memcpy(text, TOKEN_PREFIX, sizeof(TOKEN_PREFIX) - 1);
	assert_int_equal(bearer(text, TOKEN_TEXT - 1, "::1"),
	    VERDICT_token_unknown);
	assert_int_equal(use("::1"), VERDICT_ok);
}

static void
networks(void **unused)
{
	(void)unused;
	make("connection=okta from=192.0.2.0/24 from=2001:db8::/32");
	assert_int_equal(use("192.0.2.77"), VERDICT_ok);
	/* The same, mapped. */
	assert_int_equal(use("::ffff:192.0.2.77"), VERDICT_ok);
	assert_int_equal(use("2001:db8:1::1"), VERDICT_ok);
	assert_int_equal(use("192.0.3.1"), VERDICT_token_elsewhere);
	assert_int_equal(use("::1"), VERDICT_token_elsewhere);
	assert_int_equal(use("::192.0.2.77"), VERDICT_token_elsewhere);
	/* A list that can't be read admits nobody. */
	execute("UPDATE token SET networks = 'all' WHERE networks <> ''");
	tokens_stale(&state.tokens, 0);
	assert_int_equal(use("192.0.2.77"), VERDICT_token_elsewhere);
}

static void
expires(void **unused)
{
	(void)unused;
	fixture_time = clock_now() + 10;
	make("connection=okta expires=100");
	assert_int_equal(use("::1"), VERDICT_ok);
	fixture_time += 99;
	assert_int_equal(use("::1"), VERDICT_ok);
	fixture_time++;
	assert_int_equal(use("::1"), VERDICT_token_expired);
	fixture_restart();
	assert_int_equal(use("::1"), VERDICT_token_expired);
}

static void
another_organization(void **unused)
{
	(void)unused;
	make("connection=okta");
	/* One that the file does not name any more has no tokens. */
	acme.connection_count = 0;
	fixture_use();
	assert_int_equal(use("::1"), VERDICT_token_unknown);
	acme.connection_count = 2;
	acme_connections[0].enabled = false;
	fixture_use();
	assert_int_equal(use("::1"), VERDICT_ok);
	acme.name = "other";
	fixture_use();
	assert_int_equal(use("::1"), VERDICT_token_unknown);
}

/* A burst of two seconds, then so many in a second. */
static void
rate(void **unused)
{
	int	 i;

	(void)unused;
	make("connection=okta rate=5");
	ms = 1000;
	for (i = 0; i < 10; i++)
		assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(use("::1"), VERDICT_too_many);
	ms += 199;
	assert_int_equal(use("::1"), VERDICT_too_many);
	ms += 1;
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(use("::1"), VERDICT_too_many);
	/* It is the token's own. */
	make("connection=okta rate=5");
	assert_int_equal(use("::1"), VERDICT_ok);
	make("connection=okta rate=0");
	for (i = 0; i < 50; i++)
		assert_int_equal(use("::1"), VERDICT_ok);
}

static void
last_use(void **unused)
{
	int64_t	 now;

	(void)unused;
	fixture_time = clock_now() + 10;
	make("connection=okta");
	assert_false(tokens_due(&state.tokens, fixture_time, true));
	assert_int_equal(use("192.0.2.9"), VERDICT_ok);
	now = fixture_time;
	assert_true(tokens_due(&state.tokens, now, false));
	assert_true(store_begin(state.store));
	tokens_write(&state.tokens, state.store);
	assert_true(store_commit(state.store));
	tokens_written(&state.tokens, now);
	assert_int_equal(query("SELECT used FROM token WHERE used_from ="
	    " '192.0.2.9'"), now);
	assert_int_equal(use("192.0.2.9"), VERDICT_ok);
	assert_false(tokens_due(&state.tokens, now + 59, false));
	assert_true(tokens_due(&state.tokens, now + 59, true));
	assert_true(tokens_due(&state.tokens, now + 60, false));
}

/* What was refused is counted by connection, and a stranger's by none. */
static void
counted(void **unused)
{
	(void)unused;
	make("connection=okta from=10.0.0.0/8");
	assert_int_equal(use("192.0.2.9"), VERDICT_token_elsewhere);
	assert_string_equal(state.tokens.where, "acme/okta");
	assert_int_equal(bearer("x", 1, "192.0.2.9"), VERDICT_token_unknown);
	assert_string_equal(state.tokens.where, "");
	assert_int_equal(bearer("", 0, "192.0.2.9"), VERDICT_token_missing);
	assert_int_equal(state.refusals.table.count, 2);
}

/* --- ending ------------------------------------------------------------- */

static void
revoked(void **unused)
{
	(void)unused;
	make("connection=okta");
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(CTL(token_revoke, .name = "0123456789abcdef"),
	    VERDICT_no_token_named);
	assert_int_equal(CTL(token_revoke, .name = id,
	    .organization = "nobody"), VERDICT_no_organization_named);
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(CTL(token_revoke, .name = id), VERDICT_ok);
	assert_int_equal(use("::1"), VERDICT_token_unknown);
	assert_int_equal(CTL(token_revoke, .name = id), VERDICT_already);
	assert_int_equal(CTL(token_rotate, .name = id),
	    VERDICT_no_token_named);
	fixture_restart();
	assert_int_equal(use("::1"), VERDICT_token_unknown);
	assert_int_equal(audited("hfsso.token_revoke"), 1);
}

static void
rotated(void **unused)
{
	char	 before[80], old[TOKEN_ID];

	(void)unused;
	fixture_time = clock_now() + 10;
	make("connection=okta name=Okta expires=200000 rights=users,read "
	    "profile=okta from=::1");
	strlcpy(before, secret, sizeof(before));
	strlcpy(old, id, sizeof(old));
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(CTL(token_rotate, .name = old,
	    .options = "overlap=x"), VERDICT_bad_request);
	assert_int_equal(CTL(token_rotate, .name = old,
	    .options = "overlap=100"), VERDICT_ok);
	strlcpy(secret, ctl_text("token"), sizeof(secret));
	assert_string_not_equal(secret, before);
	assert_string_not_equal(ctl_text("id"), old);
	assert_int_equal(ctl_number("expires"), fixture_time + 200000);
	assert_int_equal(query("SELECT count(*) FROM token WHERE name ="
	    " 'Okta' AND rights = 5 AND profile = 3 AND networks = '::1'"),
	    2);
	/* Both for a while. */
	fixture_time += 99;
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(bearer(before, strlen(before), "::1"), VERDICT_ok);
	fixture_time++;
	assert_int_equal(bearer(before, strlen(before), "::1"),
	    VERDICT_token_expired);
	assert_int_equal(use("::1"), VERDICT_ok);
	assert_int_equal(use("::2"), VERDICT_token_elsewhere);
}

/* Too many at a time; those that have ended don't count. */
static void
many(void **unused)
{
	int64_t	 i;

	(void)unused;
	for (i = query("SELECT count(*) FROM token"); i < LIMIT_TOKENS; i++)
		make("connection=okta");
	assert_int_equal(CTL(token_create, .options = "connection=okta"),
	    VERDICT_too_many);
	assert_int_equal(CTL(token_rotate, .name = id), VERDICT_too_many);
	assert_int_equal(CTL(token_revoke, .name = id), VERDICT_ok);
	make("connection=okta");
}

static void
lists(void **unused)
{
	struct address	 a;
	unsigned int	 set;
	char		 text[64];

	(void)unused;
	assert_true(token_rights_parse("links,users", &set));
	assert_int_equal(set, RIGHT_USERS | RIGHT_LINKS);
	token_rights_text(set, text);
	assert_string_equal(text, "users,links");
	assert_false(token_rights_parse("", &set));
	assert_false(token_rights_parse("users,,read", &set));
	assert_false(token_rights_parse("user", &set));
	assert_true(token_networks_valid(""));
	assert_false(token_networks_valid("10.0.0.0/8,,::1"));
	assert_false(token_networks_valid(" 10.0.0.0/8"));
	assert_true(address_parse("10.1.2.3", &a));
	assert_true(token_networks_have("::1,10.0.0.0/8", &a));
	assert_true(token_networks_have("::ffff:10.0.0.0/104", &a));
	assert_false(token_networks_have("::1,x", &a));
	assert_false(token_networks_have("11.0.0.0/8", &a));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, users_end)
	const struct CMUnitTest tests[] = {
		TEST(created), TEST(refused_options), TEST(octets),
		TEST(networks), TEST(expires), TEST(another_organization),
		TEST(rate), TEST(last_use), TEST(counted), TEST(revoked), TEST(rotated),
		TEST(many), TEST(lists)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
