/* SPDX-License-Identifier: GPL-2.0-or-later */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "orchestrator/session/registry.h"
#include "orchestrator/session/show_entry.h"
#include "orchestrator/view/show.h"
#include "orchestrator/workspace/cmd.h"
#include "orchestrator/workspace/orch.h"
#include "proto/base/clock.h"
#include "proto/base/log.h"
#include "proto/json/record.h"
#include "proto/record/config.h"
#include "proto/session/layout.h"
#include "proto/sys/file.h"
#include "proto/sys/watch.h"

#define GRACE		INT64_C(10)	/* seconds for a clean stop, unless stop_grace is longer */
#define MARGIN		INT64_C(2)	/* for the worker's work after its agent has ended */

enum waited { WAITED_ENDED, WAITED_TIMEOUT, WAITED_SIGNAL };

static int64_t
grace(int fd)
{
	struct config	 c;
	char		 why[RECORD_ERR];
	int64_t		 s = GRACE;

	if (config_load(fd, &c, why, sizeof(why)) == 0)
		s = c.settings.stop_grace;
	config_release(&c);
	return s + MARGIN;
}

static enum waited
wait_unlocked(struct entry *e, int fd, int64_t seconds)
{
	struct watch_timer	timer = { 0 };
	struct watch_event	ev;
	enum waited		waited = WAITED_ENDED;

	watch_timer(&timer, clock_now() + seconds * CLOCK_S);
	for (;;) {
		entry_probe(e, fd);
		if (!e->alive || waited != WAITED_ENDED)
			break;
		if (watch_next(&ev) == -1 || ev.kind == WATCH_TIMER)
			waited = WAITED_TIMEOUT;
		else if (ev.kind == WATCH_SIGNAL && ev.signo != SIGCHLD)
			waited = WAITED_SIGNAL;
	}
	watch_timer(&timer, 0);
	return e->alive ? waited : WAITED_ENDED;
}

/* The worker did not obey: kills it and everything it started. */
static int
by_force(struct entry *e, int fd)
{
	log_info("%s: did not stop when asked; killing it", e->id);
	entry_probe(e, fd);
	if (e->alive && e->pid > 0 && kill(e->pid, SIGKILL) == -1 && errno != ESRCH) {
		log_warn("%s: kill %jd", e->id, (intmax_t)e->pid);
		return EX_NOPERM;
	}
	if (wait_unlocked(e, fd, GRACE) != WAITED_ENDED) {
		log_warnx("%s: process %jd can't be killed", e->id, (intmax_t)e->pid);
		return EX_OSERR;
	}
	return 0;
}

static int
stop_worker(struct entry *e, int fd, bool *forced)
{
	struct watch	watch = { 0 };
	int		rv = 0;

	if (watch_open() == -1 && !watch_degraded()) {
		log_warn("inotify");
		return EX_OSERR;
	}
	watch_dir(&watch, e->path, false);
	if (file_create(fd, SESSION_FILE_CANCEL, "", 0, 0) == -1 && errno != EEXIST) {
		log_warn("%s/%s", e->path, SESSION_FILE_CANCEL);
		rv = errno == EACCES ? EX_NOPERM : EX_IOERR;
	} else
		switch (wait_unlocked(e, fd, grace(fd))) {
		case WAITED_ENDED:
			break;
		case WAITED_TIMEOUT:
			*forced = true;
			rv = by_force(e, fd);
			break;
		case WAITED_SIGNAL:
			log_info("%s: asked to stop; not waiting for its end", e->id);
			rv = EX_TEMPFAIL;
			break;
		}
	watch_leave();
	return rv;
}

static int
cancel(struct orch *o, struct entry *e)
{
	char		 why[GIT_ERR];
	struct json	*j;
	int		 fd, rv = 0;
	bool		 forced = false;

	if (e->archived || (e->error == NULL && status_ended(e->state.status))) {
		log_warnx("%s is %s: there is nothing to cancel", e->id, show_status(e));
		return EX_DATAERR;
	}
	if ((fd = file_open_dir(AT_FDCWD, e->path)) == -1) {
		log_warn("%s", e->path);
		return EX_IOERR;
	}
	if (e->alive)
		rv = stop_worker(e, fd, &forced);
	close(fd);
	if (rv != 0)
		return rv;
	/* A worker that stopped cleanly has recorded it itself; then nothing is left to declare. */
	if (entry_declare(e, STATUS_CANCELLED, forced ? "killed" : "cancelled", forced ?
	    "did not stop when asked and was killed" : "cancelled while no worker was running") == -1)
		return EX_IOERR;
	if (e->state.status != STATUS_CANCELLED) {
		log_warnx("%s is %s: not cancelled", e->id, show_status(e));
		return EX_NEGATIVE;
	}
	if (entry_salvage(o, e, why, sizeof(why)) == -1)
		log_warnx("%s: its work is in %s only; orchestrator cleanup tries to save it again: %s",
		    e->id, e->state.worktree, why);
	if (o->json) {
		j = json_new_object();
		json_put_int(j, "version", 1);
		json_put_str(j, "session", e->id);
		json_put_str(j, "status", status_name(e->state.status));
		show_json(j);
	} else
		printf("%s: cancelled; orchestrator retry %s starts over\n", e->id,
		    e->state.item);
	return 0;
}

static int
run(struct orch *o, void *arguments)
{
	const struct session_argument *a = arguments;
	struct entry	e;
	int		rv;

	if ((rv = show_operand(o, a->session, &e)) != 0)
		return rv;
	rv = cancel(o, &e);
	entry_release(&e);
	return rv;
}

const struct cmd cmd_cancel = COMMAND("cancel", "stop a session cleanly, after 10 seconds by force",
    run, SESSION_ROWS);
