/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hop WORKER SESSION INBOX SCRATCH ROUNDS
 *
 * From an answer to what "worker ask" prints, in a session whose agent of the
 * run of INBOX waits for ever; against two raw hops, interleaved.  A raw hop:
 * write a file, sync it, rename it into a watched directory, sync the directory.
 * The peer answers the same way, and is heard once its directory is synced, as
 * with ours: nothing is told that could be lost.
 *
 * Prints "ours|limit write|rename NANOSECONDS" lines: from the first octet of
 * the answer's file, and from its rename.  SCRATCH: on the file system of SESSION.
 */
#include <sys/inotify.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>

#include "bench.h"

extern char **environ;

struct wait {
	int		 fd;		/* an inotify instance or a pipe */
	uint32_t	 mask;		/* mask of the event; 0: a line from the pipe */
	const char	*name;
	char		 line[256];
	int64_t		 at;
};

static int
watch(const char *dir, uint32_t mask)
{
	int fd = inotify_init1(IN_CLOEXEC);

	if (fd == -1 || inotify_add_watch(fd, dir, mask) == -1)
		err(1, "watch %s", dir);
	return fd;
}

/* Waits until the event for name arrives; "" takes any name, which is copied to found. */
static void
wait_event(int fd, uint32_t mask, const char *name, char *found, size_t len)
{
	union {
		struct inotify_event	 e;
		char			 buf[4096];
	} u;
	const struct inotify_event *e;
	ssize_t n, i;

	for (;;) {
		if ((n = read(fd, &u, sizeof(u))) <= 0)
			err(1, "inotify");
		for (i = 0; i < n; i += (ssize_t)(sizeof(*e) + e->len)) {
			e = (const void *)(u.buf + i);
			if ((e->mask & mask) == 0 || (name != NULL && strcmp(e->name, name) != 0))
				continue;
			if (found != NULL)
				strlcpy(found, e->name, len);
			return;
		}
	}
}

static void
read_some(const char *path, char *buf, size_t len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd == -1 ? -1 : read(fd, buf, len - 1);

	if (n == -1)
		err(1, "%s", path);
	buf[n] = '\0';
	close(fd);
}

static char *
join(const char *dir, const char *name)
{
	char *s;

	if (asprintf(&s, "%s/%s", dir, name) == -1)
		err(1, NULL);
	return s;
}

/* Measures the times before the first byte, and before the rename. */
static void
publish(const char *tmp, const char *dir, const char *name, const char *text, int64_t at[2])
{
	char *to = join(dir, name);
	int fd;

	at[0] = bench_now();
	fd = bench_write(tmp, text, strlen(text), 1);
	at[1] = bench_now();
	if (rename(tmp, to) == -1)
		err(1, "%s", to);
	bench_sync(dir);
	close(fd);
	free(to);
}

static void *
waiter(void *arg)
{
	struct wait *w = arg;
	ssize_t n;

	if (w->mask != 0) {
		wait_event(w->fd, w->mask, w->name, NULL, 0);
		w->at = bench_now();
		return NULL;
	}
	n = read(w->fd, w->line, sizeof(w->line) - 1);
	w->at = bench_now();
	w->line[n > 0 ? n : 0] = '\0';
	return NULL;
}

static void
report(const char *who, const int64_t at[2], int64_t end)
{
	printf("%s write %lld\n%s rename %lld\n", who, (long long)(end - at[0]), who,
	    (long long)(end - at[1]));
}

static void
peer(const char *a, const char *b)
{
	char name[256], text[256], tmp[PATH_MAX];
	int fd = watch(a, IN_MOVED_TO);
	int64_t at[2];
	char *path;

	snprintf(tmp, sizeof(tmp), "%s/../peer.tmp", b);
	for (;;) {
		wait_event(fd, IN_MOVED_TO, NULL, name, sizeof(name));
		path = join(a, name);
		read_some(path, text, sizeof(text));
		free(path);
		publish(tmp, b, "reply", text, at);
	}
}

