/*
 * Whether a SCIM resource matches a filter (RFC 7644 3.4.2.2).  In policy
 * and reader; pure.  Must never say that something matches because it is
 * not understood.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "hfssod/policy/fold.h"
#include "hfssod/policy/scim_change.h"
#include "hfssod/policy/scim_compare.h"

#define DEPTH	4		/* of the schema */

/* What one value is asked. */
typedef bool	 test_fn(const struct scim_filter *,
		    const struct scim_attribute *, const struct scim_value *);

/* --- orders ----------------------------------------------------------- */

static bool
ordered(enum scim_op op, int order)
{
	static const struct {
		bool	 less, equal, greater;
	} means[SCIM_OP_MAX] = {
		[SCIM_OP_EQ] = { false, true, false },
		[SCIM_OP_NE] = { true, false, true },
		[SCIM_OP_GT] = { false, false, true },
		[SCIM_OP_GE] = { false, true, true },
		[SCIM_OP_LT] = { true, false, false },
		[SCIM_OP_LE] = { true, true, false }
	};

	return order < 0 ? means[op].less : order > 0 ? means[op].greater :
	    means[op].equal;
}

/* A moment with its fraction, which is text: "5" is before "51". */
static bool
moment(const char *text, int64_t *seconds, char fraction[10])
{
	const char	*p;
	size_t		 n;

	if (!clock_parse(text, seconds))
		return false;
	memset(fraction, '0', 9);
	fraction[9] = '\0';
	if ((p = strchr(text, '.')) != NULL) {
		n = strspn(p + 1, "0123456789");
		memcpy(fraction, p + 1, n > 9 ? 9 : n);
	}
	return true;
}

static bool
moments(enum scim_op op, const char *a, const char *b)
{
	char	 f[10], g[10];
	int64_t	 s, t;

	if (!moment(a, &s, f) || !moment(b, &t, g))
		return false;
	return ordered(op, s < t ? -1 : s > t ? 1 : strcmp(f, g));
}

/* --- parts of text ---------------------------------------------------- */

static bool
part(enum scim_op op, const char *text, const char *of)
{
	size_t	 n = strlen(text), all = strlen(of);

	if (n > all)
		return false;
	if (op == SCIM_OP_SW)
		return strncmp(of, text, n) == 0;
	if (op == SCIM_OP_EW)
		return strcmp(of + all - n, text) == 0;
	return strstr(of, text) != NULL;
}

static bool
parts(const struct scim_filter *f, const struct scim_attribute *a,
    const char *of)
{
	char	*x, *y;
	bool	 yes;

	if (scim_exact(a))
		return part(f->op, f->text, of);
	x = fold_text(f->text);
	y = fold_text(of);
	yes = part(f->op, x, y);
	free(x);
	free(y);
	return yes;
}

/* --- one value -------------------------------------------------------- */

static bool
present(const struct scim_attribute *a, const struct scim_value *v)
{
	const struct scim_field	*f;
	size_t			 i;

	if (a->type == SCIM_TYPE_BOOLEAN)
		return true;
	if (a->type != SCIM_TYPE_COMPLEX)
		return v->text[0] != '\0';
	for (f = v->fields; f != NULL; f = f->next)
		for (i = 0; i < f->count; i++)
			if (present(f->attribute, &f->values[i]))
				return true;
	return false;
}

static bool
is_present(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	(void)f;
	return present(a, v);
}

/* What is compared is of the attribute's type, else nothing matches. */
static bool
compares(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	enum scim_op	 op = f->op == SCIM_OP_NE ? SCIM_OP_EQ : f->op;

	if (a->type == SCIM_TYPE_COMPLEX)
		return false;
	if (a->type == SCIM_TYPE_BOOLEAN)
		return op == SCIM_OP_EQ &&
		    (f->operand == SCIM_OPERAND_TRUE ||
		    f->operand == SCIM_OPERAND_FALSE) &&
		    v->truth == (f->operand == SCIM_OPERAND_TRUE);
	if (f->operand != SCIM_OPERAND_TEXT)
		return false;
	if (op == SCIM_OP_CO || op == SCIM_OP_SW || op == SCIM_OP_EW)
		return parts(f, a, v->text);
	if (a->type == SCIM_TYPE_DATETIME)
		return moments(op, v->text, f->text);
	if (a->type == SCIM_TYPE_BINARY && op != SCIM_OP_EQ)
		return false;
	return ordered(op, scim_text_compare(a, v->text, f->text));
}

