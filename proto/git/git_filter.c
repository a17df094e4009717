/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/git/git_internal.h"

#define STORE		"objects"
#define ALTERNATES	STORE "/info/alternates"
#define ATTRIBUTES	"info/attributes"

/* Once written to, it stays apart. */
bool
git_is_apart(const struct git *g)
{
	char *path = text_format("%s/" ALTERNATES, g->dir);
	bool yes = access(path, F_OK) == 0;

	free(path);
	return yes;
}

struct git
git_apart(const struct git *g)
{
	struct git apart = *g;

	apart.objects = git_is_apart(g) ? text_format("%s/" STORE, g->dir) : text_format("%s", g->objects);
	return apart;
}

void
git_apart_free(struct git *apart)
{
	free(apart->objects);
	apart->objects = NULL;
}

static bool
knows_filters(const struct git *g)
{
	return g->filters && g->repo->filters;
}

/* in: paths, each ending with a NUL. */
static int
check_filters(const struct git *g, const struct text *in, struct strings *filtered, char *err, size_t errlen)
{
	char *user = text_format("core.attributesFile=%s", g->repo->attributes), *rules, *out = NULL, *path, *value;
	const char *argv[] = { "-c", user, "check-attr", "-z", "--stdin", "filter", NULL };
	size_t len = 0;
	int rc;

	rules = text_format("%s/" ATTRIBUTES, g->dir);
	rc = git_attributes_copy(g->repo, g->dir, err, errlen);
	if (rc == 0)
		rc = git_run(g, argv, in->buf, in->len, &out, &len, NULL, err, errlen);
	(void)unlink(rules);	/* no other path is converted by these rules */
	for (path = out; rc == 0 && path != NULL && path < out + len; path = value + strlen(value) + 1) {
		value = path + strlen(path) + 1;	/* path, "filter", value */
		value += strlen(value) + 1;
		if (strcmp(value, "unspecified") != 0 && strcmp(value, "unset") != 0 && strcmp(value, "set") != 0)
			strings_add(filtered, path);
	}
	free(rules);
	free(user);
	free(out);
	return rc;
}

int
git_filtered(const struct git *g, const struct strings *paths, struct strings *filtered, char *err, size_t errlen)
{
	struct text in = { 0 };
	int rc = 0;

	if (paths->n == 0 || !knows_filters(g))
		return 0;
	for (size_t i = 0; i < paths->n; i++)
		text_add(&in, paths->v[i], strlen(paths->v[i]) + 1);
	rc = check_filters(g, &in, filtered, err, errlen);
	text_free(&in);
	return rc;
}

int
git_needs_apart(const struct git *g, const struct text *changed, char *err, size_t errlen)
{
	struct strings filtered = { 0 };
	bool needed = git_is_apart(g) || (g->files != NULL && g->files[0] != '\0');
	char *line;
	int rc = 0;

	if (!needed && changed->len > 0 && knows_filters(g)) {
		rc = check_filters(g, changed, &filtered, err, errlen);
		needed = filtered.n > 0;
		strings_free(&filtered);
	}
	if (rc == -1 || !needed)
		return rc;
	line = text_format("%s\n", g->repo->objects);
	rc = git_put_below(g->dir, ALTERNATES, line, true, err, errlen);
	free(line);
	return rc == -1 ? -1 : 1;
}

static void
add_entry(struct text *t, unsigned mode, const char *oid, const char *path, size_t hexlen)
{
	if (mode == 0)
		text_printf(t, "0 %0*d\t", (int)hexlen, 0);
	else
		text_printf(t, "%06o %s\t", mode, oid);
	text_add(t, path, strlen(path) + 1);
}

/* Removals go first, since they may be in the way. */
static int
put_entries(const struct git *g, const struct git_change *c, size_t n, bool undo, char *err, size_t errlen)
{
	static const char *const argv[] = { "update-index", "-z", "--replace", "--index-info", NULL };
	struct text gone = { 0 }, in = { 0 };
	bool drop;
	int rc = 0;

	for (size_t i = 0; i < n; i++) {
		drop = c[i].new_mode == 0 || (undo && c[i].old_mode == 0);
		add_entry(drop ? &gone : &in, drop ? 0 : undo ? c[i].old_mode : c[i].new_mode,
		    undo ? c[i].old_oid : c[i].new_oid, c[i].path, g->repo->hexlen);
	}
	text_add(&gone, in.buf, in.len);
	git_index_unlock(g);
	if (gone.len > 0)
		rc = git_run(g, argv, gone.buf, gone.len, NULL, NULL, NULL, err, errlen);
	text_free(&gone);
	text_free(&in);
	return rc;
}

