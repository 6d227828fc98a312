/*
 * application/x-www-form-urlencoded: queries and form bodies.  Pure.
 * Shared by http (its own forms) and verifier (SAML and OIDC messages).
 */
#ifndef COMMON_FORM_H
#define COMMON_FORM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire.h"

#define FORM_FIELDS	32

struct form_field {
	char		*name;		/* decoded */
	char		*value;		/* decoded, NUL-terminated */
	size_t		 len;		/* of value */
	struct bytes	 raw;		/* the value as it was sent */
};

struct form {
	size_t			 count;
	struct form_field	 field[FORM_FIELDS];
};

/*
 * Take a query or body apart.  "+" is a space.  False for: a broken or
 * NUL percent escape, more than FORM_FIELDS fields, an octet that is not
 * allowed in a query.  raw points into the input, which must outlive the
 * form.  form_free clears and frees what was decoded, also after false.
 */
bool	 form_parse(struct form *, const void *, size_t);
void	 form_free(struct form *);
/*
 * The field of that name: NULL if there is none.  *twice (when not NULL)
 * says whether there is more than one, which every security parameter
 * must refuse.
 */
const struct form_field	*form_find(const struct form *, const char *, bool *);

#endif
