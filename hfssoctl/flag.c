/* The flags of hfssoctl's commands.  Pure. */
#include <ctype.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/limits.h"
#include "common/request.h"
#include "hfssoctl/flag.h"

enum form {
	FORM_YES,		/* its being there is all */
	FORM_TEXT,
	FORM_TIME,		/* "90s", "10m", "8h", "365d" */
	FORM_NUMBER,
	FORM_NETWORK,		/* may be given again */
	FORM_WORD,		/* one of the words */
	FORM_WORDS		/* some of them, commas between */
};

struct flag {
	const char	*option;	/* as it travels */
	const char	*flag;		/* as it is typed, without the dash */
	const char	*value;		/* what follows, for usage */
	enum form	 form;
	const char	*words;		/* blanks between */
};

static const struct flag flags[] = {
	{ "adopt", "adopt", NULL, FORM_YES, NULL },
	{ "check", "n", NULL, FORM_YES, NULL },
	{ "connection", "connection", "NAME", FORM_TEXT, NULL },
	{ "days", "days", "N", FORM_NUMBER, NULL },
	{ "display", "display", "TEXT", FORM_TEXT, NULL },
	{ "dry-run", "dry-run", NULL, FORM_YES, NULL },
	{ "email", "email", "ADDRESS", FORM_TEXT, NULL },
	{ "expires", "expires", "TIME", FORM_TIME, NULL },
	{ "external", "external", "ID", FORM_TEXT, NULL },
	{ "family", "family", "TEXT", FORM_TEXT, NULL },
	{ "file", "f", "FILE", FORM_TEXT, NULL },
	{ "from", "from", "NETWORK", FORM_NETWORK, NULL },
	{ "given", "given", "TEXT", FORM_TEXT, NULL },
	{ "name", "name", "TEXT", FORM_TEXT, NULL },
	{ "overlap", "overlap", "TIME", FORM_TIME, NULL },
	{ "profile", "profile", "PROFILE", FORM_WORD,
	    "tolerant strict entra okta" },
	{ "rate", "rate", "N", FORM_NUMBER, NULL },
	{ "rights", "rights", "LIST", FORM_WORDS,
	    "users groups read delete relink links" },
	{ "service", "service", NULL, FORM_YES, NULL },
	{ "to", "to", "NAME", FORM_TEXT, NULL },
	{ NULL, NULL, NULL, FORM_YES, NULL }
};

/* The next word of a list, and how long it is; NULL at its end. */
static const char *
word_next(const char **list, size_t *len)
{
	const char	*word;

	word = *list + strspn(*list, " ");
	*len = strcspn(word, " ");
	*list = word + *len;
	return *len == 0 ? NULL : word;
}

static bool
word_in(const char *list, const char *text, size_t len)
{
	const char	*word;
	size_t		 n;

	while ((word = word_next(&list, &n)) != NULL) {
		if (n == len && strncmp(word, text, len) == 0)
			return true;
	}
	return false;
}

/* The flag of a word in a command's list, and whether it must be given. */
static const struct flag *
flag_of(const char *word, size_t len, bool *must)
{
	const struct flag	*f;

	*must = word[len - 1] == '!';
	if (*must)
		len--;
	for (f = flags; f->option != NULL; f++) {
		if (strlen(f->option) == len &&
		    strncmp(f->option, word, len) == 0)
			return f;
	}
	/* A table of ours names one that there is not. */
	errx(1, "no flag %.*s", (int)len, word);
}

void
flags_usage(const char *list, char *text, size_t size)
{
	const struct flag	*f;
	const char		*word;
	char			 one[64];
	size_t			 len;
	bool			 must;

	text[0] = '\0';
	while ((word = word_next(&list, &len)) != NULL) {
		f = flag_of(word, len, &must);
		snprintf(one, sizeof(one), " %s-%s%s%s%s%s", must ? "" : "[",
		    f->flag, f->value != NULL ? " " : "",
		    f->value != NULL ? f->value : "", must ? "" : "]",
		    f->form == FORM_NETWORK ? " ..." : "");
		strlcat(text, one, size);
	}
}

void
flags_add(struct strings *options, const char *name, const char *value)
{
	char	*text;

	if (asprintf(&text, "%s=%s", name, value) == -1)
		err(1, NULL);
	strings_add(options, text);
}

/* --- values --------------------------------------------------------------- */

