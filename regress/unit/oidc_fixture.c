/*
 * See the header.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <cmocka.h>

#include "common/clock.h"
#include "common/encode.h"
#include "common/form.h"
#include "common/limits.h"
#include "hfssod/verifier/ask.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/aead.h"
#include "hfssod/verifier/vault.h"
#include "hfssod/verifier/verifier.h"
#include "regress/unit/oidc_fixture.h"

int64_t	__wrap_clock_now(void);
int64_t	__wrap_clock_ms(void);

int64_t				 op_now = OP_NOW;
int64_t				 op_ms;
bool				 op_switched_off, op_no_keys;
struct seal_keys		 op_keys;
struct verifier_connection	 op_connections[4];
struct verifier_view		 op_view;
struct source			 op_sources[4];
size_t				 op_question_count;
struct op_question		 op_questions[64];

static struct verifier_organization	 organizations[2];
static struct view_file			 file[2];
static struct view_files		 files = { 2, file };
static struct config			*config;
static struct writer			 octets;
static struct login_cookie		 jar[16];
static size_t				 jar_count;
static struct op_run			*runs[64];
static size_t				 run_count;
static EVP_PKEY				*key[3];
static struct jwt_signer		 signer[3];
static char				*pem[3];

/* --- in place of the rooms that talk ------------------------------------- */

int64_t
__wrap_clock_now(void)
{
	return op_now;
}

int64_t
__wrap_clock_ms(void)
{
	return op_ms;
}

const struct config *
verifier_config(void)
{
	return config;
}

const struct seal_keys *
verifier_keys(void)
{
	return op_no_keys ? NULL : &op_keys;
}

bool
verifier_enabled(const struct connection *c, bool test)
{
	return test || (c->view->enabled && !op_switched_off);
}

const struct view_file *
view_file(const struct view_files *f, const char *name)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (strcmp(f->list[i].name, name) == 0)
			return &f->list[i];
	return NULL;
}

const struct metadata_idp *
source_idp(const struct source *s)
{
	(void)s;
	return NULL;
}

const struct discovery *
source_discovery(const struct source *s)
{
	return s->there ? s->discovery : NULL;
}

const struct jwk_set *
source_keys(const struct source *s)
{
	return s->there ? s->keys : NULL;
}

void
source_wait(struct source *s, source_fn *fn, void *arg)
{
	if (s->hold) {
		assert_null(s->fn);
		s->fn = fn;
		s->arg = arg;
	} else
		fn(arg, s->verdict, s->verdict == VERDICT_ok ? "" : "down");
}

void
source_client_auth(struct source *s, enum client_auth how)
{
	struct discovery *d = s->discovery;

	d->post_first = how == CLIENT_AUTH_POST;
}

void
source_rekey(struct source *s, source_fn *fn, void *arg)
{
	s->rekeys++;
	if (s->hold) {
		s->fn = fn;
		s->arg = arg;
		return;
	}
	if (s->rekey == VERDICT_ok)
		op_publish((unsigned int)(s - op_sources), s->next_key);
	fn(arg, s->rekey, s->rekey == VERDICT_ok ? "" : "down");
}

void
source_rekey_told(struct source *s, source_fn *fn, void *arg)
{
	source_rekey(s, fn, arg);
}

void
op_release(unsigned int i)
{
	struct source *s = &op_sources[i];
	source_fn *fn = s->fn;

	assert_non_null(fn);
	s->fn = NULL;
	fn(s->arg, s->verdict, s->verdict == VERDICT_ok ? "" : "down");
}

static char *
copy(const char *text)
{
	char *p;

	if ((p = strdup(text)) == NULL)
		abort();
	return p;
}

