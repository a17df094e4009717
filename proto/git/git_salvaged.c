/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/git/git_internal.h"

#define PREFIX	"refs/salvage/"

int
git_salvage_list(const struct git *g, struct strings *sessions, char *err, size_t errlen)
{
	char gitdir[4200], *out = NULL, *line, *next;
	const char *argv[] = { gitdir, "for-each-ref", "--format=%(refname)", PREFIX, NULL };
	struct git_call c = { .argv = argv, .repo = g->repo, .out = &out };
	size_t len = 0;

	c.outlen = &len;
	snprintf(gitdir, sizeof(gitdir), "--git-dir=%s", g->repo->common);
	if (git_call(&c, err, errlen) == -1)
		return -1;
	for (line = out; line != NULL && *line != '\0'; line = next) {
		if ((next = strchr(line, '\n')) != NULL)
			*next++ = '\0';
		if (strncmp(line, PREFIX, strlen(PREFIX)) == 0 &&
		    session_id_valid(line + strlen(PREFIX)))
			strings_add(sessions, line + strlen(PREFIX));
	}
	free(out);
	return 0;
}

int
git_salvage_read(const struct git *g, const char *session_id, struct git_salvaged *s, char *err,
    size_t errlen)
{
	const char *argv[] = { "log", "-1", "--no-show-signature", "--format=%ct %P", s->commit, NULL };
	char ref[sizeof(PREFIX) + SESSION_ID_MAX], *out = NULL, *parent;
	size_t len = 0;
	int rc = -1;

	memset(s, 0, sizeof(*s));
	snprintf(ref, sizeof(ref), PREFIX "%s", session_id);
	if (git_ref_read(g->repo, ref, s->commit, err, errlen) == -1)
		return -1;
	if (s->commit[0] == '\0')
		return git_fail(err, errlen, "no work of %s is saved", session_id);
	if (git_run(g, argv, NULL, 0, &out, &len, NULL, err, errlen) == -1)
		return -1;
	s->at = (int64_t)strtoimax(out, &parent, 10) * 1000;
	if (*parent == ' ' && strlen(parent + 1) >= g->repo->hexlen) {
		snprintf(s->parent, sizeof(s->parent), "%.*s", (int)g->repo->hexlen, parent + 1);
		rc = git_oid_valid(g->repo, s->parent) ? 0 : -1;
	}
	free(out);
	return rc == 0 ? 0 : git_fail(err, errlen, "%s: not a saved state of a session", ref);
}
