/* Files that the configuration names: keys, certificates, metadata. */
#ifndef PARENT_CONF_FILE_H
#define PARENT_CONF_FILE_H

#include "hfssod/parent/conf.h"

/*
 * Read a file into a sealed memory file and return its descriptor; -1
 * after a message.  A secret one must belong to root or to us, and others
 * may not read it, nor a group write it.  An optional one that is not
 * there, or empty, is marked as missing: -1 without a message.
 */
int	 conf_file_read(struct conf_file *, struct errors *);

#endif
