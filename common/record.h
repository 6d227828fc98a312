/*
 * Records: what hfssoctl is shown.  A self-describing stream of named
 * values, so that text and JSON come from the same answer.  Pure.
 *
 * A ctl_records payload is: a result (see exchange.h), a string that
 * continues the list ("" : this was the last page; else the caller sends
 * the same question with that string as "after"), then one value (mostly
 * an object or an array).
 */
#ifndef COMMON_RECORD_H
#define COMMON_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"

enum record {
	RECORD_END,		/* of an object or array */
	RECORD_OBJECT,
	RECORD_ARRAY,
	RECORD_STRING,
	RECORD_INTEGER,
	RECORD_BOOLEAN,
	RECORD_TIME,		/* seconds since the epoch */
	RECORD_NULL,
	RECORD_MAX
};

/* The name is "" for a member of an array and for the outermost value. */
void	 record_object(struct writer *, const char *);
void	 record_array(struct writer *, const char *);
void	 record_end(struct writer *);
void	 record_string(struct writer *, const char *, const char *);
void	 record_integer(struct writer *, const char *, int64_t);
void	 record_boolean(struct writer *, const char *, bool);
void	 record_time(struct writer *, const char *, int64_t);
void	 record_null(struct writer *, const char *);

/* One step of reading: what came, its name, and the value by type. */
struct record_item {
	enum record	 type;
	const char	*name;
	const char	*string;
	int64_t		 integer;	/* also time and boolean */
};
/* False at the end of the octets or when they are malformed (reader bad). */
bool	 record_next(struct reader *, struct record_item *);

/*
 * The questions of hfssoctl, as they travel: an empty string means "not
 * given".  get makes the end check.
 *
 * Parent passes a question on to reader or policy unread, with one string
 * of its own before it: who asks, "uid 0", for the audit.  So what these
 * two get is wire_get_string, then ctl_question_get.
 */
#define CTL_BY		32		/* octets of who asks, at most */
struct ctl_question {
	const char	*organization;
	const char	*name;		/* account name or session handle */
	const char	*role;
	const char	*value;		/* second name, address, subject */
	const char	*after;		/* continues a list */
	bool		 force;
	/* Of a command's flags, each "name=value": "expires=31536000". */
	struct strings	 options;
};
void	 ctl_question_put(struct writer *, const struct ctl_question *);
/* Free the question, whether this is true or not. */
bool	 ctl_question_get(struct reader *, struct ctl_question *);
void	 ctl_question_free(struct ctl_question *);
/* The value of an option; "" if it is not given. */
const char	*ctl_option(const struct ctl_question *, const char *);
#define CTL_OPTIONS	200000	/* relink -f: "old=subject", "new=subject" */

#endif
