/*
 * The configuration: what is understood, what is refused and where, that
 * what is printed means the same, and who is told what of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/limits.h"
#include "common/process.h"
#include "hfssod/parent/conf_view.h"
#include "conf_fixture.h"

#define ORG	HEAD "organization \"acme\" {\n"	/* then line 5 */
#define CONN	ORG "connection \"okta\" saml {\n"	/* then line 6 */
#define META	"metadata file \"/m\"\n"
#define APP	HEAD "application \"hub\" {\n"

/* --- words ------------------------------------------------------------ */

static void
test_words(void **state)
{
	struct conf	*c;

	(void)state;
	c = good("# comment\n\n  # another\n"
	    "public \\\n  url \"https://hub.example\" # and here\n"
	    "listen on 127.0.0.1 port 8300 for { browser,\n gate\n}\n"
	    "store \"/a \\\"b\\\" \\\\ \303\244\"\n"
	    "organization acme { mode managed }");
	assert_string_equal(c->store, "/a \"b\" \\ \303\244");
	assert_int_equal(TAILQ_FIRST(&c->listens)->kinds,
	    KIND_BROWSER | KIND_GATE);
	conf_free(c);
}

static void
test_words_refused(void **state)
{
	static const struct refusal	 list[] = {
		{ "nonsense\n" HEAD, 1, "\"nonsense\"" },
		{ HEAD "store\n", 4, "syntax error" },
		{ HEAD "prefix \"/a\n", 4, "does not end" },
		{ HEAD "prefix \"/a\\n\"\n", 4, "may be escaped" },
		{ HEAD "prefix \"/a\001\"\n", 4, "control character" },
		{ HEAD "prefix \"/a\377\"\n", 4, "not UTF-8" },
		{ HEAD "prefix \303\244\n", 4, "unexpected character" },
		{ HEAD "prefix \001\n", 4, "unexpected character" },
		{ HEAD "prefix $none\n", 4, "\"none\" is not defined" },
		{ HEAD "prefix $\n", 4, "is not defined" },
		{ HEAD "}\n", 4, "syntax error" },
		{ HEAD "organization \"acme\" {\n", 5, "end of file" },
		{ HEAD "organization \"acme\"\n{\n}\n", 4, "syntax error" },
		{ HEAD "a-b = \"c\"\n", 4, "no name for a macro" },
		{ NULL, 0, NULL }
	};

	(void)state;
	all_refused(list);
}

static void
test_several_errors(void **state)
{
	(void)state;
	assert_null(load(HEAD "nonsense\ndrain 10\norganization \"acme\" {\n"
	    "mode other\nfoo bar\nconnection \"x\" saml {\njit maybe\n"
	    "oops\n}\ndefault role king\n}\nlog access perhaps\n"));
	assert_int_equal(errors.count, 8);
	assert_non_null(strstr(errors.list[1], ":5: drain"));
	assert_non_null(strstr(errors.list[7], ":15: log access"));
}

static void
test_macros(void **state)
{
	static const char	*given[] = { "my_port=9000", "other=x" };
	struct strings		 macros = { 2, given };
	struct conf		*c;

	(void)state;
	c = load_with("my_port = \"1\"\nmy_name=\"hub.example\"\n"
	    "my_url = \"https://hub.example\"\npublic url $my_url\n"
	    "listen on 127.0.0.1 port $my_port\nstore \"/s\"\n"
	    "application \"a\" {\nhost \"$my_name\"\n}\n", &macros);
	/* Nothing is put in within quotes. */
	assert_null(c);
	assert_non_null(strstr(errors.list[0], "$my_name"));
	c = load_with("my_port = \"1\"\nmy_url = \"https://hub.example\"\n"
	    "public url $my_url\nlisten on 127.0.0.1 port $my_port\n"
	    "store \"/s\"\n", &macros);
	assert_non_null(c);
	/* What the command line says wins. */
	assert_int_equal(TAILQ_FIRST(&c->listens)->port, 9000);
	conf_free(c);
	given[0] = "my_port";
	assert_null(load_with(HEAD, &macros));
	given[0] = "p-t=1";
	assert_null(load_with(HEAD, &macros));
	given[0] = "=1";
	assert_null(load_with(HEAD, &macros));
}

