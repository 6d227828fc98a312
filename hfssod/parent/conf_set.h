/*
 * What the actions of parse.y call: take one value, check its form, put it
 * where it belongs, or say what is wrong with it and where.
 */
#ifndef PARENT_CONF_SET_H
#define PARENT_CONF_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "hfssod/parent/conf.h"

/* The statement that is being read. */
struct setting {
	struct conf	*conf;
	struct errors	*errors;
	struct place	 at;
	struct strings	*seen;		/* of the block it is in */
};

/* A message if the same was set before in this block; false then. */
bool	 set_once(struct setting *, const char *);

/*
 * Each names the setting first, for messages and for set_once.  Text is
 * kept as it is; it must belong to the conf.
 */
void	 set_text(struct setting *, const char *, const char *, const char **);
void	 set_path(struct setting *, const char *, const char *, const char **);
void	 set_yes(struct setting *, const char *, const char *, bool *);
void	 set_duration(struct setting *, const char *, const char *, int64_t,
	    int64_t, int64_t *);
void	 set_number(struct setting *, const char *, const char *, int64_t,
	    int64_t, uint32_t *);
void	 set_size(struct setting *, const char *, const char *, int64_t,
	    int64_t, uint32_t *);
/* The value's index in the list; 0 after a message. */
unsigned int set_enum(struct setting *, const char *, const char *,
	    const char *const *);
void	 set_role(struct setting *, const char *, const char *, enum role *);
/* Moves the list; the second is empty afterwards. */
void	 set_list(struct setting *, const char *, struct strings *,
	    struct strings *);

/* The statements that are more than one value. */
void	 set_listen(struct setting *, struct conf_listen *, const char *,
	    const char *);
void	 set_listen_kinds(struct setting *, struct conf_listen *,
	    const struct strings *);
void	 set_listen_tls(struct setting *, struct conf_listen *, const char *,
	    const char *);
void	 set_user(struct setting *, const char *, const char *);
void	 set_pair(struct setting *, struct conf_pairs *, const char *,
	    const char *);
/* "20%" and a time. */
void	 set_brake(struct setting *, struct conf_organization *,
	    const char *, const char *);
/* What it looks at, value, role, elevated. */
void	 set_role_line(struct setting *, struct conf_organization *,
	    enum role_line, const char *, const char *, bool);
void	 set_group_line(struct setting *, struct conf_organization *,
	    const char *, const char *, const char *);
/* Resource groups that are there; empty afterwards. */
void	 set_groups(struct setting *, struct conf_organization *,
	    struct strings *);
/*
 * conf_set_connection.c: a setting of a connection by its name, with one
 * value ("" for one that takes none) or a list, which is empty afterwards.
 */
void	 set_connection(struct setting *, struct conf_connection *,
	    const char *, const char *);
void	 set_connection_list(struct setting *, struct conf_connection *,
	    const char *, struct strings *);
void	 set_attribute(struct setting *, struct conf_connection *,
	    const char *, struct strings *);
void	 set_require(struct setting *, struct conf_connection *, const char *,
	    struct strings *);
void	 set_rename(struct setting *, struct conf_application *, const char *,
	    const char *);
/* Something that a later version will know. */
void	 set_not_yet(struct setting *, const char *);

#endif
