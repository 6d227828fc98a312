/*
 * Single values of the configuration: numbers with units, names, hosts,
 * addresses.  Pure; each returns false (and sets nothing) for text that is
 * not of the form.
 */
#ifndef PARENT_VALUE_H
#define PARENT_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decimal number, no sign, no leading zero, least to most. */
bool	 value_number(const char *, int64_t, int64_t, int64_t *);
/* "90s", "10m", "8h", "7d": seconds. */
bool	 value_duration(const char *, int64_t *);
/* "20%", 1 to 100. */
bool	 value_percent(const char *, int64_t *);
/* "3k", "1m", "512": octets. */
bool	 value_size(const char *, int64_t *);
/* The same, written in the largest unit that leaves no rest. */
#define VALUE_TEXT	32
void	 value_duration_text(int64_t, char *);
void	 value_size_text(int64_t, char *);
/* The index in a list of names that ends with NULL. */
bool	 value_enum(const char *, const char *const *, unsigned int *);

/*
 * A name of an organization: 2 to 42 letters, digits and inner single
 * dashes, not all digits, not 24 hex digits.
 */
bool	 value_organization(const char *);
/* A connection or verifier group: 1 to 42 letters, digits, inner dashes. */
bool	 value_label(const char *);
/* A slug: letters, digits, and inner - _ . up to LIMIT_SLUG octets. */
bool	 value_slug(const char *);
/* A host name in lower case, with a port if one is allowed and given. */
bool	 value_host(const char *, bool);
/* "https://" and a host, no path; the host begins at the returned place. */
const char *value_origin(const char *);
/* A canonical path of whole segments, without "/" at the end, not "/". */
bool	 value_path(const char *);
/* A header name that a rename may have. */
bool	 value_header(const char *);
/* A scope token (RFC 6749 3.3): one word of printable ASCII, no quotes. */
bool	 value_scope(const char *);
/* "2027-01-31": the seconds since the epoch at its beginning, UTC. */
bool	 value_date(const char *, int64_t *);
/*
 * "sha256:" and the base64 of 32 octets, which begins at the returned
 * place; NULL if it is not.
 */
const char *value_pin(const char *);
/* A URI for SAML: absolute, printable, no blanks. */
bool	 value_uri(const char *);

#endif
