/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/workspace/identity.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

#define LINE_MAX_READ	4096

/* The first line of a file without its prefix, as a path below dir when it is relative; malloced, or NULL. */
static char *
read_path(const char *dir, const char *name, const char *prefix)
{
	char *path = text_format("%s/%s", dir, name), *text = NULL, *found = NULL;
	size_t len, skip = strlen(prefix);

	if (file_read(AT_FDCWD, path, LINE_MAX_READ, &text, &len) == 0 && strncmp(text, prefix, skip) == 0) {
		text[skip + strcspn(text + skip, "\n")] = '\0';
		found = text[skip] == '/' ? text_format("%s", text + skip) : text_format("%s/%s", dir, text + skip);
	}
	free(text);
	free(path);
	return found;
}

/* The common git directory of a git directory. */
static char *
common_of(const char *gitdir)
{
	char *shared = read_path(gitdir, "commondir", ""), *real = realpath(shared != NULL ? shared : gitdir, NULL);

	free(shared);
	return real;
}

static bool
has(const char *dir, const char *name)
{
	char *path = text_format("%s/%s", dir, name);
	bool there = access(path, F_OK) == 0;

	free(path);
	return there;
}

/* As git finds it: .git in the directory or one above, or a bare repository. */
static char *
find_common(const char *dir)
{
	char *at = realpath(dir, NULL), *slash, *gitdir = NULL, *common = NULL;

	while (at != NULL && gitdir == NULL) {
		if (has(at, ".git/HEAD"))
			gitdir = text_format("%s/.git", at);
		else if (has(at, ".git"))
			gitdir = read_path(at, ".git", "gitdir: ");
		else if (has(at, "HEAD") && has(at, "objects"))
			gitdir = text_format("%s", at);
		if (gitdir != NULL || (slash = strrchr(at, '/')) == NULL || at[1] == '\0')
			break;
		slash[slash == at] = '\0';
	}
	if (gitdir != NULL)
		common = common_of(gitdir);
	free(gitdir);
	free(at);
	return common;
}

int
orch_peek(struct orch *o)
{
	const char *set = strcmp(o->dir, ".") == 0 ? getenv("GIT_DIR") : NULL;
	char *name;

	orch_home(o);
	if ((o->repo.common = set != NULL && *set != '\0' ? common_of(set) : find_common(o->dir)) == NULL)
		return -1;
	if ((name = identity_recorded(&o->repo)) == NULL)
		return -1;
	o->workspace = text_format("%s/" STATE_WORKSPACES "/%s", o->home, name);
	free(name);
	return orch_instance(o) == 0 && o->instance != NULL ? 0 : -1;
}

char *
orch_repository_of(const char *workspace)
{
	char *common = read_path(workspace, STATE_REPOSITORY, ""), *slash;
	struct git_repo repo = { .common = common };
	char *name = common != NULL ? identity_recorded(&repo) : NULL;

	if (name == NULL || strcmp(name, strrchr(workspace, '/') + 1) != 0) {
		free(common);
		common = NULL;
	} else if ((slash = strrchr(common, '/')) != NULL && strcmp(slash, "/.git") == 0 && slash != common)
		*slash = '\0';
	free(name);
	return common;
}
