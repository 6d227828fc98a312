/*
 * One turn of policy's loop: run what has come, commit once, change the
 * memory, then answer.  So an answer always tells of what is durable.
 */
#ifndef POLICY_TURN_H
#define POLICY_TURN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/child.h"
#include "common/request.h"
#include "common/verdict.h"

/*
 * A handler decodes, makes one call into a room, encodes its answer.  With
 * verdict unavailable what it wrote is dropped and the dispatcher answers.
 */
typedef enum verdict handle_fn(struct request *, struct reader *,
		    struct writer *);

struct verb {
	enum message	 message;
	enum message	 answer;	/* or none */
	handle_fn	*run;
	/* Its answer with a verdict and nothing else; turn_none without. */
	void		(*refuse)(struct writer *, enum verdict);
	unsigned int	 flags;
};
#define VERB_REQUEST	1u	/* begins with a struct request */
#define VERB_WRITES	2u	/* runs within a transaction */
#define VERB_STORE	4u	/* reads the store: fails with the turn */
#define VERB_ALWAYS	8u	/* run where nothing can be written, too */

/* Nothing: for a message that has no answer. */
void	 turn_none(struct writer *, enum verdict);
/* Run one request; the answer waits for the end of the turn. */
void	 turn_run(const struct verb *, struct peer *, uint64_t,
	    struct reader *);
/* The loop's hook: pull, run, commit, apply, answer. */
void	 turn_hook(void);
/*
 * The end of it: commit, apply, answer.  Answers go through the function
 * (peer_send but in tests).
 */
typedef void	 turn_send_fn(struct peer *, enum message, uint64_t,
		    const struct writer *);
void	 turn_end(turn_send_fn *);

#endif
