/*
 * The head of an HTTP/1.1 request (RFC 9112), strictly.  Pure: octets in,
 * values that point into them out.
 */
#ifndef HTTP_PARSE_H
#define HTTP_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/limits.h"
#include "common/wire.h"

enum method {
	METHOD_GET,
	METHOD_HEAD,
	METHOD_POST,
	METHOD_PUT,
	METHOD_PATCH,
	METHOD_DELETE,
	METHOD_OPTIONS,
	METHOD_OTHER		/* a token, but none of ours */
};
#define METHOD(m)	(1u << (m))

/* The header fields that somebody here reads. */
enum field {
	FIELD_HOST,
	FIELD_COOKIE,
	FIELD_ACCEPT,
	FIELD_AUTHORIZATION,
	FIELD_EXPECT,
	FIELD_IF_MATCH,
	FIELD_IF_NONE_MATCH,
	FIELD_CONNECTION,
	FIELD_CONTENT_TYPE,
	FIELD_CONTENT_LENGTH,
	FIELD_TRANSFER_ENCODING,
	FIELD_SEC_FETCH_MODE,
	FIELD_X_REQUESTED_WITH,
	FIELD_X_ORIGINAL_URI,
	FIELD_X_ORIGINAL_METHOD,
	FIELD_X_FORWARDED_FOR,
	FIELD_X_FORWARDED_URI,
	FIELD_X_FORWARDED_HOST,
	FIELD_X_FORWARDED_PROTO,
	FIELD_X_FORWARDED_METHOD,
	FIELD_MAX
};

struct header {
	enum field	 field;		/* FIELD_MAX: not one of ours */
	struct bytes	 name;
	struct bytes	 value;		/* without white space around it */
};

struct head {
	enum method	 method;
	struct bytes	 method_name;
	struct bytes	 path;		/* begins with "/" */
	struct bytes	 query;		/* without "?" */
	struct bytes	 host;		/* as sent, well-formed, not empty */
	bool		 http10;
	bool		 close;		/* no further request after this one */
	bool		 expect;	/* Expect: 100-continue */
	bool		 chunked;
	uint64_t	 length;	/* of the body, if not chunked */
	size_t		 size;		/* octets of the whole head */
	size_t		 count;
	struct header	 headers[LIMIT_HEADERS];
	uint8_t		 times[FIELD_MAX];	/* how often it came */
	uint8_t		 first[FIELD_MAX];	/* index of the first */
	/* Only after PARSE_BAD: */
	int		 status;	/* 400, 414, 417, 431, 501, 505 */
	const char	*why;		/* for the log */
};

enum parse {
	PARSE_MORE,		/* so far nothing is wrong: read more */
	PARSE_BAD,
	PARSE_DONE
};

/*
 * Take the head of a request from octets.  *seen is a note to itself
 * between calls on the same, growing octets: 0 at first, so that a head
 * that trickles in is not read from its beginning each time.
 */
enum parse	 head_parse(struct head *, const void *, size_t, size_t *);

/*
 * The value of a field that came exactly once; false if it is missing or
 * came more often (tell apart with head_times).
 */
bool		 head_once(const struct head *, enum field, struct bytes *);
unsigned int	 head_times(const struct head *, enum field);

/* Compare octets with text, ASCII case ignored. */
bool		 bytes_are(struct bytes, const char *);
/* Compare octets with text, exactly. */
bool		 bytes_equal(struct bytes, const char *);
/* Whether an octet may be in a token (RFC 9110 5.6.2). */
bool		 token_char(uint8_t);

#endif
