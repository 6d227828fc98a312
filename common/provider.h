/*
 * What verifier asks fetch, and what verifier and policy tell each other of
 * identity providers beside logins: one struct for each message, with its
 * put and get side by side.  As in exchange.h, what was got points into the
 * reader's octets, and every get ends with the end check.
 */
#ifndef COMMON_PROVIDER_H
#define COMMON_PROVIDER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/verdict.h"
#include "common/wire.h"

/*
 * fetch_get: one HTTP request.  fetch goes there only if the address is one
 * of that connection's (companion.h), and follows redirects of a GET
 * without authorization only, under the same rule.
 */
struct fetch_request {
	const char	*organization;
	const char	*connection;
	const char	*url;
	bool		 post;		/* body is a form; else GET */
	const char	*accept;	/* media types; "" : any */
	const char	*authorization;	/* value of the header field, or "" */
	const char	*etag;		/* If-None-Match, or "" */
	struct bytes	 body;
	uint32_t	 most;		/* octets of an answer's body */
	uint32_t	 milliseconds;	/* for all of it */
};
void	 fetch_request_put(struct writer *, const struct fetch_request *);
bool	 fetch_request_get(struct reader *, struct fetch_request *);

/* What became of it. */
enum fetch_result {
	FETCH_ANSWERED,		/* status and the rest are set */
	FETCH_REFUSED,		/* no address of that connection */
	FETCH_UNRESOLVED,	/* name does not resolve */
	FETCH_INSIDE,		/* to an address that is not allowed */
	FETCH_UNREACHABLE,	/* no connection */
	FETCH_UNTRUSTED,	/* certificate, name or pin */
	FETCH_TIMEOUT,
	FETCH_TOO_LARGE,
	FETCH_MALFORMED,	/* not HTTP, or cut short */
	FETCH_BUSY,		/* too many questions at once */
	FETCH_LOST,		/* verifier's own: fetch is away */
	FETCH_MAX
};
/* "unresolved"; static, for logs and hfssoctl. */
const char	*fetch_result_name(enum fetch_result);

/* fetch_answer. */
struct fetch_answer {
	const char	*organization;	/* as asked */
	const char	*connection;
	enum fetch_result result;
	const char	*detail;	/* for the log; "" if there is none */
	uint32_t	 status;	/* HTTP; 304 with an empty body */
	const char	*type;		/* media type, folded, no parameters */
	const char	*etag;		/* "" if none */
	int64_t		 max_age;	/* Cache-Control, s; -1: not said */
	struct bytes	 body;
};
void	 fetch_answer_put(struct writer *, const struct fetch_answer *);
bool	 fetch_answer_get(struct reader *, struct fetch_answer *);

/* --- documents -------------------------------------------------------- */

enum document_kind {
	DOCUMENT_METADATA,	/* SAML metadata */
	DOCUMENT_DISCOVERY,	/* OpenID Provider metadata */
	DOCUMENT_KEYS,		/* JWK set */
	DOCUMENT_MAX
};
/* "metadata"; static. */
const char	*document_name(enum document_kind);

/*
 * document_keep and document_kept; with an empty body: there is none.
 * document_ask is one with everything but the first three fields empty.
 */
struct document {
	const char	*organization;
	const char	*connection;
	enum document_kind kind;
	const char	*url;		/* where it is from */
	const char	*etag;
	int64_t		 fetched;	/* seconds */
	/* keep: shares no key with the one before; policy writes audit. */
	bool		 replaced;
	struct bytes	 body;
};
void	 document_put(struct writer *, const struct document *);
bool	 document_get(struct reader *, struct document *);

/* --- connections ------------------------------------------------------ */

/* connection_status: an object of records (record.h), to be shown. */
struct connection_status {
	const char	*organization;
	const char	*connection;
	struct bytes	 records;
};
void	 connection_status_put(struct writer *,
	    const struct connection_status *);
bool	 connection_status_get(struct reader *, struct connection_status *);

/* connection_switch: hfssoctl's, beside what the configuration says. */
struct connection_switch {
	const char	*organization;
	const char	*connection;
	bool		 off;
};
void	 connection_switch_put(struct writer *,
	    const struct connection_switch *);
bool	 connection_switch_get(struct reader *, struct connection_switch *);

/* --- still there? ----------------------------------------------------- */

/* check_start: the token is an outcome's check_token, or a newer one. */
struct check_start {
	const char	*organization;
	const char	*connection;
	const char	*subject;
	struct bytes	 token;
};
void	 check_start_put(struct writer *, const struct check_start *);
bool	 check_start_get(struct reader *, struct check_start *);

enum check_result {
	CHECK_THERE,
	CHECK_GONE,		/* the provider takes the token no more */
	CHECK_UNKNOWN,		/* it could not be asked: nothing follows */
	CHECK_UNREADABLE,	/* the token can't be opened: forget it */
	CHECK_MAX
};
/* check_outcome, with the id of its check_start. */
struct check_outcome {
	const char	*organization;
	const char	*connection;
	const char	*subject;
	enum check_result result;
	const char	*detail;	/* for log and audit, or "" */
	struct bytes	 token;		/* instead of the old one, or empty */
};
void	 check_outcome_put(struct writer *, const struct check_outcome *);
bool	 check_outcome_get(struct reader *, struct check_outcome *);

#endif
