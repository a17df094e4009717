/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/cli/cmd_plan.h"
#include "orchestrator/cli/list_args.h"
#include "orchestrator/execute/cache.h"
#include "orchestrator/execute/events.h"
#include "orchestrator/execute/executor.h"
#include "orchestrator/execute/join.h"
#include "orchestrator/execute/loop.h"
#include "orchestrator/merge/by_hand.h"
#include "orchestrator/session/answer.h"
#include "orchestrator/session/plan.h"
#include "orchestrator/source/task_link.h"
#include "orchestrator/view/page.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/json/json.h"
#include "proto/sys/file.h"
#include "proto/sys/fs.h"
#include "proto/sys/lock.h"
#include "proto/sys/watch.h"

/* The descriptor of the lock, or -1 with *status set; then *pid is the running execute, or the error was printed. */
static int
lock_instance(const struct orch *o, pid_t *pid, int *status)
{
	int	dir, lock;

	*pid = 0;
	if ((dir = file_open_dir(AT_FDCWD, o->instance)) == -1) {
		log_warn("%s", o->instance);
		*status = EX_NOINPUT;
		return -1;
	}
	if ((lock = lock_take(dir, ORCH_LOCK, "execute", false)) == -1) {
		if (errno == EAGAIN || errno == EACCES) {
			if (lock_held(dir, ORCH_LOCK, pid) != 1)
				*pid = -1;	/* it has just ended */
			*status = EX_TEMPFAIL;
		} else {
			log_warn("%s/%s", o->instance, ORCH_LOCK);
			*status = errno == EROFS ? EX_NOPERM : EX_CANTCREAT;
		}
	}
	close(dir);
	return lock;
}

/* Without events execute would notice nothing, so it warns before it waits. */
static void
name_file_system(const struct orch *o)
{
	bool		 remote;
	const char	*type = fs_name(o->sessions, &remote);

	if (type != NULL && remote)
		log_warnx("%s is on %s, which may not deliver events; set ORCHESTRATOR_HOME to a "
		    "directory of a local file system", o->sessions, type);
}

static bool
works_on(const struct json *running, const char *list)
{
	const struct json	*lists = json_get(running, "lists");
	const char		*id;

	for (size_t i = 0; i < json_count(lists); i++)
		if ((id = json_str(json_at(lists, i), "list")) != NULL && strcmp(id, list) == 0)
			return true;
	return false;
}

/* Adds the list to the execute that runs as that process.  -1: it has ended meanwhile. */
static int
add_list(struct orch *o, const struct executor *f, pid_t pid)
{
	struct json	*running = cache_execute(o);
	bool		 known = works_on(running, f->id), ending = json_bool(running, "ending", false);
	char		*text;
	int		 rv = 0;

	json_free(running);
	if (ending) {
		log_warnx("execute, process %jd, is ending: try again once it has ended, or run orchestrator stop", (intmax_t)pid);
		return EX_TEMPFAIL;
	}
	if (!known && (rv = join_put(o, f->id, &f->opts)) == 0 && control_execute(o) == 0 && control_drop(o, f->id))
		return -1;
	if (rv != 0)
		return rv;
	text = text_format("execute runs as process %jd and %s; orchestrator execute -f %s follows it", (intmax_t)pid,
	    known ? "works through this list already" : "works through this list, too", f->id);
	if (o->json) {
		char	*line = events_line(f->id, "joined", text);

		puts(line);
		free(line);
	} else {
		printf("%s (", f->id);
		text_print(stdout, f->list.name, false);
		printf("): %s\n", text);
	}
	fflush(stdout);
	free(text);
	return 0;
}

/* Another execute runs. */
static int
join(struct orch *o, const struct executor *f, bool follow, pid_t pid)
{
	off_t	from = events_size(o);
	int	rv = 0;

	if (f == NULL && !follow) {
		log_warnx("execute is already running here as process %jd: orchestrator execute -f follows it, stop ends it",
		    (intmax_t)pid);
		return EX_TEMPFAIL;
	}
	if (f != NULL)
		rv = add_list(o, f, pid);
	return rv == 0 && follow ? events_follow(o, f == NULL ? NULL : f->id, from) : rv;
}

static int
count_request(void *count, const char *list, const char *text, size_t len)
{
	(void)list, (void)text, (void)len;
	++*(int *)count;
	return 0;
}

/* Lists that were asked for when execute had looked for the last time. */
static bool
has_requests(const struct orch *o)
{
	int	n = 0;

	control_each(o, count_request, &n);
	return n > 0;
}

