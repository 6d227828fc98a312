/*
 * Octets that grow at the end and are taken from the front: what a
 * connection has read and not yet understood, or has to write.
 */
#ifndef HTTP_BUFFER_H
#define HTTP_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "common/wire.h"

/* A block of this size comes from a pool and goes back to it. */
#define BUFFER_BLOCK	8192

/* All zero is an empty buffer that owns nothing. */
struct buffer {
	uint8_t		*data;
	size_t		 start;		/* first octet not taken yet */
	size_t		 end;		/* one past the last octet */
	size_t		 size;		/* allocated */
	size_t		 used;		/* most that end ever was: to clear */
};

/* How many octets are in it, and where they begin. */
static inline size_t
buffer_len(const struct buffer *b)
{
	return b->end - b->start;
}

static inline uint8_t *
buffer_at(const struct buffer *b)
{
	return b->data + b->start;
}

/* Make room where there is not enough: buffer_room's. */
void		 buffer_more(struct buffer *, size_t);
/*
 * Make room for so many octets after the end and return where they go;
 * buffer_grew says how many came.  Out of memory is fatal.
 */
static inline uint8_t *
buffer_room(struct buffer *b, size_t n)
{
	if (b->size - b->end < n)
		buffer_more(b, n);
	return b->data + b->end;
}

static inline void
buffer_grew(struct buffer *b, size_t n)
{
	b->end += n;
	if (b->end > b->used)
		b->used = b->end;
}

/* How much room there is without moving anything. */
size_t		 buffer_spare(const struct buffer *);

static inline void
buffer_add(struct buffer *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(buffer_room(b, len), data, len);
	buffer_grew(b, len);
}

void		 buffer_string(struct buffer *, const char *);
void		 buffer_bytes(struct buffer *, struct bytes);
void		 buffer_number(struct buffer *, uint64_t);
void		 buffer_printf(struct buffer *, const char *, ...)
		    __attribute__((__format__(printf, 2, 3)));

/* Take octets from the front. */
void		 buffer_take(struct buffer *, size_t);
/* All octets of the second go to the end of the first. */
void		 buffer_move(struct buffer *, struct buffer *);
/* Clear what was in it, give the memory back, leave an empty buffer. */
void		 buffer_free(struct buffer *);
/* End it with a NUL that does not count, and return its octets as text. */
const char	*buffer_text(struct buffer *);

#endif
