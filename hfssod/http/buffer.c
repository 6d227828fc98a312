/*
 * Growing buffers for http, with a small pool of blocks so that a request
 * on a warm connection allocates nothing.  Whatever was in a block is
 * cleared before another connection gets it.  Must never hand out octets
 * of one connection to another.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/http/buffer.h"

#define POOL_MOST	64

static uint8_t	*pool[POOL_MOST];
static size_t	 pool_count;

static uint8_t *
block_get(void)
{
	uint8_t	*block;

	if (pool_count > 0)
		return pool[--pool_count];
	if ((block = malloc(BUFFER_BLOCK)) == NULL)
		fatal("malloc");
	return block;
}

static void
block_put(uint8_t *block, size_t size, size_t used)
{
	if (block == NULL)
		return;
	explicit_bzero(block, used);
	if (size == BUFFER_BLOCK && pool_count < POOL_MOST)
		pool[pool_count++] = block;
	else
		free(block);
}

static void
buffer_grow(struct buffer *b, size_t n)
{
	size_t	 len, size;
	uint8_t	*data;

	len = buffer_len(b);
	size = BUFFER_BLOCK;
	while (size < len + n)
		size *= 2;
	if (size == BUFFER_BLOCK)
		data = block_get();
	else if ((data = malloc(size)) == NULL)
		fatal("malloc");
	if (len > 0)
		memcpy(data, buffer_at(b), len);
	block_put(b->data, b->size, b->used);
	b->data = data;
	b->start = 0;
	b->end = b->used = len;
	b->size = size;
}

void
buffer_more(struct buffer *b, size_t n)
{
	size_t	 len = buffer_len(b);

	if (b->start > 0 && b->size - len >= n) {
		memmove(b->data, buffer_at(b), len);
		b->start = 0;
		b->end = len;
	} else
		buffer_grow(b, n);
}

size_t
buffer_spare(const struct buffer *b)
{
	return b->size - b->end;
}

void
buffer_string(struct buffer *b, const char *s)
{
	buffer_add(b, s, strlen(s));
}

void
buffer_bytes(struct buffer *b, struct bytes v)
{
	buffer_add(b, v.data, v.len);
}

void
buffer_number(struct buffer *b, uint64_t n)
{
	char	 text[20];
	size_t	 i;

	i = sizeof(text);
	do {
		text[--i] = (char)('0' + n % 10);
		n /= 10;
	} while (n > 0);
	buffer_add(b, text + i, sizeof(text) - i);
}

void
buffer_printf(struct buffer *b, const char *fmt, ...)
{
	va_list	 ap;
	char	*text;
	int	 n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n == -1)
		fatal("vasprintf");
	buffer_add(b, text, (size_t)n);
	free(text);
}

void
buffer_take(struct buffer *b, size_t n)
{
	b->start += n;
	if (b->start == b->end)
		b->start = b->end = 0;
}

void
buffer_move(struct buffer *to, struct buffer *from)
{
	struct buffer	 swap;

	if (buffer_len(from) == 0)
		return;
	if (buffer_len(to) == 0) {
		swap = *to;
		*to = *from;
		*from = swap;
	} else
		buffer_add(to, buffer_at(from), buffer_len(from));
	buffer_free(from);
}

void
buffer_free(struct buffer *b)
{
	block_put(b->data, b->size, b->used);
	memset(b, 0, sizeof(*b));
}

const char *
buffer_text(struct buffer *b)
{
	*buffer_room(b, 1) = '\0';
	if (b->end + 1 > b->used)
		b->used = b->end + 1;
	return (const char *)buffer_at(b);
}
