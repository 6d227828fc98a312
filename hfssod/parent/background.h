/*
 * Going into the background: the process that was started waits until the
 * daemon is ready, or prints why it is not and exits 1.
 */
#ifndef PARENT_BACKGROUND_H
#define PARENT_BACKGROUND_H

/* Returns in the daemon only. */
void	 background_enter(void);
/* Let the waiting process go; no effect in the foreground. */
void	 background_ready(void);
void	 background_failed(const char *);

#endif
