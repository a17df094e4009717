/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/sandbox/sandbox.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* The private git directory of a session, below the state directory. */
#define PRIVATE	"/" STATE_WORKSPACES "/*/" STATE_INSTANCE "*/" STATE_SESSIONS "/session-*/*"

int
orch_status(int error)
{
	fault_set(error);
	switch (error) {
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case EIO:
		return EX_IOERR;
	default:
		return EX_CANTCREAT;
	}
}

/*
 * Loads config.json of the session whose private git directory this is.  Agents write there, and at .git of the
 * worktree, so only a directory of a session in our state directory counts, and only for its own worktree.
 */
static bool
session_config(const struct orch *o, const char *private, struct config *c)
{
	char *home = realpath(o->home, NULL), *here = realpath(o->dir, NULL), *worktree = NULL, why[RECORD_ERR];
	char *dir = text_format("%.*s", (int)(strrchr(private, '/') - private), private);
	bool found = false;
	int fd = -1;

	memset(c, 0, sizeof(*c));
	if (home != NULL && here != NULL && sandbox_below(private, home) && fnmatch(PRIVATE, private + strlen(home),
	    FNM_PATHNAME | FNM_PERIOD) == 0 && (fd = file_open_dir(AT_FDCWD, dir)) != -1 &&
	    config_load(fd, c, why, sizeof(why)) == 0 && c->worktree != NULL && c->repository != NULL &&
	    (worktree = realpath(c->worktree, NULL)) != NULL)
		found = sandbox_below(here, worktree);
	file_close(fd);
	free(worktree);
	free(here);
	free(home);
	free(dir);
	return found;
}

int
orch_repository(const struct orch *o, struct git_repo *repo, char *err, size_t errlen)
{
	struct config c = { 0 };
	int rc = git_repo_open(repo, o->dir, err, errlen);

	if (rc == -1 && repo->private != NULL && session_config(o, repo->private, &c)) {
		git_repo_release(repo);
		rc = git_repo_open_common(repo, c.repository, err, errlen);
	}
	if (rc == -1)
		git_repo_release(repo);
	config_release(&c);
	return rc;
}

int
orch_git(struct orch *o, struct git *g, char *reason, size_t len)
{
	memset(g, 0, sizeof(*g));
	if (file_make_dirs(o->workspace) == -1) {
		snprintf(reason, len, "%s: %s; make it writable or set ORCHESTRATOR_HOME",
		    o->workspace, strerror(errno));
		return -1;
	}
	if (git_safe_make(&o->repo, o->safe, reason, len) == -1)
		return -1;
	g->repo = &o->repo;
	g->dir = o->safe;
	g->objects = o->repo.objects;
	return 0;
}
