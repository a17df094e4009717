/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define NAME_TRIES	1000

/* Makes the metadata directory <common>/worktrees/<name>; mkdir(2) reserves the name. */
static char *
make_metadata(const struct git_repo *r, const char *path, char *err, size_t errlen)
{
	char *all = text_format("%s/worktrees", r->common), *dir = NULL;
	const char *base = strrchr(path, '/') + 1;
	int i;

	if (mkdir(all, 0777) == -1 && errno != EEXIST) {
		git_fail_errno(err, errlen, "%s", all);
		free(all);
		return NULL;
	}
	for (i = 0; i < NAME_TRIES; i++) {
		dir = i == 0 ? text_format("%s/%s", all, base) : text_format("%s/%s%d", all, base, i);
		if (mkdir(dir, 0777) == 0)
			break;
		if (errno == ENOENT && i == 0)	/* the removal of the last worktree also removed "all" */
			mkdir(all, 0777);
		else if (errno != EEXIST)
			i = NAME_TRIES;
		free(dir);
		dir = NULL;
	}
	if (dir == NULL)
		git_fail_errno(err, errlen, "%s", all);
	free(all);
	return dir;
}

/* Writes gitdir first: git worktree prune removes metadata without it. */
static int
fill_metadata(const char *dir, const char *path, const char *branch, char *err, size_t errlen)
{
	char *gitdir = text_format("%s/.git\n", path), *head = text_format("ref: refs/heads/%s\n", branch);
	int rc;

	rc = git_put(dir, "gitdir", gitdir, err, errlen);
	if (rc == 0)
		rc = git_put(dir, "commondir", "../..\n", err, errlen);
	if (rc == 0)
		rc = git_put(dir, "HEAD", head, err, errlen);
	free(gitdir);
	free(head);
	return rc;
}

static int
add_branch(const struct git_repo *r, const char *branch, const char *base, char *err, size_t errlen)
{
	char *ref = text_format("refs/heads/%s", branch), oid[OID_MAX];
	int rc;

	if ((rc = git_ref_read(r, ref, oid, err, errlen)) == 0 && oid[0] != '\0')
		rc = git_fail(err, errlen, "branch %s exists already", branch);
	else if (rc == 0 && (rc = git_ref_move(r, ref, base, "", "branch: created by orchestrator",
	    err, errlen)) == -1) {
		if (errno == EAGAIN)
			git_fail(err, errlen, "branch %s exists already", branch);
		else	/* it may exist nevertheless, and not be durable */
			git_ref_move(r, ref, "", base, "orchestrator: no worktree", NULL, 0);
	}
	free(ref);
	return rc;
}

int
git_worktree_add(const struct git_repo *r, const char *path, const char *branch, const char *base,
    char *err, size_t errlen)
{
	char *ref = text_format("refs/heads/%s", branch), *parent, *dir = NULL;
	bool valid = git_ref_valid(ref);
	int rc = -1;

	free(ref);
	if (!valid)
		return git_fail(err, errlen, "\"%s\" is not a valid branch name", branch);
	if (path[0] != '/' || strchr(path, '\n') != NULL || !git_oid_valid(r, base))
		return git_fail(err, errlen, "%s: cannot be a worktree at \"%s\"", path, base);
	parent = text_format("%.*s", (int)(strrchr(path, '/') - path), path);
	if (file_make_dirs(parent) == -1)
		git_fail_errno(err, errlen, "%s", parent);
	else if (mkdir(path, 0777) == -1)
		git_fail_errno(err, errlen, "%s", path);
	else {
		if ((dir = make_metadata(r, path, err, errlen)) != NULL &&
		    git_worktree_link(path, dir, err, errlen) == 0 &&
		    fill_metadata(dir, path, branch, err, errlen) == 0)
			rc = add_branch(r, branch, base, err, errlen);
		if (rc == -1) {
			if (dir != NULL)
				file_remove_tree(AT_FDCWD, dir);
			file_remove_tree(AT_FDCWD, path);
		}
	}
	free(dir);
	free(parent);
	return rc;
}

void
git_worktree_tidy(const char *worktree)
{
	const size_t digits = strlen("..git.");
	struct dirent *e;
	DIR *d = opendir(worktree);

	while ((e = dir_next(d)) != NULL)
		if (strncmp(e->d_name, "..git.", digits) == 0 && strlen(e->d_name) == digits + 16 &&
		    strspn(e->d_name + digits, "0123456789abcdef") == 16)
			(void)unlinkat(dirfd(d), e->d_name, 0);
	dir_close(d);
}

int
git_worktree_empty(const char *worktree)
{
	const struct dirent *e;
	DIR *d = opendir(worktree);
	int yes = 1;

	if (d == NULL)
		return -1;
	while (yes == 1 && (e = dir_next(d)) != NULL)
		yes = strcmp(e->d_name, ".git") == 0 || strncmp(e->d_name, "..git.", 6) == 0;
	if (yes == 1 && errno != 0)
		yes = -1;
	dir_close(d);
	return yes;
}

int
git_worktree_link(const char *worktree, const char *gitdir, char *err, size_t errlen)
{
	char *line = text_format("gitdir: %s\n", gitdir);
	int dirfd = file_open_dir(AT_FDCWD, worktree), rc = -1;

	if (dirfd == -1 || (rc = file_replace(dirfd, ".git", line, strlen(line), 0)) == -1)
		git_fail(err, errlen, "%s/.git: %s", worktree, strerror(errno));
	file_close(dirfd);
	free(line);
	return rc;
}

