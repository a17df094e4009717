/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

/* Is HEAD of the git directory at ref, or is a rebase of ref under way there? */
/* Does errno say that reading failed, rather than that something is missing? */
static bool
fleeting(void)
{
	return errno == EIO || errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

/* 1, 0, or -1 when this can't be determined now. */
static int
is_on(int fd, const char *ref)
{
	static const char *const names[] = { "HEAD", "rebase-merge/head-name",
		"rebase-apply/head-name" };
	char buf[512], *name;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (git_small_read(fd, names[i], false, buf, sizeof(buf)) == -1) {
			if (fleeting())
				return -1;
			continue;
		}
		name = strncmp(buf, "ref: ", 5) == 0 ? buf + 5 : buf;
		if (strcmp(name, ref) == 0)
			return 1;
	}
	return 0;
}

static void
add(struct checkout **list, size_t *n, char *path, char *gitdir)
{
	struct checkout *one = array_add(list, n, sizeof(*one));

	one->path = path;
	one->gitdir = gitdir;
}

/* Selects by ref or by path; the other one is NULL.  -1: this can't be determined now. */
static int
consider(const char *gitdir, const char *top, const char *ref, const char *path,
    struct checkout **list, size_t *n)
{
	int fd, on;

	if (access(top, F_OK) == -1 || (path != NULL && strcmp(path, top) != 0))
		return 0;
	if ((fd = file_find_dir(AT_FDCWD, gitdir)) == -1)
		return fleeting() ? -1 : 0;
	on = ref == NULL ? 1 : is_on(fd, ref);
	if (on == 1)
		add(list, n, text_format("%s", top), text_format("%s", gitdir));
	close(fd);
	return on == -1 ? -1 : 0;
}

static int
walk(const struct git_repo *r, const char *ref, const char *path, struct checkout **list, size_t *n,
    char *err, size_t errlen)
{
	char *all = text_format("%s/worktrees", r->common), *gitdir, top[4200], *slash;
	struct dirent *e;
	DIR *d;
	int fd, rc = 0;

	*list = NULL;
	*n = 0;
	if (r->top != NULL && consider(r->common, r->top, ref, path, list, n) == -1)
		rc = git_fail_errno(err, errlen, "%s", r->common);
	if ((d = opendir(all)) == NULL && errno != ENOENT)
		rc = git_fail_errno(err, errlen, "%s", all);
	while ((e = dir_next(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if ((fd = file_open_dir(dirfd(d), e->d_name)) == -1) {
			if (fleeting())
				rc = git_fail_errno(err, errlen, "%s/%s", all, e->d_name);
			continue;
		}
		gitdir = text_format("%s/%s", all, e->d_name);
		if (git_small_read(fd, "gitdir", false, top, sizeof(top)) == 0 &&
		    (slash = strrchr(top, '/')) != NULL && strcmp(slash, "/.git") == 0) {
			*slash = '\0';
			if (consider(gitdir, top, ref, path, list, n) == -1)
				rc = git_fail_errno(err, errlen, "%s", gitdir);
		}
		free(gitdir);
		close(fd);
	}
	dir_close(d);
	free(all);
	return rc;
}

int
checkout_find(const struct git_repo *r, const char *ref, struct checkout **list, size_t *n,
    char *err, size_t errlen)
{
	return walk(r, ref, NULL, list, n, err, errlen);
}

int
checkout_open(const struct git_repo *r, const char *path, struct checkout *co, char *err,
    size_t errlen)
{
	struct checkout *list;
	size_t n;

	memset(co, 0, sizeof(*co));
	if (walk(r, NULL, path, &list, &n, err, errlen) == -1 || n == 0) {
		checkout_free(list, n);
		return git_fail(err, errlen, "%s: no longer a checkout of the repository", path);
	}
	*co = list[0];
	memset(&list[0], 0, sizeof(list[0]));
	checkout_free(list, n);
	return 0;
}

void
checkout_free(struct checkout *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i].path);
		free(list[i].gitdir);
	}
	free(list);
}

/* 1 if the lock has that line, else 0; -1: the lock can't be read. */
static int
lock_is_ours(int fd, const char *line)
{
	char buf[256];

	if (git_small_read(fd, "index.lock", true, buf, sizeof(buf)) == -1)
		return errno == EIO || errno == EMFILE || errno == ENFILE || errno == ENOMEM ? -1 : 0;
	return strcmp(buf, line) == 0;
}

/* Did a killed merge of another session leave the lock?  Leaves errno alone. */
static bool
lock_of_another(int fd, char *session, size_t len)
{
	int error = errno;
	char buf[256];
	bool yes;

	yes = git_small_read(fd, "index.lock", true, buf, sizeof(buf)) == 0 &&
	    strncmp(buf, "orchestrator ", 13) == 0 && session_id_valid(buf + 13) &&
	    strlcpy(session, buf + 13, len) < len;
	errno = error;
	return yes;
}

int
checkout_lock(const struct checkout *co, const char *session, char *err, size_t errlen)
{
	char *line = text_format("orchestrator %s", session), other[SESSION_ID_MAX];
	int fd, rc = -1;

	if ((fd = file_find_dir(AT_FDCWD, co->gitdir)) == -1)
		git_fail_errno(err, errlen, "%s", co->gitdir);
	else {
		/* after a power loss the lock must still say which session made it */
		if (file_create(fd, "index.lock", line, strlen(line), FILE_DATA) == 0 ||
		    (errno == EEXIST && lock_is_ours(fd, line) == 1))
			rc = 0;
		else if (lock_of_another(fd, other, sizeof(other)))
			git_fail(err, errlen, "%s: the merge of %s was interrupted; complete it first: "
			    "orchestrator merge %s", co->path, other, other);
		else if (errno == EEXIST || access(co->gitdir, F_OK) == 0)
			git_fail(err, errlen, "%s/index.lock exists: another git is running there; if not, remove it", co->gitdir);
		close(fd);
	}
	free(line);
	return rc;
}

int
checkout_unlock(const struct checkout *co, const char *session, char *err, size_t errlen)
{
	char *line = text_format("orchestrator %s", session);
	int fd, ours, rc = 0;

	if ((fd = file_find_dir(AT_FDCWD, co->gitdir)) != -1) {
		/* otherwise a power loss could bring it back after the record of its session is gone */
		if ((ours = lock_is_ours(fd, line)) == 1 && unlinkat(fd, "index.lock", 0) == 0)
			(void)file_sync_dir(fd);
		else if (ours != 0 && errno != ENOENT)
			rc = git_fail_errno(err, errlen, "%s/index.lock", co->gitdir);
		close(fd);
	} else if (errno != ENOENT && errno != ENOTDIR)
		rc = git_fail_errno(err, errlen, "%s", co->gitdir);
	free(line);
	return rc;
}
