/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proto/base/clock.h"
#include "proto/base/fault.h"
#include "proto/session/layout.h"
#include "proto/sys/cgroup.h"
#include "proto/sys/child.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"
#include "worker/client/mail.h"
#include "worker/client/tells.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"
#include "worker/run/confine.h"
#include "worker/run/gitdir.h"
#include "worker/run/run.h"
#include "worker/run/start.h"
#include "worker/run/stream.h"
#include "worker/run/talk.h"
#include "worker/run/watchdog.h"

#define MAIL_LEFT	40	/* batches of messages taken in after a run has ended */

struct running {
	struct worker	*w;
	const struct run_spec *spec;
	struct run_result *res;
	struct stream	 stream;
	int		 pipe;
	pid_t		 pid;
	struct cgroup	 group;
	bool		 reaped, exited;	/* exited: there is no process left to wait for */
	int64_t		 kill_at;	/* time of SIGKILL after SIGTERM; 0 = SIGTERM was not sent */
	struct watchdog	 guard;
	struct watch_timer limit, grace, linger, mail, answers;
	struct watch inbox;
};

/*
 * Asks the whole tree to stop, and kills the rest after the grace time.  An agent at a
 * limit gets longer to save its work, unless it must stop.
 */
static void
run_stop(struct running *r, enum run_end why)
{
	int64_t grace = why == RUN_LIMIT ? r->w->limits.grace * CLOCK_MS
	    : r->w->config.settings.stop_grace * CLOCK_S;
	int64_t kill_at = clock_now() + grace;

	if (r->kill_at != 0 && r->kill_at <= kill_at)
		return;
	if (r->kill_at == 0) {
		r->res->end = why;
		proc_signal(SIGCONT, 0);	/* a stopped process would not get the signal */
		if (r->w->sandbox == SANDBOX_BWRAP)
			child_hold_ask(r->pid);	/* bubblewrap itself would kill everything when it ends */
		else
			proc_signal(SIGTERM, r->pid);
		watch_timer(&r->limit, 0);
		watchdog_halt(&r->guard);
	}
	r->kill_at = kill_at;
	watch_timer(&r->grace, kill_at);
}

/* bubblewrap reports a signal as a shell does. */
static int
own_status(const struct worker *w, int status)
{
	int signo = WIFEXITED(status) ? WEXITSTATUS(status) - 128 : 0;

	return w->sandbox == SANDBOX_BWRAP && signo > 0 && signo < NSIG ? W_EXITCODE(0, signo)
	    : status;
}

/* A process asked to stop may be a shell that ends first: the rest of its group also gets the grace time.
 * Processes that left the group do not. */
static void
run_reap(struct running *r)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == r->pid) {
			r->reaped = true;
			r->res->status = own_status(r->w, status);
		}
	r->exited = r->reaped && (r->kill_at == 0 || kill(-r->pid, 0) == -1);
}

static void
run_check_cancel(struct running *r)
{
	if (r->w->lockfd == -1)		/* the session must not stop the gates of a merge */
		return;
	if (file_exists(r->w->dirfd, SESSION_FILE_CANCEL)) {
		r->w->cancelled = true;
		run_stop(r, RUN_STOPPED);
	} else if (r->spec->actor == ACTOR_IMPLEMENTER && tells_interrupt(r->w, r->spec->screen))
		run_stop(r, RUN_INTERRUPTED);
}

static void
run_answers(void *run)
{
	struct running *r = run;
	bool busy = answers_scan(r->w);

	if (tells_scan(r->w) || busy)
		watch_timer(&r->answers, clock_now() + CLOCK_S);
}

/* A flood of messages is processed in turn with everything else, since the event of cancel is behind it. */
static void
run_mail(void *run)
{
	struct running *r = run;
	int64_t open = r->w->state.questions_open;
	bool more = mail_scan(r->w);

	/* An answer can be as quick as its question, so look for it now. */
	if (r->w->state.questions_open > open)
		run_answers(r);
	if (!more)
		return;
	run_check_cancel(r);
	watch_timer(&r->mail, clock_now());
}

/* A directory that is held open causes no event when it is removed; the loss of its essential files does. */
static void
run_check_gone(struct running *r)
{
	if (file_exists(r->w->dirfd, SESSION_FILE_ITEM))
		return;
	r->w->gone = true;
	run_stop(r, RUN_STOPPED);
}

