/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
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

	if ((dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) == -1)
		return git_fail(err, errlen, "%s: %s", dir, strerror(errno));
	if ((rc = file_replace(dirfd, name, text, strlen(text), 0)) == -1)
		git_fail(err, errlen, "%s/%s: %s", dir, name, strerror(errno));
	close(dirfd);
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
		/* one syncfs before a reference moves covers every object, and costs one flush */
		text_puts(&t, "\tfsync = none\n\thooksPath = /dev/null\n\tfsmonitor = false\n"
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
	char *info = text_format("%s/info", dir), *buf = NULL;
	size_t len;
	int fd, rc = 0;

	if ((fd = open(r->common, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) != -1) {
		if (file_read(fd, "info/exclude", EXCLUDE_MAX, &buf, &len) == 0)
			rc = git_put(info, "exclude", buf, err, errlen);
		close(fd);
	}
	free(buf);
	free(info);
	return rc;
}

/* HEAD is written last: with it the directory is complete. */
static bool
complete(const char *dir)
{
	char *head = text_format("%s/HEAD", dir), *config = text_format("%s/config", dir);
	struct stat h, c;
	bool ok;

	ok = lstat(head, &h) == 0 && S_ISREG(h.st_mode) && h.st_size > 0 &&
	    lstat(config, &c) == 0 && S_ISREG(c.st_mode) && c.st_size > 0;
	free(head);
	free(config);
	return ok;
}

int
git_safe_make(const struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	static const char *const dirs[] = { "objects", "refs", "info", NULL };
	char *config;
	int rc;

	if (complete(dir))
		return 0;
	if (make_dirs(dir, dirs, err, errlen) == -1)
		return -1;
	config = config_text_of(r, false);
	rc = git_put(dir, "config", config, err, errlen);
	if (rc == 0)
		rc = copy_exclude(r, dir, err, errlen);
	if (rc == 0)
		rc = git_put(dir, "HEAD", "ref: refs/heads/none\n", err, errlen);
	free(config);
	return rc;
}

/* refs/heads/a/b/c below dir, with its directories. */
static int
put_ref(const char *dir, const char *branch, const char *oid, char *err, size_t errlen)
{
	char *ref = text_format("%s/refs/heads/%s", dir, branch), *line = text_format("%s\n", oid);
	char *base = strrchr(ref, '/');
	int rc;

	*base++ = '\0';
	if ((rc = file_make_dirs(ref)) == -1)
		git_fail(err, errlen, "%s: %s", ref, strerror(errno));
	else
		rc = git_put(ref, base, line, err, errlen);
	free(line);
	free(ref);
	return rc;
}

static int
private_fill(const struct git_repo *r, const char *dir, const char *branch, const char *base,
    char *err, size_t errlen)
{
	char *config = config_text_of(r, true), *head = text_format("ref: refs/heads/%s\n", branch);
	char *alternates = text_format("%s\n", r->objects), *info = text_format("%s/objects/info", dir);
	char *shallow = text_format("%s/shallow", r->common), *mine = text_format("%s/shallow", dir);
	int rc;

	rc = git_put(dir, "config", config, err, errlen);
	if (rc == 0)
		rc = git_put(info, "alternates", alternates, err, errlen);
	if (rc == 0)
		rc = copy_exclude(r, dir, err, errlen);
	if (rc == 0 && r->shallow && file_copy(shallow, mine, false) == -1 && errno != EEXIST)
		rc = git_fail(err, errlen, "%s: %s", mine, strerror(errno));
	if (rc == 0)
		rc = put_ref(dir, branch, base, err, errlen);
	if (rc == 0)
		rc = git_put(dir, "HEAD", head, err, errlen);
	free(config);
	free(head);
	free(alternates);
	free(info);
	free(shallow);
	free(mine);
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
		rc = private_fill(r, dir, branch, base, err, errlen);
	free(ref);
	return rc;
}
