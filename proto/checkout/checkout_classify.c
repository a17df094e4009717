/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/text.h"
#include "proto/checkout/checkout.h"
#include "proto/git/git.h"
#include "proto/sys/dir.h"
#include "proto/sys/file.h"

#define GITLINK		0160000u

/* The state of a changed path while it is checked. */
struct look {
	const struct git_change	*change;
	bool			 listed;	/* the path is in the index */
	bool			 unmerged, hidden;
	struct index_entry	*entry;		/* its index entry, without the path */
	bool			 content;	/* the contents must be compared */
};

struct looks {
	struct look	*v;
	size_t		 n;
};

static struct look *
find(const struct looks *l, const char *path)
{
	size_t lo = 0, hi = l->n, mid;
	int c;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if ((c = strcmp(path, l->v[mid].change->path)) == 0)
			return &l->v[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

static void
note_entry(const struct index_entry *e, void *arg)
{
	struct look *k = find(arg, e->path);

	if (k == NULL)
		return;
	k->listed = true;
	k->unmerged |= e->stage != 0;
	k->hidden |= e->skip_worktree || e->assume_valid || e->intent_to_add;
	free(k->entry);
	if ((k->entry = malloc(sizeof(*e))) == NULL)
		errx(1, "out of memory");
	*k->entry = *e;
}

static unsigned
file_mode(const struct git_repo *r, const struct stat *st, unsigned expected)
{
	if (S_ISLNK(st->st_mode))
		return 0120000;
	if (!S_ISREG(st->st_mode))
		return 0;
	if (strstr(r->worktree_config, "filemode = false") != NULL && S_ISREG(expected))
		return expected;
	return st->st_mode & 0100 ? 0100755 : 0100644;
}

/* Do the lstat data show that the file is unchanged since the index entry was made? */
static bool
stat_clean(const struct index_entry *e, const struct stat *st, const struct stat *index)
{
	return e->mtime == (unsigned)st->st_mtim.tv_sec &&
	    (e->mtime_ns == 0 || e->mtime_ns == (unsigned)st->st_mtim.tv_nsec) &&
	    e->ctime == (unsigned)st->st_ctim.tv_sec && e->ino == (unsigned)st->st_ino &&
	    e->size == (unsigned)st->st_size && index->st_mtim.tv_sec > st->st_mtim.tv_sec;
}

/* The contents of a file or the target of a link; NULL on error. */
static char *
bytes_of(const char *path, const struct stat *st, size_t *len)
{
	char *buf = malloc((size_t)st->st_size + 2);
	ssize_t n = -1;
	int fd;

	if (buf == NULL)
		errx(1, "out of memory");
	*len = 0;
	if (S_ISLNK(st->st_mode))
		n = readlink(path, buf, (size_t)st->st_size + 1);
	else if ((fd = file_open(AT_FDCWD, path, O_RDONLY, 0)) != -1) {
		while ((n = read(fd, buf + *len, (size_t)st->st_size + 1 - *len)) > 0)
			*len += (size_t)n;
		close(fd);
		if (n == 0)
			return buf;
	}
	if (n < 0) {
		free(buf);
		return NULL;
	}
	*len = (size_t)n;
	return buf;
}

/* 0: mine equals blob; 1: mine is a proper prefix of blob, perhaps with zeros where a power loss lost data; -1:
 * neither. */
static int
compare_bytes(const char *mine, size_t mylen, const char *blob, size_t len)
{
	size_t i = 0;

	if (mylen > len)
		return -1;
	while (i < mylen && mine[i] == blob[i])
		i++;
	if (i == mylen)
		return mylen == len ? 0 : 1;
	while (i < mylen && mine[i] == '\0')
		i++;
	return i == mylen ? 1 : -1;
}

static int
compare_blob(const struct git *g, const char *path, const struct stat *st, const char *oid)
{
	const char *argv[] = { "cat-file", "blob", oid, NULL };
	char *blob = NULL, *mine;
	size_t len, mylen;
	int rc = -1;

	if ((mine = bytes_of(path, st, &mylen)) == NULL)
		return -1;
	if (git_run(g, argv, NULL, 0, &blob, &len, NULL, NULL, 0) == 0)
		rc = compare_bytes(mine, mylen, blob, len);
	free(blob);
	free(mine);
	return rc;
}

/* Does the move remove a tracked file at path (len bytes) or below it?  Then git must decide.  Otherwise what
 * is there is the user's, even if git ignores it and would overwrite it. */
static bool
leaves(const struct looks *l, const char *path, size_t len)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->v[i].change->new_mode == 0 && l->v[i].listed &&
		    strncmp(l->v[i].change->path, path, len) == 0 &&
		    (l->v[i].change->path[len] == '/' || l->v[i].change->path[len] == '\0'))
			return true;
	return false;
}

