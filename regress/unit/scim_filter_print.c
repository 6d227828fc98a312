/*
 * A filter or a path as text again, for tests.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "regress/unit/scim_filter_print.h"

static char	*at, *end;

static void
say(const char *format, ...)
{
	va_list	 ap;
	int	 n;

	va_start(ap, format);
	n = vsnprintf(at, (size_t)(end - at), format, ap);
	va_end(ap);
	at = n < end - at ? at + n : end - 1;
}

static void
name(enum scim_number n, bool within)
{
	const struct scim_attribute	*a = scim_attribute(n), *parent;

	/* Roots have no parent, and are not said. */
	parent = scim_attribute(a->parent);
	if (!within && parent->parent != SCIM_none) {
		name(a->parent, false);
		say(strncmp(parent->name, "urn:", 4) == 0 ? ":" : ".");
	}
	say("%s", a->name);
}

static void
quoted(const char *text)
{
	say("\"");
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20)
			say("\\u%04x", (unsigned int)(unsigned char)*text);
		else
			say(*text == '"' || *text == '\\' ? "\\%c" : "%c",
			    *text);
	say("\"");
}

static void
print(const struct scim_filter *f, bool within)
{
	static const char	*words[] = {
		[SCIM_OP_PR] = "pr", [SCIM_OP_EQ] = "eq",
		[SCIM_OP_NE] = "ne", [SCIM_OP_CO] = "co",
		[SCIM_OP_SW] = "sw", [SCIM_OP_EW] = "ew",
		[SCIM_OP_GT] = "gt", [SCIM_OP_GE] = "ge",
		[SCIM_OP_LT] = "lt", [SCIM_OP_LE] = "le"
	};

	switch (f->op) {
	case SCIM_OP_AND:
	case SCIM_OP_OR:
		say("(");
		print(f->left, within);
		say(f->op == SCIM_OP_AND ? ") and (" : ") or (");
		print(f->right, within);
		say(")");
		return;
	case SCIM_OP_NOT:
		say("not (");
		print(f->left, within);
		say(")");
		return;
	case SCIM_OP_WITHIN:
		name(f->attribute, within);
		say("[");
		print(f->left, true);
		say("]");
		return;
	case SCIM_OP_NEVER:
		say("NEVER");
		return;
	default:
		break;
	}
	name(f->attribute, within);
	say(" %s", words[f->op]);
	if (f->operand == SCIM_OPERAND_NONE)
		return;
	say(" ");
	if (f->operand == SCIM_OPERAND_TEXT)
		quoted(f->text);
	else
		say(f->operand == SCIM_OPERAND_TRUE ? "true" : "false");
}

void
scim_filter_print(const struct scim_filter *f, char *to, size_t size)
{
	at = to;
	end = to + size;
	print(f, false);
}

void
scim_path_print(const struct scim_path *p, char *to, size_t size)
{
	at = to;
	end = to + size;
	*at = '\0';
	if (p->attribute == SCIM_none)
		return;
	name(p->attribute, false);
	if (p->filter == NULL)
		return;
	say("[");
	print(p->filter, true);
	say("]");
	if (p->sub != SCIM_none) {
		say(".");
		name(p->sub, true);
	}
}
