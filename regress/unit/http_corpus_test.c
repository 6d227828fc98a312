/*
 * The request cases of llhttp, where they are found: $CORPORA is a folder
 * with http/llhttp-cases.json.  What llhttp refuses in its strict mode we
 * must refuse; what we accept, llhttp must accept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "hfssod/http/chunked.h"
#include "hfssod/http/parse.h"

static struct head	 h;

/* Code points to octets: the file has them as Latin-1. */
static size_t
octets(const char *utf8, size_t len, uint8_t *out)
{
	size_t	 i, n;

	for (i = n = 0; i < len; i++) {
		if ((uint8_t)utf8[i] >= 0x80) {
			out[n++] = (uint8_t)(((utf8[i] & 3) << 6) |
			    (utf8[i + 1] & 0x3f));
			i++;
		} else
			out[n++] = (uint8_t)utf8[i];
	}
	return n;
}

/*
 * Most cases have no Host, which is never what they are about: give the
 * first request one.  There is room.
 */
static size_t
with_host(uint8_t *p, size_t len)
{
	static const char	 host[] = "Host: a\r\n";
	uint8_t			*end;

	if (strcasestr((char *)p, "host:") != NULL ||
	    (end = memmem(p, len, "\r\n", 2)) == NULL)
		return len;
	end += 2;
	memmove(end + sizeof(host) - 1, end, (size_t)(p + len - end));
	memcpy(end, host, sizeof(host) - 1);
	return len + sizeof(host) - 1;
}

/* Whether we take everything as whole requests, one after another. */
static bool
accepted(const uint8_t *p, size_t len)
{
	struct chunked	 c;
	uint8_t		 out[8192];
	size_t		 seen, used, got;
	bool		 close = false;

	while (len > 0) {
		if (len == 2 && memcmp(p, "\r\n", 2) == 0)
			return true;
		/* Nothing may follow a request that ends the connection. */
		if (close)
			return false;
		seen = 0;
		if (head_parse(&h, p, len, &seen) != PARSE_DONE ||
		    h.method == METHOD_OTHER)
			return false;
		close = h.close;
		p += h.size;
		len -= h.size;
		used = (size_t)h.length;
		if (h.chunked) {
			memset(&c, 0, sizeof(c));
			assert_true(len <= sizeof(out));
			if (chunked_decode(&c, p, len, &used, out, &got) !=
			    PARSE_DONE)
				return false;
		}
		if (used > len)
			return false;
		p += used;
		len -= used;
	}
	return true;
}

static bool
wanted(const json_t *one)
{
	const char	*type;

	type = json_string_value(json_object_get(json_object_get(one,
	    "meta"), "type"));
	return type != NULL && strcmp(type, "request") == 0;
}

/* Whether llhttp refuses it; a pause for an upgrade is no refusal. */
static bool
bad(const json_t *one)
{
	json_int_t	 code;

	code = json_integer_value(json_array_get(json_object_get(one,
	    "llhttp_error"), 0));
	return code != 0 && code != 22 && code != 23;
}

static void
corpus(void **state)
{
	const char	*folder, *text;
	char		 path[4096];
	uint8_t		*data;
	json_t		*all, *one;
	size_t		 i, len, n, refused = 0, taken = 0;

	(void)state;
	if ((folder = getenv("CORPORA")) == NULL || folder[0] == '\0') {
		skip();
		return;
	}
	snprintf(path, sizeof(path), "%s/http/llhttp-cases.json", folder);
	if ((all = json_load_file(path, JSON_ALLOW_NUL, NULL)) == NULL) {
		skip();
		return;
	}
	json_array_foreach(all, i, one) {
		if (!wanted(one))
			continue;
		text = json_string_value(json_object_get(one,
		    "bytes_latin1"));
		len = json_string_length(json_object_get(one,
		    "bytes_latin1"));
		if ((data = calloc(1, len + 32)) == NULL)
			fail();
		n = octets(text, len, data);
		/* The cases lost the empty line at their end. */
		memcpy(data + n, "\r\n", 2);
		n = with_host(data, n + 2);
		if (accepted(data, n)) {
			taken++;
			if (bad(one))
				fail_msg("accepted: %s", json_string_value(
				    json_object_get(one, "title")));
		} else
			refused++;
		free(data);
	}
	print_message("%zu taken, %zu refused\n", taken, refused);
	assert_true(taken > 20 && refused >= 55);
	json_decref(all);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
