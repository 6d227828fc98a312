/*
 * The words of the configuration.  In parent.  Reads the files that the
 * operator names and nothing else; never interprets what a word means.
 */
#include <sys/queue.h>
#include <sys/stat.h>

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/encode.h"
#include "common/log.h"
#include "hfssod/parent/lex.h"

struct source {
	const char	*name;		/* the conf's */
	char		*data;
	size_t		 len;
	size_t		 at;
	int		 line;
};

struct macro {
	char		*name;
	char		*value;
	bool		 fixed;
	TAILQ_ENTRY(macro) entry;
};

struct lexer {
	struct conf	*conf;
	struct errors	*errors;
	bool		 strict;
	struct source	 files[LEX_FILES];
	unsigned int	 depth;		/* files that are open */
	bool		 fresh;		/* say newline before going on */
	bool		 ended;		/* said it after the last line */
	struct place	 place;
	char		 text[LEX_TEXT];
	TAILQ_HEAD(, macro) macros;
};

static bool		 file_open(struct lexer *, const char *,
			    const struct place *);
static const char	*file_refused(int, bool, struct stat *);
static int		 peek(struct lexer *);
static int		 take(struct lexer *);
static enum lex		 quoted(struct lexer *);
static enum lex		 word(struct lexer *);
static enum lex		 macro(struct lexer *);

struct lexer *
lex_new(struct conf *conf, struct errors *errors, const char *path,
    bool strict)
{
	struct lexer	*lex;

	if ((lex = calloc(1, sizeof(*lex))) == NULL)
		fatal("lexer");
	lex->conf = conf;
	lex->errors = errors;
	lex->strict = strict;
	TAILQ_INIT(&lex->macros);
	if (!file_open(lex, path, NULL)) {
		lex_free(lex);
		return NULL;
	}
	lex->place.file = lex->files[0].name;
	lex->place.line = 1;
	return lex;
}

void
lex_free(struct lexer *lex)
{
	struct macro	*m;

	if (lex == NULL)
		return;
	while (lex->depth > 0)
		free(lex->files[--lex->depth].data);
	while ((m = TAILQ_FIRST(&lex->macros)) != NULL) {
		TAILQ_REMOVE(&lex->macros, m, entry);
		free(m->name);
		free(m->value);
		free(m);
	}
	free(lex);
}

struct place
lex_place(const struct lexer *lex)
{
	return lex->place;
}

/*
 * Read a whole file before the first word of it, so that a file which is
 * replaced meanwhile is either the old or the new one.
 */
static bool
file_open(struct lexer *lex, const char *path, const struct place *at)
{
	struct source	*s;
	struct stat	 st;
	const char	*why;
	size_t		 n;
	ssize_t		 got;
	int		 fd;

	s = &lex->files[lex->depth];
	memset(s, 0, sizeof(*s));
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd == -1) {
		errors_add(lex->errors, at, "%s: %s", path, strerror(errno));
		return false;
	}
	if ((why = file_refused(fd, lex->strict, &st)) != NULL) {
		errors_add(lex->errors, at, "%s: %s", path, why);
		close(fd);
		return false;
	}
	n = (size_t)st.st_size;
	if ((s->data = malloc(n + 1)) == NULL)
		fatal("lexer");
	while (s->len < n) {
		got = read(fd, s->data + s->len, n - s->len);
		if (got <= 0)
			break;
		s->len += (size_t)got;
	}
	close(fd);
	s->name = conf_string(lex->conf, path);
	s->line = 1;
	lex->depth++;
	return true;
}

