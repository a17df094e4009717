/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "orchestrator/execute/artifacts.h"
#include "proto/base/text.h"
#include "proto/git/git.h"

#define ARTIFACTS_MAX	10000	/* files of one merge */

void
artifacts_release(struct artifacts *a)
{
	for (size_t i = 0; i < a->n; i++)
		free(a->v[i].path);
	free(a->v);
	memset(a, 0, sizeof(*a));
}

static void
add(struct artifacts *a, const char *path)
{
	if ((a->n & (a->n - 1)) == 0 &&
	    (a->v = reallocarray(a->v, a->n == 0 ? 1 : a->n * 2, sizeof(*a->v))) == NULL)
		err(1, NULL);
	a->v[a->n].bytes = 0;
	a->v[a->n++].path = text_format("%s", path);
}

/* COMMIT, then for each file ":100644 100644 OLD NEW M" and its path; each field ends with a NUL. */
int
artifacts_parse(const char *out, size_t len, size_t hex, const char *const commits[], size_t n,
    struct artifacts *of, struct text *oids)
{
	const char *end = out + len, *path;
	struct artifacts *to = NULL;
	unsigned long mode;
	size_t at = 0;

	for (const char *p = out; p < end; p += strlen(p) + 1) {
		if (*p != ':') {
			/* A commit without differences may be missing. */
			while (at < n && strcmp(commits[at], p) != 0)
				at++;
			if (at == n)
				return -1;
			to = &of[at++];
			continue;
		}
		path = p + strlen(p) + 1;
		if (to == NULL || path >= end || strlen(p) != 1 + 7 + 7 + hex + 1 + hex + 1 + 1)
			return -1;
		mode = strtoul(p + 8, NULL, 8);
		if ((mode & 0170000) == 0100000 && to->n < ARTIFACTS_MAX) {
			add(to, path);
			text_add(oids, p + 15 + hex + 1, hex);
			text_puts(oids, "\n");
		}
		p = path;
	}
	return 0;
}

/* Parses a line for each, in order. */
void
artifacts_sizes(const char *out, struct artifacts *of, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < of[i].n; k++) {
			of[i].v[k].bytes = strtoll(out, NULL, 10);
			out += strcspn(out, "\n");
			out += *out == '\n';
		}
}

int
artifacts_load(const struct git *g, const char *const commits[], size_t n, struct artifacts *of,
    char *err, size_t errlen)
{
	static const char *const diff[] = { "diff-tree", "--stdin", "-r", "-z", "--raw", "--root",
		"--no-renames", "--no-abbrev", "--no-ext-diff", "--diff-merges=first-parent", NULL };
	static const char *const sizes[] = { "cat-file", "--batch-check=%(objectsize)", NULL };
	struct text in = { 0 }, oids = { 0 };
	char *out = NULL;
	size_t len = 0;
	int rv;

	memset(of, 0, n * sizeof(*of));
	for (size_t i = 0; i < n; i++) {
		if (git_oid_valid(g->repo, commits[i]))
			text_printf(&in, "%s\n", commits[i]);
	}
	rv = git_run(g, diff, in.buf, in.len, &out, &len, NULL, err, errlen);
	if (rv == 0 && artifacts_parse(out, len, g->repo->hexlen, commits, n, of, &oids) == -1) {
		snprintf(err, errlen, "git diff-tree: unexpected output");
		rv = -1;
	}
	free(out);
	out = NULL;
	if (rv == 0 && oids.len > 0 && (rv = git_run(g, sizes, oids.buf, oids.len, &out, &len, NULL,
	    err, errlen)) == 0)
		artifacts_sizes(out, of, n);
	free(out);
	text_free(&in);
	text_free(&oids);
	for (size_t i = 0; rv == -1 && i < n; i++)
		artifacts_release(&of[i]);
	return rv;
}
