/*
 * The configuration of what is fetched: issuers and other addresses, where
 * fetch may go, who is told what of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/limits.h"
#include "hfssod/parent/conf_view.h"
#include "hfssod/parent/value.h"
#include "conf_fixture.h"

#define CLIENT	"client id \"c\" secret file \"/s\"\n"
#define PIN	"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

/* One organization with one OpenID Connect connection of these lines. */
static struct conf *
oidc(const char *lines)
{
	char	 text[4096];

	snprintf(text, sizeof(text), HEAD "organization \"acme\" {\n"
	    "connection \"c\" oidc {\n%s}\n}\n", lines);
	return load(text);
}

static struct conf_connection *
only(struct conf *c)
{
	if (c == NULL)
		fail_msg("%s", errors.list[0]);
	return TAILQ_FIRST(&TAILQ_FIRST(&c->organizations)->connections);
}

static void
refused(const char *lines, const char *says)
{
	struct conf	*c;
	size_t		 i;

	if ((c = oidc(lines)) != NULL)
		fail_msg("accepted: %s", lines);
	for (i = 0; i < errors.count; i++) {
		if (strstr(errors.list[i], says) != NULL)
			return;
	}
	fail_msg("%s\nsays %s\nnot %s", lines, errors.list[0], says);
}

/* --- issuers ------------------------------------------------------------ */

static void
test_issuer(void **state)
{
	static const struct {
		const char	*given;
		const char	*issuer;
		const char	*discovery;
		const char	*origin;
	} list[] = {
		{ "https://idp.test", "https://idp.test",
		    "https://idp.test/.well-known/openid-configuration",
		    "https://idp.test:443" },
		{ "https://IdP.test:8443/realms/a",
		    "https://IdP.test:8443/realms/a",
		    "https://IdP.test:8443/realms/a/.well-known/"
		    "openid-configuration", "https://idp.test:8443" },
		/* The slash belongs to the issuer, not to the address. */
		{ "https://idp.test/", "https://idp.test/",
		    "https://idp.test/.well-known/openid-configuration",
		    "https://idp.test:443" },
		{ "https://login.microsoftonline.com/t/v2.0/.well-known/"
		    "openid-configuration",
		    "https://login.microsoftonline.com/t/v2.0",
		    "https://login.microsoftonline.com/t/v2.0/.well-known/"
		    "openid-configuration",
		    "https://login.microsoftonline.com:443" },
		/* Not the names of all tenants, but near them. */
		{ "https://login.microsoftonline.com/commons/v2.0",
		    "https://login.microsoftonline.com/commons/v2.0",
		    "https://login.microsoftonline.com/commons/v2.0/"
		    ".well-known/openid-configuration",
		    "https://login.microsoftonline.com:443" },
		{ "https://idp.test/common/v2.0",
		    "https://idp.test/common/v2.0",
		    "https://idp.test/common/v2.0/.well-known/"
		    "openid-configuration", "https://idp.test:443" },
		{ NULL, NULL, NULL, NULL }
	};
	struct conf_connection	*n;
	struct conf		*c;
	char			 text[512];
	size_t			 i;

	(void)state;
	for (i = 0; list[i].given != NULL; i++) {
		snprintf(text, sizeof(text), "issuer \"%s\"\n" CLIENT,
		    list[i].given);
		n = only(c = oidc(text));
		assert_string_equal(n->issuer, list[i].issuer);
		assert_string_equal(n->discovery_url, list[i].discovery);
		assert_int_equal(n->origins.count, 1);
		assert_string_equal(n->origins.list[0], list[i].origin);
		assert_true(n->fetches);
		conf_free(c);
	}
}

