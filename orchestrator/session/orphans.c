/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "orchestrator/session/discard.h"
#include "orchestrator/session/orphans.h"
#include "orchestrator/session/place.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/spawn_dir.h"
#include "orchestrator/session/trash.h"
#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/pool.h"
#include "proto/session/layout.h"
#include "proto/settings/settings.h"
#include "proto/sys/cgroup.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

/* Calls fn for each name in dir except . and ..; returns the sum. */
static size_t
each(struct orch *o, const char *dir, size_t (*fn)(struct orch *, int, const char *))
{
	struct dirent	*de;
	size_t		 n = 0;
	DIR		*d = dir == NULL ? NULL : opendir(dir);

	while ((de = dir_next(d)) != NULL)
		n += fn(o, dirfd(d), de->d_name);
	dir_close(d);
	return n;
}

static bool
exists(const char *dir, const char *name)
{
	char	*path = text_format("%s/%s", dir, name);
	bool	 yes = access(path, F_OK) == 0;

	free(path);
	return yes;
}

/* Removes what the newest attempt that never began has made: its branch is the last of those after the former's. */
static int
drop_attempt(struct orch *o, const char *item, const char *path, const char *base)
{
	struct settings	 s;
	struct entry	 former;
	char		*branch;
	int64_t		 n = 1;
	int		 rv;

	if (orch_target_settings(o, &s) != 0)
		return -1;
	if (registry_newest(o, item, &former) == 0) {
		n = former.state.attempt + 1;
		entry_release(&former);
	}
	if (place_attempt(o, &s, item, n) > n)
		n = place_attempt(o, &s, item, n) - 1;
	branch = place_branch(o, &s, item, n);
	rv = place_drop_leftover(o, path, branch, base);
	free(branch);
	settings_release(&s);
	return rv;
}

/*
 * Removes what a killed dispatch made, which contains no work.  A worktree whose
 * session directory was removed contains work: it becomes an ordinary worktree of git.
 * -1: something is left.
 */
static int
drop_place(struct orch *o, const char *item)
{
	char		*path = place_path(o, item, NULL), head[256], base[OID_MAX] = "", why[GIT_ERR];
	struct stat	 st;
	int		 rv = 0;

	if (git_head_branch(&o->repo, head, sizeof(head), why, sizeof(why)) == -1 ||
	    (head[0] != '\0' && git_ref_read(&o->repo, head, base, why, sizeof(why)) == -1)) {
		log_warnx("%s", why);
		rv = -1;
	} else if (base[0] != '\0')
		rv = drop_attempt(o, item, path, base);
	if (rv == 0 && lstat(path, &st) == 0 &&
	    git_worktree_unlink(&o->repo, path, why, sizeof(why)) == -1)
		log_warnx("%s: %s", path, why);
	else if (rv == 0 && !o->json && lstat(path, &st) == 0)
		printf("%s: the work done for %s stays there\n", path, item);
	free(path);
	return rv;
}

/* Checks the usual, live claim, without locking others out. */
static bool
claim_lives(struct orch *o, int dirfd, const char *item)
{
	char	*buf;
	size_t	 len;
	bool	 yes;

	if (file_read(dirfd, item, SESSION_ID_MAX, &buf, &len) == -1)
		return false;
	buf[text_trim(buf, len)] = '\0';
	yes = session_id_valid(buf) && claim_session_exists(o, buf);
	free(buf);
	return yes;
}

static size_t
check_claim(struct orch *o, int dirfd, const char *item)
{
	char	session[SESSION_ID_MAX];
	int	claim;
	size_t	n = 0;

	/* a new dispatch of the item finds it taken */
	if (!item_id_valid(item) || claim_lives(o, dirfd, item) ||
	    (claim = claim_hold(o, item, session, sizeof(session))) == -1)
		return 0;
	if (!claim_session_exists(o, session) && ((o->archive != NULL && session[0] != '\0' &&
	    exists(o->archive, session)) || drop_place(o, item) == 0)) {
		claim_drop(o, item, session);
		if (!o->json)
			printf("claim of %s released: %s is not there\n", item,
			    session[0] != '\0' ? session : "the session that it names");
		n = 1;
	}
	close(claim);
	return n;
}

static void
say_removed(const struct orch *o, const char *name, const char *what)
{
	if (o->json)
		return;
	fputs("removed ", stdout);
	text_print(stdout, name, false);
	printf(", %s\n", what);
}

static size_t
check_unfinished(struct orch *o, int dirfd, const char *name)
{
	const char	*id = name + strlen(".new-");
	char		 item[SESSION_ID_MAX], holder[SESSION_ID_MAX];
	int		 claim = -1;
	bool		 gone;

	if (strncmp(name, DISCARD_GONE, strlen(DISCARD_GONE)) == 0) {
		if (file_remove_tree(dirfd, name) == -1)
			return 0;
		say_removed(o, name, "a discarded session");
		return 1;
	}
	if (strncmp(name, ".new-", strlen(".new-")) != 0 || (entry_item(id, item, sizeof(item)) &&
	    (claim = claim_hold(o, item, holder, sizeof(holder))) == -1 && errno != ENOENT))
		return 0;
	if ((gone = file_remove_tree(dirfd, name) == 0))
		say_removed(o, name, "a session directory that was never finished");
	file_close(claim);
	return gone;
}

