/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_REPO_H
#define TESTS_REPO_H

/*
 * Real repositories for tests, made with the shell in the current (scratch)
 * directory.  sh() runs a command and fails the test when it fails; sh_out()
 * gives its first line; sh_ok() says whether it succeeds.
 */

#include <sys/stat.h>

#include <errno.h>

#include "proto/git/git.h"
#include "tests/unit/scratch.h"

static char err[GIT_ERR];	/* reason of the last failure, for OK() and ERR */

#define CLEAN_GIT							\
	"unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; "			\
	"export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 "	\
	"GIT_AUTHOR_NAME=T GIT_AUTHOR_EMAIL=t@t GIT_COMMITTER_NAME=T "	\
	"GIT_COMMITTER_EMAIL=t@t; "

static inline bool
sh_ok(const char *command)
{
	char *full;
	int status;

	assert_true(asprintf(&full, "exec >/dev/null 2>&1; " CLEAN_GIT "%s", command) != -1);
	status = system(full);
	free(full);
	return status == 0;
}

static inline void
sh(const char *command)
{
	if (!sh_ok(command))
		fail_msg("failed: %s", command);
}

static inline const char *
sh_out(const char *command)
{
	static char buf[8][512];
	static int turn;
	char *full, *line = buf[turn++ % 8];
	FILE *f;

	assert_true(asprintf(&full, CLEAN_GIT "%s", command) != -1);
	assert_non_null(f = popen(full, "r"));
	if (fgets(line, sizeof(buf[0]), f) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	pclose(f);
	free(full);
	return line;
}

/* A repository "r" with a commit on main; opens it. */
static inline void
repo_make(struct git_repo *r, const char *options)
{
	char *cmd;

	assert_true(asprintf(&cmd, "git init -q -b main %s r && cd r && mkdir dir && "
	    "echo one >a && echo two >dir/b && printf '#!/bin/sh\\n' >x && chmod +x x && "
	    "ln -s a link && echo '*.o' >.gitignore && git add -A && git commit -qm first",
	    options) != -1);
	sh(cmd);
	free(cmd);
	setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
	setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	if (git_repo_open(r, "r", err, sizeof(err)) == -1)
		fail_msg("%s", err);
}

/* A safe directory "safe" for worktree (NULL = none). */
static inline void
safe_make(struct git *g, const struct git_repo *r, const char *worktree)
{
	static char dir[4200], index[4300], tree[4200];
	char *cwd = getcwd(NULL, 0);

	memset(g, 0, sizeof(*g));
	snprintf(dir, sizeof(dir), "%s/safe", cwd);
	snprintf(index, sizeof(index), "%s/safe/index", cwd);
	if (worktree != NULL)
		snprintf(tree, sizeof(tree), "%s/%s", cwd, worktree);
	free(cwd);
	g->repo = r;
	g->dir = dir;
	g->objects = r->objects;
	g->index = index;
	g->worktree = worktree == NULL ? NULL : tree;
	if (git_safe_make(r, dir, err, sizeof(err)) == -1)
		fail_msg("%s", err);
}

#define OK(call)	do {						\
	err[0] = '\0';							\
	if ((call) == -1)						\
		fail_msg("%s: %s", #call, err);				\
} while (0)
#define ERR	err, sizeof(err)

#endif
