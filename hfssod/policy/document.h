/*
 * The last good documents of providers: policy keeps them for its
 * verifiers, unread, so that a daemon that begins while a provider is away
 * can do its work.
 */
#ifndef POLICY_DOCUMENT_H
#define POLICY_DOCUMENT_H

#include "common/request.h"
#include "common/verdict.h"
#include "common/wire.h"

/* Handlers; a document of another verifier group's is none. */
enum verdict	 document_keep(struct request *, struct reader *,
		    struct writer *);
enum verdict	 document_ask(struct request *, struct reader *,
		    struct writer *);

#endif
