/* For units of SCIM Users and groups; see user_fixture.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/encode.h"
#include "hfssod/policy/login.h"
#include "hfssod/policy/scim.h"
#include "user_fixture.h"

const char		*token;
const char		*sign_in_by;
enum scim_base		 base;
struct scim_condition	 if_match;
unsigned int		 liberties;
struct scim_answer	 reply;

static const struct {
	const char	*name;
	const char	*connection;	/* "" : another organization */
	unsigned int	 rights;
	enum token_profile profile;
} tokens[] = {
	{ "okta", "okta", RIGHT_DEFAULT, PROFILE_TOLERANT },
	{ "entra", "entra", RIGHT_DEFAULT, PROFILE_TOLERANT },
	{ "relink", "okta", 63, PROFILE_TOLERANT },
	{ "read", "okta", RIGHT_READ, PROFILE_TOLERANT },
	{ "strict", "okta", RIGHT_DEFAULT, PROFILE_STRICT },
	{ "groups", "okta", RIGHT_GROUPS | RIGHT_READ | RIGHT_DELETE,
	    PROFILE_TOLERANT }
};

static char	 secret[64];

void
use_secret(const char *text)
{
	strlcpy(secret, text, sizeof(secret));
}

/* The octets of a token: its name and then the same for all. */
static const char *
octets(const char *name)
{
	static char	 text[64];

	if (strcmp(name, "secret") == 0)
		return secret;
	snprintf(text, sizeof(text), "hfscim_"
	    "0000000000000000000000000000000000000000000");
	memcpy(text + 7, name, strlen(name));
	return text;
}

static void
add_token(size_t n)
{
	uint8_t	 hash[SHA256_DIGEST_LENGTH];
	char	 hex[2 * SHA256_DIGEST_LENGTH + 1], sql[600];

	assert_true(token_hash((struct bytes){
	    (const uint8_t *)octets(tokens[n].name),
	    strlen(octets(tokens[n].name)) }, hash));
	hex_encode(hash, sizeof(hash), hex);
	snprintf(sql, sizeof(sql), "INSERT INTO token (token, hash,"
	    " organization, connection, name, profile, rights, networks,"
	    " last_four, created, expires) SELECT '%016zu', X'%s',"
	    " organization, id, '%s', %d, %u, '', '', 0, 9999999999"
	    " FROM connection WHERE name = '%s'", n, hex, tokens[n].name,
	    tokens[n].profile, tokens[n].rights, tokens[n].connection);
	execute(sql);
}

static int
begin(void **unused, enum mode mode)
{
	size_t	 i;

	fixture_begin(unused);
	acme.mode = mode;
	acme.tombstone_keep = 1000;
	acme.role_line_count = 0;
	fixture_use();
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++)
		add_token(i);
	token = "okta";
	sign_in_by = "okta";
	base = mode == MODE_BASIC ? SCIM_BASE_BASIC : SCIM_BASE_MANAGED;
	memset(&if_match, 0, sizeof(if_match));
	liberties = 0;
	memset(&reply, 0, sizeof(reply));
	return pool_begin(unused);
}

int
users_begin(void **unused)
{
	return begin(unused, MODE_MANAGED);
}

int
basics_begin(void **unused)
{
	return begin(unused, MODE_BASIC);
}

int
users_end(void **unused)
{
	forget_sent();
	pool_end(unused);
	return fixture_end(unused);
}

/* --- requests ----------------------------------------------------------- */

static struct scim_where
where(void)
{
	struct scim_where	 w;
	const char		*text = octets(token);

	memset(&w, 0, sizeof(w));
	w.request.id = 7;
	w.request.host = "hub.example.com";
	w.request.credential = CREDENTIAL_BEARER;
	w.request.secret = (struct bytes){ (const uint8_t *)text,
	    strlen(text) };
	w.organization = "acme";
	w.base = base;
	return w;
}

static enum verdict
run(const struct verb *verb, struct writer *w)
{
	struct reader	 r;

	ask(verb, &gate, w);
	end_turn();
	assert_int_equal(sent_count, 1);
	assert_int_equal(sent[0].message, MESSAGE_scim_answer);
	wire_read(&r, sent[0].data, sent[0].len);
	memset(&reply, 0, sizeof(reply));
	assert_true(scim_answer_get(&r, pool, &reply));
	return reply.verdict;
}

static enum verdict
write(struct scim_write *q)
{
	static const struct verb	 verb = { MESSAGE_scim_write,
	    MESSAGE_scim_answer, scim_write, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES | VERB_ALWAYS };
	struct writer			 w;

	q->where = where();
	q->match = if_match;
	q->liberties = liberties;
	memset(&if_match, 0, sizeof(if_match));
	liberties = 0;
	if (q->value.text == NULL)
		q->value.text = "";
	wire_init(&w, LIMIT_SCIM_MESSAGE);
	scim_write_put(&w, q);
	return run(&verb, &w);
}

