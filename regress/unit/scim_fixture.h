/*
 * SCIM trees and filters in a few letters, for units.
 *
 *	userName=bo;name[familyName=Bo];emails[value=b@x;primary=true];title!
 *
 * is a resource whose last field has no value.
 */
#ifndef SCIM_FIXTURE_H
#define SCIM_FIXTURE_H

#include "common/scim_filter.h"
#include "common/scim_tree.h"

extern struct scim_pool	*pool;		/* of the test that runs */
int		 pool_begin(void **);
int		 pool_end(void **);

struct scim_value *user(const char *);
struct scim_value *group(const char *);
/* A value of any attribute. */
struct scim_value *value_of(enum scim_number, const char *);
/* The tree as such text, in a static buffer of eight. */
const char	*text_user(const struct scim_value *);
const char	*text_group(const struct scim_value *);

struct scim_filter *compare(enum scim_number, enum scim_op, const char *);
struct scim_filter *compare_truth(enum scim_number, enum scim_op, bool);
struct scim_filter *compare_null(enum scim_number, enum scim_op);
struct scim_filter *pr(enum scim_number);
struct scim_filter *both(struct scim_filter *, struct scim_filter *);
struct scim_filter *either(struct scim_filter *, struct scim_filter *);
struct scim_filter *no(struct scim_filter *);
struct scim_filter *within(enum scim_number, struct scim_filter *);

/* A deterministic number below another. */
unsigned int	 chance(unsigned int);
/* A User as it may come, and a filter that may ask for it. */
struct scim_value *any_user(void);
struct scim_filter *any_filter(unsigned int);

#endif
