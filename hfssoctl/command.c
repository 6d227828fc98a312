/* The commands of hfssoctl.  Pure. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hfssoctl/command.h"

const struct command	commands[] = {
	{ "reload",			MESSAGE_ctl_reload,	ASK_NOTHING,
	    NULL },
	{ "stop",			MESSAGE_ctl_stop,	ASK_NOTHING,
	    "End hfssod? Nobody passes the proxy until it runs again." },
	{ "log brief",			MESSAGE_ctl_log,	ASK_BRIEF,
	    NULL },
	{ "log verbose",		MESSAGE_ctl_log,	ASK_VERBOSE,
	    NULL },
	{ "show organizations",		MESSAGE_show_organizations,
	    ASK_QUESTION, NULL },
	{ "show members ORG",		MESSAGE_show_members,	ASK_QUESTION,
	    NULL },
	{ "show member ORG NAME",	MESSAGE_show_member,	ASK_QUESTION,
	    NULL },
	{ "show sessions",		MESSAGE_show_sessions,	ASK_QUESTION,
	    NULL },
	{ "show sessions ORG",		MESSAGE_show_sessions,	ASK_QUESTION,
	    NULL },
	{ "show sessions ORG NAME",	MESSAGE_show_sessions,	ASK_QUESTION,
	    NULL },
	{ "show connections",		MESSAGE_show_connections,
	    ASK_QUESTION, NULL },
	{ "show connections ORG",	MESSAGE_show_connections,
	    ASK_QUESTION, NULL },
	{ "show connections ORG NAME",	MESSAGE_show_connections,
	    ASK_QUESTION, NULL },
	{ "show processes",		MESSAGE_ctl_processes,	ASK_NOTHING,
	    NULL },
	{ "session revoke HANDLE",	MESSAGE_session_revoke,	ASK_QUESTION,
	    "End this session?" },
	{ "session revoke ORG NAME",	MESSAGE_session_revoke,	ASK_QUESTION,
	    "End every session of this member?" },
	{ "member role ORG NAME ROLE",	MESSAGE_member_role,	ASK_QUESTION,
	    "Change the role of this member?" },
	{ "connection refresh ORG NAME", MESSAGE_connection_refresh,
	    ASK_QUESTION, NULL },
	{ "connection enable ORG NAME",	MESSAGE_connection_enable,
	    ASK_QUESTION, NULL },
	{ "connection disable ORG NAME", MESSAGE_connection_disable,
	    ASK_QUESTION,
	    "Switch it off? Nobody can sign in through it any more." },
	{ "connection test ORG NAME",	MESSAGE_connection_test,
	    ASK_QUESTION, NULL },
	{ NULL, MESSAGE_none, ASK_NOTHING, NULL }
};

/* The word at a place of a pattern, and how long it is; NULL past its end. */
static const char *
pattern_word(const char *pattern, int at, size_t *len)
{
	for (; at > 0; at--) {
		pattern += strcspn(pattern, " ");
		if (*pattern == '\0')
			return NULL;
		pattern++;
	}
	*len = strcspn(pattern, " ");
	return pattern;
}

static bool
matches(const char *word, size_t len, const char *arg)
{
	if (isupper((unsigned char)word[0]))
		return arg[0] != '\0';
	return strlen(arg) == len && strncmp(word, arg, len) == 0;
}

/* How many of the words the pattern begins with. */
static int
matched(const char *pattern, int argc, char *const *argv)
{
	const char	*word;
	size_t		 len;
	int		 i;

	for (i = 0; i < argc; i++) {
		if ((word = pattern_word(pattern, i, &len)) == NULL ||
		    !matches(word, len, argv[i]))
			break;
	}
	return i;
}

static void
question(const char *pattern, int argc, char *const *argv,
    struct ctl_question *q)
{
	const char	*word;
	size_t		 len;
	int		 i;

	memset(q, 0, sizeof(*q));
	q->organization = q->name = q->role = q->after = "";
	for (i = 0; i < argc; i++) {
		word = pattern_word(pattern, i, &len);
		if (strncmp(word, "ORG", len) == 0)
			q->organization = argv[i];
		else if (strncmp(word, "NAME", len) == 0 ||
		    strncmp(word, "HANDLE", len) == 0)
			q->name = argv[i];
		else if (strncmp(word, "ROLE", len) == 0)
			q->role = argv[i];
	}
}

/* Add a word to a list in text, unless it is there. */
static void
add_word(char *text, size_t size, const char *word, size_t len)
{
	char	 spaced[64];

	snprintf(spaced, sizeof(spaced), " %.*s", (int)len, word);
	len = strlen(spaced);
	if (strlen(text) >= len &&
	    strcmp(text + strlen(text) - len, spaced) == 0)
		return;
	strlcat(text, spaced, size);
}

/* What may stand at this place, after the words before it. */
static void
valid_here(int at, int argc, char *const *argv, char *text, size_t size)
{
	const struct command	*c;
	const char		*word;
	size_t			 len, start;
	bool			 end;

	text[0] = '\0';
	if (at < argc)
		snprintf(text, size, "\"%.100s\" is not valid here; ",
		    argv[at]);
	strlcat(text, "valid arguments are", size);
	start = strlen(text);
	end = false;
	for (c = commands; c->pattern != NULL; c++) {
		if (matched(c->pattern, at, argv) < at)
			continue;
		if ((word = pattern_word(c->pattern, at, &len)) == NULL)
			end = true;
		else
			add_word(text, size, word, len);
	}
	if (end && strlen(text) == start)
		strlcat(text, " none", size);
	else if (end)
		strlcat(text, ", or none", size);
}

const struct command *
command_find(int argc, char *const *argv, struct ctl_question *q, char *text,
    size_t size)
{
	const struct command	*c;
	size_t			 len;
	int			 most, n;

	most = 0;
	for (c = commands; c->pattern != NULL; c++) {
		n = matched(c->pattern, argc, argv);
		if (n == argc &&
		    pattern_word(c->pattern, argc, &len) == NULL &&
		    argc > 0) {
			question(c->pattern, argc, argv, q);
			return c;
		}
		if (n > most)
			most = n;
	}
	valid_here(most, argc, argv, text, size);
	return NULL;
}
