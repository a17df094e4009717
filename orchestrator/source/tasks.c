/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
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
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define CREATE_LOCK	"create.lock"
#define WHY		1024

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

/* Releases the list if its dependencies are not sound. */
static int
check(const char *workspace, const char *id, struct tasklist *l)
{
	struct taskgraph g;
	char why[WHY];

	if (taskgraph_make(&g, l, why, sizeof(why)) == -1) {
		tasklist_release(l);
		return tasks_damaged(workspace, id, why, EINVAL);
	}
	taskgraph_release(&g);
	return 0;
}

int
tasks_load(const char *workspace, const char *id, struct tasklist *l)
{
	int rv = tasks_read(workspace, id, l);

	return rv != 0 ? rv : check(workspace, id, l);
}

static int
change_locked(const char *workspace, int dirfd, const char *id,
    int (*fn)(struct tasklist *, void *), void *arg)
{
	struct tasklist l;
	char why[WHY];
	int rv;

	if (tasklist_load(dirfd, id, &l, why, sizeof(why)) == -1)
		return tasks_damaged(workspace, id, why, errno);
	if ((rv = check(workspace, id, &l)) != 0)
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

struct named { const char *workspace, *name, *own; char id[TASKLIST_ID_MAX]; };

static int
same_name(void *arg, const char *id)
{
	struct named *n = arg;
	const struct tasklist *l;

	if (n->own != NULL && strcmp(n->own, id) == 0)
		return 0;
	/* A damaged list keeps its name: it is not replaced by a new one. */
	if ((l = tasks_head(n->workspace, id)) == NULL) {
		tasks_view(n->workspace, id, &l);	/* which reports what is wrong */
		return 0;
	}
	if (strcmp(l->name, n->name) != 0)
		return 0;
	strlcpy(n->id, id, sizeof(n->id));
	return EX_CANTCREAT;
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

/* The lock of all names; -1 with the error printed, and *rv. */
static int
lock_names(int dirfd, int *rv)
{
	int lock;

	while ((lock = lock_take_wait(dirfd, CREATE_LOCK, "orchestrator")) == -1 && errno == EINTR)
		;
	if (lock == -1) {
		log_warn(STATE_TASKLISTS "/" CREATE_LOCK);
		*rv = orch_status(errno);
	}
	return lock;
}

int
tasks_keep(const char *workspace, struct tasklist *l)
{
	int fd, lock, rv = 0;

	if ((fd = tasks_dir(workspace, true)) == -1)
		return orch_status(errno);
	if ((lock = lock_names(fd, &rv)) != -1) {
		rv = keep(workspace, fd, l);
		close(lock);
	}
	close(fd);
	return rv;
}

static int
set_name(struct tasklist *l, void *arg)
{
	free(l->name);
	l->name = text_format("%s", (const char *)arg);
	return 0;
}

int
tasks_rename(const char *workspace, const char *id, const char *name)
{
	struct named n = { .workspace = workspace, .name = name, .own = id };
	char *own;
	int fd, lock, rv = 0;

	if ((fd = tasks_dir(workspace, false)) == -1)
		return EX_NOINPUT;
	if ((lock = lock_names(fd, &rv)) != -1) {
		if ((rv = tasks_each(workspace, same_name, &n)) != 0)
			log_warnx("there is a task list \"%s\" already: %s", name, n.id);
		else {
			own = text_format("%s", name);
			rv = tasks_change(workspace, id, set_name, own);
			free(own);
		}
		close(lock);
	}
	close(fd);
	return rv;
}

int
tasks_delete(const char *workspace, const char *id, int (*may)(const struct tasklist *, void *), void *arg)
{
	const struct tasklist *l;
	int fd, lock, rv = 0;
	bool good;

	if ((fd = tasks_dir(workspace, false)) == -1)
		return EX_NOINPUT;
	lock = tasklist_lock(fd, id);
	if (lock != -1 && (l = tasks_see(workspace, id, &good)) != NULL)
		rv = may(l, arg);
	if (rv == 0 && (lock == -1 || tasklist_delete(fd, id) == -1)) {
		log_warn("task list %s", id);
		rv = orch_status(errno);
	}
	file_close(lock);
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
