/*
 * Verdicts: what we say of input from outside.  Bad input is never fatal,
 * it gets one of these.  Shared by every process.
 */
#ifndef COMMON_VERDICT_H
#define COMMON_VERDICT_H

enum verdict {
#define VERDICT(name, status, log, browser)	VERDICT_##name,
#include "common/verdict.def"
#undef VERDICT
	VERDICT_MAX
};

/* Of a number outside the table: as of VERDICT_internal.  Static storage. */
const char	*verdict_name(enum verdict);	/* "saml_audience" */
int		 verdict_status(enum verdict);	/* HTTP status */
const char	*verdict_log(enum verdict);	/* for the log */
const char	*verdict_browser(enum verdict);	/* neutral, for the browser */

#endif
