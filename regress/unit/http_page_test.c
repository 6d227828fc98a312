/* Units of hfssod/http/html.c, page.c, identity.c and buffer.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssod/http/html.h"
#include "hfssod/http/identity.h"
#include "hfssod/http/page.h"

#define EVIL	"\"'><script>alert(1)</script>&amp;"

static struct buffer	 b;

static void
text_is(const char *want)
{
	assert_string_equal(buffer_text(&b), want);
	buffer_free(&b);
}

static void
escaping(void **state)
{
	(void)state;
	html_text(&b, "a<b>&\"'\x01\x7f\n\xc3\xa9");
	text_is("a&lt;b&gt;&amp;&quot;&#39;\xef\xbf\xbd\xef\xbf\xbd\n"
	    "\xc3\xa9");
	html_format(&b, "<a href=\"%s\">%h</a> 100%%", "x\"y", "<b>");
	text_is("<a href=\"x&quot;y\"><b></a> 100%");
	html_format(&b, "%s", "%s %h %");
	text_is("%s %h %");
}

/* No page lets what it is given end an attribute or begin an element. */
static void
harmless(void)
{
	const char	*text = buffer_text(&b);

	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "\"'>"));
	assert_non_null(strstr(text, "&lt;script&gt;"));
	assert_non_null(strstr(text, "</html>"));
	buffer_free(&b);
}

static void
pages(void **state)
{
	static struct session_view	 v;
	static struct sso_started	 s;
	struct http_door		 door;
	const struct http_door		*doors[1] = { &door };
	struct chooser			 ch;
	const char			*groups[1] = { EVIL " admin" };

	(void)state;
	memset(&door, 0, sizeof(door));
	door.organization = door.connection = door.label = EVIL;
	memset(&ch, 0, sizeof(ch));
	ch.count = 1;
	ch.doors = doors;
	ch.return_to = ch.note = EVIL;
	ch.form = true;
	page_prefix("/.hfsso");
	page_chooser(&b, &ch);
	harmless();
	page_error(&b, 403, EVIL, 1);
	harmless();
	page_continue(&b, EVIL, EVIL);
	harmless();
	s.url = EVIL;
	s.field_count = 1;
	s.fields[0].name = s.fields[0].value = EVIL;
	page_post(&b, &s, false);
	harmless();
	v.name = v.display_name = v.email = v.account = v.session =
	    v.form_token = EVIL;
	v.stamp_count = 1;
	v.stamps[0].organization = v.stamps[0].connection = EVIL;
	v.stamps[0].groups.count = 1;
	v.stamps[0].groups.list = groups;
	page_account(&b, &v);
	harmless();
	page_leave(&b, &v);
	harmless();
	page_leaving(&b, EVIL);
	harmless();
}

static void
reports(void **state)
{
	static struct report_line	 lines[] = {
		{ REPORT_RECEIVED, EVIL, EVIL },
		{ REPORT_RESULT, "Role", "write" },
		{ REPORT_RECEIVED, EVIL, "" },
		{ REPORT_RECEIVED, "x", "y" }
	};
	struct login_answer		 a;
	const char			*text, *at;

	(void)state;
	memset(&a, 0, sizeof(a));
	a.organization = a.connection = EVIL;
	page_report(&b, &a, 1);
	text = buffer_text(&b);
	assert_non_null(strstr(text, "would succeed"));
	assert_null(strstr(text, "<section>"));
	harmless();
	a.verdict = VERDICT_no_role;
	a.report = lines;
	a.report_count = 4;
	page_report(&b, &a, 1);
	text = buffer_text(&b);
	assert_null(strstr(text, "would succeed"));
	assert_non_null(strstr(text, "You have no role in this organiz"));
	/* In the order of the parts; one name for lines that share it. */
	assert_non_null(at = strstr(text, "<h2>What the sign-in would give"));
	assert_non_null(at = strstr(at, "<dt>Role</dt>\n<dd>write</dd>\n"));
	assert_null(strstr(at, "<h2>Who it is"));
	assert_non_null(at = strstr(at, "<h2>What was received"));
	assert_non_null(at = strstr(at, "&amp;amp;</dd>\n"
	    "<dd><span>(empty)</span></dd>\n<dt>x</dt>\n<dd>y</dd>\n"));
	harmless();
}

