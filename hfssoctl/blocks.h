/* A list of objects as text for people, a block of lines for each. */
#ifndef HFSSOCTL_BLOCKS_H
#define HFSSOCTL_BLOCKS_H

#include <stdint.h>
#include <stdio.h>

#include <jansson.h>

/*
 * Each object begins with a line of its names and state; then a line for
 * each value; then what is nested, in lines that end before column 80
 * unless a single value is longer.  Times, which must be in UTC as of
 * records_json, become local ones with their distance from the given
 * moment; an end within 30 days is marked with "!".
 */
void	 blocks_print(FILE *, const json_t *, int64_t);

#endif
