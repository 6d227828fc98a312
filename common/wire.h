/*
 * Typed values to octets and back, for every message and view that our
 * processes exchange.  Pure: no input or output, no globals.
 *
 * Both sides are sticky: after the first error every further call does
 * nothing (a get returns zero, "" or no octets), so that a caller checks
 * once, at the end.  Integers are big endian.  A string is a 32 bit
 * length, that many octets without a NUL, and one NUL; octets are the same
 * without the last.
 */
#ifndef COMMON_WIRE_H
#define COMMON_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Octets that somebody else owns. */
struct bytes {
	const uint8_t	*data;
	size_t		 len;
};

/* A list of strings.  The array is owned, what it points to is not. */
struct strings {
	size_t		 count;
	const char	**list;
};

struct writer {
	uint8_t		*data;
	size_t		 len;
	size_t		 size;		/* allocated */
	size_t		 most;		/* more than this is an error */
	bool		 bad;
};

struct reader {
	const uint8_t	*at;
	size_t		 left;
	bool		 bad;
};

/*
 * Begin an empty writer that holds at most so many octets.  It allocates
 * as it grows (out of memory is fatal) and is ended by wire_free, which
 * clears what was written (freezero).  Writing beyond the maximum sets bad.
 */
void		 wire_init(struct writer *, size_t);
void		 wire_free(struct writer *);
/* Clear what was written, keep the memory; used again and again. */
void		 wire_reset(struct writer *);

void		 wire_put_u8(struct writer *, uint8_t);
void		 wire_put_u16(struct writer *, uint16_t);
void		 wire_put_u32(struct writer *, uint32_t);
void		 wire_put_u64(struct writer *, uint64_t);
void		 wire_put_i64(struct writer *, int64_t);
void		 wire_put_bool(struct writer *, bool);
void		 wire_put_bytes(struct writer *, struct bytes);
/* NULL is written as "". */
void		 wire_put_string(struct writer *, const char *);
void		 wire_put_strings(struct writer *, const struct strings *);
/* Octets as they are, without a length. */
void		 wire_put_raw(struct writer *, const void *, size_t);

/* Begin to read octets, which must outlive everything got from them. */
void		 wire_read(struct reader *, const void *, size_t);
uint8_t		 wire_get_u8(struct reader *);
uint16_t	 wire_get_u16(struct reader *);
uint32_t	 wire_get_u32(struct reader *);
uint64_t	 wire_get_u64(struct reader *);
int64_t		 wire_get_i64(struct reader *);
/* Anything but 0 and 1 sets bad. */
bool		 wire_get_bool(struct reader *);
/* A number below the given one; anything else sets bad and returns 0. */
unsigned int	 wire_get_enum(struct reader *, unsigned int);
/* A view into the octets that are read. */
struct bytes	 wire_get_bytes(struct reader *);
/*
 * A NUL-terminated view into the octets that are read, never NULL.  More
 * than the given number of octets (the NUL not counted) sets bad, as does
 * a NUL within.
 */
const char	*wire_get_string(struct reader *, size_t);
/*
 * At most so many strings of at most so many octets each.  The array is
 * allocated and freed by strings_free; bad leaves an empty list.
 */
struct strings	 wire_get_strings(struct reader *, size_t, size_t);
/*
 * A count for a loop of the caller's: at most the given number, else bad
 * and 0.
 */
size_t		 wire_get_count(struct reader *, size_t);
/*
 * The end check that every decoder makes: true if nothing went wrong and
 * nothing is left.
 */
bool		 wire_end(const struct reader *);

/* Add a string (not copied) to a list; out of memory is fatal. */
void		 strings_add(struct strings *, const char *);
bool		 strings_has(const struct strings *, const char *);
void		 strings_free(struct strings *);

#endif
