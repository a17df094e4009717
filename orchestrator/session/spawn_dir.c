/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/prompt.h"
#include "orchestrator/session/spawn_dir.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/record/config.h"
#include "proto/record/item.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define BUILD_NAME	".new-%s"
#define BINARIES_LOCK	"lock"
#define TEMPORARY	".tmp-"

static int
put(int dirfd, const char *name, const char *buf, size_t len)
{
	int fd;

	fd = file_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		return -1;
	if (file_write_all(fd, buf, len) == 0 && fsync(fd) == 0)
		return close(fd);
	return file_close(fd);
}

static int
make_sub(int dirfd, const char *name)
{
	if (mkdirat(dirfd, name, 0700) == -1)
		return -1;
	return file_open_dir(dirfd, name);
}

static int
put_prompts(int dirfd, const struct prompts *p)
{
	int fd = -1, r = 0;

	for (size_t i = 0; i < PROMPTS_STEPS && r == 0; i++) {
		if (p->step[i] == NULL)
			continue;
		if (fd == -1 && (fd = make_sub(dirfd, SESSION_DIR_PROMPTS)) == -1)
			return -1;
		r = put(fd, prompts_names[i], p->step[i], strlen(p->step[i]));
	}
	if (fd != -1) {
		if (r == 0)
			r = file_sync_dir(fd);
		close(fd);
	}
	return r;
}

/* Removes the files dir/prefix... except keep that have no other link. */
static size_t
drop_binaries(int dirfd, const char *prefix, const char *keep)
{
	const struct dirent *e;
	struct stat st;
	size_t n = 0;
	DIR *d = dir_open(dirfd, ".");

	while ((e = dir_next(d)) != NULL)
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0 && strcmp(e->d_name, keep) != 0 &&
		    file_stat(dirfd, e->d_name, &st) == 0 &&
		    S_ISREG(st.st_mode) && st.st_nlink == 1)
			n += unlinkat(dirfd, e->d_name, 0) == 0;
	dir_close(d);
	return n;
}

/* Requires the lock, so an incomplete copy is left over. */
static int
copy_locked(const char *worker, const char *dir, int dirfd, const char *name)
{
	char *path, *temporary = text_format(TEMPORARY "%s", name);
	int r = 0;

	drop_binaries(dirfd, TEMPORARY, "");
	if (faccessat(dirfd, name, F_OK, 0) == -1) {
		path = text_format("%s/%s", dir, temporary);
		if ((r = file_copy(worker, path, false)) == 0) {
			if ((r = file_rename_over(dirfd, temporary, name, FILE_SYNC)) == -1)
				file_unmake(dirfd, temporary);
		}
		free(path);
	}
	if (r == 0)
		drop_binaries(dirfd, "worker-", name);
	free(temporary);
	return r;
}

static int
copy_binary(const char *worker, const char *dir, const char *name)
{
	int fd, lock, r = -1;

	if (file_make_dirs(dir) == -1 || (fd = file_open_dir(AT_FDCWD, dir)) == -1)
		return -1;
	lock = lock_take_wait(fd, BINARIES_LOCK, "orchestrator");
	if (lock != -1)
		r = copy_locked(worker, dir, fd, name);
	file_close(lock);
	file_close(fd);
	return r;
}

size_t
spawn_dir_tidy(struct orch *o)
{
	char *dir = text_format("%s/bin", o->home);
	int fd, lock = -1;
	size_t n = 0;

	if ((fd = file_open_dir(AT_FDCWD, dir)) != -1) {
		if ((lock = lock_take(fd, BINARIES_LOCK, "orchestrator", false)) != -1) {
			n = drop_binaries(fd, TEMPORARY, "");
			close(lock);
		}
		close(fd);
	}
	free(dir);
	return n;
}

