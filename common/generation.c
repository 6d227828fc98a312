/*
 * The view and files of one generation.  Every child.  Must never open
 * anything: parent hands over descriptors of sealed memory files.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/generation.h"
#include "common/limits.h"
#include "common/log.h"
#include "common/memfile.h"

struct generation {
	uint64_t		 number;
	uint8_t			*view;
	size_t			 len;
	struct view_files	 files;
};

struct generation *
generation_new(uint64_t number)
{
	struct generation	*g;

	if ((g = calloc(1, sizeof(*g))) == NULL)
		fatal("calloc");
	g->number = number;
	return g;
}

void
generation_free(struct generation *g)
{
	size_t	 i;

	if (g == NULL)
		return;
	for (i = 0; i < g->files.count; i++) {
		free((void *)(uintptr_t)g->files.list[i].name);
		freezero((void *)(uintptr_t)g->files.list[i].data,
		    g->files.list[i].len);
	}
	free(g->files.list);
	freezero(g->view, g->len);
	free(g);
}

uint64_t
generation_number(const struct generation *g)
{
	return g->number;
}

void
generation_view(struct generation *g, int fd)
{
	if (g->view != NULL)
		fatalx("parent sent two views of one generation");
	if ((g->view = memfile_read(fd, LIMIT_VIEW, &g->len)) == NULL)
		fatal("view of generation %llu", (unsigned long long)g->number);
	close(fd);
}

void
generation_file(struct generation *g, const char *name, int fd)
{
	struct view_file	*list, *f;

	list = reallocarray(g->files.list, g->files.count + 1, sizeof(*list));
	if (list == NULL)
		fatal("reallocarray");
	g->files.list = list;
	f = &list[g->files.count];
	if ((f->data = memfile_read(fd, LIMIT_FILE, &f->len)) == NULL)
		fatal("%s", log_safe(name));
	if ((f->name = strdup(name)) == NULL)
		fatal("strdup");
	g->files.count++;
	close(fd);
}

struct bytes
generation_octets(const struct generation *g)
{
	struct bytes	 b = { g->view, g->len };

	return b;
}

const struct view_files *
generation_files(const struct generation *g)
{
	return &g->files;
}

const struct view_file *
view_file(const struct view_files *files, const char *name)
{
	size_t	 i;

	for (i = 0; i < files->count; i++) {
		if (strcmp(files->list[i].name, name) == 0)
			return &files->list[i];
	}
	return NULL;
}
