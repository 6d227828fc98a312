/* One new process. */
#ifndef PARENT_SPAWN_H
#define PARENT_SPAWN_H

#include <sys/types.h>

/*
 * A pair of stream sockets, non-blocking, closed on exec.  -1 with errno.
 */
int	 spawn_pair(int [2]);
/*
 * Start a program from the folder of the children's binaries under this
 * name, with the other end of the returned socket as descriptor 3 and the
 * given one as 2.  Returns our end, or -1 with errno.
 */
int	 spawn(const char *, const char *, int, pid_t *);

#endif
