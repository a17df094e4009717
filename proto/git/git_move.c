/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/file.h"

int
git_sync(const char *path, char *err, size_t errlen)
{
	int fd, rc = 0;

	if ((fd = file_open_path(AT_FDCWD, path, O_RDONLY)) == -1)
		return git_fail_errno(err, errlen, "%s", path);
	if (syncfs(fd) == -1)
		rc = git_fail_errno(err, errlen, "syncfs %s", path);
	close(fd);
	return rc;
}

/* Makes the rename of the reference's lock file durable: git syncs only the file. */
int
git_ref_sync(const struct git_repo *r, const char *ref, char *err, size_t errlen)
{
	char *dir = text_format("%s/%s", r->common, ref);
	int fd, rc = 0;

	do {
		*strrchr(dir, '/') = '\0';
		fd = file_find_dir(AT_FDCWD, dir);
	} while (fd == -1 && errno == ENOENT && strlen(dir) > strlen(r->common));
	if (fd == -1 || fsync(fd) == -1)
		rc = git_fail_errno(err, errlen, "%s", dir);
	file_close(fd);
	free(dir);
	return rc;
}

/* Are there file names that a move of the reference must lock? */
static bool
is_locked(const struct git_repo *r, const char *ref)
{
	const char *const names[] = { ref, "HEAD", "packed-refs" };
	bool yes = false;
	char *lock;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !yes; i++) {
		lock = text_format("%s/%s.lock", r->common, names[i]);
		yes = access(lock, F_OK) == 0;
		free(lock);
	}
	return yes;
}

static int
move_failed(const struct git_repo *r, const char *ref, const char *old, const char *why, char *err,
    size_t errlen)
{
	char now[OID_MAX];

	if (git_ref_read(r, ref, now, NULL, 0) == 0 && strcmp(now, old) != 0) {
		git_fail(err, errlen, "%s moved meanwhile: expected %s, found %s", ref,
		    old[0] != '\0' ? old : "none", now[0] != '\0' ? now : "none");
		errno = EAGAIN;
		return -1;
	}
	git_fail_as(fault_code(), err, errlen, "%s%s", why, is_locked(r, ref) ?
	    " If no git is running there, remove it" : "");
	errno = EIO;
	return -1;
}

static bool
is_at(const struct git_repo *r, const char *ref, const char *oid)
{
	char now[OID_MAX];

	return git_ref_read(r, ref, now, NULL, 0) == 0 && strcmp(now, oid) == 0;
}

int
git_ref_move(const struct git_repo *r, const char *ref, const char *new, const char *old,
    const char *message, char *err, size_t errlen)
{
	static const char zeros[] =
	    "0000000000000000000000000000000000000000000000000000000000000000";
	char gitdir[4200], none[OID_MAX], line[256], why[GIT_ERR];
	const char *argv[20];
	struct git_call c = { .argv = argv, .repo = r, .outlives = true };
	size_t n = 0;
	int rc, status = 0;

	if (!git_ref_valid(ref))
		return git_fail(err, errlen, "\"%s\" is not a valid ref name", ref);
	if ((new[0] != '\0' && !git_oid_valid(r, new)) ||
	    (old[0] != '\0' && !git_oid_valid(r, old)) || (new[0] == '\0' && old[0] == '\0'))
		return git_fail(err, errlen, "%s: not a full object id", ref);
	/* a deletion needs no objects on disk */
	if (new[0] != '\0' && git_sync(r->objects, err, errlen) == -1)
		return -1;
	snprintf(gitdir, sizeof(gitdir), "--git-dir=%s", r->common);
	snprintf(none, sizeof(none), "%.*s", (int)r->hexlen, zeros);
	text_first_line(line, sizeof(line), message);
	argv[n++] = gitdir;
	argv[n++] = "-c";
	argv[n++] = "core.hooksPath=/dev/null";
	argv[n++] = "-c";
	argv[n++] = "core.fsmonitor=false";
	argv[n++] = "-c";
	argv[n++] = "core.fsync=all";
	argv[n++] = "update-ref";
	argv[n++] = "-m";
	argv[n++] = line[0] != '\0' ? line : "orchestrator";
	argv[n++] = "--no-deref";
	if (new[0] == '\0')
		argv[n++] = "-d";
	argv[n++] = ref;
	if (new[0] != '\0')
		argv[n++] = new;
	argv[n++] = old[0] != '\0' ? old : none;
	argv[n] = NULL;
	c.status = &status;
	git_locks_left(r, ref);
	rc = git_call(&c, why, sizeof(why));
	if (rc == -1)
		git_locks_left(r, ref);
	/* A killed git may have moved it before. */
	if (status != 0 || (rc == -1 && !is_at(r, ref, new)))
		return move_failed(r, ref, old, why, err, errlen);
	return git_ref_sync(r, ref, err, errlen);
}
