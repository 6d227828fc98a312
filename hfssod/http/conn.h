/*
 * A client connection: its events, its calls in order, its time limits.
 * conn.c moves octets, intake.c makes calls of them.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <sys/queue.h>

#include <event2/event_struct.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/request.h"
#include "hfssod/http/buffer.h"
#include "hfssod/http/call.h"
#include "hfssod/http/chunked.h"
#include "hfssod/http/stream.h"

/* Octets of answers that wait to be written: no more requests meanwhile. */
#define CONN_OUT_MOST	(32 * 1024)

enum phase {
	PHASE_HANDSHAKE,	/* TLS */
	PHASE_IDLE,		/* between requests */
	PHASE_HEAD,		/* a head has begun */
	PHASE_BODY,
	PHASE_STALLED,		/* a whole request that no peer can take yet */
	PHASE_GUARDED,		/* a body that waits for leave to come */
	PHASE_LAST,		/* no more requests: answer, then close */
	PHASE_LINGER		/* answered; read and forget, then close */
};

struct conn {
	TAILQ_ENTRY(conn)	 entry;		/* of all */
	TAILQ_ENTRY(conn)	 dirty_entry;
	TAILQ_ENTRY(conn)	 stalled_entry;
	struct stream		 stream;
	struct event		 read;
	struct event		 write;
	struct address		 peer;
	bool			 counted;	/* against its address */
	enum phase		 phase;
	int64_t			 since;		/* of the phase, clock_ms */
	int64_t			 blocked;	/* writing since, or 0 */
	struct buffer		 in;
	struct buffer		 out;
	struct buffer		 body;		/* decoded so far */
	size_t			 body_held;	/* its size, as counted */
	struct chunked		 chunked;
	size_t			 seen;		/* for head_parse */
	size_t			 head_size;	/* of the request being read */
	struct call		*current;	/* likewise */
	TAILQ_HEAD(, call)	 calls;		/* to be answered, in order */
	unsigned int		 call_count;
	bool			 dirty;
	bool			 stalled;
	bool			 reading;	/* the read event is on */
	bool			 ended;		/* the client sends no more */
	bool			 linger;
	bool			 dead;		/* freed at end of turn */
};

/*
 * Take over a connected socket; the flag says that a limit per address
 * counts it.  Closes it when TLS won't have it.
 */
void	 conn_new(int, const struct address *, bool);
size_t	 conn_count(void);
/* Whether the connection wants further octets now. */
bool	 conn_wants(const struct conn *);
void	 conn_phase(struct conn *, enum phase);
void	 conn_mark(struct conn *);	/* flush it in this turn */
void	 conn_kill(struct conn *);

/* For response.c: where this call's answer goes, and that it is there. */
struct buffer	*conn_answer_buffer(struct call *);
bool	 conn_is_last(const struct call *);
void	 conn_answered(struct call *);

/*
 * End the request whose body has been on its way the longest, of all but
 * this connection: there is no memory for more.  False if there is none.
 */
bool	 conn_oldest_body_ends(const struct conn *);

/* Once in each turn: stalled requests again, writes, the dead. */
void	 conn_turn(void);
/* About once a second: whose time is over. */
void	 conn_sweep(int64_t);
/* Close what is idle; what is not closes with its answer. */
void	 conn_drain(void);

/*
 * Something happened to a call that takes its time: the limit of a
 * connection that is to be closed begins anew.
 */
void	 conn_alive(struct conn *);

/* intake.c: make calls of what has been read. */
void	 intake(struct conn *);
/* A stalled request again; false if it still can't go on. */
bool	 intake_again(struct conn *);
/* The time for this request is over: answer 408 (or 503) and close. */
void	 intake_timeout(struct conn *);
/* Forget the body that is being read. */
void	 intake_drop(struct conn *);
/* The guard of a route lets the body come: go on reading it. */
void	 intake_go_on(struct call *);
/*
 * Before the answer to a call whose body may still wait for its guard: it
 * will not be read, and the connection ends.  Nothing for another.
 */
void	 intake_abandon(struct call *);
/*
 * In a handler: keep the body, which stays counted, until intake_forget
 * gets back what this returned.
 */
size_t	 intake_keep(struct conn *, struct buffer *);
/* Count so many octets more; false: there is no room for them. */
bool	 intake_hold(size_t);
void	 intake_forget(size_t);

#endif
