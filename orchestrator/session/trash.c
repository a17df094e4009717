/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/recycle.h"
#include "orchestrator/session/trash.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/git/pool.h"
#include "proto/record/config.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

static char *
beside(const char *worktree, const char *prefix, const char *session)
{
	const char *slash = strrchr(worktree, '/');

	return text_format("%.*s/%s%s", slash == NULL ? 0 : (int)(slash - worktree), worktree,
	    prefix, session);
}

char *
trash_path(const char *worktree, const char *session)
{
	return beside(worktree, ".trash-", session);
}

char *
trash_gone_path(const char *worktree, const char *session)
{
	return beside(worktree, ".gone-", session);
}

/* An unused name there, malloced. */
static char *
free_name(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = NULL;
	unsigned n = 0;

	do {
		free(name);
		name = text_format("%u-%s", ++n, slash != NULL ? slash + 1 : path);
	} while (file_exists(dirfd, name));
	return name;
}

int
trash_keep_left(const char *worktree, const char *session, const char *tree, const struct strings *left, char *err,
    size_t errlen)
{
	char *dir = beside(worktree, ".left-", session), *name;
	int from = -1, to = -1, rc = 0;

	if (left->n > 0 && ((mkdir(dir, 0700) == -1 && errno != EEXIST) || (from = file_find_dir(AT_FDCWD, tree)) == -1 ||
	    (to = file_find_dir(AT_FDCWD, dir)) == -1))
		rc = -1;
	for (size_t i = 0; rc == 0 && i < left->n; i++) {
		name = free_name(to, left->v[i]);
		if ((rc = file_shift(from, left->v[i], to, name)) == 0)
			log_warnx("%s: git can't save %s: it is kept as %s/%s", session, left->v[i], dir, name);
		else if (errno == ENOENT)
			rc = 0;
		free(name);
	}
	if (rc == -1)
		snprintf(err, errlen, "%s: %s", dir, strerror(errno));
	file_close(from);
	file_close(to);
	free(dir);
	return rc;
}

static int
salvage(const struct git_repo *repo, int fd, const char *path, const char *session,
    const char *trash, char *err, size_t errlen)
{
	struct git g = { .repo = repo, .objects = repo->objects };
	struct strings left = { 0 };
	struct state s;
	bool saved;
	int rc;

	if (state_load(fd, &s, err, errlen) == -1)
		return -1;
	g.dir = text_format("%s/" SESSION_DIR_SAFE_GIT, path);
	g.index = text_format("%s/index", g.dir);
	g.worktree = text_format("%s", trash);
	rc = git_safe_make(repo, g.dir, err, errlen);
	if (rc == 0)
		rc = git_salvage_most(&g, session, s.head[0] != '\0' ? s.head : s.base, &saved, &left, err,
		    errlen);
	if (rc == 0)
		rc = trash_keep_left(trash, session, trash, &left, err, errlen);
	strings_free(&left);
	state_release(&s);
	free(g.dir);
	free(g.index);
	free(g.worktree);
	return rc;
}

static int
remove_entry(const char *entry, char *err, size_t errlen)
{
	if (file_remove_tree(AT_FDCWD, entry) == 0)
		return 0;
	snprintf(err, errlen, "%s: %s", entry, strerror(errno));
	return -1;
}

int
trash_clean_trees(const char *worktree, const char *session, char *err, size_t errlen)
{
	static const char *const names[] = { POOL_CLEAN, POOL_MERGE };
	char *pool = pool_dir(worktree), *entry;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 2 && pool_ours(pool); i++) {
		entry = text_format("%s/%s%s", pool, names[i], session);
		rc = remove_entry(entry, err, errlen);
		free(entry);
	}
	free(pool);
	return rc;
}

void
trash_ended(const struct state *s, const char *session)
{
	char err[GIT_ERR];

	if (s->worktree != NULL && status_undone(s->status) &&
	    trash_clean_trees(s->worktree, session, err, sizeof(err)) == -1)
		log_warnx("%s: %s; orchestrator cleanup removes it", session, err);
}

