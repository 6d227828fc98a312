/*
 * The words of the configuration: files and what they include, comments,
 * quoted strings, macros.  Knows no grammar; parse.y asks it for words.
 *
 * A word is a run of characters other than white space and { } = , # " $.
 * "#" begins a comment, "\" at the end of a line joins it with the next.
 * A quoted string holds any UTF-8 but control characters; \" and \\ stand
 * for themselves.  $name is the value of a macro, as one quoted string.
 */
#ifndef PARENT_LEX_H
#define PARENT_LEX_H

#include <stdbool.h>

#include "hfssod/parent/conf.h"
#include "hfssod/parent/errors.h"

enum lex {
	LEX_END,
	LEX_WORD,		/* bare: may be a keyword */
	LEX_STRING,		/* quoted, or a macro's value */
	LEX_MARK,		/* one of { } = , in text[0] */
	LEX_NEWLINE,
	LEX_BAD			/* a message was added */
};

#define LEX_FILES	8		/* includes within includes */
#define LEX_FILE_SIZE	(1024 * 1024)
#define LEX_TEXT	4096		/* octets of one word */

struct lexer;

/*
 * Begin with a file.  Strings that outlive the lexer (file names) come
 * from the conf.  With strict set a file that somebody else could have
 * written is refused.  NULL after a message, if the file can't be read.
 */
struct lexer	*lex_new(struct conf *, struct errors *, const char *, bool);
void		 lex_free(struct lexer *);
/* The next word; its text until the next call. */
enum lex	 lex_next(struct lexer *, const char **);
/* Where the word that came last is. */
struct place	 lex_place(const struct lexer *);
/*
 * Go on with another file, then come back.  A name without a leading
 * slash is relative to the folder of the file that includes it.  False
 * after a message.
 */
bool		 lex_include(struct lexer *, const char *);
/*
 * Define a macro.  One that was defined with fixed set (-D) keeps its
 * value.  False for a name that isn't letters, digits and underscores, or
 * a value that no quoted string could have.
 */
bool		 lex_define(struct lexer *, const char *, const char *, bool);

#endif