/* A worktree that a killed merge has moved away, whose changes are not saved yet. */
static bool
discard(struct orch *o, const char *name, const char *id)
{
	char	*trash, why[GIT_ERR];
	bool	 done;

	if (o->archive == NULL)
		return false;
	trash = place_path(o, name, NULL);
	done = trash_discard(&o->repo, o->archive, id, trash, false, why, sizeof(why)) == 0;
	if (!done && errno != EAGAIN)
		log_warnx("%s is left: %s", trash, why);
	free(trash);
	return done;
}

static size_t
check_trash(struct orch *o, int dirfd, const char *name)
{
	const char	*id = name + strlen(".trash-");

	if (strncmp(name, ".trash-", strlen(".trash-")) == 0 && session_id_valid(id)) {
		if (!discard(o, name, id))
			return 0;
	} else if ((strncmp(name, ".trash-", strlen(".trash-")) != 0 &&
	    strncmp(name, ".gone-", strlen(".gone-")) != 0) || file_remove_tree(dirfd, name) == -1)
		return 0;
	say_removed(o, name, "a discarded worktree");
	return 1;
}

/* The lock of the session that owns the pool entry; -1: it is at work.  *gone: there is no such session. */
static int
lock_session(const struct orch *o, const char *id, bool *gone)
{
	const char	*all[] = { o->sessions, o->archive };	/* sessions move from one to the other */
	int		 fd = -1, lock = -1;
	char		*path;

	*gone = true;
	for (size_t i = 0; i < 2 && fd == -1 && session_id_valid(id); i++) {
		if (all[i] == NULL)
			continue;
		path = text_format("%s/%s", all[i], id);
		if ((fd = file_open_dir(AT_FDCWD, path)) != -1 || errno != ENOENT)
			*gone = false;
		free(path);
	}
	if (fd != -1) {
		lock = lock_take(fd, SESSION_FILE_LOCK, "orchestrator", false);
		close(fd);
	}
	return lock;
}

/* Renames an available entry first: either a worker gets it, or we do. */
static size_t
check_pool(struct orch *o, int dirfd, const char *name)
{
	char	 aside[NAME_MAX + 32];
	bool	 gone = true;
	int	 lock = -1;
	size_t	 n = 0;

	if (pool_name(name)) {
		snprintf(aside, sizeof(aside), ".gone-%ld-%s", (long)getpid(), name);
		if (file_shift(dirfd, name, dirfd, aside) == 0 &&
		    file_remove_tree(dirfd, aside) == 0)
			n = 1;
	} else {
		if (strncmp(name, POOL_NEW, strlen(POOL_NEW)) == 0)
			lock = lock_session(o, name + strlen(POOL_NEW), &gone);
		else if (strncmp(name, POOL_TAKEN, strlen(POOL_TAKEN)) == 0)
			lock = lock_session(o, name + strlen(POOL_TAKEN), &gone);
		else if (strncmp(name, POOL_CLEAN, strlen(POOL_CLEAN)) == 0)
			gone = !exists(o->sessions, name + strlen(POOL_CLEAN));
		else if (strncmp(name, POOL_MERGE, strlen(POOL_MERGE)) == 0)
			lock = lock_session(o, name + strlen(POOL_MERGE), &gone);
		if ((lock != -1 || gone) && file_remove_tree(dirfd, name) == 0)
			n = 1;
		file_close(lock);
	}
	if (n > 0)
		say_removed(o, name, "a pooled worktree");
	return n;
}

static size_t
check_worktrees(struct orch *o)
{
	char	*dir = place_dir(o), *pool = text_format("%s/" POOL_DIR, dir);
	size_t	 n = each(o, dir, check_trash);

	if (pool_ours(pool)) {
		n += each(o, pool, check_pool);
		(void)rmdir(pool);
	}
	free(pool);
	free(dir);
	return n;
}

static size_t
check_merged(struct orch *o, int dirfd, const char *id)
{
	struct entry	 e;
	struct stat	 st;
	char		*path, why[GIT_ERR];
	size_t		 n = 0;

	(void)dirfd;
	path = text_format("%s/%s", o->archive, id);
	if (entry_load(&e, path, true) == 0) {
		if (e.error == NULL && status_done(e.state.status) &&
		    e.state.worktree != NULL && lstat(e.state.worktree, &st) == 0 &&
		    entry_worktree_is_ours(o, &e)) {
			if (entry_put_away(o, &e, true, why, sizeof(why)) == 0) {
				if (!o->json)
					printf("%s: merged: worktree and branch removed\n", e.id);
				n = 1;
			} else
				log_warnx("%s: worktree not removed: %s", e.id, why);
		}
		entry_release(&e);
	}
	free(path);
	return n;
}

size_t
orphans_remove(struct orch *o)
{
	char	*claims = text_format("%s/" STATE_CLAIMS, o->workspace), head[256];
	struct cgroup_place place;
	struct settings s;
	size_t	 n;

	if (orch_target_settings(o, &s) == 0) {
		place_settle(o, &s);
		settings_release(&s);
	}

	if (git_head_branch(&o->repo, head, sizeof(head), NULL, 0) == 0 && head[0] != '\0')
		git_locks_left(&o->repo, head);
	n = spawn_dir_tidy(o);
	if (n > 0)
		say_removed(o, "bin/.tmp-*", "a copy of the worker that was never finished");
	n += each(o, claims, check_claim);
	n += each(o, o->sessions, check_unfinished);
	n += each(o, o->archive, check_merged);
	n += check_worktrees(o);
	if (o->worktrees != NULL) {	/* those made under other settings */
		place_settle(o, &(struct settings){ 0 });
		n += check_worktrees(o);
	}
	if (cgroup_here(&place, NULL, 0) == 0)
		cgroup_sweep(place.mount);
	free(claims);
	return n;
}
