/*
 * For units of the configuration: files in a folder of their own, loaded as
 * parent would.
 */
#ifndef UNIT_CONF_FIXTURE_H
#define UNIT_CONF_FIXTURE_H

#include <stdbool.h>

#include "common/wire.h"
#include "hfssod/parent/conf.h"

/* Lines 1 to 3 of every file, unless a test brings its own. */
#define HEAD	"public url \"https://hub.example\"\n" \
		"listen on 127.0.0.1 port 8300\n" \
		"store \"/var/db/hfssod\"\n"

/* Of what was loaded last; there are some if, and only if, it was NULL. */
extern struct errors	 errors;

/* The folder is made, and goes with main.conf, more.conf and strict.conf. */
int		 conf_begin(void **);
int		 conf_end(void **);
/* Where a file of it is; static. */
const char	*conf_path(const char *);
void		 conf_write(const char *, const char *);

/* main.conf with this text; the caller's to conf_free. */
struct conf	*load_with(const char *, const struct strings *);
struct conf	*load(const char *);
/* The same, and it must be right. */
struct conf	*good(const char *);

/* One line that is refused, where, and the words that say why. */
struct refusal {
	const char	*text;		/* NULL ends a list */
	int		 line;
	const char	*says;
};
void		 all_refused(const struct refusal *);

/* Whether these octets are somewhere in the view. */
bool		 told(const struct writer *, const char *);

#endif
