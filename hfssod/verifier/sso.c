/*
 * The ring, in verifier: what comes from http is judged, and what it is
 * goes to policy.  Must never answer http where there is an outcome, nor
 * give an answer to another http process than the one that asked.
 *
 * What needs nothing from outside is done at once.  Where the provider's
 * documents are not there, or may be old, a job waits for them, and then
 * everything is judged anew.
 */
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/exchange.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/provider.h"
#include "common/verdict.h"
#include "hfssod/verifier/consume.h"
#include "hfssod/verifier/job.h"
#include "hfssod/verifier/login.h"
#include "hfssod/verifier/logout.h"
#include "hfssod/verifier/metadata_sp.h"
#include "hfssod/verifier/oidc.h"
#include "hfssod/verifier/source.h"
#include "hfssod/verifier/sso.h"
#include "hfssod/verifier/verifier.h"

/*
 * Whether other documents could change a verdict on a message: none were
 * there, or those that are may lack a new key.
 */
enum lack { LACK_NOTHING, LACK_DOCUMENTS, LACK_KEY };

static enum lack
lacks(const struct connection *c, enum verdict v)
{
	if (c == NULL || c->source == NULL)
		return LACK_NOTHING;
	if (v == VERDICT_provider_unreachable)
		return LACK_DOCUMENTS;
	/* A new key of another type is found out by its algorithm. */
	if ((v == VERDICT_saml_signature || v == VERDICT_saml_algorithm) &&
	    source_rekey_ready(c->source))
		return LACK_KEY;
	return LACK_NOTHING;
}

static void
wait_for(const struct connection *c, enum lack lack, source_fn *fn,
    struct job *job)
{
	if (lack == LACK_DOCUMENTS)
		source_wait(c->source, fn, job);
	else
		source_rekey(c->source, fn, job);
}

/* --- the start of a login ----------------------------------------------- */

static void
send_started(struct peer *http, uint64_t id, const struct sso_started *s)
{
	struct writer w;

	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	sso_started_put(&w, s);
	peer_send(http, MESSAGE_sso_started, id, &w);
	wire_free(&w);
}

/* Policy never hears of it, so the line in the log is ours. */
static void
refuse_start(struct peer *http, uint64_t id, const struct sso_request *q,
    enum verdict v, const char *detail)
{
	const struct connection *c;
	struct sso_started s;

	c = login_connection(verifier_config(), q);
	log_warnx("login refused: %s (%s): organization %.64s connection "
	    "%.64s request %s client %s protocol %s%s%s", verdict_name(v),
	    verdict_log(v), log_safe(q->organization), c != NULL ?
	    c->view->name : log_safe(q->connection), log_id(q->request.id),
	    address_text(&q->request.client), protocol_name(q->protocol),
	    detail[0] != '\0' ? ": " : "", detail);
	memset(&s, 0, sizeof(s));
	s.verdict = v;
	send_started(http, id, &s);
}

static void
begin_login(struct peer *http, uint64_t id, const struct sso_request *q,
    const struct login *login)
{
	if (login->started.verdict == VERDICT_ok)
		send_started(http, id, &login->started);
	else
		refuse_start(http, id, q, login->started.verdict, "");
}

static void
start_waited(void *arg, enum verdict v, const char *detail)
{
	struct job *job = arg;
	struct login login;
	struct peer *http;

	if ((http = child_instance(job->origin)) == NULL)
		;
	else if (v != VERDICT_ok)
		refuse_start(http, job->id, &job->q, v, detail);
	else {
		login_begin(verifier_config(), verifier_keys(), &job->q,
		    clock_now(), &login);
		begin_login(http, job->id, &job->q, &login);
		login_free(&login);
	}
	job_free(job);
}

void
sso_start(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct connection *c;
	const struct reader whole = *r;
	struct sso_request q;
	struct login login;
	struct job *job;

	if (!sso_request_get(r, &q))
		fatalx("sso_start is malformed");
	login_begin(verifier_config(), verifier_keys(), &q, clock_now(),
	    &login);
	c = login_connection(verifier_config(), &q);
	if (lacks(c, login.started.verdict) == LACK_NOTHING)
		begin_login(peer, id, &q, &login);
	else if ((job = job_new(peer, id, &whole)) == NULL)
		refuse_start(peer, id, &q, VERDICT_provider_busy,
		    "too many logins wait");
	else
		source_wait(c->source, start_waited, job);
	login_free(&login);
}