static void
raw_round(const char *scratch, int fd, int round)
{
	struct wait w = { .fd = fd, .mask = IN_CLOSE_WRITE, .name = "reply" };
	char *a = join(scratch, "a"), *tmp = join(scratch, "main.tmp"), name[32], text[32], got[64];
	char *reply = join(scratch, "b/reply");
	pthread_t thread;
	int64_t at[2];

	snprintf(name, sizeof(name), "q-%06d", round);
	snprintf(text, sizeof(text), "answer %d", round);
	pthread_create(&thread, NULL, waiter, &w);
	usleep(3000);
	publish(tmp, a, name, text, at);
	pthread_join(thread, NULL);
	read_some(reply, got, sizeof(got));
	if (strcmp(got, text) != 0)
		errx(1, "the peer's reply is wrong: %s", got);
	report("limit", at, w.at);
	free(a);
	free(tmp);
	free(reply);
}

/* Waits until a record of the session contains that text. */
static void
wait_record(int fd, const char *session, const char *record, const char *text)
{
	static char buf[1 << 20];
	char *path = join(session, record);

	for (;;) {
		if (access(path, R_OK) == 0) {
			read_some(path, buf, sizeof(buf));
			if (strstr(buf, text) != NULL)
				break;
		}
		wait_event(fd, IN_MOVED_TO, record, NULL, 0);
	}
	free(path);
}

static void
our_round(char *worker, const char *session, const char *scratch, int round)
{
	char question[32], text[32], id[64], *tmp = join(scratch, "main.tmp");
	char *argv[] = { worker, (char *)(uintptr_t)"ask", question, NULL };
	char *answers = join(session, "answers");
	int fd = watch(session, IN_MOVED_TO), out[2], note[2];
	posix_spawn_file_actions_t fa;
	struct wait w = { 0 };
	pthread_t thread;
	int64_t at[2];
	ssize_t n;
	pid_t pid;

	snprintf(question, sizeof(question), "question %d", round);
	snprintf(text, sizeof(text), "answer %d\n", round);
	if (pipe2(out, O_CLOEXEC) == -1 || pipe2(note, O_CLOEXEC) == -1)
		err(1, "pipe");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_adddup2(&fa, out[1], STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&fa, note[1], STDERR_FILENO);
	if (posix_spawn(&pid, worker, &fa, NULL, argv, environ) != 0)
		errx(1, "%s", worker);
	posix_spawn_file_actions_destroy(&fa);
	close(out[1]);
	close(note[1]);
	n = read(note[0], id, sizeof(id) - 1);
	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (strncmp(id, "q-", 2) != 0 || strlen(id) != 8)
		errx(1, "worker ask: %s", id);
	wait_record(fd, session, "questions.json", id);
	wait_record(fd, session, "state.json", "\"waiting\"");
	w.fd = out[0];
	pthread_create(&thread, NULL, waiter, &w);
	usleep(10000);	/* all are asleep by then */
	publish(tmp, answers, id, text, at);
	pthread_join(thread, NULL);
	bench_reap(pid, "worker ask");
	if (strcmp(w.line, text) != 0)
		errx(1, "worker ask printed \"%s\" for \"%s\"", w.line, text);
	report("ours", at, w.at);
	wait_record(fd, session, "state.json", "\"running\"");
	close(out[0]);
	close(note[0]);
	close(fd);
	free(answers);
	free(tmp);
}

int
main(int argc, char **argv)
{
	char *a, *b, *peer_argv[5] = { NULL };
	int fd, i, rounds;
	pid_t pid;

	if (argc == 4 && strcmp(argv[1], "peer") == 0)
		peer(argv[2], argv[3]);
	if (argc != 6 || (rounds = atoi(argv[5])) < 1)
		errx(2, "usage: hop WORKER SESSION INBOX SCRATCH ROUNDS");
	setenv("SESSION_DIR", argv[2], 1);
	setenv("SESSION_INBOX", argv[3], 1);
	a = join(argv[4], "a");
	b = join(argv[4], "b");
	if (mkdir(a, 0700) == -1 || mkdir(b, 0700) == -1)
		err(1, "%s", argv[4]);
	fd = watch(b, IN_CLOSE_WRITE);
	peer_argv[0] = argv[0];
	peer_argv[1] = (char *)(uintptr_t)"peer";
	peer_argv[2] = a;
	peer_argv[3] = b;
	pid = bench_spawn(peer_argv, environ, NULL, -1, -1);
	usleep(100000);	/* its watch is set by then */
	for (i = 0; i < rounds; i++) {
		our_round(argv[1], argv[2], argv[4], i);
		raw_round(argv[4], fd, i);
		usleep(10000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	free(a);
	free(b);
	return 0;
}
