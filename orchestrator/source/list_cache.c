/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/queue.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/alloc.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/record.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* A list in the cache. */
struct seen {
	SLIST_ENTRY(seen) link;
	char		*path;		/* of its file */
	struct stat	 file;		/* before it was read */
	struct tasklist	 list;		/* of the file, or its last good copy, or empty */
	bool		 good;		/* the list is that of the file */
	bool		 head;		/* ... and has only what comes before the tasks */
	int		 error;		/* else the errno, and the reason */
	char		 why[RECORD_ERR];
};

static SLIST_HEAD(, seen) store = SLIST_HEAD_INITIALIZER(store);

int
tasks_dir(const char *workspace, bool make)
{
	char *path = text_format("%s/" STATE_TASKLISTS, workspace);
	int e, fd = -1;

	if (!make || file_make_dirs(path) == 0)
		fd = file_open_dir(AT_FDCWD, path);
	e = errno;
	if (fd == -1 && (make || errno != ENOENT))
		log_warn("%s", path);
	free(path);
	errno = e;
	return fd;
}

char *
tasks_path(const char *workspace, const char *id)
{
	return text_format("%s/" STATE_TASKLISTS "/%s" TASKLIST_SUFFIX, workspace, id);
}

static struct strings told;	/* what was said of lists: execute meets them again and again */

int
tasks_damaged(const char *workspace, const char *id, const char *why, int error)
{
	int fd = tasks_dir(workspace, false), rv = error == ENOENT ? EX_NOINPUT : EX_DATAERR;
	char *path = tasks_path(workspace, id), *text;

	if (fd == -1) {
		text = text_format("no task list %s; there is none in this repository", id);
		rv = EX_NOINPUT;
	} else if (error == EACCES) {
		text = text_format("task list %s: %s: %s", id, path, why);
		rv = EX_NOPERM;
	} else if (tasklist_last_good(fd, id))
		text = text_format("task list %s is %s: %s: %s; the last good copy is %s.last: look at it, "
		    "then copy it there", id, error == ENOENT ? "missing" : "damaged", path, why, path);
	else if (error == ENOENT)
		text = text_format("no task list %s; \"orchestrator tasks list\" lists them", id);
	else
		text = text_format("task list %s is damaged: %s: %s; there is no last good copy: repair it by "
		    "hand", id, path, why);
	if (!strings_has(&told, text)) {
		strings_add(&told, text);
		log_warnx("%s", text);
	}
	free(text);
	free(path);
	file_close(fd);
	return rv;
}

/* A file is replaced as a whole, or written by people: both change one of these. */
static bool
same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	    memcmp(&a->st_mtim, &b->st_mtim, sizeof(a->st_mtim)) == 0 &&
	    memcmp(&a->st_ctim, &b->st_ctim, sizeof(a->st_ctim)) == 0;
}

static struct seen *
entry_of(char *path)
{
	struct seen *s;

	SLIST_FOREACH(s, &store, link)
		if (strcmp(s->path, path) == 0)
			break;
	if (s != NULL) {
		free(path);
		return s;
	}
	s = alloc_array(1, sizeof(*s));
	s->path = path;
	SLIST_INSERT_HEAD(&store, s, link);
	return s;
}

/* The entry of the list, brought up to date.  head: its tasks are not needed. */
static struct seen *
look(const char *workspace, const char *id, bool head)
{
	struct seen *s = entry_of(tasks_path(workspace, id));
	struct stat now;
	int fd;

	memset(&now, 0, sizeof(now));
	if (lstat(s->path, &now) == 0 && s->good && same_file(&now, &s->file) && (head || !s->head))
		return s;
	tasklist_release(&s->list);
	s->file = now;
	s->good = false;
	s->error = ENOENT;
	if ((fd = tasks_dir(workspace, false)) == -1)
		return s;
	s->good = s->head = head && tasklist_load_head(fd, id, &s->list) == 0;
	if (!s->good)
		s->good = tasklist_load(fd, id, &s->list, s->why, sizeof(s->why)) == 0;
	s->error = errno;
	if (!s->good && tasklist_load_last(fd, id, &s->list) == -1)
		memset(&s->list, 0, sizeof(s->list));
	close(fd);
	return s;
}

const struct tasklist *
tasks_head(const char *workspace, const char *id)
{
	const struct seen *s = look(workspace, id, true);

	return s->list.id[0] == '\0' ? NULL : &s->list;
}

const struct tasklist *
tasks_see(const char *workspace, const char *id, bool *good)
{
	const struct seen *s = look(workspace, id, false);

	*good = s->good;
	return s->list.id[0] == '\0' ? NULL : &s->list;
}

int
tasks_view(const char *workspace, const char *id, const struct tasklist **l)
{
	const struct seen *s = look(workspace, id, false);

	*l = &s->list;
	return s->good ? 0 : tasks_damaged(workspace, id, s->why, s->error);
}

int
tasks_read(const char *workspace, const char *id, struct tasklist *l)
{
	struct seen *s = look(workspace, id, false);

	memset(l, 0, sizeof(*l));
	if (!s->good)
		return tasks_damaged(workspace, id, s->why, s->error);
	*l = s->list;
	memset(&s->list, 0, sizeof(s->list));
	s->good = false;
	return 0;
}

void
list_cache_free(void)
{
	struct seen *s;

	strings_free(&told);
	while ((s = SLIST_FIRST(&store)) != NULL) {
		SLIST_REMOVE_HEAD(&store, link);
		tasklist_release(&s->list);
		free(s->path);
		free(s);
	}
}
