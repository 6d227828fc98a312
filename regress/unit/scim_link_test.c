/*
 * Units of hfssod/policy/scim_claim.c and of what parts a User from an
 * identity again: who signs in as whom.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "hfssod/policy/scim_user.h"
#include "user_fixture.h"

#define ADA	"userName=ada;externalId=x1;emails[value=ada@acme.com]"

static int64_t
identities(void)
{
	return query("SELECT count(*) FROM identity");
}

/* By externalId, once, through the token's connection only. */
static void
claimed(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	sign_in_by = "entra";
	assert_int_equal(sign_in("x1", "", ""), VERDICT_account_conflict);
	sign_in_by = "okta";
	assert_int_equal(sign_in("X1", "ada", ""), VERDICT_account_conflict);
	assert_int_equal(identities(), 0);
	assert_int_equal(sign_in("x1", "else", "else@acme.com"), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	assert_int_equal(identities(), 1);
	assert_int_equal(query("SELECT linked <> 0 FROM account"), 1);
	assert_int_equal(query("SELECT count(*) FROM account"), 1);
	assert_int_equal(audited("hfsso.link"), 1);
	assert_int_equal(audited("org.sso_join"), 0);
	/* SCIM wrote the profile: a login doesn't change it. */
	assert_string_equal(account_of(id)->email, "ada@acme.com");
	assert_int_equal(query("SELECT count(*) FROM account WHERE username ="
	    " 'ada'"), 1);
	assert_int_equal(sign_in("x1", "third", "third@acme.com"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 2);
	assert_string_equal(account_of(id)->email, "ada@acme.com");
	assert_int_equal(audited("hfsso.link"), 1);
}

/* Not said: neither userName nor e-mail matches anybody. */
static void
not_matched(void **unused)
{
	(void)unused;
	made("userName=ada;emails[value=ada@acme.com]");
	assert_int_equal(sign_in("s1", "ada", ""), VERDICT_account_conflict);
	assert_int_equal(sign_in("s1", "", "ada@acme.com"),
	    VERDICT_account_conflict);
	assert_int_equal(identities(), 0);
}

static void
by_username(void **unused)
{
	const char	*id;

	(void)unused;
	acme_connections[0].scim_match = SCIM_MATCH_USERNAME;
	fixture_use();
	id = made("userName=Ada");
	made("userName=bob;externalId=x2");
	/* Who has an externalId is matched by that alone. */
	assert_int_equal(sign_in("s2", "bob", ""), VERDICT_account_conflict);
	sign_in_by = "entra";
	assert_int_equal(sign_in("s1", "ada", ""), VERDICT_account_conflict);
	sign_in_by = "okta";
	assert_int_equal(sign_in("s1", "aDA", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	/* Once: another subject with that userName is another. */
	assert_int_equal(sign_in("s3", "ada", ""), VERDICT_account_conflict);
	/* To say now what he is known by changes nothing. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=s1"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	assert_int_equal(identities(), 1);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=s9"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(identities(), 0);
}

static void
by_email(void **unused)
{
	struct outcome	 o = an_outcome("s1", 1, 1);
	const char	*id;

	(void)unused;
	acme_connections[0].scim_match = SCIM_MATCH_EMAIL;
	fixture_use();
	id = made("userName=ada;emails[value=Ada@acme.com]");
	/* Not vouched for. */
	state.group = "default";
	o.identity.email = "ada@acme.com";
	assert_int_equal(run_login(&o)->verdict, VERDICT_account_conflict);
	/* Two of them. */
	made("userName=ada2;emails[value=ada@acme.com]");
	assert_int_equal(sign_in("s1", "", "ada@acme.com"),
	    VERDICT_account_conflict);
	assert_int_equal(delete(has(SCIM_id)), VERDICT_ok);
	assert_int_equal(sign_in("s1", "", "ADA@acme.com"), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
}

/* Another externalId parts him from his identity, and ends his sessions. */
static void
unlinked(void **unused)
{
	const char	*id = made(ADA);

	(void)unused;
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=x7"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(identities(), 0);
	assert_int_equal(audited("hfsso.unlink"), 1);
	/* He is somebody else's no more: the one before is unknown. */
	assert_int_equal(sign_in("x1", "ada", ""), VERDICT_account_conflict);
	assert_int_equal(sign_in("x7", "", ""), VERDICT_ok);
	assert_int_equal(sessions_of(id), 1);
	/* Taken away altogether. */
	assert_int_equal(patch(id, SCIM_REMOVE, SCIM_externalId, ""),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(identities(), 0);
	/* Never linked: nothing to part. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=x8"),
	    VERDICT_ok);
	assert_int_equal(audited("hfsso.unlink"), 2);
}

/* A stolen token doesn't hand an admin to somebody else. */
static void
admins(void **unused)
{
	const char	*id = made(ADA), *eve;

	(void)unused;
	eve = made("userName=eve;externalId=e1");
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	execute("UPDATE membership SET role = 5 WHERE account ="
	    " (SELECT id FROM account WHERE username = 'ada')");
	assert_int_equal(delete(eve), VERDICT_ok);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=e1"),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_REMOVE, SCIM_externalId, ""),
	    VERDICT_scim_mutability);
	assert_int_equal(put(id, "userName=ada;externalId!"),
	    VERDICT_scim_mutability);
	assert_int_equal(put(id, "userName=ada"), VERDICT_ok);
	assert_string_equal(has(SCIM_externalId), "x1");
	assert_int_equal(sessions_of(id), 1);
	assert_false(pending_due(&state.pending));
	assert_int_equal(identities(), 1);
	/* What says nothing of who he is may change, and he may go. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "title=Dr"),
	    VERDICT_ok);
	token = "relink";
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=x2"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	token = "okta";
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "active=false"),
	    VERDICT_ok);
	assert_int_equal(delete(id), VERDICT_ok);
}

/* Also one who has never signed in, by whatever he would be matched. */
static void
unlinked_admins(void **unused)
{
	const char	*id, *other;

	(void)unused;
	acme_connections[0].scim_match = SCIM_MATCH_USERNAME;
	fixture_use();
	id = made("userName=ada");
	other = made("userName=carl;externalId=c1");
	execute("UPDATE membership SET role = 5");
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "userName=eve"),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=e1"),
	    VERDICT_scim_mutability);
	assert_int_equal(patch(other, SCIM_REPLACE, SCIM_none,
	    "externalId=e1"), VERDICT_scim_mutability);
	assert_int_equal(patch(other, SCIM_REPLACE, SCIM_none,
	    "userName=carla"), VERDICT_ok);
	acme_connections[0].scim_match = SCIM_MATCH_EMAIL;
	fixture_use();
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none,
	    "emails[value=eve@acme.com]"), VERDICT_scim_mutability);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "userName=adi"),
	    VERDICT_ok);
}

/* --- made by a login ------------------------------------------------------ */

/* Whom a login made is a User at once, of its connection. */
static void
made_at_login(void **unused)
{
	(void)unused;
	assert_int_equal(sign_in("j1", "Jo", "jo@acme.com"), VERDICT_ok);
	assert_int_equal(query("SELECT count(*) FROM account WHERE connection"
	    " = 1 AND linked = created AND modified = created AND"
	    " display_folded = '' AND scim IS NULL AND version = 1"), 1);
	assert_int_equal(post("userName=jo2;externalId=j1"),
	    VERDICT_scim_uniqueness);
	assert_int_equal(post("userName=JO;externalId=j2"),
	    VERDICT_scim_uniqueness);
}

/* Logins change such a one until SCIM has written him. */
static void
adopted(void **unused)
{
	struct person	*p = NULL;
	char		 id[25];
	size_t		 i;

	(void)unused;
	assert_int_equal(sign_in("j1", "Jo", "jo@acme.com"), VERDICT_ok);
	for (i = 0; p == NULL; i++)
		p = state.sessions.persons.slots[i];
	strlcpy(id, p->account->id, sizeof(id));
	assert_int_equal(get(id), VERDICT_ok);
	assert_string_equal(has(SCIM_userName), "Jo");
	assert_string_equal(has(SCIM_externalId), "j1");
	assert_int_equal(reply.version, 1);
	assert_int_equal(sign_in("j1", "Joe", "joe@acme.com"), VERDICT_ok);
	assert_int_equal(get(id), VERDICT_ok);
	assert_string_equal(has(SCIM_userName), "Joe");
	assert_int_equal(reply.version, 3);
	/* active alone is nobody's profile. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=false"),
	    VERDICT_ok);
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_active, "active=true"),
	    VERDICT_ok);
	assert_int_equal(query("SELECT scim IS NULL FROM account"), 1);
	assert_int_equal(put(id, "userName=Joe;externalId=j1;title=Dr;"
	    "displayName=Joe B"), VERDICT_ok);
	assert_int_equal(query("SELECT scim IS NULL FROM account"), 0);
	assert_int_equal(sign_in("j1", "Other", "other@acme.com"),
	    VERDICT_ok);
	assert_string_equal(account_of(id)->display_name, "Joe B");
	assert_string_equal(account_of(id)->email, "");
	/* He has been linked from the beginning. */
	assert_int_equal(patch(id, SCIM_REPLACE, SCIM_none, "externalId=j9"),
	    VERDICT_ok);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(identities(), 0);
	token = "entra";
	assert_int_equal(get(id), VERDICT_scim_not_found);
}

/* Without jit only whom SCIM made comes in. */
static void
no_jit(void **unused)
{
	(void)unused;
	acme_connections[0].jit = false;
	fixture_use();
	made(ADA);
	assert_int_equal(sign_in("u9", "u9", ""), VERDICT_account_unknown);
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
}

/* A store that fails while he is claimed leaves no half of it. */
static void
claim_fails(void **unused)
{
	(void)unused;
	made(ADA);
	execute("CREATE TRIGGER no BEFORE INSERT ON session BEGIN"
	    " SELECT raise(FAIL, 'full'); END");
	assert_int_equal(sign_in("x1", "", ""), VERDICT_unavailable);
	assert_int_equal(identities(), 0);
	assert_int_equal(query("SELECT linked FROM account"), 0);
	execute("DROP TRIGGER no");
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
}

/* A connection test says what would be, and does nothing. */
static void
tested(void **unused)
{
	struct outcome	 o = an_outcome("x1", 77, 77);

	(void)unused;
	made(ADA);
	state.group = "default";
	o.test = true;
	assert_int_equal(run_login(&o)->verdict, VERDICT_ok);
	assert_int_equal(identities(), 0);
	assert_int_equal(query("SELECT linked FROM account"), 0);
}

/* --- by hand -------------------------------------------------------------- */

static void
by_hfssoctl(void **unused)
{
	const char		*id = made(ADA);
	struct organization	*o;
	enum verdict		 v;
	int64_t			 row = query("SELECT id FROM account");

	(void)unused;
	o = directory_organization(state.directory, "acme");
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
	assert_true(store_begin(state.store));
	v = user_unlink(row, o, directory_connection(state.directory, o,
	    "entra"), "uid 0");
	assert_int_equal(v, VERDICT_no_identity_named);
	v = user_unlink(row, o, NULL, "uid 0");
	assert_int_equal(v, VERDICT_ok);
	assert_true(store_commit(state.store));
	effects_apply(&state.effects, &state.sessions, NULL);
	assert_int_equal(sessions_of(id), 0);
	assert_int_equal(identities(), 0);
	assert_int_equal(audited("hfsso.unlink"), 1);
	/* His externalId is what it was: he may come again. */
	assert_int_equal(sign_in("x1", "", ""), VERDICT_ok);
}

/* --- me ------------------------------------------------------------------- */

static void
my_own(void **unused)
{
	struct outcome			 o = an_outcome("x1", 3, 3);
	const struct login_answer	*a;
	const char			*id = made(ADA);
	char				 cookie[SESSION_COOKIE_TEXT + 1];

	(void)unused;
	state.group = "default";
	a = run_login(&o);
	strlcpy(cookie, a->session, sizeof(cookie));
	assert_int_equal(me(cookie), VERDICT_ok);
	assert_string_equal(has(SCIM_id), id);
	assert_string_equal(has(SCIM_userName), "ada");
	base = SCIM_BASE_BASIC;
	assert_int_equal(me(cookie), VERDICT_not_found);
	base = SCIM_BASE_MANAGED;
	assert_int_equal(me("no such session"), VERDICT_signin_required);
	assert_int_equal(delete(id), VERDICT_ok);
	assert_int_equal(me(cookie), VERDICT_signin_required);
}

#define T(name) cmocka_unit_test_setup_teardown(name, users_begin, users_end)

int
main(void)
{
	static const struct CMUnitTest	 tests[] = {
		T(claimed), T(not_matched), T(by_username), T(by_email),
		T(unlinked), T(admins), T(unlinked_admins),
		T(made_at_login), T(adopted), T(no_jit), T(claim_fails),
		T(tested), T(by_hfssoctl), T(my_own)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
