/*
 * Fuzzer of every get of exchange.h, scim_exchange.h, provider.h, view.h,
 * setup.h and record.h: the first octet picks which, the rest is the message.
 */
#include <stddef.h>
#include <stdint.h>

#include "common/child.h"
#include "common/exchange.h"
#include "common/provider.h"
#include "common/record.h"
#include "common/scim_exchange.h"
#include "common/view.h"

int	 LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define VALUE(type, get, done)						\
static void								\
try_##type(struct reader *r)						\
{									\
	struct type	 v;						\
									\
	get(r, &v);							\
	done(&v);							\
}
#define NOTHING(v)	(void)(v)

VALUE(sso_request, (void)sso_request_get, NOTHING)
VALUE(sso_started, (void)sso_started_get, sso_started_free)
VALUE(sp_metadata, (void)sp_metadata_get, NOTHING)
VALUE(outcome, (void)outcome_get, outcome_free)
VALUE(login_answer, (void)login_answer_get, login_answer_free)
VALUE(login_keys, (void)login_keys_get, NOTHING)
VALUE(access_check, (void)access_check_get, NOTHING)
VALUE(access_answer, (void)access_answer_get, access_answer_free)
VALUE(session_view, (void)session_view_get, session_view_free)
VALUE(session_end, (void)session_end_get, NOTHING)
VALUE(session_ended, (void)session_ended_get, NOTHING)
VALUE(logout_start, (void)logout_start_get, NOTHING)
VALUE(logout_outcome, (void)logout_outcome_get, logout_outcome_free)
VALUE(logout_answer, (void)logout_answer_get, logout_answer_free)
VALUE(result, (void)result_get, NOTHING)
VALUE(ctl_question, (void)ctl_question_get, ctl_question_free)
VALUE(setup, (void)setup_get, NOTHING)
VALUE(fetch_request, (void)fetch_request_get, NOTHING)
VALUE(fetch_answer, (void)fetch_answer_get, NOTHING)
VALUE(document, (void)document_get, NOTHING)
VALUE(connection_status, (void)connection_status_get, NOTHING)
VALUE(connection_switch, (void)connection_switch_get, NOTHING)
VALUE(check_start, (void)check_start_get, NOTHING)
VALUE(check_outcome, (void)check_outcome_get, NOTHING)

VALUE(scim_where, (void)scim_where_get, NOTHING)
VALUE(scim_read, (void)scim_read_get, NOTHING)
VALUE(scim_stage, (void)scim_stage_get, scim_stage_free)
VALUE(scim_continue, (void)scim_continue_get, NOTHING)
VALUE(scim_members, (void)scim_members_get, NOTHING)
VALUE(link_request, (void)link_request_get, NOTHING)
VALUE(link_answer, (void)link_answer_get, link_answer_free)

/* Those whose trees are in a pool. */
#define TREE(type)							\
static void								\
try_##type(struct reader *r)						\
{									\
	struct scim_pool *pool = scim_pool_new();			\
	struct type	 v;						\
									\
	(void)type##_get(r, pool, &v);					\
	scim_pool_free(pool);						\
}
TREE(scim_write)
TREE(scim_answer)
TREE(scim_members_page)
TREE(scim_list)
TREE(scim_listed)

static void
try_http_view(struct reader *r)
{
	http_view_free(http_view_get(r));
}

static void
try_verifier_view(struct reader *r)
{
	verifier_view_free(verifier_view_get(r));
}

static void
try_policy_view(struct reader *r)
{
	policy_view_free(policy_view_get(r));
}

static void
try_fetch_view(struct reader *r)
{
	fetch_view_free(fetch_view_get(r));
}

static void
try_records(struct reader *r)
{
	struct record_item	 item;

	while (record_next(r, &item))
		continue;
}

static void	(*const tries[])(struct reader *) = {
	try_sso_request, try_sso_started, try_sp_metadata, try_outcome,
	try_login_answer, try_login_keys, try_access_check,
	try_access_answer, try_session_view, try_session_end, try_result,
	try_ctl_question, try_setup, try_http_view, try_verifier_view,
	try_policy_view, try_records, try_session_ended, try_logout_start,
	try_logout_outcome, try_logout_answer, try_fetch_request,
	try_fetch_answer, try_document, try_connection_status,
	try_connection_switch, try_check_start, try_check_outcome,
	try_fetch_view, try_scim_where, try_scim_read, try_scim_write,
	try_scim_stage, try_scim_continue, try_scim_answer,
	try_scim_members, try_scim_members_page, try_scim_list,
	try_scim_listed, try_link_request, try_link_answer
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct reader	 r;

	if (len == 0)
		return 0;
	wire_read(&r, data + 1, len - 1);
	tries[data[0] % (sizeof(tries) / sizeof(tries[0]))](&r);
	return 0;
}
