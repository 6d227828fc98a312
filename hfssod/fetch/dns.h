/*
 * Messages of DNS (RFC 1035): a question for addresses, and its answer.
 * Pure.
 */
#ifndef FETCH_DNS_H
#define FETCH_DNS_H

#include <stddef.h>
#include <stdint.h>

#include "common/request.h"

#define DNS_QUERY	300		/* octets of a question at most */
#define DNS_UDP		1232		/* of an answer by UDP, as asked for */
#define DNS_TCP		65535

enum dns_type {
	DNS_A = 1,
	DNS_AAAA = 28
};

enum dns_answer {
	DNS_FOUND,		/* addresses */
	DNS_NO_NAME,		/* there is no such name */
	DNS_NO_ADDRESS,		/* but none of that type */
	DNS_TRUNCATED,		/* ask again by TCP */
	DNS_FAILED,		/* this server can't, another may */
	DNS_FOREIGN		/* no answer to that question: pass it over */
};

/*
 * Write the question with that id for a name, recursion wanted, with
 * EDNS(0) (RFC 6891).  The buffer has DNS_QUERY octets; how many were
 * written, 0 if the name can't be one of DNS.
 */
size_t		 dns_query(uint8_t *, uint16_t, const char *, enum dns_type);
/*
 * Read an answer to a question of ours: the addresses of the name, or of
 * what it is an alias for, at most so many.
 */
enum dns_answer	 dns_parse(const uint8_t *, size_t, const uint8_t *, size_t,
		    struct address *, size_t, size_t *);

#endif
