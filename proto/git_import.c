/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "file.h"
#include "git_internal.h"

#define UNPACK_LIMIT	100	/* objects: fewer become loose, more stay a pack */
#define STORE_DEPTH	3

/* Only directories and regular files: a link could lead out, a FIFO block for ever. */
static int
check_store(int dirfd, const char *name, int depth, char *err, size_t errlen)
{
	struct dirent *e;
	struct stat st;
	DIR *d;
	int fd, rc = 0;

	fd = file_open_dir(dirfd, name);
	if (fd == -1 || (d = fdopendir(fd)) == NULL) {
		if (fd != -1)
			close(fd);
		return git_fail(err, errlen, "object directory %s: %s", name, strerror(errno));
	}
	while (rc == 0 && (e = readdir(d)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (file_stat(fd, e->d_name, &st) == -1)
			rc = git_fail(err, errlen, "%s: %s", e->d_name, strerror(errno));
		else if (S_ISDIR(st.st_mode) && depth < STORE_DEPTH)
			rc = check_store(fd, e->d_name, depth + 1, err, errlen);
		else if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
			rc = git_fail(err, errlen, "the session's object directory holds something "
			    "that is no file: %s", e->d_name);
	}
	closedir(d);
	return rc;
}

/* What git_private_make wrote must still be there, and nothing else: the store that an agent
 * may read must not grow by its own word. */
static int
check_alternates(const struct git *g, const char *from, char *err, size_t errlen)
{
	char *path = text_format("%s/info", from), buf[4200];
	int fd, rc;

	fd = file_open_dir(AT_FDCWD, path);
	free(path);
	if (fd == -1)
		return errno == ENOENT ? 0 :
		    git_fail(err, errlen, "%s/info: %s", from, strerror(errno));
	rc = git_small_read(fd, "alternates", true, buf, sizeof(buf));
	if (rc == -1 && errno == ENOENT)
		rc = 0;
	else if (rc == -1 || strcmp(buf, g->repo->objects) != 0)
		rc = git_fail(err, errlen, "the session's objects/info/alternates was changed; "
		    "nothing is imported from it");
	close(fd);
	return rc;
}

static int
read_header(int fd, char header[12])
{
	size_t have = 0;
	ssize_t n;

	while (have < 12) {
		n = read(fd, header + have, 12 - have);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		have += (size_t)n;
	}
	return memcmp(header, "PACK", 4) == 0 ? 0 : -1;
}

/* Copies what comes from a pipe into the repository; the header was read already. */
static pid_t
start_unpack(const struct git *to, const char header[12], int in, char *err, size_t errlen)
{
	char arg[64];
	const char *unpack[] = { "unpack-objects", "-q", "--strict", arg, NULL };
	const char *index[] = { "index-pack", "--stdin", "--strict", "--fix-thin", arg, NULL };
	uint32_t version, count;

	memcpy(&version, header + 4, 4);
	memcpy(&count, header + 8, 4);
	snprintf(arg, sizeof(arg), "--pack_header=%u,%u", ntohl(version), ntohl(count));
	return git_start(to, ntohl(count) < UNPACK_LIMIT ? unpack : index, in, -1, -1, err, errlen);
}

static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return status == 0 ? 0 : -1;
}