static void
test_issuer_refused(void **state)
{
	(void)state;
	refused(CLIENT, "no issuer");
	refused("issuer \"\"\n" CLIENT, "empty");
	refused("issuer \"ftp://idp.test\"\n" CLIENT, "no address");
	refused("issuer \"https://\"\n" CLIENT, "no address");
	refused("issuer \"https://idp.test:0\"\n" CLIENT, "no address");
	refused("issuer \"https://idp.test:99999\"\n" CLIENT, "no address");
	refused("issuer \"https://a@idp.test\"\n" CLIENT, "no address");
	refused("issuer \"https://idp.test\\\\@evil.test\"\n" CLIENT,
	    "no address");
	refused("issuer \"https://idp.test/a b\"\n" CLIENT, "no address");
	refused("issuer \"https://idp.test?a\"\n" CLIENT, "query");
	refused("issuer \"https://idp.test#a\"\n" CLIENT, "fragment");
	refused("issuer \"http://idp.test\"\n" CLIENT, "https://");
	refused("issuer \"http://10.0.0.1\"\nallow address 10.0.0.1\n" CLIENT,
	    "does not begin with https://");
	refused("issuer \"http://127.0.0.1\"\n" CLIENT, "allow address");
	refused("issuer \"https://[::1]\"\n" CLIENT, "allow address");
	refused("issuer \"http://127.1.2.3\"\nallow address 10.0.0.0/8\n"
	    CLIENT, "allow address 127.1.2.3");
	/* Names of everybody, in all their spellings. */
	refused("issuer \"https://ACCOUNTS.google.com\"\n" CLIENT, "hd");
	refused("issuer \"https://accounts.google.com/\"\n" CLIENT, "hd");
	refused("issuer \"https://accounts.google.com:443\"\n"
	    "require attribute \"HD\" value \"a\"\n" CLIENT, "hd");
	refused("issuer \"https://login.microsoftonline.com/Common/v2.0\"\n"
	    CLIENT, "every tenant");
	refused("issuer \"https://login.microsoftonline.com//common\"\n"
	    CLIENT, "every tenant");
	refused("issuer \"https://sts.windows.net/"
	    "9188040D-6C67-4C5B-B112-36A304B66DAD/\"\n" CLIENT,
	    "every tenant");
	refused("issuer \"https://login.microsoftonline.us/organizations\"\n"
	    CLIENT, "every tenant");
}

/* What is fetched must fit, too: fetch takes no longer address. */
static void
test_long_issuer(void **state)
{
	static const char	 tail[] = "/.well-known/openid-configuration";
	const size_t		 most = LIMIT_URL - (sizeof(tail) - 1);
	struct conf_connection	*n;
	struct conf		*c;
	char			 url[LIMIT_URL], text[2 * LIMIT_URL];
	int			 more;

	(void)state;
	for (more = 0; more < 2; more++) {
		memset(url, 'a', sizeof(url));
		memcpy(url, "https://idp.test/", 17);
		url[most + (size_t)more] = '\0';
		snprintf(text, sizeof(text), HEAD "organization \"acme\" {\n"
		    "connection \"c\" oidc {\nissuer \"%s\"\n" CLIENT
		    "}\n}\n", url);
		if (more) {
			assert_null(load(text));
			assert_non_null(strstr(errors.list[0], "longer than"));
			continue;
		}
		n = only(c = load(text));
		assert_int_equal(strlen(n->discovery_url), LIMIT_URL);
		conf_free(c);
	}
}

static void
test_google(void **state)
{
	struct conf	*c;

	(void)state;
	c = oidc("issuer \"https://accounts.google.com\"\n" CLIENT
	    "require attribute \"hd\" value { \"acme.test\" }\n");
	assert_non_null(c);
	conf_free(c);
}

/* --- where fetch may go ------------------------------------------------- */

static void
test_origins(void **state)
{
	struct conf_connection	*n;
	struct conf		*c;

	(void)state;
	n = only(c = oidc("issuer \"https://a.test\"\n"
	    "metadata url \"https://b.test:8443/x?y\"\n" CLIENT
	    "endpoint host { C.test, c.test, \"d.test:444\", \"a.test\" }\n"
	    "endpoint host \"127.0.0.1:81\"\n"));
	assert_string_equal(n->discovery_url, "https://b.test:8443/x?y");
	assert_int_equal(n->origins.count, 5);
	assert_true(strings_has(&n->origins, "https://a.test:443"));
	assert_true(strings_has(&n->origins, "https://b.test:8443"));
	assert_true(strings_has(&n->origins, "https://c.test:443"));
	assert_true(strings_has(&n->origins, "https://d.test:444"));
	assert_true(strings_has(&n->origins, "https://127.0.0.1:81"));
	conf_free(c);
	/* Without TLS only to ourselves, and only where that is allowed. */
	n = only(c = oidc("issuer \"http://127.0.0.1:80\"\n" CLIENT
	    "allow address { 127.0.0.0/8 }\n"
	    "endpoint host { \"127.0.0.2:81\" }\n"));
	assert_int_equal(n->origins.count, 3);
	assert_true(strings_has(&n->origins, "http://127.0.0.1:80"));
	assert_true(strings_has(&n->origins, "http://127.0.0.2:81"));
	conf_free(c);
}

