/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FLOOR_H
#define FLOOR_H

/* The primitives of floor.c: files, syncs and git, with nothing around them. */

#include <stdarg.h>

#include "bench.h"

static inline char *__attribute__((format(printf, 1, 2)))
strf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		err(1, NULL);
	va_end(ap);
	return s;
}

static inline void
put(const char *dir, const char *name, const char *text)
{
	close(bench_write(strf("%s/%s", dir, name), text, strlen(text), 0));
}

/* A durable record of len octets. */
static inline void
replace(const char *dir, const char *name, size_t len)
{
	char *tmp = strf("%s/.%s.new", dir, name), text[4096];

	memset(text, 'x', len);
	close(bench_write(tmp, text, len, 1));
	if (rename(tmp, strf("%s/%s", dir, name)) == -1)
		err(1, "%s", tmp);
	bench_sync(dir);
}

static inline void
make(const char *dir)
{
	if (mkdir(dir, 0755) == -1)
		err(1, "%s", dir);
}

static inline void
copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out;
	struct stat st;
	off_t done = 0;
	ssize_t n;

	out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (in == -1 || out == -1 || fstat(in, &st) == -1)
		err(1, "%s", to);
	while (done < st.st_size && (n = copy_file_range(in, NULL, out, NULL,
	    (size_t)(st.st_size - done), 0)) > 0)
		done += n;
	close(in);
	close(out);
}

static inline void
sync_fs(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_CLOEXEC);

	if (fd == -1 || syncfs(fd) == -1)
		err(1, "%s", dir);
	close(fd);
}

static inline void
move(const char *from, const char *to)
{
	if (rename(from, to) == -1)
		err(1, "%s", from);
}

/* git with the session's (worktree given) or the repository's own safe directory. */
struct place {
	const char	*gitdir, *objects, *worktree, *index, *cwd;
};

/* Runs git and returns its output without the last newline. */
static inline char *
git(const struct place *p, const char *in, size_t inlen, size_t *outlen, ...)
{
	char *argv[32] = { (char *)(uintptr_t)"git" }, *envp[16], *out = NULL;
	size_t n = 0, size = 0;
	int i = 1, e = 0, to[2], from[2];
	ssize_t got = 1;
	va_list ap;
	pid_t pid;

	va_start(ap, outlen);
	while ((argv[i] = va_arg(ap, char *)) != NULL)
		i++;
	va_end(ap);
	envp[e++] = strf("PATH=%s", getenv("PATH"));
	envp[e++] = strf("LC_ALL=C");
	envp[e++] = strf("GIT_CONFIG_NOSYSTEM=1");
	envp[e++] = strf("GIT_CONFIG_GLOBAL=/dev/null");
	envp[e++] = strf("GIT_OPTIONAL_LOCKS=0");
	envp[e++] = strf("GIT_AUTHOR_NAME=Floor");
	envp[e++] = strf("GIT_AUTHOR_EMAIL=floor@localhost");
	envp[e++] = strf("GIT_COMMITTER_NAME=Floor");
	envp[e++] = strf("GIT_COMMITTER_EMAIL=floor@localhost");
	if (p->gitdir != NULL)
		envp[e++] = strf("GIT_DIR=%s", p->gitdir);
	if (p->objects != NULL)
		envp[e++] = strf("GIT_OBJECT_DIRECTORY=%s", p->objects);
	if (p->worktree != NULL)
		envp[e++] = strf("GIT_WORK_TREE=%s", p->worktree);
	if (p->index != NULL)
		envp[e++] = strf("GIT_INDEX_FILE=%s", p->index);
	envp[e] = NULL;
	if (pipe2(to, O_CLOEXEC) == -1 || pipe2(from, O_CLOEXEC) == -1)
		err(1, "pipe");
	pid = bench_spawn(argv, envp, p->cwd, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	if (inlen > 0 && write(to[1], in, inlen) != (ssize_t)inlen)
		err(1, "git %s", argv[1]);
	close(to[1]);
	while (got > 0) {
		if (n + 4096 > size && (out = realloc(out, size += 65536)) == NULL)
			err(1, NULL);
		got = read(from[0], out + n, 4095);
		n += got > 0 ? (size_t)got : 0;
	}
	close(from[0]);
	bench_reap(pid, strf("git %s", argv[1]));
	out[n] = '\0';
	if (outlen != NULL)
		*outlen = n;
	out[strcspn(out, "\n")] = '\0';
	return out;
}

#endif
