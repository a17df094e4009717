/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/sys/cgroup.h"
#include "proto/sys/file.h"

#define TEXT_MAX	(8u << 20)

static int because(char *, size_t, const char *, ...) __attribute__((format(printf, 3, 4)));

static int
because(char *why, size_t len, const char *fmt, ...)
{
	va_list ap;

	if (why != NULL) {
		va_start(ap, fmt);
		vsnprintf(why, len, fmt, ap);
		va_end(ap);
	}
	return -1;
}

/* Blanks, newlines and backslashes appear there as \040 and the like. */
static void
unescape(char *s)
{
	char *out = s;
	unsigned int c;

	for (; *s != '\0'; out++)
		if (s[0] == '\\' && sscanf(s + 1, "%3o", &c) == 1) {
			*out = (char)c;
			s += 4;
		} else
			*out = *s++;
	*out = '\0';
}

/* The part of path below root, "" when they are equal; NULL: it is not below. */
static const char *
below(const char *path, const char *root)
{
	size_t len = strcmp(root, "/") == 0 ? 0 : strlen(root);

	if (strncmp(path, root, len) != 0 || (path[len] != '/' && path[len] != '\0'))
		return NULL;
	path += len;
	return strcmp(path, "/") == 0 ? "" : path;
}

/* The group of a process, from /proc/PID/cgroup. */
static bool
group_of(const char *text, char *path, size_t size)
{
	size_t len;

	while (strncmp(text, "0::/", 4) != 0) {
		if ((text = strchr(text, '\n')) == NULL)
			return false;
		text++;
	}
	len = strcspn(text += 3, "\n");
	if (len >= size)
		return false;
	memcpy(path, text, len);
	path[len] = '\0';
	return true;
}

int
cgroup_locate(const char *mountinfo, const char *self, struct cgroup_place *p, char *why,
    size_t len)
{
	char root[PATH_MAX], path[PATH_MAX];
	const char *line, *rest;
	bool mounted = false;
	size_t n;

	for (line = mountinfo; *line != '\0'; line += n + (line[n] == '\n')) {
		n = strcspn(line, "\n");
		/* id parent device root mount options ... - type source options */
		if (memmem(line, n, " - cgroup2 ", 11) == NULL ||
		    sscanf(line, "%*s %*s %*s %4095s %4095s", root, p->mount) != 2)
			continue;
		mounted = true;
		unescape(root);
		unescape(p->mount);
		if (!group_of(self, path, sizeof(path)))
			return because(why, len, "this process is in no cgroup of version 2");
		/* "/..": the mount is outside our cgroup namespace */
		if (strncmp(path, "/..", 3) != 0 && (rest = below(path, root)) != NULL &&
		    (size_t)snprintf(p->own, sizeof(p->own), "%s%s", p->mount, rest) <
		    sizeof(p->own))
			return 0;
	}
	return mounted ? because(why, len, "the cgroup of this process, %s, is not below the cgroup mounted on %s", path,
	    p->mount) : because(why, len, "no cgroups of version 2 are mounted");
}

int
cgroup_here(struct cgroup_place *p, char *why, size_t len)
{
	char *mounts = NULL, *self = NULL;
	size_t n;
	int rv;

	if (file_read(AT_FDCWD, "/proc/self/mountinfo", TEXT_MAX, &mounts, &n) == -1 ||
	    file_read(AT_FDCWD, "/proc/self/cgroup", TEXT_MAX, &self, &n) == -1)
		rv = because(why, len, "/proc does not list them: %s", strerror(errno));
	else
		rv = cgroup_locate(mounts, self, p, why, len);
	free(mounts);
	free(self);
	return rv;
}