uint64_t
ask_fetch(const struct fetch_request *r, ask_fn *fn, void *arg)
{
	struct op_question *q = &op_questions[op_question_count++];
	struct fetch_request again;
	struct reader in;
	struct writer w;

	assert_true(op_question_count < 64);
	/* It goes over the wire. */
	wire_init(&w, LIMIT_MESSAGE);
	fetch_request_put(&w, r);
	assert_false(w.bad);
	wire_read(&in, w.data, w.len);
	assert_true(fetch_request_get(&in, &again));
	wire_free(&w);
	q->organization = copy(r->organization);
	q->connection = copy(r->connection);
	q->url = copy(r->url);
	q->accept = copy(r->accept);
	q->authorization = copy(r->authorization);
	q->body = r->body.len == 0 ? copy("") :
	    strndup((const char *)r->body.data, r->body.len);
	q->post = r->post;
	q->milliseconds = r->milliseconds;
	q->open = true;
	q->fn = fn;
	q->arg = arg;
	return op_question_count;
}

static void
settle(size_t i, struct fetch_answer *a)
{
	struct op_question *q = &op_questions[i];

	assert_true(i < op_question_count && q->open);
	q->open = false;
	a->organization = q->organization;
	a->connection = q->connection;
	a->etag = "";
	a->max_age = -1;
	q->fn(q->arg, a);
}

void
op_answer(size_t i, uint32_t status, const char *type, const char *body)
{
	struct fetch_answer a;
	char *own = copy(body);

	memset(&a, 0, sizeof(a));
	a.result = FETCH_ANSWERED;
	a.detail = "";
	a.status = status;
	a.type = type;
	a.body = (struct bytes){ (const uint8_t *)own, strlen(own) };
	settle(i, &a);
	free(own);
}

void
op_fail(size_t i, enum fetch_result result)
{
	struct fetch_answer a;

	memset(&a, 0, sizeof(a));
	a.result = result;
	a.detail = "why it failed";
	a.type = "";
	settle(i, &a);
}

/* --- the provider -------------------------------------------------------- */

static void
make_key(unsigned int i)
{
	BIO *bio;
	char *text;
	long len;

	if ((key[i] = EVP_EC_gen("P-256")) == NULL ||
	    (bio = BIO_new(BIO_s_mem())) == NULL ||
	    PEM_write_bio_PrivateKey(bio, key[i], NULL, NULL, 0, NULL,
	    NULL) != 1)
		abort();
	len = BIO_get_mem_data(bio, &text);
	pem[i] = strndup(text, (size_t)len);
	BIO_free(bio);
	assert_null(jwt_signer_read(&signer[i], pem[i], strlen(pem[i])));
}

void
op_publish(unsigned int source, unsigned int k)
{
	struct source *s = &op_sources[source];
	unsigned char point[65];
	char *x, *y, *text;
	size_t len;

	if (EVP_PKEY_get_octet_string_param(key[k], OSSL_PKEY_PARAM_PUB_KEY,
	    point, sizeof(point), &len) != 1 || len != 65)
		abort();
	x = base64url_encode(point + 1, 32);
	y = base64url_encode(point + 33, 32);
	if (asprintf(&text, "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\","
	    "\"kid\":\"k%u\",\"x\":\"%s\",\"y\":\"%s\"}]}", k, x, y) == -1)
		abort();
	jwk_set_free(s->keys);
	assert_null(jwk_set_read(s->keys, text, strlen(text)));
	free(text);
	free(x);
	free(y);
}

json_t *
op_edit(json_t *o, const char *edits)
{
	const char *name;
	json_t *e, *value;

	if ((e = json_loads(edits, 0, NULL)) == NULL)
		fail_msg("not JSON: %s", edits);
	json_object_foreach(e, name, value)
		if (json_is_null(value))
			json_object_del(o, name);
		else
			json_object_set(o, name, value);
	json_decref(e);
	return o;
}

