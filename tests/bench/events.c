/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events prepare DIR SESSIONS
 * events count|flow|cache DIR SESSIONS
 *
 * The first makes a workspace with so many live sessions in DIR, holds their
 * locks, says "ready", and stays until it is killed.  The others are execute
 * beside it, without its choice of what to do:
 *	count	instructions of an event of one session: its state.json was
 *		replaced, half of the times with another status
 *	flow	the same while a task list is worked off that has them all, and as
 *		many tasks again that wait
 *	cache	of writing orchestrator.json once; then also the milliseconds that it
 *		took and those that the next writing waits
 */
#include <sys/resource.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/source/tasks.h"
#include "proto/base/clock.h"
#include "proto/base/text.h"
#include "proto/record/state.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/lock.h"

#include "count.h"
#include "orchestrator/workspace/orch.h"

#define EVENTS	10

struct world {
	struct orch	 o;
	struct loop	 l;
	struct executor	 f;
	bool		 executor;
	long		 n;
};

static void
name_session(char *id, size_t len, long i)
{
	snprintf(id, len, "session-i%ld-aaaaaa", i);
}

static int
open_session(const struct world *w, long i)
{
	char id[SESSION_ID_MAX];
	int fd;

	name_session(id, sizeof(id), i);
	if ((fd = file_open_dir(AT_FDCWD, text_format("%s/%s", w->o.sessions, id))) == -1)
		err(1, "%s", id);
	return fd;
}

/* Its name must be that of a list, and is known then. */
static void
make_list(struct world *w)
{
	struct tasklist l;
	char why[512];
	struct task *t;
	int fd;

	tasklist_make(&l, "bench");
	for (long i = 0; i < 2 * w->n; i++) {
		if ((t = tasklist_add(&l, text_format("i%ld", i), NULL, why, sizeof(why))) == NULL)
			errx(1, "%s", why);
		strings_add(&t->item.allowed_paths, text_format("module%ld/**", i));
		if (i >= w->n)
			continue;
		name_session(t->session, sizeof(t->session), i);
		task_enter(t, TASK_IN_PROGRESS, t->session, NULL);
	}
	if ((fd = tasks_dir(w->o.workspace, true)) == -1 ||
	    tasklist_create(fd, &l, why, sizeof(why)) == -1)
		errx(1, "no task list was made");
	close(fd);
	close(bench_write(text_format("%s/list", w->o.home), l.id, strlen(l.id), 0));
}

static void
prepare(struct world *w)
{
	struct rlimit files = { (rlim_t)w->n + 64, (rlim_t)w->n + 64 }, now;
	struct state s = { 0 };
	char id[SESSION_ID_MAX];
	int fd;

	if (getrlimit(RLIMIT_NOFILE, &now) == -1 || (now.rlim_cur < files.rlim_cur &&
	    setrlimit(RLIMIT_NOFILE, &files) == -1))
		err(1, "%ld files", w->n);
	make_list(w);
	for (long i = 0; i < w->n; i++) {
		name_session(id, sizeof(id), i);
		if (file_make_dirs(text_format("%s/%s", w->o.sessions, id)) == -1)
			err(1, "%s", id);
		fd = open_session(w, i);
		strlcpy(s.session, id, sizeof(s.session));
		snprintf(s.item, sizeof(s.item), "i%ld", i);
		if (i == 0 && state_enter(&s, STATUS_RUNNING, NULL, NULL) == -1)
			err(1, "state");
		if (lock_take(fd, SESSION_FILE_LOCK, "worker", true) == -1 ||
		    state_save(fd, &s, false) == -1)
			err(1, "%s", id);
		close(fd);
	}
	puts("ready");
	fflush(stdout);
	pause();
}

static void
one_event(void *arg)
{
	struct world *w = arg;
	struct watch_event ev;

	do {
		if (watch_next(&ev) == -1 || loop_event(&w->l, &ev) != 0)
			errx(1, "the wait ended");
		if (w->executor)
			executor_turn(&w->f);
	} while (ev.kind != WATCH_FILE || strcmp(ev.name, SESSION_FILE_STATE) != 0);
}

/* Does what a worker would do, in a session far from the previous one. */
static void
change(struct world *w, long i)
{
	struct state s;
	char why[512];
	int fd = open_session(w, i * 7919 % w->n);

	if (state_load(fd, &s, why, sizeof(why)) == -1)
		errx(1, "%s", why);
	if (i % 2 == 0)
		s.tasks_done++;
	else if (state_enter(&s, s.status == STATUS_RUNNING ? STATUS_WAITING : STATUS_RUNNING,
	    NULL, NULL) == -1)
		errx(1, "state");
	if (state_save(fd, &s, false) == -1)
		err(1, "state.json");
	state_release(&s);
	close(fd);
}

static void
write_cache(void *arg)
{
	struct world *w = arg;

	loop_cache(&w->l);
}

static void
count(struct world *w, bool cache, int out)
{
	int64_t began;

	w->l.dirty = true;	/* the timer of the cache stays unchanged */
	if (cache) {
		write_cache(w);
		began = bench_now();
		measured(write_cache, w);
		count_print(out, 1);
		dprintf(out, "%.2f %.2f\n", (double)(bench_now() - began) / 1e6,
		    (double)w->l.cache_delay / 1e6);
		return;
	}
	watch_timer(&w->l.cache, 0);
	watch_timer(&w->l.grace, 0);
	for (long i = 0; i < EVENTS; i++) {
		change(w, i);
		measured(one_event, w);
	}
	count_print(out, EVENTS);
}

static void
session_update_all(struct world *w)
{
	char *list;
	size_t len;

	if (w->executor) {
		if (file_read(AT_FDCWD, text_format("%s/list", w->o.home), 64, &list, &len) == -1)
			err(1, "list");
		w->f.o = &w->o;
		strlcpy(w->f.id, list, sizeof(w->f.id));
		w->f.limits.max = (size_t)w->n;
		if (executor_load(&w->f) != 0)
			errx(1, "the list can't be read");
	}
	if (watch_open() == -1 || loop_begin(&w->l, &w->o, w->executor ? &w->f : NULL) != 0)
		err(1, "inotify");
	if (watch_degraded() || w->l.table.n != (size_t)w->n || w->l.pending != (size_t)w->n)
		errx(1, "%zu sessions are watched", w->l.table.n);
	if (w->executor)
		executor_turn(&w->f);
}

int
main(int argc, char **argv)
{
	struct world w = { 0 };
	int out;

	if (argc != 4 || (w.n = atol(argv[3])) < 1)
		errx(2, "usage: events prepare|count|flow|cache DIR SESSIONS");
	w.o.home = argv[2];
	w.o.workspace = argv[2];
	w.o.instance = text_format("%s/instance-bench", argv[2]);
	w.o.sessions = text_format("%s/isolated-sessions", w.o.instance);
	w.o.archive = text_format("%s/archive", w.o.instance);
	if (strcmp(argv[1], "prepare") == 0) {
		prepare(&w);
		return 1;
	}
	w.executor = strcmp(argv[1], "flow") == 0;
	/* Discards the messages of the loop. */
	if ((out = dup(STDOUT_FILENO)) == -1 || freopen("/dev/null", "we", stdout) == NULL)
		err(1, "standard output");
	count_open();
	session_update_all(&w);
	count(&w, strcmp(argv[1], "cache") == 0, out);
	return 0;
}
