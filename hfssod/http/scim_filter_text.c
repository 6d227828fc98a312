/*
 * SCIM filters from text: a parser by descent, whose tree names attributes
 * by number.  In http.  Pure: must never take a filter that it did not
 * understand to its last octet.
 */
#include <string.h>
#include <strings.h>

#include "common/clock.h"
#include "common/limits.h"
#include "hfssod/http/scim_filter_text.h"
#include "hfssod/http/scim_name.h"
#include "hfssod/http/scim_word.h"

struct parser {
	struct scim_pool		*pool;
	struct scim_text		 text;
	enum scim_resource		 resource;
	bool				 both;
	const struct scim_attribute	*within;	/* between [ and ] */
	bool				*single;	/* 'x' is text */
	unsigned int			 nodes;
	unsigned int			 depth;		/* of brackets */
	enum verdict			 verdict;
};

/* What an operator may be asked of, beside pr. */
enum fit {
	FIT_ANY,		/* eq, ne */
	FIT_TEXT,		/* co, sw, ew: of what is text */
	FIT_ORDER		/* gt and so on: of what has an order */
};
static const struct {
	const char	*name;
	enum scim_op	 op;
	enum fit	 fit;
} operators[] = {
	{ "pr", SCIM_OP_PR, FIT_ANY },
	{ "eq", SCIM_OP_EQ, FIT_ANY },
	{ "ne", SCIM_OP_NE, FIT_ANY },
	{ "co", SCIM_OP_CO, FIT_TEXT },
	{ "sw", SCIM_OP_SW, FIT_TEXT },
	{ "ew", SCIM_OP_EW, FIT_TEXT },
	{ "gt", SCIM_OP_GT, FIT_ORDER },
	{ "ge", SCIM_OP_GE, FIT_ORDER },
	{ "lt", SCIM_OP_LT, FIT_ORDER },
	{ "le", SCIM_OP_LE, FIT_ORDER }
};
#define OPERATORS	(sizeof(operators) / sizeof(operators[0]))

/* An attribute, and whether only the other type has it. */
struct named {
	const struct scim_attribute	*attribute;
	bool				 other;
};

static struct scim_filter	*alternatives(struct parser *);

static struct scim_filter *
refuse(struct parser *p, enum verdict v)
{
	if (p->verdict == VERDICT_ok)
		p->verdict = v;
	return NULL;
}

static struct scim_filter *
malformed(struct parser *p)
{
	return refuse(p, VERDICT_scim_invalid_filter);
}

static struct scim_filter *
node(struct parser *p, enum scim_op op)
{
	struct scim_filter	*f;

	if (++p->nodes > LIMIT_SCIM_FILTER_NODES)
		return refuse(p, VERDICT_scim_too_complex);
	f = scim_pool_alloc(p->pool, sizeof(*f));
	f->op = op;
	f->text = "";
	return f;
}

static struct scim_filter *
joined(struct parser *p, enum scim_op op, struct scim_filter *left,
    struct scim_filter *right)
{
	struct scim_filter	*f = node(p, op);

	if (f != NULL) {
		f->left = left;
		f->right = right;
	}
	return f;
}

/* --- attributes ------------------------------------------------------- */

/*
 * Addresses are made by http alone: whoever matches filters has none, and
 * would find nobody.
 */
static bool
is_address(const struct scim_attribute *a)
{
	return a->number == SCIM_meta_location ||
	    a->number == SCIM_groups_ref || a->number == SCIM_members_ref;
}

/*
 * NULL: there is none of that name, or none that anybody may ask about (a
 * password, an address of ours).
 */
static struct named
find(struct parser *p, struct scim_text name)
{
	struct named	 n = { NULL, false };

	if (p->within != NULL)
		n.attribute = scim_attribute_find(p->within->number, name.at,
		    name.len);
	else
		n.attribute = scim_attribute_named(p->resource, name.at,
		    name.len);
	if (n.attribute == NULL && p->within == NULL && p->both) {
		n.other = true;
		n.attribute = scim_attribute_named(p->resource ==
		    SCIM_RESOURCE_USER ? SCIM_RESOURCE_GROUP :
		    SCIM_RESOURCE_USER, name.at, name.len);
	}
	if (n.attribute != NULL && (n.attribute->returned == SCIM_NEVER ||
	    is_address(n.attribute)))
		n.attribute = NULL;
	return n;
}

/*
 * The simple attribute that a comparison with a complex one means: its
 * value (RFC 7643 2.4).  NULL if it has none.
 */
static const struct scim_attribute *
simple(const struct scim_attribute *a)
{
	if (a->type != SCIM_TYPE_COMPLEX)
		return a;
	return scim_attribute_find(a->number, "value", 5);
}

/* --- comparisons ------------------------------------------------------ */

static bool
suits(enum fit fit, enum scim_type type)
{
	switch (fit) {
	case FIT_TEXT:
		return type != SCIM_TYPE_BOOLEAN &&
		    type != SCIM_TYPE_DATETIME;
	case FIT_ORDER:
		return type != SCIM_TYPE_BOOLEAN && type != SCIM_TYPE_BINARY;
	default:
		return true;
	}
}