const char *
op_discovery(unsigned int i, const char *edits)
{
	const struct verifier_connection *v = &op_connections[i];
	const char *why, *base = i == 1 ? "https://two.example" : OP_ISSUER;
	char *text;
	json_t *o;

	o = json_pack("{s:s, s:s+, s:s+, s:s+, s:s+, s:s+, s:[s], s:[s,s,s],"
	    "s:[s]}", "issuer", base,
	    "authorization_endpoint", base, "/authorize?tenant=1",
	    "token_endpoint", base, "/token",
	    "jwks_uri", base, "/jwks",
	    "userinfo_endpoint", base, "/userinfo",
	    "end_session_endpoint", base, "/end",
	    "response_types_supported", "code",
	    "token_endpoint_auth_methods_supported", "client_secret_basic",
	    "client_secret_post", "private_key_jwt",
	    "code_challenge_methods_supported", "S256");
	text = json_dumps(op_edit(o, edits), 0);
	json_decref(o);
	discovery_free(op_sources[i].discovery);
	why = discovery_read(op_sources[i].discovery, text, strlen(text), v);
	free(text);
	return why;
}

char *
op_sign(unsigned int k, const char *kid, json_t *claims)
{
	char own[8], *token;

	snprintf(own, sizeof(own), "k%u", k);
	token = jwt_sign(&signer[k], kid == NULL ? own : kid, claims);
	json_decref(claims);
	return token;
}

json_t *
op_claims(const struct op_login *l, const char *edits)
{
	json_t *o;

	o = json_pack("{s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:s, s:b, s:s,"
	    "s:[s,s]}", "iss", OP_ISSUER, "aud", "client", "sub", "alice-id",
	    "exp", (json_int_t)(op_now + 600), "iat", (json_int_t)op_now,
	    "nonce", l->nonce, "sid", "sid-1", "email", "alice@example.org",
	    "email_verified", 1, "name", "Alice", "groups", "admins",
	    "staff");
	return op_edit(o, edits);
}

char *
op_tokens_with(const char *id_token, const char *edits)
{
	char *text;
	json_t *o;

	o = json_pack("{s:s, s:s, s:s, s:i}", "access_token", "at-1",
	    "token_type", "bearer", "id_token", id_token, "expires_in", 60);
	text = json_dumps(op_edit(o, edits), 0);
	json_decref(o);
	return text;
}

char *
op_tokens(const struct op_login *l, const char *claims, const char *edits)
{
	char *token, *text;

	token = op_sign(0, NULL, op_claims(l, claims));
	text = op_tokens_with(token, edits);
	free(token);
	return text;
}

void
op_give_tokens(const struct op_login *l, const char *claims,
    const char *edits)
{
	char *text = op_tokens(l, claims, edits);

	op_answer(op_question_count - 1, 200, "application/json", text);
	free(text);
}

/* --- the configuration --------------------------------------------------- */

static void
connection(unsigned int i, const char *name, const char *issuer)
{
	static const char *origins[2][1] = { { "https://op.example:443" },
	    { "https://two.example:443" } };
	struct verifier_connection *c = &op_connections[i];

	memset(c, 0, sizeof(*c));
	c->name = name;
	c->protocol = PROTOCOL_OIDC;
	c->enabled = true;
	c->metadata = c->metadata_url = c->metadata_signer = "";
	c->entity_id = c->idp_entity_id = c->nameid_format = "";
	c->issuer = issuer;
	c->discovery_url = "https://op.example/.well-known";
	c->jwks = c->client_key = c->client_key_id = c->prompt = "";
	c->client_id = "client";
	c->client_secret = "secret";
	c->max_age = -1;
	c->subject_attribute = c->role_attribute = "";
	c->group_attribute = "groups";
	c->origins = (struct strings){ 1, origins[i == 1] };
}

void
op_build(void)
{
	struct config *old = config;
	struct writer before = octets;
	struct connection *c;
	struct reader r;
	const char *why;
	size_t i, j;

	wire_init(&octets, LIMIT_VIEW);
	verifier_view_put(&octets, &op_view);
	wire_read(&r, octets.data, octets.len);
	if ((why = config_build(&config, &r, &files)) != NULL)
		fail_msg("%s", why);
	config_free(old);
	wire_free(&before);
	for (i = 0; i < op_view.organization_count; i++)
		for (j = 0; j < organizations[i].connection_count; j++) {
			c = (struct connection *)(uintptr_t)op_find(
			    organizations[i].name,
			    organizations[i].connections[j].name);
			c->source = &op_sources[3 * i + j];
		}
}

