/*
 * Units of hfssod/policy/connection.c and document.c, of how show.c shows
 * connections, and of a store of schema version 2 that becomes today's.
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
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/policy/connection.h"
#include "hfssod/policy/control.h"
#include "hfssod/policy/document.h"
#include "hfssod/policy/access.h"
#include "hfssod/policy/show.h"
#include "hfssod/policy/show_page.h"
#include "turn_fixture.h"

#define VERB(name, answer, refuse, flags) static const struct verb \
    verb_##name = { MESSAGE_##name, MESSAGE_##answer, name, refuse, flags }
VERB(connection_enable, ctl_result, result_refuse, VERB_WRITES);
VERB(connection_disable, ctl_result, result_refuse, VERB_WRITES);
VERB(connection_status, none, turn_none, VERB_WRITES);
VERB(document_keep, none, turn_none, VERB_WRITES);
VERB(document_ask, document_kept, turn_none, 0);

/* --- switching ----------------------------------------------------------- */

static enum verdict
switch_it(const struct verb *verb, const char *organization,
    const char *name, struct result *result)
{
	struct writer	 w;
	struct reader	 r;

	ctl_begin(&w, organization, name);
	ask(verb, &parent, &w);
	end_turn();
	state.group = "default";	/* for logins without a turn */
	assert_true(sent_count > 0);
	assert_ptr_equal(sent[0].peer, &parent);
	assert_int_equal(sent[0].message, MESSAGE_ctl_result);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(result_get(&r, result));
	return result->verdict;
}

/* That and nothing but one answer. */
static void
refused(const struct verb *verb, const char *organization, const char *name,
    enum verdict v)
{
	struct result	 result;
	int64_t		 audits = query("SELECT count(*) FROM audit");

	assert_int_equal(switch_it(verb, organization, name, &result), v);
	assert_int_equal(sent_count, 1);
	assert_int_equal(query("SELECT count(*) FROM audit"), audits);
	assert_int_equal(query("SELECT sum(switched_off) FROM connection"),
	    0);
}

/* The verifier was told so, after the answer. */
static void
told(size_t i, const char *name, bool off)
{
	struct connection_switch	 s;
	struct reader			 r;

	assert_true(i < sent_count);
	assert_ptr_equal(sent[i].peer, &verifier);
	assert_int_equal(sent[i].message, MESSAGE_connection_switch);
	wire_read(&r, sent[i].data, sent[i].len);
	assert_true(connection_switch_get(&r, &s));
	assert_string_equal(s.organization, "acme");
	assert_string_equal(s.connection, name);
	assert_int_equal(s.off, off);
}

static void
switches(void **unused)
{
	struct result	 result;

	(void)unused;
	assert_int_equal(login_as("ada"), VERDICT_ok);
	assert_int_equal(login_as("ben"), VERDICT_ok);
	assert_int_equal(switch_it(&verb_connection_disable, "acme", "okta",
	    &result), VERDICT_ok);
	assert_non_null(strstr(result.detail, "2 live sessions"));
	assert_int_equal(sent_count, 2);
	told(1, "okta", true);
	/* Nobody comes in any more, nobody is put out. */
	assert_int_equal(login_as("ada"), VERDICT_connection_disabled);
	assert_int_equal(state.sessions.by_key.count, 2);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'org.settings.sso.disable'"), 1);
	fixture_restart();
	assert_int_equal(login_as("ada"), VERDICT_connection_disabled);
	/* A reload does not bring it back, a verifier hears when it joins. */
	fixture_use();
	assert_int_equal(login_as("ada"), VERDICT_connection_disabled);
	forget_sent();
	connection_tell(&verifier);
	assert_int_equal(sent_count, 1);
	told(0, "okta", true);
	connection_tell(&verifier_apart);
	connection_tell(&http);
	assert_int_equal(sent_count, 1);
	/* Twice is as good as once; then on again. */
	assert_int_equal(switch_it(&verb_connection_disable, "acme", "okta",
	    &result), VERDICT_ok);
	assert_int_equal(switch_it(&verb_connection_enable, "acme", "okta",
	    &result), VERDICT_ok);
	told(1, "okta", false);
	assert_int_equal(login_as("ada"), VERDICT_ok);
	forget_sent();
	connection_tell(&verifier);
	assert_int_equal(sent_count, 0);
	/* The verifier is away: it will hear when it is back. */
	no_verifier = true;
	assert_int_equal(switch_it(&verb_connection_disable, "acme", "okta",
	    &result), VERDICT_ok);
	assert_int_equal(sent_count, 1);
	no_verifier = false;
	connection_tell(&verifier);
	told(1, "okta", true);
}

