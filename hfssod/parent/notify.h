/* What a service manager is told: sd_notify(3), a datagram of text. */
#ifndef PARENT_NOTIFY_H
#define PARENT_NOTIFY_H

/* Take NOTIFY_SOCKET out of the environment, where it is set. */
void	 notify_init(void);
/* "READY=1"; no effect without a manager, never an error. */
void	 notify_send(const char *);
void	 notify_reloading(void);

#endif