static void
test_include(void **state)
{
	struct conf	*c;

	(void)state;
	conf_write("more.conf", "organization \"acme\" {\n}\n");
	c = good(HEAD "include \"more.conf\"\nprefix \"/a\"\n");
	assert_string_equal(c->prefix, "/a");
	assert_string_equal(TAILQ_FIRST(&c->organizations)->at.file,
	    conf_path("more.conf"));
	assert_int_equal(TAILQ_FIRST(&c->organizations)->at.line, 1);
	conf_free(c);
	/* The last line of a file may lack its end. */
	conf_write("more.conf", "\ndrain");
	assert_null(load(HEAD "include \"more.conf\"\n10s\n"));
	assert_non_null(strstr(errors.list[0], "more.conf:2: "));
	conf_write("more.conf", "include \"more.conf\"\n");
	assert_null(load(HEAD "include \"more.conf\"\n"));
	assert_non_null(strstr(errors.list[0], "includes itself"));
	conf_write("more.conf", "include \"main.conf\"\n");
	assert_null(load(HEAD "include \"more.conf\"\n"));
	assert_null(load(HEAD "include \"none.conf\"\n"));
	assert_non_null(strstr(errors.list[0], "main.conf:4: "));
	assert_null(load(HEAD "include \"/tmp\"\n"));
	assert_non_null(strstr(errors.list[0], "is not a file"));
}

static void
test_strict(void **state)
{
	struct strings	 none = { 0, NULL };
	struct conf	*c;

	(void)state;
	conf_write("strict.conf", HEAD);
	chmod(conf_path("strict.conf"), 0666);
	c = conf_load(conf_path("strict.conf"), &none, false, &errors);
	assert_non_null(c);
	conf_free(c);
	assert_null(conf_load(conf_path("strict.conf"), &none, true, &errors));
	chmod(conf_path("strict.conf"), 0600);
	c = conf_load(conf_path("strict.conf"), &none, true, &errors);
	/* It belongs to root, or it doesn't. */
	assert_int_equal(c != NULL, geteuid() == 0);
	conf_free(c);
}

/* --- settings --------------------------------------------------------- */

static void
test_settings_refused(void **state)
{
	static const struct refusal	 list[] = {
		{ "store \"/s\"\nlisten on ::1 port 1\n", 1,
		    "public url is missing" },
		{ "public url \"http://a\"\nstore \"/s\"\n", 1, "https://" },
		{ "public url \"https://a/b\"\nstore \"/s\"\n", 1, "path" },
		{ "public url \"https://a\"\nstore \"/s\"\n", 1,
		    "no listen line" },
		{ "public url \"https://a\"\nlisten on ::1 port 1\n", 1,
		    "store is missing" },
		{ HEAD "store \"/t\"\n", 4, "set twice" },
		{ HEAD "prefix \"a\"\n", 4, "begin with a slash" },
		{ HEAD "prefix \"/\"\n", 1, "no plain path" },
		{ HEAD "prefix \"/a/../b\"\n", 1, "no plain path" },
		{ HEAD "prefix \"/auth\"\n", 1, "meaning of its own" },
		{ HEAD "prefix \"/api/x\"\n", 1, "meaning of its own" },
		{ HEAD "drain 10\n", 4, "no time like" },
		{ HEAD "drain 1d\n", 4, "not between" },
		{ HEAD "log access maybe\n", 4, "no or yes" },
		{ HEAD "sandbox loose\n", 4, "syntax error" },
		{ HEAD "trust proxy { 10.0.0.0/33 }\n", 1, "10.0.0.0/33" },
		{ HEAD "trust proxy { a a }\n", 4, "there twice" },
		{ HEAD "return origins { \"https://a/\" }\n", 1, "https://a/" },
		{ HEAD "header groups max 100\n", 4, "no size between" },
		{ HEAD "header groups max 1m\n", 4, "no size between" },
		{ HEAD "connections per address 0\n", 4, "no number" },
		{ HEAD "user nobody \"x\"\n", 4, "is not http" },
		{ HEAD "user http \"x\"\nuser http \"y\"\n", 5, "set twice" },
		{ HEAD "user http \"\"\n", 4, "empty" },
		{ HEAD "control socket \"x\"\n", 4, "slash" },
		{ HEAD "saml sign key \"k\" certificate \"/c\"\n", 4, "\"k\"" },
		{ HEAD "listen on 127.0.0.1 port 8300\n", 4, "line 2" },
		{ HEAD "listen on ::ffff:127.0.0.1 port 8300\n", 4, "line 2" },
		{ HEAD "listen on localhost port 1\n", 4, "no IPv4" },
		{ HEAD "listen on ::1 port 0\n", 4, "port" },
		{ HEAD "listen on ::1 port 65536\n", 4, "port" },
		{ HEAD "listen on ::1 port 1 for all\n", 4, "not browser" },
		{ HEAD "listen on ::1 port 1 for gate for api\n", 4, "twice" },
		{ HEAD "listen on ::1 port 1 processes 17\n", 4, "and 16" },
		{ HEAD "listen on ::1 port 1 processes 0\n", 4, "and 16" },
		{ HEAD "listen on ::1 port 1 tls certificate \"c\" key \"/k\"\n",
		    4, "slash" },
		{ NULL, 0, NULL }
	};

	(void)state;
	all_refused(list);
}