static int
run_locked(struct orch *o, struct executor *f, const struct list_args *a)
{
	int	lock, rv = 0, one, ignored;
	pid_t	pid;

	name_file_system(o);
	/* Opened first: the library needs the lowest descriptor and a single thread. */
	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	do
		if ((lock = lock_instance(o, &pid, &rv)) == -1 && pid > 0)
			rv = join(o, f, a->follow, pid);
	while (lock == -1 && (pid == -1 || rv == -1));
	for (bool first = true; lock != -1; f = NULL, first = false) {
		one = loop_run(o, f, a->verbose);
		rv = first ? one : rv;
		task_link_recover(o);
		close(lock);
		/* another execute that has the lock by now takes them in itself */
		lock = one < 128 && has_requests(o) ? lock_instance(o, &pid, &ignored) : -1;
		if (lock == -1)
			answer_wake_left(o);
	}
	watch_close();
	return rv;
}

/* Tasks that can't be begun stay as they are; execute continues for the sessions that run. */
static int
check_place(struct executor *f)
{
	int rv;

	if (!executor_ready(f) || (rv = plan_check(f->o)) == 0)
		return 0;
	if (f->nactive == 0)
		return rv;
	executor_stop(f, "no session can be started here");
	return 0;
}

/* Here, since each dispatch is a process of its own. */
static void
tell_behind(struct orch *o)
{
	char		 branch[ORCH_REF_MAX], base[OID_MAX];
	struct settings	 s;

	if (orch_target(o, branch, sizeof(branch), base, &s) == 0) {
		orch_tell_behind(o, branch);
		settings_release(&s);
	}
}

static int
run_list(struct orch *o, const struct list_args *a, const char *list)
{
	struct executor	f;
	int		rv;

	if ((rv = orch_make(o)) == 0 && (rv = list_args_open(o, a, list, &f)) == 0) {
		by_hand_recover(o);
		if ((rv = executor_load(&f)) == 0 && (rv = executor_pause_check(&f)) == 0 && (rv = check_place(&f)) == 0) {
			orch_tell_unconfined(o, &f.settings);
			tell_behind(o);
			rv = run_locked(o, &f, a);
		}
		executor_release(&f);
	}
	return rv;
}

static int
run_sessions(struct orch *o, const struct list_args *a)
{
	if (list_args_any(a)) {
		log_warnx("execute: these options need a task list with open tasks, and there is "
		    "none; orchestrator tasks list shows all lists");
		return EX_USAGE;
	}
	by_hand_recover(o);
	if (o->instance == NULL) {
		if (!o->json)
			show_item(&(struct page_item){ "", "no sessions; orchestrator dispatch ITEM starts one", NULL }, 0);
		return 0;
	}
	return run_locked(o, NULL, a);
}

static const struct option_row rows[] = {
	LIST_ROWS,
	OPT_STRING(struct list_args, until, 0, "until", "TIME", "dispatch nothing after this time"),
	OPT_CHOICE(struct list_args, pause, 0, "pause-before", "PHASE", task_phases, "stop before this phase of streams"),
	OPT_SET(struct list_args, failure, 0, "keep-going", FAILURE_GO_ON, "continue with the rest after a failure (the default)"),
	OPT_SET(struct list_args, failure, 0, "fail-fast", FAILURE_STOP, "dispatch nothing more once a task has failed"),
	OPT_FLAG(struct list_args, follow, 'f', NULL, "follow the list if another execute runs"),
	OPT_FLAG(struct list_args, verbose, 'v', NULL, "also tell each step of a session"),
	OPT_FLAG(struct list_args, dry_run, 0, "dry-run", "show what would be done, as plan does"),
	LIST_OPERAND,
};

static int
run(struct orch *o, void *arguments)
{
	struct list_args	*a = arguments;
	char			list[TASKLIST_ID_MAX];
	int			rv;

	if ((rv = list_args_check(&cmd_execute.syntax, a)) != 0 || (rv = orch_open(o)) != 0 ||
	    (rv = list_args_select(o, a, list)) != 0)
		return rv;
	if (a->dry_run && list[0] != '\0')
		return plan_show(o, a, list);
	return list[0] == '\0' ? run_sessions(o, a) : run_list(o, a, list);
}

const struct cmd cmd_execute = COMMAND("execute",
    "dispatch what is ready, answer by policy and merge what is approved until nothing is left",
    run, OPTION_ROWS(rows, struct list_args));
