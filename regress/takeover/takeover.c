/*
 * A child that somebody else has taken over: it begins like an honest one
 * and then says what it must not say.  A test puts it in the place of a
 * child's binary; the attack is named by HFSSO_ATTACK.  Never installed.
 *
 * Frames are put into the buffers directly, since peer_send would refuse.
 */
#include <sys/types.h>
#include <sys/queue.h>

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/child.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/record.h"
#include "common/scim_exchange.h"

#define PARENT_FD	3

static const char	*attack_name;
static bool		 attacked;

static void
put(struct peer *p, enum message m, uint64_t id, const struct writer *w)
{
	log_info("takeover %s: sends %s", attack_name, message_name(m));
	imsgbuf_put(p->buf, m, id, -1, w == NULL ? NULL : w->data,
	    w == NULL ? 0 : w->len);
}

/* A request as of somebody whom this process has never seen. */
static void
fill_request(struct request *q, const char *secret)
{
	memset(q, 0, sizeof(*q));
	q->id = 0x1122334455667788ULL;
	q->host = "hub.test";
	q->credential = secret == NULL ? CREDENTIAL_NONE : CREDENTIAL_SESSION;
	q->secret.data = (const uint8_t *)(secret == NULL ? "" : secret);
	q->secret.len = secret == NULL ? 0 : strlen(secret);
}

static void
send_request(struct peer *p, enum message m, const char *secret)
{
	struct request	 q;
	struct writer	 w;

	wire_init(&w, LIMIT_MESSAGE);
	fill_request(&q, secret);
	request_put(&w, &q);
	put(p, m, q.id, &w);
	wire_free(&w);
}

/* An identity for an organization, as only its verifier may say it. */
static void
send_identity(struct peer *p, const char *organization, const char *conn)
{
	static const uint8_t	 key[2][BURN_KEY] = { { 1 }, { 2 } };
	struct outcome		 o;
	struct writer		 w;

	memset(&o, 0, sizeof(o));
	fill_request(&o.request, NULL);
	o.origin = child_setup()->instance;
	o.verdict = VERDICT_ok;
	o.organization = organization;
	o.connection = conn;
	o.detail = "";
	o.login_key.data = key[0];
	o.login_key.len = BURN_KEY;
	o.message_key.data = key[1];
	o.message_key.len = BURN_KEY;
	o.message_until = time(NULL) + 300;
	o.login_cookie = "";
	o.return_to = "/";
	o.identity.subject = o.identity.username = "planted";
	o.identity.email = "planted@example.org";
	o.identity.name = o.identity.given = o.identity.family = "Planted";
	o.identity.session_index = o.identity.authn_context = "";
	o.identity.name_id.value = "planted";
	o.identity.name_id.format = o.identity.name_id.name_qualifier =
	    o.identity.name_id.sp_name_qualifier =
	    o.identity.name_id.sp_provided_id = "";
	o.identity.authn_instant = time(NULL);
	strings_add(&o.identity.roles, "hub-admins");
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, &o);
	put(p, MESSAGE_login_outcome, o.request.id, &w);
	wire_free(&w);
	strings_free(&o.identity.roles);
}

/* A logout for an organization, as only its verifier may say it. */
static void
send_logout(struct peer *p, const char *organization, const char *conn)
{
	static const uint8_t	 key[BURN_KEY] = { 3 };
	struct logout_outcome	 o;
	struct writer		 w;

	memset(&o, 0, sizeof(o));
	fill_request(&o.request, NULL);
	o.origin = child_setup()->instance;
	o.organization = organization;
	o.connection = conn;
	o.message_key.data = key;
	o.message_key.len = BURN_KEY;
	o.message_until = time(NULL) + 300;
	o.name_id.value = "honest";
	o.started.url = "https://evil.test/";
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, &o);
	put(p, MESSAGE_logout_outcome, o.request.id, &w);
	wire_free(&w);
}

/* --- the attacks: what to do once a peer has joined ------------------------ */

static void
identity(struct peer *p)
{
	send_identity(p, "acme", "forge");
}

static void
logout(struct peer *p)
{
	send_logout(p, "acme", "forge");
}

/* As if policy had ended somebody's session: sign a LogoutRequest for me. */
static void
verifier_logout(struct peer *p)
{
	struct logout_start	 s;
	struct writer		 w;

	memset(&s, 0, sizeof(s));
	s.origin = child_setup()->instance;
	s.organization = "acme";
	s.connection = "forge";
	s.name_id.value = "victim";
	wire_init(&w, LIMIT_MESSAGE);
	logout_start_put(&w, &s);
	put(p, MESSAGE_logout_start, 1, &w);
	wire_free(&w);
}

