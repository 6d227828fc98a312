/*
 * Case folding.  In policy; pure.  The store keeps what comes out of here
 * in unique indexes, so a change of the table is a change of the schema.
 */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/fold_table.h"

uint32_t
fold_char(uint32_t c)
{
	size_t	 low = 0, high, mid;

	if (c < 0x80)
		return (c >= 'A' && c <= 'Z') ? c + 32 : c;
	high = sizeof(fold_ranges) / sizeof(fold_ranges[0]);
	while (low < high) {
		mid = low + (high - low) / 2;
		if (c > fold_ranges[mid].to)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == sizeof(fold_ranges) / sizeof(fold_ranges[0]) ||
	    c < fold_ranges[low].from ||
	    (c - fold_ranges[low].from) % fold_ranges[low].step != 0)
		return c;
	return (uint32_t)((int32_t)c + fold_ranges[low].add);
}

/* One character from UTF-8; 0 octets used means it is none. */
static size_t
decode(const unsigned char *p, uint32_t *c)
{
	size_t	 i, n;

	if (*p < 0x80) {
		*c = *p;
		return 1;
	}
	if (*p >= 0xc2 && *p <= 0xdf) {
		n = 2;
		*c = *p & 0x1f;
	} else if ((*p & 0xf0) == 0xe0) {
		n = 3;
		*c = *p & 0x0f;
	} else if (*p >= 0xf0 && *p <= 0xf4) {
		n = 4;
		*c = *p & 0x07;
	} else
		return 0;
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	return n;
}

static size_t
encode(uint32_t c, unsigned char *p)
{
	if (c < 0x80) {
		p[0] = c;
		return 1;
	}
	if (c < 0x800) {
		p[0] = 0xc0 | c >> 6;
		p[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		p[0] = 0xe0 | c >> 12;
		p[1] = 0x80 | (c >> 6 & 0x3f);
		p[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	p[0] = 0xf0 | c >> 18;
	p[1] = 0x80 | (c >> 12 & 0x3f);
	p[2] = 0x80 | (c >> 6 & 0x3f);
	p[3] = 0x80 | (c & 0x3f);
	return 4;
}

char *
fold_text(const char *text)
{
	const unsigned char	*p = (const unsigned char *)text;
	unsigned char		*out, *q;
	uint32_t		 c;
	size_t			 n;

	/* A folded character may take one octet more than it did. */
	if ((out = malloc(strlen(text) * 2 + 1)) == NULL)
		fatal("fold");
	q = out;
	while (*p != '\0') {
		if ((n = decode(p, &c)) == 0) {
			*q++ = *p++;
			continue;
		}
		p += n;
		q += encode(fold_char(c), q);
	}
	*q = '\0';
	return (char *)out;
}
