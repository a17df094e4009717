/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/record/state.h"

struct cursor {			/* NUL separated fields */
	char	*p, *end;
};

static char *
next(struct cursor *c)
{
	char *field = c->p;

	if (field >= c->end)
		return NULL;
	c->p = field + strlen(field) + 1;
	return field;
}

static void
add_conflict(struct state_conflict **list, size_t *n, const char *path, const char *kind, size_t len)
{
	struct state_conflict *one;

	for (size_t i = 0; i < *n; i++)
		if (strcmp((*list)[i].path, path) == 0)
			return;
	one = array_add(list, n, sizeof(*one));
	one->path = text_format("%s", path);
	one->kind = text_format("%.*s", (int)len, kind);
}

/* Parses messages: a count, that many paths, the type, the text.  "CONFLICT (kind)" is a conflict of the first path. */
static void
read_messages(struct cursor *c, struct state_conflict **list, size_t *n)
{
	char *count, *path, *type, *text, *close;
	long i, paths;

	while ((count = next(c)) != NULL) {
		paths = strtol(count, NULL, 10);
		path = NULL;
		for (i = 0; i < paths; i++)
			if (i == 0)
				path = next(c);
			else if (next(c) == NULL)
				return;
		type = next(c);
		if (type == NULL || (text = next(c)) == NULL)
			return;
		/* The type of two added files is "contents"; only the text names the kind. */
		if (strcmp(type, "CONFLICT (contents)") == 0 &&
		    strncmp(text, "CONFLICT (add/add)", 18) == 0)
			type = text;
		if (path == NULL || strncmp(type, "CONFLICT (", 10) != 0 ||
		    (close = strchr(type, ')')) == NULL)
			continue;
		add_conflict(list, n, path, type + 10, (size_t)(close - type - 10));
	}
}

/* Parses "mode oid stage<TAB>path" for each stage, ended by an empty field. */
static void
read_stages(struct cursor *c, struct state_conflict **list, size_t *n)
{
	char *field, *tab;

	while ((field = next(c)) != NULL && *field != '\0')
		if ((tab = strchr(field, '\t')) != NULL)
			add_conflict(list, n, tab + 1, "unmerged", strlen("unmerged"));
}

void
git_conflicts_read(char *out, size_t len, struct state_conflict **list, size_t *n)
{
	struct cursor c = { out, out + len }, stages = c;

	while (stages.p < stages.end && *stages.p != '\0')
		next(&stages);
	next(&stages);
	read_messages(&stages, list, n);
	read_stages(&c, list, n);
}

int
git_merge_tree(const struct git *g, const char *ours, const char *theirs, char tree[OID_MAX],
    struct state_conflict **list, size_t *n, char *err, size_t errlen)
{
	const char *argv[] = { "merge-tree", "--write-tree", "-z", "--messages", ours, theirs, NULL };
	struct cursor c;
	char *out = NULL, *first;
	size_t len = 0;
	int status = 0, rc = -1;

	*list = NULL;
	*n = 0;
	if (!git_oid_valid(g->repo, ours) || !git_oid_valid(g->repo, theirs))
		return git_fail(err, errlen, "%s: not a full object id", theirs);
	if (git_run(g, argv, NULL, 0, &out, &len, &status, err, errlen) == -1)
		return -1;
	c.p = out;
	c.end = out + (out == NULL ? 0 : len);
	first = out == NULL ? NULL : next(&c);
	if (status > 1) {
		if (status == 129 && git_version_check(err, errlen) == 0)
			git_fail(err, errlen, "git merge-tree: refused its arguments");
	} else if (!git_oid_valid(g->repo, first)) {
		git_fail(err, errlen, "git merge-tree: %s and %s cannot be merged: "
		    "an object is missing", ours, theirs);
	} else {
		memcpy(tree, first, g->repo->hexlen + 1);
		rc = status;
	}
	if (rc == 1)
		git_conflicts_read(c.p, (size_t)(c.end - c.p), list, n);
	free(out);
	return rc;
}
