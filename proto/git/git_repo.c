/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"

#define FALLBACK_NAME	"orchestrator"
#define FALLBACK_EMAIL	"orchestrator@localhost"

int
git_version_check(char *err, size_t errlen)
{
	static const char *const argv[] = { "version", NULL };
	struct git_call c = { .argv = argv };
	char *out = NULL;
	int major = 0, minor = 0, rc = 0;

	c.out = &out;
	if (git_call(&c, err, errlen) == -1)
		return -1;
	if (sscanf(out, "git version %d.%d", &major, &minor) != 2)
		rc = git_fail(err, errlen, "git version: cannot read \"%.40s\"", out);
	else if (major < 2 || (major == 2 && minor < 38))
		rc = git_fail(err, errlen, "git %d.%d is too old; install git 2.38 or later",
		    major, minor);
	free(out);
	return rc;
}

static void
set(char **p, const char *value)
{
	free(*p);
	*p = text_format("%s", value);
}

struct facts {			/* facts from the repository's configuration */
	bool		 bare;
	bool		 private;
	char		*worktree;
	char		*base;		/* base of its relative URLs */
	struct text	 lines, inherited;
};

static bool
truth(const char *value)
{
	return value == NULL || strcasecmp(value, "true") == 0 || strcasecmp(value, "yes") == 0 ||
	    strcasecmp(value, "on") == 0 || strcmp(value, "1") == 0;
}

/* Programs are run outside any confinement, so they are taken from the user's configuration alone. */
static const struct { const char *key; bool program; } signing[GIT_SIGNING] = {
	{ "gpg.format", false }, { "user.signingkey", false }, { "gpg.program", true }, { "gpg.openpgp.program", true },
	{ "gpg.x509.program", true }, { "gpg.ssh.program", true }, { "gpg.ssh.defaultkeycommand", true },
};

static void
fact_signing(struct git_repo *r, const char *key, const char *value, bool local)
{
	for (size_t i = 0; i < GIT_SIGNING; i++)
		if (strcmp(key, signing[i].key) == 0 && !(local && signing[i].program)) {
			free(r->signing[i]);
			r->signing[i] = text_format("%s=%s", key, value);
		}
}

/* local: the setting is from the repository and not from its user's configuration, which agents can read. */
static int
fact(struct git_repo *r, struct facts *f, const char *key, const char *value, bool local, char *err,
    size_t errlen)
{
	const char *v = value == NULL ? "" : value;

	if (strncmp(key, "remote.", 7) == 0 || strncmp(key, "filter.", 7) == 0 || strncmp(key, "lfs.", 4) == 0) {
		if (key[0] == 'f')
			r->filters = true;
		if (strcmp(key, "lfs.storage") == 0)
			set(&r->lfs, v);
		if (local)
			git_config_inherit(&f->inherited, key, value == NULL ? "true" : value, f->base);
	} else if (strcmp(key, "core.sharedrepository") == 0 &&
	    v[strspn(v, "abcdefghijklmnopqrstuvwxyz0123456789")] == '\0')
		text_printf(&f->lines, "\tsharedRepository = %s\n", value == NULL ? "true" : value);
	else if (strcmp(key, "user.name") == 0)
		set(&r->author_name, v);
	else if (strcmp(key, "user.email") == 0)
		set(&r->author_email, v);
	else if (strcmp(key, "commit.gpgsign") == 0)
		r->signs = truth(value);
	else if (strncmp(key, "gpg.", 4) == 0 || strcmp(key, "user.signingkey") == 0)
		fact_signing(r, key, v, local);
	else if (strcmp(key, "core.excludesfile") == 0)
		set(&r->excludes, v);
	else if (strcmp(key, "core.attributesfile") == 0) {
		if (!local)
			set(&r->attributes, v);
	} else if (strcmp(key, "core.bare") == 0)
		f->bare = truth(value);
	else if (strcmp(key, "core.worktree") == 0)
		set(&f->worktree, v);
	else if (strcmp(key, "orchestrator.private") == 0)
		f->private = truth(value);
	else if (strcmp(key, "core.autocrlf") == 0 && strcasecmp(v, "false") != 0 && strcasecmp(v, "input") != 0)
		set(&r->conversion, "core.autocrlf");
	else if (strcmp(key, "core.eol") == 0 && strcasecmp(v, "crlf") == 0)
		set(&r->conversion, "core.eol");
	else if (strcmp(key, "core.filemode") == 0 || strcmp(key, "core.symlinks") == 0 ||
	    strcmp(key, "core.ignorecase") == 0)
		text_printf(&f->lines, "\t%s = %s\n", key + 5, truth(value) ? "true" : "false");
	else if (strcmp(key, "extensions.objectformat") == 0) {
		if (strlcpy(r->format, v, sizeof(r->format)) >= sizeof(r->format) ||
		    (strcmp(v, "sha1") != 0 && strcmp(v, "sha256") != 0))
			return git_fail(err, errlen, "%s: unknown object format \"%s\"",
			    r->common, v);
	} else if (strcmp(key, "extensions.refstorage") == 0 && strcmp(v, "files") != 0)
		return git_fail(err, errlen, "%s: ref storage \"%s\" is not supported; "
		    "use a repository with the files format", r->common, v);
	return 0;
}

