/*
 * What http and policy ask of verifier for people's browsers: the start of
 * a login, the answer to it, logout either way, our own metadata, and
 * whether somebody is still there.
 */
#ifndef VERIFIER_SSO_H
#define VERIFIER_SSO_H

#include "common/child.h"

handler_fn	 sso_start;
handler_fn	 sso_answer;
handler_fn	 sso_logout;
handler_fn	 sso_logout_start;
handler_fn	 sso_metadata;
handler_fn	 sso_check;

#endif
