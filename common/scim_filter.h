/*
 * SCIM filters and PATCH paths (RFC 7644 3.4.2.2, 3.5.2), by number: what
 * http has made of their text, and policy evaluates.  Pure.
 */
#ifndef COMMON_SCIM_FILTER_H
#define COMMON_SCIM_FILTER_H

#include <stdbool.h>

#include "common/scim_tree.h"

enum scim_op {
	SCIM_OP_AND,		/* left, right */
	SCIM_OP_OR,
	SCIM_OP_NOT,		/* left */
	SCIM_OP_WITHIN,		/* attribute[left]: true of one value */
	SCIM_OP_NEVER,		/* false: not an attribute of this resource */
	SCIM_OP_PR,
	SCIM_OP_EQ,
	SCIM_OP_NE,
	SCIM_OP_CO,
	SCIM_OP_SW,
	SCIM_OP_EW,
	SCIM_OP_GT,
	SCIM_OP_GE,
	SCIM_OP_LT,
	SCIM_OP_LE,
	SCIM_OP_MAX
};
/* What is compared with; a parser has checked that it fits the attribute. */
enum scim_operand {
	SCIM_OPERAND_NONE,	/* pr, and what compares nothing */
	SCIM_OPERAND_NULL,	/* eq and ne only: like not pr, pr */
	SCIM_OPERAND_TEXT,	/* also a dateTime */
	SCIM_OPERAND_TRUE,
	SCIM_OPERAND_FALSE,
	SCIM_OPERAND_MAX
};

/*
 * A node.  The attribute of a comparison is never complex but with pr:
 * what names a multi-valued complex attribute alone (emails co "x") has
 * become its value (emails_value), RFC 7643 2.4.  Below WITHIN the
 * attributes are sub-attributes of that one.
 */
struct scim_filter {
	enum scim_op		 op;
	enum scim_number	 attribute;
	enum scim_operand	 operand;
	const char		*text;
	struct scim_filter	*left;
	struct scim_filter	*right;
};

/*
 * Put and get; no filter is NULL.  Get checks numbers, depth and count of
 * nodes (LIMIT_SCIM_FILTER_*), not whether an operator suits its
 * attribute: an evaluator says false to what makes no sense.
 */
void		 scim_filter_put(struct writer *, const struct scim_filter *);
struct scim_filter *scim_filter_get(struct reader *, struct scim_pool *);

/*
 * Where an operation of a PATCH works.  attribute SCIM_none: no path, the
 * resource itself.  "name.givenName" is name_givenName alone;
 * "emails.value" emails_value: of every value; "emails[...].value" emails,
 * a filter, and emails_value as sub.
 */
struct scim_path {
	enum scim_number	 attribute;
	struct scim_filter	*filter;	/* or NULL */
	enum scim_number	 sub;		/* or SCIM_none */
};
/* The attribute that a value at this path is of; SCIM_none without path. */
enum scim_number scim_path_target(const struct scim_path *);

enum scim_change { SCIM_ADD, SCIM_REPLACE, SCIM_REMOVE, SCIM_CHANGE_MAX };
/*
 * One operation.  Without a path value is a part of a resource.  With one
 * its single field is of the path's target, with the values that were
 * sent; a field without a value is an explicit null or empty array.
 * given: there was a value at all.
 */
struct scim_operation {
	enum scim_change	 change;
	struct scim_path	 path;
	bool			 given;
	struct scim_value	 value;
};
void		 scim_operation_put(struct writer *, enum scim_resource,
		    const struct scim_operation *);
void		 scim_operation_get(struct reader *, struct scim_pool *,
		    enum scim_resource, struct scim_operation *);

#endif