static void
test_lists_refused(void **state)
{
	static const char	 issuer[] = "issuer \"https://a.test\"\n" CLIENT;
	static const struct {
		const char	*line;
		const char	*says;
	} list[] = {
		{ "endpoint host \"https://x\"\n", "endpoint host" },
		{ "endpoint host \"x/y\"\n", "endpoint host" },
		{ "endpoint host \"x:0\"\n", "endpoint host" },
		{ "endpoint host \"x?\"\n", "endpoint host" },
		{ "endpoint host { x x }\n", "there twice" },
		{ "allow address x\n", "allow address" },
		{ "allow address 10.0.0.0/33\n", "allow address" },
		{ "allow address 0.0.0.0/0\n", "every address" },
		{ "allow address \"::/0\"\n", "every address" },
		{ "pin \"" PIN "\"\n", "sha256:" },
		{ "pin \"sha256:" PIN "=\"\n", "32 octets" },
		{ "pin \"sha256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\""
		    "\n", "32 octets" },
		{ "pin \"sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU=\""
		    "\n", "32 octets" },
		{ "ca file \"x\"\n", "slash" },
		{ NULL, NULL }
	};
	char	 text[1024];
	size_t	 i;

	(void)state;
	for (i = 0; list[i].line != NULL; i++) {
		snprintf(text, sizeof(text), "%s%s", issuer, list[i].line);
		refused(text, list[i].says);
	}
}

static void
test_name_servers(void **state)
{
	struct conf	*c;

	(void)state;
	c = good(HEAD "name servers { 127.0.0.1, \"127.0.0.1:5353\", \"::1\","
	    " \"[::1]:53\" }\n");
	/* The fourth is the third in other words. */
	assert_int_equal(c->name_servers.count, 3);
	assert_string_equal(c->name_servers.list[0], "127.0.0.1:53");
	assert_string_equal(c->name_servers.list[1], "127.0.0.1:5353");
	assert_string_equal(c->name_servers.list[2], "[::1]:53");
	conf_free(c);
	assert_null(load(HEAD "name servers { \"dns.test:53\" }\n"));
	assert_null(load(HEAD "name servers { \"127.0.0.1:0\" }\n"));
	assert_null(load(HEAD "name servers { \"127.0.0.1:53/x\" }\n"));
	assert_null(load(HEAD "name servers { \"127.0.0.1:53?\" }\n"));
}

/* --- the client --------------------------------------------------------- */

static void
test_client(void **state)
{
	struct conf_connection	*n;
	struct conf		*c;

	(void)state;
	n = only(c = oidc("issuer \"https://a.test\"\n"
	    "client id \"c\" key file \"/k\" id \"k1\"\n"));
	assert_int_equal(n->client_auth, CLIENT_AUTH_PRIVATE_KEY_JWT);
	assert_string_equal(n->client_key_id, "k1");
	assert_true(conf_file_find(c, "/k")->secret);
	conf_free(c);
	n = only(c = oidc("issuer \"https://a.test\"\n" CLIENT));
	assert_int_equal(n->client_auth, CLIENT_AUTH_OFFERED);
	assert_int_equal(n->max_age, -1);
	assert_int_equal(n->check_every, 0);
	assert_true(conf_file_find(c, "/s")->secret);
	assert_non_null(conf_file_find(c, CONF_CA));
	assert_true(conf_file_find(c, CONF_HOSTS)->optional);
	assert_true(conf_file_find(c, CONF_RESOLV)->optional);
	conf_free(c);
	refused("issuer \"https://a.test\"\nclient id \"\303\244\" secret file "
	    "\"/s\"\n", "printable ASCII");
	refused("issuer \"https://a.test\"\nclient id \"c\" secret file \"/s\""
	    " expires \"2027-1-31\"\n", "no date");
	refused("issuer \"https://a.test\"\n" CLIENT "check every 31d\n",
	    "not between");
	refused("issuer \"https://a.test\"\n" CLIENT "userinfo\nuserinfo\n",
	    "set twice");
}