void
works(enum verdict v)
{
	if (v != VERDICT_ok)
		print_message("%s: %s\n", verdict_name(v), reply.detail);
	assert_int_equal(v, VERDICT_ok);
}

void
fails(enum verdict v, enum verdict expected)
{
	if (v != expected)
		print_message("%s, not %s: %s\n", verdict_name(v),
		    verdict_name(expected), reply.detail);
	assert_int_equal(v, expected);
	assert_int_equal(reply.version, 0);
	assert_null(reply.value.fields);
}

enum verdict
post(const char *text)
{
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	q.method = SCIM_CREATE;
	q.id = "";
	q.value = *user(text);
	return write(&q);
}

enum verdict
put(const char *id, const char *text)
{
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	q.method = SCIM_PUT;
	q.id = id;
	q.value = *user(text);
	return write(&q);
}

enum verdict
patch(const char *id, enum scim_change change, enum scim_number path,
    const char *text)
{
	struct scim_operation	 op;
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	memset(&op, 0, sizeof(op));
	q.method = SCIM_PATCH;
	q.id = id;
	q.operation_count = 1;
	q.operations = &op;
	op.change = change;
	op.path.attribute = path;
	op.given = text[0] != '\0';
	op.value = *user(text);
	return write(&q);
}

enum verdict
delete(const char *id)
{
	struct scim_write	 q;

	memset(&q, 0, sizeof(q));
	q.method = SCIM_DELETE;
	q.id = id;
	return write(&q);
}

enum verdict
get(const char *id)
{
	static const struct verb	 verb = { MESSAGE_scim_read,
	    MESSAGE_scim_answer, scim_read, scim_answer_refuse,
	    VERB_REQUEST | VERB_WRITES };
	struct scim_read		 q;
	struct writer			 w;

	memset(&q, 0, sizeof(q));
	q.where = where();
	q.id = id;
	q.none_match = if_match;
	memset(&if_match, 0, sizeof(if_match));
	wire_init(&w, LIMIT_MESSAGE);
	scim_read_put(&w, &q);
	return run(&verb, &w);
}

enum verdict
me(const char *cookie)
{
	static const struct verb	 verb = { MESSAGE_scim_me,
	    MESSAGE_scim_answer, scim_me, scim_answer_refuse,
	    VERB_REQUEST | VERB_STORE };
	struct scim_where		 q = where();
	struct writer			 w;

	q.request.credential = CREDENTIAL_SESSION;
	q.request.secret = (struct bytes){ (const uint8_t *)cookie,
	    strlen(cookie) };
	wire_init(&w, LIMIT_MESSAGE);
	scim_where_put(&w, &q);
	return run(&verb, &w);
}

const char *
made(const char *text)
{
	static char	 ids[8][LIMIT_SCIM_ID + 1];
	static size_t	 next;
	char		*id = ids[next++ % 8];

	assert_int_equal(post(text), VERDICT_ok);
	strlcpy(id, has(SCIM_id), LIMIT_SCIM_ID + 1);
	assert_int_equal(strlen(id), 24);
	return id;
}

const char *
has(enum scim_number n)
{
	return scim_text(&reply.value, n);
}

bool
active(void)
{
	const struct scim_field	*f = scim_field(&reply.value, SCIM_active);

	assert_non_null(f);
	return f->values[0].truth;
}

/* --- sign-in ------------------------------------------------------------ */

enum verdict
sign_in(const char *subject, const char *username, const char *email)
{
	static unsigned int	 n = 5000;
	struct outcome		 o = an_outcome(subject, n, n);

	n++;
	state.group = "default";
	o.connection = sign_in_by;
	o.identity.username = username;
	o.identity.email = email;
	o.identity.email_vouched = email[0] != '\0';
	return run_login(&o)->verdict;
}

static struct person *
person(const char *id)
{
	struct person	*p;
	size_t		 i;

	for (i = 0; i < state.sessions.persons.size; i++) {
		p = state.sessions.persons.slots[i];
		if (p != NULL && strcmp(p->account->id, id) == 0)
			return p;
	}
	return NULL;
}

size_t
sessions_of(const char *id)
{
	struct person		*p = person(id);
	const struct session	*s;
	size_t			 n = 0;

	for (s = p == NULL ? NULL : p->sessions; s != NULL; s = s->next)
		n++;
	return n;
}

struct account *
account_of(const char *id)
{
	struct person	*p = person(id);

	return p == NULL ? NULL : p->account;
}

int64_t
audited(const char *type)
{
	char	 sql[160];

	snprintf(sql, sizeof(sql), "SELECT count(*) FROM audit WHERE type ="
	    " '%s'", type);
	return query(sql);
}

/* --- for other fixtures ------------------------------------------------- */

struct scim_where
asked_where(void)
{
	return where();
}

enum verdict
ask_write(struct scim_write *q)
{
	return write(q);
}

enum verdict
ask_scim(const struct verb *verb, struct writer *w)
{
	return run(verb, w);
}
