/*
 * Entering the sandbox: one function for each kind of process, in a file
 * for each system (sandbox-linux.c, sandbox-openbsd.c).
 */
#ifndef COMMON_SANDBOX_H
#define COMMON_SANDBOX_H

#include <stdint.h>

#include "common/child.h"

/* Layers that are active, a bit mask; for hfssoctl show processes. */
#define LAYER_USER		(1u << 0)	/* own uid */
#define LAYER_CHROOT		(1u << 1)
#define LAYER_NO_NEW_PRIVS	(1u << 2)
#define LAYER_LIMITS		(1u << 3)	/* rlimits, not dumpable */
#define LAYER_SECCOMP		(1u << 4)
#define LAYER_LANDLOCK		(1u << 5)
#define LAYER_PLEDGE		(1u << 6)
#define LAYER_UNVEIL		(1u << 7)
#define LAYER_COUNT		8

/*
 * Drop privileges and enter the sandbox of this kind for ever.  Fatal if a
 * layer that is always required can't be had: no_new_privs, the system
 * call filter, and a file wall (chroot or Landlock).  Returns the layers.
 */
uint32_t	 sandbox_enter(const struct setup *);
/* "chroot" for LAYER_CHROOT; static. */
const char	*sandbox_layer_name(unsigned int);

#endif
