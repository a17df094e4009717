/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git.h"

static char *
absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/')
		return text_format("%s", path);
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		err(EX_OSERR, "current directory");
	return text_format("%s/%s", cwd, path);
}

/* $variable when it is an absolute path, else the default below the home directory. */
static char *
xdg_dir(const char *variable, const char *below_home)
{
	const char *dir = getenv(variable), *home = getenv("HOME");
	const struct passwd *pw;

	if (dir != NULL && dir[0] == '/')
		return text_format("%s/orchestrator", dir);
	if (home == NULL || home[0] != '/') {
		pw = getpwuid(getuid());
		home = pw != NULL && pw->pw_dir != NULL ? pw->pw_dir : "/";
	}
	return text_format("%s/%s/orchestrator", home, below_home);
}

char *
orch_user_config(void)
{
	char *dir = xdg_dir("XDG_CONFIG_HOME", ".config"), *path;

	path = text_format("%s/config.json", dir);
	free(dir);
	return path;
}

static char *
home_dir(void)
{
	const char *home = getenv("ORCHESTRATOR_HOME");

	if (home != NULL && home[0] != '\0')
		return absolute(home);
	return xdg_dir("XDG_STATE_HOME", ".local/state");
}

/* FNV-1a: short, and the same on every machine and in every version. */
static uint64_t
path_hash(const char *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * UINT64_C(0x100000001b3);
	return h;
}

static char *
workspace_name(const struct git_repo *repo)
{
	const char *path = repo->top != NULL ? repo->top : repo->common, *base;
	char name[65];

	base = strrchr(path, '/');
	base = base != NULL && base[1] != '\0' ? base + 1 : "root";
	strlcpy(name, base, sizeof(name));
	for (char *p = name; *p != '\0'; p++)
		if (!isascii((unsigned char)*p) || (!isalnum((unsigned char)*p) &&
		    (p == name || strchr("._-", *p) == NULL)))
			*p = '_';
	return text_format("%s-%016" PRIx64, name, path_hash(repo->common));
}

static char *
worker_path(void)
{
	const char *set = getenv("ORCHESTRATOR_WORKER");
	char exe[PATH_MAX], *path, *slash;
	ssize_t n;

	if (set != NULL && set[0] != '\0')
		return absolute(set);
	if ((n = readlink("/proc/self/exe", exe, sizeof(exe) - 1)) == -1)
		n = 0;
	exe[n] = '\0';
	if ((slash = strrchr(exe, '/')) != NULL)
		*slash = '\0';
	if ((slash = strrchr(exe, '/')) != NULL)	/* the parent directory of bin/ */
		*slash = '\0';
	path = text_format("%s/libexec/worker", exe);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return text_format("%s/libexec/orchestrator/worker", exe);
}

void
orch_home(struct orch *o)
{
	if (o->home == NULL)
		o->home = home_dir();
	if (o->worker == NULL)
		o->worker = worker_path();
}

int
orch_open(struct orch *o)
{
	char reason[GIT_ERR], *name;

	if (o->workspace != NULL)
		return 0;
	orch_home(o);
	if (git_repo_open(&o->repo, o->dir, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_NOINPUT;
	}
	name = workspace_name(&o->repo);
	o->workspace = text_format("%s/workspaces/%s", o->home, name);
	free(name);
	o->safe = text_format("%s/safe.git", o->workspace);
	return orch_instance(o);
}

void
orch_close(struct orch *o)
{
	git_repo_release(&o->repo);
	free(o->home);
	free(o->workspace);
	free(o->instance);
	free(o->sessions);
	free(o->archive);
	free(o->safe);
	free(o->worker);
	memset(o, 0, sizeof(*o));
}

