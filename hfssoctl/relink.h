/*
 * The file of member relink: who gets which new subject.  Reads an open
 * file and nothing else.
 */
#ifndef HFSSOCTL_RELINK_H
#define HFSSOCTL_RELINK_H

#include <stdio.h>

#include "common/wire.h"

/*
 * Lines of "old,new"; a subject with a comma, a quote or blanks around it
 * is quoted, and a quote in it doubled (RFC 4180).  Empty lines and those
 * that begin with "#" are passed over.  Adds an option old=... and an
 * option new=... (allocated) for each, in the order of the file.
 *
 * The name is the file's, for messages, which go to the second file, each
 * with its line: what is no pair, is too long, or is there twice.  Returns
 * how many pairs there are; -1 if anything was wrong.
 */
int	 relink_read(FILE *, const char *, struct strings *, FILE *);

#endif
