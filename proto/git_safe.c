/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"
#include "git_internal.h"
#include "text.h"

#define EXCLUDE_MAX	(1u << 20)

int
git_put(const char *dir, const char *name, const char *text, char *err, size_t errlen)
{
	int dirfd, rc;

	if ((dirfd = file_find_dir(AT_FDCWD, dir)) == -1)
		return git_fail(err, errlen, "%s: %s", dir, strerror(errno));
	if ((rc = file_replace(dirfd, name, text, strlen(text), 0)) == -1)
		git_fail(err, errlen, "%s/%s: %s", dir, name, strerror(errno));
	close(dirfd);
	return rc;
}

/* Opens dirfd/name, made anew when something else has its place, and closes dirfd. */
static int
enter(int dirfd, const char *name)
{
	int fd = -1, saved;

	if ((mkdirat(dirfd, name, 0700) == 0 || errno == EEXIST) &&
	    (fd = file_open_dir(dirfd, name)) == -1 && (errno == ENOTDIR || errno == ELOOP) &&
	    file_remove_tree(dirfd, name) == 0 && mkdirat(dirfd, name, 0700) == 0)
		fd = file_open_dir(dirfd, name);
	saved = errno;
	close(dirfd);
	errno = saved;
	return fd;
}

/* No agent is alive: a lock of its git's is stale, and a directory is none of ours. */
static int
replace(int dirfd, const char *name, const char *text)
{
	char lock[NAME_MAX + 1];

	snprintf(lock, sizeof(lock), "%.240s.lock", name);
	(void)unlinkat(dirfd, lock, 0);
	if (file_replace(dirfd, name, text, strlen(text), 0) == 0)
		return 0;
	if (errno != EISDIR || file_remove_tree(dirfd, name) == -1)
		return -1;
	return file_replace(dirfd, name, text, strlen(text), 0);
}

/* Writes dir/path in a directory that an agent writes too: no link in it is followed. */
static int
put_below(const char *dir, const char *path, const char *text, char *err, size_t errlen)
{
	char *copy = text_format("%s", path), *name = copy, *slash;
	int fd, rc = -1;

	fd = file_open_dir(AT_FDCWD, dir);
	for (; fd != -1 && (slash = strchr(name, '/')) != NULL; name = slash + 1) {
		*slash = '\0';
		fd = enter(fd, name);
	}
	if (fd != -1)
		rc = replace(fd, name, text);
	if (rc == -1)
		git_fail(err, errlen, "%s/%s: %s", dir, path, strerror(errno));
	if (fd != -1)
		close(fd);
	free(copy);
	return rc;
}

/* A value of a configuration file. */
static void
add_value(struct text *t, const char *key, const char *value)
{
	text_printf(t, "\t%s = \"", key);
	for (; *value != '\0'; value++) {
		if (*value == '"' || *value == '\\')
			text_puts(t, "\\");
		if (*value == '\n' || *value == '\r')
			text_puts(t, " ");
		else
			text_add(t, value, 1);
	}
	text_puts(t, "\"\n");
}

static char *
config_text_of(const struct git_repo *r, bool private)
{
	struct text t = { 0 };
	bool sha1 = strcmp(r->format, "sha1") == 0;

	text_printf(&t, "[core]\n\trepositoryformatversion = %d\n\tbare = %s\n", sha1 ? 0 : 1,
	    private ? "false" : "true");
	text_puts(&t, r->worktree_config);
	if (private)
		text_puts(&t, "\tlogallrefupdates = true\n");
	else {
		/* the syncfs before a reference moves covers every object; but one of which a power
		 * loss leaves the name alone would be taken for written when it is made again */
		text_puts(&t, "\tfsync = committed\n\tfsyncMethod = batch\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
		    "\tattributesFile = /dev/null\n");
		add_value(&t, "excludesFile", r->excludes != NULL ? r->excludes : "/dev/null");
	}
	if (!sha1)
		text_printf(&t, "[extensions]\n\tobjectformat = %s\n", r->format);
	if (private)
		text_puts(&t, "[orchestrator]\n\tprivate = true\n");
	text_puts(&t, "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[user]\n");
	add_value(&t, "name", r->author_name);
	add_value(&t, "email", r->author_email);
	return t.buf;
}

static int
make_dirs(const char *dir, const char *const names[], char *err, size_t errlen)
{
	char *path;
	size_t i;
	int rc = 0;

	if (file_make_dirs(dir) == -1)
		return git_fail(err, errlen, "%s: %s", dir, strerror(errno));
	for (i = 0; rc == 0 && names[i] != NULL; i++) {
		path = text_format("%s/%s", dir, names[i]);
		if (mkdir(path, 0700) == -1 && errno != EEXIST)
			rc = git_fail(err, errlen, "%s: %s", path, strerror(errno));
		free(path);
	}
	return rc;
}

static int
copy_exclude(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	char *buf = NULL;
	size_t len;
	int fd, rc = 0;

	if ((fd = file_find_dir(AT_FDCWD, r->common)) != -1) {
		if (file_read(fd, "info/exclude", EXCLUDE_MAX, &buf, &len) == 0)
			rc = put_below(dir, "info/exclude", buf, err, errlen);
		close(fd);
	}
	free(buf);
	return rc;
}

