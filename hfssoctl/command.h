/*
 * What hfssoctl can be told, a line each, and which line the words of the
 * command line match.  Pure.
 */
#ifndef HFSSOCTL_COMMAND_H
#define HFSSOCTL_COMMAND_H

#include <stddef.h>

#include "common/message.h"
#include "common/record.h"

/* What goes with the message. */
enum ask {
	ASK_NOTHING,		/* no payload */
	ASK_BRIEF,		/* a level of logging */
	ASK_VERBOSE,
	ASK_QUESTION		/* a ctl_question */
};

struct command {
	/* Words as they are; those in capitals stand for any word. */
	const char	*pattern;
	enum message	 message;
	enum ask	 ask;
	/* Asked before it is done; NULL: it hurts nobody. */
	const char	*warning;
	/* The flags that may follow, by their options (flag.h). */
	const char	*flags;
};

/* Ends with a NULL pattern. */
extern const struct command	commands[];

/*
 * The command that these words and flags are, and the question they ask
 * (its strings point into the words; "" where nothing was said; its options
 * are allocated, command_free frees them).  NULL if there is none; then the
 * text says why: what could stand where the first wrong or missing word is.
 */
const struct command	*command_find(int, char *const *,
			    struct ctl_question *, char *, size_t);
void			 command_free(struct ctl_question *);

#endif
