/*
 * What hfssoctl asks of verifier: an address that tests a connection, and
 * to fetch its documents now.
 */
#ifndef VERIFIER_TEST_H
#define VERIFIER_TEST_H

#include "common/child.h"

handler_fn	 test_start;	/* connection_test */
handler_fn	 test_refresh;	/* connection_refresh */

#endif
