/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/inotify.h>

#include <errno.h>
#include <fcntl.h>
#include <inotifytools/inotifytools.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/sys/file.h"
#include "proto/sys/watch.h"
#include "proto/sys/watch_internal.h"

#define EVENTS		(IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM | \
			    IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR)

struct dir {
	int		 wd;
	struct watch	*users;
	bool		 gone;		/* the kernel removed the watch */
};

/* The library has one instance per process, and so do we. */
static struct {
	int		 fd;		/* -1 = none: degraded or closed */
	struct dir	*dirs;		/* sorted by wd */
	size_t		 n, size;
} w = { .fd = -1 };

/*
 * The library keeps its descriptor private, but at single-threaded start it
 * gets the lowest free number; we then verify that this is an inotify
 * instance.
 */
int
watch_files_open(void)
{
	int fd, wd;

	fd = file_open_path(AT_FDCWD, "/dev/null", O_RDONLY);
	if (fd == -1)
		return -1;
	close(fd);
	if (!inotifytools_initialize()) {
		errno = inotifytools_error() != 0 ? inotifytools_error() : EMFILE;
		return -1;
	}
	wd = inotify_add_watch(fd, "/", IN_DELETE_SELF);
	if (wd == -1 || inotify_rm_watch(fd, wd) == -1 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 || fcntl(fd, F_SETFL, O_NONBLOCK) == -1) {
		/* no watch is available: same as without an instance */
		wd = wd == -1 && errno == ENOSPC ? EMFILE : ENOTSUP;
		inotifytools_cleanup();
		errno = wd;
		return -1;
	}
	w.fd = fd;
	return fd;
}

void
watch_files_close(void)
{
	if (w.fd != -1)
		inotifytools_cleanup();
	free(w.dirs);
	w.fd = -1;
	w.dirs = NULL;
	w.n = w.size = 0;
}

/* The index of wd in dirs, or where to insert it. */
static size_t
dir_index(int wd)
{
	size_t low = 0, high = w.n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (w.dirs[middle].wd < wd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct dir *
dir_find(int wd)
{
	size_t i = dir_index(wd);

	return i < w.n && w.dirs[i].wd == wd ? &w.dirs[i] : NULL;
}

static int
dir_add(int wd)
{
	struct dir *bigger;
	size_t i;

	if (w.n == w.size) {
		bigger = reallocarray(w.dirs, w.size + w.size / 2 + 8, sizeof(*w.dirs));
		if (bigger == NULL)
			return -1;
		w.dirs = bigger;
		w.size += w.size / 2 + 8;
	}
	i = dir_index(wd);
	memmove(w.dirs + i + 1, w.dirs + i, (w.n - i) * sizeof(*w.dirs));
	w.dirs[i] = (struct dir){ .wd = wd };
	w.n++;
	return wd;
}

/* Adds the directory to the library.  The library looks watches up by name, which fails when a name is reused,
 * so the wd comes from the kernel. */
static int
add_watch(const char *path, uint32_t mask)
{
	int wd;

	wd = inotify_add_watch(w.fd, path, mask | IN_MASK_ADD);
	if (wd == -1 || dir_find(wd) != NULL)
		return wd;
	if (!inotifytools_watch_file(path, (int)(mask | IN_MASK_ADD))) {
		errno = inotifytools_error();
		inotify_rm_watch(w.fd, wd);
		return -1;
	}
	if (dir_add(wd) == -1) {
		inotifytools_remove_watch_by_wd(wd);
		errno = ENOMEM;
		return -1;
	}
	return wd;
}

/* A handle of the directory, so that all calls of the library and the kernel use the same directory; -1: it does not exist. */
static int
dir_handle(const char *path, char *handle, size_t len)
{
	int fd = file_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);

	snprintf(handle, len, "/proc/self/fd/%d", fd);
	return fd;
}

int
watch_dir(struct watch *watch, const char *path, bool content)
{
	char handle[64];
	int fd = dir_handle(path, handle, sizeof(handle)), wd = 0, saved;
	struct dir *d;

	if (fd == -1)
		return -1;
	watch->wd = 0;
	if (w.fd != -1) {
		wd = add_watch(handle, EVENTS | (content ? IN_MODIFY : 0));
		if (wd == -1 && errno == ENOSPC) {
			watch_degrade("no inotify watch is left for this user",
			    "sysctl fs.inotify.max_user_watches=524288");
			wd = 0;
		}
	}
	saved = errno;
	close(fd);
	errno = saved;
	if (wd > 0) {
		d = dir_find(wd);
		watch->wd = wd;
		watch->next = d->users;
		d->users = watch;
	}
	return wd == -1 ? -1 : 0;
}

void
watch_modified(const struct watch *watch, const char *path, bool on)
{
	char handle[64];
	int fd, wd;

	if (watch->wd <= 0 || w.fd == -1 || (fd = dir_handle(path, handle, sizeof(handle))) == -1)
		return;
	wd = inotify_add_watch(w.fd, handle, EVENTS | (on ? IN_MODIFY : 0));
	if (wd != -1 && dir_find(wd) == NULL)	/* another directory has this name by now */
		(void)inotify_rm_watch(w.fd, wd);
	close(fd);
}

void
watch_undir(struct watch *watch)
{
	struct dir *d = dir_find(watch->wd);
	struct watch **p;
	size_t i;

	watch->wd = 0;
	if (d == NULL)
		return;
	for (p = &d->users; *p != NULL && *p != watch;)
		p = &(*p)->next;
	if (*p == watch)
		*p = watch->next;
	if (d->users != NULL)
		return;
	/* for a removed directory the library would print that it cannot remove the watch */
	if (!d->gone && w.fd != -1)
		inotifytools_remove_watch_by_wd(d->wd);
	i = (size_t)(d - w.dirs);
	w.n--;
	memmove(w.dirs + i, w.dirs + i + 1, (w.n - i) * sizeof(*w.dirs));
}

/* Turns an event of the library into one of ours, and tells the watches; false = of no interest. */
static bool
translate(const struct inotify_event *e, struct watch_event *ev)
{
	struct watch *user, *next;
	struct dir *d;

	if (e->wd == -1 || (e->mask & IN_Q_OVERFLOW)) {
		ev->kind = WATCH_RESCAN;
		return true;
	}
	d = dir_find(e->wd);
	/* a queued event of a removed watch; IN_IGNORED follows IN_DELETE_SELF */
	if (d == NULL || (e->mask & IN_DELETE_SELF))
		return false;
	if (e->mask & IN_IGNORED)
		d->gone = true;
	ev->kind = e->mask & (IN_IGNORED | IN_MOVE_SELF | IN_UNMOUNT) ? WATCH_GONE : WATCH_FILE;
	if (e->len > 0)
		snprintf(ev->name, sizeof(ev->name), "%s", e->name);
	for (user = d->users; user != NULL; user = next) {
		next = user->next;
		if (user->fire != NULL)
			user->fire(user->arg, ev);
	}
	return true;
}

int
watch_files_next(struct watch_event *ev, int *batch)
{
	const struct inotify_event *e;

	while (*batch > 0) {
		e = inotifytools_next_events(0, 1);
		/* NULL may also be EINTR or EAGAIN: pending events stay readable */
		if (e == NULL)
			return 0;
		--*batch;
		if (translate(e, ev))
			return 1;
	}
	return -1;
}
