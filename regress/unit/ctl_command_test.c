/* Which command the words of the command line are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hfssoctl/command.h"

static char	 words[256], text[512];
static char	*argv[32];

/* Take a line apart at its blanks. */
static const struct command *
find(const char *line, struct ctl_question *q)
{
	char	*p, *word;
	int	 argc;

	argc = 0;
	snprintf(words, sizeof(words), "%s", line);
	p = words;
	while ((word = strsep(&p, " ")) != NULL) {
		if (*word != '\0')
			argv[argc++] = word;
	}
	argv[argc] = NULL;
	text[0] = '\0';
	return command_find(argc, argv, q, text, sizeof(text));
}

static void
test_good(void **state)
{
	static const struct {
		const char	*line;
		enum message	 message;
		const char	*organization;
		const char	*name;
		const char	*role;
	} good[] = {
		{ "show organizations", MESSAGE_show_organizations, "", "",
		    "" },
		{ "show members acme", MESSAGE_show_members, "acme", "", "" },
		{ "show member acme ada", MESSAGE_show_member, "acme", "ada",
		    "" },
		{ "show sessions", MESSAGE_show_sessions, "", "", "" },
		{ "show sessions acme", MESSAGE_show_sessions, "acme", "",
		    "" },
		{ "show sessions acme ada", MESSAGE_show_sessions, "acme",
		    "ada", "" },
		{ "session revoke 0011", MESSAGE_session_revoke, "", "0011",
		    "" },
		{ "session revoke acme ada", MESSAGE_session_revoke, "acme",
		    "ada", "" },
		{ "member role acme ada write", MESSAGE_member_role, "acme",
		    "ada", "write" },
		{ "reload", MESSAGE_ctl_reload, "", "", "" },
		{ "stop", MESSAGE_ctl_stop, "", "", "" },
		{ "show connections", MESSAGE_show_connections, "", "", "" },
		{ "show connections acme", MESSAGE_show_connections, "acme",
		    "", "" },
		{ "show connections acme okta", MESSAGE_show_connections,
		    "acme", "okta", "" },
		{ "connection refresh acme okta", MESSAGE_connection_refresh,
		    "acme", "okta", "" },
		{ "connection enable acme okta", MESSAGE_connection_enable,
		    "acme", "okta", "" },
		{ "connection disable acme okta", MESSAGE_connection_disable,
		    "acme", "okta", "" },
		{ "connection test acme okta", MESSAGE_connection_test,
		    "acme", "okta", "" },
		{ "show processes", MESSAGE_ctl_processes, "", "", "" },
		{ NULL, MESSAGE_none, "", "", "" }
	};
	const struct command	*c;
	struct ctl_question	 q;
	int			 i;

	(void)state;
	for (i = 0; good[i].line != NULL; i++) {
		c = find(good[i].line, &q);
		assert_non_null(c);
		assert_int_equal(c->message, good[i].message);
		assert_string_equal(q.organization, good[i].organization);
		assert_string_equal(q.name, good[i].name);
		assert_string_equal(q.role, good[i].role);
		assert_string_equal(q.after, "");
		assert_false(q.force);
	}
}

