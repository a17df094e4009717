/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "orchestrator/workspace/claim.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/session/layout.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define TEMPORARY	".tmp-"
#define TEMPORARY_AGE	3600	/* seconds */

static int
open_claims(struct orch *o)
{
	char *path = text_format("%s/" STATE_CLAIMS, o->workspace);
	int fd = file_open_dir(AT_FDCWD, path);

	free(path);
	return fd;
}

/* Locks the open file, not for the process, which may examine the claim meanwhile.  0 when it is not locked: it
 * is released, or no process is working on it. */
static int
lock_whole(int fd)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &fl);
}

static void
read_holder(int fd, char *buf, size_t len)
{
	ssize_t n = pread(fd, buf, len - 1, 0);

	buf[n > 0 ? n : 0] = '\0';
	buf[strcspn(buf, "\n")] = '\0';
	if (!session_id_valid(buf))
		buf[0] = '\0';
}

bool
claim_session_exists(struct orch *o, const char *session)
{
	const struct dirent *e;
	bool found = false;
	struct stat st;
	char *path;
	DIR *d = NULL;

	if (session[0] != '\0')
		d = opendir(o->workspace);
	while (!found && (e = dir_next(d)) != NULL) {
		if (!state_is_instance(e->d_name))
			continue;
		path = text_format("%s/" STATE_SESSIONS "/%s", e->d_name, session);
		found = file_stat(dirfd(d), path, &st) == 0 &&
		    S_ISDIR(st.st_mode);
		free(path);
	}
	dir_close(d);
	return found;
}

/* -1: errno; EBUSY when it is being worked on, ENOENT when there is none (any more). */
static int
hold(int dirfd, const char *name, char *holder, size_t len)
{
	int error, fd;

	holder[0] = '\0';
	if ((fd = file_open(dirfd, name, O_RDWR, 0)) == -1)
		return -1;
	read_holder(fd, holder, len);
	if (lock_whole(fd) == -1)
		error = errno == EAGAIN || errno == EACCES ? EBUSY : errno;
	else if (!file_same(fd, dirfd, name))
		error = ENOENT;
	else
		return fd;
	close(fd);
	errno = error;
	return -1;
}

int
claim_hold(struct orch *o, const char *item, char *holder, size_t len)
{
	int dirfd, fd;

	holder[0] = '\0';
	if ((dirfd = open_claims(o)) == -1)
		return -1;
	fd = hold(dirfd, item, holder, len);
	file_close(dirfd);
	return fd;
}

/* 1: the claim is valid, and holder has its session.  0: there is none (any more).  -1: error. */
static int
examine(struct orch *o, int dirfd, const char *name, char *holder, size_t len)
{
	int fd, r = 1;

	/* Locks first: the process that releases it has made the directory before. */
	if ((fd = hold(dirfd, name, holder, len)) == -1)
		return errno == EBUSY ? 1 : errno == ENOENT ? 0 : -1;
	if (!claim_session_exists(o, holder))
		r = unlinkat(dirfd, name, 0) == 0 ? 0 : -1;
	close(fd);
	return r;
}

/* Removes what a killed dispatch left; a running one has it only for an instant. */
static void
drop_old_temporary(int dirfd, const char *name)
{
	struct stat st;

	if (strncmp(name, TEMPORARY, strlen(TEMPORARY)) == 0 &&
	    file_stat(dirfd, name, &st) == 0 &&
	    time(NULL) - st.st_mtime > TEMPORARY_AGE)
		unlinkat(dirfd, name, 0);
}

/* Finds a claim that differs only in case, which would share a path on some file systems. */
static bool
find_twin(int dirfd, const char *item, char *twin, size_t len)
{
	const struct dirent *e;
	bool found = false;
	DIR *d = dir_open(dirfd, ".");

	while (!found && (e = dir_next(d)) != NULL) {
		drop_old_temporary(dirfd, e->d_name);
		if (strcasecmp(e->d_name, item) == 0 && strcmp(e->d_name, item) != 0) {
			strlcpy(twin, e->d_name, len);
			found = true;
		}
	}
	dir_close(d);
	return found;
}

