/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"

/* A file is replaced as a whole, or written by people: both change one of these. */
static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) == 0 &&
	    memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim)) == 0;
}

static void
look(const char *workspace, const char *id, struct stat *st)
{
	char *path = tasks_path(workspace, id);

	memset(st, 0, sizeof(*st));
	if (lstat(path, st) == -1)
		st->st_ino = 0;
	free(path);
}

bool
tasks_look(const char *workspace, const char *id, struct tasks_seen *t, bool *good)
{
	look(workspace, id, &t->file);
	return tasks_peek(workspace, id, &t->list, good);
}

void
list_cache_put(struct orch *o, struct tasks_seen *t)
{
	list_cache_drop(o);
	if ((o->aside = malloc(sizeof(*o->aside))) == NULL)
		err(EX_OSERR, NULL);
	*o->aside = *t;
}

bool
list_cache_take(struct orch *o, const char *id, struct tasklist *l)
{
	struct stat now;
	bool taken = false;

	if (o->aside != NULL && strcmp(o->aside->list.id, id) == 0) {
		look(o->workspace, id, &now);
		taken = now.st_ino != 0 && same_file(&now, &o->aside->file);
	}
	if (taken) {
		*l = o->aside->list;
		free(o->aside);
		o->aside = NULL;
	}
	list_cache_drop(o);
	return taken;
}

void
list_cache_drop(struct orch *o)
{
	if (o->aside != NULL)
		tasklist_release(&o->aside->list);
	free(o->aside);
	o->aside = NULL;
}
