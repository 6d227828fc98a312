/* For units of SCIM's rooms; see scim_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "scim_fixture.h"

struct scim_pool	*pool;

int
pool_begin(void **unused)
{
	(void)unused;
	pool = scim_pool_new();
	return 0;
}

int
pool_end(void **unused)
{
	(void)unused;
	scim_pool_free(pool);
	pool = NULL;
	return 0;
}

/* --- text to trees ----------------------------------------------------- */

static const struct scim_attribute *
find(enum scim_number in, const char *name, size_t len)
{
	const struct scim_attribute	*a;

	if (len == 10 && memcmp(name, "enterprise", 10) == 0)
		return scim_attribute(SCIM_enterprise);
	a = scim_attribute_find(in, name, len);
	assert_non_null(a);
	return a;
}

static const char *
parse(const char *p, enum scim_number in, struct scim_value *v)
{
	const struct scim_attribute	*a;
	struct scim_field		*f;
	struct scim_value		*new;
	size_t				 n;

	v->text = "";
	while (*p != '\0' && *p != ']') {
		n = strcspn(p, "=[!");
		a = find(in, p, n);
		p += n;
		f = scim_field_make(pool, v, a->number);
		if (*p == '!')
			p++;
		else if (*p++ == '[') {
			p = parse(p, a->number, scim_field_add(pool, f));
			assert_int_equal(*p++, ']');
		} else {
			n = strcspn(p, ";]");
			new = scim_field_add(pool, f);
			if (a->type == SCIM_TYPE_BOOLEAN)
				new->truth = *p == 't';
			else
				new->text = scim_pool_string(pool, p, n);
			p += n;
		}
		if (*p == ';')
			p++;
	}
	return p;
}

struct scim_value *
value_of(enum scim_number n, const char *text)
{
	struct scim_value	*v = scim_pool_alloc(pool, sizeof(*v));

	assert_int_equal(*parse(text, n, v), '\0');
	return v;
}

struct scim_value *
user(const char *text)
{
	return value_of(SCIM_user, text);
}

struct scim_value *
group(const char *text)
{
	return value_of(SCIM_group, text);
}

/* --- trees to text ----------------------------------------------------- */

static void
print(const struct scim_value *v, char *buf, size_t size)
{
	const struct scim_field	*f;
	const char		*name;
	size_t			 i;

	for (f = v->fields; f != NULL; f = f->next) {
		name = f->attribute->number == SCIM_enterprise ?
		    "enterprise" : f->attribute->name;
		if (f->count == 0) {
			strlcat(buf, name, size);
			strlcat(buf, "!;", size);
		}
		for (i = 0; i < f->count; i++) {
			strlcat(buf, name, size);
			if (f->attribute->type == SCIM_TYPE_COMPLEX) {
				strlcat(buf, "[", size);
				print(&f->values[i], buf, size);
				if (buf[strlen(buf) - 1] == ';')
					buf[strlen(buf) - 1] = '\0';
				strlcat(buf, "];", size);
				continue;
			}
			strlcat(buf, "=", size);
			if (f->attribute->type == SCIM_TYPE_BOOLEAN)
				strlcat(buf, f->values[i].truth ? "true" :
				    "false", size);
			else
				strlcat(buf, f->values[i].text, size);
			strlcat(buf, ";", size);
		}
	}
}

static const char *
text_of(const struct scim_value *v)
{
	static char	 bufs[8][8192];
	static int	 next;
	char		*buf = bufs[next++ % 8];

	buf[0] = '\0';
	print(v, buf, 8192);
	if (buf[0] != '\0')
		buf[strlen(buf) - 1] = '\0';
	return buf;
}

const char *
text_user(const struct scim_value *v)
{
	return text_of(v);
}

const char *
text_group(const struct scim_value *v)
{
	return text_of(v);
}

/* --- filters ----------------------------------------------------------- */

static struct scim_filter *
node(enum scim_op op, enum scim_number n, enum scim_operand operand,
    const char *text)
{
	struct scim_filter	*f = scim_pool_alloc(pool, sizeof(*f));

	f->op = op;
	f->attribute = n;
	f->operand = operand;
	f->text = text;
	return f;
}

struct scim_filter *
compare(enum scim_number n, enum scim_op op, const char *text)
{
	return node(op, n, SCIM_OPERAND_TEXT, text);
}

struct scim_filter *
compare_truth(enum scim_number n, enum scim_op op, bool truth)
{
	return node(op, n, truth ? SCIM_OPERAND_TRUE : SCIM_OPERAND_FALSE, "");
}

struct scim_filter *
compare_null(enum scim_number n, enum scim_op op)
{
	return node(op, n, SCIM_OPERAND_NULL, "");
}

