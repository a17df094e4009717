/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/source/tasks.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/plan/taskgraph.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define DIRECTORY	"tasklists"
#define CREATE_LOCK	"create.lock"
#define WHY		1024

int
tasks_dir(const char *workspace, bool make)
{
	char *path = text_format("%s/" DIRECTORY, workspace);
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
	return text_format("%s/" DIRECTORY "/%s" TASKLIST_SUFFIX, workspace, id);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The ids of all lists, each once per file. */
static void
scan(const char *workspace, struct strings *ids)
{
	const struct dirent *e;
	char id[TASKLIST_ID_MAX];
	const char *rest;
	DIR *d = dir_take(tasks_dir(workspace, false));

	while ((e = dir_next(d)) != NULL) {
		strlcpy(id, e->d_name, sizeof(id));
		if (!tasklist_id_valid(id))
			continue;
		rest = e->d_name + strlen(id);
		if (strcmp(rest, TASKLIST_SUFFIX) == 0 || strcmp(rest, TASKLIST_LAST) == 0)
			strings_add(ids, id);
	}
	dir_close(d);
	if (ids->n > 1)
		qsort(ids->v, ids->n, sizeof(*ids->v), compare);
}

int
tasks_each(const char *workspace, int (*fn)(void *, const char *), void *arg)
{
	struct strings ids = { 0 };
	int rv = 0;

	scan(workspace, &ids);
	for (size_t i = 0; rv == 0 && i < ids.n; i++)
		if (i == 0 || strcmp(ids.v[i], ids.v[i - 1]) != 0)
			rv = fn(arg, ids.v[i]);
	strings_free(&ids);
	return rv;
}

/* Prints what to do about it; nothing is repaired here. */
static int
damaged(const char *workspace, int dirfd, const char *id, const char *why, bool missing)
{
	bool denied = errno == EACCES;
	char *path = tasks_path(workspace, id);

	if (denied) {
		log_warnx("task list %s: %s: %s", id, path, why);
		free(path);
		return EX_NOPERM;
	}
	if (tasklist_last_good(dirfd, id))
		log_warnx("task list %s is %s: %s: %s; the last good copy is %s.last: look at it, "
		    "then copy it there", id, missing ? "missing" : "damaged", path, why, path);
	else if (missing)
		log_warnx("no task list %s; \"orchestrator tasks list\" lists them", id);
	else
		log_warnx("task list %s is damaged: %s: %s; there is no last good copy: repair it by "
		    "hand", id, path, why);
	free(path);
	return missing ? EX_NOINPUT : EX_DATAERR;
}

static int
load(const char *workspace, int dirfd, const char *id, struct tasklist *l)
{
	struct taskgraph g;
	char why[WHY];

	if (tasklist_load(dirfd, id, l, why, sizeof(why)) == -1)
		return damaged(workspace, dirfd, id, why, errno == ENOENT);
	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		tasklist_release(l);
		errno = 0;
		return damaged(workspace, dirfd, id, why, false);
	}
	taskgraph_release(&g);
	return 0;
}

int
tasks_read(const char *workspace, const char *id, struct tasklist *l)
{
	char why[WHY];
	int fd, rv = 0;

	memset(l, 0, sizeof(*l));
	if ((fd = tasks_dir(workspace, false)) == -1) {
		log_warnx("no task list %s; there is none in this repository", id);
		return EX_NOINPUT;
	}
	if (tasklist_load(fd, id, l, why, sizeof(why)) == -1)
		rv = damaged(workspace, fd, id, why, errno == ENOENT);
	close(fd);
	return rv;
}

bool
tasks_peek(const char *workspace, const char *id, struct tasklist *l, bool *good)
{
	char why[WHY];
	int fd;
	bool found;

	memset(l, 0, sizeof(*l));
	if ((fd = tasks_dir(workspace, false)) == -1)
		return false;
	*good = tasklist_load(fd, id, l, why, sizeof(why)) == 0;
	found = *good || tasklist_load_last(fd, id, l) == 0;
	close(fd);
	return found;
}

/* False for a truncated file, for example. */
static bool
is_whole(const char *buf, size_t len)
{
	while (len > 0 && isspace((unsigned char)buf[len - 1]))
		len--;
	return len > 0 && buf[len - 1] == '}';
}

