/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/file.h"
#include "proto/git.h"
#include "proto/text.h"
#include "worker/gitdir.h"
#include "worker/unfinished.h"
#include "worker/worker.h"

#define DEPTH_MAX	8		/* of the names of branches */
#define BRANCHES_MAX	100		/* that are looked at */
#define PATHS_MAX	2000		/* changed files that are searched one by one */
#define PACKED_MAX	(16u << 20)

static const struct { const char *file, *what, *mend; } states[] = {
	{ "MERGE_HEAD", "a merge", "resolve its conflicts and commit, or git merge --abort" },
	{ "rebase-merge", "a rebase", "git rebase --continue, or git rebase --abort" },
	{ "rebase-apply", "a rebase or git am", "continue it, or git rebase --abort" },
	{ "CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue, or git cherry-pick --abort" },
	{ "REVERT_HEAD", "a revert", "git revert --continue, or git revert --abort" },
	{ "BISECT_LOG", "a bisection", "git bisect reset" },
};

bool
unfinished_text(const struct unfinished *u, char *text, size_t len)
{
	for (size_t i = 0; u->file != NULL && i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i].file, u->file) == 0) {
			snprintf(text, len, "%s is not finished in the worktree: %s", states[i].what, states[i].mend);
			return true;
		}
	if (u->unmerged[0] != '\0')
		snprintf(text, len, "%s has conflicts that are not resolved: resolve them, then git add it", u->unmerged);
	else if (strcmp(u->branch, "stash") == 0)
		snprintf(text, len, "work is left in the stash: git stash pop and commit it, or git stash drop");
	else if (u->branch[0] != '\0')
		snprintf(text, len, "branch %s has %ld commit%s that the session's branch has not: merge it, or delete it",
		    u->branch, u->commits, u->commits == 1 ? "" : "s");
	else
		return false;
	return true;
}

struct refs {
	struct strings	 names, oids;	/* below refs/heads/, and refs/stash as "stash" */
	size_t		 hexlen;
};

static void
add_ref(struct refs *r, const char *name, const char *oid)
{
	if (r->names.n >= BRANCHES_MAX || strspn(oid, "0123456789abcdef") != r->hexlen || oid[r->hexlen] != '\0')
		return;
	for (size_t i = 0; i < r->names.n; i++)
		if (strcmp(r->names.v[i], name) == 0)
			return;		/* a loose one counts before a packed one */
	strings_add(&r->names, name);
	strings_add(&r->oids, oid);
}

static void
add_loose(struct refs *r, int dirfd, const char *file, const char *name)
{
	char *buf;
	size_t len;

	if (file_read(dirfd, file, 256, &buf, &len) == -1)
		return;
	buf[text_trim(buf, len)] = '\0';
	add_ref(r, name, buf);
	free(buf);
}

/* fd is closed; prefix is "" or ends with a slash. */
static void
add_branches(struct refs *r, int fd, const char *prefix, int depth)
{
	struct dirent *e;
	struct stat st;
	char *name, *below;
	DIR *d;

	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return;
	}
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.' || file_stat(fd, e->d_name, &st) == -1)
			continue;
		name = text_format("%s%s", prefix, e->d_name);
		below = text_format("%s/", name);
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			add_branches(r, file_open_dir(fd, e->d_name), below, depth + 1);
		else if (S_ISREG(st.st_mode))
			add_loose(r, fd, e->d_name, name);
		free(below);
		free(name);
	}
	closedir(d);
}

static void
add_packed(struct refs *r, int dirfd)
{
	static const char heads[] = " refs/heads/", stash[] = " refs/stash";
	char *buf, *line, *next;
	size_t len;

	if (file_read(dirfd, "packed-refs", PACKED_MAX, &buf, &len) == -1)
		return;
	for (line = buf; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (strlen(line) <= r->hexlen || line[r->hexlen] != ' ')
			continue;
		if (strncmp(line + r->hexlen, heads, strlen(heads)) == 0) {
			line[r->hexlen] = '\0';
			add_ref(r, line + r->hexlen + strlen(heads), line);
		} else if (strcmp(line + r->hexlen, stash) == 0) {
			line[r->hexlen] = '\0';
			add_ref(r, "stash", line);
		}
	}
	free(buf);
}

/* How many commits the session's branch has not; 0 also when it can't be told. */
static long
commits_beside(struct worker *w, const char *dir, const char *oid, const char *head)
{
	char *objects = text_format("%s/objects", dir), not_head[OID_MAX + 1], not_base[OID_MAX + 1], *out = NULL;
	const char *argv[] = { "rev-list", "--count", oid, not_head, not_base, "--", NULL };
	struct git g = w->git;
	char err[GIT_ERR];
	long n = 0;

	snprintf(not_head, sizeof(not_head), "^%s", head);
	snprintf(not_base, sizeof(not_base), "^%s", w->state.base);
	g.objects = objects;
	g.alternates = w->repo.objects;
	g.worktree = g.index = NULL;
	if (git_run(&g, argv, NULL, 0, &out, NULL, NULL, err, sizeof(err)) == 0 && out != NULL)
		n = strtol(out, NULL, 10);
	free(out);
	free(objects);
	return n;
}

