/* The table of verdicts.  Every process; pure. */
#include <stddef.h>

#include "common/verdict.h"

static const struct {
	const char	*name;
	int		 status;
	const char	*log;
	const char	*browser;
} verdicts[VERDICT_MAX] = {
#define VERDICT(name, status, log, browser)	{ #name, status, log, browser },
#include "common/verdict.def"
#undef VERDICT
};

static unsigned int
known(enum verdict v)
{
	return (unsigned int)v < VERDICT_MAX ? (unsigned int)v :
	    (unsigned int)VERDICT_internal;
}

const char *
verdict_name(enum verdict v)
{
	return verdicts[known(v)].name;
}

int
verdict_status(enum verdict v)
{
	return verdicts[known(v)].status;
}

const char *
verdict_log(enum verdict v)
{
	return verdicts[known(v)].log;
}

const char *
verdict_browser(enum verdict v)
{
	return verdicts[known(v)].browser;
}
