/*
 * The daemon's life in parent: start, ready, reload, stop.  The other
 * rooms (children, joining, generation, control) tell it what happened.
 */
#ifndef PARENT_PARENT_H
#define PARENT_PARENT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/wire.h"
#include "hfssod/parent/conf.h"

struct event_base;

/* What the command line says. */
struct options {
	const char	*path;		/* of the configuration; absolute */
	const char	*libexec;	/* where the children's binaries are */
	struct strings	 macros;	/* -D */
	bool		 check;		/* -n */
	bool		 foreground;	/* -d */
	bool		 verbose;	/* -v */
};

/*
 * Be the daemon, or with -n only ask every child what it thinks of the
 * configuration.  Takes over the conf; returns the exit code.
 */
int	 parent_run(const struct options *, struct conf *);

const struct options	*parent_options(void);
struct event_base	*parent_base(void);
int	 parent_log_fd(void);		/* children write there */
bool	 parent_verbose(void);
void	 parent_set_verbose(bool);
bool	 parent_stopping(void);
int64_t	 parent_born(void);		/* monotonic milliseconds */

/*
 * Begin a reload.  NULL: it has begun, and control_reloaded will be called;
 * else why not, which the caller frees.
 */
char	*parent_reload(void);
/* Begin to stop; a second time: at once. */
void	 parent_stop(void);
/* Stop at once and exit 1, for this reason. */
void	 parent_fail(const char *, ...)
	    __attribute__((__format__(printf, 1, 2)));

/* Told by the other rooms. */
void	 parent_progress(void);		/* a child is up or joined */
void	 parent_committed(void);	/* a generation */
void	 parent_aborted(const char *);	/* a generation, and why */
void	 parent_child_gone(void);	/* one that was to stop */

#endif
