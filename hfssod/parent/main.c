/* hfssod: the command line.  In parent. */
#include <err.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/limits.h"
#include "common/log.h"
#include "hfssod/parent/conf.h"
#include "hfssod/parent/parent.h"

static void
usage(void)
{
	fprintf(stderr, "usage: hfssod [-dnVv] [-D macro=value] [-f file] "
	    "[-L directory]\n");
	exit(1);
}

/* Print what -nv asks for. */
static void
print(const struct conf *c)
{
	struct writer	 w;

	wire_init(&w, LIMIT_VIEW);
	conf_print(c, &w);
	fwrite(w.data, 1, w.len, stdout);
	fflush(stdout);
	wire_free(&w);
}

int
main(int argc, char **argv)
{
	static char	 cwd[PATH_MAX], libexec[PATH_MAX], path[2 * PATH_MAX];
	struct options	 o = { .libexec = HFSSOD_LIBEXEC, .path = HFSSOD_CONF };
	struct errors	 e = { 0, NULL };
	struct conf	*c;
	size_t		 i;
	int		 ch;

	while ((ch = getopt(argc, argv, "dD:f:L:nVv")) != -1) {
		switch (ch) {
		case 'd':
			o.foreground = true;
			break;
		case 'D':
			strings_add(&o.macros, optarg);
			break;
		case 'f':
			o.path = optarg;
			break;
		case 'L':
			o.libexec = optarg;
			break;
		case 'n':
			o.check = true;
			break;
		case 'V':
			printf("hfssod %s\n", HFSSOD_VERSION);
			return 0;
		case 'v':
			o.verbose = true;
			break;
		default:
			usage();
		}
	}
	if (argc != optind)
		usage();
	log_init("parent", STDERR_FILENO, LOG_FORM_PLAIN);
	/* The daemon lives in / and reads them again at a reload. */
	if (o.path[0] == '/')
		snprintf(path, sizeof(path), "%s", o.path);
	else if (getcwd(cwd, sizeof(cwd)) == NULL)
		err(1, "getcwd");
	else
		snprintf(path, sizeof(path), "%s/%s", cwd, o.path);
	if (realpath(o.libexec, libexec) == NULL)
		err(1, "%s", o.libexec);
	o.path = path;
	o.libexec = libexec;
	c = conf_load(o.path, &o.macros, geteuid() == 0, &e);
	for (i = 0; i < e.count; i++)
		fprintf(stderr, "%s\n", e.list[i]);
	if (c == NULL)
		return 1;
	if (o.check && o.verbose)
		print(c);
	return parent_run(&o, c);
}
