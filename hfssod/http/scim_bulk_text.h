/*
 * The body of a Bulk request (RFC 7644 3.7) and of its answer.  Pure.
 */
#ifndef HTTP_SCIM_BULK_TEXT_H
#define HTTP_SCIM_BULK_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scim_exchange.h"
#include "hfssod/http/json.h"
#include "hfssod/http/scim_json.h"
#include "hfssod/http/scim_target.h"

struct bulk_operation {
	enum scim_method	 method;
	const char		*bulk_id;	/* "" : none */
	struct scim_target	 target;	/* id: also "bulkId:..." */
	struct json		*data;		/* NULL: none */
	struct scim_condition	 match;		/* version */
	/*
	 * What is wrong with it before it is tried, and detail; VERDICT_ok:
	 * nothing.
	 */
	enum verdict		 refusal;
	/* What became of it. */
	bool			 tried;
	enum verdict		 verdict;
	const char		*detail;
	const char		*id;		/* "" : none is known */
	int64_t			 version;
	/*
	 * What was left out of data, since it closes a circle: a PATCH
	 * that sets it.  NULL: nothing.
	 */
	struct json		*rest;
	struct bulk_operation	*waiting;	/* whose rest needs this one */
	struct bulk_operation	*waits_too;	/* the next of them */
};
/* An operation is tried, or its rest is. */
struct bulk_step {
	size_t	 operation;
	bool	 rest;
};

struct bulk {
	struct scim_pool	*pool;
	size_t			 count;
	struct bulk_operation	*operations;
	size_t			 step_count;
	struct bulk_step	*steps;		/* in which they are tried */
	size_t			 most_errors;	/* or SIZE_MAX */
	struct bulk_operation	**by_id;	/* with a bulkId, sorted */
	size_t			 by_id_count;
};

/*
 * Read a request; everything is in the pool.  What refers to another
 * operation by its bulkId comes behind it in the order.  Circles (RFC 7644
 * 3.7.1): a manager that closes one is left out of data and is the rest of
 * its operation, a step after the manager's.  Any other circle, as groups
 * that are members of each other, which policy would refuse, is a refusal
 * of 409 before anything is made.  VERDICT_ok, scim_invalid_syntax,
 * scim_too_large; *why is static.
 */
enum verdict	 bulk_read(struct bulk *, struct scim_pool *,
		    const struct json *, const char **);
/*
 * Put the ids of what was made in place of bulkIds, in data and target.
 * VERDICT_ok; scim_invalid_value when one is not known, scim_conflict
 * (409) when what it refers to was not made; *why is static.
 */
enum verdict	 bulk_resolve(struct bulk *, struct bulk_operation *,
		    const char **);
/* The same for the rest of an operation. */
enum verdict	 bulk_resolve_rest(struct bulk *, struct bulk_operation *,
		    const char **);
/*
 * An operation whose rest was not set, whatever policy said to it: it is
 * 409 with the id of what is there without it.
 */
void		 bulk_rest_failed(struct bulk *, struct bulk_operation *,
		    const char *);
/* Bulk ends here: what has a rest that is still to be set has failed. */
void		 bulk_end(struct bulk *);
/* The answer: what was tried, in the order of the request. */
void		 bulk_write(struct buffer *, const struct bulk *,
		    const char *url);

#endif