static const struct {
	const char	*line;
	const char	*says;
} bad_lines[] = {
	{ "", "valid arguments are reload stop log show session "
	    "member account connection token scim" },
	{ "sho", "\"sho\" is not valid here; valid arguments are "
	    "reload" },
	{ "show", "valid arguments are organizations members member "
	    "sessions connections tokens scim-groups scim-group "
	    "scim-log drift dry-run processes" },
	{ "show foo", "\"foo\" is not valid here; valid arguments are "
	    "organizations" },
	{ "show members", "valid arguments are ORG" },
	{ "show member acme", "valid arguments are NAME" },
	{ "show members acme ada", "\"ada\" is not valid here; valid "
	    "arguments are none" },
	{ "show sessions a b c", "\"c\" is not valid here; valid "
	    "arguments are none" },
	{ "log", "valid arguments are brief verbose" },
	{ "log loud", "valid arguments are brief verbose" },
	{ "reload now", "\"now\" is not valid here; valid arguments "
	    "are none" },
	{ "session", "valid arguments are revoke" },
	{ "session revoke", "valid arguments are HANDLE ORG" },
	{ "session revoke a b c", "\"c\" is not valid here" },
	{ "member role acme ada", "valid arguments are ROLE" },
	{ "connection", "valid arguments are refresh enable disable "
	    "test rename" },
	{ "token", "valid arguments are list create rotate revoke" },
	{ "token rotate acme", "valid arguments are TOKEN" },
	{ "scim link acme g s", "valid arguments are ROLE" },
	{ "show tokens", "valid arguments are ORG" },
	{ "account add ada", "valid arguments are EMAIL" },
	{ "member rename acme ada", "valid arguments are NEW" },
	{ "member relink acme ada", "valid arguments are SUBJECT" },
	/* Flags, in every wrong way. */
	{ "show tokens acme -n", "\"-n\" is not valid here; valid "
	    "flags are none" },
	{ "show tokens -n acme", "valid arguments are ORG" },
	{ "token create acme -what", "\"-what\" is not valid here; "
	    "valid flags are [-connection NAME]" },
	{ "token create acme --name x", "\"--name\" is not valid" },
	{ "token create acme -name x y", "\"y\" is not valid here" },
	{ "token create acme -name", "-name needs TEXT" },
	{ "token create acme -name a -name b", "-name is there "
	    "twice" },
	{ "token create acme -dry-run -dry-run", "there twice" },
	{ "token create acme -expires 365", "no time like" },
	{ "token create acme -expires d", "no time like" },
	{ "token create acme -expires 1w", "no time like" },
	{ "token create acme -expires 1dd", "no time like" },
	{ "token create acme -expires -1d", "no time like" },
	{ "token create acme -expires 99999999d", "no time like" },
	{ "token create acme -profile google", "is not one of "
	    "tolerant strict entra okta" },
	{ "token create acme -rights users,", "is no list" },
	{ "token create acme -rights ,users", "is no list" },
	{ "token create acme -rights users,admin", "is no list" },
	{ "token create acme -from 10.0.0.0/33", "no address" },
	{ "token create acme -from host", "no address" },
	{ "token create acme -name a\001b", "control characters" },
	{ "token create acme -name a\377b", "is not UTF-8" },
	{ "show drift acme -days 0", "is no number" },
	{ "show drift acme -days x", "is no number" },
	{ "member relink acme", "-f FILE is missing" },
	{ "member relink acme -to okta", "-f FILE is missing" },
	{ "member relink acme ada x -f list", "-f stands before" },
	{ "member role acme ada read -f", "-f stands before" },
	{ "show members acme -j", "-j stands before the command" },
	{ "connection test", "valid arguments are ORG" },
	{ "connection test acme", "valid arguments are NAME" },
	{ "connection test acme okta x", "\"x\" is not valid here" },
	{ "connection remove acme okta", "\"remove\" is not valid" },
	{ "show connections a b c", "\"c\" is not valid here" },
	{ "SHOW processes", "\"SHOW\" is not valid here" },
	{ "ORG", "\"ORG\" is not valid here" },
	{ NULL, NULL }
};

static void
test_bad(void **state)
{
	struct ctl_question	 q;
	int			 i;

	(void)state;
	for (i = 0; bad_lines[i].line != NULL; i++) {
		assert_null(find(bad_lines[i].line, &q));
		if (strstr(text, bad_lines[i].says) == NULL)
			fail_msg("\"%s\" says: %s", bad_lines[i].line, text);
	}
}

/* An empty word is no argument: it would ask for everybody. */
static void
test_empty(void **state)
{
	char			 show[] = "show", sessions[] = "sessions";
	char			 empty[] = "";
	char			*list[] = { show, sessions, empty, NULL };
	struct ctl_question	 q;

	(void)state;
	assert_null(command_find(3, list, &q, text, sizeof(text)));
}

