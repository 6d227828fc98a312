/*
 * For units of SCIM groups: requests about them, as http and hfssoctl would
 * send them.  With user_fixture.h.
 */
#ifndef UNIT_GROUP_FIXTURE_H
#define UNIT_GROUP_FIXTURE_H

#include "hfssod/policy/scim_group.h"
#include "user_fixture.h"

/* users_begin, and a map of roles; the first three lines count. */
extern struct view_role_line	 group_roles[6];
int	 groups_begin(void **);

/* Texts as group() takes them; every request's answer is reply. */
enum verdict	 group_post(const char *);
enum verdict	 group_put(const char *, const char *);
/* NULL as value: none is given. */
enum verdict	 group_patch(const char *, enum scim_change,
		    const struct scim_path *, const char *);
/* The path members, alone or with a filter. */
enum verdict	 group_members(const char *, enum scim_change, const char *);
enum verdict	 group_select(const char *, struct scim_filter *);
enum verdict	 group_delete(const char *);
enum verdict	 group_get(const char *);
/* A group's id; static. */
const char	*group_made(const char *);
/* "id,id", sorted, of the reply. */
const char	*group_has(void);
/* "members[value=a];members[value=b]", for so many; static. */
const char	*with(size_t, ...);

/* Stages: so many ids; the answer's number, 0 if it was refused. */
uint64_t	 stage(uint64_t, const char *, const char **, size_t);
enum verdict	 group_write_staged(const char *, const char *, uint64_t);
/* Go on until it is done; how many times that took. */
int		 go_on(void);
/* One slice. */
enum verdict	 go_on_once(uint64_t);
/* Ids of all pages of scim_members. */
size_t		 group_pages(const char *, char (*)[LIMIT_SCIM_ID + 1],
		    size_t);

/* Links by the API, then its answer as "slug role,". */
enum verdict	 link_to(const char *, const char *, enum role, bool);
enum verdict	 unlink_from(const char *, const char *);
extern char	 links[512];
/* hfssoctl: organization acme; name, value, role, an option or "". */
enum verdict	 ctl_ask(enum message, const char *, const char *,
		    const char *, const char *);

/* "slug role,slug role," of an account in memory as it counts now. */
const char	*held_by(const char *);
/* Its role in acme, from memory. */
enum role	 role_in(const char *);

#endif
