/*
 * The life of a child process: hello to parent, sandbox, configuration by
 * generations, joining and losing peers, the event loop by turns, the end.
 * Linked into every child; each one adds its handlers and hooks.
 *
 * What parent and child say to each other, in the order of their fields:
 *	hello		u64 message_table_hash, string version
 *	setup		setup_put
 *	sandboxed	u32 layers
 *	config_view	u64 generation, descriptor of a memfile
 *	config_file	u64 generation, string name, descriptor
 *	config_prepare	u64 generation
 *	config_prepared	u64 generation, bool ok, string why not
 *	config_commit, config_abort	u64 generation
 *	peer_join	u64 instance, u32 kinds, string group, descriptor
 *	peer_joined, peer_go	u64 instance of the other end
 *	listen_socket	descriptor
 *	log_level	u8: 0 brief, 1 verbose
 *	drain		u64 milliseconds
 *
 * One turn of the loop: read what came, run handlers, then the turn hook,
 * then write what all peers were given.
 */
#ifndef COMMON_CHILD_H
#define COMMON_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/imsg.h"
#include "common/message.h"
#include "common/process.h"
#include "common/wire.h"

/* The other end of a pipe. */
struct peer {
	unsigned int	 kinds;		/* what it is */
	uint64_t	 instance;	/* given by parent, never used again */
	const char	*group;		/* verifier group, or "" */
	bool		 ready;		/* joined on both sides */
	void		*data;		/* the process's own */
	/* child.c and policy's turn only: */
	struct imsgbuf	*buf;
	struct peer_event *event;
	struct peer	*next;
};

/* A file that came beside a view. */
struct view_file {
	const char	*name;
	const uint8_t	*data;
	size_t		 len;
};
struct view_files {
	size_t			 count;
	struct view_file	*list;
};
/* By name; NULL if parent sent none. */
const struct view_file	*view_file(const struct view_files *, const char *);

/*
 * What to do with a message.  The reader holds the payload; the handler
 * decodes it and calls fatalx if it is not exactly right, since it comes
 * from a peer of ours.  Which peer may send which message was checked.
 */
typedef void	 handler_fn(struct peer *, uint64_t, struct reader *);
struct handler {
	enum message	 message;
	handler_fn	*fn;
};

/* What a child was told at its start. */
struct setup {
	unsigned int	 kinds;
	uint64_t	 instance;
	const char	*name;		/* "browser", "verifier/default" */
	const char	*group;		/* verifier and fetch: their group */
	const char	*user;		/* "" : keep the caller's uid */
	const char	*root;		/* chroot; "" : cannot */
	const char	*store;		/* policy, reader: directory */
	bool		 strict;	/* refused calls kill */
	bool		 verbose;
	bool		 syslog;	/* 2 takes syslog datagrams */
	bool		 check;		/* hfssod -n: prepare only */
};
void	 setup_put(struct writer *, const struct setup *);
bool	 setup_get(struct reader *, struct setup *);

/*
 * A child's hooks; any may be NULL but handlers.  prepare builds what the
 * view says beside what is there and returns NULL, or a sentence that says
 * why it can't (static, or valid until the next call); commit puts it in
 * place of the old, abort forgets it.  The view's octets and the files
 * live until the generation after it has been committed.
 */
struct child {
	const struct handler	*handlers;	/* ends with MESSAGE_none */
	/* Before the sandbox: load, touch, open what must be. */
	void		 (*start)(const struct setup *);
	/* After the sandbox. */
	void		 (*begin)(const struct setup *);
	const char	*(*prepare)(struct reader *, const struct view_files *);
	void		 (*commit)(void);
	void		 (*abort)(void);
	/* A peer may be spoken to, or is gone (still readable in the call). */
	void		 (*joined)(struct peer *);
	void		 (*lost)(struct peer *);
	void		 (*listening)(int);	/* http: a listen socket */
	/* Once in each turn, after the handlers, before the writes. */
	void		 (*turn)(void);
	/*
	 * Policy: messages of peers other than parent are not dispatched as
	 * they come; the turn hook calls child_dispatch.
	 */
	bool		 pulled;
	/*
	 * End: finish what was begun within so many milliseconds, then call
	 * child_exit.  NULL: exit at once.
	 */
	void		 (*drain)(uint64_t);
};

/*
 * Be this child until the end.  argv as main got it; parent is on
 * descriptor 3, the log on 2.  Does not return.
 */
void		 child_main(int, char **, const struct child *)
		    __attribute__((__noreturn__));
void		 child_exit(void) __attribute__((__noreturn__));

/* The libevent base of this process. */
struct event_base;
struct event_base *child_base(void);
/* What was told at the start. */
const struct setup *child_setup(void);

/* A ready peer of that kind (and group, when not NULL); NULL if away. */
struct peer	*child_peer(enum process, const char *);
/* The ready peer with that instance; NULL if it is gone. */
struct peer	*child_instance(uint64_t);
/* All peers, ready or not, for a loop over ->next. */
struct peer	*child_peers(void);

/*
 * Send to a peer or, with NULL, to parent.  A message that the table does
 * not allow from us to it, or of the wrong size, is our own fault: fatal.
 * Written at the end of the turn.
 */
void		 peer_send(struct peer *, enum message, uint64_t,
		    const struct writer *);
/*
 * Dispatch at most so many messages that have come from a peer; returns
 * how many.  Only for a pulled child.
 */
unsigned int	 child_dispatch(struct peer *, unsigned int);

#endif
