/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/base/text.h"
#include "proto/git/git_internal.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"

static void __attribute__((format(printf, 4, 0)))
tell(int code, char *err, size_t errlen, const char *fmt, va_list ap)
{
	fault_set(code);
	if (err != NULL && errlen > 0)
		vsnprintf(err, errlen, fmt, ap);
}

int
git_fail(char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(0, err, errlen, fmt, ap);
	va_end(ap);
	return -1;
}

int
git_fail_as(int code, char *err, size_t errlen, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tell(code, err, errlen, fmt, ap);
	va_end(ap);
	return -1;
}

int
git_fail_errno(char *err, size_t errlen, const char *fmt, ...)
{
	int saved = errno;
	va_list ap;

	va_start(ap, fmt);
	tell(saved, err, errlen, fmt, ap);
	va_end(ap);
	if (err != NULL && errlen > 0) {
		strlcat(err, ": ", errlen);
		strlcat(err, strerror(saved), errlen);
	}
	errno = saved;
	return -1;
}

struct env {
	char	**v;
	size_t	  n;
};

static void __attribute__((format(printf, 2, 3)))
env_add(struct env *e, const char *fmt, ...)
{
	va_list ap;

	e->v = reallocarray(e->v, e->n + 2, sizeof(*e->v));
	if (e->v == NULL)
		errx(1, "out of memory");
	va_start(ap, fmt);
	if (vasprintf(&e->v[e->n], fmt, ap) == -1)
		errx(1, "out of memory");
	va_end(ap);
	e->v[++e->n] = NULL;
}

static void
env_pass(struct env *e, const char *name)
{
	const char *value = getenv(name);

	if (value != NULL)
		env_add(e, "%s=%s", name, value);
}

/* A colon separates directories in that variable; a quoted string may contain one. */
static void
env_alternate(struct env *e, const char *path)
{
	struct text t = { 0 };

	if (strpbrk(path, ":\"\\\n") == NULL) {
		env_add(e, "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", path);
		return;
	}
	text_puts(&t, "\"");
	for (; *path != '\0'; path++) {
		if (*path == '\n')
			text_puts(&t, "\\n");
		else {
			if (*path == '"' || *path == '\\')
				text_puts(&t, "\\");
			text_add(&t, path, 1);
		}
	}
	text_puts(&t, "\"");
	env_add(e, "GIT_ALTERNATE_OBJECT_DIRECTORIES=%s", t.buf);
	text_free(&t);
}

static void
env_identity(struct env *e, const struct git_repo *r)
{
	env_add(e, "GIT_AUTHOR_NAME=%s", r->author_name);
	env_add(e, "GIT_AUTHOR_EMAIL=%s", r->author_email);
	env_add(e, "GIT_COMMITTER_NAME=%s", r->author_name);
	env_add(e, "GIT_COMMITTER_EMAIL=%s", r->author_email);
}

/* gpg and ssh-keygen ask for a passphrase by a window or an agent: this terminal is not theirs. */
static void
env_sign(struct env *e)
{
	static const char *const names[] = { "HOME", "GNUPGHOME", "GPG_TTY", "TERM", "SSH_AUTH_SOCK", "SSH_ASKPASS",
		"XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS", NULL };

	for (size_t i = 0; names[i] != NULL; i++)
		env_pass(e, names[i]);
	env_add(e, "SSH_ASKPASS_REQUIRE=force");
}

static void
env_safe(struct env *e, const struct git *g)
{
	env_add(e, "GIT_DIR=%s", g->dir);
	env_add(e, "GIT_OBJECT_DIRECTORY=%s", g->objects);
	if (g->alternates != NULL)
		env_alternate(e, g->alternates);
	if (g->worktree != NULL)
		env_add(e, "GIT_WORK_TREE=%s", g->worktree);
	if (g->index != NULL)
		env_add(e, "GIT_INDEX_FILE=%s", g->index);
	if (g->repo->shallow)
		env_add(e, "GIT_SHALLOW_FILE=%s/shallow", g->repo->common);
}

