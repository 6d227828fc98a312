/*
 * SCIM text for units: bind it, and say the tree as text again.
 */
#ifndef SCIM_TEXT_FIXTURE_H
#define SCIM_TEXT_FIXTURE_H

#include "common/scim_exchange.h"
#include "hfssod/http/scim_bind.h"
#include "hfssod/http/scim_patch_text.h"

struct text_fixture {
	struct scim_pool	*pool;
	unsigned int		 liberties;
	struct scim_fault	 fault;
	struct scim_value	 value;
	struct scim_patch_text	 patch;
	struct buffer		 out;
};

void		 text_begin(struct text_fixture *);
void		 text_end(struct text_fixture *);
/* A new pool and nothing said yet. */
void		 text_again(struct text_fixture *);
/* Bind a resource; VERDICT_internal if it is no JSON. */
enum verdict	 text_bind(struct text_fixture *, enum scim_resource,
		    const char *);
/* The same of the body of a PATCH. */
enum verdict	 text_patch(struct text_fixture *, enum scim_resource,
		    const char *);
/*
 * Trees in short: userName=x name{givenName=y} emails[{value=z
 * primary=true}]; "-" for a field without a value.
 */
const char	*text_tree(struct text_fixture *, const struct scim_value *);
/* "replace emails(f).value: value=x; remove members". */
const char	*text_operations(struct text_fixture *);

#endif
