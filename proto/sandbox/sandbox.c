/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/array.h"
#include "proto/sandbox/sandbox.h"

bool
sandbox_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (len == 1)
		return true;
	return strncmp(path, dir, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

static void
put(struct sandbox *sb, char *path, char *from, enum sandbox_access access, bool dir)
{
	struct sandbox_path *one = array_add(&sb->v, &sb->n, sizeof(*sb->v));

	if (path == NULL)
		err(1, NULL);
	*one = (struct sandbox_path){ path, access, dir, from };
}

void
sandbox_add(struct sandbox *sb, const char *path, enum sandbox_access access)
{
	struct stat st;
	char *real;

	if (path == NULL || path[0] != '/' || (real = realpath(path, NULL)) == NULL)
		return;
	if (strcmp(real, "/") == 0 || stat(real, &st) == -1)
		free(real);
	else
		put(sb, real, NULL, access, S_ISDIR(st.st_mode));
}

void
sandbox_bind(struct sandbox *sb, const char *from, const char *path, enum sandbox_access access)
{
	char *real = realpath(path, NULL), *source = realpath(from, NULL);
	struct stat st;

	if (real != NULL && source != NULL && strcmp(real, "/") != 0 && stat(source, &st) == 0) {
		put(sb, real, source, access, S_ISDIR(st.st_mode));
		return;
	}
	free(real);
	free(source);
}

/* Compares names with '/' sorted before any other byte, so that the contents of a directory directly follow it. */
static int
compare(const char *a, const char *b)
{
	for (; *a != '\0' && *a == *b; a++, b++)
		;
	if (*a == *b)
		return 0;
	if (*a == '\0' || *b == '\0')
		return *a == '\0' ? -1 : 1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

/* A stable sort; there are few entries. */
static void
sort(struct sandbox *sb)
{
	struct sandbox_path one;
	size_t i, j;

	for (i = 1; i < sb->n; i++) {
		one = sb->v[i];
		for (j = i; j > 0 && compare(sb->v[j - 1].path, one.path) > 0; j--)
			sb->v[j] = sb->v[j - 1];
		sb->v[j] = one;
	}
}

/* The access to path according to the first n entries, which are sorted. */
static enum sandbox_access
inherited(const struct sandbox *sb, size_t n, const char *path)
{
	while (n-- > 0)
		if (sandbox_below(path, sb->v[n].path))
			return sb->v[n].access;
	return SANDBOX_READ;
}

void
sandbox_settle(struct sandbox *sb)
{
	size_t i, kept = 0;

	if (sb->tmp != NULL) {
		put(sb, strdup("/tmp"), NULL, SANDBOX_TMP, true);
		put(sb, strdup("/var/tmp"), NULL, SANDBOX_TMP, true);
		put(sb, strdup("/dev/shm"), NULL, SANDBOX_TMP, true);
	}
	sort(sb);
	for (i = 0; i < sb->n; i++) {
		struct sandbox_path one = sb->v[i];

		if ((i + 1 < sb->n && strcmp(one.path, sb->v[i + 1].path) == 0) ||
		    (one.from == NULL && inherited(sb, kept, one.path) == one.access)) {
			free(one.path);
			free(one.from);
		} else
			sb->v[kept++] = one;
	}
	sb->n = kept;
}

enum sandbox_access
sandbox_access_of(const struct sandbox *sb, const char *path)
{
	return inherited(sb, sb->n, path);
}

void
sandbox_free(struct sandbox *sb)
{
	for (size_t i = 0; i < sb->n; i++) {
		free(sb->v[i].path);
		free(sb->v[i].from);
	}
	free(sb->v);
	sb->v = NULL;
	sb->n = 0;
}

const char *
sandbox_kind_name(enum sandbox_kind kind)
{
	static const char *const names[] = {
		[SANDBOX_NONE] = "nothing", [SANDBOX_LANDLOCK] = "Landlock",
		[SANDBOX_BWRAP] = "bubblewrap",
	};
	ARRAY_WHOLE(names, SANDBOX_KINDS);

	return names[kind];
}