char **
git_env(const struct git *g, const struct git_repo *r, bool user_config, bool sign, bool trace)
{
	struct env e = { 0 };

	env_pass(&e, "PATH");
	env_pass(&e, "TMPDIR");
	env_pass(&e, "TZ");
	env_add(&e, "LC_ALL=C");
	env_add(&e, "GIT_TERMINAL_PROMPT=0");
	env_add(&e, "GIT_OPTIONAL_LOCKS=0");
	env_add(&e, "GIT_NO_REPLACE_OBJECTS=1");
	if (trace)
		env_add(&e, "GIT_TRACE2_EVENT=%d", CHILD_HANDED);
	if (user_config) {
		env_pass(&e, "HOME");
		env_pass(&e, "TERM");
		env_pass(&e, "PAGER");
		env_pass(&e, "GIT_PAGER");
		env_pass(&e, "XDG_CONFIG_HOME");
		env_pass(&e, "GIT_CONFIG_GLOBAL");
		env_pass(&e, "GIT_CONFIG_SYSTEM");
		env_pass(&e, "GIT_CONFIG_NOSYSTEM");
	} else {
		env_add(&e, "GIT_CONFIG_NOSYSTEM=1");
		env_add(&e, "GIT_CONFIG_GLOBAL=/dev/null");
		env_add(&e, "GIT_ATTR_NOSYSTEM=1");
	}
	if (sign)
		env_sign(&e);
	if (g != NULL)
		env_safe(&e, g);
	if (r != NULL && r->author_name != NULL)
		env_identity(&e, r);
	return e.v;
}

void
git_env_free(char **env)
{
	size_t i;

	if (env == NULL)
		return;
	for (i = 0; env[i] != NULL; i++)
		free(env[i]);
	free(env);
}

static const char **
git_argv(const char *const argv[])
{
	const char **v;
	size_t n;

	for (n = 0; argv[n] != NULL; n++)
		;
	v = calloc(n + 2, sizeof(*v));
	if (v == NULL)
		errx(1, "out of memory");
	v[0] = "git";
	memcpy(v + 1, argv, n * sizeof(*v));
	return v;
}

/* The subcommand, for messages: the first word that is not an option of git itself. */
static const char *
git_subcommand(const char *const argv[])
{
	size_t i;

	for (i = 0; argv[i] != NULL; i++) {
		if (strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "-C") == 0) {
			if (argv[++i] == NULL)
				break;
		} else if (argv[i][0] != '-')
			return argv[i];
	}
	return "";
}

static int
git_failed(const char *const argv[], int status, int code, char *errout, char *err, size_t errlen)
{
	char how[64], line[512];
	char *p = errout, *nl;

	if (p != NULL && strncmp(p, "fatal: ", 7) == 0)
		p += 7;
	else if (p != NULL && strncmp(p, "error: ", 7) == 0)
		p += 7;
	if (p != NULL && (nl = strchr(p, '\n')) != NULL && nl > p && nl[-1] == ':')
		*nl = ' ';	/* a list with one element follows */
	text_first_line(line, sizeof(line), p == NULL ? "" : p);
	child_status_text(status, how, sizeof(how));
	return git_fail_as(code, err, errlen, "git %s: %s", git_subcommand(argv),
	    line[0] == '\0' ? how : line);
}

/* git was not run, or not to its end; errno says why. */
static int
git_ended(const char *const argv[], int64_t limit, char *err, size_t errlen)
{
	const char *what = git_subcommand(argv);

	if (errno == ENOENT)
		return git_fail(err, errlen, "git: not found; install git 2.38 or later");
	if (errno == EINTR)
		return git_fail_as(EINTR, err, errlen, "git %s: interrupted", what);
	if (errno == ETIMEDOUT)
		return git_fail_as(ETIMEDOUT, err, errlen, "git %s: took longer than %lld s and was killed", what, (long long)limit);
	return git_fail_errno(err, errlen, "git %s", what);
}

static int64_t
limit_of(const struct git *g)
{
	return g == NULL ? GIT_LIMIT : GIT_LIMIT_CONTENT;
}

