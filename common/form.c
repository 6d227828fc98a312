/*
 * Queries and form bodies taken apart.  http and verifier; pure.  Must
 * never guess: what is malformed is refused whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "common/form.h"
#include "common/log.h"

#define EACH(octet)	(0x0101010101010101u * (octet))
/* Whether one of eight octets is 0, given that none is above 0x80. */
#define HAS_ZERO(v)	((((v) - EACH(1u)) & EACH(0x80u)) != 0)

/* Whether eight octets stand for themselves. */
static bool
plain_eight(const char *in)
{
	uint64_t	 v;

	memcpy(&v, in, sizeof(v));
	if ((v & EACH(0x80u)) != 0 ||
	    ((v - EACH(0x21u)) & EACH(0x80u)) != 0)
		return false;
	return !HAS_ZERO(v ^ EACH(0x7fu)) && !HAS_ZERO(v ^ EACH(0x25u)) &&
	    !HAS_ZERO(v ^ EACH(0x2bu));
}

/* Decode one name or value; NULL for a broken or NUL escape. */
static char *
unescape(const char *in, size_t len, size_t *outlen)
{
	char	*out, hex[3] = "";
	size_t	 i, n = 0;
	uint8_t	 c;

	if ((out = malloc(len + 1)) == NULL)
		fatal("malloc");
	for (i = 0; i < len; i++) {
		if (len - i >= 8 && plain_eight(in + i)) {
			memcpy(out + n, in + i, 8);
			n += 8;
			i += 7;
			continue;
		}
		c = (uint8_t)in[i];
		if (c == '+')
			c = ' ';
		else if (c == '%') {
			if (len - i < 3)
				goto bad;
			hex[0] = in[i + 1];
			hex[1] = in[i + 2];
			if (!hex_decode(hex, &c, 1) || c == 0)
				goto bad;
			i += 2;
		} else if (c <= 0x20 || c >= 0x7f)
			goto bad;
		out[n++] = (char)c;
	}
	out[n] = '\0';
	*outlen = n;
	return out;
bad:
	freezero(out, len + 1);
	return NULL;
}

static bool
add(struct form *form, const char *in, size_t len)
{
	struct form_field	*f;
	const char		*equals;
	size_t			 name, unused;

	if (form->count == FORM_FIELDS)
		return false;
	f = &form->field[form->count];
	equals = memchr(in, '=', len);
	name = equals == NULL ? len : (size_t)(equals - in);
	if ((f->name = unescape(in, name, &unused)) == NULL)
		return false;
	form->count++;
	f->raw.data = (const uint8_t *)in + (equals == NULL ? len : name + 1);
	f->raw.len = equals == NULL ? 0 : len - name - 1;
	f->value = unescape((const char *)f->raw.data, f->raw.len, &f->len);
	return f->value != NULL;
}

bool
form_parse(struct form *form, const void *data, size_t len)
{
	const char	*in = data, *amp;
	size_t		 n;

	memset(form, 0, sizeof(*form));
	while (len > 0) {
		amp = memchr(in, '&', len);
		n = amp == NULL ? len : (size_t)(amp - in);
		if (n > 0 && !add(form, in, n))
			return false;
		if (amp == NULL)
			break;
		in += n + 1;
		len -= n + 1;
	}
	return true;
}

void
form_free(struct form *form)
{
	size_t	 i;

	for (i = 0; i < form->count; i++) {
		free(form->field[i].name);
		if (form->field[i].value != NULL)
			freezero(form->field[i].value, form->field[i].len + 1);
	}
	memset(form, 0, sizeof(*form));
}

const struct form_field *
form_find(const struct form *form, const char *name, bool *twice)
{
	const struct form_field	*found = NULL;
	size_t			 i;

	if (twice != NULL)
		*twice = false;
	for (i = 0; i < form->count; i++) {
		if (strcmp(form->field[i].name, name) != 0)
			continue;
		if (found == NULL)
			found = &form->field[i];
		else if (twice != NULL)
			*twice = true;
	}
	return found;
}