/* A clean tree with only code that is now in the target: it may keep ignored files. */
static int
keep_clean(struct recycling r, const char *prefix, const char *approved, char *err, size_t errlen)
{
	char *entry = text_format("%s/%s%s", r.pool, prefix, r.session);
	char *tree = text_format("%s/" POOL_TREE, entry), commit[OID_MAX];
	int rc = 0;

	r.trash = tree;
	if (pool_fits(r.repo, entry, commit) && (strcmp(commit, approved) == 0 || strcmp(commit, r.commit) == 0))
		rc = recycle(&r, err, errlen);
	free(tree);
	free(entry);
	return rc;
}

/* 0 = trash is gone; 1 = it must be deleted; -1 = error. */
static int
keep_trees(struct recycling *r, const struct state *s, bool keep_ignored, char *err, size_t errlen)
{
	int rc = recycle(r, err, errlen);

	r->keep_ignored = keep_ignored;
	if (rc != -1 && (keep_clean(*r, POOL_MERGE, s->head, err, errlen) == -1 ||
	    keep_clean(*r, POOL_CLEAN, s->head, err, errlen) == -1))
		rc = -1;
	return rc;
}

static int
keep(const struct git_repo *repo, int fd, const char *session, const char *trash, char *err,
    size_t errlen)
{
	char *pool = pool_dir(trash);
	struct recycling r = { .repo = repo, .session = session, .trash = trash, .pool = pool };
	struct config c;
	struct state s;
	int rc = 1;

	if (config_load(fd, &c, err, errlen) == 0) {
		r.slots = 2 * c.settings.max_parallel;	/* a session has two trees */
		if (c.settings.recycle && pool_ours(pool) && state_load(fd, &s, err, errlen) == 0) {
			r.commit = s.merged;
			if (status_done(s.status) && git_oid_valid(repo, s.merged))
				rc = keep_trees(&r, &s, c.settings.keep_ignored, err, errlen);
			state_release(&s);
		}
		config_release(&c);
	}
	if (rc != -1 && trash_clean_trees(trash, session, err, errlen) == -1)
		rc = -1;
	free(pool);
	return rc;
}

static int
call_gone(const char *trash, const char *gone, char *err, size_t errlen)
{
	if (file_remove_tree(AT_FDCWD, gone) == 0 &&
	    file_move(AT_FDCWD, trash, AT_FDCWD, gone) == 0)
		return 0;
	snprintf(err, errlen, "%s: %s", trash, strerror(errno));
	return -1;
}

static int
discard_locked(const struct git_repo *repo, int fd, const char *path, const char *session,
    const char *trash, char *err, size_t errlen)
{
	char *gone = trash_gone_path(trash, session);
	int rc = 0;

	if (access(trash, F_OK) == 0) {
		rc = salvage(repo, fd, path, session, trash, err, errlen);
		if (rc == 0)
			rc = keep(repo, fd, session, trash, err, errlen);
		if (rc == 1)
			rc = call_gone(trash, gone, err, errlen);
	}
	if (rc == 0 && (rc = file_remove_tree(AT_FDCWD, gone)) == -1)
		snprintf(err, errlen, "%s: %s", gone, strerror(errno));
	free(gone);
	if (rc == -1)
		errno = EIO;
	return rc;
}

int
trash_discard(const struct git_repo *repo, const char *archive, const char *session,
    const char *trash, bool wait, char *err, size_t errlen)
{
	char *path = text_format("%s/%s", archive, session);
	int fd, lock = -1, rc = -1;

	if ((fd = file_open_dir(AT_FDCWD, path)) != -1)
		lock = wait ? lock_take_wait(fd, SESSION_FILE_LOCK, "orchestrator") :
		    lock_take(fd, SESSION_FILE_LOCK, "orchestrator", false);
	if (lock == -1)
		snprintf(err, errlen, "%s: %s", path, strerror(errno));
	else
		rc = discard_locked(repo, fd, path, session, trash, err, errlen);
	file_close(lock);
	file_close(fd);
	free(path);
	return rc;
}
