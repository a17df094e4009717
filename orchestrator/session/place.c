/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/session/place.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/settings/settings.h"
#include "proto/sys/file.h"

#define WORKTREES	".worktrees"
#define EXCLUDE_MAX	(1u << 20)

static const char *
place_base(const struct orch *o)
{
	return o->repo.top != NULL ? o->repo.top : o->repo.common;
}

static bool
is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

/* The path without links and "..", as far as it exists. */
static char *
real_path(const char *path)
{
	char *head = text_format("%s", path), *real = NULL, *slash, *whole;
	const char *rest = "";

	while ((real = realpath(head, NULL)) == NULL && (slash = strrchr(head, '/')) != NULL && slash != head) {
		*slash = '\0';
		rest = path + (slash - head);
	}
	whole = text_format("%s%s", real != NULL && strcmp(real, "/") != 0 ? real : "", real != NULL ? rest : path);
	free(real);
	free(head);
	return whole;
}

void
place_settle(struct orch *o, const struct settings *s)
{
	const char *home = getenv("HOME"), *name = strrchr(o->workspace, '/');
	char *path, *real;

	free(o->worktrees);
	o->worktrees = NULL;
	if (s->worktrees == NULL)
		return;
	path = s->worktrees[0] == '/' ? text_format("%s", s->worktrees) : s->worktrees[0] == '~' ?
	    text_format("%s%s", home != NULL ? home : "", s->worktrees + 1) : text_format("%s/%s", place_base(o), s->worktrees);
	while (strlen(path) > 1 && path[strlen(path) - 1] == '/')
		path[strlen(path) - 1] = '\0';
	real = real_path(path);
	/* several repositories may name the same directory */
	o->worktrees = is_below(real, place_base(o)) ? text_format("%s", real) :
	    text_format("%s/%s" WORKTREES, real, name != NULL ? name + 1 : "");
	free(real);
	free(path);
}

char *
place_dir(const struct orch *o)
{
	return o->worktrees != NULL ? text_format("%s", o->worktrees) : text_format("%s/" WORKTREES, place_base(o));
}

char *
place_path(const struct orch *o, const char *item, const char *where)
{
	char *dir = place_dir(o), *path;

	path = where == NULL ? text_format("%s/%s", dir, item) : where[0] == '/' ? real_path(where) :
	    text_format("%s/%s", place_base(o), where);
	free(dir);
	return path;
}

static int
branch_exists(const struct orch *o, const char *branch, char oid[OID_MAX])
{
	return git_branch_read(&o->repo, branch, oid, NULL, 0) == 0 && oid[0] != '\0';
}

char *
place_branch(const struct orch *o, const struct settings *s, const char *item, int64_t attempt)
{
	char oid[OID_MAX];
	const char *prefix = s->branch_prefix != NULL ? s->branch_prefix :
	    branch_exists(o, "session", oid) ? "sessions/" : "session/";

	return text_format("%s%s/%lld", prefix, item, (long long)attempt);
}

int64_t
place_attempt(const struct orch *o, const struct settings *s, const char *item, int64_t attempt)
{
	char oid[OID_MAX], *branch;
	bool taken = true;

	while (taken) {
		branch = place_branch(o, s, item, attempt);
		taken = branch_exists(o, branch, oid);
		attempt += taken;
		free(branch);
	}
	return attempt;
}

/* A branch that has the name of a directory of the other one leaves no room for it in git. */
static bool
branch_in_way(const struct orch *o, const char *branch)
{
	char *dir = text_format("%s", branch), oid[OID_MAX], *slash;
	bool found = false;

	while (!found && (slash = strrchr(dir, '/')) != NULL) {
		*slash = '\0';
		found = branch_exists(o, dir, oid);
	}
	if (found)
		log_warnx("branch %s is in the way of branch %s; rename it (git branch -m %s NEW), or set \"branch_prefix\" "
		    "in .orchestrator/config.json", dir, branch, dir);
	free(dir);
	return found;
}