static bool
boolean_operand(const struct scim_word *w, struct scim_filter *f)
{
	if (strcasecmp(w->text, "true") == 0)
		f->operand = SCIM_OPERAND_TRUE;
	else if (strcasecmp(w->text, "false") == 0)
		f->operand = SCIM_OPERAND_FALSE;
	else
		return false;
	return true;
}

/* Text for an attribute that holds text; a word without quotes for eq. */
static bool
text_operand(const struct scim_word *w, const struct scim_attribute *a,
    struct scim_filter *f)
{
	int64_t	 when;

	if (w->quote == '\0' && (f->op != SCIM_OP_EQ ||
	    strcasecmp(w->text, "true") == 0 ||
	    strcasecmp(w->text, "false") == 0))
		return false;
	if (a->type == SCIM_TYPE_DATETIME && !clock_parse(w->text, &when))
		return false;
	f->operand = SCIM_OPERAND_TEXT;
	f->text = w->text;
	return true;
}

/* "eq null" and "ne null": not there, there. */
static struct scim_filter *
absent(struct parser *p, const struct scim_attribute *a, enum scim_op op)
{
	struct scim_filter	*f = node(p, SCIM_OP_PR);

	if (op != SCIM_OP_EQ && op != SCIM_OP_NE)
		return malformed(p);
	if (f == NULL)
		return NULL;
	f->attribute = a->number;
	return op == SCIM_OP_NE ? f : joined(p, SCIM_OP_NOT, f, NULL);
}

static struct scim_filter *
compare(struct parser *p, const struct scim_attribute *a, size_t op)
{
	struct scim_filter	*f;
	struct scim_word	 w;

	if (!scim_space(&p->text) || !scim_word(p->pool, &p->text, &w))
		return malformed(p);
	if (w.quote == '\'') {
		if (p->single == NULL)
			return malformed(p);
		*p->single = true;
	}
	if (w.quote == '\0' && strcasecmp(w.text, "null") == 0)
		return absent(p, a, operators[op].op);
	if ((a = simple(a)) == NULL ||
	    !suits(operators[op].fit, a->type))
		return malformed(p);
	if ((f = node(p, operators[op].op)) == NULL)
		return NULL;
	f->attribute = a->number;
	if (a->type == SCIM_TYPE_BOOLEAN ? boolean_operand(&w, f) :
	    text_operand(&w, a, f))
		return f;
	return malformed(p);
}

/* The operator behind an attribute, and what it compares with. */
static struct scim_filter *
operator(struct parser *p, const struct scim_attribute *a)
{
	struct scim_filter	*f;
	struct scim_text	 word;
	size_t			 i;

	if (!scim_space(&p->text))
		return malformed(p);
	word = scim_letters(&p->text);
	for (i = 0; i < OPERATORS; i++)
		if (scim_text_is(word, operators[i].name))
			break;
	if (i == OPERATORS)
		return malformed(p);
	if (operators[i].op != SCIM_OP_PR)
		return compare(p, a, i);
	if ((f = node(p, SCIM_OP_PR)) != NULL)
		f->attribute = a->number;
	return f;
}

/* --- attribute[...] --------------------------------------------------- */

/* attribute[...].sub operator value: all of one value. */
static struct scim_filter *
behind(struct parser *p, const struct scim_attribute *a,
    struct scim_filter *inner)
{
	const struct scim_attribute	*sub;
	struct scim_filter		*f;
	struct scim_text		 name;

	p->text.at++;
	p->text.len--;
	name = scim_attribute_text(&p->text);
	sub = scim_attribute_find(a->number, name.at, name.len);
	if (sub == NULL)
		return malformed(p);
	if ((f = operator(p, sub)) == NULL)
		return NULL;
	return joined(p, SCIM_OP_AND, inner, f);
}

static struct scim_filter *
bracket(struct parser *p, const struct scim_attribute *a)
{
	const struct scim_attribute	*was = p->within;
	struct scim_filter		*f, *inner;

	/* Of one value with parts; no bracket within a bracket. */
	if (was != NULL || a->type != SCIM_TYPE_COMPLEX ||
	    a->number < SCIM_schemas)
		return malformed(p);
	p->text.at++;
	p->text.len--;
	p->within = a;
	inner = alternatives(p);
	p->within = was;
	if (inner == NULL)
		return NULL;
	(void)scim_space(&p->text);
	if (!scim_take(&p->text, ']'))
		return malformed(p);
	if (p->text.len > 0 && p->text.at[0] == '.' &&
	    (inner = behind(p, a, inner)) == NULL)
		return NULL;
	if ((f = joined(p, SCIM_OP_WITHIN, inner, NULL)) != NULL)
		f->attribute = a->number;
	return f;
}

/* --- and, or, not ----------------------------------------------------- */

