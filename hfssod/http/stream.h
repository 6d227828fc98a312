/*
 * The octets of a client connection: a socket, with TLS over it or not.
 * Knows nothing of HTTP.
 */
#ifndef HTTP_STREAM_H
#define HTTP_STREAM_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tls;

/*
 * A libtls server context, kept until the last connection that began with
 * it is gone: libtls calls back into it during a handshake.
 */
struct server;
struct server	*server_new(struct tls *);	/* owns the context */
void		 server_drop(struct server *);	/* NULL is fine */

#define STREAM_EOF	0
#define STREAM_WANT_IN	(-1)	/* nothing to read now */
#define STREAM_WANT_OUT	(-2)	/* can't be written now */
#define STREAM_ERROR	(-3)

struct stream {
	int		 fd;
	struct tls	*tls;		/* NULL: plain */
	struct server	*server;	/* whose context it is from */
	bool		 shaken;	/* the handshake is done */
	bool		 drained;	/* the socket had no more */
	bool		 ended;		/* the socket is at its end */
	uint8_t		*stash;		/* octets of TLS not decrypted yet */
	size_t		 stash_at;
	size_t		 stash_len;
};

/*
 * Begin with a connected, non-blocking socket, which the stream owns from
 * now on, and a server context or NULL.  False: the context did not take
 * it (the socket is closed).
 */
bool	 stream_open(struct stream *, int, struct server *);
/* Close without asking. */
void	 stream_close(struct stream *);
/*
 * The socket may be read (or it is worth to try): call before the first
 * stream_read of an event, and stream_rest after the last.
 */
void	 stream_ready(struct stream *);
void	 stream_rest(struct stream *);
/* 1 done, or one of STREAM_*. */
int	 stream_handshake(struct stream *);
/*
 * How many octets, or one of STREAM_*.  Reading must go on until
 * STREAM_WANT_IN: what TLS has decrypted is invisible to the event loop.
 */
ssize_t	 stream_read(struct stream *, void *, size_t);
ssize_t	 stream_write(struct stream *, const void *, size_t);
/* Say that nothing more will be written. */
void	 stream_finish(struct stream *);
/* Read and forget what still comes; false at its end. */
bool	 stream_discard(struct stream *);

#endif
