/* A JSON tree as text for people: aligned columns, nothing unsafe. */
#ifndef HFSSOCTL_TEXT_H
#define HFSSOCTL_TEXT_H

#include <stdio.h>

#include <jansson.h>

/*
 * An array of objects is a table, its columns in the order of the first
 * object; an object is a line for each value, with what is nested as
 * tables below.  Empty values are "-".
 */
void	 text_print(FILE *, const json_t *);
/*
 * Text that came from outside: as it is if that is harmless UTF-8, else
 * through strvis.  Allocated.
 */
char	*text_safe(const char *);

#endif
