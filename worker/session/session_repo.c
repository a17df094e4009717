/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/worker.h"
#include "worker/session/session_repo.h"

#define LINK_PREFIX	"gitdir: "

/* The first line of a small text file, malloced; NULL with errno. */
static char *
first_line(int dirfd, const char *path)
{
	char *buf;
	size_t len;

	if (file_read(dirfd, path, PATH_MAX + 16, &buf, &len) == -1)
		return NULL;
	buf[strcspn(buf, "\n")] = '\0';
	return buf;
}

/* The worktree's own metadata directory, .git/worktrees/NAME, from its .git file or from the kept copy of that. */
static char *
metadata_dir(struct worker *w)
{
	char path[PATH_MAX], *line, *dir = NULL;

	line = first_line(w->dirfd, SESSION_DIR_SAFE_GIT "/link");
	if (line == NULL) {
		snprintf(path, sizeof(path), "%s/.git", w->state.worktree);
		line = first_line(AT_FDCWD, path);
	}
	if (line != NULL && strncmp(line, LINK_PREFIX, strlen(LINK_PREFIX)) == 0)
		dir = strdup(line + strlen(LINK_PREFIX));
	free(line);
	return dir;
}

/* DIR/commondir names the common git directory, relative to DIR. */
static char *
common_dir(const char *dir)
{
	char path[PATH_MAX], *line, *common = NULL;

	snprintf(path, sizeof(path), "%s/commondir", dir);
	line = first_line(AT_FDCWD, path);
	if (line == NULL)
		return NULL;
	if (line[0] == '/')
		strlcpy(path, line, sizeof(path));
	else
		snprintf(path, sizeof(path), "%s/%s", dir, line);
	common = realpath(path, NULL);
	free(line);
	return common;
}

static int
open_repository(struct worker *w, const char *meta)
{
	char why[GIT_ERR], *common = NULL;
	int rc;

	if (w->config.repository != NULL)
		common = strdup(w->config.repository);
	else if (meta != NULL)
		common = common_dir(meta);
	if (common == NULL) {
		log_warnx("%s: not a linked worktree; make one with git worktree add, and start the "
		    "worker in it", w->state.worktree);
		return EX_DATAERR;
	}
	rc = git_repo_open_common(&w->repo, common, why, sizeof(why));
	free(common);
	if (rc == -1) {
		log_warnx("%s", why);
		return EX_DATAERR;
	}
	return 0;
}

/* Branch and base of a session made by hand: the worktree's checkout. */
static int
find_branch(struct worker *w, const char *meta)
{
	static const char prefix[] = "ref: refs/heads/";
	char path[PATH_MAX], why[GIT_ERR], *head;

	if (w->state.branch == NULL && w->config.branch != NULL)
		w->state.branch = strdup(w->config.branch);
	if (w->state.branch == NULL && meta != NULL) {
		snprintf(path, sizeof(path), "%s/HEAD", meta);
		head = first_line(AT_FDCWD, path);
		if (head != NULL && strncmp(head, prefix, strlen(prefix)) == 0)
			w->state.branch = strdup(head + strlen(prefix));
		free(head);
	}
	if (w->state.branch == NULL) {
		log_warnx("%s: no branch is checked out there; make the worktree with "
		    "git worktree add -b BRANCH", w->state.worktree);
		return EX_DATAERR;
	}
	if (w->state.base[0] == '\0')
		strlcpy(w->state.base, w->config.base, sizeof(w->state.base));
	if (w->state.base[0] == '\0' && (git_branch_read(&w->repo, w->state.branch, w->state.base, why,
	    sizeof(why)) == -1 || w->state.base[0] == '\0')) {
		log_warnx("%s: branch %s has no commit", w->state.worktree, w->state.branch);
		return EX_DATAERR;
	}
	if (w->state.head[0] == '\0')
		strlcpy(w->state.head, w->state.base, sizeof(w->state.head));
	return 0;
}

static int
open_git(struct worker *w)
{
	char why[GIT_ERR];

	w->git.repo = &w->repo;
	w->git.dir = text_format("%s/" SESSION_DIR_SAFE_GIT, w->path);
	w->git.objects = strdup(w->repo.objects);
	w->git.worktree = strdup(w->state.worktree);
	w->git.index = text_format("%s/index", w->git.dir);
	w->git.files = w->state.files;
	w->git.at = w->state.head;
	w->git.filters = true;
	if (git_safe_make(&w->repo, w->git.dir, why, sizeof(why)) == -1) {
		log_warnx("%s", why);
		return EX_CANTCREAT;
	}
	return 0;
}

/* Agents write to its target. */
static bool
worktree_is_link(const struct worker *w)
{
	struct stat st;

	if (lstat(w->state.worktree, &st) == -1 || !S_ISLNK(st.st_mode))
		return false;
	log_warnx("%s: the worktree has become a link; put the worktree back there", w->state.worktree);
	return true;
}

int
session_repo_open(struct worker *w)
{
	char *meta;
	int rc;

	if (w->state.worktree == NULL)
		w->state.worktree = w->config.worktree != NULL ? strdup(w->config.worktree)
		    : realpath(".", NULL);
	if (w->state.worktree == NULL) {
		log_warn("the current directory");
		return EX_NOINPUT;
	}
	if (worktree_is_link(w))
		return EX_DATAERR;
	meta = metadata_dir(w);
	if ((rc = open_repository(w, meta)) == 0 && (rc = find_branch(w, meta)) == 0)
		rc = open_git(w);
	free(meta);
	return rc;
}

void
session_repo_close(struct worker *w)
{
	git_repo_release(&w->repo);
	free(w->git.dir);
	free(w->git.objects);
	free(w->git.worktree);
	free(w->git.index);
}
