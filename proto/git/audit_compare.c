/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/text.h"
#include "proto/git/audit.h"
#include "proto/git/git.h"

struct entry {		/* "KIND NAME VALUE", in the order of kinds and names */
	const char	*key, *value;
	size_t		 keylen, valuelen;
};

/* The entry at *p, which is advanced; false at the end. */
static bool
next(const char **p, struct entry *e)
{
	const char *kind = *p, *name, *end;

	if (*kind == '\0')
		return false;
	end = kind + strcspn(kind, "\n");
	name = memchr(kind, ' ', (size_t)(end - kind));
	name = name != NULL ? memchr(name + 1, ' ', (size_t)(end - name - 1)) : NULL;
	*e = (struct entry){ .key = kind, .value = name != NULL ? name + 1 : end,
		.keylen = (size_t)((name != NULL ? name : end) - kind) };
	e->valuelen = (size_t)(end - e->value);
	*p = end + (*end == '\n');
	return true;
}

static bool
same(const struct entry *a, const struct entry *b)
{
	return a->valuelen == b->valuelen && memcmp(a->value, b->value, a->valuelen) == 0;
}

/* Finds the entry with the same key in a whole snapshot. */
static bool
find(const char *snapshot, const struct entry *key, struct entry *found)
{
	while (next(&snapshot, found))
		if (found->keylen == key->keylen && memcmp(found->key, key->key, key->keylen) == 0)
			return true;
	return false;
}

/* The first commit of base..head; "" when there is none. */
static int
first_commit(const struct git *g, const char *base, const char *head, char oid[OID_MAX], char *err,
    size_t errlen)
{
	char range[2 * OID_MAX + 2], *out = NULL;
	const char *argv[] = { "rev-list", "--reverse", range, "--", NULL };
	size_t len;

	oid[0] = '\0';
	if (strcmp(base, head) == 0)
		return 0;
	snprintf(range, sizeof(range), "%s..%s", base, head);
	if (git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	if (out != NULL && len >= g->repo->hexlen)
		snprintf(oid, OID_MAX, "%.*s", (int)g->repo->hexlen, out);
	free(out);
	return 0;
}

static int
branch(const struct git *g, const char *name, const struct entry *now, const char *own, const char *how,
    const char *base, const char *head, struct audit *a, char *err, size_t errlen)
{
	char first[OID_MAX], oid[OID_MAX] = "", *line;
	size_t prefix = branch_prefix_len(own);
	int rc = 0;

	if (now != NULL && now->valuelen < sizeof(oid))
		snprintf(oid, sizeof(oid), "%.*s", (int)now->valuelen, now->value);
	if (git_oid_valid(g->repo, oid)) {
		if (first_commit(g, base, head, first, err, errlen) == -1)
			return -1;
		rc = first[0] == '\0' ? 0 : git_ancestor(g, first, oid, err, errlen);
	}
	if (rc == -1)
		return -1;
	line = text_format("branch %s: %s", name, rc == 1 ? "holds commits of the session"
	    : how);
	if (rc == 1)
		strings_add(&a->breaches, line);
	else if (prefix == 0 || strncmp(name, own, prefix) != 0)
		strings_add(&a->notices, line);
	free(line);
	return 0;
}

/* was is the entry before, now the entry after; one of the two may be NULL. */
static int
changed(const struct git *g, const struct entry *was, const struct entry *now, const char *own,
    const char *base, const char *head, struct audit *a, char *err, size_t errlen)
{
	const struct entry *e = was != NULL ? was : now;
	const char *how = was == NULL ? "was added" : now == NULL ? "was removed" : "was changed";
	char *key = text_format("%.*s", (int)e->keylen, e->key), *line;
	const char *name = strchr(key, ' ') != NULL ? strchr(key, ' ') + 1 : key;
	int rc = 0;

	if (strncmp(key, "branch ", 7) == 0) {
		if (strcmp(name, own) != 0)
			rc = branch(g, name, now, own, how, base, head, a, err, errlen);
	} else if (strncmp(key, "head ", 5) == 0)
		strings_add(&a->notices, "the main checkout is on another branch");
	else {
		line = text_format("%s%s of the repository: %s", key[0] == 'h' ? "hooks/" : "",
		    name, how);
		strings_add(&a->breaches, line);
		free(line);
	}
	free(key);
	return rc;
}

int
audit_repository(const struct git *g, const char *before, const char *after, const char *own,
    const char *base, const char *head, struct audit *a, char *err, size_t errlen)
{
	struct entry e, other;
	const char *p;

	if (strcmp(before, after) == 0)
		return 0;
	for (p = before; next(&p, &e);) {
		bool still = find(after, &e, &other);

		if ((!still || !same(&e, &other)) && changed(g, &e, still ? &other : NULL, own, base,
		    head, a, err, errlen) == -1)
			return -1;
	}
	for (p = after; next(&p, &e);)
		if (!find(before, &e, &other) &&
		    changed(g, NULL, &e, own, base, head, a, err, errlen) == -1)
			return -1;
	return 0;
}

int
audit_beyond(const struct git *g, const char *base, const char *head, const char *approved, const char *tip, char *err,
    size_t errlen)
{
	char *all = NULL, *rest = NULL, from[OID_MAX + 1], without[OID_MAX + 1], less[OID_MAX + 1];
	const char *argv[] = { "rev-list", "--count", head, from, without, "--", NULL };
	const char *fewer[] = { "rev-list", "--count", head, from, without, less, "--", NULL };
	int rc;

	snprintf(from, sizeof(from), "^%s", base);
	snprintf(without, sizeof(without), "^%s", approved);
	snprintf(less, sizeof(less), "^%s", tip);
	if ((rc = git_run(g, argv, NULL, 0, &all, NULL, NULL, err, errlen)) == 0 &&
	    (rc = git_run(g, fewer, NULL, 0, &rest, NULL, NULL, err, errlen)) == 0)
		rc = all == NULL || rest == NULL || strcmp(all, rest) != 0;
	free(all);
	free(rest);
	return rc;
}
