/*
 * What verifier knows of its organizations: the view, taken apart together
 * with the keys and metadata that came beside it.  One generation is built
 * beside another.
 */
#ifndef VERIFIER_CONFIG_H
#define VERIFIER_CONFIG_H

#include <sys/tree.h>

#include "common/child.h"
#include "common/view.h"
#include "hfssod/verifier/discovery.h"
#include "hfssod/verifier/jose.h"
#include "hfssod/verifier/key.h"
#include "hfssod/verifier/metadata_idp.h"

struct organization;
struct source;

struct connection {
	const struct verifier_connection *view;
	const struct organization	*organization;
	struct source			*source; /* NULL: none by address */
	struct metadata_idp		 idp;	/* of a file */
	char				*acs;
	char				*slo;
	char				*metadata_url;
	char				*login;	/* where a login begins */
	const char			*entity_id;	/* ours */
	const struct key_pair		*logout_key; /* NULL: no logout there */
	struct public_keys		 metadata_signer; /* or none */
	/* OpenID Connect; acs and slo are its redirect and logout addresses. */
	char				*backchannel;
	struct bytes			 secret; /* of the client; or empty */
	struct jwt_signer		 signer; /* key NULL: none */
	struct jwk_set			 keys;	/* of a file; or none */
};

/*
 * What the provider is known by now, from file or source; NULL: nothing
 * yet.  Good until the end of the turn.
 */
const struct metadata_idp *connection_idp(const struct connection *);
const struct discovery	*connection_discovery(const struct connection *);
const struct jwk_set	*connection_keys(const struct connection *);
/* Whether all of that is there that its protocol needs. */
bool			 connection_known(const struct connection *);

/* How a request goes to that provider: a binding that it offers. */
enum binding		 connection_binding(const struct connection *,
			    const struct metadata_idp *);
/* The key that signs a request to it; NULL: it is not signed. */
const struct key_pair	*connection_request_key(const struct connection *,
			    const struct metadata_idp *);
/*
 * Why a provider is none for this connection: NULL, or a sentence (valid
 * until the next call).  It wants signed requests where there is no key,
 * or is that of another connection of the organization.
 */
const char		*connection_suits(const struct connection *,
			    const struct metadata_idp *);

struct organization {
	RB_ENTRY(organization)	 entry;
	const char		*name;
	struct key_pairs	 sign;
	struct key_pairs	 decrypt;
	size_t			 connection_count;
	struct connection	*connections;
};
RB_HEAD(organizations, organization);

struct config {
	struct verifier_view	*view;
	struct organizations	 organizations;
};

/*
 * Build from the view's octets, which must outlive the configuration.
 * Returns NULL and the configuration, or a sentence that says whose fault
 * it is (valid until the next call).
 */
const char	*config_build(struct config **, struct reader *,
		    const struct view_files *);
void		 config_free(struct config *);

/* Call for every connection. */
typedef void	 connection_fn(struct connection *);
void		 config_each(struct config *, connection_fn *);

/* The connection, "" for the organization's first; NULL: none such. */
const struct connection *config_find(const struct config *, const char *,
		    const char *);

#endif
