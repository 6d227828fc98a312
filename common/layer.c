/* The names of the sandbox's layers.  Every process; pure. */
#include <stddef.h>

#include "common/sandbox.h"

static const char *const names[LAYER_COUNT] = {
	"user", "chroot", "no_new_privs", "limits", "seccomp", "landlock",
	"pledge", "unveil"
};

const char *
sandbox_layer_name(unsigned int layer)
{
	unsigned int	 i;

	for (i = 0; i < LAYER_COUNT; i++) {
		if (layer == 1u << i)
			return names[i];
	}
	return "unknown";
}
