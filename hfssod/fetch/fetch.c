/*
 * fetch: outbound HTTPS for one verifier.  In this version no connection
 * needs a document from outside, so there is nothing that its verifier
 * could ask for, and its sandbox has no sockets: it joins and waits.
 * Must never accept a connection, or act on anyone's word but its
 * verifier's.
 */
#include "common/child.h"

static const struct handler handlers[] = {
	{ MESSAGE_none, NULL }
};

static const struct child child = {
	.handlers = handlers
};

int
main(int argc, char **argv)
{
	child_main(argc, argv, &child);
}