static void
ask_access(struct peer *p)
{
	struct access_check	 a;
	struct writer		 w;

	memset(&a, 0, sizeof(a));
	fill_request(&a.request, NULL);
	a.safe = a.plain = true;
	a.path = "/";
	wire_init(&w, LIMIT_MESSAGE);
	access_check_put(&w, &a);
	put(p, MESSAGE_access_check, a.request.id, &w);
	wire_free(&w);
}

static void
keys(struct peer *p)
{
	put(p, MESSAGE_key_request, 1, NULL);
}

static void
control(struct peer *p)
{
	struct ctl_question	 q;
	struct writer		 w;

	memset(&q, 0, sizeof(q));
	q.organization = "acme";
	q.name = "victim";
	q.role = "admin";
	q.after = "";
	q.force = true;
	wire_init(&w, LIMIT_MESSAGE);
	ctl_question_put(&w, &q);
	put(p, MESSAGE_member_role, 1, &w);
	wire_free(&w);
}

static void
answer(struct peer *p)
{
	struct login_answer	 a;
	struct writer		 w;

	memset(&a, 0, sizeof(a));
	a.session = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	a.login_cookie = a.return_to = a.organization = a.connection = "";
	a.expires = time(NULL) + 3600;
	wire_init(&w, LIMIT_MESSAGE);
	login_answer_put(&w, &a);
	put(p, MESSAGE_login_answer, 1, &w);
	wire_free(&w);
}

/* Legal messages; what they ask for is not this process's to have. */
static void
sessions(struct peer *p)
{
	static const char *const	 guesses[] = { NULL, "", "x",
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "00000000000000000000000000000000" };
	struct session_end		 e;
	struct writer			 w;
	size_t				 i;

	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++)
		send_request(p, MESSAGE_session_show, guesses[i]);
	memset(&e, 0, sizeof(e));
	fill_request(&e.request, guesses[3]);
	e.form_token = "0000000000000000000000000000000000000000";
	wire_init(&w, LIMIT_MESSAGE);
	session_end_put(&w, &e);
	put(p, MESSAGE_session_end, e.request.id, &w);
	wire_free(&w);
}

/* Everything of SCIM, with a credential that is none. */
static void
scim_as(struct peer *p, enum credential credential, const char *secret)
{
	struct scim_write	 q;
	struct scim_stage	 stage;
	struct scim_continue	 on;
	struct writer		 w;
	struct scim_pool	*pool = scim_pool_new();

	memset(&q, 0, sizeof(q));
	fill_request(&q.where.request, secret);
	q.where.request.credential = credential;
	q.where.organization = "acme";
	q.id = "";
	q.value.text = "";
	scim_set_text(pool, &q.value, SCIM_userName, "planted");
	wire_init(&w, LIMIT_SCIM_MESSAGE);
	scim_where_put(&w, &q.where);
	put(p, MESSAGE_scim_admit, 1, &w);
	wire_reset(&w);
	scim_write_put(&w, &q);
	put(p, MESSAGE_scim_write, 2, &w);
	wire_reset(&w);
	memset(&stage, 0, sizeof(stage));
	stage.where = q.where;
	stage.id = "";
	scim_stage_put(&w, &stage);
	put(p, MESSAGE_scim_stage, 3, &w);
	wire_reset(&w);
	on.where = q.where;
	on.job = 1;
	scim_continue_put(&w, &on);
	put(p, MESSAGE_scim_continue, 4, &w);
	wire_free(&w);
	scim_pool_free(pool);
}