static void
addresses(void **state)
{
	struct http_door	 d;
	char			*a;

	(void)state;
	memset(&d, 0, sizeof(d));
	d.organization = "a/b";
	d.connection = "c?";
	a = page_door_address(&d, "/x?y=z&w");
	assert_string_equal(a, "/organizations/a%2Fb/saml/login/c%3F"
	    "?return=%2Fx%3Fy%3Dz%26w");
	free(a);
	d.protocol = PROTOCOL_OIDC;
	a = page_door_address(&d, "");
	assert_string_equal(a, "/organizations/a%2Fb/oidc/login/c%3F");
	free(a);
	d.first = true;
	a = page_door_address(&d, "/x");
	assert_string_equal(a, "/organizations/a%2Fb/oidc/login"
	    "?return=%2Fx");
	free(a);
}

static struct header_names	 names;
static char			 label[] = "A: ";

static void
identity(void **state)
{
	static const char	*groups[] = { "aa", "bb", "cc" };
	struct access_answer	 a;
	size_t			 i;

	(void)state;
	for (i = 0; i < HEADER_MAX; i++) {
		names.name[i].text = label;
		names.name[i].len = 3;
	}
	memset(&a, 0, sizeof(a));
	a.organization = a.account = a.name = a.email = a.display_name =
	    a.session = "";
	identity_headers(&b, &names, &a, 100);
	text_is("A: \r\nA: \r\nA: \r\nA: \r\nA: \r\nA: \r\nA: \r\nA: \r\n"
	    "A: \r\nA: \r\n");
	a.name = " a%b\r\n\xc3\xa9 ";
	a.expires = 12;
	a.groups.list = groups;
	a.groups.count = 3;
	identity_headers(&b, &names, &a, 5);
	text_is("A: %20a%25b%0D%0A%C3%A9%20\r\nA: \r\nA: \r\nA: aa,bb\r\n"
	    "A: 1\r\nA: \r\nA: \r\nA: \r\nA: \r\nA: 12\r\n");
	identity_headers(&b, &names, &a, 8);
	assert_non_null(strstr(buffer_text(&b), "aa,bb,cc\r\nA: \r\n"));
	buffer_free(&b);
	identity_headers(&b, &names, &a, 0);
	assert_non_null(strstr(buffer_text(&b), "\r\nA: \r\nA: 1\r\n"));
	buffer_free(&b);
}

static void
buffers(void **state)
{
	struct buffer	 other = { 0 };
	uint8_t		*block;
	size_t		 i;

	(void)state;
	for (i = 0; i < 5000; i++) {
		buffer_number(&b, i);
		if (i % 3 == 0)
			buffer_take(&b, 1);
	}
	assert_int_equal(buffer_len(&b), 10 + 180 + 2700 + 16000 - 1667);
	buffer_take(&b, buffer_len(&b));
	assert_int_equal(buffer_len(&b), 0);
	buffer_free(&b);
	/* Memory that comes back from the pool is clear. */
	buffer_string(&b, "secret");
	block = b.data;
	buffer_take(&b, 6);
	buffer_string(&b, "x");
	buffer_free(&b);
	buffer_room(&b, 1);
	assert_ptr_equal(b.data, block);
	assert_memory_equal(b.data, "\0\0\0\0\0\0", 6);
	buffer_string(&b, "a");
	buffer_string(&other, "b");
	buffer_move(&b, &other);
	assert_int_equal(buffer_len(&other), 0);
	text_is("ab");
	buffer_string(&other, "c");
	buffer_move(&b, &other);
	text_is("c");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escaping),
		cmocka_unit_test(pages),
		cmocka_unit_test(reports),
		cmocka_unit_test(addresses),
		cmocka_unit_test(identity),
		cmocka_unit_test(buffers)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
