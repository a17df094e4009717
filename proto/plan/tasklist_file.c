/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/json/record.h"
#include "proto/plan/tasklist.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#define NAME_SIZE	64
#define HEAD_SIZE	4096

static const char *
name_of(char buf[NAME_SIZE], const char *id, const char *suffix)
{
	snprintf(buf, NAME_SIZE, "%.20s%s", id, suffix);
	return buf;
}

static int
load(int dirfd, const char *name, const char *id, struct tasklist *l, char *err, size_t errlen)
{
	char *buf, why[512];
	size_t len;
	int e, rv;

	memset(l, 0, sizeof(*l));
	if (file_read(dirfd, name, TASKLIST_MAX_RECORD, &buf, &len) == -1) {
		fault_set(e = errno);
		snprintf(err, errlen, "%s", record_unreadable(e));
		errno = e;
		return -1;
	}
	rv = tasklist_parse(l, buf, len, why, sizeof(why));
	free(buf);
	if (rv == -1)
		snprintf(err, errlen, "%s", why);
	else if (strcmp(l->id, id) != 0) {
		snprintf(err, errlen, "it holds list %s", l->id);
		tasklist_release(l);
		rv = -1;
	}
	if (rv == -1)
		errno = EINVAL;
	return rv;
}

int
tasklist_load(int dirfd, const char *id, struct tasklist *l, char *err, size_t errlen)
{
	char name[NAME_SIZE];

	return load(dirfd, name_of(name, id, TASKLIST_SUFFIX), id, l, err, errlen);
}

int
tasklist_load_last(int dirfd, const char *id, struct tasklist *l)
{
	char name[NAME_SIZE], why[512];

	return load(dirfd, name_of(name, id, TASKLIST_LAST), id, l, why, sizeof(why));
}

int
tasklist_load_head(int dirfd, const char *id, struct tasklist *l)
{
	static const char tasks[] = "\n  \"tasks\": [", end[] = "]}";
	char name[NAME_SIZE], buf[HEAD_SIZE + sizeof(end)], why[512], *at = NULL;
	int fd = file_open(dirfd, name_of(name, id, TASKLIST_SUFFIX), O_RDONLY, 0);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, HEAD_SIZE);

	file_close(fd);
	memset(l, 0, sizeof(*l));
	if (n <= 0 || (at = memmem(buf, (size_t)n, tasks, strlen(tasks))) == NULL)
		return -1;
	memcpy(at + strlen(tasks), end, sizeof(end));
	if (tasklist_parse(l, buf, strlen(buf), why, sizeof(why)) == -1)
		return -1;
	if (strcmp(l->id, id) == 0)
		return 0;
	tasklist_release(l);
	return -1;
}

bool
tasklist_last_good(int dirfd, const char *id)
{
	struct tasklist l;

	if (tasklist_load_last(dirfd, id, &l) == -1)
		return false;
	tasklist_release(&l);
	return true;
}

int
tasklist_lock(int dirfd, const char *id)
{
	char name[NAME_SIZE];
	int fd;

	name_of(name, id, ".lock");
	while ((fd = lock_take_wait(dirfd, name, "orchestrator")) == -1 && errno == EINTR)
		;
	return fd;
}

static int
failed(const char *what, char *err, size_t errlen)
{
	int e = errno;

	fault_set(e);
	snprintf(err, errlen, "%s: %s", what, strerror(e));
	errno = e;
	return -1;
}

/* Copies under another name first, so that the last good copy is never absent. */
static int
keep_last(int dirfd, const char *id)
{
	char name[NAME_SIZE], next[NAME_SIZE], last[NAME_SIZE];

	name_of(name, id, TASKLIST_SUFFIX);
	name_of(next, id, ".json.next");
	if (unlinkat(dirfd, next, 0) == -1 && errno != ENOENT)
		return -1;
	if (linkat(dirfd, name, dirfd, next, 0) == -1)
		return -1;
	return file_rename_over(dirfd, next, name_of(last, id, TASKLIST_LAST), 0);
}

int
tasklist_save(int dirfd, struct tasklist *l, char *err, size_t errlen)
{
	char name[NAME_SIZE], *text;
	size_t len;
	int rv;

	l->updated_at = clock_wall();
	if ((text = tasklist_text(l, &len, err, errlen)) == NULL) {
		errno = EFBIG;
		return -1;
	}
	name_of(name, l->id, TASKLIST_SUFFIX);
	if (keep_last(dirfd, l->id) == -1)
		rv = failed("its last good copy", err, errlen);
	else if ((rv = file_replace(dirfd, name, text, len, FILE_SYNC)) == -1)
		failed(name, err, errlen);
	free(text);
	return rv;
}

int
tasklist_create(int dirfd, struct tasklist *l, char *err, size_t errlen)
{
	char name[NAME_SIZE], last[NAME_SIZE], *text;
	size_t len;
	int rv;

	l->updated_at = l->created_at;
	if ((text = tasklist_text(l, &len, err, errlen)) == NULL) {
		errno = EFBIG;
		return -1;
	}
	name_of(name, l->id, TASKLIST_SUFFIX);
	name_of(last, l->id, TASKLIST_LAST);
	if ((rv = file_create(dirfd, name, text, len, FILE_SYNC)) == -1)
		failed(name, err, errlen);
	else if (file_create(dirfd, last, text, len, FILE_SYNC) == -1)
		rv = failed(last, err, errlen);
	free(text);
	return rv;
}

int
tasklist_delete(int dirfd, const char *id)
{
	static const char *const suffix[] = { ".json.next", TASKLIST_LAST, TASKLIST_SUFFIX, ".lock" };
	char name[NAME_SIZE];

	for (size_t i = 0; i < sizeof(suffix) / sizeof(suffix[0]); i++)
		if (unlinkat(dirfd, name_of(name, id, suffix[i]), 0) == -1 && errno != ENOENT)
			return -1;
	return 0;
}
