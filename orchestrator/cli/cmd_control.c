/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "orchestrator/execute/cache.h"
#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/control.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/log.h"
#include "proto/json/json.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"

/* pause, resume and stop: of execute, or of one session. */

static const struct option_row rows[] = { OPERAND_OPTIONAL(struct session_argument, session, "SESSION") };

static void
say(const struct orch *o, const char *session, bool paused, const char *line)
{
	struct json	*j;

	if (!o->json) {
		puts(line);
		return;
	}
	j = json_new_object();
	json_put_int(j, "version", 1);
	json_put_str(j, "session", session);
	json_put_bool(j, "paused", paused);
	show_json(j);
}

/* Makes or removes the file for which the worker looks before each step. */
static int
hold_session(struct orch *o, const struct entry *e, bool pause)
{
	char	line[SESSION_ID_MAX + 400];
	int	fd, rv = 0;
	bool	there;

	if (e->archived || e->error != NULL || !status_live(e->state.status)) {
		log_warnx("%s is %s: there is nothing to %s", e->id, show_status(e), pause ? "pause" : "resume");
		return EX_DATAERR;
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	there = file_exists(fd, SESSION_FILE_PAUSE);
	if (pause && !there && file_create(fd, SESSION_FILE_PAUSE, "", 0, 0) == -1 && errno != EEXIST)
		rv = EX_IOERR;
	else if (!pause && unlinkat(fd, SESSION_FILE_PAUSE, 0) == -1 && errno != ENOENT)
		rv = EX_IOERR;
	if (rv != 0)
		log_warn("%s/" SESSION_FILE_PAUSE, e->path);
	close(fd);
	if (rv != 0)
		return rv;
	if (pause)
		snprintf(line, sizeof(line), "%s: paused after its step %s; orchestrator resume %s continues it, orchestrator cancel %s "
		    "ends it now", e->id, step_name(e->state.step), e->state.item, e->state.item);
	else
		snprintf(line, sizeof(line), there ? "%s: resumed" : "%s was not paused", e->id);
	say(o, e->id, pause, line);
	return pause || there ? 0 : EX_NEGATIVE;
}

static int
hold_all(struct orch *o, bool pause)
{
	int	rv;
	bool	runs;

	if ((rv = orch_open(o)) != 0 || (rv = orch_make(o)) != 0)
		return rv;
	runs = control_execute(o) != 0;
	rv = pause ? control_pause(o) : control_resume(o);
	if (rv > EX_NEGATIVE)
		return rv;
	say(o, NULL, pause, rv == EX_NEGATIVE ? "nothing was paused" : !pause ? runs ? "resumed" :
	    "resumed; run orchestrator execute to continue" :
	    "paused: running sessions continue, and no more are started; orchestrator resume ends the pause, "
	    "orchestrator pause SESSION pauses one session");
	return rv;
}

static int
hold(struct orch *o, const struct session_argument *a, bool pause)
{
	struct entry	e;
	int		rv;

	if (a->session == NULL)
		return hold_all(o, pause);
	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	rv = hold_session(o, &e, pause);
	entry_release(&e);
	return rv;
}

static int
run_pause(struct orch *o, void *arguments)
{
	return hold(o, arguments, true);
}

static int
run_resume(struct orch *o, void *arguments)
{
	return hold(o, arguments, false);
}

static int
stop(struct orch *o, pid_t pid)
{
	struct json	*running = cache_execute(o), *j;
	bool		 ending = json_bool(running, "ending", false) || json_count(json_get(running, "lists")) == 0;
	struct entries	 es;
	size_t		 live = 0;

	json_free(running);
	if (kill(pid, SIGINT) == -1 && errno != ESRCH) {
		log_warn("execute, process %jd", (intmax_t)pid);
		return EX_NOPERM;
	}
	registry_load(o, false, &es);
	for (size_t i = 0; i < es.n; i++)
		live += es.v[i].error == NULL && status_live(es.v[i].state.status);
	entries_release(&es);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_int(j, "pid", pid);
		json_put_int(j, "sessions", (int64_t)live);
		show_json(j);
	} else if (ending || live == 0)
		printf("execute, process %jd, ends%s\n", (intmax_t)pid, live == 0 ? "" :
		    "; its sessions continue, and the next orchestrator execute takes them over");
	else
		printf("execute, process %jd, starts no more sessions and waits for %zu session%s; orchestrator stop again "
		    "ends it and leaves them running\n", (intmax_t)pid, live, live == 1 ? "" : "s");
	return 0;
}

static int
run_stop(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	pid_t	pid;
	int	rv;

	if ((rv = orch_open(o)) != 0)
		return rv;
	if (a->session != NULL) {
		log_warnx("stop ends execute; orchestrator cancel %s ends a session, pause %s pauses it", a->session, a->session);
		return EX_USAGE;
	}
	if ((pid = control_execute(o)) == 0) {
		log_warnx("no execute runs here; orchestrator cancel SESSION ends a session");
		return EX_NEGATIVE;
	}
	return stop(o, pid);
}

const struct cmd cmd_pause = COMMAND("pause", "keep execute from starting sessions, or pause one session", run_pause,
    OPTION_ROWS(rows, struct session_argument));
const struct cmd cmd_resume = COMMAND("resume", "end a pause", run_resume,
    OPTION_ROWS(rows, struct session_argument));
const struct cmd cmd_stop = COMMAND("stop", "end execute, as Ctrl-C does", run_stop,
    OPTION_ROWS(rows, struct session_argument));