static void
scim(struct peer *p)
{
	static const char	*const tokens[] = { "", "x", "hfscim_",
	    "hfscim_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	    "' OR 1=1 --" };
	size_t			 i;

	scim_as(p, CREDENTIAL_NONE, "");
	for (i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		if (tokens[i][0] != '\0')
			scim_as(p, CREDENTIAL_BEARER, tokens[i]);
		if (tokens[i][0] != '\0')
			scim_as(p, CREDENTIAL_SESSION, tokens[i]);
	}
}

static void
garbage(struct peer *p)
{
	struct writer	 w;
	int		 i;

	wire_init(&w, LIMIT_MESSAGE);
	for (i = 0; i < 300; i++)
		wire_put_u8(&w, (uint8_t)(i * 7));
	put(p, MESSAGE_session_show, 1, &w);
	wire_free(&w);
}

static void
framing(struct peer *p)
{
	static const uint8_t	 bad[64] = { 0xff, 0xff, 0xff, 0xff };

	if (write(imsgbuf_fd(p->buf), bad, sizeof(bad)) == -1)
		log_warn("write");
}

/* Ask without end and never read: until the other end has enough. */
static void
flood(struct peer *p)
{
	struct request	 q;
	struct writer	 w;
	struct pollfd	 pfd = { imsgbuf_fd(p->buf), POLLOUT, 0 };
	size_t		 len, sent;
	ssize_t		 n = 0;
	int		 i;
	static uint8_t	 frames[1 << 20];

	wire_init(&w, LIMIT_MESSAGE);
	fill_request(&q, NULL);
	request_put(&w, &q);
	for (len = 0; len + IMSG_HEADER + w.len <= sizeof(frames); ) {
		memset(frames + len, 0, IMSG_HEADER);
		frames[len + 3] = (uint8_t)w.len;
		frames[len + 5] = MESSAGE_session_show;
		memcpy(frames + len + IMSG_HEADER, w.data, w.len);
		len += IMSG_HEADER + w.len;
	}
	wire_free(&w);
	log_info("takeover %s: asks", attack_name);
	for (i = 0; i < 400; i++) {
		for (sent = 0; sent < len; sent += n > 0 ? (size_t)n : 0) {
			n = write(pfd.fd, frames + sent, len - sent);
			if (n == -1 && (errno == EAGAIN || errno == EINTR))
				(void)poll(&pfd, 1, 1000);
			else if (n == -1) {
				log_info("takeover %s: cut off", attack_name);
				return;
			}
		}
	}
	log_info("takeover %s: was never cut off", attack_name);
}

static void
other_organization(struct peer *p)
{
	send_identity(p, "acme", "forge");
	send_identity(p, "nobody", "forge");
}

static void
own_connection_of_others(struct peer *p)
{
	send_identity(p, "acme", "sso");
}

/* Answers that nobody asked for. */
static void
unasked(struct peer *p)
{
	struct sso_started	 s;
	struct writer		 w;
	uint64_t		 id;

	memset(&s, 0, sizeof(s));
	s.url = "https://evil.test/";
	s.set_cookie.name = s.set_cookie.value = "";
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	sso_started_put(&w, &s);
	for (id = 0; id < 4; id++)
		put(p, MESSAGE_sso_started, id, &w);
	wire_free(&w);
}

static void
fetch_speaks(struct peer *p)
{
	unasked(p);
}

/* --- to parent -------------------------------------------------------------- */

static void
to_parent(enum message m, const void *data, size_t len)
{
	struct imsgbuf	*b;

	log_info("takeover %s: sends parent %s", attack_name,
	    message_name(m));
	b = imsgbuf_new(dup(PARENT_FD), LIMIT_MESSAGE);
	imsgbuf_put(b, m, 1, -1, data, len);
	if (imsgbuf_write(b) == -1)
		log_warn("write");
}

static void
parent_stop(struct peer *p)
{
	(void)p;
	to_parent(MESSAGE_ctl_stop, NULL, 0);
}

static void
parent_joined(struct peer *p)
{
	static const uint8_t	 instance[8] = { 0, 0, 0, 0, 0, 0, 0, 1 };

	(void)p;
	to_parent(MESSAGE_peer_joined, instance, sizeof(instance));
}

static void
parent_hello(struct peer *p)
{
	static const uint8_t	 octets[16];

	(void)p;
	to_parent(MESSAGE_hello, octets, sizeof(octets));
}

static void
parent_prepared(struct peer *p)
{
	static const uint8_t	 octets[14] = { 9, 9 };

	(void)p;
	to_parent(MESSAGE_config_prepared, octets, sizeof(octets));
}

static void
parent_setup(struct peer *p)
{
	static const uint8_t	 octets[64];

	(void)p;
	to_parent(MESSAGE_setup, octets, sizeof(octets));
}

static void
parent_records(struct peer *p)
{
	static const uint8_t	 octets[32];

	(void)p;
	to_parent(MESSAGE_ctl_records, octets, sizeof(octets));
}

static const struct {
	const char	*name;
	unsigned int	 kinds;		/* the peer it is made to */
	void		(*fn)(struct peer *);
} attacks[] = {
	{ "identity",		KIND_POLICY,	identity },
	{ "logout",		KIND_POLICY,	logout },
	{ "access",		KIND_POLICY,	ask_access },
	{ "keys",		KIND_POLICY,	keys },
	{ "control",		KIND_POLICY,	control },
	{ "answer",		KIND_POLICY,	answer },
	{ "sessions",		KIND_POLICY,	sessions },
	{ "scim",		KIND_POLICY,	scim },
	{ "garbage",		KIND_POLICY,	garbage },
	{ "framing",		KIND_POLICY,	framing },
	{ "flood",		KIND_POLICY,	flood },
	{ "organization",	KIND_POLICY,	other_organization },
	{ "connection",		KIND_POLICY,	own_connection_of_others },
	{ "unasked",		KIND_BROWSER,	unasked },
	{ "fetch",		KIND_VERIFIER,	fetch_speaks },
	{ "verifier-identity",	KIND_VERIFIER,	identity },
	{ "verifier-logout",	KIND_VERIFIER,	verifier_logout },
	{ "verifier-framing",	KIND_VERIFIER,	framing },
	{ "parent-stop",	~0u,		parent_stop },
	{ "parent-joined",	~0u,		parent_joined },
	{ "parent-hello",	~0u,		parent_hello },
	{ "parent-prepared",	~0u,		parent_prepared },
	{ "parent-setup",	~0u,		parent_setup },
	{ "parent-records",	~0u,		parent_records },
	{ NULL,			0,		NULL }
};

/* --- an honest face ---------------------------------------------------------- */

static void
joined(struct peer *p)
{
	size_t	 i;

	for (i = 0; !attacked && attacks[i].name != NULL; i++) {
		if (strcmp(attacks[i].name, attack_name) != 0 ||
		    (attacks[i].kinds & p->kinds) == 0)
			continue;
		attacked = true;
		attacks[i].fn(p);
	}
}

static void
hear(struct peer *p, uint64_t id, struct reader *r)
{
	struct session_view	 v;

	memset(&v, 0, sizeof(v));
	if (session_view_get(r, &v))
		log_info("takeover %s: %s answers %llx: %s name \"%s\"",
		    attack_name, process_kinds_name(p->kinds),
		    (unsigned long long)id, verdict_name(v.verdict), v.name);
	session_view_free(&v);
}

static void
hear_ended(struct peer *p, uint64_t id, struct reader *r)
{
	struct session_ended	 v;

	if (session_ended_get(r, &v))
		log_info("takeover %s: %s answers %llx: %s", attack_name,
		    process_kinds_name(p->kinds), (unsigned long long)id,
		    verdict_name(v.verdict));
}

static void
hear_result(struct peer *p, uint64_t id, struct reader *r)
{
	struct result	 v;

	if (result_get(r, &v))
		log_info("takeover %s: %s answers %llx: %s", attack_name,
		    process_kinds_name(p->kinds), (unsigned long long)id,
		    verdict_name(v.verdict));
}

static void
hear_scim(struct peer *p, uint64_t id, struct reader *r)
{
	struct scim_pool	*pool = scim_pool_new();
	struct scim_answer	 v;

	if (scim_answer_get(r, pool, &v))
		log_info("takeover %s: %s answers %llx: %s", attack_name,
		    process_kinds_name(p->kinds), (unsigned long long)id,
		    verdict_name(v.verdict));
	scim_pool_free(pool);
}

static void
ignore(struct peer *p, uint64_t id, struct reader *r)
{
	(void)r;
	log_info("takeover %s: %s says something of %llx", attack_name,
	    process_kinds_name(p->kinds), (unsigned long long)id);
}

static void
keep(int fd)
{
	(void)fd;		/* it listens, and answers nobody */
}

int
main(int argc, char **argv)
{
	static const struct handler	 handlers[] = {
		{ MESSAGE_session_shown,	hear },
		{ MESSAGE_session_ended,	hear_ended },
		{ MESSAGE_scim_answer,		hear_scim },
		{ MESSAGE_ctl_result,		hear_result },
		{ MESSAGE_sso_started,		ignore },
		{ MESSAGE_sp_metadata,		ignore },
		{ MESSAGE_login_answer,		ignore },
		{ MESSAGE_logout_answer,	ignore },
		{ MESSAGE_access_answer,	ignore },
		{ MESSAGE_key_offer,		ignore },
		{ MESSAGE_sso_start,		ignore },
		{ MESSAGE_sso_answer,		ignore },
		{ MESSAGE_sso_logout,		ignore },
		{ MESSAGE_logout_start,		ignore },
		{ MESSAGE_sp_metadata_get,	ignore },
		{ MESSAGE_none,			NULL }
	};
	static const struct child	 child = {
		.handlers = handlers,
		.joined = joined,
		.listening = keep,
	};

	if ((attack_name = getenv("HFSSO_ATTACK")) == NULL)
		attack_name = "none";
	child_main(argc, argv, &child);
}