static bool
has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (const char *p = text; p != NULL && *p != '\0'; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (strncmp(p, line, len) == 0 && (p[len] == '\n' || p[len] == '\0' || p[len] == '\r'))
			return true;
	}
	return false;
}

/* Appends, since the file may be a link, and has other writers. */
static void
exclude(struct orch *o, const char *line)
{
	char *dir = text_format("%s/info", o->repo.common), *path, *text = NULL, *real, *all = NULL;
	bool cut = false;
	size_t len = 0;
	int fd = -1;

	path = text_format("%s/exclude", dir);
	if ((real = realpath(path, NULL)) != NULL &&
	    file_read(AT_FDCWD, real, EXCLUDE_MAX, &text, &len) == 0) {
		if (has_line(text, line))
			goto done;
		cut = len > 0 && text[len - 1] != '\n';
	}
	mkdir(dir, 0777);
	fd = file_open_path(AT_FDCWD, path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK);
	all = text_format("%s%s\n", cut ? "\n" : "", line);
	if (fd == -1 || file_write_all(fd, all, strlen(all)) == -1)
		log_warn("%s: git status will show %s", path, line);
done:
	file_close(fd);
	free(all);
	free(text);
	free(real);
	free(path);
	free(dir);
}

/* A worktree elsewhere gets its own line, so that git status does not show it. */
static void
exclude_place(struct orch *o, const char *path)
{
	const char *base = place_base(o), *below = path + strlen(base);
	char *line;

	if (strncmp(below, "/" WORKTREES "/", strlen("/" WORKTREES "/")) == 0) {
		exclude(o, "/" WORKTREES "/");
		return;
	}
	line = text_format("%s/", below);
	exclude(o, line);
	free(line);
}

static int
make_directory(const char *dir, const char *base)
{
	struct stat st;

	/* only root may reach what root's runs make, such as files with special mode bits */
	if (mkdir(dir, geteuid() == 0 ? 0700 : 0777) == -1 && errno != EEXIST) {
		log_warnx("%s: %s; make %s writable: worktrees are made there", dir,
		    strerror(errno), base);
		return orch_status(errno);
	}
	if (lstat(dir, &st) == -1 || !S_ISDIR(st.st_mode)) {
		log_warnx("%s: not a directory; move it away: worktrees are made there", dir);
		return EX_CANTCREAT;
	}
	return 0;
}

/* Makes each directory between the repository and the worktree; none may be a link. */
static int
make_all(struct orch *o, const char *path)
{
	size_t base = strlen(place_base(o));
	char *dir = text_format("%s", path);
	bool inside = is_below(path, place_base(o));
	int status = 0;

	if (!inside) {
		*strrchr(dir, '/') = '\0';
		if (file_make_dirs(dir) == -1) {
			log_warnx("%s: %s; make it, or set \"worktree\": {\"directory\": ...} to another directory", dir, strerror(errno));
			status = orch_status(errno);
		}
		strlcat(dir, "/", strlen(path) + 1);
	}
	for (char *p = inside ? strchr(dir + base + 1, '/') : NULL; status == 0 && p != NULL; p = strchr(p + 1, '/')) {
		*p = '\0';
		status = make_directory(dir, place_base(o));
		*p = '/';
	}
	*strrchr(dir, '/') = '\0';
	if (status == 0 && access(dir, W_OK | X_OK) == -1) {
		log_warnx("%s: %s; make it writable: worktrees are made there", dir,
		    strerror(errno));
		status = orch_status(errno);
	}
	free(dir);
	if (status == 0 && inside && o->repo.top != NULL)
		exclude_place(o, path);
	return status;
}