static void
test_organization_refused(void **state)
{
	static const struct refusal	 list[] = {
		{ HEAD "organization \"a\" {\n}\n", 4, "2 to 42" },
		{ HEAD "organization \"123\" {\n}\n", 4, "not all digits" },
		{ HEAD "organization \"api\" {\n}\n", 4, "our own addresses" },
		{ ORG "}\norganization \"ACME\" {\n}\n", 6, "also in" },
		{ ORG "mode odd\n}\n", 5, "not managed or basic" },
		{ ORG "public content deny\n}\n", 5, "not available" },
		{ ORG "match email domains { a }\n}\n", 5, "basic mode" },
		{ ORG "verifier group \"a b\"\n}\n", 4, "verifier group" },
		{ ORG "session timeout 59s\n}\n", 5, "not between" },
		{ ORG "session timeout 400d\n}\n", 5, "not between" },
		{ ORG "session timeout 1h idle 2h\n}\n", 4, "longer" },
		{ ORG "session idle 8h\nsession idle 9h\n}\n", 6, "twice" },
		{ ORG "session timeout 1h idle 1h\nsession idle 1h\n}\n", 6,
		    "twice" },
		{ ORG "default role king\n}\n", 5, "no_access, read" },
		{ ORG "default role deny\ndefault role read\n}\n", 6, "twice" },
		{ ORG "role match last\n}\n", 5, "first or highest" },
		{ ORG "role map \"a\" to admin\n}\n", 4, "role attribute" },
		{ ORG "role attribute \"r\"\n}\n", 4, "needs a role map" },
		{ ORG "role attribute \"r\"\nrole map \"a\" to read\n}\n", 4,
		    "leads to admin" },
		{ ORG "role map \"a\" to admin\nrole map \"a\" to read\n}\n", 6,
		    "a line already" },
		{ ORG "role map \"a\" to no_access\n}\n", 5, "is not read" },
		{ ORG "resource group map \"a\" to \"b\" role read\n}\n", 4,
		    "resource group attribute" },
		{ ORG "resource group attribute \"g\"\n}\n", 4,
		    "resource group map" },
		{ ORG "resource group map \"a\" to \"b c\" role read\n}\n", 5,
		    "no name of a group" },
		{ ORG "resource group map \"a\" to \"b\" role deny\n}\n", 5,
		    "is not read" },
		{ NULL, 0, NULL }
	};

	(void)state;
	all_refused(list);
}

