/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <string.h>
#include <unistd.h>

#include "proto/session/layout.h"
#include "proto/sys/child.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"

#define DEPTH_MAX	32	/* depth of directories that are searched for locks */

/* Directories of git that may contain locks, too: references, and the git directories of submodules and worktrees. */
static bool
has_locks(const char *name)
{
	return strcmp(name, "refs") == 0 || strcmp(name, "modules") == 0 || strcmp(name, "worktrees") == 0;
}

/* Counts git's locks in dir, which is closed, and in its subdirectories with locks; remove also removes them. */
static size_t
locks(int dirfd, int depth, bool remove)
{
	const size_t suffix = strlen(".lock");
	struct dirent *e;
	struct stat st;
	size_t n = 0, len;
	DIR *d = dir_take(dirfd);

	while ((e = dir_next(d)) != NULL) {
		len = strlen(e->d_name);
		if (e->d_name[0] == '.' || file_stat(dirfd, e->d_name, &st) == -1)
			continue;
		if (S_ISDIR(st.st_mode)) {
			if (depth > 0 ? depth < DEPTH_MAX : has_locks(e->d_name))
				n += locks(file_open_dir(dirfd, e->d_name), depth + 1, remove);
		} else if (len > suffix && strcmp(e->d_name + len - suffix, ".lock") == 0)
			n += !remove || unlinkat(dirfd, e->d_name, 0) == 0;
	}
	dir_close(d);
	return n;
}

/* Is a person's git running there, to look after the agent? */
static bool
git_inside(const char *worktree)
{
	char who[1024];

	return proc_inside(worktree, who, sizeof(who)) > 0 && strstr(who, "(git)") != NULL;
}

void
gitdir_unlock(struct worker *w)
{
	size_t n = locks(file_open_dir(w->dirfd, SESSION_DIR_AGENT_GIT), 0, false);

	if (n == 0 || git_inside(w->state.worktree))
		return;
	n = locks(file_open_dir(w->dirfd, SESSION_DIR_AGENT_GIT), 0, true);
	output_log("removed %zu lock%s that a killed git left in " SESSION_DIR_AGENT_GIT, n,
	    n == 1 ? "" : "s");
}
