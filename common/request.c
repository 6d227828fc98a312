/* Requests, addresses and networks.  Every process; pure. */
#include <sys/types.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <stdlib.h>
#include <string.h>

#include "common/limits.h"
#include "common/request.h"

static const uint8_t	 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			    0xff, 0xff };

void
request_put(struct writer *w, const struct request *r)
{
	wire_put_u64(w, r->id);
	wire_put_raw(w, r->client.octets, sizeof(r->client.octets));
	wire_put_string(w, r->host);
	wire_put_u8(w, (uint8_t)r->credential);
	wire_put_bytes(w, r->secret);
}

void
request_get(struct reader *r, struct request *q)
{
	size_t	 i;

	q->id = wire_get_u64(r);
	for (i = 0; i < sizeof(q->client.octets); i++)
		q->client.octets[i] = wire_get_u8(r);
	q->host = wire_get_string(r, LIMIT_HOST + 6);
	q->credential = wire_get_enum(r, CREDENTIAL_MAX);
	q->secret = wire_get_bytes(r);
}

const char *
address_text(const struct address *a)
{
	static char		 buffers[8][INET6_ADDRSTRLEN];
	static unsigned int	 next;
	char			*out = buffers[next++ % 8];
	const char		*text;

	if (memcmp(a->octets, mapped, sizeof(mapped)) == 0)
		text = inet_ntop(AF_INET, a->octets + 12, out,
		    INET6_ADDRSTRLEN);
	else
		text = inet_ntop(AF_INET6, a->octets, out, INET6_ADDRSTRLEN);
	return text == NULL ? "" : text;
}

struct address
address_of(const struct sockaddr *sa)
{
	struct address		 a;
	struct sockaddr_in	 in;
	struct sockaddr_in6	 in6;

	memset(&a, 0, sizeof(a));
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(a.octets, mapped, sizeof(mapped));
		memcpy(a.octets + 12, &in.sin_addr, 4);
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&in6, sa, sizeof(in6));
		memcpy(a.octets, &in6.sin6_addr, 16);
	}
	return a;
}

bool
address_parse(const char *text, struct address *a)
{
	memset(a, 0, sizeof(*a));
	if (inet_pton(AF_INET, text, a->octets + 12) == 1) {
		memcpy(a->octets, mapped, sizeof(mapped));
		return true;
	}
	return inet_pton(AF_INET6, text, a->octets) == 1;
}

struct address
address_counted(const struct address *a)
{
	struct address	 n = *a;

	if (memcmp(n.octets, mapped, sizeof(mapped)) != 0)
		memset(n.octets + 8, 0, 8);
	return n;
}

bool
network_parse(const char *text, struct network *n)
{
	char		 host[INET6_ADDRSTRLEN];
	const char	*slash, *error = NULL;
	unsigned int	 most;
	size_t		 len;

	slash = strchr(text, '/');
	len = slash == NULL ? strlen(text) : (size_t)(slash - text);
	if (len >= sizeof(host))
		return false;
	memcpy(host, text, len);
	host[len] = '\0';
	if (!address_parse(host, &n->address))
		return false;
	most = strchr(host, ':') == NULL ? 32 : 128;
	n->bits = most;
	if (slash != NULL) {
		n->bits = (unsigned int)strtonum(slash + 1, 0, most, &error);
		if (error != NULL)
			return false;
	}
	n->bits += 128 - most;
	return true;
}

bool
network_has(const struct network *n, const struct address *a)
{
	unsigned int	 whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->address.octets, a->octets, whole) != 0)
		return false;
	if (rest == 0)
		return true;
	return ((n->address.octets[whole] ^ a->octets[whole]) >> (8 - rest))
	    == 0;
}
