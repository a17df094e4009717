/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

static struct strings
diff_arguments(const struct git_view *v)
{
	char *stat = text_format("--stat=%zu", v->columns);
	const char *const all[] = { "diff-tree", "-r", "--no-ext-diff", "--no-textconv", "-M", "--submodule=short",
		"--ws-error-highlight=none", v->color ? "--color=always" : "--no-color", v->stat ? stat : "-p", v->from, v->to, "--" };
	struct strings s = { 0 };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		strings_add(&s, all[i]);
	for (size_t i = 0; v->paths != NULL && v->paths[i] != NULL; i++)
		strings_add(&s, v->paths[i]);
	free(stat);
	return s;
}

static int
put_all(const struct git *g, const char *const argv[], bool (*put)(const char *, size_t, void *), void *arg,
    char *err, size_t errlen)
{
	struct git_child p;
	char buf[65536];
	ssize_t n;
	int fd[2], rc;

	if (file_pipe(fd) == -1)
		return git_fail_errno(err, errlen, "pipe");
	rc = git_start(&p, g, argv, -1, fd[1], err, errlen);
	close(fd[1]);
	if (rc == 0) {
		p.wait.deadline = 0;	/* a person may read it slowly */
		while ((n = git_read(&p, fd[0], buf, sizeof(buf), err, errlen)) > 0 && put(buf, (size_t)n, arg))
			;
		if (n == 0)
			rc = git_finish(&p, err, errlen);
		else {
			git_end(&p);
			rc = n == -1 ? -1 : 0;
		}
	}
	close(fd[0]);
	return rc;
}

int
git_view(const struct git *g, const struct git_view *v, bool (*put)(const char *, size_t, void *), void *arg, char *err,
    size_t errlen)
{
	struct git bare = *g;
	struct strings s;
	const char **argv;
	int rc;

	/* the worktree's attributes need not be committed, and do not decide what is shown */
	bare.worktree = bare.index = NULL;
	if (!git_oid_valid(g->repo, v->from) || !git_oid_valid(g->repo, v->to))
		return git_fail(err, errlen, "%s..%s: not full object ids", v->from, v->to);
	s = diff_arguments(v);
	argv = strings_vector(&s);
	rc = put_all(&bare, argv, put, arg, err, errlen);
	free(argv);
	strings_free(&s);
	return rc;
}

/* "ADDED\tREMOVED\tPATH", with "-" for a binary file. */
static int
read_size(char *line, struct git_size *size)
{
	char *added = strsep(&line, "\t"), *removed = strsep(&line, "\t");

	if (line == NULL || *line == '\0')
		return -1;
	size->binary = *added == '-';
	size->added = strtoll(added, NULL, 10);
	size->removed = strtoll(removed, NULL, 10);
	if (size->binary)
		size->added = size->removed = 0;
	size->path = text_format("%s", line);
	return 0;
}

int
git_sizes(const struct git *g, const char *from, const char *to, const char *const *paths, struct git_size **sizes, size_t *n,
    char *err, size_t errlen)
{
	static const char *const options[] = { "diff-tree", "-r", "-z", "--raw", "--numstat", "--no-renames", "--no-ext-diff",
		"--no-textconv" };
	struct git bare = *g;
	struct git_size one;
	struct strings s = { 0 };
	struct text status = { 0 };	/* a letter for each file, in the order of the sizes that follow */
	const char **argv;
	char *out = NULL, *p, *next;
	size_t len = 0;
	int rc;

	bare.worktree = bare.index = NULL;
	*sizes = NULL;
	*n = 0;
	if (!git_oid_valid(g->repo, from) || !git_oid_valid(g->repo, to))
		return git_fail(err, errlen, "%s..%s: not full object ids", from, to);
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		strings_add(&s, options[i]);
	strings_add(&s, from);
	strings_add(&s, to);
	strings_add(&s, "--");
	for (; paths != NULL && *paths != NULL; paths++)
		strings_add(&s, *paths);
	argv = strings_vector(&s);
	rc = git_run(&bare, argv, NULL, 0, &out, &len, NULL, err, errlen);
	free(argv);
	strings_free(&s);
	for (p = out; rc == 0 && p != NULL && p < out + len; p = next) {
		next = p + strlen(p) + 1;
		if (*p == ':') {	/* ":100644 100644 OLD NEW M", and the path */
			text_add(&status, next - 2, 1);
			next += strlen(next) + 1;
			continue;
		}
		if (read_size(p, &one) == -1)
			continue;
		one.status = *n < status.len ? status.buf[*n] : 'M';
		if ((*n & (*n - 1)) == 0 &&
		    (*sizes = reallocarray(*sizes, *n == 0 ? 1 : *n * 2, sizeof(one))) == NULL)
			errx(1, "out of memory");
		(*sizes)[(*n)++] = one;
	}
	text_free(&status);
	free(out);
	return rc;
}

void
git_sizes_free(struct git_size *sizes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(sizes[i].path);
	free(sizes);
}

int
git_merge_base(const struct git *g, const char *one, const char *other, char oid[OID_MAX], char *err, size_t errlen)
{
	const char *const argv[] = { "merge-base", one, other, NULL };
	char *out = NULL;
	int status;

	oid[0] = '\0';
	if (!git_oid_valid(g->repo, one) || !git_oid_valid(g->repo, other))
		return git_fail(err, errlen, "%s..%s: not full object ids", one, other);
	if (git_run(g, argv, NULL, 0, &out, NULL, &status, err, errlen) == -1)
		return -1;
	if (status == 0)
		return git_take_oid(g, "merge-base", out, oid, err, errlen);
	free(out);
	return status == 1 ? 0 : -1;
}

/* The first line that git prints by the user's own configuration, malloced; NULL = it has failed. */
static char *
ask_user_config(const char *const argv[])
{
	char *out = NULL;
	struct git_call c = { .argv = argv, .dir = "/", .user_config = true, .out = &out };

	if (git_call(&c, NULL, 0) == -1 || out == NULL)
		return NULL;
	out[strcspn(out, "\n")] = '\0';
	return out;
}

bool
git_user_colors(void)
{
	char *out = ask_user_config((const char *const[]){ "config", "--get-colorbool", "color.diff", "true", NULL });
	bool yes = out != NULL && strcmp(out, "true") == 0;

	free(out);
	return yes;
}

char *
git_user_pager(void)
{
	char *out = ask_user_config((const char *const[]){ "config", "--bool", "--get", "pager.diff", NULL });

	if (out != NULL && strcmp(out, "false") == 0) {
		free(out);
		return NULL;
	}
	free(out);
	out = ask_user_config((const char *const[]){ "var", "GIT_PAGER", NULL });
	if (out == NULL || (*out != '\0' && strcmp(out, "cat") != 0))
		return out;
	free(out);
	return NULL;
}
