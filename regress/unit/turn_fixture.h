/*
 * For units of policy's turns: what the child runtime would be, without
 * processes.  What is sent is kept.  With policy_fixture.h.
 */
#ifndef UNIT_TURN_FIXTURE_H
#define UNIT_TURN_FIXTURE_H

#include <stdbool.h>

#include "common/child.h"
#include "hfssod/policy/turn.h"
#include "policy_fixture.h"

/* Instances 5, 6, 7, 8; "apart" is the group of the last one. */
extern struct peer	 http, verifier, gate, verifier_apart, parent;
extern bool		 no_verifier;	/* child_peer finds none */

/* What was sent since end_turn or forget_sent. */
struct sent {
	struct peer	*peer;
	enum message	 message;
	uint64_t	 id;
	uint8_t		*data;
	size_t		 len;
};
extern struct sent	 sent[300];
extern size_t		 sent_count;
void	 forget_sent(void);

/* Run one message with that id; the writer is freed. */
void	 ask_id(const struct verb *, struct peer *, uint64_t, struct writer *);
/* Likewise with id 42. */
void	 ask(const struct verb *, struct peer *, struct writer *);
/* Forget what was sent, end the turn. */
void	 end_turn(void);
/* Begin a question of hfssoctl's by "uid 0". */
void	 ctl_begin(struct writer *, const char *, const char *);

#endif