/* --- the answer to a login ---------------------------------------------- */

static void
send_outcome(struct consumed *c)
{
	struct outcome *o = &c->outcome;
	struct peer *policy;
	struct writer w;

	/* http's own deadline answers when policy is away. */
	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	outcome_put(&w, o);
	if (w.bad && o->received_count > 0) {
		/* A report that does not fit is cut before a login is. */
		while (o->received_count > 0)
			strings_free(&o->received[--o->received_count].values);
		wire_reset(&w);
		outcome_put(&w, o);
	}
	if (w.bad) {
		/* JSON that maps one long message into two long lists. */
		consume_refuse(c, VERDICT_attribute_too_long, "");
		wire_reset(&w);
		outcome_put(&w, o);
	}
	peer_send(policy, MESSAGE_login_outcome, o->request.id, &w);
	wire_free(&w);
}

static void
refuse_answer(const struct sso_request *q, uint64_t origin, enum verdict v,
    const char *detail)
{
	struct consumed c;

	consume_begin(&c, verifier_config(), q, origin);
	consume_refuse(&c, v, detail);
	send_outcome(&c);
	consume_free(&c);
}

/* OpenID Connect: it is judged, and http may have gone meanwhile. */
static void
consumed(struct job *job, struct consumed *c)
{
	if (child_instance(job->origin) != NULL)
		send_outcome(c);
	job_free(job);
}

/* SAML: what was missing is there, or can't be had. */
static void
answer_waited(void *arg, enum verdict v, const char *detail)
{
	struct job *job = arg;
	struct consumed c;

	if (child_instance(job->origin) == NULL)
		;
	else if (v != VERDICT_ok)
		refuse_answer(&job->q, job->origin, v, detail);
	else {
		consume(verifier_config(), verifier_keys(), &job->q,
		    job->origin, clock_now(), &c);
		send_outcome(&c);
		consume_free(&c);
	}
	job_free(job);
}

/* By SAML, mostly at once. */
static void
answer_saml(struct peer *peer, uint64_t id, const struct reader *whole,
    const struct sso_request *q)
{
	struct consumed c;
	struct job *job;
	enum lack lack;

	consume(verifier_config(), verifier_keys(), q, peer->instance,
	    clock_now(), &c);
	lack = lacks(c.connection, c.outcome.verdict);
	if (lack == LACK_NOTHING || (job = job_new(peer, id, whole)) == NULL)
		send_outcome(&c);
	else
		wait_for(c.connection, lack, answer_waited, job);
	consume_free(&c);
}

void
sso_answer(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct reader whole = *r;
	struct sso_request q;
	struct job *job;

	if (!sso_request_get(r, &q))
		fatalx("sso_answer is malformed");
	if (q.protocol != PROTOCOL_OIDC)
		answer_saml(peer, id, &whole, &q);
	else if ((job = job_new(peer, id, &whole)) == NULL)
		refuse_answer(&q, peer->instance, VERDICT_provider_busy,
		    "too many logins wait");
	else
		oidc_consume(job, consumed);
}

/* --- logout -------------------------------------------------------------- */

static void
send_logout(const struct logout *l)
{
	struct peer *policy;
	struct writer w;

	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	wire_init(&w, LIMIT_LOGIN_MESSAGE);
	logout_outcome_put(&w, &l->outcome);
	peer_send(policy, MESSAGE_logout_outcome, l->outcome.request.id, &w);
	wire_free(&w);
}

static void
refuse_logout(const struct sso_request *q, uint64_t origin, enum verdict v,
    const char *detail)
{
	struct logout l;

	logout_open(&l, verifier_config(), q, origin);
	l.outcome.verdict = v;
	l.outcome.detail = detail;
	send_logout(&l);
	logout_free(&l);
}

/* The provider has said it: sessions end whether or not http is there. */
static void
logged_out(struct job *job, struct logout *l)
{
	send_logout(l);
	job_free(job);
}

static void
logout_waited(void *arg, enum verdict v, const char *detail)
{
	struct job *job = arg;
	struct logout l;

	if (v != VERDICT_ok)
		refuse_logout(&job->q, job->origin, v, detail);
	else {
		logout_receive(verifier_config(), verifier_keys(), &job->q,
		    job->origin, clock_now(), &l);
		send_logout(&l);
		logout_free(&l);
	}
	job_free(job);
}

