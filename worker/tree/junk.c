/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <elf.h>
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/base/alloc.h"
#include "proto/base/glob.h"
#include "proto/base/strings.h"
#include "proto/base/text.h"
#include "worker/core/worker.h"
#include "worker/tree/include.h"
#include "worker/tree/junk.h"
#include "worker/tree/secret.h"

#define NAMED_MAX	20		/* number of files named */
#define READ_MAX	(16 << 20)	/* bytes of a file whose contents are searched, and of those read together */
#define BINARY		8000		/* a file with a NUL within these bytes is binary, as for git */
#define CORE		"a core dump"
#define PACKAGES	"node_modules"

struct added {				/* an object of the commits, as git names it */
	char	*oid, *path;
	long	 size;			/* -1: a directory, or not there */
};

enum junk { JUNK_PACKAGES, JUNK_SIZE, JUNK_CONTENTS, JUNK_COPIED };

struct look {
	struct worker *w;
	struct text said;
	size_t	 n;
	int64_t	 max;			/* bytes of a file; 0 = no limit */
	char	*err;
};

static bool
allowed(const struct worker *w, const char *path)
{
	for (size_t i = 0; i < w->config.settings.allow_files.n; i++)
		if (glob_match(w->config.settings.allow_files.v[i], path))
			return true;
	for (size_t i = 0; i < w->item.outputs.n; i++) {
		const char *out = w->item.outputs.v[i];
		size_t len = strlen(out);

		while (len > 0 && out[len - 1] == '/')
			len--;
		if (len > 0 && strncmp(out, path, len) == 0 && (path[len] == '\0' || path[len] == '/'))
			return true;
	}
	return false;
}

/* Is the directory, or one above it, that of installed packages? */
static bool
below_packages(const char *path, size_t len)
{
	static const size_t n = sizeof(PACKAGES) - 1;

	for (const char *p = path; (p = memmem(p, len - (size_t)(p - path), PACKAGES, n)) != NULL; p += n)
		if ((p == path || p[-1] == '/') && ((size_t)(p - path) + n == len || p[n] == '/'))
			return true;
	return false;
}

static size_t
parent_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? 0 : (size_t)(slash - path);
}

static bool
is_core(const char *p, size_t len)
{
	static const size_t type = offsetof(Elf64_Ehdr, e_type);	/* the same for 32 bits */

	return len > type + 1 && memcmp(p, ELFMAG, SELFMAG) == 0 && (p[type] | p[type + 1]) == ET_CORE;
}

static const char *
contents(const char *p, size_t len)
{
	if (is_core(p, len))
		return CORE;
	return memchr(p, '\0', len < BINARY ? len : BINARY) != NULL ? NULL : secret_in(p, len);
}

/* Of a file that is too large to be searched, the beginning tells whether it is a core dump.  *what is it, or NULL. */
static int
search_head(struct look *l, const char *oid, const char **what)
{
	struct text head = { 0 };
	int rc = git_blob_head(&l->w->git, oid, sizeof(Elf64_Ehdr), &head, l->err, GIT_ERR);

	*what = rc == 0 && head.buf != NULL && is_core(head.buf, head.len) ? CORE : NULL;
	text_free(&head);
	return rc;
}

/* Calls fn, unless it is NULL, for the contents of each file.  *what is what the last one holds. */
static int
search(struct look *l, const struct added *a, size_t n,
    int (*fn)(struct look *, const struct added *, enum junk, const char *), const char **what)
{
	static const char *const argv[] = { "cat-file", "--batch", NULL };
	struct text in = { 0 };
	char *out = NULL, *p, *end;
	size_t len = 0;
	int rc;

	for (size_t i = 0; i < n; i++)
		text_printf(&in, "%s\n", a[i].oid);
	rc = n == 0 ? 0 : git_run(&l->w->git, argv, in.buf, in.len, &out, &len, NULL, l->err, GIT_ERR);
	p = out;
	for (size_t i = 0; rc == 0 && p != NULL && i < n; i++) {	/* "ID blob SIZE\nCONTENTS\n" */
		end = memchr(p, '\n', len - (size_t)(p - out));
		if (end == NULL || (size_t)a[i].size > len - (size_t)(end + 1 - out))
			break;
		if ((*what = contents(end + 1, (size_t)a[i].size)) != NULL && fn != NULL)
			rc = fn(l, &a[i], JUNK_CONTENTS, *what);
		p = end + 1 + a[i].size + 1;
	}
	text_free(&in);
	free(out);
	return rc;
}