static void
test_connection_refused(void **state)
{
	static const struct refusal	 list[] = {
		{ CONN "}\n}\n", 5, "no metadata file" },
		{ ORG "connection \"o k\" saml {\n" META "}\n}\n", 5,
		    "1 to 42" },
		{ CONN "metadata file \"m\"\n}\n}\n", 6, "slash" },
		{ CONN META META "}\n}\n", 7, "twice" },
		{ CONN META "sign requests\n}\n}\n", 5, "saml sign key" },
		{ CONN META "idp initiated on\n}\n}\n", 7,
		    "off, restart or accept" },
		{ CONN META "request binding get\n}\n}\n", 7,
		    "redirect or post" },
		{ CONN META "require signed none\n}\n}\n", 7, "either" },
		{ CONN META "jit perhaps\n}\n}\n", 7, "on or off" },
		{ CONN META "entity id \"a b\"\n}\n}\n", 5, "no URI" },
		{ CONN META "nameid format \"x\"\n}\n}\n", 5, "no URI" },
		{ CONN META "nameid format \"urn:oasis:names:tc:SAML:2.0:"
		    "nameid-format:transient\"\n}\n}\n", 5, "transient" },
		{ CONN META "authn context { x }\n}\n}\n", 5, "no URI" },
		{ CONN META "attribute phone \"p\"\n}\n}\n", 7,
		    "is not email" },
		{ CONN META "attribute email \"p\"\nattribute email \"q\"\n"
		    "}\n}\n", 8, "twice" },
		{ CONN META "require attribute \"a\" value { }\n}\n}\n", 7,
		    "empty" },
		{ CONN META "login domains { \"a_b\" }\n}\n}\n", 5,
		    "no domain" },
		{ CONN META "trust email domains { \"@a\" }\n}\n}\n", 5,
		    "no domain" },
		{ CONN META "}\nconnection \"okta\" saml {\n"
		    "metadata file \"/n\"\n}\n}\n", 8, "also in" },
		{ CONN META "}\nconnection \"two\" saml {\n" META "}\n}\n", 8,
		    "confused" },
		{ CONN META "login domains { a.b }\n}\n"
		    "connection \"two\" saml {\nmetadata file \"/n\"\n"
		    "login domains { x.y A.B }\n}\n}\n", 9, "also in" },
		{ NULL, 0, NULL }
	};

	(void)state;
	all_refused(list);
}

static void
test_application_refused(void **state)
{
	static const struct refusal	 list[] = {
		{ APP "host \"other.example\"\n}\n", 4, "one host only" },
		{ APP "host \"a b\"\n}\n", 4, "no host" },
		{ APP "organization \"none\"\n}\n", 4, "no organization" },
		{ APP "least role king\n}\n", 5, "least role" },
		{ APP "public { \"/\" }\n}\n", 4, "no plain path" },
		{ APP "public { \"/a/\" }\n}\n", 4, "no plain path" },
		{ APP "public { \"/a%2fb\" }\n}\n", 4, "no plain path" },
		{ APP "public { \"/a/../b\" }\n}\n", 4, "no plain path" },
		{ APP "header user \"Host\"\n}\n", 5, "no name for it" },
		{ APP "header shoe \"X\"\n}\n", 5, "is not user" },
		{ APP "header user \"X\"\nheader user \"Y\"\n}\n", 6, "twice" },
		{ APP "header user \"X\"\nheader email \"x\"\n}\n", 4,
		    "two headers" },
		{ APP "header user \"Remote-Email\"\n}\n", 4,
		    "another header" },
		{ APP "token file \"/t\"\n}\n", 5, "not available" },
		{ APP "}\napplication \"hub\" {\n}\n", 6, "also in" },
		{ APP "}\napplication \"b\" {\n}\n", 6, "has the host" },
		{ NULL, 0, NULL }
	};

	(void)state;
	all_refused(list);
}

static void
test_defaults(void **state)
{
	struct conf_organization	*o;
	struct conf_connection		*n;
	struct conf			*c;

	(void)state;
	c = good("public url \"https://HUB.example:443\"\n"
	    "listen on 127.0.0.1 port 8300\nstore \"/s\"\n"
	    "organization \"acme\" {\nconnection \"okta\" saml {\n" META
	    "login domains \"ACME.com\"\n}\n}\n");
	assert_string_equal(c->public_url, "https://hub.example");
	assert_string_equal(c->public_host, "hub.example");
	assert_string_equal(c->prefix, "/.hfsso");
	assert_int_equal(c->drain, 10);
	assert_int_equal(TAILQ_FIRST(&c->listens)->kinds, KIND_HTTP);
	assert_int_equal(TAILQ_FIRST(&c->listens)->processes, 1);
	o = TAILQ_FIRST(&c->organizations);
	assert_int_equal(o->session_timeout, 7 * 86400);
	assert_int_equal(o->session_idle, 0);
	assert_int_equal(o->default_role, ROLE_READ);
	assert_int_equal(o->role_match, ROLE_MATCH_FIRST);
	n = TAILQ_FIRST(&o->connections);
	assert_true(n->jit);
	assert_int_equal(n->idp_initiated, IDP_INITIATED_OFF);
	assert_int_equal(n->require_signed, REQUIRE_EITHER);
	assert_string_equal(n->domains.list[0], "acme.com");
	conf_free(c);
}

