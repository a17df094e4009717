/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/gitdir.h"
#include "worker/tree/worktree.h"

/* Can git read it?  False when it is missing; the agent's may be a FIFO. */
static bool
index_sound(struct worker *w, const char *path)
{
	const char *argv[] = { "ls-files", "--", ".git", NULL };
	struct git g = w->git;
	char err[GIT_ERR], *index = text_format("%s", path);
	struct stat st;
	bool sound;

	g.index = index;
	sound = lstat(index, &st) == 0 && S_ISREG(st.st_mode) &&
	    git_run(&g, argv, NULL, 0, NULL, NULL, NULL, err, sizeof(err)) == 0;
	free(index);
	return sound;
}

/* Removes empty objects: their names would be taken for existing objects.  Only loose ones, in directories of
 * two digits. */
static void
drop_blank(int dirfd, bool top)
{
	struct dirent *e;
	struct stat st;
	DIR *d = dir_take(dirfd);
	int fd;

	while ((e = dir_next(d)) != NULL) {
		if (e->d_name[0] == '.' || file_stat(dirfd, e->d_name, &st) == -1)
			continue;
		if (!top && S_ISREG(st.st_mode) && file_blank(dirfd, e->d_name) == 1)
			(void)unlinkat(dirfd, e->d_name, 0);
		else if (top && strlen(e->d_name) == 2 && S_ISDIR(st.st_mode) &&
		    (fd = file_open_dir(dirfd, e->d_name)) != -1)
			drop_blank(fd, false);
	}
	dir_close(d);
}

/* Can everything be read that HEAD of a git directory refers to?  1; 0; -1 when this can't be determined now.
 * Its trustworthiness is checked at import. */
static int
git_sound(struct worker *w, const char *name)
{
	char commit[OID_MAX], base[OID_MAX + 1], dir[PATH_MAX + 32], err[GIT_ERR] = "", *objects;
	const char *argv[] = { "rev-list", "--objects", "--quiet", commit, base, "--", NULL };
	struct git src = w->git;
	int rc = 1;

	gitdir_path(w, name, dir, sizeof(dir));
	objects = text_format("%s/objects", name);
	drop_blank(file_open_beneath(w->dirfd, objects), true);
	free(objects);
	objects = text_format("%s/objects", dir);
	src.objects = objects;
	src.alternates = w->repo.objects;
	src.worktree = src.index = NULL;
	snprintf(base, sizeof(base), "^%s", w->state.head);
	if (git_private_head(&w->repo, dir, commit, err, sizeof(err)) == -1 ||
	    (strcmp(commit, w->state.head) != 0 && (git_store_check(objects, err, sizeof(err)) == -1 ||
	    git_run(&src, argv, NULL, 0, NULL, NULL, NULL, err, sizeof(err)) == -1)))
		rc = fault_undecided() ? -1 : 0;
	if (rc == 0)
		output_log("%s did not survive (%s): its branch is put back to %.12s, the files are in the worktree",
		    name, err, w->state.head);
	free(objects);
	return rc;
}

/* Remakes the agent's index from its HEAD, which is readable. */
static int
agent_index(struct worker *w, const char *dir, char *index)
{
	char commit[OID_MAX], err[GIT_ERR], *objects = text_format("%s/objects", dir);
	struct git g = w->git;
	int rc;

	g.index = index;
	g.objects = objects;
	g.alternates = w->repo.objects;
	(void)unlink(index);
	rc = git_private_head(&w->repo, dir, commit, err, sizeof(err));
	if (rc == 0)
		rc = git_index_at(&g, commit, err, sizeof(err));
	free(objects);
	return rc;
}

/* Repairs both directories; each keeps its complete commits. */
static int
repair_git(struct worker *w)
{
	char dir[PATH_MAX + 32], index[PATH_MAX + 48], err[GIT_ERR] = "";
	int sound = git_sound(w, SESSION_DIR_GIT), rc = sound;

	gitdir_path(w, SESSION_DIR_GIT, dir, sizeof(dir));
	if (sound == 0)
		rc = git_outside_make(&w->repo, dir, w->state.branch, w->state.head, w->config.target, err, sizeof(err));
	if (rc != -1)
		rc = sound = git_sound(w, SESSION_DIR_AGENT_GIT);
	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	snprintf(index, sizeof(index), "%s/index", dir);
	if (sound == 0)
		rc = git_private_make(&w->repo, dir, w->state.branch, w->state.head, w->config.target, err, sizeof(err));
	if (rc != -1 && (sound == 0 || !(w->rebooted ? agent_index(w, dir, index) == 0 : index_sound(w, index))))
		rc = git_index_give(&w->git, dir, false, err, sizeof(err));
	if (rc == -1 && err[0] != '\0')
		output_log("%s", err);
	if (rc != -1)
		gitdir_return(w, ACTOR_IMPLEMENTER);
	return rc == -1 ? -1 : 0;
}

/* Only its worker moves a session's branch, and its git may have been killed with it. */
static void
drop_lock(struct worker *w)
{
	char *ref = text_format("refs/heads/%s", w->state.branch);
	char *lock = text_format("%s/%s.lock", w->repo.common, ref);

	if (git_ref_valid(ref) && unlink(lock) == 0)
		output_log("removed %s, which a killed git left", lock);
	free(lock);
	free(ref);
}

/* If the record of the worktree's contents is unreadable, it is derived from the commit: filtered files then
 * count as changed. */
static void
repair_files(struct worker *w)
{
	const char *argv[] = { "rev-list", "--objects", "--quiet", w->state.files, "--", NULL };
	struct git g = git_apart(&w->git);
	char err[GIT_ERR];

	if (w->state.files[0] != '\0' && git_run(&g, argv, NULL, 0, NULL, NULL, NULL, err, sizeof(err)) == -1 &&
	    !fault_undecided()) {
		output_log("the record of the worktree's files is lost (%s): filtered files count as changed", err);
		w->state.files[0] = '\0';
	}
	git_apart_free(&g);
}

int
worktree_repair(struct worker *w)
{
	char err[GIT_ERR];
	struct git g;
	int rc;

	drop_lock(w);
	gitdir_unlock(w);
	if (w->state.step == STEP_SETUP) {	/* setup remakes everything */
		(void)unlink(w->git.index);
		return file_remove_tree(w->dirfd, SESSION_DIR_AGENT_GIT) == -1 ||
		    file_remove_tree(w->dirfd, SESSION_DIR_GIT) == -1 ? -1 : 0;
	}
	repair_files(w);
	/* a new index without stat data for any file; while a conflict is being resolved the old one has the
	 * merged contents */
	if (!worker_resolving(w) || !index_sound(w, w->git.index)) {
		(void)unlink(w->git.index);
		g = git_apart(&w->git);
		rc = git_index_at(&g, w->state.files[0] != '\0' ? w->state.files : w->state.head, err, sizeof(err));
		git_apart_free(&g);
		if (rc == -1) {
			output_log("%s", err);
			return -1;
		}
	}
	return repair_git(w);
}