/* Is the object, or another of that kind, at this path of the base or of the target that was merged in? */
static int
was_there(struct look *l, const struct added *a, enum junk junk)
{
	static const char *const argv[] = { "cat-file", "--batch-check=%(objectname) %(objectsize)", NULL };
	const char *from[] = { l->w->onto, l->w->state.resolving.target }, *what = NULL;
	struct text in = { 0 };
	char *out = NULL, *size, *end;
	int rc;

	for (size_t i = 0; i < 2; i++)
		if (from[i][0] != '\0')
			text_printf(&in, "%s:%s\n", from[i], a->path);
	rc = git_run(&l->w->git, argv, in.buf, in.len, &out, NULL, NULL, l->err, GIT_ERR);
	for (char *p = out, *nl; rc == 0 && p != NULL && (nl = strchr(p, '\n')) != NULL; p = nl + 1) {
		struct added old = { .oid = p, .path = a->path };

		*nl = '\0';
		if ((size = strchr(p, ' ')) == NULL)
			continue;
		*size++ = '\0';
		old.size = strtol(size, &end, 10);
		if (end == size || *end != '\0')	/* "... missing" */
			continue;
		if (junk == JUNK_PACKAGES || junk == JUNK_COPIED || strcmp(p, a->oid) == 0)
			rc = 1;
		else if (junk == JUNK_SIZE)
			rc = old.size > l->max;
		else if ((rc = old.size <= READ_MAX ? search(l, &old, 1, NULL, &what) : search_head(l, old.oid, &what)) == 0)
			rc = what != NULL;
	}
	text_free(&in);
	free(out);
	return rc;
}

static int
name(struct look *l, const struct added *a, enum junk junk, const char *what)
{
	int rc = allowed(l->w, a->path) ? 1 : was_there(l, a, junk);

	if (rc == 0 && l->n++ < NAMED_MAX)
		text_printf(&l->said, "%s: %s%s\n", a->path, what,
		    junk == JUNK_CONTENTS && strcmp(what, CORE) != 0 ? ", or what looks like it" : "");
	return rc == -1 ? -1 : 0;
}

static int
packages(struct look *l, const struct added *a, size_t n)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++)	/* those of a package are named with it */
		if (a[i].size < 0 && below_packages(a[i].path, strlen(a[i].path)) &&
		    !below_packages(a[i].path, parent_length(a[i].path)))
			rc = name(l, &a[i], JUNK_PACKAGES, "installed packages");
	return rc;
}

/* The user's own files, which only a change of what git ignores brings into a commit. */
static int
copied(struct look *l, const struct added *a, size_t n)
{
	struct strings names = { 0 };
	int rc = 0;

	include_names(l->w, &names);
	for (size_t i = 0; rc == 0 && names.n > 0 && i < n; i++)
		if (a[i].size >= 0 && strings_has(&names, a[i].path))
			rc = name(l, &a[i], JUNK_COPIED, "copied from the checkout by .worktreeinclude");
	strings_free(&names);
	return rc;
}