int
git_call(const struct git_call *c, char *err, size_t errlen)
{
	int64_t limit = c->limit_ms != 0 ? c->limit_ms : limit_of(c->git) * 1000;
	struct child_spec spec = { .in = -1, .out = -1, .err = -1, .dir = c->dir,
		.die_with_parent = !c->outlives, .group = true };
	struct child_io io = { .in = c->in, .inlen = c->inlen, .out = c->out, .outlen = c->outlen,
		.max = c->max != 0 ? c->max : GIT_TEXT_MAX, .timeout_ms = limit,
		.grace_ms = GIT_GRACE_MS, .stoppable = !c->outlives };
	int status, rc = -1, trace = c->git != NULL ? git_trace_open() : -1;
	const char **argv = git_argv(c->argv);
	char **env, *errout = NULL;

	env = git_env(c->git, c->git != NULL && c->repo == NULL ? c->git->repo : c->repo,
	    c->user_config, c->sign, trace != -1);
	spec.argv = argv;
	spec.env = (const char *const *)env;
	spec.handed = trace != -1;
	spec.hand = trace;
	io.errout = &errout;
	if (c->out != NULL)
		*c->out = NULL;
	status = child_run(&spec, &io);
	if (status == -1)
		git_ended(c->argv, limit / 1000, err, errlen);
	else if (status == 0 || (c->status != NULL && WIFEXITED(status)))
		rc = 0;
	if (rc == 0 && c->status != NULL)
		*c->status = WEXITSTATUS(status);
	/* Keeps the reason for a caller that then treats the status as an error. */
	if (status != -1 && status != 0)
		git_failed(c->argv, status, git_fault(status, trace, c->git, errout), errout, err,
		    errlen);
	if (rc == -1 && c->out != NULL) {
		free(*c->out);
		*c->out = NULL;
	}
	file_close(trace);
	free(errout);
	git_env_free(env);
	free(argv);
	return rc;
}

int
git_run(const struct git *g, const char *const argv[], const void *in, size_t inlen,
    char **out, size_t *outlen, int *status, char *err, size_t errlen)
{
	struct git_call c = { .argv = argv, .git = g, .in = in, .inlen = inlen, .out = out,
		.outlen = outlen, .status = status };

	return git_call(&c, err, errlen);
}

int
git_start(struct git_child *p, const struct git *g, const char *const argv[], int in, int out,
    char *err, size_t errlen)
{
	struct child_spec spec = { .in = in, .out = out, .err = -1, .die_with_parent = true,
		.group = true };
	const char **v = git_argv(argv), *step = "start";
	char **env;

	p->git = g;
	p->argv = argv;
	p->trace = git_trace_open();
	p->wait = (struct child_wait){ .deadline = clock_now() + limit_of(g) * CLOCK_S,
		.grace_ms = GIT_GRACE_MS, .stoppable = true, .group = true };
	env = git_env(g, g->repo, false, false, p->trace != -1);
	spec.argv = v;
	spec.env = (const char *const *)env;
	spec.handed = p->trace != -1;
	spec.hand = p->trace;
	if ((p->pid = child_start(&spec, &step)) == -1) {
		git_fail_errno(err, errlen, "git %s: %s", git_subcommand(argv), step);
		file_close(p->trace);
	}
	git_env_free(env);
	free(v);
	return p->pid == -1 ? -1 : 0;
}

ssize_t
git_read(struct git_child *p, int fd, void *buf, size_t len, char *err, size_t errlen)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	ssize_t n;

	do {
		if (child_poll(&ready, 1, &p->wait) == -1)
			return git_ended(p->argv, limit_of(p->git), err, errlen);
	} while ((n = read(fd, buf, len)) == -1 && errno == EINTR);
	return n == -1 ? git_fail_errno(err, errlen, "git %s", git_subcommand(p->argv)) : n;
}

int
git_finish(struct git_child *p, char *err, size_t errlen)
{
	int status = child_finish(p->pid, &p->wait), rc = 0;

	if (status == -1)
		rc = git_ended(p->argv, limit_of(p->git), err, errlen);
	else if (status != 0)
		rc = git_failed(p->argv, status, git_fault(status, p->trace, p->git, NULL), NULL,
		    err, errlen);
	file_close(p->trace);
	return rc;
}

void
git_end(struct git_child *p)
{
	child_end(p->pid, &p->wait);
	file_close(p->trace);
}
