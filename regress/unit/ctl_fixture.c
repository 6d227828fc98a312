/* For units of hfssoctl's changes; see ctl_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/record.h"
#include "ctl_fixture.h"
#include "hfssod/policy/scim.h"

char		 ctl_detail[2048];
char	 ctl_after[256];
static uint8_t	*body;
static size_t	 body_len;

enum verdict
ctl(const struct verb *verb, const struct ctl *c)
{
	struct ctl_question	 q;
	struct result		 result;
	struct writer		 w;
	struct reader		 r;
	char			*options, *at, *one;

	memset(&q, 0, sizeof(q));
	q.organization = c->organization == NULL ? "acme" : c->organization;
	q.name = c->name == NULL ? "" : c->name;
	q.value = c->value == NULL ? "" : c->value;
	q.role = "";
	q.after = c->after == NULL ? "" : c->after;
	q.force = c->force;
	at = options = strdup(c->options == NULL ? "" : c->options);
	while ((one = strsep(&at, " ")) != NULL)
		if (one[0] != '\0')
			strings_add(&q.options, one);
	wire_init(&w, LIMIT_SCIM_MESSAGE);
	wire_put_string(&w, "uid 0");
	ctl_question_put(&w, &q);
	ask(verb, &parent, &w);
	end_turn();
	strings_free(&q.options);
	free(options);
	assert_true(sent_count > 0);
	assert_int_equal(sent[0].message, verb->answer);
	wire_read(&r, sent[0].data, sent[0].len);
	assert_true(result_get(&r, &result));
	if (verb->answer == MESSAGE_ctl_records)
		strlcpy(ctl_after, wire_get_string(&r, 1024),
		    sizeof(ctl_after));
	if (c->after == NULL)
		assert_string_equal(ctl_after, "");
	strlcpy(ctl_detail, result.detail, sizeof(ctl_detail));
	free(body);
	body_len = r.left;
	assert_non_null(body = malloc(body_len + 1));
	if (body_len > 0)
		memcpy(body, r.at, body_len);
	return result.verdict;
}

static bool
find(const char *name, struct record_item *item)
{
	struct reader	 r;

	wire_read(&r, body, body_len);
	while (record_next(&r, item))
		if (strcmp(item->name, name) == 0 &&
		    item->type != RECORD_END)
			return true;
	return false;
}

const char *
ctl_text(const char *name)
{
	static char		 text[256];
	struct record_item	 item;

	text[0] = '\0';
	if (find(name, &item))
		strlcpy(text, item.string, sizeof(text));
	return text;
}

int64_t
ctl_number(const char *name)
{
	struct record_item	 item;

	return find(name, &item) ? item.integer : -1;
}

enum verdict
bearer(const void *octets, size_t len, const char *from)
{
	static const struct verb	 verb = { MESSAGE_scim_admit,
	    MESSAGE_scim_answer, scim_admit, scim_answer_refuse,
	    VERB_REQUEST };
	struct scim_where		 where;
	struct writer			 w;

	memset(&where, 0, sizeof(where));
	where.request.host = "hub.example.com";
	where.request.credential = CREDENTIAL_BEARER;
	where.request.secret = (struct bytes){ octets, len };
	assert_true(address_parse(from, &where.request.client));
	where.organization = "acme";
	where.base = base;
	wire_init(&w, LIMIT_MESSAGE);
	scim_where_put(&w, &where);
	return ask_scim(&verb, &w);
}
