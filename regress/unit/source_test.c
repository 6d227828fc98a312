/*
 * Units of documents by address, with a fetch and a policy that do as they
 * are told, and a clock that stands still until it is moved.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/view.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/status.h"
#include "regress/unit/jose_fixture.h"
#include "regress/unit/saml_fixture.h"

#define METADATA	"https://idp.example.org/metadata.xml"
#define ISSUER		"https://op.example"
#define DISCOVERY	ISSUER "/.well-known/openid-configuration"

/* The clock. */
static int64_t			 now, ms;
int64_t	 __wrap_clock_now(void);
int64_t	 __wrap_clock_ms(void);

static struct event_base	*base;
static struct peer		 policy = { .kinds = KIND_POLICY };
static struct peer		 fetch = { .kinds = KIND_FETCH };
static bool			 no_policy, no_fetch;

/* What was asked of fetch; the last is open. */
static unsigned int		 asked;
static char			 url[256], etag[64];
static ask_fn			*answer_to;
static void			*answer_arg;

/* What policy was told. */
static unsigned int		 kept_asked, kept;
static struct document		 last_kept;
static char			 kept_url[256];

/* What those who waited heard. */
static unsigned int		 heard;
static enum verdict		 heard_verdict;

static const char		*op_origins[] = { "https://op.example:443" };
static struct verifier_connection connections[2];
static struct verifier_organization organization = { .name = "acme",
    .connection_count = 2, .connections = connections };
static struct verifier_view	 view = {
    .public_url = "https://hub.example.com", .group = "default",
    .organization_count = 1, .organizations = &organization };
static struct writer		 octets[2];
static struct config		*config;
static struct source		*saml, *oidc;

int64_t
__wrap_clock_now(void)
{
	return now;
}

int64_t
__wrap_clock_ms(void)
{
	return ms;
}

struct event_base *
child_base(void)
{
	return base;
}

struct peer *
child_peer(enum process kind, const char *group)
{
	(void)group;
	if (kind == PROC_POLICY)
		return no_policy ? NULL : &policy;
	return no_fetch ? NULL : &fetch;
}

const struct view_file *
view_file(const struct view_files *files, const char *name)
{
	(void)files;
	(void)name;
	return NULL;
}

void
status_send(const struct connection *c)
{
	struct writer w;

	/* It can be written at any moment. */
	wire_init(&w, LIMIT_MESSAGE);
	source_records(c->source, &w);
	assert_false(w.bad);
	wire_free(&w);
}

void
peer_send(struct peer *peer, enum message m, uint64_t id,
    const struct writer *w)
{
	struct reader r;

	(void)id;
	assert_ptr_equal(peer, &policy);
	wire_read(&r, w->data, w->len);
	assert_true(document_get(&r, &last_kept));
	if (m == MESSAGE_document_ask)
		kept_asked++;
	else {
		assert_int_equal(m, MESSAGE_document_keep);
		strlcpy(kept_url, last_kept.url, sizeof(kept_url));
		kept++;
	}
}

uint64_t
ask_fetch(const struct fetch_request *q, ask_fn *fn, void *arg)
{
	assert_null(answer_to);
	assert_false(no_fetch);
	strlcpy(url, q->url, sizeof(url));
	strlcpy(etag, q->etag, sizeof(etag));
	answer_to = fn;
	answer_arg = arg;
	return ++asked;
}

void
ask_forget(uint64_t id)
{
	(void)id;
	answer_to = NULL;
}

/* fetch answers the open question. */
static void
give(enum fetch_result result, uint32_t status, const char *body,
    const char *tag)
{
	ask_fn *fn = answer_to;
	struct fetch_answer a;

	assert_non_null(fn);
	answer_to = NULL;
	memset(&a, 0, sizeof(a));
	a.organization = "acme";
	a.connection = "x";
	a.result = result;
	a.status = status;
	a.detail = a.type = "";
	a.etag = tag;
	a.max_age = -1;
	a.body = (struct bytes){ (const uint8_t *)body, strlen(body) };
	fn(answer_arg, &a);
}

