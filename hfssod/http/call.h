/*
 * A call: one request and its answer.  A connection has several when its
 * client sends ahead; they are answered in their order.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/message.h"
#include "common/request.h"
#include "hfssod/http/buffer.h"
#include "hfssod/http/host.h"
#include "hfssod/http/parse.h"

struct conn;
struct crowd;
struct route;

/* What the answers to a call look like, refusals too. */
enum shape {
	SHAPE_PAGE,		/* HTML, for people */
	SHAPE_BARE,		/* never a body: forward-auth */
	SHAPE_MACHINE,		/* to an identity provider, without a page */
	SHAPE_FRAME,		/* nothing to see, in anybody's frame */
	SHAPE_SCIM,		/* JSON, as RFC 7644 3.12 has errors */
	SHAPE_MAX
};

/* Waiting for a peer; the business of pending.c alone. */
struct waiting {
	bool			 on;
	enum message		 answer;
	enum message		 instead;	/* of any verifier; or none */
	uint64_t		 asked;		/* instance that was asked */
	uint64_t		 also;		/* another it needs, or 0 */
	size_t			 octets;	/* of the question */
	int64_t			 until;		/* clock_ms */
	TAILQ_ENTRY(call)	 entry;		/* in the order of asking */
	struct call		*next;		/* in the same bucket */
	struct crowd		*crowd;		/* of a door, or NULL */
	TAILQ_ENTRY(call)	 crowd_entry;
};

struct call;
/* What a room keeps for a call beyond one answer, and who looks after it. */
struct call_owner {
	/* The call ends: free what is kept. */
	void		 (*end)(void *);
	/* No answer will come; the room answers the client. */
	void		 (*lost)(struct call *);
};

struct call {
	TAILQ_ENTRY(call)	 entry;		/* of the connection */
	struct conn		*conn;
	uint64_t		 id;		/* also shown to people */
	const struct route	*route;		/* NULL: none matched */
	unsigned int		 allow;		/* METHOD() set of its path */
	bool			 done;
	bool			 close;		/* connection ends with it */
	bool			 head;		/* HEAD: no body goes out */
	bool			 http10;
	enum shape		 shape;
	int			 status;	/* once answered */
	size_t			 sent;		/* octets of answer's body */
	struct address		 client;
	struct buffer		 out;		/* until it is its turn */
	struct buffer		*to;		/* where an answer is written */
	size_t			 head_at;	/* where the answer began */
	struct waiting		 waiting;
	char			*line;		/* of access log, or NULL */
	/* What a handler keeps until the answer comes. */
	char			*kept;		/* cleared and freed with it */
	unsigned int		 purpose;
	const struct call_owner	*owner;		/* or NULL */
	void			*own;		/* the owner's */
	bool			 guarded;	/* its body waits for leave */
	char			 host[HOST_TEXT];
};

/* What a handler gets; all of it is gone when the handler returns. */
struct incoming {
	const struct head	*head;
	struct bytes		 part[2];	/* what {} stood for */
	struct bytes		 body;
};

/*
 * A handler answers (response.h), or asks a peer (pending.h) and is done.
 * False: the peer has too much to do, call again later.
 */
typedef bool	 call_fn(struct call *, const struct incoming *);

/* A new call with a new id, and the end of one (also of its waiting). */
struct call	*call_new(struct conn *);
void		 call_free(struct call *);
/* Keep a copy of text for the time of the answer. */
void		 call_keep(struct call *, const char *);

#endif
