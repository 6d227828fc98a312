/*
 * Case folding of names, for comparing and for unique indexes.  Pure.
 */
#ifndef POLICY_FOLD_H
#define POLICY_FOLD_H

#include <stdint.h>

/*
 * The simple case folding of one character (Unicode 14.0, CaseFolding.txt,
 * status C and S): one character for one, without regard to the language.
 * It joins A and a, the two small sigmas, full-width letters of both
 * cases.  It does not join sharp s and ss, nor composed and decomposed
 * letters, and it leaves the dotted capital I as it is.
 */
uint32_t	 fold_char(uint32_t);

/*
 * A folded copy of UTF-8 text; the caller frees it.  Octets that are no
 * UTF-8 are copied as they are.  The result is kept in the store: the
 * table is our own, so that it does not change with the system.
 */
char		*fold_text(const char *);

#endif