static int
search_all(struct look *l, const struct added *a, size_t n)
{
	struct added *some = calloc(n + 1, sizeof(*some));
	const char *what;
	size_t sum = 0, m = 0;
	int rc = 0;

	if (some == NULL)
		err(1, NULL);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		if (a[i].size < 0 || (l->max > 0 && a[i].size > l->max) ||
		    below_packages(a[i].path, parent_length(a[i].path)))
			continue;
		if (a[i].size > READ_MAX) {
			if ((rc = search_head(l, a[i].oid, &what)) == 0 && what != NULL)
				rc = name(l, &a[i], JUNK_CONTENTS, what);
			continue;
		}
		if (sum + (size_t)a[i].size > READ_MAX) {
			rc = search(l, some, m, name, &what);
			sum = m = 0;
		}
		sum += (size_t)a[i].size;
		some[m++] = a[i];
	}
	if (rc == 0)
		rc = search(l, some, m, name, &what);
	free(some);
	return rc;
}

static int
look_at(struct look *l, const struct added *a, size_t n)
{
	char why[120];
	int rc = packages(l, a, n);

	if (rc == 0)
		rc = copied(l, a, n);
	for (size_t i = 0; rc == 0 && i < n; i++)
		if (l->max > 0 && a[i].size > l->max) {
			snprintf(why, sizeof(why), "%ld MB, more than the %lld MB that a file may have", a[i].size >> 20,
			    (long long)(l->max >> 20));
			rc = name(l, &a[i], JUNK_SIZE, why);
		}
	return rc == -1 ? -1 : search_all(l, a, n);
}

/* Takes the lines "ID TYPE SIZE PATH" apart; they stay in out. */
static struct added *
objects_of(char *out, size_t *n)
{
	struct added *v = NULL;
	char *end, *type;

	*n = 0;
	for (char *p = out, *next; p != NULL && *p != '\0'; p = next) {
		next = p + strcspn(p, "\n");
		if (*next != '\0')
			*next++ = '\0';
		if ((type = strchr(p, ' ')) == NULL || (strncmp(type, " blob ", 6) != 0 && strncmp(type, " tree ", 6) != 0))
			continue;
		struct added a = { .oid = p, .size = strtol(type + 6, &end, 10) };

		if (*end != ' ' || end[1] == '\0')	/* the top directory */
			continue;
		if (type[1] == 't')
			a.size = -1;
		*type = '\0';
		a.path = end + 1;
		*(struct added *)array_add(&v, n, sizeof(a)) = a;
	}
	return v;
}

/* What the commits add. */
static int
added_by(struct worker *w, const char *commit, char **out, char *err, size_t len)
{
	static const char *const sizes[] = { "cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)",
		"--buffer", NULL };
	const char *target = w->state.resolving.target;
	const char *argv[] = { "rev-list", "--objects", commit, "--not", w->onto, target[0] != '\0' ? target : NULL, NULL };
	char *list = NULL;
	size_t n = 0;
	int rc = git_run(&w->git, argv, NULL, 0, &list, &n, NULL, err, len);

	if (rc == 0)
		rc = git_run(&w->git, sizes, list, n, out, NULL, NULL, err, len);
	free(list);
	return rc;
}

int
junk_check(struct worker *w, const char *commit)
{
	char err[GIT_ERR], *out = NULL;
	struct look l = { .w = w, .max = w->limits.file_mb << 20, .err = err };
	struct added *a;
	size_t n;
	int rc;

	if (strcmp(commit, w->onto) == 0)
		return 0;
	rc = added_by(w, commit, &out, err, sizeof(err));
	a = objects_of(out, &n);
	if (rc == 0)
		rc = look_at(&l, a, n);
	free(a);
	free(out);
	if (rc == -1)
		worker_git_failed(w, err);
	else if (l.n > 0) {
		worker_hand_back(w, "junk", "%s%sThis does not belong in a commit: remove it, or have git ignore it. From a commit of "
		    "your own it goes with: git reset --soft %.12s, then commit again without it.\nWhere it does belong, a "
		    "person allows it: \"allow_files\" and \"limits.file_mb\" of the settings, or the item's outputs.\n",
		    l.said.buf, l.n > NAMED_MAX ? "...\n" : "", w->onto);
		rc = -1;
	}
	text_free(&l.said);
	return rc;
}
