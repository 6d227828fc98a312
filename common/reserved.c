/* Reserved words.  parent and policy; pure. */
#include <stddef.h>
#include <strings.h>

#include "common/reserved.h"

static const char *const words[] = {
	"about", "abuse", "access", "account", "accounts", "admin",
	"administrator", "api", "assets", "auth", "authz", "billing", "blog",
	"chat", "collections", "contact", "datasets", "docs", "enterprise",
	"explore", "favicon", "front", "healthz", "help", "hfsso", "home",
	"hostmaster", "inference", "join", "learn", "legal", "login",
	"logout", "mail", "me", "metrics", "models", "new", "nobody",
	"notifications", "oauth", "oidc", "organization", "organizations",
	"papers", "postmaster", "posts", "pricing", "privacy", "public",
	"register", "resolve", "robots", "root", "saml", "scim", "search",
	"security", "settings", "signin", "signout", "signup", "spaces",
	"sso", "static", "status", "storage", "support", "system", "tasks",
	"terms", "user", "users", "webhooks", "webmaster", "well-known",
	"www"
};

bool
reserved_word(const char *text)
{
	size_t	 i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i], text) == 0)
			return true;
	}
	return false;
}
