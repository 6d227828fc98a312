/*
 * Who talks to whom, and the barrier by which two children join: each gets
 * an end of a new pipe and says that it has forgotten what it kept for the
 * old one; only when both have said so, both are told to go.
 */
#ifndef PARENT_JOINING_H
#define PARENT_JOINING_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/parent/children.h"

/* Make the pairs, once all seats are there. */
void	 joining_init(void);
/* A seat has a child that is up; or has lost it. */
void	 joining_up(struct seat *);
void	 joining_lost(struct seat *);
/* It says that it joined this instance; false if that is not true. */
bool	 joining_said(struct seat *, uint64_t);
/* Whether all pairs of a seat with one of these kinds are joined. */
bool	 joining_done(const struct seat *, unsigned int);

#endif