static void
logout_saml(struct peer *peer, uint64_t id, const struct reader *whole,
    const struct sso_request *q)
{
	struct logout l;
	struct job *job;
	enum lack lack;

	logout_receive(verifier_config(), verifier_keys(), q, peer->instance,
	    clock_now(), &l);
	lack = lacks(l.connection, l.outcome.verdict);
	if (lack == LACK_NOTHING || (job = job_new(peer, id, whole)) == NULL)
		send_logout(&l);
	else
		wait_for(l.connection, lack, logout_waited, job);
	logout_free(&l);
}

void
sso_logout(struct peer *peer, uint64_t id, struct reader *r)
{
	const struct reader whole = *r;
	struct sso_request q;
	struct job *job;

	if (!sso_request_get(r, &q))
		fatalx("sso_logout is malformed");
	if (q.protocol != PROTOCOL_OIDC)
		logout_saml(peer, id, &whole, &q);
	else if ((job = job_new(peer, id, &whole)) == NULL)
		refuse_logout(&q, peer->instance, VERDICT_provider_busy,
		    "too many messages wait");
	else
		oidc_logout(job, logged_out);
}

/* Policy has ended a session; http waits for where to send its browser. */
void
sso_logout_start(struct peer *peer, uint64_t id, struct reader *r)
{
	struct logout_start s;
	struct login login;
	struct peer *http;

	(void)peer;
	if (!logout_start_get(r, &s))
		fatalx("logout_start is malformed");
	http = child_instance(s.origin);
	if (http == NULL || (http->kinds & KIND_BROWSER) == 0)
		return;
	logout_begin(verifier_config(), verifier_keys(), &s, clock_now(),
	    &login);
	send_started(http, id, &login.started);
	login_free(&login);
}

/* --- the rest ------------------------------------------------------------ */

/* Our metadata; NULL: this connection has none. */
static char *
metadata_text(const struct connection *c)
{
	const struct metadata_idp *idp;
	struct metadata_sp m;

	if (c == NULL || c->view->protocol != PROTOCOL_SAML)
		return NULL;
	idp = connection_idp(c);
	m.entity_id = c->entity_id;
	m.acs = c->acs;
	m.slo = c->logout_key == NULL ? NULL : c->slo;
	m.nameid_format = c->view->nameid_format;
	m.requests_signed = c->view->sign_requests || (idp != NULL &&
	    connection_request_key(c, idp) != NULL);
	m.assertions_signed = c->view->require_signed != REQUIRE_RESPONSE;
	m.sign = &c->organization->sign;
	m.decrypt = &c->organization->decrypt;
	return metadata_sp_write(&m);
}

void
sso_metadata(struct peer *peer, uint64_t id, struct reader *r)
{
	struct sp_metadata answer;
	struct sso_request q;
	struct writer w;
	char *text;

	if (!sso_request_get(r, &q))
		fatalx("sp_metadata_get is malformed");
	memset(&answer, 0, sizeof(answer));
	answer.verdict = VERDICT_unknown_organization;
	text = metadata_text(login_connection(verifier_config(), &q));
	if (text != NULL) {
		answer.verdict = VERDICT_ok;
		answer.document.data = (const uint8_t *)text;
		answer.document.len = strlen(text);
	}
	wire_init(&w, LIMIT_MESSAGE);
	sp_metadata_put(&w, &answer);
	if (w.bad) {
		memset(&answer, 0, sizeof(answer));
		answer.verdict = VERDICT_internal;
		wire_reset(&w);
		sp_metadata_put(&w, &answer);
	}
	peer_send(peer, MESSAGE_sp_metadata, id, &w);
	wire_free(&w);
	free(text);
}

static void
checked(uint64_t id, const struct check_outcome *o)
{
	struct peer *policy;
	struct writer w;

	if ((policy = child_peer(PROC_POLICY, NULL)) == NULL)
		return;
	wire_init(&w, LIMIT_MESSAGE);
	check_outcome_put(&w, o);
	peer_send(policy, MESSAGE_check_outcome, id, &w);
	wire_free(&w);
}

void
sso_check(struct peer *peer, uint64_t id, struct reader *r)
{
	struct check_start s;

	(void)peer;
	if (!check_start_get(r, &s))
		fatalx("check_start is malformed");
	oidc_check(id, &s, checked);
}