int
place_make(struct orch *o, const char *path, const char *branch, const char *base)
{
	char oid[OID_MAX], reason[GIT_ERR];
	struct stat st;
	int status;

	if (is_below(path, o->home) || (o->worktrees != NULL && strcmp(o->worktrees, place_base(o)) == 0)) {
		log_warnx("worktree %s: worktrees may lie neither among the sessions, in %s, nor beside the files of %s; change "
		    "\"worktree\" of the item, or \"worktree.directory\" of the settings", path, o->home, place_base(o));
		return EX_CONFIG;
	}
	if (access(o->repo.common, W_OK | X_OK) == -1) {
		log_warnx("%s: %s; make it writable: the branch and worktree are recorded there",
		    o->repo.common, strerror(errno));
		return orch_status(errno);
	}
	if ((status = make_all(o, path)) != 0)
		return status;
	/* The item is unclaimed, so a directory without files was left by a failed dispatch. */
	if (lstat(path, &st) == 0)
		place_drop_leftover(o, path, branch, base);
	if (lstat(path, &st) == 0) {
		log_warnx("worktree %s exists already; move away what is in it, then run "
		    "\"git worktree remove %s\"", path, path);
		return EX_CANTCREAT;
	}
	if (git_worktree_add(&o->repo, path, branch, base, reason, sizeof(reason)) == 0)
		return 0;
	if (branch_exists(o, branch, oid))
		log_warnx("branch %s exists already; rename it (git branch -m %s NEW) or delete it "
		    "(git branch -D %s)", branch, branch, branch);
	else if (!branch_in_way(o, branch))
		log_warnx("worktree %s: %s; see that it and %s can be written and have room", path,
		    reason, o->repo.common);
	return EX_CANTCREAT;
}

static int
drop_worktree(struct orch *o, const char *path)
{
	bool inside = is_below(path, place_base(o)) && o->worktrees == NULL;
	char *trash = inside ? text_format("%s/" WORKTREES "/.trash-%ld", place_base(o), (long)getpid()) :
	    text_format("%.*s/.trash-%ld", (int)(strrchr(path, '/') - path), path, (long)getpid());
	char reason[GIT_ERR];
	int rc;

	rc = git_worktree_remove(&o->repo, path, trash, reason, sizeof(reason));
	if (rc == 0)
		file_remove_tree(AT_FDCWD, trash);
	else
		log_warnx("%s", reason);
	free(trash);
	return rc;
}

static int
drop_branch(struct orch *o, const char *branch, const char *oid, const char *why)
{
	char *ref = text_format("refs/heads/%s", branch), reason[GIT_ERR];
	int rc;

	rc = git_ref_move(&o->repo, ref, "", oid, why, reason, sizeof(reason));
	if (rc == -1)
		log_warnx("%s", reason);
	free(ref);
	return rc;
}

int
place_drop(struct orch *o, const char *path, const char *branch, const char *base)
{
	int rc = drop_worktree(o, path);

	return drop_branch(o, branch, base, "orchestrator: dispatch failed") == -1 ? -1 : rc;
}

int
place_drop_leftover(struct orch *o, const char *path, const char *branch, const char *base)
{
	char oid[OID_MAX], reason[GIT_ERR];
	struct git g;
	int yes = git_worktree_empty(path), rc = -1;

	if (yes == -1 && errno != ENOENT && errno != ENOTDIR)
		log_warn("%s", path);
	else if (yes == 0 || (yes == -1 && errno == ENOTDIR))
		rc = 0;
	/* even when only git's metadata are left */
	else if (drop_worktree(o, path) == -1)
		;
	else if (git_branch_read(&o->repo, branch, oid, reason, sizeof(reason)) == -1)
		log_warnx("%s", reason);
	else if (oid[0] == '\0')
		rc = 0;
	else if (orch_git(o, &g, reason, sizeof(reason)) == -1 ||
	    (yes = git_ancestor(&g, oid, base, reason, sizeof(reason))) == -1)
		log_warnx("%s: %s", branch, reason);
	else
		rc = !yes ? 0 : drop_branch(o, branch, oid, "orchestrator: left by a killed dispatch");
	return rc;
}