static void
ok(const char *body)
{
	give(FETCH_ANSWERED, 200, body, "\"t\"");
}

/* policy answers what it was asked. */
static void
recall(const char *connection, enum document_kind kind, const char *from,
    const char *body)
{
	struct document d = { "acme", connection, kind, from, "\"k\"",
	    now - 100, false, { (const uint8_t *)body, strlen(body) } };
	struct writer w;
	struct reader r;

	wire_init(&w, LIMIT_FETCH_MESSAGE);
	document_put(&w, &d);
	wire_read(&r, w.data, w.len);
	source_kept(&policy, 0, &r);
	wire_free(&w);
}

static void
hear(void *arg, enum verdict v, const char *detail)
{
	(void)arg;
	assert_non_null(detail);
	heard++;
	heard_verdict = v;
}

static void
turn(void)
{
	event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* A configuration with one of the two. */
static void
use(size_t which)
{
	static size_t n;
	struct config *old = config;
	struct view_files none = { 0, NULL };
	struct writer *w = &octets[n++ % 2];
	struct reader r;

	organization.connection_count = 1;
	organization.connections = &connections[which];
	wire_free(w);
	wire_init(w, LIMIT_VIEW);
	verifier_view_put(w, &view);
	wire_read(&r, w->data, w->len);
	assert_null(config_build(&config, &r, &none));
	sources_use(config);
	config_free(old);
	saml = oidc = config_find(config, "acme", "")->source;
	assert_non_null(saml);
}

static char *
discovery(const char *jwks)
{
	char *s;

	if (asprintf(&s, "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\""
	    ":\"" ISSUER "/a\",\"token_endpoint\":\"" ISSUER "/t\","
	    "\"jwks_uri\":\"" ISSUER "%s\",\"response_types_supported\":"
	    "[\"code\"]}", jwks) == -1)
		abort();
	return s;
}

/* A set of one or two keys; static. */
static const char *
set(enum jf a, int b)
{
	static char *text;

	free(text);
	text = jf_set(jf_jwk(a, "a", ""), b < 0 ? NULL :
	    jf_jwk((enum jf)b, "b", ""), NULL);
	return text;
}

static int
setup(void **state)
{
	struct verifier_connection *s = &connections[0], *o = &connections[1];

	(void)state;
	if (base == NULL) {
		base = event_base_new();
		fixture_start();
		jose_start();
	}
	now = FIXTURE_NOW;
	ms += 1000000;
	no_policy = no_fetch = false;
	asked = kept_asked = kept = heard = 0;
	memset(s, 0, sizeof(*s));
	s->name = "sso";
	s->protocol = PROTOCOL_SAML;
	s->enabled = s->first = true;
	s->metadata_url = METADATA;
	memset(o, 0, sizeof(*o));
	o->name = "sso";
	o->protocol = PROTOCOL_OIDC;
	o->enabled = o->first = true;
	o->issuer = ISSUER;
	o->discovery_url = DISCOVERY;
	o->client_id = "client";
	o->max_age = -1;
	o->origins.count = 1;
	o->origins.list = op_origins;
	return 0;
}

/* Drop everything, as a reload with nothing in it. */
static int
teardown(void **state)
{
	struct view_files none = { 0, NULL };
	struct config *old = config;
	struct writer w;
	struct reader r;

	(void)state;
	organization.connection_count = 0;
	wire_init(&w, LIMIT_VIEW);
	verifier_view_put(&w, &view);
	wire_read(&r, w.data, w.len);
	assert_null(config_build(&config, &r, &none));
	sources_use(config);
	config_free(old);
	config_free(config);
	config = NULL;
	wire_free(&w);
	answer_to = NULL;
	return 0;
}

/* Metadata that policy has nothing of, then the provider's. */
static void
saml_begun(void)
{
	char *text = fixture_metadata(FIXTURE_IDP);

	use(0);
	assert_int_equal(kept_asked, 1);
	recall("sso", DOCUMENT_METADATA, "", "");
	assert_int_equal(asked, 1);
	assert_string_equal(url, METADATA);
	assert_string_equal(etag, "");
	ok(text);
	free(text);
	assert_non_null(source_idp(saml));
	assert_int_equal(kept, 1);
}

static void
oidc_begun(const char *keys)
{
	char *text = discovery("/j");

	use(1);
	recall("sso", DOCUMENT_DISCOVERY, "", "");
	recall("sso", DOCUMENT_KEYS, "", "");
	assert_string_equal(url, DISCOVERY);
	ok(text);
	free(text);
	assert_string_equal(url, ISSUER "/j");
	ok(keys);
	assert_non_null(source_discovery(oidc));
	assert_non_null(source_keys(oidc));
	assert_null(answer_to);
}

static void
starts(void **state)
{
	char *text;

	(void)state;
	saml_begun();
	/* The same again: nothing is kept, the tag is shown. */
	source_refresh(saml, hear, NULL);
	assert_string_equal(etag, "\"t\"");
	give(FETCH_ANSWERED, 304, "", "");
	assert_int_equal(heard, 1);
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_int_equal(kept, 1);
	/* After a day it must come whole, and is kept again. */
	now += 86400;
	source_refresh(saml, hear, NULL);
	assert_string_equal(etag, "");
	text = fixture_metadata(FIXTURE_IDP);
	ok(text);
	free(text);
	assert_int_equal(kept, 2);
}

static void
kept_first(void **state)
{
	char *text = fixture_metadata(FIXTURE_IDP);

	(void)state;
	use(0);
	source_wait(saml, hear, NULL);
	assert_int_equal(heard, 0);
	recall("sso", DOCUMENT_METADATA, METADATA, text);
	/* Nobody waits for the provider, which is asked all the same. */
	assert_int_equal(heard, 1);
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_non_null(source_idp(saml));
	assert_string_equal(etag, "\"k\"");
	give(FETCH_UNREACHABLE, 0, "", "");
	assert_non_null(source_idp(saml));
	assert_true(source_failing(saml));
	/* Too late, and not asked for. */
	recall("sso", DOCUMENT_METADATA, METADATA, "<x/>");
	recall("other", DOCUMENT_METADATA, METADATA, text);
	assert_non_null(source_idp(saml));
	free(text);
}

static void
kept_elsewhere(void **state)
{
	char *text = fixture_metadata(FIXTURE_IDP);

	(void)state;
	/* What is from another address, or no metadata, is not used. */
	use(0);
	recall("sso", DOCUMENT_METADATA, METADATA "?", text);
	assert_null(source_idp(saml));
	assert_int_equal(asked, 1);
	teardown(NULL);
	use(0);
	recall("sso", DOCUMENT_METADATA, METADATA, "<x/>");
	assert_null(source_idp(saml));
	free(text);
}

static void
unreachable(void **state)
{
	int i;

	(void)state;
	use(0);
	recall("sso", DOCUMENT_METADATA, "", "");
	for (i = 0; i < 5; i++)
		source_wait(saml, hear, NULL);
	assert_int_equal(asked, 1);
	give(FETCH_TIMEOUT, 0, "", "");
	assert_int_equal(heard, 5);
	assert_int_equal(heard_verdict, VERDICT_provider_unreachable);
	/* It is not asked for every login. */
	ms += 4999;
	source_wait(saml, hear, NULL);
	assert_int_equal(heard, 6);
	assert_int_equal(asked, 1);
	ms += 1;
	source_wait(saml, hear, NULL);
	assert_int_equal(asked, 2);
	give(FETCH_ANSWERED, 500, "sorry", "");
	assert_int_equal(heard, 7);
	assert_int_equal(heard_verdict, VERDICT_provider_answer);
	/* 304 to a question without a tag is no answer. */
	ms += 5000;
	source_wait(saml, hear, NULL);
	give(FETCH_ANSWERED, 304, "", "");
	assert_int_equal(heard_verdict, VERDICT_provider_answer);
}

/* A provider that takes the question and never answers. */
static void
hangs(void **state)
{
	char *text = fixture_metadata(FIXTURE_IDP);
	int i;

	(void)state;
	use(0);
	recall("sso", DOCUMENT_METADATA, "", "");
	give(FETCH_TIMEOUT, 0, "", "");
	ms += 5000;
	source_wait(saml, hear, NULL);
	assert_int_equal(asked, 2);
	/* After a failure a second is all that a login waits. */
	for (i = 0; i < 30 && heard == 0; i++) {
		usleep(100000);
		turn();
	}
	assert_int_equal(heard, 1);
	assert_in_range(i, 8, 20);
	assert_int_equal(heard_verdict, VERDICT_provider_unreachable);
	/* The question is still open: nobody waits for it now. */
	source_wait(saml, hear, NULL);
	assert_int_equal(heard, 2);
	assert_int_equal(heard_verdict, VERDICT_provider_unreachable);
	/* But its answer is taken. */
	assert_int_equal(asked, 2);
	ok(text);
	source_wait(saml, hear, NULL);
	assert_int_equal(heard, 3);
	assert_int_equal(heard_verdict, VERDICT_ok);
	free(text);
}

static void
without_peers(void **state)
{
	char *text = fixture_metadata(FIXTURE_IDP);

	(void)state;
	no_policy = no_fetch = true;
	use(0);
	source_wait(saml, hear, NULL);
	turn();
	assert_int_equal(heard, 0);
	no_policy = false;
	sources_joined(&policy);
	assert_int_equal(kept_asked, 1);
	recall("sso", DOCUMENT_METADATA, "", "");
	assert_int_equal(asked, 0);
	no_fetch = false;
	sources_joined(&fetch);
	assert_int_equal(asked, 1);
	/* fetch falls: whoever waits is served by the next one. */
	no_fetch = true;
	give(FETCH_LOST, 0, "", "");
	assert_int_equal(heard, 0);
	no_fetch = false;
	sources_joined(&fetch);
	assert_int_equal(asked, 2);
	ok(text);
	assert_int_equal(heard, 1);
	assert_int_equal(heard_verdict, VERDICT_ok);
	free(text);
}

/* A refresh brings this: refused, and the good one stays. */
static void
stays(const char *text, enum verdict v)
{
	heard = 0;
	source_refresh(saml, hear, NULL);
	ok(text);
	assert_int_equal(heard, 1);
	assert_int_equal(heard_verdict, v);
	assert_non_null(source_idp(saml));
	assert_string_equal(source_idp(saml)->entity_id, FIXTURE_IDP);
}

static void
refuses(void **state)
{
	const struct edit old[] = { { " entityID=",
	    " validUntil=\"2026-01-01T00:00:00Z\" entityID=" }, { NULL, NULL } };
	const struct edit soon[] = { { " entityID=",
	    " cacheDuration=\"PT10M\" validUntil=\"2026-01-03T00:00:00Z\" "
	    "entityID=" }, { NULL, NULL } };
	char *text;

	(void)state;
	saml_begun();
	stays("", VERDICT_provider_answer);
	stays("<x/>", VERDICT_provider_answer);
	text = fixture_metadata("https://evil.example");
	stays(text, VERDICT_provider_answer);
	free(text);
	text = fixture_edit(fixture_metadata(FIXTURE_IDP), old);
	stays(text, VERDICT_provider_answer);
	free(text);
	text = fixture_edit(fixture_metadata(FIXTURE_IDP), soon);
	stays(text, VERDICT_ok);
	assert_int_equal(source_idp(saml)->cache, 600);
	free(text);
	/* When it ends it is used no more. */
	now = source_idp(saml)->valid_until - 1;
	assert_non_null(source_idp(saml));
	now++;
	assert_null(source_idp(saml));
}

static void
rolls(void **state)
{
	const struct jwk_set *keys;

	(void)state;
	oidc_begun(set(JF_RSA, -1));
	assert_int_equal(source_keys(oidc)->count, 1);
	/* Old and new, then new alone: used at once. */
	source_rekey(oidc, hear, NULL);
	assert_string_equal(url, ISSUER "/j");
	ok(set(JF_RSA, JF_P256));
	assert_int_equal(heard, 1);
	assert_int_equal(source_keys(oidc)->count, 2);
	source_rekey(oidc, hear, NULL);
	ok(set(JF_P256, -1));
	assert_int_equal(heard, 2);
	assert_int_equal(source_keys(oidc)->count, 1);
	assert_false(last_kept.replaced);
	/* Every key is another: it must be said twice. */
	source_rekey(oidc, hear, NULL);
	ok(set(JF_RSA2, -1));
	assert_int_equal(heard, 2);
	keys = source_keys(oidc);
	assert_int_equal(keys->list[0].type, JWK_P256);
	assert_string_equal(etag, "");
	ok(set(JF_RSA2, -1));
	assert_int_equal(heard, 3);
	assert_int_equal(source_keys(oidc)->list[0].type, JWK_RSA);
	assert_true(last_kept.replaced);
}

static void
doubts(void **state)
{
	(void)state;
	oidc_begun(set(JF_RSA, -1));
	/* Another each time: none of them is believed. */
	source_refresh(oidc, hear, NULL);
	give(FETCH_ANSWERED, 304, "", "");
	ok(set(JF_RSA2, -1));
	ok(set(JF_P256, -1));
	assert_int_equal(heard, 1);
	assert_int_equal(source_keys(oidc)->list[0].type, JWK_RSA);
	/* The old ones again: nothing was amiss. */
	source_rekey(oidc, hear, NULL);
	ok(set(JF_RSA, -1));
	assert_int_equal(heard, 2);
	source_rekey(oidc, hear, NULL);
	ok(set(JF_P256, -1));
	/* What was said once before the old ones came counts no more. */
	assert_int_equal(heard, 2);
	give(FETCH_TIMEOUT, 0, "", "");
	assert_int_equal(heard, 3);
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_int_equal(source_keys(oidc)->list[0].type, JWK_RSA);
}

static void
throttled(void **state)
{
	int i;

	(void)state;
	oidc_begun(set(JF_RSA, -1));
	asked = 0;
	/* Many at once share one. */
	for (i = 0; i < 10; i++)
		source_rekey(oidc, hear, NULL);
	assert_int_equal(asked, 1);
	assert_true(source_rekey_ready(oidc));
	ok(set(JF_RSA, -1));
	assert_int_equal(heard, 10);
	for (i = 0; i < 2; i++) {
		source_rekey(oidc, hear, NULL);
		ok(set(JF_RSA, -1));
	}
	assert_int_equal(asked, 3);
	assert_int_equal(heard, 12);
	/* The throttle is closed: at once, and nothing is fetched. */
	assert_false(source_rekey_ready(oidc));
	source_rekey(oidc, hear, NULL);
	assert_int_equal(heard, 13);
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_int_equal(asked, 3);
	/* But not for what came from the provider itself, which has its own. */
	for (i = 0; i < 3; i++) {
		source_rekey_told(oidc, hear, NULL);
		ok(set(JF_RSA, -1));
	}
	assert_int_equal(asked, 6);
	assert_int_equal(heard, 16);
	source_rekey_told(oidc, hear, NULL);
	assert_int_equal(asked, 6);
	assert_int_equal(heard, 17);
	ms += 10000;
	source_rekey(oidc, hear, NULL);
	assert_int_equal(asked, 7);
}

static void
moves(void **state)
{
	char *text;

	(void)state;
	oidc_begun(set(JF_RSA, -1));
	/* The keys lie elsewhere now: they are fetched from there. */
	source_refresh(oidc, hear, NULL);
	text = discovery("/k");
	ok(text);
	free(text);
	assert_string_equal(url, ISSUER "/k");
	assert_string_equal(etag, "");
	/* The same keys, but policy must know where they are from now. */
	ok(set(JF_RSA, -1));
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_string_equal(kept_url, ISSUER "/k");
	source_refresh(oidc, hear, NULL);
	text = discovery("/k");
	ok(text);
	free(text);
	ok(set(JF_RSA, JF_P256));
	assert_int_equal(heard_verdict, VERDICT_ok);
	/* Another issuer: never. */
	source_refresh(oidc, hear, NULL);
	ok("{\"issuer\":\"https://evil.example\"}");
	ok(set(JF_RSA, JF_P256));
	assert_int_equal(heard_verdict, VERDICT_provider_answer);
	assert_string_equal(source_discovery(oidc)->issuer, ISSUER);
}

static void
moves_unsaid(void **state)
{
	char *text = discovery("/k");

	(void)state;
	oidc_begun(set(JF_RSA, -1));
	/* Discovery is of this moment: the provider has lost its keys. */
	source_rekey(oidc, hear, NULL);
	give(FETCH_ANSWERED, 404, "", "");
	assert_int_equal(heard, 1);
	assert_null(answer_to);
	/* It may be old: whoever waits for a key has it after one more. */
	now += 60;
	source_rekey(oidc, hear, NULL);
	assert_string_equal(url, ISSUER "/j");
	give(FETCH_ANSWERED, 404, "", "");
	assert_string_equal(url, DISCOVERY);
	ok(text);
	free(text);
	assert_string_equal(url, ISSUER "/k");
	ok(set(JF_RSA, JF_P256));
	assert_int_equal(heard, 2);
	assert_int_equal(heard_verdict, VERDICT_ok);
	assert_int_equal(source_keys(oidc)->count, 2);
	/* And what is not there either is not looked for again and again. */
	now += 60;
	source_rekey(oidc, hear, NULL);
	give(FETCH_UNREACHABLE, 0, "", "");
	assert_string_equal(url, DISCOVERY);
	give(FETCH_UNREACHABLE, 0, "", "");
	assert_int_equal(heard, 3);
	ms += 60000;
	source_rekey(oidc, hear, NULL);
	give(FETCH_UNREACHABLE, 0, "", "");
	assert_int_equal(heard, 4);
	assert_null(answer_to);
	assert_int_equal(source_keys(oidc)->count, 2);
}

static void
reloads(void **state)
{
	struct source *before;

	(void)state;
	saml_begun();
	before = saml;
	use(0);
	assert_ptr_equal(saml, before);
	assert_non_null(source_idp(saml));
	assert_int_equal(asked, 1);
	/* Who waits for one that goes hears so. */
	connections[0].metadata_url = METADATA "2";
	source_refresh(saml, hear, NULL);
	use(0);
	assert_int_equal(heard, 1);
	assert_int_equal(heard_verdict, VERDICT_provider_unreachable);
	assert_null(source_idp(saml));
	recall("sso", DOCUMENT_METADATA, METADATA, "");
	assert_string_equal(url, METADATA "2");
}

int
main(void)
{
#define UNIT(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		UNIT(starts), UNIT(kept_first), UNIT(kept_elsewhere),
		UNIT(unreachable), UNIT(hangs), UNIT(without_peers),
		UNIT(refuses), UNIT(rolls), UNIT(doubts), UNIT(throttled),
		UNIT(moves), UNIT(moves_unsaid), UNIT(reloads),
	};
	int failed;

	failed = cmocka_run_group_tests(tests, NULL, NULL);
	set(JF_RSA, -1);
	wire_free(&octets[0]);
	wire_free(&octets[1]);
	event_base_free(base);
	return failed;
}
