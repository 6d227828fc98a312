/* Units of the message table: who may say what, and what it must promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "common/message.h"

static void
every_line_is_sound(void **state)
{
	const struct message_info	*m, *answer;
	unsigned int			 i, j;

	(void)state;
	for (i = 1; i < MESSAGE_MAX; i++) {
		assert_non_null(m = message_info(i));
		assert_true(m->least <= m->most);
		assert_true(m->most <= LIMIT_SCIM_MESSAGE);
		assert_true(m->from != 0 && m->to != 0);
		for (j = 1; j < i; j++)
			assert_string_not_equal(m->name, message_name(j));
		if (m->answer == MESSAGE_none)
			continue;
		/* Who asked must be able to get the answer. */
		assert_non_null(answer = message_info(m->answer));
		assert_true((answer->to & m->from) != 0);
	}
	assert_null(message_info(MESSAGE_none));
	assert_null(message_info(MESSAGE_MAX));
	assert_string_equal(message_name(MESSAGE_MAX), "unknown");
}

/* The walls of the design, as the table has to keep them. */
static void
walls(void **state)
{
	const struct message_info	*m;
	unsigned int			 i;

	(void)state;
	for (i = 1; i < MESSAGE_MAX; i++) {
		m = message_info(i);
		/* Only a verifier brings an identity, only to policy. */
		if (i == MESSAGE_login_outcome || i == MESSAGE_logout_outcome) {
			assert_int_equal(m->from, KIND_VERIFIER);
			assert_int_equal(m->to, KIND_POLICY);
		}
		/* What an identity is called goes to verifiers alone. */
		if (i == MESSAGE_logout_start) {
			assert_int_equal(m->from, KIND_POLICY);
			assert_int_equal(m->to, KIND_VERIFIER);
		}
		/* Descriptors come from parent alone. */
		if (m->fd)
			assert_int_equal(m->from, KIND_PARENT);
		/* What http says to policy shows a credential or is open. */
		if (m->credential != MESSAGE_CREDENTIAL_none) {
			assert_true((m->from & ~(unsigned int)KIND_HTTP) == 0);
			assert_true((m->to & ~(unsigned int)KIND_READER) ==
			    KIND_POLICY);
		}
		/* Of http only the API asks the reader, with a token. */
		if (m->to & KIND_READER && m->to != KIND_CHILD &&
		    m->from & KIND_HTTP) {
			assert_int_equal(m->from, KIND_API);
			assert_int_equal(m->credential,
			    MESSAGE_CREDENTIAL_bearer);
		}
		/* A token is for the API alone, and what it sends shows one. */
		if (m->credential == MESSAGE_CREDENTIAL_bearer)
			assert_int_equal(m->from, KIND_API);
		/* fetch speaks with its verifier, beside what every child says. */
		if (m->from & KIND_FETCH && m->from != KIND_CHILD)
			assert_int_equal(m->to, i == MESSAGE_hello ?
			    KIND_PARENT : KIND_VERIFIER);
		if (m->to & KIND_FETCH && m->to != KIND_CHILD)
			assert_int_equal(m->from, KIND_VERIFIER);
		/* Nobody else asks it, and it brings nothing to policy. */
		if (i == MESSAGE_document_keep || i == MESSAGE_check_outcome ||
		    i == MESSAGE_connection_status)
			assert_int_equal(m->from, KIND_VERIFIER);
	}
}

static void
hash_is_stable(void **state)
{
	(void)state;
	assert_true(message_table_hash() == message_table_hash());
	assert_true(message_table_hash() != 0);
}

int
main(void)
{
	const struct CMUnitTest	 tests[] = {
		cmocka_unit_test(every_line_is_sound),
		cmocka_unit_test(walls),
		cmocka_unit_test(hash_is_stable)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
