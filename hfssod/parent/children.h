/*
 * The table of children.  A seat is a place for one child, filled again
 * when it dies; which seats there are is fixed at the start.
 */
#ifndef PARENT_CHILDREN_H
#define PARENT_CHILDREN_H

#include <sys/types.h>
#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/imsg.h"
#include "common/message.h"
#include "common/process.h"
#include "common/wire.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/falling.h"

enum seat_state {
	SEAT_DOWN,		/* empty, or waits for its next child */
	SEAT_HELLO,		/* spawned */
	SEAT_SANDBOX,		/* was told its setup */
	SEAT_BOOT,		/* prepares its first generation */
	SEAT_UP,		/* has a committed generation */
	SEAT_DRAIN,		/* was told to end */
	SEAT_MAX
};

struct event;

struct seat {
	/* What it is, for good. */
	char		*name;		/* "browser/2", "verifier/default" */
	const char	*binary;	/* "hfssod-http" */
	char		*group;		/* verifier group, or "" */
	unsigned int	 kinds;
	unsigned int	 user;		/* USER_HTTP ... */
	unsigned int	 listen;	/* http: which listen line */
	unsigned int	 index;		/* place in the table */
	/* Its present child. */
	enum seat_state	 state;
	pid_t		 pid;
	uint64_t	 instance;	/* never used again */
	struct imsgbuf	*buf;
	struct event	*read;
	struct event	*write;
	struct event	*timer;		/* next start, or patience */
	int64_t		 born;		/* monotonic milliseconds */
	uint32_t	 layers;
	bool		 listening;	/* http: has its socket */
	bool		 doomed;	/* killed, not yet gone */
	uint64_t	 asked;		/* generation to prepare */
	uint64_t	 aborted;	/* told to forget, up to this one */
	uint64_t	 prepared;	/* and prepared */
	/* Those before. */
	struct falling	 falling;
	unsigned int	 restarts;
	TAILQ_ENTRY(seat) entry;
};
TAILQ_HEAD(seats, seat);

/* seats.c: make the seats that a configuration needs, fewer for a check. */
void		 children_init(const struct conf *, bool);
/* All seats, in a fixed order. */
struct seats	*children_seats(void);
/* A seat of a kind that is up, or NULL; the second one's of that group. */
struct seat	*children_up(unsigned int);
struct seat	*children_up_group(unsigned int, const char *);
/* What a state is called: "up". */
const char	*seat_state_name(enum seat_state);

/* children.c from here. */
/* Fill all seats. */
void		 children_start(void);
/* See who died; called at SIGCHLD. */
void		 children_reap(void);
/* Kill those of these kinds (SIGKILL); true if there was any. */
bool		 children_kill(unsigned int);
/* Kill whoever is left and wait until nobody is. */
void		 children_end(void);
/* Tell those of these kinds to end within so many milliseconds. */
bool		 children_drain(unsigned int, uint64_t);
/* Whether any of these kinds has a process. */
bool		 children_alive(unsigned int);

/* Queue a message; the descriptor, if not -1, is taken over. */
void		 seat_send(struct seat *, enum message, uint64_t, int,
		    const struct writer *);
/* A message of nothing but a number. */
void		 seat_send_u64(struct seat *, enum message, uint64_t);
/* Write what is queued at once, as much as the child's socket takes. */
void		 seat_flush(struct seat *);
/* Its first generation is committed: it takes part from now on. */
void		 seat_up(struct seat *);
/* End a child that is of no use, and say why. */
void		 seat_kill(struct seat *, const char *);

#endif
