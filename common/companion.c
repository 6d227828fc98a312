/*
 * Addresses that belong together.  Shared by parent, verifier and fetch;
 * pure.  Must never match but whole hosts.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "common/companion.h"
#include "common/limits.h"

static const struct {
	const char	*origin;
	const char	*companion;
} companions[] = {
	{ "https://accounts.google.com:443",
	    "https://oauth2.googleapis.com:443" },
	{ "https://accounts.google.com:443",
	    "https://www.googleapis.com:443" },
	{ "https://accounts.google.com:443",
	    "https://openidconnect.googleapis.com:443" },
	{ "https://login.microsoftonline.com:443",
	    "https://graph.microsoft.com:443" }
};

#define LABEL_MOST	63		/* RFC 1035 2.3.4 */

/*
 * Whether a host (lower case) is a name, or an address as inet_pton has
 * it.  Other ways to write an address ("127.1", "0x7f000001") end in a
 * number as well, and are read differently by different readers: neither.
 */
static bool
host_valid(const char *host, bool six)
{
	struct in6_addr	 in6;
	struct in_addr	 in;
	const char	*label = host;
	size_t		 len;

	if (six)
		return inet_pton(AF_INET6, host, &in6) == 1;
	for (;; label += len + 1) {
		len = strcspn(label, ".");
		if (len == 0 || len > LABEL_MOST || label[0] == '-' ||
		    label[len - 1] == '-')
			return false;
		if (label[len] == '\0')
			break;
	}
	if (label[strspn(label, "0123456789")] == '\0' ||
	    (strncmp(label, "0x", 2) == 0 &&
	    label[2 + strspn(label + 2, "0123456789abcdef")] == '\0'))
		return inet_pton(AF_INET, host, &in) == 1;
	return true;
}

/* Host and port; the rest is the path.  NULL: malformed. */
static const char *
host_split(const char *at, struct web_address *a)
{
	const char	*end, *p;
	size_t		 len, i;
	bool		 six;

	six = *at == '[';
	if (six)
		at++;
	len = strspn(at, six ? "0123456789abcdefABCDEF:." :
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "-._");
	if (len == 0 || len > LIMIT_HOST || (six && at[len] != ']'))
		return NULL;
	for (i = 0; i < len; i++)
		a->host[i] = (char)tolower((unsigned char)at[i]);
	a->host[len] = '\0';
	if (!host_valid(a->host, six))
		return NULL;
	end = at + len + (six ? 1 : 0);
	a->port = a->tls ? 443 : 80;
	if (*end == ':') {
		a->port = 0;
		for (p = end + 1; *p >= '0' && *p <= '9' && p - end < 6; p++)
			a->port = a->port * 10 + (unsigned int)(*p - '0');
		if (a->port == 0 || a->port > 65535)
			return NULL;
		end = p;
	}
	snprintf(a->origin, sizeof(a->origin), "%s://%s%s%s:%u",
	    a->tls ? "https" : "http", six ? "[" : "", a->host,
	    six ? "]" : "", a->port);
	return end;
}

bool
web_address(const char *text, struct web_address *a)
{
	size_t	 len, i;

	memset(a, 0, sizeof(*a));
	a->path = "";
	if ((len = strlen(text)) > LIMIT_URL)
		return false;
	for (i = 0; i < len; i++) {
		if (text[i] <= 0x20 || text[i] >= 0x7f ||
		    strchr("\\#\"<>^`{|}", text[i]) != NULL)
			return false;
	}
	if (strncmp(text, "https://", 8) == 0)
		a->tls = true;
	else if (strncmp(text, "http://", 7) != 0)
		return false;
	text = host_split(text + (a->tls ? 8 : 7), a);
	if (text == NULL || (*text != '\0' && *text != '/' && *text != '?'))
		return false;
	a->path = text;
	return true;
}

bool
companion_allowed(const struct strings *origins, const char *address)
{
	struct web_address	 a;
	size_t			 i;

	if (!web_address(address, &a))
		return false;
	if (strings_has(origins, a.origin))
		return true;
	for (i = 0; i < sizeof(companions) / sizeof(companions[0]); i++) {
		if (strcmp(companions[i].companion, a.origin) == 0 &&
		    strings_has(origins, companions[i].origin))
			return true;
	}
	return false;
}
