/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/git/git_internal.h"
#include "proto/record/state.h"

#define PATHS_MAX	200	/* limit of paths on a command line */

/* argv followed by the conflicts' paths.  The caller frees the list. */
static const char **
with_paths(const char *const argv[], size_t n, const struct state_conflict *c, size_t nc)
{
	const char **v = calloc(n + PATHS_MAX + 1, sizeof(*v));

	if (v == NULL)
		errx(1, "out of memory");
	memcpy(v, argv, n * sizeof(*v));
	for (size_t i = 0; i < nc && i < PATHS_MAX; i++)
		v[n++] = c[i].path;
	return v;
}

int
git_markers(const struct git *g, const char *tree, const char *ours, const char *theirs,
    const struct state_conflict *c, size_t n, struct strings *paths, char *err, size_t errlen)
{
	char mine[OID_MAX + 16], other[OID_MAX + 16], *out = NULL, *p;
	const char *argv[] = { "--literal-pathspecs", "grep", "-z", "-l", "-e", mine, "-e", other,
		tree, "--" };
	const char **v;
	size_t len = 0;
	int rc, status;

	if (n == 0)
		return 0;
	if (!git_oid_valid(g->repo, tree) || !git_oid_valid(g->repo, ours) ||
	    !git_oid_valid(g->repo, theirs))
		return git_fail(err, errlen, "%s: not a full object id", tree);
	snprintf(mine, sizeof(mine), "^<<<<<<* %s", ours);
	snprintf(other, sizeof(other), "^>>>>>>* %s", theirs);
	/* Without a path git searches the whole tree. */
	v = with_paths(argv, sizeof(argv) / sizeof(argv[0]), c, n > PATHS_MAX ? 0 : n);
	rc = git_run(g, v, NULL, 0, &out, &len, &status, err, errlen);
	free(v);
	if (rc == 0 && status > 1)
		rc = git_fail(err, errlen, "git grep: can't read %s", tree);
	/* "TREE:path" */
	for (p = out; rc == 0 && p != NULL && p < out + len; p += strlen(p) + 1)
		if (strlen(p) > g->repo->hexlen + 1)
			strings_add(paths, p + g->repo->hexlen + 1);
	free(out);
	return rc;
}

int
git_touching(const struct git *g, const char *from, const char *to,
    const struct state_conflict *c, size_t n, struct git_touch **list, size_t *ntouches,
    char *err, size_t errlen)
{
	char range[2 * OID_MAX + 2], max[16], *out = NULL, *p;
	const char *argv[] = { "--literal-pathspecs", "log", "-z", max, "--reverse",
		"--first-parent", "--format=%H %s", "--no-color", "--no-show-signature",
		"--no-notes", "--no-mailmap", range, "--" };
	const char **v;
	size_t hex = g->repo->hexlen, len = 0;
	struct git_touch *t;
	int rc;

	*list = NULL;
	*ntouches = 0;
	if (!git_oid_valid(g->repo, from) || !git_oid_valid(g->repo, to))
		return git_fail(err, errlen, "%s..%s: not full object ids", from, to);
	snprintf(range, sizeof(range), "%s..%s", from, to);
	snprintf(max, sizeof(max), "-%d", GIT_TOUCHES);
	v = with_paths(argv, sizeof(argv) / sizeof(argv[0]), c, n);
	rc = git_run(g, v, NULL, 0, &out, &len, NULL, err, errlen);
	free(v);
	if (rc == 0 && (*list = calloc(GIT_TOUCHES, sizeof(**list))) == NULL)
		errx(1, "out of memory");
	for (p = out; rc == 0 && p != NULL && p < out + len && *ntouches < GIT_TOUCHES;
	    p += strlen(p) + 1) {
		if (strlen(p) <= hex)
			continue;
		t = &(*list)[(*ntouches)++];
		memcpy(t->oid, p, hex);
		if ((t->subject = strdup(p + hex + 1)) == NULL)
			errx(1, "out of memory");
	}
	free(out);
	return rc;
}

void
git_touches_free(struct git_touch *t, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(t[i].subject);
	free(t);
}
