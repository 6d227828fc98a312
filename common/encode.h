/*
 * Text encodings, each strict: what is not in the one canonical form is
 * refused.  Pure.  Shared by http, verifier, policy and hfssoctl.
 */
#ifndef COMMON_ENCODE_H
#define COMMON_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

/*
 * Base64 (RFC 4648 section 4).  The decoder passes over white space (SAML
 * messages are often folded) and demands correct padding with zero bits.
 * Both return allocated memory that the caller frees; the decoder returns
 * NULL for bad input and sets the length.
 */
char	*base64_encode(const void *, size_t);
uint8_t	*base64_decode(const char *, size_t, size_t *);

/* base64url without padding (RFC 4648 section 5), no white space. */
char	*base64url_encode(const void *, size_t);
uint8_t	*base64url_decode(const char *, size_t, size_t *);

/* Lower-case hex.  The output has room for twice the octets and a NUL. */
void	 hex_encode(const void *, size_t, char *);
/* The value of one hex digit of either case; -1 if it is none. */
int	 hex_digit(char);
/* Exactly so many octets from twice as many hex digits; false if not. */
bool	 hex_decode(const char *, uint8_t *, size_t);

/* Well-formed UTF-8 (RFC 3629), no NUL. */
bool	 utf8_valid(const void *, size_t);
/* As above, and no control character (C0, DEL, C1). */
bool	 utf8_plain(const void *, size_t);
/*
 * UTF-8 where there is room for so many octets: how many of them are whole
 * characters; and a copy of these, with its NUL in a room of that size.
 */
size_t	 utf8_fit(const char *, size_t);
void	 utf8_copy(char *, const char *, size_t);

/*
 * Percent-encode everything but the unreserved characters of RFC 3986
 * section 2.3 and those in the second string.  Allocated.
 */
char	*percent_encode(const char *, const char *);

/*
 * Whether two secrets are the same, in a time that depends on the lengths
 * alone.
 */
bool	 equal_secret(const void *, size_t, const void *, size_t);

#endif