/* --- what cannot be reloaded ------------------------------------------ */

static void
test_fixed(void **state)
{
	static const char *const	 changed[] = {
		"public url \"https://hub.example\"\n"
		    "listen on 127.0.0.1 port 8300\nstore \"/other\"\n",
		"public url \"https://hub.example\"\n"
		    "listen on 127.0.0.1 port 8301\n"
		    "store \"/var/db/hfssod\"\n",
		HEAD "listen on ::1 port 1\n",
		HEAD "user http \"x\"\n",
		HEAD "control socket \"/x\"\n",
		HEAD "chroot \"/x\"\n",
		HEAD "sandbox strict\n",
		ORG "}\n",
		"public url \"https://hub.example\"\n"
		    "listen on 127.0.0.1 port 8300 processes 2\n"
		    "store \"/var/db/hfssod\"\n",
		"public url \"https://hub.example\"\n"
		    "listen on 127.0.0.1 port 8300 for gate\n"
		    "store \"/var/db/hfssod\"\n",
		NULL
	};
	struct conf	*a, *b;
	struct errors	 e = { 0, NULL };
	int		 i;

	(void)state;
	a = good(HEAD);
	for (i = 0; changed[i] != NULL; i++) {
		b = good(changed[i]);
		conf_fixed(a, b, &e);
		assert_int_equal(e.count, 1);
		assert_non_null(strstr(e.list[0], "restart"));
		errors_free(&e);
		conf_fixed(b, a, &e);
		assert_int_equal(e.count, 1);
		errors_free(&e);
		conf_free(b);
	}
	b = good(HEAD "drain 5s\nprefix \"/x\"\ntrust proxy ::1\n");
	conf_fixed(a, b, &e);
	assert_int_equal(e.count, 0);
	conf_free(b);
	conf_free(a);
}

/* --- printed and read again -------------------------------------------- */

static char *
print(const struct conf *c)
{
	struct writer	 w;
	char		*text;

	wire_init(&w, LIMIT_VIEW);
	conf_print(c, &w);
	text = strndup((const char *)w.data, w.len);
	assert_non_null(text);
	wire_free(&w);
	return text;
}

static void
test_print(void **state)
{
	static const char *const	 texts[] = {
		HEAD,
		CONN META "}\n}\n" "application \"hub\" {\n"
		    "organization \"acme\"\nleast role write\n"
		    "public { \"/a\", \"/b\" }\nheader name \"X-N\"\n}\n",
		HEAD "listen on ::1 port 1 for { gate, api } processes 3 "
		    "tls certificate \"/c \\\"x\\\"\" key \"/k\\\\\"\n"
		    "sandbox strict\nlog access yes\n"
		    "store_not_a_word = \"x\"\nreserve names { a b }\n",
		NULL
	};
	struct conf	*c;
	char		*first, *second;
	int		 i;

	(void)state;
	for (i = 0; texts[i] != NULL; i++) {
		c = good(texts[i]);
		first = print(c);
		conf_free(c);
		c = good(first);
		second = print(c);
		conf_free(c);
		assert_string_equal(first, second);
		free(first);
		free(second);
	}
}

/* --- who is told what --------------------------------------------------- */

static const char	 two[] = HEAD
    "listen on ::1 port 1 for gate tls certificate \"/c\" key \"/k\"\n"
    "saml sign key \"/sk\" certificate \"/sc\"\n"
    "organization \"one\" {\nverifier group \"g1\"\n"
    "role attribute \"secret-attribute\"\nrole map \"v\" to admin\n"
    "connection \"a\" saml {\nmetadata file \"/m1\"\n}\n}\n"
    "organization \"two\" {\nverifier group \"g2\"\n"
    "saml sign key \"/sk2\" certificate \"/sc2\"\n"
    "connection \"b\" saml {\nmetadata file \"/m2\"\n}\n}\n"
    "application \"hub\" {\nheader user \"X-User\"\n}\n";

