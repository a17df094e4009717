/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/tree/include.h"

#define NAME		".worktreeinclude"
#define PATTERNS	SESSION_DIR_SAFE_GIT "/include"
#define PATTERNS_MAX	(64u << 10)
#define FILES_MAX	1000
#define BYTES_MAX	(64u << 20)	/* of all files together */

/* The patterns as the target has them, malloced; NULL = none. */
static char *
patterns(struct worker *w)
{
	char spec[OID_MAX + sizeof(NAME) + 1], *text = NULL, err[GIT_ERR];
	const char *argv[] = { "cat-file", "blob", spec, NULL };
	size_t len = 0;
	int status = 0;

	snprintf(spec, sizeof(spec), "%s:" NAME, w->state.base);
	if (git_run(&w->git, argv, NULL, 0, &text, &len, &status, err, sizeof(err)) == 0 && status == 0 && len > 0 &&
	    len <= PATTERNS_MAX)
		return text;
	free(text);
	return NULL;
}

/* The untracked files of the checkout that match the patterns, and that git ignores there: NUL after each. */
static int
matching(struct worker *w, char **out, size_t *len, char *err, size_t errlen)
{
	char *from = text_format("--exclude-from=%s/" PATTERNS, w->path), *list = NULL;
	const char *files[] = { "ls-files", "-z", "-o", "-i", from, NULL };
	static const char *const ignored[] = { "check-ignore", "-z", "--stdin", NULL };
	struct git g = w->git;
	size_t n = 0;
	int status, rc;

	g.worktree = w->repo.top;
	g.index = text_format("%s/index", w->repo.common);
	rc = git_run(&g, files, NULL, 0, &list, &n, NULL, err, errlen);
	if (rc == 0 && n > 0)
		rc = git_run(&g, ignored, list, n, out, len, &status, err, errlen);
	free(list);
	free(from);
	free(g.index);
	return rc;
}

/* The directory of the path below dirfd, made where it is not there; no part of it may be a link, which the work
 * could have put there. */
static int
directory_of(int dirfd, const char *path)
{
	char *copy = text_format("%s", path), *slash;
	int fd = file_open_dir(dirfd, "."), next;

	for (char *p = copy; fd != -1 && (slash = strchr(p, '/')) != NULL; p = slash + 1) {
		*slash = '\0';
		next = file_make_dir(fd, p, 0777) == -1 ? -1 : file_open_dir(fd, p);
		file_close(fd);
		fd = next;
	}
	free(copy);
	return fd;
}

static int
copy(int top, int tree, const char *path, size_t *room)
{
	const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
	char *dir = text_format("%.*s", slash != NULL ? (int)(slash - path) : 1, slash != NULL ? path : "."), *buf = NULL;
	int from = file_open_beneath(top, dir), to = -1, rc = -1;
	struct stat st;
	size_t len = 0;

	if (from != -1 && file_stat(from, name, &st) == 0 && file_read(from, name, *room, &buf, &len) == 0 &&
	    (to = directory_of(tree, path)) != -1) {
		rc = file_create(to, name, buf, len, 0);
		if (rc == 0)
			rc = fchmodat(to, name, st.st_mode & 0777, 0);
		else if (errno == EEXIST)
			rc = len = 0;
	}
	if (rc == 0)
		*room -= len;
	free(buf);
	free(dir);
	file_close(from);
	file_close(to);
	return rc;
}

static void
copy_all(struct worker *w, const char *tree, const char *out, size_t len)
{
	int top = file_find_dir(AT_FDCWD, w->repo.top), to = file_find_dir(AT_FDCWD, tree);
	size_t room = BYTES_MAX, n = 0;
	struct text line = { 0 };

	for (const char *p = out; top != -1 && to != -1 && p < out + len; p += strlen(p) + 1) {
		text_clear(&line);
		text_line(&line, p, strlen(p));
		if (p[0] == '\0' || p[strlen(p) - 1] == '/')	/* another repository */
			continue;
		if (n++ == FILES_MAX) {
			output_log(NAME ": only the first %d files are copied", FILES_MAX);
			break;
		}
		if (copy(top, to, p, &room) == -1)
			output_log(NAME ": %s is not copied: %s", line.buf, errno == EFBIG ? "more than 64 MB in all" : strerror(errno));
	}
	text_free(&line);
	file_close(top);
	file_close(to);
}

/* What there is to copy; 1: nothing, or why is in err. */
static int
find(struct worker *w, char **out, size_t *len, char *err, size_t errlen)
{
	char *text = w->repo.top == NULL ? NULL : patterns(w);
	int rc = 1;

	err[0] = '\0';
	if (text != NULL && file_replace(w->dirfd, PATTERNS, text, strlen(text), 0) == -1)
		snprintf(err, errlen, "%s", strerror(errno));
	else if (text != NULL && matching(w, out, len, err, errlen) == 0)
		rc = 0;
	free(text);
	return rc;
}

void
include_names(struct worker *w, struct strings *names)
{
	char *out = NULL, err[GIT_ERR];
	size_t len = 0;

	if (find(w, &out, &len, err, sizeof(err)) == 0)
		for (const char *p = out; p < out + len && names->n < FILES_MAX; p += strlen(p) + 1)
			strings_add(names, p);
	else if (err[0] != '\0')
		output_log(NAME ": the copied files cannot be listed: %s", err);
	free(out);
}

void
include_files(struct worker *w, const char *tree)
{
	char *out = NULL, err[GIT_ERR];
	size_t len = 0;

	if (find(w, &out, &len, err, sizeof(err)) == 0)
		copy_all(w, tree, out, len);
	else if (err[0] != '\0')
		output_log(NAME ": nothing is copied: %s", err);
	free(out);
}
