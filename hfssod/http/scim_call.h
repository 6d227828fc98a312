/*
 * A call of the API: who asks, for what, and the questions to policy and
 * reader that it takes, one after the other.
 */
#ifndef HTTP_SCIM_CALL_H
#define HTTP_SCIM_CALL_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/child.h"
#include "common/scim_exchange.h"
#include "hfssod/http/call.h"
#include "hfssod/http/json.h"
#include "hfssod/http/scim_out.h"
#include "hfssod/http/scim_query.h"
#include "hfssod/http/scim_reply.h"
#include "hfssod/http/scim_target.h"

/* What goes on when an answer has come; exactly one is set. */
struct scim_next {
	void	 (*answer)(struct call *, const struct scim_answer *);
	void	 (*listed)(struct call *, const struct scim_listed *);
	void	 (*members)(struct call *, const struct scim_members_page *);
	void	 (*links)(struct call *, const struct link_answer *);
};

/* A group whose members are to be said, where the answer has come to. */
struct scim_pull {
	char	 group[LIMIT_SCIM_ID + 1];	/* "" : none */
	char	 after[LIMIT_SCIM_AFTER + 1];
	bool	 opened;
};

struct scim_writer;
/* The business of scim_write.c. */
struct scim_writing {
	const struct scim_writer *writer;
	struct writer	 message;	/* of the write itself, but its end */
	struct buffer	 members;	/* to be staged: ids, each with a NUL */
	size_t		 held;		/* octets of them, as counted */
	uint64_t	 stage;
	const char	*id;		/* of what is written; "" : a new one */
};

struct scim_call {
	struct scim_pool	*pool;		/* as long as the call */
	struct scim_target	 target;
	struct scim_query	 query;
	enum method		 method;
	enum credential		 credential;
	char			*secret;
	size_t			 secret_len;
	char			*url;		/* of the base */
	int64_t			 until;		/* clock_ms */
	bool			 admitted;
	bool			 prepared;	/* a question waits for room */
	bool			 sent;		/* one has, of this write */
	bool			 dry;
	struct scim_condition	 match;
	struct scim_condition	 none_match;

	/* The question; scim_call.c alone. */
	struct writer		 question;
	enum message		 message;
	enum process		 peer;
	struct scim_next	 next;
	/* Waiting for room, in the peer or in the client. */
	bool			 waiting;
	void			 (*resume)(struct call *);
	TAILQ_ENTRY(scim_call)	 entry;
	struct call		*call;

	/* What the client is told if it is known already; see turn_away. */
	enum verdict		 refusal;
	int			 refusal_status;
	const char		*detail;

	struct scim_out		 out;
	struct scim_pull	 pull;
	struct scim_writing	 writing;
	/* No answer will come; NULL: refused as unavailable. */
	void			 (*lost)(struct call *);
	/* What a room keeps further; freed with the call. */
	void			*room;
	void			 (*room_end)(void *);
};

/* The call of an API request; NULL for any other. */
struct scim_call *scim_of(const struct call *);

/* Route hooks (route.h). */
call_fn		 scim_request;
enum verdict	 scim_early(struct call *, const struct head *);
void		 scim_guard(struct call *);

/*
 * Prepare a question: the writer, to which its first part has been
 * written.  scim_ask_where writes that first part.
 */
struct writer	*scim_question(struct call *, enum process, enum message);
void		 scim_where_of(const struct call *, struct scim_where *);
/* The same for a message that is nothing but that. */
void		 scim_question_where(struct call *, enum process,
		    enum message);
/*
 * Send what is prepared.  In a handler: false, and the request is tried
 * again later, when there is no room (scim_send).  Anywhere else it waits
 * by itself (scim_follow).  Either may answer the call: policy or reader
 * is away, or its time is over; then, and after an answer, the call may be
 * gone.
 */
bool		 scim_send(struct call *, const struct scim_next *);
void		 scim_follow(struct call *, const struct scim_next *);
/* Go on with this later, when the client has read what there is. */
void		 scim_wait(struct call *, void (*)(struct call *));
/*
 * Once in each turn, after the connections: what waits may go on.  False:
 * nothing did.
 */
bool		 scim_turn(void);

/*
 * Refuse, but not before policy has said that the token is any good.  As a
 * call_fn.  status 0: that of the verdict.
 */
bool		 scim_turn_away(struct call *, enum verdict, const char *);
bool		 scim_turn_away_status(struct call *, int, const char *);

/* Messages. */
handler_fn	 scim_answer_got;	/* scim_answer */
handler_fn	 scim_listed_got;
handler_fn	 scim_members_got;
handler_fn	 scim_links_got;	/* link_changed */

/* The rooms: what a place does when a request is whole, as call_fn. */
call_fn		 scim_discover;
call_fn		 scim_single;		/* GET one; DELETE, PUT, PATCH */
call_fn		 scim_collection;	/* GET all, POST one */
call_fn		 scim_search;
call_fn		 scim_bulk;
call_fn		 scim_me_show;
call_fn		 scim_links;
/* A list by the query of the call; as a call_fn. */
bool		 scim_list_begin(struct call *);

#endif
