/*
 * The documents of a provider that come by address: SAML metadata, or
 * discovery and JWK set.  Fetched at start, refreshed in the background,
 * the last good ones kept by policy.  One for each such connection; it
 * lives on through reloads as long as its addresses are the same.
 */
#ifndef VERIFIER_SOURCE_H
#define VERIFIER_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/child.h"
#include "common/provider.h"
#include "common/record.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/metadata_idp.h"

struct config;
struct connection;
struct source;

/* NULL until there is a good one; replaced by a later one at any turn. */
const struct metadata_idp *source_idp(const struct source *);
const struct discovery	*source_discovery(const struct source *);
const struct jwk_set	*source_keys(const struct source *);

/*
 * Called once: with ok when the documents are there, maybe at once, or
 * with provider_unreachable or provider_answer and a detail (static or
 * valid until it returns) when they can't be had now.  A provider that was
 * away a moment ago is not asked again for every login, and until it is
 * back nobody waits for it longer than a second.
 */
typedef void	 source_fn(void *, enum verdict, const char *);
void		 source_wait(struct source *, source_fn *, void *);
/*
 * A token names a key that the set does not have: fetch the set again,
 * unless that was done moments ago; then the function is called as above,
 * also when nothing new came.  Many who ask at once share one fetch.
 */
void		 source_rekey(struct source *, source_fn *, void *);
/*
 * The same for a token that the provider itself gave us just now: strangers,
 * who send what they like to where anybody may, can't use up its turn.
 */
void		 source_rekey_told(struct source *, source_fn *, void *);
/* Whether source_rekey would fetch anything now. */
bool		 source_rekey_ready(const struct source *);
/*
 * Which of basic and post a provider that offers both took from us: the
 * first to be tried from now on.
 */
void		 source_client_auth(struct source *, enum client_auth);
/* Fetch everything now, for hfssoctl. */
void		 source_refresh(struct source *, source_fn *, void *);

/* After a commit: make those that are new, drop those that are gone. */
void		 sources_use(struct config *);
/* Policy or fetch has joined. */
void		 sources_joined(const struct peer *);
/* document_kept: policy answers what it kept. */
handler_fn	 source_kept;

/* "documents", an array, and "error", what went wrong last, if anything. */
void		 source_records(const struct source *, struct writer *);
/* Whether the last try of any document failed. */
bool		 source_failing(const struct source *);

#endif