int
git_index_undo(const struct git *g, const struct git_change *c, size_t n, char *err, size_t errlen)
{
	return put_entries(g, c, n, true, err, errlen);
}

int
git_index_move(const struct git *g, char *index, const char *from, const char *to, char *err, size_t errlen)
{
	struct git apart = git_apart(g);
	struct git_change *c;
	size_t n;
	int rc;

	apart.index = index;
	rc = git_diff(&apart, from, to, &c, &n, err, errlen);
	if (rc == 0) {
		rc = put_entries(&apart, c, n, false, err, errlen);
		if (rc == 0 && n > 0 && strcmp(g->index, index) != 0)
			rc = index_keep_times(g->index, index, g->repo->hexlen, c, n, err, errlen);
		git_changes_free(c, n);
	}
	git_apart_free(&apart);
	return rc;
}

int
git_tree_with(const struct git *g, const char *onto, const struct git_change *c, size_t n, char tree[OID_MAX], char *err,
    size_t errlen)
{
	struct git own = git_apart(g);
	int rc;

	own.index = text_format("%s/move.index", g->dir);
	(void)unlink(own.index);
	rc = git_index_at(&own, onto, err, errlen);
	if (rc == 0)
		rc = put_entries(&own, c, n, false, err, errlen);
	if (rc == 0)
		rc = git_index_tree(&own, tree, err, errlen);
	(void)unlink(own.index);
	free(own.index);
	git_apart_free(&own);
	return rc;
}

int
git_index_tree(const struct git *g, char tree[OID_MAX], char *err, size_t errlen)
{
	static const char *const argv[] = { "write-tree", NULL };
	struct git apart = git_apart(g);
	char *out = NULL;
	int rc = git_run(&apart, argv, NULL, 0, &out, NULL, NULL, err, errlen);

	git_apart_free(&apart);
	return rc == -1 ? -1 : git_take_oid(g, "write-tree", out, tree, err, errlen);
}

int
git_tree_move(const struct git *g, const char *onto, const char *from, const char *to, char tree[OID_MAX], char *err,
    size_t errlen)
{
	struct git apart = git_apart(g);
	struct git_change *c;
	size_t n;
	int rc;

	rc = git_diff(&apart, from, to, &c, &n, err, errlen);
	git_apart_free(&apart);
	if (rc == -1)
		return -1;
	rc = git_tree_with(g, onto, c, n, tree, err, errlen);
	git_changes_free(c, n);
	return rc;
}

/* The index is at commit; reads the changed paths from the worktree. */
static int
read_changes(const struct git *g, const struct git_change *c, size_t n, char *tree, char *err, size_t errlen)
{
	struct text gone = { 0 }, in = { 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		text_add(c[i].new_mode == 0 ? &gone : &in, c[i].path, strlen(c[i].path) + 1);
	rc = git_index_read(g, &gone, &in, (GIT_LIMIT_CONTENT - GIT_LIMIT) * 1000, tree, err, errlen);
	text_free(&gone);
	text_free(&in);
	return rc;
}

int
git_tree_keep(const struct git *g, const char *commit, char tree[OID_MAX], char *err, size_t errlen)
{
	struct git apart = git_apart(g), own = *g;
	struct git_change *c = NULL;
	size_t n = 0;
	int rc;

	if (!git_is_apart(g)) {
		git_apart_free(&apart);
		return 0;
	}
	own.objects = g->repo->objects;
	own.index = text_format("%s/keep.index", g->dir);
	(void)unlink(own.index);
	rc = git_diff(&apart, commit, tree, &c, &n, err, errlen);
	if (rc == 0)
		rc = git_index_at(&own, commit, err, errlen);
	if (rc == 0)
		rc = read_changes(&own, c, n, tree, err, errlen);
	git_changes_free(c, n);
	(void)unlink(own.index);
	free(own.index);
	git_apart_free(&apart);
	return rc;
}