static bool	 evaluate(const struct scim_filter *,
		    const struct scim_attribute *, const struct scim_value *);

static bool
within(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	return evaluate(f->left, a, v);
}

/* --- the values of an attribute --------------------------------------- */

/* ne: of several values one is enough, as for every operator. */
static bool
differs(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	return !compares(f, a, v);
}

static bool
is_there(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	(void)f;
	(void)a;
	(void)v;
	return true;
}

/* Any value at the end of the way through the tree. */
static bool
any(const struct scim_filter *f, const struct scim_attribute **way, size_t n,
    const struct scim_value *v, test_fn *test)
{
	const struct scim_field	*at;
	size_t			 i;

	if ((at = scim_field(v, way[n - 1]->number)) == NULL)
		return false;
	for (i = 0; i < at->count; i++)
		if (n == 1 ? test(f, at->attribute, &at->values[i]) :
		    any(f, way, n - 1, &at->values[i], test))
			return true;
	return false;
}

/*
 * A primary that is not said is false (RFC 7643 2.4).
 */
static bool
no_primary(const struct scim_filter *f, const struct scim_attribute *a,
    const struct scim_value *v)
{
	(void)a;
	return scim_field(v, f->attribute) == NULL;
}

static bool
is_primary(const struct scim_attribute *a)
{
	return a->type == SCIM_TYPE_BOOLEAN && a->number != SCIM_active;
}

/* Whether the test is true of a primary that is not said. */
static bool
takes_unsaid(const struct scim_filter *f, test_fn *test)
{
	if (test == compares)
		return f->op == SCIM_OP_EQ &&
		    f->operand == SCIM_OPERAND_FALSE;
	if (test == differs)
		return f->operand == SCIM_OPERAND_TRUE;
	return test == is_there;
}

/* in: what v is a value of; its own parts, or those of a resource. */
static bool
ask(const struct scim_filter *f, const struct scim_attribute *in,
    const struct scim_value *v, test_fn *test)
{
	const struct scim_attribute	*a = scim_attribute(f->attribute);
	const struct scim_attribute	*way[DEPTH];
	size_t				 n;

	if (a == NULL)
		return false;
	for (n = 0; n < DEPTH && a != in && a->parent != SCIM_none; n++) {
		way[n] = a;
		a = scim_attribute(a->parent);
	}
	/* Below a value's own attribute, or from the resource down. */
	if (n == 0 || (in != NULL && a != in))
		return false;
	if (any(f, way, n, v, test))
		return true;
	if (!is_primary(way[0]) || !takes_unsaid(f, test))
		return false;
	return n == 1 ? no_primary(f, a, v) :
	    any(f, way + 1, n - 1, v, no_primary);
}

/*
 * Of several values any (RFC 7644 3.4.2.2).  What has no value differs from
 * every value; null is no value.
 */
static bool
compare(const struct scim_filter *f, const struct scim_attribute *in,
    const struct scim_value *v)
{
	bool	 yes;

	if (f->op == SCIM_OP_PR)
		return ask(f, in, v, is_present);
	if (f->operand == SCIM_OPERAND_NULL) {
		yes = ask(f, in, v, is_present);
		return f->op == SCIM_OP_NE ? yes :
		    f->op == SCIM_OP_EQ && !yes;
	}
	if (f->op == SCIM_OP_NE)
		return ask(f, in, v, differs) || !ask(f, in, v, is_there);
	return ask(f, in, v, compares);
}

static bool
evaluate(const struct scim_filter *f, const struct scim_attribute *in,
    const struct scim_value *v)
{
	switch (f->op) {
	case SCIM_OP_AND:
		return evaluate(f->left, in, v) && evaluate(f->right, in, v);
	case SCIM_OP_OR:
		return evaluate(f->left, in, v) || evaluate(f->right, in, v);
	case SCIM_OP_NOT:
		return !evaluate(f->left, in, v);
	case SCIM_OP_WITHIN:
		return ask(f, in, v, within);
	case SCIM_OP_NEVER:
		return false;
	default:
		return compare(f, in, v);
	}
}

bool
scim_match(const struct scim_filter *f, const struct scim_value *v)
{
	return evaluate(f, NULL, v);
}

bool
scim_match_value(const struct scim_filter *f, const struct scim_attribute *of,
    const struct scim_value *v)
{
	return evaluate(f, of, v);
}