static void
test_flags(void **state)
{
	static const struct {
		const char	*line;
		const char	*options;	/* with blanks between */
	} good[] = {
		{ "token create acme", "" },
		{ "token create acme -connection okta -name ci -expires 365d "
		    "-profile entra -from 10.0.0.0/8 -from ::1 "
		    "-rights users,read -dry-run", "connection=okta name=ci "
		    "expires=31536000 profile=entra from=10.0.0.0/8 from=::1 "
		    "rights=users,read dry-run=1" },
		{ "token create acme -expires 90s", "expires=90" },
		{ "token rotate acme 0011 -overlap 0s", "overlap=0" },
		{ "show drift acme -days 30", "days=30" },
		{ "scim link acme eng nlp read -adopt", "adopt=1" },
		/* What looks like a flag is a value where one is due. */
		{ "member add acme ada -given -x -service",
		    "given=-x service=1" },
		{ "member relink acme -n -f list -connection a -to b",
		    "check=1 file=list connection=a to=b" },
		{ NULL, NULL }
	};
	struct ctl_question	 q;
	char			 all[512];
	size_t			 k;
	int			 i;

	(void)state;
	for (i = 0; good[i].line != NULL; i++) {
		if (find(good[i].line, &q) == NULL)
			fail_msg("\"%s\" says: %s", good[i].line, text);
		all[0] = '\0';
		for (k = 0; k < q.options.count; k++) {
			strlcat(all, k > 0 ? " " : "", sizeof(all));
			strlcat(all, q.options.list[k], sizeof(all));
		}
		assert_string_equal(all, good[i].options);
		command_free(&q);
	}
}

/* Every word of every pattern has its place in the question. */
static void
test_places(void **state)
{
	static const struct {
		const char	*line;
		const char	*name;
		const char	*value;
		const char	*role;
	} good[] = {
		{ "show dry-run acme 0011", "0011", "", "" },
		{ "show dry-run 0011", "0011", "", "" },
		{ "show scim-group acme eng", "eng", "", "" },
		{ "member add acme Ada.L", "Ada.L", "", "" },
		{ "member rename acme ada lovelace", "ada", "lovelace", "" },
		{ "member relink acme ada s-1", "ada", "s-1", "" },
		{ "member grant acme ada nlp write", "ada", "nlp", "write" },
		{ "member ungrant acme ada nlp", "ada", "nlp", "" },
		{ "account add ada a@b", "ada", "a@b", "" },
		{ "connection rename acme okta entra", "okta", "entra", "" },
		{ "token revoke acme 0011", "0011", "", "" },
		{ "scim link acme eng nlp read", "eng", "nlp", "read" },
		{ "scim unlink acme eng nlp", "eng", "nlp", "" },
		{ "scim release acme", "", "", "" },
		{ NULL, NULL, NULL, NULL }
	};
	struct ctl_question	 q;
	int			 i;

	(void)state;
	for (i = 0; good[i].line != NULL; i++) {
		if (find(good[i].line, &q) == NULL)
			fail_msg("\"%s\" says: %s", good[i].line, text);
		assert_string_equal(q.organization,
		    strstr(good[i].line, " acme") == NULL ? "" : "acme");
		assert_string_equal(q.name, good[i].name);
		assert_string_equal(q.value, good[i].value);
		assert_string_equal(q.role, good[i].role);
	}
}

static void
test_what_hurts(void **state)
{
	const struct command	*c;
	int			 asked;

	(void)state;
	asked = 0;
	for (c = commands; c->pattern != NULL; c++) {
		if (c->warning != NULL)
			asked++;
		if (strncmp(c->pattern, "show", 4) == 0)
			assert_null(c->warning);
		if (strncmp(c->pattern, "session revoke", 14) == 0 ||
		    strcmp(c->pattern, "stop") == 0 ||
		    strncmp(c->pattern, "connection disable", 18) == 0 ||
		    strncmp(c->pattern, "member role", 11) == 0 ||
		    strncmp(c->pattern, "member de", 9) == 0 ||
		    strncmp(c->pattern, "member re", 9) == 0 ||
		    strncmp(c->pattern, "member un", 9) == 0 ||
		    strcmp(c->pattern, "token revoke ORG TOKEN") == 0)
			assert_int_equal(c->warning == NULL,
			    strncmp(c->pattern, "member reactivate", 17) == 0 ||
			    strncmp(c->pattern, "member restore", 14) == 0);
	}
	assert_int_equal(asked, 16);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_what_hurts)
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
