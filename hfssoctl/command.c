/* The commands of hfssoctl.  Pure. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hfssoctl/command.h"
#include "hfssoctl/flag.h"

/* One that is parent's own, with nothing said beside its words. */
#define PARENT(pattern, name, ask, warning) \
	{ pattern, MESSAGE_##name, ask, warning, "" }
/* One that hurts nobody, and one that asks before it is done. */
#define ASKS(pattern, name, flags) \
	{ pattern, MESSAGE_##name, ASK_QUESTION, NULL, flags }
#define HURTS(pattern, name, warning, flags) \
	{ pattern, MESSAGE_##name, ASK_QUESTION, warning, flags }

const struct command	commands[] = {
	PARENT("reload", ctl_reload, ASK_NOTHING, NULL),
	PARENT("stop", ctl_stop, ASK_NOTHING,
	    "End hfssod? Nobody passes the proxy until it runs again."),
	PARENT("log brief", ctl_log, ASK_BRIEF, NULL),
	PARENT("log verbose", ctl_log, ASK_VERBOSE, NULL),
	ASKS("show organizations", show_organizations, ""),
	ASKS("show members ORG", show_members, ""),
	ASKS("show member ORG NAME", show_member, ""),
	ASKS("show sessions", show_sessions, ""),
	ASKS("show sessions ORG", show_sessions, ""),
	ASKS("show sessions ORG NAME", show_sessions, ""),
	ASKS("show connections", show_connections, ""),
	ASKS("show connections ORG", show_connections, ""),
	ASKS("show connections ORG NAME", show_connections, ""),
	ASKS("show tokens ORG", show_tokens, ""),
	ASKS("show scim-groups ORG", show_groups, ""),
	ASKS("show scim-group ORG GROUP", show_group, ""),
	ASKS("show scim-log ORG", show_scim_log, ""),
	ASKS("show drift ORG", show_drift, "days"),
	ASKS("show dry-run TOKEN", show_dry_run, ""),
	ASKS("show dry-run ORG TOKEN", show_dry_run, ""),
	PARENT("show processes", ctl_processes, ASK_NOTHING, NULL),
	HURTS("session revoke HANDLE", session_revoke,
	    "End this session?", ""),
	HURTS("session revoke ORG NAME", session_revoke,
	    "End every session of this member?", ""),
	HURTS("member role ORG NAME ROLE", member_role,
	    "Change the role of this member?", ""),
	ASKS("member add ORG USERNAME", member_add,
	    "email given family display external connection service"),
	HURTS("member deactivate ORG NAME", member_deactivate,
	    "End this member's sessions, and let nobody in as him until he "
	    "is reactivated?", ""),
	ASKS("member reactivate ORG NAME", member_reactivate, ""),
	HURTS("member delete ORG NAME", member_delete,
	    "Delete this account? It can be restored for a while, without "
	    "its grants.", ""),
	ASKS("member restore ORG NAME", member_restore, ""),
	HURTS("member rename ORG NAME NEW", member_rename,
	    "Give this account another name? Applications that know people "
	    "by name will take him for somebody else.", ""),
	HURTS("member relink ORG", member_relink,
	    "Let these people sign in by their new subjects, and no more by "
	    "the old ones?", "file! connection to check"),
	HURTS("member relink ORG NAME SUBJECT", member_relink,
	    "Let this member sign in by this subject, and no more by the old "
	    "one?", "connection"),
	HURTS("member unlink ORG NAME", member_unlink,
	    "Take the identity from this account, and end its sessions?",
	    "connection"),
	ASKS("member grant ORG NAME SLUG ROLE", member_grant, ""),
	HURTS("member ungrant ORG NAME SLUG", member_ungrant,
	    "Take this member out of the resource group?", ""),
	ASKS("account add NAME EMAIL", account_add, "display"),
	ASKS("connection refresh ORG NAME", connection_refresh, ""),
	ASKS("connection enable ORG NAME", connection_enable, ""),
	HURTS("connection disable ORG NAME", connection_disable,
	    "Switch it off? Nobody can sign in through it any more.", ""),
	ASKS("connection test ORG NAME", connection_test, ""),
	HURTS("connection rename ORG NAME NEW", connection_rename,
	    "Give everything that belongs to this connection to one of "
	    "another name?", ""),
	ASKS("token list ORG", show_tokens, ""),
	ASKS("token create ORG", token_create,
	    "connection name expires profile from rights rate dry-run"),
	ASKS("token rotate ORG TOKEN", token_rotate, "overlap"),
	HURTS("token revoke ORG TOKEN", token_revoke,
	    "Revoke this token? Whoever uses it is refused from now on.", ""),
	ASKS("scim link ORG GROUP SLUG ROLE", scim_link, "adopt"),
	HURTS("scim unlink ORG GROUP SLUG", scim_unlink,
	    "Take from the people of this group what the link gives them?",
	    ""),
	HURTS("scim release ORG", scim_release,
	    "Let deactivations and deletions by SCIM pass again?", ""),
	{ NULL, MESSAGE_none, ASK_NOTHING, NULL, "" }
};

/* Where the word goes that stands for one of these. */
static const struct {
	const char	*word;
	size_t		 offset;	/* in a ctl_question */
} places[] = {
	{ "ORG", offsetof(struct ctl_question, organization) },
	{ "NAME", offsetof(struct ctl_question, name) },
	{ "USERNAME", offsetof(struct ctl_question, name) },
	{ "HANDLE", offsetof(struct ctl_question, name) },
	{ "TOKEN", offsetof(struct ctl_question, name) },
	{ "GROUP", offsetof(struct ctl_question, name) },
	{ "ROLE", offsetof(struct ctl_question, role) },
	{ "SLUG", offsetof(struct ctl_question, value) },
	{ "NEW", offsetof(struct ctl_question, value) },
	{ "SUBJECT", offsetof(struct ctl_question, value) },
	{ "EMAIL", offsetof(struct ctl_question, value) },
	{ NULL, 0 }
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
	size_t		 k, len;
	int		 i;

	for (i = 0; i < argc; i++) {
		word = pattern_word(pattern, i, &len);
		for (k = 0; places[k].word != NULL; k++) {
			if (strlen(places[k].word) == len &&
			    strncmp(word, places[k].word, len) == 0)
				*(const char **)((char *)q +
				    places[k].offset) = argv[i];
		}
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

/* The command that these words are, all of them. */
static const struct command *
words_find(int argc, char *const *argv, char *text, size_t size)
{
	const struct command	*c;
	size_t			 len;
	int			 most, n;

	most = 0;
	for (c = commands; c->pattern != NULL; c++) {
		n = matched(c->pattern, argc, argv);
		if (n == argc &&
		    pattern_word(c->pattern, argc, &len) == NULL &&
		    argc > 0)
			return c;
		if (n > most)
			most = n;
	}
	valid_here(most, argc, argv, text, size);
	return NULL;
}

const struct command *
command_find(int argc, char *const *argv, struct ctl_question *q, char *text,
    size_t size)
{
	const struct command	*c;
	int			 n;

	memset(q, 0, sizeof(*q));
	q->organization = q->name = q->role = q->value = q->after = "";
	/* Flags begin where the words end. */
	for (n = 0; n < argc; n++) {
		if (argv[n][0] == '-' && argv[n][1] != '\0')
			break;
	}
	if ((c = words_find(n, argv, text, size)) == NULL)
		return NULL;
	question(c->pattern, n, argv, q);
	if (flags_read(c->flags, argc - n, argv + n, &q->options, text, size))
		return c;
	command_free(q);
	return NULL;
}

void
command_free(struct ctl_question *q)
{
	size_t	 i;

	for (i = 0; i < q->options.count; i++)
		free((void *)(uintptr_t)q->options.list[i]);
	strings_free(&q->options);
}
