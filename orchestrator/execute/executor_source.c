/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "orchestrator/execute/executor.h"
#include "orchestrator/source/source.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/base/text.h"
#include "proto/sys/child.h"
#include "proto/sys/watch.h"

static int
refresh_child(void *arg)
{
	struct executor *f = arg;

	executor_note_begin(f);
	return f->source->refresh(f->o, f->id);
}

/* One at a time, and not during a dispatch: both may contact the source. */
bool
executor_refresh(struct executor *f)
{
	if (f->source == NULL || !f->owed || f->pid != 0 || f->refresh_at > clock_now())
		return f->refresh_pid != 0;
	if (f->refresh_pid != 0)
		return true;
	f->owed = false;
	memset(f->note, 0, sizeof(*f->note));
	if ((f->refresh_pid = child_call(refresh_child, f)) == -1) {
		snprintf(f->note->why, sizeof(f->note->why), "can't start a process: %s",
		    strerror(errno));
		executor_refreshed(f, EX_OSERR << 8);
	}
	return f->refresh_pid != 0;
}

void
executor_refreshed(struct executor *f, int status)
{
	struct executor_note *n = f->note;
	char *why;

	f->refresh_pid = 0;
	n->why[sizeof(n->why) - 1] = '\0';
	if (n->why[0] != '\0')
		log_warnx("%s", n->why);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		f->hint &= f->owed;
		f->refresh_tries = 0;
		f->refresh_at = 0;
		return;
	}
	if (n->why[0] == '\0')
		child_status_text(status, n->why, sizeof(n->why));
	/* A file that is being changed may be invalid for now. */
	if (f->hint) {
		f->hint = f->owed;
		return;
	}
	f->owed = true;
	if (++f->refresh_tries <= EXECUTOR_TRIES)
		f->refresh_at = clock_now() + (EXECUTOR_BACKOFF << (f->refresh_tries - 1));
	else {
		f->owed = false;
		why = text_format("%s can't be asked: %s", f->source->kind, n->why);
		executor_stop(f, why);
		free(why);
	}
}

void
executor_push(struct executor *f)
{
	if (f->source == NULL)
		return;
	f->owed = true;
	f->hint = false;
	f->refresh_tries = 0;
	f->refresh_at = 0;
}

static void
wake(struct executor *f)
{
	char *dir, *path;

	if ((dir = f->source->wake_dir(f->o)) == NULL)
		return;
	path = text_format("%s/" SOURCE_WAKE, dir);
	if (unlink(path) == 0)
		executor_push(f);
	free(path);
	free(dir);
}

static void
wake_event(void *executor, const struct watch_event *ev)
{
	if (strcmp(ev->name, SOURCE_WAKE) == 0)
		wake(executor);
}

void
executor_watch_source(struct executor *f)
{
	char *dir;

	if (f->source == NULL || f->source->wake_dir == NULL || (dir = f->source->wake_dir(f->o)) == NULL)
		return;
	f->wake_watch = (struct watch){ .fire = wake_event, .arg = f };
	if (watch_dir(&f->wake_watch, dir, false) == -1)
		log_warn("%s: can't be watched: changes there are seen only after the next merge", dir);
	else
		wake(f);	/* the file may have existed before */
	free(dir);
}

void
executor_list_changed(void *executor, const struct watch_event *ev)
{
	struct executor *f = executor;
	char id[TASKLIST_ID_MAX];

	strlcpy(id, ev->name, sizeof(id));
	if (f->source == NULL || !f->source->local || f->owed || !tasklist_id_valid(id) ||
	    strcmp(ev->name + strlen(id), TASKLIST_SUFFIX) != 0 || strcmp(id, f->id) == 0)
		return;
	/* A running refresh may have read the list before this change. */
	f->hint = f->refresh_pid == 0 || f->hint;
	f->owed = true;
	f->refresh_tries = 0;
	f->refresh_at = 0;
}
