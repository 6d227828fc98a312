/*
 * Fuzzer of the Cookie header: what is found is well-formed, and none of
 * ours is found twice.
 */
#include <stdlib.h>
#include <string.h>

#include "hfssod/http/cookie.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct cookies	 c;
	struct bytes	 header;
	size_t		 i, j;

	header.data = data;
	header.len = len;
	if (!cookies_parse(header, &c)) {
		if (c.session.len != 0 || c.count != 0)
			abort();
		return 0;
	}
	if (c.session.len > LIMIT_TOKEN || c.count > COOKIES_LOGIN)
		abort();
	for (i = 0; i < c.count; i++) {
		if (c.login[i].name.len != 8 || c.login[i].value.len == 0)
			abort();
		for (j = 0; j < i; j++)
			if (memcmp(c.login[i].name.data,
			    c.login[j].name.data, 8) == 0)
				abort();
	}
	return 0;
}
