/*
 * Files that exist in memory only and can't be changed once made: how
 * parent hands over views, keys and metadata.  In a file for each system.
 */
#ifndef COMMON_MEMFILE_H
#define COMMON_MEMFILE_H

#include <stddef.h>
#include <stdint.h>

/* A sealed file with these octets; the descriptor, or -1 with errno. */
int	 memfile_make(const void *, size_t);
/*
 * All of a memory file that parent made, allocated; its length.  More than
 * the maximum, or a descriptor that is no such file, is NULL with errno.
 * The caller clears and frees it.
 */
uint8_t	*memfile_read(int, size_t, size_t *);

#endif
