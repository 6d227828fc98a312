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
static char	*argv[16];

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

static void
test_bad(void **state)
{
	static const struct {
		const char	*line;
		const char	*says;
	} bad[] = {
		{ "", "valid arguments are reload stop log show session "
		    "member connection" },
		{ "sho", "\"sho\" is not valid here; valid arguments are "
		    "reload" },
		{ "show", "valid arguments are organizations members member "
		    "sessions connections processes" },
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
		    "test" },
		{ "connection test", "valid arguments are ORG" },
		{ "connection test acme", "valid arguments are NAME" },
		{ "connection test acme okta x", "\"x\" is not valid here" },
		{ "connection remove acme okta", "\"remove\" is not valid" },
		{ "show connections a b c", "\"c\" is not valid here" },
		{ "SHOW processes", "\"SHOW\" is not valid here" },
		{ "ORG", "\"ORG\" is not valid here" },
		{ NULL, NULL }
	};
	struct ctl_question	 q;
	int			 i;

	(void)state;
	for (i = 0; bad[i].line != NULL; i++) {
		assert_null(find(bad[i].line, &q));
		if (strstr(text, bad[i].says) == NULL)
			fail_msg("\"%s\" says: %s", bad[i].line, text);
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
		    strncmp(c->pattern, "member role", 11) == 0)
			assert_non_null(c->warning);
	}
	assert_int_equal(asked, 5);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_what_hurts)
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