static void
no_switch(void **unused)
{
	(void)unused;
	refused(&verb_connection_disable, "beta", "okta",
	    VERDICT_no_organization_named);
	refused(&verb_connection_disable, "acme", "none",
	    VERDICT_no_connection_named);
	refused(&verb_connection_disable, "acme", "",
	    VERDICT_no_connection_named);
	refused(&verb_connection_enable, "", "", VERDICT_no_organization_named);
	acme_connections[0].enabled = false;
	fixture_use();
	refused(&verb_connection_enable, "acme", "okta",
	    VERDICT_configured_off);
	acme_connections[0].enabled = true;
	acme.connection_count = 1;
	fixture_use();
	refused(&verb_connection_disable, "acme", "entra",
	    VERDICT_no_connection_named);
	execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN"
	    " SELECT RAISE(ABORT, 'full'); END");
	refused(&verb_connection_disable, "acme", "okta",
	    VERDICT_unavailable);
	execute("DROP TRIGGER full");
	assert_int_equal(login_as("ada"), VERDICT_ok);
}

/* --- documents ----------------------------------------------------------- */

static struct document
a_document(const char *connection, const char *body)
{
	struct document	 d;

	memset(&d, 0, sizeof(d));
	d.organization = "acme";
	d.connection = connection;
	d.kind = DOCUMENT_KEYS;
	d.url = "https://idp/keys";
	d.etag = "\"1\"";
	d.fetched = 1000;
	d.body = (struct bytes){ (const uint8_t *)body, strlen(body) };
	return d;
}

static void
keep(struct peer *from, const struct document *d)
{
	struct writer	 w;

	wire_init(&w, LIMIT_FETCH_MESSAGE);
	document_put(&w, d);
	ask(&verb_document_keep, from, &w);
	end_turn();
	assert_int_equal(sent_count, 0);
}

/* The body that is kept; until the next question. */
static struct bytes
kept(struct peer *from, const char *connection, enum document_kind kind)
{
	struct document	 d = a_document(connection, "");
	struct writer	 w;
	struct reader	 r;

	d.kind = kind;
	d.url = d.etag = "";
	d.fetched = 0;
	wire_init(&w, LIMIT_MESSAGE);
	document_put(&w, &d);
	ask(&verb_document_ask, from, &w);
	end_turn();
	assert_int_equal(sent_count, 1);
	assert_ptr_equal(sent[0].peer, from);
	assert_int_equal(sent[0].message, MESSAGE_document_kept);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(document_get(&r, &d));
	assert_string_equal(d.connection, connection);
	assert_int_equal(d.kind, kind);
	if (d.body.len > 0)
		assert_string_equal(d.url, "https://idp/keys");
	else
		assert_string_equal(d.url, "");
	return d.body;
}