/* Why this file is not read; NULL if it may be. */
static const char *
file_refused(int fd, bool strict, struct stat *st)
{
	if (fstat(fd, st) == -1)
		return strerror(errno);
	if (!S_ISREG(st->st_mode))
		return "is not a file";
	if (st->st_size > LEX_FILE_SIZE)
		return "is larger than 1 MB";
	if (strict && st->st_uid != 0)
		return "does not belong to root";
	if (strict && (st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "can be written by others than root";
	return NULL;
}

bool
lex_include(struct lexer *lex, const char *name)
{
	char		 path[LEX_TEXT * 2];
	const char	*from, *slash;
	unsigned int	 i;

	from = lex->files[lex->depth - 1].name;
	slash = strrchr(from, '/');
	if (name[0] == '/' || slash == NULL)
		snprintf(path, sizeof(path), "%s", name);
	else
		snprintf(path, sizeof(path), "%.*s/%s", (int)(slash - from),
		    from, name);
	if (lex->depth == LEX_FILES) {
		errors_add(lex->errors, &lex->place,
		    "include: more than %d files deep", LEX_FILES);
		return false;
	}
	for (i = 0; i < lex->depth; i++) {
		if (strcmp(lex->files[i].name, path) == 0) {
			errors_add(lex->errors, &lex->place,
			    "include: %s includes itself", path);
			return false;
		}
	}
	if (!file_open(lex, path, &lex->place))
		return false;
	lex->fresh = true;
	return true;
}

bool
lex_define(struct lexer *lex, const char *name, const char *value, bool fixed)
{
	struct macro	*m;
	size_t		 i;

	for (i = 0; name[i] != '\0'; i++) {
		if (!isalnum((unsigned char)name[i]) && name[i] != '_')
			return false;
	}
	if (i == 0 || strlen(value) >= LEX_TEXT ||
	    !utf8_plain(value, strlen(value)))
		return false;
	TAILQ_FOREACH(m, &lex->macros, entry) {
		if (strcmp(m->name, name) == 0)
			break;
	}
	if (m != NULL && m->fixed)
		return true;
	if (m == NULL) {
		if ((m = calloc(1, sizeof(*m))) == NULL ||
		    (m->name = strdup(name)) == NULL)
			fatal("lexer");
		TAILQ_INSERT_TAIL(&lex->macros, m, entry);
	}
	free(m->value);
	if ((m->value = strdup(value)) == NULL)
		fatal("lexer");
	m->fixed = fixed;
	return true;
}

/* The next character, or EOF at the end of this file. */
static int
peek(struct lexer *lex)
{
	struct source	*s;

	s = &lex->files[lex->depth - 1];
	return s->at < s->len ? (unsigned char)s->data[s->at] : EOF;
}

static int
take(struct lexer *lex)
{
	struct source	*s;
	int		 c;

	s = &lex->files[lex->depth - 1];
	if ((c = peek(lex)) == EOF)
		return EOF;
	s->at++;
	if (c == '\n')
		s->line++;
	return c;
}

/* Pass over blanks, joined lines and a comment. */
static void
blanks(struct lexer *lex)
{
	struct source	*s;
	int		 c;

	s = &lex->files[lex->depth - 1];
	for (;;) {
		c = peek(lex);
		if (c == '\\' && s->at + 1 < s->len &&
		    s->data[s->at + 1] == '\n') {
			take(lex);
			take(lex);
		} else if (c == ' ' || c == '\t' || c == '\r')
			take(lex);
		else
			break;
	}
	if (c == '#') {
		while ((c = peek(lex)) != EOF && c != '\n')
			take(lex);
	}
}

enum lex
lex_next(struct lexer *lex, const char **text)
{
	struct source	*s;
	int		 c;

	lex->text[0] = '\0';
	*text = lex->text;
	if (lex->fresh) {
		lex->fresh = false;
		return LEX_NEWLINE;
	}
	blanks(lex);
	s = &lex->files[lex->depth - 1];
	lex->place.file = s->name;
	lex->place.line = s->line;
	c = peek(lex);
	if (c == EOF) {
		/* Whatever the last line was, it ends here. */
		if (lex->depth == 1) {
			if (lex->ended)
				return LEX_END;
			lex->ended = true;
			return LEX_NEWLINE;
		}
		free(s->data);
		lex->depth--;
		return LEX_NEWLINE;
	}
	if (c == '\n') {
		take(lex);
		return LEX_NEWLINE;
	}
	if (c != '\0' && strchr("{}=,", c) != NULL) {
		lex->text[0] = (char)take(lex);
		lex->text[1] = '\0';
		return LEX_MARK;
	}
	if (c == '"')
		return quoted(lex);
	if (c == '$')
		return macro(lex);
	return word(lex);
}

static enum lex
quoted(struct lexer *lex)
{
	size_t	 n;
	int	 c;

	n = 0;
	take(lex);
	while ((c = peek(lex)) != '"') {
		if (c == EOF || c == '\n') {
			errors_add(lex->errors, &lex->place,
			    "quoted string does not end on its line");
			return LEX_BAD;
		}
		if (c == '\\') {
			take(lex);
			c = peek(lex);
			if (c != '"' && c != '\\') {
				errors_add(lex->errors, &lex->place,
				    "only \\\" and \\\\ may be escaped");
				return LEX_BAD;
			}
		}
		if (n + 1 == sizeof(lex->text)) {
			errors_add(lex->errors, &lex->place,
			    "quoted string too long");
			return LEX_BAD;
		}
		lex->text[n++] = (char)take(lex);
	}
	take(lex);
	lex->text[n] = '\0';
	if (!utf8_plain(lex->text, n)) {
		errors_add(lex->errors, &lex->place,
		    "quoted string is not UTF-8 or has a control character");
		return LEX_BAD;
	}
	return LEX_STRING;
}

static enum lex
word(struct lexer *lex)
{
	size_t	 n;
	int	 c;

	n = 0;
	while ((c = peek(lex)) != EOF && c > ' ' && c < 127 &&
	    strchr("{}=,#\"$\\", c) == NULL) {
		if (n + 1 == sizeof(lex->text)) {
			errors_add(lex->errors, &lex->place, "word too long");
			return LEX_BAD;
		}
		lex->text[n++] = (char)take(lex);
	}
	lex->text[n] = '\0';
	if (n == 0) {
		take(lex);
		errors_add(lex->errors, &lex->place,
		    "unexpected character 0x%02x", (unsigned int)c);
		return LEX_BAD;
	}
	return LEX_WORD;
}

static enum lex
macro(struct lexer *lex)
{
	struct macro	*m;
	size_t		 n;
	int		 c;

	n = 0;
	take(lex);
	while ((c = peek(lex)) != EOF && (isalnum(c) || c == '_') &&
	    n + 1 < sizeof(lex->text))
		lex->text[n++] = (char)take(lex);
	lex->text[n] = '\0';
	TAILQ_FOREACH(m, &lex->macros, entry) {
		if (strcmp(m->name, lex->text) == 0) {
			strlcpy(lex->text, m->value, sizeof(lex->text));
			return LEX_STRING;
		}
	}
	errors_add(lex->errors, &lex->place, "macro \"%s\" is not defined",
	    lex->text);
	return LEX_BAD;
}
