/*
 * Framed messages over a stream socketpair, in the manner of imsg: writes
 * are coalesced, a descriptor may come along with a message.  Shared by
 * every process; knows nothing of what the messages mean.
 *
 * A frame is 16 octets of header (length of the payload 32 bit, type 16,
 * flags 16, id 64) and the payload.  On Linux a descriptor may arrive with
 * another message's octets, so the frame that owns one is marked.
 */
#ifndef COMMON_IMSG_H
#define COMMON_IMSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/wire.h"

#define IMSG_HEADER	16

struct imsg {
	unsigned int	 type;
	uint64_t	 id;
	struct bytes	 data;		/* until the next get or read */
	int		 fd;		/* -1: none; the receiver's to close */
};

struct imsgbuf;

/*
 * Take over a non-blocking stream socket.  The number is the largest
 * payload that is accepted from the peer.  Out of memory is fatal.
 * imsgbuf_free closes the socket and every descriptor not yet claimed,
 * and clears what was buffered.
 */
struct imsgbuf	*imsgbuf_new(int, size_t);
void		 imsgbuf_free(struct imsgbuf *);
int		 imsgbuf_fd(const struct imsgbuf *);

/*
 * Read once: 1 something came or nothing is there, 0 closed, -1 errno.
 * This and imsgbuf_get clear the frame that was got last.
 */
int		 imsgbuf_read(struct imsgbuf *);
/* The next whole frame: 1 got one, 0 none yet, -1 malformed. */
int		 imsgbuf_get(struct imsgbuf *, struct imsg *);

/*
 * Queue a message.  The descriptor, if not -1, is owned by the buffer from
 * now on and closed once sent.
 */
void		 imsgbuf_put(struct imsgbuf *, unsigned int, uint64_t, int,
		    const void *, size_t);
/* Write what can be written: 0 all gone or would block, -1 errno. */
int		 imsgbuf_write(struct imsgbuf *);
/* Octets that wait to be written. */
size_t		 imsgbuf_queued(const struct imsgbuf *);

#endif