static int
copy_objects(const struct git *from, const struct git *to, const char *base, const char *commit,
    char *err, size_t errlen)
{
	/* What speeds reading up is not to be believed: it says what an agent wrote. */
	const char *argv[] = { "-c", "core.commitGraph=false", "-c", "core.multiPackIndex=false",
		"-c", "pack.useBitmaps=false", "-c", "pack.threads=1", "pack-objects", "-q",
		"--revs", "--thin", "--delta-base-offset", "--stdout", NULL };
	char revs[2 * OID_MAX + 8], header[12];
	int in[2], out[2], n, rc = -1;
	pid_t pack, unpack = -1;

	n = snprintf(revs, sizeof(revs), "%s\n^%s\n", commit, base);
	if (file_pipe(in) == -1)
		return git_fail(err, errlen, "pipe: %s", strerror(errno));
	if (file_pipe(out) == -1) {
		close(in[0]);
		close(in[1]);
		return git_fail(err, errlen, "pipe: %s", strerror(errno));
	}
	(void)file_write_all(in[1], revs, (size_t)n);	/* fits any pipe */
	close(in[1]);
	pack = git_start(from, argv, in[0], out[1], -1, err, errlen);
	close(in[0]);
	close(out[1]);
	if (pack != -1) {
		if (read_header(out[0], header) == 0)
			unpack = start_unpack(to, header, out[0], err, errlen);
		else
			git_fail(err, errlen, "commit %s: cannot be read from the session's "
			    "objects", commit);
	}
	close(out[0]);
	if (unpack != -1 && (rc = wait_for(unpack)) == -1)
		git_fail(err, errlen, "commit %s: its objects are refused by git's strict check",
		    commit);
	if (pack != -1 && wait_for(pack) == -1 && rc == 0)
		rc = git_fail(err, errlen, "commit %s: cannot be read from the session's objects",
		    commit);
	return rc;
}

/* Complete in the repository alone, and base is an ancestor: only then it is a boundary of the walk. */
static int
check_history(const struct git *g, const char *base, const char *commit, char *err, size_t errlen)
{
	char not_base[OID_MAX + 2], *out = NULL, *p;
	const char *argv[] = { "rev-list", "--objects", "--boundary", "--no-object-names", commit,
		not_base, "--", NULL };
	bool found = false;

	snprintf(not_base, sizeof(not_base), "^%s", base);
	if (git_run(g, argv, NULL, 0, &out, NULL, NULL, err, errlen) == -1)
		return -1;
	not_base[0] = '-';
	for (p = out; p != NULL && !found; p = strchr(p, '\n')) {
		p += *p == '\n';
		found = strncmp(p, not_base, strlen(not_base)) == 0;
	}
	free(out);
	return found ? 0 : git_fail(err, errlen, "commit %s does not descend from %s", commit, base);
}

static int
check_gitlinks(const struct git *g, const char *base, const char *commit, char *err, size_t errlen)
{
	struct git_change *c;
	size_t i, n;
	int rc = 0;

	if (git_diff(g, base, commit, &c, &n, err, errlen) == -1)
		return -1;
	for (i = 0; i < n && rc == 0; i++)
		if (c[i].new_mode == 0160000 && c[i].old_mode != 0160000)
			rc = git_fail(err, errlen, "nested git repository at %s: remove its .git, "
			    "or add it to .gitignore", c[i].path);
	git_changes_free(c, n);
	return rc;
}

int
git_import(const struct git *g, const char *from, const char *base, const char *merged,
    const char *commit, char *err, size_t errlen)
{
	struct git src = *g, dst = *g;
	char *objects;
	int rc;

	if (!git_oid_valid(g->repo, base) || !git_oid_valid(g->repo, commit))
		return git_fail(err, errlen, "%s: not a full object id", commit);
	if (strcmp(base, commit) == 0)
		return 0;
	objects = text_format("%s", from);
	src.objects = objects;
	src.alternates = g->repo->objects;
	src.worktree = src.index = NULL;
	dst.objects = g->repo->objects;
	dst.alternates = NULL;
	dst.worktree = dst.index = NULL;
	rc = check_alternates(g, from, err, errlen);
	if (rc == 0)
		rc = check_store(AT_FDCWD, from, 0, err, errlen);
	if (rc == 0)
		rc = copy_objects(&src, &dst, base, commit, err, errlen);
	if (rc == 0)
		rc = check_history(&dst, base, commit, err, errlen);
	if (rc == 0)
		rc = check_gitlinks(&dst, merged != NULL ? merged : base, commit, err, errlen);
	free(objects);
	return rc;
}
