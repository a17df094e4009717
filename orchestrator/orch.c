/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/random.h>
#include <sys/stat.h>

#include <ctype.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/orch.h"
#include "proto/file.h"
#include "proto/log.h"

#define INSTANCE	"instance-"
#define UUID_LEN	36

char *
orch_sprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		err(EX_OSERR, NULL);
	va_end(ap);
	return s;
}

int
orch_status(int error)
{
	switch (error) {
	case EACCES:
	case EPERM:
		return EX_NOPERM;
	case EIO:
		return EX_IOERR;
	default:
		return EX_CANTCREAT;
	}
}

static char *
absolute(const char *path)
{
	char cwd[PATH_MAX];

	if (path[0] == '/')
		return orch_sprintf("%s", path);
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		err(EX_OSERR, "current directory");
	return orch_sprintf("%s/%s", cwd, path);
}

/* $variable when it is an absolute path, else the default below the home directory. */
static char *
xdg_dir(const char *variable, const char *below_home)
{
	const char *dir = getenv(variable), *home = getenv("HOME");
	const struct passwd *pw;

	if (dir != NULL && dir[0] == '/')
		return orch_sprintf("%s/orchestrator", dir);
	if (home == NULL || home[0] != '/') {
		pw = getpwuid(getuid());
		home = pw != NULL && pw->pw_dir != NULL ? pw->pw_dir : "/";
	}
	return orch_sprintf("%s/%s/orchestrator", home, below_home);
}

char *
orch_user_config(void)
{
	char *dir = xdg_dir("XDG_CONFIG_HOME", ".config"), *path;

	path = orch_sprintf("%s/config.json", dir);
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
	return orch_sprintf("%s-%016" PRIx64, name, path_hash(repo->common));
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
	if ((slash = strrchr(exe, '/')) != NULL)	/* the directory that bin/ is in */
		*slash = '\0';
	path = orch_sprintf("%s/libexec/worker", exe);
	if (access(path, X_OK) == 0)
		return path;
	free(path);
	return orch_sprintf("%s/libexec/orchestrator/worker", exe);
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
	o->workspace = orch_sprintf("%s/workspaces/%s", o->home, name);
	free(name);
	o->safe = orch_sprintf("%s/safe.git", o->workspace);
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

static bool
instance_valid(const char *name)
{
	if (strncmp(name, INSTANCE, strlen(INSTANCE)) != 0)
		return false;
	name += strlen(INSTANCE);
	return strlen(name) == UUID_LEN && strspn(name, "0123456789abcdef-") == UUID_LEN;
}

static void
set_instance(struct orch *o, const char *name)
{
	free(o->instance);
	free(o->sessions);
	free(o->archive);
	o->instance = orch_sprintf("%s/%s", o->workspace, name);
	o->sessions = orch_sprintf("%s/isolated-sessions", o->instance);
	o->archive = orch_sprintf("%s/archive", o->instance);
}

int
orch_instance(struct orch *o)
{
	char *link = orch_sprintf("%s/current", o->workspace), name[128];
	int status = 0;
	ssize_t n;

	if ((n = readlink(link, name, sizeof(name) - 1)) != -1) {
		name[n] = '\0';
		if (instance_valid(name))
			set_instance(o, name);
		else {
			log_warnx("%s: leads to no instance; remove it and try again", link);
			status = EX_CONFIG;
		}
	} else if (errno != ENOENT && errno != ENOTDIR) {
		log_warn("%s", link);
		status = errno == EACCES ? EX_NOPERM : EX_CONFIG;
	}
	free(link);
	return status;
}

static void
instance_name(char *buf, size_t len)
{
	unsigned char u[16];

	if (getrandom(u, sizeof(u), 0) != sizeof(u))
		err(EX_OSERR, "getrandom");
	u[6] = (unsigned char)((u[6] & 0x0f) | 0x40);
	u[8] = (unsigned char)((u[8] & 0x3f) | 0x80);
	snprintf(buf, len, INSTANCE "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x", u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8],
	    u[9], u[10], u[11], u[12], u[13], u[14], u[15]);
}

static int
make_dir(const char *path)
{
	if (file_make_dirs(path) == 0)
		return 0;
	log_warnx("%s: %s; make it writable or set ORCHESTRATOR_HOME to a directory that is",
	    path, strerror(errno));
	return orch_status(errno);
}

static int
make_instance_dirs(struct orch *o)
{
	int status;

	if ((status = make_dir(o->sessions)) != 0)
		return status;
	return make_dir(o->archive);
}

/*
 * symlink(2) fails when the name exists: of two that make an instance at once
 * the second one uses the first one's, and its own goes.
 */
static int
make_instance(struct orch *o)
{
	char name[128], *link;
	int fd, status;

	instance_name(name, sizeof(name));
	set_instance(o, name);
	if ((status = make_instance_dirs(o)) != 0)
		return status;
	link = orch_sprintf("%s/current", o->workspace);
	if (symlink(name, link) == -1) {
		if (errno != EEXIST) {
			log_warn("%s", link);
			status = orch_status(errno);
		} else {
			rmdir(o->sessions);
			rmdir(o->archive);
			rmdir(o->instance);
			status = orch_instance(o);
		}
	} else if ((fd = file_open_dir(AT_FDCWD, o->workspace)) != -1) {
		file_sync_dir(fd);
		close(fd);
	}
	free(link);
	return status;
}

int
orch_make(struct orch *o)
{
	char reason[GIT_ERR], *claims;
	struct git g;
	int status;

	claims = orch_sprintf("%s/claims", o->workspace);
	status = make_dir(claims);
	free(claims);
	if (status != 0)
		return status;
	if (o->instance == NULL && (status = orch_instance(o)) != 0)
		return status;
	status = o->instance != NULL ? make_instance_dirs(o) : make_instance(o);
	if (status != 0)
		return status;
	if (orch_git(o, &g, reason, sizeof(reason)) == -1) {
		log_warnx("%s", reason);
		return EX_CANTCREAT;
	}
	return 0;
}

int
orch_git(struct orch *o, struct git *g, char *reason, size_t len)
{
	memset(g, 0, sizeof(*g));
	if (file_make_dirs(o->workspace) == -1) {
		snprintf(reason, len, "%s: %s; make it writable or set ORCHESTRATOR_HOME",
		    o->workspace, strerror(errno));
		return -1;
	}
	if (git_safe_make(&o->repo, o->safe, reason, len) == -1)
		return -1;
	g->repo = &o->repo;
	g->dir = o->safe;
	g->objects = o->repo.objects;
	return 0;
}
