/*
 * An HTTP/1.1 answer (RFC 9112), strictly, as its octets come in.  Pure.
 * What two readers could understand in two ways is refused.
 */
#ifndef FETCH_ANSWER_H
#define FETCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/limits.h"
#include "common/wire.h"

#define ANSWER_TEXT	256

enum answer_step {
	ANSWER_MORE,		/* so far nothing is wrong */
	ANSWER_DONE,
	ANSWER_BAD,		/* no HTTP, or cut short */
	ANSWER_LARGE		/* head or body */
};

/* What the head says. */
struct answer_head {
	unsigned int	 status;
	bool		 http10;
	bool		 close;		/* no further answer after this one */
	bool		 chunked;
	bool		 has_length;
	uint64_t	 length;
	char		 type[ANSWER_TEXT]; /* lower case, no parameters */
	char		 etag[ANSWER_TEXT]; /* as it came, or "" */
	char		 location[LIMIT_URL + 1]; /* or "" */
	int64_t		 max_age;	/* seconds; -1: not said */
	unsigned int	 seen;		/* which fields that come once */
};

struct answer {
	struct answer_head head;
	uint8_t		*body;		/* owned; cleared by answer_free */
	size_t		 len;
	const char	*why;		/* static; after BAD and LARGE */
	/* answer.c's own. */
	size_t		 most;
	size_t		 size;
	int		 state;
	uint64_t	 left;
	unsigned int	 digits;
	size_t		 head_len;
	size_t		 head_all;	/* interim answers as well */
	uint8_t		 octets[LIMIT_FETCH_HEADERS];
};

/* Begin; the body may have at most so many octets. */
void		 answer_begin(struct answer *, size_t);
/*
 * Take further octets.  Octets after the end of the answer make it BAD:
 * nobody asked for more.
 */
enum answer_step answer_take(struct answer *, const uint8_t *, size_t);
/* The connection ended in an orderly way: done, or cut short? */
enum answer_step answer_end(struct answer *);
/* Whether not one octet has come. */
bool		 answer_nothing(const struct answer *);
/* Clear and free the body and all the rest. */
void		 answer_free(struct answer *);

/*
 * answer_head.c: a whole head with its empty line.  NULL, or why it is
 * refused (static).
 */
const char	*answer_head_parse(struct answer_head *, const uint8_t *,
		    size_t);

#endif
