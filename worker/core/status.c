/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proto/base/fault.h"
#include "proto/base/log.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "worker/core/output.h"
#include "worker/core/worker.h"

enum event
worker_fail(struct worker *w, const char *reason, const char *fmt, ...)
{
	va_list ap;

	strlcpy(w->fail_reason, reason, sizeof(w->fail_reason));
	va_start(ap, fmt);
	vsnprintf(w->fail_detail, sizeof(w->fail_detail), fmt, ap);
	va_end(ap);
	return EVENT_FAILED;
}

enum event
worker_broken(struct worker *w, const char *fmt, ...)
{
	va_list ap;

	strlcpy(w->fail_reason, "io", sizeof(w->fail_reason));
	va_start(ap, fmt);
	vsnprintf(w->fail_detail, sizeof(w->fail_detail), fmt, ap);
	va_end(ap);
	output_log("%s", w->fail_detail);
	w->disk_failed = true;
	return EVENT_FAILED;
}

enum event
worker_failed(struct worker *w, const char *reason, const char *fmt, ...)
{
	char why[sizeof(w->fail_detail)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	return fault_passing() ? worker_broken(w, "%s", why) :
	    worker_fail(w, reason, "%s", why);
}

int
worker_sync_tree(struct worker *w)
{
	char err[GIT_ERR];

	/* the next step reports anything else that is wrong with it */
	if (git_sync(w->state.worktree, err, sizeof(err)) == 0 || !fault_passing())
		return 0;
	worker_broken(w, "%s", err);
	return -1;
}

void
worker_disk_failed(struct worker *w, const char *name)
{
	log_warn("%s/%s can't be written", w->path, name);
	w->disk_failed = true;
}

/*
 * Stopped from outside: the worker ends, and the session stays where it is on disk.
 * During a run a signal is read by the wait for the run; between runs it stays pending,
 * and ends a running git.
 */
bool
worker_interrupted(struct worker *w)
{
	static const int stopping[] = { SIGTERM, SIGINT, SIGHUP };
	sigset_t pending;
	size_t i;

	if (w->stop_signal == 0 && sigpending(&pending) == 0)
		for (i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++)
			if (sigismember(&pending, stopping[i]) == 1)
				w->stop_signal = stopping[i];
	if (!file_exists(w->dirfd, SESSION_FILE_ITEM))
		w->gone = true;
	if (file_exists(w->dirfd, SESSION_FILE_CANCEL))
		w->cancelled = true;
	return w->stop_signal != 0 || w->cancelled || w->gone || w->disk_failed || w->refused || w->state.parked;
}

int
worker_save(struct worker *w, bool durable)
{
	strlcpy(w->state.holder, "worker", sizeof(w->state.holder));
	if (state_save(w->dirfd, &w->state, durable) == 0)
		return 0;
	worker_disk_failed(w, SESSION_FILE_STATE);
	return -1;
}

int
worker_enter(struct worker *w, enum status to, const char *reason, const char *detail)
{
	enum status from = w->state.status;

	if (from != to && state_enter(&w->state, to, reason, detail) == -1) {
		worker_fail(w, "internal", "status %s can't follow %s: its row in proto/session/status.h lacks it",
		    status_name(to), status_name(from));
		log_warnx("%s", w->fail_detail);
		output_log("%s", w->fail_detail);
		w->refused = true;
		return -1;
	}
	if (from != to)
		output_log("status %s -> %s%s%s%s", status_name(from), status_name(to),
		    reason != NULL ? " (" : "", reason != NULL ? reason : "",
		    reason != NULL ? ")" : "");
	if (from != to && detail != NULL && *detail != '\0')
		output_log("%s", detail);
	return worker_save(w, true);
}

int
worker_settle(struct worker *w)
{
	int64_t open = (int64_t)questions_open(&w->questions);
	enum status busy = step_phase(w->state.step) == 2 ? STATUS_REVIEWING : STATUS_RUNNING;

	if (open == w->state.questions_open && (open > 0) == (w->state.status == STATUS_WAITING))
		return 0;
	w->state.questions_open = open;
	if (open > 0 && w->state.status == busy)
		return worker_enter(w, STATUS_WAITING, NULL, NULL);
	if (open == 0 && w->state.status == STATUS_WAITING)
		return worker_enter(w, busy, NULL, NULL);
	return worker_save(w, false);
}

int
worker_git_failed(struct worker *w, const char *err)
{
	worker_failed(w, "git", "%s", err);
	return -1;
}

int
worker_review_save(struct worker *w)
{
	if (review_save(w->dirfd, &w->review) == 0)
		return 0;
	worker_broken(w, "%s/" SESSION_FILE_REVIEW " could not be written", w->path);
	return -1;
}

bool
worker_resolving(const struct worker *w)
{
	return w->state.resolving.target[0] != '\0';
}

const char *
worker_target(const struct worker *w)
{
	return w->config.target != NULL ? w->config.target : "the target";
}