static void
test_values(void **state)
{
	int64_t	 when;

	(void)state;
	assert_true(value_date("1970-01-02", &when));
	assert_int_equal(when, 86400);
	assert_true(value_date("2028-02-29", &when));
	assert_false(value_date("2027-02-29", &when));
	assert_false(value_date("2027-13-01", &when));
	assert_false(value_date("2027-00-01", &when));
	assert_false(value_date("2027-01-00", &when));
	assert_false(value_date("20270131", &when));
	assert_false(value_date("2027-01-31 ", &when));
	assert_false(value_date(" 027-01-31", &when));
	assert_false(value_date("-027-01-31", &when));
	assert_true(value_scope("api://x/y.z"));
	assert_false(value_scope(""));
	assert_false(value_scope("a b"));
	assert_false(value_scope("a\"b"));
	assert_false(value_scope("a\\b"));
	assert_false(value_scope("\303\244"));
}

/* --- who is told what --------------------------------------------------- */

static const char	 three[] = HEAD
    "hosts file \"/h\"\nca file \"/ca\"\n"
    "organization \"one\" {\nverifier group \"g1\"\n"
    "connection \"a\" saml {\nmetadata file \"/m1\"\n}\n"
    "connection \"b\" oidc {\nissuer \"https://one.test\"\n"
    "client id \"secret-client\" secret file \"/secret1\" "
    "expires 2027-01-31\n"
    "allow address { 10.0.0.0/8 }\npin \"sha256:" PIN "\"\n"
    "jwks file \"/jwks\"\ncheck every 1h\nca file \"/own-ca\"\n}\n}\n"
    "organization \"two\" {\nverifier group \"g2\"\n"
    "connection \"c\" saml {\nmetadata url \"https://two.test/m\" "
    "signer \"/signer\"\n}\n}\n"
    "organization \"three\" {\nverifier group \"g3\"\n"
    "connection \"d\" saml {\nmetadata file \"/m3\"\n}\n}\n";

static struct fetch_view *
fetch_told(struct conf *c, const char *group, struct writer *w,
    struct strings *files)
{
	struct fetch_view	*v;
	struct reader		 r;

	wire_init(w, LIMIT_VIEW);
	memset(files, 0, sizeof(*files));
	conf_view_fetch(c, group, w, files);
	wire_read(&r, w->data, w->len);
	v = fetch_view_get(&r);
	assert_non_null(v);
	return v;
}

static void
test_view_fetch(void **state)
{
	struct fetch_view	*v;
	struct strings		 files;
	struct conf		*c;
	struct writer		 w;

	(void)state;
	c = good(three);
	v = fetch_told(c, "g1", &w, &files);
	assert_int_equal(v->connection_count, 1);
	assert_string_equal(v->connections[0].organization, "one");
	assert_string_equal(v->connections[0].name, "b");
	assert_string_equal(v->connections[0].ca, "/own-ca");
	assert_int_equal(v->connections[0].allow_count, 1);
	assert_int_equal(v->connections[0].allow[0].bits, 104);
	assert_string_equal(v->connections[0].pins.list[0], PIN);
	assert_string_equal(v->connections[0].origins.list[0],
	    "https://one.test:443");
	assert_string_equal(v->hosts, "/h");
	assert_string_equal(v->resolv_conf, CONF_RESOLV);
	assert_true(strings_has(&files, "/own-ca"));
	/* No secret, and nothing of another group. */
	assert_false(told(&w, "secret"));
	assert_false(told(&w, "two"));
	assert_false(told(&w, "/jwks"));
	fetch_view_free(v);
	strings_free(&files);
	wire_free(&w);
	/* A file that was looked for in vain is not named. */
	conf_file_find(c, "/h")->missing = true;
	v = fetch_told(c, "g2", &w, &files);
	assert_string_equal(v->ca, "/ca");
	assert_string_equal(v->hosts, "");
	assert_false(strings_has(&files, "/h"));
	assert_false(told(&w, "/signer"));
	fetch_view_free(v);
	strings_free(&files);
	wire_free(&w);
	/* Nothing to fetch, nothing to know. */
	v = fetch_told(c, "g3", &w, &files);
	assert_int_equal(v->connection_count, 0);
	assert_string_equal(v->ca, "");
	assert_int_equal(files.count, 0);
	fetch_view_free(v);
	wire_free(&w);
	conf_free(c);
}

