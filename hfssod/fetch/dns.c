/*
 * Writing questions and reading answers of DNS.  fetch; pure.  Must never
 * follow a name backwards into itself, nor take an address that belongs to
 * another name than was asked for.
 */
#include <sys/types.h>
#include <sys/socket.h>

#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "hfssod/fetch/dns.h"

#define HEAD		12
#define NAME_MOST	255		/* RFC 1035 2.3.4 */
#define LABEL_MOST	63
#define ALIASES_MOST	12		/* one after another */
#define RECORDS_MOST	256
#define CLASS_IN	1
#define TYPE_CNAME	5
#define TYPE_OPT	41
#define FLAG_RESPONSE	0x8000
#define FLAG_OPCODE	0x7800
#define FLAG_TRUNCATED	0x0200
#define FLAG_RECURSE	0x0100
#define RCODE		0x000f

/* A name as it travels, in lower case, not compressed. */
struct name {
	uint8_t		 octets[NAME_MOST];
	size_t		 len;
};

struct message {
	const uint8_t	*p;
	size_t		 len;
};

struct record {
	struct name	 owner;
	unsigned int	 type;
	unsigned int	 class;
	size_t		 at;		/* of its data */
	size_t		 len;
};

static unsigned int
get16(const uint8_t *p)
{
	return (unsigned int)p[0] << 8 | p[1];
}

static void
put16(uint8_t *p, unsigned int n)
{
	p[0] = (uint8_t)(n >> 8);
	p[1] = (uint8_t)n;
}

size_t
dns_query(uint8_t *out, uint16_t id, const char *name, enum dns_type type)
{
	uint8_t	*p = out + HEAD;
	size_t	 n;

	if (strlen(name) > NAME_MOST - 2)
		return 0;
	memset(out, 0, DNS_QUERY);
	put16(out, id);
	put16(out + 2, FLAG_RECURSE);
	put16(out + 4, 1);
	put16(out + 10, 1);
	for (;; name += n + 1) {
		n = strcspn(name, ".");
		if (n == 0 || n > LABEL_MOST)
			return 0;
		*p++ = (uint8_t)n;
		memcpy(p, name, n);
		p += n;
		if (name[n] == '\0')
			break;
	}
	*p++ = 0;
	put16(p, type);
	put16(p + 2, CLASS_IN);
	p += 4;
	/* The root's OPT record: how much we can take. */
	put16(p + 1, TYPE_OPT);
	put16(p + 3, DNS_UDP);
	return (size_t)(p + 11 - out);
}

/*
 * A name at *at, which is moved behind it.  A pointer leads backwards
 * only, so that it ends.
 */
static bool
take_name(const struct message *m, size_t *at, struct name *name)
{
	size_t	 p = *at, lowest = *at, i;
	uint8_t	 n;
	bool	 jumped = false;

	for (name->len = 0;;) {
		if (p >= m->len)
			return false;
		n = m->p[p];
		if (n >= 0xc0) {
			if (m->len - p < 2)
				return false;
			if (!jumped)
				*at = p + 2;
			jumped = true;
			p = get16(m->p + p) & 0x3fff;
			if (p >= lowest)
				return false;
			lowest = p;
			continue;
		}
		if (n > LABEL_MOST || m->len - p < 1u + n ||
		    name->len + 1 + n > NAME_MOST)
			return false;
		name->octets[name->len++] = n;
		for (i = 0; i < n; i++)
			name->octets[name->len++] =
			    (uint8_t)tolower(m->p[p + 1 + i]);
		p += 1u + n;
		if (n == 0)
			break;
	}
	if (!jumped)
		*at = p;
	return true;
}

static bool
take_record(const struct message *m, size_t *at, struct record *r)
{
	if (!take_name(m, at, &r->owner) || m->len - *at < 10)
		return false;
	r->type = get16(m->p + *at);
	r->class = get16(m->p + *at + 2);
	r->len = get16(m->p + *at + 8);
	r->at = *at + 10;
	if (r->len > m->len - r->at)
		return false;
	*at = r->at + r->len;
	return true;
}

static bool
same_name(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->octets, b->octets, a->len) == 0;
}

static struct address
record_address(const struct message *m, const struct record *r)
{
	struct sockaddr_in6	 in6;
	struct sockaddr_in	 in;

	memset(&in, 0, sizeof(in));
	memset(&in6, 0, sizeof(in6));
	in.sin_family = AF_INET;
	in6.sin6_family = AF_INET6;
	if (r->type == DNS_A) {
		memcpy(&in.sin_addr, m->p + r->at, 4);
		return address_of((struct sockaddr *)&in);
	}
	memcpy(&in6.sin6_addr, m->p + r->at, 16);
	return address_of((struct sockaddr *)&in6);
}

/*
 * Once through the answers for this name: addresses of the type, or the
 * name that it is an alias for.  False if they are malformed.
 */
static bool
look(const struct message *m, size_t at, unsigned int type, struct name *name,
    bool *alias, struct address *list, size_t most, size_t *count)
{
	struct record	 r;
	struct name	 target;
	unsigned int	 left = get16(m->p + 6);
	size_t		 data;

	*alias = false;
	if (left > RECORDS_MOST)
		return false;
	for (; left > 0; left--) {
		if (!take_record(m, &at, &r))
			return false;
		if (r.class != CLASS_IN || !same_name(&r.owner, name))
			continue;
		if (r.type == TYPE_CNAME && !*alias) {
			data = r.at;
			if (!take_name(m, &data, &target) || data != at)
				return false;
			*alias = true;
		} else if (r.type == type) {
			if (r.len != (type == DNS_A ? 4u : 16u))
				return false;
			if (*count < most)
				list[(*count)++] = record_address(m, &r);
		}
	}
	if (*alias)
		*name = target;
	return true;
}

/* Is it an answer, and to this question?  As it was asked, octet by octet. */
static bool
ours(const struct message *m, const struct message *q, size_t question)
{
	return m->len >= question && memcmp(m->p, q->p, 2) == 0 &&
	    (get16(m->p + 2) & (FLAG_RESPONSE | FLAG_OPCODE)) ==
	    FLAG_RESPONSE && get16(m->p + 4) == 1 &&
	    memcmp(m->p + HEAD, q->p + HEAD, question - HEAD) == 0;
}

enum dns_answer
dns_parse(const uint8_t *answer, size_t len, const uint8_t *query,
    size_t query_len, struct address *list, size_t most, size_t *count)
{
	struct message	 m = { answer, len }, q = { query, query_len };
	struct name	 name;
	size_t		 at = HEAD;
	unsigned int	 flags, type, i;
	bool		 alias;

	*count = 0;
	if (query_len < HEAD || !take_name(&q, &at, &name) ||
	    query_len - at < 4)
		return DNS_FAILED;
	type = get16(query + at);
	at += 4;
	if (!ours(&m, &q, at))
		return DNS_FOREIGN;
	flags = get16(answer + 2);
	if (flags & FLAG_TRUNCATED)
		return DNS_TRUNCATED;
	if ((flags & RCODE) == 3)
		return DNS_NO_NAME;
	if ((flags & RCODE) != 0)
		return DNS_FAILED;
	for (i = 0; i <= ALIASES_MOST; i++) {
		if (!look(&m, at, type, &name, &alias, list, most, count)) {
			*count = 0;
			return DNS_FAILED;
		}
		if (*count > 0)
			return DNS_FOUND;
		if (!alias)
			return DNS_NO_ADDRESS;
	}
	return DNS_FAILED;
}
