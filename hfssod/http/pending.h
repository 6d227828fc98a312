/*
 * Calls that wait for a peer.
 */
#ifndef HTTP_PENDING_H
#define HTTP_PENDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/child.h"
#include "hfssod/http/call.h"

/*
 * What becomes of a call whose answer will not come: called once, after
 * the call was taken off.
 */
typedef void	 pending_fail_fn(struct call *);
void		 pending_init(pending_fail_fn *);

/* A peer came or went; a lost one fails every call that waits for it. */
void		 pending_joined(struct peer *);
void		 pending_lost(struct peer *);

/*
 * Whether a question of so many octets may be sent to a peer now: at most
 * LIMIT_OUTSTANDING questions and LIMIT_OUTSTANDING_BYTES wait for it.
 */
bool		 pending_room(const struct peer *, size_t);
/* What there is still room for. */
struct pending_left {
	size_t	 count;
	size_t	 octets;
};
struct pending_left pending_left(const struct peer *);
/*
 * Send, and wait for the answer that the table names, for LIMIT_PEER_WAIT
 * seconds.  also (or NULL) is another peer without which no answer will
 * come; when the table's answer is not the asked one's to give, it comes
 * from there.
 */
void		 pending_send(struct call *, struct peer *, struct peer *,
		    enum message, const struct writer *);
/*
 * A call that was taken off waits on, for the sso_started of a verifier
 * that policy has told.  That one is taken before the session_ended, too,
 * if it is faster: policy tells only of what is committed.
 */
void		 pending_follow(struct call *);
/*
 * The call that an answer belongs to, taken off; NULL for an answer that
 * came late, twice, from somebody else or of another kind.
 */
struct call	*pending_take(uint64_t, enum message, const struct peer *);
/*
 * The client is gone: the call is none of ours any more, though its
 * question counts until it is answered.  Nothing if it doesn't wait.
 */
void		 pending_cancel(struct call *);
/* Whether anything waits, so that pending_expire is needed. */
bool		 pending_any(void);
/* Fail the calls whose time is over, by clock_ms. */
void		 pending_expire(int64_t);

#endif
