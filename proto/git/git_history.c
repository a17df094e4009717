/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

/* Is it the session's branch, or that of another attempt at its item? */
static bool
is_own(const char *branch, const char *own)
{
	size_t n = branch_prefix_len(own) > 0 ? branch_item_len(own) : 0;

	return strcmp(branch, own) == 0 || (n > 0 && strncmp(branch, own, n) == 0);
}

/* "^commit", one per line, for each branch of others, local and remote, and each tag; and the tip of the
 * target, "" = no such branch. */
static int
others(const struct git_repo *r, const char *own, const char *target, struct text *t, char tip[OID_MAX], char *err,
    size_t errlen)
{
	static const char *const prefixes[] = { "refs/heads/", "refs/remotes/", "refs/tags/" };
	int dirfd = file_find_dir(AT_FDCWD, r->common), rc = dirfd == -1 ? git_fail_errno(err, errlen, "%s", r->common) : 0;
	struct git_refs refs;
	const char *name;

	tip[0] = '\0';
	for (size_t i = 0; rc == 0 && i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if ((rc = git_refs_list(dirfd, prefixes[i], r->hexlen, false, &refs, err, errlen)) == -1)
			break;
		for (size_t n = 0; n < refs.n; n++) {
			name = refs.v[n].name + strlen(prefixes[i]);
			if (i == 0 && target != NULL && strcmp(name, target) == 0)
				strlcpy(tip, refs.v[n].oid, OID_MAX);
			if (i > 0 || !is_own(name, own))
				text_printf(t, "^%s\n", refs.v[n].oid);
		}
		git_refs_free(&refs);
	}
	file_close(dirfd);
	return rc;
}

static int
rev_list(const struct git *g, const char *option, const struct text *in, char **out, char *err, size_t errlen)
{
	const char *argv[] = { "rev-list", option, "--ignore-missing", "--stdin", NULL };

	return git_run(g, argv, in->buf, in->len, out, NULL, NULL, err, errlen);
}

/* Adds the boundary commits of those in out, one per line; true when it is base alone.  own: the work has
 * commits that no other branch has. */
static bool
find_roots(char *out, const char *base, const char *commit, struct text *roots, bool *own)
{
	bool plain = true, any = false;
	char *line, *next;

	for (line = out; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		any = any || *line != '-';
		if (*line != '-' || strcmp(line + 1, base) == 0)
			continue;
		plain = false;
		text_printf(roots, "%s\n", line + 1);
	}
	*own = any;
	if (!any)
		text_printf(roots, "%s\n", commit);
	return plain && any;
}

/* The last commit of the target that the work contains, if there is one. */
static int
last_of_target(const struct git *g, const char *commit, const char *tip, char base[OID_MAX], char *err, size_t errlen)
{
	const char *argv[] = { "merge-base", "--all", commit, tip, NULL };
	char *out = NULL;
	int status, rc;

	if (tip[0] == '\0')
		return 0;
	rc = git_run(g, argv, NULL, 0, &out, NULL, &status, err, errlen);
	if (rc == 0 && out != NULL && strlen(out) == g->repo->hexlen + 1) {
		out[g->repo->hexlen] = '\0';
		if ((rc = git_ancestor(g, base, out, err, errlen)) == 1)
			strlcpy(base, out, OID_MAX);
	}
	free(out);
	return rc == -1 ? -1 : 0;
}

/* Without a merge and without a commit of its own, the work may be exactly a commit that another session made
 * with the same content at the same time. */
static int
has_merges(const struct git *g, const char *commit, const char *base, char *err, size_t errlen)
{
	struct text in = { 0 };
	char *out = NULL;
	int rc;

	text_printf(&in, "%s\n^%s\n", commit, base);
	rc = rev_list(g, "--merges", &in, &out, err, errlen);
	if (rc == 0)
		rc = out != NULL && out[0] != '\0';
	free(out);
	text_free(&in);
	return rc;
}

int
git_history(const struct git *g, const char *commit, const char *own, const char *target, char base[OID_MAX], char *err,
    size_t errlen)
{
	struct text in = { 0 }, roots = { 0 };
	char tip[OID_MAX], last[OID_MAX], *out = NULL;
	bool beyond = false;
	int rc;

	strlcpy(last, base, sizeof(last));
	text_printf(&in, "%s\n^%s\n", commit, base);
	rc = others(g->repo, own, target, &in, tip, err, errlen);
	if (rc == 0 && (rc = rev_list(g, "--boundary", &in, &out, err, errlen)) == 0 &&
	    !find_roots(out, base, commit, &roots, &beyond) &&
	    (rc = last_of_target(g, commit, tip, last, err, errlen)) == 0 && strcmp(last, commit) != 0) {
		free(out);
		out = NULL;
		text_printf(&roots, "^%s\n", last);
		rc = rev_list(g, "-1", &roots, &out, err, errlen);
		if (rc == 0 && out != NULL && out[0] != '\0' && (rc = beyond ? 1 : has_merges(g, commit, last, err, errlen)) == 1)
			rc = git_fail_as(FAULT_WORK, err, errlen, "commit %.12s belongs to another branch and is in the history "
			    "of the work: that branch would count as merged; cherry-pick what you need from it", out);
		else if (rc == 0)
			strlcpy(base, last, OID_MAX);
	}
	free(out);
	text_free(&in);
	text_free(&roots);
	return rc;
}
