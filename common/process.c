/* The names of the kinds of process.  Every process; pure. */
#include <stddef.h>

#include "common/process.h"

static const char *const names[PROC_MAX] = {
	[PROC_PARENT] = "parent",
	[PROC_BROWSER] = "browser",
	[PROC_GATE] = "gate",
	[PROC_API] = "api",
	[PROC_VERIFIER] = "verifier",
	[PROC_POLICY] = "policy",
	[PROC_READER] = "reader",
	[PROC_FETCH] = "fetch",
	[PROC_CTL] = "hfssoctl"
};

const char *
process_name(enum process p)
{
	if ((unsigned int)p >= PROC_MAX)
		return "unknown";
	return names[p];
}

const char *
process_kinds_name(unsigned int kinds)
{
	unsigned int	 p, http;

	http = kinds & KIND_HTTP;
	if (http != 0 && (http & (http - 1)) != 0)
		return "http";
	for (p = 0; p < PROC_MAX; p++) {
		if (kinds & KIND(p))
			return names[p];
	}
	return "unknown";
}
