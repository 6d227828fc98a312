/*
 * Account names.  In policy; pure: who has which name is the store's to
 * say.
 */
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "common/reserved.h"
#include "hfssod/policy/name.h"

/* ASCII for U+00C0 to U+017F; '*' where no one letter will do. */
static const char latin[] =
    "AAAAAAACEEEEIIIIDNOOOOO*OUUUUYTsaaaaaaaceeeeiiiidnooooo*ouuuuyty"
    "AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiIiJjKkkLlLlLlL"
    "lLlNnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";

static bool
is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

bool
name_legal(const char *name)
{
	size_t	 i, len = strlen(name), digits = 0, hex = 0;

	if (len < LIMIT_NAME_LEAST || len > LIMIT_NAME)
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] == '-') {
			if (i == 0 || i == len - 1 || name[i - 1] == '-')
				return false;
			continue;
		}
		if (!is_letter(name[i]) && !is_digit(name[i]))
			return false;
		digits += is_digit(name[i]);
		hex += isxdigit((unsigned char)name[i]) != 0;
	}
	return digits != len && !(len == ACCOUNT_ID && hex == len);
}

bool
name_reserved(const char *name, const struct strings *more)
{
	size_t	 i;

	if (reserved_word(name))
		return true;
	for (i = 0; i < more->count; i++)
		if (strcasecmp(name, more->list[i]) == 0)
			return true;
	return false;
}

/* One octet or one two-octet Latin letter of the wish, as it may stand. */
static size_t
legalise(const unsigned char *p, char *c, bool *exact)
{
	uint32_t	 u;

	if (is_letter(*p) || is_digit(*p) || *p == '-') {
		*c = *p;
		return 1;
	}
	if (*p == '.' || *p == '_') {
		*c = '.';	/* a dash, but one that may go */
		return 1;
	}
	*exact = false;
	*c = '.';
	if (*p >= 0xc3 && *p <= 0xc5 && (p[1] & 0xc0) == 0x80) {
		u = (*p & 0x1fu) << 6 | (p[1] & 0x3fu);
		if (u >= 0xc0 && latin[u - 0xc0] != '*')
			*c = latin[u - 0xc0];
		return 2;
	}
	return 1;
}

/*
 * Make a legal name, or at least its beginning, of so many octets of a
 * wish; the length of what came out.
 */
static size_t
make(const char *wish, size_t len, struct name_proposal *p)
{
	size_t	 i = 0, n = 0;
	char	 c;

	p->exact = true;
	while (i < len) {
		i += legalise((const unsigned char *)wish + i, &c, &p->exact);
		if (c == '.' || c == '-') {
			if (n == 0 || p->name[n - 1] == '-') {
				if (c == '-')
					p->exact = false;
				continue;
			}
			c = '-';
		}
		if (n == LIMIT_NAME) {
			p->exact = false;
			break;
		}
		p->name[n++] = c;
	}
	while (n > 0 && p->name[n - 1] == '-') {
		if (len > 0 && wish[len - 1] == '-')
			p->exact = false;
		n--;
	}
	p->name[n] = '\0';
	if (!name_legal(p->name))
		p->exact = false;
	return n;
}

void
name_propose(const struct name_wish *wish, struct name_proposal *p)
{
	/* DOMAIN\user: who it is stands behind the backslash. */
	const char	*user = strrchr(wish->username, '\\');

	user = user == NULL ? wish->username : user + 1;
	if (make(user, strcspn(user, "@"), p) > 0) {
		if (user != wish->username)
			p->exact = false;
		return;
	}
	if (make(wish->email, strcspn(wish->email, "@"), p) > 0)
		return;
	if (make(wish->display_name, strlen(wish->display_name), p) > 0)
		return;
	make("user", 4, p);
	p->exact = false;
}

bool
name_suffix(const char *name, const char *account, unsigned int try,
    char out[LIMIT_NAME + 1])
{
	size_t	 digits = 6 + 2 * (size_t)try, keep = strlen(name);

	if (digits > ACCOUNT_ID)
		return false;
	if (keep > LIMIT_NAME - 1 - digits)
		keep = LIMIT_NAME - 1 - digits;
	while (keep > 0 && name[keep - 1] == '-')
		keep--;
	memcpy(out, name, keep);
	out[keep] = '-';
	memcpy(out + keep + 1, account + ACCOUNT_ID - digits, digits);
	out[keep + 1 + digits] = '\0';
	return true;
}
