/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <err.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/workspace/identity.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/git/git.h"
#include "proto/session/layout.h"

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
	if (orch_repository(o, &o->repo, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_NOINPUT;
	}
	if ((name = identity_find(&o->repo, o->home, reason, sizeof(reason))) == NULL) {
		log_warnx("%s", reason);
		return EX_CONFIG;
	}
	o->workspace = text_format("%s/" STATE_WORKSPACES "/%s", o->home, name);
	free(name);
	o->safe = text_format("%s/safe.git", o->workspace);
	return orch_instance(o);
}

const char *
orch_name(const struct orch *o)
{
	const char *top = o->repo.top != NULL ? o->repo.top : o->repo.common, *name = strrchr(top, '/');

	return name != NULL && name[1] != '\0' ? name + 1 : top;
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
	free(o->worktrees);
	free(o->told_target);
	memset(o, 0, sizeof(*o));
}

