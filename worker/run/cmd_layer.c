/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/mount.h>
#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/sandbox/sandbox_names.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "worker/core/cmd.h"

static int
put(const char *path, const char *text)
{
	int fd = file_open_path(AT_FDCWD, path, O_WRONLY);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n == (ssize_t)strlen(text) ? 0 : -1;
}

/* Maps the user to itself: files made inside belong to the user, and id(1) agrees. */
static int
map_self(uid_t uid, gid_t gid)
{
	char uids[64], gids[64];

	snprintf(uids, sizeof(uids), "%lu %lu 1\n", (unsigned long)uid, (unsigned long)uid);
	snprintf(gids, sizeof(gids), "%lu %lu 1\n", (unsigned long)gid, (unsigned long)gid);
	return put("/proc/self/setgroups", "deny") == -1 || put("/proc/self/uid_map", uids) == -1 ||
	    put("/proc/self/gid_map", gids) == -1 ? -1 : 0;
}

/*
 * Enters a private mount namespace: 0; -1 without one; -2 when there is no way back and the
 * command would run as another user.
 */
static int
enter(void)
{
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWUSER | CLONE_NEWNS) == -1)
		return -1;
	if (uid != 0 && map_self(uid, gid) == -1)
		return -2;
	/* otherwise all users would see root's mounts */
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ? -1 : 0;
}

/* Opens a directory, making it if needed; fails on a link, which an agent may have put there. */
static int
make_dir(int dirfd, const char *name)
{
	if (mkdirat(dirfd, name, 0700) == -1 && errno != EEXIST)
		return -1;
	return file_open(dirfd, name, O_PATH | O_DIRECTORY, 0);
}

/* Makes whiteouts: this needs no privilege, and removing one through the layer leaves another. */
static int
hide(int upper, const char *names)
{
	size_t len;
	char *name;
	int rc = 0;

	for (; *names != '\0' && rc == 0; names += len + strspn(names + len, " ")) {
		len = strcspn(names, " ");
		name = text_format("%.*s", (int)len, names);
		if (mknodat(upper, name, S_IFCHR, 0) == -1 && errno != EEXIST)
			rc = -1;
		free(name);
	}
	return rc;
}

/*
 * The directory is both the upper layer and the mount point, so writes land there even where nothing can
 * be mounted.  With userxattr a forged layer can't redirect anywhere.
 */
static int
mount_layer(int upper, int lower, int work)
{
	char options[192], target[32];

	snprintf(options, sizeof(options), "lowerdir=/proc/self/fd/%d,upperdir=/proc/self/fd/%d,"
	    "workdir=/proc/self/fd/%d,userxattr,index=off", lower, upper, work);
	snprintf(target, sizeof(target), "/proc/self/fd/%d", upper);
	return mount("overlay", target, "overlay", MS_NOSUID | MS_NODEV, options);
}

static int
lay(int cache, int works, const char *name, const char *path)
{
	int lower = file_open_path(AT_FDCWD, path, O_PATH | O_DIRECTORY), upper = -1, work = -1, rc = -1;

	if (lower != -1 && (upper = make_dir(cache, name)) != -1 &&
	    (work = make_dir(works, name)) != -1 && hide(upper, sandbox_cache_hidden(name)) == 0)
		rc = mount_layer(upper, lower, work);
	file_close(lower);
	file_close(upper);
	file_close(work);
	return rc;
}

/* Mounts the layers and returns how many succeeded; errno says why the last one failed. */
static size_t
lay_all(const char *cache, const char *work, char *const *pairs, size_t n)
{
	int cachefd = make_dir(AT_FDCWD, cache), workfd = make_dir(AT_FDCWD, work);
	size_t laid = 0;

	for (size_t i = 0; cachefd != -1 && workfd != -1 && i < n; i++)
		if (lay(cachefd, workfd, pairs[2 * i], pairs[2 * i + 1]) == 0)
			laid++;
	file_close(cachefd);
	file_close(workfd);
	return laid;
}

/* The number of pairs before "--"; -1 = they are invalid, or no command follows. */
static int
count_pairs(char *const *pair)
{
	int n = 0;

	for (; pair[0] != NULL && strcmp(pair[0], "--") != 0; pair += 2, n++)
		if (pair[1] == NULL || sandbox_cache_hidden(pair[0]) == NULL || pair[1][0] != '/')
			return -1;
	return pair[0] != NULL && pair[1] != NULL ? n : -1;
}

struct arguments {
	bool		 trial;
	const char	*cache, *work;
	char *const	*pairs;		/* and the command after "--" */
};
static const struct option_row rows[] = {
	OPT_FLAG(struct arguments, trial, 't', NULL, "fail when no overlay can be mounted"),
	OPERAND(struct arguments, cache, "CACHE"),
	OPERAND(struct arguments, work, "WORK"),
	OPERANDS(struct arguments, pairs, "[NAME LOWER]... -- COMMAND [ARGUMENT...]"),
};

static int
run(void *arguments)
{
	const struct arguments *a = arguments;
	char *const *command;
	size_t laid = 0;
	int n, entered = 0;

	if ((n = count_pairs(a->pairs)) == -1)
		return option_error(&cmd_layer.syntax, "NAME is not a cache, LOWER is not an absolute path, or \"--\" and "
		    "COMMAND are missing");
	if (n > 0 && (entered = enter()) == 0)
		laid = lay_all(a->cache, a->work, a->pairs, (size_t)n);
	if (entered == -2 || (a->trial && laid == 0)) {
		warn("%s", entered == 0 ? "overlayfs can't be mounted" : "can't make a mount namespace");
		return EX_UNAVAILABLE;
	}
	command = a->pairs + 2 * n + 1;
	child_become((const char *const *)(uintptr_t)command);
	warn("can't start %s", command[0]);
	return EX_UNAVAILABLE;
}

const struct cmd cmd_layer = COMMAND("layer",
    "run a command with overlays on the user's caches (for worker itself)", run,
    OPTION_ROWS(rows, struct arguments), .stops = true);
