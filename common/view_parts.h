/*
 * What the files of view.h share.  Nobody else includes it.
 */
#ifndef COMMON_VIEW_PARTS_H
#define COMMON_VIEW_PARTS_H

#include "common/request.h"
#include "common/wire.h"

#define VIEW_MANY	100000		/* organizations, connections, lines */

/* An array for so many elements, zeroed; NULL for none.  Freed by free. */
void		*view_array(size_t, size_t);
/* A name, path or address, and a list of them; too long is malformed. */
const char	*view_text(struct reader *);
struct strings	 view_list(struct reader *);
void		 network_put(struct writer *, const struct network *);
void		 network_get(struct reader *, struct network *);

#endif