static void
run_scan(struct running *r)
{
	run_check_gone(r);
	run_check_cancel(r);
	run_answers(r);
	run_mail(r);
}

static void
session_event(void *run, const struct watch_event *ev)
{
	if (ev->kind == WATCH_GONE || strcmp(ev->name, SESSION_FILE_ITEM) == 0)
		run_check_gone(run);
	else if (strcmp(ev->name, SESSION_FILE_ANSWERS_JSON) == 0)
		run_answers(run);
	else if (strcmp(ev->name, SESSION_FILE_CANCEL) == 0 || strcmp(ev->name, SESSION_FILE_INTERRUPT) == 0 ||
	    strcmp(ev->name, SESSION_FILE_ATTACH) == 0)
		run_check_cancel(run);
	if (strcmp(ev->name, SESSION_FILE_INTERRUPT) == 0 && ((struct running *)run)->spec->screen)
		proc_signal(SIGWINCH, 0);	/* the terminal was resized; it is of another session, and does not tell */
}

static void
answers_event(void *run, const struct watch_event *ev)
{
	if (ev->kind == WATCH_GONE)
		run_check_gone(run);
	else
		run_answers(run);
}

static void
inbox_event(void *run, const struct watch_event *ev)
{
	struct running *r = run;

	if (ev->kind == WATCH_GONE)
		return;
	watch_timer(&r->mail, clock_now());	/* once for messages that arrive together */
	watchdog_life(&r->guard);
}

static void
run_signal(struct running *r, int signo)
{
	if (signo == SIGCHLD) {
		run_reap(r);
		return;
	}
	r->w->stop_signal = signo;
	run_stop(r, RUN_STOPPED);
}

static void
limit_over(void *run)
{
	run_stop(run, RUN_TIMEOUT);
}

/* run_end() kills the tree. */
static void
grace_over(void *run)
{
	struct running *r = run;

	r->exited = r->res->killed = true;
}

/* The client has finished, but does not end. */
static void
linger_over(void *run)
{
	struct running *r = run;

	if (r->kill_at != 0 || r->reaped)
		return;
	r->res->ended = true;
	run_stop(r, RUN_EXITED);
}

static void
guard_due(void *run)
{
	struct running *r = run;

	r->res->limit = watchdog_due(&r->guard);
	if (r->res->limit != LIMIT_OK)
		run_stop(r, RUN_LIMIT);
}

static void
run_output(struct running *r)
{
	int rc = stream_read(&r->stream, r->pipe);

	if (rc == 0)
		watch_unfd(r->pipe);
	else if (rc == 1)
		watchdog_life(&r->guard);
	if (r->spec->stop != NULL && *r->spec->stop)
		run_stop(r, RUN_EXITED);
	if (r->stream.over)
		run_stop(r, RUN_OUTPUT_LIMIT);
}

static void
run_talk(struct running *r)
{
	if (r->spec->more != NULL)
		r->spec->more(r->spec->arg);
	if (r->spec->talk != NULL && talk_send(r->spec->talk))
		watch_timer(&r->linger, clock_now() + TALK_LINGER_S * CLOCK_S);
}

static void
run_event(struct running *r, const struct watch_event *ev)
{
	if (ev->kind == WATCH_FD && ev->fd == r->pipe)
		run_output(r);
	else if (ev->kind == WATCH_RESCAN)
		run_scan(r);
	else if (ev->kind == WATCH_SIGNAL)
		run_signal(r, ev->signo);
}

static void
run_watch(struct running *r)
{
	char inbox[PATH_MAX + 64];
	int64_t timeout = r->spec->timeout_s;

	watch_fd(r->pipe);
	if (timeout > 0)
		watch_timer(&r->limit, clock_now() + timeout * CLOCK_S);
	r->w->watch_session.fire = session_event, r->w->watch_session.arg = r;
	r->w->watch_answers.fire = r->w->watch_messages.fire = answers_event;
	r->w->watch_answers.arg = r->w->watch_messages.arg = r;
	if (r->spec->run != NULL && r->w->inbox) {
		snprintf(inbox, sizeof(inbox), "%s/" SESSION_DIR_INBOX "/%s/new", r->w->path, r->spec->run);
		watch_dir(&r->inbox, inbox, false);
	}
	if (r->spec->run != NULL && !r->spec->screen)
		watchdog_begin(&r->guard, r->w, r->spec->calls);
	run_scan(r);
}