/* Does the metadata directory belong to the worktree at path?  Sets errno to 0, or to why this can't be determined. */
static bool
metadata_is_of(int allfd, const char *name, const char *path)
{
	char buf[4200];
	size_t len = strlen(path);
	bool yes = false;
	int fd;

	if ((fd = file_open_dir(allfd, name)) == -1)
		return false;
	errno = 0;
	if (git_small_read(fd, "gitdir", false, buf, sizeof(buf)) == 0) {
		yes = strncmp(buf, path, len) == 0 && strcmp(buf + len, "/.git") == 0;
		errno = 0;
	}
	file_close(fd);
	return yes;
}

/* The metadata directory of a worktree; NULL with errno, which is ENOENT when there is none. */
static char *
find_metadata(const struct git_repo *r, const char *path)
{
	char *all = text_format("%s/worktrees", r->common), *found = NULL;
	int untold = ENOENT;
	struct dirent *e;
	DIR *d;

	if ((d = opendir(all)) != NULL) {
		while (found == NULL && (e = dir_next(d)) != NULL)
			if (e->d_name[0] != '.' && metadata_is_of(dirfd(d), e->d_name, path))
				found = text_format("%s/%s", all, e->d_name);
			else if (e->d_name[0] != '.' && fault_passes(errno))
				untold = errno;
		dir_close(d);
		if (found == NULL)
			errno = untold;
	}
	free(all);
	return found;
}

/* The agent controls the .git file: trust only the repository's own metadata. */
bool
git_worktree_is(const struct git_repo *r, const char *path, const char *branch)
{
	char *all = text_format("%s/worktrees", r->common), *head, buf[4200];
	bool yes = false;
	struct stat st;
	struct dirent *e;
	DIR *d = NULL;
	int fd;

	head = text_format("ref: refs/heads/%s", branch);
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		d = opendir(all);
	while (!yes && (e = dir_next(d)) != NULL) {
		if (e->d_name[0] == '.' || !metadata_is_of(dirfd(d), e->d_name, path) ||
		    (fd = file_open_dir(dirfd(d), e->d_name)) == -1)
			continue;
		yes = git_small_read(fd, "HEAD", false, buf, sizeof(buf)) == 0 &&
		    strcmp(buf, head) == 0;
		close(fd);
	}
	dir_close(d);
	free(head);
	free(all);
	return yes;
}

int
git_worktree_unlink(const struct git_repo *r, const char *worktree, char *err, size_t errlen)
{
	char *dir, *line, *safe, *index, head[300], oid[OID_MAX];
	struct git g = { .repo = r, .objects = r->objects };
	int fd, rc;

	if ((dir = find_metadata(r, worktree)) == NULL)
		return git_fail(err, errlen, "%s: the repository has no metadata for it", worktree);
	line = text_format("gitdir: %s\n", dir);
	rc = git_put(worktree, ".git", line, err, errlen);
	free(line);
	if (rc == -1 || (fd = file_find_dir(AT_FDCWD, dir)) == -1) {
		free(dir);
		return rc == -1 ? -1 : git_fail_errno(err, errlen, "%s", worktree);
	}
	oid[0] = '\0';
	rc = git_small_read(fd, "HEAD", false, head, sizeof(head));
	close(fd);
	if (rc == 0 && strncmp(head, "ref: ", 5) == 0)
		rc = git_ref_read(r, head + 5, oid, err, errlen);
	else if (rc == 0)
		strlcpy(oid, head, sizeof(oid));
	safe = text_format("%s/safe", dir);
	index = text_format("%s/index", dir);
	g.dir = safe;
	g.worktree = text_format("%s", worktree);
	g.index = index;
	git_lock_left(r, index + strlen(r->common) + 1);
	if (rc == 0 && git_oid_valid(r, oid) && (rc = git_safe_make(r, safe, err, errlen)) == 0) {
		const char *argv[] = { "read-tree", "--reset", oid, NULL };
		const char *refresh[] = { "update-index", "-q", "--refresh", NULL };
		struct git_odd odd = { .entries = 0 };
		int status;

		rc = git_run(&g, argv, NULL, 0, NULL, NULL, NULL, err, errlen);
		if (rc == 0)
			rc = git_index_skip_links(&g, index, err, errlen);
		if (rc == 0)
			rc = git_inspect(worktree, true, &odd, err, errlen);
		/* refreshing reads files with unknown times, which the user will do some time anyway */
		if (rc == 0 && odd.large.n == 0)
			rc = git_run(&g, refresh, NULL, 0, NULL, NULL, &status, err, errlen);
		git_odd_free(&odd);
	}
	file_remove_tree(AT_FDCWD, safe);
	free(g.worktree);
	free(safe);
	free(index);
	free(dir);
	return rc;
}

int
git_worktree_remove(const struct git_repo *r, const char *worktree, const char *trash, char *err,
    size_t errlen)
{
	char *dir;

	/* its branch would go while references to it stay */
	if ((dir = find_metadata(r, worktree)) == NULL && errno != ENOENT)
		return git_fail_errno(err, errlen, "%s/worktrees", r->common);
	if (file_move(AT_FDCWD, worktree, AT_FDCWD, trash) == -1 &&
	    (errno != ENOENT || access(worktree, F_OK) == 0)) {
		git_fail_errno(err, errlen, "%s: cannot be moved to %s", worktree, trash);
		free(dir);
		return -1;
	}
	if (dir == NULL)
		return 0;
	if (file_remove_tree(AT_FDCWD, dir) == -1) {
		git_fail_errno(err, errlen, "%s", dir);
		free(dir);
		return -1;
	}
	free(dir);
	return 0;
}
