/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/record/config.h"
#include "proto/sys/file.h"

#define EXCLUDE_MAX	(1u << 20)

int
git_put(const char *dir, const char *name, const char *text, char *err, size_t errlen)
{
	int dirfd, rc;

	if ((dirfd = file_find_dir(AT_FDCWD, dir)) == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	if ((rc = file_replace(dirfd, name, text, strlen(text), 0)) == -1)
		git_fail_errno(err, errlen, "%s/%s", dir, name);
	close(dirfd);
	return rc;
}

/* Opens dirfd/name, and remakes it when it is not a directory; closes dirfd. */
static int
enter(int dirfd, const char *name)
{
	int fd = -1;

	if ((mkdirat(dirfd, name, 0700) == 0 || errno == EEXIST) &&
	    (fd = file_open_dir(dirfd, name)) == -1 && (errno == ENOTDIR || errno == ELOOP) &&
	    file_remove_tree(dirfd, name) == 0 && mkdirat(dirfd, name, 0700) == 0)
		fd = file_open_dir(dirfd, name);
	file_close(dirfd);
	return fd;
}

/* alone: no other process can be working there, so a lock is stale, and a directory is not ours. */
static int
replace(int dirfd, const char *name, const char *text, bool alone)
{
	char lock[NAME_MAX + 1];

	snprintf(lock, sizeof(lock), "%.240s.lock", name);
	if (alone)
		(void)unlinkat(dirfd, lock, 0);
	if (file_replace(dirfd, name, text, strlen(text), 0) == 0)
		return 0;
	if (errno != EISDIR || file_remove_tree(dirfd, name) == -1)
		return -1;
	return file_replace(dirfd, name, text, strlen(text), 0);
}

/* Writes dir/path in a directory that an agent also writes; follows no link in it. */
int
git_put_below(const char *dir, const char *path, const char *text, bool alone, char *err, size_t errlen)
{
	char *copy = text_format("%s", path), *name = copy, *slash;
	int fd, rc = -1;

	fd = file_open_dir(AT_FDCWD, dir);
	for (; fd != -1 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		*slash = '\0';
		fd = enter(fd, name);
	}
	if (fd != -1)
		rc = replace(fd, name, text, alone);
	if (rc == -1)
		git_fail_errno(err, errlen, "%s/%s", dir, path);
	file_close(fd);
	free(copy);
	return rc;
}

static char *
config_text_of(const struct git_repo *r)
{
	struct text t = { 0 };
	bool sha1 = strcmp(r->format, "sha1") == 0;

	text_printf(&t, "[core]\n\trepositoryformatversion = %d\n\tbare = true\n", sha1 ? 0 : 1);
	text_puts(&t, r->worktree_config);
	/* The syncfs before a reference moves covers every object.  But after a power loss an object with only
	 * its name left would count as written when it is made again. */
	text_puts(&t, "\tfsync = committed\n\tfsyncMethod = batch\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
	    "\tattributesFile = /dev/null\n");
	git_config_add(&t, "excludesFile", r->excludes != NULL ? r->excludes : "/dev/null");
	if (!sha1)
		text_printf(&t, "[extensions]\n\tobjectformat = %s\n", r->format);
	/* a .mailmap comes from the worktree */
	text_puts(&t, "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[log]\n\tmailmap = false\n[user]\n");
	git_config_add(&t, "name", r->author_name);
	git_config_add(&t, "email", r->author_email);
	return t.buf;
}

int
git_dirs_make(const char *dir, const char *const names[], char *err, size_t errlen)
{
	char *path;
	size_t i;
	int rc = 0;

	/* if the parent is gone, for example with its session, it must not be recreated */
	if (mkdir(dir, 0700) == -1 && errno != EEXIST)
		return git_fail_errno(err, errlen, "%s", dir);
	for (i = 0; rc == 0 && names[i] != NULL; i++) {
		path = text_format("%s/%s", dir, names[i]);
		if (mkdir(path, 0700) == -1 && errno != EEXIST)
			rc = git_fail_errno(err, errlen, "%s", path);
		free(path);
	}
	return rc;
}

static int
copy_rules(const struct git_repo *r, const char *path, const char *dir, char *err, size_t errlen)
{
	char *buf = NULL;
	size_t len;
	int fd, rc = 0;

	if ((fd = file_find_dir(AT_FDCWD, r->common)) != -1) {
		if (file_read(fd, path, EXCLUDE_MAX, &buf, &len) == 0)
			rc = git_put_below(dir, path, buf, true, err, errlen);
		close(fd);
	}
	free(buf);
	return rc;
}

int
git_exclude_copy(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	return copy_rules(r, "info/exclude", dir, err, errlen);
}

int
git_attributes_copy(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	return copy_rules(r, "info/attributes", dir, err, errlen);
}

static bool
has_dir(int dirfd, const char *name)
{
	struct stat st;

	return file_stat(dirfd, name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Is everything there by which git recognises it?  HEAD was written last, but nothing was synced. */
bool
git_dir_complete(const char *dir)
{
	int fd = file_open_dir(AT_FDCWD, dir);
	bool ok;

	ok = fd != -1 && file_blank(fd, "HEAD") == 0 && file_blank(fd, "config") == 0 && has_dir(fd, "objects") &&
	    has_dir(fd, "refs");
	file_close(fd);
	return ok;
}

/* Removes dirfd/name, which no git of ours makes. */
static int
purge(int dirfd, const char *name)
{
	struct stat st;

	if (file_stat(dirfd, name, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	return file_remove_tree(dirfd, name);
}

/*
 * An agent can write here too: removes what git would run or obey, and compares the
 * configuration with ours byte by byte.  0 when it is equal, 1 when it must be
 * rewritten.
 */
int
git_dir_distrust(int dirfd, const char *config, bool shallow)
{
	static const char *const top[] = { "hooks", "commondir", "config.worktree", "shallow" };
	char *buf = NULL;
	size_t i, len;
	int info, rc = 0;

	for (i = 0; rc == 0 && i < sizeof(top) / sizeof(top[0]) - shallow; i++)
		rc = purge(dirfd, top[i]);
	if ((info = file_dup(dirfd, 0)) != -1)
		info = enter(info, "info");
	if (rc == -1 || info == -1 || purge(info, "attributes") == -1 ||
	    purge(info, "grafts") == -1)
		rc = -1;
	file_close(info);
	if (rc == 0 && (file_read(dirfd, "config", EXCLUDE_MAX, &buf, &len) == -1 ||
	    len != strlen(config) || memcmp(buf, config, len) != 0))
		rc = 1;
	free(buf);
	return rc;
}

int
git_safe_make(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	static const char *const dirs[] = { "objects", "refs", "info", NULL };
	char *config = config_text_of(r);
	int fd, rc = 1;

	if ((fd = file_open_dir(AT_FDCWD, dir)) != -1) {
		rc = git_dir_distrust(fd, config, false);
		close(fd);
	} else if (errno != ENOENT)
		rc = -1;
	if (rc == -1)
		git_fail_errno(err, errlen, "%s", dir);
	else if (rc == 1 || !git_dir_complete(dir)) {
		if ((rc = git_dirs_make(dir, dirs, err, errlen)) == 0)
			rc = git_put_below(dir, "config", config, true, err, errlen);
		if (rc == 0)
			rc = git_exclude_copy(r, dir, err, errlen);
		if (rc == 0)
			rc = git_put_below(dir, "HEAD", "ref: refs/heads/none\n", true, err, errlen);
	}
	free(config);
	return rc;
}
