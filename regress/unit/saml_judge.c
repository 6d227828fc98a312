/* What the units that judge Responses share.  See the header. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "regress/unit/saml_judge.h"

static struct strings none;

struct response_rules
rules(enum require_signed require)
{
	struct response_rules r = { FIXTURE_IDP, fixture_keys(),
	    fixture_pairs(), FIXTURE_SP, FIXTURE_ACS, require, "", &none,
	    false, false };

	return r;
}

enum verdict
judge(const struct response_rules *r, const char *id, int64_t now,
    const char *xml, size_t len, struct facts *f)
{
	struct response_asked asked = { id, FIXTURE_NOW - 60 };

	return response_check(r, &asked, now, xml, len, f);
}

void
expect(const struct make *m, const struct response_rules *r, const char *id,
    int64_t now, enum verdict want)
{
	struct facts f;
	enum verdict v;
	char *xml;

	xml = fixture_make(m);
	v = judge(r, id, now, xml, strlen(xml), &f);
	if (v != want)
		fail_msg("%s: %s, not %s (%s)\n%s", m->name, verdict_name(v),
		    verdict_name(want), f.detail, xml);
	facts_free(&f);
	free(xml);
}

void
row(void **state)
{
	const struct row *w = *state;
	struct response_rules r = rules(w->require);

	expect(&w->make, &r, FIXTURE_REQUEST, FIXTURE_NOW, w->verdict);
}

size_t
rows_add(struct CMUnitTest *tests, size_t n, const struct row *list,
    size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		tests[n++] = (struct CMUnitTest){ list[i].make.name, row,
		    NULL, NULL, (void *)(uintptr_t)&list[i] };
	return n;
}
