/*
 * SCIM between http and policy or reader: one struct for each message, its
 * put and get side by side.  http has made values of the text; policy says
 * what they mean; http makes text of the answer.  Strings that were got
 * point into the reader's octets, trees are in the pool that is given.
 * Every get ends with the end check; false is a broken protocol.
 */
#ifndef COMMON_SCIM_EXCHANGE_H
#define COMMON_SCIM_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/request.h"
#include "common/role.h"
#include "common/scim_filter.h"
#include "common/scim_tree.h"
#include "common/verdict.h"
#include "common/wire.h"

/* The two bases: .../scim/v2 and .../scim-provisioning/v2. */
enum scim_base { SCIM_BASE_MANAGED, SCIM_BASE_BASIC, SCIM_BASE_MAX };

/* What every SCIM message of http begins with. */
struct scim_where {
	struct request	 request;
	const char	*organization;
	enum scim_base	 base;
};

/*
 * Liberties that the text took and http forgave; a token's profile says
 * which of them it grants.
 */
#define SCIM_LIBERTY_SCHEMAS	1u	/* schemas missing or another's */
#define SCIM_LIBERTY_BOOLEAN	2u	/* "True" for true */
#define SCIM_LIBERTY_OP_CASE	4u	/* "Add" for "add" */
#define SCIM_LIBERTY_KEYS	8u	/* dotted or URN keys without path */
#define SCIM_LIBERTY_UNKNOWN	16u	/* unknown attributes were dropped */
#define SCIM_LIBERTY_READ_ONLY	32u	/* id, meta, groups sent, dropped */
#define SCIM_LIBERTY_SINGLE	64u	/* one for an array, or [one], "id" */
#define SCIM_LIBERTY_NUMBER	128u	/* a number where text belongs */
#define SCIM_LIBERTY_NULL	256u	/* "" where null was meant */
#define SCIM_LIBERTY_PATH	512u	/* none of the RFC's; remove by value */
#define SCIM_LIBERTY_ALL	1023u

/* If-Match and If-None-Match (RFC 7644 3.14): "*", or versions by number. */
#define SCIM_VERSIONS		16
struct scim_condition {
	bool		 given;
	bool		 any;		/* "*" */
	size_t		 count;		/* of what can be a version of ours */
	int64_t		 versions[SCIM_VERSIONS];
};

/*
 * scim_admit: is this token any good here, before a body is worth reading
 * or reader is asked?  Counts as a request of the token.  Answered by
 * scim_answer without a resource.
 *
 * scim_me: who is this session?  Answered with his User.
 */
void	 scim_where_put(struct writer *, const struct scim_where *);
bool	 scim_where_get(struct reader *, struct scim_where *);

/* scim_read: one resource.  Answered by scim_answer. */
struct scim_read {
	struct scim_where	 where;
	enum scim_resource	 resource;
	const char		*id;
	struct scim_condition	 none_match;	/* 304 scim_not_modified */
	bool			 members;	/* they are wanted, too */
};
void	 scim_read_put(struct writer *, const struct scim_read *);
bool	 scim_read_get(struct reader *, struct scim_read *);

/* scim_write: POST, PUT, PATCH, DELETE.  Answered by scim_answer. */
enum scim_method { SCIM_CREATE, SCIM_PUT, SCIM_PATCH, SCIM_DELETE,
    SCIM_METHOD_MAX };
struct scim_write {
	struct scim_where	 where;
	enum scim_method	 method;
	enum scim_resource	 resource;
	const char		*id;		/* "" with SCIM_CREATE */
	struct scim_condition	 match;
	struct scim_condition	 none_match;
	unsigned int		 liberties;
	struct scim_value	 value;		/* SCIM_CREATE, SCIM_PUT */
	/*
	 * Not 0: the members of value, of a group, were brought by
	 * scim_stage before; those in value are none.
	 */
	uint64_t		 stage;
	size_t			 operation_count; /* SCIM_PATCH */
	struct scim_operation	*operations;
};
void	 scim_write_put(struct writer *, const struct scim_write *);
bool	 scim_write_get(struct reader *, struct scim_pool *,
	    struct scim_write *);

/*
 * scim_stage: some members (ids) of a group that is to have more than one
 * message holds.  stage 0 begins; the answer's more is what the next ones
 * and the write name.  id is the group of the write, "" with SCIM_CREATE.
 */
struct scim_stage {
	struct scim_where	 where;
	const char		*id;
	uint64_t		 stage;
	struct strings		 members;
};
void	 scim_stage_put(struct writer *, const struct scim_stage *);
bool	 scim_stage_get(struct reader *, struct scim_stage *);
void	 scim_stage_free(struct scim_stage *);

