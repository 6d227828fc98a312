/*
 * Fuzzer of fetch's reader of DNS answers.  The first octet says which
 * type was asked for, and whether the id and the question are put right,
 * so that what follows them is looked at.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/fetch/dns.h"
#include "hfssod/fetch/names.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct address	 list[NAMES_ADDRESSES];
	enum dns_answer	 what;
	uint8_t		 query[DNS_QUERY], *answer;
	size_t		 query_len, count;

	if (len == 0)
		return 0;
	query_len = dns_query(query, 0x3039, "idp.test",
	    data[0] & 1 ? DNS_AAAA : DNS_A);
	len--;
	if ((answer = malloc(len + 1)) == NULL)
		abort();
	memcpy(answer, data + 1, len);
	if (data[0] & 2 && len >= query_len - 11) {
		memcpy(answer, query, 2);
		answer[2] |= 0x80;
		answer[2] &= 0x85;
		memcpy(answer + 4, query + 4, 2);
		memcpy(answer + 12, query + 12, query_len - 11 - 12);
	}
	what = dns_parse(answer, len, query, query_len, list,
	    NAMES_ADDRESSES, &count);
	if (what > DNS_FOREIGN || count > NAMES_ADDRESSES ||
	    (what == DNS_FOUND) != (count > 0) ||
	    (data[0] & 2 && len >= query_len - 11 && what == DNS_FOREIGN))
		abort();
	free(answer);
	return 0;
}
