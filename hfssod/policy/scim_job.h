/*
 * Writes to groups that take more than one turn: stages, by which the
 * members of a new edition come, and what is left to do once it has taken
 * force.  Rows of their own, so that kill -9 loses none.
 */
#ifndef POLICY_SCIM_JOB_H
#define POLICY_SCIM_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/policy/scim_members.h"

enum job_step {		/* kept in the store */
	JOB_STAGE = 1,	/* waits for its write */
	JOB_CAME,	/* members that the edition before has not */
	JOB_WENT,	/* members of that edition that are none now */
	JOB_ALL,	/* members, and those of groups that are members */
	JOB_EACH,	/* members that are no groups */
	JOB_LIST,	/* what is listed under an edition of its own */
	JOB_CLEAN,	/* rows of an edition that are of no use */
	JOB_STEP_MAX
};
/* A group that is not there yet: a number that nothing has. */
int64_t		 job_group_row(struct store *);
/*
 * Leave something to do with a group and an edition, within the caller's
 * transaction: root is 0 or the number of the one that it belongs to.  The
 * number; 0 on failure.
 */
uint64_t	 job_add(struct scim *, enum job_step, uint64_t, int64_t,
		    int64_t);
/* It is about that, and that edition, from now on. */
void		 job_set(struct store *, uint64_t, enum job_step, int64_t);
/*
 * The group (its row) of a stage that this token's write may claim, 0 if
 * there is none.  Its edition is the stage's number.
 */
int64_t		 job_stage(struct scim *, uint64_t);
/* The write that was to claim it was refused: its members go. */
void		 job_give_up(struct scim *, uint64_t);

/*
 * A little of what was left to do and nobody goes on with, in a transaction
 * of its own; whether there is more of it.
 */
bool		 job_sweep(void);
/* At the start: what is found in the store has nobody. */
void		 job_start(void);

#endif