const struct connection *
op_find(const char *organization, const char *name)
{
	return config_find(config, organization, name);
}

static void
start(void)
{
	unsigned int i;

	if (key[0] != NULL)
		return;
	seal_start();
	aead_start();
	for (i = 0; i < 3; i++)
		make_key(i);
	file[0] = (struct view_file){ "secret",
	    (const uint8_t *)OP_SECRET "\n", strlen(OP_SECRET) + 1 };
	file[1] = (struct view_file){ "client.key",
	    (const uint8_t *)pem[2], strlen(pem[2]) };
}

void
op_setup(void)
{
	unsigned int i;

	start();
	op_now = OP_NOW;
	op_ms = 1000000;
	op_switched_off = op_no_keys = false;
	memset(&op_keys, 7, sizeof(op_keys));
	connection(0, "op", OP_ISSUER);
	connection(1, "two", "https://two.example");
	connection(2, "third", "https://third.example");
	connection(3, "op", OP_ISSUER);
	op_connections[0].first = op_connections[3].first = true;
	memset(organizations, 0, sizeof(organizations));
	organizations[0].name = "acme";
	organizations[0].connection_count = 3;
	organizations[0].connections = op_connections;
	organizations[1].name = "other";
	organizations[1].connection_count = 1;
	organizations[1].connections = &op_connections[3];
	op_view.public_url = "https://hub.example.com";
	op_view.group = "default";
	op_view.organization_count = 2;
	op_view.organizations = organizations;
	for (i = 0; i < 4; i++) {
		memset(&op_sources[i], 0, sizeof(op_sources[i]));
		op_sources[i].there = true;
		if ((op_sources[i].discovery = calloc(1,
		    sizeof(struct discovery))) == NULL ||
		    (op_sources[i].keys = calloc(1,
		    sizeof(struct jwk_set))) == NULL)
			abort();
		op_publish(i, i == 1 ? 1 : 0);
		if (i != 2)
			assert_null(op_discovery(i, "{}"));
	}
	op_build();
}

static void
run_free(struct op_run *r)
{
	assert_true(r->done);
	outcome_free(&r->outcome);
	logout_outcome_free(&r->left);
	wire_free(&r->octets);
	free(r->text);
	free(r);
}

void
op_teardown(void)
{
	struct op_question *q;
	size_t i;

	for (i = 0; i < op_question_count; i++) {
		q = &op_questions[i];
		assert_false(q->open);
		free(q->organization);
		free(q->connection);
		free(q->url);
		free(q->accept);
		free(q->authorization);
		free(q->body);
	}
	op_question_count = 0;
	for (i = 0; i < run_count; i++)
		run_free(runs[i]);
	run_count = 0;
	op_forget_cookies();
	for (i = 0; i < 4; i++) {
		assert_null(op_sources[i].fn);
		discovery_free(op_sources[i].discovery);
		free(op_sources[i].discovery);
		jwk_set_free(op_sources[i].keys);
		free(op_sources[i].keys);
	}
	config_free(config);
	config = NULL;
	wire_free(&octets);
	memset(&octets, 0, sizeof(octets));
}

/* --- the browser --------------------------------------------------------- */

void
op_forget_cookies(void)
{
	size_t i;

	for (i = 0; i < jar_count; i++) {
		free((void *)(uintptr_t)jar[i].name);
		free((void *)(uintptr_t)jar[i].value);
	}
	jar_count = 0;
}

void
op_cookie(const struct login_cookie *c)
{
	assert_true(jar_count < 16);
	jar[jar_count].name = copy(c->name);
	jar[jar_count++].value = copy(c->value);
}

static void
request(struct sso_request *q, const char *organization, const char *name)
{
	memset(q, 0, sizeof(*q));
	q->request.id = 4711;
	q->request.host = "hub.example.com";
	q->protocol = PROTOCOL_OIDC;
	q->organization = organization;
	q->connection = name;
	q->return_to = "";
	q->cookie_count = jar_count;
	memcpy(q->cookies, jar, sizeof(jar));
}

