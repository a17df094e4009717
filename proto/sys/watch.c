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

#define PRETENDED	(1 << 30)	/* the first id of a directory without a watch */

struct dir {
	int	 wd;		/* is the id too */
	int	 users;		/* watch_dir minus watch_undir */
	bool	 gone;		/* the kernel removed the watch, or never had it */
};

/* The library has one instance a process, and so has this. */
static struct {
	int		 fd;		/* -1 = there is none: degraded or closed */
	struct dir	*dirs;		/* sorted by wd */
	size_t		 n, size;
} w = { .fd = -1 };

/*
 * The library keeps its descriptor to itself, but at single-threaded start it
 * gets the lowest free number; that it is an inotify instance is then proved.
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
		/* not one watch can be had: as if there were no instance */
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

/* The place of wd in dirs, or where it belongs. */
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
	w.dirs[i] = (struct dir){ .wd = wd, .users = 1 };
	w.n++;
	return wd;
}

/* An id for a directory that is looked at and not watched; the kernel's stay below. */
static int
dir_pretend(void)
{
	int last = w.n == 0 ? 0 : w.dirs[w.n - 1].wd, wd;

	wd = dir_add(last < PRETENDED ? PRETENDED : last + 1);
	if (wd != -1)
		dir_find(wd)->gone = true;
	return wd;
}

/* Gives the directory to the library.  It finds its watches by name again, which
 * goes wrong for a name that is used anew: the wd comes from the kernel. */
static int
add_watch(const char *path, uint32_t mask)
{
	struct dir *d;
	int wd;

	wd = inotify_add_watch(w.fd, path, mask | IN_MASK_ADD);
	if (wd == -1)
		return -1;
	if ((d = dir_find(wd)) != NULL) {
		d->users++;
		return wd;
	}
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

int
watch_dir(const char *path, bool content)
{
	uint32_t mask = EVENTS | (content ? IN_MODIFY : 0);
	char handle[64];
	int fd, wd, saved;

	/* through a handle: both calls of add_watch mean the same directory then */
	fd = file_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (fd == -1)
		return -1;
	if (w.fd == -1) {
		wd = dir_pretend();
	} else {
		snprintf(handle, sizeof(handle), "/proc/self/fd/%d", fd);
		wd = add_watch(handle, mask);
		if (wd == -1 && errno == ENOSPC) {
			watch_degrade("no inotify watch is left for this user",
			    "sysctl fs.inotify.max_user_watches=524288");
			wd = dir_pretend();
		}
	}
	saved = errno;
	close(fd);
	errno = saved;
	return wd;
}

void
watch_undir(int id)
{
	struct dir *d = dir_find(id);
	size_t i;

	if (d == NULL || --d->users > 0)
		return;
	/* of one that is gone the library would print that it cannot remove it */
	if (!d->gone && w.fd != -1)
		inotifytools_remove_watch_by_wd(id);
	i = (size_t)(d - w.dirs);
	w.n--;
	memmove(w.dirs + i, w.dirs + i + 1, (w.n - i) * sizeof(*w.dirs));
}

/* Turns an event of the library into one of ours; false = of no interest. */
static bool
translate(const struct inotify_event *e, struct watch_event *ev)
{
	struct dir *d;

	if (e->wd == -1 || (e->mask & IN_Q_OVERFLOW)) {
		ev->kind = WATCH_RESCAN;
		return true;
	}
	d = dir_find(e->wd);
	/* what was still queued of a removed watch; IN_IGNORED follows IN_DELETE_SELF */
	if (d == NULL || (e->mask & IN_DELETE_SELF))
		return false;
	if (e->mask & IN_IGNORED)
		d->gone = true;
	ev->kind = e->mask & (IN_IGNORED | IN_MOVE_SELF | IN_UNMOUNT) ? WATCH_GONE : WATCH_FILE;
	ev->id = e->wd;
	if (e->len > 0)
		snprintf(ev->name, sizeof(ev->name), "%s", e->name);
	return true;
}

int
watch_files_next(struct watch_event *ev, int *batch)
{
	const struct inotify_event *e;

	while (*batch > 0) {
		e = inotifytools_next_events(0, 1);
		/* NULL is EINTR and EAGAIN as well: what is there stays readable */
		if (e == NULL)
			return 0;
		--*batch;
		if (translate(e, ev))
			return 1;
	}
	return -1;
}