/*
 * scim_continue: go on with a write whose answer said more.  It is done,
 * and only then to be answered to the client, when more is 0.
 */
struct scim_continue {
	struct scim_where	 where;
	uint64_t		 job;
};
void	 scim_continue_put(struct writer *, const struct scim_continue *);
bool	 scim_continue_get(struct reader *, struct scim_continue *);

/*
 * scim_answer.  The resource has id and meta (resourceType and location
 * left to http) and groups; addresses ($ref) are http's.  members_follow:
 * they are left out here and to be pulled by scim_members.
 */
struct scim_answer {
	enum verdict		 verdict;
	const char		*detail;	/* for the client; "" : none */
	uint32_t		 retry_after;	/* seconds; 0: none */
	uint64_t		 more;		/* job or stage; else 0 */
	bool			 dry;		/* of a dry run */
	int64_t			 version;	/* 0: no resource */
	enum scim_resource	 resource;
	bool			 members_follow;
	struct scim_value	 value;
};
void	 scim_answer_put(struct writer *, const struct scim_answer *);
bool	 scim_answer_get(struct reader *, struct scim_pool *,
	    struct scim_answer *);

/* scim_members: members of a group, a page at a time. */
struct scim_members {
	struct scim_where	 where;
	const char		*id;		/* of the group */
	const char		*after;		/* "" begins */
};
void	 scim_members_put(struct writer *, const struct scim_members *);
bool	 scim_members_get(struct reader *, struct scim_members *);
/* Each a value of the attribute members: value, type, display. */
struct scim_members_page {
	enum verdict		 verdict;
	const char		*after;		/* "" : these were the last */
	size_t			 count;
	struct scim_value	*members;
};
void	 scim_members_page_put(struct writer *,
	    const struct scim_members_page *);
bool	 scim_members_page_get(struct reader *, struct scim_pool *,
	    struct scim_members_page *);

/*
 * scim_list: resources of one type, of policy when an index answers at
 * once, else of reader.  The same question with what scim_listed said as
 * after goes on, until that is empty: an answer holds what fits into 64
 * KB and was found in its time slice.
 */
struct scim_list {
	struct scim_where	 where;
	enum scim_resource	 resource;
	struct scim_filter	*filter;	/* or NULL */
	enum scim_number	 sort;		/* or SCIM_none */
	bool			 descending;
	bool			 cursored;	/* RFC 9865; cursor counts */
	const char		*cursor;	/* "" : the first page */
	int64_t			 start;		/* 1 or more */
	int64_t			 count;		/* 0 or more */
	bool			 members;	/* wanted, of groups */
	const char		*after;		/* "" begins */
};
void	 scim_list_put(struct writer *, const struct scim_list *);
bool	 scim_list_get(struct reader *, struct scim_pool *,
	    struct scim_list *);

struct scim_listed_item {
	int64_t			 version;
	bool			 members_follow;
	struct scim_value	 value;
};
struct scim_listed {
	enum verdict		 verdict;
	const char		*detail;
	uint32_t		 retry_after;
	bool			 dry;
	enum scim_resource	 resource;
	const char		*after;		/* "" : the page is whole */
	int64_t			 total;		/* valid with after "" */
	const char		*next;		/* cursors; "" : none */
	const char		*previous;
	size_t			 count;
	struct scim_listed_item	*items;
};
void	 scim_listed_put(struct writer *, const struct scim_listed *);
bool	 scim_listed_get(struct reader *, struct scim_pool *,
	    struct scim_listed *);

/*
 * link_change: which resource groups a SCIM group gives, by the API; the
 * same is hfssoctl's.  LINK_SHOW changes nothing.  Answered by
 * link_changed with the links of the group then.
 */
enum link_change { LINK_SHOW, LINK_PUT, LINK_REMOVE, LINK_CHANGE_MAX };
struct link_request {
	struct scim_where	 where;
	enum link_change	 change;
	const char		*group;		/* id of the SCIM group */
	const char		*slug;		/* of the resource group */
	enum role		 role;		/* LINK_PUT */
	bool			 adopt;		/* although it is not empty */
};
void	 link_request_put(struct writer *, const struct link_request *);
bool	 link_request_get(struct reader *, struct link_request *);
struct link_line {
	const char		*slug;
	enum role		 role;
};
struct link_answer {
	enum verdict		 verdict;
	const char		*detail;
	size_t			 count;
	struct link_line	*links;
};
void	 link_answer_put(struct writer *, const struct link_answer *);
bool	 link_answer_get(struct reader *, struct link_answer *);
void	 link_answer_free(struct link_answer *);

#endif