/* A session keeps the binary that it began with: bin/worker is a link to a copy by identity. */
static int
put_worker(struct orch *o, const char *session, char *err, size_t errlen)
{
	char *dir, *from, *name, *to;
	struct stat st;
	int r = -1;

	if (stat(o->worker, &st) == -1 || access(o->worker, X_OK) == -1) {
		snprintf(err, errlen, "%s: %s; install the worker program there or set "
		    "ORCHESTRATOR_WORKER", o->worker, strerror(errno));
		return -1;
	}
	name = text_format("worker-%jx-%jx-%jx%09lx", (uintmax_t)st.st_ino, (uintmax_t)st.st_size,
	    (uintmax_t)st.st_mtim.tv_sec, (unsigned long)st.st_mtim.tv_nsec);
	dir = text_format("%s/bin", o->home);
	from = text_format("%s/%s", dir, name);
	to = text_format("%s/bin/worker", session);
	/* Another dispatch may clean up between copy and link. */
	for (int tries = 0; r == -1 && tries < 3; tries++) {
		if (access(from, F_OK) == -1 && copy_binary(o->worker, dir, name) == -1)
			break;
		if ((r = file_copy(from, to, true)) == -1 && errno != ENOENT)
			break;
	}
	if (r == -1)
		snprintf(err, errlen, "%s: cannot copy %s there: %s", to, o->worker,
		    strerror(errno));
	free(name);
	free(dir);
	free(from);
	free(to);
	return r;
}

static int
put_records(int fd, const struct config *c, const struct item *item, const struct prompts *p)
{
	char *buf;
	size_t len;
	int r;

	buf = item_text(item, &len);
	r = put(fd, SESSION_FILE_ITEM, buf, len);
	free(buf);
	if (r == -1)
		return -1;
	buf = config_text(c, &len);
	r = put(fd, SESSION_FILE_CONFIG, buf, len);
	free(buf);
	if (r == -1 || put(fd, SESSION_FILE_PROMPT, p->first, strlen(p->first)) == -1)
		return -1;
	if (mkdirat(fd, SESSION_DIR_ANSWERS, 0700) == -1 ||
	    mkdirat(fd, SESSION_DIR_INBOX, 0700) == -1 || mkdirat(fd, SESSION_DIR_BIN, 0700) == -1)
		return -1;
	return put_prompts(fd, p);
}

int
spawn_dir_make(struct orch *o, const struct config *c, const struct item *item,
    const struct prompts *p, char *err, size_t errlen)
{
	char *path, name[SESSION_ID_MAX + 8];
	int all, fd = -1, r = -1;

	snprintf(name, sizeof(name), BUILD_NAME, c->session);
	path = text_format("%s/%s", o->sessions, name);
	err[0] = '\0';
	if ((all = file_open_dir(AT_FDCWD, o->sessions)) != -1 &&
	    (fd = make_sub(all, name)) != -1 && put_records(fd, c, item, p) == 0 &&
	    put_worker(o, path, err, errlen) == 0 && file_sync_dir(fd) == 0 &&
	    file_shift(all, name, all, c->session) == 0)
		r = file_sync_dir(all);
	if (r == -1 && err[0] == '\0')
		snprintf(err, errlen, "%s: %s; make room there and make it writable, or "
		    "set ORCHESTRATOR_HOME to another directory", path, strerror(errno));
	file_close(fd);
	file_close(all);
	free(path);
	return r;
}

int
spawn_dir_drop(struct orch *o, const char *session)
{
	char name[SESSION_ID_MAX + 8];
	int all, fd, lock = -1, r = 0;
	struct stat st;

	if ((all = file_open_dir(AT_FDCWD, o->sessions)) == -1)
		return -1;
	snprintf(name, sizeof(name), BUILD_NAME, session);
	if ((fd = file_open_dir(all, session)) != -1) {
		/* A second starter finds the lock held, and gives up. */
		if ((lock = lock_take(fd, SESSION_FILE_LOCK, "orchestrator", false)) == -1 ||
		    file_stat(fd, SESSION_FILE_STATE, &st) == 0 ||
		    file_move(all, session, all, name) == -1)
			r = -1;
		if (r == -1 && lock != -1)
			(void)!ftruncate(lock, 0);	/* no worker has begun it */
		close(fd);
	} else if (errno != ENOENT)
		r = -1;
	if (r == 0)
		file_remove_tree(all, name);
	file_close(lock);
	close(all);
	return r;
}