bool
tasks_mention(const char *workspace, const char *id, const char *text)
{
	char *path = tasks_path(workspace, id), *buf;
	bool found = true;
	size_t len;

	/* Text with escapes can't be found like this. */
	if (strpbrk(text, "\"\\\t") == NULL &&
	    file_read(AT_FDCWD, path, TASKLIST_MAX_RECORD, &buf, &len) == 0) {
		found = memmem(buf, len, text, strlen(text)) != NULL || !is_whole(buf, len);
		free(buf);
	}
	free(path);
	return found;
}

int
tasks_load(const char *workspace, const char *id, struct tasklist *l)
{
	int fd, rv;

	memset(l, 0, sizeof(*l));
	if ((fd = tasks_dir(workspace, false)) == -1) {
		log_warnx("no task list %s; there is none in this repository", id);
		return EX_NOINPUT;
	}
	rv = load(workspace, fd, id, l);
	close(fd);
	return rv;
}

static int
change_locked(const char *workspace, int dirfd, const char *id,
    int (*fn)(struct tasklist *, void *), void *arg)
{
	struct tasklist l;
	char why[WHY];
	int rv;

	if ((rv = load(workspace, dirfd, id, &l)) != 0)
		return rv;
	if ((rv = fn(&l, arg)) == 0 && tasklist_save(dirfd, &l, why, sizeof(why)) == -1) {
		rv = errno == EFBIG ? EX_DATAERR : orch_status(errno);
		log_warnx("task list %s: not written: %s", id, why);
	}
	tasklist_release(&l);
	return rv;
}

int
tasks_change(const char *workspace, const char *id, int (*fn)(struct tasklist *, void *),
    void *arg)
{
	int fd, lock, rv;

	if ((fd = tasks_dir(workspace, false)) == -1)
		return EX_NOINPUT;
	if ((lock = tasklist_lock(fd, id)) == -1) {
		log_warn("task list %s: its lock", id);
		rv = orch_status(errno);
	} else {
		rv = change_locked(workspace, fd, id, fn, arg);
		close(lock);
	}
	close(fd);
	return rv;
}

struct named { const char *workspace, *name; char id[TASKLIST_ID_MAX]; };

static int
same_name(void *arg, const char *id)
{
	struct named *n = arg;
	struct tasklist l;
	bool good;
	int rv = 0;

	/* A damaged list keeps its name: it is not replaced by a new one. */
	if (!tasks_mention(n->workspace, id, n->name))
		return 0;
	if (!tasks_peek(n->workspace, id, &l, &good)) {
		tasks_load(n->workspace, id, &l);	/* which reports what is wrong */
		return 0;
	}
	if (strcmp(l.name, n->name) == 0) {
		strlcpy(n->id, id, sizeof(n->id));
		rv = EX_CANTCREAT;
	}
	tasklist_release(&l);
	return rv;
}

static int
keep(const char *workspace, int dirfd, struct tasklist *l)
{
	struct named n = { .workspace = workspace, .name = l->name };
	char why[WHY];
	int rv;

	if ((rv = tasks_each(workspace, same_name, &n)) != 0) {
		log_warnx("there is a task list \"%s\" already: %s; go on with it (orchestrator "
		    "tasks resume %s), or give the new one another name", l->name, n.id, n.id);
		return rv;
	}
	if (tasklist_create(dirfd, l, why, sizeof(why)) == 0)
		return 0;
	rv = errno == EFBIG ? EX_DATAERR : orch_status(errno);
	log_warnx("task list %s: not written: %s", l->id, why);
	return rv;
}

int
tasks_keep(const char *workspace, struct tasklist *l)
{
	int fd, lock, rv;

	if ((fd = tasks_dir(workspace, true)) == -1)
		return orch_status(errno);
	while ((lock = lock_take_wait(fd, CREATE_LOCK, "orchestrator")) == -1 && errno == EINTR)
		;
	if (lock == -1) {
		log_warn(DIRECTORY "/" CREATE_LOCK);
		rv = orch_status(errno);
	} else {
		rv = keep(workspace, fd, l);
		close(lock);
	}
	close(fd);
	return rv;
}

const char *
tasks_author(void)
{
	static char name[TASK_MAX_AUTHOR];
	const struct passwd *pw = getpwuid(getuid());

	if (pw != NULL && pw->pw_name != NULL && text_utf8_valid(pw->pw_name, strlen(pw->pw_name)))
		strlcpy(name, pw->pw_name, sizeof(name));
	else
		snprintf(name, sizeof(name), "uid %ju", (uintmax_t)getuid());
	return name;
}