struct scim_filter *
pr(enum scim_number n)
{
	return node(SCIM_OP_PR, n, SCIM_OPERAND_NONE, "");
}

static struct scim_filter *
join(enum scim_op op, struct scim_filter *l, struct scim_filter *r)
{
	struct scim_filter	*f = node(op, SCIM_none, SCIM_OPERAND_NONE, "");

	f->left = l;
	f->right = r;
	return f;
}

struct scim_filter *
both(struct scim_filter *l, struct scim_filter *r)
{
	return join(SCIM_OP_AND, l, r);
}

struct scim_filter *
either(struct scim_filter *l, struct scim_filter *r)
{
	return join(SCIM_OP_OR, l, r);
}

struct scim_filter *
no(struct scim_filter *f)
{
	return join(SCIM_OP_NOT, f, NULL);
}

struct scim_filter *
within(enum scim_number n, struct scim_filter *f)
{
	struct scim_filter	*w = join(SCIM_OP_WITHIN, f, NULL);

	w->attribute = n;
	return w;
}

/* --- by chance --------------------------------------------------------- */

unsigned int
chance(unsigned int below)
{
	static uint32_t	 seed = 20261122;

	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed % below;
}

static const char *const words[] = { "a", "A", "ab", "b@x.example",
    "\xc3\x84pfel", "\xc3\xa4PFEL", "work", "Work", "home",
    "2026-01-01T00:00:00Z", "MA==", "z", "Zed" };
#define WORDS	(sizeof(words) / sizeof(words[0]))

static void
any_value(const struct scim_attribute *a, struct scim_value *v)
{
	const struct scim_attribute	*sub = NULL;
	struct scim_field		*f;
	unsigned int			 n;

	v->text = "";
	if (a->type == SCIM_TYPE_BOOLEAN)
		v->truth = chance(2);
	else if (a->type == SCIM_TYPE_BINARY)
		v->text = chance(2) ? "MA==" : "MTI=";
	else if (a->type == SCIM_TYPE_DATETIME)
		v->text = "2026-01-01T00:00:00Z";
	else if (a->type != SCIM_TYPE_COMPLEX)
		v->text = words[chance(WORDS)];
	else
		while ((sub = scim_attribute_next(a->number, sub)) != NULL) {
			if (chance(2))
				continue;
			f = scim_field_make(pool, v, sub->number);
			for (n = sub->multi ? chance(4) : 1; n > 0; n--)
				any_value(sub, scim_field_add(pool, f));
		}
}

struct scim_value *
any_user(void)
{
	struct scim_value	*v = scim_pool_alloc(pool, sizeof(*v));
	struct scim_field	*f;

	any_value(scim_attribute(SCIM_user), v);
	f = scim_field_make(pool, v, SCIM_userName);
	f->count = 0;
	scim_field_add(pool, f)->text = words[chance(WORDS)];
	if (chance(2))
		scim_set_text(pool, v, SCIM_externalId, words[chance(WORDS)]);
	return v;
}

/* A leaf below a complex attribute, or of the User. */
static struct scim_filter *
any_leaf(enum scim_number in)
{
	const struct scim_attribute	*a = NULL;
	unsigned int			 n;

	for (n = chance(60) + 1; n > 0; n--)
		if ((a = scim_attribute_next(in, a)) == NULL)
			a = scim_attribute_next(in, NULL);
	if (a->type == SCIM_TYPE_COMPLEX && chance(2))
		return pr(a->number);
	if (a->type == SCIM_TYPE_COMPLEX)
		return chance(2) ? any_leaf(a->number) :
		    within(a->number, any_leaf(a->number));
	if (chance(6) == 0)
		return compare_null(a->number, chance(2) ? SCIM_OP_EQ :
		    SCIM_OP_NE);
	if (a->type == SCIM_TYPE_BOOLEAN)
		return compare_truth(a->number, chance(2) ? SCIM_OP_EQ :
		    SCIM_OP_NE, chance(2));
	if (chance(6) == 0)
		return pr(a->number);
	return compare(a->number, SCIM_OP_EQ + chance(SCIM_OP_MAX -
	    SCIM_OP_EQ), words[chance(WORDS)]);
}

struct scim_filter *
any_filter(unsigned int depth)
{
	switch (depth == 0 ? 3 : chance(5)) {
	case 0:
		return both(any_filter(depth - 1), any_filter(depth - 1));
	case 1:
		return either(any_filter(depth - 1), any_filter(depth - 1));
	case 2:
		return no(any_filter(depth - 1));
	default:
		return any_leaf(SCIM_user);
	}
}
