/*
 * Writes: the question to policy, members of large groups brought before
 * it, and what policy has to do after it.
 */
#ifndef HTTP_SCIM_WRITE_H
#define HTTP_SCIM_WRITE_H

#include "hfssod/http/scim_call.h"

/* What is to be written. */
struct scim_order {
	enum scim_method	 method;
	enum scim_resource	 resource;
	const char		*id;
	struct json		*body;		/* NULL with SCIM_DELETE */
	struct scim_condition	 match;
	struct scim_condition	 none_match;
};
/*
 * Who wants it.  seen is told of every good answer, of which one has the
 * resource; done of the last one, or the refusal.
 */
struct scim_writer {
	void	 (*seen)(struct call *, const struct scim_answer *);
	void	 (*done)(struct call *, const struct scim_answer *);
};

/*
 * Begin, in a handler: false, when there is no room yet; scim_send is then
 * to be called again.  A body that can't be bound is refused with
 * scim_turn_away.
 */
bool		 scim_write_begin(struct call *, struct scim_pool *,
		    const struct scim_order *, const struct scim_writer *);
/*
 * The same anywhere else; a body that can't be bound is told to done.
 */
void		 scim_write_follow(struct call *, struct scim_pool *,
		    const struct scim_order *, const struct scim_writer *);
void		 scim_writing_free(struct scim_writing *);

#endif
