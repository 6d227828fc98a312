/*
 * The message table: what every message is called, who may send it to
 * whom, how large it may be.  Shared by every process.
 */
#ifndef COMMON_MESSAGE_H
#define COMMON_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/limits.h"
#include "common/process.h"

enum message {
	MESSAGE_none,
#define MESSAGE(name, from, to, least, most, fd, cred, answer) MESSAGE_##name,
#include "common/message.def"
#undef MESSAGE
	MESSAGE_MAX
};

/* What an http process must show with a message to policy. */
enum message_credential {
	MESSAGE_CREDENTIAL_none,
	MESSAGE_CREDENTIAL_optional,
	MESSAGE_CREDENTIAL_session,
	MESSAGE_CREDENTIAL_bearer	/* a token, for the right place */
};

struct message_info {
	const char		*name;
	unsigned int		 from;		/* kinds that may send it */
	unsigned int		 to;		/* kinds that may get it */
	size_t			 least;		/* octets of payload */
	size_t			 most;
	bool			 fd;		/* a descriptor comes along */
	enum message_credential	 credential;
	enum message		 answer;
};

/* The table's line; NULL for a number that is not in it. */
const struct message_info	*message_info(unsigned int);
/* Never NULL. */
const char	*message_name(unsigned int);
/*
 * A hash over the whole table and the version, so that processes of
 * different builds refuse each other (FNV-1a, 64 bit; not a security
 * measure).
 */
uint64_t	 message_table_hash(void);

#endif