static void
test_view_verifier(void **state)
{
	struct verifier_connection	*k;
	struct verifier_view		*v;
	struct strings			 files = { 0, NULL };
	struct conf			*c;
	struct reader			 r;
	struct writer			 w;

	(void)state;
	c = good(three);
	wire_init(&w, LIMIT_VIEW);
	conf_view_verifier(c, "g1", &w, &files);
	wire_read(&r, w.data, w.len);
	v = verifier_view_get(&r);
	assert_non_null(v);
	k = &v->organizations[0].connections[0];
	assert_int_equal(k->protocol, PROTOCOL_SAML);
	assert_string_equal(k->issuer, "");
	assert_int_equal(k->origins.count, 0);
	k = &v->organizations[0].connections[1];
	assert_int_equal(k->protocol, PROTOCOL_OIDC);
	assert_false(k->first);
	assert_string_equal(k->metadata, "");
	assert_string_equal(k->client_secret, "/secret1");
	assert_int_equal(k->client_secret_expires, 1801353600);
	assert_string_equal(k->discovery_url,
	    "https://one.test/.well-known/openid-configuration");
	assert_int_equal(k->check_every, 3600);
	assert_int_equal(k->max_age, -1);
	assert_true(strings_has(&files, "/secret1"));
	assert_true(strings_has(&files, "/jwks"));
	/* What only fetch has a use for. */
	assert_false(told(&w, "/own-ca"));
	assert_false(told(&w, PIN));
	verifier_view_free(v);
	strings_free(&files);
	wire_free(&w);
	conf_free(c);
}

static void
test_view_others(void **state)
{
	struct http_view	*h;
	struct policy_view	*p;
	struct strings		 files = { 0, NULL };
	struct conf		*c;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	c = good(three);
	wire_init(&w, LIMIT_VIEW);
	conf_view_http(c, TAILQ_FIRST(&c->listens), &w, &files);
	assert_false(told(&w, "secret"));
	assert_false(told(&w, "one.test"));
	wire_read(&r, w.data, w.len);
	h = http_view_get(&r);
	assert_non_null(h);
	assert_int_equal(h->doors[0].protocol, PROTOCOL_SAML);
	assert_true(h->doors[0].first);
	assert_int_equal(h->doors[1].protocol, PROTOCOL_OIDC);
	assert_false(h->doors[1].first);
	http_view_free(h);
	wire_reset(&w);
	conf_view_policy(c, &w);
	assert_false(told(&w, "secret"));
	assert_false(told(&w, "one.test"));
	wire_read(&r, w.data, w.len);
	p = policy_view_get(&r);
	assert_non_null(p);
	assert_int_equal(p->organizations[0].connections[1].check_every, 3600);
	policy_view_free(p);
	strings_free(&files);
	wire_free(&w);
	conf_free(c);
}

/* Which organization is whose; nothing else is read of a question. */
static void
test_group(void **state)
{
	struct conf	*c;

	(void)state;
	c = good(three);
	assert_string_equal(conf_group(c, "two"), "g2");
	assert_null(conf_group(c, "TWO"));
	assert_null(conf_group(c, ""));
	assert_null(conf_group(c, "four"));
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_issuer_refused),
		cmocka_unit_test(test_long_issuer),
		cmocka_unit_test(test_google),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_lists_refused),
		cmocka_unit_test(test_name_servers),
		cmocka_unit_test(test_client),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_view_fetch),
		cmocka_unit_test(test_view_verifier),
		cmocka_unit_test(test_view_others),
		cmocka_unit_test(test_group)
	};

	return cmocka_run_group_tests_name("provider", tests, conf_begin,
	    conf_end);
}