static void
test_view_verifier(void **state)
{
	struct verifier_view	*v;
	struct strings		 files = { 0, NULL };
	struct conf		*c;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	c = good(two);
	wire_init(&w, LIMIT_VIEW);
	conf_view_verifier(c, "g1", &w, &files);
	assert_false(told(&w, "two"));
	assert_false(told(&w, "/m2"));
	assert_false(told(&w, "/sk2"));
	assert_false(told(&w, "/k"));
	assert_int_equal(files.count, 3);
	assert_true(strings_has(&files, "/m1"));
	wire_read(&r, w.data, w.len);
	v = verifier_view_get(&r);
	assert_non_null(v);
	assert_int_equal(v->organization_count, 1);
	assert_string_equal(v->organizations[0].sign[0].key, "/sk");
	assert_true(v->organizations[0].connections[0].first);
	verifier_view_free(v);
	strings_free(&files);
	wire_reset(&w);
	conf_view_verifier(c, "g2", &w, &files);
	/* Its own key instead of everybody's. */
	assert_false(strings_has(&files, "/sk"));
	assert_true(strings_has(&files, "/sk2"));
	strings_free(&files);
	wire_free(&w);
	conf_free(c);
}

static void
test_view_http(void **state)
{
	struct conf_listen	*l;
	struct http_view	*v;
	struct strings		 files = { 0, NULL };
	struct conf		*c;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	c = good(two);
	wire_init(&w, LIMIT_VIEW);
	l = TAILQ_FIRST(&c->listens);
	conf_view_http(c, l, &w, &files);
	assert_int_equal(files.count, 0);
	assert_false(told(&w, "/sk"));
	assert_false(told(&w, "/m1"));
	wire_read(&r, w.data, w.len);
	v = http_view_get(&r);
	assert_non_null(v);
	assert_int_equal(v->door_count, 2);
	assert_string_equal(v->doors[0].label, "a");
	assert_string_equal(v->doors[1].group, "g2");
	assert_int_equal(v->applications[0].rename_count, 1);
	http_view_free(v);
	wire_reset(&w);
	l = TAILQ_NEXT(l, entry);
	conf_view_http(c, l, &w, &files);
	/* The gate has a key of its own and no doors. */
	assert_int_equal(files.count, 2);
	assert_false(told(&w, "two"));
	wire_read(&r, w.data, w.len);
	v = http_view_get(&r);
	assert_non_null(v);
	assert_int_equal(v->door_count, 0);
	http_view_free(v);
	strings_free(&files);
	wire_free(&w);
	conf_free(c);
}

static void
test_view_policy(void **state)
{
	struct policy_view	*v;
	struct conf		*c;
	struct reader		 r;
	struct writer		 w;

	(void)state;
	c = good(two);
	wire_init(&w, LIMIT_VIEW);
	conf_view_policy(c, &w);
	assert_false(told(&w, "secret-attribute"));
	assert_false(told(&w, "/m1"));
	assert_false(told(&w, "/k"));
	wire_read(&r, w.data, w.len);
	v = policy_view_get(&r);
	assert_non_null(v);
	assert_int_equal(v->organization_count, 2);
	assert_string_equal(v->organizations[1].verifier_group, "g2");
	assert_string_equal(v->applications[0].host, "hub.example");
	assert_int_equal(v->applications[0].least_role, ROLE_NONE);
	policy_view_free(v);
	wire_free(&w);
	conf_free(c);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_refused),
		cmocka_unit_test(test_several_errors),
		cmocka_unit_test(test_macros),
		cmocka_unit_test(test_include),
		cmocka_unit_test(test_strict),
		cmocka_unit_test(test_settings_refused),
		cmocka_unit_test(test_organization_refused),
		cmocka_unit_test(test_connection_refused),
		cmocka_unit_test(test_application_refused),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_view_verifier),
		cmocka_unit_test(test_view_http),
		cmocka_unit_test(test_view_policy)
	};

	return cmocka_run_group_tests_name("conf", tests, conf_begin,
	    conf_end);
}
