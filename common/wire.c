/*
 * Typed values to octets and back.  Every process; pure.  Must never
 * trust a length that was read before comparing it with what is left.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "common/wire.h"

#define WRITER_FIRST	256

void
wire_init(struct writer *w, size_t most)
{
	memset(w, 0, sizeof(*w));
	w->most = most;
}

void
wire_free(struct writer *w)
{
	freezero(w->data, w->len);
	memset(w, 0, sizeof(*w));
	w->bad = true;
}

void
wire_reset(struct writer *w)
{
	if (w->len > 0)
		explicit_bzero(w->data, w->len);
	w->len = 0;
	w->bad = false;
}

/* A new block and a cleared old one: it may hold secrets. */
static void
grow(struct writer *w, size_t len)
{
	size_t	 size = w->size == 0 ? WRITER_FIRST : w->size;
	uint8_t	*data;

	while (size - w->len < len)
		size *= 2;
	if ((data = malloc(size)) == NULL)
		fatal("malloc");
	if (w->len > 0)
		memcpy(data, w->data, w->len);
	freezero(w->data, w->len);
	w->data = data;
	w->size = size;
}

/* Room for so many more octets: where they go, or NULL and bad. */
static inline uint8_t *
room(struct writer *w, size_t len)
{
	uint8_t	*data;

	if (w->bad || len > w->most - w->len) {
		w->bad = true;
		return NULL;
	}
	if (len > w->size - w->len)
		grow(w, len);
	data = w->data + w->len;
	w->len += len;
	return data;
}

static inline void
put_integer(struct writer *w, uint64_t value, unsigned int octets)
{
	uint8_t	*p;

	if ((p = room(w, octets)) == NULL)
		return;
	while (octets-- > 0) {
		p[octets] = value & 0xff;
		value >>= 8;
	}
}

void
wire_put_u8(struct writer *w, uint8_t value)
{
	put_integer(w, value, 1);
}

void
wire_put_u16(struct writer *w, uint16_t value)
{
	put_integer(w, value, 2);
}

void
wire_put_u32(struct writer *w, uint32_t value)
{
	put_integer(w, value, 4);
}

void
wire_put_u64(struct writer *w, uint64_t value)
{
	put_integer(w, value, 8);
}

void
wire_put_i64(struct writer *w, int64_t value)
{
	put_integer(w, (uint64_t)value, 8);
}

void
wire_put_bool(struct writer *w, bool value)
{
	put_integer(w, value ? 1 : 0, 1);
}

void
wire_put_raw(struct writer *w, const void *data, size_t len)
{
	uint8_t	*p;

	if ((p = room(w, len)) != NULL && len > 0)
		memcpy(p, data, len);
}

void
wire_put_bytes(struct writer *w, struct bytes bytes)
{
	if (bytes.len > UINT32_MAX) {
		w->bad = true;
		return;
	}
	wire_put_u32(w, (uint32_t)bytes.len);
	wire_put_raw(w, bytes.data, bytes.len);
}

void
wire_put_string(struct writer *w, const char *string)
{
	size_t	 len;

	if (string == NULL)
		string = "";
	len = strlen(string);
	if (len > UINT32_MAX - 1) {
		w->bad = true;
		return;
	}
	wire_put_u32(w, (uint32_t)len);
	wire_put_raw(w, string, len + 1);
}

void
wire_put_strings(struct writer *w, const struct strings *strings)
{
	size_t	 i;

	wire_put_u32(w, (uint32_t)strings->count);
	for (i = 0; i < strings->count; i++)
		wire_put_string(w, strings->list[i]);
}

void
wire_read(struct reader *r, const void *data, size_t len)
{
	r->at = data;
	r->left = len;
	r->bad = false;
}

/* So many octets of the input, or NULL and bad. */
static inline const uint8_t *
take(struct reader *r, size_t len)
{
	const uint8_t	*at;

	if (r->bad || len > r->left) {
		r->bad = true;
		return NULL;
	}
	at = r->at;
	r->at += len;
	r->left -= len;
	return at;
}

static inline uint64_t
get_integer(struct reader *r, unsigned int octets)
{
	const uint8_t	*p;
	uint64_t	 value = 0;

	if ((p = take(r, octets)) == NULL)
		return 0;
	while (octets-- > 0)
		value = value << 8 | *p++;
	return value;
}

uint8_t
wire_get_u8(struct reader *r)
{
	return (uint8_t)get_integer(r, 1);
}

uint16_t
wire_get_u16(struct reader *r)
{
	return (uint16_t)get_integer(r, 2);
}

uint32_t
wire_get_u32(struct reader *r)
{
	return (uint32_t)get_integer(r, 4);
}

uint64_t
wire_get_u64(struct reader *r)
{
	return get_integer(r, 8);
}

int64_t
wire_get_i64(struct reader *r)
{
	return (int64_t)get_integer(r, 8);
}

bool
wire_get_bool(struct reader *r)
{
	return wire_get_enum(r, 2) == 1;
}

unsigned int
wire_get_enum(struct reader *r, unsigned int below)
{
	unsigned int	 value;

	value = wire_get_u8(r);
	if (value >= below) {
		r->bad = true;
		return 0;
	}
	return value;
}

struct bytes
wire_get_bytes(struct reader *r)
{
	struct bytes	 bytes = { NULL, 0 };
	size_t		 len;
	const uint8_t	*p;

	len = wire_get_u32(r);
	if ((p = take(r, len)) != NULL) {
		bytes.data = p;
		bytes.len = len;
	}
	return bytes;
}

const char *
wire_get_string(struct reader *r, size_t most)
{
	size_t		 len;
	const uint8_t	*p;

	len = wire_get_u32(r);
	if (r->bad || len > most || len >= r->left) {
		r->bad = true;
		return "";
	}
	if ((p = take(r, len + 1)) == NULL)
		return "";
	if (p[len] != '\0' || memchr(p, '\0', len) != NULL) {
		r->bad = true;
		return "";
	}
	return (const char *)p;
}

struct strings
wire_get_strings(struct reader *r, size_t count, size_t most)
{
	struct strings	 strings = { 0, NULL };
	size_t		 i, n;

	n = wire_get_count(r, count);
	if (n == 0)
		return strings;
	if ((strings.list = calloc(n, sizeof(*strings.list))) == NULL)
		fatal("calloc");
	for (i = 0; i < n; i++)
		strings.list[i] = wire_get_string(r, most);
	strings.count = n;
	if (r->bad)
		strings_free(&strings);
	return strings;
}

size_t
wire_get_count(struct reader *r, size_t most)
{
	size_t	 n;

	n = wire_get_u32(r);
	/* Every element is one octet at least: no huge empty arrays. */
	if (n > most || n > r->left) {
		r->bad = true;
		return 0;
	}
	return n;
}

bool
wire_end(const struct reader *r)
{
	return !r->bad && r->left == 0;
}

void
strings_add(struct strings *strings, const char *string)
{
	const char	**list;

	list = reallocarray(strings->list, strings->count + 1, sizeof(*list));
	if (list == NULL)
		fatal("reallocarray");
	list[strings->count++] = string;
	strings->list = list;
}

bool
strings_has(const struct strings *strings, const char *string)
{
	size_t	 i;

	for (i = 0; i < strings->count; i++) {
		if (strcmp(strings->list[i], string) == 0)
			return true;
	}
	return false;
}

void
strings_free(struct strings *strings)
{
	free(strings->list);
	strings->list = NULL;
	strings->count = 0;
}
