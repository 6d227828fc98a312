/*
 * Fuzzer of forms and return addresses: what is allowed never leads to
 * another host.
 */
#include <stdlib.h>
#include <string.h>

#include "common/form.h"
#include "hfssod/http/target.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char	 url[] = "https://hub.example.com";

static void
check(const char *value)
{
	static const struct strings	 none;
	const char			*p;

	if (!return_allowed(value, url, &none))
		return;
	for (p = value; *p != '\0'; p++)
		if (*p <= ' ' || *p == '\\' || *p == 0x7f)
			abort();
	if (value[0] == '/') {
		if (value[1] == '/' || value[1] == '\\')
			abort();
	} else if (strncmp(value, url, sizeof(url) - 1) != 0 ||
	    (value[sizeof(url) - 1] != '\0' &&
	    strchr("/?#", value[sizeof(url) - 1]) == NULL))
		abort();
}

static void
form(struct bytes b)
{
	struct form	 f;
	size_t		 i;

	if (form_parse(&f, b.data, b.len))
		for (i = 0; i < f.count; i++) {
			if (strlen(f.field[i].value) != f.field[i].len)
				abort();
			check(f.field[i].value);
		}
	form_free(&f);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct return_query	 q;
	struct bytes		 b;
	char			*text;

	b.data = data;
	b.len = len;
	form(b);
	return_split(b, &q);
	if (q.rest.len + q.value.len > len)
		abort();
	form(q.rest);
	if (q.raw) {
		text = strndup((const char *)q.value.data, q.value.len);
		check(text);
		free(text);
	}
	return 0;
}
