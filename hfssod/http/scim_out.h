/*
 * The answer to an API call, as it is made: whole if it is short, else in
 * pieces, the next one when the client has read what there is.
 */
#ifndef HTTP_SCIM_OUT_H
#define HTTP_SCIM_OUT_H

#include <sys/queue.h>

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_tree.h"
#include "hfssod/http/buffer.h"

struct call;
struct scim_answer;

/* Text, and the group whose members follow it. */
struct scim_piece {
	TAILQ_ENTRY(scim_piece)	 entry;
	struct buffer		 text;
	char			 group[68];	/* "" : none */
};

struct scim_out {
	struct buffer		 text;		/* not begun: all of it */
	bool			 begun;
	bool			 chunked;
	int			 status;
	int64_t			 version;	/* 0: no ETag */
	char			*location;	/* or NULL */
	TAILQ_HEAD(scim_pieces, scim_piece) pieces;
	/*
	 * When all pieces are said: ask for more and return true; or return
	 * false and add the end of the text to the buffer.  NULL: no more.
	 */
	bool			 (*more)(struct call *, struct buffer *);
};

void	 scim_out_init(struct scim_out *);
void	 scim_out_free(struct scim_out *);
/* The last piece's text, made if there is none or it is over. */
struct buffer	*scim_out_text(struct scim_out *);
/* The members of this group follow what is there. */
void	 scim_out_group(struct scim_out *, const char *);
/* Whether the client has to read first. */
bool	 scim_out_full(struct call *);
/* Forget what was prepared. */
void	 scim_out_drop(struct scim_out *);

/*
 * Say it: whatever is prepared, members that follow, and more.  The call
 * may be gone afterwards.
 */
void	 scim_out_run(struct call *);

/*
 * Prepare a resource, with its members if they are wanted; the status, and
 * the headers that go with it.
 */
void	 scim_out_resource(struct call *, const struct scim_answer *, int);

#endif