/* Parses the records of git config -z: scope, NUL, key, newline, value, NUL; without a newline when there is no value. */
static int
read_config(struct git_repo *r, struct facts *f, char *err, size_t errlen)
{
	char gitdir[4200];
	const char *argv[] = { gitdir, "-c", "core.fsmonitor=false", "config", "-z", "--show-scope", "--get-regexp",
		"^(user\\.(name|email|signingkey)|commit\\.gpgsign|gpg\\..*|"
		"core\\.(bare|worktree|excludesfile|attributesfile|autocrlf|eol|filemode|symlinks|ignorecase|sharedrepository)|"
		"extensions\\..*|orchestrator\\.private|(remote|filter|lfs)\\..*)$", NULL };
	struct git_call c = { .argv = argv, .user_config = true };
	char *out = NULL, *scope, *p, *value;
	size_t len = 0;
	int status = 0, rc = 0;
	bool local;

	snprintf(gitdir, sizeof(gitdir), "--git-dir=%s", r->common);
	c.out = &out;
	c.outlen = &len;
	c.status = &status;
	if (git_call(&c, err, errlen) == -1)
		return -1;
	if (status > 1)
		rc = -1;	/* err is set */
	for (scope = out; rc == 0 && scope != NULL && scope < out + len; scope = value + strlen(value) + 1) {
		local = strcmp(scope, "local") == 0 || strcmp(scope, "worktree") == 0;
		value = p = scope + strlen(scope) + 1;
		if (p > out + len)
			break;
		if (strchr(p, '\n') != NULL) {
			value = strchr(p, '\n');
			*value++ = '\0';
			rc = fact(r, f, p, value, local, err, errlen);
		} else
			rc = fact(r, f, p, NULL, local, err, errlen);
	}
	free(out);
	return rc;
}

static char *
main_checkout(const struct git_repo *r, const struct facts *f)
{
	size_t len = strlen(r->common);
	char *path, *real;

	if (f->bare)
		return NULL;
	if (f->worktree != NULL) {
		path = f->worktree[0] == '/' ? text_format("%s", f->worktree) :
		    text_format("%s/%s", r->common, f->worktree);
		real = realpath(path, NULL);
		free(path);
		return real;
	}
	if (len > 5 && strcmp(r->common + len - 5, "/.git") == 0)
		return text_format("%.*s", (int)(len - 5), r->common);
	return NULL;
}

/* Expands the home directory at the start of a file name from the configuration. */
static void
expand_home(char **path)
{
	const char *home = getenv("HOME");
	char *s;

	if (*path == NULL || strncmp(*path, "~/", 2) != 0 || home == NULL)
		return;
	s = text_format("%s/%s", home, *path + 2);
	free(*path);
	*path = s;
}

static void
find_attributes(struct git_repo *r)
{
	const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

	expand_home(&r->attributes);
	if (r->attributes == NULL)
		r->attributes = config != NULL && *config != '\0' ? text_format("%s/git/attributes", config) :
		    text_format("%s/.config/git/attributes", home != NULL ? home : "");
}

static void
find_lfs(struct git_repo *r)
{
	char *path;

	expand_home(&r->lfs);
	if (r->lfs != NULL && r->lfs[0] == '/')
		return;
	path = text_format("%s/%s", r->common, r->lfs != NULL && r->lfs[0] != '\0' ? r->lfs : "lfs");
	free(r->lfs);
	r->lfs = path;
}