static bool
has_dir(int dirfd, const char *name)
{
	struct stat st;

	return file_stat(dirfd, name, &st) == 0 && S_ISDIR(st.st_mode);
}

/* Is all there by which git knows it?  HEAD was written last, but nothing was synced. */
static bool
complete(const char *dir)
{
	int fd = file_open_dir(AT_FDCWD, dir);
	bool ok;

	ok = fd != -1 && file_blank(fd, "HEAD") == 0 && file_blank(fd, "config") == 0 && has_dir(fd, "objects") &&
	    has_dir(fd, "refs");
	if (fd != -1)
		close(fd);
	return ok;
}

/* dirfd/name, which no git of ours makes, is gone. */
static int
purge(int dirfd, const char *name)
{
	struct stat st;

	if (file_stat(dirfd, name, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	return file_remove_tree(dirfd, name);
}

/*
 * An agent can write here, too: what git would run or obey is removed, and the
 * configuration must be ours to the byte.  0 when it is, 1 when it is to be written.
 */
static int
distrust(int dirfd, const char *config)
{
	static const char *const top[] = { "hooks", "commondir", "config.worktree", "shallow" };
	char *buf = NULL;
	size_t i, len;
	int info, rc = 0;

	for (i = 0; rc == 0 && i < sizeof(top) / sizeof(top[0]); i++)
		rc = purge(dirfd, top[i]);
	if ((info = file_dup(dirfd, 0)) != -1)
		info = enter(info, "info");
	if (rc == -1 || info == -1 || purge(info, "attributes") == -1 ||
	    purge(info, "grafts") == -1)
		rc = -1;
	if (info != -1)
		close(info);
	if (rc == 0 && (file_read(dirfd, "config", EXCLUDE_MAX, &buf, &len) == -1 ||
	    len != strlen(config) || memcmp(buf, config, len) != 0))
		rc = 1;
	free(buf);
	return rc;
}

int
git_safe_make(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	static const char *const dirs[] = { "objects", "refs", "info", NULL };
	char *config = config_text_of(r, false);
	int fd, rc = 1;

	if ((fd = file_open_dir(AT_FDCWD, dir)) != -1) {
		rc = distrust(fd, config);
		close(fd);
	} else if (errno != ENOENT)
		rc = -1;
	if (rc == -1)
		git_fail(err, errlen, "%s: %s", dir, strerror(errno));
	else if (rc == 1 || !complete(dir)) {
		if ((rc = make_dirs(dir, dirs, err, errlen)) == 0)
			rc = put_below(dir, "config", config, err, errlen);
		if (rc == 0)
			rc = copy_exclude(r, dir, err, errlen);
		if (rc == 0)
			rc = put_below(dir, "HEAD", "ref: refs/heads/none\n", err, errlen);
	}
	free(config);
	return rc;
}

/* What does not change; with private_point the directory is complete. */
static int
private_fill(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	char *config = config_text_of(r, true), *alternates = text_format("%s\n", r->objects);
	char *shallow = text_format("%s/shallow", r->common), *mine = text_format("%s/shallow", dir);
	int rc;

	rc = put_below(dir, "config", config, err, errlen);
	if (rc == 0)
		rc = put_below(dir, "objects/info/alternates", alternates, err, errlen);
	if (rc == 0)
		rc = copy_exclude(r, dir, err, errlen);
	if (rc == 0 && r->shallow && file_copy(shallow, mine, false) == -1 && errno != EEXIST)
		rc = git_fail(err, errlen, "%s: %s", mine, strerror(errno));
	free(config);
	free(alternates);
	free(shallow);
	free(mine);
	return rc;
}

/* The branch at base, and HEAD at the branch, wherever they were. */
static int
private_point(const char *dir, const char *ref, const char *base, char *err, size_t errlen)
{
	char *line = text_format("%s\n", base), *head = text_format("ref: %s\n", ref);
	int rc;

	rc = put_below(dir, ref, line, err, errlen);
	if (rc == 0)
		rc = put_below(dir, "HEAD", head, err, errlen);
	free(line);
	free(head);
	return rc;
}

int
git_private_make(const struct git_repo *r, const char *dir, const char *branch, const char *base,
    char *err, size_t errlen)
{
	static const char *const dirs[] = { "objects", "objects/info", "objects/pack", "refs",
		"refs/heads", "info", NULL };
	char *ref = text_format("refs/heads/%s", branch);
	int rc = 0;

	if (!git_ref_valid(ref))
		rc = git_fail(err, errlen, "\"%s\" is not a valid branch name", branch);
	else if (!git_oid_valid(r, base))
		rc = git_fail(err, errlen, "%s: not a full object id", base);
	else if (!complete(dir) && (rc = make_dirs(dir, dirs, err, errlen)) == 0)
		rc = private_fill(r, dir, err, errlen);
	if (rc == 0)
		rc = private_point(dir, ref, base, err, errlen);
	free(ref);
	return rc;
}