static bool
seconds(const char *text, char *out, size_t size)
{
	static const struct {
		char		 letter;
		long long	 many;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	const char	*error;
	char		 digits[8];
	long long	 n;
	size_t		 i, len;

	len = strspn(text, "0123456789");
	if (len == 0 || len >= sizeof(digits) || text[len] == '\0' ||
	    text[len + 1] != '\0')
		return false;
	strlcpy(digits, text, len + 1);
	n = strtonum(digits, 0, 9999999, &error);
	for (i = 0; error == NULL && i < 4; i++) {
		if (units[i].letter == text[len]) {
			snprintf(out, size, "%lld", n * units[i].many);
			return true;
		}
	}
	return false;
}

/* Why a value is not of the form; NULL if it is.  Changes a time. */
static const char *
value_wrong(const struct flag *f, const char *value, char *out, size_t size)
{
	struct network	 net;
	const char	*error;
	size_t		 len;

	out[0] = '\0';
	if (value[0] == '\0')
		return "is empty";
	if (!utf8_plain(value, strlen(value)))
		return "is not UTF-8, or has control characters";
	if (strlcpy(out, value, size) >= size)
		return "is too long";
	switch (f->form) {
	case FORM_TIME:
		return seconds(value, out, size) ? NULL :
		    "is no time like 90s, 10m, 8h or 365d";
	case FORM_NUMBER:
		(void)strtonum(value, 1, 36600, &error);
		return error == NULL ? NULL : "is no number from 1 on";
	case FORM_NETWORK:
		return network_parse(value, &net) ? NULL :
		    "is no address or network";
	case FORM_WORD:
		return word_in(f->words, value, strlen(value)) ? NULL :
		    "is not one of";
	case FORM_WORDS:
		for (;; value += len + 1) {
			len = strcspn(value, ",");
			if (!word_in(f->words, value, len))
				return "is no list, with commas, of";
			if (value[len] == '\0')
				return NULL;
		}
	default:
		return NULL;
	}
}

/* --- reading -------------------------------------------------------------- */

/* The flag that was typed, if it is in the list. */
static const struct flag *
flag_typed(const char *list, const char *typed)
{
	const struct flag	*f;
	const char		*word;
	size_t			 len;
	bool			 must;

	while ((word = word_next(&list, &len)) != NULL) {
		f = flag_of(word, len, &must);
		if (strcmp(f->flag, typed) == 0)
			return f;
	}
	return NULL;
}

static bool
given(const struct strings *options, const struct flag *f)
{
	size_t	 i, len;

	len = strlen(f->option);
	for (i = 0; i < options->count; i++) {
		if (strncmp(options->list[i], f->option, len) == 0 &&
		    options->list[i][len] == '=')
			return true;
	}
	return false;
}

static void
not_valid(const char *list, const char *arg, char *text, size_t size)
{
	char	 usage[256];

	flags_usage(list, usage, sizeof(usage));
	if (strcmp(arg, "-f") == 0 || strcmp(arg, "-j") == 0 ||
	    strcmp(arg, "-s") == 0)
		snprintf(text, size, "%s stands before the command", arg);
	else
		snprintf(text, size, "\"%.100s\" is not valid here; valid "
		    "flags are%s", arg, usage[0] != '\0' ? usage : " none");
}

/* What must be given is there. */
static bool
complete(const char *list, const struct strings *options, char *text,
    size_t size)
{
	const struct flag	*f;
	const char		*word;
	size_t			 len;
	bool			 must;

	while ((word = word_next(&list, &len)) != NULL) {
		f = flag_of(word, len, &must);
		if (!must || given(options, f))
			continue;
		snprintf(text, size, "-%s %s is missing", f->flag, f->value);
		return false;
	}
	return true;
}

bool
flags_read(const char *list, int argc, char *const *argv,
    struct strings *options, char *text, size_t size)
{
	const struct flag	*f;
	const char		*why;
	char			 value[LIMIT_SUBJECT + 1];
	int			 i;

	for (i = 0; i < argc; i++) {
		if (argv[i][0] != '-' ||
		    (f = flag_typed(list, argv[i] + 1)) == NULL) {
			not_valid(list, argv[i], text, size);
			return false;
		}
		if (f->form != FORM_NETWORK && given(options, f)) {
			snprintf(text, size, "%s is there twice", argv[i]);
			return false;
		}
		if (f->form == FORM_YES) {
			flags_add(options, f->option, "1");
			continue;
		}
		if (++i == argc) {
			snprintf(text, size, "%s needs %s", argv[i - 1],
			    f->value);
			return false;
		}
		why = value_wrong(f, argv[i], value, sizeof(value));
		if (why != NULL) {
			snprintf(text, size, "-%s: \"%.100s\" %s%s%s",
			    f->flag, argv[i], why,
			    f->words != NULL ? " " : "",
			    f->words != NULL ? f->words : "");
			return false;
		}
		flags_add(options, f->option, value);
	}
	return complete(list, options, text, size);
}