/* Does the directory hold anything except tracked files that the move removes? */
static bool
holds_more(const struct looks *l, const char *top, const char *rel)
{
	char *dir = text_format("%s/%s", top, rel), *path;
	const struct look *k;
	struct dirent *e;
	DIR *d = dir_open(AT_FDCWD, dir);
	bool more = false;

	free(dir);
	if (d == NULL)
		return true;
	while (!more && (e = dir_next(d)) != NULL) {
		path = text_format("%s/%s", rel, e->d_name);
		k = find(l, path);
		more = (k == NULL || !k->listed || k->change->new_mode != 0) &&
		    holds_more(l, top, path);
		free(path);
	}
	dir_close(d);
	return more;
}

/* Looks for a leading directory that is a link or a file: FOLLOW_UNSURE or FOLLOW_USER; FOLLOW_OLD when there is none. */
static enum follow
above(const struct looks *l, const char *top, const char *rel)
{
	enum follow f = FOLLOW_OLD;
	const char *slash;
	struct stat st;
	char *dir;

	for (slash = strchr(rel, '/'); slash != NULL && f == FOLLOW_OLD;
	    slash = strchr(slash + 1, '/')) {
		dir = text_format("%s/%.*s", top, (int)(slash - rel), rel);
		if (lstat(dir, &st) == 0 && !S_ISDIR(st.st_mode))
			f = leaves(l, rel, (size_t)(slash - rel)) ? FOLLOW_UNSURE : FOLLOW_USER;
		free(dir);
	}
	return f;
}

static enum follow
classify_file(const struct git *g, const struct look *l, const char *path, const struct stat *st,
    const struct stat *index)
{
	const struct git_change *c = l->change;
	bool at_old, at_new;
	int cmp;

	at_old = l->listed ? l->entry->mode == c->old_mode && strcmp(l->entry->oid, c->old_oid) == 0 :
	    c->old_mode == 0;
	at_new = l->listed ? l->entry->mode == c->new_mode && strcmp(l->entry->oid, c->new_oid) == 0 :
	    c->new_mode == 0;
	if (!at_old && !at_new)
		return FOLLOW_USER;
	if (l->listed && stat_clean(l->entry, st, index) &&
	    file_mode(g->repo, st, l->entry->mode) == l->entry->mode)
		return at_old ? FOLLOW_OLD : FOLLOW_NEW;
	if (c->old_mode != 0 && at_old && file_mode(g->repo, st, c->old_mode) == c->old_mode &&
	    compare_blob(g, path, st, c->old_oid) == 0)
		return FOLLOW_OLD;
	if (c->new_mode == 0)
		return FOLLOW_USER;
	cmp = compare_blob(g, path, st, c->new_oid);
	if (cmp == 0 && file_mode(g->repo, st, c->new_mode) == c->new_mode)
		return at_new ? FOLLOW_NEW : FOLLOW_FILE_NEW;
	if (cmp == 1 && at_old && S_ISREG(st->st_mode))
		return FOLLOW_PARTIAL;
	return FOLLOW_USER;
}

static enum follow
classify(const struct git *g, const struct checkout *co, const struct looks *all,
    const struct look *l, const struct stat *index)
{
	const struct git_change *c = l->change;
	char *path;
	struct stat st;
	enum follow f;

	if (l->unmerged || l->hidden)
		return FOLLOW_USER;
	if (c->old_mode == GITLINK || c->new_mode == GITLINK)
		return FOLLOW_UNSURE;
	if ((f = above(all, co->path, c->path)) != FOLLOW_OLD)
		return f;
	path = text_format("%s/%s", co->path, c->path);
	if (lstat(path, &st) == -1) {
		if (!l->listed && c->old_mode == 0)
			f = FOLLOW_OLD;
		else if (!l->listed && c->new_mode == 0)
			f = FOLLOW_NEW;
		else if (l->listed && l->entry->mode == c->old_mode &&
		    strcmp(l->entry->oid, c->old_oid) == 0)
			f = FOLLOW_PARTIAL;
		else
			f = FOLLOW_USER;
	} else if (S_ISDIR(st.st_mode))
		f = leaves(all, c->path, strlen(c->path)) &&
		    !holds_more(all, co->path, c->path) ? FOLLOW_UNSURE : FOLLOW_USER;
	else
		f = classify_file(g, l, path, &st, index);
	free(path);
	return f;
}

int
checkout_classify(const struct git *g, const struct checkout *co, const struct git_change *changes,
    size_t n, enum follow *f, char *err, size_t errlen)
{
	struct looks l = { .n = n };
	struct stat index;
	char *file = text_format("%s/index", co->gitdir);
	size_t i;
	int rc;

	if ((l.v = calloc(n + 1, sizeof(*l.v))) == NULL)
		errx(1, "out of memory");
	for (i = 0; i < n; i++)
		l.v[i].change = &changes[i];
	rc = index_walk(file, g->repo->hexlen, &index, note_entry, &l, err, errlen);
	for (i = 0; i < n; i++) {
		if (rc == 0)
			f[i] = classify(g, co, &l, &l.v[i], &index);
		free(l.v[i].entry);
	}
	free(l.v);
	free(file);
	return rc;
}
