/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/git/git_internal.h"
#include "proto/record/state.h"
#include "tests/fuzz/fuzz.h"

void
fuzz_conflicts(const char *buf, size_t len)
{
	struct state_conflict *v = NULL;
	char *copy = malloc(len + 1);	/* like git's output */
	size_t n = 0;

	if (copy == NULL)
		err(1, NULL);
	memcpy(copy, buf, len);
	copy[len] = '\0';
	git_conflicts_read(copy, len, &v, &n);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(v[i].path, v[k].path) == 0)
				fuzz_fail("%s: twice", v[i].path);
	for (size_t i = 0; i < n; i++) {
		free(v[i].path);
		free(v[i].kind);
	}
	free(v);
	free(copy);
}

struct seen {
	size_t	 n, hexlen;
};

static void
entry(const struct index_entry *e, void *arg)
{
	struct seen *s = arg;

	s->n++;
	if (strlen(e->oid) != s->hexlen || !git_hex_valid(e->oid, s->hexlen) || e->stage > 3 ||
	    strlen(e->path) >= sizeof(e->path))
		fuzz_fail("an entry that is none");
}

/* First byte: the repository's format. */
void
fuzz_index(const char *buf, size_t len)
{
	char reason[GIT_ERR] = "", *path;
	const char *dir;
	struct seen s = { 0 };
	struct stat st;

	if (len == 0)
		return;
	s.hexlen = buf[0] & 1 ? 64 : 40;
	fuzz_scratch(&dir);
	fuzz_file("index", buf + 1, len - 1);
	if (asprintf(&path, "%s/index", dir) == -1)
		err(1, NULL);
	if (index_walk(path, s.hexlen, &st, entry, &s, reason, sizeof(reason)) == -1)
		fuzz_reason(reason);
	if (s.n > len / 20)
		fuzz_fail("%zu entries of %zu bytes", s.n, len);
	free(path);
}

/* An agent's git directory: the format, HEAD, packed-refs. */
void
fuzz_refs(const char *buf, size_t len)
{
	char oid[OID_MAX], reason[GIT_ERR] = "", *path, *head;
	struct git_repo r = { .format = "sha1" };
	const char *dir;
	int fd = fuzz_scratch(&dir);

	if (len == 0)
		return;
	r.hexlen = buf[0] & 1 ? 64 : 40;
	buf++;
	len--;
	head = fuzz_field(&buf, &len);
	if (asprintf(&path, "%s/agent.git", dir) == -1)
		err(1, NULL);
	(void)mkdirat(fd, "agent.git", 0700);
	fuzz_file("agent.git/HEAD", head, strlen(head));
	fuzz_file("agent.git/packed-refs", buf, len);
	if (git_private_head(&r, path, oid, reason, sizeof(reason)) == -1)
		fuzz_reason(reason);
	else if (!git_hex_valid(oid, r.hexlen))
		fuzz_fail("no object id: %s", oid);
	free(path);
	free(head);
}