/* Makes a claim under another name, locked before other processes can see it. */
static int
make_claim(int dirfd, const char *temporary, const char *session)
{
	char text[SESSION_ID_MAX + 1];
	int fd, n;

	n = snprintf(text, sizeof(text), "%s\n", session);
	fd = file_open(dirfd, temporary, O_RDWR | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		return -1;
	if (file_write_all(fd, text, (size_t)n) == 0 && lock_whole(fd) == 0 && fsync(fd) == 0)
		return fd;
	close(fd);
	unlinkat(dirfd, temporary, 0);
	return -1;
}

int
claim_take(struct orch *o, const char *item, const char *session, char *holder, size_t len)
{
	char temporary[SESSION_ID_MAX + 8], twin[SESSION_ID_MAX], gone[SESSION_ID_MAX] = "";
	int dirfd, error, fd, linked = -1, r = 0;

	holder[0] = '\0';
	snprintf(temporary, sizeof(temporary), TEMPORARY "%s", session);
	if ((dirfd = open_claims(o)) == -1)
		return -1;
	if ((fd = make_claim(dirfd, temporary, session)) == -1)
		goto done;
	while ((linked = linkat(dirfd, temporary, dirfd, item, 0)) == -1 && errno == EEXIST) {
		if ((r = examine(o, dirfd, item, holder, len)) == 1)
			errno = EEXIST;
		if (r != 0)
			break;
		if (holder[0] != '\0')
			strlcpy(gone, holder, sizeof(gone));
	}
	if (linked == 0) {
		strlcpy(holder, gone, len);
		if (find_twin(dirfd, item, twin, sizeof(twin)) &&
		    examine(o, dirfd, twin, holder, len) == 1) {
			unlinkat(dirfd, item, 0);
			linked = -1;
			errno = EEXIST;
		}
	}
	error = errno;
	unlinkat(dirfd, temporary, 0);
	if (linked == 0 && file_sync_dir(dirfd) == -1) {
		error = errno;
		unlinkat(dirfd, item, 0);
		linked = -1;
	}
	errno = error;
	if (linked == -1)
		fd = file_close(fd);
done:
	file_close(dirfd);
	return fd;
}

void
claim_drop(struct orch *o, const char *item, const char *session)
{
	char holder[SESSION_ID_MAX];
	int dirfd, fd;

	if (!item_id_valid(item) || (dirfd = open_claims(o)) == -1)
		return;
	if ((fd = file_open(dirfd, item, O_RDONLY, 0)) != -1) {
		read_holder(fd, holder, sizeof(holder));
		/* not synced: a claim without a session is released */
		if (strcmp(holder, session) == 0)
			(void)unlinkat(dirfd, item, 0);
		close(fd);
	}
	close(dirfd);
}

void
claim_each(struct orch *o, void (*fn)(void *, const char *session), void *arg)
{
	char holder[SESSION_ID_MAX];
	const struct dirent *e;
	DIR *d = dir_take(open_claims(o));
	int fd;

	while ((e = dir_next(d)) != NULL) {
		if (!item_id_valid(e->d_name) || (fd = file_open(dirfd(d), e->d_name, O_RDONLY, 0)) == -1)
			continue;
		read_holder(fd, holder, sizeof(holder));
		close(fd);
		if (holder[0] != '\0')
			fn(arg, holder);
	}
	dir_close(d);
}

bool
claim_under_way(const char *workspace, const char *session)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	size_t len = strlen(session), around = strlen("session-") + strlen("-xxxxxx");
	char holder[SESSION_ID_MAX], *path;
	bool busy = false;
	int fd;

	if (!session_id_valid(session) || len <= around)
		return false;
	path = text_format("%s/" STATE_CLAIMS "/%.*s", workspace, (int)(len - around), session + strlen("session-"));
	if ((fd = file_open(AT_FDCWD, path, O_RDONLY, 0)) != -1) {
		read_holder(fd, holder, sizeof(holder));
		busy = strcmp(holder, session) == 0 && fcntl(fd, F_OFD_GETLK, &fl) == 0 &&
		    fl.l_type != F_UNLCK;
		close(fd);
	}
	free(path);
	return busy;
}