static void
documents(void **unused)
{
	struct document	 d = a_document("okta", "one");
	struct bytes	 b;

	(void)unused;
	assert_int_equal(kept(&verifier, "okta", DOCUMENT_KEYS).len, 0);
	keep(&verifier, &d);
	b = kept(&verifier, "okta", DOCUMENT_KEYS);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "one", 3);
	/* Each kind and each connection has its own. */
	assert_int_equal(kept(&verifier, "okta", DOCUMENT_METADATA).len, 0);
	assert_int_equal(kept(&verifier, "entra", DOCUMENT_KEYS).len, 0);
	/* Not for another group, neither way; nor what is not configured. */
	assert_int_equal(kept(&verifier_apart, "okta", DOCUMENT_KEYS).len, 0);
	d = a_document("okta", "evil");
	d.replaced = true;
	keep(&verifier_apart, &d);
	d = a_document("none", "x");
	d.replaced = true;
	keep(&verifier, &d);
	d.organization = "beta";
	keep(&verifier, &d);
	assert_int_equal(query("SELECT count(*) FROM document"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"), 0);
	/* The same is written seldom, another at once, and told. */
	d = a_document("okta", "one");
	d.fetched = 1010;
	keep(&verifier, &d);
	assert_int_equal(query("SELECT fetched FROM document"), 1000);
	d.fetched = 9000;
	keep(&verifier, &d);
	assert_int_equal(query("SELECT fetched FROM document"), 9000);
	d = a_document("okta", "two");
	d.fetched = 9001;
	d.replaced = true;
	keep(&verifier, &d);
	fixture_restart();
	b = kept(&verifier, "okta", DOCUMENT_KEYS);
	assert_memory_equal(b.data, "two", 3);
	assert_int_equal(query("SELECT count(*) FROM document"), 1);
	assert_int_equal(query("SELECT count(*) FROM audit"
	    " WHERE type = 'hfsso.provider_keys_replaced'"), 1);
	d.body.len = 0;
	d.replaced = false;
	keep(&verifier, &d);
	assert_int_equal(query("SELECT count(*) FROM document"), 0);
}

/* The largest there is, both ways, many in a turn; and no flood. */
static void
large_documents(void **unused)
{
	struct document	 d = a_document("okta", "");
	struct writer	 w;
	uint8_t		*big;
	int		 i;

	(void)unused;
	assert_non_null(big = malloc(LIMIT_FETCH_METADATA));
	memset(big, 'x', LIMIT_FETCH_METADATA);
	d.body = (struct bytes){ big, LIMIT_FETCH_METADATA };
	keep(&verifier, &d);
	free(big);
	assert_int_equal(kept(&verifier, "okta", DOCUMENT_KEYS).len,
	    LIMIT_FETCH_METADATA);
	d = a_document("okta", "");
	for (i = 0; i < 40; i++) {
		wire_init(&w, LIMIT_MESSAGE);
		document_put(&w, &d);
		ask(&verb_document_ask, &verifier, &w);
	}
	end_turn();
	assert_int_equal(sent_count, 40);
	/* What would not be taken any more is told as not there. */
	assert_true(sent[0].len > LIMIT_FETCH_METADATA);
	assert_true(sent[39].len < 200);
}

/* --- status -------------------------------------------------------------- */

static void
tell_status(struct peer *from, const char *connection,
    const struct writer *records)
{
	struct connection_status	 s;
	struct writer			 w;

	s.organization = "acme";
	s.connection = connection;
	s.records = (struct bytes){ records->data, records->len };
	wire_init(&w, LIMIT_MESSAGE);
	connection_status_put(&w, &s);
	ask(&verb_connection_status, from, &w);
	end_turn();
	assert_int_equal(sent_count, 0);
}

static int64_t
statuses(void)
{
	return query("SELECT count(*) FROM connection_status");
}

static void
status_malformed(void **unused)
{
	struct writer	 w;

	(void)unused;
	wire_init(&w, LIMIT_MESSAGE);
	/* Nothing, no object, one cut short, two, one too many ends. */
	tell_status(&verifier, "okta", &w);
	record_string(&w, "", "x");
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_array(&w, "");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	tell_status(&verifier, "okta", &w);
	record_string(&w, "issuer", "x");
	tell_status(&verifier, "okta", &w);
	w.len--;
	tell_status(&verifier, "okta", &w);
	w.len++;
	record_end(&w);
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	record_end(&w);
	record_object(&w, "");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	/* A name where none is, none where one is, a type there is not. */
	wire_reset(&w);
	record_object(&w, "x");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	record_integer(&w, "", 1);
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	wire_put_u8(&w, RECORD_MAX);
	wire_put_string(&w, "x");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	assert_int_equal(statuses(), 0);
	wire_free(&w);
}

static void
status_too_much(void **unused)
{
	struct writer	 w;
	size_t		 i;

	(void)unused;
	wire_init(&w, LIMIT_MESSAGE);
	/* Too deep, too long, too many. */
	record_object(&w, "");
	for (i = 0; i < STATUS_DEPTH; i++)
		record_object(&w, "x");
	for (i = 0; i <= STATUS_DEPTH; i++)
		record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	for (i = 0; i <= STATUS_ITEMS; i++)
		record_null(&w, "x");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_reset(&w);
	record_object(&w, "");
	for (i = 0; i < STATUS_MOST / 64; i++)
		record_string(&w, "x", "0123456789012345678901234567890123456"
		    "78901234567890123456789");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	assert_int_equal(statuses(), 0);
	wire_free(&w);
}

static void
status(void **unused)
{
	struct writer	 w;

	(void)unused;
	wire_init(&w, LIMIT_MESSAGE);
	/* Of another group's verifier, or of no connection. */
	record_object(&w, "");
	record_string(&w, "issuer", "https://idp");
	record_array(&w, "keys");
	record_object(&w, "");
	record_time(&w, "expires", 5);
	record_end(&w);
	record_end(&w);
	record_end(&w);
	tell_status(&verifier_apart, "okta", &w);
	tell_status(&verifier, "none", &w);
	assert_int_equal(statuses(), 0);
	tell_status(&verifier, "okta", &w);
	tell_status(&verifier, "okta", &w);
	tell_status(&verifier, "entra", &w);
	assert_int_equal(statuses(), 2);
	wire_free(&w);
}

/* --- what is shown ------------------------------------------------------- */

static struct result	 result;
static char		 after[256];
static struct reader	 records;

static void
show(const char *organization, const char *name)
{
	static struct writer	 out;
	struct ctl_question	 q = { organization, name, "", "", after, false,
	    { 0, NULL } };
	struct store		*policys = state.store;
	struct writer		 w;
	struct reader		 r;

	wire_free(&out);
	wire_init(&out, LIMIT_MESSAGE);
	wire_init(&w, LIMIT_MESSAGE);
	wire_put_string(&w, "uid 0");
	ctl_question_put(&w, &q);
	wire_read(&r, w.data, w.len);
	state_reader(store_path);
	state.store = NULL;
	show_connections(NULL, &r, &out);
	store_close(state.store);
	state.store = policys;
	wire_free(&w);
	assert_false(out.bad);
	wire_read(&records, out.data, out.len);
	assert_true(result_get(&records, &result));
	strlcpy(after, wire_get_string(&records, sizeof(after) - 1),
	    sizeof(after));
}

/* How often that name has that string, or with NULL that number. */
static int
count(const char *name, const char *string, int64_t integer)
{
	struct reader		 r = records;
	struct record_item	 item;
	int			 n = 0;

	while (record_next(&r, &item))
		if (strcmp(item.name, name) == 0 && (string != NULL ?
		    strcmp(item.string, string) == 0 :
		    item.integer == integer))
			n++;
	assert_false(r.bad);
	return n;
}

/* As the sweep does it. */
static void
flush(void)
{
	assert_true(store_begin(state.store));
	directory_logins_write(state.directory, state.store);
	refusals_write(&state.refusals, state.store);
	assert_true(store_commit(state.store));
	directory_logins_written(state.directory, 0);
	refusals_written(&state.refusals);
}

static void
shown(void **unused)
{
	struct outcome	 o;
	struct writer	 w;

	(void)unused;
	acme_connections[1].protocol = PROTOCOL_OIDC;
	acme_connections[1].enabled = false;
	fixture_use();
	assert_int_equal(login_as("ada"), VERDICT_ok);
	assert_int_equal(login_as("ada"), VERDICT_ok);
	/* Refused before and after anything was proved; "" is the first. */
	o = an_outcome("ada", 1, 1);
	o.connection = "";
	o.verdict = VERDICT_saml_signature;
	assert_int_equal(run_login(&o)->verdict, VERDICT_saml_signature);
	assert_int_equal(run_login(&o)->verdict, VERDICT_saml_signature);
	acme_connections[0].jit = false;
	fixture_use();
	assert_int_equal(login_as("ben"), VERDICT_account_unknown);
	o = an_outcome("ada", 2, 2);
	o.connection = "entra";
	assert_int_equal(run_login(&o)->verdict, VERDICT_connection_disabled);
	assert_true(directory_logins_due(state.directory, 1, false));
	flush();
	assert_false(directory_logins_due(state.directory, 1, false));
	assert_false(directory_logins_due(state.directory, 100, true));
	wire_init(&w, LIMIT_MESSAGE);
	record_object(&w, "");
	record_string(&w, "issuer", "https://idp");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_free(&w);
	show("", "");
	assert_int_equal(result.verdict, VERDICT_ok);
	assert_int_equal(count("organization", "acme", 0), 2);
	assert_int_equal(count("name", "okta", 0), 1);
	assert_int_equal(count("protocol", "saml", 0), 1);
	assert_int_equal(count("protocol", "oidc", 0), 1);
	assert_int_equal(count("state", "enabled", 0), 1);
	assert_int_equal(count("state", "disabled", 0), 1);
	assert_int_equal(count("logins", NULL, 2), 1);
	assert_int_equal(count("logins", NULL, 0), 1);
	assert_int_equal(count("saml_signature", NULL, 2), 1);
	assert_int_equal(count("account_unknown", NULL, 1), 1);
	assert_int_equal(count("connection_disabled", NULL, 1), 1);
	assert_int_equal(count("issuer", "https://idp", 0), 1);
	assert_string_equal(after, "");
	/* Switched off shows, one alone shows, what is not there does not. */
	execute("UPDATE connection SET switched_off = 1");
	show("acme", "okta");
	assert_int_equal(count("name", "okta", 0), 1);
	assert_int_equal(count("name", "entra", 0), 0);
	assert_int_equal(count("state", "switched off", 0), 1);
	show("beta", "");
	assert_int_equal(result.verdict, VERDICT_no_organization_named);
	acme.connection_count = 1;
	fixture_use();
	show("acme", "");
	assert_int_equal(count("name", "entra", 0), 0);
	assert_int_equal(count("name", "okta", 0), 1);
}

static void
pages(void **unused)
{
	struct writer	 w;
	char		 sql[128];
	int		 i, n = 0, rounds = 0;

	(void)unused;
	wire_init(&w, LIMIT_MESSAGE);
	record_object(&w, "");
	for (i = 0; i < 200; i++)
		record_string(&w, "x", "0123456789012345678901234567890123456"
		    "78901234567890");
	record_end(&w);
	tell_status(&verifier, "okta", &w);
	wire_free(&w);
	assert_int_equal(statuses(), 1);
	for (i = 0; i < 20; i++) {
		snprintf(sql, sizeof(sql), "INSERT INTO connection"
		    " (id, organization, name, present, created)"
		    " VALUES (%d, 1, 'c%d', 1, 0)", 100 + i, i);
		execute(sql);
	}
	execute("INSERT INTO connection_status SELECT c.id, s.at, s.records"
	    " FROM connection AS c, connection_status AS s"
	    " WHERE c.id >= 100");
	do {
		show("", "");
		assert_int_equal(result.verdict, VERDICT_ok);
		n += count("protocol", "saml", 0);
	} while (after[0] != '\0' && ++rounds < 30);
	assert_int_equal(n, 22);
	assert_in_range(rounds, 2, 12);
}

/* --- an older store ------------------------------------------------------ */

/* A session, and what its owner has, are there as before. */
static void
upgraded(void **unused)
{
	struct login_answer	 a;
	struct session		*s;

	(void)unused;
	fixture_time = 4102444100;
	fixture_replace("regress/unit/store_2.sql");
	assert_int_equal(query("PRAGMA user_version"), 4);
	memset(&a, 0, sizeof(a));
	a.session = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	assert_non_null(s = session_of(&a));
	assert_true(session_live(s, fixture_time));
	assert_string_equal(s->person->account->name, "ada");
	assert_int_equal(s->person->account->members[0].role, ROLE_ADMIN);
	assert_int_equal(s->person->account->members[0].held_count, 1);
	assert_string_equal(s->stamps[0].connection->name, "okta");
	assert_int_equal(query("SELECT members FROM organization"), 2);
	assert_int_equal(query("SELECT count(*) FROM connection"
	    " WHERE protocol = 'saml' AND enabled AND NOT switched_off"), 2);
	assert_int_equal(query("SELECT sum(suspended) FROM membership"), 0);
	assert_int_equal(query("SELECT count(*) FROM stamp"
	    " WHERE hint IS NULL AND session_index = '_1'"), 1);
	/* And it is used as ever. */
	assert_int_equal(login_as("ada"), VERDICT_ok);
	assert_int_equal(login_as("ben"), VERDICT_ok);
	assert_int_equal(login_as("cyd"), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account"), 3);
	fixture_restart();
	assert_int_equal(state.sessions.by_key.count, 4);
	assert_int_equal(query("PRAGMA user_version"), 4);
}

static int
begin(void **unused)
{
	after[0] = '\0';
	no_verifier = false;
	return fixture_begin(unused);
}

static int
done(void **unused)
{
	forget_sent();
	return fixture_end(unused);
}

#define UNIT(f)	cmocka_unit_test_setup_teardown(f, begin, done)

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		UNIT(switches), UNIT(no_switch), UNIT(documents),
		UNIT(large_documents), UNIT(status_malformed),
		UNIT(status_too_much), UNIT(status), UNIT(shown), UNIT(pages),
		UNIT(upgraded)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