static struct scim_filter *
group(struct parser *p)
{
	struct scim_filter	*f;

	if (++p->depth > LIMIT_SCIM_FILTER_DEPTH)
		return refuse(p, VERDICT_scim_too_complex);
	if (!scim_take(&p->text, '('))
		return malformed(p);
	if ((f = alternatives(p)) == NULL)
		return NULL;
	(void)scim_space(&p->text);
	if (!scim_take(&p->text, ')'))
		return malformed(p);
	p->depth--;
	return f;
}

static struct scim_filter *
term(struct parser *p)
{
	struct scim_text	 name;
	struct scim_filter	*f;
	struct named		 n;

	(void)scim_space(&p->text);
	if (p->text.len > 0 && p->text.at[0] == '(')
		return group(p);
	name = scim_attribute_text(&p->text);
	if (scim_text_is(name, "not")) {
		(void)scim_space(&p->text);
		if ((f = group(p)) == NULL)
			return NULL;
		return joined(p, SCIM_OP_NOT, f, NULL);
	}
	n = find(p, name);
	if (n.attribute == NULL)
		return malformed(p);
	if (p->text.len > 0 && p->text.at[0] == '[')
		f = bracket(p, n.attribute);
	else
		f = operator(p, n.attribute);
	return f != NULL && n.other ? node(p, SCIM_OP_NEVER) : f;
}

/* So many terms in turn as a tree that is as flat as can be. */
static struct scim_filter *
balance(struct parser *p, enum scim_op op, struct scim_filter **list,
    size_t n)
{
	struct scim_filter	*left, *right;

	if (n == 1)
		return list[0];
	left = balance(p, op, list, n - n / 2);
	right = balance(p, op, list + n - n / 2, n / 2);
	if (left == NULL || right == NULL)
		return NULL;
	return joined(p, op, left, right);
}

/* Take the word between two terms: it stands apart from both. */
static bool
between(struct parser *p, const char *word)
{
	bool	 apart;

	apart = p->text.at[-1] == ')';
	if (!scim_space(&p->text) && !apart)
		return false;
	return scim_text_is(scim_letters(&p->text), word) &&
	    p->text.len > 0 && (p->text.at[0] == ' ' || p->text.at[0] == '(');
}

/* Terms with a word between them, each read by the same function. */
static struct scim_filter *
chain(struct parser *p, const char *word, enum scim_op op,
    struct scim_filter *(*read)(struct parser *))
{
	struct scim_filter	*list[LIMIT_SCIM_FILTER_NODES];
	struct scim_text	 before;
	size_t			 n;

	for (n = 0;;) {
		if (n == LIMIT_SCIM_FILTER_NODES)
			return refuse(p, VERDICT_scim_too_complex);
		if ((list[n] = read(p)) == NULL)
			return NULL;
		n++;
		before = p->text;
		if (!between(p, word)) {
			p->text = before;
			return balance(p, op, list, n);
		}
	}
}

static struct scim_filter *
conjunction(struct parser *p)
{
	return chain(p, "and", SCIM_OP_AND, term);
}

static struct scim_filter *
alternatives(struct parser *p)
{
	return chain(p, "or", SCIM_OP_OR, conjunction);
}

/* --- the whole -------------------------------------------------------- */

static unsigned int
depth_of(const struct scim_filter *f)
{
	unsigned int	 l, r;

	if (f == NULL)
		return 0;
	l = depth_of(f->left);
	r = depth_of(f->right);
	return 1 + (l > r ? l : r);
}

static enum verdict
parse(struct parser *p, const char *text, size_t len, struct scim_filter **f)
{
	*f = NULL;
	if (len > LIMIT_SCIM_FILTER)
		return VERDICT_scim_too_complex;
	p->text.at = text;
	p->text.len = len;
	p->verdict = VERDICT_ok;
	if ((*f = alternatives(p)) == NULL)
		return p->verdict;
	(void)scim_space(&p->text);
	if (depth_of(*f) > LIMIT_SCIM_FILTER_DEPTH)
		return VERDICT_scim_too_complex;
	return VERDICT_ok;
}

enum verdict
scim_filter_parse(struct scim_pool *pool, enum scim_resource resource,
    bool both, const char *text, size_t len, struct scim_filter **f)
{
	struct parser	 p;
	enum verdict	 v;

	memset(&p, 0, sizeof(p));
	p.pool = pool;
	p.resource = resource;
	p.both = both;
	v = parse(&p, text, len, f);
	if (v == VERDICT_ok && p.text.len > 0)
		v = VERDICT_scim_invalid_filter;
	if (v != VERDICT_ok)
		*f = NULL;
	return v;
}

enum verdict
scim_filter_parse_within(struct scim_pool *pool,
    const struct scim_attribute *a, const char *text, size_t len,
    size_t *used, bool *single, struct scim_filter **f)
{
	struct parser	 p;
	enum verdict	 v;

	memset(&p, 0, sizeof(p));
	p.pool = pool;
	p.within = a;
	p.single = single;
	*single = false;
	v = parse(&p, text, len, f);
	*used = len - p.text.len;
	if (v != VERDICT_ok)
		*f = NULL;
	return v;
}
