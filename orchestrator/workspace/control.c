/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/id.h"
#include "proto/base/log.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

char *
control_path(const struct orch *o)
{
	return text_format("%s/" CONTROL_DIRECTORY, o->instance);
}

static int
open_control(const struct orch *o)
{
	char *path = control_path(o);
	int fd = file_open_dir(AT_FDCWD, path);

	free(path);
	return fd;
}

pid_t
control_execute(const struct orch *o)
{
	int fd = o->instance == NULL ? -1 : file_open_dir(AT_FDCWD, o->instance);
	pid_t pid = 0;

	if (fd != -1 && lock_held(fd, ORCH_LOCK, &pid) != 1)
		pid = 0;
	file_close(fd);
	return pid;
}

static bool
has(const struct orch *o, const char *name)
{
	int fd = o->instance == NULL ? -1 : open_control(o);
	bool there = fd != -1 && file_exists(fd, name);

	file_close(fd);
	return there;
}

bool
control_paused(const struct orch *o)
{
	return has(o, CONTROL_PAUSED);
}

bool
control_has(const struct orch *o, const char *list)
{
	return has(o, list);
}

/* Replaces the file, or removes it (text NULL); 1 when there was none. */
static int
change(const struct orch *o, const char *name, const char *text, size_t len)
{
	int fd = open_control(o), error, rv;

	if (fd == -1)
		rv = -1;
	else if (text != NULL)
		rv = file_replace(fd, name, text, len, 0);
	else
		rv = unlinkat(fd, name, 0);
	error = errno;
	file_close(fd);
	if (rv == 0)
		return 0;
	if (text == NULL && error == ENOENT)
		return EX_NEGATIVE;
	errno = error;
	log_warn("%s/" CONTROL_DIRECTORY "/%s", o->instance, name);
	return orch_status(error);
}

int
control_pause(const struct orch *o)
{
	return change(o, CONTROL_PAUSED, "", 0);
}

int
control_resume(const struct orch *o)
{
	return change(o, CONTROL_PAUSED, NULL, 0);
}

int
control_put(const struct orch *o, const char *list, const char *text, size_t len)
{
	return change(o, list, text, len);
}

bool
control_drop(const struct orch *o, const char *list)
{
	return change(o, list, NULL, 0) == 0;
}

int
control_each(const struct orch *o, int (*fn)(void *, const char *, const char *, size_t), void *arg)
{
	const struct dirent *e;
	struct strings ids = { 0 };
	DIR *d = dir_take(open_control(o));
	char *text;
	size_t len;
	int rv = 0;

	/* fn may remove the file */
	while ((e = dir_next(d)) != NULL)
		if (tasklist_id_valid(e->d_name))
			strings_add(&ids, e->d_name);
	for (size_t i = 0; rv == 0 && i < ids.n; i++) {
		if (file_read(dirfd(d), ids.v[i], CONTROL_MAX, &text, &len) == -1)
			continue;
		rv = fn(arg, ids.v[i], text, len);
		free(text);
	}
	strings_free(&ids);
	dir_close(d);
	return rv;
}