int
git_repo_open_common(struct git_repo *r, const char *common, char *err, size_t errlen)
{
	struct facts f = { 0 };
	char shallow[4200], *private = NULL;
	struct stat st;
	int rc;

	memset(r, 0, sizeof(*r));
	strlcpy(r->format, "sha1", sizeof(r->format));
	if ((r->common = realpath(common, NULL)) == NULL)
		return git_fail_errno(err, errlen, "%s", common);
	r->objects = text_format("%s/objects", r->common);
	if (stat(r->objects, &st) == -1 || !S_ISDIR(st.st_mode)) {
		git_fail(err, errlen, "%s: not a git directory", common);
		git_repo_release(r);
		return -1;
	}
	f.base = text_format("%.*s", (int)(strrchr(r->common, '/') - r->common), r->common);
	rc = read_config(r, &f, err, errlen);
	if (rc == 0 && f.private) {
		private = text_format("%s", r->common);
		rc = git_fail(err, errlen, "%s: is the private git directory of a session; "
		    "run this in the repository itself, or name it with -C", r->common);
	}
	r->hexlen = strcmp(r->format, "sha256") == 0 ? 64 : 40;
	r->top = main_checkout(r, &f);
	expand_home(&r->excludes);
	find_attributes(r);
	find_lfs(r);
	r->worktree_config = text_format("%s", f.lines.buf != NULL ? f.lines.buf : "");
	r->inherited = text_format("%s", f.inherited.buf != NULL ? f.inherited.buf : "");
	snprintf(shallow, sizeof(shallow), "%s/shallow", r->common);
	r->shallow = stat(shallow, &st) == 0 && st.st_size > 0;
	r->author_fallback = r->author_name == NULL || r->author_email == NULL ||
	    r->author_name[0] == '\0';
	if (r->author_fallback) {
		set(&r->author_name, FALLBACK_NAME);
		set(&r->author_email, FALLBACK_EMAIL);
	}
	free(f.worktree);
	free(f.base);
	text_free(&f.lines);
	text_free(&f.inherited);
	if (rc == -1)
		git_repo_release(r);
	r->private = private;
	return rc;
}

/* Compares at the beginning, where no name can be. */
static bool
says(const char *why, const char *words)
{
	const char *colon = strchr(why, ':');

	return colon != NULL && strncmp(colon + 1, " ", 1) == 0 &&
	    strncmp(colon + 2, words, strlen(words)) == 0;
}

int
git_repo_open(struct git_repo *r, const char *dir, char *err, size_t errlen)
{
	const char *argv[] = { "-C", dir, "-c", "core.hooksPath=/dev/null", "-c",
		"core.fsmonitor=false", "rev-parse", "--path-format=absolute", "--git-common-dir",
		"--git-dir", "HEAD", NULL };
	struct git_call c = { .argv = argv, .user_config = true };
	char why[GIT_ERR], *out = NULL, *nl, *gitdir;
	int status, rc;

	memset(r, 0, sizeof(*r));
	why[0] = '\0';
	if (access(dir, F_OK) == -1)
		return git_fail_errno(err, errlen, "%s", dir);
	c.out = &out;
	c.status = &status;
	if (git_call(&c, why, sizeof(why)) == -1)
		return git_fail_as(fault_code(), err, errlen, "%s", why);
	/* git prints the directory before it finds that HEAD is unborn. */
	if (out == NULL || out[0] != '/' || (nl = strchr(out, '\n')) == NULL) {
		free(out);
		if (git_version_check(err, errlen) == -1)
			return -1;
		if (says(why, "not a git repository"))
			return git_fail(err, errlen, "%s: not a git repository; "
			    "run this inside one, or name it with -C", dir);
		if (says(why, "detected dubious ownership"))
			return git_fail(err, errlen, "%s: the repository belongs to another user; "
			    "become that user, or trust it with git config --global --add "
			    "safe.directory DIR", dir);
		return git_fail_as(fault_code(), err, errlen, "%s: %s", dir, why);
	}
	/* git writes one path per line in alternates and in the worktree list. */
	*nl = '\0';
	if (access(out, F_OK) == -1) {
		free(out);
		return git_fail(err, errlen, "%s: its path has a newline, which is not supported; "
		    "move the repository", dir);
	}
	gitdir = nl + 1;
	gitdir[strcspn(gitdir, "\n")] = '\0';
	rc = git_repo_open_common(r, out, err, errlen);
	if (rc == 0 && gitdir[0] == '/')
		set(&r->gitdir, gitdir);
	if (rc == 0 && status != 0) {
		git_repo_release(r);
		rc = git_fail(err, errlen, "%s: no commit yet: make a first commit", dir);
	}
	free(out);
	return rc;
}

void
git_repo_release(struct git_repo *r)
{
	free(r->common);
	free(r->gitdir);
	free(r->objects);
	free(r->top);
	free(r->private);
	free(r->author_name);
	free(r->author_email);
	free(r->excludes);
	free(r->worktree_config);
	free(r->inherited);
	free(r->conversion);
	free(r->attributes);
	free(r->lfs);
	for (size_t i = 0; i < GIT_SIGNING; i++)
		free(r->signing[i]);
	memset(r, 0, sizeof(*r));
}