/* No process of the run may live or print after this returns. */
static void
run_end(struct running *r)
{
	bool ended = cgroup_end(&r->group) == 0;
	char why[GIT_ERR];

	watch_undir(&r->inbox);
	r->w->watch_session.fire = r->w->watch_answers.fire = r->w->watch_messages.fire = NULL;
	/* A process that has become another user can't be killed without a group, and what it may still do
	 * voids the result. */
	if (proc_kill(0) == -1 || !ended)
		r->res->end = RUN_SURVIVED;
	else if (r->w->lockfd != -1)	/* gates of a merge run elsewhere */
		gitdir_unlock(r->w);
	confine_clean(r->w, STATUS_RUNNING, "");
	gitdir_return(r->w, r->spec->actor);
	if (!r->w->gone && r->w->git.dir != NULL &&
	    git_safe_make(&r->w->repo, r->w->git.dir, why, sizeof(why)) == -1) {
		output_log("%s", why);
		worker_disk_failed(r->w, SESSION_DIR_SAFE_GIT);
	}
	while (!r->stream.over && stream_read(&r->stream, r->pipe) > 0)
		;
	stream_finish(&r->stream);
	watchdog_end(&r->guard);
	watch_unfd(r->pipe);
	watch_timer(&r->limit, 0);
	watch_timer(&r->grace, 0);
	watch_timer(&r->linger, 0);
	watch_timer(&r->mail, 0);
	watch_timer(&r->answers, 0);
	for (int n = 0; n < MAIL_LEFT && mail_scan(r->w) && r->res->end == RUN_EXITED && !worker_interrupted(r->w);)
		n++;
	close(r->pipe);
}

void
run_command(struct worker *w, const struct run_spec *spec, struct run_result *res)
{
	struct running r = { .w = w, .spec = spec, .res = res, .limit = { .fire = limit_over, .arg = &r },
		.grace = { .fire = grace_over, .arg = &r }, .linger = { .fire = linger_over, .arg = &r },
		.mail = { .fire = run_mail, .arg = &r }, .answers = { .fire = run_answers, .arg = &r },
		.guard.timer = { .fire = guard_due, .arg = &r }, .inbox = { .fire = inbox_event, .arg = &r } };
	struct watch_event ev;
	int64_t began = clock_now();
	int fds[2], in = spec->in;

	memset(res, 0, sizeof(*res));
	fault_set(0);
	res->end = RUN_SPAWN;
	if (file_pipe(fds) == -1) {
		fault_set(errno);
		snprintf(res->text, sizeof(res->text), "pipe: %s", strerror(errno));
		return;
	}
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	r.pipe = fds[0];
	stream_init(&r.stream, w, spec, res);
	w->tree[0] = '\0';
	(void)cgroup_begin(&r.group, w->config.session, w->dirfd, NULL, 0);
	if (spec->talk != NULL)
		in = talk_open(spec->talk);
	r.pid = run_start(w, spec, &(struct run_pipes){ in, spec->screen ? in : fds[1], r.group.fd }, res->text, sizeof(res->text));
	close(fds[1]);
	if (spec->talk != NULL)
		file_close(in);
	if (r.pid == -1) {
		talk_close(spec->talk);
		(void)cgroup_end(&r.group);
		gitdir_return(w, spec->actor);
		stream_finish(&r.stream);
		close(fds[0]);
		return;
	}
	res->end = RUN_EXITED;
	w->state.agent_pid = r.pid;
	run_watch(&r);
	run_talk(&r);
	run_reap(&r);
	while (!r.exited && watch_next(&ev) == 0) {
		run_event(&r, &ev);
		run_talk(&r);
		if (w->disk_failed)
			run_stop(&r, RUN_STOPPED);
		watchdog_settle(&r.guard);
	}
	talk_close(spec->talk);
	if (!r.exited)		/* the wait itself failed */
		res->end = RUN_STOPPED;
	else if (res->ended && res->end == RUN_EXITED)
		res->status = 0;
	run_end(&r);
	fault_set(res->end == RUN_EXITED ? fault_of_status(res->status) : 0);
	w->state.agent_pid = 0;
	res->duration_ms = (clock_now() - began) / CLOCK_MS;
	run_describe(w, spec, res);
}

void
run_result_release(struct run_result *res)
{
	text_free(&res->tail);
}