static void
find_branch(struct worker *w, const char *dir, int dirfd, struct unfinished *u)
{
	struct refs r = { .hexlen = w->repo.hexlen };
	char head[OID_MAX], err[GIT_ERR];

	add_branches(&r, file_open_beneath(dirfd, "refs/heads"), "", 0);
	add_loose(&r, dirfd, "refs/stash", "stash");
	add_packed(&r, dirfd);
	if (git_private_head(&w->repo, dir, head, err, sizeof(err)) == -1)
		r.names.n = 0;	/* its import says why */
	for (size_t i = 0; i < r.names.n && u->branch[0] == '\0'; i++) {
		if (strcmp(r.names.v[i], w->state.branch) == 0 ||
		    (w->config.target != NULL && strcmp(r.names.v[i], w->config.target) == 0) ||
		    strcmp(r.oids.v[i], head) == 0)
			continue;
		u->commits = commits_beside(w, dir, r.oids.v[i], head);
		if (u->commits > 0)
			strlcpy(u->branch, r.names.v[i], sizeof(u->branch));
	}
	strings_free(&r.names);
	strings_free(&r.oids);
}

static void
find_unmerged(const struct index_entry *e, void *arg)
{
	struct unfinished *u = arg;

	if (e->stage != 0 && u->unmerged[0] == '\0')
		strlcpy(u->unmerged, e->path, sizeof(u->unmerged));
}

enum event
unfinished_git(struct worker *w)
{
	char dir[PATH_MAX + 32], err[GIT_ERR], text[600];
	struct unfinished u = { 0 };
	struct stat st;
	char *index;
	int dirfd;

	gitdir_path(w, SESSION_DIR_AGENT_GIT, dir, sizeof(dir));
	if ((dirfd = file_open_dir(AT_FDCWD, dir)) == -1)
		return EVENT_DONE;	/* what is wrong with it, its import says */
	for (size_t i = 0; u.file == NULL && i < sizeof(states) / sizeof(states[0]); i++)
		if (file_exists(dirfd, states[i].file))
			u.file = states[i].file;
	index = text_format("%s/index", dir);
	(void)index_walk(index, w->repo.hexlen, &st, find_unmerged, &u, err, sizeof(err));
	free(index);
	find_branch(w, dir, dirfd, &u);
	close(dirfd);
	return unfinished_text(&u, text, sizeof(text)) ? worker_hand_back(w, "unfinished", "%s", text) : EVENT_DONE;
}

/* The first of the paths whose file in a commit has all three markers; "" = none. */
static int
marked(struct worker *w, const char *commit, const struct strings *paths, char *first, size_t len, char *err,
    size_t errlen)
{
	static const char *const words[] = { "--literal-pathspecs", "grep", "-I", "-z", "-l", "--all-match",
		"-e", "^<<<<<<< ", "-e", "^=======$", "-e", "^>>>>>>> " };
	const size_t n = sizeof(words) / sizeof(words[0]);
	const char **argv = calloc(n + paths->n + 3, sizeof(*argv));
	struct git g = w->git;
	char *out = NULL, *colon;
	int rc, status;

	if (argv == NULL)
		abort();
	memcpy(argv, words, sizeof(words));
	argv[n] = commit;
	argv[n + 1] = "--";
	for (size_t i = 0; i < paths->n; i++)
		argv[n + 2 + i] = paths->v[i];
	g.worktree = g.index = NULL;
	first[0] = '\0';
	rc = git_run(&g, argv, NULL, 0, &out, NULL, &status, err, errlen);
	if (rc == 0 && out != NULL && (colon = strchr(out, ':')) != NULL)
		strlcpy(first, colon + 1, len);
	free(out);
	free(argv);
	return rc;
}

enum event
unfinished_markers(struct worker *w)
{
	struct strings paths = { 0 }, one = { 0 };
	struct git_change *c;
	char path[1024] = "", before[1024] = "", err[GIT_ERR];
	size_t n;
	int rc;

	if (git_diff(&w->git, w->state.base, w->state.head, &c, &n, err, sizeof(err)) == -1)
		return worker_failed(w, "git", "%s", err);
	for (size_t i = 0; i < n && paths.n < PATHS_MAX; i++)
		if (c[i].status != 'D' && c[i].new_mode != 0160000)
			strings_add(&paths, c[i].path);
	git_changes_free(c, n);
	rc = paths.n == 0 ? 0 : marked(w, w->state.head, &paths, path, sizeof(path), err, sizeof(err));
	if (rc == 0 && path[0] != '\0') {	/* a document about them may have had them before */
		strings_add(&one, path);
		rc = marked(w, w->state.base, &one, before, sizeof(before), err, sizeof(err));
	}
	strings_free(&paths);
	strings_free(&one);
	if (rc == -1)
		return worker_failed(w, "git", "%s", err);
	return path[0] == '\0' || before[0] != '\0' ? EVENT_DONE : worker_hand_back(w, "unfinished",
	    "%s holds the markers of a conflict (<<<<<<<, =======, >>>>>>>): resolve it and commit", path);
}