const char *
op_field(const char *text, const char *name)
{
	static char values[8][16384];
	static unsigned int turn;
	const struct form_field *f;
	struct form form;
	char *out = values[turn++ % 8];
	const char *question;
	bool twice;

	if ((question = strchr(text, '?')) != NULL)
		text = question + 1;
	assert_true(form_parse(&form, text, strlen(text)));
	f = form_find(&form, name, &twice);
	assert_false(twice);
	strlcpy(out, f == NULL ? "" : f->value, sizeof(values[0]));
	form_free(&form);
	return out;
}

void
op_login(struct op_login *l, const char *organization, const char *name)
{
	struct sso_request q;
	struct login login;

	request(&q, organization, name);
	q.return_to = "/back";
	login_begin(config, &op_keys, &q, op_now, &login);
	assert_int_equal(login.started.verdict, VERDICT_ok);
	op_cookie(&login.started.set_cookie);
	l->url = copy(login.started.url);
	strlcpy(l->state, login.state.id, sizeof(l->state));
	strlcpy(l->nonce, op_field(l->url, "nonce"), sizeof(l->nonce));
	strlcpy(l->challenge, op_field(l->url, "code_challenge"),
	    sizeof(l->challenge));
	login_free(&login);
}

void
op_login_free(struct op_login *l)
{
	free(l->url);
}

const char *
op_query(const struct op_login *l, const char *more)
{
	static char text[8192];

	snprintf(text, sizeof(text), "state=%s%s", l->state,
	    more[0] == '\0' ? "&code=c-1" : more);
	return text;
}

static struct op_run *
run_new(const char *organization, const char *name, const char *text)
{
	struct op_run *r;

	assert_true(run_count < 64);
	if ((r = calloc(1, sizeof(*r))) == NULL)
		abort();
	runs[run_count++] = r;
	r->text = copy(text);
	request(&r->job.q, organization, name);
	r->job.id = 1;
	r->job.origin = 99;
	r->job.deadline = op_ms + LIMIT_FETCH_MS;
	return r;
}

static void
consumed(struct job *job, struct consumed *c)
{
	struct op_run *r = (struct op_run *)job;
	struct reader in;

	assert_false(r->done);
	r->done = true;
	if (c->outcome.verdict != VERDICT_ok) {
		assert_null(c->outcome.identity.subject);
		assert_int_equal(c->outcome.message_key.len, 0);
		assert_int_equal(c->outcome.login_key.len, 0);
		assert_int_equal(c->outcome.check_token.len, 0);
		assert_int_equal(c->outcome.logout_hint.len, 0);
	}
	wire_init(&r->octets, LIMIT_LOGIN_MESSAGE);
	outcome_put(&r->octets, &c->outcome);
	wire_read(&in, r->octets.data, r->octets.len);
	assert_true(outcome_get(&in, &r->outcome));
}

struct op_run *
op_consume(const char *organization, const char *name, const char *query)
{
	struct op_run *r = run_new(organization, name, query);

	r->job.q.endpoint = ENDPOINT_CONSUME;
	r->job.q.query = (struct bytes){ (const uint8_t *)r->text,
	    strlen(r->text) };
	oidc_consume(&r->job, consumed);
	return r;
}

static void
logged_out(struct job *job, struct logout *l)
{
	struct op_run *r = (struct op_run *)job;
	struct reader in;

	assert_false(r->done);
	r->done = true;
	wire_init(&r->octets, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&r->octets, &l->outcome);
	wire_read(&in, r->octets.data, r->octets.len);
	assert_true(logout_outcome_get(&in, &r->left));
}

struct op_run *
op_logout(const char *organization, const char *name, enum endpoint e,
    bool post, const char *text)
{
	struct op_run *r = run_new(organization, name, text);
	struct bytes b = { (const uint8_t *)r->text, strlen(r->text) };

	r->job.q.endpoint = e;
	r->job.q.post = post;
	if (post)
		r->job.q.body = b;
	else
		r->job.q.query = b;
	oidc_logout(&r->job, logged_out);
	return r;
}
